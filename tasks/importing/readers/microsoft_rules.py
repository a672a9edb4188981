"""The repeats of Microsoft To Do, as rules.

https://learn.microsoft.com/graph/api/resources/recurrencepattern; seen in November 2026.
"""

WEEKDAYS = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def rule_of(pattern):
    """Return a pattern as an RRULE. Raise KeyError, TypeError or ValueError for an unknown one."""
    kind, number = pattern["type"], int(pattern["interval"])
    interval = f";INTERVAL={number}" if number != 1 else ""
    named = [name for name in pattern.get("daysOfWeek") or [] if name.lower() in WEEKDAYS]
    days = ",".join(name[:2].upper() for name in named)
    nth = NTH.get(pattern.get("index"), 1)
    month = f"BYMONTH={pattern.get('month')}"
    on = f"BYMONTHDAY={pattern.get('dayOfMonth')}"
    start = ""
    if interval:
        start = f";WKST={str(pattern.get('firstDayOfWeek') or 'sunday')[:2].upper()}"
    of_days = f"BYDAY={days};BYSETPOS={nth}"
    if len(named) == 1:
        of_days = f"BYDAY={nth}{days}"
    return {
        "daily": f"FREQ=DAILY{interval}",
        "weekly": f"FREQ=WEEKLY{interval};BYDAY={days}{start}",
        "absoluteMonthly": f"FREQ=MONTHLY{interval};{on}",
        "relativeMonthly": f"FREQ=MONTHLY{interval};{of_days}",
        "absoluteYearly": f"FREQ=YEARLY{interval};{month};{on}",
        "relativeYearly": f"FREQ=YEARLY{interval};{month};{of_days}",
    }[kind]


def end_of(span):
    """Return how a rule ends, as parts of an RRULE."""
    last = str(span.get("endDate")).replace("-", "")
    ends = {None: "", "noEnd": "", "endDate": f";UNTIL={last}"}
    return (ends | {"numbered": f";COUNT={span.get('numberOfOccurrences')}"})[span.get("type")]
