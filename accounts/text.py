"""Which characters a text may hold. Pure: no Django."""

import re

# What PostgreSQL's text (no NUL) or XML 1.0 (its production [2] Char) cannot hold: control
# characters but tab and line ends, lone surrogates, the two non-characters of the first plane.
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def unstorable(text: str) -> str:
    """Return the first character that cannot be kept, as "U+0000", or "" when all can."""
    found = UNSTORABLE.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def unix_lines(text: str) -> str:
    """Return text with each line end as a newline; browsers send CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
