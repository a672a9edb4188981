"""Answers about a table in one line, as options of manage.py import_tasks give them. Pure."""

from tasks.importing.mapping import EXTRA, FIELDS, SEVERAL, Mapping, priorities_in
from tasks.importing.vocabulary import column_word_of

SYNONYMS = {
    "due_date": "due",
    "date": "due",
    "deadline": "due",
    "due_time": "time",
    "description": "notes",
    "project": "list",
    "tag": "tags",
    "labels": "tags",
    "status": "done",
    "completed_at": "completed",
    "created_at": "created",
    "recurrence": "repeat",
    "rrule": "repeat",
    "checklist": "steps",
    "subtasks": "steps",
    "ignore": "skip",
}
LEVELS = {"none": 0, "low": 1, "medium": 2, "high": 3}


class BadAnswer(ValueError):
    """An option that can't be read; its text says which ones can."""


def mapping_by(table, options):
    """Return a mapping from texts such as “title=Subject,due=Deadline”.

    A column is named by its name, whatever its case, or by its number as #2. Columns that aren't
    named become lines in the notes. Raise BadAnswer.
    """
    columns = [EXTRA] * len(table.columns)
    for option in options:
        for name, number in pairs_in(option, table):
            if name not in SEVERAL and name in columns:
                raise BadAnswer(f"--map names two columns as “{name}”. Only one can be it.")
            columns[number] = name
    if "title" not in columns:
        raise BadAnswer("--map needs title=COLUMN, since no task is without a title.")
    mapping = Mapping(
        columns,
        delimiter=table.delimiter,
        has_header=table.has_header,
    )
    mapping.priorities = priorities_in(mapping.cells(table, ["priority"]))
    return mapping


def pairs_in(option, table):
    """Return the (field, number of the column) of an option.

    A comma may be a part of a column's name, if nothing else makes sense.
    """
    pairs = []
    rest = option
    while rest:
        name, sign, words = rest.partition("=")
        if not sign:
            raise BadAnswer(f"--map takes FIELD=COLUMN, separated by commas, and not “{rest}”.")
        field = field_of(name)
        number, rest = column_in(words, table)
        pairs.append((field, number))
    return pairs


def field_of(name):
    """Return the field of this name, or of a synonym of it. Raise BadAnswer."""
    name = name.strip()
    word = name.lower().replace("-", "_")
    word = SYNONYMS.get(word, word)
    if word not in FIELDS:
        names = ", ".join(FIELDS)
        raise BadAnswer(f"There is no field “{name}”. There are {names}.")
    return word


def column_in(words, table):
    """Return the number of the column that words begin with, and the rest after its comma."""
    parts = words.split(",")
    for length in range(len(parts), 0, -1):
        name = ",".join(parts[:length]).strip()
        number = number_of(name, table)
        if number is not None:
            return number, ",".join(parts[length:])
    first = parts[0].strip()
    names = ", ".join(f"“{column.name}”" for column in table.columns)
    raise BadAnswer(f"There is no column “{first}”. There are {names}.")


def number_of(name, table):
    """Return the number of the column that is named so, as #2 or by its name; None without one."""
    sign = name[:1]
    digits = name[1:]
    if sign == "#" and digits.isdecimal() and 1 <= int(digits) <= table.width:
        return int(digits) - 1
    for same in (str.strip, str.lower, column_word_of):
        for column in table.columns:
            if same(column.name) == same(name):
                return column.number
    return None


def priorities_by(option):
    """Return {word: 0 to 3} from a text such as “1=high,2=low”. Raise BadAnswer."""
    priorities = {}
    for pair in filter(str.strip, option.split(",")):
        word, sign, level = pair.rpartition("=")
        level = level.strip().lower()
        if not sign or level not in LEVELS:
            levels = ", ".join(LEVELS)
            raise BadAnswer(f"--priorities takes WORD=PRIORITY, with {levels}, and not “{pair}”.")
        priorities[word.strip()] = LEVELS[level]
    return priorities
