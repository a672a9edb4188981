"""TickTick: the CSV file of a backup (7.1, 7.2 and others), with or without the lines before it.

What the numbers of Status mean differs between those lines and the data: open is 0 alone, and -1
means that a task was given up. Days are midnights in the Timezone of their row. The file doesn't
say whether a repeat counts from completion.
"""

import re
from itertools import chain

from tasks.importing.columns import known_table
from tasks.importing.items import Items
from tasks.importing.plan import shortened
from tasks.importing.readers.ticktick_dates import take_dates
from tasks.importing.rules import quoted
from tasks.importing.shapes import number_of

NAME = "TickTick"
NEEDED = {"Folder Name", "List Name", "Title"}
READ = [
    "Folder Name",
    "List Name",
    "Title",
    "Kind",
    "Tags",
    "Content",
    "Is Check list",
    "Start Date",
    "Due Date",
]
READ += ["Reminder", "Repeat", "Priority", "Status", "Created Time", "Completed Time", "Order"]
READ += ["Timezone", "Is All Day", "Is Floating", "Column Name", "taskId", "parentId"]
UNUSED = {"Column Order", "View Mode", "projectKind"}
PRIORITIES = {"": 0, "0": 0, "1": 1, "3": 2, "5": 3}
OPEN, DONE, GIVEN_UP = {"", "0"}, {"1", "2"}, "-1"
CHECKED, UNCHECKED = "▪", "▫"
LEFT_OUT = (
    "TickTick's file doesn't say whether a repeat counts from the day it was completed, and holds"
    " no comments, habits and attached files."
)


def find(file):
    """Return the tables of tasks in a file, or in all files of a ZIP file; None without any."""
    tables = [known_table(part, NEEDED) for part in file.parts]
    return list(filter(None, tables)) or None


def read(tables, plan, today):
    items, order, rows = Items(plan, today), {}, []
    plan.leave("The file", LEFT_OUT)
    for table in tables:
        before = f"{shortened(table.file.name)}, " if len(tables) > 1 else ""
        table.leave_unknown(
            plan,
            UNUSED.union(READ),
            f"{before or 'The '}header",
        )
        for where, cells in table.rows():
            row = {name: cells.get(name, "").strip() for name in READ}
            rows.append((f"{before}{where}", row))
    folders = folders_of(row for _, row in rows)
    for where, row in rows:
        name = row["List Name"]
        if len(folders[name]) > 1 and row["Folder Name"]:
            name = f"{row['Folder Name']} / {name}"
        item = items.add(
            where,
            row["taskId"] or None,
            parent_of(row),
        )
        item.order = (order.setdefault(name, len(order)), number_of(row["Order"]))
        item.home = items.home(name, row["Column Name"])
        read_row(item, row)
    names = [quoted(name) for name in dict.fromkeys(chain(*folders.values())) if name]
    if names:
        plan.leave(
            "The folders",
            f"Lists have no folders here: {', '.join(names[:50])}.",
        )
    items.land()


def folders_of(rows):
    """Return the folders of lists, {name: folders}; lists of one name may be in several."""
    folders = {}
    for row in rows:
        folders.setdefault(row["List Name"], {})[row["Folder Name"]] = True
    return folders


def parent_of(row):
    return None if row["parentId"] in ("", "0") else row["parentId"]


def read_row(item, row):
    item.title = row["Title"]
    item.created_at = item.moment_of(row["Created Time"], "moment of creation")
    take_content(item, row)
    for name in row["Tags"].split(","):
        item.tag(name)
    take_status(item, row)
    take_dates(item, row)
    item.priority = PRIORITIES.get(row["Priority"], 0)
    if row["Priority"] not in PRIORITIES:
        item.leave(f"Its priority is {quoted(row['Priority'])}, which is taken for none.")
    if row["Kind"].upper() == "NOTE":
        item.leave("In TickTick it is a note. Here it is a task.")


def take_content(item, row):
    """Take the notes, or the steps that stand in their place."""
    item.body = row["Content"]
    if row["Kind"].upper() != "CHECKLIST" and row["Is Check list"].upper() != "Y":
        return
    before, *steps = re.split(
        f"(?=[{CHECKED}{UNCHECKED}])",
        row["Content"],
    )
    others = [before.strip()]
    for step in steps:
        title, _, rest = step[1:].strip().partition("\n")
        others.append(rest.strip())
        item.step(title, step[0] == CHECKED)
    item.body = "\n".join(filter(None, others))


def take_status(item, row):
    status = row["Status"]
    if status in DONE:
        item.complete(row["Completed Time"])
    elif status == GIVEN_UP:
        item.complete(row["Completed Time"])
        item.say("Status", "given up")
    elif row["Completed Time"]:
        item.say("Completed once", item.in_words(row["Completed Time"]))
    if status not in OPEN | DONE | {GIVEN_UP}:
        item.leave(f"Its status is {quoted(status)}, which is taken for open.")
