"""Any sequence of acts, undone from the last to the first, restores the first state."""

from datetime import date, time

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.tests.people import add_user
from tasks.history import Act
from tasks.models import Step, Tag, Task, TaskList
from tasks.tests.making import add_list
from tasks.tests.rows import in_order
from tasks.undo import revert
from todosite.tests.environment import examples

NAMES = ["home", "Work", "a", "B", "é"]
EDITS = [
    {"title": "Other"},
    {"description": "Two\nlines"},
    {"priority": 2, "title": ""},
    {"due_date": date(2031, 1, 2)},
    {"due_date": date(2031, 1, 2), "due_time": time(17, 30, 15, 250000)},
    {"due_time": None},
    {"due_time": None, "due_date": None},
]
PLACES = ["top", "bottom", "before", "after"]


class Person:
    """A user who does random acts on existing rows.

    Each act takes two numbers, which choose the row and the change. It returns the act, or None if
    that is impossible.
    """

    def __init__(self, user):
        self.user = user
        self.acts = []

    def do(self, name, *numbers):
        act = getattr(self, name)(*numbers)
        if act and act.pk:
            self.acts.append(act)

    def one(self, rows, number):
        """Return one of the rows."""
        rows = list(rows.order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def task(self, n):
        return self.one(self.user.tasks, n)

    def home(self, n):
        """Return a list, or None for the Inbox."""
        return self.one(self.user.lists, n) if n % 3 else None

    def name(self, rows, n, row=None):
        """Return a name that no other row has, or None if taken."""
        name = NAMES[n % len(NAMES)]
        others = rows.exclude(pk=row.pk) if row else rows
        return None if others.named([name]).exists() else name

    def new(self, kind):
        return Act(user=self.user, kind=kind)

    def many(self, kind, do):
        """Change several tasks by one act."""
        act = self.new(kind)
        do(act)
        return act

    # tasks

    def add_task(self, n, m):
        act = self.new("add")
        tags = Tag.objects.make(self.user, [NAMES[m % 5]] if m % 2 else [], act)
        Task(user=self.user, title="New", list=self.home(n)).add(tags, act)
        return act

    def paste_tasks(self, n, m):
        act = Act.objects.create(user=self.user, kind="add")
        tags = Tag.objects.make(self.user, [NAMES[m % 5]] if m % 2 else [], act)
        tasks = [Task(user=self.user, title=title, list=self.home(n)) for title in "xy"]
        step = Step(user=self.user, task=tasks[0], title="z")
        Task.objects.add_all(act, [(tasks[0], [step], tags), (tasks[1], [], tags)])
        return act

    def duplicate_task(self, n, m):
        return self.task(n) and self.task(n).duplicate()

    def edit_task(self, n, m):
        task, fields = self.task(n), EDITS[m % len(EDITS)]
        return task and task.edit(**fields)

    def list_task(self, n, m):
        task, home = self.task(n), self.home(m)
        return task and task.list != home and task.edit(list=home, **EDITS[m % 2 :][0])

    def tag_task(self, n, m):
        task, act = self.task(n), self.new("edit")
        tags = Tag.objects.make(self.user, [NAMES[m % 5]], act)
        if task:
            task.edit(act=act, add_tags=tags)
        return act

    def untag_task(self, n, m):
        task, tag = self.task(n), self.one(self.user.tags, m)
        return task and tag and task.edit(remove_tags=[tag])

    def complete_task(self, n, m):
        task = self.task(n)
        return task and (task.reopen() if task.completed else task.complete())

    def move_task(self, n, m):
        task = self.one(self.user.tasks.open(), n)
        return task and self.move(task, task.siblings(), m)

    def delete_task(self, n, m):
        return self.delete(self.user.tasks, n)

    def delete(self, rows, n, **how):
        """Delete or restore a row, under another name if its own is taken."""
        row = self.one(rows(manager="everything"), n)
        if row is None or not row.deleted_at:
            return row and row.delete_softly(**how)
        if hasattr(row, "name") and rows.named([row.name]).exists():
            return row.restore(name=self.name(rows, n) or f"{row.name}{row.pk}")
        return row.restore()

    def move(self, row, siblings, m):
        place, other = PLACES[m % 4], self.one(siblings.exclude(pk=row.pk), m // 4)
        if m % 4 < 2:
            return row.move(to=place)
        return other and row.move(**{place: other.pk})

    # several tasks

    def some(self, n):
        """Return two thirds of the tasks."""
        pks = enumerate(self.user.tasks.order_by("pk").values_list("pk", flat=True))
        return self.user.tasks.filter(pk__in=[pk for nth, pk in pks if nth % 3 != n % 3])

    def edit_some(self, n, m):
        fields = EDITS[m % 4]
        return self.many("edit", lambda act: self.some(n).change(act, **fields))

    def list_some(self, n, m):
        return self.many("edit", lambda act: self.some(n).change(act, list=self.home(m)))

    def tag_some(self, n, m):
        act = self.new("edit")
        tags = Tag.objects.make(self.user, [NAMES[m % 5]], act)
        self.some(n).change_tags(act, {tag.pk: m % 2 == 0 for tag in tags})
        return act

    def complete_some(self, n, m):
        return self.many("complete", self.some(n).complete)

    def reopen_some(self, n, m):
        return self.many("reopen", self.some(n).reopen)

    def delete_some(self, n, m):
        return self.many("delete", self.some(n).delete_softly)

    def restore_some(self, n, m):
        return self.many("restore", self.user.tasks(manager="trash").restore)

    # steps

    def step(self, n):
        return self.one(self.user.steps.of_tasks_there(), n)

    def add_step(self, n, m):
        act = self.new("add")
        if task := self.task(n):
            Step(user=self.user, task=task, title="Step").add(act)
        return act

    def tick_step(self, n, m):
        return self.step(n) and self.step(n).tick(m % 2 == 0)

    def edit_step(self, n, m):
        return self.step(n) and self.step(n).edit(title=NAMES[m % 5])

    def move_step(self, n, m):
        step = self.step(n)
        return step and self.move(step, step.task.steps, m)

    def delete_step(self, n, m):
        return self.delete(self.user.steps, n)

    # lists

    def list(self, n):
        return self.one(self.user.lists, n)

    def add_list(self, n, m):
        act, name = self.new("add"), self.name(self.user.lists, n)
        if name:
            TaskList(user=self.user, name=name).add(act)
        return act

    def edit_list(self, n, m):
        row = self.list(n)
        name = row and self.name(self.user.lists, m, row)
        return name and row.edit(name=name, color=TaskList.Color.values[m % 6])

    def move_list(self, n, m):
        return self.list(n) and self.move(self.list(n), self.user.lists, m)

    def archive_list(self, n, m):
        row = self.list(n)
        return row and (row.unarchive() if row.archived_at else row.archive())

    def delete_list(self, n, m):
        return self.delete(self.user.lists, n, with_tasks=m % 2 == 0)

    def merge_list(self, n, m):
        return self.merge(self.list(n), self.list(m))

    def merge(self, row, other):
        return row and other != row and row.merge_into(other)

    # tags

    def merge_tag(self, n, m):
        return self.merge(self.tag(n), self.tag(m))

    def tag(self, n):
        return self.one(self.user.tags, n)

    def edit_tag(self, n, m):
        row = self.tag(n)
        name = row and self.name(self.user.tags, m, row)
        return name and row.edit(name=name)

    def delete_tag(self, n, m):
        return self.delete(self.user.tags, n)

    def undo(self, n, m):
        """Undo any act, also an earlier one, or an undo."""
        return self.acts and revert(self.acts[n % len(self.acts)])[0]


DOINGS = [
    *["add_task", "paste_tasks", "duplicate_task", "edit_task", "tag_task", "untag_task"],
    *["edit_some", "tag_some", "complete_some", "reopen_some"],
    *["add_step", "tick_step", "edit_step", "move_step", "delete_step"],
    *["add_list", "edit_list", "move_list", "archive_list", "edit_tag", "delete_tag"],
    # Acts on rows that depend on each other are chosen more often.
    *["complete_task", "list_task", "move_task", "delete_task", "list_some", "delete_some"] * 2,
    *["delete_list", "merge_list", "merge_tag", "restore_some", "undo"] * 4,
]
NUMBERS = st.integers(0, 15)
DAYS = st.lists(st.tuples(st.sampled_from(DOINGS), NUMBERS, NUMBERS), min_size=8, max_size=14)


class UndoPropertyTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user()
        home, work = add_list(cls.ann), add_list(cls.ann, "Work")
        tag = cls.ann.tags.create(name="a")
        for n, one in enumerate([home, home, home, work, None, None]):
            task = cls.ann.tasks.create(title=f"Task {n}", list=one)
            task.move(to="bottom")
        for n in range(3):
            Step(user=cls.ann, task=task, title=f"Step {n}").add()
        task.attach([tag])
        Act.objects.all().delete()

    @examples(30)
    @given(DAYS)
    def test_undoing_and_redoing_all_acts_restores_each_state(self, day):
        person, start = Person(self.ann), in_order(self.ann)
        for doing in day:
            person.do(*doing)
        end = in_order(self.ann)
        self.assertFalse(self.ann.tasks.filter(list__deleted_at__isnull=False).exists())
        undos = self.undo_all(person.acts)
        self.assertEqual(in_order(self.ann), start)
        self.undo_all(undos)
        self.assertEqual(in_order(self.ann), end)

    def undo_all(self, acts):
        """Undo acts from the last to the first. Return the undos. None has a conflict."""
        undone = [revert(act) for act in reversed(acts)]
        self.assertEqual([met for _, met in undone], [[]] * len(acts))
        undos = [undo for undo, _ in undone]
        self.assertNotIn(None, undos)
        return undos
