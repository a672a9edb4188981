"""Days in a search: tomorrow, friday, 3 may, this week. Pure: no Django; the moment is given.

A single day has the meaning that quick add gives it, where that is sure. Words that quick add reads
only beside others (fri, 5/4) are searched for as words: "fri" stands in fridge, too. So are days
that a search can't ask for: with a time (friday morning, friday 5pm), by friday, friday or
saturday.
"""

import re
from datetime import date, timedelta

from accounts.clock import Clock
from tasks.quickadd.days import Now, after, next_weekday
from tasks.quickadd.found import FAIR, value_of
from tasks.quickadd.phrases import PHRASES
from tasks.quickadd.readers import read_week_after

Days = tuple[date, date]  # the first and the last of them

LEAD = re.compile(r"(?:due(?: on)?|on) ", re.IGNORECASE)
SPAN = re.compile(r"(this|next) (weekend|week|month|quarter|year)", re.IGNORECASE)
END_OF_WORD = re.compile(r"(?!\S)")

# Beside these, days are part of something else: until friday, Black Friday, friday week.
NOT_BEHIND = frozenset(
    [
        *["by", "before", "after", "since", "from", "until", "till", "to", "between", "or", "and"],
        *["not", "except", "every", "each", "past", "last", "-", "–", "—"],
        *["black", "good", "cyber", "palm", "easter", "ash"],
        *["on", "due"],  # with which it was none
    ]
)
NOT_BEFORE = frozenset(["or", "and", "to", "until", "till", "week", "-", "–", "—"])
# A number behind a single day may be its time, year or date, unless it begins another date.
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
NUMBER_BEHIND = re.compile(
    r" (?:[0-9]{1,2}(?:[:.][0-9]{2})?(?:[ap]m|h)?|[0-9]{4})(?!\S)", re.IGNORECASE
)
TWO_DATES = re.compile(rf"[0-9]\S* {MONTH} [0-9]{{1,2}} {MONTH}(?!\S)", re.IGNORECASE)
WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[.,]?")


def days_at(
    text: str,
    start: int,
    clock: Clock,
) -> tuple[Days, str, int] | None:
    """Return the days that are said from a place of text on, None if none are.

    With them come their words for a person, and where they end in text.
    """
    now = Now(
        clock.now,
        clock.week_start,
        day_first=clock.date_format != "month",
    )
    before = last_word(text[:start])
    if before in NOT_BEHIND:
        return None
    if lead := LEAD.match(text, start):
        start = lead.end()
    for expression, read in READERS:
        match = expression.match(text, start)
        if not match or not END_OF_WORD.match(text, match.end()):
            continue
        days = value_of(match, read, now)
        if days and not is_part_of_more(before, match, days):
            words = in_words(match[0], days, clock)
            return days, words, match.end()
    return None


def last_word(text: str) -> str:
    """Return the last word of a text, in lower case, "" if there is none."""
    words = text.lower().split()
    return words[-1] if words else ""


def is_part_of_more(before: str, match: re.Match, days: Days) -> bool:
    """Return whether the words beside days add to them: friday week, wednesday 16 october.

    before is the word before them.
    """
    text = match.string
    start, end = match.span()
    behind = text[end:].lower().split()
    if behind and behind[0] in NOT_BEFORE:
        return True
    first, last = days
    has_number = first == last and NUMBER_BEHIND.match(text, end)
    if has_number and not TWO_DATES.match(text, start):
        return True
    is_figure = text[start].isdecimal()
    return is_figure and bool(WEEKDAY.fullmatch(before))


def in_words(said: str, days: Days, clock: Clock) -> str:
    """Return days as a person reads them: Tomorrow; This week, with its dates."""
    first, last = days
    if first == last:
        return clock.day(first)
    dates = f"{clock.date(first)} – {clock.date(last)}"
    return f"{said.capitalize()}, {dates}"


def read_span(match: re.Match, now: Now) -> Days:
    """this week, next month"""
    which, unit = match[0].lower().split()
    is_next = which == "next"
    if unit == "weekend":
        day = next_weekday({5, 6}, now.today)
        first = day - timedelta(day.weekday() - 5)  # 1 where it is Sunday
        if is_next:
            first += timedelta(7)
        return first, first + timedelta(1)
    first = now.start_of(unit)
    if is_next:
        first = after(first, 1, unit)
    next_first = after(first, 1, unit)
    return first, next_first - timedelta(1)


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
    if kind == "date" and strength >= FAIR and read is not read_week_after
]
