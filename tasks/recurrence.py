"""The days of a repeat, from its rule (tasks.rules). Pure: no Django.

A rule gives a series of days from its anchor on. Days are counted from the anchor, however late
each occurrence is done, so a series never drifts. Days 29 to 31 clamp: monthly from 31 January is
28 February and 31 March (SKIP=BACKWARD of RFC 7529), also if the rule names the 31st. rrule of
python-dateutil skips these months, and runs to the year 9999 for a rule that never matches, so the
days are counted here.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile

from tasks.dates import moment
from tasks.rules import (
    DAYS,
    FREQUENCIES,
    MOST_COUNT,
    Rule,
    has_nth_weekday,
    read,
    weekdays_named,
    write,
)

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WORKDAYS = {0, 1, 2, 3, 4}
EVERY_DAY = set(range(7))
OLDEST = timedelta(3653)  # before today; an older anchor would make every count slow
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
ENDINGS = {1: "st", 2: "nd", 3: "rd"}
NTH |= {-2: "second last", -3: "third last", -4: "fourth last", -5: "fifth last"}

# The number of empty periods after which a rule is taken to have no more days. The calendar repeats
# after 28 years, or after 40 across a century.
MOST_EMPTY = {"DAILY": 5000, "WEEKLY": 5000, "MONTHLY": 1000, "YEARLY": 100}
# The largest number of periods that one calculation goes through, a century and more. So each
# calculation ends, however far its day is.
MOST_WALKED = {"DAILY": 40_000, "WEEKLY": 10_000, "MONTHLY": 5000, "YEARLY": 500}


def with_week_start(
    rule: str,
    *,
    anchor: date,
    week_start: int,
    repeat_from: str = "due",
) -> str:
    """Return the rule with the first day of its weeks, if that makes a difference to its days.

    So a series stays the same when its user chooses another first day of the week. With repeat_from
    "completion", a series can begin anew on any weekday.
    """
    said = read(rule)
    if said.week_start is not None or said.frequency != "WEEKLY":
        return rule
    others = weekdays_named(said)
    if repeat_from == "due":
        others.discard(anchor.weekday())
    leaves_weeks_out = said.interval > 1 and others
    if not said.positions and not leaves_weeks_out:
        return rule
    return f"{rule};WKST={DAYS[week_start]}"


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
    days = days_after(
        read(rule),
        anchor,
        after,
        week_start,
    )
    return next(days, None)


def first_due(
    rule: str,
    *,
    day: date,
    week_start: int = 0,
) -> date | None:
    """Return the first day of a rule from day on. The interval counts from the day found."""
    anew = replace(read(rule), interval=1)
    days = series_from(anew, day, day, week_start)
    return next(days, None)


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
        return after_completion(
            rule,
            day=now.date(),
            but=due_date,
            week_start=week_start,
        )
    return next_due(
        rule,
        anchor=anchor,
        after=last_behind(due_date, due_time, now, missed),
        week_start=week_start,
    )


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
    endless = replace(said, count=None)
    for other in days_after_completion(endless, day, week_start):
        if other != but:
            return other
    return None


def days_after_completion(rule: Rule, day: date, week_start: int) -> Iterator[date]:
    """Yield the possible days after an occurrence done on day, in order.

    "Every 4 weeks on Sunday" is the first Sunday at least 4 weeks after day. "Every Sunday" has no
    interval, so the next Sunday follows.
    """
    names_days = rule.weekdays or rule.month_days or rule.months
    if rule.interval == 1 or not names_days:
        return days_after(rule, day, day, week_start)
    interval = Rule(rule.frequency, rule.interval)
    periods = days_after(interval, day, day, week_start)
    earliest = next(periods, None)
    if earliest is None:  # after 31 December 9999
        return iter(())
    day_before = earliest - timedelta(1)
    each_period = replace(rule, interval=1)
    return days_after(each_period, day, day_before, week_start)


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


def last_behind(
    due_date: date,
    due_time: time | None,
    now: datetime,
    missed: str,
) -> date:
    """Return the day after which a series goes on, if the occurrence of due_date is done at now."""
    if missed == "keep":
        return due_date
    last = now.date()
    if due_time is not None:
        due = moment(last, due_time, now.tzinfo)
        if due > now:  # today's time is still to come
            last -= timedelta(1)
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
    days = (last - anchor).days
    if said.count and days < said.count:  # the series ends after last
        said = replace(said, count=None)
    found = days_after(said, anchor, after, week_start)
    return list(takewhile(lambda day: day <= last, found))


def days_counted(rule: str, *, anchor: date, last: date) -> int:
    """Return how many days of the calendar between() goes through to reach last.

    A rule with a count is counted from its anchor, any other rule from the first wanted day.
    """
    if "COUNT=" not in rule:
        return 0
    days = (last - anchor).days
    return max(days, 0)


def days_after(
    rule: Rule,
    anchor: date,
    after: date,
    week_start: int,
) -> Iterator[date]:
    """Yield the days of a series strictly after `after`, in order."""
    start = first_to_count(rule, anchor, after)
    found = series_from(rule, anchor, start, week_start)
    return (day for day in found if day > after)


def first_to_count(rule: Rule, anchor: date, day: date) -> date:
    """Return the day from which a series must be counted to reach a day.

    A rule with a count has to be counted from its anchor.
    """
    if rule.count:
        return anchor
    return max(day, anchor)


def series_from(
    rule: Rule,
    anchor: date,
    start: date,
    week_start: int,
) -> Iterator[date]:
    """Yield the days of a series from the period of start on, at most rule.count of them."""
    days = days_from(rule, anchor, start, week_start)
    found = (day for day in days if day >= anchor)
    if rule.until:
        found = takewhile(lambda day: day <= rule.until, found)
    return islice(found, rule.count)


def refuse_old(anchor: date, today: date) -> None:
    """Raise ValueError, in words, for an anchor that is too old to count from."""
    if today - anchor > OLDEST:
        raise ValueError("A repeat can't start more than ten years ago.")


def is_day_of(
    rule: str,
    *,
    anchor: date,
    day: date,
    week_start: int = 0,
) -> bool:
    """Return whether a day belongs to the series that begins on anchor, or soon after it."""
    said = read(rule)
    start = first_to_count(said, anchor, day)
    found = series_from(said, anchor, start, week_start)
    coming = (other for other in found if other >= day)
    return next(coming, None) == day


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
    series = series_from(endless, anchor, anchor, week_start)
    days = islice(series, most + 1)
    up_to_day = list(takewhile(lambda other: other <= day, days))
    return max(len(up_to_day) - 1, 0)


def resumed(
    rule: str,
    *,
    anchor: date,
    day: date,
    week_start: int = 0,
) -> Rule:
    """Return the rule that goes on from day, its new anchor, as the old one does from anchor.

    Its count is the rest of the count. If day was clamped, the rule names the original day of the
    month.
    """
    said = read(rule)
    if said.count:
        before = number_before(
            rule,
            anchor=anchor,
            day=day,
            week_start=week_start,
            most=said.count,
        )
        left = max(said.count - before, 1)
        said = replace(said, count=left)
    if is_clamped(said, anchor, day):
        said = replace(said, month_days=(anchor.day,))
        if said.frequency == "YEARLY" and not said.months:
            said = replace(said, months=(anchor.month,))
    return said


def is_clamped(rule: Rule, anchor: date, day: date) -> bool:
    """Return whether day is the last of its month because the month lacks the anchor's day."""
    if rule.frequency not in ("MONTHLY", "YEARLY"):
        return False
    if rule.weekdays or rule.month_days:
        return False
    is_last = day.day == days_in_month(day)
    return is_last and day.day < anchor.day


def days_in_month(day: date) -> int:
    """Return how many days the month of a day has."""
    _, length = monthrange(day.year, day.month)
    return length


def moved(rule: Rule, old: date, new: date) -> Rule:
    """Return the rule with the one day that it names, old's, changed to new's.

    Raise ValueError, in words, if it names other days too, and new's is none of them.
    """
    endless = replace(rule, count=None)
    days = series_from(endless, new, new, 0)
    if next(days, None) == new:
        return rule
    if not can_move(rule, old, new):
        words = describe(write(rule))
        raise ValueError(f"It repeats {words}. Change the repeat to move it.")
    rule = with_day_of(rule, new)
    if not rule.months or new.month in rule.months:
        return rule
    return replace(rule, months=(new.month,))


def with_day_of(rule: Rule, day: date) -> Rule:
    """Return a rule that names one day, with another one in its place, said in the same way."""
    if rule.month_days:
        (named,) = rule.month_days
        number = month_day_of(day, named)
        return replace(rule, month_days=(number,))
    if rule.weekdays:
        ((named, _),) = rule.weekdays
        weekday = nth_of(day, named), day.weekday()
        return replace(rule, weekdays=(weekday,))
    return rule


def can_move(rule: Rule, old: date, new: date) -> bool:
    """Return whether the rule names one day, old's, which new's can replace."""
    if not names_one_day(rule, old):
        return False
    if not rule.months or new.month in rule.months:
        return True
    return rule.months == (old.month,)


def names_one_day(rule: Rule, day: date) -> bool:
    """Return whether a rule names only this day of its periods, or none."""
    named = len(rule.weekdays) + len(rule.month_days)
    if rule.positions or named > 1:
        return False
    if rule.month_days:
        numbers = clamped(rule.month_days, day.year, day.month)
        return numbers == {day.day}
    if not rule.weekdays:
        return True
    ((nth, weekday),) = rule.weekdays
    return is_nth(day, nth, weekday)


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
    days_behind = days_in_month(day) - day.day
    from_end = -(days_behind // 7 + 1)
    if like < 0 and from_end >= like:
        return from_end
    days_before = day.day - 1
    return days_before // 7 + 1


def days_from(
    rule: Rule,
    anchor: date,
    start: date,
    week_start: int,
) -> Iterator[date]:
    """Yield the days of the period of start, and of the following periods."""
    if rule.week_start is not None:
        week_start = rule.week_start
    period_of, days_of = PERIODS[rule.frequency]
    first = period_of(anchor, start, week_start) // rule.interval
    last = first + MOST_WALKED[rule.frequency]
    empty = 0
    for number in range(first, last):
        period = number * rule.interval
        try:
            days = sorted(days_of(rule, anchor, period, week_start))
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
    if position < 0:
        return position
    return position - 1


# For each frequency: the number of a day's period, counted from the anchor's, and a period's days.


def day_of(anchor: date, start: date, week_start: int) -> int:
    """Return the number of days from anchor to start."""
    return (start - anchor).days


def days_of_day(
    rule: Rule,
    anchor: date,
    number: int,
    week_start: int,
) -> list[date]:
    """Return the day that is number days after anchor, if it belongs to the rule."""
    day = anchor + timedelta(number)
    if rule.months and day.month not in rule.months:
        return []
    if rule.weekdays and (0, day.weekday()) not in rule.weekdays:
        return []
    if rule.month_days:
        numbers = clamped(rule.month_days, day.year, day.month)
        if day.day not in numbers:
            return []
    return [day]


def week_of(anchor: date, start: date, week_start: int) -> int:
    """Return the number of weeks from anchor's week to start's."""
    first = first_of_week(anchor, week_start)
    days = start.toordinal() - first
    return days // 7


def first_of_week(day: date, week_start: int) -> int:
    """Return the first day of a week as an ordinal, since the first week begins before year 1."""
    days_into_it = (day.weekday() - week_start) % 7
    return day.toordinal() - days_into_it


def days_of_week(
    rule: Rule,
    anchor: date,
    number: int,
    week_start: int,
) -> list[date]:
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
    months = start.month - anchor.month
    return 12 * years + months


def days_of_month(
    rule: Rule,
    anchor: date,
    number: int,
    week_start: int,
) -> list[date]:
    """Return the rule's days in the month that is number months after anchor's."""
    months = anchor.year * 12 + anchor.month - 1
    year, months_before = divmod(months + number, 12)
    month = months_before + 1
    if rule.months and month not in rule.months:
        return []
    return days_within(rule, anchor, year, month)


def year_of(anchor: date, start: date, week_start: int) -> int:
    """Return the number of years from anchor's year to start's."""
    return start.year - anchor.year


def days_of_year(
    rule: Rule,
    anchor: date,
    number: int,
    week_start: int,
) -> list[date]:
    """Return the rule's days in the year that is number years after anchor's."""
    year = anchor.year + number
    months = rule.months or [anchor.month]
    if not rule.months and (rule.month_days or rule.weekdays):
        months = range(1, 13)
    days = []
    for month in months:
        days += days_within(rule, anchor, year, month)
    return days


PERIODS = {
    "DAILY": (day_of, days_of_day),
    "WEEKLY": (week_of, days_of_week),
    "MONTHLY": (month_of, days_of_month),
    "YEARLY": (year_of, days_of_year),
}


def days_within(
    rule: Rule,
    anchor: date,
    year: int,
    month: int,
) -> list[date]:
    """Return the days of a month that belong to a rule by the month or by the year."""
    if not rule.weekdays:
        month_days = rule.month_days or (anchor.day,)
        numbers = clamped(month_days, year, month)
    elif not rule.month_days:
        numbers = on_weekdays(rule.weekdays, year, month)
    else:
        by_number = clamped(rule.month_days, year, month)
        by_weekday = on_weekdays(rule.weekdays, year, month)
        numbers = by_number & by_weekday
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


def clamped(
    month_days: tuple[int, ...],
    year: int,
    month: int,
) -> set[int]:
    """Return days of a month by number; a number too large gives the last day.

    Negative numbers count from the end; one too small gives the first day.
    """
    _, length = monthrange(year, month)
    return {clamped_day(number, length) for number in month_days}


def clamped_day(number: int, length: int) -> int:
    """Return the day of a month of this length that has a number, or the nearest one."""
    if number > 0:
        return min(number, length)
    from_start = length + 1 + number
    return max(from_start, 1)


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
    return words + times_in_words(said.count)


def times_in_words(count: int | None) -> str:
    """Return how often a rule occurs, as the end of its words; "" for None."""
    if not count:
        return ""
    if count == 1:
        return ", 1 time"
    return f", {count} times"


def how_often_in_words(said: Rule) -> str:
    """Return "every 2 weeks on Monday", without months and an end."""
    unit = FREQUENCIES[said.frequency]
    days = days_in_words(said)
    if days and is_every_week(said):
        return f"every {days}"
    words = f"every {unit}"
    if said.interval > 1:
        words = f"every {said.interval} {unit}s"
    if not days:
        return words
    words += f" on {days}"
    names_months = said.months or said.positions
    if said.frequency == "YEARLY" and not names_months:
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
    if days == "weekday" and not is_every_week(said):
        return "weekdays"
    return days


def is_every_week(said: Rule) -> bool:
    """Return whether a rule leaves no week out."""
    return said.frequency == "WEEKLY" and said.interval == 1


def weekdays_in_words(said: Rule) -> str:
    """Return the weekdays of a rule: "weekday", "day" for all, "Monday and Thursday"."""
    if has_nth_weekday(said):
        return listed([nth_in_words(*pair) for pair in said.weekdays])
    weekdays = weekdays_named(said)
    if weekdays == WORKDAYS:
        return "weekday"
    if weekdays == EVERY_DAY:
        return "day"
    names = [DAY_NAMES[day] for day in sorted(weekdays)]
    return listed(names)


def positions_in_words(said: Rule, days: str) -> str:
    """Return the days that a rule chooses: "the last weekday", "the 2nd of Monday and Friday"."""
    words = [position_in_words(number) for number in said.positions]
    positions = listed(words)
    if not days:
        return f"the {positions} one"
    weekdays = weekdays_named(said)
    if len(weekdays) == 1 or weekdays in (WORKDAYS, EVERY_DAY):
        return f"the {positions} {days}"
    return f"the {positions} of {days}"


def nth_in_words(nth: int, weekday: int) -> str:
    """Return the nth weekday of a month in words; 0 stands for each of them."""
    name = DAY_NAMES[weekday]
    if nth:
        return f"the {NTH[nth]} {name}"
    return f"each {name}"


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
    *before, final = words
    return f"{', '.join(before)} {last} {final}"
