"""The times to which a reminder can be snoozed. Pure: no Django."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from accounts.clock import Clock
from tasks.dates import moment

EVENING = time(19)


class Snooze(NamedTuple):
    """A choice: its key in a form, its words on a button, and the aware moment that it means."""

    key: str
    words: str
    until: datetime


def choices(clock: Clock, hour: int) -> list[Snooze]:
    """Return the moments to come to which a reminder can be snoozed, the soonest first.

    hour is the hour of the morning at which the user wants reminders, 0 to 23.
    """
    now = clock.now.astimezone(UTC)  # so that an hour has 60 minutes, also while clocks change
    morning = time(hour)
    found = [
        Snooze("10m", "10 minutes", now + timedelta(minutes=10)),
        Snooze("1h", "1 hour", now + timedelta(hours=1)),
    ]
    evening = at(clock, clock.today, EVENING)
    if evening > now + timedelta(hours=1):
        found.append(Snooze("tonight", f"Tonight {clock.time(EVENING)}", evening))
    tomorrow, next_week = clock.today + timedelta(days=1), clock.next_week()
    words = f"Tomorrow {clock.time(morning)}"
    found.append(Snooze("tomorrow", words, at(clock, tomorrow, morning)))
    if next_week != tomorrow:
        words = f"{next_week:%A} {clock.time(morning)}"
        found.append(Snooze("week", f"Next week, {words}", at(clock, next_week, morning)))
    return found


def chosen(key: str, clock: Clock, hour: int) -> datetime | None:
    """Return the moment of a choice by its key, None if there is no such choice now."""
    moments = {each.key: each.until for each in choices(clock, hour)}
    return moments.get(key)


def at(clock: Clock, day: date, time_of_day: time) -> datetime:
    """Return a time on a day of the user as an aware moment."""
    return moment(day, time_of_day, clock.now.tzinfo)
