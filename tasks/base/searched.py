"""Conditions and functions of SQL by which tasks are found."""

from django.db import models
from django.db.models import Q


class Fold(models.Func):
    """Text without case and accents, as tasks.search.fold() has it."""

    function = "tasks_fold_2"
    output_field = models.TextField()


class TriggeredField(models.GeneratedField):
    """A column that a trigger of the database writes, as it would a generated one.

    No INSERT returns it, so that rows can be added before it is there.
    """

    db_returning = False


def as_array(numbers):
    """Return numbers as PostgreSQL writes an array."""
    return "{" + ",".join(map(str, numbers)) + "}"


class IsOneOf(models.Func):
    """Whether a number is one of an array's: one parameter, so one SQL for any number of them."""

    template, arg_joiner = "(%(expressions)s))", " = ANY ("
    output_field = models.BooleanField()


class Holds(models.Func):
    """Does a folded word stand in a task, in one of its steps or in the name of one of its tags?

    All of them user's. Written out, since it is asked for each word of each saved search: Django
    takes longer to put it together than PostgreSQL to answer.
    """

    output_field = models.BooleanField()
    template = """(%(text)s LIKE %%s OR %(pk)s IN (
        SELECT task_id FROM tasks_step
            WHERE user_id = %%s AND deleted_at IS NULL AND tasks_fold_2(title) LIKE %%s
        UNION ALL SELECT h.task_id FROM tasks_tag g JOIN tasks_tasktag h ON h.tag_id = g.id
            WHERE g.user_id = %%s AND g.deleted_at IS NULL AND tasks_fold_2(g.name) LIKE %%s))"""

    def __init__(self, word, user):
        super().__init__("search_text", "pk")
        self.word, self.user_pk = word, user.pk

    def as_sql(self, compiler, connection):
        text, pk = self.source_expressions
        text_sql, _ = compiler.compile(text)
        pk_sql, _ = compiler.compile(pk)
        word = connection.ops.prep_for_like_query(self.word)
        like = f"%{word}%"
        sql = self.template % {"text": text_sql, "pk": pk_sql}
        return sql, [like, self.user_pk, like, self.user_pk, like]


def any_of(conditions):
    """Return that one of conditions holds; where there are none, nothing is asked."""
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def overdue(now):
    """Return the condition of being overdue at now, an aware datetime in the user's zone."""
    timed = Q(due_date=now.date(), due_time__lt=now.time())
    return Q(due_date__lt=now.date()) | timed


def due(when, now):
    """Return the condition of being due when a search says, at now in the user's zone.

    when is "overdue", "today" or "none", for no date; or the first and the last of some days.
    """
    if when == "overdue":
        return overdue(now)
    if when == "today":
        return Q(due_date=now.date())
    if when == "none":
        return Q(due_date=None)
    return Q(due_date__range=when)
