"""How days, times and repeats are said: a grammar of English phrases. Pure: no Django.

PHRASES, at the end of this module, has all of them: what a phrase looks like and the function that
reads it. tasks.quickadd.parser decides which of those that stand in a line count, and asks
meaning() what they say together.

So it reads them: a weekday is the next one after today, "next friday" is that of the next week,
"next week" its first day, "this weekend" its Saturday; a day without a year is the next such day,
one of a month with fewer days its last; a time without a day is today if it is still to come, else
tomorrow; a bare hour from 1 to 7 is in the afternoon; a repeat is due on its first day that is
still to come.
"""

import re
from calendar import monthrange
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from tasks.dates import can_be_meant
from tasks.recurrence import DAYS, first_due, index_of

STRONG, FAIR, WEAK, BESIDE = 3, 2, 1, 0  # how sure a phrase is, see tasks.quickadd.parser

PARTS = {"morning": time(9), "afternoon": time(15), "evening": time(19), "night": time(21)}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NUMBERS = {
    **{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7},
    **{"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20},
    **{"thirty": 30, "forty": 40, "forty-five": 45, "forty five": 45, "fifty": 50, "ninety": 90},
    "a couple of": 2,
}
ORDINALS = {
    **{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7},
    **{"eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13},
    **{"fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18},
    **{"nineteenth": 19, "twentieth": 20, "thirtieth": 30},
}
ORDINALS |= {
    f"{tens}{joint}{name}": number + ORDINALS[name]
    for tens, number, most in [("twenty", 20, 9), ("thirty", 30, 1)]
    for joint in "- "
    for name in list(ORDINALS)[:most]
}
ORDINALS |= {"last": -1, "other": 2, "alternate": 2}
UNITS = {"wk": "week", "mth": "month", "yr": "year"}
CYCLES = {  # of a repeat: FREQ and INTERVAL
    **{"day": ("DAILY", 1), "daily": ("DAILY", 1), "everyday": ("DAILY", 1)},
    **{"week": ("WEEKLY", 1), "weekly": ("WEEKLY", 1)},
    **{"fortnight": ("WEEKLY", 2), "fortnightly": ("WEEKLY", 2)},
    **{"biweekly": ("WEEKLY", 2), "bi-weekly": ("WEEKLY", 2)},
    **{"month": ("MONTHLY", 1), "monthly": ("MONTHLY", 1)},
    **{"quarter": ("MONTHLY", 3), "quarterly": ("MONTHLY", 3)},
    **{"year": ("YEARLY", 1), "yearly": ("YEARLY", 1), "annually": ("YEARLY", 1)},
}


# What they say


@dataclass(frozen=True)
class Day:
    """A day; the part of it that was said, if any; and the time that this stands for."""

    day: date
    part: str = ""
    clock: time | None = None
    is_leap_day: bool = False  # 29 February of no certain year


@dataclass(frozen=True)
class Clock:
    """A time, said exactly (9 am), as written (9:30) or as a bare 9; or a part of a day."""

    hour: int | None = None
    minute: int = 0
    how: str = "exact"
    part: str = ""
    has_zero: bool = False  # 03:15

    def in_the_afternoon(self) -> "Clock":
        """Return it as "at 3:15" has it, which is in the afternoon as "at 3" is."""
        if self.how != "written" or self.has_zero or not 1 <= self.hour <= 6:
            return self
        return replace(self, how="bare")

    def within(self, part: str) -> tuple[time, int]:
        """Return the time in a part of the day, and 1 if it is that of the next day."""
        part = self.part or part
        if self.hour is None:
            return PARTS[part], 0
        if part == "night" and self.is_after_midnight:
            return time(self.hour % 12, self.minute), 1
        hour = self.hour
        if self.is_in_second_half(part):
            hour += 12
        return time(hour, self.minute), 0

    @property
    def is_after_midnight(self) -> bool:
        """Whether "at night" has it on the next day: 0:30, 12 and 3:15 are, 5 am isn't."""
        if self.hour == 0:
            return True
        if self.hour == 12:
            return self.how == "bare"
        return self.hour < 5 and self.how != "exact"

    def is_in_second_half(self, part: str) -> bool:
        """Return whether an hour of 1 to 11 is meant as one after noon in a part of the day."""
        if self.how == "bare" and not part:
            return self.hour <= 7
        if self.how == "exact" or part not in ("afternoon", "evening", "night"):
            return False
        earliest = 5 if part == "night" else 1
        return earliest <= self.hour < 12


@dataclass(frozen=True)
class Rule:
    """A repeat: the parts of its text, and its month and day where it is yearly and says them."""

    parts: tuple[str, ...]
    yearly: tuple[int, int] | None = None
    part: str = ""
    repeat_from: str = "due"

    def first(self, start: date) -> date:
        """Return its first day that is start or later."""
        if self.yearly:
            return next_date(*self.yearly, start)
        return first_day(";".join(self.parts), start)


def first_day(rule: str, start: date) -> date:
    """Return the first day of a rule that is start or later; periods are left out after it."""
    if day := first_due(rule, day=start):
        return day
    raise OverflowError("It would be behind 31 December 9999.")


def meaning(said: dict, now: datetime, put_on: date | None = None) -> dict:
    """Return the fields of a task that phrases stand for.

    put_on is the day that the line is put on, where it says none: a time is one of that day, and a
    repeat begins with it.

    said has what they were read as: "date" and "until" a Day, "time" a Clock, "repeat" a Rule,
    "count" a number and a unit or None.
    """
    day = said.get("date")
    rule = said.get("repeat")
    clock, later = clock_of(said, day, rule)
    if not (day or clock or rule):
        return {"due_date": None, "due_time": None}
    if day:
        due = day.day + timedelta(later)
    elif put_on:
        due = put_on
    else:  # today if that is still to come
        is_past = clock is not None and clock <= now.time()
        due = now.date() + timedelta(is_past)
    if not rule:
        return {"due_date": due, "due_time": clock}
    if rule.parts == YEARLY and day and day.is_leap_day:
        rule, due = replace(rule, parts=LEAP_DAY), now.date()
    due = rule.first(due)
    repeat = {"repeat": rule_text(rule, said, due), "repeat_from": rule.repeat_from}
    return {"due_date": due, "due_time": clock} | repeat


def clock_of(said: dict, day: Day | None, rule: Rule | None) -> tuple[time | None, int]:
    """Return the time that was said, of its own or by a part of the day; and how many days later
    it is than the day that was said."""
    part = (day and day.part) or (rule and rule.part) or ""
    if "time" in said:
        return said["time"].within(part)
    if day and day.clock:
        return day.clock, 0
    if rule:
        return PARTS.get(rule.part), 0
    return None, 0


def rule_text(rule: Rule, said: dict, due: date) -> str:
    """Return a rule as RFC 5545 writes it, with the end that was said."""
    number, unit = said.get("count", (0, ""))
    last = None
    if "until" in said:
        last = said["until"].day
    elif unit:
        last = after(due, number, unit) - timedelta(1)
    if last and last < due:
        raise ValueError("It would end before it begins.")
    if last and not can_be_meant(last):
        raise ValueError("It would end in a year that nobody means.")
    parts = list(rule.parts)
    if last:
        digits = last.isoformat().replace("-", "")
        parts.append(f"UNTIL={digits}")
    elif number:
        parts.append(f"COUNT={number}")
    return ";".join(parts)


# Days


@dataclass(frozen=True)
class Now:
    """The moment that a line is read at, and how its writer counts."""

    moment: datetime
    week_start: int
    day_first: bool

    @property
    def today(self) -> date:
        return self.moment.date()

    def week(self, weeks: int = 0) -> date:
        """Return the first day of this week, or of the one that is so many weeks ahead."""
        days_since = (self.today.weekday() - self.week_start) % 7
        return self.today + timedelta(7 * weeks - days_since)

    def start_of(self, unit: str) -> date:
        """Return the first day of this week, month, quarter or year."""
        first = self.today.replace(day=1)
        month_of_quarter = (first.month - 1) % 3
        return {
            "week": self.week(),
            "month": first,
            "quarter": first.replace(month=first.month - month_of_quarter),
            "year": first.replace(month=1),
        }[unit]

    def coming(self, weekday: int) -> date:
        """Return the next day that is this weekday; today isn't one."""
        return next_weekday({weekday}, self.today + timedelta(1))

    def weekday(self, weekday: int, weeks: int = 0) -> date:
        """Return a day of this week, or of the one that is so many weeks ahead."""
        days_into_it = (weekday - self.week_start) % 7
        return self.week(weeks) + timedelta(days_into_it)


def after(day: date, number: int, unit: str) -> date:
    """Return the day that is a number of units after day; 31 January + 1 month is 28 February."""
    match unit:
        case "day":
            return day + timedelta(number)
        case "week":
            return day + timedelta(7 * number)
        case "fortnight":
            return day + timedelta(14 * number)
        case "quarter":
            number *= 3
        case "year":
            number *= 12
    months = day.year * 12 + day.month - 1 + number
    year, month = months // 12, months % 12 + 1
    _, length = monthrange(year, month)
    return date(year, month, min(day.day, length))


def month_day(day: date, number: int) -> date:
    """Return the number-th day of day's month, or its last; from its end if negative."""
    _, length = monthrange(day.year, day.month)
    if number > 0:
        return day.replace(day=min(number, length))
    return day.replace(day=length + 1 + number)


def month_weekday(day: date, nth: int, weekdays: Collection[int]) -> date | None:
    """Return the nth of some weekdays in day's month; None if there is no such day."""
    last = month_day(day, 31)
    days = [last.replace(day=number + 1) for number in range(last.day)]
    found = [day for day in days if day.weekday() in weekdays]
    if nth > len(found):
        return None
    return found[index_of(nth)]


def next_weekday(weekdays: Collection[int], start: date) -> date:
    """Return the first of some weekdays that is start or later."""
    days_ahead = min((weekday - start.weekday()) % 7 for weekday in weekdays)
    return start + timedelta(days_ahead)


def next_date(month: int, day: int, start: date) -> date:
    """Return the first day of this date that is start or later; 29 February is in leap years."""
    for year in range(start.year, start.year + 9):
        with suppress(ValueError):
            if (found := date(year, month, day)) >= start:
                return found
    raise ValueError("There is no such day.")


# How they are read


def weekday_of(word: str) -> int:
    """Return the weekday that a word begins like, 0 for Monday."""
    return DAYS.index(word[:2].upper())


def weekdays_of(word: str) -> Collection[int]:
    """Return the weekdays that a word stands for: day, weekday (and workday), or a single one."""
    word = word.lower()
    if word.endswith(("weekday", "workday", "ing day", "ness day")):
        return range(5)
    return range(7) if word == "day" else [weekday_of(word)]


def month_of(word: str) -> int:
    """Return the month that a word begins like, 1 to 12."""
    return MONTHS.index(word[:3].lower()) + 1


def number_of(word: str | None) -> int:
    """Return the number that a word or figures stand for: 3, three, 3rd, third; 1 for None."""
    word = " ".join((word or "1").lower().split())
    known = NUMBERS.get(word) or ORDINALS.get(word)
    return known or int(word.rstrip("stndrh."))


def unit_of(word: str) -> str:
    """Return a unit of time in the singular, without its short forms: min, hrs, days."""
    word = word.lower().rstrip("s")
    return UNITS.get(word, word)


def part_of(match) -> str:
    """Return the part of the day that was said, "" if there is none."""
    return (match.groupdict().get("part") or "").lower()


def day_with_part(day: date, part: str) -> Day:
    """Return a day with a part of it, and the time that this stands for."""
    return Day(day, part, PARTS.get(part))


def read_near(match, now):
    """today, tomorrow night, the day after tomorrow, tonight, this evening"""
    words = " ".join(match["near"].lower().split())
    if words == "tonight" or words.startswith("this "):
        part = "night" if words == "tonight" else words.removeprefix("this ")
        clock = PARTS[part]
        if clock <= now.moment.time():
            return Day(now.today, part)
        return Day(now.today, part, clock)
    ahead = 1
    if words == "today":
        ahead = 0
    elif "after" in words:
        ahead = 2
    return day_with_part(now.today + timedelta(ahead), part_of(match))


def read_moment(match, now):
    """in 45 min, in 1.5 hours, in half an hour"""
    if match["minutes"]:
        ahead = timedelta(hours=number_of(match["n"]), minutes=int(match["minutes"]))
        return moment_of(now.moment.astimezone(UTC) + ahead, now)
    words = match["n"].lower().replace(",", ".")
    number = 0.5 if match["more"] or "half" in words else 0
    if "." in words:
        number += float(words)
    elif words != "half an":
        number += number_of(words.partition(" and")[0])
    ahead = timedelta(hours=number)
    if match["unit"][0] in "mM":
        ahead = timedelta(minutes=number)
    return moment_of(now.moment.astimezone(UTC) + ahead, now)


def moment_of(moment: datetime, now: Now) -> Day:
    """Return a moment as a day and its time, in the zone of now, without seconds."""
    local = moment.astimezone(now.moment.tzinfo)
    clock = local.time().replace(second=0, microsecond=0)
    return Day(local.date(), clock=clock)


def read_ahead(match, now):
    """in 3 days, within 2 weeks, in a month's time"""
    number = match["n"]
    unit = unit_of(match["unit"])
    if unit == "day" and number.lower() == "a":  # Rome wasn't built in a day.
        return None
    day = after(now.today, number_of(number), unit)
    return day_with_part(day, part_of(match))


def read_ahead_of(match, now):
    """a week from friday, 3 days from now"""
    base = match["base"].lower()
    if base in ("now", "today"):
        day = now.today
    elif base == "tomorrow":
        day = now.today + timedelta(1)
    else:
        day = now.coming(weekday_of(base))
    number = number_of(match["n"])
    unit = unit_of(match["unit"])
    return Day(after(day, number, unit))


def read_week_after(match, now):
    """tomorrow week, friday week"""
    base = match["base"].lower()
    days = {"today": now.today, "tomorrow": now.today + timedelta(1)}
    day = days.get(base) or now.coming(weekday_of(base))
    return Day(after(day, 1, match["unit"].lower()))


def read_next_weekday(match, now):
    """next friday, friday next week"""
    day = now.weekday(weekday_of(match["day"]), 1)
    return day_with_part(day, part_of(match))


def read_next(match, now):
    """next week, next month, next year, next weekend"""
    unit = match["unit"].lower()
    if unit == "weekend":  # the one after this one
        this = next_weekday({5, 6}, now.today)
        sundays = this.weekday() - 5  # 1 where it is one
        return Day(this + timedelta(7 - sundays))
    return Day(after(now.start_of(unit), 1, unit))


def read_this(match, now):
    """this friday, the coming friday, this weekend"""
    word = match["day"].lower()
    if word == "weekend":
        return Day(next_weekday({5, 6}, now.today))
    if "coming" in match[0].lower():
        day = now.coming(weekday_of(word))
    else:
        day = next_weekday({weekday_of(word)}, now.today)
    return day_with_part(day, part_of(match))


def read_edge(match, now):
    """end of month, the beginning of June, end of next week, mid May"""
    edge = match["edge"].lower()
    words = " ".join(match["scope"].lower().split())
    _, _, unit = words.rpartition(" ")
    if unit == "day":
        return Day(now.today) if edge == "end" else None
    if unit in ("week", "month", "quarter", "year"):
        start = now.start_of(unit)
        if words.startswith("next"):
            start = after(start, 1, unit)
    else:  # a month by its name
        unit, start = "month", this_or_next(month_of(words), now)
    if edge in ("end", "close"):
        return Day(after(start, 1, unit) - timedelta(1))
    if edge in ("mid", "middle"):
        if unit != "month":
            return None
        start += timedelta(14)
    return Day(start) if start >= now.today else None


def this_or_next(month: int, now: Now) -> date:
    """Return the first day of a month, 1 to 12, of this year, or of the next if it is over."""
    first = date(now.today.year, month, 1)
    if after(first, 1, "month") <= now.today:
        return after(first, 1, "year")
    return first


def read_from_month(match, now):
    """from January, starting in May 2027: its first day, which is still to come"""
    month = month_of(match["month"])
    if match["year"]:
        first = date(int(match["year"]), month, 1)
    else:
        first = next_date(month, 1, now.today)
        if month == now.today.month and first > now.today:
            return None  # this month or that of the next year
    return Day(first) if first >= now.today else None


def read_until_month(match, now):
    """until October: the day before it"""
    first = read_from_month(match, now)
    return first and Day(first.day - timedelta(1))


def read_through_month(match, now):
    """through October: its last day"""
    month = month_of(match["month"])
    first = this_or_next(month, now)
    if match["year"]:
        first = date(int(match["year"]), month, 1)
    return Day(month_day(first, 31))


BY_LETTER = {"d": "day", "w": "week", "m": "month", "y": "year"}


def read_shorthand(match, now):
    """eod, eow, eom, eoy"""
    unit = BY_LETTER[match[0][2].lower()]
    start = now.today if unit == "day" else now.start_of(unit)
    return Day(after(start, 1, unit) - timedelta(1))


def read_nth_weekday(match, now):
    """the last friday of the month, first monday of april 2027, last day of next month"""
    if match["nth"].lower() in ("other", "alternate"):
        return None
    scope = " ".join(match["scope"].lower().split())
    nth = number_of(match["nth"])
    weekdays = weekdays_of(match["nth_day"])
    for month in months_of(scope, now):
        day = month_weekday(month, nth, weekdays)
        if scope == "month" and day is None:  # this month has no fifth Friday
            return None
        if day and day >= now.today:
            return Day(day)
    return None


def months_of(scope: str, now: Now) -> Iterator[date]:
    """Yield the first days of the months that "the month", "next month" or "April" may mean."""
    first = now.today.replace(day=1)
    if scope == "month":
        yield first
        yield after(first, 1, "month")
    elif scope.endswith("month"):
        yield after(first, scope.startswith("next"), "month")
    else:
        this_year = date(now.today.year, month_of(scope), 1)
        yield this_year
        yield after(this_year, 1, "year")


def read_date(match, now):
    """3 May, Friday, May 3rd 2027, the fourth of July"""
    month = month_of(match["month"])
    day = number_of(match["date"])
    if match["year"]:
        year = int(match["year"].strip(" ,"))
        found = date(year, month, day)
    else:
        found = next_date(month, day, now.today)
    if found < now.today or not can_be_meant(found) or not is_on(match["day"], found):
        return None
    has_year = match["year"] or match["day"]  # which 29 February is one on that weekday
    said = day_with_part(found, part_of(match))
    return replace(said, is_leap_day=is_leap_day(month, day) and not has_year)


def is_on(weekday: str | None, day: date) -> bool:
    """Return whether day is that weekday, as a word says it; if none is said, it may be any."""
    return not weekday or weekday_of(weekday) == day.weekday()


def read_iso(match, now):
    """2026-06-12"""
    year, month, day = map(int, match.group("year", "month", "date"))
    found = date(year, month, day)
    return Day(found) if found >= now.today else None


def read_figures(match, now):
    """15/4, 15.4.2026, 4/15: what can't be a month is the day"""
    first, second = map(int, match.group("first", "second"))
    if (first, second) == (24, 7):
        return None
    is_dotted = "." in match[0]  # which puts the day first everywhere
    said = match.groupdict()
    day, month = first, second
    is_year = 0 <= second - now.today.year % 100 <= 20
    if now.day_first and not is_dotted and second > 12 and is_year and not said.get("year"):
        return None  # a month and a year: expires 10/27
    if not now.day_first and not is_dotted:
        day, month = second, first
    if month > 12:
        day, month = month, day
    found = day_of_figures(said.get("year"), month, day, now)
    if found is None or found < now.today or not is_on(said.get("day"), found):
        return None
    has_year = said.get("year") or said.get("day")
    is_far = found > now.today + timedelta(MOST_DAYS_AHEAD) and not is_leap_day(month, day)
    if is_far and not has_year and not is_dotted:
        return None  # a mark or a fraction: 8/10
    return Day(found, is_leap_day=is_leap_day(month, day) and not has_year)


MOST_DAYS_AHEAD = 304  # of a day such as 8/10: ten months


def is_leap_day(month: int, day: int) -> bool:
    """Return whether a date is 29 February, which most years don't have."""
    return (month, day) == (2, 29)


def day_of_figures(year: str | None, month: int, day: int, now: Now) -> date | None:
    """Return the day; a year of two figures is of this century, and None if it is far ahead."""
    if not year:
        return next_date(month, day, now.today)
    if int(year) > 99:
        return date(int(year), month, day)
    found = date(2000 + int(year), month, day)
    if found.year > now.today.year + 20:  # 11/22/63
        return None
    return found


def read_month_day(match, now):
    """the 30th, Tuesday the 31st"""
    number = number_of(match["date"])
    if not 0 < number < 32:
        return None
    day = next_of_number(number, now)
    if not is_on(match["day"], day):
        return None
    return day_with_part(day, part_of(match))


def next_of_number(number: int, now: Now) -> date:
    """Return the next day that is this one of its month, 1 to 31, today or later."""
    this_month = now.today.replace(day=1)
    for ahead in range(12):
        day = month_day(after(this_month, ahead, "month"), number)
        if day.day == number and day >= now.today:
            return day
    raise ValueError("There is no such day.")


def read_of_month(match, now):
    """the first of the month, the 3rd of next month"""
    number = number_of(match["date"])
    first = now.today.replace(day=1)
    day = month_day(first, number)
    if "next" not in match[0].lower() and day >= now.today:
        return Day(day)
    next_month = after(first, 1, "month")
    return Day(month_day(next_month, number))


def read_weekday(match, now):
    """friday, sat morning"""
    day = now.coming(weekday_of(match["day"]))
    return day_with_part(day, part_of(match))


def read_weekend(match, now):
    """at the weekend"""
    return Day(next_weekday({5, 6}, now.today))


def read_hour(match, now):
    """9 am, 7.30pm, 21:30, 14h30, at 4, five o'clock"""
    said = match.groupdict()
    hour = number_of(said["hour"])
    minute = said.get("minute")
    half = (said.get("half") or "").lower()
    how = how_written(half, minute)
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = of_half(hour, half)
    minutes = number_of(minute) if minute else 0
    if hour > 23 or minutes > 59:
        return None
    if how == "bare" and not hour:
        return None
    has_zero = said["hour"].startswith("0")
    return Clock(hour, minutes, how, part_of(match), has_zero)


def how_written(half: str, minute: str | None) -> str:
    """Return how a time is said, as Clock has it."""
    if half:
        return "exact"
    return "bare" if minute is None else "written"


def of_half(hour: int, half: str) -> int:
    """Return an hour of am or pm, 1 to 12, as one of 24."""
    return hour % 12 + 12 * half.startswith("p")


def read_past(match, now):
    """half past three, a quarter to five"""
    hour = number_of(match["hour"])
    minutes = match["minutes"].lower().split()[-1]
    minute = {"half": 30, "quarter": 15}.get(minutes) or number_of(minutes)
    if not 1 <= hour <= 12:
        return None
    if match["way"].lower() == "to":
        hour = hour - 1 or 12
        minute = 60 - minute
    half = (match["half"] or "").lower()
    if half:
        return Clock(of_half(hour, half), minute)
    return Clock(hour, minute, "bare", part_of(match))


def read_named_hour(match, now):
    """noon, 12 midnight, lunchtime"""
    is_midnight = match[0].lower().endswith("midnight")
    return Clock(0) if is_midnight else Clock(12)


def read_part(match, now):
    """in the morning"""
    return Clock(part=match["part"].lower())


# Repeats


def rule_of(match, *parts, yearly=None) -> Rule:
    """Return a rule of these parts; every! counts from completion, as the words for it do."""
    said = match.groupdict()
    is_from_completion = said.get("bang") or said.get("completion")
    repeat_from = "completion" if is_from_completion else "due"
    return Rule(parts, yearly, part_of(match), repeat_from)


def every(frequency: str, interval: int = 1) -> tuple[str, ...]:
    """Return the parts of a rule for every so many days, weeks, months or years."""
    if interval > 1:
        return f"FREQ={frequency}", f"INTERVAL={interval}"
    return (f"FREQ={frequency}",)


YEARLY = every("YEARLY")
LEAP_DAY = (*YEARLY, "BYMONTH=2", "BYMONTHDAY=29")  # and so 28 February in the other years


def cycle(match) -> tuple[str, ...] | None:
    """Return the parts for a unit and its number; a number of 0 or more than 999 is none."""
    frequency, interval = CYCLES[unit_of(match["unit"])]
    interval *= number_of(match.groupdict().get("n"))
    if not 0 < interval < 1000:
        return None
    return every(frequency, interval)


def cycle_or_monthly(match) -> tuple[str, ...] | None:
    """Return the parts for a unit and its number; for a month, where none is said."""
    if match.groupdict().get("unit"):
        return cycle(match)
    return every("MONTHLY")


def read_cycle(match, now):
    """every day, every 3 days, every other year, daily, once a month"""
    parts = cycle(match)
    return parts and rule_of(match, *parts)


def read_weekly(match, now):
    """every 2 weeks on tue, every monday and thursday, weekly on mondays, mondays"""
    parts = every("WEEKLY", number_of(match.groupdict().get("n")))
    if "unit" in match.groupdict():
        parts = cycle(match)
    return parts and weekly(match, now, parts, weekdays_in(match["days"]))


def weekly(match, now, parts, weekdays):
    """Return a rule of weekdays. Where weeks are left out, it matters on which day one begins."""
    names = ",".join(DAYS[weekday] for weekday in weekdays)
    parts += (f"BYDAY={names}",)
    if now.week_start and len(parts) > 2 and len(weekdays) > 1:
        parts += (f"WKST={DAYS[now.week_start]}",)
    return rule_of(match, *parts)


def weekdays_in(words: str) -> list[int]:
    """Return the weekdays of a list: mon, wed and fri; mon to fri."""
    found, is_range = [], False
    parts = re.findall(f"{FULL_DAY}|{SHORT_DAY}|{UP_TO}", words, re.IGNORECASE)
    for name in parts:
        if re.fullmatch(UP_TO, name, re.IGNORECASE):
            is_range = True
            continue
        weekday = weekday_of(name)
        if is_range:
            ahead = (weekday - found[-1]) % 7
            found += [(weekday - back) % 7 for back in range(ahead)]
        found.append(weekday)
        is_range = False
    return sorted(set(found))


def read_workdays(match, now):
    """every weekday, on weekdays"""
    return weekly(match, now, every("WEEKLY"), range(5))


def read_yearly_months(match, now):
    """every 1 jan and 1 jul, if the day is the same"""
    day, *others = [number_of(figure) for figure in re.findall(r"\b[0-9]{1,2}", match[0])]
    names = re.findall(r"\b[a-z]{3,9}", match["months"], re.IGNORECASE)
    months = sorted({month_of(name) for name in names if name[:3].lower() in MONTHS})
    if any(other != day for other in others) or not 1 <= day <= 28 or len(months) < 2:
        return None
    listed = ",".join(map(str, months))
    return rule_of(match, *YEARLY, f"BYMONTH={listed}", f"BYMONTHDAY={day}")


def read_weekends(match, now):
    """every weekend: its Saturday, as this weekend is"""
    return weekly(match, now, every("WEEKLY"), [5])


def read_except(match, now):
    """every day except sunday"""
    every_day = range(5) if match["work"] else range(7)
    left_out = weekdays_in(match["days"])
    others = [weekday for weekday in every_day if weekday not in left_out]
    return weekly(match, now, every("WEEKLY"), others) if others else None


def read_month_days(match, now):
    """every 15th, every month on the 1st and 15th, monthly on the 3rd"""
    parts = cycle_or_monthly(match)
    words = re.findall(r"[0-9]+|[a-z]{5,}", match["ths"].lower())
    numbers = sorted({number_of(word) for word in words})
    if not parts or not all(0 < number < 32 for number in numbers):
        return None
    days = ",".join(map(str, numbers))
    return rule_of(match, *parts, f"BYMONTHDAY={days}")


def read_month_weekdays(match, now):
    """every first monday of the month, monthly on the last friday, every last day"""
    parts = cycle_or_monthly(match)
    weekdays = weekdays_of(match["nth_day"])
    if nths := match.groupdict().get("nths"):
        words = re.findall(r"[0-9]+|(?!and\b|the\b)[a-z]{3,}", nths.lower())
        numbers = sorted({number_of(word) for word in words}, key=lambda nth: (nth < 0, nth))
        if any(nth > 5 for nth in numbers):
            return None
        days = ",".join(f"{nth}{DAYS[weekdays[0]]}" for nth in numbers)
        return rule_of(match, *parts, f"BYDAY={days}")
    nth = number_of(match["nth"])
    if not parts or nth > 5:
        return None
    if len(weekdays) == 7:
        parts += (f"BYMONTHDAY={nth}",)
    elif len(weekdays) == 1:
        parts += (f"BYDAY={nth}{DAYS[weekdays[0]]}",)
    else:
        workdays = ",".join(DAYS[:5])
        parts += (f"BYDAY={workdays}", f"BYSETPOS={nth}")
    return rule_of(match, *parts)


def read_month_end(match, now):
    """the end of each month"""
    return rule_of(match, *every("MONTHLY"), "BYMONTHDAY=-1")


def read_yearly(match, now):
    """every 3 May, every January"""
    month = month_of(match["month"])
    day = number_of(match.groupdict().get("date"))
    next_date(month, day, now.today)  # or it raises
    if is_leap_day(month, day):
        return rule_of(match, *LEAP_DAY)
    return rule_of(match, *YEARLY, yearly=(month, day))


def read_daily(match, now):
    """every morning"""
    return rule_of(match, *every("DAILY"))


def read_count(match, now):
    """10 times, for 3 weeks: how often, or how long"""
    unit = match.groupdict().get("unit")
    number = number_of(match["n"])
    if not number:
        return None
    return number, unit and unit_of(unit)


def either(words: Collection[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


FULL_DAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
UP_TO = "(?:[-–]|to|through|thru)"
SHORT_DAY = "(?:mon|tues?|weds?|thurs?|thu|fri|sat|sun)"
FRAGMENTS = {
    "full_day": FULL_DAY,
    "short_day": rf"{SHORT_DAY}\.?",
    "day_name": f"(?:{FULL_DAY}|{SHORT_DAY})",
    # Atomic, as (?>…) is: else "weds" is "wed" and an s besides, and n of them are read in 2ⁿ ways.
    "one_or_each": "(?>{day_name}s?)",
    "days": f"(?P<days>{{one_or_each}}(?:(?:{{also}}| | ?{UP_TO} ?){{one_or_each}})*)",
    "also": "(?:, (?:and )?|,| ?[/&+] ?| and (?:every |on )?)",
    "plural_days": "(?P<days>{full_day}s(?:{also}{full_day}s)*)",
    "several_days": "(?P<days>{full_day}s(?:{also}{full_day}s)+)",
    "month_name": "(?P<month>{month})",
    "month": "(?:(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?)",
    "number": rf"(?:[0-9]{{1,3}}|{either(NUMBERS)})",
    "th": "(?:[0-9]{1,2}(?:st|nd|rd|th))",
    "ordinal": f"(?:{{th}}|{either(ORDINALS)})",
    "ths": "(?P<ths>{th}(?:{also}(?:the )?{th})*)",
    "firsts": "(?P<ths>{ordinal}(?:{also}(?:the )?{ordinal})*)",
    "units": "(?P<unit>day|week|wk|fortnight|month|mth|year|yr)",
    "year": "(?P<year>,? [1-9][0-9]{3})?",
    "month_year": "(?:,? (?P<year>20[0-9]{2}))?(?! [0-9])",
    "part": "(?: (?:in the )?(?:early |late )?(?P<part>morning|afternoon|evening|night))?",
    "day_of_date": "(?:(?P<day>{day_name}),? )?",
    "of_day": "(?: sharp)?(?: (?:in the|at) (?P<part>morning|afternoon|evening|night))?",
    "half": r"(?P<half>[ap]\.?m\b\.?)",
    "hour_word": "(?P<hour>[0-9]{1,2}|one|two|three|four|five|six|seven|eight|nine|ten"
    "|eleven|twelve)",
    "hour_name": "(?P<hour>one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)",
    "minute_word": "(?P<minute>fifteen|twenty|thirty|forty|forty[- ]five|fifty)",
    "date": r"(?P<date>[0-9]{1,2}(?:st|nd|rd|th|\.)?)",
    "figure": "(?P<first>[0-9]{1,2})",
    "large": "(?P<first>1[3-9]|2[0-9]|3[01])",  # no month
    "second": "(?P<second>[0-9]{1,2})",
    "near": "(?P<near>(?:the )?day after tomorrow|today|tomorrow|tmrw|tmr|tmw|2moro|tonight"
    "|this (?:morning|afternoon|evening))",
    "within": "(?:in|within) (?:the next )?",
    "hours": "(?P<n>half an|{number}(?: and a half)?|[0-9]{1,3}[.,][0-9])",
    "more": "(?P<more> and a half)?(?:(?: and)? ?(?P<minutes>[0-9]{1,2}) ?(?:m|min|minutes)?)?",
    "clock_units": "(?P<unit>minutes?|mins?|m|hours?|hrs?|h)",
    "base_day": "(?:today|tomorrow|{day_name})",
    "base": "(?P<base>now|today|tomorrow|{day_name})",
    "scope": "(?:the |this )?(?P<scope>(?:next )?(?:day|week|month|quarter|year)|{month})",
    "cycle": "(?P<unit>day|week|fortnight|month|quarter|year)",
    "work": "(?:week|week |work|working |business )",
    "to_hour": "{hour_word}(?: ?{half})?{of_day}",
    "every": "(?:every|each)(?P<bang>!)? (?:single )?",
    "nth": "(?:(?P<n>{number}|{ordinal}) )?",
    "done": "(?P<completion> (?:after|from)(?: the)?(?: last)? (?:completion|completing(?: it)?"
    "|(?:it['’]s )?done|finishing(?: it)?))?",
    "of_month": "(?: (?:of|in) (?:the|each|every|a) month)",
    "months_of_day": "(?P<months>{month}(?:{also}{date_figure}(?: of)? {month})+)",
    "date_figure": r"(?:[0-9]{1,2}(?:st|nd|rd|th|\.)?)",
    "nths": "(?P<nths>{ordinal}(?:{also}(?:the )?{ordinal})+)",
    "monthly": "(?:(?: of| in)? (?:every|each) month|,? monthly)",
    "nth_day": "(?P<nth>{ordinal}) (?P<nth_day>{day_name}|{work}?day)",
}


WIDE_MARKS = "。，、！？；："  # no blank follows these
MARKS = f",.;:!?)…{WIDE_MARKS}»”"  # may follow a phrase


def whole(words: str) -> re.Pattern:
    """Return words as a pattern: a blank stands for several too, {name} for one of FRAGMENTS.

    A phrase may stand in brackets and before a mark, but 5.2 and monday.com hold none.
    """
    while name := re.search(r"\{([a-z_]+)\}", words):
        words = words.replace(name[0], FRAGMENTS[name[1]])
    words = re.sub(" (?![?*+])", " +", words)
    before, behind = rf"(?<![^ (,;{WIDE_MARKS}])", rf"(?=[{MARKS}]*(?: |$)|[{WIDE_MARKS}])"
    return re.compile(f"{before}(?:{words}){behind}", re.ASCII | re.IGNORECASE)


ADVERBS = "daily|everyday|weekly|fortnightly|bi-?weekly|monthly|quarterly|yearly|annually"
MONTHLY, WEEKLY = "(?P<unit>month|quarter)s?", "(?P<unit>week|fortnight)s?"
PHRASES = {
    "repeat": [
        (
            STRONG,
            "{every}(?P<work>{work})?day (?:except|but)(?: on)? {days}",
            read_except,
        ),
        (STRONG, "{every}{date}(?: of)? {months_of_day}", read_yearly_months),
        (STRONG, "{every}{work}(?:day|days){part}", read_workdays),
        (STRONG, "{every}weekends?", read_weekends),
        (STRONG, f"{{every}}{{nth}}{MONTHLY} on(?: the)? {{nth_day}}", read_month_weekdays),
        (STRONG, f"{{every}}{{nth}}{MONTHLY} on(?: the)? {{firsts}}", read_month_days),
        (STRONG, "(?P<unit>monthly|quarterly) on(?: the)? {nth_day}", read_month_weekdays),
        (STRONG, "(?P<unit>monthly|quarterly) on(?: the)? {firsts}", read_month_days),
        (STRONG, f"{{every}}{{nth}}{WEEKLY}(?: on)? {{days}}{{part}}", read_weekly),
        (STRONG, "(?P<unit>weekly|fortnightly|bi-?weekly) on {days}{part}", read_weekly),
        (STRONG, "{every}{nths} (?P<nth_day>{day_name}){of_month}?", read_month_weekdays),
        (
            STRONG,
            "(?:on |by )?(?:the )?{nths} (?P<nth_day>{day_name}){monthly}",
            read_month_weekdays,
        ),
        (STRONG, "{every}{nth_day}{of_month}", read_month_weekdays),
        (STRONG, "{every}{firsts}(?: day)?{of_month}", read_month_days),
        (STRONG, "(?:on |by )?(?:the )?{nth_day}{monthly}", read_month_weekdays),
        (STRONG, "(?:on |by )?(?:the )?{firsts}{monthly}", read_month_days),
        (STRONG, "(?:at |by )?(?:the )?end of (?:every|each) month", read_month_end),
        (STRONG, "{every}(?:(?P<n>other|second|2nd|alternate) )?{days}{part}", read_weekly),
        (STRONG, "{every}{nth}{cycle}s?{part}{done}", read_cycle),
        (STRONG, "{every}{nth_day}", read_month_weekdays),
        (STRONG, "{every}(?P<part>morning|afternoon|evening|night)", read_daily),
        (STRONG, "{every}{date}(?: of)? {month_name}", read_yearly),
        (STRONG, "{every}{month_name} {date}", read_yearly),
        (FAIR, "{every}{month_name}", read_yearly),
        (FAIR, "{every}{ths}", read_month_days),
        (FAIR, "once (?:a|an|every|per) {cycle}", read_cycle),
        (FAIR, "on {plural_days}{part}", read_weekly),
        (FAIR, "on (?:week|work)days", read_workdays),
        (WEAK, "{several_days}{part}", read_weekly),
        (BESIDE, "{plural_days}{part}", read_weekly),
        (BESIDE, "(?:week|work)days", read_workdays),
        (WEAK, f"(?P<unit>{ADVERBS})", read_cycle),
    ],
    "count": [
        (BESIDE, "(?:for )?(?P<n>{number}) times", read_count),
        (BESIDE, "for (?:the next )?(?P<n>{number}) {units}s?", read_count),
    ],
    "date": [
        (FAIR, "(?P<base>{base_day}) (?P<unit>week|fortnight)", read_week_after),
        (STRONG, "(?P<n>{number}) {units}s?(?: from| on)? {base}", read_ahead_of),
        (
            STRONG,
            "(?:at )?(?:the )?(?P<edge>end|close|beginning|start|middle) of {scope}",
            read_edge,
        ),
        (STRONG, "(?P<edge>mid)[ -]{scope}", read_edge),
        (STRONG, "(?:the )?{nth_day} (?:of|in) {scope}", read_nth_weekday),
        (STRONG, "(?:the )?(?P<date>{ordinal}) of (?:the|this|next) month", read_of_month),
        (STRONG, "{near}{part}", read_near),
        (STRONG, "{within}{hours} ?{clock_units}{more}", read_moment),
        (STRONG, "{within}(?P<n>{number}) {units}s?(?:['’]s?)?(?: time)?{part}", read_ahead),
        (STRONG, "(?:next week|next)(?: on)? (?P<day>{day_name}){part}", read_next_weekday),
        (STRONG, "(?P<day>{day_name})(?: of)? next week", read_next_weekday),
        (STRONG, "next (?P<unit>week|weekend|month|quarter|year)", read_next),
        (STRONG, "(?:this coming|this|coming) (?P<day>{day_name}|weekend){part}", read_this),
        (STRONG, "the coming (?P<day>{day_name}|weekend){part}", read_this),
        (WEAK, "eo[dwmy]", read_shorthand),
        (STRONG, "{day_of_date}(?:the )?{date}(?: of)? {month_name}{year}{part}", read_date),
        (
            STRONG,
            "(?:the )?(?P<date>{ordinal}) of {month_name}{day_of_date}{year}{part}",
            read_date,
        ),
        (STRONG, "{day_of_date}{month_name} (?:the )?{date}{year}{part}", read_date),
        (
            STRONG,
            "(?P<year>20[0-9]{2})(?P<mark>[-/])(?P<month>[0-9]{1,2})(?P=mark)(?P<date>[0-9]{1,2})",
            read_iso,
        ),
        (
            STRONG,
            "{day_of_date}{figure}(?P<mark>[./-]){second}(?P=mark)(?P<year>20[0-9]{2})",
            read_figures,
        ),
        (STRONG, "{day_of_date}{figure}/{second}/(?P<year>[0-9]{2})", read_figures),
        (BESIDE, "(?P<first>[123])/(?P<second>[234])", read_figures),
        (FAIR, "{day_of_date}{large}/{second}", read_figures),
        (WEAK, "{day_of_date}{figure}/{second}", read_figures),
        (WEAK, "{day_of_date}{figure}\\.(?P<second>0[1-9])\\.", read_figures),
        (WEAK, "{day_of_date}{large}\\.{second}\\.", read_figures),
        (WEAK, "{day_of_date}{figure}\\.{second}\\.", read_figures),
        (FAIR, "{day_of_date}the (?P<date>{th}){part}", read_month_day),
        (WEAK, "(?P<day>{day_name}),? (?P<date>{th}){part}", read_month_day),
        (BESIDE, "(?P<date>{th})(?P<day>){part}", read_month_day),
        (BESIDE, "the (?P<date>{ordinal})(?P<day>){part}", read_month_day),
        (FAIR, "(?P<day>{full_day}){part}", read_weekday),
        (WEAK, "(?P<day>{short_day}){part}", read_weekday),
        (FAIR, "(?:at|on|over|by|for|before) the weekend", read_weekend),
    ],
    "until": [
        (BESIDE, "(?:until|till|til|up to) {month_name}{month_year}", read_until_month),
        (BESIDE, "through(?:out)? {month_name}{month_year}", read_through_month),
    ],
    "start": [
        (
            BESIDE,
            "(?:starting|beginning|from|starts|start|as of)(?: in| from)? {month_name}{month_year}",
            read_from_month,
        ),
    ],
    "time": [
        (FAIR, "@ ?(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))? ?{half}?{of_day}", read_hour),
        (FAIR, "um (?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?(?: ?uhr)?", read_hour),
        (FAIR, "(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))? ?uhr", read_hour),
        (FAIR, "(?:at )?12(?:[:.]00)? (?:noon|midday|midnight)", read_named_hour),
        (FAIR, "(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))? ?{half}{of_day}", read_hour),
        (FAIR, "at (?P<minutes>five|ten|twenty|[0-9]{1,2}) (?P<way>past|to) {to_hour}", read_past),
        (FAIR, "{hour_word}(?: {minute_word})? ?{half}{of_day}", read_hour),
        (FAIR, "at {hour_word} {minute_word}{of_day}", read_hour),
        (
            WEAK,
            "(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?: ?(?:h|hrs?|o['’]?clock))?{of_day}",
            read_hour,
        ),
        (WEAK, "(?P<hour>1[3-9]|2[0-3]) ?h(?P<minute>[0-9]{2})?", read_hour),
        (WEAK, "(?P<hour>[0-9]{1,2})h(?P<minute>[0-9]{2})", read_hour),
        (FAIR, "{hour_word} ?o['’]?clock{of_day}", read_hour),
        (FAIR, "at (?P<hour>[0-9]{1,2}) ?(?:h|hrs?){of_day}", read_hour),
        (FAIR, "at (?P<hour>0?[0-9]|1[0-2]){of_day}", read_hour),
        (BESIDE, "at (?P<hour>1[3-9]|2[0-3]){of_day}", read_hour),
        (FAIR, "(?:at|@) ?{hour_name}{of_day}", read_hour),
        (FAIR, "at (?P<hour>[0-9]{1,2})\\.(?P<minute>00|15|30|45){of_day}", read_hour),
        (FAIR, "at (?P<hour>0[0-9])(?P<minute>[0-9]{2})", read_hour),
        (FAIR, "at (?P<hour>[0-9]{2})(?P<minute>[0-9]{2}) ?(?:h|hrs|hours)", read_hour),
        (FAIR, "(?:at )?(?P<minutes>half|(?:a )?quarter) (?P<way>past|to) {to_hour}", read_past),
        (
            BESIDE,
            "(?:by|before|around|about|from|after) {hour_word}(?!\\s+{month}){of_day}",
            read_hour,
        ),
        (BESIDE, "(?P<hour>[0-9]{1,2})\\.(?P<minute>[0-5][05])(?: ?h)?", read_hour),
        (BESIDE, "(?P<hour>[0-9]{1,2})(?P<half>[ap])", read_hour),
        (
            BESIDE,
            "(?P<hour>[01][0-9]|2[0-3])(?P<minute>[0-5][05])(?: ?(?:h|hrs|hours))?",
            read_hour,
        ),
        (BESIDE, "(?:at )?(?P<minutes>half) (?P<way>){hour_word}(?P<half>)(?P<part>)", read_past),
        (BESIDE, "(?P<minutes>five|ten|twenty) (?P<way>past|to) {to_hour}", read_past),
        (WEAK, "noon|midday|midnight|(?:at )?lunch ?time", read_named_hour),
        (FAIR, "in the (?P<part>morning|afternoon|evening)", read_part),
    ],
}
PHRASES = [
    (kind, strength, whole(words), read)
    for kind, phrases in PHRASES.items()
    for strength, words, read in phrases
]
