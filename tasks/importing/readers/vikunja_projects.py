"""The projects of an export of Vikunja, with the names of those that they are in."""

from dataclasses import dataclass, field
from functools import cached_property

from tasks.importing.shapes import by_id, dicts, dicts_in, is_true, key_in, number_in

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
        own = key_in(row, "bucket_id")
        key = self.buckets.get(key_in(row, "id"), own)
        usual = self.columns[:1]
        if is_true(row, "done"):
            usual += self.columns[-1:]
        if key in usual:
            return ""
        return self.names.get(key, "")

    @cached_property
    def names(self):
        """The names of the columns of its board, {id: name}, in their order."""
        buckets = dicts_in(self.said, "buckets")
        buckets.sort(key=lambda one: number_in(one, "position"))
        return {key_in(one, "id"): one.get("title") for one in buckets}

    @cached_property
    def columns(self):
        return list(self.names)


def projects_in(found, plan):
    """Return all projects of a file, each after the one that it is in."""
    rows = rows_in(found)
    above = above_of(rows)
    projects = []
    for number, (row, _) in enumerate(rows):
        where = f"project {number + 1}"
        projects.append(project_of(number, row, above, plan, where))
    return projects


def rows_in(found):
    """Return the rows of all projects, as [(row, the row that it stands in or None)]."""
    rows = []
    waiting = [(row, None) for row in reversed(dicts(found))]
    while waiting:
        row, within = waiting.pop()
        rows.append((row, within))
        for name in WITHIN:
            children = reversed(dicts_in(row, name))
            waiting += [(child, row) for child in children]
    return rows


def above_of(rows):
    """Return the row that each is in, by id() of the row: it stands in it, or has its id."""
    by_key = by_id([row for row, within in rows if within is None])
    above = {}
    for row, within in rows:
        parent = within
        if parent is None:
            key = key_in(row, "parent_project_id")
            parent = by_key.get(key)
        above[id(row)] = parent
    return above


def project_of(number, row, above, plan, where):
    """Return a project, which is archived if one above it is."""
    rows = path_of(row, above, plan, where)
    if row.get("description"):
        plan.leave(where, "Lists have no description here. It is left out.")
    project = Project(
        number,
        row,
        path=[str(one.get("title") or "Project") for one in rows],
        is_archived=any(is_true(one, "is_archived") for one in rows),
        color=row.get("hex_color"),
    )
    for one in dicts_in(row, "task_buckets"):
        task = key_in(one, "task_id")
        project.buckets[task] = key_in(one, "bucket_id")
    return project


def path_of(row, above, plan, where):
    """Return the rows above a project and its own; note a project that would be in itself."""
    path = []
    one = row
    while one is not None and len(path) < DEEPEST:
        path.insert(0, one)
        one = above[id(one)]
        if one is row:
            plan.leave(where, "It would be in itself, so it is taken out.")
            break
    return path
