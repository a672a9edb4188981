"""Tasks as the rows of a page show them: all words and addresses, ready for the template."""

from markupsafe import Markup, escape

from tasks import dates, search
from tasks.filters import repeat_words
from tasks.models import Task

FOUND = Markup("<mark>{}</mark>")
PRIORITIES = dict(Task.Priority.choices) | {Task.Priority.NONE: ""}


def marked(text, looked_for):
    """Return text as HTML, with all that was looked for marked in it."""
    if not looked_for:
        return escape(text)
    parts = search.marked(text, looked_for)
    return Markup("").join(FOUND.format(part) if is_found else part for part, is_found in parts)


class Row:
    """A task on a page of its user's.

    `due`, `repeat`, `priority`, `steps` and so on are words below its title, "" where there are
    none: a day that the heading says isn't said again. `title` and the names of `tags` have marks
    where they were looked for; `name` is the title without.
    """

    __slots__ = [
        *["pk", "version", "url", "act", "act_url", "name", "title", "excerpts"],
        *["is_done", "state", "level", "occurrence"],
        *["due", "moment", "has_time", "repeat", "priority", "steps", "has_note", "list", "tags"],
    ]

    def __init__(self, task, listing, day):
        """Take a task as Listing.rows() gives it, under a heading that says day, or None."""
        clock, words = listing.clock, listing.words
        self.pk, self.version, self.url = task.pk, task.version, task.get_absolute_url()
        self.name = str(task)
        self.title = marked(self.name, words)
        self.excerpts = [marked(line, words) for line in task.excerpts] if words else ()
        self.is_done = task.completed
        self.act = "Reopen" if self.is_done else "Complete"
        self.act_url = f"{self.url}{self.act.lower()}/"
        self.state = ""
        if not self.is_done:
            self.state = dates.due_state(task.due_date, task.due_time, clock.now)
        self.level = task.priority
        self.occurrence = f"{task.due_date or ''}" if task.repeat else None
        self.set_due(task, clock, day)
        self.repeat = repeat_words(task, clock) if task.repeat else ""
        self.priority = PRIORITIES[task.priority]
        self.steps = f"{task.steps_done}/{len(task.ticks)}" if task.ticks else ""
        self.has_note = task.has_note
        self.list = None if task.shown_list == listing.list else task.shown_list
        self.tags = [(marked(tag["name"], words), tag["url"]) for tag in task.shown_tags]

    def set_due(self, task, clock, day):
        """Set how its due date is said, and `moment`, how a machine reads it."""
        says_day = task.due_date is not None and task.due_date != day
        self.has_time = task.due_time is not None
        parts = [clock.day(task.due_date)] if says_day else []
        parts += [clock.time(task.due_time)] if self.has_time else []
        self.due = " ".join(parts)
        self.moment = f"{task.due_date}T{task.due_time:%H:%M}" if self.has_time else task.due_date

    @property
    def has_meta(self):
        """Is there anything to say below the title?"""
        words = [self.due, self.repeat, self.priority, self.steps, self.has_note, self.list]
        return any(words) or bool(self.tags)
