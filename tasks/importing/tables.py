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
OTHERS = {"{", "[", "<"}  # begin JSON, HTML and XML
MOSTLY = 0.8  # the share of rows that are enough to know a table by
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
        number = file.table.count(self.delimiter) + file.table.count("\n")
        if number > MOST_VALUES:
            raise Unreadable("This file contains more cells than can be imported at once.")
        lines = file.lines(self.delimiter)
        self.lines = [(number, cells) for number, cells in lines if holds_words(cells)]
        self.has_header = has_header
        self.header_at = 0
        if has_header is not False:
            self.find_header()

    def find_header(self):
        """Find the header; if the file is known to have one, it is the first line unless found."""
        found = header_in(self.lines)
        self.header_at = found or 0
        self.has_header = found is not None or bool(self.has_header)

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
        widths = [len(cells) for _, cells in self.lines]
        return min(max(widths, default=0), MOST_COLUMNS)

    @cached_property
    def columns(self):
        """The columns, by the names in the header if there is one."""
        header = []
        if self.has_header and self.lines:
            _, header = self.lines[self.header_at]
        names = self.unlike(header)
        return [self.column(number, name) for number, name in enumerate(names)]

    def unlike(self, names):
        """Return a name for each column; of equal ones, the later ones get their number."""
        found = []
        for number in range(self.width):
            name = cell_at(names, number) or f"Column {number + 1}"
            if name in found:
                name = f"{name} ({number + 1})"
            found.append(name)
        return found

    def column(self, number, name):
        """Return a column with its cells that aren't empty."""
        cells = [cell_at(row, number) for _, row in self.rows]
        return Column(number, name, list(filter(None, cells)))

    @property
    def words(self):
        """How the file was read, such as “UTF-8, semicolons between the cells, 12 rows”."""
        encoding = self.file.encoding
        parts = [ENCODING_NAMES.get(encoding, encoding)]
        if self.width > 1:
            delimiter = DELIMITER_NAMES.get(self.delimiter, self.delimiter)
            parts.append(f"{delimiter} between the cells")
        return ", ".join(parts)


def holds_words(cells):
    return any(map(str.strip, cells))


def cell_at(cells, number):
    """Return the cell of a column, "" for a row that is too short to have it."""
    if number < len(cells):
        return cells[number].strip()
    return ""


def shown(cell):
    """Return a cell in one line, shortened, as a page shows it."""
    line = " ".join(cell.split())
    if len(line) > LONGEST_EXAMPLE:
        return line[: LONGEST_EXAMPLE - 1] + "…"
    return line


def table_of(file):
    """Return the file as a table if it is one, else None.

    It is one if two columns have known names, if most of its first rows have as many cells, two or
    more, or if its only column has a name that is known for titles.
    """
    if not is_text(file) or file.table.lstrip()[:1] in OTHERS:
        return None
    sample = first_rows(file, delimiter_of(file))
    if not sample:
        return None
    width = usual_width(sample)
    if width == 1:
        name = sample[0][0]
        is_table = len(sample) > 1 and is_title(name)
    else:
        is_even = share_of_width(sample, width) >= MOSTLY
        is_table = is_even or has_known_names(sample)
    return Table(file) if is_table else None


def is_title(name):
    """Return whether the name of a column is known for titles."""
    return column_word_of(name) in COLUMNS["title"]


def has_known_header(file):
    """Return whether one of the first lines of a file has two known names of columns."""
    return has_known_names(first_rows(file, delimiter_of(file)))


def has_known_names(rows):
    """Return whether one of the first rows has two known names of columns."""
    return any(number > 1 for number in numbers_of_known(rows))


def is_text(file):
    """Return whether a file is text, which may hold a few characters that can't be kept."""
    if file.is_zip:
        return False
    start = file.table[:100_000]
    number = len(CONTROL.findall(start))
    return number <= MOST_CONTROL * len(start)


def delimiter_of(file):
    """Return the delimiter: the named one, else that of the most even and widest table."""
    if file.sep_line:
        return file.sep_line[1]
    return max(
        DELIMITERS,
        key=lambda delimiter: evenness(first_rows(file, delimiter)),
    )


def evenness(rows):
    """Return how much rows look like a table, for comparison."""
    if not rows:
        return 0, 0, 0
    width = usual_width(rows)
    even = share_of_width(rows, width)
    known = max(numbers_of_known(rows))
    is_table = width > 1 and even >= MOSTLY
    return known, is_table, even * width


def share_of_width(rows, width):
    """Return how many of the rows have so many cells, as a share from 0 to 1."""
    same = [row for row in rows if len(row) == width]
    return len(same) / len(rows)


def numbers_of_known(rows):
    """Return how many known names of columns each of the first rows has."""
    return [len(known_names(row)) for row in rows[:HEADER_WITHIN]]


def first_rows(file, delimiter):
    """Return the first rows that hold anything; those before a fault if there is one."""
    start = io.StringIO(file.table[:200_000], newline="")
    rows = []
    try:
        for cells in csv.reader(start, delimiter=delimiter, strict=True):
            if holds_words(cells):
                rows.append(cells)
            if len(rows) == LOOKED_AT:
                break
    except csv.Error:
        pass
    return rows


def usual_width(rows):
    widths = [len(row) for row in rows]
    return max(
        set(widths),
        key=lambda width: (widths.count(width), width),
    )


def known_names(cells):
    return {word for word in map(column_word_of, cells) if word in KNOWN}


def header_in(lines):
    """Return the index of the header among the first lines; None without one."""
    first = [cells for _, cells in lines[:HEADER_WITHIN]]
    if not first:
        return None
    numbers = numbers_of_known(first)
    most = max(numbers)
    needed = 1 if usual_width(first) == 1 else 2
    if most >= needed:
        return numbers.index(most)
    head, *below = first
    return 0 if is_unlike(head, below) else None


def is_unlike(head, rows):
    """Return whether a first row is a header: it names things, and the rows below have values."""
    if not rows or not names_all(head):
        return False
    if any(map(is_value, head)):
        return False
    if known_names(head):
        return True
    return any(is_value(cell) for row in rows for cell in row)


def names_all(head):
    """Return whether each cell of a row holds words, and no two the same."""
    is_whole = all(map(str.strip, head))
    return is_whole and len(set(head)) == len(head)


def is_value(cell):
    """Return whether a cell is a number or a date, which no name of a column is."""
    is_number = re.fullmatch(r"[\d.,%+-]+", cell.strip())
    return bool(is_number) or is_date(cell)
