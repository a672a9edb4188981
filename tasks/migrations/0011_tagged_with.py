import django.db.models.deletion
from django.db import migrations, models

from accounts.migrating import patiently

CHANGES = 2000  # that are written in one transaction, but for those of one act that has more
TAG = "'tag %%'"  # the names that tags had among the columns of a task

# The changes of these acts that hold tags and columns, or several tags. They are locked first, and
# looked at then: another `migrate` may have written them while this one waited for the lock.
MIXED = f"""
    SELECT held.*, tags.names,
        ARRAY(SELECT jsonb_object_keys(before)) <@ tags.names AS is_tags_alone
    FROM (
        SELECT id, act_id, user_id, task_id, before, after FROM tasks_change
        WHERE act_id > %(after)d AND act_id <= %(last)d AND task_id IS NOT NULL AND step_id IS NULL
            AND tagged_with_id IS NULL AND before::text LIKE '%%"tag %%'
        ORDER BY id FOR UPDATE OFFSET 0
    ) AS held CROSS JOIN LATERAL (
        SELECT array_agg(name) AS names FROM jsonb_object_keys(before) AS name
        WHERE name LIKE {TAG}
    ) AS tags
    WHERE tags.names IS NOT NULL
"""
# Each tag becomes a change of its own; what held nothing else goes.
SPLIT = f"""
WITH mixed AS ({MIXED}), split AS (
    INSERT INTO tasks_change (act_id, user_id, task_id, tagged_with_id, before, after)
    SELECT act_id, user_id, task_id, substr(name, 5)::bigint,
        jsonb_build_object(name, before -> name), jsonb_build_object(name, after -> name)
    FROM mixed CROSS JOIN LATERAL unnest(names) AS name ORDER BY mixed.id, name
), gone AS (
    DELETE FROM tasks_change c USING mixed WHERE c.id = mixed.id AND is_tags_alone
)
UPDATE tasks_change c SET before = c.before - names, after = c.after - names
FROM mixed WHERE c.id = mixed.id AND NOT is_tags_alone
"""
# The other way: what an act changed in a task becomes one change, the first of them.
JOIN = """
WITH tagged AS (
    SELECT id, act_id, task_id, before, after FROM tasks_change
    WHERE act_id > %(after)d AND act_id <= %(last)d AND tagged_with_id IS NOT NULL FOR UPDATE
), whole AS (
    SELECT t.act_id, t.task_id, coalesce(min(c.id), min(t.id)) AS id,
        jsonb_object_agg(b.key, b.value) AS before, jsonb_object_agg(b.key, t.after -> b.key) AS after
    FROM tagged t CROSS JOIN LATERAL jsonb_each(t.before) AS b
    LEFT JOIN tasks_change c ON c.act_id = t.act_id AND c.task_id = t.task_id
        AND c.step_id IS NULL AND c.tagged_with_id IS NULL
    GROUP BY t.act_id, t.task_id
), gone AS (
    DELETE FROM tasks_change c USING tagged t
    WHERE c.id = t.id AND c.id NOT IN (SELECT id FROM whole)
)
UPDATE tasks_change c SET before = w.before || CASE WHEN c.tagged_with_id IS NULL THEN c.before
        ELSE '{}' END,
    after = w.after || CASE WHEN c.tagged_with_id IS NULL THEN c.after ELSE '{}' END,
    tagged_with_id = NULL
FROM whole w WHERE c.id = w.id
"""


def by_acts(connection, sql):
    """Run sql for all acts, some at a time, each part in a transaction of its own.

    It locks only the changes of these acts, and gives way to deletions. A run that stopped can be
    repeated: finished parts are left alone.
    """
    last = 0
    while True:
        after = last
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(act_id) FROM (SELECT act_id FROM tasks_change WHERE act_id > %s"
                " ORDER BY act_id LIMIT %s) AS part",
                [after, CHANGES],
            )
            (last,) = cursor.fetchone()
        if last is None:
            return
        patiently(connection, "tasks_change", sql % {"after": after, "last": last})


def split(apps, schema_editor):
    by_acts(schema_editor.connection, SPLIT)


def join(apps, schema_editor):
    by_acts(schema_editor.connection, JOIN)


def add_column(apps, schema_editor):
    sql = "ALTER TABLE tasks_change ADD COLUMN IF NOT EXISTS tagged_with_id bigint"
    patiently(schema_editor.connection, "tasks_change", sql)


def drop_column(apps, schema_editor):
    sql = "ALTER TABLE tasks_change DROP COLUMN IF EXISTS tagged_with_id"
    patiently(schema_editor.connection, "tasks_change", sql)


class Migration(migrations.Migration):
    atomic = False  # in many transactions, or it would lock what it has written until it ends

    dependencies = [
        ("tasks", "0010_counts"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(add_column, drop_column)],
            [
                migrations.AddField(
                    model_name="change",
                    name="tagged_with",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tasks.tag",
                    ),
                )
            ],
        ),
        migrations.RunPython(split, join),
    ]
