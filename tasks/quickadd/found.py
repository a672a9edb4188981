"""A part of a line that may be a phrase or a token, and how two of them lie. Pure: no Django."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tasks.quickadd.days import Now

STRONG, FAIR, WEAK, BESIDE = 3, 2, 1, 0  # how sure a phrase is, see tasks.quickadd.parser


@dataclass
class Found:
    """A part of a line that may be a phrase or a token, with its kind, value and strength."""

    start: int
    end: int
    kind: str
    value: object
    strength: int = STRONG
    lead: str = ""
    core: int = 0  # where it begins without the words that lead to it

    def words_in(self, line: str) -> str:
        """Return its words in the line, with its lead."""
        return line[self.start : self.end]

    def core_in(self, line: str) -> str:
        """Return its words in the line, without its lead."""
        return line[self.core : self.end]


def of_kind(found: Iterable[Found], *kinds: str) -> list[Found]:
    """Return the phrases of these kinds."""
    return [one for one in found if one.kind in kinds]


def overlap(one: Found, other: Found) -> bool:
    """Return whether two phrases share a part of the line."""
    return one.start < other.end and other.start < one.end


def overlaps_any(one: Found, others: Iterable[Found]) -> bool:
    """Return whether a phrase shares a part of the line with one of others."""
    return any(overlap(one, other) for other in others)


def value_of(match: re.Match, read: Callable, now: Now):
    """Return the value of a phrase; None for a day such as 31/2, and after the year 9999."""
    try:
        return read(match, now)
    except (ValueError, OverflowError):
        return None


def blanked(
    line: str,
    parts: Iterable[Found],
    blank: str = " ",
) -> str:
    """Return the line with spaces, or another character, in place of these parts."""
    for part in parts:
        before = line[: part.start]
        behind = line[part.end :]
        length = part.end - part.start
        line = before + blank * length + behind
    return line


def is_at_the_end(bare: str, one: Found) -> bool:
    """Return whether nothing but marks stands behind a phrase."""
    return not bare[one.end :].strip(" .,;!?")


def in_order(one: Found, other: Found) -> tuple[Found, Found]:
    """Return two phrases as they stand in the line."""
    if one.start < other.start:
        return one, other
    return other, one


def following_word(behind: str) -> str:
    """Return the word that follows, in small letters; "" where a mark is between."""
    if not behind.startswith(" "):
        return ""
    return behind.split()[0].lower()


def is_beside(bare: str, one: Found, other: Found) -> bool:
    """Return whether nothing but spaces and marks stands between two phrases."""
    first, second = in_order(one, other)
    between = bare[first.end : second.start]
    return not between.strip(" ,;")


def is_beside_any(bare: str, one: Found, others: Iterable[Found]) -> bool:
    """Return whether nothing but spaces and marks stands between a phrase and one of others."""
    return any(is_beside(bare, one, other) for other in others)
