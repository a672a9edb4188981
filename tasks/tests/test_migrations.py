"""Migrations while the earlier version still runs."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from unittest import mock

import pytest
from django.core.management.base import CommandError
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import TransactionTestCase
from django.utils import timezone

from accounts import migrating
from accounts.tests.people import add_user
from tasks.history import Act
from tasks.models import Task
from tasks.search import Query
from tasks.tests.racing import waiting

owners = import_module("tasks.migrations.0009_owners")
tagged_with = import_module("tasks.migrations.0011_tagged_with")
search_text = import_module("tasks.migrations.0013_search_text")
OWNED = {"tasks_task", "tasks_tasklist", "tasks_tag", "tasks_act", "tasks_savedsearch"}
PARTS = {
    "tasks_tasktag_task_of_user": "(task_id, user_id) REFERENCES tasks_task(id, user_id)",
    "tasks_tasktag_tag_of_user": "(tag_id, user_id) REFERENCES tasks_tag(id, user_id)",
    "tasks_step_task_of_user": "(task_id, user_id) REFERENCES tasks_task(id, user_id)",
}


def go_to(name):
    """Migrate tasks to a state, forwards or backwards."""
    MigrationExecutor(connection).migrate([("tasks", name)])


def newest():
    ((_, name),) = MigrationExecutor(connection).loader.graph.leaf_nodes("tasks")
    return name


def keys():
    """Return the foreign keys of migration 0009, {table or name: PostgreSQL's definition}."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND (confrelid = 'accounts_user'::regclass AND"
            " conrelid::regclass::text = ANY(%s) OR conname = ANY(%s))",
            [list(OWNED), list(PARTS)],
        )
        return {name if name in PARTS else table: key for table, name, key in cursor.fetchall()}


def expected(rule):
    user = f"FOREIGN KEY (user_id) REFERENCES accounts_user(id){rule} DEFERRABLE INITIALLY DEFERRED"
    parts = {name: f"FOREIGN KEY {key}{rule}" for name, key in PARTS.items()}
    return dict.fromkeys(OWNED, user) | parts


def wait_for_waiting():
    """Wait until a statement of another connection waits for the lock of a table."""
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            if cursor.fetchone():
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def keep(user, *changes):
    """Record an act as versions before 0011 do. Return its id. changes are (task, after)."""
    with connection.cursor() as cursor:  # not by the model, which has later columns
        cursor.execute(
            "INSERT INTO tasks_act (user_id, kind, created_at) VALUES (%s, %s, now()) RETURNING id",
            [user.pk, Act.Kind.EDIT],
        )
        (act,) = cursor.fetchone()
    for task, after in changes:
        before = {name: not value for name, value in after.items()}
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tasks_change (act_id, user_id, task_id, before, after)"
                " VALUES (%s, %s, %s, %s, %s)",
                [act, user.pk, task.pk, json.dumps(before), json.dumps(after)],
            )
    return act


@contextmanager
def beside(do):
    """Run do() in a thread, on a connection of its own, during the block."""
    failed = []

    def run():
        try:
            do()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    if failed:
        raise failed[0]


@contextmanager
def holding(statement, *parameters):
    """Hold the locks of an SQL statement in another transaction, until the block ends."""
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            held.set()
            done.wait(60)  # seconds, where the block hangs

    with beside(hold):
        try:
            held.wait(60)
            yield
        finally:
            done.set()


class MigrationCase(TransactionTestCase):
    """Tests of a migration, each of which begins before it. After the last, all are applied."""

    BEFORE = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(go_to, newest())

    def setUp(self):
        go_to(self.BEFORE)


@pytest.mark.exhaustive
class OwnersTests(MigrationCase):
    BEFORE = "0008_repeats"

    def setUp(self):
        super().setUp()
        self.ann = add_user()
        self.names = {table: self.name_of(table) for table in OWNED}
        self.assertEqual(keys(), expected(""))

    def name_of(self, table):
        with connection.cursor() as cursor:
            cursor.execute(owners.STATE, [table, "accounts_user"])
            ((name, _, _),) = cursor.fetchall()
            return name

    def write(self):
        """Write to each of the user's tables, as acts do."""
        task = self.ann.tasks.create(title="Milk", list=self.ann.lists.create(name="Home"))
        keep(self.ann, (task, {"title": "Milk"}))
        task.attach([self.ann.tags.create(name="shop")])
        task.steps.create(user=self.ann, title="Go")
        self.ann.searches.create(name="Milk", q="milk")

    def test_simultaneous_act_and_migration_both_succeed(self):
        locked = threading.Event()

        def migrate():
            locked.wait(10)  # seconds, where the block fails before
            go_to("0009_owners")

        with mock.patch.object(migrating, "PAUSE", 0.05), beside(migrate), transaction.atomic():
            self.ann.lock()
            locked.set()
            wait_for_waiting()
            self.write()
            time.sleep(2)  # longer than PostgreSQL waits before it looks for a deadlock
            self.ann.tasks.create(title="Bread")
        self.assertEqual(keys(), expected(" ON DELETE CASCADE"))
        self.assertEqual({table: self.name_of(table) for table in OWNED}, self.names)
        self.assertEqual(self.ann.tasks.count(), 2)

    def test_simultaneous_act_that_writes_first_succeeds(self):
        locked = threading.Event()

        def migrate():
            locked.wait(10)  # seconds, where the block fails before
            go_to("0009_owners")

        with mock.patch.object(migrating, "PAUSE", 0.05), beside(migrate), transaction.atomic():
            self.write()
            locked.set()
            wait_for_waiting()
            self.ann.lock()
        self.assertEqual(keys(), expected(" ON DELETE CASCADE"))
        self.assertEqual(self.ann.tasks.count(), 1)

    def test_migration_gives_up_after_a_while_and_can_be_continued(self):
        tries = mock.patch.multiple(migrating, TRIES=2, PAUSE=0, LOCK_TIMEOUT="20ms")
        words = "The table tasks_act was in use for too long, so migrating stopped"
        with holding("LOCK TABLE tasks_act IN ACCESS SHARE MODE"), tries:
            for _ in range(2):
                with self.assertRaisesMessage(CommandError, words):
                    go_to("0009_owners")
        before, after = expected(""), expected(" ON DELETE CASCADE")
        first = ["tasks_task", "tasks_tasklist", "tasks_tag"]
        self.assertEqual(keys(), before | {table: after[table] for table in first})
        go_to("0009_owners")
        self.assertEqual(keys(), after)

    def test_unchecked_key_is_checked(self):
        self.write()
        with connection.cursor() as cursor:
            cursor.execute(
                f'ALTER TABLE tasks_task DROP CONSTRAINT "{self.names["tasks_task"]}",'
                f' ADD CONSTRAINT "{self.names["tasks_task"]}" FOREIGN KEY (user_id) REFERENCES'
                " accounts_user (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID"
            )
        go_to("0009_owners")
        self.assertEqual(keys(), expected(" ON DELETE CASCADE"))

    def test_second_run_does_nothing(self):
        go_to("0009_owners")
        with mock.patch.object(owners, "patiently") as patiently:
            owners.give_rule(connection, " ON DELETE CASCADE", "c")
        self.assertEqual(patiently.mock_calls, [])


class DoneInListsTests(MigrationCase):
    """Migration 0014 creates an index for the page of a list, without blocking others."""

    BEFORE = "0013_search_text"

    def test_invalid_index_is_created_again(self):
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX tasks_task_list_done ON tasks_task (title)")
        go_to("0014_done_in_lists")
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname LIKE '%_list_done'")
            ((words,),) = cursor.fetchall()
        self.assertIn("(user_id, list_id, completed_at DESC, id DESC)", words)


class CountsTests(MigrationCase):
    """Migration 0010 creates an index for the sidebar, without blocking others."""

    BEFORE = "0009_owners"
    INDEX = (
        "SELECT indisvalid, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indexrelid = to_regclass('tasks_task_counts')"
    )

    def index(self):
        """Return (whether it's valid, PostgreSQL's definition), None if it doesn't exist."""
        with connection.cursor() as cursor:
            cursor.execute(self.INDEX)
            return cursor.fetchone()

    def test_invalid_index_is_created_again(self):
        self.assertIsNone(self.index())
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX tasks_task_counts ON tasks_task (title)")
        go_to("0010_counts")
        words = (
            "CREATE INDEX tasks_task_counts ON public.tasks_task USING btree (user_id, list_id,"
            " due_date) WHERE ((completed_at IS NULL) AND (deleted_at IS NULL))"
        )
        self.assertEqual(self.index(), (True, words))

    def test_tasks_can_be_added_while_the_index_is_created(self):
        ann = add_user()

        def add_rye():
            try:
                ann.tasks.create(title="Rye")
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            with transaction.atomic():
                ann.tasks.create(title="Milk")
                migrating = waiting(pool, lambda: go_to("0010_counts"))
                pool.submit(add_rye).result(10)  # it would wait, too, were the table locked
            migrating.result(60)
        self.assertEqual(self.index()[0], True)
        self.assertEqual(ann.tasks.count(), 2)


class TaggedWithTests(MigrationCase):
    """Migration 0011 moves tags out of the changes of tasks, into changes of their own."""

    BEFORE = "0010_counts"
    PURGED = 999  # the id of a tag

    def setUp(self):
        super().setUp()
        self.ann, self.ben = add_user(), add_user("ben@example.org")
        self.milk, self.bread = (self.ann.tasks.create(title=title) for title in ["Milk", "Bread"])
        self.calls, self.home = (self.ann.tags.create(name=name) for name in ["calls", "home"])
        calls, home = f"tag {self.calls.pk}", f"tag {self.home.pk}"
        gone = f"tag {self.PURGED}"
        self.acts = [
            keep(self.ann, (self.milk, {"title": "Milk", calls: True, gone: False})),
            keep(self.ann, (self.milk, {calls: False, home: True}), (self.bread, {home: True})),
            keep(self.ann, (self.bread, {"title": "tag 5"}), (self.bread, {home: False})),
            keep(self.ben, (self.ben.tasks.create(title="Rye"), {"tag 5": True})),
        ]
        # The first two acts are processed together, and then one at a time.
        patched = mock.patch.object(tagged_with, "CHANGES", 2)
        patched.start()
        self.addCleanup(patched.stop)

    def changes(self, column="NULL"):
        """Return all changes as (act, user, task, tag, after); check that before is opposite."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT act_id, user_id, task_id, {column}, before::text, after::text"
                " FROM tasks_change"
            )
            rows = cursor.fetchall()
        found = []
        for *ids, before, after in rows:
            before, after = json.loads(before), json.loads(after)
            self.assertEqual(before, {name: not value for name, value in after.items()})
            found.append((*ids, after))
        return sorted(found, key=str)

    def expected(self, *, number=4):
        """Return the changes of the new form, in acts up to this number."""
        one, two, three, four = self.acts
        milk, bread = self.milk.pk, self.bread.pk
        calls, home = self.calls.pk, self.home.pk
        rows = [
            (one, self.ann.pk, milk, None, {"title": "Milk"}),
            (one, self.ann.pk, milk, calls, {f"tag {calls}": True}),
            (one, self.ann.pk, milk, self.PURGED, {f"tag {self.PURGED}": False}),
            (two, self.ann.pk, milk, calls, {f"tag {calls}": False}),
            (two, self.ann.pk, milk, home, {f"tag {home}": True}),
            (two, self.ann.pk, bread, home, {f"tag {home}": True}),
            (three, self.ann.pk, bread, None, {"title": "tag 5"}),
            (three, self.ann.pk, bread, home, {f"tag {home}": False}),
            (four, self.ben.pk, self.ben.tasks.get().pk, 5, {"tag 5": True}),
        ]
        return sorted((row for row in rows if row[0] in self.acts[:number]), key=str)

    def test_migration_works_forwards_and_backwards(self):
        before = self.changes()
        go_to("0011_tagged_with")
        self.assertEqual(self.changes("tagged_with_id"), self.expected())
        go_to("0010_counts")
        # A tag that changed twice has one change.
        third = [row for row in before if row[0] == self.acts[2]]
        whole = (*third[0][:4], third[0][4] | third[1][4])
        rest = [row for row in before if row not in third]
        self.assertEqual(self.changes(), sorted([*rest, whole], key=str))
        go_to("0011_tagged_with")
        self.assertEqual(self.changes("tagged_with_id"), self.expected())

    def test_second_run_does_nothing(self):
        go_to("0011_tagged_with")
        tagged_with.by_acts(connection, tagged_with.SPLIT)
        self.assertEqual(self.changes("tagged_with_id"), self.expected())

    def test_simultaneous_runs_write_each_change_once(self):
        """A release may be retried while its first attempt still runs."""
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE tasks_change ADD COLUMN tagged_with_id bigint")
        patient = mock.patch.multiple(migrating, PAUSE=0.05, LOCK_TIMEOUT="20s")
        split = lambda: tagged_with.by_acts(connection, tagged_with.SPLIT)  # noqa: E731
        with ThreadPoolExecutor(1) as pool, patient:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(tagged_with.SPLIT % {"after": 0, "last": self.acts[-1]})
                other = waiting(pool, split)  # for what this one has written
            other.result(60)
        go_to("0011_tagged_with")
        self.assertEqual(self.changes("tagged_with_id"), self.expected())

    def test_migration_gives_way_to_a_simultaneous_purge(self):
        milk = self.milk.pk
        soon = mock.patch.multiple(migrating, PAUSE=0.05, LOCK_TIMEOUT="200ms")
        with ThreadPoolExecutor(1) as pool, soon:
            with transaction.atomic():
                self.ann.tasks.select_for_update().get(pk=milk)
                split = waiting(pool, lambda: go_to("0011_tagged_with"))
                with connection.cursor() as cursor:  # it has locked these, and waits for the task
                    cursor.execute("DELETE FROM tasks_task WHERE id = %s", [milk])
            split.result(60)
        rest = [row for row in self.expected() if row[2] != milk]
        self.assertEqual(self.changes("tagged_with_id"), rest)

    def test_migration_can_be_continued(self):
        last = self.acts[-1]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE tasks_change ADD COLUMN tagged_with_id bigint")
        tries = mock.patch.multiple(migrating, TRIES=2, PAUSE=0, LOCK_TIMEOUT="20ms")
        words = "The table tasks_change was in use for too long, so migrating stopped"
        lock = "SELECT FROM tasks_change WHERE act_id = %s FOR UPDATE"
        with holding(lock, last), tries, self.assertRaisesMessage(CommandError, words):
            tagged_with.by_acts(connection, tagged_with.SPLIT)
        self.assertEqual(
            [row for row in self.changes("tagged_with_id") if row[0] != last],
            self.expected(number=3),
        )
        go_to("0011_tagged_with")
        self.assertEqual(self.changes("tagged_with_id"), self.expected())


@pytest.mark.exhaustive
class SearchTextTests(MigrationCase):
    """Migration 0013 folds the text of tasks in a column that is filled without blocking."""

    BEFORE, AFTER = "0012_act_browser", "0013_search_text"
    FOLDED = {"Mum’s cake": "mum's cake\n", "2–4 カフェ": "2-4 かふぇ\n", "Bread": "bread\n1/2"}

    def setUp(self):
        super().setUp()
        self.ann = add_user()
        self.tasks = [self.ann.tasks.create(title=title) for title in ["Mum’s cake", "2–4 カフェ"]]
        self.ann.tasks.create(title="Bread", description="½", deleted_at=timezone.now())
        patched = mock.patch.object(search_text, "ROWS", 2)  # so that it takes several steps
        patched.start()
        self.addCleanup(patched.stop)

    def texts(self):
        """Return the searched texts, {title: text}."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT title, search_text FROM tasks_task")
            return dict(cursor.fetchall())

    def test_old_rows_are_found_forwards_and_backwards(self):
        versions = list(Task.everything.order_by("pk").values_list("version", "updated_at"))
        for _ in range(2):
            go_to(self.AFTER)
            self.assertEqual(self.texts(), self.FOLDED)
            for q, title in [
                ("mum's", "Mum’s cake"),
                ("2-4", "2–4 カフェ"),
                ("かふ", "2–4 カフェ"),
            ]:
                found = self.ann.tasks.found_by(Query(words=[q]), self.ann, self.ann.now())
                self.assertEqual([task.title for task in found], [title])
            go_to(self.BEFORE)
        after = list(Task.everything.order_by("pk").values_list("version", "updated_at"))
        self.assertEqual(after, versions)

    def test_earlier_version_can_write_and_search_at_the_same_time(self):
        search_text.add_column(None, connection.schema_editor())
        self.ann.tasks.create(title="Dad’s")  # as the version before does: not its column
        Task.objects.filter(pk=self.tasks[0].pk).update(title="Mum’s tea")
        with connection.cursor() as cursor:
            cursor.execute("SELECT title FROM tasks_task WHERE folded LIKE '%dad’s%'")
            self.assertEqual(cursor.fetchall(), [("Dad’s",)])
        texts = {"Dad’s": "dad's\n", "Mum’s tea": "mum's tea\n"}
        self.assertEqual(self.texts(), {"2–4 カフェ": None, "Bread": None} | texts)
        go_to(self.AFTER)
        self.assertEqual(self.texts()["Bread"], "bread\n1/2")
        with connection.cursor() as cursor:
            cursor.execute("SELECT title FROM tasks_task WHERE folded LIKE '%dad’s%'")
            self.assertEqual(cursor.fetchall(), [("Dad’s",)])

    def test_only_the_migration_waits_for_a_locked_task(self):
        search_text.add_column(None, connection.schema_editor())
        tries = mock.patch.multiple(migrating, TRIES=2, PAUSE=0, LOCK_TIMEOUT="20ms")
        words = "The table tasks_task was in use for too long, so migrating stopped"
        lock = "SELECT FROM tasks_task WHERE id = %s FOR UPDATE"
        with holding(lock, self.tasks[0].pk), tries:
            with self.assertRaisesMessage(CommandError, words):
                search_text.fill(None, connection.schema_editor())
            self.assertEqual(self.texts(), self.FOLDED | {"Mum’s cake": None})
        go_to(self.AFTER)  # goes on where it stopped
        self.assertEqual(self.texts(), self.FOLDED)

    def test_task_without_search_text_is_refused(self):
        go_to(self.AFTER)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT is_nullable FROM information_schema.columns"
                " WHERE table_name = 'tasks_task' AND column_name = 'search_text'"
            )
            self.assertEqual(cursor.fetchall(), [("NO",)])
            cursor.execute("SELECT conname FROM pg_constraint WHERE conname LIKE '%text_there'")
            self.assertEqual(cursor.fetchall(), [])

    def test_no_page_waits_for_the_check_of_search_text(self):
        """VALIDATE checks each task without blocking; SET NOT NULL would hold a lock."""
        go_to(self.AFTER)
        said = []

        def keep(diagnostic):
            said.append(diagnostic.message_primary)

        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE tasks_task ALTER search_text DROP NOT NULL")
            cursor.execute("SET client_min_messages = debug1")
            connection.connection.add_notice_handler(keep)
            try:
                search_text.refuse_null(None, connection.schema_editor())
            finally:
                connection.connection.remove_notice_handler(keep)
                cursor.execute("RESET client_min_messages")
        self.assertEqual(said.count('verifying table "tasks_task"'), 1)
        self.assertIn("are sufficient to prove that it does not contain nulls", " ".join(said))


def indexes(*names):
    """Return PostgreSQL's definitions of valid indexes, by their names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indexrelid WHERE indisvalid AND c.relname = ANY(%s)",
            [list(names)],
        )
        return dict(cursor.fetchall())


class OrdersTests(MigrationCase):
    """Migration 0021 replaces the indexes of two orders, and creates one for repeats."""

    BEFORE = "0020_digest_day"
    OLD = ["tasks_task_due", "tasks_task_by_creation"]
    NEW = ["tasks_task_by_day", "tasks_task_repeats", "tasks_task_created"]

    def leave(self, names):
        """Create indexes of these names, as a stopped migration leaves them: of no use."""
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute(f"CREATE INDEX {name} ON tasks_task (title)")

    def test_it_goes_on_after_a_stop_in_both_directions(self):
        old = indexes(*self.OLD)
        self.assertEqual(len(old), 2)
        go_to("0021_orders")
        new = indexes(*self.NEW)
        self.assertEqual((len(new), indexes(*self.OLD)), (3, {}))
        self.leave(self.OLD)
        go_to(self.BEFORE)
        self.assertEqual((indexes(*self.OLD), indexes(*self.NEW)), (old, {}))
        self.leave(self.NEW)
        go_to("0021_orders")
        self.assertEqual((indexes(*self.NEW), indexes(*self.OLD)), (new, {}))

    def test_indexes_of_tasks_are_those_of_the_model(self):
        go_to("0021_orders")
        names = [index.name for index in Task._meta.indexes]
        migrated = indexes(*names)
        with connection.schema_editor() as editor:
            for index in Task._meta.indexes:
                editor.execute(f"DROP INDEX {index.name}")
                editor.execute(index.create_sql(Task, editor))
        self.assertEqual(len(migrated), len(names))
        self.assertEqual(indexes(*names), migrated)
