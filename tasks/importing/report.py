"""A preview in words: for the page, for a text to keep, and for manage.py import_tasks."""

from datetime import date, time
from functools import cached_property

from accounts import text
from accounts.text import counted
from tasks.recurrence import describe, listed

SHOWN = 10  # tasks that the page shows of each kind
MOST_LEFT = 200  # lines that the page shows of what can't be carried over
LONG = 2000  # tasks that take their time


class Report:
    """A preview for its user; row is the waiting import, clock the user's."""

    def __init__(self, preview, row, clock):
        self.preview, self.row, self.clock = preview, row, clock
        self.plan = preview.plan

    @property
    def number(self):
        return len(self.preview.tasks)

    @property
    def there(self):
        return len(self.preview.twins.there)

    @property
    def is_long(self):
        return len(self.plan.tasks) > LONG

    @cached_property
    def facts(self):
        """The rows to add, as [(kind, number)], without kinds that have none."""
        counts = self.preview.counts
        names = {
            "open": "Open tasks",
            "completed": "Completed tasks",
            "in_trash": "Tasks in the trash",
            "repeats": "With a repeat",
            "steps": "Steps",
            "lists": "New lists",
            "tags": "New tags",
            "searches": "Saved searches",
        }
        return [(label, counts[name]) for name, label in names.items() if counts[name]]

    @property
    def summary(self):
        """The rows to add, in one line."""
        if self.preview.adds_nothing:
            return "nothing new"
        return listed([f"{number} {label.lower()}" for label, number in self.facts])

    @property
    def new_lists(self):
        return [self.plan.lists[number]["name"] for number in self.preview.lists.new]

    @property
    def about(self):
        """The format of the file, and the number of its rows if it has any."""
        if self.plan.rows:
            return f"{self.plan.format}, {counted(self.plan.rows, 'row')}"
        return self.plan.format

    @property
    def warnings(self):
        return [
            f"Your list “{text.legible(name)}” is archived, so {counted(number, 'open task')} in it"
            " won’t be on Today or Upcoming."
            for name, number in self.preview.hidden.items()
        ]

    @property
    def first(self):
        return [self.line(task) for task in self.preview.tasks[:SHOWN]]

    @property
    def first_there(self):
        numbers = list(self.preview.twins.there)[:SHOWN]
        return [self.line(self.plan.tasks[number]) for number in numbers]

    @property
    def left(self):
        return self.plan.left[:MOST_LEFT]

    @property
    def more_left(self):
        return max(len(self.plan.left) - MOST_LEFT, 0) + self.plan.more_left

    def line(self, task):
        """Return a task as {"title", "says"}: its list, due date, repeat and so on."""
        says = [self.preview.list_name(task)]
        if task["due_date"]:
            day = self.clock.date(date.fromisoformat(task["due_date"]))
            if task["due_time"]:
                day += f" at {self.clock.time(time.fromisoformat(task['due_time']))}"
            says.append(day)
        if task["repeat"]:
            says.append(describe(task["repeat"], on=self.clock.date))
        if task["tags"]:
            says.append(" ".join(f"#{self.plan.tags[tag]['name']}" for tag in task["tags"]))
        if task["steps"]:
            says.append(counted(len(task["steps"]), "step"))
        if task["completed_at"]:
            says.append("completed")
        if task["deleted_at"]:
            says.append("in the trash")
        title = text.legible(task["title"]) or "(untitled)"
        return {"title": title, "says": [text.legible(words) for words in says]}

    def as_text(self):
        """Return the preview as text: new tasks, existing ones, and data that can't be imported."""
        lines = [f"{self.row.file_name} ({self.about})", "", "What would be added"]
        lines += [f"- {label}: {number}" for label, number in self.facts]
        lines += self.section("Note", self.warnings)
        lines += self.section("Lists that are new", self.new_lists)
        added = [self.in_one_line(task) for task in self.preview.tasks]
        lines += self.section("Tasks", added)
        there = [self.in_one_line(self.plan.tasks[n]) for n in self.preview.twins.there]
        lines += self.section("There already", there)
        left = [f"{where}: {words}" for where, words in self.plan.left]
        if self.plan.more_left:
            left.append(f"And {self.plan.more_left} more")
        lines += self.section("What can't be carried over", left)
        return "\n".join([*lines, ""])

    def section(self, heading, lines):
        return ["", heading, *(f"- {line}" for line in lines)] if lines else []

    def in_one_line(self, task):
        line = self.line(task)
        return f"{line['title']} ({', '.join(line['says'])})"
