"""Taskwarrior: what `task export` prints, one array, or an object a line with json.array=off.

https://taskwarrior.org/docs/design/task/ has the attributes; moments are in UTC, and a day is its
midnight where its user was. A repeating task is a template, and a task for each occurrence so far.
"""

from collections import defaultdict
from datetime import date, datetime, time

from tasks.importing.files import File
from tasks.importing.items import Items
from tasks.importing.moments import in_words
from tasks.importing.periods import nth_day, rule_of
from tasks.importing.plan import shortened
from tasks.importing.shapes import dicts, dicts_in, key_in, key_of, names_in, number_in

NAME = "Taskwarrior"
MARKS = ('"uuid"', '"description"', '"status"', '"entry"')
PRIORITIES = {"H": 3, "M": 2, "L": 1}
STATES = {"pending", "waiting", "recurring", "completed"}
LAST_SECOND = time(23, 59, 59)  # what “end of day” and “end of month” mean
SAID = {"wait": "Hidden until", "scheduled": "Scheduled", "start": "Started", "until": "Expires"}
USED = {"id", "uuid", "description", "entry", "modified", "end", "status", "project", "tags"}
USED |= {"due", "priority", "urgency", "annotations", "recur", "rtype", "mask", "imask", "parent"}
USED |= {"depends", "template", "last", "rlast", *SAID}
MOST_COUNTED = 200_000  # past occurrences of all repeats


def find(file):
    """Return the rows of an export, None if it's none. Raise Unreadable for one cut off."""
    if file.is_zip or not all(mark in file.text for mark in MARKS):
        return None
    start = file.text[:100].lstrip("\ufeff \r\n\t")
    if start.startswith("["):
        rows = file.json
    elif start.startswith("{"):
        rows = rows_of_lines(file)
    else:
        return None
    is_export = isinstance(rows, list) and any(map(is_task, rows))
    return rows if is_export else None


def rows_of_lines(file):
    """Return the rows of a file with an object on each line; None if the first is no whole one."""
    whole = file.text.removeprefix("\ufeff")
    lines = [line.strip() for line in whole.split("\n")]
    lines = [line.removesuffix(",") for line in lines if line]
    if not lines[0].endswith("}"):
        return None
    joined = ",\n".join(lines)
    array = f"[{joined}]".encode(errors="replace")
    return File(file.name, array).json


def is_task(row):
    return isinstance(row, dict) and {"uuid", "description", "status"} <= set(row)


def read(rows, plan, today):
    """Fill the plan by the rows of an export."""
    reading = Export(
        Items(plan, today),
        dicts(rows),
    )
    others = len(rows) - len(reading.rows)
    if others:
        plan.leave("The file", f"{others} of its rows are no tasks.")
    for number, row in enumerate(reading.rows, 1):
        reading.task(f"task {number}", row)
    reading.items.land()


class Export:
    """The rows of an export, and the items that they become."""

    def __init__(self, items, rows):
        """Find the templates, and which occurrence of each is the last one."""
        self.items = items
        self.plan = items.plan
        self.rows = rows
        self.titles = {}
        self.templates = {}
        for row in rows:
            uuid = key_in(row, "uuid")
            self.titles[uuid] = row.get("description")
            if row.get("status") == "recurring":
                self.templates[uuid] = row
        self.last = last_open_ones(rows)
        self.counted = 0  # occurrences of all templates

    def task(self, where, row):
        """Add an item for a row, unless it was deleted, or is a template with open occurrences."""
        status = row.get("status")
        uuid = key_in(row, "uuid")
        if status == "deleted":
            title = shortened(str(row.get("description", "")))
            self.plan.leave(where, f"“{title}” was deleted there, so it is skipped.")
        elif status != "recurring" or uuid not in self.last:
            item = self.items.add(where, key=uuid)
            self.take(item, row)

    def take(self, item, row):
        """Read a row into its item."""
        status = row.get("status")
        if str(status) not in STATES:
            item.leave_unknown("status", status, "open")
        item.title = row.get("description")
        take_priority(item, row.get("priority"))
        item.home = self.items.home(row.get("project"))
        for name in names_in(row.get("tags")):
            item.tag(name)
        changed = row.get("modified")
        item.take_creation(row.get("entry"))
        item.take_change(changed)
        if status == "completed":
            item.complete(row.get("end"), changed)
        item.due(row.get("due"))
        if item.due_time == LAST_SECOND.isoformat():
            item.due_time = None
        self.take_repeat(item, row)
        self.say_more(item, row)

    def take_repeat(self, item, row):
        """Take the repeat: of the last open occurrence, or of a template without any."""
        said = row.get("recur")
        parent = key_in(row, "parent")
        is_template = row.get("status") == "recurring"
        is_last = self.last.get(parent) == key_in(row, "uuid")
        if not said or not (is_template or is_last):
            return
        words = shortened(f"recur:{said}")
        rule = rule_of(said)
        if not rule:
            item.repeat_in_words(words, "The rule isn't known here.")
            return
        template = self.templates.get(parent, row)
        rule += self.end_of(item, template)
        is_chained = template.get("rtype") == "chained"
        repeat_from = "completion" if is_chained else "due"
        item.repeat_as(rule, words, repeat_from)
        if is_template and item.repeat and row.get("mask"):
            self.take_next_day(item, row, words)

    def end_of(self, item, template):
        """Return the end of a repeat as a part of its rule; "" for a repeat without one."""
        until = item.moment_of(template.get("until"), "end of the repeat")
        if not until:
            return ""
        day = datetime.fromisoformat(until).astimezone(self.plan.zone)
        return f";UNTIL={day:%Y%m%d}"

    def take_next_day(self, item, row, words):
        """Move the item of a template past the occurrences that it has had."""
        number = len(str(row["mask"]))  # it has a character for each occurrence
        self.counted += number
        day = None
        if self.counted <= MOST_COUNTED:
            anchor = date.fromisoformat(item.due_date)
            day = nth_day(item.repeat, anchor, number)
        if day:
            item.due_date = day.isoformat()
        else:
            item.repeat_in_words(words, "It has no date left.")

    def say_more(self, item, row):
        """Put into the notes what has no place, also fields that only some programs write."""
        for key, words in SAID.items():
            is_end = key == "until" and row.get("recur")
            if row.get(key) and not is_end:
                day = in_words(
                    str(row[key]),
                    self.plan.zone,
                )
                item.say(words, day)
        for note in dicts_in(row, "annotations"):
            item.comment(
                note.get("description"),
                note.get("entry"),
            )
        others = names_in(row.get("depends"))
        titles = [f"“{self.titles.get(uuid, uuid)}”" for uuid in others]
        if titles:
            item.say("Depends on", shortened(", ".join(titles)))
        for key, value in row.items():
            if key not in USED and value not in (None, "", [], {}):
                item.say(shortened(key), value)


def last_open_ones(rows):
    """Return the last open occurrence of each repeat, {id of its template: id}."""
    open_ones = defaultdict(list)
    for row in rows:
        is_open = row.get("status") in ("pending", "waiting")
        if is_open and row.get("parent"):
            parent = key_of(row["parent"])
            open_ones[parent].append(row)
    last = {}
    for parent, occurrences in open_ones.items():
        latest = max(occurrences, key=order_of)
        last[parent] = key_in(latest, "uuid")
    return last


def order_of(row):
    """Return the key that sorts occurrences of a repeat: the later, the greater."""
    number = number_in(row, "imask")
    return number, str(row.get("due", ""))


def take_priority(item, said):
    """Take the priority; one of the user's own making goes into the notes."""
    item.priority = PRIORITIES.get(str(said), 0)
    if said and not item.priority:
        item.say("Priority", shortened(str(said)))
