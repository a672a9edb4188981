"""TickTick: the CSV file of a backup (7.1, 7.2 and others), with or without the lines before it.

What the numbers of Status mean differs between those lines and the data: open is 0 alone, and -1
means that a task was given up. Days are midnights in the Timezone of their row. The file doesn't
say whether a repeat counts from completion.
"""

import re
from datetime import UTC, datetime, timedelta

from tasks.importing.columns import known_table
from tasks.importing.items import Items
from tasks.importing.rules import quoted
from tasks.importing.shapes import number_of

NAME = "TickTick"
NEEDED = {"Folder Name", "List Name", "Title"}
READ = ["List Name", "Title", "Kind", "Tags", "Content", "Is Check list", "Start Date", "Due Date"]
READ += ["Reminder", "Repeat", "Priority", "Status", "Created Time", "Completed Time", "Order"]
READ += ["Timezone", "Is All Day", "Is Floating", "Column Name", "taskId", "parentId"]
UNUSED = {"Folder Name", "Column Order", "View Mode", "projectKind"}
PRIORITIES = {"": 0, "0": 0, "1": 1, "3": 2, "5": 3}
OPEN, DONE, GIVEN_UP = {"", "0"}, {"1", "2"}, "-1"
YES_OR_NO = {"true": True, "false": False}
CHECKED, UNCHECKED = "▪", "▫"
MINUTES = {"W": 10080, "D": 1440, "H": 60, "M": 1, "S": 0}
LEFT_OUT = (
    "TickTick's file doesn't say whether a repeat counts from the day it was completed, and holds"
    " no comments, habits and attached files."
)


def find(file):
    """Return the table of tasks in a file, or in a ZIP file."""
    tables = (known_table(part, NEEDED) for part in file.parts)
    return next(filter(None, tables), None)


def read(table, plan, today):
    items, folders, order = Items(plan, today), {}, {}
    plan.leave("The file", LEFT_OUT)
    table.leave_unknown(plan, UNUSED.union(READ))
    for where, cells in table.rows():
        row = {name: cells.get(name, "").strip() for name in READ}
        folders[cells.get("Folder Name", "").strip()] = True
        nth = order.setdefault(row["List Name"], len(order))
        item = items.add(where, row["taskId"] or None, parent_of(row))
        item.order = (nth, number_of(row["Order"]))
        item.home = items.home(row["List Name"], row["Column Name"])
        read_row(item, row)
    names = [quoted(name) for name in folders if name]
    if names:
        plan.leave("The folders", f"Lists have no folders here: {', '.join(names[:50])}.")
    items.land()


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
    before, *steps = re.split(f"(?=[{CHECKED}{UNCHECKED}])", row["Content"])
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
    elif status not in OPEN:
        item.leave(f"Its status is {quoted(status)}, which is taken for open.")


def take_dates(item, row):
    kind = {
        "zone": row["Timezone"],
        "is_day": YES_OR_NO.get(row["Is All Day"].lower()),
        "is_floating": YES_OR_NO.get(row["Is Floating"].lower(), False),
    }
    start, end = row["Start Date"], row["Due Date"]
    item.due(end or start, **kind)
    if start and end and start != end:
        item.say("Start", item.in_words(start))
    if row["Repeat"]:
        item.repeat_by(row["Repeat"])
    for reminder in re.split(r"[\s,]+", row["Reminder"]):
        if reminder:
            remind(item, reminder)


def remind(item, reminder):
    """Take a reminder such as -PT15M, before a time, or P0DT9H0M0S, after the start of a day."""
    parts = re.fullmatch(r"(?:TRIGGER:)?(-?)P((?:\d{1,5}[WDTHMS]|T)+)", reminder)
    if not parts or not item.due_date:
        item.say("Reminder", reminder)
        return
    minutes = 0
    for number, unit in re.findall(r"(\d+)([WDHMS])", parts[2]):
        minutes += int(number) * MINUTES[unit]
    after = -minutes if parts[1] else minutes
    if item.due_time and after <= 0:
        item.remind_before(minutes)
        return
    start = datetime.fromisoformat(f"{item.due_date}T{item.due_time or '00:00'}")  # on the clock
    at = start.replace(tzinfo=UTC) + timedelta(minutes=after)
    item.remind({"on_date": at.date().isoformat(), "at_time": at.time().isoformat()})
