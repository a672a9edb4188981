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
from tasks.quickadd.around import Around, is_amount, is_one_of_two, is_text
from tasks.quickadd.choosing import chosen
from tasks.quickadd.found import (
    BESIDE,
    FAIR,
    Found,
    is_at_the_end,
    is_beside,
    is_beside_any,
    of_kind,
    overlaps_any,
)
from tasks.quickadd.meaning import SaidTime, every, meaning
from tasks.quickadd.ranges import RANGE, ranges_in
from tasks.quickadd.words import (
    AT_NOON,
    CONNECTING,
    EARLY,
    FULL_DAY,
    GOING_OUT,
    LATE,
    MONTH,
    MOVING,
    SHORT_DAY,
)


def accounts_for(
    bare: str,
    found: dict[str, Found],
    counted: list[Found],
) -> bool:
    """Return whether the chosen phrases account for every phrase of time in a line.

    counted has all phrases of the line that aren't text.
    """
    chosen = list(found.values())
    others = [one for one in counted if not overlaps_any(one, chosen)]
    if any(says_more(bare, one, chosen, counted) for one in others):
        return False
    taken = [(one.start, one.end) for one in chosen]
    return is_accounted_for(bare, taken, found)


CAPITALIZED = re.compile(" [A-Z][a-z]")


def may_be_a_name(bare: str, one: Found) -> bool:
    """Return whether a weekday may begin a name that follows it: Bet 20 on Friday Fox."""
    day = one.core_in(bare)
    if one.lead != "firm" or not A_WEEKDAY.fullmatch(day) or not day[0].isupper():
        return False
    return bool(bare[: one.start].strip() and CAPITALIZED.match(bare, one.end))


def says_more(
    bare: str,
    one: Found,
    chosen: list[Found],
    counted: list[Found],
) -> bool:
    """Return whether a phrase adds a second day, time or repeat to the chosen phrases."""
    if one.strength == BESIDE or not of_kind(chosen, one.kind):
        return False
    is_sure = one.strength >= FAIR
    if is_sure and is_behind_any(bare, one, chosen):
        return True
    if not (is_sure or is_beside_any(bare, one, chosen) or is_at_the_end(bare, one)):
        return False
    return not is_described(bare, one, counted)


def is_behind_any(bare: str, one: Found, others: list[Found]) -> bool:
    """Return whether a phrase follows one of others, with nothing but marks between them."""
    before = [other for other in others if other.end <= one.start]
    return is_beside_any(bare, one, before)


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
        words = one.words_in(bare).lower()
        if words in said:
            found.setdefault(one.kind, one)
    dates = dates_of(found)
    return LineReading(found, dates)


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
    taken = chosen(bare, counted, tokens)
    found = completed(bare, taken, counted)
    if not found and may_say_when(bare, phrases):
        return unclear(bare, phrases, dates_of)
    dates = dates_of(found)
    if not dates:
        if has_one_of_two(bare, phrases):
            return unclear(bare, phrases, dates_of)
        return LineReading()
    if any(may_be_a_name(bare, one) for one in found.values()):
        said = tuple(one.words_in(bare) for one in found.values())
        return LineReading(is_unclear=True, offers=[said])
    if contradicts(bare, found, dates):
        return unclear(bare, phrases, dates_of)
    if accounts_for(bare, found, counted):
        offers = other_half(bare, found, counted)
        return LineReading(found, dates, offers=offers)
    if "date" in found and is_described(bare, found["date"], phrases):  # next week plan tomorrow
        others = [one for one in counted if one is not found["date"]]
        found = chosen(bare, others, tokens)
        dates = dates_of(found)
        if dates and accounts_for(bare, found, others):
            return LineReading(found, dates)
    return unclear(bare, phrases, dates_of)


def unclear(bare: str, phrases: list[Found], dates_of: Callable) -> LineReading:
    """Return the reading of a line that none accounts for: without phrases, with offers."""
    offers = offered(bare, phrases, dates_of)
    return LineReading(is_unclear=True, offers=offers)


def may_say_when(bare: str, phrases: list[Found]) -> bool:
    """Return whether a line without a reading has a day or time that it may mean.

    Two times or weekdays (Pills 8:00 and 20:00), a date in front (24.12. Feier), or a time at an
    end of the line that is one behind a day (Film half 8).
    """
    looked_at = phrases[:MOST_LOOKED_AT]
    if any(is_dotted_in_front(bare, one) or is_time_at_an_end(bare, one) for one in looked_at):
        return True
    has_both = JOINED.search(bare)
    return bool(has_both) and any(is_one_of_both(bare, one, phrases) for one in looked_at)


BOTH = re.compile(" *(?:and|or|&) *", re.IGNORECASE)
JOINED = re.compile(r"&|\b(?:and|or)\b", re.IGNORECASE)
DOTTED = re.compile(r"[0-9]{1,2}\.[0-9]{2}\.|[0-9]{2}\.[0-9]\.")  # 1.2. may be a number
A_TIME = re.compile(r"[0-9]{1,2}\.(?:00|15|30|45)|(?:at )?half \w+", re.IGNORECASE)


def is_one_of_both(bare: str, one: Found, phrases: list[Found]) -> bool:
    """Return whether a time or weekday and another one are said together, and no range."""
    if one.kind != "time" and not A_WEEKDAY.fullmatch(one.words_in(bare)):
        return False
    later = [other for other in of_kind(phrases, one.kind) if other.start > one.start]
    return any(BOTH.fullmatch(bare[one.end : other.start]) for other in later)


def is_dotted_in_front(bare: str, one: Found) -> bool:
    """Return whether a date such as 24.12. begins a line, before a word."""
    if bare[: one.start].strip() or not DOTTED.fullmatch(one.words_in(bare)):
        return False
    return bare[one.end :].strip()[:1].isalpha()


def is_time_at_an_end(bare: str, one: Found) -> bool:
    """Return whether a time that is one behind a day begins or ends its line: Standup 9.30."""
    if one.kind != "time" or one.strength != BESIDE:
        return False
    if not A_TIME.fullmatch(one.core_in(bare)):
        return False
    before = bare[: one.start]
    if is_at_the_end(bare, one):
        return not is_amount(before)
    return not before.strip() and bare[one.end :].strip()[:1].isalpha()


def has_one_of_two(bare: str, phrases: list[Found]) -> bool:
    """Return whether a line names two days or times of which one is meant: monday or tuesday."""
    return any(is_one_of_two(bare, one, phrases) for one in phrases)


def moved_to(bare: str, phrases: list[Found]) -> list[Found]:
    """Return the phrases that can count in a line that moves something to another time.

    In "Reschedule Mon 3pm call to Tue 4pm" only the target counts. A target without a time doesn't
    count: "Move the call to tomorrow" can be done today.
    """
    day = next((one for one in phrases if one.lead == "moved"), None)
    if not day:
        return phrases
    from_there = [one for one in phrases if one.start >= day.start]
    times = of_kind(from_there, "time")
    if is_beside_any(bare, day, times):
        return from_there
    return [one for one in phrases if one is not day]


def completed(
    bare: str,
    found: dict[str, Found],
    phrases: list[Found],
) -> dict[str, Found]:
    """Return the chosen phrases, each as the others and the words of the line have it."""
    if has_range_beside(bare, found):
        found = with_value(found, "date", clock=None)
    found = with_start_of_range(bare, found)
    found = in_the_morning(bare, found)
    found = in_the_evening(bare, found)
    found = with_interval(bare, found, phrases)
    return with_end(bare, found)


def with_value(found: dict[str, Found], says: str, **changes) -> dict[str, Found]:
    """Return the chosen phrases, with changed fields of the value of the one in a role."""
    one = found[says]
    value = replace(one.value, **changes)
    return found | {says: replace(one, value=value)}


def with_start_of_range(bare: str, found: dict[str, Found]) -> dict[str, Found]:
    """Return the chosen phrases, with the first of two times that belong together as the time.

    Both stay in the title, since a task has no end: Meeting tomorrow 3pm-5pm.
    """
    first_word, *_ = bare.lower().split() or [""]
    days = [one for says, one in found.items() if says in ("date", "repeat")]
    if "time" in found or not days or first_word in MOVING:
        return found
    for start, end, value in ranges_in(bare):
        one = Found(start, end, "time", value, lead=RANGE)
        is_there = is_at_the_end(bare, one) or is_beside_any(bare, one, days)
        if is_there and not bare[:start].rstrip().endswith("hours"):
            return found | {"time": one}
    return found


def with_interval(
    bare: str,
    found: dict[str, Found],
    phrases: list[Found],
) -> dict[str, Found]:
    """Return the chosen phrases, with "fortnightly" as how often weekdays repeat."""
    repeat = found.get("repeat")
    if not repeat or not is_on_weekdays(repeat):
        return found
    others = [one for one in of_kind(phrases, "repeat") if one is not repeat]
    if len(others) != 1 or others[0].value.parts != FORTNIGHTLY:
        return found
    if not is_beside(bare, repeat, others[0]) and is_described(bare, others[0], phrases):
        return found  # Fortnightly report every monday
    *_, weekdays = repeat.value.parts
    found = with_value(found, "repeat", parts=(*FORTNIGHTLY, weekdays))
    return found | {"interval": others[0]}


FORTNIGHTLY = every("WEEKLY", 2)
DAYS_OF_A_RULE = re.compile("BYDAY=[A-Z,]+")


def is_on_weekdays(repeat: Found) -> bool:
    """Return whether a repeat is on some days of every week."""
    *before, days = repeat.value.parts
    return tuple(before) == every("WEEKLY") and bool(DAYS_OF_A_RULE.fullmatch(days))


def with_end(bare: str, found: dict[str, Found]) -> dict[str, Found]:
    """Return the chosen phrases, with the date that a repeat goes on by as its end."""
    day = found.get("date")
    if "repeat" not in found or not day or "until" in found:
        return found
    if not BY_A_DATE.fullmatch(day.words_in(bare)):
        return found
    others = {says: one for says, one in found.items() if says != "date"}
    return others | {"until": day}


BY_A_DATE = re.compile(
    rf"by +(?:[0-9]{{1,2}}\S* +{MONTH}|{MONTH}\S* +[0-9]{{1,2}})\S*(?: +[0-9]{{4}})?", re.IGNORECASE
)
GETTING_UP = re.compile(r"\bget(?:ting)? up\b", re.IGNORECASE)


def in_the_morning(bare: str, found: dict[str, Found]) -> dict[str, Found]:
    """Return the chosen phrases, with a bare hour of 5 to 7 before noon where words ask for that:
    Wake up at 7, Flight at 6:30."""
    if "time" not in found or says_part_of_day(found):
        return found
    said = found["time"].value
    if said.part or not may_be_early(said):
        return found
    words = frozenset(bare.lower().split())
    is_early = words & EARLY or GETTING_UP.search(bare)
    if not is_early or words & LATE:
        return found
    return with_value(found, "time", how="exact")


def may_be_early(said: SaidTime) -> bool:
    """Return whether a time is a bare hour of 5 to 7, which may be before noon or after it."""
    return said.how == "bare" and said.hour in (5, 6, 7)


def says_part_of_day(found: dict[str, Found]) -> bool:
    """Return whether another phrase than the time says a part of the day: friday evening."""
    others = [one.value for says, one in found.items() if says != "time"]
    return any(getattr(value, "part", "") for value in others)


def in_the_evening(bare: str, found: dict[str, Found]) -> dict[str, Found]:
    """Return the chosen phrases, with an hour that says no half of the day after noon where words
    ask for that: Dinner at 8, Theatre at 7:30, Dinner 6:30."""
    if "time" not in found or says_part_of_day(found):
        return found
    one = found["time"]
    if not may_be_late(one):
        return found
    words = frozenset(bare.lower().split())
    is_after_noon = words & GOING_OUT or (words & AT_NOON and one.value.hour < 5)
    if not is_after_noon:
        return found
    hour = one.value.hour + 12
    return with_value(found, "time", hour=hour, how="exact")


def is_at_night(said: SaidTime) -> bool:
    """Return whether a time is at night as written, and may be after noon: 3:30, but not 03:30."""
    return said.how == "written" and not said.has_zero and said.hour in range(1, 7)


def may_be_late(one: Found) -> bool:
    """Return whether a time may be after noon: 7:30, but not 07:30; 11:30 only behind "at"."""
    said = one.value
    if said.how == "exact" or said.part or said.has_zero:
        return False
    if said.how == "bare" or one.lead == "clock":
        return said.hour in range(7, 12)
    return said.hour in range(1, 11)


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
    if "time" not in found or says_part_of_day(found):
        return []
    one = found["time"]
    if one.lead == RANGE:
        return []
    as_said = next(other for other in counted if other.start == one.start).value
    is_either = may_be_early(as_said) or is_at_night(as_said) or as_said != one.value
    if as_said.part or not is_either:
        return []
    phrase = one.words_in(bare) + OTHER_HALF
    return [(phrase,)]


def in_the_other_half(reading: LineReading, dates_of: Callable) -> LineReading:
    """Return a reading with its time in the other half of the day."""
    clock, _ = reading.found["time"].value.within("")
    hour = (clock.hour + 12) % 24
    found = with_value(reading.found, "time", hour=hour, how="exact")
    dates = dates_of(found)
    return LineReading(found, dates)


def has_range_beside(bare: str, found: dict[str, Found]) -> bool:
    """Return whether a day brings a time of its own, and two times that belong together say it
    better: tonight 8-9pm."""
    date = found.get("date")
    if not date or "time" in found:
        return False
    if not (date.value.part and date.value.clock):
        return False
    return has_range(bare[date.end :]) or bool(BARE_RANGE.match(bare, date.end))


BARE_RANGE = re.compile(" +[0-9]{1,2} *[-–] *[0-9]{1,2}(?![0-9])")


BY = re.compile(r"(?:due )?(?:by|before|no later than)\b", re.IGNORECASE)
A_WEEKDAY = re.compile(rf"(?:on )?(?:{FULL_DAY}|{SHORT_DAY})", re.IGNORECASE)


def contradicts(
    bare: str,
    found: dict[str, Found],
    dates: dict,
) -> bool:
    """Return whether the date of a line is no day of its repeat, or its end.

    Every Tuesday by 27 Oct says both. A date that starts the repeat never contradicts it.
    """
    if "repeat" not in found or "date" not in found:
        return False
    date = found["date"]
    if date.lead == "start":
        return False
    words = date.words_in(bare)
    if BY.match(words):
        return True
    if A_WEEKDAY.fullmatch(words) and "WEEKLY" not in dates["repeat"]:
        return True
    said = date.value
    if said.is_leap_day or said.part:
        return False
    return said.day != dates["due_date"]


MOST_OFFERED = 3  # readings
MOST_LOOKED_AT = 12  # phrases


def offered(
    bare: str,
    phrases: list[Found],
    dates_of: Callable,
) -> list[tuple[str, ...]]:
    """Return the readings that a line offers, each as its phrases: a day or a repeat with the time,
    if there is one; or each of the times."""
    looked_at = phrases[:MOST_LOOKED_AT]
    phrases = [one for one in looked_at if may_be_offered(bare, one, phrases)]
    found = {}
    for reading in readings_of(phrases):
        dates = dates_of({one.kind: one for one in reading})
        if dates and len(found) < MOST_OFFERED:
            said = tuple(one.words_in(bare) for one in reading)
            found.setdefault(tuple(dates.items()), said)
    return list(found.values())


def readings_of(phrases: list[Found]) -> list[list[Found]]:
    """Return the possible readings of phrases, repeats first, each as its phrases."""
    times = of_kind(phrases, "time")
    days = of_kind(phrases, "repeat") + of_kind(phrases, "date")
    if not days:
        return [[time] for time in times]
    if len(times) != 1:
        return [[day] for day in days]
    return [[day, *times] for day in days]


def may_be_offered(bare: str, one: Found, phrases: list[Found]) -> bool:
    """Return whether a phrase can be a reading by itself, and is no part of a name."""
    if one.kind not in ("date", "time", "repeat"):
        return False
    if one.strength == BESIDE and not is_time_at_an_end(bare, one):
        return False
    is_surely_one = one.kind == "repeat" or one.strength == BESIDE
    if is_surely_one or is_dotted_in_front(bare, one) or not is_described(bare, one, phrases):
        return True
    return is_one_of_two(bare, one, phrases)


def is_described(bare: str, one: Found, phrases: list[Found]) -> bool:
    """Return whether a noun follows a phrase, which it may describe: Monday meeting."""
    around = Around(
        before=bare[: one.start],
        phrase=one.core_in(bare),
        behind=bare[one.end :],
    )
    if not around.is_told:
        return False
    word = around.following[0]
    is_noun = word.isalpha() and word.lower() not in CONNECTING
    starts = [other.start for other in phrases]
    return is_noun and one.end + 1 not in starts


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
    if day and not can_be_meant(day):
        return {}
    return meant
