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
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple

from accounts.text import legible
from tasks.quickadd.phrases import BESIDE, FAIR, MONTHS, PHRASES, STRONG, Now, meaning
from tasks.recurrence import DAYS
from tasks.search import fold, longest_name

LONGEST = 500  # characters that are read; what is beyond them goes to the notes
LONGEST_TITLE = 255
MOST_TRIED = 40  # places of a line at which a phrase may begin; what people write has fewer
LONGEST_TAG, LONGEST_LIST_NAME = 50, 100
LONGEST_LIST_AHEAD = 3 * LONGEST_LIST_NAME  # where accents are typed as marks of their own
PRIORITIES = {"low": 1, "medium": 2, "high": 3, "1": 1, "2": 2, "3": 3}


def words(text: str) -> frozenset:
    return frozenset(text.split())


# Behind these, a phrase is something else: talk about tomorrow, not on friday.
NOT_BEHIND = words(
    "about of than to between like called named titled is was were are it's since during until till"
    " til through from after given not or nor vs if last past previous"
)
# So it is behind these, if it is a bare day (the Friday, my 5th) or another word follows: this
# tomorrow list. But: call her tomorrow.
DETERMINERS = words(
    "the a an my your our his her their its it this that these those every each any some no"
)
# Before a bare weekday, these make a name of it: Black Friday.
NAMES = words(
    "black good cyber palm easter ash shrove super fat maundy holy freaky bloody blue ruby giving"
    " manic whit boxing casual"
)
# Behind these, figures are numbers: scale 1:20, part 2/5; in a place or a line, times aren't.
RATIOS = words("+ - x * / = ratio scale score odds verse genesis exodus psalm psalms isaiah romans")
PLACES = words(
    "part page pages room chapter clause section step gate bus line version number no. nr test"
)
# Before these, too: 10 march km, 5 may help, 5 pm CET, every day is a gift.
NOT_BEFORE = words(
    "km miles mile kg g lb lbs m cm mm l ml people times pages euros dollars min mins minutes hours"
    " hrs percent per day day's be have not need want help work works matters counts is are was"
    " were also or utc gmt est edt pst pdt cst cet cest bst ist"
)
# Before these, a phrase describes what is to be done, not the word behind it.
FUNCTION = words(
    "about with at for to in from if before after so because re regarding via then but when while"
    " as on by near without unless"
)


class Span(NamedTuple):
    """text[start:end] was taken for a kind: date, time, repeat, priority, tag or list."""

    start: int
    end: int
    kind: str


SPANS = {"until": "repeat", "count": "repeat"}  # what ends a repeat is a part of it


@dataclass(frozen=True)
class QuickAdd:
    """What a line says: title, spans and description rebuild it, up to blanks.

    due_date and due_time are those of its writer's zone. priority is 0 (none) to 3 (high). repeat
    is a rule's text (RFC 5545) or ""; repeat_from is "due" or "completion", "" without a repeat.
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
    tried: int = field(default=0, compare=False)
    unread: int | None = field(default=None, compare=False)


def parse(
    text: str,
    *,
    now: datetime,
    week_start: int = 0,
    day_first: bool = True,
    plain: Collection[str] = (),
    lists: Collection[str] = (),
    new_lists: bool = True,
    as_text: bool = False,
) -> QuickAdd:
    """Read a line. It never fails: what isn't understood is the title.

    now is aware and in the zone of the line's writer; week_start is 0 for Monday … 6 for Sunday;
    day_first says that 3/4 is 3 April; plain has phrases that are text wherever they stand, and
    as_text says that all of it is; lists has names of lists, folded (tasks.search.fold), which are
    known without quotes, too, such as +garden project. The name of any other list is text, unless
    new_lists.
    """
    line, rest = cut(text.strip(), LONGEST)
    bare = "\x00" * len(line) if as_text else without_literals(line, plain)
    tokens, bare = tokens_of(bare, lists, new_lists)
    bare = re.sub(r"\s", " ", bare)
    tries, tried, unread = tries_in(blanked(bare, tokens, "\x00"))  # no phrase goes across a token
    bare = blanked(bare, tokens)
    phrases = phrases_of(bare, tries, Now(now, week_start, day_first))
    found = chosen(bare, phrases, tokens)
    dates = {}
    with suppress(ValueError, OverflowError):  # a day behind 31 December 9999
        dates = meaning({says: one.value for says, one in found.items()}, now)
    spans = [Span(token.start, token.end, token.kind) for token in tokens]
    if dates:
        spans += [Span(one.start, one.end, SPANS.get(says, says)) for says, one in found.items()]
    spans = tidied(line, sorted(spans))
    if not (title := without(line, spans)):
        title, spans, tokens, dates = " ".join(line.split()), [], [], {}
    title, more = cut(title, LONGEST_TITLE)
    indent = len(text) - len(text.lstrip())
    said = {token.kind: token.value for token in tokens}
    return QuickAdd(
        title=title,
        description="\n".join(filter(None, (more, rest))),
        priority=said.get("priority", 0),
        tags=list(dict.fromkeys(token.value for token in tokens if token.kind == "tag")),
        list_name=said.get("list", ""),
        spans=[Span(start + indent, end + indent, kind) for start, end, kind in spans],
        tried=tried,
        unread=None if unread is None else unread + indent,
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
TOKEN = re.compile(
    r"(?<![^\s(,;])(?:"
    r"\#(?P<tag>[\w-]+)"
    r"|\+(?:\"(?P<quoted_list>[^\"]*)\"|(?P<list>[^\W\d][\w&'’-]*))"
    r"|!(?P<priority>low|medium|high|[123])"
    r")(?=[,.;:!?)]*(?:\s|$))",
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
    for token in TOKEN.finditer(bare):
        kind, (start, end) = token.lastgroup, token.span()
        value = " ".join(token[kind].split())
        kind = kind.removeprefix("quoted_")
        if kind in tokens:  # the first list and the first priority count
            continue
        ahead = bare[start + 1 : start + 1 + LONGEST_LIST_AHEAD]
        if token["list"] and (length := longest_name(ahead, lists)):
            end = start + 1 + length
            value = bare[start + 1 : end]
        is_tag = kind == "tag"
        if not 0 < len(value) <= (LONGEST_TAG if is_tag else LONGEST_LIST_NAME):
            continue
        if (is_tag and NUMBER_OR_COLOR.fullmatch(value)) or not legible(value):
            continue
        value = PRIORITIES[value.lower()] if kind == "priority" else value
        found = Found(start, end, kind, value)
        if kind == "list" and not new_lists and fold(value) not in lists:
            strange.append(found)
        else:
            tokens[start if is_tag else kind] = found
    return list(tokens.values()), blanked(bare, strange, "\x00")


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
    return [one for one in tries if one.match.start() < unread], MOST_TRIED, unread


def phrases_of(bare: str, tries: list[Try], now: Now) -> list[Found]:
    """Return the phrases that may count; bare is the line with blanks for its tokens."""
    found = []
    for match, kind, strength, read in tries:
        start, end = match.span()
        if any(one.start < end and start < one.end for one in found):
            continue
        value = None
        with suppress(ValueError, OverflowError):  # 31/2, or a day behind 31 December 9999
            value = read(match, now)
        if value is None:
            continue
        core, (start, lead) = start, lead_of(match.string, start, kind)
        if lead == "clock":
            value = value.in_the_afternoon()
        surer = min(strength + {"firm": 1, "clock": 2}.get(lead, 0), STRONG)
        found.append(Found(start, end, kind, value, surer, lead, core))
    return [one for one in found if not is_text(bare, one, found)]


def blanked(line: str, parts: Iterable[Found], blank: str = " ") -> str:
    """Return the line with blanks, or something else, where these parts of it are."""
    for part in parts:
        line = line[: part.start] + blank * (part.end - part.start) + line[part.end :]
    return line


LEADS = {
    "date": {
        "firm": "(?:is|are) due(?: on| by)?|due(?: on| by| before)?|by|on|before|no later than",
        "start": "(?:starting|beginning|from)(?: on| from)?|starts|start|as of",
        "until": "until|till|til|through|ending(?: on)?|ends(?: on)?",
        "soft": "for",
    },
    "time": {
        "clock": "(?:is|are) due at|due at|at|@|by|before|no later than",
        "soft": "around|about|after|from|due|for",
    },
}
LEAD = {
    kind: re.compile(
        "(?<![^ (,;])(?:"
        + "|".join(f"(?P<{name}>{words})" for name, words in leads.items())
        + "):? +$",
        re.ASCII | re.IGNORECASE,
    )
    for kind, leads in LEADS.items()
}


def lead_of(line: str, start: int, kind: str) -> tuple[int, str]:
    """Return where a phrase begins with the words that lead to it, and of what kind these are."""
    near = line.rfind(" ", 0, max(start - 20, 0)) + 1
    lead = LEAD[kind].search(line[near:start]) if kind in LEAD else None
    return (near + lead.start(), lead.lastgroup) if lead else (start, "")


def is_text(bare: str, one: Found, found: list[Found]) -> bool:
    """Is it no phrase, for what stands around it?"""
    before, phrase, behind = bare[: one.start], bare[one.core : one.end], bare[one.end :]
    words = before.split()
    previous = words[-1] if words else ""
    following = behind.split()[:2] if behind[:1] == " " else []
    return (
        is_named(previous, phrase, following, one)
        or bool(following and following[0].lower() in NOT_BEFORE)
        or (phrase.endswith(" may") and following and following[0].lower() not in FUNCTION)
        or (one.kind != "repeat" and bool(RANGE_BEFORE.search(before) or is_range(behind, found)))
        or (one.kind == "repeat" and bool(ALSO.match(behind) or TIMES.search(before)))
        or (
            one.kind == "count"
            and not any(r.kind == "repeat" and r.end <= one.start for r in found)
        )
        or is_name(phrase, words, following, one.lead)
        or is_one_of_two(bare, one, found)
    )


def is_named(previous: str, phrase: str, following: list[str], one: Found) -> bool:
    """Does the word before a phrase make something else of it?"""
    word, is_bare = previous.lower().rstrip(","), not one.lead and one.strength < STRONG
    is_told = bool(following) and following[0].lower() not in FUNCTION
    is_of_day = word in MY and is_bare and one.kind == "date"
    return (
        word in NOT_BEHIND
        or word.endswith(("'s", "’s"))
        or (word in DETERMINERS and (is_told or is_of_day))
        or (word in NAMES and one.kind == "date" and is_bare)
        or (
            phrase[0].isdigit()
            and (word in RATIOS or (word in PLACES and one.kind == "date" and is_bare))
        )
        or (word == "high" and phrase.lower() == "noon")
        or (word == "john" and phrase == "3:16")
    )


MY = DETERMINERS - words("her his it this that some any")
TIMES = re.compile(r"(?:^| )(?:once|twice|thrice|times) *$", re.IGNORECASE)
ALSO = re.compile(
    rf" *(?:and|&) *(?:morning|afternoon|evening|night|{'|'.join(MONTHS)})", re.IGNORECASE
)
RANGE_BEFORE = re.compile(r"(?:^|[ (])[0-9][0-9:.]*(?:am|pm)? *(?:[-–—]|to|and) *$")
RANGE_BEHIND = re.compile(r" *(?:([-–—]|to)|until|till) *[0-9]")


def is_range(behind: str, found: list[Found]) -> bool:
    """Does an end of the time or the days follow, and not that of a repeat?"""
    end = RANGE_BEHIND.match(behind)
    return bool(end and (end[1] or all(one.kind != "repeat" for one in found)))


def is_name(phrase: str, before: list[str], following: list[str], lead: str) -> bool:
    """Is a phrase a part of a name With Capitals, which days and months have in any case?"""
    last = phrase.split()[-1]
    if not lead and re.fullmatch(r"the [0-9]+(?:st|nd|rd|th)", phrase, re.IGNORECASE):
        return len(before) > 1 and before[-1][0].isupper()  # Watch Richard the 3rd
    if not last[0].isupper() or last[:2].upper() in DAYS or last[:3].lower() in MONTHS:
        return False
    if phrase.isupper() or phrase[0].isdigit():  # BY EOD, 2 P.M.
        return False
    if not following:  # Around the World in 80 Days, USA Today
        return " " in phrase or bool(before and before[-1].isupper() and len(before[-1]) > 1)
    capitals = [word[0].isupper() for word in following]
    if not before:
        return all(capitals)  # Tomorrow Never Dies; but: Tomorrow Anna comes
    return capitals[0] or (len(before) > 1 and before[-1][0].isupper())


TWO = re.compile(r" *(?:and|or|to|&|[-–—/]|until|till|through|vs\.?) *", re.IGNORECASE)


def is_one_of_two(bare: str, one: Found, found: list[Found]) -> bool:
    """Is it one of two days or times: monday or tuesday, 3 pm to 5 pm?"""
    if one.kind == "date" and any(each.kind == "repeat" for each in found):
        return False
    for other in found:
        if other.kind == one.kind and other is not one:
            first, second = sorted((one, other), key=lambda each: each.start)
            between = bare[first.end : second.start]
            if TWO.fullmatch(between) or (second.lead == "until" and not between.strip()):
                return True
    return False


def chosen(bare: str, found: list[Found], tokens: list[Found]) -> dict[str, Found]:
    """Return the phrases that count by what they say: date, time, repeat, until, count."""
    repeats = any(one.kind == "repeat" for one in found)
    asked = {"until": "until" if repeats else "", "start": "date" if repeats else ""}
    offers = [(asked.get(one.lead, one.kind), one) for one in found]
    offers = [(says, one) for says, one in offers if says and (repeats or says != "count")]
    offers.sort(key=lambda offer: (-offer[1].strength, offer[1].start))
    taken, before = {}, None
    while before != len(taken):  # what is taken may let another one count
        before = len(taken)
        for says, one in offers:
            others = [other for what, other in offers if what != says]
            if says not in taken and counts(bare, one, tokens + list(taken.values()), others):
                taken[says] = one
    if repeats and "repeat" not in taken:  # nor does anything that begins or ends it
        return chosen(bare, [one for one in found if one.kind != "repeat"], tokens)
    return taken


def counts(bare: str, one: Found, taken: list[Found], others: list[Found]) -> bool:
    """Does a phrase count where it stands, among what is taken and others that may be?"""
    if one.strength == STRONG or any(is_beside(bare, one, other) for other in others):
        return True
    if one.strength == BESIDE:
        return False
    behind = blanked(bare, taken)[one.end :]
    if not behind.strip(" ,.;:!?)-–—"):
        return True
    following = behind.split()[0].lower() if behind[0] == " " else ""
    if bare[: one.start].strip():
        is_time = re.match(r"[0-9]{1,2}(?::[0-9]{2})?[-–][0-9]", following)  # monday 10-11
        return one.strength == FAIR and (following in FUNCTION or bool(is_time))
    # At the start: Friday: call Bob, 14:30 dentist, 15/4 taxes, Sunday dinner at 7; but not 3:10 to
    # Yuma.
    is_figures = one.kind == "time" or (one.strength == FAIR and bare[one.start].isdigit())
    has_time = one.strength == FAIR and any(other.kind == "time" for other in taken)
    return bool(re.match(r" *[:,–—]| - ", behind)) or (
        (is_figures or has_time) and following != "to"
    )


def is_beside(bare: str, one: Found, other: Found) -> bool:
    first, second = sorted((one, other), key=lambda each: each.start)
    return not bare[first.end : second.start].strip(" ,;")


def tidied(line: str, spans: list[Span]) -> list[Span]:
    """Return the spans, each with the marks around it that lose their sense without it."""
    for at, (start, end, kind) in enumerate(spans):
        if kind in ("tag", "list", "priority"):
            continue
        before = line[spans[at - 1].end if at else 0 : start]
        behind = line[end : spans[at + 1].start if at + 1 < len(spans) else len(line)]
        is_first = not without(line[:start], spans[:at])
        later = [Span(span.start - end, span.end - end, span.kind) for span in spans[at + 1 :]]
        is_last = not without(line[end:], later).strip(" ,;.")
        if before.endswith("(") and behind.startswith(")"):
            start, end = start - 1, end + 1
        elif is_first and (mark := re.match(r"\s*(?:[:,;]|[-–—](?!\S))\s*", behind)):
            end += mark.end()
        elif re.fullmatch(r"[\s,;.]*[,;.]\s*", behind):
            end += len(behind.rstrip())
        elif re.match(r"[?!.,;:]", behind):
            start -= len(before) - len(before.rstrip())
        if is_last and (mark := re.search(r"\s*(?:[,;:]|(?<=\s)[-–—])\s*$", before)):
            start -= mark.end() - mark.start()
        spans[at] = Span(start, end, kind)
    return spans


def without(line: str, spans: list[Span]) -> str:
    """Return the line without its spans, one blank between its words."""
    kept, at = [], 0
    for start, end, _ in spans:
        kept.append(line[at:start])
        at = end
    return " ".join("".join([*kept, line[at:]]).split())
