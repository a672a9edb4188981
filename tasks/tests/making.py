"""Rows for the tests, added by the models' own rules, and rows that the database refuses."""

from contextlib import contextmanager

from django.db import IntegrityError, transaction

from tasks.models import Step, TaskList


def add_list(user, name="Home", **fields):
    """Return a new list, the last of the user's."""
    added = TaskList(user=user, name=name, **fields)
    added.add()
    return added


def add_tasks(user, *titles, **fields):
    """Return new tasks with these titles, all with the same other fields."""
    return [user.tasks.create(title=title, **fields) for title in titles]


def add_step(task, title="Whisk", **fields):
    """Return a new step, the last of the task's."""
    added = Step(user=task.user, task=task, title=title, **fields)
    added.add()
    return added


@contextmanager
def refused(test, constraint):
    """Expect the database to refuse the block, by the constraint of this name."""
    with test.assertRaisesMessage(IntegrityError, constraint), transaction.atomic():
        yield
