"""Todoist: the CSV file of a project, or the ZIP file of a backup, with a CSV file for each.

https://todoist.com/help/articles/import-or-export-a-project-as-a-csv-file-in-todoist-YC8YvN says
what the columns hold; seen in November 2026. PRIORITY counts from 1, the highest, which is the
other way round than in Todoist's API. A repeating task has the words of its rule, and no date.
"""

import re

from tasks.importing.columns import known_table
from tasks.importing.items import Items
from tasks.importing.plan import shortened
from tasks.importing.readers.todoist_cells import (
    PRIORITIES,
    name_and_address,
    take_date,
    take_title,
    without_file,
)
from tasks.importing.rules import quoted
from tasks.importing.shapes import number_of

NAME = "Todoist"
OF_A_MAC = "__MACOSX/"  # what a Mac adds to a ZIP file that it packs
NEEDED = {"TYPE", "CONTENT"}
PLAIN = ["TYPE", "CONTENT", "DESCRIPTION", "PRIORITY", "INDENT", "RESPONSIBLE", "DATE"]
PLAIN += ["DATE_LANG", "TIMEZONE", "DURATION", "DURATION_UNIT", "DEADLINE", "DEADLINE_LANG"]
UNUSED = ["AUTHOR", "IS_COLLAPSED"]
FILE_NAME = re.compile(r"(.*?)(?: ?\[\w*\])?(?: ?\([0-9]+\))?(?:\.\w{1,4})?", re.DOTALL)
LEFT_OUT = (
    "Todoist's file doesn't hold completed tasks, reminders and the next date of a repeat, and who"
    " wrote what isn't carried over."
)


def find(file):
    """Return the tables of projects in a file, [(name of the file, table)]; None without any."""
    parts = [part for part in file.parts if not part.name.startswith(OF_A_MAC)]
    tables = [(part.name, known_table(part, NEEDED)) for part in parts]
    if any(table for _, table in tables):
        return tables
    return None


def read(found, plan, today):
    """Fill the plan by each project of a file."""
    items = Items(plan, today)
    plan.leave("The file", LEFT_OUT)
    for name, table in found:
        if table:
            Project(items, name, table, many=len(found) > 1).read()
        else:
            plan.leave(shortened(name), "This file is no project of Todoist's, so it isn't read.")
    items.land()


class Project:
    """A project, whose rows stand below each other: sections, tasks by indent, and comments."""

    def __init__(self, items, name, table, many):
        """name is that of the file; with many of them, it stands before each place in a report."""
        self.items = items
        self.plan = items.plan
        self.table = table
        self.key = name
        self.name = name_of_project(name)
        self.before = f"{shortened(name)}, " if many else ""
        self.home = items.home(self.name, key=name)
        self.above = []  # the task above and what it is a part of, as (indent, item)

    def read(self):
        """Read all rows, after a note of the columns that aren't known."""
        self.table.leave_unknown(
            self.plan,
            {*PLAIN, *UNUSED},
            f"{self.before}the header",
        )
        if self.before and self.table.file.encoding == "cp1252":
            self.plan.leave(self.before, "It isn't UTF-8, so it was read as Windows-1252.")
        for place, cells in self.table.rows():
            row = {name: cells.get(name, "") for name in PLAIN}
            self.row(self.before + place, row)

    def row(self, where, row):
        """Read a row by its type; those of the type meta say nothing of tasks."""
        kind = row["TYPE"].strip().lower()
        if kind == "task":
            self.task(where, row)
        elif kind == "section":
            self.section(row)
        elif kind == "note":
            self.comment(where, row)
        elif kind != "meta" and any(row.values()):
            self.unknown(where, row)

    def unknown(self, where, row):
        """Note a row of a type that isn't known."""
        kind = quoted(row["TYPE"])
        content = quoted(row["CONTENT"])
        self.plan.leave(
            where,
            f"Rows of the type {kind} aren't known: {content}.",
        )

    def section(self, row):
        """Go on in a section: a list of its own, named by the project and the section."""
        self.home = self.items.home(
            self.name,
            row["CONTENT"],
            key=self.key,
        )
        self.above = []

    def comment(self, where, row):
        """Put a comment into the notes of the task above it."""
        content = row["CONTENT"]
        if not self.above:
            words = f"A comment that belongs to no task: {quoted(content)}"
            self.plan.leave(where, words)
            return
        _, item = self.above[-1]
        words, file = without_file(content.strip())
        if file:
            item.attach(*name_and_address(file))
        item.comment(words, row["DATE"])

    def task(self, where, row):
        """Add a task, at its indent below the tasks above it."""
        item = self.items.add(where, key=f"{self.before}{where}")
        item.home = self.home
        item.body = row["DESCRIPTION"]
        self.place(item, row["INDENT"])
        take_title(item, row["CONTENT"])
        priority = row["PRIORITY"].strip()
        item.take_priority(priority, PRIORITIES, priority)
        if row["DATE"].strip():
            take_date(item, row)
        say_more(item, row)

    def place(self, item, indent):
        """Make an item a part of the nearest task above that is less far in."""
        indent = number_of(indent) or 1
        while self.above and self.above[-1][0] >= indent:
            self.above.pop()
        if self.above:
            _, parent = self.above[-1]
            item.parent = parent.key
        elif indent > 1:
            item.leave("No task stands above it of which it could be a part.")
        self.above.append((indent, item))


def name_of_project(path):
    """Return the name of a project from that of its file, without what Todoist adds to it."""
    file_name = path.rpartition("/")[2]
    name = FILE_NAME.fullmatch(file_name)[1]
    return name.strip() or NAME


def say_more(item, row):
    """Say a duration, a deadline and a responsible person."""
    duration = row["DURATION"]
    if duration.strip():
        unit = row["DURATION_UNIT"]
        if unit.strip() == "minute":
            unit = "min"
        item.say("Duration", f"{duration} {unit}")
    if row["DEADLINE"].strip():
        item.say("Deadline", row["DEADLINE"])
    person = row["RESPONSIBLE"].strip()
    if person:
        name = re.sub(r" \([0-9]+\)$", "", person)  # without their number
        item.say("Assigned to", name)
