"""Tokens of a line, #tag, @tag, +list, +"two words", !high and p1, and its literals, always text.

Pure: no Django.
"""

import re
from bisect import bisect_left
from collections.abc import Collection

from accounts.text import legible
from tasks.quickadd.found import Found, blanked
from tasks.search import fold, longest_name

LONGEST = 500  # characters of a line that are read; what is beyond them goes to the notes
LONGEST_TAG, LONGEST_LIST_NAME = 50, 100
LONGEST_LIST_AHEAD = 3 * LONGEST_LIST_NAME  # where accents are typed as marks of their own
PRIORITIES = {"low": 1, "medium": 2, "high": 3, "1": 1, "2": 2, "3": 3}
PRIORITIES |= {"p1": 3, "p2": 2, "p3": 1, "p4": 0}
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


def without_literals(line: str, plain: Collection[str]) -> str:
    """Return a line of the same length, with NULs for quotes, addresses and plain phrases."""

    def nothing(found):
        return "\x00" * len(found[0])

    bare = line
    phrases = no_longer_than_a_line(plain)
    for phrase in sorted(phrases, key=len, reverse=True):
        words = r"\s+".join(map(re.escape, phrase.split()))
        bare = re.sub(
            rf"(?<!\w){words}(?!\w)",
            nothing,
            bare,
            flags=re.IGNORECASE,
        )
    return LITERAL.sub(nothing, bare)


def no_longer_than_a_line(phrases: Collection[str]) -> list[str]:
    """Return the first of phrases that a line has room for."""
    kept = []
    room = LONGEST
    for phrase in phrases:
        if phrase.strip() and len(phrase) <= room:
            kept.append(phrase)
            room -= len(phrase)
    return kept


def tokens_of(
    bare: str,
    lists: Collection[str],
    new_lists: bool,
) -> tuple[list[Found], str]:
    """Return the tags, and the first list and the first priority, in their order; and the line
    with NULs for the name of a list that is text, see parse()."""
    tokens = {}
    strange = []
    for match in TOKEN.finditer(bare):
        _, _, kind = match.lastgroup.rpartition("_")
        if kind in tokens:  # the first list and the first priority count
            continue
        token = token_of(match, kind, bare, lists)
        if token is None:
            continue
        if kind == "tag":
            tokens[token.start] = token
        elif kind == "list" and not new_lists and fold(token.value) not in lists:
            strange.append(token)
        else:
            tokens[kind] = token
    bare = blanked(bare, strange, "\x00")
    return list(tokens.values()), bare


def token_of(
    match: re.Match,
    kind: str,
    bare: str,
    lists: Collection[str],
) -> Found | None:
    """Return a match of TOKEN as a tag, list or priority; None for an impossible one.

    The name of a known list may have spaces, and then goes on behind the match.
    """
    start, end = match.span()
    words = match[match.lastgroup]
    value = " ".join(words.split())
    if match["level_priority"] and PAGES_BEFORE.search(bare[:start]):
        return None  # p1 to p4: pages
    if match["at_tag"] and value.lower() in ("noon", "midday", "midnight"):
        return None
    if match["list"]:
        value, end = list_at(bare, match, lists)
    if not can_be_named(kind, value):
        return None
    if kind == "priority":
        value = PRIORITIES[value.lower()]
    return Found(start, end, kind, value)


PAGES_BEFORE = re.compile(r"[0-9] *(?:and|or|to|[&,–-]) *$")


def list_at(
    bare: str,
    match: re.Match,
    lists: Collection[str],
) -> tuple[str, int]:
    """Return the name of a list without quotes, and where it ends in the line."""
    first = match.start() + 1  # behind its mark
    ahead = bare[first : first + LONGEST_LIST_AHEAD]
    length = longest_name(ahead, lists)
    if length:
        end = first + length
        return bare[first:end], end
    name = match["list"]
    if fold(name) not in lists:
        name = begun(name, lists)
    return name, match.end()


def begun(name: str, lists: Collection[str]) -> str:
    """Return the list that a name is the beginning of; the name itself where there is none, and ""
    where there are several."""
    start = fold(name)
    ordered = sorted(lists)
    at = bisect_left(ordered, start)
    near = ordered[at : at + MOST_SPELLINGS]
    found = {fold(one) for one in near if one.startswith(start)}
    if not found:
        return name
    if len(found) > 1:
        return ""
    return found.pop()


MOST_SPELLINGS = 4  # of one list, as tasks.search.folded_names() has them


def can_be_named(kind: str, value: str) -> bool:
    """Return whether a tag or a list can have this name; #12 and #fff are no tags."""
    if not legible(value):
        return False
    if kind != "tag":
        return len(value) <= LONGEST_LIST_NAME
    if len(value) > LONGEST_TAG:
        return False
    has_emoji = bool(re.search(EMOJI, value))
    return has_emoji or not NUMBER_OR_COLOR.fullmatch(value)
