"""The insertion of a new task by one statement, and the notification of new tasks."""

from django.db import connection


def notify(pks):
    """Notify listeners (manage.py watch_tasks), at the commit, of these new tasks."""
    with connection.cursor() as cursor:
        sql = "SELECT pg_notify('task_created', pk::text) FROM unnest(%s::bigint[]) AS pk"
        cursor.execute(sql, [pks])


# Inserts a new task with its act and its change, and notifies listeners. One statement does all or
# nothing. Of two with the same key, the second waits for the first and inserts nothing.
ADD = """
WITH act AS ({act} ON CONFLICT (user_id, key) DO NOTHING RETURNING id),
    task AS ({task} FROM act RETURNING id, list_id),
    change AS ({change} FROM act, task)
SELECT act.id, task.id, task.list_id, pg_notify('task_created', task.id::text) FROM act, task
"""
# The list of a new task; NULL, the Inbox, if the list was deleted in the meantime. The lock waits
# for a deletion that is under way, as the foreign key on the list would.
LIST_THERE = "(SELECT id FROM tasks_tasklist WHERE id = %s AND deleted_at IS NULL FOR KEY SHARE)"


def insert_once(task, act):
    """Insert a new task without tags, with its new act and its change.

    Return False, and insert nothing, if the user has an act with the same key.
    """
    act_sql, act_values = insertion(act)
    task_sql, task_values = insertion(task, list_id=LIST_THERE)
    change = act.newness_of(task)
    change_sql, change_values = insertion(change, act_id="act.id", task_id="task.id")
    with connection.cursor() as cursor:
        cursor.execute(
            ADD.format(act=act_sql, task=task_sql, change=change_sql),
            [*act_values, *task_values, *change_values],
        )
        new = cursor.fetchone()
    if not new:
        return False
    act.pk, task.pk, task.list_id, _ = new
    act._state.adding = task._state.adding = False
    return True


def insertion(row, **values):
    """Return the SQL that inserts a new row by a SELECT, up to its FROM, and its parameters.

    values has the SQL of columns that get another value than the row's; %s stands for the row's
    value.
    """
    names, selected, parameters = [], [], []
    for field in row._meta.concrete_fields:
        if field.primary_key or field.generated:
            continue
        sql = values.get(field.column, "%s")
        names.append(connection.ops.quote_name(field.column))
        selected.append(sql)
        if "%s" in sql:
            value = getattr(row, field.attname)
            parameters.append(field.get_db_prep_save(value, connection))
    table = connection.ops.quote_name(row._meta.db_table)
    sql = f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(selected)}"
    return sql, parameters
