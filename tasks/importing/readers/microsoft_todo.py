"""Microsoft To Do, which has no export of its own: JSON as Microsoft Graph gives it.

People get it by Graph Explorer or programs such as Microsoft-To-Do-Export. A due date is a day: the
midnight with which it began where its user was, in UTC.
https://learn.microsoft.com/graph/api/resources/todotask; seen in November 2026.
"""

from tasks.importing.items import Items
from tasks.importing.known import MICROSOFT, leave_unknown
from tasks.importing.markup import plain
from tasks.importing.moments import is_nothing
from tasks.importing.plan import shortened
from tasks.importing.readers.microsoft_dates import moment_in, take_due
from tasks.importing.readers.microsoft_rules import end_of, rule_of
from tasks.importing.rules import place
from tasks.importing.shapes import (
    dict_in,
    dict_of,
    dicts,
    dicts_in,
    first_in,
    is_true,
    key_in,
    key_of,
    list_in,
)

NAME = "Microsoft To Do"
MARKS = [('"wellknownListName"',), ('"importance"', '"createdDateTime"', '"title"')]
PRIORITIES = {"low": 1, "normal": 0, "high": 3, None: 0}
STATES = {"inProgress": "in progress", "waitingOnOthers": "waiting on others"}
STATES |= {"deferred": "deferred"}
NEXT_PAGE = "@odata.nextLink"
CUT_OFF = "It isn't all: Microsoft gives tasks page by page, and a further page isn't in it."
HAS_BEGUN = "It has begun, and how many times are left isn't in the file."
LEFT_OUT = "“My Day”, shared lists and the contents of attached files stay in Microsoft To Do."


def find(file):
    """Return the lists of a file, or of all files in a ZIP file, as [(list, its tasks)].

    The second value is whether a file says that it has a further page.
    """
    parts = [part for part in file.parts if is_likely(part.text)]
    if not parts:
        return None
    found = []
    for part in parts:
        file_name = part.name.rpartition("/")[2]
        found += lists_in(part.json, file_name.removesuffix(".json"))
    is_cut_off = any(NEXT_PAGE in part.text for part in parts)
    return found, is_cut_off


def is_likely(text):
    """Return whether a text may be lists or tasks of Microsoft, before it is read as JSON."""
    return any(all(name in text for name in names) for names in MARKS)


def lists_in(said, name):
    """Return lists with tasks, or the tasks of one list, which has the name of the file."""
    lists = []
    tasks = []
    for row in rows_of(said):
        if "tasks" in row:
            own = dict_in(row, "list") or row
            lists.append((own, row["tasks"]))
        elif "title" in row:
            tasks.append(row)
    if tasks:
        lists.append(({"displayName": name}, tasks))
    return lists


def rows_of(said):
    """Return the rows of a file: those of an answer of Microsoft Graph, or the one that it is."""
    if isinstance(said, dict):
        said = first_in(said, "lists", "value") or [said]
    return dicts(said)


def read(found, plan, today):
    """Fill the plan; the default list is the Inbox."""
    lists, is_cut_off = found
    items = Items(plan, today)
    plan.leave("The file", LEFT_OUT)
    if is_cut_off:
        plan.leave("The file", CUT_OFF)
    leave_unknown(plan, all_tasks(lists), MICROSOFT)
    for number, (row, tasks) in enumerate(lists, 1):
        home = None
        if row.get("wellknownListName") != "defaultList":
            home = items.home(row.get("displayName"), key=number)
        for nth, task in enumerate(dicts(tasks), 1):
            where = place(
                f"list {number}, task {nth}",
                task.get("title"),
            )
            item = items.add(where, key_in(task, "id"))
            item.home = home
            read_task(item, task)
    items.land()


def all_tasks(lists):
    for _, tasks in lists:
        yield from dicts(tasks)


def read_task(item, row):
    """Read a task into its item."""
    item.title = row.get("title")
    item.body = body_of(item, row)
    changed = row.get("lastModifiedDateTime")
    item.take_creation(row.get("createdDateTime"))
    item.take_change(changed)
    take_importance(item, row.get("importance"))
    take_due(item, dict_in(row, "dueDateTime"))
    take_status(item, row, changed)
    for name in list_in(row, "categories"):
        item.tag(name)
    for step in dicts_in(row, "checklistItems"):
        is_done = is_true(step, "isChecked")
        item.step(step.get("displayName"), is_done)
    if row.get("recurrence"):
        repeat(item, dict_of(row["recurrence"]))
    say_more(item, row)


def body_of(item, row):
    """Return the notes of a task, which may be HTML, as plain text."""
    body = dict_in(row, "body")
    words = item.reading.words(body.get("content"), "note")
    if body.get("contentType") == "html":
        return plain(words)
    return words


def take_importance(item, said):
    """Take the priority, none for an importance that isn't known."""
    key = key_of(said)
    item.priority = PRIORITIES.get(key, 0)
    if key not in PRIORITIES:
        item.leave_unknown("importance", said, "none")


def take_status(item, row, changed):
    """Complete a completed task, at the moment of its last change if there is no other."""
    status = row.get("status")
    state = STATES.get(key_of(status))
    if status == "completed":
        completed_at = moment_in(item, row.get("completedDateTime"))
        item.complete(completed_at, changed)
    elif state:
        item.say("Status", state)
    elif status not in (None, "notStarted"):
        item.leave_unknown("status", status, "open")


def repeat(item, said):
    """Take the repeat. Months clamp there, too: the 31st is the last day of a shorter month."""
    pattern = dict_in(said, "pattern")
    span = dict_in(said, "range")
    try:
        rule = rule_of(pattern) + end_of(span)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        words = shortened(str(said))
        item.repeat_in_words(words, "Its rule isn't understood.")
        return
    if span.get("type") == "numbered" and span.get("startDate") != item.due_date:
        item.repeat_in_words(rule, HAS_BEGUN)
    else:
        item.repeat_as(rule, rule)


def say_more(item, row):
    """Take the reminder, and put into the notes what has no place."""
    start = moment_in(item, row.get("startDateTime"))
    if not is_nothing(start):
        item.say("Start", item.in_words(start))
    if row.get("isReminderOn") is not False:
        reminder = moment_in(item, row.get("reminderDateTime"))
        item.remind_at(reminder)
    for link in dicts_in(row, "linkedResources"):
        item.say_link(
            link.get("displayName"),
            link.get("webUrl"),
        )
    for file in dicts_in(row, "attachments"):
        item.attach(file.get("name"))
    if is_true(row, "hasAttachments") and not row.get("attachments"):
        item.leave("The files attached to it stay where they are.")
