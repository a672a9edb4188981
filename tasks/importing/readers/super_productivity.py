"""Super Productivity: the JSON of Sync & Backup, Export.

Its source (super-productivity on GitHub, src/app/features/*/*.model.ts) has the models. Archived
tasks are kept beside the others, and an older version keeps all without “data”.
"""

from tasks.importing.files import Unreadable
from tasks.importing.items import Items
from tasks.importing.known import SUPER_PRODUCTIVITY, leave_unknown
from tasks.importing.millis import length_of, moment_of
from tasks.importing.moments import in_words
from tasks.importing.plan import shortened
from tasks.importing.rules import quoted
from tasks.importing.shapes import (
    dict_in,
    dict_of,
    dicts_in,
    first_in,
    is_true,
    key_in,
    key_of,
    list_in,
)
from tasks.importing.sp_repeats import Repeats
from tasks.importing.sp_state import (
    archives_in,
    entities_of,
    places_in,
    planned_days,
    reminders_in,
)

NAME = "Super Productivity"
INBOX, TODAY, PACKED = "INBOX_PROJECT", "TODAY", "pf_"  # begins what is compressed or encrypted
REFUSED = (
    "This backup of Super Productivity is encrypted or compressed. Choose Export in its settings"
    " under Sync & Backup, and import that file."
)
PRIORITIES = {"1": 1, "low": 1, "2": 2, "medium": 2, "3": 3, "high": 3}
OTHERS = {"metric": "metrics", "simpleCounter": "counters", "improvement": "improvements"}
OTHERS |= {"obstruction": "obstructions", "boards": "boards"}
NOTE = "Notes of a project are no tasks, so it is skipped"


def find(file):
    """Return the data of a backup, None if it's none. Raise Unreadable for an encrypted one."""
    for part in file.parts:
        data = data_in(part)
        if data is not None:
            return data
    return None


def data_in(part):
    """Return the data of a file, None if it's no backup. Raise Unreadable if it's encrypted."""
    start = part.text[:40].lstrip("\ufeff \r\n\t")
    if start.startswith(PACKED) and "__" in start:
        raise Unreadable(REFUSED)
    if not start.startswith("{"):
        return None
    if '"entities"' not in part.text or '"task"' not in part.text:
        return None
    said = dict_of(part.json)
    data = dict_in(said, "data") or said
    tasks = dict_in(data, "task")
    if isinstance(tasks.get("entities"), dict):
        return data
    return None


def read(data, plan, today):
    Backup(data, Items(plan, today)).read()


class Backup:
    """The data of a backup."""

    def __init__(self, data, items):
        """Find the rows of each kind, which versions keep in different places."""
        self.data = data
        self.items = items
        self.plan = items.plan
        self.projects = self.rows("project")
        self.tags = self.rows("tag")
        self.tasks = self.rows("task")
        self.archived = self.rows("taskArchive")
        for state in archives_in(data):
            self.archived |= entities_of(state)
        self.all_tasks = self.archived | self.tasks
        self.places = places_in(self.all_tasks)
        self.days = planned_days(data)
        self.reminders = reminders_in(data)
        self.repeats = Repeats(self.rows("taskRepeatCfg"), self)

    def read(self):
        """Fill the plan with the tasks, the archived ones and the repeats without a task."""
        rows = [*self.tasks.values(), *self.archived.values()]
        leave_unknown(self.plan, rows, SUPER_PRODUCTIVITY)
        for row in self.tasks.values():
            self.task(row)
        for row in self.archived.values():
            self.task(row, is_archived=True)
        self.repeats.add_waiting()
        self.leave_others()
        self.items.land()

    def rows(self, name):
        """Return the rows of a kind, {id: row}."""
        return entities_of(self.data.get(name))

    def leave_others(self):
        """Note the rows of a backup that are no tasks."""
        notes = self.rows("note")
        for number, note in enumerate(notes.values(), 1):
            words = quoted(note.get("content"))
            self.plan.leave(
                f"note {number}",
                f"{NOTE}: {words}",
            )
        others = [words for key, words in OTHERS.items() if self.rows(key)]
        if others:
            names = ", ".join(others)
            self.plan.leave("The file", f"It also holds {names}: no place for them.")

    def home(self, key):
        """Return the list of a project; None for the Inbox."""
        project = self.projects.get(key_of(key))
        if project is None or key == INBOX:
            return None
        theme = dict_in(project, "theme")
        return self.items.home(
            project.get("title"),
            is_archived=is_true(project, "isArchived"),
            color=theme.get("primary"),
            key=key_of(key),
        )

    def task(self, row, is_archived=False):
        """Add a task, of those that are archived or of the others."""
        item = self.items.add(
            f"task {len(self.items.all) + 1}",
            key=key_in(row, "id"),
            parent=key_in(row, "parentId"),
        )
        item.title = row.get("title")
        item.body = row.get("notes")
        self.put_in_place(item, row)
        priority = str(row.get("priority"))
        item.priority = PRIORITIES.get(priority, 0)
        for key in list_in(row, "tagIds"):
            self.hang_tag(item, key)
        self.take_moments(item, row, is_archived)
        self.take_date(item, row)
        self.repeats.take(item, row)
        self.say_more(item, row)

    def put_in_place(self, item, row):
        """Give an item its list, which may be its parent's, and its place among its siblings."""
        parent = self.all_tasks.get(item.parent)
        project = row.get("projectId") or dict_of(parent).get("projectId")
        item.home = self.home(project)
        if parent:
            item.order = self.places.get(
                (item.parent, item.key),
                len(self.places),
            )

    def hang_tag(self, item, key):
        """Tag an item by the id of a tag; Today is a page there, and no tag."""
        if key == TODAY:
            return
        tag = self.tags.get(key_of(key))
        if tag is None:
            item.leave(f"Its tag {quoted(key)} isn't in the file.")
        else:
            item.tag(tag.get("title"))

    def take_moments(self, item, row, is_archived):
        """Take the moments of an item, and whether it is completed, as archived ones are."""
        is_done = is_true(row, "isDone")
        changed = moment_of(row.get("modified"))
        item.take_creation(moment_of(row.get("created")))
        item.updated_at = item.moment_of(changed, "moment of change")
        if is_done or is_archived:
            item.complete(moment_of(row.get("doneOn")), changed)
        if is_archived and not is_done:
            item.leave("It was archived without being done. Here it is completed.")

    def take_date(self, item, row):
        """Take the due date, a moment or a day, of the task itself or of the planner."""
        at = first_in(row, "dueWithTime", "plannedAt")
        if at:
            item.due(moment_of(at) or str(at), is_day=False)
        elif row.get("dueDay"):
            item.due(str(row["dueDay"]), is_day=True)
        elif item.key in self.days:
            item.due(str(self.days[item.key]), is_day=True)
        elif TODAY in list_in(row, "tagIds"):
            item.leave("It stood in Today, and has no date of its own.")

    def say_more(self, item, row):
        """Take the reminder, and put into the notes what has no place."""
        self.say_lengths(item, row)
        reminder = row.get("remindAt") or self.reminders.get(item.key)
        item.remind_at(moment_of(reminder))
        deadline = row.get("deadlineDay") or moment_of(row.get("deadlineWithTime"))
        if deadline:
            words = in_words(str(deadline), self.plan.zone)
            item.say("Deadline", words)
        if issue := row.get("issueId"):
            kind = row.get("issueType") or ""
            words = f"{kind} {issue}".strip()
            item.say("Issue", shortened(words))
        for file in dicts_in(row, "attachments"):
            item.attach(
                file.get("title"),
                file.get("path"),
            )

    def say_lengths(self, item, row):
        """Say the time that a task was estimated to take, and has taken."""
        parts = [length_of(row.get("timeEstimate"))]
        if spent := length_of(row.get("timeSpent")):
            parts.append(f"spent {spent}")
        words = ", ".join(filter(None, parts))
        if words and item.parent:  # of a step, its task has the sum
            item.leave(f"Estimate: {words}. A step has no place for it.")
        elif words:
            item.say("Estimate", words)
