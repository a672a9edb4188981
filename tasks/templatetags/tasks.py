"""What templates of tasks need: due dates (tasks/dates.py), keys for forms."""

import uuid

from django import template

from tasks import dates, recurrence, search
from tasks.understood import Line, lists_by_name

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


@register.filter
def baseline(field):
    """Return what a form that merges edits says beside a field: the value that it was shown with.

    A field that is written as a whole brings it along; radio buttons one by one don't.
    """
    return field.as_hidden(only_initial=True) if field.field.show_hidden_initial else ""


@register.inclusion_tag("tasks/_marked.html")
def marked(words, looked_for):
    """Show words with all that was looked for marked in them."""
    return {"parts": search.marked(str(words), looked_for)}


WAYS = {"undo": "Undo", "plain": "Keep as plain text", "make-list": "Make the list"}


@register.filter
def ways_on(message):
    """Return the addresses that a message leads to, with their names (tasks.views.answers.say)."""
    urls = (message.extra_tags or "").split()
    return [(url, WAYS[url.partition("?")[0].split("/")[-2]]) for url in urls]


@register.simple_tag
def title_says(task, sidebar):
    """Return what the title would be understood as, if it were a new line; "" for nothing."""
    lists = lists_by_name({one["name"]: one["pk"] for one in sidebar.lists})
    return Line(task.title, sidebar.clock, lists=lists, offers=False).words


@register.filter
def case_words(case):
    """Return the repeat of a case (recurrence_cases.json) in words."""
    words = [recurrence.describe(case["rule"])]
    if case.get("week_start"):
        words.append(f"weeks from {recurrence.DAY_NAMES[case['week_start']]}")
    words += ["from completion"] if case.get("from") == "completion" else []
    words += ["each kept until done"] if case.get("missed") == "keep" else []
    return ", ".join(words)


@register.filter
def repeat_words(task, clock):
    """Return a task's repeat in words: every 2 weeks on Tuesday."""
    words = recurrence.describe(task.repeat, on=clock.date)
    return f"{words}, from completion" if task.repeat_from == "completion" else words
