"""A second calculation of the days of a repeat, which checks each day by itself.

It shares no code with tasks.recurrence; a rule is given as a dictionary of its parts.
"""

from calendar import monthrange
from datetime import datetime, timedelta

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def parts_of(rule):
    return dict(part.split("=") for part in rule.split(";"))


def numbers(parts, name):
    return [int(number) for number in parts[name].split(",")] if name in parts else []


def series(rule, anchor, last, week_start=0):
    """Return all days of a series from its anchor to the day last."""
    parts = parts_of(rule)
    start = DAYS.index(parts["WKST"]) if "WKST" in parts else week_start
    days, day = [], anchor
    while day <= last:
        if is_one(parts, anchor, day, start):
            days.append(day)
        day += timedelta(1)
    if "UNTIL" in parts:
        days = [day for day in days if f"{day:%Y%m%d}" <= parts["UNTIL"][:8]]
    return days[: int(parts["COUNT"])] if "COUNT" in parts else days


def is_one(parts, anchor, day, week_start):
    periods = {
        "DAILY": lambda d: d.toordinal(),
        "WEEKLY": lambda d: (d.toordinal() - 1 - week_start) // 7,  # ordinal 1 is a Monday
        "MONTHLY": lambda d: d.year * 12 + d.month,
        "YEARLY": lambda d: d.year,
    }
    period = periods[parts["FREQ"]]
    if (period(day) - period(anchor)) % int(parts.get("INTERVAL", 1)):
        return False
    if not fits(parts, anchor, day):
        return False
    if "BYSETPOS" not in parts:
        return True
    longest = {"WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}[parts["FREQ"]]
    around = [day + timedelta(n) for n in range(-longest, longest + 1)]
    mates = [d for d in around if period(d) == period(day) and fits(parts, anchor, d)]
    place = mates.index(day)
    return place + 1 in numbers(parts, "BYSETPOS") or place - len(mates) in numbers(
        parts, "BYSETPOS"
    )


def fits(parts, anchor, day):
    """Return whether a rule names this day or, if it names none, whether the anchor is like it."""
    length = monthrange(day.year, day.month)[1]
    if "BYMONTH" in parts and day.month not in numbers(parts, "BYMONTH"):
        return False
    if "BYDAY" in parts and not any(
        is_weekday(name, day, length) for name in parts["BYDAY"].split(",")
    ):
        return False
    if "BYMONTHDAY" in parts and not any(
        day.day == min(n, length) if n > 0 else day.day == max(1, length + n + 1)
        for n in numbers(parts, "BYMONTHDAY")
    ):
        return False
    if "BYDAY" in parts or "BYMONTHDAY" in parts:
        return True
    if parts["FREQ"] == "WEEKLY":
        return day.weekday() == anchor.weekday()
    if parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts and day.month != anchor.month:
        return False
    return parts["FREQ"] == "DAILY" or day.day == min(anchor.day, length)


def is_weekday(name, day, length):
    if DAYS[day.weekday()] != name[-2:]:
        return False
    nth = int(name[:-2] or 0)
    from_start, from_end = (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)
    return nth in (0, from_start, from_end)


def following(rule, anchor, due_date, due_time, now, repeat_from, missed, years=9):
    """Return the day after due_date, if done at now; None if there is none."""
    today = now.date()
    last = max(today, due_date) + timedelta(366 * years)
    if repeat_from == "completion":
        parts = parts_of(rule)
        if parts.pop("COUNT", "") == "1":
            return None
        earliest = today + timedelta(1)
        if set(parts) & {"BYDAY", "BYMONTHDAY", "BYMONTH"}:
            number = int(parts.pop("INTERVAL", 1))
            earliest = whole_interval_after(today, parts["FREQ"], number)
        anew = ";".join(f"{name}={value}" for name, value in parts.items())
        days = series(anew, today, last)
        return next((day for day in days if day >= earliest and day != due_date), None)
    days = [day for day in series(rule, anchor, last) if day > due_date]
    if missed == "pass":
        days = [day for day in days if is_ahead(day, due_time, now)]
    return days[0] if days else None


def whole_interval_after(day, frequency, number):
    """Return the day one interval after day; the next day for an interval of 1."""
    if number == 1:
        return day + timedelta(1)
    if frequency in ("DAILY", "WEEKLY"):
        return day + timedelta({"DAILY": 1, "WEEKLY": 7}[frequency] * number)
    if frequency == "YEARLY":
        number *= 12
    first = day.replace(day=1)
    for _ in range(number):
        first = (first + timedelta(31)).replace(day=1)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def is_ahead(day, clock, now):
    if clock is None:
        return day > now.date()
    return datetime.combine(day, clock, now.tzinfo).timestamp() > now.timestamp()
