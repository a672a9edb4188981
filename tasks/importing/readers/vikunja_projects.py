"""The projects of an export of Vikunja, with the names of those that they are in."""

from dataclasses import dataclass, field
from functools import cached_property

from tasks.importing.shapes import by_id, dicts, key_of, number_of

DEEPEST = 10  # projects in each other; a path of more would be too long for a name
WITHIN = ("child_projects", "lists")


@dataclass
class Project:
    """A project: path are the names of the projects above it, and its own."""

    number: int
    said: dict
    path: list
    is_archived: bool
    color: str
    buckets: dict = field(default_factory=dict)  # the columns of its board, {id of a task: name}

    def bucket_of(self, row):
        """Return the name of the column that a task is in; "" for the first, and the one for done.

        Older files have it in the task, newer ones beside.
        """
        key = self.buckets.get(
            key_of(row.get("id")),
            key_of(row.get("bucket_id")),
        )
        usual = self.columns[:1]
        if row.get("done") is True:
            usual = usual + self.columns[-1:]
        return "" if key in usual else self.names.get(key, "")

    @cached_property
    def names(self):
        """The names of the columns of its board, {id: name}, in their order."""
        buckets = dicts(self.said.get("buckets"))
        buckets.sort(key=lambda one: number_of(one.get("position")))
        return {key_of(one.get("id")): one.get("title") for one in buckets}

    @cached_property
    def columns(self):
        return list(self.names)


def projects_in(found, plan):
    """Return all projects of a file, each after the one that it is in."""
    rows, waiting = [], [(row, None) for row in reversed(dicts(found))]
    while waiting:
        row, within = waiting.pop()
        rows.append((row, within))
        for name in WITHIN:
            waiting += [(child, row) for child in reversed(dicts(row.get(name)))]
    by_key = by_id([row for row, within in rows if within is None])
    above = {}
    for row, within in rows:
        parent = within
        if parent is None:
            parent = by_key.get(key_of(row.get("parent_project_id")))
        above[id(row)] = parent
    return [project_of(number, row, above, plan) for number, (row, _) in enumerate(rows)]


def project_of(number, row, above, plan):
    path, is_archived, one = [], False, row
    while one is not None and len(path) < DEEPEST:
        path.insert(
            0,
            str(one.get("title") or "Project"),
        )
        is_archived = is_archived or one.get("is_archived") is True
        one = above[id(one)]
        if one is row:
            plan.leave(f"project {number + 1}", "It would be in itself, so it is taken out.")
            break
    if row.get("description"):
        plan.leave(f"project {number + 1}", "Lists have no description here. It is left out.")
    project = Project(number, row, path, is_archived, row.get("hex_color"))
    for one in dicts(row.get("task_buckets")):
        project.buckets[key_of(one.get("task_id"))] = key_of(one.get("bucket_id"))
    return project
