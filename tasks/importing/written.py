"""Dates and times as people and programs write them in tables. Pure: no Django.

Numbers with the day before the month, or after it, can't be told apart by one value: an order,
DAY_FIRST or MONTH_FIRST, says it. Months are read in English. Nothing is rolled over or completed:
a value that isn't understood as a whole raises NotRead.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from tasks.dates import can_be_meant

DAY_FIRST, MONTH_FIRST = "day", "month"
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
MONTH = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?(?:\s*uhr)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?"
)
DAYS = [
    r"(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})",
    r"(?P<year>(?:19|20|21)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
    r"(?P<first>\d{1,2})(?P<sign>[-/.])(?P<second_number>\d{1,2})(?P=sign)(?P<year>\d{4}|\d{2})",
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[. -]\s*(?P<name>{MONTH})\.?[, -]\s*(?P<year>\d{{4}})",
    rf"(?P<name>{MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
]
# Between a day and its time.
GAP = r"(?:t|,?\s+(?:at\s+|um\s+)?)"
FORMS = [re.compile(rf"{WEEKDAY}{day}(?:{GAP}{CLOCK})?\s*", re.I) for day in DAYS]
TIME = re.compile(rf"\s*{CLOCK}\s*", re.I)
EXCEL_DAY = re.compile(r"[34567]\d{4}(?:[.,]\d+)?")  # what Excel counts from 1900 on, to 2120
LONGEST = 80  # characters of a date; a longer cell is text


class NotRead(ValueError):
    """A cell that can't be read; its text is the reason."""


def day_and_time(text, order=""):
    """Return (day, time, moment) of a cell: a date with or without a time, or a moment.

    moment is timezone-aware if the cell names a zone, else None. Raise NotRead for any other
    text, for a day that doesn't exist, and for numbers whose order isn't given.
    """
    start = text.strip()[:LONGEST]
    for form in FORMS:
        found = form.fullmatch(start)
        if found:
            return parts_of(found, order)
    raise NotRead("It isn't a date.")


def parts_of(found, order):
    """Return (day, time, moment) of a match of FORMS. Raise NotRead for impossible ones."""
    try:
        day = day_of(found.groupdict(), order)
        clock = clock_of(found)
    except NotRead:
        raise
    except ValueError:
        raise NotRead("This day or time doesn't exist.") from None
    if not can_be_meant(day):
        raise NotRead("This day is too far away.")
    moment = moment_of(day, clock, found["zone"])
    return day, clock, moment


def day_of(said, order):
    """Return the day of a match of DAYS, {group: text}. Raise ValueError if it doesn't exist."""
    year = int(said["year"])
    if len(said["year"]) == 2:
        year += 2000
    if said.get("name"):
        name = said["name"].lower()[:3]
        month = MONTHS.index(name) + 1
        return date(year, month, int(said["day"]))
    if not said.get("first"):
        return date(
            year,
            int(said["month"]),
            int(said["day"]),
        )
    numbers = [int(said["first"]), int(said["second_number"])]
    if order == MONTH_FIRST:
        numbers.reverse()
    elif order != DAY_FIRST and numbers[0] != numbers[1]:
        raise NotRead("It doesn't say whether the day or the month comes first.")
    return date(
        year,
        numbers[1],
        numbers[0],
    )


def clock_of(found):
    """Return the time of a match of CLOCK; None without one."""
    said = found.groupdict()
    if said["hour"] is None:
        return None
    if not said["minute"] and not said["half"]:
        raise NotRead("It isn't a time.")
    hour = int(said["hour"])
    if said["half"]:
        if not 1 <= hour <= 12:
            raise NotRead("This hour doesn't exist.")
        hour %= 12
        if said["half"][0] in "pP":
            hour += 12
    return time(
        hour,
        int(said["minute"] or 0),
        int(said["second"] or 0),
    )


def moment_of(day, clock, zone):
    """Return the moment of a day and time in a zone such as z or +01:00; None without both."""
    if not zone or clock is None:
        return None
    if zone.lower() in ("z", "utc", "gmt"):
        return datetime.combine(day, clock, UTC)
    hours = int(zone[1:3])
    minutes = int(zone[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    if zone[0] == "-":
        offset = -offset
    return datetime.combine(day, clock, timezone(offset))


def time_of_day(text):
    """Return the time that a cell says. Raise NotRead for any other text."""
    found = TIME.fullmatch(text[:LONGEST])
    if not found or found["zone"]:
        raise NotRead("It isn't a time.")
    try:
        return clock_of(found)
    except ValueError:
        raise NotRead("It isn't a time.") from None


def order_of(texts):
    """Return the order of day and month that these cells prove; "" if none does, or both do."""
    proven = set(filter(None, map(proof, texts)))
    if len(proven) == 1:
        return proven.pop()
    return ""


def proof(text):
    """Return the order that a cell proves by a number above 12; "" if it proves none."""
    found = in_figures(text)
    if not found:
        return ""
    first, second = numbers_of(found)
    if first > 12 >= second:
        return DAY_FIRST
    if second > 12 >= first:
        return MONTH_FIRST
    return ""


def is_ambiguous(text):
    """Return whether a cell is another day if the order is another."""
    found = in_figures(text)
    if not found:
        return False
    first, second = numbers_of(found)
    return first != second and max(first, second) <= 12


def has_dots(text):
    """Return whether a cell is a date with dots, which is written with the day first everywhere."""
    found = in_figures(text)
    return bool(found) and found["sign"] == "."


def in_figures(text):
    """Return the match of a date that could have the day or the month first, None for others."""
    return FORMS[2].fullmatch(text.strip()[:LONGEST])


def numbers_of(found):
    """Return both numbers of a date in figures, in their order."""
    return int(found["first"]), int(found["second_number"])


def is_date(text):
    """Return whether a cell is a date in any order."""
    for order in (DAY_FIRST, MONTH_FIRST):
        try:
            day_and_time(text, order)
        except (NotRead, OverflowError):
            continue
        return True
    return False
