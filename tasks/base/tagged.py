"""The tags of tasks, added to or removed from any number of tasks by one statement each."""

from django.db import connection, models

# The parameters are the ids of tasks and, in the same order, of tags.
TAG_TASKS = """
INSERT INTO tasks_tasktag (user_id, task_id, tag_id)
    SELECT t.user_id, t.id, g.id FROM unnest(%s::bigint[], %s::bigint[]) AS r (task, tag)
    JOIN tasks_task t ON t.id = r.task
    JOIN tasks_tag g ON g.id = r.tag AND g.user_id = t.user_id
    ORDER BY t.id, g.id
    ON CONFLICT DO NOTHING RETURNING task_id, tag_id
"""
UNTAG_TASKS = """
DELETE FROM tasks_tasktag t USING unnest(%s::bigint[], %s::bigint[]) AS r (task, tag)
    WHERE t.task_id = r.task AND t.tag_id = r.tag RETURNING t.task_id, t.tag_id
"""


class TaskTagQuerySet(models.QuerySet):
    """The pairs of tasks and tags."""

    def write(self, tags):
        """Add tags to tasks and remove others, {id of a task: {id of a tag: whether to add it}}.

        Return the pairs that changed, in the same form. Purged tags are ignored.
        """
        given = ([], [])
        taken = ([], [])
        for task, tags_of_task in tags.items():
            for tag, is_tagged in tags_of_task.items():
                tasks, tags_of_tasks = given if is_tagged else taken
                tasks.append(task)
                tags_of_tasks.append(tag)
        changed = {}
        for task, tag in changed_pairs(TAG_TASKS, *given):
            changed.setdefault(task, {})[tag] = True
        for task, tag in changed_pairs(UNTAG_TASKS, *taken):
            changed.setdefault(task, {})[tag] = False
        return changed


def changed_pairs(sql, tasks, tags):
    """Execute TAG_TASKS or UNTAG_TASKS. Return the changed pairs of a task's and a tag's id.

    tasks and tags are ids in the same order; without any, nothing is executed.
    """
    if not tasks:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, [tasks, tags])
        return cursor.fetchall()
