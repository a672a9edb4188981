"""Repeats of Super Productivity, which are kept apart from their tasks."""

from datetime import date, timedelta

from tasks import recurrence
from tasks.importing.millis import length_of, moment_of
from tasks.importing.periods import every
from tasks.importing.plan import shortened
from tasks.importing.shapes import dicts_in, is_true, key_in, key_of, list_in

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKS_OF_MONTH = (1, 2, 3, 4, -1)
MINUTES_BEFORE = {"AtStart": 0, "m5": 5, "m10": 10, "m15": 15, "m30": 30, "h1": 60}
UNKNOWN = "Its rule isn't known here."
PAUSED = "It was paused."
COUNTED = "The file doesn't say how many of its dates are over."
LATER = "Some of its later dates are left out, which can't be done here."


class Repeats:
    """The repeats of a backup, {id: row}."""

    def __init__(self, rows, backup):
        self.rows = rows
        self.backup = backup
        self.items = backup.items
        self.zone = backup.plan.zone
        self.newest = newest_of(backup.tasks)

    def take(self, item, task):
        """Take the repeat of a task, if it is the newest one of it."""
        key = key_in(task, "repeatCfgId")
        if key is None or self.newest.get(key) != item.key:
            return
        row = self.rows.get(key)
        if row is None:
            item.leave("Its repeat isn't in the file.")
            return
        if not item.due_date:
            made_on = last_day(row) or moment_of(task.get("created"))
            item.due(made_on, is_day=True)
            item.leave("It has no date. The day that its repeat made it on is taken.")
        take_rule(item, row)

    def add_waiting(self):
        """Add a task for each repeat without an open one: its next occurrence."""
        for number, (key, row) in enumerate(self.rows.items(), 1):
            if key not in self.newest:
                self.add(f"repeat {number}", row)

    def add(self, where, row):
        """Add a task for a repeat, from what the repeat has for its tasks."""
        key = key_in(row, "id")
        item = self.items.add(where, key=f"repeat {key}")
        item.home = self.backup.home(row.get("projectId"))
        item.title = row.get("title")
        item.body = row.get("notes")
        for key in list_in(row, "tagIds"):
            tag = self.backup.tags.get(key_of(key), {})
            item.tag(tag.get("title"))
        for step in dicts_in(row, "subTaskTemplates"):
            item.step(step.get("title"), False)
        if estimate := length_of(row.get("defaultEstimate")):
            item.say("Estimate", estimate)
        if is_true(row, "isPaused"):
            item.repeat_in_words(in_words(row), PAUSED)
            return
        self.take_next_day(item, row)
        self.take_clock(item, row)

    def take_next_day(self, item, row):
        """Take the rule, and the first of its days after the last task that it has made."""
        last = day_in(last_day(row))
        start = day_in(row.get("startDate"))
        start = start or last or self.items.today
        item.due(start.isoformat(), is_day=True)
        take_rule(item, row)
        if item.repeat and last:
            anchor = date.fromisoformat(item.due_date)
            day_before = anchor - timedelta(1)
            day = recurrence.next_due(
                item.repeat,
                anchor=anchor,
                after=max(last, day_before),
            )
            if day:
                item.due_date = day.isoformat()

    def take_clock(self, item, row):
        """Take the time of day, and the reminder before it."""
        clock = row.get("startTime")
        if isinstance(clock, str) and item.due_date:
            item.due(f"{item.due_date}T{clock}", naive=self.zone)
        before = row.get("remindAt")
        is_known = isinstance(before, str) and before in MINUTES_BEFORE
        if is_known and item.due_time:
            item.remind_before(MINUTES_BEFORE[before])
        elif before not in (None, "", "DoNotRemind"):
            item.say("Reminder", shortened(str(before)))


def newest_of(tasks):
    """Return the open task that each repeat has made last, {id of the repeat: id}."""
    newest = {}
    for key, task in tasks.items():
        repeat = key_in(task, "repeatCfgId")
        if is_true(task, "isDone") or not repeat:
            continue
        before = tasks.get(newest.get(repeat), {})
        if order_of(task) >= order_of(before):
            newest[repeat] = key
    return newest


def order_of(task):
    """Return the key that sorts the tasks of a repeat: the later, the greater."""
    day = str(task.get("dueDay") or "")
    created = task.get("created")
    if not isinstance(created, (int, float)):
        created = 0
    return day, created


def last_day(row):
    """Return the day on which a repeat has made its last task, in ISO 8601, or a moment of it."""
    return row.get("lastTaskCreationDay") or moment_of(row.get("lastTaskCreation"))


def day_in(value):
    """Return the day that a value begins with; None if it's none."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def take_rule(item, row):
    """Take the rule of a repeat; it goes into the notes if it can't be exactly the same here."""
    words = in_words(row)
    rule = rrule_of(row)
    is_from_completion = is_true(row, "repeatFromCompletionDate")
    way = "completion" if is_from_completion else "due"
    if is_true(row, "isPaused"):
        item.repeat_in_words(words, PAUSED)
    elif has_gaps(row, item.due_date):
        item.repeat_in_words(words, LATER)
    elif "COUNT" in rule.upper():
        item.repeat_in_words(words, COUNTED)
    elif rule:
        item.repeat_by(rule, repeat_from=way)
    elif known := rule_of(row, item.due_date):
        item.repeat_as(known, words, way)
    else:
        item.repeat_in_words(words, UNKNOWN)


def rrule_of(row):
    """Return the RRULE of a repeat; "" for one of older versions, which has none."""
    rule = row.get("rrule")
    return rule if isinstance(rule, str) else ""


def has_gaps(row, due_date):
    """Return whether days of a repeat are left out after a day in ISO 8601, which may be None."""
    days = list_in(row, "deletedInstanceDates")
    start = due_date or ""
    return any(isinstance(day, str) and day > start for day in days)


def in_words(row):
    """Return the rule of a repeat as the notes have it."""
    if rule := rrule_of(row):
        return rule
    days = [day for day in WEEKDAYS if is_true(row, day)]
    says = [
        f"every {row.get('repeatEvery')}",
        row.get("repeatCycle"),
        ", ".join(days),
    ]
    if week := row.get("monthlyWeekOfMonth"):
        weekday = row.get("monthlyWeekday")
        says.append(f"week {week}, weekday {weekday}")
    if is_true(row, "monthlyLastDay"):
        says.append("last day")
    if start := row.get("startDate"):
        says.append(f"from {start}")
    words = map(str, filter(None, says))
    return shortened(" ".join(words))


def rule_of(row, due_date):
    """Return the rule of a repeat; "" if it isn't known. Short months clamp, as they do there."""
    number = row.get("repeatEvery")
    cycle = str(row.get("repeatCycle"))
    start = day_in(row.get("startDate")) or day_in(due_date)
    is_number = isinstance(number, int) and not isinstance(number, bool)
    is_known = is_number and 0 < number < 1000
    if not is_known or start is None or cycle not in recurrence.FREQUENCIES:
        return ""
    rule = every(cycle, number)
    if cycle == "WEEKLY":
        rule += weekly(row, start, number)
    elif cycle == "MONTHLY":
        rule += monthly(row, start)
    elif cycle == "YEARLY":
        rule += f";BYMONTH={start.month};BYMONTHDAY={start.day}"
    return rule


def weekly(row, start, number):
    """Return the weekdays. Weeks begin on the day that the repeat has begun."""
    first = recurrence.DAYS[start.weekday()]
    codes = zip(recurrence.DAYS, WEEKDAYS, strict=True)
    named = [code for code, day in codes if is_true(row, day)]
    if not named:
        return f";BYDAY={first}"
    days = f";BYDAY={','.join(named)}"
    if number > 1 and len(named) > 1:
        days += f";WKST={first}"
    return days


def monthly(row, start):
    """Return the day of a month: a weekday of one of its weeks, its last day, or a number."""
    nth = row.get("monthlyWeekOfMonth")
    weekday = row.get("monthlyWeekday")  # from 0 for Sunday
    if nth in WEEKS_OF_MONTH and weekday in range(7):
        code = recurrence.DAYS[weekday - 1]
        return f";BYDAY={nth}{code}"
    if is_true(row, "monthlyLastDay"):
        return ";BYMONTHDAY=-1"
    return f";BYMONTHDAY={start.day}"
