"""Due dates in words. Pure: no Django, no clock; "now" is always given, in the user's own zone."""

from datetime import date, datetime, time, timedelta


def due_state(due_date: date | None, due_time: time | None, now: datetime) -> str:
    """Return "late", "today" or "" for a due date seen at the user's local moment now.

    Late is a date before today, or today with a time that has passed.
    """
    if due_date is None:
        return ""
    today, clock = now.date(), now.time().replace(tzinfo=None)
    if due_date < today or (due_date == today and due_time is not None and due_time < clock):
        return "late"
    return "today" if due_date == today else ""


def day_words(day: date, today: date) -> str:
    """Return how a person would call day: Today, Tomorrow, Yesterday, Mon 23 Mar, 5 Jan 2031."""
    # By ordinals: today + 1 day does not exist on 31 December 9999.
    near = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}
    days_ahead = day.toordinal() - today.toordinal()
    if days_ahead in near:
        return near[days_ahead]
    if abs(days_ahead) < timedelta(days=300).days:
        return f"{day:%a} {day.day} {day:%b}"
    return f"{day.day} {day:%b} {day.year}"
