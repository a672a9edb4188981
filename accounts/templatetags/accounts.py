"""Filters that describe a browser in words."""

import ua_parser
from django import template

from accounts import waiting
from accounts.customs import customs_of

register = template.Library()


@register.filter
def ended_elsewhere(request):
    """Return the reason, as a sentence, if this browser was signed out from elsewhere, else ""."""
    return waiting.ended_elsewhere(request)


@register.filter
def customs(request):
    """Return the formats of dates, times and weeks of a browser's languages, as a sentence."""
    return customs_of(request.headers.get("Accept-Language", "")).words


@register.filter
def device(user_agent):
    """Return the name of a User-Agent header, such as "Firefox on Linux"."""
    found = ua_parser.parse(user_agent)
    browser = found.user_agent.family if found.user_agent else "Unknown browser"
    if found.os:
        return f"{browser} on {found.os.family}"
    return browser
