"""Repeats of Super Productivity, which are kept apart from their tasks."""

from datetime import date, timedelta

from tasks import recurrence
from tasks.importing.millis import length_of, moment_of
from tasks.importing.periods import every
from tasks.importing.plan import shortened
from tasks.importing.shapes import dicts, key_of, list_of

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MINUTES_BEFORE = {"AtStart": 0, "m5": 5, "m10": 10, "m15": 15, "m30": 30, "h1": 60}
UNKNOWN = "Its rule isn't known here."
PAUSED = "It was paused."
COUNTED = "The file doesn't say how many of its dates are over."
LATER = "Some of its later dates are left out, which can't be done here."


class Repeats:
    """The repeats of a backup, {id: row}."""

    def __init__(self, rows, backup):
        self.rows, self.backup, self.items = rows, backup, backup.items
        self.newest = {}  # the open task that each repeat has made last, {id: id}
        for key, task in backup.tasks.items():
            repeat = key_of(task.get("repeatCfgId"))
            if task.get("isDone") is not True and repeat:
                before = backup.tasks.get(self.newest.get(repeat), {})
                if order_of(task) >= order_of(before):
                    self.newest[repeat] = key

    def take(self, item, task):
        """Take the repeat of a task, if it is the newest one of it."""
        key = key_of(task.get("repeatCfgId"))
        if key is None or self.newest.get(key) != item.key:
            return
        row = self.rows.get(key)
        if row is None:
            item.leave("Its repeat isn't in the file.")
            return
        if not item.due_date:
            item.due(
                last_day(row, self.items.plan.zone) or moment_of(task.get("created")), is_day=True
            )
            item.leave("It has no date. The day that its repeat made it on is taken.")
        self.take_rule(item, row)

    def take_rule(self, item, row):
        words = in_words(row)
        days = [day for day in list_of(row.get("deletedInstanceDates")) if isinstance(day, str)]
        way = "completion" if row.get("repeatFromCompletionDate") is True else "due"
        if row.get("isPaused") is True:
            item.repeat_in_words(words, PAUSED)
        elif any(day > (item.due_date or "") for day in days):
            item.repeat_in_words(words, LATER)
        elif isinstance(row.get("rrule"), str) and "COUNT" in row["rrule"].upper():
            item.repeat_in_words(words, COUNTED)
        elif isinstance(row.get("rrule"), str) and row["rrule"]:
            item.repeat_by(row["rrule"], repeat_from=way)
        elif rule := rule_of(row, item.due_date):
            item.repeat_as(rule, words, way)
        else:
            item.repeat_in_words(words, UNKNOWN)

    def add_waiting(self):
        """Add a task for each repeat without an open one: its next occurrence."""
        for number, (key, row) in enumerate(self.rows.items(), 1):
            if key not in self.newest:
                self.add(f"repeat {number}", row)

    def add(self, where, row):
        item = self.items.add(where, key=f"repeat {key_of(row.get('id'))}")
        item.home = self.backup.home(row.get("projectId"))
        item.title, item.body = row.get("title"), row.get("notes")
        for key in list_of(row.get("tagIds")):
            item.tag(self.backup.tags.get(key_of(key), {}).get("title"))
        for step in dicts(row.get("subTaskTemplates")):
            item.step(step.get("title"), False)
        if estimate := length_of(row.get("defaultEstimate")):
            item.say("Estimate", estimate)
        if row.get("isPaused") is True:
            item.repeat_in_words(in_words(row), PAUSED)
            return
        start, last = day_in(row.get("startDate")), day_in(last_day(row, self.items.plan.zone))
        item.due((start or last or self.items.today).isoformat(), is_day=True)
        self.take_rule(item, row)
        if item.repeat and last:
            after = max(last, date.fromisoformat(item.due_date) - timedelta(1))
            how = {"anchor": date.fromisoformat(item.due_date), "after": after}
            day = recurrence.next_due(item.repeat, **how)
            item.due_date = day.isoformat() if day else item.due_date
        if isinstance(row.get("startTime"), str) and item.due_date:
            item.due(f"{item.due_date}T{row['startTime']}", naive=self.items.plan.zone)
        before = row.get("remindAt")
        if isinstance(before, str) and before in MINUTES_BEFORE and item.due_time:
            item.remind_before(MINUTES_BEFORE[before])
        elif before not in (None, "", "DoNotRemind"):
            item.say("Reminder", shortened(str(before)))


def order_of(task):
    """Return the key that sorts the tasks of a repeat: the later, the greater."""
    created = task.get("created")
    return str(task.get("dueDay") or ""), created if isinstance(created, (int, float)) else 0


def last_day(row, zone):
    """Return the day on which a repeat has made its last task, in ISO 8601, or a moment of it."""
    return row.get("lastTaskCreationDay") or moment_of(row.get("lastTaskCreation"))


def day_in(value):
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def in_words(row):
    """Return the rule of a repeat as the notes have it."""
    if isinstance(row.get("rrule"), str) and row["rrule"]:
        return row["rrule"]
    days = [day for day in WEEKDAYS if row.get(day) is True]
    says = [f"every {row.get('repeatEvery')}", row.get("repeatCycle"), ", ".join(days)]
    if row.get("monthlyWeekOfMonth"):
        says.append(f"week {row['monthlyWeekOfMonth']}, weekday {row.get('monthlyWeekday')}")
    if row.get("monthlyLastDay") is True:
        says.append("last day")
    if row.get("startDate"):
        says.append(f"from {row['startDate']}")
    return shortened(" ".join(str(words) for words in says if words))


def rule_of(row, due_date):
    """Return the rule of a repeat; "" if it isn't known. Short months clamp, as they do there."""
    number, cycle = row.get("repeatEvery"), str(row.get("repeatCycle"))
    start = day_in(row.get("startDate")) or day_in(due_date)
    is_known = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 1000
    if not is_known or start is None or cycle not in recurrence.FREQUENCIES:
        return ""
    days = {"WEEKLY": weekly, "MONTHLY": monthly, "YEARLY": yearly}.get(cycle, lambda *_: "")
    return every(cycle, number) + days(row, start, number)


def weekly(row, start, number):
    """Return the weekdays. Weeks begin on the day that the repeat has begun."""
    named = [
        code for code, day in zip(recurrence.DAYS, WEEKDAYS, strict=True) if row.get(day) is True
    ]
    if not named:
        return f";BYDAY={recurrence.DAYS[start.weekday()]}"
    weeks = f";WKST={recurrence.DAYS[start.weekday()]}" if number > 1 and len(named) > 1 else ""
    return f";BYDAY={','.join(named)}{weeks}"


def monthly(row, start, number):
    nth, weekday = row.get("monthlyWeekOfMonth"), row.get("monthlyWeekday")
    if nth in (1, 2, 3, 4, -1) and weekday in range(7):  # from 0 for Sunday
        return f";BYDAY={nth}{recurrence.DAYS[weekday - 1]}"
    if row.get("monthlyLastDay") is True:
        return ";BYMONTHDAY=-1"
    return f";BYMONTHDAY={start.day}"


def yearly(row, start, number):
    return f";BYMONTH={start.month};BYMONTHDAY={start.day}"
