from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q

INDEX = models.Index(
    F("user"),
    F("list"),
    F("completed_at").desc(),
    F("id").desc(),
    condition=Q(deleted_at=None) & ~Q(completed_at=None) & ~Q(list=None),
    name="tasks_task_list_done",
)


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL makes the index beside all that goes on, and in no transaction

    dependencies = [
        ("tasks", "0013_search_text"),
    ]

    operations = [
        # One that was stopped leaves an index behind that is of no use.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS tasks_task_list_done", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(model_name="task", index=INDEX),
    ]
