"""Due dates in words, for rows of tasks. The words are made in tasks/dates.py."""

from django import template

from tasks import dates

register = template.Library()


@register.filter
def due_state(task, now):
    """Return "late", "today" or "" for an open task; what is done can't be late."""
    return "" if task.completed else dates.due_state(task.due_date, task.due_time, now)


@register.filter
def day_words(day, now):
    return dates.day_words(day, now.date())
