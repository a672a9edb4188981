"""Due dates and their states. Pure: no Django and no clock; "now" is in the user's time zone."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

# The days that a user can mean. A browser sends the year 26 for 01/12/26; older rows may have any.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
LONGEST_BEFORE = 366 * 24 * 60  # minutes between a reminder and what it is about


def can_be_meant(day: date) -> bool:
    """Return whether a user who types this day can mean it."""
    return FIRST_DAY <= day <= LAST_DAY


def year_meant(year: int) -> int | None:
    """Return the likely year for an impossible one, None if there is none.

    That is a year of two figures, or of this century with one wrong figure before the last two.
    """
    figures = f"{year:04}"
    is_short = year < 100
    is_slip = (figures[0] == "2") != (figures[1] == "0")
    if is_short or is_slip:
        return 2000 + year % 100
    return None


def due_state(
    due_date: date | None,
    due_time: time | None,
    now: datetime,
) -> str:
    """Return "late", "today" or "" for a due date, at now in the user's time zone.

    Late is a date before today, or today with a time that has passed.
    """
    if due_date is None:
        return ""
    today = now.date()
    if due_date != today:
        return "late" if due_date < today else ""
    has_passed = due_time is not None and due_time < now.time()
    return "late" if has_passed else "today"


def moment(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return the moment of a time on a day in a time zone, an aware datetime of that zone.

    A time that is skipped in spring is moved forward by the length of the gap; of a time that
    occurs twice in autumn, the first counts (PEP 495, fold=0).
    """
    return datetime.combine(day, clock, zone).astimezone(UTC).astimezone(zone)


def moment_before(
    day: date | None,
    clock: time,
    minutes: int,
    zone: tzinfo,
) -> datetime | None:
    """Return the moment in UTC that is so many minutes before a time on a day in a time zone.

    Whole days are days of the calendar: a day before 9:00 is 9:00, also where the clocks change in
    between. The minutes that are left are counted as they pass. None without a day, and for a day
    that no calendar has.
    """
    if day is None:
        return None
    days, rest = divmod(minutes, 24 * 60)
    try:
        return moment(day - timedelta(days=days), clock, zone).astimezone(UTC) - timedelta(
            minutes=rest
        )
    except OverflowError:
        return None
