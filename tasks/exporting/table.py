"""The tasks of a user as a table for spreadsheets: CSV (RFC 4180), one row a task.

docs/export-format.md describes its columns. Only the JSON has the rest: the trash, lists without
tasks and the colors of lists, series, and saved searches.
"""

import csv
from datetime import UTC, datetime

from tasks.exporting.cells import defused
from tasks.models import Task

BOM = "\ufeff"  # or Excel takes UTF-8 for an older encoding
COLUMNS = [
    *["List", "Title", "Notes", "Priority", "Due date", "Due time"],
    *["Repeat", "Repeat from", "Repeat anchor", "Missed", "Tags", "Steps"],
    *["Completed (UTC)", "Created (UTC)"],
]
DONE, NOT_DONE = "[x] ", "[ ] "  # before the title of a step
BETWEEN_TAGS = " "  # a tag is one word


def write_table(content, out):
    """Write the tasks of content, a tasks.exporting.content.Content, to a text file."""
    out.write(BOM)
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    lists = names_of(content.task_lists())
    tags = names_of(content.tags())
    for task in content.tasks(manager="objects"):
        cells = cells_of(task, lists, tags)
        writer.writerow(map(defused, cells))


def names_of(rows):
    """Return the names of the rows outside the trash, {id: name}."""
    return {row["id"]: row["name"] for row in rows if not row["deleted_at"]}


def cells_of(task, lists, tags):
    """Return the cells of a task. lists and tags are names, {id: name}, without deleted rows."""
    names = [tags[pk] for pk in task["tags"] if pk in tags]
    return [
        lists.get(task["list"], ""),
        task["title"],
        task["notes"],
        priority(task["priority"]),
        task["due_date"] or "",
        task["due_time"] or "",
        *repeat_of(task),
        BETWEEN_TAGS.join(names),
        "\n".join(lines_of(task["steps"])),
        moment(task["completed_at"]),
        moment(task["created_at"]),
    ]


def repeat_of(task):
    """Return the four cells of a task's repeat, empty without one."""
    if not task["repeat"]:
        return [""] * 4
    return [
        task["repeat"],
        task["repeat_from"],
        task["repeat_anchor"] or "",
        task["missed"],
    ]


def priority(value):
    """Return the name of a priority, "" for none."""
    if value:
        return Task.Priority(value).label
    return ""


def lines_of(steps):
    """Yield the steps outside the trash, each with a mark for done or not."""
    for step in steps:
        mark = DONE if step["done"] else NOT_DONE
        if not step["deleted_at"]:
            yield mark + step["title"]


def moment(value):
    """Return a moment in ISO 8601, UTC, to the second, as spreadsheets read one."""
    if not value:
        return ""
    at = datetime.fromisoformat(value).astimezone(UTC)
    return at.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
