"""How many queries a page and an act need: the same for one task and for many."""

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.people import add_user

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
PAGES = {
    "/tasks/": 4,  # session, user, counts, rows
    "/tasks/?status=pending": 4,
    "/tasks/?status=completed&page=2&limit=1": 4,
    "/trash/": 5,  # session, user, number of rows, rows, counts
    "/settings/": 3,
    "/tasks/add/": 3,
}
ACTS = {
    "complete": 6,  # session, user, task, update, task again, counts
    "reopen": 6,
    "delete": 6,
    "restore": 6,
}


class QueryTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user()

    def setUp(self):
        self.client.force_login(self.ann)
        self.client.get("/settings/")  # the first request of a session notes when it was seen

    def add_tasks(self, number):
        for n in range(number):
            self.ann.tasks.create(title=f"Open {n}")
            self.ann.tasks.create(title=f"Done {n}").complete()
            self.ann.tasks.create(title=f"Gone {n}").delete_softly()

    def count(self, method, url, data=None, **headers):
        with CaptureQueriesContext(connection) as queries:
            response = getattr(self.client, method)(url, data, headers=headers)
        self.assertLess(response.status_code, 400)
        return len(queries)

    def test_pages(self):
        for number in (2, 20):
            self.add_tasks(number)
            self.assertEqual({url: self.count("get", url) for url in PAGES}, PAGES)

    def test_page_of_a_task(self):
        for number in (2, 20):
            self.add_tasks(number)
            url = f"{self.ann.tasks.open().first().get_absolute_url()}?status=pending"
            self.assertEqual(self.count("get", url), 5)  # those of a list, and the task

    def test_acts_in_place(self):
        for number in (1, 20):
            self.add_tasks(number)
            url = self.ann.tasks.open().first().get_absolute_url()
            seen = {act: self.count("post", f"{url}{act}/", **HTMX) for act in ACTS}
            self.assertEqual(seen, ACTS)

    def test_adding_in_place(self):
        for number in (1, 20):
            self.add_tasks(number)
            # session, user, savepoint, insert, notify, act, release, counts
            self.assertEqual(self.count("post", "/tasks/add/", {"text": "Milk"}, **HTMX), 8)

    def test_editing_in_place(self):
        for number in (1, 20):
            self.add_tasks(number)
            url = f"{self.ann.tasks.open().first().get_absolute_url()}edit/"
            # savepoint, session, user, task, act, update, task again, counts, release
            self.assertEqual(self.count("post", url, {"title": f"Milk {number}"}, **HTMX), 9)

    def test_landing_page_asks_nothing(self):
        self.client.logout()
        self.assertEqual(self.count("get", "/"), 0)


class IndexTests(TestCase):
    """The listings are read from an index that begins with the user, whatever others have."""

    def plan(self, tasks):
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE tasks_task")
        return tasks.explain()

    def test_each_listing_has_its_index(self):
        ann, now = add_user(), timezone.now()
        kinds = [{}, {"completed_at": now}, {"deleted_at": now}]
        ann.tasks.bulk_create(
            ann.tasks.model(user=ann, title="x", **kinds[n % 3]) for n in range(3000)
        )
        for query, index in [
            (ann.tasks.newest_first()[:50], "tasks_task_by_creation"),
            (ann.tasks.open().newest_first()[:50], "tasks_task_open"),
            (
                ann.tasks(manager="trash").order_by("-deleted_at", "-id")[:50],
                "tasks_task_trash",
            ),
        ]:
            plan = self.plan(query)
            self.assertIn(f"using {index}", plan)
            self.assertNotIn("Sort", plan)
