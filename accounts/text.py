"""Which characters a text may hold. Pure: no Django."""

import re
import unicodedata

# What PostgreSQL's text (no NUL) or XML 1.0 (its production [2] Char) cannot hold: control
# characters but tab and line ends, lone surrogates, the two non-characters of the first plane.
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def unstorable(text: str) -> str:
    """Return the first character that cannot be kept, as "U+0000", or "" when all can."""
    found = UNSTORABLE.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


# A scheme, or the dot of a domain: a letter follows it at once (and another, unlike in "J.R."). The
# others are dots of domains, too (UTS 46, section 4).
PAGE = re.compile(r"\S*(?:://|[^\s.。．｡][.。．｡](?=[^\W\d_]{2}))\S*")


def page_in(text: str) -> str:
    """Return the first word of text that a mail program may take for a page, or "" without one."""
    found = PAGE.search(text)
    return found[0] if found else ""


# Control characters as their pictures (a block of Unicode); what breaks a line as a space.
PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
PICTURES |= dict.fromkeys([*b"\t\n\v\f\r", 0x85, 0x2028, 0x2029], " ")


def legible(text: str) -> str:
    """Return text as one line that can be read, "" if nothing in it can be seen."""
    kinds = {unicodedata.category(character)[0] for character in text}
    if kinds <= {"C", "Z"}:
        return ""
    return " ".join(text.translate(PICTURES).split())


def unix_lines(text: str) -> str:
    """Return text with each line end as a newline; browsers send CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def counted(number: int, name: str) -> str:
    """Return how many there are in words: 1 day, 2 days."""
    if number == 1:
        return f"1 {name}"
    return f"{number} {name}s"
