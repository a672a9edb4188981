"""Days, times and moments as the user reads them: {{ task.due_date|day:clock }}."""

from django import template

register = template.Library()


@register.filter
def day(value, clock):
    """Return a date in words: Today, Tomorrow, Fri 3 Oct."""
    return clock.day(value)


@register.filter
def day_within(moment, clock):
    """Return the day of an aware moment, as it stands within a sentence: today, Fri 3 Oct."""
    return clock.day_within(moment.astimezone(clock.now.tzinfo).date())


@register.filter
def date_only(value, clock):
    """Return a date without words, whatever day it is today."""
    return clock.date(value)


@register.filter
def in_full(value, clock):
    """Return a date with its whole names: Friday, 3 October."""
    return clock.in_full(value)


@register.filter
def time_of_day(value, clock):
    return clock.time(value)


@register.filter
def when(moment, clock):
    """Return an aware moment with its day and time: Yesterday 14:02."""
    local = moment.astimezone(clock.now.tzinfo)
    return f"{clock.day(local.date())} {clock.time(local.time())}"


@register.filter
def moment(value, clock):
    """Return an aware moment with its day, year and time."""
    return clock.moment(value)


@register.filter
def within_day(value, clock):
    """Return an aware moment as it stands within a sentence; without its day if that is today."""
    return clock.within_day(value)
