"""A preview in words: for the page, for a text to keep, and for manage.py import_tasks."""

from collections import Counter
from datetime import date, time
from functools import cached_property

from accounts import text
from accounts.text import counted
from tasks.importing.plan import shortened
from tasks.recurrence import describe, listed, upcoming

SHOWN = 20  # tasks that the page shows in each section
SHOWN_STEPS = 10  # of a task on the page
SHOWN_NAMES = 50  # lists and tags on the page
NEXT_DATES = 3  # of a repeat
MOST_LEFT = 200  # lines that the page shows of what can't be carried over
LONG = 2000  # tasks that take their time
FACTS = {
    "open": "Open tasks",
    "completed": "Completed tasks",
    "in_trash": "Tasks in the trash",
    "repeats": "With a repeat",
    "steps": "Steps",
    "reminders": "Reminders",
    "lists": "New lists",
    "tags": "New tags",
    "searches": "Saved searches",
}
PRIORITIES = ["", "low", "medium", "high"]
SECTIONS = ["Open tasks", "Repeating tasks", "Completed tasks", "Tasks in the trash"]


class Report:
    """A preview for its user; row is the waiting import, clock the user's."""

    def __init__(self, preview, row, clock):
        self.preview, self.row, self.clock = preview, row, clock
        self.plan = preview.plan

    @property
    def number(self):
        return len(self.preview.tasks)

    @property
    def existing(self):
        """The number of tasks that the user has already."""
        return len(self.preview.twins.there)

    @property
    def is_long(self):
        return len(self.plan.tasks) > LONG

    @cached_property
    def facts(self):
        """The rows to add, as [(kind, number)], without kinds that have none."""
        counts = self.preview.counts
        return [(label, counts[name]) for name, label in FACTS.items() if counts[name]]

    @property
    def summary(self):
        """The rows to add, in one line."""
        if self.preview.adds_nothing:
            return "nothing new"
        return listed([f"{number} {label.lower()}" for label, number in self.facts])

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
            " won't be on Today or Upcoming."
            for name, number in self.preview.hidden.items()
        ]

    @cached_property
    def lists(self):
        """The lists that get tasks, as [{"name", "state", "number"}], the Inbox first."""
        numbers = Counter(task["list"] for task in self.preview.tasks)
        found = []
        if numbers[None]:
            found.append({"name": "Inbox", "state": "", "number": numbers[None]})
        new = set(self.preview.lists.new)
        for number, row in enumerate(self.plan.lists):
            if numbers[number] or number in new:
                name = text.legible(row["name"]) or "(unnamed)"
                state = state_of(row, number in new)
                found.append({"name": name, "state": state, "number": numbers[number]})
        return found

    @cached_property
    def tags(self):
        """The tags of the tasks to add, as ["#name, new"]."""
        used = {number for task in self.preview.tasks for number in task["tags"]}
        new = set(self.preview.tags.new)
        return [self.tag(number, number in new) for number in sorted(used | new)]

    def tag(self, number, is_new):
        name = f"#{text.legible(self.plan.tags[number]['name'])}"
        return f"{name} (new)" if is_new else name

    @cached_property
    def sections(self):
        """The tasks to add, as [{"name", "tasks"}], without empty sections."""
        found = {name: [] for name in SECTIONS}
        for task in self.preview.tasks:
            found[section_of(task)].append(task)
        return [{"name": name, "tasks": tasks} for name, tasks in found.items() if tasks]

    def first_of(self, section):
        return [self.line(task) for task in section["tasks"][:SHOWN]]

    @cached_property
    def duplicates(self):
        """The tasks that aren't selected, as [(number, reason)], in the order of the file."""
        twins = self.preview.twins
        found = [(number, "you have it already") for number in twins.there]
        for number, other in twins.same.items():
            where = self.plan.tasks[other]["where"] or "another one"
            found.append((number, f"the same as {where}"))
        return sorted(found)

    @property
    def first_duplicates(self):
        return [self.duplicate(*found) for found in self.duplicates[:SHOWN]]

    def duplicate(self, number, reason):
        line = self.line(self.plan.tasks[number])
        return line | {"says": [reason, *line["says"]]}

    @property
    def left(self):
        return self.plan.left[:MOST_LEFT]

    @property
    def more_left(self):
        return max(len(self.plan.left) - MOST_LEFT, 0) + self.plan.more_left

    def line(self, task):
        """Return a task as {"title", "says", "steps", "more_steps", "is_done"}.

        says are its place in the file, its list, its due date, its repeat and so on.
        """
        says = [task["where"], self.preview.list_name(task)]
        if task["due_date"]:
            says.append(self.due(task))
        if task["priority"]:
            says.append(f"{PRIORITIES[task['priority']]} priority")
        if task["repeat"]:
            says.append(self.repeat(task))
        if task["tags"]:
            says.append(" ".join(f"#{self.plan.tags[tag]['name']}" for tag in task["tags"]))
        if task["reminders"]:
            says.append(counted(len(task["reminders"]), "reminder"))
        if task["notes"]:
            says.append("notes")
        title = text.legible(task["title"]) or "(untitled)"
        return {
            "title": title,
            "says": [text.legible(words) for words in says if words],
            "steps": [step_line(step) for step in task["steps"][:SHOWN_STEPS]],
            "more_steps": max(len(task["steps"]) - SHOWN_STEPS, 0),
            "is_done": bool(task["completed_at"]),
        }

    def due(self, task):
        day = self.clock.date(date.fromisoformat(task["due_date"]))
        if task["due_time"]:
            day += f" at {self.clock.time(time.fromisoformat(task['due_time']))}"
        return day

    def repeat(self, task):
        """Return a repeat in words; for an open task, with its next dates."""
        words = describe(task["repeat"], on=self.clock.date)
        if task["repeat_from"] == "completion":
            return f"{words} from completion"
        if task["completed_at"]:
            return words
        day = date.fromisoformat(task["due_date"])
        anchor = day
        if task["repeat_anchor"]:
            anchor = date.fromisoformat(task["repeat_anchor"])
        days = upcoming(task["repeat"], anchor=anchor, after=day, count=NEXT_DATES)
        if not days:
            return words
        return f"{words}, then {', '.join(map(self.clock.date, days))}"

    def as_text(self):
        """Return the preview as text: new tasks, duplicates, and data that can't be imported."""
        lines = [f"{self.row.file_name} ({self.about})", "", "What would be added"]
        lines += [f"- {label}: {number}" for label, number in self.facts]
        lines += self.section("Note", self.warnings)
        read_as = [f"{column}: {name}" for column, name in self.plan.read_as]
        lines += self.section("How the columns were read", read_as)
        lines += self.section("Lists", map(list_line, self.lists))
        lines += self.section("Tags", self.tags)
        for section in self.sections:
            tasks = [self.in_one_line(self.line(task), task) for task in section["tasks"]]
            lines += self.section(section["name"], tasks)
        duplicates = []
        for number, reason in self.duplicates:
            line = self.duplicate(number, reason)
            duplicates.append(self.in_one_line(line, self.plan.tasks[number]))
        lines += self.section("Duplicates, not selected", duplicates)
        left = [f"{where}: {words}" for where, words in self.plan.left]
        if self.plan.more_left:
            left.append(f"And {self.plan.more_left} more")
        lines += self.section("What can't be imported", left)
        return "\n".join([*lines, ""])

    def section(self, heading, lines):
        lines = [f"- {line}" for line in lines]
        return ["", heading, *lines] if lines else []

    def in_one_line(self, line, task):
        """Return a task as one line, and its steps as lines below it."""
        steps = [f"\n  - {step_line(step)}" for step in task["steps"]]
        return f"{line['title']} ({', '.join(line['says'])})" + "".join(steps)

    def as_json(self):
        """Return the preview as a dictionary for JSON."""
        return {
            "file": self.row.file_name,
            "format": self.plan.format,
            "rows": self.plan.rows,
            "counts": self.preview.counts,
            "warnings": self.warnings,
            "columns": dict(self.plan.read_as),
            "lists": self.lists,
            "tags": self.tags,
            "tasks": [self.task_as_json(task) for task in self.preview.tasks],
            "duplicates": [
                {"reason": reason, **self.task_as_json(self.plan.tasks[number])}
                for number, reason in self.duplicates
            ],
            "not_carried_over": [
                {"where": where, "reason": reason} for where, reason in self.plan.left
            ],
            "more_not_carried_over": self.plan.more_left,
        }

    def task_as_json(self, task):
        own = {name: value for name, value in task.items() if name not in ("list", "tags")}
        tags = [self.plan.tags[number]["name"] for number in task["tags"]]
        return own | {"list": self.preview.list_name(task), "tags": tags}


def section_of(task):
    if task["deleted_at"]:
        return "Tasks in the trash"
    if task["completed_at"]:
        return "Completed tasks"
    return "Repeating tasks" if task["repeat"] else "Open tasks"


def state_of(row, is_new):
    """Return the state of a list after the import, in words; "" for one that exists."""
    states = []
    if is_new:
        states.append("new")
    if row["deleted_at"]:
        states.append("in the trash")
    elif row["archived_at"] and is_new:
        states.append("archived")
    return ", ".join(states)


def list_line(one):
    says = ", ".join(filter(None, [one["state"], counted(one["number"], "task")]))
    return f"{one['name']} ({says})"


def step_line(step):
    mark = "✓ " if step["done"] else ""
    return mark + (shortened(text.legible(step["title"])) or "(untitled)")
