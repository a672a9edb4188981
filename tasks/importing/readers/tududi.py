"""tududi: the JSON of Settings, Backup, also packed with gzip.

Its source (chrisvel/tududi, backend/services/userDataTransfer.js, models/) has the format: rows
refer to each other by uid in format 2, by id before. Due dates are the end of a day in the zone
of the file's user. The file also holds secrets of its user, which aren't read.
"""

import re

from tasks.importing.items import Items
from tasks.importing.known import TUDUDI, leave_unknown
from tasks.importing.moments import zone_named
from tasks.importing.rules import quoted
from tasks.importing.shapes import dict_of, dicts, key_of, list_of, number_of
from tasks.importing.tududi_repeats import all_occurrences, take_repeat
from tasks.importing.tududi_rows import as_day, day_in, key_in, note_projects, take_state

NAME = "tududi"
PRIORITIES = {"0": 1, "1": 2, "2": 3, "low": 1, "medium": 2, "high": 3}
OTHERS = {"goals": "goals", "views": "views", "people": "people", "task_events": "events"}
SECRETS = "The settings and tokens of your account there aren't read."
HASHTAG = re.compile(r"#[^\W\d][\w-]*")


def find(file):
    """Return the whole of a backup, None if it's none."""
    for part in file.parts:
        start = part.text[:40].lstrip("\ufeff \r\n\t")
        if start[:1] == "{" and '"exported_at"' in part.text and '"tasks"' in part.text:
            said = dict_of(part.json)
            data = dict_of(said.get("data"))
            if isinstance(data.get("tasks"), list) and "user" in said and "tags" in data:
                return said
    return None


def read(said, plan, today):
    Backup(said, Items(plan, today)).read()


class Backup:
    """A backup, with its rows by id and by uid."""

    def __init__(self, said, items):
        self.data, self.items, self.plan = dict_of(said.get("data")), items, items.plan
        name = dict_of(said.get("user")).get("timezone")
        self.zone = zone_named(name)
        if self.zone is None:
            self.zone = self.plan.zone
            self.plan.leave(
                "The file", f"Its time zone {quoted(name)} isn't known; yours is taken."
            )
        self.projects, self.areas = self.by_key("projects"), self.by_key("areas")
        self.tags, self.tasks = self.by_key("tags"), self.by_key("tasks")
        self.occurrences = all_occurrences(self)

    def by_key(self, name):
        """Return the rows of a kind by their ids and uids."""
        rows = dicts(self.data.get(name))
        return {key_of(row.get(key)): row for key in ("id", "uid", "uuid") for row in rows}

    def row_of(self, rows, row, name):
        """Return the row that another refers to, by its uid or id; {} if there is none."""
        key = key_of(row.get(f"{name}_uid")) or key_of(row.get(f"{name}_id"))
        return rows.get(key, {}) if key else {}

    def read(self):
        self.plan.leave("The account", SECRETS)
        leave_unknown(self.plan, dicts(self.data.get("tasks")), TUDUDI)
        note_projects(self)
        for number, row in enumerate(dicts(self.data.get("tasks")), 1):
            self.task(f"task {number}", row)
        for number, row in enumerate(dicts(self.data.get("inbox_items")), 1):
            self.inbox_item(f"inbox item {number}", row)
        for number, row in enumerate(dicts(self.data.get("notes")), 1):
            words = quoted(row.get("title") or row.get("content"))
            self.plan.leave(f"note {number}", f"Notes are no tasks, so it is skipped: {words}.")
        for name, words in OTHERS.items():
            if number := len(dicts(self.data.get(name))):
                self.plan.leave("The file", f"It also holds {words} ({number}): no place for them.")
        self.items.land()

    def home(self, row):
        """Return the list of a task: its project."""
        project = self.row_of(self.projects, row, "project")
        if not project:
            return None
        is_archived = project.get("status") == "archived" or project.get("active") is False
        return self.items.home(project.get("name"), is_archived=is_archived, key=key_in(project))

    def names_of_tags(self, row):
        tags = [self.tags.get(key_of(uid), {}) for uid in list_of(row.get("tag_uids"))]
        tags += dicts(row.get("tags")) + dicts(row.get("Tags"))
        return [tag["name"] for tag in tags if isinstance(tag.get("name"), str)]

    def task(self, where, row):
        parent = self.row_of(self.tasks, row, "parent_task")
        missing = key_of(row.get("parent_task_uid")) or key_of(row.get("parent_task_id"))
        item = self.items.add(where, key=key_in(row), parent=key_in(parent) or missing)
        item.home = self.home(row) or self.home(parent)
        item.title, item.body = row.get("name"), row.get("note") or row.get("description")
        item.priority = PRIORITIES.get(str(row.get("priority")), 0)
        if str(row.get("priority")) not in {*PRIORITIES, "None"}:
            item.leave(f"Its priority {quoted(row['priority'])} isn't known. It is taken for none.")
        if item.parent and item.priority == 1:  # which a part has unless its user chose another
            item.priority = 0
        if item.parent and row.get("order") is not None:
            item.order = number_of(row["order"])
        for name in self.names_of_tags(row):
            item.tag(name)
        take_state(item, row)
        if row.get("due_date"):
            item.due(as_day(row["due_date"]), zone=self.zone, is_day=True)
        take_repeat(item, row, self)
        self.say_more(item, row)

    def day_of(self, value):
        """Return the day of a moment of the file; None if it's none."""
        return day_in(value, self.zone)

    def say_more(self, item, row):
        if day := self.day_of(row.get("defer_until")):
            item.say("Hidden until", day)
        if number := len(dicts(row.get("completions"))):
            item.leave(f"Earlier completions of it ({number}) have no place here.")
        for file in dicts(row.get("attachments")):
            item.attach(file.get("original_filename") or file.get("file_path"))

    def inbox_item(self, where, row):
        if row.get("status") in ("processed", "deleted"):
            self.plan.leave(where, f"It was {row['status']} there, so it is skipped.")
            return
        item = self.items.add(where, key=f"inbox {key_in(row)}")
        words = str(row.get("content") or "")
        tags = [word for word in words.split() if HASHTAG.fullmatch(word)]
        item.title = " ".join(word for word in words.split() if word not in tags) or words
        for name in tags:
            item.tag(name)
        item.created_at = item.moment_of(row.get("created_at"), "moment of creation")
