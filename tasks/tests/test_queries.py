"""The number of queries of each page and act, which is constant, and their indexes."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.people import add_user
from tasks import sidebar
from tasks.models import Step, TaskTag
from tasks.pages.address import listing_at
from tasks.sidebar import Sidebar
from tasks.tests.many import add_many, ids_of
from tasks.tests.pages import HTMX

LISTINGS = {  # the session with its user, sidebar, rows; what else there is stands beside it
    "/inbox/": 3,
    "/lists/{list}/": 3,
    "/tags/{tag}/": 3,
    "/tasks/": 3,
    "/tasks/?status=pending": 3,
    "/tasks/?status=completed&page=2&limit=1": 3,
    "/today/": 4,  # what is done
    "/upcoming/?from=2031-01-01": 4,  # repeats to come
    "/completed/": 3,
    "/completed/?list={list}": 3,
    "/search/?q=task": 3,
    "/search/?q=step": 4,  # notes and steps of those whose titles haven't all the words
    "/search/?q=overdue": 3,
    "/trash/": 5,  # lists, tags
    "/trash/?page=2": 5,
    "/lists/": 2,  # the sidebar knows all
}
PAGES = LISTINGS | {
    "/search/": 2,
    "/go/": 2,
    "/go/?q=task": 5,  # tasks, acts and what they changed
    "/keyboard/": 2,
    "/print/?on=/inbox/": 3,
    "/print/?on=/lists/{list}/": 3,
    "/writing/": 2,
    "/repeats/": 2,
    "/searches/add/": 4,
    "/settings/": 2,
    "/settings/reminders/": 2,  # with mail, a third asks whether the address is confirmed
    "/tasks/add/": 3,
    "/tasks/paste/": 3,
    # those of its list; the task, its tags, steps and reminders, lists to choose from, its acts and
    # changes
    "/tasks/{task}/": 10,
    "/tasks/{task}/?on=/today/": 11,
    "/history/": 5,  # acts, what they changed, what was done to the account
    "/history/?kind=edit&of=task": 4,
    "/history/?task={task}": 5,
    "/history/{act}/": 7,  # the act; its changes, twice, their number, and what is there now
    "/tasks/{task}/menu/": 6,
    "/tasks/{task}/menu/?next=/lists/{list}/": 6,
    "/tasks/{task}/menu/?next=/today/": 5,
    "/tasks/{task}/repeat/": 5,
    "/tasks/{task}/delete/": 3,
    "/tasks/{gone}/purge/": 3,
    "/steps/{step}/edit/": 6,
    "/lists/add/": 4,
    "/lists/{list}/edit/": 5,
    "/lists/{list}/delete/": 4,
    "/lists/{gone_list}/restore/": 5,
    "/lists/{gone_list}/purge/": 3,
    "/tags/{tag}/edit/": 5,
    "/tags/{tag}/delete/": 4,
    "/tags/{gone_tag}/restore/": 5,
    "/tags/{gone_tag}/purge/": 3,
    "/trash/empty/": 5,
}
# What is posted by htmx from the page that `next` names, in an order in which each takes effect.
# Beside a page's own queries there are those of the act, and its savepoints; one asks for reminders
# where dates or states of tasks change.
TASK, LIST = "/tasks/{task}/", "/lists/{list}/"
ACTS = [
    ("/tasks/{inbox}/complete/", {"next": "/inbox/"}, 11),
    ("/tasks/{inbox}/reopen/", {"next": "/inbox/"}, 11),
    ("/tasks/{inbox}/complete/", {"next": "/today/"}, 12),
    ("/tasks/{inbox}/reopen/", {"next": "/completed/"}, 11),
    ("/tasks/{inbox}/delete/", {"next": "/inbox/"}, 10),
    ("/tasks/{inbox}/restore/", {"next": "/inbox/"}, 15),
    ("/tasks/{inbox}/complete/", {"next": "/settings/"}, 9),
    ("/tasks/{task}/complete/", {"next": TASK}, 15),
    ("/tasks/{task}/reopen/", {"next": TASK}, 15),
    ("/tasks/{task}/edit/", {"title": "Milk", "next": TASK}, 19),
    ("/tasks/{task}/edit/", {"tags": "new words", "next": TASK}, 25),
    ("/tasks/{task}/edit/", {"priority": "3", "next": LIST}, 13),
    ("/tasks/{task}/move/", {"to": "top", "next": LIST}, 17),
    ("/tasks/{task}/move/", {"after": "{other}", "next": LIST}, 17),
    ("/tasks/{other}/edit/", {"list": "", "next": LIST}, 13),
    ("/tasks/{other}/move/", {"to": "top", "next": "/inbox/"}, 16),
    # the session with its user, the one statement that adds it, sidebar; rows; the list
    ("/tasks/add/", {"text": "Milk", "next": "/settings/"}, 3),
    ("/tasks/add/", {"text": "Milk tomorrow !high", "next": "/inbox/"}, 4),
    ("/tasks/add/", {"text": "Milk", "list": "{list}", "next": LIST}, 5),
    ("/tasks/add/", {"text": "Milk", "list": "{list}", "tags": "new", "next": LIST}, 13),
    ("/tasks/{task}/steps/add/", {"title": "Whisk", "next": TASK}, 17),
    ("/steps/{step}/tick/", {"done": "1", "next": TASK}, 14),
    ("/steps/{step}/edit/", {"title": "Whip", "next": TASK}, 18),
    ("/steps/{step}/move/", {"after": "{step2}", "next": TASK}, 20),
    ("/steps/{step}/delete/", {"next": TASK}, 14),
    ("/steps/{step}/restore/", {"next": TASK}, 14),
    ("/lists/{list}/move/", {"to": "bottom", "next": "/lists/"}, 13),
    ("/lists/{list}/archive/", {"next": "/lists/"}, 8),
    ("/lists/{list}/unarchive/", {"next": "/lists/"}, 8),
    ("/tasks/bulk/", {"do": "complete", "which": "page", "page": "{other}", "next": "/inbox/"}, 15),
    ("/tasks/bulk/", {"do": "tag", "tags": "new", "ids": "{task}", "next": LIST}, 15),
    ("/tasks/{task}/duplicate/", {"next": LIST}, 26),
    ("/history/{act}/undo/", {"next": "/inbox/"}, 24),
    ("/arrange/", {"sort": "due", "group": "due", "next": "/inbox/"}, 4),
]
REPEAT = {"frequency": "MONTHLY", "interval": "2", "due_date": "2031-01-31", "ends": "never"}
REPEAT |= {"week_start": "0", "repeat_from": "due", "missed": "pass"}
# The same without JavaScript, up to the redirect.
POSTS = [
    ("/tasks/add/", {"text": "Milk", "next": "/inbox/"}, 3),
    ("/tasks/paste/", {"text": "Milk\nBread\n  Rye", "sure": "1", "list": "{list}"}, 11),
    ("/tasks/{task}/complete/", {"next": "/inbox/"}, 9),
    ("/tasks/{other}/repeat/", REPEAT | {"next": "/inbox/"}, 11),
    ("/lists/add/", {"name": "New", "color": "teal"}, 18),
    ("/lists/{list}/edit/", {"name": "Other"}, 14),
    ("/lists/{list}/delete/", {"tasks": "trash"}, 15),
    ("/lists/{list}/restore/", {}, 24),
    ("/lists/{list}/delete/", {"tasks": "inbox"}, 15),
    ("/tags/{tag}/edit/", {"name": "other"}, 14),
    ("/tags/{tag}/delete/", {}, 8),
    ("/tags/{tag}/restore/", {}, 14),
]


def fill(user, tasks, lists, tags):
    """Give a user so many rows of every kind that a page may show."""
    now, today = timezone.now(), user.today()
    lists = user.lists.bulk_create(
        user.lists.model(user=user, name=f"List {n}", position=f"a{n:04}V") for n in range(lists)
    )
    tags = user.tags.bulk_create(user.tags.model(user=user, name=f"tag{n}") for n in range(tags))
    dates = [None, today, today - timedelta(1), today + timedelta(3)]
    states = [{}, {}, {}, {}, {"completed_at": now}, {"deleted_at": now}]
    tasks = user.tasks.bulk_create(
        (
            user.tasks.model(
                user=user,
                title=f"Task {n}",
                description="Note" * (n % 2),
                priority=n % 4,
                due_date=dates[n // 6 % 4],
                list=lists[n // 24 % len(lists)] if n % 3 else None,
                created_at=now - timedelta(minutes=n),
                **states[n % 6],
            )
            for n in range(tasks)
        ),
        batch_size=5000,
    )
    # A connection may have planned the check of foreign keys when there were few tasks: then each
    # check reads all tasks of the user.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks_task")
    TaskTag.objects.bulk_create(
        TaskTag(user=user, task=task, tag=tags[n // 6 % len(tags)]) for n, task in enumerate(tasks)
    )
    Step.objects.bulk_create(
        Step(user=user, task=task, title="Step", position=f"a{n}")
        for task in tasks[::10]
        for n in range(2)
    )


def nodes(plan):
    """Yield each node of a plan, from EXPLAIN's JSON."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def edit_often(user, times):
    """Have a user edit up to 1,000 tasks together, and a task with steps so often.

    Return the act of the first edit.
    """
    some, act = user.tasks.open().order_by("pk").values("pk")[:1000], user.acts.create(kind="edit")
    user.tasks.filter(pk__in=some).change(act, description="Long")
    first = user.lists.by_hand().first()
    task = user.tasks.open().filter(list=first, steps__title__startswith="Step").first()
    for _ in range(times):
        task.edit(priority=(task.priority + 1) % 4)
    return act


class QueryTests(TestCase):
    """Ann has 20,000 tasks, 50 lists and 200 tags; Ben has one of each.

    His are a task in each of its states; both have a second, empty list.
    """

    @classmethod
    def setUpTestData(cls):
        (cls.ann,) = add_many(["ann"], tasks=20_000, lists=50, tags=200)
        cls.ann.steps.update(done=False)
        cls.ben = add_user("ben@example.org")
        fill(cls.ben, 48, 1, 1)
        gone = {"user": cls.ben, "deleted_at": timezone.now()}
        cls.ben.lists.create(name="Gone", **gone)
        cls.ben.tags.create(name="gone", **gone)
        cls.acts_of_many = {}
        for user in (cls.ann, cls.ben):
            user.lists.create(name="Empty", position="b00V")
            cls.acts_of_many[user.pk] = edit_often(user, 8).pk
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def sign_in(self, user):
        """Sign in. Return the ids for {list} and so on in addresses."""
        self.client.force_login(user)
        self.client.get("/settings/")  # the first request of a session notes when it was seen
        self.user = user
        ids, open_tasks = ids_of(user), user.tasks.open()
        return ids | {
            "act": self.acts_of_many[user.pk],
            "other": open_tasks.filter(list=ids["list"]).exclude(pk=ids["task"]).first().pk,
            "inbox": open_tasks.filter(list=None).first().pk,
            "done": user.tasks.completed().first().pk,
        }

    def count(self, method, url, data=None, **headers):
        with CaptureQueriesContext(connection) as queries:
            response = getattr(self.client, method)(url, data, headers=headers)
        self.assertLess(response.status_code, 400, url)
        return len(queries)

    def test_pages_take_a_constant_number_of_queries(self):
        for user in (self.ben, self.ann):
            ids = self.sign_in(user)
            for url, number in PAGES.items():
                with self.subTest(user=user, url=url):
                    self.assertEqual(self.count("get", url.format(**ids)), number)

    def test_saved_searches_take_one_query_of_their_own(self):
        self.sign_in(self.ann)
        self.assertEqual(self.count("get", "/searches/numbers/", **HTMX), 2)
        for number in (1, 19):
            for n in range(number):
                self.ann.searches.create(name=f"{number} {n}", q=f"task {n} #tag{n} step")
            for url in ("/inbox/", "/search/?q=step"):
                self.assertEqual(self.count("get", url), LISTINGS[url])
            # The session, the sidebar; a savepoint for the limit of time, and the query.
            self.assertEqual(self.count("get", "/searches/numbers/", **HTMX), 6)
        self.assertEqual(self.count("get", f"/searches/{self.ann.searches.first().pk}/edit/"), 5)

    def test_no_listing_takes_more_than_five_queries(self):
        self.assertLessEqual(max(LISTINGS.values()), 5)

    def check(self, acts, **headers):
        for user in (self.ben, self.ann):
            ids = self.sign_in(user)
            for url, data, number in acts:
                filled = {name: value.format(**ids) for name, value in data.items()}
                with self.subTest(user=user, url=url, data=data):
                    found = self.count("post", url.format(**ids), filled, **headers)
                    self.assertEqual(found, number)

    def test_acts_by_htmx_take_a_constant_number_of_queries(self):
        self.check(ACTS, **HTMX)

    def test_acts_without_script_take_a_constant_number_of_queries(self):
        self.check(POSTS)

    def test_landing_page_makes_no_query(self):
        self.assertEqual(self.count("get", "/"), 0)

    def plan(self, url, limit=100):
        """Return PostgreSQL's plan for the rows of Ann's page."""
        sidebar = Sidebar(self.ann)
        listing = listing_at(self.ann, url, sidebar)
        return listing.tasks.order_by(*listing.order).for_rows()[:limit].explain()

    def plan_of_ids(self, url):
        """Return the plan of a prepared statement for the ids of Ann's page, without its values."""
        sql, parameters = listing_at(self.ann, url, Sidebar(self.ann)).ids_query
        for number in range(1, len(parameters) + 1):
            sql = sql.replace("%s", f"${number}", 1)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (GENERIC_PLAN) {sql} LIMIT 100")
            return "\n".join(line for (line,) in cursor.fetchall())

    def test_listings_are_read_in_order_from_an_index(self):
        one = self.ann.lists.first().pk
        for url, index in [
            ("/tasks/", "tasks_task_created"),
            ("/tasks/?status=pending", "tasks_task_open"),
            (f"/lists/{one}/", "tasks_task_by_hand"),
            ("/inbox/", "tasks_task_by_hand"),
            ("/completed/", "tasks_task_completed"),
            (f"/completed/?list={one}", "tasks_task_list_done"),
            ("/tasks/?status=completed", "tasks_task_created"),
            ("/today/", "tasks_task_by_day"),
        ]:
            for plan in (self.plan(url), self.plan_of_ids(url)):
                with self.subTest(url=url, plan=plan):
                    self.assertIn(f"using {index}", plan)
                    self.assertNotIn("Sort", plan)

    def test_days_and_repeats_are_found_by_their_indexes(self):
        self.assertIn("tasks_task_by_day", self.plan("/upcoming/"))
        listing = listing_at(self.ann, "/upcoming/", Sidebar(self.ann))
        self.assertIn("tasks_task_repeats", listing.first_repeats.explain())

    def test_neighbors_are_read_from_an_index_alone(self):
        rows = self.ann.tasks.open().filter(list=None)
        pk = rows.by_hand()[rows.count() // 2].pk
        with CaptureQueriesContext(connection) as queries:
            rows.around(pk)
        with connection.cursor() as cursor:
            (query,) = queries.captured_queries
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}")
            read = [plan for plan in nodes(cursor.fetchone()[0][0]["Plan"]) if "Index Name" in plan]
        self.assertEqual([plan["Index Name"] for plan in read[1:]], ["tasks_task_by_hand"] * 2)
        self.assertEqual([plan["Actual Rows"] for plan in read], [1, 1, 1])
        self.assertEqual({plan.get("Rows Removed by Filter", 0) for plan in read}, {0})

    def test_trash_is_read_from_its_index_alone(self):
        plan = self.ann.tasks(manager="trash").latest_deleted_first()[:50].explain()
        self.assertIn("using tasks_task_trash", plan)
        self.assertNotIn("Sort", plan)


@pytest.mark.exhaustive
class PlanTests(TestCase):
    """With 50,000 tasks of 20 users, no page reads other users' tasks, nor a whole table.

    Each row of a task, its tags and its steps is found by an index: for a task, an index that
    begins with the user, the id or the series. Queries of tasks name the user, so that this also
    holds for more rows. The latest acts of a user may be searched among all acts.
    """

    DEEP = [
        *["/tasks/?page=9", "/tasks/?status=pending&page=9", "/inbox/?page=5", "/today/?page=5"],
        *["/completed/?page=3", "/tags/{tag}/?page=2", "/lists/{list}/?page=2", "/trash/?page=3"],
        *["/search/?q=task&page=9", "/history/?page=3", "/search/?q=words&completed=1"],
    ]
    WHOSE = re.compile(r'"user_id" = |"tasks_task"\."id" (=|IN) [(\d]')  # or which, by their ids
    TABLES = ["tasks_task", "tasks_tasktag", "tasks_step"]
    INDEXES = """
        SELECT i.relname, a.attname FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
        WHERE c.relname = ANY(%s)
    """

    @classmethod
    def setUpTestData(cls):
        cls.ann, *_ = add_many([f"user{n}" for n in range(20)], tasks=2500)
        cls.ann.searches.create(name="Words", q="words #tag3")
        with connection.cursor() as cursor:
            cursor.execute(cls.INDEXES, [cls.TABLES])
            cls.first = dict(cursor.fetchall())

    @classmethod
    def tearDownClass(cls):
        """Free the space of rolled-back rows, since other tests' plans depend on it."""
        super().tearDownClass()
        with connection.cursor() as cursor:
            cursor.execute(
                f"VACUUM (FULL, ANALYZE) {', '.join(cls.TABLES)}, tasks_act, tasks_change"
            )

    def lift_limit(self):
        """Remove the time limit of the numbers, which lasts as long as the transaction."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")

    def test_latest_act_of_the_sidebar_is_read_from_the_index_of_users(self):
        clock = self.ann.clock()
        values = {"user": self.ann.pk, "today": clock.today}
        values |= {"now": clock.now, "midnight": clock.midnight}
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (FORMAT JSON) " + sidebar.SQL, values)
            plan = cursor.fetchone()[0][0]["Plan"]
        of_acts = [node for node in nodes(plan) if node.get("Relation Name") == "tasks_act"]
        self.assertEqual([node["Index Name"] for node in of_acts], ["tasks_act_of_user"])

    def queries(self, url):
        headers = HTMX if url == "/searches/numbers/" else {}
        with CaptureQueriesContext(connection) as queries:
            response = self.client.get(url, headers=headers)
        self.assertEqual(response.status_code, 200)
        sql = [query["sql"] for query in queries.captured_queries]
        return [text for text in sql if text.lstrip("( \n").startswith(("SELECT", "WITH"))]

    def plan(self, sql):
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (FORMAT JSON) " + sql.replace("%", "%%"), [])
            return cursor.fetchone()[0][0]["Plan"]

    def fault(self, node):
        """Return the fault of a plan's node that reads a large table, "" for none."""
        kind, table = node["Node Type"], node.get("Relation Name")
        if kind == "Seq Scan" and table in self.TABLES:
            return f"reads all of {table}"
        index = node.get("Index Name")
        if index not in self.first:
            return ""
        if self.first[index] not in node.get("Index Cond", ""):
            return f"reads {index} without {self.first[index]}"
        if table == "tasks_task" and self.first[index] not in ("user_id", "id", "series_id"):
            return f"reads {index}, which begins with {self.first[index]}"
        return ""

    def test_every_page_uses_indexes(self):
        self.client.force_login(self.ann)
        self.client.get("/settings/")
        ids = ids_of(self.ann)
        self.addCleanup(self.lift_limit)
        for url in [*PAGES, *self.DEEP, "/searches/numbers/"]:
            for sql in self.queries(url.format(**ids)):
                faults = [self.fault(node) for node in nodes(self.plan(sql))]
                if 'FROM "tasks_task"' in sql and not self.WHOSE.search(sql):
                    faults.append("doesn't say whose tasks")
                with self.subTest(url=url, sql=sql):
                    self.assertEqual([fault for fault in faults if fault], [])
