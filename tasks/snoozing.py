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
    found = [
        *soon(clock),
        *this_evening(clock),
    ]
    morning = time(hour)
    tomorrow = clock.today + timedelta(days=1)
    tomorrows = Snooze(
        "tomorrow",
        f"Tomorrow {clock.time(morning)}",
        at(clock, tomorrow, morning),
    )
    found.append(tomorrows)
    next_week = clock.next_week()
    if next_week != tomorrow:
        next_weeks = Snooze(
            "week",
            f"Next week, {next_week:%A} {clock.time(morning)}",
            at(clock, next_week, morning),
        )
        found.append(next_weeks)
    return found


def soon(clock: Clock) -> list[Snooze]:
    """Return the choices that are counted from now."""
    now = clock.now.astimezone(UTC)  # so that an hour has 60 minutes, also while clocks change
    return [
        Snooze("10m", "10 minutes", now + timedelta(minutes=10)),
        Snooze("1h", "1 hour", now + timedelta(hours=1)),
    ]


def this_evening(clock: Clock) -> list[Snooze]:
    """Return the choice of this evening, none if that is less than an hour away."""
    evening = at(clock, clock.today, EVENING)
    in_an_hour = clock.now.astimezone(UTC) + timedelta(hours=1)
    if evening <= in_an_hour:
        return []
    words = f"Tonight {clock.time(EVENING)}"
    return [Snooze("tonight", words, evening)]


def chosen(key: str, clock: Clock, hour: int) -> datetime | None:
    """Return the moment of a choice by its key, None if there is no such choice now."""
    moments = {each.key: each.until for each in choices(clock, hour)}
    return moments.get(key)


def at(clock: Clock, day: date, time_of_day: time) -> datetime:
    """Return a time on a day of the user as an aware moment."""
    return moment(day, time_of_day, clock.now.tzinfo)
