"""Parsing a search, and marking its words in a text. Pure: no Django.

A search has words, each of which must occur somewhere in a task, and filters: #tag, +list, !high,
overdue, today, no date, done, and days such as friday or this week, which tasks.quickadd.
search_days parses. A text in quotes is searched literally.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

LONGEST = 200  # characters of a search
MOST_WORDS = 10
AROUND = 50  # characters of a text that are shown before a word that was found, and after

# Characters that are no letters: accents, the points of Hebrew and Arabic, the line that stretches
# Arabic words, invisible characters. Python and PostgreSQL read this pattern the same way;
# tasks_fold_2(), of migration 0013, is the database's fold().
MARKS = (
    r"[\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    r"\u0640\u064b-\u065f\u0670\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]"
)
# Letters that Unicode doesn't decompose, with the letters that people write for them; and the
# characters that devices insert for a plain one.
ALIKE = {
    **{"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ς": "σ"},
    **{"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"},
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u055a\u05f3", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u05f4", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u05be", "-"),
    **{"\u2044": "/", "\u2215": "/"},  # ½ is 1, \u2044 and 2
    **{"\u0643": "\u06a9", "\u064a": "\u06cc", "\u0649": "\u06cc"},  # kaf, yeh: Persian ones
    **{chr(0x660 + digit): str(digit) for digit in range(10)},
    **{chr(0x6F0 + digit): str(digit) for digit in range(10)},
    # Katakana have the number of their hiragana plus 96.
    **{chr(code): chr(code - 96) for code in [*range(0x30A1, 0x30F7), 0x30FD, 0x30FE]},
}
LETTERS = str.maketrans(ALIKE)
# Unicode decomposes these two into others: a space with an accent, and two signs for minutes.
QUOTES = str.maketrans({"\u00b4": "'", "\u2033": '"'})
PRIORITIES = {"high": 3, "medium": 2, "low": 1}
TOKEN = re.compile(r'(?P<sign>[#+!]?)(?:["“„](?P<quoted>[^"“”]*)["“”]?|(?P<plain>\S+))')
PHRASES = {"overdue": "overdue", "today": "today", "no date": "none", "done": "done"}
PHRASE = re.compile(r"(?:overdue|today|no\s+date|done)(?!\S)", re.IGNORECASE)


def fold(text: str) -> str:
    """Return text without case and accents, for comparisons."""
    apart = unicodedata.normalize("NFKD", text.translate(QUOTES))
    bare = re.sub(MARKS, "", apart)
    return bare.lower().translate(LETTERS)


@dataclass(frozen=True)
class Filter:
    """A filter of a search.

    kind: "tag" and "list" (value: an id, None the Inbox), "priority" (1 to 3), "due" ("overdue",
    "today", "none", or the first and the last day), "done". rest is the search without the filter.
    """

    kind: str
    value: object
    label: str
    rest: str


@dataclass
class Query:
    """A parsed search. unknown has the parts that look like filters, but name nothing."""

    words: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def values(self, kind: str) -> list:
        """Return the values of all filters of a kind."""
        return [one.value for one in self.filters if one.kind == kind]

    def __bool__(self) -> bool:
        return bool(self.words or self.filters)


def no_days(text: str, start: int) -> None:
    """Return None, as days_at() does where there is no day."""


def read(
    text: str,
    lists: dict,
    tags: dict,
    days_at: Callable = no_days,
) -> Query:
    """Parse a search.

    lists, with the Inbox, and tags are the user's, each as folded_names() returns them, so that
    they are folded once for several searches. days_at parses days by the user's clock, as the
    function in tasks.quickadd.search_days does.
    """
    query = Query()
    names = {"+": lists, "#": tags}
    at = 0
    while token := TOKEN.search(text, at):
        found, at = filter_at(text, token, names, days_at)
        if found:
            rest = without_part(text, token.start(), at)
            query.filters.append(Filter(*found, rest))
            continue
        if token["sign"] and any(map(str.isalnum, token[0])):
            query.unknown.append(token[0])
        word = word_of(token)
        if fold(word).strip():
            query.words.append(word)
    return query


def without_part(text: str, start: int, end: int) -> str:
    """Return the words of a text that stand before a part of it, and behind that."""
    before = text[:start].split()
    behind = text[end:].split()
    return " ".join(before + behind)


def word_of(token: re.Match) -> str:
    """Return the word of a token, without its quotes."""
    if token["quoted"] is None:
        return token[0]
    return token["quoted"]


def filter_at(
    text: str,
    token: re.Match,
    names: dict,
    days_at: Callable,
) -> tuple[tuple | None, int]:
    """Return the filter that begins at a token, as filter_of() does, and its end.

    A phrase such as "no date" or "next week", or the name of a list, may continue after the token.
    """
    start, end = token.span()
    if phrase := PHRASE.match(text, start):
        return filter_of_phrase(phrase[0]), phrase.end()
    sign = token["sign"]
    if not sign:
        found = token["plain"] and days_at(text, start)
        if not found:
            return None, end
        days, label, end = found
        return ("due", days, label), end
    name = token["quoted"] or token["plain"] or ""
    if sign == "+":
        first = start + 1
        length = longest_name(text[first:], names["+"])
        if length:
            end = first + length
            name = text[first:end]
    return filter_of(sign, name, names), end


def filter_of_phrase(phrase: str) -> tuple:
    """Return (kind, value, label) for one of PHRASES, however it is spaced."""
    said = " ".join(phrase.lower().split())
    kind = "done" if said == "done" else "due"
    return kind, PHRASES[said], said.capitalize()


def folded_names(names: dict) -> dict:
    """Return {name: (value, name)}, with names as written, and folded where that isn't a name."""
    known = {name: (value, name) for name, value in names.items()}
    folded = {fold(name): known[name] for name in reversed(known)}
    return folded | known


def filter_of(sign: str, name: str, names: dict) -> tuple | None:
    """Return (kind, value, label) for a sign and the name after it, None for an unknown name."""
    if sign == "!":
        value = PRIORITIES.get(name.lower())
        if not value:
            return None
        label = f"{name.capitalize()} priority"
        return "priority", value, label
    known = names[sign]
    found = known.get(name) or known.get(fold(name))
    if found is None:
        return None
    value, name = found
    if sign == "#":
        return "tag", value, f"#{name}"
    return "list", value, name


def longest_name(text: str, names: Collection[str]) -> int:
    """Return the length of the longest name that a text begins with, as whole words; 0 if none."""
    folded, places = folded_with_places(text)
    for length in range(len(folded), 0, -1):  # the time doesn't depend on the number of names
        end = places[length - 1] + 1
        behind = text[end : end + 1]
        if not behind.strip() and folded[:length] in names:
            return end
    return 0


def marked(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """Return a text in parts, (part, whether it was searched for); together they are the text."""
    parts = []
    at = 0
    for first, end in joined(spans_of(words, text)):
        parts += [(text[at:first], False), (text[first:end], True)]
        at = end
    parts.append((text[at:], False))
    return [(part, is_hit) for part, is_hit in parts if part]


def joined(spans: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return spans in order; spans that touch or overlap become one."""
    found = []
    for first, end in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1][1] = max(end, found[-1][1])
        else:
            found.append([first, end])
    return found


def spans_of(words: list[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield the span of each occurrence of a word in a text, where both are folded."""
    folded, places = folded_with_places(text)
    folded_words = {fold_short(word) for word in words}
    for word in folded_words - {""}:
        for at in places_of(word, folded):
            last = at + len(word) - 1
            end = end_of_letter(text, places[last])
            yield places[at], end


def end_of_letter(text: str, at: int) -> int:
    """Return the place behind a letter and its accents, which follow it."""
    end = at + 1
    while end < len(text) and not fold_short(text[end]):
        end += 1
    return end


def places_of(word: str, text: str) -> Iterator[int]:
    """Yield each position of a word in a text; occurrences may overlap."""
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def folded_with_places(text: str) -> tuple[str, list[int]]:
    """Return a folded text, and the position in the text of each of its characters."""
    if text.isascii():
        places = range(len(text))
        return text.lower(), list(places)
    folded = []
    places = []
    for index, character in enumerate(text):
        part = fold_short(character)
        folded.append(part)
        places += [index] * len(part)
    return "".join(folded), places


fold_short = lru_cache(10_000)(fold)  # for characters, and words of a search


def excerpt(text: str, words: list[str]) -> str:
    """Return a part of the first line of a text that contains one of the words; "" if none does."""
    words = [fold_short(word) for word in words]
    for line in text.splitlines():
        folded = fold(line)
        found = [folded.find(word) for word in words if word in folded]
        if found:
            first = min(found)
            _, places = folded_with_places(line)
            return part_around(line, places[first])
    return ""


def part_around(line: str, at: int) -> str:
    """Return the part of a line around a position, with … for the parts left out."""
    start = max(at - AROUND, 0)
    end = at + 2 * AROUND
    words = line[start:end].split()
    part = " ".join(words)
    if start:
        part = f"…{part}"
    if end < len(line):
        part = f"{part}…"
    return part


def count(text: str) -> int:
    """Return the largest possible number of words and filters in a text."""
    return len(TOKEN.findall(text))
