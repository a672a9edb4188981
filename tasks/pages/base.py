"""The base of all listings: address, order, rows, headings.

A task appears once on a page. An act replies with the page of its form in the new state, so each
page can be built from its address (tasks.pages.address).
"""

from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    Count,
    DateField,
    F,
    Subquery,
    Value,
    When,
    Window,
)
from django.utils.functional import cached_property

from accounts.clock import Clock
from accounts.compiled import Question, ask_in_order, instance_of
from accounts.models import User
from tasks import dates
from tasks.addresses import address, address_of_page
from tasks.base.searched import as_array, overdue
from tasks.forms.filters import ListingForm
from tasks.models import Task, TaskQuerySet
from tasks.rows import Row

CREATED = ["created_at", "id"]
DUE = [F("due_date").asc(nulls_last=True), F("due_time").asc(nulls_last=True)]
LIST = [F("list__position").asc(nulls_first=True), "list_id"]  # the Inbox first
SORTS = {
    "best": ("Best match first", ["-created_at", "-id"]),
    "manual": ("Manual", TaskQuerySet.HAND),
    "due": ("Due date", [*DUE, "-priority", *CREATED]),
    "priority": ("Priority", ["-priority", *DUE, *CREATED]),
    "list": ("List", [*LIST, *DUE, "-priority", *CREATED]),
    "newest": ("Newest first", ["-created_at", "-id"]),
}
GROUPS = {"": "None", "due": "Due date", "priority": "Priority", "list": "List"}
PRIORITIES = {value: f"{label} priority" for value, label in Task.Priority.choices}
PRIORITIES |= {0: "No priority"}


# The stand-ins for a page's values in a query that is compiled once (accounts.compiled).
A_USER, AN_ID = User(pk="a user"), -1
A_MOMENT = datetime(2, 2, 2, 2, 2, tzinfo=UTC)
A_DAY, ANOTHER_DAY = date(3, 3, 3), date(4, 4, 4)
QUESTIONS = {}  # by the shape of a page, of which there are few
FETCHED = tuple(Task._meta.get_field(name).attname for name in ["id", *Task.SHOWN_IN_ROWS])
USER = Task._meta.get_field("user")
# For tasks that no index has in order: all of them are read, so they are counted as they are found.
AS_FOUND = Window(Count("pk"))
ADDED = ["has_note", "tag_ids", "ticks", "remind_at"]  # by TaskQuerySet.for_rows()
IDS = ["id", "uncounted"]  # of Listing.numbered_ids


class Heading(NamedTuple):
    """The heading of tasks: its words, its look, and its day if it has one."""

    title: str
    state: str = ""
    day: date | None = None


@dataclass
class Section:
    """The tasks under one heading, or under none."""

    title: str = ""
    tasks: list = field(default_factory=list)
    state: str = ""  # "late" and "done" look different
    number: int | None = None  # how many there are, None if this page doesn't know
    day: date | None = None  # the due date of a task added here
    coming: list = field(default_factory=list)  # repeats whose later occurrences fall on this day
    fold: str = ""  # the id under which the browser remembers the fold; "" if it can't be folded
    is_folded: bool = False  # until the user unfolds it
    all_url: str = ""  # the page of all such tasks, if this page shows only the latest
    number_again: int = 0  # how many tasks can be unchecked together
    add_url: str = ""  # the form to add a task for that day, "" for no link
    can_be_rescheduled: bool = False  # all of them together


LONGEST_ANSWER = 20  # characters of a valid value of ListingForm


def asked_by(query):
    """Return the problem of an address's query, "" for none, and its values."""
    fields = {name: query[name] for name in ListingForm.NAMES if name in query}
    if any(len(value) > LONGEST_ANSWER for value in fields.values()):
        return read(fields)
    return read_before(tuple(fields.items()))


def read(fields):
    """Return the problem of these values of an address, "" for none, and the cleaned values."""
    form = ListingForm(fields)
    problem = ""
    if not form.is_valid():
        problem = form.reason()
    return problem, form.cleaned_data


@lru_cache(1000)
def read_before(fields):
    """Return the same as read(), cached: a form takes as long as the query of the rows."""
    return read(dict(fields))


class Listing:
    """A page that lists a user's tasks, as its address asks. It makes no query until shown.

    `problem` is a sentence if the address is invalid, and `exists` is False if its list or tag
    doesn't exist; then the other attributes mean nothing. `presets` are fields of the form that
    adds a task from here (tasks.forms.quickadd.AddForm).
    """

    name = ""  # of the route
    template = "tasks/listings/plain.html"
    exists = True
    title = ""
    limit = 100
    sorts = ["due", "priority", "list"]  # the first is the default
    groups = ["", "due", "priority", "list"]
    presets = {}
    placeholder = "Add a task"
    shows_new = True  # whether a task added here appears here
    nothing = ("Nothing to do", "Add a task above. What's on your mind?")
    pager = ("Previous", "Next")
    edit_url = ""  # of the page's list, tag or saved search
    subtitle = ""
    list = None  # the page's list, as the sidebar shows it
    q, saved = "", None  # the search, and its saved search if there is one
    words = ()  # of the search, to be marked in the rows
    shows_searches = False  # whether the page itself lists the saved searches
    bulk_acts = {"complete"}  # the possible acts on several tasks: "complete", "reopen"
    progress = None  # (tasks done today, done and still to do), if the page shows a bar
    completed_url = ""  # the page of its completed tasks, if it shows none itself
    repeats_shown = None  # how many repeats have their later days shown, if not all
    is_all_done = False  # whether all tasks of today are done
    counted = 0  # the number of its tasks that the sidebar has counted
    examples = ()  # lines to try on an empty page
    offers_import = False  # whether an empty page leads to the import
    http_status = 200
    MOST_SETTLING = 3  # rows
    MOST_PRINTED = 1000  # rows of its page for paper

    def __init__(self, user, query, sidebar, **ids):
        self.user, self.sidebar, self.ids = user, sidebar, ids
        self.clock, self.now = sidebar.clock, sidebar.clock.now
        self.problem, self.asked = asked_by(query)
        self.number = self.asked.get("page") or 1
        self.query = {}  # the parameters of its address, without the page's number

    # the address

    @cached_property
    def path(self):
        if not self.ids:
            return address_of_page(self.name)
        (pk,) = self.ids.values()
        return address(self.name, pk)

    def url(self, page=None, **changes):
        """Return the address of this listing, with a page's number or other parameters."""
        query = self.query | changes
        if page and page > 1:
            query["page"] = page
        if not query:
            return self.path
        return f"{self.path}?{urlencode(query)}"

    @cached_property
    def own_url(self):
        return self.url(page=self.number)

    @property
    def on(self):
        """The query in the address of a task, so that its page shows this listing too."""
        return urlencode({"on": self.own_url})

    @property
    def previous_url(self):
        """The page before, or after the end the last one; None on the first."""
        if self.number == 1:
            return None
        last = self.page.paginator.num_pages
        return self.url(page=min(self.number - 1, last))

    @property
    def next_url(self):
        """The page after; None on the last."""
        if not self.page.has_next():
            return None
        return self.url(page=self.number + 1)

    @cached_property
    def print_url(self):
        """The address of the page for paper, from the first task on."""
        return self.print_url_of(1)

    def print_url_of(self, page):
        """Return the address of a page for paper, by its number."""
        query = urlencode({"on": self.url(page=page)})
        return f"{address_of_page('listing_print')}?{query}"

    # how it is sorted and grouped

    @property
    def key(self):
        """The key under which this page's arrangement is saved."""
        ids = map(str, self.ids.values())
        return "-".join([self.name, *ids])

    @cached_property
    def arrangement(self):
        """{"sort": …, "group": …}: the user's choice, or the default."""
        kept = self.user.arrangements.get(self.key, {})
        found = {
            "sort": self.sorts[0],
            "group": self.groups[0],
        }
        if kept.get("sort") in self.sorts:
            found["sort"] = kept["sort"]
        if kept.get("group") in self.groups:
            found["group"] = kept["group"]
        return found

    @property
    def sort_choices(self):
        return [(name, SORTS[name][0]) for name in self.sorts]

    @property
    def group_choices(self):
        return [(name, GROUPS[name]) for name in self.groups]

    @property
    def by_hand(self):
        """Whether the rows can be moved here."""
        return self.arrangement["sort"] == "manual" and not self.arrangement["group"]

    @property
    def order(self):
        """The order of its tasks: by group first, then by the chosen sort."""
        late = When(
            overdue(self.now),
            then=Value(date.min),
        )
        day = Case(
            late,
            default=F("due_date"),
            output_field=DateField(),
        )
        groups = {
            "": [],
            "due": [day.asc(nulls_last=True)],
            "priority": ["-priority"],
            "list": LIST,
        }
        _, within_group = SORTS[self.arrangement["sort"]]
        return groups[self.arrangement["group"]] + within_group

    # the tasks

    @property
    def tasks(self):
        """All tasks of this page and of the pages after it, as a queryset."""
        raise NotImplementedError

    @property
    def overdue(self):
        """The tasks that can be rescheduled together, None if the page doesn't offer that."""
        return None

    @property
    def again(self):
        """The completed tasks that can be unchecked together, None if the page has no such act."""
        return None

    @property
    def uncounted(self):
        """The tasks that the sidebar hasn't counted, None if it has counted all."""
        return self.tasks

    @cached_property
    def total(self):
        """The number of tasks on all its pages."""
        if self.uncounted is None:
            return self.counted
        return self.counted + self.uncounted.count()

    @cached_property
    def put_away(self):
        """The ids of archived lists: their tasks appear on no page but their own."""
        return [one["pk"] for one in self.sidebar.archived]

    @cached_property
    def page(self):
        """A Page, which is empty if it lies past the end."""
        found = self.first_ones() if self.number == 1 else self.later_ones()
        rows = self.rows(found)
        paginator = Paginator(None, self.limit)
        paginator.count = self.total  # known already, so the paginator needs no query
        return Page(rows, self.number, paginator)

    @property
    def sorted(self):
        """The tasks in order, each with the columns of its row."""
        return self.tasks.order_by(*self.order).for_rows()

    def first_ones(self):
        """Return the tasks of the first page, by a query that is compiled once.

        The query also gives the `total`.
        """
        shape = self.shape
        if shape not in QUESTIONS:
            columns = [*FETCHED, *ADDED, "uncounted"]
            QUESTIONS[shape] = Question(self.stand_in().numbered, columns)
        rows = QUESTIONS[shape].ask(self.values, f" LIMIT {self.limit}")
        self.total = self.counted
        if rows:
            self.total += rows[0][-1]
        return [task_of(self.user, row[:-1]) for row in rows]

    @property
    def numbered(self):
        """The sorted tasks, each with the number of uncounted tasks: the query of first_ones()."""
        return self.sorted.annotate(uncounted=number_of(self.uncounted))

    def later_ones(self):
        """Return the tasks of this page; of the tasks on the pages before it only ids are read.

        The query also gives the `total`. Past the end it finds nothing, and another one counts.
        """
        start = (self.number - 1) * self.limit
        if self.uncounted is None and start >= self.total:
            return []
        if "rows" not in QUESTIONS:
            QUESTIONS["rows"] = Question(A_USER.tasks.for_rows(), [*FETCHED, *ADDED])
        found = ask_in_order(
            self.ids_query,
            QUESTIONS["rows"].filled({A_USER.pk: self.user.pk}),
            f" LIMIT {self.limit} OFFSET {start}",
        )
        if found:
            _, uncounted, *_ = found[0]
            self.total = self.counted + uncounted
        elif self.number == 1:
            self.total = self.counted
        return [task_of(self.user, row[2:]) for row in found]

    @property
    def ids_query(self):
        """The SQL and parameters of its tasks' ids, each with the number of uncounted tasks."""
        shape = ("ids", *self.shape)
        if shape not in QUESTIONS:
            QUESTIONS[shape] = Question(self.stand_in().numbered_ids, IDS)
        return QUESTIONS[shape].filled(self.values)

    @property
    def numbered_ids(self):
        """The tasks in order, for their ids alone, each with the number of uncounted tasks."""
        return self.tasks.order_by(*self.order).annotate(uncounted=self.number_beside)

    @property
    def number_beside(self):
        """The expression for the number of uncounted tasks, in the query of the tasks' ids."""
        return number_of(self.uncounted)

    @property
    def shape(self):
        """Everything that the query of its tasks depends on, except values."""
        return self.name, *self.arrangement.values()

    @property
    def values(self):
        """The values in the query of its tasks, by their stand-ins."""
        return {
            A_USER.pk: self.user.pk,
            A_MOMENT.date(): self.clock.today,
            A_MOMENT.time(): self.now.time(),
            as_array([AN_ID]): as_array(self.put_away),
        }

    def stand_in(self):
        """Return a copy of this page with stand-ins for all values."""
        page = copy(self)
        page.user = A_USER
        page.clock, page.now = Clock(A_MOMENT), A_MOMENT
        page.ids = dict.fromkeys(self.ids, AN_ID)
        page.put_away = [AN_ID]
        page.arrangement = self.arrangement  # the stand-in has none of its own
        return page

    def rows(self, tasks):
        """Return tasks with their lists and tags, as the sidebar has them."""
        rows = list(tasks)
        lists, known_tags = self.sidebar.all_lists, self.sidebar.tags
        for task in rows:
            task.shown_list = lists.get(task.list_id)
            tags = [known_tags[pk] for pk in task.tag_ids if pk in known_tags]
            task.shown_tags = sorted(tags, key=lambda tag: tag["name"].lower())
            task.steps_done = sum(task.ticks)
        return rows

    @cached_property
    def sections(self):
        """The tasks of this page under their headings. An empty page has no sections."""
        rows, group = self.page.object_list, self.arrangement["group"]
        if not rows:
            return []
        if not group:
            return [Section(tasks=rows)]
        return self.split(rows, getattr(self, f"{group}_heading"))

    @cached_property
    def shown(self):
        """All tasks of this page that are visible at first."""
        seen = [section for section in self.sections if not section.is_folded]
        return [task for section in seen for task in section.tasks]

    @property
    def shown_ids(self):
        """The ids of these tasks, with spaces between them, as a form sends them."""
        return " ".join(str(task.id) for task in self.shown)

    @property
    def first_shown(self):
        """The number of the first task of this page, counted from 1."""
        return (self.number - 1) * self.limit + 1

    @property
    def last_shown(self):
        return self.first_shown + len(self.page.object_list) - 1

    @property
    def is_empty(self):
        """Whether there is nothing to show, so that the page says so."""
        return not self.page.object_list

    def rows_of(self, section):
        """Return the tasks of a section as rows."""
        return [Row(task, self, section.day) for task in section.tasks]

    def rows_changed_by(self, act):
        """Return the rows of tasks that an act changed, until they leave their places.

        Their circles undo the act, if it ticked them. After an act on many tasks there are none,
        and the page shows the new state at once.
        """
        changed = self.user.tasks.filter(pk__in=act.changes.values("task"))
        rows = self.rows(changed[: self.MOST_SETTLING + 1].for_rows())
        if len(rows) > self.MOST_SETTLING:
            return []
        return [Row(task, self, self.day_above(task), act) for task in rows]

    def day_above(self, task):
        """Return the day in a task's heading, None if there is none, or if a repeat goes on."""
        group = self.arrangement["group"]
        goes_on = task.repeat and not task.completed
        if goes_on or not group:
            return None
        heading = getattr(self, f"{group}_heading")
        return heading(task).day

    def split(self, rows, heading):
        """Return rows, in their order, as sections; heading(task) gives the heading of a task."""
        is_whole = not self.page.has_other_pages()
        by_list = self.arrangement["group"] == "list"

        def key(task):
            """Return the values that all tasks under one heading share."""
            own_list = task.list_id if by_list else None  # a list may be called Inbox as well
            return heading(task), own_list

        found = []
        for (own, _), group in groupby(rows, key):
            tasks = list(group)
            number = len(tasks) if is_whole else None
            found.append(Section(own.title, tasks, own.state, number, own.day))
        return found

    def due_heading(self, task):
        """Return the heading of a task's due date; all overdue tasks share one."""
        day = task.due_date
        if dates.due_state(day, task.due_time, self.now) == "late":
            return Heading("Overdue", "late")
        if day is None:
            return Heading("No date")
        return Heading(self.clock.day(day), day=day)

    def priority_heading(self, task):
        """Return the heading of a task's priority."""
        return Heading(PRIORITIES[task.priority])

    def list_heading(self, task):
        """Return the heading of a task's list."""
        if task.shown_list is None:
            return Heading("Inbox")
        return Heading(task.shown_list["name"])


def number_of(tasks):
    """Return an expression for the number of these tasks, 0 for None."""
    if tasks is None:
        return Value(0)
    together = tasks.order_by().annotate(together=Value(1)).values("together")
    counted = together.annotate(number=Count("pk"))
    return Subquery(counted.values("number"))


def task_of(user, row):
    """Return a user's task, from a row with the columns FETCHED and ADDED."""
    fetched = len(FETCHED)
    task = instance_of(Task, FETCHED, row[:fetched])
    USER.set_cached_value(task, user)
    for name, value in zip(ADDED, row[fetched:], strict=True):
        setattr(task, name, value)
    return task
