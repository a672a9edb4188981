"""One line, typed as one thinks, read as a task. Pure: no Django; the moment is always given.

Tokens stand for what they say: #tag, +list, +"two words", !high. Dates, times and repeats are
phrases; all of them stand in tasks.quickadd.phrases.PHRASES. Where in doubt, it is text:

- A STRONG phrase counts wherever it stands: tomorrow, on friday, 3 May 2027, every 2 weeks.
- A FAIR one might describe the word behind it (Friday traffic). It counts at the end of the line,
  beside another phrase, before a word such as "with" or "about", and before a colon at the start.
- A WEAK one counts at the end or beside another phrase alone: fri, 15/4, daily.
- One that has to be BESIDE another phrase is nothing by itself: weekdays (at 7), by 9 (tomorrow).
- Nothing counts in quotes, in the name of a file or a site, behind words such as "the", "my" and
  "about", in a name that is written With Capitals, or as one of two: monday or tuesday, 2 to 4 pm.

A line has at most one date, time, repeat, priority and list: the surest, then the first. What else
looks like one is text, and so is a line that would leave no title.

The work for a line is limited by a number, not by a clock, so that each machine reads it alike. A
phrase may begin at MOST_TRIED places of a line; from the next such place on, dates, times and
repeats are text.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import partial
from typing import NamedTuple

from accounts.text import legible
from tasks.dates import can_be_meant
from tasks.quickadd.accounting import FULL_DAY, MONTH, SHORT_DAY, has_range, is_accounted_for
from tasks.quickadd.phrases import BESIDE, FAIR, MONTHS, PHRASES, STRONG, Now, every, meaning
from tasks.quickadd.words import (
    BOOKS,
    BOOKS_ALONE,
    CALLING,
    CONNECTING,
    DETERMINERS,
    EARLY,
    FUNCTION,
    GIVING,
    GOING_OUT,
    HELD,
    LASTING,
    LATE,
    MEASURES,
    MOVING,
    NAMES,
    NO_DAYS_BEHIND,
    NOT_BEFORE,
    NOT_BEHIND,
    PAYING,
    PLACES,
    RATING,
    RATIOS,
    SCALES,
    STUDYING,
    SUN_AND_SAT,
    TOOK,
    VERSIONED,
    words,
)
from tasks.search import fold, longest_name

LONGEST = 500  # characters that are read; what is beyond them goes to the notes
LONGEST_TITLE = 255
MOST_TRIED = 40  # places of a line at which a phrase may begin; what people write has fewer
LONGEST_TAG, LONGEST_LIST_NAME = 50, 100
LONGEST_LIST_AHEAD = 3 * LONGEST_LIST_NAME  # where accents are typed as marks of their own
PRIORITIES = {"low": 1, "medium": 2, "high": 3, "1": 1, "2": 2, "3": 3}
PRIORITIES |= {"p1": 3, "p2": 2, "p3": 1, "p4": 0}


class Span(NamedTuple):
    """text[start:end] was taken for a kind: date, time, repeat, priority, tag or list."""

    start: int
    end: int
    kind: str

    def moved(self, by: int) -> "Span":
        return Span(self.start + by, self.end + by, self.kind)


SPANS = {
    "until": "repeat",
    "count": "repeat",
    "interval": "repeat",
}  # what ends a repeat is a part of it


@dataclass(frozen=True)
class QuickAdd:
    """What a line says: title, spans and description rebuild it, up to blanks.

    due_date and due_time are those of its writer's zone. priority is 0 (none) to 3 (high). repeat
    is a rule's text (RFC 5545) or ""; repeat_from is "due" or "completion", "" without a repeat.
    is_unclear says that no reading accounts for all that the line says of time; offers are then the
    readings that there were, each as the phrases that it reads: meant of parse() takes them. Where
    an hour may be in either half of the day (at 6), its phrase with OTHER_HALF is offered.
    tried is the number of places at which a phrase was tried. unread is the first place at which
    none was, since there are too many; None if all were tried.
    """

    title: str
    description: str = ""
    due_date: date | None = None
    due_time: time | None = None
    priority: int = 0
    tags: list[str] = field(default_factory=list)
    list_name: str = ""
    repeat: str = ""
    repeat_from: str = ""
    spans: list[Span] = field(default_factory=list)
    is_unclear: bool = field(default=False, compare=False)
    offers: list[tuple[str, ...]] = field(default_factory=list, compare=False)
    tried: int = field(default=0, compare=False)
    unread: int | None = field(default=None, compare=False)


def parse(
    text: str,
    *,
    now: datetime,
    week_start: int = 0,
    day_first: bool = True,
    plain: Collection[str] = (),
    meant: Collection[str] = (),
    lists: Collection[str] = (),
    new_lists: bool = True,
    as_text: bool = False,
    put_on: date | None = None,
) -> QuickAdd:
    """Read a line. It never fails: what isn't understood is the title.

    now is aware and in the zone of the line's writer; week_start is 0 for Monday … 6 for Sunday;
    day_first says that 3/4 is 3 April; plain has phrases that are text wherever they stand, and
    as_text says that all of it is; meant has the phrases of an offer that was taken: these are read
    and no others, and stay in the title; lists has names of lists, folded (tasks.search.fold),
    which are known without quotes, too, such as +garden project. The name of any other list is
    text, unless new_lists. put_on is the day that the line is put on, where it says none: see
    tasks.quickadd.phrases.meaning().
    """
    line, rest = cut(text.strip(), LONGEST)
    bare = without_literals(line, plain)
    if as_text:
        bare = "\x00" * len(line)
    tokens, bare = tokens_of(bare, lists, new_lists)
    bare = re.sub(r"\s", " ", bare)
    tries, tried, unread = tries_in(blanked(bare, tokens, "\x00"))  # no phrase goes across a token
    bare = blanked(bare, tokens)
    phrases = phrases_of(tries, Now(now, week_start, day_first))
    reading = reading_of(bare, phrases, tokens, meant, partial(dates_of, now=now, put_on=put_on))
    found, dates = reading.found, reading.dates
    spans = tidied(line, spans_of(tokens, found))
    title = without(line, spans)
    if meant and not is_other_half(meant):
        title = without(line, tidied(line, spans_of(tokens, {})))
    if not title:  # a title is never empty: all of it is text
        title = " ".join(line.split())
        spans, tokens, dates = [], [], {}
    title, more = cut(title, LONGEST_TITLE)
    indent = len(text) - len(text.lstrip())
    if unread is not None:
        unread += indent
    said = {token.kind: token.value for token in tokens}
    tags = [token.value for token in tokens if token.kind == "tag"]
    return QuickAdd(
        title=title,
        description="\n".join(filter(None, (more, rest))),
        priority=said.get("priority", 0),
        tags=list(dict.fromkeys(tags)),
        list_name=said.get("list", ""),
        spans=[span.moved(indent) for span in spans],
        is_unclear=reading.is_unclear and unread is None,
        offers=reading.offers,
        tried=tried,
        unread=unread,
        **dates,
    )


def cut(text: str, longest: int) -> tuple[str, str]:
    """Return the first line of text, of whole words and at most so long, and what is behind it."""
    line = next(iter(text.splitlines()), "")
    whole_words = re.match(rf".{{1,{longest}}}(?!\S)", line)
    line = whole_words[0] if whole_words else line[:longest]
    return line.rstrip(), text[len(line) :].strip()


# Tokens, and what can only be text


LITERAL = re.compile(
    r"(?<![^\s(])(?:\"[^\"]*\"|“[^“”]*”|„[^„“”]*[“”])(?=[\s,.;:!?)]|$)"  # in quotes
    r"|(?<!\S)\S*(?:://|\w@\w)\S*"  # an address
    r"|(?<!\S)[^\s.#+!\"]*[^\W\d]\.[^\W\d]{2}\S*"  # a site, a file: monday.com, may.pdf
)
EMOJI = "[\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]"
TOKEN = re.compile(
    r"(?<![^\s(,;])(?:"
    rf"\#(?P<tag>(?:[\w/-]|{EMOJI})+)"
    rf"|@(?P<at_tag>[^\W\d](?:[\w/-]|{EMOJI})*)"
    r"|\+(?:\"(?P<quoted_list>[^\"]*)\"|(?P<list>[^\W\d][\w&'’-]*))"
    r"|!(?P<priority>low|medium|high|[123])"
    r"|(?P<level_priority>p[1-4])(?! *(?:and|or|to|&|-|–|,) *p?[0-9]| +of\b)"
    r")(?=[,.;:!?)…。，、！？；：»”]*(?:\s|$)|[。，、！？；：])",
    re.IGNORECASE,
)
NUMBER_OR_COLOR = re.compile(
    r"[\W\d_]*|(?=.*\d)(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE
)


@dataclass
class Found:
    """A part of the line that may be of a kind, how sure that is, and what it says."""

    start: int
    end: int
    kind: str
    value: object
    strength: int = STRONG
    lead: str = ""
    core: int = 0  # where it begins without the words that lead to it


def without_literals(line: str, plain: Collection[str]) -> str:
    """Return the line, as long as it is, with NULs for what is in quotes, an address or plain."""

    def nothing(found):
        return "\x00" * len(found[0])

    bare = line
    for phrase in sorted(no_longer_than_a_line(plain), key=len, reverse=True):
        words = r"\s+".join(map(re.escape, phrase.split()))
        bare = re.sub(rf"(?<!\w){words}(?!\w)", nothing, bare, flags=re.IGNORECASE)
    return LITERAL.sub(nothing, bare)


def no_longer_than_a_line(phrases: Collection[str]) -> list[str]:
    """Return the first of phrases that a line has room for."""
    kept, room = [], LONGEST
    for phrase in phrases:
        if phrase.strip() and len(phrase) <= room:
            kept.append(phrase)
            room -= len(phrase)
    return kept


def tokens_of(bare: str, lists: Collection[str], new_lists: bool) -> tuple[list[Found], str]:
    """Return the tags, and the first list and the first priority, in their order; and the line
    with NULs for the name of a list that is text, see parse()."""
    tokens, strange = {}, []
    for match in TOKEN.finditer(bare):
        kind = match.lastgroup.rpartition("_")[2]
        if kind in tokens:  # the first list and the first priority count
            continue
        token = token_of(match, kind, bare, lists)
        if token is None:
            continue
        if kind == "list" and not new_lists and fold(token.value) not in lists:
            strange.append(token)
        elif kind == "tag":
            tokens[token.start] = token
        else:
            tokens[kind] = token
    return list(tokens.values()), blanked(bare, strange, "\x00")


def token_of(match: re.Match, kind: str, bare: str, lists: Collection[str]) -> Found | None:
    """Return a match of TOKEN as a tag, list or priority; None where it can't be one.

    A known list's name may have blanks, and then goes on behind the match.
    """
    start, end = match.span()
    value = " ".join(match[match.lastgroup].split())
    if match["level_priority"] and re.search(r"[0-9] *(?:and|or|to|[&,–-]) *$", bare[:start]):
        return None  # p1 to p4: pages
    if match["at_tag"] and value.lower() in ("noon", "midday", "midnight"):
        return None
    if match["list"]:
        ahead = bare[start + 1 : start + 1 + LONGEST_LIST_AHEAD]
        length = longest_name(ahead, lists)
        if length:
            end = start + 1 + length
            value = bare[start + 1 : end]
        elif fold(value) not in lists:
            value = begun(value, lists)
    if not can_be_named(kind, value):
        return None
    if kind == "priority":
        value = PRIORITIES[value.lower()]
    return Found(start, end, kind, value)


def begun(name: str, lists: Collection[str]) -> str:
    """Return the list that a name is the beginning of; the name itself where there is none, and ""
    where there are several."""
    start = fold(name)
    ordered = sorted(lists)
    at = bisect_left(ordered, start)
    found = {fold(one) for one in ordered[at : at + MOST_SPELLINGS] if one.startswith(start)}
    if not found:
        return name
    return found.pop() if len(found) == 1 else ""


MOST_SPELLINGS = 4  # of one list, as tasks.search.folded_names() has them


def can_be_named(kind: str, value: str) -> bool:
    """Return whether a tag or a list can have this name; #12 and #fff are no tags."""
    if not legible(value):
        return False
    if kind == "tag" and re.search(EMOJI, value):
        return len(value) <= LONGEST_TAG
    if kind == "tag":
        return len(value) <= LONGEST_TAG and not NUMBER_OR_COLOR.fullmatch(value)
    return len(value) <= LONGEST_LIST_NAME


# Which phrases count


class Try(NamedTuple):
    """A match that may be a phrase of a kind: how sure that is, and what reads it."""

    match: re.Match
    kind: str
    strength: int
    read: Callable


def tries_in(line: str) -> tuple[list[Try], int, int | None]:
    """Return what may be a phrase in a line, in the order of PHRASES; the number of places at which
    these begin; and the first place that is left out, None where none is."""
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
    """Return the phrases that say something, the first of those that overlap."""
    found = []
    for match, kind, strength, read in tries:
        core, end = match.span()
        if any(one.start < end and core < one.end for one in found):
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
        surer = min(strength + SURER.get(lead, 0), STRONG)
        found.append(Found(start, end, kind, value, surer, lead, core))
    return found


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


def overlap(one: Found, other: Found) -> bool:
    """Return whether two phrases share a part of the line."""
    return one.start < other.end and other.start < one.end


def says_more(bare: str, one: Found, chosen: list[Found], counted: list[Found]) -> bool:
    """Return whether a phrase beside the chosen ones says another day, time or repeat than they."""
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
class Reading:
    """The phrases that count in a line, by what they say, and the fields that they stand for.

    Where is_unclear there are none, and offers are the readings that there were.
    """

    found: dict[str, Found] = field(default_factory=dict)
    dates: dict = field(default_factory=dict)
    is_unclear: bool = False
    offers: list[tuple[str, ...]] = field(default_factory=list)


def reading_of(
    bare: str, phrases: list[Found], tokens: list[Found], meant: Collection[str], dates_of: Callable
) -> Reading:
    """Return the reading of a line, or of the offer of it that was taken.

    bare is the line with blanks for its tokens; dates_of() returns the fields of chosen phrases.
    """
    if meant and not is_other_half(meant):
        return taken_offer(bare, phrases, meant, dates_of)
    reading = whole_reading(bare, phrases, tokens, dates_of)
    if tuple(meant) in reading.offers:
        return in_the_other_half(reading, dates_of)
    return reading


def taken_offer(
    bare: str, phrases: list[Found], meant: Collection[str], dates_of: Callable
) -> Reading:
    """Return the reading of an offer that was taken: of its phrases, and of no others."""
    said = {phrase.lower() for phrase in meant}
    found = {}
    for one in phrases:
        if bare[one.start : one.end].lower() in said:
            found.setdefault(one.kind, one)
    return Reading(found, dates_of(found))


def whole_reading(
    bare: str, phrases: list[Found], tokens: list[Found], dates_of: Callable
) -> Reading:
    """Return the reading that accounts for every phrase of time in a line, or the offers of others,
    see reading_of()."""
    counted = [one for one in phrases if not is_text(bare, one, phrases)]
    counted = moved_to(bare, counted)
    found = completed(bare, chosen(bare, counted, tokens), counted)
    dates = dates_of(found)
    if dates and contradicts(bare, found, dates):
        return Reading(is_unclear=True, offers=offered(bare, phrases, dates_of))
    if not dates:
        if any(is_one_of_two(bare, one, phrases) for one in phrases):
            return Reading(is_unclear=True, offers=offered(bare, phrases, dates_of))
        return Reading()
    if accounts_for(bare, found, counted):
        return Reading(found, dates, offers=other_half(bare, found, counted))
    if "date" in found and is_described(bare, found["date"], phrases):  # next week plan tomorrow
        others = [one for one in counted if one is not found["date"]]
        found = chosen(bare, others, tokens)
        dates = dates_of(found)
        if dates and accounts_for(bare, found, others):
            return Reading(found, dates)
    return Reading(is_unclear=True, offers=offered(bare, phrases, dates_of))


def moved_to(bare: str, phrases: list[Found]) -> list[Found]:
    """Return the phrases that count where a line moves something to another time.

    Reschedule Mon 3pm call to Tue 4pm: what stands before that time is what is moved. A day alone
    is none: Move the call to tomorrow can be done today.
    """
    day = next((one for one in phrases if one.lead == "moved"), None)
    if not day:
        return phrases
    times = [one for one in phrases if one.kind == "time" and one.start > day.start]
    if any(is_beside(bare, day, time) for time in times):
        return [one for one in phrases if one.start >= day.start]
    return [one for one in phrases if one is not day]


def completed(bare: str, found: dict[str, Found], phrases: list[Found]) -> dict[str, Found]:
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
    value = replace(one.value, hour=one.value.hour + 12, how="exact")
    return found | {"time": replace(one, value=value)}


OTHER_HALF = "~"  # behind the phrase of a time, in an offer


def is_other_half(meant: Collection[str]) -> bool:
    """Return whether an offer is the time of a line in the other half of the day."""
    return len(meant) == 1 and next(iter(meant)).endswith(OTHER_HALF)


def other_half(bare: str, found: dict[str, Found], counted: list[Found]) -> list[tuple[str, ...]]:
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


def in_the_other_half(reading: Reading, dates_of: Callable) -> Reading:
    """Return a reading with its time in the other half of the day."""
    one = reading.found["time"]
    clock, _ = one.value.within("")
    value = replace(one.value, hour=(clock.hour + 12) % 24, how="exact")
    found = reading.found | {"time": replace(one, value=value)}
    return Reading(found, dates_of(found))


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
    """Return whether a day that stands beside a repeat is none of its days, or ends it: every
    tuesday by 27 oct. A day that it starts on is no such day."""
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


def offered(bare: str, phrases: list[Found], dates_of: Callable) -> list[tuple[str, ...]]:
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
    around = Around(bare[: one.start], bare[one.core : one.end], bare[one.end :])
    if not around.is_told or not around.following[0].isalpha():
        return False
    is_noun = around.following[0].lower() not in CONNECTING
    return is_noun and not any(other.start == one.end + 1 for other in phrases)


def value_of(match: re.Match, read: Callable, now: Now):
    """Return what a phrase says; None for no day, such as 31/2, and for one beyond 9999."""
    try:
        return read(match, now)
    except (ValueError, OverflowError):
        return None


def blanked(line: str, parts: Iterable[Found], blank: str = " ") -> str:
    """Return the line with blanks, or something else, where these parts of it are."""
    for part in parts:
        before, behind = line[: part.start], line[part.end :]
        length = part.end - part.start
        line = before + blank * length + behind
    return line


LEADS = {
    "date": {
        "due": "(?:is|are) due(?: on| by)?|due(?: on| by| before)?",
        "firm": "by|on|before|no later than",
        "start": "(?:starting|beginning|from)(?: on| from)?|starts|start|as of",
        "until": "until|till|til|through|ending(?: on)?|ends(?: on)?",
        "soft": "for",
    },
    "time": {
        "clock": "(?:is|are) due at|due at|at|@|by|before|no later than",
        "soft": "around|about|after|from|due|for",
    },
}
SURER = {"due": 2, "firm": 1, "clock": 2}  # how much surer a phrase is behind such words
LEAD = {
    kind: re.compile(
        "(?<![^ (,;])(?:"
        + "|".join(f"(?P<{name}>{words})" for name, words in leads.items())
        + "):? +$",
        re.ASCII | re.IGNORECASE,
    )
    for kind, leads in LEADS.items()
}


MOVED_TO = re.compile("(?<= )(?P<moved>to) +$", re.IGNORECASE)


def lead_of(line: str, start: int, kind: str) -> tuple[int, str]:
    """Return where a phrase begins with the words that lead to it, and of what kind these are."""
    if kind not in LEAD:
        return start, ""
    far_enough = max(start - 20, 0)
    near = line.rfind(" ", 0, far_enough) + 1
    lead = LEAD[kind].search(line[near:start])
    if kind == "date" and not lead:
        lead = MOVED_TO.search(line[near:start])
        if lead and line.split(maxsplit=1)[0].lower() not in MOVING:
            lead = None
    if not lead:
        return start, ""
    return near + lead.start(), lead.lastgroup


@dataclass(frozen=True)
class Around:
    """A phrase as it stands in the line, without its lead, and what is before and behind it."""

    before: str
    phrase: str
    behind: str

    @property
    def words_before(self) -> list[str]:
        return self.before.split()

    @property
    def previous(self) -> str:
        """The word before it, "" if there is none."""
        return next(reversed(self.words_before), "")

    @property
    def following(self) -> list[str]:
        """The two words behind it, or as many as there are; none where a mark is between."""
        if not self.behind.startswith(" "):
            return []
        return self.behind.split()[:2]

    @property
    def is_figure(self) -> bool:
        return self.phrase[0].isdigit()

    @property
    def is_told(self) -> bool:
        """Whether a word follows that tells of it, such as a noun: this Friday meeting."""
        if not self.following:
            return False
        return self.following[0].lower() not in FUNCTION


def is_text(bare: str, one: Found, found: list[Found]) -> bool:
    """Return whether what stands around a phrase makes it text."""
    around = Around(
        before=bare[: one.start],
        phrase=bare[one.core : one.end],
        behind=bare[one.end :],
    )
    return (
        is_alone(bare, one, found)
        or is_named(one, around)
        or is_name(one, around)
        or goes_on(around)
        or is_how_long(around)
        or is_one_of_two(bare, one, found)
        or is_part_of_more(one, around, found)
    )


BEHIND_A_DAY = re.compile(
    r"[0-9]{1,2}\.[0-9]{2}(?: ?h)?|[0-9]{4}(?: ?(?:h|hrs|hours))?|[0-9]{1,2}[ap]|half \w+",
    re.IGNORECASE,
)


def is_alone(bare: str, one: Found, found: list[Found]) -> bool:
    """Return whether a time that is one behind a day alone has none before it: Python 3.10."""
    if one.kind != "time" or one.lead or not BEHIND_A_DAY.fullmatch(bare[one.core : one.end]):
        return False
    days = [other for other in found if other.kind in ("date", "repeat")]
    if any(not bare[day.end : one.start].strip(" ,") for day in days if day.end <= one.start):
        return False
    if not BEFORE_A_DAY.fullmatch(bare[one.core : one.end]) or is_amount(bare[: one.start]):
        return True
    if days and is_at_the_end(bare, one):
        return False
    return not any(not bare[one.end : day.start].strip(" ,") for day in days)


BEFORE_A_DAY = re.compile(r"[0-9]{1,2}\.(?:00|15|30|45)|[0-9]{1,2}[ap]|half \w+", re.IGNORECASE)


def is_amount(before: str) -> bool:
    """Return whether figures behind these words are a price, a version or a place: Pay 9.30."""
    said = before.lower().split()
    if not said:
        return False
    is_code = said[-1] in RATIOS | VERSIONED | PLACES | {"at", "for", "to", "of"}
    return is_code or not PAYING.isdisjoint(said) or bool(re.search(r"[0-9$£€#§]\s*$", before))


def is_at_the_end(bare: str, one: Found) -> bool:
    """Return whether nothing but marks stands behind a phrase."""
    return not bare[one.end :].strip(" .,;!?")


def is_part_of_more(one: Found, around: Around, found: list[Found]) -> bool:
    """Return whether a repeat, a count or a day is one end of something longer."""
    if one.kind == "repeat":
        return bool(ALSO.match(around.behind) or TIMES.search(around.before))
    if one.kind == "count" and not has_repeat_before(one, found):
        return True
    if RANGE_BEFORE.search(around.before):
        return True
    if around.phrase[:2].lower() == "a " and TIMES.search(around.before):  # twice a week on monday
        return True
    return is_range(around.behind, found)


def has_repeat_before(one: Found, found: list[Found]) -> bool:
    """Return whether a repeat stands before a phrase, such as a count that ends it."""
    repeats = [other for other in found if other.kind == "repeat"]
    return any(other.end <= one.start for other in repeats)


def goes_on(around: Around) -> bool:
    """Return whether the word behind a phrase makes something else of it."""
    if not around.following:
        return False
    word = around.following[0].lower()
    if word in NOT_BEFORE:
        return True
    is_verb = around.phrase.endswith(" may") and word[0].isalpha()  # it may rain
    return is_verb and word not in FUNCTION | PLACES and not is_of_time(word)


A_SPEED = re.compile(r"(?:in|within) +[0-9]+ *(?:m|min|mins|minutes?|h|hrs?|hours?)", re.IGNORECASE)


def is_how_long(around: Around) -> bool:
    """Return whether a phrase says how long a distance or an amount takes: 5k in 25 min."""
    if not A_SPEED.fullmatch(around.phrase):
        return False
    return around.previous.lower().lstrip("0123456789.,") in MEASURES


def is_of_time(word: str) -> bool:
    """Return whether a word begins a phrase of time by itself: 7 may yearly."""
    return any(expression.match(word) for _, _, expression, _ in PHRASES) or word in OF_TIME


OF_TIME = words("every each until at")


def is_named(one: Found, around: Around) -> bool:
    """Return whether the word before a phrase makes something else of it."""
    word = around.previous.lower().rstrip(",")
    if word in NOT_BEHIND or word.endswith(("'s", "’s")):
        return True
    if around.is_figure and (word in RATIOS or is_number(one, around, word)):
        return True
    if is_no_day(one, around, word) or is_given(around, word):
        return True
    if (word, around.phrase.lower()) in SAYINGS:
        return True
    if word in DETERMINERS and around.is_told:
        return True
    return is_bare_date(one) and is_named_date(around, word)


WRITTEN = re.compile("[0-9]{1,2}:[0-9]{2}")
A_NAME = re.compile("(?:jan|april|may|june|august) ", re.IGNORECASE)
DOTTED = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}\.")
SLASHED = re.compile("[0-9]{1,2}/[0-9]{1,2}")
SHORT_DAYS = words("sun sat mon wed fri")


def is_number(one: Found, around: Around, word: str) -> bool:
    """Return whether figures are a duration, a verse, a version or a mark, and no time or day."""
    before = frozenset(around.before.lower().split())
    if WRITTEN.fullmatch(around.phrase):
        if before & SCALES or word in HELD:
            return True
        is_long = one.lead == "soft" and bool(before & LASTING)
        if is_long or word in TOOK or word in BOOKS_ALONE:
            return True
        is_odd = int(around.phrase[-1]) % 5 != 0
        return word in BOOKS and (is_odd or bool(before & STUDYING))
    if DOTTED.fullmatch(around.phrase):
        return bool(before & VERSIONED) or around.before.rstrip().endswith("§")
    return bool(SLASHED.fullmatch(around.phrase) and before & RATING)


def is_given(around: Around, word: str) -> bool:
    """Return whether the month of a date is somebody's name: Ask Jan 3 questions."""
    return bool(word in GIVING and A_NAME.match(around.phrase) and around.is_told)


def is_no_day(one: Found, around: Around, word: str) -> bool:
    """Return whether a short name of a day is another word: get some sun, study for the SAT."""
    if around.phrase.lower() not in SHORT_DAYS:
        return False
    if word in NO_DAYS_BEHIND:
        return True
    is_abbreviated = around.phrase in ("SAT", "SUN") and bool(re.search("[a-z]", around.before))
    if not is_abbreviated or not around.behind.strip(" .!?"):
        return is_abbreviated
    return bool(around.following) and is_of_time(around.following[0])  # the SAT on Saturday


def is_bare_date(one: Found) -> bool:
    """Return whether nothing else says of a date that it is one."""
    return one.kind == "date" and not one.lead and one.strength != STRONG


def is_named_date(around: Around, word: str) -> bool:
    """Return whether the word before a date makes a name or a number of it: Black Friday."""
    return word in MY_AND_NAMES or (around.is_figure and word in PLACES)


SAYINGS = {("high", "noon"), ("john", "3:16")}
MY_AND_NAMES = NAMES | (DETERMINERS - words("her his it this that some any"))
TIMES = re.compile(r"(?:^| )(?:once|twice|thrice|times) *$", re.IGNORECASE)
ALSO = re.compile(
    rf" *(?:and|&) *(?:morning|afternoon|evening|night|{'|'.join(MONTHS)})", re.IGNORECASE
)
RANGE_BEFORE = re.compile(r"(?:^|[ (])[0-9][0-9:.]*(?:am|pm)? *(?:[-–—]|to|and) *$")
RANGE_BEHIND = re.compile(r" *(?:([-–—]|to)|until|till) *[0-9]")


def is_range(behind: str, found: list[Found]) -> bool:
    """Does an end of the time or the days follow, and not that of a repeat?"""
    end = RANGE_BEHIND.match(behind)
    if not end:
        return False
    if end[1]:
        return True
    return not any(one.kind == "repeat" for one in found)


ORDINAL = re.compile(r"the [0-9]+(?:st|nd|rd|th)", re.IGNORECASE)


def is_name(one: Found, around: Around) -> bool:
    """Return whether a phrase is part of a name With Capitals, which days and months always have.

    Text: Watch Richard the 3rd; Around the World in 80 Days; USA Today; Tomorrow Never Dies.
    """
    phrase = around.phrase
    if not one.lead and ORDINAL.fullmatch(phrase):
        return ends_in_a_capital(around.words_before)
    if phrase.isupper() or around.is_figure:  # BY EOD, 2 P.M.
        return False
    last_word = phrase.split()[-1]
    return is_capital_by_choice(last_word) and is_among_capitals(around)


def is_among_capitals(around: Around) -> bool:
    """Return whether words beside a phrase With Capitals have them, too."""
    before, following = around.words_before, around.following
    is_called = len(before) > 1 and before[-2].lower() in CALLING  # call Anna Today
    if not following:
        is_name = ends_in_a_capital(before) and not is_called
        is_name = is_name or is_abbreviation(around.previous)
        return " " in around.phrase or is_name
    capitals = [word[0].isupper() for word in following]
    if not before:
        return all(capitals)  # but: Tomorrow Anna comes
    if " " in around.phrase and around.phrase.istitle():  # The Day After Tomorrow
        return True
    return capitals[0] or (ends_in_a_capital(before) and not is_called)


def is_capital_by_choice(word: str) -> bool:
    """Return whether a word has a capital that English doesn't ask for, as for days and months."""
    is_day = bool(re.match(f"{FULL_DAY}|{SHORT_DAY}", word, re.IGNORECASE))
    is_month = word[:3].lower() in MONTHS
    return word[0].isupper() and not is_day and not is_month


def ends_in_a_capital(words: list[str]) -> bool:
    """Return whether the last of words has a capital, and isn't the first of the line."""
    if len(words) < 2:
        return False
    return words[-1][0].isupper()


def is_abbreviation(word: str) -> bool:
    """Return whether a word is one such as USA."""
    return len(word) > 1 and word.isupper()


TWO = re.compile(r" *(?:and|or|to|&|[-–—/]|until|till|through|vs\.?) *", re.IGNORECASE)


def is_one_of_two(bare: str, one: Found, found: list[Found]) -> bool:
    """Is it one of two days or times: monday or tuesday, 3 pm to 5 pm?"""
    if one.kind == "date" and any(each.kind == "repeat" for each in found):
        return False
    others = [other for other in found if other.kind == one.kind and other is not one]
    return any(are_two(bare, one, other) for other in others)


def in_order(one: Found, other: Found) -> tuple[Found, Found]:
    """Return two phrases as they stand in the line."""
    return (one, other) if one.start < other.start else (other, one)


def are_two(bare: str, one: Found, other: Found) -> bool:
    """Return whether two phrases are said as one: monday or tuesday, from 3 pm till 5 pm."""
    first, second = in_order(one, other)
    between = bare[first.end : second.start]
    if second.lead == "until" and not between.strip():
        return True
    return TWO.fullmatch(between) is not None


def chosen(bare: str, found: list[Found], tokens: list[Found]) -> dict[str, Found]:
    """Return the phrases that count by what they say: date, time, repeat, until, count."""
    repeats = any(one.kind == "repeat" for one in found)
    taken = taken_of(bare, offers_of(found, repeats), tokens)
    if repeats and "repeat" not in taken:  # nor does anything that begins or ends it
        others = [one for one in found if one.kind != "repeat"]
        return chosen(bare, others, tokens)
    return taken


def offers_of(found: list[Found], repeats: bool) -> list[tuple[str, Found]]:
    """Return the phrases with what each says, the surest first."""
    surest_first = sorted(found, key=lambda one: (-one.strength, one.start))
    offers = [(role_of(one, repeats), one) for one in surest_first]
    return [(says, one) for says, one in offers if says]


def taken_of(bare: str, offers: list[tuple[str, Found]], tokens: list[Found]) -> dict[str, Found]:
    """Return the first phrase that counts of each kind."""
    taken, before = {}, None
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
    """Return what a phrase says in a line that repeats or not: "until Friday" ends a repeat, and
    "starting Friday" is the date that it begins on. "" is nothing."""
    if one.lead in ("until", "start") and not repeats:
        return ""
    if one.kind == "count" and not repeats:
        return ""
    return {"until": "until", "start": "date"}.get(one.lead, one.kind)


def counts(bare: str, one: Found, taken: list[Found], others: list[Found]) -> bool:
    """Return whether a phrase counts where it stands, among those taken and others that may be."""
    if one.strength == STRONG:
        return True
    if any(is_beside(bare, one, other) for other in others):
        return True
    if one.strength == BESIDE:
        has_day = any(other.kind in ("date", "repeat") for other in taken)
        return one.kind == "time" and has_day and is_at_the_end(bare, one)  # friday call Bob 3p
    behind = blanked(bare, taken)[one.end :]
    if not behind.strip(" ,.;:!?)-–—"):
        return True
    if bare[: one.start].strip():
        return counts_inside(one, behind)
    return counts_at_the_start(bare, one, taken, behind)


def following_word(behind: str) -> str:
    """Return the word that follows, in small letters; "" where a mark is between."""
    if not behind.startswith(" "):
        return ""
    return behind.split()[0].lower()


def counts_inside(one: Found, behind: str) -> bool:
    """Return whether a phrase counts in the middle of a line, by the word behind it."""
    if one.strength != FAIR:
        return False
    word = following_word(behind)
    is_time = re.match(r"[0-9]{1,2}(?::[0-9]{2})?(?:am|pm)?[-–][0-9]", word)  # monday 10-11
    return word in FUNCTION or bool(is_time)


def counts_at_the_start(bare: str, one: Found, taken: list[Found], behind: str) -> bool:
    """Return whether a phrase counts at the start of a line.

    It does in: Friday: call Bob; 14:30 dentist; 15/4 taxes; Sunday dinner at 7. It doesn't in: 3:10
    to Yuma.
    """
    if re.match(r" *[:,–—]| - ", behind):
        return True
    if following_word(behind) == "to":
        return False
    if one.kind == "time":
        return True
    is_short = bare[one.start : one.end].lower() in SHORT_DAYS
    if is_short and any(other.kind == "time" for other in taken):  # sat dinner 7pm
        return following_word(behind) not in SUN_AND_SAT
    if one.strength != FAIR:
        return False
    if bare[one.start].isdigit():
        return True
    return any(other.kind == "time" for other in taken)


def is_beside(bare: str, one: Found, other: Found) -> bool:
    """Return whether nothing but blanks and marks stands between two phrases."""
    first, second = in_order(one, other)
    return not bare[first.end : second.start].strip(" ,;")


# What they stand for, and where


def dates_of(found: dict[str, Found], now: datetime, put_on: date | None = None) -> dict:
    """Return the fields that the chosen phrases stand for; {} for a day that nobody means."""
    said = {says: one.value for says, one in found.items()}
    try:
        meant = meaning(said, now, put_on)
    except (ValueError, OverflowError):
        return {}
    day = meant["due_date"]
    return meant if day is None or can_be_meant(day) else {}


def spans_of(tokens: list[Found], found: dict[str, Found]) -> list[Span]:
    """Return the spans of tokens and of the chosen phrases, as they stand in the line."""
    spans = [Span(token.start, token.end, token.kind) for token in tokens]
    for says, one in found.items():
        kind = SPANS.get(says, says)
        spans.append(Span(one.start, one.end, kind))
    return sorted(spans)


def tidied(line: str, spans: list[Span]) -> list[Span]:
    """Return the spans, each with the marks around it that lose their sense without it."""
    for at, span in enumerate(spans):
        if span.kind in ("tag", "list", "priority"):
            spans[at] = with_comma(line, spans, at)
        else:
            spans[at] = with_marks(line, spans, at)
    return with_brackets(line, spans)


def with_comma(line: str, spans: list[Span], at: int) -> Span:
    """Return the span of a token with the comma that set it apart: #shop, #home."""
    start, end, kind = spans[at]
    before, behind = beside_span(line, spans, at)
    is_between = at + 1 < len(spans) and re.fullmatch(r"\s*[,;]\s*", behind)
    may_be_first, may_be_last = not before.strip(" ,;"), not behind.strip(" ,;.")
    mark = re.match(r"\s*[,;]", behind)
    is_first_one = mark and may_be_first and is_first(line, spans, at)
    if mark and (is_between or is_first_one or (may_be_last and is_last(line, spans, at))):
        end += mark.end()
    if re.fullmatch(r"\.\s*", behind) and may_be_last and is_last(line, spans, at):
        end += 1
    mark = re.search(r"\s*[,;]\s*$", before)
    if mark and may_be_last and is_last(line, spans, at):
        start -= len(mark[0])
    return Span(start, end, kind)


def with_brackets(line: str, spans: list[Span]) -> list[Span]:
    """Return the spans, those that are all that stands in brackets with these: (#shop, #home)."""
    for first, span in enumerate(spans):
        before = line[: span.start].rstrip()
        if not before.endswith("(") or (first and spans[first - 1].end >= len(before)):
            continue
        last = first
        while last + 1 < len(spans) and not line[spans[last].end : spans[last + 1].start].strip(
            " ,;"
        ):
            last += 1
        behind = line[spans[last].end :]
        if behind.lstrip().startswith(")"):
            end = spans[last].end + behind.index(")") + 1
            spans[last] = spans[last]._replace(end=end)
            spans[first] = spans[first]._replace(start=len(before) - 1)
    return spans


MARK_BEHIND = re.compile(r"\s*(?:[:,;]|[-–—/|](?!\S))\s*")
MARK_BEFORE = re.compile(r"\s*(?:[,;:]|(?<=\s)[-–—/|])\s*$")


def with_marks(line: str, spans: list[Span], at: int) -> Span:
    """Return one of the spans with the marks around it: parentheses, a colon, a comma …"""
    start, end, kind = spans[at]
    before, behind = beside_span(line, spans, at)
    if before.endswith("(") and behind.startswith(")"):
        start, end = start - 1, end + 1
    elif (mark := MARK_BEHIND.match(behind)) and is_first(line, spans, at):
        end += mark.end()
    elif re.fullmatch(r"[\s,;.，；。]*[,;.，；。]\s*", behind):
        end += len(behind.rstrip())
    elif behind.startswith((",", ";")) and without(line[:start], spans[:at]).endswith((",", ";")):
        end += 1  # Dinner, Saturday, Luigi's
    elif re.match(r"[?!.,;:？！。，、；：]", behind):
        start = start - len(before) + len(before.rstrip())
    mark = MARK_BEFORE.search(before)
    if mark and is_last(line, spans, at):
        start -= len(mark[0])
    return Span(start, end, kind)


def beside_span(line: str, spans: list[Span], at: int) -> tuple[str, str]:
    """Return the text between a span and the one before it, and between it and the next."""
    start, end, _ = spans[at]
    from_, to = 0, len(line)
    if at > 0:
        from_ = spans[at - 1].end
    if at + 1 < len(spans):
        to = spans[at + 1].start
    return line[from_:start], line[end:to]


def is_first(line: str, spans: list[Span], at: int) -> bool:
    """Return whether no text stands before a span."""
    before = line[: spans[at].start]
    return not without(before, spans[:at])


def is_last(line: str, spans: list[Span], at: int) -> bool:
    """Return whether no text stands behind a span, but for marks."""
    here = spans[at].end
    later = [span.moved(-here) for span in spans[at + 1 :]]
    return not without(line[here:], later).strip(" ,;.")


def without(line: str, spans: list[Span]) -> str:
    """Return the line without its spans, one blank between its words."""
    kept, at = [], 0
    for start, end, _ in [*spans, (len(line), len(line), "")]:
        part = line[at:start]
        if kept and re.match(r"[?!,;:.…]+(?:\s|$)|[？！。，、；：]", part):
            kept = ["".join(kept).rstrip()]
        kept.append(part)
        at = end
    return " ".join("".join(kept).split())
