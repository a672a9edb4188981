"""Moments as the user reads them, for allauth's pages: {{ key.created_at|moment:clock }}."""

from django import template

register = template.Library()


@register.filter
def moment(value, clock):
    """Return an aware moment with its day, year and time."""
    return clock.moment(value)
