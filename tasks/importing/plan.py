"""A plan: the rows that an import would add, read from a file. Pure: no Django.

Rows are dictionaries of JSON: days, times and moments are in ISO 8601, moments in UTC. They refer
to each other by their numbers in the plan, from 0.
"""

import json
import zlib
from dataclasses import dataclass, field
from datetime import UTC

from tasks.importing.files import Unreadable

MOST_LEFT = 20_000  # reasons that a plan keeps; further ones are only counted
SHOWN_IN_A_ROW = 200  # characters of a text of the file that a report repeats


@dataclass
class Plan:
    """The contents of a file.

    lists are {"name", "color", "archived_at", "deleted_at"}, in their order. tags are {"name",
    "deleted_at"}, searches {"name", "q", "completed"}, settings columns of a user. tasks have the
    keys of NEW_TASK, and left are (place in the file, data that can't be imported, with the
    reason).
    """

    format: str = ""  # its name, as a person reads it
    rows: int = 0  # of a CSV file, without the header; 0 if the format has no rows
    lists: list = field(default_factory=list)
    tags: list = field(default_factory=list)
    tasks: list = field(default_factory=list)
    searches: list = field(default_factory=list)
    settings: dict = field(default_factory=dict)
    # How pages of lists and tags are arranged: {"page", "list" or "tag", "arrangement"}.
    arrangements: list = field(default_factory=list)
    left: list = field(default_factory=list)
    more_left: int = 0  # how many there are beyond MOST_LEFT
    # In another program's file, a row equal to an earlier one is a duplicate; in ours it isn't.
    is_ours: bool = False
    # How the columns of a table were read: [name of the column, name of the field].
    read_as: list = field(default_factory=list)

    # No fields: they aren't kept.
    most_tasks = float("inf")
    zone = UTC  # the user's, for moments of the file
    mapping = None  # the tasks.importing.mapping.Mapping of a table, None for the guess

    def leave(self, where, words):
        """Note data that can't be imported: the place in the file, and the reason."""
        if len(self.left) < MOST_LEFT:
            self.left.append([where, words])
        else:
            self.more_left += 1

    def add_task(self, **fields):
        """Add a task with these fields; NEW_TASK has the defaults.

        Raise Unreadable beyond most_tasks, before a hostile file fills the memory.
        """
        if len(self.tasks) >= self.most_tasks:
            raise Unreadable(
                f"This file contains more than {self.most_tasks:,} tasks, the most that can be"
                " imported at once."
            )
        self.tasks.append(NEW_TASK | fields)

    @property
    def is_empty(self):
        return not (self.tasks or self.lists or self.tags or self.searches or self.settings)

    @property
    def number_of_steps(self):
        return sum(len(task["steps"]) for task in self.tasks)

    @property
    def number_of_tagged(self):
        return sum(len(task["tags"]) for task in self.tasks)

    def end_rings(self):
        """Cut each circle of series, in which tasks would continue each other, and note it."""
        seen = set()
        for number in range(len(self.tasks)):
            chain = set()
            while number is not None and number not in seen:
                seen.add(number)
                chain.add(number)
                following = self.tasks[number]["series"]
                if following in chain:
                    self.tasks[number]["series"] = None
                    where = self.tasks[number]["where"]
                    self.leave(where, "It would go on as itself in the end, so it doesn't.")
                number = following

    def as_bytes(self):
        """Return the plan in its stored form, for from_bytes()."""
        words = json.dumps(asdict_shallow(self))
        return zlib.compress(words.encode(), 1)

    @classmethod
    def from_bytes(cls, kept):
        """Return the plan that as_bytes() has stored, maybe that of an earlier version."""
        plan = cls(**json.loads(zlib.decompress(kept)))
        plan.tasks = [NEW_TASK | task for task in plan.tasks]  # an earlier version knew fewer keys
        return plan


NEW_TASK = {
    "where": "",  # in the file
    "list": None,  # the number of its list, None for the Inbox
    "title": "",
    "notes": "",
    "priority": 0,
    "due_date": None,
    "due_time": None,
    "repeat": "",
    "repeat_from": "due",
    "repeat_anchor": None,
    "missed": "pass",
    "series": None,  # the number of the task that goes on
    "typed": "",
    "completed_at": None,
    "created_at": None,  # None: the moment of the import
    "updated_at": None,
    "deleted_at": None,
    "place": None,  # in the order of its list
    "tags": (),  # their numbers
    "steps": (),  # {"title", "done", "deleted_at"}
    "reminders": (),  # {"minutes_before", "on_date", "at_time", "snoozed_until"}
}


def asdict_shallow(plan):
    """Return the fields of a plan; dataclasses.asdict() would copy each of its rows."""
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}


def shortened(text):
    """Return a text of a file as a report repeats it."""
    if len(text) > SHOWN_IN_A_ROW:
        return text[: SHOWN_IN_A_ROW - 1] + "…"
    return text
