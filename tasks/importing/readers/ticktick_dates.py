"""Dates, repeats and reminders of TickTick."""

import re
from datetime import UTC, date, datetime, time, timedelta

from tasks.dates import moment
from tasks.importing.moments import zone_named

YES_OR_NO = {"true": True, "false": False}
MINUTES = {"W": 10080, "D": 1440, "H": 60, "M": 1, "S": 0}
REMINDER = re.compile(r"(?:TRIGGER:)?(-?)P((?:\d{1,5}[WDTHMS]|T)+)")


def take_dates(item, row):
    """Take the due date, the repeat and the reminders."""
    kind = {
        "zone": row["Timezone"],
        "is_day": YES_OR_NO.get(row["Is All Day"].lower()),
        "is_floating": YES_OR_NO.get(row["Is Floating"].lower(), False),
    }
    start = row["Start Date"]
    end = row["Due Date"]
    item.due(end or start, **kind)
    if start and end and start != end:
        item.say("Start", item.in_words(start))
    if row["Repeat"]:
        origin = counted_from(item, row, kind)
        item.repeat_by(row["Repeat"], **origin)
    for reminder in re.split(r"[\s,]+", row["Reminder"]):
        if reminder:
            remind(item, reminder)


def counted_from(item, row, kind):
    """Return what a rule counts from, where that is another day than the user's: in its zone."""
    own = zone_named(row["Timezone"])
    if own is None or kind["is_floating"] or not item.due_time:
        return {}
    here = moment(
        date.fromisoformat(item.due_date),
        time.fromisoformat(item.due_time),
        item.plan.zone,
    )
    there = here.astimezone(own)
    return {
        "start": there.date(),
        "clock": there.time(),
        "zone": own,
    }


def remind(item, reminder):
    """Take a reminder such as -PT15M, before a time, or P0DT9H0M0S, after the start of a day."""
    match = REMINDER.fullmatch(reminder)
    if not match or not item.due_date:
        item.say("Reminder", reminder)
        return
    sign, length = match.groups()
    minutes = minutes_in(length)
    after = -minutes if sign else minutes
    if item.due_time and after <= 0:
        item.remind_before(minutes)
    else:
        remind_after(item, after)


def minutes_in(length):
    """Return a length of ISO 8601, such as DT9H0M, in minutes."""
    minutes = 0
    for number, unit in re.findall(r"(\d+)([WDHMS])", length):
        minutes += int(number) * MINUTES[unit]
    return minutes


def remind_after(item, minutes):
    """Take a reminder so many minutes after the item is due, or its day begins, on the clock."""
    clock = item.due_time or "00:00"
    start = datetime.fromisoformat(f"{item.due_date}T{clock}")
    at = start.replace(tzinfo=UTC) + timedelta(minutes=minutes)
    reminder = {
        "on_date": at.date().isoformat(),
        "at_time": at.time().isoformat(),
    }
    item.remind(reminder)
