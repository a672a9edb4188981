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
LOOKED_AT = 50  # cells of a column
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

    def cuts(self, table):
        """Return whether a table is cut into rows and cells as the mapping says."""
        is_same = self.delimiter == table.delimiter
        return is_same and self.has_header == table.has_header

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
        delimiter=table.delimiter,
        has_header=table.has_header,
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
    take_rest(table, fields)
    return fields


def take_rest(table, fields):
    """Take days in a column of states as those of completion, and other columns as notes."""
    for number, column in enumerate(table.columns):
        if fields[number] == "done" and has_dates(column.cells):
            is_taken = "completed" in fields
            fields[number] = EXTRA if is_taken else "completed"
        if not fields[number]:
            fields[number] = EXTRA if column.cells else SKIP


def take_by_name(name, known, table, fields):
    """Take the columns with a known name as a field; the surest alone, if it can be only one."""
    ranks = []
    for column in table.columns:
        word = column_word_of(column.name)
        if not fields[column.number] and word in known:
            rank = known.index(word)
            ranks.append((rank, column.number))
    ranks.sort()
    if name not in SEVERAL:
        ranks = ranks[:1]
    for _, number in ranks:
        fields[number] = name


def take_by_cells(table, fields):
    """Take the first column of dates as the due date, and the first of states as done."""
    for column in table.columns:
        if "due" not in fields and has_dates(column.cells):
            fields[column.number] = "due"
        elif "done" not in fields and has_states(column.cells):
            fields[column.number] = "done"


def take_widest_text(table, fields):
    """Take the first column of mostly different texts as the title."""
    fewest = 0.5 * max(len(table.rows), 1)
    for column in table.columns:
        different = set(column.cells)
        if not fields[column.number] and len(different) > fewest:
            fields[column.number] = "title"
            return


def has_dates(cells):
    """Return whether the first cells of a column are dates."""
    first = cells[:LOOKED_AT]
    return bool(first) and all(map(written.is_date, first))


def has_states(cells):
    """Return whether the first cells of a column say done or not."""
    first = cells[:LOOKED_AT]
    return bool(first) and all(is_done(cell) is not None for cell in first)


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
    for cell in cells:
        if written.is_ambiguous(cell) or written.proof(cell):
            return cell
    return ""


def priorities_in(cells):
    """Return the different priorities, the most frequent first, {word: 0 to 3, None if unknown}."""
    common = Counter(cells).most_common(MOST_PRIORITIES)
    return {word: priority(word) for word, _ in common}


def signature(table):
    """Return a hash of the names of the columns, by which a mapping is remembered."""
    names = [column.name for column in table.columns]
    if not table.has_header:
        names = [f"{len(names)} columns without names"]
    joined = "\0".join(sorted(names))
    return sha256(joined.encode()).hexdigest()


def to_remember(mapping, table):
    """Return a mapping by names of columns, so that it fits when they come in another order."""
    fields = {}
    for column, name in zip(table.columns, mapping.columns, strict=True):
        fields[column.name] = name
    return {
        "fields": fields,
        "order": mapping.order,
        "priorities": mapping.priorities,
    }


def remembered(kept, table):
    """Return the guess for a table, with the answers of the last time."""
    mapping = guess(table)
    fields = kept.get("fields", {})
    columns = zip(table.columns, mapping.columns, strict=True)
    mapping.columns = [fields.get(column.name, name) for column, name in columns]
    cells = mapping.cells(table, DATES)
    mapping.order = order_in(cells) or kept.get("order", "")
    mapping.priorities = priorities_in(mapping.cells(table, ["priority"]))
    levels = kept.get("priorities", {})
    for word in levels.keys() & mapping.priorities.keys():
        mapping.priorities[word] = levels[word]
    return mapping
