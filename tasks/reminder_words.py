"""Reminders in words, for pages, mails and messages. Pure: no Django."""

from datetime import date, time

from accounts.clock import Clock
from accounts.text import counted

UNITS = {"minutes": 1, "hours": 60, "days": 1440}  # in minutes
DAY = UNITS["days"]


def split(minutes: int) -> tuple[int, str]:
    """Return a time span in its largest whole unit, a key of UNITS: 120 minutes are 2 hours."""
    for unit in ("days", "hours"):
        number, rest = divmod(minutes, UNITS[unit])
        if number and not rest:
            return number, unit
    return minutes, "minutes"


def before(minutes: int) -> str:
    """Return a span before a task's time in words: 30 minutes before, at its time."""
    if not minutes:
        return "at its time"
    number, units = split(minutes)
    span = counted(number, units.removesuffix("s"))
    return f"{span} before"


def before_day(minutes: int, hour: int, clock: Clock) -> str:
    """Return a span before a task without a time in words; its day begins at the user's hour."""
    at = clock.time(time(hour))
    if not minutes:
        return f"on the day at {at}"
    if minutes % DAY:
        return f"{before(minutes)} {at} on the day"
    return f"{before(minutes)} at {at}"


def on(day: date, at: time, clock: Clock) -> str:
    """Return a moment that the user has chosen in words: on Fri 4 Dec at 9:00."""
    return f"{clock.day(day)} at {clock.time(at)}"


def words_of(reminder, task, clock: Clock, hour: int) -> str:
    """Return a reminder of a task in words, as its user set it; hour is user.reminder_hour."""
    if reminder.minutes_before is None:
        return on(reminder.on_date, reminder.at_time, clock)
    if task.due_time is None:
        return before_day(reminder.minutes_before, hour, clock)
    return before(reminder.minutes_before)
