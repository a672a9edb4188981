"""Cells of CSV that no spreadsheet takes for a formula, and the text that stood in them. Pure.

A spreadsheet works out a cell that begins with one of some characters, and may send what it finds
to a stranger (OWASP ASVS 5.0, 1.2.10). Behind an apostrophe the same cell is text.
"""

APOSTROPHE = "'"
# Those that ASVS names, the ends of a line, and the full-width signs that some languages type.
FORMULA = frozenset("=+-@\t\r\n\0＝＋－＠")


def defused(text: str) -> str:
    """Return text as a cell that is no formula, from which restored() makes text again."""
    first, second = text[:1], text[1:2]
    is_formula = first in FORMULA
    would_lose_it = first == APOSTROPHE and (second in FORMULA or second == APOSTROPHE)
    if is_formula or would_lose_it:
        return APOSTROPHE + text
    return text


def restored(cell: str) -> str:
    """Return the text that defused() made a cell of; of any other cell, the cell itself."""
    first, second = cell[:1], cell[1:2]
    if first == APOSTROPHE and (second in FORMULA or second == APOSTROPHE):
        return cell[1:]
    return cell
