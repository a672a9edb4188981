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
    name_and_address,
    take_date,
    take_priority,
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
    return tables if any(table for _, table in tables) else None


def read(found, plan, today):
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
        self.items, self.plan, self.table, self.key = items, items.plan, table, name
        self.name = FILE_NAME.fullmatch(name.rpartition("/")[2])[1].strip() or NAME
        self.before = f"{shortened(name)}, " if many else ""
        self.home = items.home(self.name, key=name)
        self.above = []  # the task above and what it is a part of, as (indent, item)

    def read(self):
        self.table.leave_unknown(
            self.plan,
            {*PLAIN, *UNUSED},
            f"{self.before}the header",
        )
        if self.before and self.table.file.encoding == "cp1252":
            self.plan.leave(self.before, "It isn't UTF-8, so it was read as Windows-1252.")
        kinds = {"task": self.task, "section": self.section, "note": self.comment}
        kinds |= {"meta": lambda where, row: None}
        for where, row in self.table.rows():
            row = {name: row.get(name, "") for name in PLAIN}
            kind = row["TYPE"].strip().lower()
            kinds.get(kind, self.unknown)(self.before + where, row)

    def unknown(self, where, row):
        if any(row.values()):
            words = (
                f"Rows of the type {quoted(row['TYPE'])} aren't known: {quoted(row['CONTENT'])}."
            )
            self.plan.leave(where, words)

    def section(self, where, row):
        self.home = self.items.home(
            self.name,
            row["CONTENT"],
            key=self.key,
        )
        self.above = []

    def comment(self, where, row):
        if not self.above:
            words = f"A comment that belongs to no task: {quoted(row['CONTENT'])}"
            self.plan.leave(where, words)
            return
        item = self.above[-1][1]
        words, file = without_file(row["CONTENT"].strip())
        if file:
            item.attach(*name_and_address(file))
        item.comment(words, row["DATE"])

    def task(self, where, row):
        item = self.items.add(where, key=f"{self.before}{where}")
        item.home = self.home
        item.body = row["DESCRIPTION"]
        self.place(item, row["INDENT"])
        take_title(item, row["CONTENT"])
        take_priority(item, row["PRIORITY"].strip())
        if row["DATE"].strip():
            take_date(item, row, self.items.today)
        self.say_more(item, row)

    def place(self, item, indent):
        """Make an item a part of the nearest task above that is less far in."""
        indent = number_of(indent) or 1
        while self.above and self.above[-1][0] >= indent:
            self.above.pop()
        if self.above:
            item.parent = self.above[-1][1].key
        elif indent > 1:
            item.leave("No task stands above it of which it could be a part.")
        self.above.append((indent, item))

    def say_more(self, item, row):
        if row["DURATION"].strip():
            unit = {"minute": "min"}.get(row["DURATION_UNIT"].strip(), row["DURATION_UNIT"])
            item.say(
                "Duration",
                f"{row['DURATION']} {unit}",
            )
        if row["DEADLINE"].strip():
            item.say("Deadline", row["DEADLINE"])
        if row["RESPONSIBLE"].strip():
            item.say(
                "Assigned to",
                re.sub(r" \([0-9]+\)$", "", row["RESPONSIBLE"].strip()),
            )
