"""Tasks as the rows of a page: all words and addresses, ready for the template."""

from markupsafe import Markup

from tasks import dates, search
from tasks.filters import repeat_words
from tasks.history import Act
from tasks.models import Task

MARK, END = Markup("<mark>"), Markup("</mark>")
UNDO = {Act.Kind.COMPLETE: "Undo: completed", Act.Kind.REOPEN: "Undo: reopened"}
PRIORITIES = dict(Task.Priority.choices) | {Task.Priority.NONE: ""}


def marked(text, looked_for):
    """Return a text with the words of a search marked, as HTML; the text itself without words."""
    if not looked_for:
        return text
    parts = []
    for part, is_found in search.marked(text, looked_for):
        parts += [MARK, part, END] if is_found else [part]
    return Markup("").join(parts)  # which escapes the text


def reminder_words(task, clock):
    """Return when a task's next reminder comes; on the day that the task is due, its time alone."""
    local = clock.local(task.remind_at)
    if local.date() == task.due_date:
        return clock.time(local.time())
    return clock.when(task.remind_at)


class Row:
    """A task as a row of a page.

    `due`, `reminder`, `repeat`, `priority`, `steps` and so on are words below its title, "" if
    there are none; a day in the heading isn't repeated. In `title` and in the names of `tags` the
    words of a search are marked; `name` is the title without marks.
    """

    __slots__ = [
        *["pk", "version", "url", "act", "act_url", "name", "title", "excerpts"],
        *["is_done", "ticked", "state", "level", "occurrence"],
        *[
            "due",
            "moment",
            "has_time",
            "reminder",
            "repeat",
            "priority",
            "steps",
            "has_note",
            "list",
            "tags",
        ],
    ]

    def __init__(self, task, listing, day, act=None):
        """Take a task from Listing.rows(), and the day of its heading, or None.

        If an act has just ticked the task, `ticked` is the kind of the act, and the circle undoes
        it.
        """
        self.pk, self.version = task.pk, task.version
        self.url = task.get_absolute_url()
        self.is_done = task.completed
        self.act = "Reopen" if self.is_done else "Complete"
        self.act_url = f"{self.url}{self.act.lower()}/"
        self.ticked = ""
        if act and act.is_tick:
            self.act, self.act_url, self.ticked = UNDO[act.kind], act.undo_url, act.kind
        self.level = task.priority
        self.priority = PRIORITIES[task.priority]
        self.has_note = task.has_note
        self.list = None if task.shown_list == listing.list else task.shown_list
        self.set_texts(task, listing.words)
        self.set_due(task, listing.clock, day)
        self.reminder = ""
        if task.remind_at:
            self.reminder = reminder_words(task, listing.clock)
        self.set_repeat(task, listing.clock)
        self.steps = ""
        if task.ticks:
            self.steps = f"{task.steps_done}/{len(task.ticks)}"

    def set_texts(self, task, words):
        """Set the texts in which the words of a search are marked."""
        self.name = str(task)
        self.title = marked(self.name, words)
        self.excerpts = ()
        if words:
            self.excerpts = [marked(line, words) for line in task.excerpts]
        self.tags = [(marked(tag["name"], words), tag["url"]) for tag in task.shown_tags]

    def set_due(self, task, clock, day):
        """Set the due date in words, and `moment`, in a form for machines."""
        self.state = ""
        if not self.is_done:
            self.state = dates.due_state(task.due_date, task.due_time, clock.now)
        words = []
        if task.due_date not in (None, day):
            words.append(clock.day(task.due_date))
        self.moment = task.due_date
        self.has_time = task.due_time is not None
        if self.has_time:
            words.append(clock.time(task.due_time))
            self.moment = f"{task.due_date}T{task.due_time:%H:%M}"
        self.due = " ".join(words)

    def set_repeat(self, task, clock):
        """Set the repeat in words, and the occurrence; None if the task doesn't repeat."""
        self.repeat, self.occurrence = "", None
        if task.repeat:
            self.repeat = repeat_words(task, clock)
            self.occurrence = str(task.due_date or "")

    @property
    def has_meta(self):
        """Whether there is anything to show below the title."""
        dated = self.due or self.reminder or self.repeat
        counted = self.priority or self.steps or self.has_note
        return bool(dated or counted or self.list or self.tags)
