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
from tasks.importing.shapes import dict_of, dicts, key_of, list_of
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


def find(file):
    """Return the data of a backup, None if it's none. Raise Unreadable for an encrypted one."""
    for part in file.parts:
        start = part.text[:40].lstrip("\ufeff \r\n\t")
        if start.startswith(PACKED) and "__" in start:
            raise Unreadable(REFUSED)
        is_likely = '"entities"' in part.text and '"task"' in part.text
        if start[:1] == "{" and is_likely:
            said = dict_of(part.json)
            data = dict_of(said.get("data")) or said
            if isinstance(dict_of(data.get("task")).get("entities"), dict):
                return data
    return None


def read(data, plan, today):
    Backup(data, Items(plan, today)).read()


class Backup:
    """The data of a backup."""

    def __init__(self, data, items):
        self.data, self.items, self.plan = data, items, items.plan
        self.projects = entities_of(data.get("project"))
        self.tags = entities_of(data.get("tag"))
        self.tasks, self.archived = entities_of(data.get("task")), {}
        for state in [data.get("taskArchive"), *archives_in(data)]:
            self.archived |= entities_of(state)
        self.all_tasks = self.archived | self.tasks
        self.places = places_in(self.all_tasks)
        self.repeats = Repeats(entities_of(data.get("taskRepeatCfg")), self)
        self.days, self.reminders = planned_days(data), reminders_in(data)

    def read(self):
        rows = [*self.tasks.values(), *self.archived.values()]
        leave_unknown(self.plan, rows, SUPER_PRODUCTIVITY)
        for row in self.tasks.values():
            self.task(row)
        for row in self.archived.values():
            self.task(row, is_archived=True)
        self.repeats.add_waiting()
        for number, note in enumerate(entities_of(self.data.get("note")).values(), 1):
            words = (
                f"Notes of a project are no tasks, so it is skipped: {quoted(note.get('content'))}"
            )
            self.plan.leave(f"note {number}", words)
        others = [words for key, words in OTHERS.items() if entities_of(self.data.get(key))]
        if others:
            self.plan.leave("The file", f"It also holds {', '.join(others)}: no place for them.")
        self.items.land()

    def home(self, key):
        project = self.projects.get(key_of(key))
        if project is None or key == INBOX:
            return None
        how = {"is_archived": project.get("isArchived") is True}
        color = dict_of(project.get("theme")).get("primary")
        return self.items.home(project.get("title"), color=color, key=key_of(key), **how)

    def task(self, row, is_archived=False):
        where = f"task {len(self.items.all) + 1}"
        item = self.items.add(where, key=key_of(row.get("id")), parent=key_of(row.get("parentId")))
        item.title, item.body = row.get("title"), row.get("notes")
        owner = self.all_tasks.get(item.parent)
        item.home = self.home(row.get("projectId") or dict_of(owner).get("projectId"))
        if owner:
            item.order = self.places.get((item.parent, item.key), len(self.places))
        item.priority = PRIORITIES.get(str(row.get("priority")), 0)
        for key in list_of(row.get("tagIds")):
            if key != TODAY and key_of(key) not in self.tags:
                item.leave(f"Its tag {quoted(key)} isn't in the file.")
            elif key != TODAY:
                item.tag(self.tags[key_of(key)].get("title"))
        self.take_moments(item, row, is_archived)
        self.take_date(item, row)
        self.repeats.take(item, row)
        self.say_more(item, row)

    def take_moments(self, item, row, is_archived):
        item.created_at = item.moment_of(moment_of(row.get("created")), "moment of creation")
        item.updated_at = item.moment_of(moment_of(row.get("modified")), "moment of change")
        if row.get("isDone") is True or is_archived:
            item.complete(moment_of(row.get("doneOn")), moment_of(row.get("modified")))
        if is_archived and row.get("isDone") is not True:
            item.leave("It was archived without being done. Here it is completed.")

    def take_date(self, item, row):
        at = row.get("dueWithTime") or row.get("plannedAt")
        if at:
            item.due(moment_of(at) or str(at), is_day=False)
        elif row.get("dueDay"):
            item.due(str(row["dueDay"]), is_day=True)
        elif item.key in self.days:
            item.due(str(self.days[item.key]), is_day=True)
        elif TODAY in list_of(row.get("tagIds")):
            item.leave("It stood in Today, and has no date of its own.")

    def say_more(self, item, row):
        estimate, spent = length_of(row.get("timeEstimate")), length_of(row.get("timeSpent"))
        words = ", ".join(filter(None, [estimate, spent and f"spent {spent}"]))
        if words and item.parent:  # of a step, its task has the sum
            item.leave(f"Estimate: {words}. A step has no place for it.")
        elif words:
            item.say("Estimate", words)
        item.remind_at(moment_of(row.get("remindAt") or self.reminders.get(item.key)))
        if deadline := row.get("deadlineDay") or moment_of(row.get("deadlineWithTime")):
            item.say("Deadline", in_words(str(deadline), self.plan.zone))
        if row.get("issueId"):
            kind = f"{row.get('issueType') or ''} {row['issueId']}".strip()
            item.say("Issue", shortened(kind))
        for file in dicts(row.get("attachments")):
            item.attach(file.get("title"), file.get("path"))
