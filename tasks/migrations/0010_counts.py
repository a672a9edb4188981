from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

INDEX = models.Index(
    condition=models.Q(("completed_at", None), ("deleted_at", None)),
    fields=["user", "list", "due_date"],
    name="tasks_task_counts",
)


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL makes the index beside all that goes on, and in no transaction

    dependencies = [
        ("tasks", "0009_owners"),
    ]

    operations = [
        # One that was stopped leaves an index behind that is of no use.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS tasks_task_counts", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(model_name="task", index=INDEX),
    ]
