"""The characters that a text may contain. Pure: no Django."""

import re
import unicodedata

# The characters that PostgreSQL's text (no NUL) or XML 1.0 (its production [2] Char) can't hold:
# control characters but tab and line ends, lone surrogates, two non-characters of the first plane.
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def unstorable(text: str) -> str:
    """Return the first character that can't be stored, as "U+0000", or "" if all can."""
    found = UNSTORABLE.search(text)
    if found:
        return f"U+{ord(found[0]):04X}"
    return ""


# A scheme, or the dot of a domain, directly followed by two letters (unlike in "J.R."). The other
# three characters are dots of domains as well (UTS 46, section 4).
PAGE = re.compile(r"\S*(?:://|[^\s.。．｡][.。．｡](?=[^\W\d_]{2}))\S*")


def page_in(text: str) -> str:
    """Return the first word that a mail program may turn into a link, or "" without one."""
    found = PAGE.search(text)
    return found[0] if found else ""


# Control characters become their pictures (a block of Unicode), line breaks become spaces.
PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
PICTURES |= dict.fromkeys([*b"\t\n\v\f\r", 0x85, 0x2028, 0x2029], " ")


def legible(text: str) -> str:
    """Return a text as one readable line, "" if nothing in it can be seen."""
    if not text.isprintable():  # most texts are
        if all(unicodedata.category(character)[0] in "CZ" for character in text):
            return ""
        text = text.translate(PICTURES)
    return " ".join(text.split())


def unix_lines(text: str) -> str:
    """Return a text with newlines as line ends; browsers send CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def counted(number: int, name: str) -> str:
    """Return a number of things in words: 1 day, 2 days."""
    if number == 1:
        return f"1 {name}"
    return f"{number} {name}s"
