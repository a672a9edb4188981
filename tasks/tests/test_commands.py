import re
from collections import Counter
from datetime import time, timedelta
from io import StringIO
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.test import SimpleTestCase, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session, User
from accounts.tests.people import add_user
from tasks import demo
from tasks.management.commands import benchmark
from tasks.management.commands import demo_data as command
from tasks.models import Step, Tag, Task, TaskList, TaskTag
from tasks.tests import worst


def demo_data(*arguments):
    out = StringIO()
    call_command("demo_data", *arguments, stdout=out)
    return out.getvalue()


MANY = ["--users", "4", "--tasks-per-user", "500", "--password", "demo-Password-1"]
FEW = ["--users", "4", "--tasks-per-user", "5", "--password", "demo-Password-1"]


class BenchPagesTests(TestCase):
    @pytest.mark.exhaustive
    def test_each_page_is_shown_with_its_queries_and_nothing_is_written(self):
        ann = add_user("ann@example.org")
        ann.tasks.create(title="Milk")
        ann.tasks.create(title="Report", list=ann.lists.create(name="Work"))
        out = StringIO()
        call_command("bench_pages", "ANN@example.org", "--times", "1", stdout=out)
        head, *lines = out.getvalue().splitlines()
        self.assertEqual(head.split(), ["page", "CPU", "ms", "queries", "bytes"])
        queries = {line.split()[0]: line.split()[2] for line in lines}
        self.assertEqual((queries["/inbox/"], queries["/lists/{list}/"]), ("3", "3"))
        self.assertIn("there is no tag", lines[6])
        ann.refresh_from_db()
        self.assertEqual((Session.objects.count(), ann.last_login), (0, None))

    def test_unknown_user_is_an_error(self):
        with self.assertRaisesMessage(CommandError, "There is no account with the email a@b.c."):
            call_command("bench_pages", "a@b.c")


class BenchmarkTests(SimpleTestCase):
    """The benchmark needs no database, and prints the time of the worst text of each kind."""

    def test_worst_of_each_kind_is_shown_with_its_time(self):
        out = StringIO()
        short = ["every day FREQ"] * 3
        rules = ["FREQ=DAILY;COUNT=9", "FREQ=DAILY;COUNT=9;UNTIL=20260101"]
        with (
            mock.patch.object(benchmark, "worst_lines", lambda number, seed: short),
            mock.patch.object(worst, "rules", lambda: rules),
        ):
            call_command("benchmark", "--lines", "5", stdout=out)
        lines = [
            re.sub(r"[0-9]+\.[0-9] ms", "1.0 ms", line) for line in out.getvalue().splitlines()
        ]
        self.assertEqual(
            lines[:2],
            [
                "The worst line: 1.0 ms; the goal is 20 ms (every day FREQ)",
                "500 such lines pasted at once: 1.0 ms",
            ],
        )
        self.assertRegex(lines[2], r"^The worst search: 1.0 ms \(.+\)$")
        self.assertEqual(lines[3:], ["The worst repeat: 1.0 ms (FREQ=DAILY;COUNT=9)"])

    @pytest.mark.exhaustive
    def test_lines_are_full_and_the_same_for_the_same_seed(self):
        lines = benchmark.worst_lines(10, 3)
        self.assertEqual(lines, benchmark.worst_lines(10, 3))
        self.assertNotEqual(lines, benchmark.worst_lines(10, 4))
        self.assertGreater(len(lines), 5000)
        self.assertEqual({len(line) > 500 for line in lines}, {False})


@override_settings(DEBUG=True)
class ManyDemoTasksTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.output = demo_data(*MANY)

    def test_users_can_sign_in_and_have_believable_tasks(self):
        self.assertEqual(
            self.output, "Created 4 users and 2000 tasks; their password is demo-Password-1\n"
        )
        self.assertEqual(
            sorted(User.objects.values_list("email", flat=True)),
            [f"demo{n}@example.com" for n in (1, 2, 3, 4)],
        )
        self.assertEqual(EmailAddress.objects.filter(verified=True, primary=True).count(), 4)
        self.assertIs(User.objects.first().check_password("demo-Password-1"), True)
        self.assertEqual(
            Counter(Task.objects.values_list("user__email", flat=True))["demo3@example.com"], 500
        )
        self.assertAlmostEqual(Task.objects.completed().count(), 1200, delta=120)
        dated = Task.objects.exclude(due_date=None)
        self.assertAlmostEqual(dated.count(), 500, delta=80)
        days = [
            abs((day - timezone.now().date()).days)
            for day in dated.values_list("due_date", flat=True)
        ]
        self.assertLessEqual(max(days), 15)
        self.assertFalse(Task.objects.filter(created_at__gt=timezone.now()).exists())
        text = " ".join(Task.objects.values_list("title", flat=True))
        for piece in ["O'Brien", "🎂", "’"]:
            self.assertIn(piece, text)
        self.assertTrue(Task.objects.exclude(description="").exists())

    def test_tasks_have_lists_priorities_tags_and_steps(self):
        user = User.objects.get(email="demo2@example.com")
        lists = user.lists.by_hand().values_list("name", "color")
        self.assertEqual(list(lists), list(demo.LISTS.items()))
        self.assertEqual([tag.name for tag in user.tags.by_name()], demo.TAGS)
        self.assertEqual(
            set(Task.objects.values_list("list__name", flat=True)), {None, *demo.LISTS}
        )
        self.assertEqual(set(Task.objects.values_list("priority", flat=True)), {0, 1, 2, 3})
        tags = Counter(Task.objects.annotate(n=Count("tags")).values_list("n", flat=True))
        self.assertAlmostEqual(tags[0], 1400, delta=120)
        self.assertEqual(set(tags), {0, 1, 2})
        steps = Counter(Task.objects.annotate(n=Count("steps")).values_list("n", flat=True))
        self.assertAlmostEqual(steps[0], 1800, delta=80)
        self.assertEqual(set(steps), {0, 2, 3, 4, 5})
        undone = Task.objects.completed().filter(steps__done=False)
        self.assertEqual(undone.count(), 0)


@override_settings(DEBUG=True)
class DemoDataTests(TestCase):
    def tasks(self):
        """Return the contents of each task, in their order."""
        names = ["user__email", "title", "description", "due_date", "due_time"]
        tasks = Task.objects.order_by("pk").values_list(*names, "list__name", "priority")
        hung = TaskTag.objects.order_by("pk").values_list("task__title", "tag__name")
        steps = Step.objects.order_by("pk").values_list("task__title", "title", "done", "position")
        return list(tasks), list(hung), list(steps)

    def test_many_users_are_made_in_groups(self):
        with mock.patch.object(command, "GROUP", 3):
            demo_data(*FEW)
        counts = Task.objects.values_list("user__email").annotate(n=Count("pk"))
        self.assertEqual(dict(counts), {f"demo{n}@example.com": 5 for n in (1, 2, 3, 4)})
        self.assertEqual(TaskList.objects.count(), 20)

    @pytest.mark.exhaustive
    def test_same_seed_gives_the_same_tasks(self):
        demo_data(*MANY, "--seed", "7")
        first = self.tasks()
        User.objects.all().delete()
        demo_data(*MANY, "--seed", "7")
        self.assertEqual(self.tasks(), first)
        User.objects.all().delete()
        demo_data(*MANY, "--seed", "8")
        self.assertNotEqual(self.tasks(), first)

    def test_without_numbers_one_account_with_a_week_is_added(self):
        out = demo_data()
        user = User.objects.get()
        password = out.split()[-1]
        self.assertEqual(out, f"Sign in as demo1@example.com with the password {password}\n")
        self.assertIs(user.check_password(password), True)
        self.assertEqual(user.name, "Maya Stern")
        with self.assertRaisesMessage(CommandError, "demo1@example.com already exists"):
            demo_data()

    def test_week_fills_every_page(self):
        """The numbers are as in the mock-up: open tasks of each list, and due tasks."""
        demo_data()
        user = User.objects.get()
        tasks, today = user.tasks, user.today()
        counts = Counter(tasks.open().values_list("list__name", flat=True))
        self.assertEqual(
            counts,
            {None: 5, "Home": 8, "Work": 12, "Errands": 3, "Garden project": 9, "Reading": 21},
        )
        self.assertEqual(
            [task.title for task in tasks.due_by(today).order_by("due_date", "due_time", "pk")],
            [
                "Send the Q1 invoice to Hollis & Grey",
                "Water the fern and the two orchids",
                "Finish the pitch deck for Thursday",
                "Call the dentist about Noah’s appointment",
                "Pick up the parcel from the corner shop",
                "Plan the raised beds and order soil",
            ],
        )
        self.assertEqual(tasks.open().filter(due_date__gt=today).count(), 10)
        midnight = user.now().replace(hour=0, minute=0, second=0, microsecond=0)
        done = [tasks.filter(completed_at__gte=midnight).count(), tasks.completed().count()]
        self.assertEqual(done, [2, 6])
        deck = tasks.get(title__startswith="Finish the pitch deck")
        self.assertEqual((deck.due_time, deck.priority, deck.list.name), (time(15), 3, "Work"))
        self.assertEqual([tag.name for tag in deck.tags.all()], ["deep-work"])
        self.assertEqual(
            [step.done for step in deck.steps.by_hand()], [True, True, False, False, False]
        )
        self.assertEqual(set(tasks.values_list("tags__name", flat=True)), {None, *demo.TAGS})

    @override_settings(DEBUG=False)
    def test_refuses_a_real_site_unless_told(self):
        with self.assertRaisesMessage(CommandError, "DEBUG is off"):
            demo_data(*FEW)
        self.assertEqual(User.objects.count(), 0)
        demo_data(*FEW, "--really")
        self.assertEqual(User.objects.count(), 4)

    def test_both_numbers_are_required(self):
        with self.assertRaisesMessage(CommandError, "belong together"):
            demo_data("--users", "3")

    def test_fewer_than_one_is_refused(self):
        for users, tasks in [("0", "5"), ("5", "0"), ("-1", "-1")]:
            with self.assertRaisesMessage(CommandError, "must be 1 or more."):
                demo_data("--users", users, "--tasks-per-user", tasks)
        self.assertEqual(User.objects.count(), 0)

    def test_one_user_with_many_tasks_takes_no_more_memory(self):
        with (
            mock.patch.object(command, "BATCH", 100),
            mock.patch.object(command, "add_batch", wraps=command.add_batch) as add,
        ):
            demo_data("--users", "1", "--tasks-per-user", "250", "--password", "x")
        self.assertEqual([len(call.args[0]) for call in add.call_args_list], [100, 100, 50])
        self.assertEqual(Task.objects.count(), 250)


@pytest.mark.pooler
class PurgeHistoryTests(TestCase):
    def purge(self, *arguments):
        out = StringIO()
        call_command("purge_history", *arguments, stdout=out)
        return out.getvalue()

    def test_old_acts_are_purged_and_recent_ones_stay(self):
        ann, now = add_user(), timezone.now()
        for days in (0, 29, 31, 400):
            ann.acts.create(kind="add", created_at=now - timedelta(days=days))
            ann.events.create(kind="signed out", created_at=now - timedelta(days=days))
        would = "Would delete 2 acts and 2 events older than 30 days.\n"
        self.assertEqual(self.purge("--dry-run"), would)
        self.assertEqual((ann.acts.count(), ann.events.count()), (4, 4))
        self.assertEqual(self.purge(), "Deleted 2 acts and 2 events older than 30 days.\n")
        said = "Deleted 1 act and 1 event older than 7 days.\n"
        self.assertEqual(self.purge("--days", "7"), said)
        self.assertEqual([act.created_at for act in ann.acts.all()], [now])
        self.assertEqual([event.created_at for event in ann.events.all()], [now])

    def test_titles_in_the_admins_log_are_removed_at_any_age(self):
        """A version before 0009 writes them until its last worker has stopped."""
        ann = add_user(is_staff=True)
        rows = [(Task, "5", "Milk"), (Task, "6", "(task 7)"), (Task, "8", "(task 8)")]
        for model, pk, words in [*rows, (User, ann.pk, "ann@example.org")]:
            kind = ContentType.objects.get_for_model(model)
            LogEntry.objects.create(
                user=ann, content_type=kind, object_id=pk, object_repr=words, action_flag=CHANGE
            )
        before = self.log()
        self.purge("--dry-run")
        self.assertEqual(self.log(), before)
        said = "Deleted 0 acts and 0 events older than 30 days.\n"
        self.assertEqual(self.purge(), f"{said}Took 2 titles out of the admin's log.\n")
        after = ["(task 5)", "(task 6)", "(task 8)", "ann@example.org"]
        self.assertEqual(self.log(), after)
        self.assertEqual(self.purge(), said)

    def log(self):
        return list(LogEntry.objects.order_by("pk").values_list("object_repr", flat=True))

    def test_invalid_number_of_days_is_refused(self):
        for days in ("0", "-1", "99999"):
            with self.assertRaisesMessage(CommandError, "--days must be from 1 to 36500."):
                self.purge("--days", days)


@pytest.mark.pooler
class PurgeTrashTests(TestCase):
    KINDS = [Task, TaskList, Tag, Step]

    def purge(self, *arguments):
        out = StringIO()
        call_command("purge_trash", *arguments, stdout=out)
        return out.getvalue()

    def left(self):
        return [kind.everything.count() for kind in self.KINDS]

    def delete(self, days, *rows):
        """Put rows into the trash, as if done that many days ago."""
        moment = timezone.now() - timedelta(days=days)
        for row in rows:
            row.delete_softly()
            type(row).everything.filter(pk=row.pk).update(deleted_at=moment)

    def test_old_rows_of_the_trash_are_purged(self):
        ann = add_user()
        home = ann.lists.create(name="Home")
        calls, family = (ann.tags.create(name=name) for name in ["calls", "family"])
        kept, *tasks = (ann.tasks.create(title=title, list=home) for title in "abcde")
        for task in [kept, *tasks]:
            task.attach([calls])
        steps = [tasks[0].steps.create(user=ann, title=title) for title in "abc"]
        steps += [kept.steps.create(user=ann, title=title) for title in "ab"]
        self.delete(31, *steps[1:4], *tasks[:3], home, calls, family)
        self.delete(29, tasks[3])
        self.assertEqual(self.left(), [5, 1, 2, 5])
        words = "delete 3 tasks, 1 list, 2 tags and 3 steps that were in the trash for 30 days.\n"
        self.assertEqual(self.purge("--dry-run"), f"Would {words}")
        self.assertEqual(self.left(), [5, 1, 2, 5])
        self.assertEqual(self.purge(), words.replace("delete", "Deleted"))
        self.assertEqual(list(Task.everything.order_by("pk")), [kept, tasks[3]])
        self.assertEqual(self.left(), [2, 0, 0, 1])
        self.assertEqual(TaskTag.objects.count(), 0)
        self.assertEqual(
            self.purge("--days", "1"),
            "Deleted 1 task, 0 lists, 0 tags and 0 steps that were in the trash for 1 day.\n",
        )

    def test_purge_uses_short_statements(self):
        ann = add_user()
        self.delete(31, *(ann.tasks.create(title=title) for title in "abcde"))
        with mock.patch("tasks.history.BATCH", 2), CaptureQueriesContext(connection) as queries:
            self.assertIn("Deleted 5 tasks, ", self.purge())
        deletions = [q for q in queries if q["sql"].startswith('DELETE FROM "tasks_task" ')]
        self.assertEqual(len(deletions), 3)

    def test_invalid_number_of_days_is_refused(self):
        with self.assertRaisesMessage(CommandError, "--days must be from 1 to 36500."):
            self.purge("--days", "0")
