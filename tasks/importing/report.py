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
        self.preview = preview
        self.row = row
        self.clock = clock
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
        facts = [(label, counts[name]) for name, label in FACTS.items()]
        return [(label, number) for label, number in facts if number]

    @property
    def summary(self):
        """The rows to add, in one line."""
        if self.preview.adds_nothing:
            return "nothing new"
        parts = [f"{number} {label.lower()}" for label, number in self.facts]
        return listed(parts)

    @property
    def about(self):
        """The format of the file, and the number of its rows if it has any."""
        plan = self.plan
        if plan.rows:
            rows = counted(plan.rows, "row")
            return f"{plan.format}, {rows}"
        return plan.format

    @property
    def warnings(self):
        """What may surprise the user, in sentences."""
        return [hidden_words(name, number) for name, number in self.preview.hidden.items()]

    @cached_property
    def lists(self):
        """The lists that get tasks, as [{"name", "state", "number"}], the Inbox first."""
        numbers = Counter(task["list"] for task in self.preview.tasks)
        new = set(self.preview.lists.new)
        found = []
        if numbers[None]:
            found.append(list_fact("Inbox", "", numbers[None]))
        for number, row in enumerate(self.plan.lists):
            is_new = number in new
            if numbers[number] or is_new:
                name = text.legible(row["name"]) or "(unnamed)"
                state = state_of(row, is_new)
                found.append(list_fact(name, state, numbers[number]))
        return found

    @cached_property
    def tags(self):
        """The tags of the tasks to add, as ["#name (new)"]."""
        used = {number for task in self.preview.tasks for number in task["tags"]}
        new = set(self.preview.tags.new)
        return [self.tag(number, number in new) for number in sorted(used | new)]

    def tag(self, number, is_new):
        """Return a tag by its number in the plan, with a mark if it is to be added."""
        row = self.plan.tags[number]
        name = text.legible(row["name"])
        if is_new:
            return f"#{name} (new)"
        return f"#{name}"

    @cached_property
    def sections(self):
        """The tasks to add, as [{"name", "tasks"}], without empty sections."""
        found = {name: [] for name in SECTIONS}
        for task in self.preview.tasks:
            found[section_of(task)].append(task)
        return [{"name": name, "tasks": tasks} for name, tasks in found.items() if tasks]

    def first_of(self, section):
        """Return the tasks of a section that the page shows."""
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
        """The duplicates that the page shows."""
        return [self.duplicate(*found) for found in self.duplicates[:SHOWN]]

    def duplicate(self, number, reason):
        """Return a duplicate as line() does, with its reason before all else."""
        line = self.line(self.plan.tasks[number])
        says = [reason, *line["says"]]
        return line | {"says": says}

    @property
    def left(self):
        """The notes of data that can't be carried over, of those that the page shows."""
        return self.plan.left[:MOST_LEFT]

    @property
    def more_left(self):
        hidden = max(len(self.plan.left) - MOST_LEFT, 0)
        return hidden + self.plan.more_left

    def line(self, task):
        """Return a task as {"title", "says", "steps", "more_steps", "is_done"}.

        says are its place in the file, its list, its due date, its repeat and so on.
        """
        says = filter(None, self.says(task))
        steps = task["steps"]
        return {
            "title": text.legible(task["title"]) or "(untitled)",
            "says": [text.legible(words) for words in says],
            "steps": [step_line(step) for step in steps[:SHOWN_STEPS]],
            "more_steps": max(len(steps) - SHOWN_STEPS, 0),
            "is_done": bool(task["completed_at"]),
        }

    def says(self, task):
        """Yield what is said of a task beside its title, some of it empty."""
        yield task["where"]
        yield self.preview.list_name(task)
        if task["due_date"]:
            yield self.due(task)
        if task["priority"]:
            level = PRIORITIES[task["priority"]]
            yield f"{level} priority"
        if task["repeat"]:
            yield self.repeat(task)
        names = self.names_of_tags(task)
        yield " ".join(f"#{name}" for name in names)
        if task["reminders"]:
            yield counted(len(task["reminders"]), "reminder")
        if task["notes"]:
            yield "notes"

    def names_of_tags(self, task):
        """Return the names of a task's tags."""
        return [self.plan.tags[number]["name"] for number in task["tags"]]

    def due(self, task):
        """Return the due date in words, with its time."""
        day = date.fromisoformat(task["due_date"])
        words = self.clock.date(day)
        if task["due_time"]:
            clock = time.fromisoformat(task["due_time"])
            words += f" at {self.clock.time(clock)}"
        return words

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
        days = upcoming(
            task["repeat"],
            anchor=anchor,
            after=day,
            count=NEXT_DATES,
        )
        if not days:
            return words
        following = ", ".join(map(self.clock.date, days))
        return f"{words}, then {following}"

    def as_text(self):
        """Return the preview as text: new tasks, duplicates, and data that can't be imported."""
        heading = f"{self.row.file_name} ({self.about})"
        facts = [f"- {label}: {number}" for label, number in self.facts]
        read_as = [f"{column}: {name}" for column, name in self.plan.read_as]
        lines = [heading, "", "What would be added", *facts]
        lines += section("Note", self.warnings)
        lines += section("How the columns were read", read_as)
        lines += section("Lists", map(list_line, self.lists))
        lines += section("Tags", self.tags)
        for one in self.sections:
            lines += section(one["name"], map(self.task_line, one["tasks"]))
        lines += section("Duplicates, not selected", self.duplicate_lines())
        lines += section("What can't be imported", self.left_lines())
        lines.append("")
        return "\n".join(lines)

    def task_line(self, task):
        """Return a task as one line of text, and its steps as lines below it."""
        return in_one_line(self.line(task), task)

    def duplicate_lines(self):
        """Yield the duplicates as lines of text."""
        for number, reason in self.duplicates:
            line = self.duplicate(number, reason)
            yield in_one_line(line, self.plan.tasks[number])

    def left_lines(self):
        """Yield what can't be imported as lines of text."""
        for where, words in self.plan.left:
            yield f"{where}: {words}"
        if self.plan.more_left:
            yield f"And {self.plan.more_left} more"

    def as_json(self):
        """Return the preview as a dictionary for JSON."""
        duplicates = [
            {"reason": reason, **self.task_as_json(self.plan.tasks[number])}
            for number, reason in self.duplicates
        ]
        left = [{"where": where, "reason": reason} for where, reason in self.plan.left]
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
            "duplicates": duplicates,
            "not_carried_over": left,
            "more_not_carried_over": self.plan.more_left,
        }

    def task_as_json(self, task):
        """Return a task with the names of its list and tags."""
        names = {
            "list": self.preview.list_name(task),
            "tags": self.names_of_tags(task),
        }
        own = {name: value for name, value in task.items() if name not in names}
        return own | names


def hidden_words(name, number):
    """Return the warning that open tasks go into an archived list."""
    name = text.legible(name)
    tasks = counted(number, "open task")
    return f"Your list “{name}” is archived, so {tasks} in it won't be on Today or Upcoming."


def list_fact(name, state, number):
    """Return a list as Report.lists has it."""
    return {
        "name": name,
        "state": state,
        "number": number,
    }


def section_of(task):
    """Return the heading that a task stands below."""
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


def section(heading, lines):
    """Return a part of the text, below its heading; nothing without lines."""
    lines = [f"- {line}" for line in lines]
    if lines:
        return ["", heading, *lines]
    return []


def list_line(one):
    """Return a list as a line of the text."""
    tasks = counted(one["number"], "task")
    says = filter(None, [one["state"], tasks])
    return f"{one['name']} ({', '.join(says)})"


def in_one_line(line, task):
    """Return a task as line() has it in one line, with all of its steps as lines below it."""
    says = ", ".join(line["says"])
    lines = [f"{line['title']} ({says})"]
    for step in task["steps"]:
        lines.append(f"  - {step_line(step)}")
    return "\n".join(lines)


def step_line(step):
    """Return a step as a line of the page and of the text."""
    title = shortened(text.legible(step["title"])) or "(untitled)"
    if step["done"]:
        return f"✓ {title}"
    return title
