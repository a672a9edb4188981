"""A mapping: the meaning of each column of a table, its dates and priorities. Pure."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from hashlib import sha256

from tasks.importing import written
from tasks.importing.vocabulary import COLUMNS, column_word_of, is_done, priority

EXTRA, SKIP = "extra", "skip"
FIELDS = {  # what a column can be; a page shows them in this order
    "title": "Title",
    "notes": "Notes",
    "due": "Due date",
    "time": "Due time",
    "repeat": "Repeat",
    "priority": "Priority",
    "list": "List",
    "section": "Section of the list",
    "tags": "Tags",
    "steps": "Steps",
    "parent": "Part of: a task's id or title",
    "id": "Id of the task",
    "done": "Completed: yes or no",
    "completed": "Completed on",
    "created": "Created on",
    EXTRA: "A line in the notes",
    SKIP: "Leave it out",
}
SEVERAL = {"notes", "tags", "steps", EXTRA, SKIP}  # fields that several columns can be
DATES = ["due", "completed", "created"]
MOST_PRIORITIES = 12  # different ones that are asked about; further ones stay in the notes


@dataclass
class Mapping:
    """The answers about a table.

    columns has the field of each column, in their order. order is written.DAY_FIRST, MONTH_FIRST
    or "", priorities are {word of the file: 0 to 3}.
    """

    columns: list
    order: str = ""
    priorities: dict = field(default_factory=dict)
    delimiter: str = ""
    has_header: bool = True

    def as_json(self):
        return asdict(self)

    def numbers(self, name):
        """Return the numbers of the columns that are this field."""
        return [number for number, mapped in enumerate(self.columns) if mapped == name]

    def cells(self, table, names):
        """Return the cells of all columns that are one of these fields."""
        found = []
        for name in names:
            for number in self.numbers(name):
                found += table.columns[number].cells
        return found


def guess(table):
    """Return the likely mapping of a table. Its order is proven, or "" with nothing to decide it.

    Dates with dots have the day first, wherever they are written.
    """
    mapping = Mapping(
        guessed_fields(table),
        "",
        {},
        table.delimiter,
        table.has_header,
    )
    mapping.order = order_in(mapping.cells(table, DATES))
    mapping.priorities = priorities_in(mapping.cells(table, ["priority"]))
    return mapping


def guessed_fields(table):
    """Return the likely field of each column: by its name, else by its cells."""
    fields = [""] * len(table.columns)
    if table.has_header:
        for name, known in COLUMNS.items():
            take_by_name(name, known, table, fields)
    else:
        take_by_cells(table, fields)
    if "parent" not in fields and "id" in fields:  # it has nothing to connect
        fields[fields.index("id")] = ""
    if "title" not in fields:
        take_widest_text(table, fields)
    for number, column in enumerate(table.columns):
        if fields[number] == "done" and not is_state(column.cells):
            fields[number] = "completed" if "completed" not in fields else EXTRA
        if not fields[number]:
            fields[number] = EXTRA if column.cells else SKIP
    return fields


def take_by_name(name, known, table, fields):
    ranks = []
    for column in table.columns:
        word = column_word_of(column.name)
        if not fields[column.number] and word in known:
            ranks.append((known.index(word), column.number))
    ranks.sort()
    for _, number in ranks if name in SEVERAL else ranks[:1]:
        fields[number] = name


def take_by_cells(table, fields):
    """Take the first column of dates as the due date, and the first of states as done."""
    for column in table.columns:
        cells = column.cells[:50]
        if cells and "due" not in fields and all(map(written.is_date, cells)):
            fields[column.number] = "due"
        elif cells and "done" not in fields and all(is_done(cell) is not None for cell in cells):
            fields[column.number] = "done"


def take_widest_text(table, fields):
    """Take the first column of mostly different texts as the title."""
    for column in table.columns:
        different = len(set(column.cells))
        if not fields[column.number] and different > 0.5 * max(len(table.rows), 1):
            fields[column.number] = "title"
            return


def is_state(cells):
    """Return whether a column says done or not; else it may have the days of completion."""
    return not cells or not all(map(written.is_date, cells[:50]))


def order_in(cells):
    """Return the order of day and month that cells prove, or that dots make certain; else ""."""
    order = written.order_of(cells)
    if order or any(map(written.proof, cells)):
        return order
    ambiguous = [cell for cell in cells if written.is_ambiguous(cell)]
    if ambiguous and all(map(written.has_dots, ambiguous)):
        return written.DAY_FIRST
    return ""


def undecided(cells):
    """Return the first ambiguous date, day first or month first; "" if there is none.

    Of two dates that prove opposite orders, neither decides.
    """
    if order_in(cells):
        return ""
    unclear = (cell for cell in cells if written.is_ambiguous(cell) or written.proof(cell))
    return next(unclear, "")


def priorities_in(cells):
    """Return the different priorities, the most frequent first, {word: 0 to 3, None if unknown}."""
    common = Counter(cells).most_common(MOST_PRIORITIES)
    return {word: priority(word) for word, _ in common}


def signature(table):
    """Return a hash of the names of the columns, by which a mapping is remembered."""
    names = [column.name for column in table.columns]
    if not table.has_header:
        names = [f"{len(names)} columns without names"]
    return sha256("\0".join(sorted(names)).encode()).hexdigest()


def to_remember(mapping, table):
    """Return a mapping by names of columns, so that it fits when they come in another order."""
    fields = {}
    for column, name in zip(table.columns, mapping.columns, strict=True):
        fields[column.name] = name
    return {"fields": fields, "order": mapping.order, "priorities": mapping.priorities}


def remembered(kept, table):
    """Return the guess for a table, with the answers of the last time."""
    mapping = guess(table)
    fields = kept.get("fields", {})
    mapping.columns = [
        fields.get(column.name, name)
        for column, name in zip(table.columns, mapping.columns, strict=True)
    ]
    cells = mapping.cells(table, DATES)
    mapping.order = order_in(cells) or kept.get("order", "")
    mapping.priorities = priorities_in(mapping.cells(table, ["priority"]))
    for word in mapping.priorities:
        mapping.priorities[word] = kept.get("priorities", {}).get(word, mapping.priorities[word])
    return mapping
