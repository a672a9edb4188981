"""What templates of tasks need: due dates (tasks/dates.py), keys for forms."""

import uuid

from django import template

from tasks import dates

register = template.Library()


@register.filter
def due_state(task, clock):
    """Return "late", "today" or "" for an open task; what is done can't be late."""
    return "" if task.completed else dates.due_state(task.due_date, task.due_time, clock.now)


@register.simple_tag
def new_key():
    """Return a new key for a form, by which it takes effect once (tasks.forms.submission)."""
    return uuid.uuid4()


@register.filter
def ticked(steps):
    """Return how many of steps are done."""
    return sum(step.done for step in steps)
