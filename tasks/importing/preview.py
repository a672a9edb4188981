"""A preview of an import: the rows that are new to an account, and the rows it has already."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from django.db import connection

from tasks.history import as_json

LOWER = """
SELECT lower(name) FROM unnest(%s::text[]) WITH ORDINALITY AS given(name, nth) ORDER BY nth
"""
STATE = ["completed_at", "deleted_at"]
DUE = ["due_date", "due_time", "repeat"]


@dataclass
class Choices:
    """The choice of the part of a plan to add."""

    again: bool = False  # also tasks that exist already
    settings: bool = False


@dataclass
class Matches:
    """The rows of a plan that exist already, {number: id}, and the numbers of the rows to add.

    same has duplicates of earlier rows of the plan, {number: number of that row}.
    """

    there: dict = field(default_factory=dict)
    new: list = field(default_factory=list)
    same: dict = field(default_factory=dict)

    def ids(self, added):
        """Return the ids of all rows, {number: id}, from the ids of the added ones."""
        new = zip(self.new, added, strict=True)
        ids = self.there | dict(new)
        return ids | {number: ids[other] for number, other in self.same.items()}


class Preview:
    """Compares a plan with the user's present rows, without writing."""

    def __init__(self, user, plan, choices=None):
        self.user = user
        self.plan = plan
        self.choices = choices or Choices(settings=self.is_first)

    @cached_property
    def is_first(self):
        """Whether the account has no rows that an import could duplicate."""
        tasks = self.user.tasks(manager="everything")
        lists = self.user.lists(manager="everything")
        return not (tasks.exists() or lists.exists())

    @cached_property
    def lists(self):
        """The lists of the plan that exist already, and those to add."""
        return matched(
            self.plan.lists,
            self.user.lists(manager="everything"),
        )

    @cached_property
    def tags(self):
        """The tags of the plan that exist already, and those to add."""
        return matched(
            self.plan.tags,
            self.user.tags(manager="everything"),
        )

    @cached_property
    def twins(self):
        """The tasks that exist already: same title, list, date and state.

        Each existing task counts once: of three equal tasks in a file of ours, if two exist, the
        third is new.
        """
        there = self.tasks_there()
        matches = Matches()
        seen = {}
        for number, task in enumerate(self.plan.tasks):
            key = self.key_of(task)
            if there[key]:
                matches.there[number] = there[key].pop(0)
            elif key in seen and not self.plan.is_ours:
                matches.same[number] = seen[key]
            else:
                matches.new.append(number)
            seen.setdefault(key, number)
        return matches

    def tasks_there(self):
        """Return the ids of the user's tasks, by the same key as key_of() returns."""
        names = ["pk", "title", "list", *DUE, *STATE]
        rows = self.user.tasks(manager="everything").order_by("pk")
        there = defaultdict(list)
        for task in rows.values(*names):
            due = self.due_of({name: as_json(task[name]) for name in DUE})
            key = task["title"], task["list"], due, *state_of(task)
            there[key].append(task["pk"])
        return there

    def due_of(self, task):
        """Return the value by which a task's due date is compared.

        Another program's file may hold the rule of a repeat but not its next date, and the date of
        the task that became of it moves on. So its rule and its time count instead.
        """
        if self.plan.is_ours or not task["repeat"]:
            return task["due_date"]
        return task["repeat"], task["due_time"]

    def key_of(self, task):
        """Return the key by which tasks are compared; no existing task is in a new list."""
        number = task["list"]
        task_list = None
        if number is not None:
            number = self.lists.same.get(number, number)
            task_list = self.lists.there.get(number, f"new {number}")
        return task["title"], task_list, self.due_of(task), *state_of(task)

    @cached_property
    def selected(self):
        """The numbers of the tasks to add."""
        if self.choices.again:
            return range(len(self.plan.tasks))
        return self.twins.new

    @cached_property
    def tasks(self):
        return [self.plan.tasks[number] for number in self.selected]

    @cached_property
    def counts(self):
        """The numbers of rows to add, by kind, as {name: number}."""
        there = [task for task in self.tasks if not task["deleted_at"]]
        completed = [task for task in there if task["completed_at"]]
        repeating = [task for task in there if task["repeat"]]
        return {
            "open": len(there) - len(completed),
            "completed": len(completed),
            "in_trash": len(self.tasks) - len(there),
            "repeats": len(repeating),
            "steps": sum(len(task["steps"]) for task in self.tasks),
            "reminders": sum(len(task["reminders"]) for task in self.tasks),
            "lists": len(self.lists.new),
            "tags": len(self.tags.new),
            "searches": len(self.new_searches),
        }

    @cached_property
    def new_searches(self):
        """The saved searches with free names."""
        searches = self.plan.searches
        names = lowered(search["name"] for search in searches)
        existing = self.user.searches.values_list("name", flat=True)
        taken = set(lowered(existing))
        new = {}
        for name, search in zip(names, searches, strict=True):
            if name not in taken:
                new.setdefault(name, search)
        return list(new.values())

    @cached_property
    def hidden(self):
        """The numbers of open tasks that would go into archived lists, as {name of the list: n}.

        Lists that are archived in the file, too, are left out.
        """
        lists = self.user.lists(manager="everything")
        existing = lists.exclude(archived_at=None).values_list("pk", flat=True)
        archived = set(existing)
        found = defaultdict(int)
        for task in self.tasks:
            number = task["list"]
            if number is None or any(state_of(task)):
                continue
            row = self.plan.lists[number]
            is_hidden = self.lists.there.get(number) in archived
            if is_hidden and not row["archived_at"]:
                found[row["name"]] += 1
        return dict(found)

    @property
    def adds_nothing(self):
        """Whether neither rows nor settings would be added."""
        if any(self.counts.values()):
            return False
        return not (self.choices.settings and self.plan.settings)

    def list_name(self, task):
        """Return the name of a task's list."""
        number = task["list"]
        if number is None:
            return "Inbox"
        return self.plan.lists[number]["name"]


def state_of(task):
    """Return whether a task is completed, and whether it is in the trash."""
    return [bool(task[name]) for name in STATE]


def lowered(names):
    """Return names in lower case, as the database computes them for unique names."""
    with connection.cursor() as cursor:
        cursor.execute(LOWER, [list(names)])
        return [name for (name,) in cursor.fetchall()]


def matched(rows, there):
    """Return the matches of a plan's lists or tags with existing ones of the same name.

    In the trash several may have one name, so there each counts once.
    """
    taken = ids_by_name(there)
    matches = Matches()
    first = {}
    for number, name in enumerate(lowered(row["name"] for row in rows)):
        is_deleted = bool(rows[number]["deleted_at"])
        found = taken[name, is_deleted]
        if found and is_deleted:
            matches.there[number] = found.pop(0)
        elif found:
            matches.there[number] = found[0]
        elif not is_deleted and name in first:
            matches.same[number] = first[name]
        else:
            matches.new.append(number)
            if not is_deleted:
                first[name] = number
    return matches


def ids_by_name(rows):
    """Return the ids of lists or tags, {(name in lower case, whether in the trash): [id]}."""
    columns = rows.order_by("pk").values_list("pk", "name", "deleted_at")
    known = list(columns)
    names = lowered(name for _, name, _ in known)
    found = defaultdict(list)
    for (pk, _, deleted_at), name in zip(known, names, strict=True):
        found[name, bool(deleted_at)].append(pk)
    return found
