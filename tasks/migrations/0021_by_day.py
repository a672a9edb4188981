from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

BY_DAY = models.Index(
    fields=["user", "due_date", "due_time", "-priority", "created_at", "id"],
    include=["list"],
    condition=Q(deleted_at=None, completed_at=None) & ~Q(due_date=None),
    name="tasks_task_by_day",
)
REPEATS = models.Index(
    fields=["user", "due_date", "due_time", "id"],
    condition=Q(deleted_at=None, completed_at=None) & ~Q(repeat=""),
    name="tasks_task_repeats",
)


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL makes an index beside all that goes on, and in no transaction

    dependencies = [
        ("tasks", "0020_digest_day"),
    ]

    operations = [
        # A migration that was stopped leaves an index behind that is of no use.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS tasks_task_by_day", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(model_name="task", index=BY_DAY),
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS tasks_task_repeats", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(model_name="task", index=REPEATS),
        RemoveIndexConcurrently(model_name="task", name="tasks_task_due"),
    ]
