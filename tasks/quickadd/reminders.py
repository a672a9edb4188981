"""The words of a line that ask for a reminder. Pure: no Django.

!remind 9am and !remind 1 day before are tokens, as tags are. "remind me 30 min before", "remind me
at 9am" and !30m count at the end of a line, or with nothing but tokens or a comma behind them.
Anywhere else they describe the task: "remind me at 9am to call Bob".
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from tasks.dates import LONGEST_BEFORE, moment
from tasks.quickadd.days import of_half
from tasks.quickadd.found import Found

MOST = 10  # of a line; tasks.reminders.MOST is that of a task
UNITS = {"m": 1, "h": 60, "d": 1440, "w": 7 * 1440}  # in minutes, by the first letter
NUMBERS = {"a": 1, "an": 1, "one": 1, "half an": 0.5}
CLOCKS = {"noon": time(12), "midday": time(12)}
# Before these words "remind me" isn't asked of Todosite.
NOT_ASKED = r"(?<!\bto )(?<!\bnot )(?<!n't )(?<!n’t )(?<!\bnever )(?<!\bwill )(?<!\bwould )"
NOT_ASKED += r"(?<!\bdid )(?<!\bdoes )(?<!\byou )(?<!\bthey )(?<!\bshe )(?<!\bhe )(?<!\bit )"
SPAN = (
    r"(?P<{0}number>[0-9]{{1,3}}|half an|an?|one) ?"
    r"(?P<{0}unit>m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)"
)
BEFORE = r"(?:before(?:hand)?|earlier|ahead|in advance)"
EXACT = r"[0-9]{{1,2}}(?:[:.][0-9]{{2}})? ?[ap]\.?m\b\.?|[0-9]{{1,2}}:[0-9]{{2}}"
CLOCK = rf"(?P<{{0}}clock>noon|midday|{EXACT})"
END = r"(?=[ .,;!?)]*(?:$|[,;]|\s[#+@!]\S))"
REMINDER = re.compile(
    r"(?<![^\s(,;])(?:"
    rf"!remind(?: {SPAN.format('a_')}(?: {BEFORE})?| (?:at )?{CLOCK.format('e_')})(?=[\s,.;)]|$)"
    rf"|!remind{END}"
    rf"|!{SPAN.format('b_')}{END}"
    rf"|{NOT_ASKED}(?:and )?(?:please )?remind me {SPAN.format('c_')} {BEFORE}{END}"
    rf"|{NOT_ASKED}(?:and )?(?:please )?remind me (?:at )?{CLOCK.format('d_')}{END}"
    r")",
    re.IGNORECASE,
)
TIME = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))? ?(?:([ap])\.?m)?", re.IGNORECASE)


class Asked(NamedTuple):
    """A reminder of a line: a number of minutes before the task, or a time on its day."""

    minutes: int | None = None
    clock: time | None = None


class Reminder(NamedTuple):
    """A reminder that a task can have: minutes before it, or a moment of its writer's zone."""

    minutes: int | None = None
    day: date | None = None
    clock: time | None = None


def reminders_of(bare: str) -> list[Found]:
    """Return the reminders of a line, in their order; bare has NULs for anything that is always
    text.
    """
    found = []
    spaced = re.sub(r"\s", " ", bare)
    for match in REMINDER.finditer(spaced):
        asked = asked_by(match)
        if asked and len(found) < MOST:
            start, end = match.span()
            found.append(Found(start, end, "reminder", asked))
    return found


def asked_by(match: re.Match) -> Asked | None:
    """Return the reminder of a match of REMINDER; None for a time or a span that can't be."""
    said = said_by(match)
    if "clock" in said:
        clock = clock_of(said["clock"])
        return clock and Asked(clock=clock)
    if "unit" not in said:
        return Asked(minutes=0)
    number = NUMBERS.get(said["number"]) or int(said["number"])
    letter = said["unit"][0]
    minutes = int(number * UNITS[letter])
    if minutes > LONGEST_BEFORE:
        return None
    return Asked(minutes=minutes)


def said_by(match: re.Match) -> dict[str, str]:
    """Return the groups of a match that hold words, without the letters before their names."""
    said = {}
    for name, words in match.groupdict().items():
        if words:
            _, _, part = name.partition("_")
            said[part] = words.lower()
    return said


def clock_of(words: str) -> time | None:
    """Return the time of 9am, 9:30 or noon; None for an hour or a minute outside the clock."""
    if words in CLOCKS:
        return CLOCKS[words]
    hour, minute, half = TIME.match(words).groups()
    hour = int(hour)
    minute = int(minute or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = of_half(hour, half)
    if hour > 23 or minute > 59:
        return None
    return time(hour, minute)


def planned(
    found: Iterable[Found],
    *,
    due_date: date | None,
    has_day: bool,
    repeats: bool,
    now: datetime,
) -> list[Reminder] | None:
    """Return reminders as a task can have them; None if one of them makes no sense for the task.

    A span needs a day to count from, which the line names (due_date) or the task has anyway
    (has_day). A time is on the day of the line, or else the next such time. It must be to come,
    unless the task repeats, since the reminder goes along to its next day.
    """
    reminders = []
    for one in found:
        asked = one.value
        if asked.minutes is not None:
            if due_date is None and not has_day:
                return None
            reminders.append(Reminder(minutes=asked.minutes))
            continue
        day = due_date or next_day(asked.clock, now)
        if not repeats and moment(day, asked.clock, now.tzinfo) <= now:
            return None
        reminders.append(Reminder(day=day, clock=asked.clock))
    return reminders


def next_day(clock: time, now: datetime) -> date:
    """Return today if a time is still to come, else tomorrow."""
    day = now.date()
    if clock > now.time():
        return day
    return day + timedelta(days=1)
