"""Days in a search: tomorrow, friday, 3 may, this week. Pure: no Django; the moment is given.

A single day is one as quick add reads it, where that is sure. What quick add takes only beside
other words (fri, 5/4) is looked for as it is: "fri" stands in fridge, too. So is what has a time
(friday morning), which a search can't ask for.
"""

import re
from datetime import date, timedelta

from accounts.clock import Clock
from tasks.quickadd.parser import value_of
from tasks.quickadd.phrases import FAIR, PHRASES, Now, after, next_weekday

Days = tuple[date, date]  # the first and the last of them

LEAD = re.compile(r"(?:due(?: on)?|on) ", re.IGNORECASE)
SPAN = re.compile(r"(this|next) (weekend|week|month|quarter|year)", re.IGNORECASE)
END_OF_WORD = re.compile(r"(?!\S)")


def days_at(text: str, start: int, clock: Clock) -> tuple[Days, str, int] | None:
    """Return the days that are said from a place of text on, None if none are.

    With them come their words for a person, and where they end in text.
    """
    now = Now(clock.now, clock.week_start, clock.date_format != "month")
    if lead := LEAD.match(text, start):
        start = lead.end()
    for expression, read in READERS:
        match = expression.match(text, start)
        if not match or not END_OF_WORD.match(text, match.end()):
            continue
        if days := value_of(match, read, now):
            return days, in_words(match[0], days, clock), match.end()
    return None


def in_words(said: str, days: Days, clock: Clock) -> str:
    """Return days as a person reads them: Tomorrow; This week, with its dates."""
    first, last = days
    if first == last:
        return clock.day(first)
    return f"{said.capitalize()}, {clock.date(first)} – {clock.date(last)}"


def read_span(match: re.Match, now: Now) -> Days:
    """this week, next month"""
    which, unit = match[0].lower().split()
    if unit == "weekend":
        day = next_weekday({5, 6}, now.today)
        first = day - timedelta(day.weekday() - 5)  # 1 where it is Sunday
        first += timedelta(7 * (which == "next"))
        return first, first + timedelta(1)
    first = now.start_of(unit)
    if which == "next":
        first = after(first, 1, unit)
    return first, after(first, 1, unit) - timedelta(1)


def reading_days(read):
    """Return the reader of a date in quick add as one of days, which are that one."""

    def read_days(match, now):
        found = read(match, now)
        if not found or found.part or found.clock:
            return None
        return found.day, found.day

    return read_days


READERS = [(SPAN, read_span)] + [
    (expression, reading_days(read))
    for kind, strength, expression, read in PHRASES
    if kind == "date" and strength >= FAIR
]
