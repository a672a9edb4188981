"""The alarms of a VTODO as reminders (RFC 5545, section 3.6.6)."""

from datetime import date, datetime, time, timedelta
from math import ceil

from tasks.dates import moment
from tasks.importing.plan import shortened

MINUTE = timedelta(minutes=1)
ONCE = "Its reminder is kept for the next time only: it counts from a day without a time."


def take_alarms(item, todo, start, zones):
    """Take the reminders of an item with known days; start is its first Day, or None."""
    for alarm in todo.named("VALARM"):
        trigger = alarm.first("TRIGGER")
        place = alarm.text("X-APPLE-PROXIMITY").strip().lower()
        # Apple turns a default alarm off by one of the action NONE.
        if alarm.text("ACTION").strip().upper() == "NONE":
            continue
        if place:
            item.say("Reminder", f"at a place ({shortened(place)})")
        if place or trigger is None:
            continue
        try:
            take_trigger(item, trigger, start, zones)
        except (ValueError, OverflowError):
            item.say("Reminder", shortened(trigger.raw))


def take_trigger(item, trigger, start, zones):
    """Take a reminder at a moment, or so long before or after the start or the due date.

    What has no start counts from its due date. Raise ValueError if it has neither.
    """
    at = trigger.when
    if isinstance(at, datetime):
        at, _ = zones.moment(at, trigger.zone)
        item.remind_at(at.isoformat())
        return
    if not isinstance(at, timedelta):
        raise ValueError("This is a day.")
    is_of_start = trigger.params.get("RELATED", "START").upper() == "START"
    base = base_of(item, start, is_of_start, zones)
    if item.due_time:
        before = due_moment(item, zones) - base - at
        if before >= timedelta():
            item.remind_before(ceil(before / MINUTE))
            return
    item.remind_at((base + at).isoformat())
    if item.repeat:
        item.leave(ONCE)


def base_of(item, start, is_of_start, zones):
    """Return the moment that an alarm counts from."""
    if is_of_start and start is not None:
        return moment(
            start.day,
            start.clock or time(),
            start.zone,
        )
    if not item.due_date:
        raise ValueError("It has no date.")
    return due_moment(item, zones)


def due_moment(item, zones):
    """Return the moment that an item is due, the start of its day if it has no time."""
    clock = time.fromisoformat(item.due_time or "00:00")
    return moment(
        date.fromisoformat(item.due_date),
        clock,
        zones.user,
    )
