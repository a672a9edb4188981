from itertools import islice
from random import Random

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError
from django.db import reset_queries, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.management.base import ExampleCommand, direct
from accounts.models import User
from tasks import demo
from tasks.models import Task

BATCH = 5000


class Command(ExampleCommand):
    help = (
        "Make users demo1@example.com, demo2@… with believable tasks, the same for the same seed."
        " Without numbers: one account with a week that shows the product."
    )
    example = "manage.py demo_data --users 10 --tasks-per-user 200 --password demo-Password-1"

    def add_arguments(self, parser):
        parser.add_argument("--users", type=int, help="how many users")
        parser.add_argument("--tasks-per-user", type=int, help="how many tasks each has")
        parser.add_argument("--password", help="the password of all of them; made up if not given")
        parser.add_argument("--seed", type=int, default=1, help="another number, other tasks")
        parser.add_argument("--really", action="store_true", help="even where DEBUG is off")

    @direct
    @transaction.atomic
    def handle(self, *, users, tasks_per_user, password, seed, really, **options):
        if not settings.DEBUG and not really:
            raise CommandError(
                "This is no place for made-up users (DEBUG is off); or add --really."
            )
        if (users is None) != (tasks_per_user is None):
            raise CommandError("--users and --tasks-per-user belong together.")
        if users is not None and min(users, tasks_per_user) < 1:
            raise CommandError("--users and --tasks-per-user must be 1 or more.")
        password = password or get_random_string(12)
        if users is None:
            (demo_user,) = add_users(1, password)
            show(demo_user)
            self.stdout.write(f"Sign in as {demo_user.email} with the password {password}")
            return
        made = add_users(users, password)
        add_tasks(made, tasks_per_user, Random(seed))
        total = users * tasks_per_user
        self.stdout.write(f"Made {users} users and {total} tasks; their password is {password}")


def add_users(number, password):
    """Return new users demo1@example.com, … with confirmed addresses."""
    emails = [f"demo{n}@example.com" for n in range(1, number + 1)]
    if there := User.objects.filter(email__in=emails).order_by("created_at").first():
        raise CommandError(f"{there.email} is there already; delete the demo users first.")
    secret = make_password(password)
    users = [User(email=email, password=secret) for email in emails]
    User.objects.bulk_create(users, BATCH)
    EmailAddress.objects.bulk_create(
        (EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in users), BATCH
    )
    return users


def add_tasks(users, number, random):
    """Give each user that many tasks. Holds a batch of them at a time, however many there are."""
    now = timezone.now()
    tasks = (Task(user=user, **demo.task(random, now)) for user in users for _ in range(number))
    while batch := list(islice(tasks, BATCH)):
        Task.objects.bulk_create(batch)
        reset_queries()  # with DEBUG Django keeps them all


def show(user):
    for fields in demo.week(user.today()):
        done = fields.pop("done", False)
        task = user.tasks.create(**fields)
        if done:
            task.complete()
