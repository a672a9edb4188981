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
        ids = self.there | dict(zip(self.new, added, strict=True))
        return ids | {number: ids[other] for number, other in self.same.items()}


class Preview:
    """Compares a plan with the user's present rows, without writing."""

    def __init__(self, user, plan, choices=None):
        self.user, self.plan = user, plan
        self.choices = choices or Choices(settings=self.is_first)

    @cached_property
    def is_first(self):
        """Whether the account has no rows that an import could duplicate."""
        return not (
            self.user.tasks(manager="everything").exists()
            or self.user.lists(manager="everything").exists()
        )

    @cached_property
    def lists(self):
        return matched(self.plan.lists, self.user.lists(manager="everything"))

    @cached_property
    def tags(self):
        return matched(self.plan.tags, self.user.tags(manager="everything"))

    @cached_property
    def twins(self):
        """The tasks that exist already: same title, list, date and state.

        Each existing task counts once: of three equal tasks in a file of ours, if two exist, the
        third is new.
        """
        there = self.tasks_there()
        matches, seen = Matches(), {}
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
        there = defaultdict(list)
        for task in self.user.tasks(manager="everything").order_by("pk").values(*names):
            due = self.due_of({name: as_json(task[name]) for name in DUE})
            state = [bool(task[name]) for name in STATE]
            there[task["title"], task["list"], due, *state].append(task["pk"])
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
        state = [bool(task[name]) for name in STATE]
        return task["title"], task_list, self.due_of(task), *state

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
        return {
            "open": sum(not task["completed_at"] for task in there),
            "completed": sum(bool(task["completed_at"]) for task in there),
            "in_trash": len(self.tasks) - len(there),
            "repeats": sum(bool(task["repeat"]) for task in there),
            "steps": sum(len(task["steps"]) for task in self.tasks),
            "reminders": sum(len(task["reminders"]) for task in self.tasks),
            "lists": len(self.lists.new),
            "tags": len(self.tags.new),
            "searches": len(self.new_searches),
        }

    @cached_property
    def new_searches(self):
        """The saved searches with free names."""
        names = lowered([search["name"] for search in self.plan.searches])
        taken = set(lowered(self.user.searches.values_list("name", flat=True)))
        new = {}
        for name, search in zip(names, self.plan.searches, strict=True):
            if name not in taken:
                new.setdefault(name, search)
        return list(new.values())

    @cached_property
    def hidden(self):
        """The numbers of open tasks that would go into archived lists, as {name of the list: n}.

        Lists that are archived in the file, too, are left out.
        """
        existing = self.user.lists(manager="everything").exclude(archived_at=None)
        archived = set(existing.values_list("pk", flat=True))
        found = defaultdict(int)
        for task in self.tasks:
            number = task["list"]
            if number is None or task["completed_at"] or task["deleted_at"]:
                continue
            row = self.plan.lists[number]
            if self.lists.there.get(number) in archived and not row["archived_at"]:
                found[row["name"]] += 1
        return dict(found)

    @property
    def adds_nothing(self):
        settings = self.choices.settings and self.plan.settings
        return not (any(self.counts.values()) or settings)

    def list_name(self, task):
        return "Inbox" if task["list"] is None else self.plan.lists[task["list"]]["name"]


def lowered(names):
    """Return names in lower case, as the database computes them for unique names."""
    with connection.cursor() as cursor:
        cursor.execute(LOWER, [list(names)])
        return [name for (name,) in cursor.fetchall()]


def matched(rows, there):
    """Return the matches of a plan's lists or tags with existing ones of the same name.

    In the trash several may have one name, so there each counts once.
    """
    taken = defaultdict(list)
    known = list(there.order_by("pk").values_list("pk", "name", "deleted_at"))
    names = lowered(name for _, name, _ in known)
    for (pk, _, deleted_at), name in zip(known, names, strict=True):
        taken[name, bool(deleted_at)].append(pk)
    matches, first = Matches(), {}
    for number, name in enumerate(lowered(row["name"] for row in rows)):
        is_deleted = bool(rows[number]["deleted_at"])
        found = taken[name, is_deleted]
        if found:
            matches.there[number] = found.pop(0) if is_deleted else found[0]
        elif not is_deleted and name in first:
            matches.same[number] = first[name]
        else:
            matches.new.append(number)
            if not is_deleted:
                first[name] = number
    return matches
