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
READ = ["Folder Name", "List Name", "Title", "Kind", "Tags", "Content", "Is Check list"]
READ += ["Start Date", "Due Date"]
READ += ["Reminder", "Repeat", "Priority", "Status", "Created Time", "Completed Time", "Order"]
READ += ["Timezone", "Is All Day", "Is Floating", "Column Name", "taskId", "parentId"]
UNUSED = {"Column Order", "View Mode", "projectKind"}
PRIORITIES = {"": 0, "0": 0, "1": 1, "3": 2, "5": 3}
OPEN, DONE, GIVEN_UP = {"", "0"}, {"1", "2"}, "-1"
CHECKED = "▪"
STEP = re.compile("(?=[▪▫])")  # where one begins: done, or open
LEFT_OUT = (
    "TickTick's file doesn't say whether a repeat counts from the day it was completed, and holds"
    " no comments, habits and attached files."
)


def find(file):
    """Return the tables of tasks in a file, or in all files of a ZIP file; None without any."""
    tables = [known_table(part, NEEDED) for part in file.parts]
    return list(filter(None, tables)) or None


def read(tables, plan, today):
    """Fill the plan. A list has no folder here, unless its name alone isn't clear."""
    items = Items(plan, today)
    plan.leave("The file", LEFT_OUT)
    rows = rows_of(tables, plan)
    folders = folders_of(row for _, row in rows)
    order = {}
    for where, row in rows:
        name = name_of_list(row, folders)
        place = order.setdefault(name, len(order))
        item = items.add(
            where,
            key=row["taskId"] or None,
            parent=parent_of(row),
            order=(place, number_of(row["Order"])),
        )
        item.home = items.home(name, row["Column Name"])
        read_row(item, row)
    leave_folders(plan, folders)
    items.land()


def rows_of(tables, plan):
    """Return the rows of all tables, as [(place in the file, {column: cell})]."""
    rows = []
    for table in tables:
        before = ""
        if len(tables) > 1:
            before = f"{shortened(table.file.name)}, "
        table.leave_unknown(
            plan,
            UNUSED.union(READ),
            f"{before or 'The '}header",
        )
        for where, cells in table.rows():
            row = {name: cells.get(name, "").strip() for name in READ}
            rows.append((f"{before}{where}", row))
    return rows


def name_of_list(row, folders):
    """Return the name of a row's list, with its folder if lists of several have the name."""
    name = row["List Name"]
    folder = row["Folder Name"]
    if len(folders[name]) > 1 and folder:
        return f"{folder} / {name}"
    return name


def leave_folders(plan, folders):
    """Note the folders of lists."""
    names = dict.fromkeys(chain(*folders.values()))
    words = [quoted(name) for name in names if name]
    if words:
        plan.leave(
            "The folders",
            f"Lists have no folders here: {', '.join(words[:50])}.",
        )


def folders_of(rows):
    """Return the folders of lists, {name: folders}; lists of one name may be in several."""
    folders = {}
    for row in rows:
        own = folders.setdefault(row["List Name"], {})
        own[row["Folder Name"]] = True
    return folders


def parent_of(row):
    """Return the id of the task that a row is a part of; None without one."""
    parent = row["parentId"]
    if parent in ("", "0"):
        return None
    return parent


def read_row(item, row):
    """Read a row into its item."""
    item.title = row["Title"]
    item.take_creation(row["Created Time"])
    take_content(item, row)
    for name in row["Tags"].split(","):
        item.tag(name)
    take_status(item, row)
    take_dates(item, row)
    priority = row["Priority"]
    item.take_priority(priority, PRIORITIES, priority)
    if row["Kind"].upper() == "NOTE":
        item.leave("In TickTick it is a note. Here it is a task.")


def take_content(item, row):
    """Take the notes, or the steps that stand in their place."""
    content = row["Content"]
    item.body = content
    if not is_checklist(row):
        return
    before, *steps = STEP.split(content)
    others = [before.strip()]
    for step in steps:
        title, _, rest = step[1:].strip().partition("\n")
        others.append(rest.strip())
        item.step(title, step[0] == CHECKED)
    item.body = "\n".join(filter(None, others))


def is_checklist(row):
    """Return whether the content of a row is steps; files of older versions have no kinds."""
    return row["Kind"].upper() == "CHECKLIST" or row["Is Check list"].upper() == "Y"


def take_status(item, row):
    """Complete a task that is done or given up; note when a repeating one was completed once."""
    status = row["Status"]
    completed = row["Completed Time"]
    if status in DONE:
        item.complete(completed)
    elif status == GIVEN_UP:
        item.complete(completed)
        item.say("Status", "given up")
    elif completed:
        item.say("Completed once", item.in_words(completed))
    if status not in OPEN | DONE | {GIVEN_UP}:
        item.leave(f"Its status is {quoted(status)}, which is taken for open.")
