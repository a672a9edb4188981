from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test import TestCase
from django.utils import timezone

from accounts.tests.people import add_user
from tasks.base.ordered import LONGEST_POSITION
from tasks.history import Act, Change
from tasks.models import Step, Tag, Task, TaskList, TaskTag
from tasks.tests.making import add_list, refused


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

    def test_as_dict_has_the_old_apis_form(self):
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
                "repeat": "",
                "repeat_from": "",
                "repeat_anchor": None,
                "missed": "",
                "priority": "none",
                "list": None,
                "tags": [],
                "steps": [],
                "created_at": "2026-03-01T08:00:00.123456+00:00",
                "updated_at": "2026-03-02T09:30:00+00:00",
            },
        )

    def test_as_dict_with_a_time_and_without_a_date(self):
        timed = self.ann.tasks.create(due_date=date(2026, 3, 25), due_time=time(17, 30))
        self.assertEqual(timed.as_dict()["due_date"], "2026-03-25T17:30:00")
        self.assertIsNone(self.ann.tasks.create().as_dict()["due_date"])

    def test_as_dict_has_lists_tags_and_steps(self):
        task = self.ann.tasks.create(title="Milk", list=add_list(self.ann), priority=3)
        task.attach(self.ann.tags.create(name=name) for name in ["family", "Calls", "gone"])
        self.ann.tags.get(name="gone").delete_softly()
        steps = [Step(user=self.ann, task=task, title=title) for title in "abc"]
        for step in steps:
            step.add()
        steps[0].tick(True)
        steps[1].delete_softly()
        steps[2].move(to="top")
        shown = task.as_dict()
        self.assertEqual(
            {name: shown[name] for name in ["priority", "list", "tags", "steps"]},
            {
                "priority": "high",
                "list": "Home",
                "tags": ["Calls", "family"],
                "steps": [{"title": "c", "done": False}, {"title": "a", "done": True}],
            },
        )

    def test_complete_and_reopen_take_effect_once(self):
        task = self.ann.tasks.create(title="Milk")
        twin = Task.objects.get(pk=task.pk)  # another tab
        self.assertTrue(task.complete())
        self.assertEqual((task.status, task.version), ("completed", 2))
        self.assertFalse(twin.complete())
        self.assertEqual((twin.completed_at, twin.version), (task.completed_at, 2))
        self.assertTrue(task.reopen())
        self.assertFalse(twin.reopen())
        self.assertEqual((twin.status, twin.version), ("pending", 3))

    def test_every_act_sets_updated_at(self):
        task = self.ann.tasks.create(title="Milk", updated_at=datetime(2020, 1, 1, tzinfo=UTC))
        task.complete()
        self.assertGreater(task.updated_at.year, 2020)

    def test_default_manager_leaves_out_the_trash(self):
        task, other = self.ann.tasks.create(title="Milk"), self.ann.tasks.create(title="Bread")
        self.assertTrue(task.delete_softly())
        self.assertFalse(task.delete_softly())
        self.assertEqual(list(self.ann.tasks.all()), [other])
        self.assertEqual(list(self.ann.tasks(manager="trash").all()), [task])
        self.assertEqual(list(self.ann.tasks.open()), [other])
        self.assertTrue(task.restore())
        self.assertFalse(task.restore())
        self.assertEqual(self.ann.tasks.count(), 2)

    def test_edit_writes_only_named_columns(self):
        task = self.ann.tasks.create(title="Milk", description="Two litres")
        stale = Task.objects.get(pk=task.pk)
        task.edit(title="Oat milk")
        stale.edit(description="Three litres")
        self.assertEqual(
            (stale.title, stale.description, stale.version), ("Oat milk", "Three litres", 3)
        )

    def test_database_refuses_a_time_without_a_date(self):
        with refused(self, "tasks_task_time_needs_date"):
            self.ann.tasks.create(title="Milk", due_time=time(8))

    def test_status_is_pending_or_completed(self):
        first, second = (self.ann.tasks.create(title=title) for title in ["One", "Two"])
        first.complete()
        self.assertEqual(list(self.ann.tasks.with_status("pending")), [second])
        self.assertEqual(list(self.ann.tasks.with_status("completed")), [first])

    def test_many_tasks_are_deleted_once(self):
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


class ListTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user()
        cls.home = add_list(cls.ann)

    def test_new_list_is_the_last(self):
        add_list(self.ann, "Work")
        add_list(self.ann, "Errands")
        names = self.ann.lists.by_hand().values_list("name", flat=True)
        self.assertEqual(list(names), ["Home", "Work", "Errands"])

    def test_deleted_list_moves_its_tasks_to_the_inbox(self):
        first, _, done = (self.ann.tasks.create(title=title, list=self.home) for title in "abc")
        inbox = self.ann.tasks.create(title="Milk")
        for task in (first, inbox):
            task.move(to="top")
        done.complete()
        self.assertEqual(Task.objects.get(pk=first.pk).position, "a0")
        self.assertTrue(self.home.delete_softly())
        self.assertFalse(self.home.delete_softly())
        self.assertEqual(list(self.ann.lists.all()), [])
        self.assertEqual(list(self.ann.lists(manager="trash").all()), [self.home])
        rows = self.ann.tasks.order_by("pk").values_list("title", "list", "position", "version")
        self.assertEqual(
            list(rows),
            [("a", None, "", 2), ("b", None, "", 2), ("c", None, "", 3), ("Milk", None, "a0", 1)],
        )

    def test_list_can_be_deleted_and_restored_with_its_tasks(self):
        before, task = (self.ann.tasks.create(title=title, list=self.home) for title in "ab")
        other = self.ann.tasks.create(title="Milk")
        task.move(to="top")
        before.delete_softly()
        self.home.delete_softly(with_tasks=True)
        self.assertEqual(list(self.ann.tasks.all()), [other])
        task.refresh_from_db()
        self.assertEqual(task.deleted_at, self.home.deleted_at)
        self.assertTrue(self.home.restore(name="Flat"))
        self.assertFalse(self.home.restore())
        self.assertEqual((self.home.name, self.home.deleted_at), ("Flat", None))
        task.refresh_from_db()
        self.assertEqual((task.list, task.deleted_at, task.position), (self.home, None, "Zz"))
        self.assertEqual(list(self.ann.tasks(manager="trash").all()), [before])

    def test_purged_list_takes_tasks_deleted_with_it(self):
        before, task = (self.ann.tasks.create(title=title, list=self.home) for title in "ab")
        inbox = self.ann.tasks.create(title="Milk")
        for row in (before, inbox):
            row.move(to="top")
        task.steps.create(user=self.ann, title="Step")
        before.delete_softly()
        self.home.delete_softly(with_tasks=True)
        self.home.purge()
        self.assertEqual(TaskList.everything.count(), 0)
        rows = Task.everything.order_by("pk").values_list("title", "list", "position")
        self.assertEqual(list(rows), [("a", None, ""), ("Milk", None, "a0")])
        self.assertEqual(Step.everything.count(), 0)

    def test_purge_of_many_lists_leaves_other_tasks_in_the_inbox(self):
        work = add_list(self.ann, "Work")
        for task_list in (self.home, work):
            task = self.ann.tasks.create(title="Milk", list=task_list)
            task.move(to="top")
            task.delete_softly()
            task_list.delete_softly()
        self.assertEqual(self.ann.lists(manager="trash").purge(), 2)
        rows = self.ann.tasks(manager="trash").values_list("list", "position")
        self.assertEqual(list(rows), [(None, "")] * 2)

    def test_archived_list_keeps_its_tasks_off_other_pages(self):
        task = self.ann.tasks.create(title="Milk", list=self.home)
        other = self.ann.tasks.create(title="Bread")
        self.assertTrue(self.home.archive())
        self.assertFalse(self.home.archive())
        self.assertEqual(self.home.version, 2)
        self.assertEqual(list(self.ann.tasks.outside([self.home.pk])), [other])
        self.assertEqual(list(self.home.tasks.all()), [task])
        self.assertTrue(self.home.unarchive())
        self.assertFalse(self.home.unarchive())
        self.assertEqual(self.ann.tasks.outside([]).count(), 2)

    def test_act_for_an_earlier_version_does_nothing(self):
        self.home.edit(name="Flat")
        self.assertFalse(self.home.delete_softly(1))
        self.assertFalse(self.home.archive(1))
        self.assertTrue(self.home.archive(2))


class NameTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann, cls.ben = add_user(), add_user("ben@example.org")

    def test_names_are_unique_ignoring_case_outside_the_trash(self):
        for rows, constraint in [("lists", "tasks_list_name"), ("tags", "tasks_tag_name")]:
            with self.subTest(rows):
                mine = getattr(self.ann, rows)
                first = mine.create(name="Ärger")
                getattr(self.ben, rows).create(name="ärger")
                with refused(self, constraint):
                    mine.create(name="äRGER")
                first.delete_softly()
                second = mine.create(name="ärger")
                with refused(self, constraint):
                    first.restore()
                second.delete_softly()
                self.assertTrue(first.restore())

    def test_tags_are_created_once_and_found_ignoring_case(self):
        calls = self.ann.tags.create(name="Calls")
        self.ann.tags.create(name="family").delete_softly()
        self.ben.tags.create(name="bills")
        made = Tag.objects.make(self.ann, ["calls", "Family", "bills"])
        self.assertEqual({tag.name for tag in made}, {"Calls", "Family", "bills"})
        self.assertIn(calls, made)
        self.assertEqual({tag.user_id for tag in made}, {self.ann.pk})
        self.assertEqual(Tag.objects.make(self.ann, []), [])
        self.assertEqual(
            [tag.name for tag in self.ann.tags.by_name()], ["bills", "Calls", "Family"]
        )

    def test_deleted_tag_stays_on_its_tasks_unseen(self):
        tag, task = self.ann.tags.create(name="calls"), self.ann.tasks.create(title="Milk")
        task.edit(add_tags=[tag])
        task.edit(add_tags=[tag])
        self.assertEqual((list(task.tags.all()), task.version), ([tag], 2))
        tag.delete_softly()
        self.assertEqual(list(task.tags.all()), [])
        tag.restore()
        self.assertEqual(list(task.tags.all()), [tag])
        task.edit(remove_tags=[tag], title="Oat milk")
        self.assertEqual((list(task.tags.all()), task.title), ([], "Oat milk"))

    def test_purged_tag_is_removed_from_its_tasks(self):
        tag, task = self.ann.tags.create(name="calls"), self.ann.tasks.create(title="Milk")
        task.attach([tag])
        tag.delete_softly()
        self.assertEqual(self.ann.tags(manager="trash").purge(), 1)
        self.assertEqual((TaskTag.objects.count(), Task.objects.count()), (0, 1))


class StepTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user()
        cls.task = cls.ann.tasks.create(title="Milk")

    def add(self, title):
        step = Step(user=self.ann, task=self.task, title=title)
        step.add()
        return step

    def test_ticking_a_step_takes_effect_once(self):
        step = self.add("Find the bag")
        twin = Step.objects.get(pk=step.pk)
        self.assertTrue(step.tick(True))
        self.assertFalse(twin.tick(True))
        self.assertEqual((twin.done, twin.version), (True, 2))
        self.assertTrue(step.tick(False))
        self.assertFalse(step.tick(False))
        self.assertEqual((step.done, step.version), (False, 3))

    def test_steps_are_in_order_of_creation_until_moved(self):
        first, second, third = (self.add(title) for title in "abc")
        self.assertEqual(list(self.task.steps.by_hand()), [first, second, third])
        third.move(before=first.pk)
        first.move(to="bottom")
        self.assertEqual(list(self.task.steps.by_hand()), [third, second, first])

    def test_steps_of_a_task_in_the_trash_are_left_out(self):
        step, gone = self.add("a"), self.add("b")
        other = self.ann.tasks.create(title="Bread")
        other.steps.create(user=self.ann, title="c")
        gone.delete_softly()
        other.delete_softly()
        self.assertEqual(list(self.ann.steps.of_tasks_there()), [step])


class OrderTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user()
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        cls.tasks = {
            title: cls.ann.tasks.create(title=title, created_at=moment) for title in "abcd"
        }

    def order(self):
        return "".join(task.title for task in self.ann.tasks.by_hand())

    def move(self, title, **where):
        where = {name: getattr(self.tasks.get(x), "pk", x) for name, x in where.items()}
        self.tasks[title].move(**where)
        return self.order()

    def positions(self):
        return list(self.ann.tasks.by_hand().values_list("position", flat=True))

    def test_unplaced_tasks_are_sorted_by_creation(self):
        self.assertEqual((self.order(), self.positions()), ("abcd", [""] * 4))

    def test_task_moves_before_after_and_to_the_ends(self):
        self.assertEqual(self.move("d", before="b"), "adbc")
        self.assertEqual(self.move("a", after="b"), "dbac")
        self.assertEqual(self.move("c", to="top"), "cdba")
        self.assertEqual(self.move("c", to="bottom"), "dbac")
        self.assertEqual(self.move("d", before="b"), "dbac")  # where it is
        self.assertEqual(self.move("a", after="c"), "dbca")

    def test_single_task_and_neighbor_of_an_unplaced_one_can_move(self):
        alone = self.ann.tasks.create(title="e", list=add_list(self.ann))
        alone.move(to="bottom")
        alone.move(to="top")
        alone.refresh_from_db()
        self.assertEqual(alone.position, "a0")

    def test_new_task_follows_placed_ones(self):
        self.move("d", to="top")
        self.ann.tasks.create(title="e")
        self.assertEqual(self.order(), "dabce")

    def test_positions_are_unique_and_few_rows_are_written(self):
        self.move("d", to="top")
        before = dict(self.ann.tasks.values_list("title", "position"))
        self.move("c", before="b")
        after = dict(self.ann.tasks.values_list("title", "position"))
        self.assertEqual([t for t in "abcd" if before[t] != after[t]], ["c"])
        for n in range(30):
            self.move("abcd"[n % 4], **{["before", "after"][n % 2]: "abcd"[(n + 1 + n % 3) % 4]})
            self.assertEqual(len(set(self.positions())), 4)

    def test_move_raises_no_version(self):
        self.move("a", to="bottom")
        self.assertEqual(set(self.ann.tasks.values_list("version", flat=True)), {1})

    def test_too_long_position_gives_all_rows_new_ones(self):
        longest = "a0" + "0" * 97 + "1"
        for title, position in [("a", "a0"), ("b", longest), ("c", "a1"), ("d", "a2")]:
            self.ann.tasks.filter(title=title).update(position=position)
        self.tasks["d"].complete()
        self.assertEqual(len(longest), LONGEST_POSITION)
        self.assertEqual(self.move("c", before="b"), "acbd")
        self.assertEqual(self.positions(), ["a3", "a4", "a5", "a6"])

    def test_completed_tasks_keep_their_positions(self):
        self.move("a", to="bottom")
        self.assertEqual(self.order(), "bcda")
        position = self.ann.tasks.get(title="c").position
        self.tasks["c"].complete()
        self.assertEqual(self.move("d", to="top"), "dbca")
        self.assertEqual(self.ann.tasks.get(title="c").position, position)
        self.tasks["c"].reopen()
        self.assertEqual(self.order(), "dbca")

    def test_unplaced_completed_task_gets_no_position(self):
        self.tasks["b"].complete()
        self.move("d", to="top")
        self.assertEqual(self.ann.tasks.get(title="b").position, "")

    def test_deleted_task_keeps_its_position(self):
        self.move("a", after="b")
        self.tasks["b"].delete_softly()
        self.assertEqual(self.move("c", to="top"), "cad")
        self.tasks["b"].restore()
        self.assertEqual(self.order(), "cbad")

    def test_task_cannot_move_next_to_one_of_another_list(self):
        elsewhere = self.ann.tasks.create(title="e", list=add_list(self.ann))
        elsewhere.move(to="top")
        self.assertFalse(self.tasks["a"].move(before=elsewhere.pk))
        siblings = self.tasks["a"].siblings().by_hand()
        self.assertEqual([task.title for task in siblings], list("abcd"))

    def test_neighbors_of_a_task(self):
        a, b, c, d = (self.tasks[title].pk for title in "abcd")
        siblings = self.tasks["a"].siblings()
        self.assertEqual(siblings.around(a), (None, b))
        self.assertEqual(siblings.around(c), (b, d))
        self.assertEqual(siblings.around(d), (c, None))
        self.tasks["b"].complete()
        self.assertEqual(siblings.around(a), (None, c))
        self.assertEqual(siblings.around(b), (None, None))

    def test_neighbors_agree_with_the_whole_order(self):
        """Some tasks are placed, some aren't, and some of these were added at the same moment."""
        now = timezone.now()
        self.move("d", to="top")
        for n in range(6):
            self.ann.tasks.create(title=f"{n}", created_at=now - timedelta(minutes=n // 2))
        home = add_list(self.ann)
        for rows in (self.ann.tasks.filter(list=None), self.ann.tasks.filter(list=home)):
            pks = [None, *rows.by_hand().values_list("pk", flat=True), None]
            for before, pk, after in zip(pks, pks[1:], pks[2:], strict=False):
                self.assertEqual(rows.around(pk), (before, after))
            home.user.tasks.filter(title__gt="2").update(list=home, position="")

    def test_moved_task_is_unplaced_in_its_new_list(self):
        self.move("a", to="top")
        task = self.tasks["a"]
        task.edit(list=add_list(self.ann))
        self.assertEqual((task.position, task.list.name), ("", "Home"))


class HomeTests(TestCase):
    """The list and position of a restored task."""

    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user()
        cls.home = add_list(cls.ann)
        cls.task = cls.ann.tasks.create(title="Milk", list=cls.home)
        cls.task.move(to="top")
        cls.task.delete_softly()

    def test_restored_task_returns_to_its_position(self):
        self.home.archive()
        self.assertTrue(self.task.restore())
        self.assertEqual((self.task.list, self.task.position), (self.home, "a0"))

    def test_restored_task_of_a_deleted_list_goes_to_the_inbox(self):
        self.home.delete_softly()
        self.ann.tasks.create(title="Bread").move(to="top")
        self.assertTrue(self.task.restore())
        self.assertEqual((self.task.list, self.task.position), (None, ""))

    def test_many_restored_tasks_return_likewise(self):
        there = self.ann.tasks.create(title="Bread", list=add_list(self.ann, "Work"))
        there.delete_softly()
        self.home.delete_softly()
        self.assertEqual(self.ann.tasks(manager="trash").restore(), 2)
        rows = self.ann.tasks.order_by("pk").values_list("list__name", "position")
        self.assertEqual(list(rows), [(None, ""), ("Work", "")])


@pytest.mark.pooler
class DatabaseTests(TestCase):
    """Rows that PostgreSQL itself refuses, independent of the code."""

    @classmethod
    def setUpTestData(cls):
        cls.ann, cls.ben = add_user(), add_user("ben@example.org")
        cls.mine, cls.theirs = (user.tasks.create(title="Milk") for user in (cls.ann, cls.ben))
        cls.tag, cls.their_tag = (user.tags.create(name="a") for user in (cls.ann, cls.ben))
        cls.their_list = add_list(cls.ben)

    def assertRefused(self, constraint, sql, *values):
        with refused(self, constraint), connection.cursor() as cursor:
            cursor.execute(sql, values)

    def test_task_in_another_users_list_is_refused(self):
        self.assertRefused(
            "tasks_task_list_of_user",
            "UPDATE tasks_task SET list_id = %s WHERE id = %s",
            *[self.their_list.pk, self.mine.pk],
        )

    def test_list_cannot_change_its_user(self):
        self.theirs.edit(list=self.their_list)
        self.assertRefused(
            "tasks_task_list_of_user",
            "UPDATE tasks_tasklist SET user_id = %s WHERE id = %s",
            *[self.ann.pk, self.their_list.pk],
        )

    def test_tag_on_another_users_task_is_refused(self):
        hang = "INSERT INTO tasks_tasktag (user_id, task_id, tag_id) VALUES (%s, %s, %s)"
        self.assertRefused(
            "tasks_tasktag_task_of_user", hang, self.ann.pk, self.theirs.pk, self.tag.pk
        )
        self.assertRefused(
            "tasks_tasktag_tag_of_user", hang, self.ann.pk, self.mine.pk, self.their_tag.pk
        )

    def test_step_in_another_users_task_is_refused(self):
        self.assertRefused(
            "tasks_step_task_of_user",
            "INSERT INTO tasks_step (user_id, task_id, title, done, position, version)"
            " VALUES (%s, %s, 'Step', false, '', 1)",
            *[self.ann.pk, self.theirs.pk],
        )

    def test_unknown_priority_is_refused(self):
        for priority in (4, -1):
            with refused(self, "priority"), connection.cursor() as cursor:
                cursor.execute("UPDATE tasks_task SET priority = %s", [priority])

    def test_two_tasks_in_one_position_are_refused(self):
        home = add_list(self.ann)
        place = "UPDATE tasks_task SET position = 'a0', list_id = %s WHERE user_id = %s"
        for task_list in (None, home.pk):
            other = self.ann.tasks.create(title="Bread", list_id=task_list)
            self.assertRefused("tasks_task_position", place, task_list, self.ann.pk)
            other.delete_softly()
            self.assertRefused("tasks_task_position", place, task_list, self.ann.pk)
            other.delete()

    def test_equal_positions_in_other_lists_are_allowed(self):
        self.ann.tasks.create(title="Bread", list=add_list(self.ann))
        self.assertEqual(Task.objects.update(position="a0"), 3)


class UserDeletionTests(TestCase):
    def add(self, email):
        """Return a user with some rows of every kind, also in the trash."""
        user = add_user(email)
        gone, home = add_list(user, "Gone"), add_list(user, "Home")
        tag = user.tags.create(name="calls")
        for task_list in (None, gone, home):
            task = user.tasks.create(title="Milk", list=task_list)
            task.move(to="top")
            task.attach([tag])
            Step(user=user, task=task, title="Step").add()
        gone.delete_softly(with_tasks=True)
        user.acts.create(kind="add")
        return user

    def test_deleting_a_user_deletes_only_own_rows(self):
        ann, ben = self.add("ann@example.org"), self.add("ben@example.org")
        ann.delete()
        for rows, number in [
            (Task.everything, 3),
            (TaskList.everything, 2),
            (Tag.everything, 1),
            (Step.everything, 3),
            (TaskTag.objects, 3),
            (Act.objects, 7),
            (Change.objects, 7),
        ]:
            self.assertEqual(list(rows.values_list("user", flat=True)), [ben.pk] * number)
