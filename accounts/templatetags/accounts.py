"""What a browser says of itself, in words."""

import ua_parser
from django import template

from accounts import waiting
from accounts.customs import customs_of

register = template.Library()


@register.filter
def ended_elsewhere(request):
    """Return why a browser was signed out, if that was done elsewhere, as a sentence."""
    return waiting.ended_elsewhere(request)


@register.filter
def customs(request):
    """Return how the languages of a browser read dates, times and weeks, as a sentence."""
    return customs_of(request.headers.get("Accept-Language", "")).words


@register.filter
def device(user_agent):
    """Return what a User-Agent header stands for, such as "Firefox on Linux"."""
    found = ua_parser.parse(user_agent)
    browser = found.user_agent.family if found.user_agent else "Unknown browser"
    return f"{browser} on {found.os.family}" if found.os else browser
