"""Filters and functions about tasks for our templates (todosite/jinja.py adds them)."""

import uuid

from tasks import recurrence


def baseline(field):
    """Return the hidden field with a field's shown value, in a form that merges edits.

    A field that is rendered as a whole includes it; radio buttons that are rendered singly don't.
    """
    return field.as_hidden(only_initial=True) if field.field.show_hidden_initial else ""


def case_words(case):
    """Return the repeat of a test case (recurrence_cases.json) in words."""
    words = [recurrence.describe(case["rule"])]
    if case.get("week_start"):
        words.append(f"weeks from {recurrence.DAY_NAMES[case['week_start']]}")
    if case.get("from") == "completion":
        words.append("from completion")
    if case.get("missed") == "keep":
        words.append("every missed one kept")
    return ", ".join(words)


def repeat_words(task, clock):
    """Return a task's repeat in words: every 2 weeks on Tuesday."""
    words = recurrence.describe(task.repeat, on=clock.date)
    if task.repeat_from == "completion":
        return f"{words}, from completion"
    return words


FILTERS = {each.__name__: each for each in [baseline, case_words, repeat_words]}
FUNCTIONS = {"new_key": uuid.uuid4}  # an idempotency key for a form
