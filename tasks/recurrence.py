"""Rules of repeats, a subset of RFC 5545 that people need, and their days. Pure: no Django.

A rule is text such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH. It gives a series of days from its anchor
on. Days are counted from the anchor, however late each occurrence is done, so a series never
drifts. Days 29 to 31 clamp: monthly from 31 January is 28 February and 31 March (SKIP=BACKWARD of
RFC 7529), also if the rule names the 31st. rrule of python-dateutil skips these months, and runs to
the year 9999 for a rule that never matches, so the days are counted here.
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
OLDEST = timedelta(3653)  # before today; an older anchor would make every count slow
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
ENDINGS = {1: "st", 2: "nd", 3: "rd"}
NTH |= {-2: "second last", -3: "third last", -4: "fourth last", -5: "fifth last"}


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
    said = {}
    for part in rule.upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name in said:
            raise ValueError(f"{name} occurs twice.")
        if name not in PARTS:
            raise ValueError(f"“{part[:40]}” isn't supported in a repeat.")
        said[name] = PARTS[name](value, name)
    if "FREQ" not in said:
        raise ValueError("A repeat needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY.")
    parts = {FIELDS[name]: value for name, value in said.items()}
    found = Rule(**parts)
    refuse_senseless(found)
    return found


def write(rule: Rule) -> str:
    """Return a rule as text, which read() parses."""
    weekdays = [f"{nth or ''}{DAYS[weekday]}" for nth, weekday in rule.weekdays]
    parts = {"FREQ": rule.frequency}
    if rule.interval > 1:
        parts["INTERVAL"] = rule.interval
    parts["BYMONTH"] = ",".join(map(str, rule.months))
    parts["BYMONTHDAY"] = ",".join(map(str, rule.month_days))
    parts["BYDAY"] = ",".join(weekdays)
    parts["BYSETPOS"] = ",".join(map(str, rule.positions))
    if rule.week_start is not None:
        parts["WKST"] = DAYS[rule.week_start]
    if rule.until:
        parts["UNTIL"] = f"{rule.until:%Y%m%d}".zfill(8)
    parts["COUNT"] = rule.count
    said = [f"{name}={value}" for name, value in parts.items() if value]
    return ";".join(said)


def with_week_start(rule: str, *, anchor: date, week_start: int, repeat_from: str = "due") -> str:
    """Return the rule with the first day of its weeks, if that makes a difference to its days.

    So a series stays the same when its user chooses another first day of the week. With repeat_from
    "completion", a series can begin anew on any weekday.
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
        raise ValueError("A repeat can end on a date or after a number of times, not both.")
    refuse_senseless_weekdays(rule)
    if rule.month_days and rule.frequency == "WEEKLY":
        raise ValueError("A weekly repeat can't have days of the month.")
    if rule.positions and not has_days_to_choose_from(rule):
        raise ValueError("BYSETPOS needs days to choose from: add weekdays or days of the month.")


def refuse_senseless_weekdays(rule: Rule) -> None:
    """Raise ValueError, in words, if a rule has weekdays that don't go with its frequency."""
    has_nth = any(nth for nth, _ in rule.weekdays)
    if has_nth and rule.frequency not in ("MONTHLY", "YEARLY"):
        raise ValueError("Only a monthly or yearly repeat can have a first or last Monday.")
    if has_nth and rule.frequency == "YEARLY" and not rule.months:
        raise ValueError("A yearly repeat on a weekday such as 1MO needs BYMONTH.")


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
        if not is_number or not low <= int(value) <= high:
            raise ValueError(f"{name} must be a number from {low} to {high}.")
        if not int(value):
            raise ValueError(f"{name} can't be 0.")
        return int(value)

    return number_of


def each(one: Callable) -> Callable[[str, str], tuple]:
    """Return a parser of several values: a tuple of the results of `one`, each once."""

    def each_of(value, name):
        read_parts = [one(part, name) for part in value.split(",")]
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


# The number of empty periods after which a rule is taken to have no more days. The calendar repeats
# after 28 years, or after 40 across a century.
MOST_EMPTY = {"DAILY": 5000, "WEEKLY": 5000, "MONTHLY": 1000, "YEARLY": 100}
# The largest number of periods that one calculation goes through, a century and more. So each
# calculation ends, however far its day is.
MOST_WALKED = {"DAILY": 40_000, "WEEKLY": 10_000, "MONTHLY": 5000, "YEARLY": 500}


def next_due(
    rule: str,
    *,
    anchor: date,
    after: date,
    week_start: int = 0,
) -> date | None:
    """Return the first day of the series strictly after `after`, None if the series has ended.

    anchor is the first possible day; week_start, 0 for Monday, is used if the rule has none.
    """
    return next(days_after(read(rule), anchor, after, week_start), None)


def first_due(rule: str, *, day: date, week_start: int = 0) -> date | None:
    """Return the first day of a rule from day on. The interval counts from the day found."""
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
    """Return the day on which a series goes on after due_date, if done at now. None at its end.

    now is an aware datetime in the user's zone. With repeat_from "completion" the interval counts
    from now's day, and the next is the rule's first day on or after the end of the interval; an
    occurrence done early doesn't come back on its own day. Otherwise the next is the first day of
    the series after due_date that isn't past, or with missed "keep" simply the next one, however
    old.
    """
    if repeat_from == "completion":
        start = {"day": now.date(), "week_start": week_start}
        return after_completion(rule, but=due_date, **start)
    after = last_behind(due_date, due_time, now, missed)
    return next_due(rule, anchor=anchor, after=after, week_start=week_start)


def after_completion(
    rule: str,
    *,
    day: date,
    but: date | None = None,
    week_start: int = 0,
) -> date | None:
    """Return the day after an occurrence done on day, None after the last; it differs from `but`.

    A count in the rule includes the occurrence that was done: see one_less().
    """
    said = read(rule)
    if said.count == 1:
        return None
    found = days_after_completion(replace(said, count=None), day, week_start)
    return next((other for other in found if other != but), None)


def days_after_completion(rule: Rule, day: date, week_start: int) -> Iterator[date]:
    """Yield the possible days after an occurrence done on day, in order.

    "Every 4 weeks on Sunday" is the first Sunday at least 4 weeks after day. "Every Sunday" has no
    interval, so the next Sunday follows.
    """
    names_days = rule.weekdays or rule.month_days or rule.months
    if rule.interval == 1 or not names_days:
        return days_after(rule, day, day, week_start)
    interval = Rule(rule.frequency, rule.interval)
    earliest = next(days_after(interval, day, day, week_start), None)
    if earliest is None:  # after 31 December 9999
        return iter(())
    each_period = replace(rule, interval=1)
    return days_after(each_period, day, earliest - timedelta(1), week_start)


def one_less(rule: str) -> str:
    """Return the rule with its count, if it has one, reduced by one."""
    said = read(rule)
    if not said.count:
        return rule
    less = replace(said, count=said.count - 1)
    return write(less)


def completions(
    rule: str,
    *,
    day: date,
    count: int,
    week_start: int = 0,
) -> list[date]:
    """Return at most count next days after an occurrence done on day, if each is done on time."""
    found = []
    while len(found) < count:
        day = after_completion(rule, day=day, week_start=week_start)
        if day is None:
            break
        found.append(day)
        rule = one_less(rule)
    return found


def last_behind(due_date: date, due_time: time | None, now: datetime, missed: str) -> date:
    """Return the day after which a series goes on, if the occurrence of due_date is done at now."""
    if missed == "keep":
        return due_date
    last = now.date()
    if due_time is not None and moment(last, due_time, now.tzinfo) > now:
        last -= timedelta(1)  # today's time is still to come
    return max(due_date, last)


def upcoming(
    rule: str,
    *,
    anchor: date,
    after: date,
    count: int = 5,
    week_start: int = 0,
) -> list[date]:
    """Return at most count days of the series strictly after `after`."""
    days = days_after(read(rule), anchor, after, week_start)
    return list(islice(days, count))


def between(
    rule: str,
    *,
    anchor: date,
    after: date,
    last: date,
    week_start: int = 0,
) -> list[date]:
    """Return the days of the series after `after`, up to and including last."""
    said = read(rule)
    if said.count and (last - anchor).days < said.count:  # the series ends after last
        said = replace(said, count=None)
    found = days_after(said, anchor, after, week_start)
    return list(takewhile(lambda day: day <= last, found))


def days_counted(rule: str, *, anchor: date, last: date) -> int:
    """Return how many days of the calendar between() goes through to reach last.

    A rule with a count is counted from its anchor, any other rule from the first wanted day.
    """
    return max((last - anchor).days, 0) if "COUNT=" in rule else 0


def days_after(rule: Rule, anchor: date, after: date, week_start: int) -> Iterator[date]:
    """Yield the days of a series strictly after `after`, in order."""
    start = first_to_count(rule, anchor, after)
    return (day for day in series_from(rule, anchor, start, week_start) if day > after)


def first_to_count(rule: Rule, anchor: date, day: date) -> date:
    """Return the day from which a series must be counted to reach a day.

    A rule with a count has to be counted from its anchor.
    """
    if rule.count:
        return anchor
    return max(day, anchor)


def series_from(rule: Rule, anchor: date, start: date, week_start: int) -> Iterator[date]:
    """Yield the days of a series from the period of start on, at most rule.count of them."""
    found = (day for day in days_from(rule, anchor, start, week_start) if day >= anchor)
    if rule.until:
        found = takewhile(lambda day: day <= rule.until, found)
    return islice(found, rule.count)


def refuse_old(anchor: date, today: date) -> None:
    """Raise ValueError, in words, for an anchor that is too old to count from."""
    if today - anchor > OLDEST:
        raise ValueError("A repeat can't start more than ten years ago.")


def is_day_of(rule: str, *, anchor: date, day: date, week_start: int = 0) -> bool:
    """Return whether a day belongs to the series that begins on anchor, or soon after it."""
    said = read(rule)
    start = first_to_count(said, anchor, day)
    found = series_from(said, anchor, start, week_start)
    return next((other for other in found if other >= day), None) == day


def number_before(
    rule: str,
    *,
    anchor: date,
    day: date,
    week_start: int = 0,
    most: int = MOST_COUNT,
) -> int:
    """Return how many days of a series precede the occurrence that is due on day, at most `most`.

    An occurrence that is due on another day than the rule's was postponed from the last one before
    it.
    """
    endless = replace(read(rule), count=None, until=None)
    days = islice(series_from(endless, anchor, anchor, week_start), most + 1)
    up_to_day = sum(1 for _ in takewhile(lambda other: other <= day, days))
    return max(up_to_day - 1, 0)


def resumed(rule: str, *, anchor: date, day: date, week_start: int = 0) -> Rule:
    """Return the rule that goes on from day, its new anchor, as the old one does from anchor.

    Its count is the rest of the count. If day was clamped, the rule names the original day of the
    month.
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
    """Return whether day is the last of its month because the month lacks the anchor's day."""
    if rule.frequency not in ("MONTHLY", "YEARLY") or rule.weekdays or rule.month_days:
        return False
    return day.day < anchor.day and day.day == days_in_month(day)


def days_in_month(day: date) -> int:
    """Return how many days the month of a day has."""
    return monthrange(day.year, day.month)[1]


def moved(rule: Rule, old: date, new: date) -> Rule:
    """Return the rule with the one day that it names, old's, changed to new's.

    Raise ValueError, in words, if it names other days too, and new's is none of them.
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
    """Return whether the rule names one day, old's, which new's can replace."""
    if not names_one_day(rule, old):
        return False
    keeps_months = not rule.months or new.month in rule.months
    return keeps_months or rule.months == (old.month,)


def names_one_day(rule: Rule, day: date) -> bool:
    """Return whether a rule names only this day of its periods, or none."""
    named = len(rule.weekdays) + len(rule.month_days)
    if rule.positions or named > 1:
        return False
    if rule.month_days:
        return clamped(rule.month_days, day.year, day.month) == {day.day}
    return not rule.weekdays or is_nth(day, *rule.weekdays[0])


def is_nth(day: date, nth: int, weekday: int) -> bool:
    """Return whether a day is this weekday, and the nth one of its month; 0 stands for any."""
    if day.weekday() != weekday:
        return False
    return nth in (0, nth_of(day, nth))


def month_day_of(day: date, like: int) -> int:
    """Return the number of a day in its month: -1 for the last, if `like` counts from the end."""
    if like < 0 and day.day == days_in_month(day):
        return -1
    return day.day


def nth_of(day: date, like: int) -> int:
    """Return the nth of a day's weekday in its month: -1 for the last, if `like` counts so."""
    if not like:
        return 0
    from_end = -((days_in_month(day) - day.day) // 7 + 1)
    if like < 0 and from_end >= like:
        return from_end
    return (day.day - 1) // 7 + 1


def days_from(rule: Rule, anchor: date, start: date, week_start: int) -> Iterator[date]:
    """Yield the days of the period of start, and of the following periods."""
    if rule.week_start is not None:
        week_start = rule.week_start
    period_of, days_of = PERIODS[rule.frequency]
    first = period_of(anchor, start, week_start) // rule.interval
    empty = 0
    for number in islice(count(first), MOST_WALKED[rule.frequency]):
        try:
            days = sorted(days_of(rule, anchor, number * rule.interval, week_start))
        except (ValueError, OverflowError):  # after 31 December 9999
            return
        days = chosen(days, rule.positions)
        yield from days
        empty = 0 if days else empty + 1
        if empty > MOST_EMPTY[rule.frequency]:
            return


def chosen(days: list[date], positions: tuple[int, ...]) -> list[date]:
    """Return the days at these positions, which count from 1, or from the end; all if none."""
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


# For each frequency: the number of a day's period, counted from the anchor's, and a period's days.


def day_of(anchor: date, start: date, week_start: int) -> int:
    """Return the number of days from anchor to start."""
    return (start - anchor).days


def days_of_day(rule: Rule, anchor: date, number: int, week_start: int) -> list[date]:
    """Return the day that is number days after anchor, if it belongs to the rule."""
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
    """Return the number of weeks from anchor's week to start's."""
    return (start.toordinal() - first_of_week(anchor, week_start)) // 7


def first_of_week(day: date, week_start: int) -> int:
    """Return the first day of a week as an ordinal, since the first week begins before year 1."""
    return day.toordinal() - (day.weekday() - week_start) % 7


def days_of_week(rule: Rule, anchor: date, number: int, week_start: int) -> list[date]:
    """Return the rule's days in the week that is number weeks after anchor's."""
    first = first_of_week(anchor, week_start) + 7 * number
    weekdays = [weekday for _, weekday in rule.weekdays] or [anchor.weekday()]
    ordinals = [first + (weekday - week_start) % 7 for weekday in weekdays]
    days = [date.fromordinal(ordinal) for ordinal in ordinals if ordinal > 0]
    if not rule.months:
        return days
    return [day for day in days if day.month in rule.months]


def month_of(anchor: date, start: date, week_start: int) -> int:
    """Return the number of months from anchor's month to start's."""
    years = start.year - anchor.year
    return 12 * years + start.month - anchor.month


def days_of_month(rule: Rule, anchor: date, number: int, week_start: int) -> list[date]:
    """Return the rule's days in the month that is number months after anchor's."""
    months = anchor.year * 12 + anchor.month - 1 + number
    year, month = months // 12, months % 12 + 1
    if rule.months and month not in rule.months:
        return []
    return days_within(rule, anchor, year, month)


def year_of(anchor: date, start: date, week_start: int) -> int:
    """Return the number of years from anchor's year to start's."""
    return start.year - anchor.year


def days_of_year(rule: Rule, anchor: date, number: int, week_start: int) -> list[date]:
    """Return the rule's days in the year that is number years after anchor's."""
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
    """Return the days of a month that belong to a rule by the month or by the year."""
    if not rule.weekdays:
        numbers = clamped(rule.month_days or (anchor.day,), year, month)
    elif not rule.month_days:
        numbers = on_weekdays(rule.weekdays, year, month)
    else:
        by_number = clamped(rule.month_days, year, month)
        numbers = by_number & on_weekdays(rule.weekdays, year, month)
    return [date(year, month, number) for number in numbers]


def on_weekdays(
    weekdays: tuple[tuple[int, int], ...],
    year: int,
    month: int,
) -> set[int]:
    """Return the days of a month, by number, that fall on weekdays, given as in a Rule."""
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
    """Return days of a month by number; a number too large gives the last day.

    Negative numbers count from the end; one too small gives the first day.
    """
    _, length = monthrange(year, month)
    from_start = {min(day, length) for day in month_days if day > 0}
    from_end = {max(length + 1 + day, 1) for day in month_days if day < 0}
    return from_start | from_end


def describe(rule: str, *, on: Callable[[date], str] = str) -> str:
    """Return a rule in plain words, such as "every 2 weeks on Monday and Thursday, 10 times".

    on formats a day. An unreadable rule is returned unchanged.
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
    """Return the nth weekday of a month in words; 0 stands for each of them."""
    if nth:
        return f"the {NTH[nth]} {DAY_NAMES[weekday]}"
    return f"each {DAY_NAMES[weekday]}"


def position_in_words(number: int) -> str:
    """Return a position in words: first, 12th, last, 12th last."""
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
    """Return words as an enumeration: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    before = ", ".join(words[:-1])
    return f"{before} {last} {words[-1]}"
