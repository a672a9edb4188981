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
from tasks.importing.rules import quoted
from tasks.importing.shapes import dicts, key_of, names_in, number_of

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
    start = file.text[:100].lstrip("\ufeff \r\n\t")[:1]
    if file.is_zip or not start or not all(mark in file.text for mark in MARKS):
        return None
    lines = [line.strip() for line in file.text.removeprefix("\ufeff").split("\n")]
    lines = [line.removesuffix(",") for line in lines if line]
    if start == "{" and lines[0].endswith("}"):
        joined = ",\n".join(lines)
        file = File(file.name, f"[{joined}]".encode(errors="replace"))
    elif start != "[":
        return None
    rows = file.json
    is_export = isinstance(rows, list) and any(is_task(row) for row in rows)
    return rows if is_export else None


def is_task(row):
    return isinstance(row, dict) and {"uuid", "description", "status"} <= set(row)


def read(rows, plan, today):
    reading = Export(Items(plan, today), dicts(rows))
    if len(reading.rows) < len(rows):
        plan.leave("The file", f"{len(rows) - len(reading.rows)} of its rows are no tasks.")
    for number, row in enumerate(reading.rows, 1):
        reading.task(f"task {number}", row)
    reading.items.land()


class Export:
    """The rows of an export, and the items that they become."""

    def __init__(self, items, rows):
        self.items, self.plan, self.rows = items, items.plan, rows
        self.titles = {key_of(row.get("uuid")): row.get("description") for row in rows}
        self.templates, open_ones = {}, defaultdict(list)
        for row in rows:
            if row.get("status") == "recurring":
                self.templates[key_of(row.get("uuid"))] = row
            elif row.get("status") in ("pending", "waiting") and row.get("parent"):
                open_ones[key_of(row["parent"])].append(row)
        self.last, self.counted = {}, 0
        for parent, rows in open_ones.items():
            self.last[parent] = key_of(max(rows, key=order_of).get("uuid"))

    def task(self, where, row):
        status, uuid = row.get("status"), key_of(row.get("uuid"))
        if status == "deleted":
            title = shortened(str(row.get("description", "")))
            self.plan.leave(where, f"“{title}” was deleted there, so it is skipped.")
        elif status != "recurring" or uuid not in self.last:
            item = self.items.add(where, key=uuid)
            self.take(item, row)

    def take(self, item, row):
        if str(row.get("status")) not in STATES:
            item.leave(f"Its status {quoted(row.get('status'))} isn't known. It is taken for open.")
        item.title = row.get("description")
        item.priority = PRIORITIES.get(str(row.get("priority")), 0)
        if row.get("priority") and not item.priority:
            item.say("Priority", shortened(str(row["priority"])))
        item.home = self.items.home(row.get("project"))
        for name in names_in(row.get("tags")):
            item.tag(name)
        item.created_at = item.moment_of(row.get("entry"), "moment of creation")
        item.updated_at = item.moment_of(row.get("modified"), "moment of the last change")
        if row.get("status") == "completed":
            item.complete(row.get("end"), row.get("modified"))
        item.due(row.get("due"))
        if item.due_time == LAST_SECOND.isoformat():
            item.due_time = None
        self.take_repeat(item, row)
        self.say_more(item, row)

    def take_repeat(self, item, row):
        """Take the repeat: of the last open occurrence, or of a template without any."""
        said, parent = row.get("recur"), key_of(row.get("parent"))
        is_template = row.get("status") == "recurring"
        if not said or not (is_template or self.last.get(parent) == key_of(row.get("uuid"))):
            return
        words, rule = shortened(f"recur:{said}"), rule_of(said)
        template = self.templates.get(parent, row)
        if not rule:
            item.repeat_in_words(words, "The rule isn't known here.")
            return
        if until := item.moment_of(template.get("until"), "end of the repeat"):
            day = datetime.fromisoformat(until).astimezone(self.plan.zone)
            rule += f";UNTIL={day:%Y%m%d}"
        is_chained = template.get("rtype") == "chained"
        repeat_from = "completion" if is_chained else "due"
        item.repeat_as(rule, words, repeat_from)
        if is_template and item.repeat and row.get("mask"):
            number = len(str(row.get("mask") or ""))  # it has a character for each occurrence
            self.counted += number
            is_near = self.counted <= MOST_COUNTED
            day = is_near and nth_day(item.repeat, date.fromisoformat(item.due_date), number)
            if day:
                item.due_date = day.isoformat()
            else:
                item.repeat_in_words(words, "It has no date left.")

    def say_more(self, item, row):
        for key, words in SAID.items():
            is_end = key == "until" and row.get("recur")
            if row.get(key) and not is_end:
                item.say(words, in_words(str(row[key]), self.plan.zone))
        for note in dicts(row.get("annotations")):
            item.comment(note.get("description"), note.get("entry"))
        others = names_in(row.get("depends"))
        titles = [f"“{self.titles.get(uuid, uuid)}”" for uuid in others]
        if titles:
            item.say("Depends on", shortened(", ".join(titles)))
        for key, value in row.items():
            if key not in USED and value not in (None, "", [], {}):
                item.say(shortened(key), value)


def order_of(row):
    """Return the key that sorts occurrences of a repeat: the later, the greater."""
    return number_of(row.get("imask")), str(row.get("due", ""))
