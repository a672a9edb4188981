"""Dates, repeats and reminders of TickTick."""

import re
from datetime import UTC, date, datetime, time, timedelta

from tasks.dates import moment
from tasks.importing.moments import zone_named

YES_OR_NO = {"true": True, "false": False}
MINUTES = {"W": 10080, "D": 1440, "H": 60, "M": 1, "S": 0}


def take_dates(item, row):
    kind = {
        "zone": row["Timezone"],
        "is_day": YES_OR_NO.get(row["Is All Day"].lower()),
        "is_floating": YES_OR_NO.get(row["Is Floating"].lower(), False),
    }
    start, end = row["Start Date"], row["Due Date"]
    item.due(end or start, **kind)
    if start and end and start != end:
        item.say("Start", item.in_words(start))
    if row["Repeat"]:
        item.repeat_by(row["Repeat"], **counted_from(item, row, kind))
    for reminder in re.split(r"[\s,]+", row["Reminder"]):
        if reminder:
            remind(item, reminder)


def counted_from(item, row, kind):
    """Return what a rule counts from, where that is another day than the user's: in its zone."""
    own = zone_named(row["Timezone"])
    if own is None or kind["is_floating"] or not item.due_time:
        return {}
    clock = time.fromisoformat(item.due_time)
    there = moment(date.fromisoformat(item.due_date), clock, item.plan.zone).astimezone(own)
    return {"start": there.date(), "clock": there.time(), "zone": own}


def remind(item, reminder):
    """Take a reminder such as -PT15M, before a time, or P0DT9H0M0S, after the start of a day."""
    parts = re.fullmatch(r"(?:TRIGGER:)?(-?)P((?:\d{1,5}[WDTHMS]|T)+)", reminder)
    if not parts or not item.due_date:
        item.say("Reminder", reminder)
        return
    minutes = 0
    for number, unit in re.findall(r"(\d+)([WDHMS])", parts[2]):
        minutes += int(number) * MINUTES[unit]
    after = -minutes if parts[1] else minutes
    if item.due_time and after <= 0:
        item.remind_before(minutes)
        return
    start = datetime.fromisoformat(f"{item.due_date}T{item.due_time or '00:00'}")  # on the clock
    at = start.replace(tzinfo=UTC) + timedelta(minutes=after)
    item.remind({"on_date": at.date().isoformat(), "at_time": at.time().isoformat()})
