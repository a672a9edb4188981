"""What templates of tasks need: due dates in words (made in tasks/dates.py), keys for forms."""

import uuid

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


@register.simple_tag
def new_key():
    """Return a new key for a form, by which it takes effect once (tasks.forms.submission)."""
    return uuid.uuid4()
