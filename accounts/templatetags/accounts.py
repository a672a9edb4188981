"""A browser in words."""

import ua_parser
from django import template

register = template.Library()


@register.filter
def device(user_agent):
    """Return what a User-Agent header stands for, such as "Firefox on Linux"."""
    found = ua_parser.parse(user_agent)
    browser = found.user_agent.family if found.user_agent else "Unknown browser"
    return f"{browser} on {found.os.family}" if found.os else browser
