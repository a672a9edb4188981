"""Tables of any program: the delimiter, the header and the columns of a CSV file. Pure: no Django.

Rows are recognised by what they hold: a header by names that are known, or by cells that are
unlike those below them. A guess is only a guess: its user sees it, and may say otherwise.
"""

import csv
import io
import re
from dataclasses import dataclass
from functools import cached_property

from tasks.importing.files import DELIMITERS, MOST_VALUES, Unreadable
from tasks.importing.vocabulary import COLUMNS, column_word_of
from tasks.importing.written import is_date

LOOKED_AT = 50  # rows, for the delimiter and the header
HEADER_WITHIN = 10  # rows; what stands before the header is skipped
EXAMPLES = 3
LONGEST_EXAMPLE = 60  # characters
MOST_COLUMNS = 100
DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
KNOWN = {name for names in COLUMNS.values() for name in names}
MOST_CONTROL = 0.05  # of the characters of a text
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


@dataclass
class Column:
    """A column, with the cells of its first rows that aren't empty."""

    number: int
    name: str
    cells: list

    @cached_property
    def examples(self):
        different = list(dict.fromkeys(self.cells))[:EXAMPLES]
        return [shown(cell) for cell in different]


class Table:
    """A CSV file as a table."""

    def __init__(self, file, delimiter="", has_header=None):
        """Detect the delimiter and the header unless they are given. Raise Unreadable."""
        self.file = file
        self.delimiter = delimiter or delimiter_of(file)
        if file.table.count(self.delimiter) + file.table.count("\n") > MOST_VALUES:
            raise Unreadable("This file contains more cells than can be imported at once.")
        lines = self.file.lines(self.delimiter)
        self.lines = [(number, cells) for number, cells in lines if any(map(str.strip, cells))]
        self.header_at = 0
        if has_header is None or has_header:
            found = header_in(self.lines)
            self.header_at = found or 0
            has_header = found is not None or bool(has_header)
        self.has_header = has_header

    @cached_property
    def skipped(self):
        """The lines before the header that hold anything, as (number, cells)."""
        return self.lines[: self.header_at]

    @cached_property
    def rows(self):
        """The rows below the header, as (number of the line, cells)."""
        return self.lines[self.header_at + bool(self.has_header) :]

    @cached_property
    def width(self):
        return min(max((len(cells) for _, cells in self.lines), default=0), MOST_COLUMNS)

    @cached_property
    def columns(self):
        names = []
        if self.has_header and self.lines:
            names = self.lines[self.header_at][1]
        return [self.column(number, name) for number, name in enumerate(self.unlike(names))]

    def unlike(self, names):
        """Return a name for each column; of equal ones, the later ones get their number."""
        found = []
        for number in range(self.width):
            name = names[number].strip() if number < len(names) else ""
            name = name or f"Column {number + 1}"
            if name in found:
                name = f"{name} ({number + 1})"
            found.append(name)
        return found

    def column(self, number, name):
        cells = []
        for _, row in self.rows:
            if number < len(row) and row[number].strip():
                cells.append(row[number].strip())
        return Column(number, name, cells)

    @property
    def words(self):
        """How the file was read, such as “UTF-8, semicolons between the cells, 12 rows”."""
        encoding = ENCODING_NAMES.get(self.file.encoding, self.file.encoding)
        parts = [encoding]
        if self.width > 1:
            parts.append(f"{DELIMITER_NAMES.get(self.delimiter, self.delimiter)} between the cells")
        return ", ".join(parts)


def shown(cell):
    line = " ".join(cell.split())
    if len(line) > LONGEST_EXAMPLE:
        return line[: LONGEST_EXAMPLE - 1] + "…"
    return line


def table_of(file):
    """Return the file as a table if it is one, else None.

    It is one if two columns have known names, if most of its first rows have as many cells, two or
    more, or if its only column has a name that is known for titles.
    """
    if not is_text(file) or file.table.lstrip()[:1] in ("{", "[", "<"):
        return None
    sample = first_rows(file, delimiter_of(file))
    if not sample:
        return None
    width = usual_width(sample)
    if width == 1:
        is_title = column_word_of(sample[0][0]) in COLUMNS["title"]
        return Table(file) if is_title and len(sample) > 1 else None
    even = [row for row in sample if len(row) == width]
    is_even = len(even) >= 0.8 * len(sample)
    return Table(file) if is_even or has_known_names(sample) else None


def has_known_header(file):
    """Return whether one of the first lines of a file has two known names of columns."""
    return has_known_names(first_rows(file, delimiter_of(file)))


def has_known_names(rows):
    return any(len(known_names(row)) > 1 for row in rows[:HEADER_WITHIN])


def is_text(file):
    """Return whether a file is text, which may hold a few characters that can't be kept."""
    start = file.table[:100_000]
    return not file.is_zip and len(CONTROL.findall(start)) <= MOST_CONTROL * len(start)


def delimiter_of(file):
    """Return the delimiter: the named one, else that of the most even and widest table."""
    if file.sep_line:
        return file.sep_line[1]
    return max(DELIMITERS, key=lambda delimiter: evenness(first_rows(file, delimiter)))


def evenness(rows):
    """Return how much rows look like a table, for comparison."""
    if not rows:
        return 0, 0, 0
    width = usual_width(rows)
    even = sum(len(row) == width for row in rows) / len(rows)
    known = max(len(known_names(row)) for row in rows[:HEADER_WITHIN])
    return known, width > 1 and even >= 0.8, even * width


def first_rows(file, delimiter):
    """Return the first rows that hold anything; those before a fault if there is one."""
    start = file.table[:200_000]
    rows = []
    try:
        for cells in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, strict=True):
            if any(map(str.strip, cells)):
                rows.append(cells)
            if len(rows) == LOOKED_AT:
                break
    except csv.Error:
        pass
    return rows


def usual_width(rows):
    widths = [len(row) for row in rows]
    return max(set(widths), key=lambda width: (widths.count(width), width))


def known_names(cells):
    return {word for word in map(column_word_of, cells) if word in KNOWN}


def header_in(lines):
    """Return the index of the header among the first lines; None without one."""
    first = [cells for _, cells in lines[:HEADER_WITHIN]]
    if not first:
        return None
    best = max(range(len(first)), key=lambda n: (len(known_names(first[n])), -n))
    needed = 1 if usual_width(first) == 1 else 2
    if len(known_names(first[best])) >= needed:
        return best
    return 0 if is_unlike(first[0], first[1:]) else None


def is_unlike(head, rows):
    """Return whether a first row is a header: it names things, and the rows below have values."""
    if not rows or not all(cell.strip() for cell in head) or len(set(head)) < len(head):
        return False
    if any(is_value(cell) for cell in head):
        return False
    if known_names(head):
        return True
    return any(is_value(cell) for row in rows for cell in row)


def is_value(cell):
    """Return whether a cell is a number or a date, which no name of a column is."""
    return bool(re.fullmatch(r"[\d.,%+-]+", cell.strip())) or is_date(cell)
