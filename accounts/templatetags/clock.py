"""Moments in the user's format, for allauth's pages: {{ key.created_at|moment:clock }}."""

from django import template

register = template.Library()


@register.filter
def moment(value, clock):
    """Return an aware moment in the user's time zone, with its day, year and time."""
    return clock.moment(value)
