"""Whether a reading accounts for every phrase of time in its line. Pure: no Django.

A line is read only as a whole. A phrase of time outside the reading is accounted for if it belongs
to a name: it describes the noun behind it (Monday meeting, May invoice, first aid course), or it
stands in a name With Capitals (Psychology Today). Any other blocks the reading:

- a second day, time or rule: every tue 6pm fortnightly; Plan next week tomorrow
- an exception or an end: every day except 25 dec
- a word that connects the reading with text: every 1 jan and; (tomorrow

Then nothing of time is read, since half a reading would be a wrong day.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from tasks.quickadd.words import (
    BOOKS,
    BOOKS_ALONE,
    CONNECTING,
    DETERMINERS,
    FULL_DAY,
    FUNCTION,
    HELD,
    MONTH,
    NAMES,
    PAST,
    RATIOS,
    SCALES,
    SHORT_DAY,
    VERSIONED,
)

TAKEN = "\x01"  # stands where a part of the reading was
RANGE = "\x02"  # and where two times that belong together were

DAY = f"(?:{FULL_DAY}|{SHORT_DAY})"
NUMBER = "(?:[0-9]{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve)"
ORDINAL = "(?:[0-9]{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|last)"
PART = "(?:morning|afternoon|evening|night)"
UNIT = (
    f"(?:day|week|weekday|weekend|workday|fortnight|month|quarter|year|{PART}"
    "|hour|minute|min|hr|wk|mth|yr)s?"
)
HALF = r"[ap]\.?m\b\.?"
SEASON = "(?:spring|summer|autumn|fall|winter|term|school|lent|advent|ramadan|season|holidays)"

# What a phrase of time can be. These count wherever they stand.
ANYWHERE = {
    "every": (
        rf"(?:every|each)!? (?:other |single |{NUMBER} |{ORDINAL} )?(?:{UNIT}|{DAY}s?|{MONTH})"
        rf"|(?:every|each)!? {ORDINAL}|once (?:a|an|every|per) {UNIT}"
    ),
    "span": rf"(?:next|this|coming) (?:coming )?(?:{DAY}|week|weekend|month|quarter|year|{PART})",
    "slashed": rf"{DAY}s?(?:[/+]{DAY}s?)+",
    "near": "today|tomorrow|tonight|tmrw|tmr|tmw|2moro",
    "date": (
        rf"[0-9]{{1,2}}(?:st|nd|rd|th|\.)?(?: of)? {MONTH}\b\.?(?:,? [0-9]{{3,4}})?"
        rf"|{MONTH}\b\.? [0-9]{{1,2}}(?:st|nd|rd|th)?(?:,? [0-9]{{4}})?"
        r"|(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}"
        r"|[0-9]{1,2}(?P<mark>[./-])[0-9]{1,2}(?P=mark)(?:19|20)[0-9]{2}"
    ),
    "day": FULL_DAY,
    "weekend": "(?:(?:at|over|on) )?the weekend|weekends?|weekdays|workdays",
    "part": f"in the (?:early |late )?{PART}",
    "adverb": (
        "daily|weekly|fortnightly|bi-?weekly|monthly|quarterly|yearly|annually|hourly|nightly"
    ),
    "clock": rf"(?:[0-9]{{1,2}}(?:[:.][0-9]{{2}})? ?{HALF}|noon|midday|midnight)",
    "half": "half (?:[1-9]|1[0-2])",
    "shorthand": "eo[dwmy]",
    "heading": rf"{SHORT_DAY}\b\.?(?= *[:–—]| +- )",
    "letters": "m/w(?:/f)?|mwf|tu?/thu?|tu th|sa/su",
}
# These count beside the reading, or beside one that counts.
BESIDE = {
    "numbered": rf"{DAY}\b\.?,? [0-9]{{1,2}}(?:st|nd|rd|th)?(?![0-9:.]| +{MONTH})",
    "dotted": r"(?:0?[1-9]|[12][0-9]|3[01])\.(?:0?[1-9]|1[0-2])",
    "short": rf"{SHORT_DAY}s?\b\.?",
    "figures": r"[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?|[0-9]{1,2}\.[0-9]{1,2}\.",
    "written": "[0-9]{1,2}:[0-9]{2}",
    "bare": "(?:at|@) ?[0-9]{1,2}",
    "also": f"(?:and|or|&) (?:at )?[0-9]{{1,2}}(?! +{MONTH})",
    "th": f"(?:the )?{ORDINAL}",
    "month": (
        "(?:in|of|until|till|til|through|from|since|starting|beginning|to|and|or|next|this)"
        f" (?:mid )?{MONTH}"
    ),
    "days": f"{FULL_DAY}s",
    "parts": f"{PART}s",
    "season": f"(?:in|during|over|throughout) (?:the )?{SEASON}",
    "times": (
        f"(?:for )?{NUMBER} times|(?:for|over) (?:the next )?{NUMBER} (?:day|week|month|year)s?"
    ),
    "often": r"(?:once|twice|thrice|\w+ times) (?:a|an|per|each|every) \w+|(?:once|twice) daily",
    "on": rf"on (?:the )?[0-9]{{1,2}}(?![0-9]|[/.:-][0-9]|\.? +{MONTH})",
    "past": rf"yesterday|last (?:night|week|month|year|{DAY})",
    "week": "week|fortnight|month",
}
PATTERN = "|".join(f"(?P<{kind}>{words})" for kind, words in (ANYWHERE | BESIDE).items())
PATTERN = re.sub(" (?![?*+])", " +", PATTERN)
PHRASE = re.compile(
    rf"(?<![\w'’.#@+:/$£€§])(?:{PATTERN})(?![\w'’%]|[.:/]\w|-(?!{DAY}\b)[a-z])", re.IGNORECASE
)
DESCRIBES = {  # the noun behind it
    *["day", "short", "span", "weekend", "adverb", "date", "clock", "month"],
    *["figures", "written", "bare", "th", "week", "shorthand", "also", "on"],
}
OF_REPEAT = {"times", "season", "on"}  # no more than words without a repeat

CLOCK = rf"[0-9]{{1,2}}(?:[:.][0-9]{{2}})?(?: ?{HALF})?"
TIMES = re.compile(
    rf"(?<![\w.:/])(?:(?:from|between|at) +)?{CLOCK} *(?:-|–|—|to|till|until|and) *{CLOCK}"
    rf"(?![\w:/]|[.]\w| +{MONTH})",
    re.IGNORECASE,
)
BETWEEN = re.compile(
    r"[\s,;/&()–—-]*(?:(?:and|und|or|oder|to|till|until|except|the|on|at|by|from|of|in|then|through|but|not"
    r"|plus|both|either|um|ab)\b[\s,;]*)*",
    re.IGNORECASE,
)
WORD_BEHIND = re.compile(r" +([^\s\x01\x02]+)")

BEFORE = re.compile(
    r"(?:(?:^|[\s,;(])(?:and|und|or|oder|&|except|excluding|not|between|every|each|alternate|without|apart|aside"
    r"|until|till)"
    r"|[/&])\s*$",
    re.IGNORECASE,
)
BEHIND = re.compile(
    r"\s*[,;]?\s*(?:(?:or|except|excluding|excl\.?|of|not|but (?:not|on|for)"
    r"|apart from|other than)\b"
    r"|(?:and|&)\s*(?:$|[0-9]|the\b|\x01|every\b|again\b|later\b|on\b|at\b)"
    rf"|(?:and|&)\s*(?:{UNIT}|{PART}s?|{DAY}s?|{MONTH})\b"
    rf"|(?:to|till|until|through|from|-|–)\s*[0-9]"
    rf"|,\s*[0-9]{{1,2}}(?::[0-9]{{2}})?\s*(?:(?:,|and|or|&)\s*[0-9]|{HALF})"
    r"|next[\s.,;!?]*$|[,/]\s*[0-9]{1,2}(?:st|nd|rd|th)?\s*$)",
    re.IGNORECASE,
)
BEHIND_REPEAT = re.compile(
    r"\s*[,;]?\s*(?:until|till|til|through|throughout|during|starting|beginning|ending|ends"
    r"|as of|up to|unless|if|minus|skip(?:ping)?|bar (?:the|[0-9])|x ?[0-9]+|[0-9]+ ?x)\b",
    re.IGNORECASE,
)
# Friday 8; tomorrow 5 or 6: perhaps a time.
A_BARE_HOUR = re.compile(
    r" +(?:1[0-2]|[1-9])"
    r"(?:(?: *(?:or|and|/|&) *[0-9]{1,2})?[\s.,;!?]*$| +(?:with|at|in|by|from)\b)",
    re.IGNORECASE,
)
# Dinner 7 tomorrow: likewise.
AN_HOUR_BEFORE = re.compile(
    r"\b(?:breakfast|brunch|lunch|dinner|supper|drinks|meet|wake|wake up|get up)"
    r" +(?:1[0-2]|[1-9]) +$",
    re.IGNORECASE,
)
SWAPPED = re.compile(r"\b(?:swap|switch|exchang|trad|replac|compar)(?:e|ing)?\s*$", re.IGNORECASE)
FOR_ANOTHER = re.compile(r"\s*(?:with|for|to|by|and|against)\b", re.IGNORECASE)
WITH_A_DAY = re.compile(
    rf"\s*(?:with|vs\.?|versus|into|to)\s+(?:{FULL_DAY}|today|tomorrow)\b", re.IGNORECASE
)
SEVERAL_HOURS = re.compile(  # at 3 or at 4
    r"\b(?:at|@) *[0-9]{1,2} *(?:,|/|&|or|and) *(?:at *|@ *)?[0-9]{1,2}(?![\w%:]| +[a-z])",
    re.IGNORECASE,
)
A_DATE = re.compile("the [0-9]", re.IGNORECASE)
A_SPAN = re.compile(
    rf"\b(?:{NUMBER}|a|one|the|few) +(?:day|week|fortnight|month|year)s?\s*$", re.IGNORECASE
)
VAGUE = re.compile(r"\b(?:late|mid)\s*$", re.IGNORECASE)
A_MONTHS_DAY = re.compile(rf"{MONTH}\.? +[0-9]{{1,2}}(?:st|nd|rd|th)?$", re.IGNORECASE)
ANOTHER_DAY = re.compile(r"\s*(?:,|/|&)\s*[0-9]{1,2}(?:st|nd|rd|th)?(?![\w:.])", re.IGNORECASE)
A_MONTH = re.compile(rf"\s*{MONTH}\b", re.IGNORECASE)
ENDS_IN_A_NUMBER = re.compile(r"\b[0-9]{1,2}\s*$")
A_NUMBER_OF_UNITS = re.compile(rf"{NUMBER} +{UNIT}\b", re.IGNORECASE)
ENDS_IN_IN = re.compile(r"\bin\s*$")
BEFORE_OR_AFTER = re.compile(r"(?:before|after)\b", re.IGNORECASE)
NEXT_OF_UNITS = re.compile("next (?:week|month|year)", re.IGNORECASE)
SAID_AS_A_TIME = re.compile(rf":|{HALF}", re.IGNORECASE)
AND = re.compile(r"\band\b")
BETWEEN_TWO = re.compile("between", re.IGNORECASE)
A_CLOSED_BRACKET = re.compile(r"\s*[?!.]*\)")
A_DAY = re.compile(DAY, re.IGNORECASE)
WHAT_WAS_TAKEN = re.compile(rf"\s*{TAKEN}")
NO_YEAR_THAT_IS_MEANT = re.compile("/[4-9][0-9]$")
A_SMALL_LETTER = re.compile("[a-z]")
A_YEAR = re.compile("[0-9]{4}$")
OF_DAYS = re.compile(rf"(?:on )?(?:the )?(?:{DAY}|{UNIT}|of|{MONTH}|every|each)\b", re.IGNORECASE)


@dataclass
class Phrase:
    """A phrase of time outside the reading, with its kind and its place in the line."""

    start: int
    end: int
    kind: str
    words: str
    is_named: bool = False


def is_accounted_for(
    line: str,
    taken: Collection[tuple[int, int]],
    kinds: Collection[str],
) -> bool:
    """Return whether a reading accounts for every phrase of time in a line.

    line has spaces for its tags, lists and priorities, and NULs for anything that is always text.
    taken has the start and end of each phrase of the reading, and kinds their kinds.
    """
    rest = without_taken(line, taken)
    for start, end in joined(rest, taken):
        if not is_whole(line, rest, start, end, kinds):
            return False
    if "time" not in kinds:
        if SEVERAL_HOURS.search(rest):
            return False
        rest = without_ranges(rest)
    phrases = phrases_in(rest)
    mark_named(line, rest, phrases, kinds)
    others = [one for one in phrases if not one.is_named]
    return not any_blocks(line, rest, others, kinds)


def without_taken(line: str, taken: Collection[tuple[int, int]]) -> str:
    """Return a line with marks in place of the parts of the reading."""
    for start, end in taken:
        mark = TAKEN * (end - start)
        line = line[:start] + mark + line[end:]
    return line


def without_ranges(line: str) -> str:
    """Return a line with marks in place of two times that belong together."""
    return TIMES.sub(lambda found: as_range(found[0]), line)


def phrases_in(rest: str) -> list[Phrase]:
    """Return the phrases of time in the rest of a line."""
    return [
        Phrase(
            found.start(),
            found.end(),
            found.lastgroup,
            found[0],
        )
        for found in PHRASE.finditer(rest)
    ]


def has_range(text: str) -> bool:
    """Return whether two times that belong together stand in a text: 8-9pm."""
    return without_ranges(text) != text


def as_range(words: str) -> str:
    """Return two times that belong together as a mark; two bare numbers are none."""
    has_times = SAID_AS_A_TIME.search(words) and not AND.search(words)
    if has_times or BETWEEN_TWO.match(words):
        return RANGE * len(words)
    return words


def joined(rest: str, taken: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the start and end of each part of a reading, with adjacent phrases as one part."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(taken):
        first, last = found[-1] if found else (start, start)
        is_next = bool(found) and not rest[last:start].strip(" ,;")
        if is_next:
            found[-1] = first, end
        else:
            found.append((start, end))
    return found


def is_whole(
    line: str,
    rest: str,
    start: int,
    end: int,
    kinds: Collection[str],
) -> bool:
    """Return whether no word or mark at a seam of the reading connects it with something else."""
    before = rest[:start]
    behind = rest[end:]
    if BEFORE.search(before) or BEHIND.match(behind):
        return False
    if "repeat" in kinds and BEHIND_REPEAT.match(behind):
        return False
    if "time" not in kinds and (A_BARE_HOUR.match(behind) or AN_HOUR_BEFORE.search(before)):
        return False
    if is_swapped(before, behind):
        return False
    if is_cut(line[start:end], before, behind):
        return False
    is_opened = before.rstrip().endswith("(")
    is_closed = bool(A_CLOSED_BRACKET.match(behind))
    return is_opened == is_closed


def is_swapped(before: str, behind: str) -> bool:
    """Return whether the words at a seam name a second day: swap | friday | with monday."""
    if WITH_A_DAY.match(behind):
        return True
    return bool(SWAPPED.search(before) and FOR_ANOTHER.match(behind))


def is_cut(part: str, before: str, behind: str) -> bool:
    """Return whether words at a seam belong to the reading.

    16 | oct 3; in | 3 days today; 1 week | before 1 dec; late | next week; oct 20 |, 21.
    """
    for begins, ends in CUT_BEFORE:
        if begins.match(part) and ends.search(before):
            return True
    if A_MONTHS_DAY.search(part) and ANOTHER_DAY.match(behind):
        return True
    return part[-1].isdigit() and bool(A_MONTH.match(behind))


CUT_BEFORE = [  # how a part begins, and what before it belongs to it
    (A_MONTH, ENDS_IN_A_NUMBER),
    (A_NUMBER_OF_UNITS, ENDS_IN_IN),
    (BEFORE_OR_AFTER, A_SPAN),
    (NEXT_OF_UNITS, VAGUE),
]


def mark_named(
    line: str,
    rest: str,
    phrases: list[Phrase],
    kinds: Collection[str],
) -> None:
    """Mark the phrases that are part of a name, or are accounted for by the word before them."""
    by_start = {one.start: one for one in phrases}
    for one in reversed(phrases):  # since one may describe the next
        one.is_named = (
            describes(rest, one, by_start)
            or is_in_capitals(line, rest, one, kinds)
            or is_told_of(rest, one, kinds)
        )


def describes(
    rest: str,
    one: Phrase,
    by_start: dict[int, Phrase],
) -> bool:
    """Return whether a phrase describes the noun behind it: Monday meeting."""
    text_before = rest[: one.start]
    before = word_before(rest, one.start)
    if one.kind not in DESCRIBES and before not in DETERMINERS:
        return False
    found = WORD_BEHIND.match(rest, one.end)
    if not found:
        return False
    other = by_start.get(found.start(1))
    if other:
        return other.is_named
    if not may_be_noun(found[1]):
        return False
    if before in ("on", "by", "due") and text_before.split() == [before]:
        return False  # on friday call Bob
    if one.kind in ("adverb", "weekend", "short"):
        return True
    is_behind_taken = text_before.rstrip(" ,;").endswith(TAKEN)
    return not is_behind_taken


def may_be_noun(word: str) -> bool:
    """Return whether a word may be a noun: one that is always text (NUL) may be, "with" isn't."""
    if not word[0].isalpha() and word[0] != "\x00":
        return False
    bare = word.lower().strip(".,;:!?)")
    return bare not in FUNCTION and bare not in CONNECTING


def word_before(rest: str, start: int) -> str:
    """Return the word before a place, in small letters, "" if there is none."""
    near = rest[max(start - 40, 0) : start]
    words = near.lower().split()
    if not words:
        return ""
    return words[-1].strip(",;(")


def is_in_capitals(
    line: str,
    rest: str,
    one: Phrase,
    kinds: Collection[str],
) -> bool:
    """Return whether a phrase stands in a name With Capitals: Psychology Today."""
    if not one.words[0].isupper() or rest.isupper():
        return False
    words = rest[: one.start].split()
    taken = WHAT_WAS_TAKEN.match(rest, one.end)
    is_late_name = words and one.kind in ("near", "adverb", "clock")
    if is_late_name and one.words.isalpha():  # which have no capital otherwise
        is_at_a_time = taken and "date" not in kinds
        return not is_at_a_time or words[-1].isupper()  # USA Today 9am
    capitals = [word[0].isupper() for word in words]
    behind = WORD_BEHIND.match(rest, one.end)
    if behind and behind[1][0].isupper() and capitals[1:][-1:] == [True]:
        return True
    if len(words) < 3 or capitals[-2:] != [True, True]:
        return False
    if not taken:
        return True
    return not A_DAY.match(line, taken.end() - 1)  # Any Given Sunday tomorrow, not Monday


NUMBERED = RATIOS | VERSIONED | BOOKS | BOOKS_ALONE | HELD | SCALES


def is_told_of(rest: str, one: Phrase, kinds: Collection[str]) -> bool:
    """Return whether the word before a phrase accounts for it: last friday, Black Friday."""
    before = word_before(rest, one.start)
    if is_no_number_of_time(one, before):
        return True
    if before in NAMES and one.kind in ("day", "short"):
        return True
    if before in DETERMINERS and one.kind == "short":  # the sun, a sat nav
        return True
    if one.words in ("SAT", "SUN") and A_SMALL_LETTER.search(rest):  # an exam, a newspaper
        return True
    if one.kind in ("part", "parts"):
        return before in PAST or before in ("the", "their", "our", "my")
    if before in PAST:
        return "date" in kinds or "repeat" in kinds
    return "date" in kinds and is_of_the_past(one, before)


def is_no_number_of_time(one: Phrase, before: str) -> bool:
    """Return whether figures are a score, a version, a year or a duration: in 4:30."""
    if one.kind not in ("written", "figures"):
        return False
    if before in NUMBERED:
        return True
    if one.kind == "figures":
        return bool(NO_YEAR_THAT_IS_MEANT.search(one.words))
    return before in ("in", "under")


def is_of_the_past(one: Phrase, before: str) -> bool:
    """Return whether a date with its year is one that is only told of: of 3 May 2019."""
    year = A_YEAR.search(one.words)
    if one.kind != "date" or not year:
        return False
    return year[0] < "1990" or before in ("of", "from", "since", "dated", "about", "on")


def any_blocks(
    line: str,
    rest: str,
    phrases: list[Phrase],
    kinds: Collection[str],
) -> bool:
    """Return whether one of the phrases that nothing accounts for blocks the reading."""
    if any(one.kind in ANYWHERE for one in phrases):
        return True
    return any(blocks_beside(line, rest, one, kinds) for one in phrases)


def blocks_beside(
    line: str,
    rest: str,
    one: Phrase,
    kinds: Collection[str],
) -> bool:
    """Return whether a phrase adds something to the reading that it stands beside."""
    if one.kind in OF_REPEAT and "repeat" not in kinds:
        return False
    if one.kind == "dotted" and "date" in kinds:  # Release 2.10 friday
        return False
    before = rest[: one.start]
    behind = rest[one.end :]
    if before.endswith("(") and behind.startswith(")"):  # bread (sat), cake (sun)
        return True
    if is_beside(before, TAKEN):
        return True
    if one.kind in ("also", "on", "week", "times"):
        return False
    found = behind.find(TAKEN)
    if found < 0 or not BETWEEN.fullmatch(behind[:found]):
        return False
    if one.kind != "th" or A_DATE.match(one.words):
        return True
    return bool(OF_DAYS.match(line, one.end + found))


def is_beside(before: str, mark: str) -> bool:
    """Return whether no word but a connecting one stands between a mark and the end of a text."""
    at = before.rfind(mark)
    if at < 0:
        return False
    between = before[at + 1 :]
    return bool(BETWEEN.fullmatch(between))
