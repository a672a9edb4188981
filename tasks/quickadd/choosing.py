"""Which of the phrases in a line count, by how sure they are and where they stand. Pure: no Django.

The docstring of tasks.quickadd.parser has the rules.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from tasks.quickadd.around import SHORT_DAYS, SURER, lead_of
from tasks.quickadd.days import Now
from tasks.quickadd.found import (
    BESIDE,
    FAIR,
    STRONG,
    WEAK,
    Found,
    blanked,
    following_word,
    is_at_the_end,
    is_beside_any,
    of_kind,
    overlaps_any,
    value_of,
)
from tasks.quickadd.phrases import PHRASES
from tasks.quickadd.ranges import is_range
from tasks.quickadd.words import (
    FUNCTION,
    RIDES,
    SUN_AND_SAT,
)

MOST_TRIED = 40  # places of a line at which a phrase may begin; what people write has fewer


class Try(NamedTuple):
    """A match of a row of PHRASES, with its kind, its strength and its reader."""

    match: re.Match
    kind: str
    strength: int
    read: Callable


def tries_in(line: str) -> tuple[list[Try], int, int | None]:
    """Return the matches of PHRASES in a line, the number of places where they begin, and the first
    place left out.

    The matches have the order of PHRASES. No place is left out (None) below MOST_TRIED places.
    """
    tries = [
        Try(match, kind, strength, read)
        for kind, strength, expression, read in PHRASES
        for match in expression.finditer(line)
    ]
    places = sorted({one.match.start() for one in tries})
    if len(places) <= MOST_TRIED:
        return tries, len(places), None
    unread = places[MOST_TRIED]
    before = [one for one in tries if one.match.start() < unread]
    return before, MOST_TRIED, unread


def phrases_of(tries: list[Try], now: Now) -> list[Found]:
    """Return the matches that have a value, as phrases: the first of matches that overlap."""
    found = []
    for match, kind, strength, read in tries:
        core, end = match.span()
        place = Found(core, end, kind, None)
        if overlaps_any(place, found):
            continue
        value = value_of(match, read, now)
        if value is None:
            continue
        if kind in ("until", "start"):  # which have the word in them
            start, kind, lead = core, "date", kind
        else:
            start, lead = lead_of(match.string, core, kind)
        if lead == "clock":
            value = value.in_the_afternoon()
        surer = strength + SURER.get(lead, 0)
        phrase = Found(
            start,
            end,
            kind,
            value,
            strength=min(surer, STRONG),
            lead=lead,
            core=core,
        )
        found.append(phrase)
    return found


def chosen(
    bare: str,
    found: list[Found],
    tokens: list[Found],
) -> dict[str, Found]:
    """Return the phrases that count, by role: date, time, repeat, until, count."""
    repeats = bool(of_kind(found, "repeat"))
    offers = offers_of(found, repeats)
    taken = taken_of(bare, offers, tokens)
    if repeats and "repeat" not in taken:  # nor does anything that begins or ends it
        others = [one for one in found if one.kind != "repeat"]
        return chosen(bare, others, tokens)
    return taken


def offers_of(found: list[Found], repeats: bool) -> list[tuple[str, Found]]:
    """Return the phrases with their roles, the surest first."""
    surest_first = sorted(found, key=lambda one: (-one.strength, one.start))
    offers = [(role_of(one, repeats), one) for one in surest_first]
    return [(says, one) for says, one in offers if says]


def taken_of(
    bare: str,
    offers: list[tuple[str, Found]],
    tokens: list[Found],
) -> dict[str, Found]:
    """Return the first phrase that counts of each kind."""
    taken = {}
    before = None
    while before != len(taken):  # what is taken may let another one count
        before = len(taken)
        for says, one in offers:
            if says in taken:
                continue
            others = [other for what, other in offers if what != says]
            parts = [*tokens, *taken.values()]
            if counts(bare, one, parts, others):
                taken[says] = one
    return taken


def role_of(one: Found, repeats: bool) -> str:
    """Return the role of a phrase in a line, which depends on whether the line repeats.

    "until Friday" ends a repeat, and "starting Friday" is its first date; without a repeat they
    have no role (""). Other phrases have their kind as their role.
    """
    is_of_repeat = one.kind == "count" or one.lead in ("until", "start")
    if is_of_repeat and not repeats:
        return ""
    if one.lead == "until":
        return "until"
    if one.lead == "start":
        return "date"
    return one.kind


def counts(
    bare: str,
    one: Found,
    taken: list[Found],
    others: list[Found],
) -> bool:
    """Return whether a phrase counts at its place, beside taken phrases and other candidates."""
    if one.strength == STRONG:
        return True
    if is_beside_any(bare, one, others):
        return True
    if one.strength == BESIDE:
        has_day = bool(of_kind(taken, "date", "repeat"))
        is_late = one.kind == "time" and is_at_the_end(bare, one)
        return has_day and is_late  # friday call Bob 3p
    behind = blanked(bare, taken)[one.end :]
    if not behind.strip(" ,.;:!?)-–—"):
        return True
    if bare[: one.start].strip():
        has_day = bool(of_kind([*taken, *others], "date", "repeat"))
        return counts_inside(bare, one, behind, has_day)
    return counts_at_the_start(bare, one, taken, behind)


def counts_inside(bare: str, one: Found, behind: str, has_day: bool) -> bool:
    """Return whether a phrase counts in the middle of a line, by the word behind it.

    A WEAK time counts there in a line with a day (Train 8:05 from platform 3 tomorrow), and a WEAK
    day before two times (mon 3pm-5pm).
    """
    word = following_word(behind)
    if one.strength == WEAK and one.kind == "time" and has_day:
        return word in FUNCTION and (word != "to" or is_ride(bare[: one.start]))
    if one.strength == WEAK and one.kind == "date":
        return is_range(behind.strip(" ,.;!?"))
    if one.strength != FAIR:
        return False
    return word in FUNCTION or bool(TIMES.match(word))


def is_ride(before: str) -> bool:
    """Return whether a word for a ride stands before a time: Flight 14:30 to Rome."""
    words = before.lower().split()
    return bool(words) and words[-1] in RIDES


TIMES = re.compile(r"[0-9]{1,2}(?::[0-9]{2})?(?:am|pm)?[-–][0-9]")  # monday 10-11
SEPARATED = re.compile(r" *[:,–—]| - ")


def counts_at_the_start(
    bare: str,
    one: Found,
    taken: list[Found],
    behind: str,
) -> bool:
    """Return whether a phrase counts at the start of a line.

    It does in: Friday: call Bob; 14:30 dentist; 15/4 taxes; Sunday dinner at 7. It doesn't in: 3:10
    to Yuma.
    """
    if SEPARATED.match(behind):
        return True
    word = following_word(behind)
    if word == "to":
        return False
    if one.kind == "time":
        return True
    phrase = one.words_in(bare)
    has_time = bool(of_kind(taken, "time"))
    if has_time and phrase.lower() in SHORT_DAYS:  # sat dinner 7pm
        return word not in SUN_AND_SAT
    if one.strength != FAIR:
        return False
    return has_time or phrase[0].isdigit()
