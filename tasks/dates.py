"""What a due date means. Pure: no Django, no clock; "now" is given, in the user's own zone."""

from datetime import UTC, date, datetime, time, tzinfo


def due_state(due_date: date | None, due_time: time | None, now: datetime) -> str:
    """Return "late", "today" or "" for a due date seen at the user's local moment now.

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
    """Return the moment of a time on a day in a zone, an aware datetime of that zone.

    A time that clocks leave out in spring is as much later as they go forward; of one that they
    have twice in autumn the first counts (PEP 495, fold=0).
    """
    return datetime.combine(day, clock, zone).astimezone(UTC).astimezone(zone)
