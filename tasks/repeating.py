"""Repeating tasks: the days of a series, and the acts that lead from one to the next.

The task stands for its whole series and is at one occurrence at a time. An occurrence that is done
or detached is kept as a task of its own, and the repeating task advances to the next one. How days
follow from a rule is calculated in tasks.recurrence.
"""

from copy import copy
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from tasks import recurrence
from tasks.history import Act, Change, as_json
from tasks.models import Step, Task, TaskTag

LONGEST_REPEAT = Task._meta.get_field("repeat").max_length
# An occurrence that becomes a task of its own has these in common with its series.
COPIED = ["user_id", "list_id", "title", "description", "priority", "typed", "due_date", "due_time"]
MOVING = ["due_date", "repeat", "repeat_anchor", "repeat_from"]  # what says on which days it is due


class Series:
    """All occurrences of a repeating task, one of which it is at."""

    def __init__(self, task):
        self.task = task
        self.rule = task.repeat
        self.anchor = task.repeat_anchor or task.due_date
        self.is_from_completion = task.repeat_from == Task.RepeatFrom.COMPLETION

    @property
    def occurrence(self):
        """The occurrence that the task is at, as functions of tasks.recurrence take it."""
        week_start = self.task.user.week_start
        return {"anchor": self.anchor, "day": self.task.due_date, "week_start": week_start}

    def next_day(self):
        """Return the day of the next occurrence once this one is done, None if it is the last."""
        task, user = self.task, self.task.user
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
        """Return the day of the next occurrence if this one is left out, None if it is the last.

        Where days count from completion, it is counted from its own day, if that is still to come.
        """
        if not self.is_from_completion:
            return self.next_day()
        user = self.task.user
        day = max(self.task.due_date, user.today())
        return recurrence.after_completion(self.rule, day=day, week_start=user.week_start)

    def days_to_come(self, clock, first, last):
        """Return the days from first to last on which occurrences after this one will be due.

        Where days count from completion, none can be known.
        """
        if self.is_from_completion:
            return []
        task = self.task
        after = recurrence.last_behind(task.due_date, task.due_time, clock.now, task.missed)
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
        """Return the rule as it goes on from this occurrence, with what is left of its count."""
        if self.is_from_completion:
            return recurrence.read(self.rule)
        return recurrence.resumed(self.rule, **self.occurrence)

    def columns_from(self, day):
        """Return the columns of the repeat if this and all later occurrences move along to day.

        Raises ValueError, in words, where the rule names days that can't be told apart, or that
        can't be.
        """
        task, user = self.task, self.task.user
        moved = self.occurrence | {"day": day}
        if not self.is_from_completion and recurrence.is_day_of(self.rule, **moved):
            rule = recurrence.resumed(self.rule, **moved)
        else:
            rule = recurrence.moved(self.rule_to_come(), task.due_date, day)
        how = {"repeat_from": task.repeat_from, "week_start": user.week_start}
        return columns_of_repeat(rule, day, today=user.today(), **how)


def columns_of_repeat(rule, day, *, today, repeat_from, week_start):
    """Return the columns of a repeat by rule that begins on day, which is one of its days.

    Raises ValueError, in words, where it can't be kept.
    """
    recurrence.refuse_old(day, today)
    if rule.until and rule.until < day:
        raise ValueError("The repeat ends before that day.")
    how = {"anchor": day, "repeat_from": repeat_from, "week_start": week_start}
    text = recurrence.with_week_start(recurrence.write(rule), **how)
    if len(text) > LONGEST_REPEAT:
        raise ValueError("These are too many days for one repeat.")
    return {"repeat": text, "due_date": day, "repeat_anchor": day}


# Acts on one task: as all acts, they may say the version that was shown, and besides the day of the
# occurrence. They return the act, None where nothing changed, and leave the task as it now is.


def complete(task, version=None, occurrence=None):
    """Complete a task; of a repeating one, the occurrence that it is at."""
    if not task.repeat:
        return task.complete(version)
    act = task.new_act(Act.Kind.COMPLETE)
    number = complete_occurrences(shown(task, version), act, {task.pk: occurrence})
    task.refresh()
    return act if number else None


@transaction.atomic
def skip(task, version=None, occurrence=None):
    """Advance a repeating task without this occurrence; do nothing if it is the last."""
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
    """Make this occurrence of a repeating task one of its own, with new values of fields.

    The series goes on without it. Where it is the last, the task itself is edited.

    Returns the task that was written.
    """
    (row,) = lock_repeating(shown(task))
    day = Series(row).next_day_without()
    if day is None:
        task.edit(act=act, add_tags=add_tags, remove_tags=remove_tags, **fields)
        return task
    (own,) = keep_occurrences(act, [row], **fields)
    own.hang(add_tags)
    TaskTag.objects.filter(task=own, tag__in=remove_tags).delete()
    advance(act, {row: day})
    task.refresh()
    return own


@transaction.atomic
def move_series(act):
    """Move all later occurrences of a repeating task along with the one that an act moved.

    Raises ValueError, in words, where the repeat can't move to that day.

    Returns (task, moving): the task as it is now, None where act moved none that is still there;
    and the act that moved its repeat, None where the task has moved on or was changed since.
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
    """Return whether a change moved the occurrence of a task, which has been the last of it."""
    is_alone = bool(change.before["due_date"]) and "repeat_anchor" not in change.after
    if not is_alone or change.after["due_date"] != as_json(task.due_date):
        return False
    later = Change.objects.filter(task=task, step=None, act__gt=change.act_id)
    return not later.filter(after__has_any_keys=MOVING).exists()


def shown(task, version=None, occurrence=None):
    """Return a task as a queryset, an empty one if it isn't as it was shown any more."""
    rows = Task.objects.filter(pk=task.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if occurrence is not None:
        rows = rows.filter(due_date=occurrence)
    return rows


# The same for any number of tasks.


def complete_all(tasks, act=None, occurrences=None):
    """Complete the open ones of tasks, a queryset; of repeating ones, the occurrences they are at.

    occurrences are the days that were shown, {id: day}: a task that is at another one is left out.

    Returns how many were completed.
    """
    repeating = complete_occurrences(tasks, act, occurrences or {})
    return repeating + tasks.complete(act)


@transaction.atomic(savepoint=False)
def complete_occurrences(tasks, act, occurrences):
    """As complete_all(), of repeating tasks alone: with its last occurrence, one is done itself."""
    now = timezone.now()
    last, next_days = [], {}
    for task in lock_repeating(tasks):
        if occurrences.get(task.pk) not in (None, task.due_date):
            continue
        day = Series(task).next_day()
        if day is None:
            last.append(task.pk)
        else:
            next_days[task] = day
    if last:
        Task.objects.filter(pk__in=last).change(act, completed_at=now)
    keep_occurrences(act, next_days, completed_at=now)
    advance(act, next_days)
    return len(last) + len(next_days)


def lock_repeating(tasks):
    """Lock the tasks of a queryset that are open and repeat; return them with their user."""
    rows = tasks.open().exclude(repeat="").select_related("user").order_by("pk")
    return list(rows.select_for_update(no_key=True, of=["self"]))


def keep_occurrences(act, tasks, **fields):
    """Add the occurrences that repeating tasks are at as tasks of their own.

    Each has the tags of its series, its steps as they are ticked, and new values of fields.

    Returns the new tasks in the order of tasks.
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
    """Give tasks the tags that others have, {id of the other: task}, but for those in the trash."""
    tags = TaskTag.objects.filter(task__in=kept, tag__deleted_at=None)
    TaskTag.objects.bulk_create(
        TaskTag(user_id=kept[pk].user_id, task=kept[pk], tag_id=tag)
        for pk, tag in tags.values_list("task", "tag")
    )


def copy_steps(kept):
    """Give tasks the steps that others have, {id of the other: task}, as they are ticked."""
    copies = []
    for step in Step.objects.filter(task__in=kept).by_hand():
        copied = {name: getattr(step, name) for name in ["user_id", "title", "done", "position"]}
        copies.append(Step(task=kept[step.task_id], **copied))
    Step.objects.bulk_create(copies)


def advance(act, days):
    """Let repeating tasks be due on their next days, {task: day}, with no step done.

    A repeat that counts from completion begins anew there.
    """
    rows = {}
    for task, day in days.items():
        anchor, rule = task.repeat_anchor, task.repeat
        if Series(task).is_from_completion:
            anchor, rule = day, recurrence.one_less(rule)
        columns = {"due_date": day, "repeat_anchor": anchor, "repeat": rule}
        rows[task.pk] = {name: as_json(value) for name, value in columns.items()}
    Task.everything.rewrite(act, rows)
    Step.objects.filter(task__in=rows, done=True).change(act, done=False)
