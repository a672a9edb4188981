"""The values of phrases, and the fields of a task that they give together. Pure: no Django.

A time without a day is today if it is still to come, else tomorrow. A bare hour from 1 to 7 is in
the afternoon. A repeat is due on its first day that is still to come.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from tasks.dates import can_be_meant
from tasks.quickadd.days import after, next_date
from tasks.recurrence import first_due

PARTS = {"morning": time(9), "afternoon": time(15), "evening": time(19), "night": time(21)}


def every(frequency: str, interval: int = 1) -> tuple[str, ...]:
    """Return the parts of a rule for every so many days, weeks, months or years."""
    if interval > 1:
        return f"FREQ={frequency}", f"INTERVAL={interval}"
    return (f"FREQ={frequency}",)


YEARLY = every("YEARLY")
LEAP_DAY = (*YEARLY, "BYMONTH=2", "BYMONTHDAY=29")  # and so 28 February in the other years


@dataclass(frozen=True)
class SaidDay:
    """A day; the part of it that was said, if any; and the time that this stands for."""

    day: date
    part: str = ""
    clock: time | None = None
    is_leap_day: bool = False  # 29 February of no certain year


@dataclass(frozen=True)
class SaidTime:
    """A time, said exactly (9 am), as written (9:30) or as a bare 9; or a part of a day."""

    hour: int | None = None
    minute: int = 0
    how: str = "exact"
    part: str = ""
    has_zero: bool = False  # 03:15

    def in_the_afternoon(self) -> "SaidTime":
        """Return it as "at 3:15" has it, which is in the afternoon as "at 3" is."""
        if self.how != "written" or self.has_zero:
            return self
        if not 1 <= self.hour <= 6:
            return self
        return replace(self, how="bare")

    def within(self, part: str) -> tuple[time, int]:
        """Return the time in a part of the day, and 1 if it falls on the next day, else 0."""
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
class SaidRepeat:
    """A repeat: the parts of its rule, and the month and day of a yearly repeat with a date."""

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


def meaning(
    said: dict,
    now: datetime,
    put_on: date | None = None,
) -> dict:
    """Return the fields of a task that phrases give together.

    said has the values of the phrases by role: "date" and "until" a SaidDay, "time" a SaidTime,
    "repeat" a SaidRepeat, "count" a number and a unit or None. now is in the zone of the user.
    put_on is the day of a line that names none: its time is on that day, and its repeat begins
    then.

    Raises ValueError or OverflowError for days that don't exist.
    """
    day = said.get("date")
    rule = said.get("repeat")
    clock, later = clock_of(said, day, rule)
    if not (day or clock or rule):
        return {"due_date": None, "due_time": None}
    due = put_on or next_day_at(clock, now)
    if day:
        due = day.day + timedelta(later)
    if not rule:
        return {"due_date": due, "due_time": clock}
    if rule.parts == YEARLY and day and day.is_leap_day:
        rule = replace(rule, parts=LEAP_DAY)
        due = now.date()
    due = rule.first(due)
    repeat = {
        "repeat": rule_text(rule, said, due),
        "repeat_from": rule.repeat_from,
    }
    return {"due_date": due, "due_time": clock} | repeat


def next_day_at(clock: time | None, now: datetime) -> date:
    """Return today, or tomorrow if a time has passed today."""
    is_past = clock is not None and clock <= now.time()
    return now.date() + timedelta(is_past)


def clock_of(
    said: dict,
    day: SaidDay | None,
    rule: SaidRepeat | None,
) -> tuple[time | None, int]:
    """Return the time of a line, from a phrase of time or a part of the day, and the number of days
    from the day of the line to that time.
    """
    if "time" in said:
        parts = [one.part for one in (day, rule) if one and one.part]
        part = parts[0] if parts else ""
        return said["time"].within(part)
    if day and day.clock:
        return day.clock, 0
    if rule:
        return PARTS.get(rule.part), 0
    return None, 0


def rule_text(rule: SaidRepeat, said: dict, due: date) -> str:
    """Return a rule as RFC 5545 writes it, with the end that was said."""
    last = last_day(said, due)
    number, _ = said.get("count", (0, ""))
    parts = list(rule.parts)
    if last:
        digits = last.isoformat().replace("-", "")
        parts.append(f"UNTIL={digits}")
    elif number:
        parts.append(f"COUNT={number}")
    return ";".join(parts)


def last_day(said: dict, due: date) -> date | None:
    """Return the last day of a repeat as said: until friday, for 3 weeks; None if none is said.

    Raises ValueError for a day that can't be meant.
    """
    number, unit = said.get("count", (0, ""))
    if "until" in said:
        last = said["until"].day
    elif unit:
        last = after(due, number, unit) - timedelta(1)
    else:
        return None
    if last < due:
        raise ValueError("It would end before it begins.")
    if not can_be_meant(last):
        raise ValueError("It would end in a year that nobody means.")
    return last
