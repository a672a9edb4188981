"""Repeats: rules of RFC 5545 in the subset that people need. Pure: no Django.

A rule is text such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

FREQUENCIES = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MOST_INTERVAL = 999
MOST_COUNT = 9999
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
NTH |= {-2: "second last", -3: "third last", -4: "fourth last", -5: "fifth last"}


@dataclass(frozen=True)
class Rule:
    """A rule taken apart. weekdays are (nth, weekday): (0, 0) each Monday, (-1, 4) the last Friday.

    Weekdays and the start of the week count from 0 for Monday; 0 in month_days and positions does
    not occur. until is the last day that may be, count how many there are.
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
    """Take a rule apart. ValueError, in words for its writer, where it isn't of the subset."""
    said = {}
    for part in rule.upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name in said:
            raise ValueError(f"{name} is said twice.")
        if name not in PARTS:
            raise ValueError(f"“{part[:40]}” is no part of a repeat that is known here.")
        said[name] = PARTS[name](value, name)
    if "FREQ" not in said:
        raise ValueError("A repeat begins with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    found = Rule(**{FIELDS[name]: value for name, value in said.items()})
    refuse_senseless(found)
    return found


def refuse_senseless(rule: Rule) -> None:
    has_nth = any(nth for nth, _ in rule.weekdays)
    if rule.until and rule.count:
        raise ValueError("A repeat ends on a day or after a number of times, not both.")
    if has_nth and rule.frequency not in ("MONTHLY", "YEARLY"):
        raise ValueError("Only what repeats by the month or year has a first or last Monday.")
    if has_nth and rule.frequency == "YEARLY" and not rule.months:
        raise ValueError("Say the month of that weekday, with BYMONTH.")
    if rule.month_days and rule.frequency == "WEEKLY":
        raise ValueError("What repeats by the week has weekdays, no days of the month.")
    if rule.positions and not (rule.weekdays or rule.month_days or rule.months):
        raise ValueError("BYSETPOS chooses from days: say which.")


def frequency_of(value: str, name: str) -> str:
    if value not in FREQUENCIES:
        raise ValueError("A repeat is by the day, week, month or year.")
    return value


def number_in(low: int, high: int) -> Callable[[str, str], int]:
    def number_of(value, name):
        if not re.fullmatch(r"[+-]?[0-9]{1,4}", value) or not low <= int(value) <= high:
            raise ValueError(f"{name} is a number from {low} to {high}.")
        if not int(value):
            raise ValueError(f"{name} can't be 0.")
        return int(value)

    return number_of


def each(one: Callable) -> Callable[[str, str], tuple]:
    def each_of(value, name):
        return tuple(dict.fromkeys(one(part, name) for part in value.split(",")))

    return each_of


def weekday_of(value: str, name: str) -> tuple[int, int]:
    match = re.fullmatch(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)", value)
    if not match:
        raise ValueError(f"{name} has weekdays such as MO, 1MO or -1FR.")
    return int(match[1] or 0), DAYS.index(match[2])


def week_start_of(value: str, name: str) -> int:
    if value not in DAYS:
        raise ValueError(f"{name} is a weekday such as MO.")
    return DAYS.index(value)


def until_of(value: str, name: str) -> date:
    """Read a day, with or without a time of it: 20260630, 20260630T220000Z."""
    match = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T[0-9]{6}Z?)?", value)
    try:
        return date(*map(int, match.groups()))
    except (AttributeError, ValueError) as error:
        raise ValueError(f"{name} is a day such as 20260630.") from error


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


def describe(rule: str, *, on: Callable[[date], str] = str) -> str:
    """Return a rule in plain words, such as "every 2 weeks on Monday and Thursday, 10 times".

    on says how a day is written. A rule that can't be read is returned as it is.
    """
    try:
        said = read(rule)
    except ValueError:
        return rule
    unit = FREQUENCIES[said.frequency]
    words = f"every {unit}" if said.interval == 1 else f"every {said.interval} {unit}s"
    if days := days_in_words(said):
        is_own = said.interval == 1 and said.frequency == "WEEKLY"
        words = f"every {days}" if is_own else f"{words} on {days}"
    if said.months:
        words += f" in {listed([MONTH_NAMES[month - 1] for month in said.months])}"
    if said.until:
        words += f" until {on(said.until)}"
    if said.count:
        words += f", {said.count} time{'s' if said.count > 1 else ''}"
    return words


def days_in_words(said: Rule) -> str:
    """Return the days of a rule: "weekday", "the 1st and 15th", "the last Friday"."""
    weekdays = {weekday for _, weekday in said.weekdays}
    if said.weekdays and any(nth for nth, _ in said.weekdays):
        days = listed([f"{NTH[n] if n else 'each'} {DAY_NAMES[day]}" for n, day in said.weekdays])
        days = f"the {days}"
    elif weekdays == {0, 1, 2, 3, 4}:
        days = "weekday"
    elif weekdays == set(range(7)):
        days = "day"
    else:
        days = listed([DAY_NAMES[day] for day in sorted(weekdays)])
    if said.month_days:
        numbers = [month_day_in_words(day) for day in said.month_days]
        days += f"{', if it is ' if days else ''}the {listed(numbers)}"
    if said.positions:
        positions = listed([position_in_words(number) for number in said.positions])
        days = f"the {positions} {days or 'one'}"
    elif days == "weekday" and (said.interval > 1 or said.frequency != "WEEKLY"):
        days = "weekdays"
    return days


def position_in_words(number: int) -> str:
    return NTH.get(number) or (f"{ordinal(-number)} last" if number < 0 else ordinal(number))


def month_day_in_words(number: int) -> str:
    if number == -1:
        return "last day"
    return ordinal(number) if number > 0 else f"{ordinal(-number)} last day"


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 11th."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def listed(words: list[str]) -> str:
    """Return words as a sentence lists them: a, b and c."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""
