"""Days counted from the moment that a line is read at, and hours. Pure: no Django."""

from calendar import monthrange
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tasks.recurrence import index_of


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
        """Return the first day of this week, or of the week so many weeks ahead."""
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
        """Return a weekday of this week, or of the week so many weeks ahead."""
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
    year, months_before = divmod(months, 12)
    month = months_before + 1
    _, length = monthrange(year, month)
    return date(
        year,
        month,
        min(day.day, length),
    )


def month_day(day: date, number: int) -> date:
    """Return the number-th day of day's month, or its last; from its end if negative."""
    _, length = monthrange(day.year, day.month)
    if number < 0:
        return day.replace(day=length + 1 + number)
    clamped = min(number, length)
    return day.replace(day=clamped)


def month_weekday(
    day: date,
    nth: int,
    weekdays: Collection[int],
) -> date | None:
    """Return the nth of some weekdays in day's month; None if there is no such day."""
    last = month_day(day, 31)
    days = [last.replace(day=number + 1) for number in range(last.day)]
    found = [day for day in days if day.weekday() in weekdays]
    if nth > len(found):
        return None
    return found[index_of(nth)]


def next_weekday(weekdays: Collection[int], start: date) -> date:
    """Return the first of some weekdays that is start or later."""
    today = start.weekday()
    days_ahead = min((weekday - today) % 7 for weekday in weekdays)
    return start + timedelta(days_ahead)


def next_date(month: int, day: int, start: date) -> date:
    """Return the first day of this date that is start or later; 29 February is in leap years."""
    for year in range(start.year, start.year + 9):
        with suppress(ValueError):
            found = date(year, month, day)
            if found >= start:
                return found
    raise ValueError("There is no such day.")


def of_half(hour: int, half: str) -> int:
    """Return an hour of am or pm, 1 to 12, as one of 24."""
    if half.startswith("p"):
        return hour % 12 + 12
    return hour % 12
