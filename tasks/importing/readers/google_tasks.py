"""Google Tasks: Tasks.json of Google Takeout, also in its ZIP file.

Its due is a day, written as midnight in UTC, so no zone may move it. Repeats aren't in the file.
"""

import re

from tasks.importing.items import Items
from tasks.importing.known import GOOGLE, leave_unknown
from tasks.importing.rules import place
from tasks.importing.shapes import dict_in, dict_of, dicts, dicts_in, is_true, key_in

NAME = "Google Tasks"
KINDS = ('"tasks#taskLists"', '"tasks#taskList"', '"tasks#tasks"', '"tasks#task"')
MIDNIGHT = re.compile(r"(T00:00(:00)?(\.0+)?Z?)?")
LEFT_OUT = "Google's file holds no repeats, no times of day and no stars."


def find(file):
    """Return the lists of tasks of a file, or of the files in a ZIP file."""
    found = None
    for part in file.parts:
        if any(kind in part.text for kind in KINDS):
            found = found or []
            found += lists_in(part.json)
    return found


def lists_in(said):
    """Return the lists of tasks: of all, of one, or the tasks of one without a name."""
    if isinstance(said, list):
        return [row for one in dicts(said) for row in lists_in(one)]
    said = dict_of(said)
    if said.get("kind") in ("tasks#taskList", "tasks#tasks"):
        return [said]
    return dicts_in(said, "items")


def read(found, plan, today):
    """Fill the plan; a list of the file is known by its number, since it may have no id."""
    items = Items(plan, today)
    plan.leave("The file", LEFT_OUT)
    leave_unknown(plan, all_tasks(found), GOOGLE)
    for number, row in enumerate(found, 1):
        home = items.home(row.get("title"), key=number)
        for nth, task in enumerate(dicts_in(row, "items"), 1):
            where = place(
                f"list {number}, task {nth}",
                task.get("title"),
            )
            read_task(items, task, home, where, number)
    items.land()


def all_tasks(found):
    for row in found:
        yield from dicts_in(row, "items")


def read_task(items, row, home, where, number):
    """Add a task of the list of this number, unless it is deleted."""
    if is_true(row, "deleted"):
        items.plan.leave(where, "It is deleted, so it is skipped.")
        return
    item = items.add(
        where,
        key_in(row, "id"),
        key_in(row, "parent"),
        order_of(row, number),
    )
    item.home = home
    item.title = row.get("title")
    item.body = row.get("notes")
    take_moments(item, row)
    for link in dicts_in(row, "links"):
        item.say_link(
            link.get("description"),
            link.get("link"),
        )
    assignment = dict_in(row, "assignmentInfo")
    if task := assignment.get("linkToTask"):
        item.say("Link", task)


def take_moments(item, row):
    """Take the due date, the last change, and whether it is completed."""
    changed = row.get("updated")
    item.take_change(changed)
    item.due_on(row.get("due"))
    if not item.due_date:
        take_scheduled(item, row)
    if row.get("status") == "completed":
        item.complete(row.get("completed"), changed)


def order_of(row, number):
    """Return what tasks are sorted by: their list, and their position; those without one last."""
    position = row.get("position")
    if isinstance(position, str):
        return number, False, position
    return number, True, ""


def take_scheduled(item, row):
    """Take the date of newer files: the present one of several, a day or a moment."""
    for one in dicts_in(row, "scheduled_time"):
        if one.get("current") is False:
            continue
        start = str(one.get("start") or "")
        if MIDNIGHT.fullmatch(start[10:]):
            item.due_on(start)
        else:
            item.due(start)
        return
