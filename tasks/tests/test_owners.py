"""The rows of a user after the account has been deleted."""

from django.apps import apps
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.leaving import models_of_users
from accounts.models import User
from accounts.tests.people import add_user
from tasks.history import UntrackedChanges
from tasks.models import ColumnMapping, ImportPlan, Task
from tasks.reminders import Digest
from tasks.tests.test_queries import edit_often, fill
from tasks.undo import revert


def rows_left():
    """Return how many rows each model of tasks has, by the addresses of their users."""
    left = {}
    for model in apps.get_app_config("tasks").get_models():
        owners = model._base_manager.values_list(f"{models_of_users()[model]}__email", flat=True)
        left[model.__name__] = {email: list(owners).count(email) for email in owners}
    return left


class DeletionTests(TestCase):
    def add(self, email, tasks):
        """Return a new user with so many tasks and all their possible parts."""
        user = add_user(email)
        fill(user, tasks, 2, 2)
        edit_often(user, 2)
        series = user.tasks.open().last()
        user.tasks.open().exclude(pk=series.pk).update(series=series)
        user.lists.create(name="Gone", deleted_at=timezone.now())
        user.searches.create(name="Milk", q="milk")
        act = user.acts.latest("pk")
        revert(act)
        UntrackedChanges.objects.create(act=act, content={})
        ImportPlan.objects.keep(user, b"", file_name="mine.json")
        ColumnMapping.objects.keep(user, "hash", {})
        user.tasks.open().last().set_reminders([5])
        Digest.objects.create(user=user)
        user.let_support_look()
        return user

    def test_deletion_removes_all_rows_of_the_user_only(self):
        ann, ben = self.add("ann@example.org", 60), self.add("ben@example.org", 60)
        before = rows_left()
        self.assertEqual(len(before), 13)
        self.assertEqual({len(owners) for owners in before.values()}, {2})
        ann.delete()
        self.assertEqual(list(User.objects.all()), [ben])
        for owners in before.values():
            del owners["ann@example.org"]
        self.assertEqual(rows_left(), before)

    def test_deletion_takes_a_constant_number_of_queries(self):
        numbers = []
        for email, tasks in [("ann@example.org", 60), ("ben@example.org", 180)]:
            user = self.add(email, tasks)
            with CaptureQueriesContext(connection) as queries:
                user.delete()
            numbers.append(len(queries))
            self.assertEqual(Task.everything.count(), 0)
        self.assertEqual(numbers[0], numbers[1])

    def test_several_users_can_be_deleted_together(self):
        self.add("ann@example.org", 60)
        self.add("ben@example.org", 60)
        User.objects.all().delete()
        self.assertEqual(set(map(str, rows_left().values())), {"{}"})
