from datetime import UTC, date, datetime, time

from django.db import IntegrityError, connection, transaction
from django.test import TestCase

from accounts.tests.people import add_user
from tasks.models import Task


class TaskTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user()

    def test_ids_begin_above_those_of_the_old_system(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seqstart, seqtypid::regtype::text FROM pg_sequence"
                " WHERE seqrelid = pg_get_serial_sequence('tasks_task', 'id')::regclass"
            )
            self.assertEqual(cursor.fetchone(), (2147483648, "bigint"))
        self.assertGreaterEqual(self.ann.tasks.create(title="Milk").pk, 2147483648)

    def test_as_dict_is_the_old_apis_shape(self):
        task = self.ann.tasks.create(
            title="Milk",
            description="Two litres",
            due_date=date(2026, 3, 25),
            created_at=datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC),
            updated_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        )
        self.assertEqual(
            task.as_dict(),
            {
                "id": task.pk,
                "user_id": self.ann.pk,
                "title": "Milk",
                "description": "Two litres",
                "status": "pending",
                "due_date": "2026-03-25",
                "created_at": "2026-03-01T08:00:00.123456+00:00",
                "updated_at": "2026-03-02T09:30:00+00:00",
            },
        )

    def test_as_dict_with_a_time_and_without_a_date(self):
        timed = Task(due_date=date(2026, 3, 25), due_time=time(17, 30))
        self.assertEqual(timed.as_dict()["due_date"], "2026-03-25T17:30:00")
        self.assertIsNone(Task().as_dict()["due_date"])

    def test_complete_and_reopen_take_effect_once(self):
        task = self.ann.tasks.create(title="Milk")
        twin = Task.objects.get(pk=task.pk)  # another tab
        self.assertIs(task.complete(), True)
        self.assertEqual((task.status, task.version), ("completed", 2))
        self.assertIs(twin.complete(), False)
        self.assertEqual((twin.completed_at, twin.version), (task.completed_at, 2))
        self.assertIs(task.reopen(), True)
        self.assertIs(twin.reopen(), False)
        self.assertEqual((twin.status, twin.version), ("pending", 3))

    def test_every_act_notes_when(self):
        task = self.ann.tasks.create(title="Milk", updated_at=datetime(2020, 1, 1, tzinfo=UTC))
        task.complete()
        self.assertGreater(task.updated_at.year, 2020)

    def test_the_trash_is_a_door_of_its_own(self):
        task, other = self.ann.tasks.create(title="Milk"), self.ann.tasks.create(title="Bread")
        self.assertIs(task.delete_softly(), True)
        self.assertIs(task.delete_softly(), False)
        self.assertEqual(list(self.ann.tasks.all()), [other])
        self.assertEqual(list(self.ann.tasks(manager="trash").all()), [task])
        self.assertEqual(self.ann.tasks.counts(), {"pending": 1, "completed": 0})
        self.assertIs(task.restore(), True)
        self.assertIs(task.restore(), False)
        self.assertEqual(self.ann.tasks.count(), 2)

    def test_edit_writes_what_it_names_only(self):
        task = self.ann.tasks.create(title="Milk", description="Two litres")
        stale = Task.objects.get(pk=task.pk)
        task.edit(title="Oat milk")
        stale.edit(description="Three litres")
        self.assertEqual(
            (stale.title, stale.description, stale.version), ("Oat milk", "Three litres", 3)
        )

    def test_database_refuses_a_time_without_a_date(self):
        refused = self.assertRaisesMessage(IntegrityError, "tasks_task_time_needs_date")
        with refused, transaction.atomic():
            self.ann.tasks.create(title="Milk", due_time=time(8))

    def test_status_counts_and_order(self):
        first, second = (self.ann.tasks.create(title=title) for title in ["One", "Two"])
        first.complete()
        self.assertEqual(self.ann.tasks.counts(), {"pending": 1, "completed": 1})
        self.assertEqual(list(self.ann.tasks.with_status("pending")), [second])
        self.assertEqual(list(self.ann.tasks.with_status("completed")), [first])
        self.assertEqual(list(self.ann.tasks.newest_first()), [second, first])

    def test_ties_in_creation_are_settled_by_id(self):
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        tasks = [self.ann.tasks.create(title=t, created_at=moment) for t in "abc"]
        self.assertEqual(list(self.ann.tasks.newest_first()), tasks[::-1])

    def test_many_go_into_the_trash_once(self):
        tasks = [self.ann.tasks.create(title=title) for title in ["One", "Two"]]
        tasks[0].delete_softly()
        self.assertEqual(Task.everything.delete_softly(), 1)
        self.assertEqual(Task.everything.delete_softly(), 0)
        trash = self.ann.tasks(manager="trash").order_by("pk")
        self.assertEqual([task.version for task in trash], [2, 2])
        self.assertEqual(trash[0].deleted_at, tasks[0].deleted_at)

    def test_str_and_repr_help_in_a_shell(self):
        task = Task(pk=7, user=self.ann, title="Milk")
        self.assertEqual(str(task), "Milk")
        self.assertEqual(repr(task), f"<Task 7 v1 pending 'Milk' of {self.ann.pk}>")
        self.assertEqual(str(Task(title="  ")), "(untitled)")
