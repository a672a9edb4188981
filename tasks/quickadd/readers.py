"""The readers of phrases: each function returns the value of one kind of phrase. Pure: no Django.

A reader gets the match of a phrase and the moment (Now). It returns None, or raises ValueError or
OverflowError, for a phrase without a value: 31/2. A weekday is the next one after today, "next
friday" a day of the next week, "next week" its first day, "this weekend" its Saturday. A day
without a year is the next such day, and a day of a shorter month its last. The docstring of a
reader has examples of its phrases.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, timedelta

from tasks.dates import can_be_meant
from tasks.quickadd.days import (
    Now,
    after,
    month_day,
    month_weekday,
    next_date,
    next_weekday,
    of_half,
)
from tasks.quickadd.meaning import LEAP_DAY, PARTS, YEARLY, SaidDay, SaidRepeat, SaidTime, every
from tasks.quickadd.words import FULL_DAY, SHORT_DAY, UP_TO
from tasks.rules import DAYS

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


def weekday_of(word: str) -> int:
    """Return the weekday that a word begins like, 0 for Monday."""
    return DAYS.index(word[:2].upper())


def weekdays_of(word: str) -> Collection[int]:
    """Return the weekdays that a word stands for: day, weekday (and workday), or a single one."""
    word = word.lower()
    if word.endswith(("weekday", "workday", "ing day", "ness day")):
        return range(5)
    if word == "day":
        return range(7)
    return [weekday_of(word)]


def month_of(word: str) -> int:
    """Return the month that a word begins like, 1 to 12."""
    return MONTHS.index(word[:3].lower()) + 1


def number_of(word: str | None) -> int:
    """Return the number that a word or figures stand for: 3, three, 3rd, third; 1 for None."""
    if not word:
        return 1
    word = spaced_once(word)
    known = NUMBERS.get(word) or ORDINALS.get(word)
    if known:
        return known
    figures = word.rstrip("stndrh.")
    return int(figures)


def spaced_once(words: str) -> str:
    """Return words in small letters, with one space between them."""
    return " ".join(words.lower().split())


def unit_of(word: str) -> str:
    """Return a unit of time in the singular, without its short forms: min, hrs, days."""
    word = word.lower().rstrip("s")
    return UNITS.get(word, word)


def part_of(match) -> str:
    """Return the part of the day that was said, "" if there is none."""
    part = match.groupdict().get("part")
    return (part or "").lower()


def day_with_part(day: date, part: str) -> SaidDay:
    """Return a day with a part of it, and the time that this stands for."""
    return SaidDay(day, part, PARTS.get(part))


def read_near(match, now):
    """today, tomorrow night, the day after tomorrow, tonight, this evening"""
    words = spaced_once(match["near"])
    if words == "tonight":
        return part_of_today("night", now)
    if words.startswith("this "):
        part = words.removeprefix("this ")
        return part_of_today(part, now)
    ahead = 1
    if words == "today":
        ahead = 0
    elif "after" in words:
        ahead = 2
    day = now.today + timedelta(ahead)
    return day_with_part(day, part_of(match))


def part_of_today(part: str, now: Now) -> SaidDay:
    """Return today with a part of it, and with the time of that if it is still to come."""
    clock = PARTS[part]
    if clock <= now.moment.time():
        return SaidDay(now.today, part)
    return SaidDay(now.today, part, clock)


def read_moment(match, now):
    """in 45 min, in 1.5 hours, in half an hour"""
    if match["minutes"]:
        hours = number_of(match["n"])
        minutes = int(match["minutes"])
        return moment_ahead(timedelta(hours=hours, minutes=minutes), now)
    number = with_fraction(
        match["n"],
        has_half=bool(match["more"]),
    )
    if match["unit"][0] in "mM":
        return moment_ahead(timedelta(minutes=number), now)
    return moment_ahead(timedelta(hours=number), now)


def with_fraction(words: str, has_half: bool) -> float:
    """Return the number of 1.5, "half an", "2 and a half" or "an", with a half if it has one."""
    words = words.lower().replace(",", ".")
    number = 0
    if has_half or "half" in words:
        number = 0.5
    if "." in words:
        return number + float(words)
    if words == "half an":
        return number
    whole, _, _ = words.partition(" and")
    return number + number_of(whole)


def moment_ahead(ahead: timedelta, now: Now) -> SaidDay:
    """Return the day and the time after a span, in the zone of now, without seconds."""
    moment = now.moment.astimezone(UTC) + ahead
    local = moment.astimezone(now.moment.tzinfo)
    clock = local.time().replace(second=0, microsecond=0)
    return SaidDay(local.date(), clock=clock)


def read_ahead(match, now):
    """in 3 days, within 2 weeks, in a month's time"""
    number = match["n"]
    unit = unit_of(match["unit"])
    if unit == "day" and number.lower() == "a":  # Rome wasn't built in a day.
        return None
    day = after(
        now.today,
        number_of(number),
        unit,
    )
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
    then = after(day, number, unit)
    return SaidDay(then)


def read_week_after(match, now):
    """tomorrow week, friday week"""
    base = match["base"].lower()
    days = {
        "today": now.today,
        "tomorrow": now.today + timedelta(1),
    }
    day = days.get(base) or now.coming(weekday_of(base))
    unit = match["unit"].lower()
    return SaidDay(after(day, 1, unit))


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
        return SaidDay(this + timedelta(7 - sundays))
    start = now.start_of(unit)
    return SaidDay(after(start, 1, unit))


def read_this(match, now):
    """this friday, the coming friday, this weekend"""
    word = match["day"].lower()
    if word == "weekend":
        return SaidDay(next_weekday({5, 6}, now.today))
    if "coming" in match[0].lower():
        day = now.coming(weekday_of(word))
    else:
        day = next_weekday({weekday_of(word)}, now.today)
    return day_with_part(day, part_of(match))


def read_edge(match, now):
    """end of month, the beginning of June, end of next week, mid May"""
    edge = match["edge"].lower()
    words = spaced_once(match["scope"])
    unit, start = scope_of(words, now)
    if edge in ("mid", "middle") and unit != "month":
        return None
    if unit == "day" and edge != "end":
        return None
    if edge in ("end", "close"):
        return last_of(start, unit)
    if edge in ("mid", "middle"):
        start += timedelta(14)
    return not_past(SaidDay(start), now)


def scope_of(words: str, now: Now) -> tuple[str, date]:
    """Return the unit and the first day of day, week, next month or June."""
    _, _, unit = words.rpartition(" ")
    if unit == "day":
        return unit, now.today
    if unit not in ("week", "month", "quarter", "year"):
        month = month_of(words)  # by its name
        return "month", this_or_next(month, now)
    start = now.start_of(unit)
    if words.startswith("next"):
        start = after(start, 1, unit)
    return unit, start


def last_of(start: date, unit: str) -> SaidDay:
    """Return the last day of the week, month … that begins on start."""
    next_start = after(start, 1, unit)
    return SaidDay(next_start - timedelta(1))


def not_past(said: SaidDay, now: Now) -> SaidDay | None:
    """Return a day that is today or later, None for an earlier one."""
    if said.day < now.today:
        return None
    return said


def this_or_next(month: int, now: Now) -> date:
    """Return the first day of a month, 1 to 12, of this year, or of the next if it has ended."""
    first = date(now.today.year, month, 1)
    if after(first, 1, "month") <= now.today:
        return after(first, 1, "year")
    return first


def read_from_month(match, now):
    """from January, starting in May 2027: its first day, which is still to come"""
    month = month_of(match["month"])
    first = date_of(match["year"], month, 1, now)
    is_this_month = month == now.today.month and first > now.today
    if is_this_month and not match["year"]:
        return None  # this month or that of the next year
    return not_past(SaidDay(first), now)


def read_until_month(match, now):
    """until October: the day before it"""
    first = read_from_month(match, now)
    if first is None:
        return None
    return SaidDay(first.day - timedelta(1))


def read_through_month(match, now):
    """through October: its last day"""
    month = month_of(match["month"])
    first = this_or_next(month, now)
    if match["year"]:
        first = date_of(match["year"], month, 1, now)
    last = month_day(first, 31)
    return SaidDay(last)


BY_LETTER = {"w": "week", "m": "month", "y": "year"}


def read_shorthand(match, now):
    """eod, eow, eom, eoy"""
    letter = match[0][2].lower()
    if letter == "d":
        return SaidDay(now.today)
    unit = BY_LETTER[letter]
    return last_of(now.start_of(unit), unit)


def read_nth_weekday(match, now):
    """the last friday of the month, first monday of april 2027, last day of next month"""
    if match["nth"].lower() in ("other", "alternate"):
        return None
    scope = spaced_once(match["scope"])
    nth = number_of(match["nth"])
    weekdays = weekdays_of(match["nth_day"])
    for month in months_of(scope, now):
        day = month_weekday(month, nth, weekdays)
        if scope == "month" and day is None:  # this month has no fifth Friday
            return None
        if day and day >= now.today:
            return SaidDay(day)
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
        this_year = date(
            now.today.year,
            month_of(scope),
            1,
        )
        yield this_year
        yield after(this_year, 1, "year")


def read_date(match, now):
    """3 May, Friday, May 3rd 2027, the fourth of July"""
    month = month_of(match["month"])
    day = number_of(match["date"])
    found = date_of(match["year"], month, day, now)
    if found < now.today or not can_be_meant(found):
        return None
    if not is_on(match["day"], found):
        return None
    has_year = match["year"] or match["day"]  # which 29 February is one on that weekday
    is_any_leap_day = is_leap_day(month, day) and not has_year
    said = day_with_part(found, part_of(match))
    return replace(said, is_leap_day=is_any_leap_day)


def date_of(
    year: str | None,
    month: int,
    day: int,
    now: Now,
) -> date:
    """Return a date of the year that is said, of the next possible one if none is."""
    if not year:
        return next_date(month, day, now.today)
    number = int(year.strip(" ,"))
    return date(number, month, day)


def is_on(weekday: str | None, day: date) -> bool:
    """Return whether day is that weekday, as a word says it; if none is said, it may be any."""
    if not weekday:
        return True
    return weekday_of(weekday) == day.weekday()


def read_iso(match, now):
    """2026-06-12"""
    numbers = match.group("year", "month", "date")
    found = date(*map(int, numbers))
    return not_past(SaidDay(found), now)


def read_figures(match, now):
    """15/4, 15.4.2026, 4/15: a number above 12 is the day"""
    first, second = map(int, match.group("first", "second"))
    if (first, second) == (24, 7):
        return None
    said = match.groupdict()
    is_dotted = "." in match[0]  # which puts the day first everywhere
    if not is_dotted and is_month_and_year(second, said, now):
        return None
    day_first = is_dotted or now.day_first
    day, month = (first, second) if day_first else (second, first)
    if month > 12:
        day, month = month, day
    found = day_of_figures(said.get("year"), month, day, now)
    if found is None or found < now.today:
        return None
    if not is_on(said.get("day"), found):
        return None
    if said.get("year") or said.get("day"):
        return SaidDay(found)
    return day_without_year(found, now, is_dotted)


def day_without_year(found: date, now: Now, is_dotted: bool) -> SaidDay | None:
    """Return the next day of figures without a year; None for a mark or a fraction: 8/10."""
    leap_day = is_leap_day(found.month, found.day)
    may_be_far = leap_day or is_dotted
    if is_far_ahead(found, now) and not may_be_far:
        return None
    return SaidDay(found, is_leap_day=leap_day)


def is_month_and_year(second: int, said: dict, now: Now) -> bool:
    """Return whether the second of two figures is the year of a month: expires 10/27."""
    if not now.day_first or said.get("year") or second <= 12:
        return False
    years_ahead = second - now.today.year % 100
    return 0 <= years_ahead <= 20


MOST_DAYS_AHEAD = 304  # of a day such as 8/10: ten months


def is_far_ahead(day: date, now: Now) -> bool:
    """Return whether a day is more than MOST_DAYS_AHEAD days ahead."""
    return day > now.today + timedelta(MOST_DAYS_AHEAD)


def is_leap_day(month: int, day: int) -> bool:
    """Return whether a date is 29 February, which most years don't have."""
    return (month, day) == (2, 29)


def day_of_figures(
    year: str | None,
    month: int,
    day: int,
    now: Now,
) -> date | None:
    """Return a day, a year of two figures being one of this century; None if that is far ahead."""
    if not year:
        return next_date(month, day, now.today)
    if int(year) > 99:
        return date(int(year), month, day)
    found = date(2000 + int(year), month, day)
    years_ahead = found.year - now.today.year
    if years_ahead > 20:  # 11/22/63
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
        month = after(this_month, ahead, "month")
        day = month_day(month, number)
        if day.day == number and day >= now.today:
            return day
    raise ValueError("There is no such day.")


def read_of_month(match, now):
    """the first of the month, the 3rd of next month"""
    number = number_of(match["date"])
    first = now.today.replace(day=1)
    day = month_day(first, number)
    if "next" not in match[0].lower() and day >= now.today:
        return SaidDay(day)
    next_month = after(first, 1, "month")
    return SaidDay(month_day(next_month, number))


def read_weekday(match, now):
    """friday, sat morning"""
    day = now.coming(weekday_of(match["day"]))
    return day_with_part(day, part_of(match))


def read_weekend(match, now):
    """at the weekend"""
    return SaidDay(next_weekday({5, 6}, now.today))


def read_hour(match, now):
    """9 am, 7.30pm, 21:30, 14h30, at 4, five o'clock"""
    said = match.groupdict()
    hour = number_of(said["hour"])
    minute = said.get("minute")
    half = (said.get("half") or "").lower()
    how = how_written(half, minute)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = of_half(hour, half)
    minutes = number_of(minute) if minute else 0
    if hour > 23 or minutes > 59:
        return None
    if how == "bare" and not hour:
        return None
    return SaidTime(
        hour,
        minutes,
        how,
        part=part_of(match),
        has_zero=said["hour"].startswith("0"),
    )


def how_written(half: str, minute: str | None) -> str:
    """Return how a time is said, as SaidTime has it."""
    if half:
        return "exact"
    if minute is None:
        return "bare"
    return "written"


def read_past(match, now):
    """half past three, a quarter to five"""
    hour = number_of(match["hour"])
    if not 1 <= hour <= 12:
        return None
    words = match["minutes"].lower().split()[-1]
    minute = PARTS_OF_AN_HOUR.get(words) or number_of(words)
    if match["way"].lower() == "to":
        hour = hour - 1 or 12
        minute = 60 - minute
    half = (match["half"] or "").lower()
    if half:
        hour = of_half(hour, half)
        return SaidTime(hour, minute)
    return SaidTime(
        hour,
        minute,
        how="bare",
        part=part_of(match),
    )


PARTS_OF_AN_HOUR = {"half": 30, "quarter": 15}  # minutes


def read_named_hour(match, now):
    """noon, 12 midnight, lunchtime"""
    words = match[0].lower()
    if words.endswith("midnight"):
        return SaidTime(0)
    return SaidTime(12)


def read_part(match, now):
    """in the morning"""
    return SaidTime(part=match["part"].lower())


def rule_of(match, *parts, yearly=None) -> SaidRepeat:
    """Return a rule of these parts; every! counts from completion, as the words for it do."""
    said = match.groupdict()
    repeat_from = "due"
    if said.get("bang") or said.get("completion"):
        repeat_from = "completion"
    return SaidRepeat(
        parts,
        yearly,
        part_of(match),
        repeat_from,
    )


def cycle(match) -> tuple[str, ...] | None:
    """Return the parts for a unit and its number; a number of 0 or more than 999 is none."""
    unit = unit_of(match["unit"])
    frequency, interval = CYCLES[unit]
    interval *= said_number(match)
    if not 0 < interval < 1000:
        return None
    return every(frequency, interval)


def said_number(match) -> int:
    """Return the number of units in a repeat, 1 if none is said."""
    said = match.groupdict()
    return number_of(said.get("n"))


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
    parts = every("WEEKLY", said_number(match))
    if "unit" in match.groupdict():
        parts = cycle(match)
    if not parts:
        return None
    weekdays = weekdays_in(match["days"])
    return weekly(match, now, parts, weekdays)


def weekly(match, now, parts, weekdays):
    """Return a rule of weekdays. Where weeks are left out, it matters on which day one begins."""
    names = ",".join(DAYS[weekday] for weekday in weekdays)
    parts += (f"BYDAY={names}",)
    if now.week_start and len(parts) > 2 and len(weekdays) > 1:
        parts += (f"WKST={DAYS[now.week_start]}",)
    return rule_of(match, *parts)


def weekdays_in(words: str) -> list[int]:
    """Return the weekdays of a list: mon, wed and fri; mon to fri."""
    found = []
    is_range = False
    for name in DAYS_OR_UP_TO.findall(words):
        if UP_TO_ALONE.fullmatch(name):
            is_range = True
            continue
        weekday = weekday_of(name)
        if is_range:
            found += weekdays_up_to(found[-1], weekday)
        found.append(weekday)
        is_range = False
    return sorted(set(found))


DAYS_OR_UP_TO = re.compile(f"{FULL_DAY}|{SHORT_DAY}|{UP_TO}", re.IGNORECASE)
UP_TO_ALONE = re.compile(UP_TO, re.IGNORECASE)


def weekdays_up_to(first: int, last: int) -> list[int]:
    """Return the weekdays behind the first, up to the last, which may be in the next week."""
    number = (last - first) % 7
    return [(last - back) % 7 for back in range(number)]


def read_workdays(match, now):
    """every weekday, on weekdays"""
    return weekly(
        match,
        now,
        every("WEEKLY"),
        range(5),
    )


def read_yearly_months(match, now):
    """every 1 jan and 1 jul, if the day is the same"""
    figures = re.findall(r"\b[0-9]{1,2}", match[0])
    days = {number_of(figure) for figure in figures}
    months = months_in(match["months"])
    if len(days) > 1 or len(months) < 2:
        return None
    (day,) = days
    if not 1 <= day <= 28:
        return None
    return rule_of(
        match,
        *YEARLY,
        f"BYMONTH={numbers_of_rule(months)}",
        f"BYMONTHDAY={day}",
    )


def months_in(words: str) -> list[int]:
    """Return the months, 1 to 12, that are named in words, in their order."""
    names = re.findall(r"\b[a-z]{3,9}", words.lower())
    return sorted({month_of(name) for name in names if name[:3] in MONTHS})


def numbers_of_rule(numbers: Iterable[int]) -> str:
    """Return numbers as a rule has them: 1,15."""
    return ",".join(map(str, numbers))


def read_weekends(match, now):
    """every weekend: its Saturday, as this weekend is"""
    return weekly(match, now, every("WEEKLY"), [5])


def read_except(match, now):
    """every day except sunday"""
    every_day = range(5) if match["work"] else range(7)
    left_out = weekdays_in(match["days"])
    others = [weekday for weekday in every_day if weekday not in left_out]
    if not others:
        return None
    return weekly(match, now, every("WEEKLY"), others)


def read_month_days(match, now):
    """every 15th, every month on the 1st and 15th, monthly on the 3rd"""
    parts = cycle_or_monthly(match)
    if not parts:
        return None
    words = re.findall(r"[0-9]+|[a-z]{5,}", match["ths"].lower())
    numbers = sorted({number_of(word) for word in words})
    if not all(0 < number < 32 for number in numbers):
        return None
    days = numbers_of_rule(numbers)
    return rule_of(match, *parts, f"BYMONTHDAY={days}")


def read_month_weekdays(match, now):
    """every first monday of the month, monthly on the last friday, every last day"""
    parts = cycle_or_monthly(match)
    if not parts:
        return None
    nths = match.groupdict().get("nths")
    numbers = ordinals_in(nths) if nths else [number_of(match["nth"])]
    if max(numbers) > 5:
        return None
    weekdays = weekdays_of(match["nth_day"])
    days = nth_weekdays(numbers, weekdays)
    return rule_of(match, *parts, *days)


def ordinals_in(words: str) -> list[int]:
    """Return the ordinals of a list, "1st and third", in their order, "last" (-1) at the end."""
    found = re.findall(r"[0-9]+|(?!and\b|the\b)[a-z]{3,}", words.lower())
    numbers = {number_of(word) for word in found}
    return sorted(numbers, key=lambda nth: (nth < 0, nth))


def nth_weekdays(numbers: list[int], weekdays: Collection[int]) -> list[str]:
    """Return the parts of a rule for these of a month's weekdays: of all days, of Mondays …"""
    if len(weekdays) == 1:
        (weekday,) = weekdays
        days = [f"{nth}{DAYS[weekday]}" for nth in numbers]
        return [f"BYDAY={','.join(days)}"]
    listed = numbers_of_rule(numbers)
    if len(weekdays) == 7:
        return [f"BYMONTHDAY={listed}"]
    workdays = ",".join(DAYS[:5])
    return [f"BYDAY={workdays}", f"BYSETPOS={listed}"]


def read_month_end(match, now):
    """the end of each month"""
    return rule_of(
        match,
        *every("MONTHLY"),
        "BYMONTHDAY=-1",
    )


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
    if not unit:
        return number, unit
    return number, unit_of(unit)
