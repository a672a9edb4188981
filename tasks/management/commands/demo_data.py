from itertools import islice
from random import Random

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError
from django.db import reset_queries, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from fractional_indexing import generate_n_keys_between

from accounts.management.base import ExampleCommand, direct
from accounts.models import User
from tasks import demo
from tasks.models import Step, Tag, Task, TaskList, TaskTag

BATCH = 5000
GROUP = 500  # users whose lists and tags are held at a time
KEYS = generate_n_keys_between(None, None, 10)  # positions of lists, and of the steps of a task


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
        parser.add_argument("--seed", type=int, default=1, help="seed of the random tasks")
        parser.add_argument("--really", action="store_true", help="also when DEBUG is off")

    @direct
    @transaction.atomic
    def handle(
        self,
        *,
        users,
        tasks_per_user,
        password,
        seed,
        really,
        **options,
    ):
        refuse(users, tasks_per_user, really)
        password = password or get_random_string(12)
        if users is None:
            self.add_week(password)
        else:
            self.add_many(users, tasks_per_user, password, seed)

    def add_week(self, password):
        """Add one account with a week that shows the product."""
        (demo_user,) = add_users(1, password, name="Maya Stern")
        add_tasks([demo_user], lambda user: demo.week(user.now()))
        self.stdout.write(f"Sign in as {demo_user.email} with the password {password}")

    def add_many(self, number, tasks_per_user, password, seed):
        """Add so many users with random tasks."""
        random = Random(seed)
        now = timezone.now()

        def tasks_of(user):
            return (demo.task(random, now) for _ in range(tasks_per_user))

        users = add_users(number, password)
        add_tasks(users, tasks_of)
        total = number * tasks_per_user
        self.stdout.write(f"Created {number} users and {total} tasks; their password is {password}")


def refuse(users, tasks_per_user, really):
    """Raise CommandError for a production site, or for numbers that make no sense together."""
    if not settings.DEBUG and not really:
        raise CommandError(
            "DEBUG is off, so this may be a production site. --really adds demo users anyway."
        )
    if (users is None) != (tasks_per_user is None):
        raise CommandError("--users and --tasks-per-user belong together.")
    if users is not None and min(users, tasks_per_user) < 1:
        raise CommandError("--users and --tasks-per-user must be 1 or more.")


def add_users(number, password, **fields):
    """Return new users demo1@example.com, … with confirmed addresses."""
    emails = [f"demo{n}@example.com" for n in range(1, number + 1)]
    known = User.objects.filter(email__in=emails)
    if there := known.order_by("created_at").first():
        raise CommandError(f"{there.email} already exists. Delete the demo users first.")
    secret = make_password(password)
    users = [User(email=email, password=secret, **fields) for email in emails]
    User.objects.bulk_create(users, BATCH)
    addresses = [address_of(user) for user in users]
    EmailAddress.objects.bulk_create(addresses, BATCH)
    return users


def address_of(user):
    """Return the address of a new user, which counts as confirmed."""
    return EmailAddress(
        user=user,
        email=user.email,
        verified=True,
        primary=True,
    )


def add_tasks(users, tasks_of):
    """Give each user lists, tags and the tasks that tasks_of yields, see demo.task().

    Only one batch of them is in memory at a time.
    """
    for start in range(0, len(users), GROUP):
        group = users[start : start + GROUP]
        lists = add_lists(group)
        tags = add_tags(group)
        made_up = ((user.pk, fields) for user in group for fields in tasks_of(user))
        while batch := list(islice(made_up, BATCH)):
            add_batch(batch, lists, tags)
            reset_queries()  # with DEBUG on, Django keeps all queries


def add_lists(users):
    """Give each user the lists of the demo. Return their ids by user and name."""
    lists = TaskList.objects.bulk_create(
        TaskList(
            user=user,
            name=name,
            color=color,
            position=position,
        )
        for user in users
        for position, (name, color) in zip(KEYS, demo.LISTS.items(), strict=False)
    )
    return {(one.user_id, one.name): one.pk for one in lists}


def add_tags(users):
    """Give each user the tags of the demo. Return their ids by user and name."""
    tags = Tag.objects.bulk_create(
        Tag(user=user, name=name) for user in users for name in demo.TAGS
    )
    return {(tag.user_id, tag.name): tag.pk for tag in tags}


def add_batch(batch, lists, tags):
    """Add tasks, each as (id of its user, its fields), with their tags and steps."""
    parts = [(fields.pop("tags"), fields.pop("steps")) for _, fields in batch]
    tasks = Task.objects.bulk_create(
        Task(
            user_id=user,
            list_id=lists.get((user, fields.pop("list"))),
            **fields,
        )
        for user, fields in batch
    )
    TaskTag.objects.bulk_create(
        TaskTag(
            user_id=task.user_id,
            task_id=task.pk,
            tag_id=tags[task.user_id, name],
        )
        for task, (names, _) in zip(tasks, parts, strict=True)
        for name in names
    )
    Step.objects.bulk_create(
        Step(
            user_id=task.user_id,
            task_id=task.pk,
            title=title,
            done=done,
            position=position,
        )
        for task, (_, steps) in zip(tasks, parts, strict=True)
        for position, (title, done) in zip(KEYS, steps, strict=False)
    )
