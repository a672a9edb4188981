"""Rules of repeats as text, a subset of RFC 5545 that people need. Pure: no Django.

A rule is text such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH. tasks.recurrence has its days.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

FREQUENCIES = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_INTERVAL = 999
MOST_COUNT = 9999


@dataclass(frozen=True)
class Rule:
    """A parsed rule. weekdays are (nth, weekday): (0, 0) is each Monday, (-1, 4) the last Friday.

    Weekdays and the start of the week count from 0 for Monday. 0 doesn't occur in month_days and
    positions. until is the last possible day, count the number of days.
    """

    frequency: str
    interval: int = 1
    weekdays: tuple[tuple[int, int], ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int | None = None
    until: date | None = None
    count: int | None = None


def read(rule: str) -> Rule:
    """Parse a rule. Raise ValueError, in words for its author, if it isn't of the subset."""
    text = rule.upper().removeprefix("RRULE:")
    said = parts_of(text)
    if "FREQ" not in said:
        raise ValueError("A repeat needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    fields = {FIELDS[name]: value for name, value in said.items()}
    found = Rule(**fields)
    refuse_senseless(found)
    return found


def parts_of(text: str) -> dict:
    """Return the parsed parts of a rule by their names. Raise ValueError as read() does."""
    said = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        if name in said:
            raise ValueError(f"{name} occurs twice.")
        if name not in PARTS:
            raise ValueError(f"“{part[:40]}” isn't supported in a repeat.")
        parse = PARTS[name]
        said[name] = parse(value, name)
    return said


def write(rule: Rule) -> str:
    """Return a rule as text, which read() parses."""
    weekdays = [weekday_as_text(*pair) for pair in rule.weekdays]
    parts = {
        "FREQ": rule.frequency,
        "INTERVAL": rule.interval,
        "BYMONTH": separated(rule.months),
        "BYMONTHDAY": separated(rule.month_days),
        "BYDAY": separated(weekdays),
        "BYSETPOS": separated(rule.positions),
        "WKST": week_start_as_text(rule),
        "UNTIL": until_as_text(rule),
        "COUNT": rule.count,
    }
    if rule.interval == 1:
        del parts["INTERVAL"]
    said = [f"{name}={value}" for name, value in parts.items() if value]
    return ";".join(said)


def week_start_as_text(rule: Rule) -> str:
    """Return the first day of a rule's weeks: MO; "" if it has none."""
    if rule.week_start is None:
        return ""
    return DAYS[rule.week_start]


def until_as_text(rule: Rule) -> str:
    """Return the last possible day of a rule: 20260630; "" if it has none."""
    if not rule.until:
        return ""
    return f"{rule.until:%Y%m%d}".zfill(8)


def separated(values: Iterable) -> str:
    """Return the values of a part of a rule: 1,15."""
    return ",".join(map(str, values))


def weekday_as_text(nth: int, weekday: int) -> str:
    """Return a weekday as a rule has it: MO, 1MO, -1FR."""
    name = DAYS[weekday]
    if not nth:
        return name
    return f"{nth}{name}"


def weekdays_named(rule: Rule) -> set[int]:
    """Return the weekdays of a rule, whichever of a month they are."""
    return {weekday for _, weekday in rule.weekdays}


def refuse_senseless(rule: Rule) -> None:
    """Raise ValueError, in words, if the parts of a rule make no sense together."""
    if rule.until and rule.count:
        raise ValueError("A repeat can end on a date or after a number of times, not both.")
    refuse_senseless_weekdays(rule)
    if rule.month_days and rule.frequency == "WEEKLY":
        raise ValueError("A weekly repeat can't have days of the month.")
    if rule.positions and not has_days_to_choose_from(rule):
        raise ValueError("BYSETPOS needs days to choose from: add weekdays or days of the month.")


def refuse_senseless_weekdays(rule: Rule) -> None:
    """Raise ValueError, in words, if a rule has weekdays that don't go with its frequency."""
    if not has_nth_weekday(rule):
        return
    if rule.frequency not in ("MONTHLY", "YEARLY"):
        raise ValueError("Only a monthly or yearly repeat can have a first or last Monday.")
    if rule.frequency == "YEARLY" and not rule.months:
        raise ValueError("A yearly repeat on a weekday such as 1MO needs BYMONTH.")


def has_nth_weekday(rule: Rule) -> bool:
    """Return whether a rule has a weekday such as the first Monday."""
    return any(nth for nth, _ in rule.weekdays)


def has_days_to_choose_from(rule: Rule) -> bool:
    """Return whether a period of the rule has several days from which BYSETPOS can choose."""
    if rule.frequency == "DAILY":
        return False
    if rule.frequency == "YEARLY" and rule.months:
        return True
    return bool(rule.weekdays or rule.month_days)


def frequency_of(value: str, name: str) -> str:
    """Parse FREQ. Raise ValueError, in words, for an unknown one."""
    if value not in FREQUENCIES:
        raise ValueError("A repeat must be daily, weekly, monthly or yearly.")
    return value


def number_in(low: int, high: int) -> Callable[[str, str], int]:
    """Return a parser of a number from low to high, but not 0."""

    def number_of(value, name):
        is_number = re.fullmatch(r"[+-]?[0-9]{1,4}", value)
        number = int(value) if is_number else None
        if number is None or not low <= number <= high:
            raise ValueError(f"{name} must be a number from {low} to {high}.")
        if not number:
            raise ValueError(f"{name} can't be 0.")
        return number

    return number_of


def each(one: Callable) -> Callable[[str, str], tuple]:
    """Return a parser of several values: a tuple of the results of `one`, each once."""

    def each_of(value, name):
        parts = value.split(",")
        read_parts = [one(part, name) for part in parts]
        return tuple(dict.fromkeys(read_parts))

    return each_of


def weekday_of(value: str, name: str) -> tuple[int, int]:
    """Parse a weekday: MO is (0, 0), 1MO is (1, 0), -1FR is (-1, 4); see Rule."""
    match = re.fullmatch(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)", value)
    if not match:
        raise ValueError(f"{name} must be weekdays, such as MO, 1MO or -1FR.")
    nth = int(match[1] or 0)
    return nth, DAYS.index(match[2])


def week_start_of(value: str, name: str) -> int:
    """Parse WKST: 0 for MO … 6 for SU."""
    if value not in DAYS:
        raise ValueError(f"{name} must be a weekday, such as MO.")
    return DAYS.index(value)


def until_of(value: str, name: str) -> date:
    """Parse a day, with or without a time: 20260630, 20260630T220000Z."""
    match = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T[0-9]{6}Z?)?", value)
    try:
        return date(*map(int, match.groups()))
    except (AttributeError, ValueError) as error:
        raise ValueError(f"{name} must be a date, such as 20260630.") from error


PARTS = {
    "FREQ": frequency_of,
    "INTERVAL": number_in(1, MOST_INTERVAL),
    "BYDAY": each(weekday_of),
    "BYMONTHDAY": each(number_in(-31, 31)),
    "BYMONTH": each(number_in(1, 12)),
    "BYSETPOS": each(number_in(-366, 366)),
    "WKST": week_start_of,
    "UNTIL": until_of,
    "COUNT": number_in(1, MOST_COUNT),
}
FIELDS = {
    "FREQ": "frequency",
    "INTERVAL": "interval",
    "BYDAY": "weekdays",
    "BYMONTHDAY": "month_days",
    "BYMONTH": "months",
    "BYSETPOS": "positions",
    "WKST": "week_start",
    "UNTIL": "until",
    "COUNT": "count",
}
