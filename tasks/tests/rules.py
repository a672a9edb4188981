"""Random rules of repeats, from Hypothesis."""

from datetime import date

from hypothesis import strategies as st

from tasks.tests.by_day import DAYS


@st.composite
def rules(draw):
    """Return a rule of the subset."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.sampled_from([1, 2, 3, 4, 5, 7, 12, 13, 30, 100]))}")
    months = draw(st.lists(st.integers(1, 12), max_size=3, unique=True))
    has_nth = frequency == "MONTHLY" or (frequency == "YEARLY" and months)
    weekday = st.sampled_from(DAYS)
    if has_nth:
        nth = st.sampled_from(["", "1", "2", "4", "5", "-1", "-2", "-5"])
        weekday = st.builds("".join, st.tuples(nth, weekday))
    weekdays = draw(st.lists(weekday, max_size=3, unique=True))
    month_days = []
    if frequency != "WEEKLY":
        number = st.sampled_from([1, 13, 15, 28, 29, 30, 31, -1, -2, -28, -30, -31])
        month_days = draw(st.lists(number, max_size=3, unique=True))
    for name, values in [("BYMONTH", months), ("BYMONTHDAY", month_days), ("BYDAY", weekdays)]:
        if values:
            parts.append(f"{name}={','.join(map(str, values))}")
    if frequency != "DAILY" and (weekdays or month_days) and draw(st.booleans()):
        positions = draw(st.lists(st.sampled_from([1, 2, 3, -1, -2]), min_size=1, unique=True))
        parts.append(f"BYSETPOS={','.join(map(str, positions))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(DAYS))}")
    end = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if end == "COUNT":
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    elif end:
        parts.append(f"UNTIL={draw(st.dates(date(2024, 1, 1), date(2036, 1, 1))):%Y%m%d}")
    return ";".join(parts)
