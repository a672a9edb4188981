"""Very many tasks of many users, created by PostgreSQL itself: the ORM would take an hour."""

from django.db import connection

from accounts.models import User

# A user's tasks are numbered from 1. One in six is completed and one in six in the trash; one in
# four has no date; one in three is in the Inbox; each has a tag and was edited; one in ten has two
# steps. Four repeat.
OWNER = "WITH owner AS (SELECT unnest(%(users)s::text[]) AS id)"
STATEMENTS = [
    """
    INSERT INTO tasks_tasklist (user_id, name, color, position, version, deleted_at)
    SELECT owner.id, 'List ' || n, 'grey', 'a' || lpad(n::text, 4, '0') || 'V', 1,
        CASE WHEN n > %(lists)s THEN now() END
    FROM owner, generate_series(1, %(lists)s + 1) AS n
    """,
    """
    INSERT INTO tasks_tag (user_id, name, version, deleted_at)
    SELECT owner.id, 'tag' || n, 1, CASE WHEN n > %(tags)s THEN now() END
    FROM owner, generate_series(1, %(tags)s + 1) AS n
    """,
    """
    INSERT INTO tasks_task (
        user_id, list_id, title, description, priority, due_date, repeat, position, completed_at,
        deleted_at, created_at, updated_at, version)
    SELECT owner.id, CASE WHEN n %% 3 > 0 THEN lists.ids[1 + n / 24 %% %(lists)s] END, 'Task ' || n,
        repeat('Some words. ', n %% 2 * 10), n %% 4,
        (ARRAY[NULL, 0, -1, 3])[1 + n / 6 %% 4] + current_date,
        CASE WHEN n IN (6, 54, 102, 150) THEN 'FREQ=WEEKLY' ELSE '' END,
        CASE WHEN n %% 2 = 0 THEN 'a' || lpad(n::text, 8, '0') || 'V' ELSE '' END,
        CASE WHEN n %% 6 = 4 THEN now() - n * interval '1 minute' END,
        CASE WHEN n %% 6 = 5 THEN now() - n * interval '1 minute' END,
        now() - n * interval '1 minute', now(), 1
    FROM owner JOIN LATERAL (
        SELECT array_agg(id ORDER BY id) AS ids FROM tasks_tasklist
        WHERE user_id = owner.id AND deleted_at IS NULL
    ) AS lists ON true, generate_series(1, %(tasks)s) AS n
    """,
    """
    INSERT INTO tasks_tasktag (user_id, task_id, tag_id)
    SELECT t.user_id, t.id, tags.ids[1 + substr(t.title, 6)::int / 6 %% %(tags)s]
    FROM owner JOIN tasks_task t ON t.user_id = owner.id JOIN LATERAL (
        SELECT array_agg(id ORDER BY id) AS ids FROM tasks_tag
        WHERE user_id = owner.id AND deleted_at IS NULL
    ) AS tags ON true
    """,
    """
    INSERT INTO tasks_step (user_id, task_id, title, done, position, version)
    SELECT t.user_id, t.id, 'Step ' || n, n = 1, 'a' || n, 1
    FROM owner JOIN tasks_task t ON t.user_id = owner.id, generate_series(1, 2) AS n
    WHERE substr(t.title, 6)::int %% 10 = 1
    """,
    """
    INSERT INTO tasks_act (user_id, kind, created_at)
    SELECT owner.id, 'edit', now() - n * interval '1 minute'
    FROM owner, generate_series(1, %(tasks)s) AS n
    """,
    """
    , act AS (
        SELECT id, user_id, row_number() OVER (PARTITION BY user_id ORDER BY id) AS n
        FROM tasks_act WHERE user_id IN (SELECT id FROM owner)
    )
    INSERT INTO tasks_change (act_id, user_id, task_id, before, after)
    SELECT act.id, act.user_id, t.id, '{"priority": 0}', '{"priority": 1}'
    FROM act JOIN tasks_task t ON t.user_id = act.user_id AND t.title = 'Task ' || act.n
    """,
]


def add_many(names, *, tasks, lists=10, tags=10):
    """Return new users of these names, each with so many tasks, lists and tags, in that order.

    Each also has a list and a tag in the trash. All rows are added in one transaction. PostgreSQL
    updates its statistics after each statement: it would go on to check foreign keys by plans for
    tables that were almost empty, and search the whole table for each row.
    """
    users = User.objects.bulk_create(User(email=f"{name}@example.org") for name in names)
    values = {"users": [user.pk for user in users], "tasks": tasks, "lists": lists, "tags": tags}
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(OWNER + statement, values)
            cursor.execute("ANALYZE")
    return users


def ids_of(user):
    """Return ids of a user's rows for the addresses of pages: {list} and so on."""
    first = user.lists.by_hand().first()
    task = user.tasks.open().filter(list=first, steps__title__startswith="Step").first()
    one, two = task.steps.by_hand()
    return {
        "list": first.pk,
        "tag": task.tags.get().pk,
        "task": task.pk,
        "act": user.acts.latest("pk").pk,
        "gone": user.tasks(manager="trash").first().pk,
        "gone_list": user.lists(manager="trash").get().pk,
        "gone_tag": user.tags(manager="trash").get().pk,
        "step": one.pk,
        "step2": two.pk,
    }
