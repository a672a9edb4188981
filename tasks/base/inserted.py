"""Inserting a new task by one statement, and the word that there are new ones."""

from django.db import connection


def notify(pks):
    """Tell those who listen (manage.py watch_tasks), on commit, that these tasks are new."""
    with connection.cursor() as cursor:
        sql = "SELECT pg_notify('task_created', pk::text) FROM unnest(%s::bigint[]) AS pk"
        cursor.execute(sql, [pks])


# A new task with its act and what that changed, and the word to those who listen: all or nothing,
# as one statement is. Of two with the same key the second waits for the first, and inserts nothing.
ADD = """
WITH act AS ({act} ON CONFLICT (user_id, key) DO NOTHING RETURNING id),
    task AS ({task} FROM act RETURNING id, list_id),
    change AS ({change} FROM act, task)
SELECT act.id, task.id, task.list_id, pg_notify('task_created', task.id::text) FROM act, task
"""
# The list of a new task; NULL, the Inbox, if it was deleted while the task was on its way into it.
# The lock waits for whoever deletes it, as the key on the list would.
LIST_THERE = "(SELECT id FROM tasks_tasklist WHERE id = %s AND deleted_at IS NULL FOR KEY SHARE)"


def insert_once(task, act):
    """Insert a new task without tags, its new act, and the change that the task is.

    Returns False, and inserts nothing, if an act of the user's has the same key.
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

    values has the SQL of columns that don't simply get what row has there; in it %s is just that.
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
