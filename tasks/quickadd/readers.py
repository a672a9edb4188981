"""The readers of phrases: each function returns the value of one kind of phrase. Pure: no Django.

A reader gets the match of a phrase and the moment (Now). It returns None, or raises ValueError or
OverflowError, for a phrase without a value: 31/2. A weekday is the next one after today, "next
friday" a day of the next week, "next week" its first day, "this weekend" its Saturday. A day
without a year is the next such day, and a day of a shorter month its last. The docstring of a
reader has examples of its phrases.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tasks.dates import can_be_meant
from tasks.quickadd.days import Now, after, month_day, month_weekday, next_date, next_weekday
from tasks.quickadd.meaning import LEAP_DAY, PARTS, YEARLY, SaidDay, SaidRepeat, SaidTime, every
from tasks.quickadd.words import FULL_DAY, SHORT_DAY, UP_TO
from tasks.recurrence import DAYS

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


def day_with_part(day: date, part: str) -> SaidDay:
    """Return a day with a part of it, and the time that this stands for."""
    return SaidDay(day, part, PARTS.get(part))


def read_near(match, now):
    """today, tomorrow night, the day after tomorrow, tonight, this evening"""
    words = " ".join(match["near"].lower().split())
    if words == "tonight" or words.startswith("this "):
        part = "night" if words == "tonight" else words.removeprefix("this ")
        clock = PARTS[part]
        if clock <= now.moment.time():
            return SaidDay(now.today, part)
        return SaidDay(now.today, part, clock)
    ahead = 1
    if words == "today":
        ahead = 0
    elif "after" in words:
        ahead = 2
    return day_with_part(now.today + timedelta(ahead), part_of(match))


def read_moment(match, now):
    """in 45 min, in 1.5 hours, in half an hour"""
    if match["minutes"]:
        ahead = timedelta(
            hours=number_of(match["n"]),
            minutes=int(match["minutes"]),
        )
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


def moment_of(moment: datetime, now: Now) -> SaidDay:
    """Return a moment as a day and its time, in the zone of now, without seconds."""
    local = moment.astimezone(now.moment.tzinfo)
    clock = local.time().replace(second=0, microsecond=0)
    return SaidDay(local.date(), clock=clock)


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
    return SaidDay(after(day, number, unit))


def read_week_after(match, now):
    """tomorrow week, friday week"""
    base = match["base"].lower()
    days = {
        "today": now.today,
        "tomorrow": now.today + timedelta(1),
    }
    day = days.get(base) or now.coming(weekday_of(base))
    return SaidDay(after(day, 1, match["unit"].lower()))


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
    return SaidDay(after(now.start_of(unit), 1, unit))


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
    words = " ".join(match["scope"].lower().split())
    _, _, unit = words.rpartition(" ")
    if unit == "day":
        return SaidDay(now.today) if edge == "end" else None
    if unit in ("week", "month", "quarter", "year"):
        start = now.start_of(unit)
        if words.startswith("next"):
            start = after(start, 1, unit)
    else:  # a month by its name
        unit, start = "month", this_or_next(month_of(words), now)
    if edge in ("end", "close"):
        return SaidDay(after(start, 1, unit) - timedelta(1))
    if edge in ("mid", "middle"):
        if unit != "month":
            return None
        start += timedelta(14)
    return SaidDay(start) if start >= now.today else None


def this_or_next(month: int, now: Now) -> date:
    """Return the first day of a month, 1 to 12, of this year, or of the next if it has ended."""
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
    return SaidDay(first) if first >= now.today else None


def read_until_month(match, now):
    """until October: the day before it"""
    first = read_from_month(match, now)
    return first and SaidDay(first.day - timedelta(1))


def read_through_month(match, now):
    """through October: its last day"""
    month = month_of(match["month"])
    first = this_or_next(month, now)
    if match["year"]:
        first = date(int(match["year"]), month, 1)
    return SaidDay(month_day(first, 31))


BY_LETTER = {"d": "day", "w": "week", "m": "month", "y": "year"}


def read_shorthand(match, now):
    """eod, eow, eom, eoy"""
    unit = BY_LETTER[match[0][2].lower()]
    start = now.today if unit == "day" else now.start_of(unit)
    return SaidDay(after(start, 1, unit) - timedelta(1))


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
    return SaidDay(found) if found >= now.today else None


def read_figures(match, now):
    """15/4, 15.4.2026, 4/15: a number above 12 is the day"""
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
    return SaidDay(found, is_leap_day=is_leap_day(month, day) and not has_year)


MOST_DAYS_AHEAD = 304  # of a day such as 8/10: ten months


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
    return SaidTime(hour, minutes, how, part_of(match), has_zero)


def how_written(half: str, minute: str | None) -> str:
    """Return how a time is said, as SaidTime has it."""
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
        return SaidTime(of_half(hour, half), minute)
    return SaidTime(hour, minute, "bare", part_of(match))


def read_named_hour(match, now):
    """noon, 12 midnight, lunchtime"""
    is_midnight = match[0].lower().endswith("midnight")
    return SaidTime(0) if is_midnight else SaidTime(12)


def read_part(match, now):
    """in the morning"""
    return SaidTime(part=match["part"].lower())


def rule_of(match, *parts, yearly=None) -> SaidRepeat:
    """Return a rule of these parts; every! counts from completion, as the words for it do."""
    said = match.groupdict()
    is_from_completion = said.get("bang") or said.get("completion")
    repeat_from = "completion" if is_from_completion else "due"
    return SaidRepeat(parts, yearly, part_of(match), repeat_from)


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
    parts = re.findall(
        f"{FULL_DAY}|{SHORT_DAY}|{UP_TO}",
        words,
        re.IGNORECASE,
    )
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
    return rule_of(
        match,
        *YEARLY,
        f"BYMONTH={listed}",
        f"BYMONTHDAY={day}",
    )


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
        numbers = sorted(
            {number_of(word) for word in words},
            key=lambda nth: (nth < 0, nth),
        )
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
