import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.migrating import patiently

# (table, its columns, table they refer to, columns there, when PostgreSQL checks). Keys on users have
# Django's names, and keep them.
USERS = ["accounts_user", "id", " DEFERRABLE INITIALLY DEFERRED"]
KEYS = [
    ("tasks_task", "user_id", *USERS),
    ("tasks_tasklist", "user_id", *USERS),
    ("tasks_tag", "user_id", *USERS),
    ("tasks_act", "user_id", *USERS),
    ("tasks_savedsearch", "user_id", *USERS),
    ("tasks_tasktag", "task_id, user_id", "tasks_task", "id, user_id", ""),
    ("tasks_tasktag", "tag_id, user_id", "tasks_tag", "id, user_id", ""),
    ("tasks_step", "task_id, user_id", "tasks_task", "id, user_id", ""),
]
STATE = """
SELECT conname, confdeltype, convalidated FROM pg_constraint
WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid = %s::regclass
"""


def give_rule(connection, rule, code):
    """Give all foreign keys a rule of deletion, as SQL and as pg_constraint.confdeltype has it.

    Each key is changed by itself, and validated in a transaction of its own, while rows can be read
    and written. Keys that have the rule are skipped, so a run that stopped can be continued.
    """
    for table, columns, parent, there, when in KEYS:
        with connection.cursor() as cursor:
            cursor.execute(STATE, [table, parent])
            keys = cursor.fetchall()
        for name, now, is_checked in keys:
            if now != code:
                patiently(
                    connection,
                    table,
                    # In the order of an act: it locks its user first, and a task before its steps.
                    f"LOCK TABLE {parent}, {table} IN ACCESS EXCLUSIVE MODE",
                    f'ALTER TABLE {table} DROP CONSTRAINT "{name}", ADD CONSTRAINT "{name}"'
                    f" FOREIGN KEY ({columns}) REFERENCES {parent} ({there}){rule}{when} NOT VALID",
                )
            if now != code or not is_checked:
                patiently(connection, table, f'ALTER TABLE {table} VALIDATE CONSTRAINT "{name}"')


def delete_with_owner(apps, schema_editor):
    give_rule(schema_editor.connection, " ON DELETE CASCADE", "c")


def refuse_to_delete(apps, schema_editor):
    give_rule(schema_editor.connection, "", "a")


class Migration(migrations.Migration):
    atomic = False  # each key in transactions of its own, or it locks all tables for long

    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("tasks", "0008_repeats"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # The database deletes what is a user's with the user: Django fetches each row first.
        *[
            migrations.AlterField(
                model_name=model,
                name="user",
                field=models.ForeignKey(
                    db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name=name,
                    to=settings.AUTH_USER_MODEL,
                ),
            )
            for model, name in (
                ("act", "acts"),
                ("savedsearch", "searches"),
                ("tag", "tags"),
                ("task", "tasks"),
                ("tasklist", "lists"),
            )
        ],
        migrations.RunPython(delete_with_owner, refuse_to_delete),
        # The admin's log held titles of tasks; support reads them no more, nor does it write them.
        migrations.RunSQL(
            "UPDATE django_admin_log SET object_repr = '(task ' || object_id || ')'"
            " WHERE content_type_id = ("
            "SELECT id FROM django_content_type WHERE app_label = 'tasks' AND model = 'task')",
            migrations.RunSQL.noop,
        ),
    ]
