"""Periods in words, such as "2weeks" and "quarterly", as rules of repeats. Pure: no Django."""

import re
from datetime import date, timedelta
from itertools import islice

from tasks import recurrence

RULES = {
    **dict.fromkeys(["daily", "day", "1d", "p1d"], "FREQ=DAILY"),
    **dict.fromkeys(["weekdays"], "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    **dict.fromkeys(["weekly", "week", "sennight"], "FREQ=WEEKLY"),
    **dict.fromkeys(["biweekly", "fortnight"], "FREQ=WEEKLY;INTERVAL=2"),
    **dict.fromkeys(["monthly", "month"], "FREQ=MONTHLY"),
    "bimonthly": "FREQ=MONTHLY;INTERVAL=2",
    **dict.fromkeys(["quarterly", "quarter"], "FREQ=MONTHLY;INTERVAL=3"),
    "semiannual": "FREQ=MONTHLY;INTERVAL=6",
    **dict.fromkeys(["yearly", "annual", "year"], "FREQ=YEARLY"),
    **dict.fromkeys(["biannual", "biyearly"], "FREQ=YEARLY;INTERVAL=2"),
}
PERIOD = re.compile(
    r"p?([1-9][0-9]{0,2}) ?"
    r"([dwmqy]|days?|wks?|weeks?|mos?|months?|qtrs?|quarters?|yrs?|years?)"
)
UNITS = {"d": ("DAILY", 1), "w": ("WEEKLY", 1), "m": ("MONTHLY", 1), "q": ("MONTHLY", 3)}
UNITS["y"] = ("YEARLY", 1)


def rule_of(said: object) -> str:
    """Return the rule of a period, "" for one that isn't known. Short months clamp."""
    said = str(said).strip().lower()
    if said in RULES:
        return RULES[said]
    match = PERIOD.fullmatch(said)
    if not match:
        return ""
    frequency, number = UNITS[match[2][0]]
    return every(frequency, number * int(match[1]))


def every(frequency: str, number: int) -> str:
    """Return the rule of an interval."""
    if number == 1:
        return f"FREQ={frequency}"
    return f"FREQ={frequency};INTERVAL={number}"


def nth_day(rule: str, anchor: date, number: int) -> date | None:
    """Return the day of a series after so many others, None if it has ended before."""
    days = recurrence.days_after(
        recurrence.read(rule),
        anchor,
        anchor - timedelta(1),
        0,
    )
    return next(islice(days, number, None), None)
