"""Reading a file of any format into a plan."""

from datetime import UTC

from tasks.importing.files import TOO_DEEP, Unreadable
from tasks.importing.plan import Plan
from tasks.importing.readers import (
    google_tasks,
    icalendar,
    microsoft_todo,
    ticktick,
    todoist,
    todosite_csv,
    todosite_json,
    trello,
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
}
MOST_LISTS, MOST_TAGS, MOST_STEPS = 2000, 5000, 100_000
MOST_TAGGED = 200_000  # tags of all tasks; a million takes longer than a statement may
UNKNOWN = (
    "This is no file that can be imported. Choose the JSON, CSV or ZIP file that Todosite made"
    " when you exported your data."
)


def plan_of(file, today, most_tasks, format="", zone=UTC):
    """Return the contents of a file as a Plan.

    today is the day for words such as “tomorrow” and zone the time zone, both the user's;
    most_tasks is the largest number of tasks, and format a key of READERS, if it shouldn't be
    detected. Raise Unreadable.
    """
    reader, found = reader_of(file, format)
    plan = Plan(format=reader.NAME)
    plan.most_tasks, plan.zone = most_tasks, zone
    if file.encoding == "cp1252" and not file.is_zip:
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
    readers = [READERS[format]] if format else READERS.values()
    for reader in readers:
        found = reader.find(file)
        if found is not None:
            return reader, found
    raise Unreadable(UNKNOWN)


def refuse_too_many(plan):
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
