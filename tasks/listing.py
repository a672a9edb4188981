"""The pages that list tasks: which they show, in which order, under which headings.

A task stands once on a page. Each page is known by the address it has (listing_at), so that an act
can answer with the page that its form stood on, as it is now.
"""

from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from urllib.parse import urlencode, urlsplit

from django.core.paginator import Page, Paginator
from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.lookups import Contains
from django.http import QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.functional import cached_property

from accounts.clock import Clock
from accounts.compiled import Question, instance_of
from accounts.models import User
from tasks import dates
from tasks.forms.filters import ListingForm, SearchForm
from tasks.models import Fold, Task, TaskQuerySet, as_array, overdue
from tasks.rows import Row
from tasks.search import excerpt, fold

CREATED = ["created_at", "id"]
DUE = [F("due_date").asc(nulls_last=True), F("due_time").asc(nulls_last=True)]
LIST = [F("list__position").asc(nulls_first=True), "list_id"]  # the Inbox first

SORTS = {
    "best": ("Best match first", ["-created_at", "-id"]),
    "manual": ("By hand", TaskQuerySet.HAND),
    "due": ("Due date", [*DUE, "-priority", *CREATED]),
    "priority": ("Priority", ["-priority", *DUE, *CREATED]),
    "list": ("List", [*LIST, *DUE, "-priority", *CREATED]),
    "newest": ("Newest first", ["-created_at", "-id"]),
}
GROUPS = {"": "Nothing", "due": "Due date", "priority": "Priority", "list": "List"}
PRIORITIES = {value: f"{label} priority" for value, label in Task.Priority.choices}
PRIORITIES |= {0: "No priority"}

# What stands for a page's values in a question that is compiled once (accounts.compiled).
A_USER, AN_ID = User(pk="a user"), -1
A_MOMENT = datetime(2, 2, 2, 2, 2, tzinfo=UTC)
A_DAY, ANOTHER_DAY = date(3, 3, 3), date(4, 4, 4)

QUESTIONS = {}  # by the shape of a page; there are few
FETCHED = tuple(Task._meta.get_field(name).attname for name in ["id", *Task.SHOWN_IN_ROWS])
USER = Task._meta.get_field("user")
ADDED = ["has_note", "tag_ids", "ticks"]  # by TaskQuerySet.for_rows()


@dataclass
class Section:
    """Tasks under a heading, or under none."""

    title: str = ""
    tasks: list = field(default_factory=list)
    state: str = ""  # "late" and "done" look different
    number: int | None = None  # how many there are, None where this page can't tell
    day: date | None = None  # that a task added here is due
    coming: list = field(default_factory=list)  # tasks that will be due here once they were done
    add_url: str = ""  # where a task for that day is added, "" where there is no link to it
    can_be_rescheduled: bool = False  # all of them at once


LONGEST_ANSWER = 20  # characters of a field of ListingForm that makes sense


def asked_by(query):
    """Return what is wrong with the query of an address, "" if nothing is, and what it asks for."""
    fields = {name: query[name] for name in ListingForm.NAMES if name in query}
    if any(len(value) > LONGEST_ANSWER for value in fields.values()):
        return read(fields)
    return read_before(tuple(fields.items()))


def read(fields):
    form = ListingForm(fields)
    return "" if form.is_valid() else form.reason(), form.cleaned_data


@lru_cache(1000)
def read_before(fields):
    """Read, once, what many pages have: to make a form takes as long as to ask for rows."""
    return read(dict(fields))


class Listing:
    """A page of a user's tasks, as its address asks for it. Asks nothing until it is shown.

    `problem` is a sentence if the address makes no sense, and `exists` is False if its list or tag
    isn't there; then there is nothing else. `presets` are fields of the form that adds a task from
    here (tasks.forms.quickadd.AddForm).
    """

    name = ""  # of its route
    template = "tasks/listings/plain.html"
    exists = True
    title = ""
    limit = 100
    sorts = ["due", "priority", "list"]  # the first is how a page begins
    groups = ["", "due", "priority", "list"]
    presets = {}
    placeholder = "Add a task"
    shows_new = True  # does a task that is added here stand here?
    nothing = ("Nothing to do", "Add a task above: what is on your mind?")
    pager = ("Previous", "Next")
    edit_url = ""  # of the list or tag that this is the page of
    subtitle = ""
    list = None  # that this is the page of, as the sidebar shows it
    q, saved = "", None  # what is looked for, and under which name it was kept
    words = ()  # that were looked for, and are marked in the rows
    shows_searches = False  # those that are saved, beside the sidebar
    bulk_acts = {"complete"}  # of complete and reopen, those that can be done to several tasks
    progress = None  # (done today, that and what is still to do today), where it is shown
    completed_url = ""  # what is done here
    repeats_shown = None  # how many there are on days to come, where there are more
    is_all_done = False  # for today?
    counted = 0  # how many of its tasks the sidebar has counted
    http_status = 200

    def __init__(self, user, query, sidebar, **ids):
        self.user, self.sidebar, self.ids = user, sidebar, ids
        self.clock, self.now = sidebar.clock, sidebar.clock.now
        self.problem, self.asked = asked_by(query)
        self.number = self.asked.get("page") or 1
        self.query = {}  # what its address says besides the page's number

    # the address

    @cached_property
    def path(self):
        return reverse(self.name, kwargs=self.ids)

    def url(self, page=None, **changes):
        """Return the address of this listing's page of that number, or with other parameters."""
        query = self.query | changes | ({"page": page} if page and page > 1 else {})
        return self.path + (f"?{urlencode(query)}" if query else "")

    @property
    def own_url(self):
        return self.url(page=self.number)

    @property
    def on(self):
        """What the address of a task says, so that it stands beside this page."""
        return urlencode({"on": self.own_url})

    @property
    def previous_url(self):
        """The page before, or the last one for whoever went past the end; None on the first."""
        if self.number == 1:
            return None
        return self.url(page=min(self.number - 1, self.page.paginator.num_pages))

    @property
    def next_url(self):
        return self.url(page=self.number + 1) if self.page.has_next() else None

    # how it is sorted and grouped

    @property
    def key(self):
        """What this page's arrangement is kept under."""
        return "-".join([self.name, *map(str, self.ids.values())])

    @cached_property
    def arrangement(self):
        """{"sort": …, "group": …}, as the user chose or as the page begins."""
        kept = self.user.arrangements.get(self.key, {})
        choices = {"sort": self.sorts, "group": self.groups}
        return {
            name: kept[name] if kept.get(name) in values else values[0]
            for name, values in choices.items()
        }

    @property
    def sort_choices(self):
        return [(name, SORTS[name][0]) for name in self.sorts]

    @property
    def group_choices(self):
        return [(name, GROUPS[name]) for name in self.groups]

    @property
    def by_hand(self):
        """May the rows be moved here?"""
        return self.arrangement["sort"] == "manual" and not self.arrangement["group"]

    @property
    def order(self):
        late = When(overdue(self.now), then=Value(date.min))
        day = Case(late, default=F("due_date"), output_field=DateField())
        groups = {
            "": [],
            "due": [day.asc(nulls_last=True)],
            "priority": ["-priority"],
            "list": LIST,
        }
        return groups[self.arrangement["group"]] + SORTS[self.arrangement["sort"]][1]

    # the tasks

    @property
    def tasks(self):
        """All tasks of this page and of those after it, as a queryset."""
        raise NotImplementedError

    @property
    def uncounted(self):
        """Those of its tasks that the sidebar hasn't counted; None where it has counted all."""
        return self.tasks

    @cached_property
    def total(self):
        return self.counted + (self.uncounted.count() if self.uncounted is not None else 0)

    @cached_property
    def put_away(self):
        """The ids of lists whose tasks stand on no page but their own."""
        return [one["pk"] for one in self.sidebar.archived]

    @cached_property
    def page(self):
        """A Page that may lie past the end; then it is empty."""
        start = (self.number - 1) * self.limit
        found = self.later_ones(start) if start else self.first_ones()
        rows = self.rows(found)
        paginator = Paginator(None, self.limit)
        paginator.count = self.total  # a cached_property is set like any attribute
        return Page(rows, self.number, paginator)

    @property
    def sorted(self):
        """The tasks of `tasks` in their order, each with what its row shows."""
        return self.tasks.order_by(*self.order).for_rows()

    def later_ones(self, start):
        """Return the tasks of a later page, from number start."""
        if start >= self.total:
            return []
        return self.tasks.order_by(*self.order).part(start, start + self.limit).for_rows()

    def first_ones(self):
        """Return the tasks of the first page, by a question that is compiled once.

        It asks for the `total`, too.
        """
        if self.shape not in QUESTIONS:
            columns = [*FETCHED, *ADDED, "uncounted"]
            QUESTIONS[self.shape] = Question(self.stand_in().numbered, columns)
        rows = QUESTIONS[self.shape].ask(self.values, f" LIMIT {self.limit}")
        uncounted = rows[0][-1] if rows else 0
        self.total = self.counted + (uncounted or 0)
        return [task_of(self.user, row[:-1]) for row in rows]

    @property
    def numbered(self):
        """The same, each with the number of all that are uncounted: what first_ones() asks for."""
        return self.sorted.annotate(uncounted=number_of(self.uncounted))

    @property
    def shape(self):
        """All that the question for its tasks depends on, but for values."""
        return self.name, *self.arrangement.values()

    @property
    def values(self):
        """The values in the question for its tasks, by what stands for them there."""
        return {
            A_USER.pk: self.user.pk,
            A_MOMENT.date(): self.clock.today,
            A_MOMENT.time(): self.now.time(),
            as_array([AN_ID]): as_array(self.put_away),
        }

    def stand_in(self):
        """Return a copy of this page with stand-ins for all values."""
        page = copy(self)
        page.user, page.clock, page.now = A_USER, Clock(A_MOMENT), A_MOMENT
        page.ids, page.put_away = dict.fromkeys(self.ids, AN_ID), [AN_ID]
        page.arrangement = self.arrangement  # which is the user's
        return page

    def rows(self, tasks):
        """Return tasks with what their rows show of lists and tags, which the sidebar knows."""
        rows = list(tasks)
        for task in rows:
            task.shown_list = self.sidebar.all_lists.get(task.list_id)
            tags = [self.sidebar.tags[pk] for pk in task.tag_ids if pk in self.sidebar.tags]
            task.shown_tags = sorted(tags, key=lambda tag: tag["name"].lower())
            task.steps_done = sum(task.ticks)
        return rows

    @cached_property
    def sections(self):
        """The tasks of this page under their headings. An empty page has none."""
        group = self.arrangement["group"]
        if not group:
            return [Section(tasks=self.page.object_list)] if self.page.object_list else []
        return self.split(self.page.object_list, getattr(self, f"{group}_heading"))

    @property
    def shown(self):
        """All tasks of this page."""
        return [task for section in self.sections for task in section.tasks]

    @property
    def is_empty(self):
        """Is there nothing to show, so that the page says so?"""
        return not self.page.object_list

    def rows_of(self, section):
        """Return the tasks of a section as its rows say them."""
        return [Row(task, self, section.day) for task in section.tasks]

    def split(self, rows, heading):
        """Return rows, in their order, as sections; heading returns what a task's own is."""
        is_whole = not self.page.has_other_pages()
        found = []
        # Two lists may have one name, the Inbox's.
        by_list = self.arrangement["group"] == "list"
        key = lambda task: (heading(task), by_list and task.list_id)  # noqa: E731
        for ((title, state, day), _), tasks in groupby(rows, key):
            tasks = list(tasks)
            found.append(Section(title, tasks, state, len(tasks) if is_whole else None, day))
        return found

    def due_heading(self, task):
        if dates.due_state(task.due_date, task.due_time, self.now) == "late":
            return "Overdue", "late", None
        return (self.clock.day(task.due_date) if task.due_date else "No date"), "", task.due_date

    def priority_heading(self, task):
        return PRIORITIES[task.priority], "", None

    def list_heading(self, task):
        return (task.shown_list["name"] if task.shown_list else "Inbox"), "", None


def number_of(tasks):
    """Return the expression for how many tasks there are; None stands for none."""
    if tasks is None:
        return Value(0)
    together = tasks.order_by().annotate(together=Value(1)).values("together")
    return Subquery(together.annotate(number=Count("pk")).values("number"))


def task_of(user, row):
    """Return a task of user's, of a row of FETCHED and ADDED."""
    fetched = len(FETCHED)
    task = instance_of(Task, FETCHED, row[:fetched])
    USER.set_cached_value(task, user)
    for name, value in zip(ADDED, row[fetched:], strict=True):
        setattr(task, name, value)
    return task


class Everything(Listing):
    """The old API's listing, as a page: ?status=&page=&limit="""

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
    """What is due, what was, and what is done today, in whatever list that isn't put away."""

    name = "today"
    template = "tasks/listings/today.html"
    title = "Today"
    groups = ["", "priority", "list"]
    presets = {"due_date": "today"}
    placeholder = "Add a task for today"
    nothing = (
        "Nothing is due today",
        "Add what you want to do today, or look at what is upcoming.",
    )
    DONE = 50  # rows; the page of completed tasks has all

    @property
    def tasks(self):
        return self.user.tasks.due_by(self.clock.today).outside(self.put_away)

    uncounted = None

    @property
    def counted(self):
        return self.sidebar.today

    @property
    def order(self):
        return [Case(When(overdue(self.now), then=0), default=1), *super().order]

    @property
    def progress(self):
        """(done today, that and what is still to do today), for a bar."""
        return self.done_number, self.done_number + self.total

    @property
    def is_all_done(self):
        return bool(self.done)

    @property
    def overdue(self):
        return self.tasks.filter(overdue(self.now))

    @cached_property
    def done(self):
        """The latest of those done today; `number` of each is how many there are in all."""
        midnight = datetime.combine(self.now, time(), self.now.tzinfo)
        done = self.user.tasks.filter(completed_at__gte=midnight).outside(self.put_away)
        counted = done.annotate(number=Window(Count("pk")))
        return self.rows(counted.order_by("-completed_at", "-id")[: self.DONE].for_rows())

    @property
    def done_number(self):
        return self.done[0].number if self.done else 0

    @cached_property
    def sections(self):
        found = self.split(self.page.object_list, self.late_or_else)
        for section in found:
            section.can_be_rescheduled = section.state == "late"
        if self.number == 1 and self.done:
            found.append(Section("Done today", self.done, "done", self.done_number))
        return found

    def late_or_else(self, task):
        """Return the heading of a task: Overdue before all else."""
        late = self.due_heading(task)
        heading = getattr(self, f"{self.arrangement['group'] or 'today'}_heading")
        return late if late[1] == "late" else heading(task)

    def today_heading(self, task):
        return "Today", "", self.clock.today


class Upcoming(Listing):
    """A week by its days, beginning at ?from=, which is today at first. Empty days are shown."""

    name = "upcoming"
    template = "tasks/listings/upcoming.html"
    title = "Upcoming"
    is_empty = False  # each day says so itself
    groups = [""]
    shows_new = False
    limit = 500
    WEEK = timedelta(days=7)
    MOST_REPEATS = 200  # tasks whose next days are worked out
    MOST_COUNTED = 200_000  # days that are counted for them, see recurrence.days_counted()
    FAR = timedelta(days=3653)  # beyond it nothing is worked out

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
        """Return the address of another week; "" past the ends of the calendar."""
        is_possible = ListingForm.FIRST <= first <= ListingForm.LAST
        return self.url(**{"from": first}) if is_possible else ""

    @property
    def earlier_url(self):
        return self.week_url(self.first - self.WEEK)

    @property
    def later_url(self):
        return self.week_url(self.first + self.WEEK)

    def name_of(self, day):
        """Return a day's heading: Today · Wed 25 Nov."""
        return " · ".join(dict.fromkeys([self.clock.day(day), self.clock.date(day)]))

    @property
    def is_this_week(self):
        return self.first == self.clock.today

    @property
    def coming(self):
        """The repeats that will be due this week after what is due now: {day: tasks}."""
        found = {}
        if not self.user.upcoming_repeats or self.first - self.clock.today > self.FAR:
            return found
        repeating = self.user.tasks.open().outside(self.put_away).exclude(repeat="")
        repeating = repeating.filter(due_date__lt=self.last).order_by(*DUE, "id")
        repeating = list(repeating.defer("description")[: self.MOST_REPEATS + 1])
        shown = self.worked_out(repeating)
        if len(shown) < len(repeating):
            self.repeats_shown = len(shown)
        for task in shown:
            task.shown_list = self.sidebar.all_lists.get(task.list_id)
            for day in task.to_come(self.clock, self.first, self.last):
                found.setdefault(day, []).append(task)
        for tasks in found.values():
            tasks.sort(key=lambda task: (task.due_time is None, task.due_time))
        return found

    def worked_out(self, repeating):
        """Return the first of repeating tasks, as many as may be worked out for one page."""
        counted, found = 0, []
        for task in repeating[: self.MOST_REPEATS]:
            counted += task.days_counted(self.last)
            if counted > self.MOST_COUNTED:
                break
            found.append(task)
        return found

    @cached_property
    def sections(self):
        rows = {}
        for task in self.page.object_list:
            rows.setdefault(task.due_date, []).append(task)
        is_whole = not self.page.has_other_pages()
        days = [self.first + timedelta(days=n) for n in range(self.WEEK.days)] if is_whole else rows
        coming = self.coming if is_whole else {}
        return [
            Section(
                title=self.name_of(day),
                tasks=rows.get(day, []),
                number=len(rows.get(day, [])) if is_whole else None,
                day=day,
                coming=coming.get(day, []),
                add_url=self.add_url(day),
            )
            for day in days
        ]

    def add_url(self, day):
        """Return the address of the form for a task on a day, which leads back here."""
        query = {"due_date": day, "next": self.own_url}
        return f"{reverse('task_add')}?{urlencode(query)}"


class Inbox(Listing):
    """Tasks without a list."""

    name = "inbox"
    title = "Inbox"
    sorts = ["manual", "due", "priority"]
    groups = ["", "due", "priority"]
    nothing = ("Your inbox is empty", "Write down what is on your mind; sort it into lists later.")

    @property
    def tasks(self):
        return self.user.tasks.open().filter(list=None)

    uncounted = None

    @property
    def counted(self):
        return self.sidebar.inbox


class ListPage(Listing):
    """A list's open tasks."""

    name = "list_detail"
    sorts = ["manual", "due", "priority"]
    groups = ["", "due", "priority"]
    nothing = ("This list is empty", "Add its first task above.")

    @property
    def exists(self):
        return self.ids["list_pk"] in self.sidebar.all_lists

    @property
    def list(self):
        return self.sidebar.all_lists[self.ids["list_pk"]]

    @property
    def subtitle(self):
        return "Archived: not in Today, Upcoming and tags" if self.list["archived"] else ""

    @property
    def edit_url(self):
        return reverse("list_edit", kwargs=self.ids)

    @property
    def completed_url(self):
        return f"{reverse('completed')}?list={self.list['pk']}"

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
        return self.user.tasks.open().outside(self.put_away).filter(tags=self.ids["tag_pk"])

    @property
    def values(self):
        return super().values | {AN_ID: self.ids["tag_pk"]}


class Completed(Listing):
    """What is done, the latest first, by its days; ?list= narrows to one list."""

    name = "completed"
    title = "Completed"
    bulk_acts = {"reopen"}
    pager = ("Newer", "Older")
    shows_new = False
    sorts = ["newest"]
    groups = [""]
    nothing = ("Nothing completed yet", "What you tick off is kept here.")

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
        return f"In {self.sidebar.all_lists[self.list_pk]['name']}" if self.list_pk else ""

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
        day = task.completed_at.astimezone(self.now.tzinfo).date()
        return self.clock.day(day), "", None


class Search(Listing):
    """What is found: ?q=&completed=1. Open tasks, and completed ones where they are asked for."""

    name = "search"
    template = "tasks/listings/search.html"
    limit = 50
    sorts = ["best", "due", "priority", "list", "newest"]
    groups = ["", "due", "priority", "list"]
    shows_new = False

    def __init__(self, user, query, sidebar):
        super().__init__(user, query, sidebar)
        self.form = SearchForm(query)
        self.http_status = 200 if self.form.is_valid() else 422
        self.q = self.form.cleaned_data.get("q", "")
        if not query.get("q"):
            self.form.fields["q"].widget.attrs["autofocus"] = True
        self.completed = self.form.cleaned_data["completed"]
        self.query = self.parameters(self.q, self.completed)
        self.asked_for = sidebar.read(self.q)
        self.words = self.asked_for.words

    @cached_property
    def saved(self):
        """The saved search that this is, as the sidebar shows it; None if it isn't saved."""
        return next((one for one in self.sidebar.searches if one["url"] == self.url()), None)

    @property
    def shows_searches(self):
        return not self.asked_for

    @property
    def title(self):
        return self.saved["name"] if self.saved else "Search"

    @property
    def edit_url(self):
        return reverse("search_edit", kwargs={"search_pk": self.saved["pk"]}) if self.saved else ""

    @property
    def save_url(self):
        """Return where this search can be saved; "" if it is, or there is none."""
        if self.saved or not self.asked_for:
            return ""
        return f"{reverse('search_add')}?{urlencode(self.query)}"

    def parameters(self, q, completed):
        return {"q": q} | ({"completed": 1} if completed else {})

    @property
    def chips(self):
        """What was understood, as (words, the address without it)."""
        found = [
            (one.label, self.parameters(one.rest, self.completed)) for one in self.asked_for.filters
        ]
        if self.completed:
            found.append(("Completed ones too", self.parameters(self.q, False)))
        return [(words, f"{self.path}?{urlencode(query)}") for words, query in found]

    @property
    def nothing(self):
        if not self.asked_for:
            return "What are you looking for?", "Titles, notes, steps and tags are looked through."
        if self.completed or self.asked_for.values("done"):
            return "Nothing found", "Try fewer words, or parts of them."
        return "Nothing found", "Try fewer words, or look among the completed ones, too."

    @property
    def tasks(self):
        return self.user.tasks.found_by(self.asked_for, self.user, self.now, self.completed)

    def first_ones(self):
        """Compile it anew: the words that are looked for are in it."""
        return self.sorted[: self.limit]

    @property
    def order(self):
        order = super().order
        if self.arrangement["sort"] == "best" and self.words:
            in_title = Q(*(Contains(Fold("title"), fold(word)) for word in self.words))
            order = [ExpressionWrapper(in_title, BooleanField()).desc(), *order]
        is_done = ExpressionWrapper(~Q(completed_at=None), BooleanField())
        return [is_done, *order] if self.completed else order

    @cached_property
    def sections(self):
        rows = self.page.object_list
        if self.arrangement["group"] or not rows:
            return super().sections
        return [Section("Found", rows, number=self.total)]

    def rows(self, tasks):
        """As on other pages, each with the lines of its notes and steps that were looked for."""
        rows = super().rows(tasks)
        missing = {
            task.pk: words
            for task in rows
            if (words := [word for word in self.words if fold(word) not in fold(task.title)])
        }
        texts = {pk: [] for pk in missing}
        if missing:
            steps = self.user.steps.filter(task__in=missing).by_hand()
            for pk, title in steps.values_list("task", "title"):
                texts[pk].append(title)
            notes = self.user.tasks.filter(pk__in=missing).values_list("pk", "description")
            for pk, description in notes:
                texts[pk].append(description)
        for task in rows:
            found = [excerpt(text, missing[task.pk]) for text in texts.get(task.pk, ())]
            task.excerpts = [part for part in found if part][: self.EXCERPTS]
        return rows

    EXCERPTS = 3  # of a task


LISTINGS = {
    listing.name: listing
    for listing in [Search, Everything, Today, Upcoming, Inbox, ListPage, TagPage, Completed]
}


def route(url):
    """Return the ResolverMatch and the query of an address of ours; (None, None) for any other."""
    try:
        parts = urlsplit(url)
        return resolve(parts.path), QueryDict(parts.query)
    except (ValueError, Resolver404):
        return None, None


def is_of_task(url):
    """Is this the address of a task's own page, or of one below it?"""
    match, _ = route(url)
    return bool(match) and "task_pk" in match.kwargs


def listing_at(user, url, sidebar):
    """Return the listing that the page at url shows, None where it shows none.

    A task's page stands beside the listing that its address names (`Listing.on`).
    """
    match, query = route(url)
    if match and "task_pk" in match.kwargs and "on" in query:
        return listing_at(user, query["on"], sidebar)
    if not match or match.url_name not in LISTINGS:
        return None
    listing = LISTINGS[match.url_name](user, query, sidebar, **match.kwargs)
    return listing if not listing.problem and listing.exists else None


def is_gone(user, url, sidebar):
    """Is this the address of a listing that was there once: of a list or tag that is deleted?"""
    match, _ = route(url)
    is_listing = match and match.url_name in LISTINGS and match.kwargs
    return bool(is_listing) and listing_at(user, url, sidebar) is None


def listing_of(task, sidebar):
    """Return the listing that a task is on, its list's or the Inbox."""
    if task.list_id in sidebar.all_lists:
        return ListPage(task.user, QueryDict(), sidebar, list_pk=task.list_id)
    return Inbox(task.user, QueryDict(), sidebar)
