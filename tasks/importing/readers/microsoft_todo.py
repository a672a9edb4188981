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
from tasks.importing.rules import place, quoted
from tasks.importing.shapes import dict_of, dicts, key_of

NAME = "Microsoft To Do"
MARKS = [('"wellknownListName"',), ('"importance"', '"createdDateTime"', '"title"')]
PRIORITIES = {"low": 1, "normal": 0, "high": 3, None: 0}
STATES = {"inProgress": "in progress", "waitingOnOthers": "waiting on others"}
STATES |= {"deferred": "deferred"}
NEXT_PAGE = "@odata.nextLink"
CUT_OFF = "It isn't all: Microsoft gives tasks page by page, and a further page isn't in it."
LEFT_OUT = "“My Day”, shared lists and the contents of attached files stay in Microsoft To Do."


def find(file):
    """Return the lists of a file, or of all files in a ZIP file, as [(list, its tasks)].

    The second value is whether a file says that it has a further page.
    """
    found, is_any, is_cut_off = [], False, False
    for part in file.parts:
        if any(all(name in part.text for name in names) for names in MARKS):
            is_any = True
            is_cut_off = is_cut_off or NEXT_PAGE in part.text
            found += lists_in(
                part.json,
                part.name.rpartition("/")[2].removesuffix(".json"),
            )
    return (found, is_cut_off) if is_any else None


def lists_in(said, name):
    """Return lists with tasks, or the tasks of one list, which has the name of the file."""
    rows = said
    if isinstance(said, dict):
        rows = said.get("lists") or said.get("value") or [said]
    rows = dicts(rows)
    lists = [(dict_of(row.get("list")) or row, row["tasks"]) for row in rows if "tasks" in row]
    tasks = [row for row in rows if "title" in row and "tasks" not in row]
    return [*lists, ({"displayName": name}, tasks)] if tasks else lists


def read(found, plan, today):
    items = Items(plan, today)
    plan.leave("The file", LEFT_OUT)
    lists, is_cut_off = found
    if is_cut_off:
        plan.leave("The file", CUT_OFF)
    leave_unknown(
        plan,
        (task for _, tasks in lists for task in dicts(tasks)),
        MICROSOFT,
    )
    for number, (row, tasks) in enumerate(lists, 1):
        home = None
        if row.get("wellknownListName") != "defaultList":
            home = items.home(row.get("displayName"), key=number)
        for nth, task in enumerate(dicts(tasks), 1):
            where = place(
                f"list {number}, task {nth}",
                task.get("title"),
            )
            item = items.add(where, key_of(task.get("id")))
            item.home = home
            read_task(item, task)
    items.land()


def read_task(item, row):
    item.title, item.body = row.get("title"), body_of(item, dict_of(row.get("body")))
    item.created_at = item.moment_of(row.get("createdDateTime"), "moment of creation")
    changed = row.get("lastModifiedDateTime")
    item.updated_at = item.moment_of(changed, "moment of the last change")
    item.priority = PRIORITIES.get(
        key_of(row.get("importance")),
        0,
    )
    if key_of(row.get("importance")) not in PRIORITIES:
        item.leave(f"Its importance {quoted(row['importance'])} isn't known. It is taken for none.")
    take_due(item, dict_of(row.get("dueDateTime")))
    if row.get("status") == "completed":
        item.complete(moment_in(item, row.get("completedDateTime")), changed)
    elif state := STATES.get(key_of(row.get("status"))):
        item.say("Status", state)
    elif row.get("status") not in (None, "notStarted"):
        item.leave(f"Its status {quoted(row['status'])} isn't known. It is taken for open.")
    categories = row.get("categories")
    for name in categories if isinstance(categories, list) else []:
        item.tag(name)
    for step in dicts(row.get("checklistItems")):
        item.step(
            step.get("displayName"),
            step.get("isChecked") is True,
        )
    if row.get("recurrence"):
        repeat(item, dict_of(row["recurrence"]))
    say_more(item, row)


def body_of(item, body):
    words = item.reading.words(body.get("content"), "note")
    return plain(words) if body.get("contentType") == "html" else words


def repeat(item, said):
    """Take the repeat. Months clamp there, too: the 31st is the last day of a shorter month."""
    pattern, span = dict_of(said.get("pattern")), dict_of(said.get("range"))
    try:
        rule = f"{rule_of(pattern)}{end_of(span)}"
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        item.repeat_in_words(shortened(str(said)), "Its rule isn't understood.")
        return
    if span.get("type") == "numbered" and span.get("startDate") != item.due_date:
        item.repeat_in_words(rule, "It has begun, and how many times are left isn't in the file.")
    else:
        item.repeat_as(rule, rule)


def say_more(item, row):
    start = moment_in(item, row.get("startDateTime"))
    if not is_nothing(start):
        item.say("Start", item.in_words(start))
    if row.get("isReminderOn") is not False:
        item.remind_at(moment_in(item, row.get("reminderDateTime")))
    for link in dicts(row.get("linkedResources")):
        words = [link.get("displayName"), link.get("webUrl")]
        item.say(
            "Link",
            " ".join(str(part) for part in words if part),
        )
    for file in dicts(row.get("attachments")):
        item.attach(file.get("name"))
    if row.get("hasAttachments") is True and not row.get("attachments"):
        item.leave("The files attached to it stay where they are.")
