"""The question for the rows of a page, which is compiled once: it is the queryset's, always."""

import zoneinfo
from datetime import datetime

from django.test import SimpleTestCase, TestCase
from hypothesis import given
from hypothesis import strategies as st

from accounts.clock import Clock
from accounts.models import User
from accounts.tests.people import add_user
from tasks import listing
from tasks.listing import GROUPS, SORTS, listing_at
from tasks.sidebar import Sidebar
from tasks.tests.making import add_step

PAGES = [
    *["/inbox/", "/lists/5/", "/lists/6/", "/tags/7/", "/today/", "/upcoming/"],
    *["/upcoming/?from=2031-01-01", "/tasks/", "/tasks/?status=pending", "/tasks/?limit=3"],
    *["/tasks/?status=completed", "/completed/", "/completed/?list=5", "/completed/?list=6"],
]
ZONES = ["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu"]
MOMENTS = st.datetimes(
    datetime(2, 2, 3),  # noqa: DTZ001 - the zones follow
    datetime(9998, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([zoneinfo.ZoneInfo(name) for name in ZONES]),
)
LISTS = [{"pk": pk, "name": f"List {pk}", "color": "", "archived": pk == 6} for pk in (5, 6)]


def sidebar_of(user, now):
    """Return a sidebar that asks no database."""
    sidebar = Sidebar(user)
    sidebar.clock = Clock(now)
    sidebar.row = [LISTS, [{"pk": 7, "name": "home"}], [], []]
    return sidebar


def page_of(url, now, pk="ann", **arrangement):
    user = User(pk=pk)
    page = listing_at(user, url, sidebar_of(user, now))
    user.arrangements = {page.key: arrangement}
    return page


def question_of(page):
    """Return the SQL and the parameters that a page asks by."""
    with_stand_ins = page.stand_in().sorted
    question = listing.Question(with_stand_ins, [*listing.FETCHED, *listing.ADDED])
    return question.sql, question.parameters(page.values)


def queryset_of(page):
    columns = page.sorted.values_list(*listing.FETCHED, *listing.ADDED)
    return columns.query.sql_with_params()


class QuestionTests(SimpleTestCase):
    @given(st.sampled_from(PAGES), st.sampled_from([*SORTS]), st.sampled_from([*GROUPS]), MOMENTS)
    def test_is_the_queryset(self, url, sort, group, now):
        page = page_of(url, now, sort=sort, group=group)
        self.assertEqual(question_of(page), queryset_of(page))

    def test_of_two_pages_of_one_shape_is_one(self):
        """What another user, moment or row would change in the SQL has to be in the shape."""
        asked = {}
        moments = [datetime(2026, 3, 25, 9, tzinfo=zoneinfo.ZoneInfo(name)) for name in ZONES]
        for url in PAGES:
            for sort in SORTS:
                for group in GROUPS:
                    for pk, now in zip(["ann", "bob"], moments, strict=False):
                        page = page_of(url, now, pk, sort=sort, group=group)
                        sql, _ = queryset_of(page)
                        self.assertEqual(asked.setdefault(page.shape, sql), sql)
        self.assertEqual(len(asked), 47)


class RowsTests(TestCase):
    def test_are_those_of_the_queryset_with_all_their_columns(self):
        ann = add_user("ann@example.org")
        work, tag = ann.lists.create(name="Work"), ann.tags.create(name="home")
        for number in range(5):
            task = ann.tasks.create(
                title=f"Task {number}", description="x" * number, list=work, priority=number % 4
            )
            add_step(task)
            task.hang([tag])
        page = listing_at(ann, f"/lists/{work.pk}/", Sidebar(ann))
        page.limit = 2
        found = page.fetch(1)
        self.assertEqual(shown(found), shown(page.sorted[1:3]))
        self.assertEqual(found[0].get_deferred_fields(), page.sorted[0].get_deferred_fields())
        with self.assertNumQueries(0):
            self.assertEqual([one.user for one in found], [ann, ann])


def shown(tasks):
    names = [*listing.FETCHED, *listing.ADDED]
    return [[vars(task)[name] for name in names] for task in tasks]
