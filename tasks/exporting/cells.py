"""Cells of CSV that no spreadsheet takes for a formula, and their original text. Pure: no Django.

A spreadsheet evaluates a cell that begins with certain characters, and may send the result to a
stranger (OWASP ASVS 5.0, 1.2.10). After an apostrophe the same cell is text.
"""

APOSTROPHE = "'"
# The characters that ASVS names, the ends of a line, and the full-width signs of some languages.
FORMULA = frozenset("=+-@\t\r\n\0＝＋－＠")

GUARDED = FORMULA | {APOSTROPHE}  # after which an apostrophe is ours


def defused(text: str) -> str:
    """Return a text as a cell that is no formula; restored() gives the text back."""
    first = text[:1]
    second = text[1:2]
    would_lose_it = first == APOSTROPHE and second in GUARDED
    if first in FORMULA or would_lose_it:
        return APOSTROPHE + text
    return text


def restored(cell: str) -> str:
    """Return the original text of a cell made by defused(); any other cell unchanged."""
    first = cell[:1]
    second = cell[1:2]
    if first == APOSTROPHE and second in GUARDED:
        return cell[1:]
    return cell
