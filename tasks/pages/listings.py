"""The pages that list tasks, except the search: the tasks and headings of each."""

from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Case, Count, Value, When, Window
from django.urls import reverse
from django.utils.functional import cached_property

from accounts.compiled import Question, ask_together
from tasks.base.searched import overdue
from tasks.dates import can_be_meant
from tasks.pages.base import (
    A_DAY,
    ADDED,
    AN_ID,
    ANOTHER_DAY,
    DUE,
    FETCHED,
    QUESTIONS,
    Heading,
    Listing,
    Section,
    number_of,
    task_of,
)
from tasks.repeating import Series


class Everything(Listing):
    """The listing of the old API as a page: ?status=&page=&limit="""

    name = "task_list"
    bulk_acts = {"complete", "reopen"}
    TITLES = {"": "All tasks", "pending": "Open tasks", "completed": "Completed tasks"}
    pager = ("Newer", "Older")
    limit = 50
    sorts = ["newest"]
    groups = [""]

    def __init__(self, user, query, sidebar):
        super().__init__(user, query, sidebar)
        self.status = self.asked.get("status", "")
        self.limit = self.asked.get("limit") or self.limit
        own = [("status", self.status, ""), ("limit", self.limit, Everything.limit)]
        self.query = {name: value for name, value, usual in own if value != usual}

    @property
    def title(self):
        return self.TITLES[self.status]

    @property
    def shape(self):
        return *super().shape, self.status

    @property
    def tasks(self):
        return self.user.tasks.with_status(self.status)

    @property
    def counted(self):
        return 0 if self.status == "completed" else self.sidebar.pending

    @property
    def uncounted(self):
        return None if self.status == "pending" else self.user.tasks.completed()


class Today(Listing):
    """The tasks due today, the overdue ones and the ones done today, except in archived lists."""

    name = "today"
    template = "tasks/listings/today.html"
    title = "Today"
    groups = ["", "priority", "list"]
    presets = {"due_date": "today"}
    placeholder = "Add a task for today"
    nothing = (
        "Nothing is due today",
        "Add something to do today, or see what's upcoming.",
    )
    examples = [
        "Buy milk !high",
        "Call Sam tomorrow at 5pm #calls",
        "Water the plants every Saturday",
    ]
    DONE = 50  # rows; the page of completed tasks has all

    def example_url(self, line):
        """Return the address of the form that adds a task, with this line in it."""
        query = {"text": line, "due_date": self.clock.today, "next": self.own_url}
        return f"{reverse('task_add')}?{urlencode(query)}"

    @property
    def tasks(self):
        return self.user.tasks.due_by(self.clock.today).outside(self.put_away)

    uncounted = None

    @property
    def counted(self):
        return self.sidebar.today

    @property
    def order(self):
        is_late = When(overdue(self.now), then=0)
        return [Case(is_late, default=1), *super().order]

    @property
    def progress(self):
        """The numbers of a bar: (done today, done today and still to do today)."""
        return self.done_number, self.done_number + self.total

    @property
    def is_all_done(self):
        return bool(self.done)

    @property
    def overdue(self):
        return self.tasks.filter(overdue(self.now))

    @cached_property
    def done(self):
        """The latest tasks done today; each has as `number` how many there are in all."""
        midnight = datetime.combine(self.now, time(), self.now.tzinfo)
        done = self.user.tasks.filter(completed_at__gte=midnight).outside(self.put_away)
        counted = done.annotate(number=Window(Count("pk")))
        latest = counted.order_by("-completed_at", "-id")[: self.DONE]
        return self.rows(latest.for_rows())

    @property
    def done_number(self):
        return self.done[0].number if self.done else 0

    @cached_property
    def sections(self):
        found = self.split(self.page.object_list, self.late_or_else)
        for section in found:
            section.can_be_rescheduled = section.state == "late"
        if self.number == 1 and self.done:
            done = Section("Done today", self.done, "done", self.done_number)
            done.fold, done.all_url = "done-today", reverse("completed")
            found.append(done)
        return found

    def late_or_else(self, task):
        """Return the heading of a task: Overdue comes before all others."""
        late = self.due_heading(task)
        if late.state == "late":
            return late
        group = self.arrangement["group"] or "today"
        return getattr(self, f"{group}_heading")(task)

    def today_heading(self, task):
        """Return the heading of tasks that are due today."""
        return Heading("Today", day=self.clock.today)

    def day_above(self, task):
        return self.late_or_else(task)[2]


class Upcoming(Listing):
    """A week by its days, from ?from= on, today by default. Empty days are shown."""

    name = "upcoming"
    template = "tasks/listings/upcoming.html"
    title = "Upcoming"
    is_empty = False  # each empty day says so itself
    groups = [""]
    shows_new = False
    limit = 500
    WEEK = timedelta(days=7)
    MOST_REPEATS = 200  # tasks whose later days are calculated
    MOST_COUNTED = 200_000  # days that are counted for this, see recurrence.days_counted()
    FAR = timedelta(days=3653)  # from today; no days are calculated beyond

    def __init__(self, user, query, sidebar):
        super().__init__(user, query, sidebar)
        self.first = self.asked.get("from") or self.clock.today
        if self.first != self.clock.today:
            self.query = {"from": self.first.isoformat()}

    @property
    def order(self):
        return ["due_date", *super().order]

    @cached_property
    def last(self):
        return self.first + self.WEEK - timedelta(days=1)

    @property
    def tasks(self):
        return (
            self.user.tasks.open()
            .outside(self.put_away)
            .filter(due_date__range=(self.first, self.last))
        )

    def stand_in(self):
        page = super().stand_in()
        page.first, page.last = A_DAY, ANOTHER_DAY
        return page

    @property
    def values(self):
        return super().values | {A_DAY: self.first, ANOTHER_DAY: self.last}

    def week_url(self, first):
        """Return the address of another week; "" beyond the possible years."""
        if not can_be_meant(first):
            return ""
        return self.url(**{"from": first})

    @property
    def earlier_url(self):
        return self.week_url(self.first - self.WEEK)

    @property
    def later_url(self):
        return self.week_url(self.first + self.WEEK)

    def name_of(self, day):
        """Return a day's heading: Today · Wed 25 Nov."""
        ways_to_say_it = [self.clock.day(day), self.clock.date(day)]
        return " · ".join(dict.fromkeys(ways_to_say_it))

    @property
    def is_this_week(self):
        return self.first == self.clock.today

    @property
    def coming(self):
        """The repeats with later occurrences in this week: {day: tasks}."""
        found = {}
        for task in self.repeating:
            task.shown_list = self.sidebar.all_lists.get(task.list_id)
            for day in Series(task).days_to_come(self.clock, self.first, self.last):
                found.setdefault(day, []).append(task)
        for tasks in found.values():
            tasks.sort(key=lambda task: (task.due_time is None, task.due_time))
        return found

    @property
    def repeating(self):
        """The repeats to calculate later days for; if not all, `repeats_shown` is their number."""
        is_far = self.first - self.clock.today > self.FAR
        if is_far or not self.user.upcoming_repeats:
            return []
        repeating = self.user.tasks.open().outside(self.put_away).exclude(repeat="")
        due_before = repeating.filter(due_date__lt=self.last).order_by(*DUE, "id")
        first_ones = list(due_before.defer("description")[: self.MOST_REPEATS + 1])
        shown = self.worked_out(first_ones)
        if len(shown) < len(first_ones):
            self.repeats_shown = len(shown)
        return shown

    def worked_out(self, repeating):
        """Return the first of these repeating tasks, as many as one page may calculate."""
        counted, found = 0, []
        for task in repeating[: self.MOST_REPEATS]:
            counted += Series(task).days_counted(self.last)
            if counted > self.MOST_COUNTED:
                break
            found.append(task)
        return found

    @cached_property
    def sections(self):
        rows = {}
        for task in self.page.object_list:
            rows.setdefault(task.due_date, []).append(task)
        if self.page.has_other_pages():
            return [self.section(day, tasks) for day, tasks in rows.items()]
        found, coming = [], self.coming
        for number in range(self.WEEK.days):
            day = self.first + timedelta(days=number)
            section = self.section(day, rows.get(day, []))
            section.number = len(section.tasks)
            section.coming = coming.get(day, [])
            found.append(section)
        return found

    def section(self, day, tasks):
        """Return the section of a day."""
        return Section(self.name_of(day), tasks, day=day, add_url=self.add_url(day))

    def day_above(self, task):
        is_once = task.completed or not task.repeat
        return task.due_date if is_once else None

    def add_url(self, day):
        """Return the address of the form for a task on a day, which leads back here."""
        query = urlencode({"due_date": day, "next": self.own_url})
        return f"{reverse('task_add')}?{query}"


class Inbox(Listing):
    """The open tasks without a list."""

    name = "inbox"
    title = "Inbox"
    sorts = ["manual", "due", "priority"]
    groups = ["", "due", "priority"]
    nothing = (
        "Your inbox is empty",
        "Write down what's on your mind and sort it into lists later.",
    )

    @property
    def offers_import(self):
        """Whether the account is as good as new: no list and no open task, here or elsewhere."""
        return not (self.sidebar.all_lists or self.sidebar.pending)

    @property
    def tasks(self):
        return self.user.tasks.open().filter(list=None)

    uncounted = None

    @property
    def counted(self):
        return self.sidebar.inbox


class ListPage(Listing):
    """The open tasks of a list; on its first page the latest completed ones follow, folded."""

    name = "list_detail"
    sorts = ["manual", "due", "priority"]
    groups = ["", "due", "priority"]
    DONE = 50  # rows; the page of completed tasks has all
    COLUMNS = [*FETCHED, *ADDED, "number", "number_again"]
    done = ()
    done_number = done_number_again = 0  # all completed tasks, and all that can be unchecked

    @property
    def exists(self):
        return self.ids["list_pk"] in self.sidebar.all_lists

    @property
    def list(self):
        return self.sidebar.all_lists[self.ids["list_pk"]]

    @property
    def subtitle(self):
        return "Archived: not shown in Today, Upcoming or tags" if self.list["archived"] else ""

    @property
    def edit_url(self):
        return reverse("list_edit", kwargs=self.ids)

    @property
    def all_done_url(self):
        return f"{reverse('completed')}?list={self.list['pk']}"

    @property
    def completed_url(self):
        return "" if self.number == 1 else self.all_done_url

    @property
    def nothing(self):
        if self.done:
            return "Nothing left to do", "Completed tasks are below. Add the next one above."
        return "This list is empty", "Add its first task above."

    @property
    def title(self):
        return self.list["name"]

    @property
    def placeholder(self):
        return f"Add a task to {self.title}"

    @property
    def presets(self):
        return {"list": self.list["pk"]}

    @property
    def tasks(self):
        return self.user.tasks.open().filter(list=self.ids["list_pk"])

    @property
    def values(self):
        return super().values | {AN_ID: self.ids["list_pk"]}

    uncounted = None

    @property
    def counted(self):
        return self.list["open"]

    @property
    def completed(self):
        return self.user.tasks.completed().filter(list=self.ids["list_pk"])

    @property
    def again(self):
        """The completed tasks that can be unchecked together, so no past occurrences of repeats."""
        return self.completed.filter(series=None)

    @property
    def parts(self):
        """The querysets of the open and the completed tasks, for first_ones()."""
        done = self.completed.order_by("-completed_at", "-id").for_rows()
        return [
            self.sorted.annotate(number=Value(0), number_again=Value(0)),
            done.annotate(number=number_of(self.completed), number_again=number_of(self.again)),
        ]

    def first_ones(self):
        """Return the first open tasks. The completed ones come by the same query."""
        if self.shape not in QUESTIONS:
            parts = self.stand_in().parts
            QUESTIONS[self.shape] = [Question(part, self.COLUMNS) for part in parts]
        limits = [self.limit, self.DONE]
        rows, done = ask_together(QUESTIONS[self.shape], self.values, limits)
        self.total = self.counted
        if done:
            *_, self.done_number, self.done_number_again = done[0]
        self.done = self.rows(self.task_in(row) for row in done)
        return [self.task_in(row) for row in rows]

    def task_in(self, row):
        """Return the task of a row of the query, which ends with two numbers."""
        *columns, _, _ = row
        return task_of(self.user, columns)

    @cached_property
    def sections(self):
        found = super().sections
        if self.done:
            done = Section("Completed", self.done, "done", self.done_number)
            done.fold, done.is_folded = f"done-{self.list['pk']}", True
            done.all_url, done.number_again = self.all_done_url, self.done_number_again
            found.append(done)
        return found


class TagPage(Listing):
    """The open tasks with a tag."""

    name = "tag_detail"
    nothing = ("Nothing to do", "No open task has this tag. Add one above.")

    @property
    def exists(self):
        return self.ids["tag_pk"] in self.sidebar.tags

    @property
    def tag(self):
        return self.sidebar.tags[self.ids["tag_pk"]]

    @property
    def edit_url(self):
        return reverse("tag_edit", kwargs=self.ids)

    @property
    def title(self):
        return f"#{self.tag['name']}"

    @property
    def placeholder(self):
        return f"Add a task with {self.title}"

    @property
    def presets(self):
        return {"tag": self.tag["pk"]}

    @property
    def tasks(self):
        shown = self.user.tasks.open().outside(self.put_away)
        return shown.filter(tags=self.ids["tag_pk"])

    @property
    def values(self):
        return super().values | {AN_ID: self.ids["tag_pk"]}


class Completed(Listing):
    """The completed tasks, latest first, grouped by day; ?list= narrows to one list."""

    name = "completed"
    title = "Completed"
    bulk_acts = {"reopen"}
    pager = ("Newer", "Older")
    shows_new = False
    sorts = ["newest"]
    groups = [""]
    nothing = ("Nothing completed yet", "Tasks you complete appear here.")

    def __init__(self, user, query, sidebar):
        super().__init__(user, query, sidebar)
        self.list_pk = self.asked.get("list")
        if self.list_pk:
            self.query = {"list": self.list_pk}

    @property
    def exists(self):
        return not self.list_pk or self.list_pk in self.sidebar.all_lists

    @property
    def subtitle(self):
        if not self.list_pk:
            return ""
        name = self.sidebar.all_lists[self.list_pk]["name"]
        return f"In {name}"

    @property
    def tasks(self):
        done = self.user.tasks.completed()
        return done.filter(list=self.list_pk) if self.list_pk else done

    @property
    def shape(self):
        return *super().shape, bool(self.list_pk)

    @property
    def values(self):
        return super().values | {AN_ID: self.list_pk}

    def stand_in(self):
        page = super().stand_in()
        page.list_pk = self.list_pk and AN_ID
        return page

    @property
    def order(self):
        return ["-completed_at", "-id"]

    @cached_property
    def sections(self):
        return self.split(self.page.object_list, self.done_heading)

    def done_heading(self, task):
        """Return the heading of the day on which a task was completed, in the user's time zone."""
        day = task.completed_at.astimezone(self.now.tzinfo).date()
        return Heading(self.clock.day(day))
