"""The rows of a user as plain values, to compare two states."""

from importlib import import_module

from django.db import connection

from tasks.base.ordered import OrderedQuerySet
from tasks.models import TaskTag

TAGGED_WITH = import_module("tasks.migrations.0011_tagged_with")

RISING = {"version", "updated_at"}  # with each write, that of an undo, too


def rows_of(user, left_out=RISING):
    """Return the columns of all rows outside the trash, by model and id, and the tags on tasks."""
    there = [user.lists.all(), user.tasks.all(), user.steps.of_tasks_there(), user.tags.all()]
    rows = {}
    for some in there:
        names = {field.attname for field in some.model._meta.concrete_fields} - left_out
        for row in some.values(*names):
            rows[f"{some.model.__name__} {row['id']}"] = row
    pairs = TaskTag.objects.filter(user=user, task__deleted_at=None, tag__deleted_at=None)
    rows["tags"] = set(pairs.values_list("task__title", "tag__name"))
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
