"""The rows of a user as plain values, to compare two states."""

from functools import cache
from importlib import import_module

from django.db import connection

from accounts.compiled import Question
from accounts.models import User
from tasks.base.ordered import OrderedQuerySet
from tasks.models import TaskTag

TAGGED_WITH = import_module("tasks.migrations.0011_tagged_with")

RISING = frozenset({"version", "updated_at"})  # with each write, that of an undo, too
KEY = "key"  # a stand-in


@cache
def questions(left_out):
    """Return the queries of all rows outside the trash, with their columns, and of the tags."""
    user = User(pk=KEY)
    there = [user.lists.all(), user.tasks.all(), user.steps.of_tasks_there(), user.tags.all()]
    of_rows = []
    for some in there:
        fields = some.model._meta.concrete_fields
        names = ["id", *sorted({field.attname for field in fields} - left_out - {"id"})]
        of_rows.append((some.model.__name__, names, Question(some, names)))
    pairs = TaskTag.objects.filter(user=user, task__deleted_at=None, tag__deleted_at=None)
    return of_rows, Question(pairs, ["task__title", "tag__name"])


def rows_of(user, left_out=RISING):
    """Return the columns of all rows outside the trash, by model and id, and the tags on tasks."""
    of_rows, of_tags = questions(frozenset(left_out))
    rows = {"tags": set(of_tags.ask({KEY: user.pk}))}
    for model, names, question in of_rows:
        for values in question.ask({KEY: user.pk}):
            rows[f"{model} {values[0]}"] = dict(zip(names, values, strict=True))
    return rows


def in_order(user):
    """Return the rows with their place in the order by hand instead of their positions."""
    rows = rows_of(user, RISING | {"position"})
    steps = user.steps.of_tasks_there().order_by("task", *OrderedQuerySet.HAND)
    for some in [user.lists.by_hand(), user.tasks.by_hand(), steps]:
        rows[f"order of {some.model.__name__}"] = list(some.values_list("pk", flat=True))
    return rows


def to_old_form():
    """Store all changes as the earlier version does, with tags as columns of their task."""
    TAGGED_WITH.by_acts(connection, TAGGED_WITH.JOIN)
