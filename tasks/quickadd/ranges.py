"""Two times that belong together in a line, and when the first of them is. Pure: no Django."""

import re
from collections.abc import Iterator

from tasks.quickadd.accounting import TIMES, as_range
from tasks.quickadd.meaning import SaidTime
from tasks.quickadd.readers import of_half

RANGE = "range"  # the lead of a time that is the first of two
START_AND_END = re.compile(
    r"(?:(?:from|at) +)?(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)? *(?:-|–|—|to|till|until) *"
    r"(?P<end>[0-9]{1,2})(?:[:.][0-9]{2})?(?: ?(?P<end_half>[ap])\.?m\b)?",
    re.IGNORECASE,
)


def ranges_in(line: str) -> Iterator[tuple[int, int, SaidTime]]:
    """Yield the start and end of two times that belong together, with the first time."""
    for found in TIMES.finditer(line):
        said = START_AND_END.match(found[0])
        is_range = as_range(found[0]) != found[0]
        value = first_of(said) if said and is_range else None
        if value:
            yield found.start(), found.end(), value


def is_range(text: str) -> bool:
    """Return whether a text is two times that belong together, and nothing else."""
    return bool(TIMES.fullmatch(text)) and as_range(text) != text


def first_of(said: re.Match) -> SaidTime | None:
    """Return the first of two times, None if there is no such time: 2 pm in 2-4pm."""
    hour, minute = int(said["hour"]), int(said["minute"] or 0)
    half = said["half"] or half_before_end(hour, said)
    is_there = 1 <= hour <= 12 if half else hour < 24
    if not is_there or minute > 59:
        return None
    if half:
        return SaidTime(of_half(hour, half.lower()), minute)
    has_zero = said["hour"].startswith("0")
    return SaidTime(hour, minute, "written", has_zero=has_zero)


def half_before_end(hour: int, said: re.Match) -> str:
    """Return the half of the day, "a" or "p", of an hour by that of the end: 11-1pm is from 11 am.

    "" without one.
    """
    half = (said["end_half"] or "").lower()
    if not half or hour % 12 <= int(said["end"]) % 12:
        return half
    return "a" if half == "p" else "p"
