"""Repeating tasks: the days of a series, and the acts that advance it.

A repeating task stands for its whole series, and is at one occurrence at a time. An occurrence that
is done or detached is kept as a task of its own, and the repeating task advances to the next one.
tasks.recurrence calculates the days of a rule.
"""

from copy import copy
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from tasks import recurrence
from tasks.history import Act, Change, as_json
from tasks.models import Step, Task, TaskTag
from tasks.reminders import Reminder

LONGEST_REPEAT = Task._meta.get_field("repeat").max_length
# The columns that an occurrence gets from its series when it becomes a task of its own.
COPIED = ["user_id", "list_id", "title", "description", "priority", "typed", "due_date", "due_time"]
MOVING = ["due_date", "repeat", "repeat_anchor", "repeat_from"]  # the columns that decide its days


class Series:
    """All occurrences of a repeating task, which is at one of them."""

    def __init__(self, task):
        self.task = task
        self.rule = task.repeat
        self.anchor = task.repeat_anchor or task.due_date
        self.is_from_completion = task.repeat_from == Task.RepeatFrom.COMPLETION

    @property
    def occurrence(self):
        """The present occurrence of the task, as the functions of tasks.recurrence take it."""
        week_start = self.task.user.week_start
        return {
            "anchor": self.anchor,
            "day": self.task.due_date,
            "week_start": week_start,
        }

    def next_day(self):
        """Return the day after this occurrence is done, None if there is no other."""
        task = self.task
        user = self.task.user
        return recurrence.following(
            self.rule,
            anchor=self.anchor,
            due_date=task.due_date,
            due_time=task.due_time,
            now=user.now(),
            repeat_from=task.repeat_from,
            missed=task.missed,
            week_start=user.week_start,
        )

    def next_day_without(self):
        """Return the day after this occurrence is left out, None if there is no other.

        A repeat that counts from completion counts from the skipped day, or from today if that is
        later.
        """
        if not self.is_from_completion:
            return self.next_day()
        user = self.task.user
        day = max(self.task.due_date, user.today())
        return recurrence.after_completion(self.rule, day=day, week_start=user.week_start)

    def days_to_come(self, clock, first, last):
        """Return the days from first to last on which later occurrences will be due.

        The list is empty for a repeat that counts from completion: its days aren't known in
        advance.
        """
        if self.is_from_completion:
            return []
        task = self.task
        after = recurrence.last_behind(
            task.due_date,
            task.due_time,
            clock.now,
            task.missed,
        )
        return recurrence.between(
            self.rule,
            anchor=self.anchor,
            after=max(after, first - timedelta(days=1)),
            last=last,
            week_start=clock.week_start,
        )

    def days_counted(self, last):
        """Return how many days days_to_come() counts through, see recurrence.days_counted()."""
        return recurrence.days_counted(self.rule, anchor=self.anchor, last=last)

    def rule_to_come(self):
        """Return the rule from this occurrence on, with the rest of its count."""
        if self.is_from_completion:
            return recurrence.read(self.rule)
        return recurrence.resumed(self.rule, **self.occurrence)

    def columns_from(self, day):
        """Return the columns of the repeat if this and all later occurrences move along to a day.

        Raise ValueError, in words, if the rule's days are ambiguous or impossible after the move.
        """
        task = self.task
        user = self.task.user
        moved = self.occurrence | {"day": day}
        if not self.is_from_completion and recurrence.is_day_of(self.rule, **moved):
            rule = recurrence.resumed(self.rule, **moved)
        else:
            rule = recurrence.moved(self.rule_to_come(), task.due_date, day)
        how = {"repeat_from": task.repeat_from, "week_start": user.week_start}
        return columns_of_repeat(rule, day, today=user.today(), **how)


def columns_of_repeat(rule, day, *, today, repeat_from, week_start):
    """Return the columns of a repeat by rule that begins on day, one of its days.

    Raise ValueError, in words, if it can't be stored.
    """
    recurrence.refuse_old(day, today)
    if rule.until and rule.until < day:
        raise ValueError("The repeat ends before that date.")
    how = {
        "anchor": day,
        "repeat_from": repeat_from,
        "week_start": week_start,
    }
    text = recurrence.with_week_start(recurrence.write(rule), **how)
    if len(text) > LONGEST_REPEAT:
        raise ValueError("That is too many dates for one repeat.")
    return {"repeat": text, "due_date": day, "repeat_anchor": day}


# Acts on one task. Like all acts, they may be given the version that was shown, and also the day of
# the shown occurrence. They return the act, or None if nothing changed, and refresh the task.


def complete(task, version=None, occurrence=None):
    """Complete a task; of a repeating task, the present occurrence."""
    if not task.repeat:
        return task.complete(version)
    act = task.new_act(Act.Kind.COMPLETE)
    number = complete_occurrences(
        shown(task, version),
        act,
        {task.pk: occurrence},
    )
    task.refresh()
    return act if number else None


@transaction.atomic
def skip(task, version=None, occurrence=None):
    """Advance a repeating task without this occurrence; do nothing at the last occurrence."""
    act = None
    for row in lock_repeating(shown(task, version, occurrence)):
        day = Series(row).next_day_without()
        if day is not None:
            act = task.new_act(Act.Kind.EDIT)
            advance(act, {row: day})
    task.refresh()
    return act


@transaction.atomic
def detach(task, act, *, add_tags=(), remove_tags=(), **fields):
    """Make this occurrence of a repeating task a task of its own, with new values of fields.

    The series goes on without it. At the last occurrence, the repeating task itself is edited.

    Return the task that was written.
    """
    (row,) = lock_repeating(shown(task))
    day = Series(row).next_day_without()
    if day is None:
        task.edit(act=act, add_tags=add_tags, remove_tags=remove_tags, **fields)
        return task
    (own,) = keep_occurrences(act, [row], **fields)
    own.attach(add_tags)
    TaskTag.objects.filter(task=own, tag__in=remove_tags).delete()
    Reminder.objects.copy({task.pk: own}, with_snoozes=True)
    advance(act, {row: day})
    task.refresh()
    return own


@transaction.atomic
def move_series(act):
    """Move all later occurrences of a repeating task along with the occurrence that an act moved.

    Return (task, moving): the task, None if the act moved no task outside the trash; and the act
    that moved the repeat, None if the task has advanced or changed in the meantime.

    Raise ValueError, in words, if the repeat can't move to that day.
    """
    change = act.changes.filter(step=None, after__has_key="due_date").first()
    task = change and act.user.tasks.filter(pk=change.task_id).first()
    if task is None:
        return None, None
    rows = lock_repeating(shown(task))
    if not rows or not is_put_off_by(change, rows[0]):
        return task, None
    earlier = copy(rows[0])
    earlier.due_date = date.fromisoformat(change.before["due_date"])
    columns = Series(earlier).columns_from(rows[0].due_date)
    return task, task.edit(**columns)


def is_put_off_by(change, task):
    """Return whether a change moved only this occurrence, and was the last to move the task."""
    is_alone = bool(change.before["due_date"]) and "repeat_anchor" not in change.after
    if not is_alone or change.after["due_date"] != as_json(task.due_date):
        return False
    later = Change.objects.filter(task=task, step=None, act__gt=change.act_id)
    return not later.filter(after__has_any_keys=MOVING).exists()


def shown(task, version=None, occurrence=None):
    """Return a task as a queryset, which is empty if the task isn't as it was shown."""
    rows = task.user.tasks.filter(pk=task.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if occurrence is not None:
        rows = rows.filter(due_date=occurrence)
    return rows


# The same acts on any number of tasks


def complete_all(tasks, act=None, occurrences=None):
    """Complete the open tasks of a queryset; of repeating tasks, the present occurrence.

    occurrences has the days that were shown, {id: day}: a task at another occurrence is left out.

    Return how many were completed.
    """
    repeating = complete_occurrences(tasks, act, occurrences or {})
    return repeating + tasks.complete(act)


@transaction.atomic(savepoint=False)
def complete_occurrences(tasks, act, occurrences):
    """Complete the present occurrences of repeating tasks, as complete_all() does.

    A task at its last occurrence is completed itself. Return how many were completed.
    """
    last, next_days = [], {}
    for task in lock_repeating(tasks):
        if occurrences.get(task.pk) not in (None, task.due_date):
            continue
        day = Series(task).next_day()
        if day is None:
            last.append(task.pk)
        else:
            next_days[task] = day
    now = timezone.now()  # once the tasks are locked
    if last:
        Task.objects.filter(pk__in=last).change(act, completed_at=now)
    keep_occurrences(act, next_days, completed_at=now)
    advance(act, next_days)
    return len(last) + len(next_days)


def lock_repeating(tasks):
    """Lock the open, repeating tasks of a queryset, which are one user's. Return them.

    The tasks come from the user, as user.tasks, and so know it without another query.
    """
    rows = tasks.open().repeating().order_by("pk")
    return list(rows.select_for_update(no_key=True))


def keep_occurrences(act, tasks, **fields):
    """Add the present occurrences of repeating tasks as tasks of their own.

    Each gets the tags of its series, its steps, done or not, and new values of fields.

    Return the new tasks in the order of tasks.
    """
    columns = {Task.objects.column(name): value for name, value in fields.items()}
    kept = {}
    for task in tasks:
        copied = {name: getattr(task, name) for name in COPIED}
        kept[task.pk] = Task(**copied | columns, series=task)
    if not kept:
        return []
    new = Task.objects.bulk_create(kept.values())
    Task.everything.filter(pk__in=[own.pk for own in new]).leave_deleted_lists()
    copy_tags(kept)
    copy_steps(kept)
    if act:
        act.keep_new(new)
    return new


def copy_tags(kept):
    """Copy the tags of tasks to others, {id of a task: its copy}, except tags in the trash."""
    tags = TaskTag.objects.filter(task__in=kept, tag__deleted_at=None)
    TaskTag.objects.bulk_create(
        TaskTag(user_id=kept[pk].user_id, task=kept[pk], tag_id=tag)
        for pk, tag in tags.values_list("task", "tag")
    )


def copy_steps(kept):
    """Copy the steps of tasks to others, {id of a task: its copy}, done or not."""
    copies = []
    for step in Step.objects.filter(task__in=kept).by_hand():
        copied = {name: getattr(step, name) for name in ["user_id", "title", "done", "position"]}
        copies.append(Step(task=kept[step.task_id], **copied))
    Step.objects.bulk_create(copies)


def advance(act, days):
    """Make repeating tasks due on their next days, {task: day}, with no step done.

    A repeat that counts from completion gets a new anchor there.
    """
    rows = {}
    for task, day in days.items():
        anchor = task.repeat_anchor
        rule = task.repeat
        if Series(task).is_from_completion:
            anchor = day
            rule = recurrence.one_less(rule)
        columns = {
            "due_date": day,
            "repeat_anchor": anchor,
            "repeat": rule,
        }
        rows[task.pk] = {name: as_json(value) for name, value in columns.items()}
    Task.everything.rewrite(act, rows)
    Step.objects.filter(task__in=rows, done=True).change(act, done=False)
