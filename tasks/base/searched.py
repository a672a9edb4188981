"""SQL conditions and functions that find tasks."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan


class Fold(models.Func):
    """A text without case and accents, the same as tasks.search.fold() returns."""

    function = "tasks_fold_2"
    output_field = models.TextField()


class TriggeredField(models.GeneratedField):
    """A column that a trigger of the database writes, as if it were a generated column.

    No INSERT returns it, since older databases may not have it yet.
    """

    db_returning = False


def as_array(numbers):
    """Return numbers as an array literal of PostgreSQL."""
    return "{" + ",".join(map(str, numbers)) + "}"


class IsOneOf(models.Func):
    """Whether a number is in an array, which is one parameter: the SQL is always the same."""

    template, arg_joiner = "(%(expressions)s))", " = ANY ("
    output_field = models.BooleanField()


class IsAmong(models.Func):
    """Whether an id is in an array, which is one parameter, for rows that are looked up by ids.

    A prepared statement is planned without the array. With IsOneOf, PostgreSQL might look through
    all rows of a user for them.
    """

    template, arg_joiner = "(%(expressions)s::bigint[])))", " IN (SELECT unnest("
    output_field = models.BooleanField()


class IsEmpty(models.Func):
    """Whether a text is empty. The SQL has "" itself, as the conditions of indexes have it.

    A prepared statement is planned without its parameters, and then such an index isn't found.
    Migration 0021 names this class, so its SQL stays as it is.
    """

    template = "(%(expressions)s = '')"
    output_field = models.BooleanField()


class Holds(models.Func):
    """Whether a user's task, or one of its steps or tags, contains a folded word.

    The SQL is written out because it runs for each word of each saved search: Django would take
    longer to compile it than PostgreSQL to answer. And strpos() takes half as long as LIKE.
    """

    output_field = models.BooleanField()
    template = """(strpos(%(text)s, %%s) > 0 OR %(pk)s IN (
        SELECT task_id FROM tasks_step
            WHERE user_id = %%s AND deleted_at IS NULL AND strpos(tasks_fold_2(title), %%s) > 0
        UNION ALL SELECT h.task_id FROM tasks_tag g JOIN tasks_tasktag h ON h.tag_id = g.id
            WHERE g.user_id = %%s AND g.deleted_at IS NULL
                AND strpos(tasks_fold_2(g.name), %%s) > 0))"""

    def __init__(self, word, user):
        super().__init__("search_text", "pk")
        self.word = word
        self.user_pk = user.pk

    def as_sql(self, compiler, connection):
        text, pk = self.source_expressions
        text_sql, _ = compiler.compile(text)
        pk_sql, _ = compiler.compile(pk)
        sql = self.template % {"text": text_sql, "pk": pk_sql}
        return sql, [self.word, self.user_pk, self.word, self.user_pk, self.word]


def in_title(word):
    """Return the condition that the title of a task contains a folded word.

    Of a title of several lines, which an import may have brought, only the first is searched.
    """
    title = models.Func("search_text", Value("\n"), 1, function="split_part")
    return GreaterThan(StrIndex(title, Value(word)), 0)


def any_of(conditions):
    """Return a condition that holds if one of these does, or if there are none."""
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def overdue(now):
    """Return the condition that a task is overdue at now, an aware datetime in the user's zone."""
    by_today = Q(due_date__lte=now.date())  # one range of an index, which an OR alone isn't
    before = Q(due_date__lt=now.date()) | Q(due_time__lt=now.time())
    return by_today & before


def due(when, now):
    """Return the condition of a search's filter of dates, at now in the user's zone.

    when is "overdue", "today" or "none" (no date), or a pair of the first and the last day.
    """
    if when == "overdue":
        return overdue(now)
    if when == "today":
        return Q(due_date=now.date())
    if when == "none":
        return Q(due_date=None)
    return Q(due_date__range=when)
