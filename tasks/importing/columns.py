"""Tables with columns of known names; the header may stand below other lines. Pure: no Django."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from tasks.importing.files import DELIMITERS, Unreadable

MOST_BEFORE = 20  # rows before the header
MOST_ROWS = 200_000  # tasks, comments and the like
BOM = "\ufeff"  # also within a file, where others were joined to it


@dataclass
class KnownTable:
    """A table in a file: the row with its header is the nth, from 0."""

    file: object
    delimiter: str
    nth: int
    header: list

    def rows(self) -> Iterator[tuple[str, dict]]:
        """Yield each row as (its place, {column: cell}), without empty ones and further headers.

        Raise Unreadable for an incomplete row.
        """
        rows = islice(
            self.file.lines(self.delimiter),
            self.nth + 1,
            None,
        )
        for number, (line, cells) in enumerate(rows):
            if number >= MOST_ROWS:
                raise Unreadable(f"This file holds more than {MOST_ROWS:,} rows.")
            if any(cells) and names_in(cells) != self.header:
                row = zip(self.header, cells, strict=False)
                yield f"line {line}", dict(row)

    def leave_unknown(self, plan, known, where="The header"):
        """Note in a plan the columns that aren't known."""
        unknown = [name for name in self.header if name and name not in known]
        if unknown:
            names = ", ".join(unknown)
            plan.leave(
                where,
                f"These columns aren't known: {names[:500]}.",
            )


def known_table(file, needed: set[str]) -> KnownTable | None:
    """Return the table with all these names in its header, None if the file has none."""
    if not all(name in file.text for name in needed):
        return None
    for delimiter in DELIMITERS:
        with suppress(Unreadable):
            first = islice(file.lines(delimiter), MOST_BEFORE)
            for nth, (_, cells) in enumerate(first):
                header = names_in(cells)
                if needed <= set(header):
                    return KnownTable(file, delimiter, nth, header)
    return None


def names_in(cells):
    return [name.strip(f" {BOM}") for name in cells]


def looks_like_table(lines: list[str]) -> bool:
    """Return whether all lines have the same number of a delimiter; of commas, three or more."""
    if len(lines) < 2:
        return False
    for delimiter, fewest in [(";", 1), ("\t", 1), (",", 3)]:
        numbers = {line.count(delimiter) for line in lines}
        if len(numbers) == 1 and numbers.pop() >= fewest:
            return True
    return False
