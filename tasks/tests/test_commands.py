from collections import Counter
from datetime import timedelta
from io import StringIO
from unittest import mock

from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.models import User
from accounts.tests.people import add_user
from tasks.models import Task


def demo_data(*arguments):
    out = StringIO()
    call_command("demo_data", *arguments, stdout=out)
    return out.getvalue()


MANY = ["--users", "4", "--tasks-per-user", "500", "--password", "demo-Password-1"]


@override_settings(DEBUG=True)
class DemoDataTests(TestCase):
    def tasks(self):
        names = ["user__email", "title", "description", "due_date", "due_time"]
        return list(Task.objects.order_by("pk").values_list(*names))

    def test_users_can_sign_in_and_have_believable_tasks(self):
        self.assertEqual(
            demo_data(*MANY), "Made 4 users and 2000 tasks; their password is demo-Password-1\n"
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
        counts = Task.objects.counts()
        self.assertAlmostEqual(counts["completed"], 1200, delta=120)
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

    def test_same_seed_same_tasks(self):
        demo_data(*MANY, "--seed", "7")
        first = self.tasks()
        User.objects.all().delete()
        demo_data(*MANY, "--seed", "7")
        self.assertEqual(self.tasks(), first)
        User.objects.all().delete()
        demo_data(*MANY, "--seed", "8")
        self.assertNotEqual(self.tasks(), first)

    def test_without_numbers_one_account_with_a_week(self):
        out = demo_data()
        user = User.objects.get()
        password = out.split()[-1]
        self.assertEqual(out, f"Sign in as demo1@example.com with the password {password}\n")
        self.assertIs(user.check_password(password), True)
        self.assertEqual(user.tasks.counts(), {"pending": 8, "completed": 1})
        with self.assertRaisesMessage(CommandError, "demo1@example.com is there already"):
            demo_data()

    @override_settings(DEBUG=False)
    def test_refuses_a_real_site_unless_told(self):
        with self.assertRaisesMessage(CommandError, "DEBUG is off"):
            demo_data(*MANY)
        self.assertEqual(User.objects.count(), 0)
        demo_data(*MANY, "--really")
        self.assertEqual(User.objects.count(), 4)

    def test_numbers_belong_together(self):
        with self.assertRaisesMessage(CommandError, "belong together"):
            demo_data("--users", "3")

    def test_fewer_than_one_is_refused(self):
        for users, tasks in [("0", "5"), ("5", "0"), ("-1", "-1")]:
            with self.assertRaisesMessage(CommandError, "must be 1 or more."):
                demo_data("--users", users, "--tasks-per-user", tasks)
        self.assertEqual(User.objects.count(), 0)

    def test_one_user_with_many_tasks_takes_no_more_memory(self):
        with (
            mock.patch("tasks.management.commands.demo_data.BATCH", 100),
            mock.patch.object(Task.objects, "bulk_create") as create,
        ):
            demo_data("--users", "1", "--tasks-per-user", "250", "--password", "x")
        self.assertEqual([len(call.args[0]) for call in create.call_args_list], [100, 100, 50])


class PurgeHistoryTests(TestCase):
    def purge(self, *arguments):
        out = StringIO()
        call_command("purge_history", *arguments, stdout=out)
        return out.getvalue()

    def test_old_acts_go_and_young_ones_stay(self):
        ann, now = add_user(), timezone.now()
        for days in (0, 29, 31, 400):
            ann.acts.create(kind="add", created_at=now - timedelta(days=days))
        self.assertEqual(self.purge("--dry-run"), "Would delete 2 acts older than 30 days.\n")
        self.assertEqual(ann.acts.count(), 4)
        self.assertEqual(self.purge(), "Deleted 2 acts older than 30 days.\n")
        self.assertEqual(self.purge("--days", "7"), "Deleted 1 acts older than 7 days.\n")
        self.assertEqual([act.created_at for act in ann.acts.all()], [now])

    def test_days_that_make_no_sense_are_refused(self):
        for days in ("0", "-1", "99999"):
            with self.assertRaisesMessage(CommandError, "--days must be from 1 to 36500."):
                self.purge("--days", days)
