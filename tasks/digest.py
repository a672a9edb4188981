"""The daily digest: a user's overdue tasks, and the tasks of today and of the next days."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

from tasks import dates
from tasks.mail_links import Completing

DAYS_AHEAD = 3  # after today
MOST = 60  # tasks; the page of the site has the others
ORDER = ["due_date", "due_time", "-priority", "id"]  # a task without a time comes last in its day


@dataclass(frozen=True)
class DigestTask:
    """A task as a line of the digest."""

    title: str
    path: str
    complete_path: str
    facts: str  # when it is due, where the heading doesn't say it all, and its list


@dataclass
class DigestDay:
    """The tasks under one heading: Overdue, Today, Tomorrow, Thu 3 Dec …"""

    heading: str
    state: str  # "late", "today" or ""
    tasks: list = field(default_factory=list)


class Digest:
    """The content of a user's digest at a moment, a Clock in the user's time zone.

    `more` is the number of tasks that it leaves out, since they are too many for a mail.
    """

    def __init__(self, user, clock):
        self.clock = clock
        last = clock.today + timedelta(days=DAYS_AHEAD)
        self.lists = user.lists.in_bulk()
        archived = [pk for pk, one in self.lists.items() if one.archived_at]
        due = user.tasks.due_by(last).outside(archived)
        ordered = due.defer("description").order_by(*ORDER)
        tasks = list(ordered[:MOST])
        self.days = [self.day(*each) for each in groupby(tasks, self.key)]
        self.more = 0
        if len(tasks) == MOST:
            self.more = due.count() - MOST

    def __bool__(self):
        return bool(self.days)

    def key(self, task):
        """Return the heading of a task, and its state."""
        state = self.state(task)
        if state == "late":
            return "Overdue", state
        return self.clock.day(task.due_date), state

    def state(self, task):
        return dates.due_state(
            task.due_date,
            task.due_time,
            self.clock.now,
        )

    def day(self, key, tasks):
        heading, state = key
        lines = [self.line(task, state) for task in tasks]
        return DigestDay(heading, state, lines)

    def line(self, task, state):
        name = str(self.lists.get(task.list_id, ""))
        facts = filter(None, [self.when(task, state), name])
        return DigestTask(
            str(task),
            task.get_absolute_url(),
            Completing.of(task).path,
            facts=" · ".join(facts),
        )

    def when(self, task, state):
        """Return when a task is due, as far as its heading doesn't say it."""
        words = []
        if state == "late" and task.due_date != self.clock.today:
            words.append(self.clock.day(task.due_date))
        if task.due_time:
            words.append(self.clock.time(task.due_time))
        return " ".join(words)

    @property
    def summary(self):
        """The number of tasks in words: 2 overdue, 3 today."""
        late = self.number_of("late")
        today = self.number_of("today")
        if late and today:
            return f"{late} overdue, {today} today"
        if late:
            return f"{late} overdue"
        if today:
            return f"{today} today"
        return "nothing today"

    def number_of(self, state):
        """Return the number of tasks in a state."""
        return sum(len(day.tasks) for day in self.days if day.state == state)
