import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The keys of these on their user had Django's names and rules. They keep the names.
ACCOUNTS = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT conrelid::regclass AS tab, conname FROM pg_constraint
        WHERE contype = 'f' AND confrelid = 'accounts_user'::regclass AND conrelid IN (
            'tasks_task'::regclass, 'tasks_tasklist'::regclass, 'tasks_tag'::regclass,
            'tasks_act'::regclass, 'tasks_savedsearch'::regclass
        )
    LOOP
        EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I', one.tab, one.conname);
        EXECUTE format(
            'ALTER TABLE %%s ADD CONSTRAINT %%I FOREIGN KEY (user_id) REFERENCES accounts_user (id)'
            '%s DEFERRABLE INITIALLY DEFERRED', one.tab, one.conname
        );
    END LOOP;
END $$
"""
PARTS = [  # (table, column, what it is a part of)
    ("tasks_tasktag", "task", "tasks_task"),
    ("tasks_tasktag", "tag", "tasks_tag"),
    ("tasks_step", "task", "tasks_task"),
]


def key_of_part(table, column, parent, rule):
    """Return SQL that gives a key of 0003, from a part to its whole, another rule of deletion."""
    name = f"{table}_{column}_of_user"
    return (
        f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name}"
        f" FOREIGN KEY ({column}_id, user_id) REFERENCES {parent} (id, user_id){rule}"
    )


class Migration(migrations.Migration):
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
        migrations.RunSQL(ACCOUNTS % " ON DELETE CASCADE", ACCOUNTS % ""),
        *[
            migrations.RunSQL(key_of_part(*part, " ON DELETE CASCADE"), key_of_part(*part, ""))
            for part in PARTS
        ],
        # The admin's log held titles of tasks; support reads them no more, nor does it write them.
        migrations.RunSQL(
            "UPDATE django_admin_log SET object_repr = '(task ' || object_id || ')'"
            " WHERE content_type_id = ("
            "SELECT id FROM django_content_type WHERE app_label = 'tasks' AND model = 'task')",
            migrations.RunSQL.noop,
        ),
    ]
