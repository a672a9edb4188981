import time

import django.db.models.functions.text
from django.core.management.base import CommandError
from django.db import migrations, models

import tasks.base.searched
from accounts import migrating
from accounts.migrating import patiently

# tasks.search.fold(), as PostgreSQL has it. Not STRICT, so that it is put in where it is called; and
# most texts are ASCII, which is many times as fast. tasks_fold() stays as it is: the column `folded`,
# by which the version before searches, is made with it.
BEFORE = "\u00b4\u2033"  # which NFKD would take apart
FOLD = rf"""
CREATE OR REPLACE FUNCTION tasks_fold_2(words text) RETURNS text
IMMUTABLE PARALLEL SAFE LANGUAGE sql
RETURN CASE WHEN octet_length(words) = length(words) THEN lower(words) ELSE tasks_fold_2_letters(
    replace(replace(replace(replace(translate(lower(
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        normalize(translate(words, '{BEFORE}', '''"'), NFKD),
        '[\u00ad\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7'
        '\u0640\u064b-\u065f\u0670\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]', '', 'g'),
        '[\u02b9\u02bb\u02bc\u055a\u05f3\u2018-\u201b\u2032]', '''', 'g'),
        '[\u05f4\u201c-\u201f]', '"', 'g'),
        '[\u05be\u2010-\u2015\u2212]', '-', 'g'),
        '[\u2044\u2215]', '/', 'g')
    ), 'øłđðħıς', 'olddhiσ'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')) END
"""
# One replace() for each letter: translate() looks each letter up in the whole of its list.
ARABIC = {"\u0643": "\u06a9", "\u064a": "\u06cc", "\u0649": "\u06cc"}
ARABIC |= {chr(zero + digit): str(digit) for zero in (0x660, 0x6F0) for digit in range(10)}
KATAKANA = {chr(code): chr(code - 96) for code in [*range(0x30A1, 0x30F7), 0x30FD, 0x30FE]}


def replaced(letters):
    """Return an expression for `folded` with each of letters as it maps them."""
    sql = "folded"
    for letter, other in letters.items():
        sql = f"replace({sql}, '{letter}', '{other}')"
    return sql


LETTERS = rf"""
CREATE OR REPLACE FUNCTION tasks_fold_2_letters(folded text) RETURNS text
IMMUTABLE PARALLEL SAFE LANGUAGE plpgsql AS $$
BEGIN
    IF folded ~ '[\u0643\u0649\u064a\u0660-\u0669\u06f0-\u06f9]' THEN
        folded := {replaced(ARABIC)};
    END IF;
    IF folded ~ '[\u30a1-\u30f6\u30fd\u30fe]' THEN
        folded := {replaced(KATAKANA)};
    END IF;
    RETURN folded;
END $$
"""
# To Django the column is a generated one, which it never writes; to the database it is a plain one,
# which a trigger writes: a generated column would write the whole table anew, behind a lock. FROM
# CURRENT, since what restores a table does so without a search path.
KEEP = r"""
CREATE OR REPLACE FUNCTION tasks_task_search_text() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    NEW.search_text := tasks_fold_2(NEW.title || E'\n' || NEW.description);
    RETURN NEW;
END $$
"""
COLUMN = "ALTER TABLE tasks_task ADD COLUMN IF NOT EXISTS search_text text"
TRIGGER = """
CREATE OR REPLACE TRIGGER tasks_task_search_text
BEFORE INSERT OR UPDATE OF title, description, search_text ON tasks_task
FOR EACH ROW EXECUTE FUNCTION tasks_task_search_text()
"""
ROWS = 500  # that are written in one transaction: an act on one of them waits so long at most
LAST = """
SELECT max(id) FROM (SELECT id FROM tasks_task WHERE id > %s ORDER BY id LIMIT %s) AS part
"""
# Rows that an act has locked are left for later, so that this waits for none and none for it.
FILL = """
UPDATE tasks_task t SET search_text = '' FROM (
    SELECT id FROM tasks_task WHERE id > {after} AND id <= {last} AND search_text IS NULL
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
) AS part WHERE t.id = part.id
"""
CHECK = "tasks_task_search_text_there"


def add_column(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute(LETTERS)
        cursor.execute(FOLD)
        cursor.execute(KEEP)
    patiently(connection, "tasks_task", COLUMN, TRIGGER)


def fill(apps, schema_editor):
    """Fold the tasks that were there before, some at a time, each part in its own transaction."""
    connection = schema_editor.connection
    for left in reversed(range(migrating.TRIES)):
        fill_once(connection)
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM tasks_task WHERE search_text IS NULL)")
            ((is_any_left,),) = cursor.fetchall()
        if not is_any_left:
            return
        if left:
            time.sleep(migrating.PAUSE)
    raise CommandError(migrating.in_use("tasks_task"))


def fill_once(connection):
    """Fold the tasks that no act has locked."""
    last = 0
    while True:
        after = last
        with connection.cursor() as cursor:
            cursor.execute(LAST, [after, ROWS])
            ((last,),) = cursor.fetchall()
        if last is None:
            return
        patiently(connection, "tasks_task", FILL.format(after=after, last=last))


def refuse_null(apps, schema_editor):
    """Have the database refuse a task without search_text, and check the tasks without a lock."""
    connection = schema_editor.connection
    patiently(
        connection,
        "tasks_task",
        f"ALTER TABLE tasks_task DROP CONSTRAINT IF EXISTS {CHECK},"
        f" ADD CONSTRAINT {CHECK} CHECK (search_text IS NOT NULL) NOT VALID",
    )
    patiently(connection, "tasks_task", f"ALTER TABLE tasks_task VALIDATE CONSTRAINT {CHECK}")
    # In two statements: one alone drops first, and then looks at each task behind its lock.
    patiently(
        connection,
        "tasks_task",
        "ALTER TABLE tasks_task ALTER search_text SET NOT NULL",
        f"ALTER TABLE tasks_task DROP CONSTRAINT {CHECK}",
    )


def drop_column(apps, schema_editor):
    connection = schema_editor.connection
    patiently(
        connection,
        "tasks_task",
        "DROP TRIGGER IF EXISTS tasks_task_search_text ON tasks_task",
        "ALTER TABLE tasks_task DROP COLUMN IF EXISTS search_text",
        "DROP FUNCTION IF EXISTS tasks_task_search_text()",
        "DROP FUNCTION IF EXISTS tasks_fold_2(text)",
        "DROP FUNCTION IF EXISTS tasks_fold_2_letters(text)",
    )


class Migration(migrations.Migration):
    atomic = False  # in many transactions, or it would lock what it has written until it ends

    dependencies = [
        ("tasks", "0012_act_browser"),
    ]

    operations = [
        migrations.RunPython(add_column, drop_column),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(refuse_null, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            [],
            [
                # The version before reads the column `folded`; a later one drops it.
                migrations.RemoveField(model_name="task", name="folded"),
                migrations.AddField(
                    model_name="task",
                    name="search_text",
                    field=tasks.base.searched.TriggeredField(
                        db_persist=True,
                        expression=tasks.base.searched.Fold(
                            django.db.models.functions.text.Concat(
                                "title",
                                models.Value("\n"),
                                "description",
                                output_field=models.TextField(),
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
            ],
        ),
    ]
