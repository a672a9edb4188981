"""A CSV file of any program, read by a mapping of its columns."""

from tasks.importing import mapping as mappings
from tasks.importing.files import Unreadable
from tasks.importing.items import Items
from tasks.importing.plan import shortened
from tasks.importing.rules import quoted
from tasks.importing.table_rows import NO_DAY_OF_COMPLETION, Row, cell_of
from tasks.importing.tables import Table, is_text, table_of
from tasks.importing.vocabulary import is_done

NAME = "CSV by its columns"
NO_TITLE = "Say which column is the title: no task is without one."
DEEPEST = 20  # parts in each other that a list is looked for in
SEVERAL_TABLES = "This ZIP file has several tables. Unpack it, and import them one by one."


def find(file):
    """Return the file as a table, or the only table in a ZIP file; None for any other file."""
    tables = [table_of(part) for part in file.parts]
    found = list(filter(None, tables))
    if len(found) > 1:
        raise Unreadable(SEVERAL_TABLES)
    return found[0] if found else None


def find_if_asked(file):
    """Return any text as a table, at its user's request; None for no text."""
    if file.is_zip:
        return find(file)
    is_table = is_text(file) and file.table.strip()
    return Table(file) if is_table else None


def read(table, plan, today):
    """Fill the plan by plan.mapping, or by the guess for this table."""
    mapping = plan.mapping or mappings.guess(table)
    if not mapping.cuts(table):
        table = Table(
            table.file,
            mapping.delimiter,
            mapping.has_header,
        )
    if "title" not in mapping.columns:
        raise Unreadable(NO_TITLE)
    items = Items(plan, today)
    note_columns(table, mapping, plan)
    without_list = read_rows(table, mapping, items)
    join_parents(items.all, without_list)
    items.land()


def read_rows(table, mapping, items):
    """Read each row into an item. Return the items that name no list."""
    keys = keys_of(table, mapping)
    without_list = set()
    for line, cells in table.rows:
        items.plan.rows += 1
        item = items.add(f"line {line}")
        if keys:
            item.key = keys.get(id_or_title(cells, mapping))
            item.parent = parent_of(cells, mapping, keys)
        row = Row(item, cells, mapping, items)
        row.read()
        if not any(row.list_and_section()):
            without_list.add(item)
    return without_list


def join_parents(all_items, without_list):
    """Put parts that name no list into the list of what they are a part of."""
    by_key = {item.key: item for item in all_items if item.key is not None}
    for item in all_items:
        above = item
        for _ in range(DEEPEST):
            has_list = above not in without_list
            if has_list or above.parent not in by_key:
                break
            above = by_key[above.parent]
        item.home = above.home


def keys_of(table, mapping):
    """Return what the rows of a table are named by, as {id or title: key}.

    A part names its whole by its id or title. Without parts, return nothing.
    """
    keys = {}
    if mapping.numbers("parent"):
        for _, cells in table.rows:
            key = id_or_title(cells, mapping)
            title = cell_of(cells, mapping, "title")
            keys.setdefault(key, key)
            keys.setdefault(title, key)
    keys.pop("", None)
    return keys


def parent_of(cells, mapping, keys):
    """Return the key of the row that this one is a part of; its words if there is none."""
    said = cell_of(cells, mapping, "parent")
    return keys.get(said, said) or None


def id_or_title(cells, mapping):
    return cell_of(cells, mapping, "id") or cell_of(cells, mapping, "title")


def note_columns(table, mapping, plan):
    """Note in the plan how the columns are read, and which have no place."""
    for line, _ in table.skipped:
        plan.leave(f"line {line}", "It stands before the names of the columns, so it is skipped.")
    for column, name in zip(table.columns, mapping.columns, strict=False):
        read_as = mappings.FIELDS[name]
        plan.read_as.append([shortened(column.name), read_as])
        why = why_left(column, name, mapping)
        if why:
            plan.leave(f"The column {quoted(column.name)}", why)


def why_left(column, name, mapping):
    """Return what is lost of a column that is read as the field of this name; "" for nothing."""
    if name == mappings.EXTRA and column.cells:
        return "It has no place of its own, so the notes have it."
    if name == mappings.SKIP and column.cells:
        return "It is left out, as you chose."
    if name == "done" and has_no_days(column, mapping):
        return NO_DAY_OF_COMPLETION
    if name == "id":
        return "It only says which tasks are parts of others, so it isn't kept."
    return ""


def has_no_days(column, mapping):
    """Return whether nothing in the file says when its completed tasks were completed."""
    if mapping.numbers("completed"):
        return False
    return any(map(is_done, column.cells))
