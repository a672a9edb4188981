"""Repeats: rules of RFC 5545 in the subset that people need, and their days. Pure: no Django.

A rule is text such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH. It is a series of days from its anchor
on, which counts from there however late each is done, so it never drifts. Days 29 to 31 clamp:
monthly from 31 January is 28 February and 31 March (RFC 7529's SKIP=BACKWARD), and so it is where
the rule names the 31st. rrule of python-dateutil skips these months, and goes on to the year 9999
for a rule that never matches; so the days are counted here.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count, islice, takewhile

from tasks.dates import moment

FREQUENCIES = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WORKDAYS = {0, 1, 2, 3, 4}
EVERY_DAY = set(range(7))
MOST_INTERVAL = 999
MOST_COUNT = 9999
OLDEST = timedelta(3653)  # before today: a count from there is counted day by day
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
ENDINGS = {1: "st", 2: "nd", 3: "rd"}
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
    parts = {FIELDS[name]: value for name, value in said.items()}
    found = Rule(**parts)
    refuse_senseless(found)
    return found


def write(rule: Rule) -> str:
    """Return a rule as text, which read() takes apart again."""
    parts = {
        "FREQ": rule.frequency,
        "INTERVAL": rule.interval if rule.interval > 1 else "",
        "BYMONTH": ",".join(map(str, rule.months)),
        "BYMONTHDAY": ",".join(map(str, rule.month_days)),
        "BYDAY": ",".join(f"{nth or ''}{DAYS[weekday]}" for nth, weekday in rule.weekdays),
        "BYSETPOS": ",".join(map(str, rule.positions)),
        "WKST": "" if rule.week_start is None else DAYS[rule.week_start],
        "UNTIL": f"{rule.until:%Y%m%d}".zfill(8) if rule.until else "",
        "COUNT": rule.count or "",
    }
    said = [f"{name}={value}" for name, value in parts.items() if value]
    return ";".join(said)


def with_week_start(rule: str, *, anchor: date, week_start: int, repeat_from: str = "due") -> str:
    """Return rule with the day that its weeks begin on, where that decides its days.

    So a series stays as it is when its user has weeks begin on another day. What counts from
    completion may begin anew on any day.
    """
    said = read(rule)
    if said.week_start is not None or said.frequency != "WEEKLY":
        return rule
    others = {weekday for _, weekday in said.weekdays}
    if repeat_from == "due":
        others.discard(anchor.weekday())
    leaves_weeks_out = said.interval > 1 and others
    if not said.positions and not leaves_weeks_out:
        return rule
    return f"{rule};WKST={DAYS[week_start]}"


def refuse_senseless(rule: Rule) -> None:
    """Raise ValueError, in words, if the parts of a rule make no sense together."""
    if rule.until and rule.count:
        raise ValueError("A repeat ends on a day or after a number of times, not both.")
    refuse_senseless_weekdays(rule)
    if rule.month_days and rule.frequency == "WEEKLY":
        raise ValueError("What repeats by the week has weekdays, no days of the month.")
    if rule.positions and not has_days_to_choose_from(rule):
        raise ValueError("BYSETPOS chooses from the days of a week, month or year: say which.")


def refuse_senseless_weekdays(rule: Rule) -> None:
    """Raise ValueError, in words, if a rule has weekdays that its frequency has no place for."""
    has_nth = any(nth for nth, _ in rule.weekdays)
    if has_nth and rule.frequency not in ("MONTHLY", "YEARLY"):
        raise ValueError("Only what repeats by the month or year has a first or last Monday.")
    if has_nth and rule.frequency == "YEARLY" and not rule.months:
        raise ValueError("Say the month of that weekday, with BYMONTH.")


def has_days_to_choose_from(rule: Rule) -> bool:
    """Return whether a period of the rule has several days, from which BYSETPOS can choose."""
    if rule.frequency == "DAILY":
        return False
    if rule.frequency == "YEARLY" and rule.months:
        return True
    return bool(rule.weekdays or rule.month_days)


def frequency_of(value: str, name: str) -> str:
    """Read FREQ. ValueError, in words, for one that is none."""
    if value not in FREQUENCIES:
        raise ValueError("A repeat is by the day, week, month or year.")
    return value


def number_in(low: int, high: int) -> Callable[[str, str], int]:
    """Return the reader of a part that is a number from low to high, and not 0."""

    def number_of(value, name):
        is_number = re.fullmatch(r"[+-]?[0-9]{1,4}", value)
        if not is_number or not low <= int(value) <= high:
            raise ValueError(f"{name} is a number from {low} to {high}.")
        if not int(value):
            raise ValueError(f"{name} can't be 0.")
        return int(value)

    return number_of


def each(one: Callable) -> Callable[[str, str], tuple]:
    """Return the reader of a part with several values: a tuple of what `one` reads, each once."""

    def each_of(value, name):
        read_parts = [one(part, name) for part in value.split(",")]
        return tuple(dict.fromkeys(read_parts))

    return each_of


def weekday_of(value: str, name: str) -> tuple[int, int]:
    """Read MO as (0, 0), 1MO as (1, 0), -1FR as (-1, 4); see Rule."""
    match = re.fullmatch(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)", value)
    if not match:
        raise ValueError(f"{name} has weekdays such as MO, 1MO or -1FR.")
    nth = int(match[1] or 0)
    return nth, DAYS.index(match[2])


def week_start_of(value: str, name: str) -> int:
    """Read WKST: 0 for MO … 6 for SU."""
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


# Periods without a day, after which a rule is taken to have no more. The years of the calendar
# are alike again after 28, or 40 where a century comes between.
MOST_EMPTY = {"DAILY": 5000, "WEEKLY": 5000, "MONTHLY": 1000, "YEARLY": 100}
# Periods that are walked through at most, wherever a walk begins: a century and more. So each walk
# ends by a number, whatever day it is to come to.
MOST_WALKED = {"DAILY": 40_000, "WEEKLY": 10_000, "MONTHLY": 5000, "YEARLY": 500}


def next_due(rule: str, *, anchor: date, after: date, week_start: int = 0) -> date | None:
    """Return the first day strictly after `after` of the series; None when it has ended.

    anchor is the first day that may be; week_start, 0 for Monday, counts where the rule has none.
    """
    return next(days_after(read(rule), anchor, after, week_start), None)


def first_due(rule: str, *, day: date, week_start: int = 0) -> date | None:
    """Return the first day of a rule from day on, where periods are left out only after it."""
    anew = replace(read(rule), interval=1)
    return next(series_from(anew, day, day, week_start), None)


def following(
    rule: str,
    *,
    anchor: date,
    due_date: date,
    due_time: time | None,
    now: datetime,
    repeat_from: str = "due",
    missed: str = "pass",
    week_start: int = 0,
) -> date | None:
    """Return the day after due_date that a series goes on with, once that is done at now.

    now is aware, in the user's zone. With repeat_from "completion" the interval counts from the day
    it is there, and the first day on or after its end that the rule names is next; what is done
    early does not come back on its own day. Else it is the first day of the series after due_date:
    one that is still to come, or with missed "keep" the next one, however old.
    """
    if repeat_from == "completion":
        start = {"day": now.date(), "week_start": week_start}
        return after_completion(rule, but=due_date, **start)
    after = last_behind(due_date, due_time, now, missed)
    return next_due(rule, anchor=anchor, after=after, week_start=week_start)


def after_completion(
    rule: str, *, day: date, but: date | None = None, week_start: int = 0
) -> date | None:
    """Return the day, other than `but`, that follows what is done on day; None where that was last.

    A count is of what is left, that one among it: see one_less().
    """
    said = read(rule)
    if said.count == 1:
        return None
    found = days_after_completion(replace(said, count=None), day, week_start)
    return next((other for other in found if other != but), None)


def days_after_completion(rule: Rule, day: date, week_start: int) -> Iterator[date]:
    """Yield the days that may follow what is done on day, in their order.

    "Every 4 weeks on Sunday" is the first Sunday that is 4 weeks after day or later. "Every Sunday"
    leaves no weeks out, so it is the next one.
    """
    names_days = rule.weekdays or rule.month_days or rule.months
    if rule.interval == 1 or not names_days:
        return days_after(rule, day, day, week_start)
    interval = Rule(rule.frequency, rule.interval)
    earliest = next(days_after(interval, day, day, week_start), None)
    if earliest is None:  # behind 31 December 9999
        return iter(())
    each_period = replace(rule, interval=1)
    return days_after(each_period, day, earliest - timedelta(1), week_start)


def one_less(rule: str) -> str:
    """Return rule with its count, if it has one, without the one that was done or skipped."""
    said = read(rule)
    if not said.count:
        return rule
    less = replace(said, count=said.count - 1)
    return write(less)


def completions(rule: str, *, day: date, count: int, week_start: int = 0) -> list[date]:
    """Return the next days, at most so many, after one done on day, each done on its own."""
    found = []
    while len(found) < count:
        day = after_completion(rule, day=day, week_start=week_start)
        if day is None:
            break
        found.append(day)
        rule = one_less(rule)
    return found


def last_behind(due_date: date, due_time: time | None, now: datetime, missed: str) -> date:
    """Return the day after which a series goes on, once what is due on due_date is done at now."""
    if missed == "keep":
        return due_date
    last = now.date()
    if due_time is not None and moment(last, due_time, now.tzinfo) > now:
        last -= timedelta(1)  # today's is still to come
    return max(due_date, last)


def upcoming(
    rule: str, *, anchor: date, after: date, count: int = 5, week_start: int = 0
) -> list[date]:
    """Return the next days of the series strictly after `after`, at most so many."""
    days = days_after(read(rule), anchor, after, week_start)
    return list(islice(days, count))


def between(rule: str, *, anchor: date, after: date, last: date, week_start: int = 0) -> list[date]:
    """Return the days of the series after `after`, up to last."""
    said = read(rule)
    if said.count and (last - anchor).days < said.count:  # the end lies behind last
        said = replace(said, count=None)
    found = days_after(said, anchor, after, week_start)
    return list(takewhile(lambda day: day <= last, found))


def days_counted(rule: str, *, anchor: date, last: date) -> int:
    """Return how many days of the calendar between() counts through to come to last: what ends
    after a number of times is counted from its anchor, and all else from where it is asked for."""
    return max((last - anchor).days, 0) if "COUNT=" in rule else 0


def days_after(rule: Rule, anchor: date, after: date, week_start: int) -> Iterator[date]:
    """Yield the days of a series that come after `after`, in their order."""
    start = first_to_count(rule, anchor, after)
    return (day for day in series_from(rule, anchor, start, week_start) if day > after)


def first_to_count(rule: Rule, anchor: date, day: date) -> date:
    """Return the day from which a series is walked through to come to day, or behind it.

    What ends after a number of days has to count them from the first.
    """
    if rule.count:
        return anchor
    return max(day, anchor)


def series_from(rule: Rule, anchor: date, start: date, week_start: int) -> Iterator[date]:
    """Yield the days of a series from the period on in which start is; rule.count of them."""
    found = (day for day in days_from(rule, anchor, start, week_start) if day >= anchor)
    if rule.until:
        found = takewhile(lambda day: day <= rule.until, found)
    return islice(found, rule.count)


def refuse_old(anchor: date, today: date) -> None:
    """Raise ValueError, in words, for a first day so old that it takes long to count from it."""
    if today - anchor > OLDEST:
        raise ValueError("A repeat can't begin more than ten years ago.")


def is_day_of(rule: str, *, anchor: date, day: date, week_start: int = 0) -> bool:
    """Return whether day is one of the series that begins on anchor, or on its first day after."""
    said = read(rule)
    start = first_to_count(said, anchor, day)
    found = series_from(said, anchor, start, week_start)
    return next((other for other in found if other >= day), None) == day


def number_before(
    rule: str, *, anchor: date, day: date, week_start: int = 0, most: int = MOST_COUNT
) -> int:
    """Return how many days of a series come before the one that is due on day: `most` if there are
    more.

    What is due on a day that is none of them was put off from the one before it.
    """
    endless = replace(read(rule), count=None, until=None)
    days = islice(series_from(endless, anchor, anchor, week_start), most + 1)
    up_to_day = sum(1 for _ in takewhile(lambda other: other <= day, days))
    return max(up_to_day - 1, 0)


def resumed(rule: str, *, anchor: date, day: date, week_start: int = 0) -> Rule:
    """Return the rule that goes on from day, its new anchor, as rule does from anchor.

    Its count is of those that are left, and it says the day of the month that day was clamped from.
    """
    said = read(rule)
    if said.count:
        how = {"week_start": week_start, "most": said.count}
        before = number_before(rule, anchor=anchor, day=day, **how)
        left = max(said.count - before, 1)
        said = replace(said, count=left)
    if is_clamped(said, anchor, day):
        said = replace(said, month_days=(anchor.day,))
        if said.frequency == "YEARLY" and not said.months:
            said = replace(said, months=(anchor.month,))
    return said


def is_clamped(rule: Rule, anchor: date, day: date) -> bool:
    """Return whether day is the last of a month that has none with its anchor's number."""
    if rule.frequency not in ("MONTHLY", "YEARLY") or rule.weekdays or rule.month_days:
        return False
    return day.day < anchor.day and day.day == days_in_month(day)


def days_in_month(day: date) -> int:
    """Return how many days the month of a day has."""
    return monthrange(day.year, day.month)[1]


def moved(rule: Rule, old: date, new: date) -> Rule:
    """Return rule with the one day that it names, old's, changed to new's.

    ValueError, in words, where it names others besides, and not new's.
    """
    endless = replace(rule, count=None)
    if next(series_from(endless, new, new, 0), None) == new:
        return rule
    if not can_move(rule, old, new):
        raise ValueError(f"It repeats {describe(write(rule))}. Change the repeat to move it.")
    changes = {}
    if rule.month_days:
        changes["month_days"] = (month_day_of(new, rule.month_days[0]),)
    elif rule.weekdays:
        nth, _ = rule.weekdays[0]
        changes["weekdays"] = ((nth_of(new, nth), new.weekday()),)
    if rule.months and new.month not in rule.months:
        changes["months"] = (new.month,)
    return replace(rule, **changes)


def can_move(rule: Rule, old: date, new: date) -> bool:
    """Return whether the rule names one day, old's, so that new's can stand in its place."""
    if not names_one_day(rule, old):
        return False
    keeps_months = not rule.months or new.month in rule.months
    return keeps_months or rule.months == (old.month,)


def names_one_day(rule: Rule, day: date) -> bool:
    """Return whether a rule names no day of its periods but that one, as far as it names any."""
    named = len(rule.weekdays) + len(rule.month_days)
    if rule.positions or named > 1:
        return False
    if rule.month_days:
        return clamped(rule.month_days, day.year, day.month) == {day.day}
    return not rule.weekdays or is_nth(day, *rule.weekdays[0])


def is_nth(day: date, nth: int, weekday: int) -> bool:
    """Return whether a day is that weekday, and the nth one of its month; any one for 0."""
    if day.weekday() != weekday:
        return False
    return nth in (0, nth_of(day, nth))


def month_day_of(day: date, like: int) -> int:
    """Return the number of a day in its month: -1 for the last, if like counts from the end."""
    if like < 0 and day.day == days_in_month(day):
        return -1
    return day.day


def nth_of(day: date, like: int) -> int:
    """Return which of its weekday in its month a day is: -1 for the last, if like counts so."""
    if not like:
        return 0
    from_end = -((days_in_month(day) - day.day) // 7 + 1)
    if like < 0 and from_end >= like:
        return from_end
    return (day.day - 1) // 7 + 1


def days_from(rule: Rule, anchor: date, start: date, week_start: int) -> Iterator[date]:
    """Yield the days of the period in which start is, and of those that follow it."""
    if rule.week_start is not None:
        week_start = rule.week_start
    period_of, days_of = PERIODS[rule.frequency]
    first = period_of(anchor, start, week_start) // rule.interval
    empty = 0
    for number in islice(count(first), MOST_WALKED[rule.frequency]):
        try:
            days = sorted(days_of(rule, anchor, number * rule.interval, week_start))
        except (ValueError, OverflowError):  # behind 31 December 9999
            return
        days = chosen(days, rule.positions)
        yield from days
        empty = 0 if days else empty + 1
        if empty > MOST_EMPTY[rule.frequency]:
            return


def chosen(days: list[date], positions: tuple[int, ...]) -> list[date]:
    """Return the days at positions, which count from 1, or from -1 at the end; all for none."""
    if not positions:
        return days
    indexes = {index_of(position) for position in positions}
    found = []
    for at, day in enumerate(days):
        from_end = at - len(days)
        if at in indexes or from_end in indexes:
            found.append(day)
    return found


def index_of(position: int) -> int:
    """Return the index of a position, which counts from 1, or from -1 at the end."""
    return position - 1 if position > 0 else position


# For each frequency: which period after its anchor's a day is in, and the days of such a period.


def day_of(anchor: date, start: date, week_start: int) -> int:
    """Return how many days start is after anchor."""
    return (start - anchor).days


def days_of_day(rule: Rule, anchor: date, number: int, week_start: int) -> list[date]:
    """Return the day that is number days after anchor, if it is one of the rule's."""
    day = anchor + timedelta(number)
    if rule.months and day.month not in rule.months:
        return []
    if rule.weekdays and (0, day.weekday()) not in rule.weekdays:
        return []
    if rule.month_days:
        numbers = clamped(rule.month_days, day.year, day.month)
        return [day] if day.day in numbers else []
    return [day]


def week_of(anchor: date, start: date, week_start: int) -> int:
    """Return how many weeks the one of start is after anchor's."""
    return (start.toordinal() - first_of_week(anchor, week_start)) // 7


def first_of_week(day: date, week_start: int) -> int:
    """Return the first day of a week as an ordinal: that of the first one lies before year 1."""
    return day.toordinal() - (day.weekday() - week_start) % 7


def days_of_week(rule: Rule, anchor: date, number: int, week_start: int) -> list[date]:
    """Return the days of the week that is number weeks after anchor's."""
    first = first_of_week(anchor, week_start) + 7 * number
    weekdays = [weekday for _, weekday in rule.weekdays] or [anchor.weekday()]
    ordinals = [first + (weekday - week_start) % 7 for weekday in weekdays]
    days = [date.fromordinal(ordinal) for ordinal in ordinals if ordinal > 0]
    if not rule.months:
        return days
    return [day for day in days if day.month in rule.months]


def month_of(anchor: date, start: date, week_start: int) -> int:
    """Return how many months the one of start is after anchor's."""
    years = start.year - anchor.year
    return 12 * years + start.month - anchor.month


def days_of_month(rule: Rule, anchor: date, number: int, week_start: int) -> list[date]:
    """Return the days of the month that is number months after anchor's."""
    months = anchor.year * 12 + anchor.month - 1 + number
    year, month = months // 12, months % 12 + 1
    if rule.months and month not in rule.months:
        return []
    return days_within(rule, anchor, year, month)


def year_of(anchor: date, start: date, week_start: int) -> int:
    """Return how many years the one of start is after anchor's."""
    return start.year - anchor.year


def days_of_year(rule: Rule, anchor: date, number: int, week_start: int) -> list[date]:
    """Return the days of the year that is number years after anchor's."""
    year = anchor.year + number
    months = rule.months or [anchor.month]
    if not rule.months and (rule.month_days or rule.weekdays):
        months = range(1, 13)
    return [day for month in months for day in days_within(rule, anchor, year, month)]


PERIODS = {
    "DAILY": (day_of, days_of_day),
    "WEEKLY": (week_of, days_of_week),
    "MONTHLY": (month_of, days_of_month),
    "YEARLY": (year_of, days_of_year),
}


def days_within(rule: Rule, anchor: date, year: int, month: int) -> list[date]:
    """Return the days of a month that a rule by the month or the year has."""
    if not rule.weekdays:
        numbers = clamped(rule.month_days or (anchor.day,), year, month)
    elif not rule.month_days:
        numbers = on_weekdays(rule.weekdays, year, month)
    else:
        by_number = clamped(rule.month_days, year, month)
        numbers = by_number & on_weekdays(rule.weekdays, year, month)
    return [date(year, month, number) for number in numbers]


def on_weekdays(weekdays: tuple[tuple[int, int], ...], year: int, month: int) -> set[int]:
    """Return days of a month by their number, where their weekdays are given as in a Rule."""
    first, length = monthrange(year, month)
    numbers = set()
    for nth, weekday in weekdays:
        earliest = 1 + (weekday - first) % 7
        days = range(earliest, length + 1, 7)
        if not nth:
            numbers.update(days)
        elif abs(nth) <= len(days):
            numbers.add(days[index_of(nth)])
    return numbers


def clamped(month_days: tuple[int, ...], year: int, month: int) -> set[int]:
    """Return days of a month by their number, from its end if negative; the last day for the 31st
    where there is none, and the first for the 31st from the end."""
    _, length = monthrange(year, month)
    from_start = {min(day, length) for day in month_days if day > 0}
    from_end = {max(length + 1 + day, 1) for day in month_days if day < 0}
    return from_start | from_end


def describe(rule: str, *, on: Callable[[date], str] = str) -> str:
    """Return a rule in plain words, such as "every 2 weeks on Monday and Thursday, 10 times".

    on says how a day is written. A rule that can't be read is returned as it is.
    """
    try:
        said = read(rule)
    except ValueError:
        return rule
    words = how_often_in_words(said)
    if said.months:
        months = [MONTH_NAMES[month - 1] for month in said.months]
        words += f" in {listed(months)}"
    if said.until:
        words += f" until {on(said.until)}"
    if said.count == 1:
        words += ", 1 time"
    elif said.count:
        words += f", {said.count} times"
    return words


def how_often_in_words(said: Rule) -> str:
    """Return "every 2 weeks on Monday", without months and an end."""
    unit, days = FREQUENCIES[said.frequency], days_in_words(said)
    if days and said.frequency == "WEEKLY" and said.interval == 1:
        return f"every {days}"
    words = f"every {unit}"
    if said.interval > 1:
        words = f"every {said.interval} {unit}s"
    if not days:
        return words
    words += f" on {days}"
    if said.frequency == "YEARLY" and not (said.months or said.positions):
        words += " in every month"
    return words


def days_in_words(said: Rule) -> str:
    """Return the days of a rule: "weekday", "the 1st and 15th", "the last Friday"."""
    days = weekdays_in_words(said)
    if said.month_days:
        numbers = [month_day_in_words(day) for day in said.month_days]
        if days:
            days += f", if it is the {listed(numbers, 'or')}"
        else:
            days = f"the {listed(numbers)}"
    if said.positions:
        return positions_in_words(said, days)
    is_every_week = said.frequency == "WEEKLY" and said.interval == 1
    if days == "weekday" and not is_every_week:
        return "weekdays"
    return days


def weekdays_in_words(said: Rule) -> str:
    """Return the weekdays of a rule: "weekday", "day" for all, "Monday and Thursday"."""
    if any(nth for nth, _ in said.weekdays):
        return listed([nth_in_words(*pair) for pair in said.weekdays])
    weekdays = {weekday for _, weekday in said.weekdays}
    if weekdays == WORKDAYS:
        return "weekday"
    if weekdays == EVERY_DAY:
        return "day"
    return listed([DAY_NAMES[day] for day in sorted(weekdays)])


def positions_in_words(said: Rule, days: str) -> str:
    """Return the days that a rule chooses: "the last weekday", "the 2nd of Monday and Friday"."""
    positions = listed([position_in_words(number) for number in said.positions])
    if not days:
        return f"the {positions} one"
    weekdays = {weekday for _, weekday in said.weekdays}
    is_one_kind = weekdays in (WORKDAYS, EVERY_DAY) or len(weekdays) == 1
    if is_one_kind:
        return f"the {positions} {days}"
    return f"the {positions} of {days}"


def nth_in_words(nth: int, weekday: int) -> str:
    """Return the nth weekday of a month in words; each of them for 0."""
    if nth:
        return f"the {NTH[nth]} {DAY_NAMES[weekday]}"
    return f"each {DAY_NAMES[weekday]}"


def position_in_words(number: int) -> str:
    """Return a place in words: first, 12th, last, 12th last."""
    if number in NTH:
        return NTH[number]
    if number < 0:
        return f"{ordinal(-number)} last"
    return ordinal(number)


def month_day_in_words(number: int) -> str:
    """Return a day of the month in words: 1st, last day, 2nd last day."""
    if number == -1:
        return "last day"
    if number < 0:
        return f"{ordinal(-number)} last day"
    return ordinal(number)


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 11th."""
    ending = "th"
    if number % 100 not in (11, 12, 13):
        ending = ENDINGS.get(number % 10, "th")
    return f"{number}{ending}"


def listed(words: list[str], last: str = "and") -> str:
    """Return words as a sentence lists them: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    before = ", ".join(words[:-1])
    return f"{before} {last} {words[-1]}"
