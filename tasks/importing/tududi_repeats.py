"""Repeats of tududi. Its older versions make a task of its own of each occurrence."""

import json
from datetime import date

from tasks import recurrence
from tasks.importing.periods import every
from tasks.importing.plan import shortened
from tasks.importing.shapes import dicts_in, is_true, key_in, list_of

WEEKS = {1, 2, 3, 4, 5}  # of a month; the fifth is the last where there is no fifth
UNKNOWN = "Its rule isn't known here."
COLUMNS = ["type", "interval", "weekday", "weekdays", "month_day", "week_of_month", "end_date"]


def take_repeat(item, row, backup):
    """Take the repeat of a task, and move it past the occurrences that are tasks of their own."""
    kind = str(row.get("recurrence_type") or "none")
    if kind == "none":
        return
    words = in_words(row)
    if not item.can_repeat(words):
        return
    rule = rule_of(kind, row, item.due_date)
    if not rule:
        item.repeat_in_words(words, UNKNOWN)
        return
    rule += end_of(row, backup)
    is_from_completion = is_true(row, "completion_based")
    way = "completion" if is_from_completion else "due"
    item.repeat_as(rule, words, way)
    days = occurrences_of(row, backup)
    if item.repeat and days:
        move_past(item, max(days), words)


def end_of(row, backup):
    """Return the end of a repeat as a part of its rule; "" for a repeat without one."""
    end = row.get("recurrence_end_date")
    if not end:
        return ""
    last = backup.day_of(end)
    if last:
        return f";UNTIL={last:%Y%m%d}"
    return ";UNTIL=?"


def move_past(item, last, words):
    """Move a repeating item to the first of its days after this one."""
    anchor = date.fromisoformat(item.due_date)
    day = recurrence.next_due(item.repeat, anchor=anchor, after=last)
    if day is None:
        item.repeat_in_words(words, "It has no date left.")
    else:
        item.due_date = day.isoformat()


def occurrences_of(row, backup):
    """Return the days of the tasks that are occurrences of this one."""
    keys = {key_in(row, name) for name in ("id", "uid", "uuid")}
    days = []
    for key in keys:
        days += backup.occurrences.get(key, [])
    return days


def all_occurrences(backup):
    """Return the days of all occurrences, {id or uid of the repeated task: [day]}."""
    found = {}
    for row in dicts_in(backup.data, "tasks"):
        uid = key_in(row, "recurring_parent_uid")
        key = uid or key_in(row, "recurring_parent_id")
        day = backup.day_of(row.get("due_date"))
        if key and day:
            found.setdefault(key, []).append(day)
    return found


def in_words(row):
    """Return the rule of a task as the notes have it."""
    says = []
    for name in COLUMNS:
        value = row.get(f"recurrence_{name}")
        if value not in (None, ""):
            says.append(f"{name} {value}")
    return shortened(", ".join(says))


def rule_of(kind, row, due_date):
    """Return a rule; "" if it isn't known, or has no date. Short months clamp, as they do there."""
    number = row.get("recurrence_interval") or 1
    is_known = is_number(number) and 0 < number < 1000
    if not is_known or not due_date or kind not in KINDS:
        return ""
    frequency, days_of = KINDS[kind]
    days = days_of(row, number)
    if days is None:
        return ""
    return every(frequency, number) + days


def no_days(row, number):
    return ""


def weekdays(row, number):
    """Return the weekdays; None if there are several, and weeks between, whose first day counts."""
    codes = [code_of(day) for day in named_days(row)]
    if None in codes:
        return None
    if number > 1 and len(codes) > 1:
        return None
    if codes:
        return f";BYDAY={','.join(codes)}"
    return ""


def named_days(row):
    """Return the weekdays of a row, which are a list, a list in JSON, or one alone."""
    named = row.get("recurrence_weekdays")
    if isinstance(named, str):
        named = parsed(named)
    named = list_of(named) or [row.get("recurrence_weekday")]
    return [day for day in named if day is not None]


def parsed(text):
    """Return the value of a text in JSON, None for any other text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def code_of(day):
    """Return MO for 1 and SU for 0; None for what is no number of a weekday."""
    is_day = is_number(day) and 0 <= day <= 6
    if is_day:
        return recurrence.DAYS[day - 1]
    return None


def month_day(row, number):
    """Return the day of the month; None if it can't be read."""
    day = row.get("recurrence_month_day")
    if day in (None, 0):
        return ""
    if is_number(day):
        return f";BYMONTHDAY={day}"
    return None


def nth_weekday(row, number):
    """Return a weekday of one of the month's weeks; None if either can't be read."""
    week = row.get("recurrence_week_of_month")
    code = code_of(row.get("recurrence_weekday"))
    if code is None or isinstance(week, (list, dict)):
        return None
    if week not in WEEKS | {-1}:
        return None
    nth = -1 if week == 5 else week
    return f";BYDAY={nth}{code}"


def last_day(row, number):
    return ";BYMONTHDAY=-1"


KINDS = {
    "daily": ("DAILY", no_days),
    "weekly": ("WEEKLY", weekdays),
    "monthly": ("MONTHLY", month_day),
    "monthly_weekday": ("MONTHLY", nth_weekday),
    "monthly_last_day": ("MONTHLY", last_day),
    "yearly": ("YEARLY", no_days),
}
