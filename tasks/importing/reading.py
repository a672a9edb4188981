"""Reading a file of any format into a plan."""

from datetime import UTC

from tasks.importing.files import TOO_DEEP, Unreadable
from tasks.importing.plan import Plan
from tasks.importing.readers import (
    google_tasks,
    icalendar,
    mapped_csv,
    microsoft_todo,
    super_productivity,
    taskwarrior,
    ticktick,
    todoist,
    todosite_csv,
    todosite_json,
    todotxt,
    trello,
    tududi,
    vikunja,
)

READERS = {  # the surest first
    "todosite-json": todosite_json,
    "todosite-csv": todosite_csv,
    "todoist": todoist,
    "icalendar": icalendar,
    "ticktick": ticktick,
    "vikunja": vikunja,
    "google-tasks": google_tasks,
    "microsoft-todo": microsoft_todo,
    "trello": trello,
    "taskwarrior": taskwarrior,
    "super-productivity": super_productivity,
    "tududi": tududi,
    "todotxt": todotxt,
    "csv": mapped_csv,
}
MOST_LISTS, MOST_TAGS, MOST_STEPS = 2000, 5000, 100_000
MOST_TAGGED = 200_000  # tags of all tasks; a million takes longer than a statement may
UNKNOWN = (
    "This is no file that can be imported. Choose one that Todosite or another task manager has"
    " exported, or a CSV file."
)
BEGINNINGS = {  # of files that people try, in lower case
    b"%pdf": "a PDF",
    b"<!doctype html": "a web page",
    b"<html": "a web page",
    b"<?xml": "XML",
    b"{\\rtf": "a text document (RTF)",
    b"\x89png": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"gif8": "a picture",
    b"bplist": "a property list of Apple",
    b"sqlite format 3": "a database",
    b"from ": "a mailbox",
}


def plan_of(
    file,
    today,
    most_tasks,
    format="",
    zone=UTC,
    mapping=None,
):
    """Return the contents of a file as a Plan.

    today is the day for words such as “tomorrow” and zone the time zone, both the user's;
    most_tasks is the largest number of tasks, and format a key of READERS, if it shouldn't be
    detected. mapping says what the columns of a table are. Raise Unreadable.
    """
    reader, found = reader_of(file, format)
    plan = Plan(format=reader.NAME)
    plan.most_tasks = most_tasks
    plan.zone = zone
    plan.mapping = mapping
    if file.parts[0] is file and file.encoding == "cp1252":
        plan.leave("The file", "It isn't UTF-8, so it was read as Windows-1252.")
    try:
        reader.read(found, plan, today)
    except RecursionError:  # it can be parsed, but not repeated in words
        raise Unreadable(TOO_DEEP) from None
    refuse_too_many(plan)
    plan.end_rings()
    return plan


def reader_of(file, format=""):
    """Return the reader of a file, and the data that it found in the file."""
    key, found = found_in(file, format)
    return READERS[key], found


def found_in(file, format=""):
    """Return the key of a file's reader, and the data that it found. Raise Unreadable."""
    if format:
        reader = READERS[format]
        found = getattr(reader, "find_if_asked", reader.find)(file)
        if found is None:
            raise Unreadable(f"This file can't be read as {reader.NAME}.")
        return format, found
    for key, reader in READERS.items():
        found = reader.find(file)
        if found is not None:
            return key, found
    raise Unreadable(why_unknown(file))


def why_unknown(file):
    """Return why no reader knows a file, and the next step, by how its bytes begin."""
    for start, name in BEGINNINGS.items():
        if file.raw.lstrip().lower().startswith(start):
            return f"This is {name}. Export your tasks as CSV or JSON, and import that file."
    if file.text.lstrip()[:1] in ("{", "["):
        return "This is JSON of a kind that isn't known here. Export your tasks as CSV instead."
    return UNKNOWN


def refuse_too_many(plan):
    """Raise Unreadable for a plan that a request can't add, or that is empty."""
    for number, most, name in [
        (len(plan.lists), MOST_LISTS, "lists"),
        (len(plan.tags), MOST_TAGS, "tags"),
        (plan.number_of_steps, MOST_STEPS, "steps"),
        (plan.number_of_tagged, MOST_TAGGED, "tags on tasks"),
    ]:
        if number > most:
            words = f"This file holds {number:,} {name}; {most:,} can be imported at once."
            raise Unreadable(words)
    if plan.is_empty:
        raise Unreadable("There is nothing in this file that can be imported.")
