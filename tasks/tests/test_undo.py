"""Undo of every kind of act: exact restoring, conflicts, and simultaneous undos."""

import threading
from datetime import date, time, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import TestCase, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.tests.people import add_user
from tasks.history import UNDO_DAYS, Act, Change, RowChange
from tasks.models import Step, Tag, Task, TaskList, TaskTag
from tasks.tests.legacy_data import load
from tasks.tests.making import add_list, add_step, refused
from tasks.tests.rows import rows_of, to_old_form
from tasks.undo import revert


class UndoTests(TestCase):
    """Ann has lists, tags and steps, and tasks in an order by hand, two of them in the Inbox."""

    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user()
        cls.home, cls.work = add_list(cls.ann), add_list(cls.ann, "Work")
        cls.calls, cls.family = (cls.ann.tags.create(name=name) for name in ["calls", "family"])
        cls.milk = cls.add_task("Milk", list=cls.home, due_date=date(2031, 1, 2))
        cls.bread = cls.add_task("Bread", list=cls.home)
        cls.soap = cls.add_task("Soap", list=cls.home)
        cls.letter, cls.parcel = cls.add_task("Letter"), cls.add_task("Parcel")
        cls.milk.attach([cls.calls])
        cls.whisk, cls.pour = (add_step(cls.milk, title) for title in ["Whisk", "Pour"])
        Act.objects.all().delete()

    @classmethod
    def add_task(cls, title, **fields):
        task = cls.ann.tasks.create(title=title, **fields)
        task.move(to="bottom")
        task.refresh_from_db()
        return task

    def rows(self):
        return rows_of(self.ann)

    def undo(self, act):
        """Undo an act. Return the undo and the conflicts, as (words of the row, column)."""
        undo, met = revert(Act.objects.get(pk=act.pk))
        return undo, [(str(change.row), column) for change, column in met]

    def fresh(self, row):
        return type(row).everything.get(pk=row.pk)

    def order(self, task_list=None):
        tasks = self.ann.tasks.filter(list=task_list).by_hand()
        return [task.title for task in tasks]

    def bulk(self, kind=Act.Kind.EDIT):
        """Return an unsaved act on several rows."""
        return Act.objects.create(user=self.ann, kind=kind)

    def there_and_back(self, do):
        """Do an act, undo, redo and undo it: the rows must be the same as before."""
        before, hidden = self.rows(), Act.objects.count()
        act = do()
        after = self.rows()
        self.assertNotEqual(after, before)
        self.assertEqual(Act.objects.count(), hidden + 1)
        latest = act
        for kind, rows in [("undo", before), ("redo", after), ("undo", before)]:
            latest, met = self.undo(latest)
            self.assertEqual(met, [])
            self.assertEqual((latest.kind, latest.of_id), (kind, act.pk))
            self.assertEqual(self.rows(), rows)
        return act

    def stays(self, act, *met):
        """Undo an act that can't be undone: rows stay, and the conflicts are reported."""
        before, acts = self.rows(), Act.objects.count()
        self.assertEqual(self.undo(act), (None, list(met)))
        self.assertEqual((self.rows(), Act.objects.count()), (before, acts))


class TaskUndoTests(UndoTests):
    def add(self):
        act = Act.objects.create(user=self.ann, kind="add")
        self.oil = Task(user=self.ann, title="Oil", list=self.home)
        self.oil.add(Tag.objects.make(self.ann, ["calls", "new"], act), act)
        return act

    def test_adding_with_a_new_tag_can_be_undone(self):
        self.there_and_back(self.add)
        self.assertEqual([str(task) for task in self.ann.tasks(manager="trash").all()], ["Oil"])
        self.assertEqual([str(tag) for tag in self.ann.tags(manager="trash").all()], ["new"])

    def test_duplicating_can_be_undone(self):
        self.there_and_back(lambda: self.milk.duplicate())

    def test_editing_each_field_can_be_undone(self):
        for name, value in [
            ("title", "Oat milk"),
            ("description", "Two litres\n“now”"),
            ("due_date", date(2031, 3, 4)),
            ("due_date", None),
            ("due_time", time(17, 30, 15, 250000)),
            ("priority", 3),
            ("list", self.work),
            ("list", None),
        ]:
            with self.subTest(name, value=value):
                column, was = name, getattr(self.milk, name)
                act = self.there_and_back(lambda n=name, v=value: self.milk.edit(**{n: v}))
                self.assertEqual(getattr(self.fresh(self.milk), column), was)
                self.assertEqual(act.changes.count(), 1)
                self.milk.refresh_from_db()

    def test_editing_all_fields_can_be_undone(self):
        edit = {"title": "Oat milk", "description": "Two", "priority": 1, "list": self.work}
        edit |= {"due_date": date(2031, 3, 4), "due_time": time(8), "add_tags": [self.family]}
        act = self.there_and_back(lambda: self.milk.edit(**edit, remove_tags=[self.calls]))
        (change,) = RowChange.of_rows(act.changes.order_by("pk"))
        self.assertEqual(
            change.before,
            {
                **{"title": "Milk", "description": "", "priority": 0, "position": "a0"},
                **{"list_id": self.home.pk, "due_date": "2031-01-02", "due_time": None},
            },
        )
        tags = {self.calls.pk: (True, False), self.family.pk: (False, True)}
        self.assertEqual(change.tags, tags)

    def test_fields_and_tags_together_raise_the_version_once(self):
        act = self.milk.edit(title="Oat milk", add_tags=[self.family], remove_tags=[self.calls])
        self.assertEqual(self.milk.version, 2)
        self.undo(act)
        self.assertEqual(self.fresh(self.milk).version, 3)

    def test_date_and_time_can_be_undone_together(self):
        self.there_and_back(lambda: self.letter.edit(due_date=date(2031, 1, 2), due_time=time(8)))

    def test_adding_and_removing_a_tag_can_be_undone(self):
        self.there_and_back(lambda: self.milk.edit(add_tags=[self.family]))
        self.there_and_back(lambda: self.milk.edit(remove_tags=[self.calls]))

    def test_new_tag_of_an_edit_can_be_undone(self):
        def edit():
            act = Act(user=self.ann, kind="edit")
            return self.milk.edit(add_tags=Tag.objects.make(self.ann, ["new"], act), act=act)

        self.there_and_back(edit)
        self.assertEqual([str(tag) for tag in self.ann.tags(manager="trash").all()], ["new"])

    def test_completing_and_reopening_can_be_undone(self):
        self.there_and_back(self.milk.complete)
        self.milk.complete()
        completed_at = self.milk.completed_at
        self.there_and_back(self.milk.reopen)
        self.assertEqual(self.fresh(self.milk).completed_at, completed_at)

    def test_moving_by_hand_can_be_undone(self):
        self.there_and_back(lambda: self.soap.move(to="top"))
        self.there_and_back(lambda: self.milk.move(after=self.bread.pk))
        self.there_and_back(lambda: self.parcel.move(before=self.letter.pk))
        self.assertEqual(self.order(self.home), ["Milk", "Bread", "Soap"])

    def test_moving_to_another_list_restores_the_position(self):
        self.there_and_back(lambda: self.bread.edit(list=self.work))
        self.assertEqual(self.order(self.home), ["Milk", "Bread", "Soap"])

    def test_moving_to_a_list_with_an_equal_position_can_be_undone(self):
        act = self.milk.edit(list=self.work)
        self.milk.move(to="top")
        self.assertEqual(self.fresh(self.milk).position, "a0")  # as it was at home
        moved = self.rows()
        undo, _ = self.undo(act)
        self.undo(undo)
        self.assertEqual(self.rows(), moved)

    def test_deleting_and_restoring_can_be_undone(self):
        self.there_and_back(self.bread.delete_softly)
        self.bread.delete_softly()
        self.there_and_back(self.bread.restore)

    def test_restoring_into_the_inbox_can_be_undone(self):
        deletion = self.bread.delete_softly()
        list_deletion = self.home.delete_softly()
        self.there_and_back(self.bread.restore)
        self.undo(list_deletion)
        self.undo(deletion)
        self.assertEqual(self.order(self.home), ["Milk", "Bread", "Soap"])

    def test_undo_raises_the_version(self):
        act = self.milk.edit(title="Oat milk")
        self.undo(act)
        self.assertEqual(self.fresh(self.milk).version, self.milk.version + 1)

    def test_undo_of_a_move_raises_no_version(self):
        versions = {row.pk: row.version for row in (self.soap, self.pour, self.work)}
        for row in (self.soap, self.pour, self.work):
            with self.subTest(row):
                self.undo(row.move(to="top"))
                self.assertEqual(self.fresh(row).version, versions[row.pk])


class StepUndoTests(UndoTests):
    def test_adding_can_be_undone(self):
        def add():
            step = Step(user=self.ann, task=self.milk, title="Bake")
            act = Act(user=self.ann, kind="add")
            step.add(act)
            return act

        self.there_and_back(add)

    def test_ticking_and_unticking_can_be_undone(self):
        self.there_and_back(lambda: self.whisk.tick(True))
        self.whisk.tick(True)
        self.there_and_back(lambda: self.whisk.tick(False))

    def test_renaming_can_be_undone(self):
        self.there_and_back(lambda: self.whisk.edit(title="Stir"))

    def test_moving_can_be_undone(self):
        self.there_and_back(lambda: self.pour.move(to="top"))

    def test_deleting_and_restoring_can_be_undone(self):
        self.there_and_back(self.whisk.delete_softly)
        self.whisk.delete_softly()
        self.there_and_back(self.whisk.restore)


class ListUndoTests(UndoTests):
    def test_adding_can_be_undone(self):
        def add():
            act = Act(user=self.ann, kind="add")
            TaskList(user=self.ann, name="Errands").add(act)
            return act

        self.there_and_back(add)

    def test_editing_can_be_undone(self):
        self.there_and_back(lambda: self.home.edit(name="Flat"))
        self.there_and_back(lambda: self.home.edit(color="rose"))
        self.there_and_back(lambda: self.home.edit(name="Haus", color="blue"))

    def test_moving_can_be_undone(self):
        self.there_and_back(lambda: self.work.move(to="top"))

    def test_archiving_and_unarchiving_can_be_undone(self):
        self.there_and_back(self.home.archive)
        self.home.archive()
        self.there_and_back(self.home.unarchive)

    def test_deleting_without_tasks_can_be_undone(self):
        act = self.there_and_back(self.home.delete_softly)
        self.assertEqual(act.changes.count(), 4)
        self.assertEqual(self.order(self.home), ["Milk", "Bread", "Soap"])

    def test_deleting_with_tasks_can_be_undone(self):
        self.there_and_back(lambda: self.home.delete_softly(with_tasks=True))

    def test_restoring_with_tasks_under_another_name_can_be_undone(self):
        for with_tasks in (True, False):
            with self.subTest(with_tasks=with_tasks):
                self.home.delete_softly(with_tasks=with_tasks)
                self.there_and_back(lambda: self.home.restore(name="Flat"))
                self.assertEqual(self.fresh(self.home).name, "Home")
                self.home.restore()
                self.assertEqual(self.order(self.home), ["Milk", "Bread", "Soap"])

    def test_redone_deletion_keeps_its_tasks(self):
        act = self.home.delete_softly(with_tasks=True)
        self.undo(self.undo(act)[0])
        self.assertEqual(self.order(self.home), [])
        self.fresh(self.home).restore()
        self.assertEqual(self.order(self.home), ["Milk", "Bread", "Soap"])

    def test_tasks_of_an_undone_list_go_to_the_inbox_and_return(self):
        errands, act = TaskList(user=self.ann, name="Errands"), Act(user=self.ann, kind="add")
        errands.add(act)
        self.bread.edit(list=errands)
        oil = self.add_task("Oil", list=errands)
        oil.complete()
        there = self.rows()
        undo, met = self.undo(act)
        self.assertEqual((met, self.order(errands)), ([], []))
        self.assertEqual(set(self.order()), {"Letter", "Parcel", "Bread", "Oil"})
        self.undo(undo)
        self.assertEqual(self.rows(), there)

    def test_restored_list_has_the_tasks_of_its_last_deletion(self):
        undo, _ = self.undo(self.home.delete_softly())
        oil = self.add_task("Oil", list=self.home)
        self.soap.move(to="top")
        self.undo(undo)
        self.fresh(self.home).restore()
        self.assertEqual(self.order(self.home), ["Soap", "Milk", "Bread", "Oil"])
        self.assertEqual(self.fresh(oil).position, oil.position)

    def test_list_restored_after_undoing_its_addition_has_its_tasks(self):
        errands, act = TaskList(user=self.ann, name="Errands"), Act(user=self.ann, kind="add")
        errands.add(act)
        self.bread.edit(list=errands)
        self.undo(act)
        self.fresh(errands).restore()
        self.assertEqual(self.order(errands), ["Bread"])

    def test_restored_list_finds_positions_next_to_deleted_tasks(self):
        self.milk.delete_softly()
        deletion = self.home.delete_softly()
        restoring = self.milk.restore()  # into the Inbox
        self.undo(deletion)
        self.soap.move(to="top")  # where Milk was
        self.home.delete_softly()
        self.undo(restoring)
        self.fresh(self.home).restore()
        self.assertEqual(self.order(self.home), ["Soap", "Bread"])
        places = self.ann.tasks(manager="everything").filter(list=self.home).by_hand()
        self.assertEqual([task.title for task in places], ["Milk", "Soap", "Bread"])


class TagUndoTests(UndoTests):
    def test_renaming_can_be_undone(self):
        self.there_and_back(lambda: self.calls.edit(name="phone"))

    def test_deleting_and_restoring_can_be_undone(self):
        self.there_and_back(self.calls.delete_softly)
        self.calls.delete_softly()
        self.there_and_back(self.calls.restore)

    def test_restoring_under_another_name_can_be_undone(self):
        self.calls.delete_softly()
        self.there_and_back(lambda: self.calls.restore(name="phone"))
        self.assertEqual(self.fresh(self.calls).name, "calls")


@pytest.mark.pooler
class BulkUndoTests(UndoTests):
    """Acts on several rows."""

    def many(self, do, kind=Act.Kind.EDIT):
        """Do, undo and redo do(the tasks, the act). Return the titles of the changed tasks."""

        def act():
            act = self.bulk(kind)
            do(self.ann.tasks.all(), act)
            return act

        act = self.there_and_back(act)
        return sorted(str(c.task) for c in act.changes.exclude(task=None).with_rows())

    ALL = ["Bread", "Letter", "Milk", "Parcel", "Soap"]

    def test_fields_of_several_tasks_can_be_undone(self):
        day = date(2031, 3, 4)
        self.assertEqual(self.many(lambda t, act: t.change(act, priority=2)), self.ALL)
        self.assertEqual(self.many(lambda t, act: t.change(act, due_date=day)), self.ALL)
        none = {"due_date": None, "due_time": None}
        self.assertEqual(self.many(lambda t, act: t.change(act, **none)), ["Milk"])

    def test_list_of_several_tasks_can_be_undone(self):
        self.assertEqual(self.many(lambda t, act: t.change(act, list=self.work)), self.ALL)
        inbox = self.many(lambda t, act: t.change(act, list=None))
        self.assertEqual(inbox, ["Bread", "Milk", "Soap"])

    def test_tags_of_several_tasks_can_be_undone(self):
        tag = self.calls.pk
        on, off = (
            self.many(lambda t, act, x=x: t.change_tags(act, {tag: x})) for x in (True, False)
        )
        self.assertEqual((on, off), (["Bread", "Letter", "Parcel", "Soap"], ["Milk"]))

    def test_new_tag_of_several_tasks_can_be_undone(self):
        def hang(tasks, act):
            (tag,) = Tag.objects.make(self.ann, ["new"], act)
            tasks.change_tags(act, {tag.pk: True})

        self.assertEqual(self.many(hang), self.ALL)

    def test_completing_and_reopening_can_be_undone(self):
        self.soap.complete()
        rest = ["Bread", "Letter", "Milk", "Parcel"]
        self.assertEqual(self.many(lambda t, act: t.complete(act), "complete"), rest)
        self.assertEqual(self.many(lambda t, act: t.reopen(act), "reopen"), ["Soap"])

    def test_deleting_and_restoring_can_be_undone(self):
        self.assertEqual(self.many(lambda t, act: t.delete_softly(act), "delete"), self.ALL)
        self.ann.tasks.filter(list=self.home).delete_softly()
        self.work.delete_softly()
        restored = self.many(lambda _, act: Task.trash.restore(act), "restore")
        self.assertEqual(restored, ["Bread", "Milk", "Soap"])

    def test_task_changed_since_stays_and_others_are_restored(self):
        act = self.bulk()
        self.ann.tasks.all().change(act, priority=2)
        self.fresh(self.milk).edit(priority=3)
        undo, met = self.undo(act)
        self.assertEqual((met, undo.changes.count()), ([("Milk", "priority")], 4))
        priorities = dict(self.ann.tasks.values_list("title", "priority"))
        self.assertEqual(priorities, dict.fromkeys(self.ALL, 0) | {"Milk": 3})


class TwiceTests(UndoTests):
    def test_second_undo_does_nothing(self):
        for act in [
            self.soap.move(to="top"),
            self.milk.edit(title="Oat milk", list=self.work),
            self.bread.complete(),
            self.home.delete_softly(),
            self.family.delete_softly(),
            self.pour.tick(True),
        ][::-1]:
            with self.subTest(act.kind):
                self.assertIsNotNone(self.undo(act)[0])
                self.stays(act)

    def test_change_reverted_by_hand_leaves_nothing_to_undo(self):
        act = self.milk.edit(title="Oat milk")
        self.milk.edit(title="Milk")
        self.stays(act)

    def test_redo_after_a_change_by_hand_does_nothing(self):
        undo, _ = self.undo(self.bread.delete_softly())
        self.fresh(self.bread).delete_softly()
        self.stays(undo)

    def test_act_older_than_thirty_days_cannot_be_undone(self):
        act = self.milk.complete()
        for age, expected in [(UNDO_DAYS - 1, True), (UNDO_DAYS + 1, False)]:
            act.created_at = timezone.now() - timedelta(days=age)
            self.assertIs(act.is_undoable(), expected)


class ChangedSinceTests(UndoTests):
    """Columns that have changed since stay, and are reported as conflicts."""

    def test_title_edited_since_is_a_conflict(self):
        act = self.milk.edit(title="Oat milk", priority=2)
        self.milk.edit(title="Soy milk")
        undo, met = self.undo(act)
        milk = self.fresh(self.milk)
        self.assertEqual(met, [("Soy milk", "title")])
        self.assertEqual((milk.title, milk.priority), ("Soy milk", 0))
        self.undo(undo)
        milk.refresh_from_db()
        self.assertEqual((milk.title, milk.priority), ("Soy milk", 2))

    def test_task_completed_again_is_a_conflict(self):
        act = self.milk.complete()
        self.milk.reopen()
        self.milk.complete()
        self.stays(act, ("Milk", "completed_at"))

    def test_date_stays_if_a_time_was_set_since(self):
        act = self.letter.edit(due_date=date(2031, 1, 2))
        self.letter.edit(due_time=time(8))
        self.stays(act, ("Letter", "due_date"))

    def test_time_is_not_restored_without_its_date(self):
        self.milk.edit(due_time=time(8))
        act = self.milk.edit(due_time=None)
        self.milk.edit(due_date=None)
        self.stays(act, ("Milk", "due_time"))

    def test_other_columns_are_restored_if_a_time_lacks_its_date(self):
        act = self.letter.edit(due_date=date(2031, 1, 2), title="Letters")
        self.letter.edit(due_time=time(8))
        self.assertEqual(self.undo(act)[1], [("Letter", "due_date")])

    def test_list_renamed_since_is_a_conflict(self):
        act = self.home.edit(name="Flat", color="rose")
        self.home.edit(name="House")
        undo, met = self.undo(act)
        home = self.fresh(self.home)
        self.assertEqual((met, home.name, home.color), ([("House", "name")], "House", "grey"))
        self.assertEqual(undo.changes.get().after, {"color": "grey"})

    def test_task_cannot_return_to_a_deleted_list(self):
        act = self.bread.edit(list=self.work)
        self.home.delete_softly()
        self.stays(act, ("Bread", "list_id"))
        self.home.purge()
        self.stays(act, ("Bread", "list_id"))

    def test_restored_task_of_a_deleted_list_goes_to_the_inbox(self):
        for purge in (False, True):
            with self.subTest(purge=purge):
                errands = add_list(self.ann, "Errands")
                oil = self.add_task("Oil", list=errands)
                act = oil.delete_softly()
                errands.delete_softly()
                if purge:
                    errands.purge()
                undo, met = self.undo(act)
                self.assertEqual((met, self.order()), ([], ["Letter", "Parcel", "Oil"]))
                self.undo(undo)
                self.assertEqual(self.order(), ["Letter", "Parcel"])

    def test_taken_name_is_a_conflict(self):
        for row, other in [
            (self.home, lambda: add_list(self.ann, "HOME")),
            (self.calls, lambda: self.ann.tags.create(name="Calls")),
        ]:
            renaming = row.edit(name="x")
            other = other()
            self.stays(renaming, ("x", "name"))
            other.delete_softly()
            self.undo(renaming)
            deletion = row.delete_softly()
            other.restore()
            met = self.undo(deletion)[1]
            self.assertIn((str(row), "deleted_at"), met)
            self.assertIsNotNone(self.fresh(row).deleted_at)

    def test_taken_names_are_looked_for_together(self):
        numbers = []
        for count in [2, 12]:
            act = Act.objects.create(user=self.ann, kind=Act.Kind.ADD)
            tags = Tag.objects.make(self.ann, [f"tag{count}-{n}" for n in range(count)], act)
            undo, _ = self.undo(act)
            self.ann.tags.create(name=tags[-1].name.upper())
            with CaptureQueriesContext(connection) as queries:
                _, conflicts = self.undo(undo)
            numbers.append(len(queries))
            self.assertEqual(conflicts, [(tags[-1].name, "deleted_at")])
        self.assertEqual(numbers[0], numbers[1])

    def test_list_with_a_taken_name_stays_deleted_without_losing_tasks(self):
        for with_tasks, words in [(True, []), (False, ["list_id"])]:
            with self.subTest(with_tasks=with_tasks):
                errands = add_list(self.ann, "Errands")
                self.add_task("Oil", list=errands)
                act = errands.delete_softly(with_tasks=with_tasks)
                other = add_list(self.ann, "errands")
                met = self.undo(act)[1]
                self.assertEqual(
                    met, [("Errands", "deleted_at"), *(("Oil", word) for word in words)]
                )
                self.assertEqual(self.order(), ["Letter", "Parcel", "Oil"])
                other.delete_softly()
                self.ann.tasks.get(title="Oil").delete_softly()

    def test_taken_position_becomes_the_one_after_it(self):
        act = self.bread.move(to="bottom")  # Milk, Soap, Bread
        self.letter.edit(list=self.home)
        self.letter.move(before=self.soap.pk)
        self.assertEqual(self.fresh(self.letter).position, "a1")  # where Bread was
        _, met = self.undo(act)
        self.assertEqual(met, [])
        self.assertEqual(self.order(self.home), ["Milk", "Letter", "Bread", "Soap"])

    def test_taken_positions_of_several_tasks_are_resolved(self):
        a, b, c = (self.add_task(title, list=self.work) for title in "abc")
        b.move(before=c.pk)
        a.move(before=b.pk)
        pushed = self.add_task("d", list=self.work)
        pushed.move(before=b.pk)
        places = list(self.ann.tasks.filter(list=self.work).by_hand().values_list("position"))
        act = self.bulk()
        self.ann.tasks.filter(pk__in=[a.pk, pushed.pk]).change(act, list=None)
        self.assertEqual(self.order(self.work), ["b", "c"])
        self.letter.edit(list=self.work)
        self.letter.move(before=b.pk)
        self.assertIn((self.fresh(self.letter).position,), places)
        _, met = self.undo(act)
        self.assertEqual(met, [])
        self.assertEqual(set(self.order(self.work)), {"a", "b", "c", "d", "Letter"})
        rest = [title for title in self.order(self.work) if title != "Letter"]
        self.assertEqual(rest, ["a", "d", "b", "c"])

    def test_restored_step_or_list_with_a_taken_position_can_be_passed(self):
        bake, eat = add_step(self.milk, "Bake"), add_step(self.milk, "Eat")
        errands, flat = add_list(self.ann, "Errands"), add_list(self.ann, "Flat")
        for one, two, other, three in [
            (self.whisk, self.pour, bake, eat),
            (self.home, self.work, errands, flat),
        ]:
            with self.subTest(one):
                siblings = self.milk.steps if one == self.whisk else self.ann.lists
                act = three.move(to="top")
                one.move(to="bottom")  # where `three` was
                self.undo(act)
                self.assertEqual(self.fresh(one).position != self.fresh(three).position, True)
                order = list(siblings.by_hand())
                self.assertEqual(order, [two, other, one, three])
                two.move(before=three.pk)
                self.assertEqual(list(siblings.by_hand()), [other, one, two, three])

    def test_unplaced_task_returns_after_placed_ones(self):
        for title in "abc":
            self.ann.tasks.create(title=title, list=self.work)
        b, c = (self.ann.tasks.get(title=title) for title in "bc")
        deletion, move = b.delete_softly(), c.move(to="top")
        self.undo(move)
        self.undo(deletion)
        self.assertEqual(self.order(self.work), ["a", "c", "b"])

    def test_new_tag_used_by_other_tasks_stays(self):
        act = self.bulk()
        (new,) = Tag.objects.make(self.ann, ["new"], act)
        self.milk.edit(add_tags=[new], act=act)
        self.bread.edit(add_tags=[new])
        _, met = self.undo(act)
        self.assertEqual(met, [])
        pairs = TaskTag.objects.filter(tag=new).values_list("task__title", "tag__deleted_at")
        self.assertEqual(list(pairs), [("Bread", None)])

    def test_purged_tag_is_a_conflict(self):
        act = self.milk.edit(remove_tags=[self.calls])
        self.calls.delete_softly()
        self.calls.purge()
        self.stays(act, ("Milk", "tags"))

    def test_purged_rows_leave_nothing_to_undo(self):
        act = self.bulk()
        self.ann.tasks.filter(list=self.home).delete_softly(act)
        self.fresh(self.bread).purge()
        met = self.undo(act)[1]
        self.assertEqual((met, self.order(self.home)), ([], ["Milk", "Soap"]))


class OldFormTests(UndoTests):
    """Acts of the earlier version, which may run at the same time as this one."""

    def there_and_back(self, do):
        """Do the same as UndoTests.there_and_back(), with acts of the earlier version."""
        before, act = self.rows(), do()
        after = self.rows()
        self.assertNotEqual(after, before)
        latest = act
        for rows in (before, after, before):
            to_old_form()
            tags = {name for change in latest.changes.all() for name in change.after}
            self.assertIn(f"tag {self.calls.pk}", tags)
            self.assertFalse(Change.objects.exclude(tagged_with=None).exists())
            latest, met = self.undo(latest)
            self.assertEqual((met, self.rows()), ([], rows))

    def test_earlier_act_on_one_task_can_be_undone(self):
        tags = {"add_tags": [self.family], "remove_tags": [self.calls]}
        self.there_and_back(lambda: self.milk.edit(**tags))
        fields = {"title": "Oat milk", "priority": 1, "list": self.work}
        self.there_and_back(lambda: self.milk.edit(**fields, **tags))

    def test_earlier_act_on_several_tasks_can_be_undone(self):
        def tag():
            act = self.bulk()
            tags = {self.calls.pk: True, self.family.pk: True}
            self.ann.tasks.all().change_tags(act, tags)
            return act

        self.there_and_back(tag)

    def test_purged_tag_of_an_earlier_act_is_a_conflict(self):
        act = self.milk.edit(title="Oat milk", remove_tags=[self.calls])
        to_old_form()
        self.calls.delete_softly()
        self.calls.purge()
        undo, met = self.undo(act)
        self.assertEqual(met, [("Milk", "tags")])
        self.assertEqual(undo.changes.get().after, {"title": "Milk"})

    def test_earlier_version_can_read_new_changes_of_tags(self):
        act = self.milk.edit(title="Oat milk", add_tags=[self.family])
        title, tag = act.changes.order_by("pk")
        self.assertEqual((title.tagged_with, title.after), (None, {"title": "Oat milk"}))
        name = f"tag {self.family.pk}"
        self.assertEqual((tag.task, tag.tagged_with), (self.milk, self.family))
        self.assertEqual((tag.before, tag.after), ({name: False}, {name: True}))


@pytest.mark.pooler
class SameMomentTests(TransactionTestCase):
    def test_of_two_simultaneous_undos_one_takes_effect(self):
        ann = add_user()
        for n in range(5):
            act = ann.tasks.create(title="Milk").edit(title="Bread", priority=n % 3 + 1)
            barrier, done = threading.Barrier(2), []

            def undo(act=act, barrier=barrier, done=done):
                try:
                    mine = Act.objects.get(pk=act.pk)
                    barrier.wait(10)
                    done.append(revert(mine))
                finally:
                    connections.close_all()

            threads = [threading.Thread(target=undo) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            undos = [undo for undo, met in done if undo]
            self.assertEqual((len(done), len(undos), [met for _, met in done]), (2, 1, [[], []]))
            self.assertEqual(undos[0].changes.get().after, {"title": "Milk", "priority": 0})
        self.assertEqual(set(ann.tasks.values_list("title", "version")), {("Milk", 3)})


class GoneForEverTests(UndoTests):
    def test_changes_are_purged_with_their_row_and_acts_stay(self):
        acts = [
            self.letter.edit(title="Letters"),
            self.work.edit(name="Office"),
            self.family.edit(name="kin"),
            self.pour.edit(title="Fill in"),
        ]
        for row, act in zip([self.letter, self.work, self.family, self.pour], acts, strict=True):
            row.delete_softly()
            self.assertEqual(act.changes.count(), 1)
            self.assertTrue(row.purge())
            self.assertEqual(act.changes.count(), 0)
        self.assertEqual(Change.objects.count(), 0)
        self.assertEqual(Act.objects.filter(pk__in=[act.pk for act in acts]).count(), 4)

    def test_changes_of_a_step_are_purged_with_its_task(self):
        act = self.whisk.tick(True)
        self.milk.delete_softly()
        self.milk.purge()
        self.assertEqual((act.changes.count(), Act.objects.filter(pk=act.pk).count()), (0, 1))

    def test_changes_of_a_purged_list_and_its_tasks_are_purged(self):
        act = self.home.delete_softly(with_tasks=True)
        self.home.purge()
        self.assertEqual(Change.objects.count(), 0)
        self.assertEqual(revert(Act.objects.get()), (None, []))
        self.assertEqual(act.first_row(TaskList), None)

    def test_history_is_deleted_with_its_user_only(self):
        ben = add_user("ben@example.org")
        add_list(ben)
        self.undo(self.milk.complete())
        self.whisk.tick(True)
        self.ann.delete()
        self.assertEqual(list(Act.objects.values_list("user", "kind")), [(ben.pk, "add")])
        self.assertEqual(list(Change.objects.values_list("user", flat=True)), [ben.pk])

    def test_purge_of_old_acts_takes_their_changes(self):
        old, new = self.milk.complete(), self.bread.complete()
        Act.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=31))
        self.assertEqual(Act.objects.before(timezone.now() - timedelta(days=30)).purge(), 1)
        self.assertEqual(list(Change.objects.values_list("act", flat=True)), [new.pk])


class DatabaseTests(UndoTests):
    def test_database_refuses_a_change_of_another_users_row(self):
        ben = add_user("ben@example.org")
        act = Act.objects.create(user=ben, kind="edit")
        rows = {"task": self.milk, "list": self.home, "tag": self.calls, "step": self.whisk}
        for name, row in rows.items():
            with refused(self, f"tasks_change_{name}_of_user"), connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO tasks_change (act_id, user_id, {name}_id, before, after)"
                    " VALUES (%s, %s, %s, '{}', '{}')",
                    [act.pk, ben.pk, row.pk],
                )

    def test_database_refuses_a_change_without_an_act(self):
        with refused(self, "tasks_change_act"):
            Change.objects.create(act_id=1, user=self.ann, task=self.milk, before={}, after={})


class NobodysActTests(TestCase):
    def test_demo_users_have_no_history(self):
        call_command("demo_data", "--really", stdout=StringIO())
        self.assertEqual((User.objects.count(), Act.objects.count()), (1, 0))
        self.assertGreater(Task.objects.count(), 50)

    def test_adopted_users_have_no_history(self):
        with connection.cursor() as cursor:
            load(cursor, "better_auth.sql")
        call_command("adopt_sqlmodel", "--time-zone", "UTC", stdout=StringIO())
        self.assertGreater(Task.everything.count(), 0)
        self.assertEqual(Act.objects.count(), 0)
