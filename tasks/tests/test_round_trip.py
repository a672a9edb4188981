"""Exported data can be imported again, completely and unchanged, also next to existing rows."""

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import TestCase
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.tests.people import add_user
from accounts.text import UNSTORABLE
from tasks.models import Step, Task, TaskList
from tasks.repeating import complete
from tasks.tests.making import add_list, add_step, add_tasks
from tasks.tests.round_trip import comparable, exported, imported
from tasks.undo import revert
from todosite.tests.environment import examples

ROWS = ["tasks", "lists", "tags"]


def fill(user):
    """Give a user one of each kind, in each state."""
    home, away, gone = (add_list(user, name) for name in ["Home", "Away", "Gone"])
    home.move(after=away.pk)
    away.archive()
    calls, old = (user.tags.create(name=name) for name in ["calls", "old"])
    milk, bread, rent = add_tasks(user, "Milk", "Bread", "=Rent", list=home, typed="as typed")
    add_tasks(user, "With the list", list=gone)
    milk.attach([calls, old])
    old.delete_softly()
    gone.delete_softly(with_tasks=True)
    bread.move(to="top")
    add_step(bread, "Flour", done=True)
    add_step(bread, "Water").delete_softly()
    day = user.today() - timedelta(days=40)
    rule = {"repeat": "FREQ=MONTHLY;COUNT=9", "repeat_from": "completion", "missed": "keep"}
    rent.edit(due_date=day, due_time=time(17, 30), repeat_anchor=day, **rule)
    complete(rent)
    rent.set_reminders([0, 1440], [(day, time(8))])
    rent.reminders.filter(minutes_before=0).update(snoozed_until=datetime(2090, 1, 2, tzinfo=UTC))
    milk.set_reminders([30])
    milk.complete()
    add_tasks(user, "Deleted")[0].delete_softly()
    user.searches.create(name="Soon", q="today", completed=True)
    user.arrange(f"list_detail-{home.pk}", sort="due", group="")
    user.arrange("today", sort="manual", group="list")
    user.arrange("list_detail-99999999", sort="due", group="")  # it is gone
    user.name, user.time_zone, user.hours = "Ann", "Asia/Tokyo", 12
    user.reminder_hour, user.default_reminder, user.daily_digest = 8, 15, True
    user.save()


class RoundTripTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann, cls.ben = add_user(), add_user("ben@example.org")
        fill(cls.ann)

    def rows(self, user):
        """Return all rows of a user outside the trash."""
        found = [list(getattr(user, kind).order_by("pk").values()) for kind in ROWS]
        found.append(list(user.steps.of_tasks_there().order_by("pk").values()))
        users = User.objects.filter(pk=user.pk).values("time_zone", "arrangements", "hours")
        return [*found, list(users), list(user.searches.values("name", "q", "completed"))]

    def test_export_can_be_imported_into_an_empty_account(self):
        first = exported(self.ann)
        imported(self.ben, first)
        second = exported(self.ben)
        self.assertEqual(comparable(second), comparable(first))
        self.assertEqual(len(comparable(first)["tasks"]), 6)

    def test_export_can_be_imported_next_to_other_rows_and_undone(self):
        add_tasks(self.ben, "Mine", list=add_list(self.ben, "home"))
        self.ben.searches.create(name="soon", q="mine")
        before = self.rows(self.ben)
        act = imported(self.ben, exported(self.ann))
        for rows, rows_before in zip(self.rows(self.ben)[:4], before[:4], strict=True):
            self.assertEqual([row for row in rows if row in rows_before], rows_before)
        self.assertEqual(self.ben.searches.get().q, "mine")
        undo, conflicts = revert(act)
        self.assertEqual((self.rows(self.ben), conflicts), (before, []))
        revert(undo)
        self.assertEqual(self.ben.tasks.count(), 1 + self.ann.tasks.count())

    def test_csv_can_be_imported_again(self):
        """CSV has no trash, no seconds below one, and no settings."""
        first = exported(self.ann, "csv")
        imported(self.ben, first)
        second = exported(self.ben, "csv")
        self.assertEqual(sorted(second.splitlines()), sorted(first.splitlines()))

    def test_second_import_changes_nothing(self):
        raw = exported(self.ann)
        imported(self.ben, raw)
        before = self.rows(self.ben), Task.everything.count()
        act = imported(self.ben, raw, again=False)
        self.assertEqual((self.rows(self.ben), Task.everything.count()), before)
        self.assertIs(act.changes.exists(), False)


class LongTests(TestCase):
    def test_hundreds_of_steps_and_old_notes_come_back(self):
        ann = add_user()
        (task,) = add_tasks(ann, "Move", description="n" * 150_000)
        Step.objects.bulk_create(
            Step(user=ann, task=task, title="s" * 255, position=f"a{number:03}x")
            for number in range(600)
        )
        for number, kind in enumerate(["json", "csv"]):
            other = add_user(f"{number}@example.org")
            imported(other, exported(ann, kind))
            self.assertEqual(other.steps.count(), 600)
            self.assertEqual(other.tasks.get().description, task.description)


TEXT = st.text(max_size=12).filter(lambda text: not UNSTORABLE.search(text))
SPAN = [datetime.combine(date(year, 1, 1), time()) for year in (1990, 2100)]
MOMENTS = st.datetimes(*SPAN, timezones=st.just(UTC))
MAYBE = st.none() | MOMENTS
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
TASKS = st.fixed_dictionaries(
    {
        "title": TEXT, "description": TEXT, "typed": TEXT, "priority": st.integers(0, 3),
        "completed_at": MAYBE, "deleted_at": MAYBE, "created_at": MOMENTS, "updated_at": MOMENTS,
    },
    optional={"due_date": DAYS},
)  # fmt: skip
REPEATS = st.fixed_dictionaries(
    {
        "repeat": st.sampled_from(["", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,TH"]),
        "repeat_from": st.sampled_from(["due", "completion"]),
        "repeat_anchor": st.none() | DAYS,
        "missed": st.sampled_from(["pass", "keep"]),
        "due_time": st.none() | st.times(),
    }
)


@st.composite
def tasks(draw):
    """A task with its number of a list or None, its steps, and whether it has a place."""
    fields = draw(TASKS)
    if "due_date" in fields:
        fields |= draw(REPEATS)
    steps = draw(st.lists(st.tuples(TEXT, st.booleans(), MAYBE), max_size=2))
    return fields, draw(st.none() | st.integers(0, 1)), steps, draw(st.booleans())


@pytest.mark.django_db
@examples(50)
@given(tasks=st.lists(tasks(), max_size=5), archived_at=MAYBE)
def test_any_tasks_come_back_unchanged(tasks, archived_at):
    with transaction.atomic():
        ann, ben = add_user("a@example.org"), add_user("b@example.org")
        lists = [add_list(ann, "One"), add_list(ann, "Two", color="rose")]
        TaskList.everything.filter(pk=lists[0].pk).update(archived_at=archived_at)
        for number, (fields, task_list, steps, is_placed) in enumerate(tasks):
            home = None if task_list is None else lists[task_list]
            position = f"a{number}" if is_placed else ""
            made = ann.tasks.create(list=home, position=position, **fields)
            for title, done, deleted_at in steps:
                add_step(made, title, done=done, deleted_at=deleted_at)
        first = exported(ann)
        imported(ben, first)
        assert comparable(exported(ben)) == comparable(first)
        assert Step.everything.filter(user=ben).count() == Step.everything.filter(user=ann).count()
        transaction.set_rollback(True)


@pytest.mark.exhaustive
@pytest.mark.django_db
def test_2000_tasks_of_demo_data_come_back_unchanged():
    call_command("demo_data", users=1, tasks_per_user=2000, password="x", really=True, verbosity=0)
    ann, ben = User.objects.get(), add_user("ben@example.org")
    ann.tasks.first().move(to="top")
    first = exported(ann)
    act = imported(ben, first)
    assert comparable(exported(ben)) == comparable(first)
    assert ben.tasks.count() == 2000
    revert(act)
    assert (ben.tasks.count(), ben.lists.count(), ben.tags.count()) == (0, 0, 0)


class CommandTests(TestCase):
    def setUp(self):
        self.ann, self.ben = add_user(), add_user("ben@example.org")
        add_tasks(self.ann, "Milk")

    @pytest.fixture(autouse=True)
    def folder(self, tmp_path):
        self.file = tmp_path / "ann.json"

    def call(self, name, *args, **options):
        out = StringIO()
        call_command(name, *args, stdout=out, **options)
        return out.getvalue()

    def test_commands_export_and_import(self):
        out = self.call("export_user", "ann@example.org", str(self.file))
        self.assertEqual(out, f"Wrote {self.file}, {self.file.stat().st_size:,} bytes.\n")
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        out = self.call("import_tasks", "ben@example.org", str(self.file), dry_run=True)
        self.assertIn("Open tasks\n- Milk (task 1, Inbox)\n", out)
        self.assertIn("Would add 1 open tasks to ben@example.org.\n", out)
        self.assertIs(self.ben.tasks.exists(), False)
        out = self.call("import_tasks", "ben@example.org", str(self.file))
        self.assertIn("Added 1 open tasks to ben@example.org.\n", out)
        self.assertEqual([str(task) for task in self.ben.tasks.all()], ["Milk"])
        out = self.call("import_tasks", "ben@example.org", str(self.file))
        self.assertIn("Added nothing: the account already has everything in this file.\n", out)

    def test_commands_report_errors(self):
        self.file.write_text("Hello")
        for args, said in [
            (["export_user", "nobody@example.org", "x.json"], "There is no account"),
            (["export_user", "ann@example.org", "x.xlsx"], "must end with .json"),
            (["export_user", "ann@example.org", str(self.file)], "already exists."),
            (["export_user", "ann@example.org", "/nowhere/x.json"], "can't be written"),
            (["import_tasks", "ann@example.org", "/nowhere/x.json"], "can't be read"),
            (["import_tasks", "ann@example.org", str(self.file)], "no file that can be imported"),
        ]:
            with self.subTest(args), self.assertRaises(CommandError) as raised:
                self.call(*args)
            self.assertIn(said, str(raised.exception))
