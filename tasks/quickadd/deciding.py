"""The reading of a line: the phrases that count, if they account for all that it says of time.

Pure: no Django. Where they don't, no date is read, and the readings that there were are offered:
see tasks.quickadd.accounting.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tasks.dates import can_be_meant
from tasks.quickadd.accounting import has_range, is_accounted_for
from tasks.quickadd.around import Around, is_one_of_two, is_text
from tasks.quickadd.choosing import chosen
from tasks.quickadd.found import BESIDE, FAIR, Found, is_at_the_end, is_beside, overlap
from tasks.quickadd.meaning import every, meaning
from tasks.quickadd.words import (
    CONNECTING,
    EARLY,
    FULL_DAY,
    GOING_OUT,
    LATE,
    MONTH,
    SHORT_DAY,
)


def accounts_for(bare: str, found: dict[str, Found], counted: list[Found]) -> bool:
    """Return whether the chosen phrases account for every phrase of time in a line.

    counted has all phrases of the line that aren't text.
    """
    chosen = list(found.values())
    others = [one for one in counted if not any(overlap(one, other) for other in chosen)]
    if any(says_more(bare, one, chosen, counted) for one in others):
        return False
    taken = [(one.start, one.end) for one in chosen]
    return is_accounted_for(bare, taken, found)


def says_more(
    bare: str,
    one: Found,
    chosen: list[Found],
    counted: list[Found],
) -> bool:
    """Return whether a phrase adds a second day, time or repeat to the chosen phrases."""
    if one.strength == BESIDE or one.kind not in {other.kind for other in chosen}:
        return False
    before = [other for other in chosen if other.end <= one.start]
    is_behind = any(not bare[other.end : one.start].strip(" ,;") for other in before)
    if is_behind and one.strength >= FAIR:
        return True
    is_beside_one = any(is_beside(bare, one, other) for other in chosen)
    if not (is_beside_one or is_at_the_end(bare, one) or one.strength >= FAIR):
        return False
    return not is_described(bare, one, counted)


@dataclass
class LineReading:
    """The phrases of a line that count, by role, and the fields of a task that they give.

    If is_unclear, there are none, and offers has the possible readings.
    """

    found: dict[str, Found] = field(default_factory=dict)
    dates: dict = field(default_factory=dict)
    is_unclear: bool = False
    offers: list[tuple[str, ...]] = field(default_factory=list)


def reading_of(
    bare: str,
    phrases: list[Found],
    tokens: list[Found],
    meant: Collection[str],
    dates_of: Callable,
) -> LineReading:
    """Return the reading of a line, or of the offer of it that was taken.

    bare is the line with spaces for its tokens; dates_of() returns the fields of chosen phrases.
    """
    if meant and not is_other_half(meant):
        return taken_offer(bare, phrases, meant, dates_of)
    reading = whole_reading(bare, phrases, tokens, dates_of)
    if tuple(meant) in reading.offers:
        return in_the_other_half(reading, dates_of)
    return reading


def taken_offer(
    bare: str,
    phrases: list[Found],
    meant: Collection[str],
    dates_of: Callable,
) -> LineReading:
    """Return the reading of an offer that was taken: of its phrases, and of no others."""
    said = {phrase.lower() for phrase in meant}
    found = {}
    for one in phrases:
        if bare[one.start : one.end].lower() in said:
            found.setdefault(one.kind, one)
    return LineReading(found, dates_of(found))


def whole_reading(
    bare: str,
    phrases: list[Found],
    tokens: list[Found],
    dates_of: Callable,
) -> LineReading:
    """Return the reading that accounts for every phrase of time in a line, or the offers of others,
    see reading_of()."""
    counted = [one for one in phrases if not is_text(bare, one, phrases)]
    counted = moved_to(bare, counted)
    found = completed(bare, chosen(bare, counted, tokens), counted)
    dates = dates_of(found)
    if dates and contradicts(bare, found, dates):
        return LineReading(is_unclear=True, offers=offered(bare, phrases, dates_of))
    if not dates:
        if any(is_one_of_two(bare, one, phrases) for one in phrases):
            return LineReading(is_unclear=True, offers=offered(bare, phrases, dates_of))
        return LineReading()
    if accounts_for(bare, found, counted):
        return LineReading(found, dates, offers=other_half(bare, found, counted))
    if "date" in found and is_described(bare, found["date"], phrases):  # next week plan tomorrow
        others = [one for one in counted if one is not found["date"]]
        found = chosen(bare, others, tokens)
        dates = dates_of(found)
        if dates and accounts_for(bare, found, others):
            return LineReading(found, dates)
    return LineReading(is_unclear=True, offers=offered(bare, phrases, dates_of))


def moved_to(bare: str, phrases: list[Found]) -> list[Found]:
    """Return the phrases that can count in a line that moves something to another time.

    In "Reschedule Mon 3pm call to Tue 4pm" only the target counts. A target without a time doesn't
    count: "Move the call to tomorrow" can be done today.
    """
    day = next((one for one in phrases if one.lead == "moved"), None)
    if not day:
        return phrases
    times = [one for one in phrases if one.kind == "time" and one.start > day.start]
    if any(is_beside(bare, day, time) for time in times):
        return [one for one in phrases if one.start >= day.start]
    return [one for one in phrases if one is not day]


def completed(
    bare: str,
    found: dict[str, Found],
    phrases: list[Found],
) -> dict[str, Found]:
    """Return the chosen phrases, each as the others and the words of the line have it."""
    found = in_the_evening(bare, in_the_morning(bare, found))
    if has_range_beside(bare, found):
        day = found["date"]
        found = found | {"date": replace(day, value=replace(day.value, clock=None))}
    return with_end(bare, with_interval(found, phrases))


def with_interval(found: dict[str, Found], phrases: list[Found]) -> dict[str, Found]:
    """Return the chosen phrases, with "fortnightly" as how often a weekday repeats."""
    repeat = found.get("repeat")
    if not repeat or not re.fullmatch("BYDAY=[A-Z]{2}", repeat.value.parts[-1]):
        return found
    others = [one for one in phrases if one.kind == "repeat" and one is not repeat]
    if len(others) != 1 or others[0].value.parts != every("WEEKLY", 2):
        return found
    if repeat.value.parts[:-1] != every("WEEKLY"):
        return found
    rule = replace(repeat.value, parts=(*every("WEEKLY", 2), repeat.value.parts[-1]))
    return found | {"repeat": replace(repeat, value=rule), "interval": others[0]}


def with_end(bare: str, found: dict[str, Found]) -> dict[str, Found]:
    """Return the chosen phrases, with the date that a repeat goes on by as its end."""
    day = found.get("date")
    if "repeat" not in found or not day or "until" in found:
        return found
    if not BY_A_DATE.fullmatch(bare[day.start : day.end]):
        return found
    return {says: one for says, one in found.items() if says != "date"} | {"until": day}


BY_A_DATE = re.compile(
    rf"by +(?:[0-9]{{1,2}}\S* +{MONTH}|{MONTH}\S* +[0-9]{{1,2}})\S*(?: +[0-9]{{4}})?", re.IGNORECASE
)
GETTING_UP = re.compile(r"\bget(?:ting)? up\b", re.IGNORECASE)


def in_the_morning(bare: str, found: dict[str, Found]) -> dict[str, Found]:
    """Return the chosen phrases, with a bare hour of 5 to 7 before noon where words ask for that:
    Wake up at 7, Flight at 6:30."""
    one = found.get("time")
    if not one or one.value.how != "bare" or one.value.part or one.value.hour not in (5, 6, 7):
        return found
    said = frozenset(bare.lower().split())
    others = [other.value for says, other in found.items() if says != "time"]
    has_part = any(getattr(value, "part", "") for value in others)
    is_early = said & EARLY or GETTING_UP.search(bare)
    if has_part or not is_early or said & LATE:
        return found
    return found | {"time": replace(one, value=replace(one.value, how="exact"))}


def in_the_evening(bare: str, found: dict[str, Found]) -> dict[str, Found]:
    """Return the chosen phrases, with an hour of 7 to 11 that says no half of the day after noon
    where words ask for that: Dinner at 8, Theatre at 7:30."""
    one = found.get("time")
    if not one or one.value.how == "exact" or one.value.part or one.value.has_zero:
        return found
    if one.value.hour not in range(7, 12) or (one.value.how != "bare" and one.lead != "clock"):
        return found
    others = [other.value for says, other in found.items() if says != "time"]
    has_part = any(getattr(value, "part", "") for value in others)
    if has_part or not GOING_OUT & frozenset(bare.lower().split()):
        return found
    value = replace(
        one.value,
        hour=one.value.hour + 12,
        how="exact",
    )
    return found | {"time": replace(one, value=value)}


OTHER_HALF = "~"  # behind the phrase of a time, in an offer


def is_other_half(meant: Collection[str]) -> bool:
    """Return whether an offer is the time of a line in the other half of the day."""
    return len(meant) == 1 and next(iter(meant)).endswith(OTHER_HALF)


def other_half(
    bare: str,
    found: dict[str, Found],
    counted: list[Found],
) -> list[tuple[str, ...]]:
    """Return the offer of a time in the other half of the day, where its hour may be in either."""
    one = found.get("time")
    if not one:
        return []
    as_said = next(other for other in counted if other.start == one.start).value
    is_either = as_said.how == "bare" and as_said.hour in (5, 6, 7)
    if as_said.part or not (is_either or as_said != one.value):
        return []
    others = [other.value for says, other in found.items() if says != "time"]
    if any(getattr(value, "part", "") for value in others):
        return []
    return [(bare[one.start : one.end] + OTHER_HALF,)]


def in_the_other_half(reading: LineReading, dates_of: Callable) -> LineReading:
    """Return a reading with its time in the other half of the day."""
    one = reading.found["time"]
    clock, _ = one.value.within("")
    value = replace(
        one.value,
        hour=(clock.hour + 12) % 24,
        how="exact",
    )
    found = reading.found | {"time": replace(one, value=value)}
    return LineReading(found, dates_of(found))


def has_range_beside(bare: str, found: dict[str, Found]) -> bool:
    """Return whether a day brings a time of its own, and two times that belong together say it
    better: tonight 8-9pm."""
    date = found.get("date")
    if not date or "time" in found or not getattr(date.value, "clock", None):
        return False
    return date.value.part != "" and has_range(bare[date.end :])


BY = re.compile(r"(?:due )?(?:by|before|no later than)\b", re.IGNORECASE)
A_WEEKDAY = re.compile(rf"(?:on )?(?:{FULL_DAY}|{SHORT_DAY})", re.IGNORECASE)


def contradicts(bare: str, found: dict[str, Found], dates: dict) -> bool:
    """Return whether the date of a line is no day of its repeat, or its end.

    Every Tuesday by 27 Oct says both. A date that starts the repeat never contradicts it.
    """
    if "repeat" not in found or "date" not in found or found["date"].lead == "start":
        return False
    date = found["date"]
    said = bare[date.start : date.end]
    if BY.match(said):
        return True
    if A_WEEKDAY.fullmatch(said) and not re.search("WEEKLY", dates["repeat"]):
        return True
    return (
        dates["due_date"] != date.value.day and not date.value.is_leap_day and not date.value.part
    )


MOST_OFFERED = 3  # readings
MOST_LOOKED_AT = 12  # phrases


def offered(
    bare: str,
    phrases: list[Found],
    dates_of: Callable,
) -> list[tuple[str, ...]]:
    """Return the readings that a line offers, each as its phrases: a day or a repeat with the time,
    if there is one; or each of the times."""
    phrases = [one for one in phrases[:MOST_LOOKED_AT] if may_be_offered(bare, one, phrases)]
    times = [one for one in phrases if one.kind == "time"]
    days = [one for one in phrases if one.kind in ("date", "repeat")]
    days.sort(key=lambda one: one.kind != "repeat")
    readings = [[time] for time in times]
    if days:
        readings = [[day, *times[: len(times) == 1]] for day in days]
    found = {}
    for reading in readings:
        dates = dates_of({one.kind: one for one in reading})
        if dates and len(found) < MOST_OFFERED:
            said = tuple(bare[one.start : one.end] for one in reading)
            found.setdefault(tuple(dates.items()), said)
    return list(found.values())


def may_be_offered(bare: str, one: Found, phrases: list[Found]) -> bool:
    """Return whether a phrase can be a reading by itself, and is no part of a name."""
    if one.kind not in ("date", "time", "repeat") or one.strength == BESIDE:
        return False
    if one.kind == "repeat":
        return True
    return not is_described(bare, one, phrases)


def is_described(bare: str, one: Found, phrases: list[Found]) -> bool:
    """Return whether a noun follows a phrase, which it may describe: Monday meeting."""
    around = Around(
        bare[: one.start],
        bare[one.core : one.end],
        bare[one.end :],
    )
    if not around.is_told or not around.following[0].isalpha():
        return False
    is_noun = around.following[0].lower() not in CONNECTING
    return is_noun and not any(other.start == one.end + 1 for other in phrases)


def dates_of(
    found: dict[str, Found],
    now: datetime,
    put_on: date | None = None,
) -> dict:
    """Return the fields of the chosen phrases; {} for a day outside the calendar in use."""
    said = {says: one.value for says, one in found.items()}
    try:
        meant = meaning(said, now, put_on)
    except (ValueError, OverflowError):
        return {}
    day = meant["due_date"]
    return meant if day is None or can_be_meant(day) else {}
