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
    AS_FOUND,
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


def add_url(**query):
    """Return the address of the form that adds a task, with these values in it."""
    url = reverse("task_add")
    return f"{url}?{urlencode(query)}"


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
        if self.status:
            self.query["status"] = self.status
        if self.limit != Everything.limit:
            self.query["limit"] = self.limit

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
        if self.status == "completed":
            return 0
        return self.sidebar.pending

    @property
    def uncounted(self):
        if self.status == "pending":
            return None
        return self.user.tasks.completed()


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
        return add_url(
            text=line,
            due_date=self.clock.today,
            next=self.own_url,
        )

    @property
    def tasks(self):
        due = self.user.tasks.due_by(self.clock.today)
        return due.outside(self.put_away)

    def first_ones(self):
        """Return the tasks of the first page; if there are more, by the query of later pages.

        A prepared statement is planned for a user with few tasks. Of thousands it would read and
        sort all, and not the first in the order of the index.
        """
        if self.total > self.limit:
            return self.later_ones()
        return super().first_ones()

    uncounted = None

    @property
    def counted(self):
        return self.sidebar.today

    @property
    def order(self):
        order = super().order
        if self.arrangement == {"sort": "due", "group": ""}:
            return order  # an index has it, and the overdue tasks are first already
        is_late = When(overdue(self.now), then=0)
        return [Case(is_late, default=1), *order]

    @property
    def progress(self):
        """The numbers of a bar: (done today, done today and still to do today)."""
        together = self.done_number + self.total
        return self.done_number, together

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
        done = self.user.tasks.filter(completed_at__gte=midnight)
        shown = done.outside(self.put_away)
        counted = shown.annotate(number=Window(Count("pk")))
        latest = counted.order_by("-completed_at", "-id")
        return self.rows(latest[: self.DONE].for_rows())

    @property
    def done_number(self):
        if not self.done:
            return 0
        return self.done[0].number

    @cached_property
    def sections(self):
        found = self.split(self.page.object_list, self.late_or_else)
        for section in found:
            section.can_be_rescheduled = section.state == "late"
        if self.number == 1 and self.done:
            found.append(self.done_section())
        return found

    def done_section(self):
        """Return the section of the tasks done today."""
        return Section(
            "Done today",
            self.done,
            state="done",
            number=self.done_number,
            fold="done-today",
            all_url=reverse("completed"),
        )

    def late_or_else(self, task):
        """Return the heading of a task: Overdue comes before all others."""
        late = self.due_heading(task)
        if late.state == "late":
            return late
        group = self.arrangement["group"] or "today"
        heading = getattr(self, f"{group}_heading")
        return heading(task)

    def today_heading(self, task):
        """Return the heading of tasks that are due today."""
        return Heading("Today", day=self.clock.today)

    def day_above(self, task):
        return self.late_or_else(task).day


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
        next_first = self.first + self.WEEK
        return next_first - timedelta(days=1)

    @property
    def tasks(self):
        week = (self.first, self.last)
        shown = self.user.tasks.open().outside(self.put_away)
        return shown.filter(due_date__range=week)

    def stand_in(self):
        page = super().stand_in()
        page.first = A_DAY
        page.last = ANOTHER_DAY
        return page

    @property
    def values(self):
        return super().values | {
            A_DAY: self.first,
            ANOTHER_DAY: self.last,
        }

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
            series = Series(task)
            for day in series.days_to_come(self.clock, self.first, self.last):
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
        first_ones = list(self.first_repeats)
        shown = self.worked_out(first_ones)
        if len(shown) < len(first_ones):
            self.repeats_shown = len(shown)
        return shown

    @property
    def first_repeats(self):
        """The repeating tasks due before the week ends: one more than a page calculates."""
        shown = self.user.tasks.open().outside(self.put_away)
        repeating = shown.repeating().filter(due_date__lt=self.last)
        in_order = repeating.order_by(*DUE, "id").defer("description")
        return in_order[: self.MOST_REPEATS + 1]

    def worked_out(self, repeating):
        """Return the first of these repeating tasks, as many as one page may calculate."""
        counted = 0
        found = []
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
        coming = self.coming
        found = []
        for number in range(self.WEEK.days):
            day = self.first + timedelta(days=number)
            tasks = rows.get(day, [])
            section = self.section(day, tasks)
            section.number = len(tasks)
            section.coming = coming.get(day, [])
            found.append(section)
        return found

    def section(self, day, tasks):
        """Return the section of a day."""
        return Section(
            self.name_of(day),
            tasks,
            day=day,
            add_url=self.add_url(day),
        )

    def day_above(self, task):
        if task.repeat and not task.completed:
            return None
        return task.due_date

    def add_url(self, day):
        """Return the address of the form for a task on a day, which leads back here."""
        return add_url(due_date=day, next=self.own_url)


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
        if not self.list["archived"]:
            return ""
        return "Archived: not shown in Today, Upcoming or tags"

    @property
    def edit_url(self):
        return reverse("list_edit", kwargs=self.ids)

    @property
    def all_done_url(self):
        url = reverse("completed")
        return f"{url}?list={self.list['pk']}"

    @property
    def completed_url(self):
        if self.number == 1:
            return ""
        return self.all_done_url

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
        nothing = Value(0)
        open_tasks = self.sorted.annotate(
            number=nothing,
            number_again=nothing,
        )
        latest = self.completed.order_by("-completed_at", "-id")
        done = latest.for_rows().annotate(
            number=number_of(self.completed),
            number_again=number_of(self.again),
        )
        return [open_tasks, done]

    def first_ones(self):
        """Return the first open tasks. The completed ones come by the same query."""
        if self.shape not in QUESTIONS:
            parts = self.stand_in().parts
            QUESTIONS[self.shape] = [Question(part, self.COLUMNS) for part in parts]
        rows, done = ask_together(
            QUESTIONS[self.shape],
            self.values,
            [self.limit, self.DONE],
        )
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
            found.append(self.done_section())
        return found

    def done_section(self):
        """Return the section of the completed tasks."""
        return Section(
            "Completed",
            self.done,
            state="done",
            number=self.done_number,
            fold=f"done-{self.list['pk']}",
            is_folded=True,
            all_url=self.all_done_url,
            number_again=self.done_number_again,
        )


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

    number_beside = AS_FOUND

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
        if not self.list_pk:
            return True
        return self.list_pk in self.sidebar.all_lists

    @property
    def subtitle(self):
        if not self.list_pk:
            return ""
        name = self.sidebar.all_lists[self.list_pk]["name"]
        return f"In {name}"

    @property
    def tasks(self):
        done = self.user.tasks.completed()
        if not self.list_pk:
            return done
        return done.filter(list=self.list_pk)

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
        day = self.clock.day_of(task.completed_at)
        return Heading(self.clock.day(day))
