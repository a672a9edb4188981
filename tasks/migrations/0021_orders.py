from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q

from tasks.base.searched import IsEmpty

BY_DAY = models.Index(
    fields=["user", "due_date", "due_time", "-priority", "created_at", "id"],
    include=["list"],
    condition=Q(deleted_at=None, completed_at=None) & ~Q(due_date=None),
    name="tasks_task_by_day",
)
REPEATS = models.Index(
    fields=["user", "due_date", "due_time", "id"],
    condition=Q(deleted_at=None, completed_at=None) & ~Q(IsEmpty("repeat")),
    name="tasks_task_repeats",
)
CREATED = models.Index(
    fields=["user", "-created_at", "-id"],
    include=["deleted_at"],
    name="tasks_task_created",
)
BY_HAND = models.Index(
    F("user"),
    F("list"),
    IsEmpty("position"),
    F("position"),
    F("created_at"),
    F("id"),
    condition=Q(deleted_at=None, completed_at=None),
    name="tasks_task_by_hand",
)


def adding(index):
    """Return the operations that add an index of tasks.

    A migration that was stopped leaves an index behind that is of no use.
    """
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}"
    return [
        migrations.RunSQL(drop, migrations.RunSQL.noop),
        AddIndexConcurrently(model_name="task", index=index),
    ]


def removing(name):
    """Return the operations that remove an index of tasks, and add it again in reverse."""
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    return [
        RemoveIndexConcurrently(model_name="task", name=name),
        migrations.RunSQL(migrations.RunSQL.noop, drop),
    ]


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL makes an index beside all that goes on, and in no transaction

    dependencies = [
        ("tasks", "0020_digest_day"),
    ]

    operations = [
        *adding(BY_DAY),
        *adding(REPEATS),
        *adding(CREATED),
        *removing("tasks_task_due"),
        *removing("tasks_task_by_creation"),
        # Its SQL is the same, but Django knows it by another expression.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex(model_name="task", name="tasks_task_by_hand"),
                migrations.AddIndex(model_name="task", index=BY_HAND),
            ],
        ),
    ]
