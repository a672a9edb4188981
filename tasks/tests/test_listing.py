"""The compiled query for the rows of a page always equals its queryset."""

import zoneinfo
from datetime import date, datetime, time, timedelta
from itertools import product

from django.db.models.signals import post_init, pre_init
from django.http import QueryDict
from django.test import SimpleTestCase, TestCase
from hypothesis import given
from hypothesis import strategies as st

from accounts.clock import Clock
from accounts.compiled import instance_of
from accounts.models import User
from accounts.tests.people import add_user
from tasks.models import Task
from tasks.pages import base
from tasks.pages.address import listing_at
from tasks.pages.base import GROUPS, SORTS
from tasks.sidebar import Sidebar
from tasks.tests.making import add_step

PAGES = [
    *["/inbox/", "/lists/5/", "/lists/6/", "/tags/7/", "/today/", "/upcoming/"],
    *["/upcoming/?from=2031-01-01", "/tasks/", "/tasks/?status=pending", "/tasks/?limit=3"],
    *["/tasks/?status=completed", "/completed/", "/completed/?list=5", "/completed/?list=6"],
]
QUERIES = {  # the compiled queries of a page, and their columns
    "numbered": [*base.FETCHED, *base.ADDED, "uncounted"],
    "numbered_ids": base.IDS,
}
ZONES = ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu"]
MOMENTS = st.datetimes(
    datetime(2, 2, 3),  # noqa: DTZ001 - the zones follow
    datetime(9998, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([zoneinfo.ZoneInfo(name) for name in ZONES]),
)


@st.composite
def sidebars(draw):
    """Return the sidebar of a user at some moment: any of the lists 5 and 6 may be archived."""
    sidebar = Sidebar(User(pk=draw(st.uuids().map(str))))
    sidebar.clock = Clock(draw(MOMENTS))
    archived = draw(st.sets(st.sampled_from([5, 6])))
    lists = [{"pk": pk, "name": f"{pk}", "color": "", "archived": pk in archived} for pk in (5, 6)]
    sidebar.row = [lists, [{"pk": 7, "name": "home"}], [], []]  # so that it asks no database
    return sidebar


def page_of(sidebar, url, **arrangement):
    page = listing_at(sidebar.user, url, sidebar)
    sidebar.user.arrangements = {page.key: arrangement}
    return page


def question_of(page, name):
    """Return the SQL and the parameters of a page's compiled query, by its name in QUERIES."""
    question = base.Question(getattr(page.stand_in(), name), QUERIES[name])
    return question.sql, question.parameters(page.values)


def queryset_of(page, name):
    """Return the SQL and the parameters of the same query, as Django compiles its queryset."""
    return getattr(page, name).values_list(*QUERIES[name]).query.sql_with_params()


class QuestionTests(SimpleTestCase):
    @given(
        sidebars(), st.sampled_from(PAGES), st.sampled_from([*SORTS]), st.sampled_from([*GROUPS])
    )
    def test_compiled_query_equals_the_queryset(self, sidebar, url, sort, group):
        page = page_of(sidebar, url, sort=sort, group=group)
        for name in QUERIES:
            self.assertEqual(question_of(page, name), queryset_of(page, name))

    @given(sidebars(), sidebars(), st.sampled_from([*SORTS]), st.sampled_from([*GROUPS]))
    def test_pages_of_one_shape_share_a_query(self, one, another, sort, group):
        asked = {}
        for url, name, sidebar in product(PAGES, QUERIES, [one, another]):
            page = page_of(sidebar, url, sort=sort, group=group)
            sql, _ = queryset_of(page, name)
            self.assertEqual(asked.setdefault((name, page.shape), sql), sql)


class RowsTests(TestCase):
    def test_rows_have_the_columns_of_the_queryset(self):
        ann = add_user("ann@example.org")
        work, tag = ann.lists.create(name="Work"), ann.tags.create(name="home")
        for number in range(5):
            task = ann.tasks.create(
                title=f"Task {number}", description="x" * number, list=work, priority=number % 4
            )
            add_step(task)
            task.attach([tag])
        page = listing_at(ann, f"/lists/{work.pk}/", Sidebar(ann))
        page.limit = 2
        found = page.first_ones()
        self.assertEqual(shown(found), shown(page.sorted[:2]))
        self.assertEqual(found[0].get_deferred_fields(), page.sorted[0].get_deferred_fields())
        with self.assertNumQueries(0):
            self.assertEqual([one.user for one in found], [ann, ann])


class LaterPagesTests(TestCase):
    """Ann has seven open tasks in her Inbox, due on different days around today.

    Two more are completed, and one is in the trash. A page shows two rows.
    """

    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user("ann@example.org")
        tag = cls.ann.tags.create(name="home")
        for number in range(10):
            day = cls.ann.today() + timedelta(days=number * 3 % 10 - 6)
            title = f"Ask a user {number}"
            task = cls.ann.tasks.create(title=title, due_date=day, priority=number % 4)
            task.attach([tag])
            if number in (8, 9):
                task.complete()
        cls.ann.tasks.get(title="Ask a user 5").delete_softly()
        cls.URLS = ["/inbox/", f"/tags/{tag.pk}/", "/today/", "/upcoming/", "/tasks/"]
        cls.URLS += ["/tasks/?status=pending", "/tasks/?status=completed", "/completed/"]
        cls.URLS += ['/search/?q="a user"']  # the words that stand in for the user's id

    def page(self, url, number):
        page = listing_at(self.ann, url, Sidebar(self.ann))
        page.limit, page.number = 2, number
        return page

    def test_each_page_has_the_rows_that_follow_those_of_the_page_before(self):
        for url in self.URLS:
            whole = self.page(url, 1)
            rows = list(whole.sorted)
            self.assertGreater(len(rows), 1, url)
            for number in range(2, 7):
                with self.subTest(url=url, number=number):
                    page = self.page(url, number)
                    found = page.page.object_list
                    self.assertEqual(shown(found), shown(rows[number * 2 - 2 : number * 2]))
                    self.assertEqual(page.total, len(rows))
                    self.assertEqual(page.page.has_next(), number * 2 < len(rows))

    def test_later_page_counts_none_if_none_is_completed(self):
        ben = add_user("ben@example.org")
        for number in range(3):
            ben.tasks.create(title=f"Task {number}")
        page = listing_at(ben, "/tasks/?limit=2&page=2", Sidebar(ben))
        self.assertEqual([task.title for task in page.page.object_list], ["Task 0"])
        self.assertEqual(page.total, 3)

    def test_empty_pages_are_searched_once(self):
        """The sidebar makes one query; a search makes another."""
        ben = add_user("ben@example.org")
        for url, queries in [("/search/?q=none", 2), ("/inbox/?page=9", 1), ("/today/?page=9", 1)]:
            with self.subTest(url=url), self.assertNumQueries(queries):
                page = listing_at(ben, url, Sidebar(ben))
                self.assertEqual((list(page.page.object_list), page.total), ([], 0))


class TodayTests(TestCase):
    def test_order_by_due_date_begins_with_the_overdue_tasks(self):
        noon = datetime(2026, 11, 30, 12, tzinfo=zoneinfo.ZoneInfo("UTC"))
        ann = add_user("ann@example.org")
        for day, hour in product([29, 30], [13, 8, 12, None]):
            due_time = hour and time(hour)
            ann.tasks.create(title=f"{day} {hour}", due_date=date(2026, 11, day), due_time=due_time)
        sidebar = Sidebar(ann)
        sidebar.clock = Clock(noon)
        page = listing_at(ann, "/today/", sidebar)
        self.assertEqual(
            [(section.title, [task.title for task in section.tasks]) for section in page.sections],
            [
                ("Overdue", ["29 8", "29 12", "29 13", "29 None", "30 8"]),
                ("Today", ["30 12", "30 13", "30 None"]),
            ],
        )


class InstanceTests(TestCase):
    def test_instance_equals_the_querysets(self):
        user = add_user()
        task = user.tasks.create(title="Milk", due_time=time(9), due_date=date(2026, 11, 29))
        for names in [("id",), base.FETCHED]:
            values = Task.objects.values_list(*names).get(pk=task.pk)
            made, read = instance_of(Task, names, values), Task.objects.only(*names).get(pk=task.pk)
            self.assertEqual(row_of(made), row_of(read))
            state = (made._state.adding, made._state.db)
            self.assertEqual(state, (read._state.adding, read._state.db))
            self.assertEqual(made.get_deferred_fields(), read.get_deferred_fields())
            self.assertEqual(made.title, "Milk")

    def test_no_signal_of_instances_has_receivers(self):
        """instance_of() sends no signal."""
        for signal in (pre_init, post_init):
            self.assertFalse(signal.has_listeners(Task) or signal.has_listeners(User))


def row_of(task):
    """Return the attributes of a row, without Django's state."""
    return {name: value for name, value in vars(task).items() if name != "_state"}


def shown(tasks):
    names = [*base.FETCHED, *base.ADDED]
    return [[vars(task)[name] for name in names] for task in tasks]


class AskedByTests(SimpleTestCase):
    def test_invalid_queries_are_not_cached(self):
        base.read_before.cache_clear()
        for number in range(3):
            query = QueryDict(f"page=2&q=mine+{number}&status={'x' * 30}{number}")
            self.assertEqual(base.asked_by(query)[0], "“status” must be pending or completed.")
            self.assertEqual(base.asked_by(QueryDict(f"page=2&q={number}"))[1]["page"], 2)
        self.assertEqual(base.read_before.cache_info().currsize, 1)
