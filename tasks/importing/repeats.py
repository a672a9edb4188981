"""RRULEs of other programs as repeats: with exactly the same days, or not at all. Pure: no Django.

An RRULE of RFC 5545, section 3.3.10, differs from a rule of tasks.recurrence in a few things. A
month that lacks the day is skipped, and not clamped. Weeks begin on Monday unless WKST says
otherwise, whatever the user prefers. UNTIL may be a moment. And the days of a VTODO are counted
from its start, not from the day it is due.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from tasks import recurrence
from tasks.recurrence import Rule

LONGEST = 1000  # characters; the longest rule that people make has some 200
UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
CLOCK = {"BYHOUR": "hour", "BYMINUTE": "minute", "BYSECOND": "second"}
MONTHS = range(1, 13)
LENGTHS = {2: (28, 29), 4: (30,), 6: (30,), 9: (30,), 11: (30,)}  # of months; the others have 31
EDGES = {time(0, 0), time(23, 59), time(23, 59, 59)}  # at which a day in UTC begins or ends
INEXACT = "Its days can't be counted in exactly the same way here."


def repeat_of(
    text: str,
    *,
    start: date,
    clock: time | None = None,
    zone: tzinfo = UTC,
    day: date | None = None,
) -> str:
    """Return an RRULE as a rule of tasks.recurrence that gives the same days.

    start, clock and zone are what the rule counts from (DTSTART): the first day, its time if it
    has one, and the time zone of both. day is the day on which the first occurrence is due, which
    becomes the anchor of the series; start if not given. Raise ValueError, in words for the user,
    if no rule is exactly the same.
    """
    day = day or start
    if len(text) > LONGEST:
        raise ValueError("It is too long.")
    parts = parts_of(text)
    refuse_other_times(parts, clock)
    clamps = take_skip(parts)
    if "UNTIL" in parts:
        last = last_day(parts["UNTIL"], clock, zone)
        parts["UNTIL"] = f"{last:%Y%m%d}".zfill(8)
    said = rule_of(parts)
    if not clamps:
        said = without_short_months(said, start)
    if day != start:
        said = moved(said, start, day)
    rule = recurrence.write(said)
    if said.count and not recurrence.is_day_of(rule, anchor=day, day=day):
        raise ValueError("It doesn't begin on one of its days, so they can't be counted.")
    return recurrence.with_week_start(rule, anchor=day, week_start=0)


def parts_of(text: str) -> dict[str, str]:
    """Return the parts of an RRULE, {name: value}. Raise ValueError if one is there twice."""
    parts = {}
    whole = text.upper().strip().removeprefix("RRULE:")
    for part in whole.strip("; ").split(";"):
        name, equals, value = part.strip().partition("=")
        if name in parts:
            raise ValueError(f"{name[:40]} is there twice.")
        if not equals:
            raise ValueError(f"“{part[:40]}” isn't supported in a repeat.")
        parts[name] = value.strip()
    return parts


def rule_of(parts: dict[str, str]) -> Rule:
    """Return the rule of parts that tasks.recurrence knows, too. Raise ValueError for others."""
    named = [f"{name}={value}" for name, value in parts.items()]
    return recurrence.read(";".join(named))


def refuse_other_times(parts: dict[str, str], clock: time | None) -> None:
    """Remove BYHOUR and the like if they repeat the time. Raise ValueError for other times."""
    for name, field in CLOCK.items():
        value = parts.pop(name, None)
        if value is None:
            continue
        is_number = re.fullmatch("0*[0-9]{1,2}", value)
        own = getattr(clock, field, None)
        if not is_number or int(value) != own:
            raise ValueError("It has several times of day, or another one than the task.")


def take_skip(parts: dict[str, str]) -> bool:
    """Remove RSCALE and SKIP (RFC 7529), and return whether short months clamp.

    Raise ValueError for another calendar, and for SKIP=FORWARD.
    """
    scale = parts.pop("RSCALE", "GREGORIAN")
    skip = parts.pop("SKIP", "OMIT")
    if scale != "GREGORIAN":
        raise ValueError("It is of another calendar.")
    if skip not in ("OMIT", "BACKWARD"):
        raise ValueError("Where a month lacks the day, it takes a day of the next month.")
    return skip == "BACKWARD"


def last_day(value: str, clock: time | None, zone: tzinfo) -> date:
    """Return the last day that UNTIL allows for occurrences at clock in zone.

    Without a time of day, an UNTIL at the edge of a day in UTC means that day, since many programs
    write it so; any other UNTIL in UTC means the day that it is on in zone.
    """
    try:
        end = parsed(value)
        if not isinstance(end, datetime):
            return end
        is_edge = clock is None and end.time() in EDGES
        if value.endswith("Z") and not is_edge:
            end = end.replace(tzinfo=UTC).astimezone(zone)
        if clock is not None and clock > end.time():
            return end.date() - timedelta(1)
    except (ValueError, OverflowError):
        raise ValueError("UNTIL must be a date, such as 20260630.") from None
    return end.date()


def parsed(value: str) -> date | datetime:
    """Return the day or the moment of an UNTIL, without its zone. Raise ValueError for neither."""
    match = UNTIL.fullmatch(value)
    if not match:
        raise ValueError("This is no UNTIL.")
    day, clock, _ = match.groups()
    if clock:
        return datetime.strptime(day + clock, "%Y%m%d%H%M%S")  # noqa: DTZ007 (floating, RFC 5545)
    return datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007


def without_short_months(said: Rule, start: date) -> Rule:
    """Return the rule for which clamping makes no difference: its short months are left out.

    Raise ValueError if there is none, as for 29 February.
    """
    days = said.month_days or (start.day,)
    if not counts_by_month_days(said):
        return said
    months = said.months or MONTHS
    if said.frequency == "YEARLY" and not (said.months or said.month_days):
        months = (start.month,)
    kept = [month for month in months if not is_skipped(days, month)]
    if not kept or any(is_clamped(days, month) for month in kept):
        raise ValueError("It skips months or years that lack the day, which can't be done here.")
    if len(kept) == len(months):
        return said
    return replace(said, months=tuple(kept))


def counts_by_month_days(said: Rule) -> bool:
    """Return whether the days of a rule are days of the month, also if it names none."""
    if said.frequency in ("MONTHLY", "YEARLY") and not said.weekdays:
        return True
    return bool(said.month_days)


def lengths_of(month: int) -> tuple[int, ...]:
    """Return the numbers of days that a month can have."""
    return LENGTHS.get(month, (31,))


def from_start(day: int, length: int) -> int:
    """Return a day of a month counted from its start; negative ones count from its end."""
    if day < 0:
        return length + 1 + day
    return day


def days_within(days: tuple[int, ...], length: int) -> set[int]:
    """Return the days that a month of this length has."""
    found = {from_start(day, length) for day in days}
    return found & set(range(1, length + 1))


def is_skipped(days: tuple[int, ...], month: int) -> bool:
    """Return whether a month has none of the days, in any year."""
    return not any(days_within(days, length) for length in lengths_of(month))


def is_clamped(days: tuple[int, ...], month: int) -> bool:
    """Return whether tasks.recurrence would add a day to those that a month has."""
    for length in lengths_of(month):
        numbers = [from_start(day, length) for day in days]
        clamped = {min(max(number, 1), length) for number in numbers}
        if clamped != days_within(days, length):
            return True
    return False


def moved(said: Rule, start: date, day: date) -> Rule:
    """Return the rule whose days are as far from those of said as day is from start.

    Raise ValueError where the distance varies, as between two days of months.
    """
    said = without_own_day(said, start)
    distance = day - start
    if said.until:
        said = replace(said, until=said.until + distance)
    if said.frequency in ("MONTHLY", "YEARLY"):
        names_days = said.weekdays or said.month_days or said.months or said.positions
        if names_days or not is_each_month_alike(start, day):
            raise ValueError(INEXACT)
        return said
    if said.month_days or said.months:
        raise ValueError(INEXACT)
    weekdays = {(weekday + distance.days) % 7 for _, weekday in said.weekdays}
    week_start = said.week_start
    has_weeks = said.interval > 1 or said.positions
    if said.frequency == "WEEKLY" and weekdays and has_weeks:
        week_start = (week_start or 0) + distance.days  # weeks move along
        week_start %= 7
    return replace(
        said,
        weekdays=tuple((0, weekday) for weekday in sorted(weekdays)),
        week_start=week_start,
    )


def is_each_month_alike(start: date, day: date) -> bool:
    """Return whether two days are as far from each other in each month, however short."""
    is_same_month = (start.year, start.month) == (day.year, day.month)
    return is_same_month and max(start.day, day.day) <= 28


def without_own_day(said: Rule, start: date) -> Rule:
    """Return the rule without the days that it names, if these are what it counts from anyway."""
    if said.positions:
        return said
    own_weekday = (0, start.weekday())
    if said.frequency == "WEEKLY" and said.weekdays == (own_weekday,):
        return replace(said, weekdays=())
    if said.frequency == "MONTHLY" and not said.weekdays:
        return without_month_day(said, start)
    if said.frequency == "YEARLY" and not said.weekdays:
        if said.months:
            said = without_month_day(said, start)
        if said.months == (start.month,) and not said.month_days:
            return replace(said, months=())
    return said


def without_month_day(said: Rule, start: date) -> Rule:
    """Return the rule without its day of the month, if it is the only one, and that of start."""
    if said.month_days == (start.day,):
        return replace(said, month_days=())
    return said
