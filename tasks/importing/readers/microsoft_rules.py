"""The repeats of Microsoft To Do, as rules.

https://learn.microsoft.com/graph/api/resources/recurrencepattern; seen in November 2026.
"""

WEEKDAYS = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def rule_of(pattern):
    """Return a pattern as an RRULE. Raise KeyError, TypeError or ValueError for an unknown one."""
    kind = pattern["type"]
    number = int(pattern["interval"])
    interval = f";INTERVAL={number}" if number != 1 else ""
    named = weekdays_of(pattern)
    days = ",".join(named)
    start = ""
    if interval:
        start = f";WKST={first_day_of(pattern)}"
    nth = NTH.get(pattern.get("index"), 1)
    of_days = f"BYDAY={days};BYSETPOS={nth}"
    if len(named) == 1:
        of_days = f"BYDAY={nth}{days}"
    month = f"BYMONTH={pattern.get('month')}"
    on = f"BYMONTHDAY={pattern.get('dayOfMonth')}"
    rules = {
        "daily": f"FREQ=DAILY{interval}",
        "weekly": f"FREQ=WEEKLY{interval};BYDAY={days}{start}",
        "absoluteMonthly": f"FREQ=MONTHLY{interval};{on}",
        "relativeMonthly": f"FREQ=MONTHLY{interval};{of_days}",
        "absoluteYearly": f"FREQ=YEARLY{interval};{month};{on}",
        "relativeYearly": f"FREQ=YEARLY{interval};{month};{of_days}",
    }
    return rules[kind]


def weekdays_of(pattern):
    """Return the weekdays of a pattern, as MO and so on."""
    names = pattern.get("daysOfWeek") or []
    return [code_of(name) for name in names if name.lower() in WEEKDAYS]


def first_day_of(pattern):
    """Return the weekday that weeks begin with."""
    name = pattern.get("firstDayOfWeek") or "sunday"
    return code_of(str(name))


def code_of(name):
    return name[:2].upper()


def end_of(span):
    """Return how a rule ends, as parts of an RRULE."""
    last = str(span.get("endDate")).replace("-", "")
    number = span.get("numberOfOccurrences")
    ends = {
        None: "",
        "noEnd": "",
        "endDate": f";UNTIL={last}",
        "numbered": f";COUNT={number}",
    }
    return ends[span.get("type")]
