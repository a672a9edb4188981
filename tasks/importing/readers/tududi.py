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
from tasks.importing.shapes import (
    dict_in,
    dict_of,
    dicts_in,
    first_in,
    key_in,
    key_of,
    list_in,
    number_of,
)
from tasks.importing.tududi_repeats import all_occurrences, take_repeat
from tasks.importing.tududi_rows import as_day, day_in, note_projects, own_key, take_state

NAME = "tududi"
PRIORITIES = {"0": 1, "1": 2, "2": 3, "low": 1, "medium": 2, "high": 3}
OTHERS = {"goals": "goals", "views": "views", "people": "people", "task_events": "events"}
SECRETS = "The settings and tokens of your account there aren't read."
NOTE = "Notes are no tasks, so it is skipped"
HASHTAG = re.compile(r"#[^\W\d][\w-]*")


def find(file):
    """Return the whole of a backup, None if it's none."""
    for part in file.parts:
        if is_likely(part.text):
            said = dict_of(part.json)
            data = dict_in(said, "data")
            has_tasks = isinstance(data.get("tasks"), list)
            if has_tasks and "user" in said and "tags" in data:
                return said
    return None


def is_likely(text):
    """Return whether a text may be a backup, before it is read as JSON."""
    start = text[:40].lstrip("\ufeff \r\n\t")
    return start.startswith("{") and '"exported_at"' in text and '"tasks"' in text


def read(said, plan, today):
    """Fill the plan by tasks and lines of the inbox."""
    Backup(said, Items(plan, today)).read()


class Backup:
    """A backup, with its rows by id and by uid."""

    def __init__(self, said, items):
        """Find the rows of each kind by their keys, and the zone that days are meant in."""
        self.data = dict_in(said, "data")
        self.items = items
        self.plan = items.plan
        user = dict_in(said, "user")
        self.zone = self.zone_of(user.get("timezone"))
        self.projects = self.by_key("projects")
        self.areas = self.by_key("areas")
        self.tags = self.by_key("tags")
        self.tasks = self.by_key("tasks")
        self.occurrences = all_occurrences(self)

    def zone_of(self, name):
        """Return the time zone of the file's user; the importing one's, noted, if unknown."""
        zone = zone_named(name)
        if zone is None:
            words = f"Its time zone {quoted(name)} isn't known; yours is taken."
            self.plan.leave("The file", words)
        return zone or self.plan.zone

    def rows(self, name):
        """Return the rows of a kind."""
        return dicts_in(self.data, name)

    def by_key(self, name):
        """Return the rows of a kind by their ids and uids."""
        found = {}
        for key in ("id", "uid", "uuid"):
            for row in self.rows(name):
                found[key_in(row, key)] = row
        return found

    def row_of(self, rows, row, name):
        """Return the row that another refers to, by its uid or id; {} if there is none."""
        key = reference(row, name)
        if key:
            return rows.get(key, {})
        return {}

    def read(self):
        """Fill the plan by tasks and lines of the inbox."""
        self.plan.leave("The account", SECRETS)
        leave_unknown(
            self.plan,
            self.rows("tasks"),
            TUDUDI,
        )
        note_projects(self)
        for number, row in enumerate(self.rows("tasks"), 1):
            self.task(f"task {number}", row)
        for number, row in enumerate(self.rows("inbox_items"), 1):
            self.inbox_item(f"inbox item {number}", row)
        self.leave_others()
        self.items.land()

    def leave_others(self):
        """Note the rows of a backup that are no tasks."""
        for number, row in enumerate(self.rows("notes"), 1):
            words = quoted(first_in(row, "title", "content"))
            self.plan.leave(
                f"note {number}",
                f"{NOTE}: {words}.",
            )
        for name, words in OTHERS.items():
            if number := len(self.rows(name)):
                self.plan.leave(
                    "The file",
                    f"It also holds {words} ({number}): no place for them.",
                )

    def home(self, row):
        """Return the list of a task: its project."""
        project = self.row_of(self.projects, row, "project")
        if not project:
            return None
        is_inactive = project.get("active") is False
        is_archived = is_inactive or project.get("status") == "archived"
        return self.items.home(
            project.get("name"),
            is_archived=is_archived,
            key=own_key(project),
        )

    def names_of_tags(self, row):
        """Return the names of a task's or project's tags: rows in it, or elsewhere by their uid."""
        keys = map(key_of, list_in(row, "tag_uids"))
        tags = [self.tags.get(key, {}) for key in keys]
        tags += dicts_in(row, "tags")
        tags += dicts_in(row, "Tags")
        names = [tag.get("name") for tag in tags]
        return [name for name in names if isinstance(name, str)]

    def task(self, where, row):
        """Add a task; the whole that it is a part of may be missing in the file."""
        parent = self.row_of(self.tasks, row, "parent_task")
        item = self.items.add(
            where,
            key=own_key(row),
            parent=own_key(parent) or reference(row, "parent_task"),
        )
        item.home = self.home(row) or self.home(parent)
        item.title = row.get("name")
        item.body = first_in(row, "note", "description")
        take_priority(item, row)
        if item.parent and row.get("order") is not None:
            item.order = number_of(row["order"])
        for name in self.names_of_tags(row):
            item.tag(name)
        take_state(item, row)
        if row.get("due_date"):
            day = as_day(row["due_date"])
            item.due(day, zone=self.zone, is_day=True)
        take_repeat(item, row, self)
        self.say_more(item, row)

    def day_of(self, value):
        """Return the day of a moment of the file; None if it's none."""
        return day_in(value, self.zone)

    def say_more(self, item, row):
        """Put into the notes what has no place."""
        if day := self.day_of(row.get("defer_until")):
            item.say("Hidden until", day)
        if number := len(dicts_in(row, "completions")):
            item.leave(f"Earlier completions of it ({number}) have no place here.")
        for file in dicts_in(row, "attachments"):
            name = first_in(file, "original_filename", "file_path")
            item.attach(name)

    def inbox_item(self, where, row):
        """Add a line of the inbox, whose hashtags are tags."""
        if row.get("status") in ("processed", "deleted"):
            self.plan.leave(
                where,
                f"It was {row['status']} there, so it is skipped.",
            )
            return
        item = self.items.add(where, key=f"inbox {own_key(row)}")
        content = str(row.get("content") or "")
        words = content.split()
        tags = [word for word in words if HASHTAG.fullmatch(word)]
        others = [word for word in words if word not in tags]
        item.title = " ".join(others) or content
        for name in tags:
            item.tag(name)
        item.take_creation(row.get("created_at"))


def reference(row, name):
    """Return the uid, or else the id, by which a row refers to another; None if it doesn't."""
    return key_in(row, f"{name}_uid") or key_in(row, f"{name}_id")


def take_priority(item, row):
    """Take the priority, none for one that isn't known."""
    said = str(row.get("priority"))
    item.priority = PRIORITIES.get(said, 0)
    if said not in {*PRIORITIES, "None"}:
        item.leave_unknown("priority", row["priority"], "none")
    if item.parent and item.priority == 1:  # which a part has unless its user chose another
        item.priority = 0
