"""Reverting an act: collect its changes, find the conflicts, restore the rest.

An act is reverted column by column. A column that has changed again since the act is a conflict: it
keeps its present value, and revert() reports it. A column is also a conflict if its earlier value
no longer fits with other rows, such as a name that another list has now. These rules differ between
tasks, lists, steps and tags, so each kind has one function, its policy.
"""

from django.db import transaction

from tasks import untracked
from tasks.history import Act, RowChange, as_json
from tasks.models import DATES, REPEAT, Step, Tag, Task, TaskList, TaskTag
from tasks.reminders import Reminder

MODELS = {"list": TaskList, "task": Task, "step": Step, "tag": Tag}
NAME = ["name", "deleted_at"]  # only a row outside the trash occupies its name
NEEDED_OF_TASKS = ["list_id", "position", *DATES, "deleted_at"]


@transaction.atomic
def revert(act):
    """Restore the values that an act changed, except where there is a conflict.

    The revert of an undo does the act again, and is itself reverted like any other act.

    Return (revert, conflicts): the act that records the revert, None if there was nothing left to
    restore; and the columns that keep their present values, as a list of (RowChange, column), where
    "tags" stands for the tags of a task.
    """
    # Only one revert of a user at a time: two could both find the same act not yet reverted.
    act.user.lock()
    kind = Act.Kind.UNDO
    if act.kind == Act.Kind.UNDO:
        kind = Act.Kind.REDO
    reverting = Act(user_id=act.user_id, kind=kind, of=act.original)
    changes = collect(act)
    skipped, conflicts = repeats_advanced_since(
        act,
        changes["task"],
        changes["step"],
    )
    for row_name, policy in POLICIES.items():
        rows = {
            pk: change for pk, change in changes[row_name].items() if change.task_id not in skipped
        }
        if rows:
            conflicts += policy(reverting, rows)
    # Last, since tasks may have come into a list that its policy has just deleted.
    leave_deleted_lists(act, reverting)
    untracked.revert(act, reverting)
    if reverting._state.adding:  # no change was recorded, so there is no act either
        return None, conflicts
    return reverting, conflicts


def collect(act):
    """Return the changes of an act, as {kind of row: {id of the row: RowChange}}."""
    changes = {row_name: {} for row_name in MODELS}
    for row_change in RowChange.of_rows(act.changes.order_by("pk")):
        changes[row_change.row_name][row_change.row_pk] = row_change
    return changes


def present_states(row_changes):
    """Return the present values of the changed columns, tags and reminders.

    Return ({(kind of row, id): {column: JSON}}, {(id of a task, id of a tag)},
    {id of a reminder: its state}).
    """
    states = {}
    for row_name, model in MODELS.items():
        of_kind = [change for change in row_changes if change.row_name == row_name]
        if not of_kind:
            continue
        pks = [change.row_pk for change in of_kind]
        rows = model.everything.filter(pk__in=pks)
        found = rows.states(changed_columns(of_kind), lock=False)
        for pk, state in found.items():
            states[row_name, pk] = state
    return states, present_tags(row_changes), present_reminders(row_changes)


def changed_columns(row_changes):
    """Return the names of the columns that changed in any of these rows, each once."""
    names = (name for change in row_changes for name in change.before)
    return list(dict.fromkeys(names))


def present_tags(row_changes):
    """Return the changed tags that tasks have now, as {(id of a task, id of a tag)}."""
    tags = changed_tags(row_changes)
    tasks = [change.row_pk for change in row_changes if change.tags]
    pairs = TaskTag.objects.filter(task__in=tasks, tag__in=tags)
    return set(pairs.values_list("task", "tag"))


def present_reminders(row_changes):
    """Return the changed reminders that tasks have now, as {id: state}."""
    pks = [pk for change in row_changes for pk in change.reminders]
    if not pks:
        return {}
    tasks = [change.row_pk for change in row_changes]
    rows = Reminder.objects.filter(pk__in=pks, task__in=tasks)
    return {row.pk: row.as_kept() for row in rows}


def changed_tags(row_changes):
    """Return the ids of the tags that tasks were given or lost."""
    return {pk for change in row_changes for pk in change.tags}


def is_same_state(name, value, other):
    """Return whether two values of a column mean the same state of the row.

    For deleted_at it matters only whether there is a value: a row that was restored and deleted
    again is in the trash as before.
    """
    if name == "deleted_at":
        return bool(value) == bool(other)
    return value == other


# Repeats


def repeats_advanced_since(act, tasks, steps):
    """Find the repeats that an act advanced and that have advanced again since then.

    A repeat advances by keeping an occurrence as a task of its own, and by unticking its steps.
    Once due on yet another day, it must stay: otherwise the reverted occurrence would be neither
    open nor done, and the steps would belong to a later occurrence.

    tasks and steps are the changes of the act, as {id: RowChange}.

    Return (skipped, conflicts): the ids of the tasks that must not be reverted, nor their steps;
    and a list of (RowChange, column), one for each such repeat.
    """
    if act.original.kind not in {Act.Kind.COMPLETE, Act.Kind.EDIT}:
        return set(), []
    occurrences = kept_occurrences(act, tasks)
    rescheduled = {pk: change for pk, change in tasks.items() if "due_date" in change.after}
    repeats = {series for _, series, _ in occurrences}
    tasks_of_steps = {change.task_id for change in steps.values()}
    repeats |= tasks_of_steps & rescheduled.keys()
    advanced, conflicts = find_advanced(repeats, rescheduled)
    skipped = set(advanced)
    for pk, series, deleted_at in occurrences:
        if is_same_state("deleted_at", deleted_at, tasks[pk].before["deleted_at"]):
            # If the occurrence was reverted already, its repeat was too.
            skipped |= {pk, series}
            conflicts.pop(series, None)
        elif series in advanced:
            skipped.add(pk)
            conflicts[series] = (tasks[pk], "deleted_at")
            if series in tasks:
                conflicts[series] = (tasks[series], "due_date")
    return skipped, list(conflicts.values())


def find_advanced(repeats, rescheduled):
    """Find the repeats (ids) that are no longer due on the day that the act gave them.

    rescheduled has the changes of the act to tasks with another due date, {id: RowChange}.

    Return (advanced, conflicts): a set of ids, and {id: (RowChange, column)}.
    """
    due = due_dates(repeats & rescheduled.keys())
    advanced, conflicts = set(), {}
    for pk in repeats:
        if pk in due and due[pk] == rescheduled[pk].after["due_date"]:
            continue
        advanced.add(pk)
        # A repeat that has its date from before the act was reverted already: no conflict.
        if pk in rescheduled and due.get(pk) != rescheduled[pk].before["due_date"]:
            conflicts[pk] = (rescheduled[pk], "due_date")
    return advanced, conflicts


def kept_occurrences(act, tasks):
    """Return the occurrences that an act kept, as (id, id of the repeat, deleted_at).

    tasks are the changes of the act, as {id: RowChange}. A kept occurrence is a new task: the act
    took it out of the trash, and an undo of the act put it back.
    """
    new = []
    for pk, change in tasks.items():
        in_trash = change.before
        if act.kind == Act.Kind.UNDO:
            in_trash = change.after
        if in_trash.get("deleted_at"):
            new.append(pk)
    rows = Task.everything.filter(pk__in=new)
    return list(rows.values_list("pk", "series", "deleted_at"))


def due_dates(pks):
    """Return the due dates of the tasks with these ids outside the trash, as {id: JSON}."""
    rows = Task.objects.filter(pk__in=pks)
    pairs = rows.values_list("pk", "due_date")
    return {pk: as_json(due_date) for pk, due_date in pairs}


# Rows


class Reversion:
    """The rows of one kind that a revert is about to write.

    `act` records the revert, and `changes` are the changes to revert, {id: RowChange}. `present`
    has the present values, and `restored` the columns to be written, both {id: {column: JSON}}. A
    policy removes columns from `restored` by refuse(). `conflicts` is a list of (RowChange,
    column).
    """

    def __init__(self, model, act, changes, also=()):
        """Lock the rows, and compare them with their state after the act.

        also has the columns that the policy needs in addition to the changed ones.
        """
        self.model = model
        self.act = act
        self.changes = changes
        self.restored = {}
        self.conflicts = []
        columns = changed_columns(changes.values())
        rows = model.everything.filter(pk__in=changes)
        self.present = rows.states([*columns, *also])
        for pk in self.present:
            self.restored[pk] = {}
            for name in changes[pk].before:
                self.compare(pk, name)

    def compare(self, pk, name):
        """Decide whether a column is restored, has its earlier value already, or is a conflict."""
        change = self.changes[pk]
        value = self.present[pk][name]
        before = change.before[name]
        if is_same_state(name, value, before):
            return
        if value != change.after[name]:
            self.conflicts.append((change, name))
            return
        is_newness = name == "deleted_at" and before == as_json(change.act.created_at)
        if is_newness:
            # The row wasn't in the trash before: its time there begins now.
            before = as_json(self.act.created_at)
        self.restored[pk][name] = before

    def has_changed_since(self, pk, name):
        """Return whether the act changed this column, and another change followed."""
        change = self.changes[pk]
        if name not in change.before:
            return False
        known = (change.before[name], change.after[name])
        return self.present[pk][name] not in known

    def result(self, pk):
        """Return the columns of a row as they will be after the revert."""
        return self.present[pk] | self.restored[pk]

    def refuse(self, pk, names):
        """Don't restore these columns of a row; report them as conflicts."""
        for name in names:
            if name in self.restored[pk]:
                del self.restored[pk][name]
                self.conflicts.append((self.changes[pk], name))

    def refuse_taken_names(self):
        """Refuse to restore a name, or a row with a name, that another row of the user has now."""
        names = {}
        for pk, columns in self.restored.items():
            row = self.result(pk)
            is_named_anew = not columns.keys().isdisjoint(NAME)
            if is_named_anew and not row["deleted_at"]:
                names[pk] = row["name"]
        if not names:
            return
        taken = self.model.everything.taken(self.act.user_id, names)
        for pk in sorted(taken):
            self.refuse(pk, NAME)

    def find_free_positions(self):
        """Move each row with a taken position to a free position just after it."""
        shared = self.model.everything.all().SHARED
        for order, wanted in self.restored_positions(shared).items():
            in_common = dict(zip(shared, order, strict=True))
            rows = self.model.everything.filter(user=self.act.user_id, **in_common)
            free = rows.free_positions(wanted)
            for pk, position in free.items():
                self.restored[pk]["position"] = position

    def restored_positions(self, shared):
        """Return the positions to be restored, grouped by order.

        Return {values of the shared columns: {id: position}}.
        """
        orders = {}
        for pk, columns in self.restored.items():
            position = columns.get("position")
            if not position:
                continue
            row = self.result(pk)
            order = tuple(row[name] for name in shared)
            wanted = orders.setdefault(order, {})
            wanted[pk] = position
        return orders

    def write(self):
        """Write the restored columns. Return the ids of the rows with a raised version."""
        rows = {}
        for pk, columns in self.restored.items():
            if columns:
                rows[pk] = self.result(pk)
        return self.model.everything.rewrite(self.act, rows)


# Policies: each reverts changes, {id: RowChange}, as part of act, and returns the conflicts.


def revert_lists(act, changes):
    """Revert changes of lists: each needs a free name and a free position."""
    # As in a deletion, this lock waits for acts that are moving tasks into one of the lists.
    lists = TaskList.everything.select_for_update().filter(pk__in=changes)
    list(lists.order_by("pk").values_list("pk"))
    reversion = Reversion(TaskList, act, changes, also=NAME)
    reversion.refuse_taken_names()
    reversion.find_free_positions()
    reversion.write()
    return reversion.conflicts


def revert_tasks(act, changes):
    """Revert changes of tasks: their tags and lists must exist, and their dates fit together."""
    positions = separate_positions(changes)
    lock_lists(changes)
    reversion = Reversion(Task, act, changes, also=NEEDED_OF_TASKS)
    tags = tags_to_restore(reversion)
    refuse_deleted_lists(reversion, positions)
    refuse_incomplete_dates(reversion)
    reversion.find_free_positions()
    reminders = present_reminders(changes.values())
    raised = reversion.write()
    Task.everything.write_tags(act, tags, raised=raised)
    restore_reminders(reversion, reminders)
    return reversion.conflicts


def revert_steps(act, changes):
    """Revert changes of steps: each needs a free position."""
    reversion = Reversion(Step, act, changes)
    reversion.find_free_positions()
    reversion.write()
    return reversion.conflicts


def revert_tags(act, changes):
    """Revert changes of tags: each needs a free name, and stays while other tasks have it."""
    reversion = Reversion(Tag, act, changes, also=NAME)
    if act.of.kind in {Act.Kind.ADD, Act.Kind.EDIT, Act.Kind.IMPORT}:
        keep_used_tags(reversion)
    reversion.refuse_taken_names()
    reversion.write()
    return reversion.conflicts


# In this order: tasks need their restored lists, and tags are kept while a reverted task uses them.
POLICIES = {"list": revert_lists, "task": revert_tasks, "step": revert_steps, "tag": revert_tags}


# The rules of tasks and tags


def lock_lists(changes):
    """Lock the lists that tasks are in, and the lists that they return to."""
    rows = Task.everything.filter(pk__in=changes)
    present = rows.values_list("list_id", flat=True)
    earlier = {change.before.get("list_id") for change in changes.values()}
    pks = {*present, *earlier} - {None}
    TaskList.everything.filter(pk__in=pks).lock()


def separate_positions(changes):
    """Remove the positions from the changes of tasks, {id: RowChange}, that moved to another list.

    A position means something only in its list, so it's restored with the list, whatever the
    present position is.

    Return {id: earlier position}.
    """
    positions = {}
    for pk, change in changes.items():
        if "list_id" in change.before:
            positions[pk] = change.before.pop("position", "")
            change.after.pop("position", "")
    return positions


def tags_to_restore(reversion):
    """Return the tags to add to tasks and remove, as {id: {id of a tag: whether to add it}}.

    A purged tag can't come back, and is a conflict.
    """
    changed = [change for change in reversion.changes.values() if change.tags]
    if not changed:
        return {}
    present = present_tags(changed)
    purged = purged_tags(changed)
    tags = {}
    for pk in reversion.present:
        change = reversion.changes[pk]
        for tag, (before, after) in change.tags.items():
            is_tagged = (pk, tag) in present
            if is_tagged == before:
                continue
            if is_tagged != after or tag in purged:
                reversion.conflicts.append((change, "tags"))
            else:
                tags.setdefault(pk, {})[tag] = before
    return tags


def restore_reminders(reversion, present):
    """Restore the reminders of tasks, once these have their earlier dates.

    present has the states of these reminders before that, since another date ends a snooze.
    """
    changes = {pk: change for pk, change in reversion.changes.items() if change.reminders}
    if not changes:
        return
    restored = {}
    for task in Task.everything.filter(pk__in=changes).select_related("user"):
        change = changes[task.pk]
        found, refused = Reminder.objects.restore(task, change.reminders, present)
        reversion.conflicts += [(change, "reminders") for _ in refused]
        if found:
            restored[task.pk] = found
    reversion.act.keep_reminders(restored)


def purged_tags(row_changes):
    """Return the ids of the changed tags that don't exist any more."""
    tags = changed_tags(row_changes)
    existing = Tag.everything.filter(pk__in=tags)
    return tags - ids(existing)


def refuse_deleted_lists(reversion, positions):
    """Refuse to move tasks back to a deleted list; give the other tasks their positions.

    A task in the trash may return to a list that is in the trash as well. A task that leaves the
    trash goes to the Inbox if its list was deleted.
    """
    deleted, purged = deleted_lists(reversion)
    for pk, columns in reversion.restored.items():
        refused = deleted
        if reversion.result(pk)["deleted_at"]:
            refused = purged
        if columns.get("list_id") in refused:
            reversion.refuse(pk, ["list_id"])
        elif "list_id" in columns:
            columns["position"] = positions[pk]
        leaves_trash = columns.get("deleted_at", "stays") is None
        if leaves_trash and reversion.result(pk)["list_id"] in deleted:
            columns.update(list_id=None, position="")


def deleted_lists(reversion):
    """Return the deleted lists among the lists that tasks are in or return to.

    Return (deleted, purged): the ids of all of them, and of the purged ones.
    """
    rows = [*reversion.restored.values(), *reversion.present.values()]
    lists = {row.get("list_id") for row in rows} - {None}
    deleted = lists - ids(TaskList.objects.filter(pk__in=lists))
    purged = deleted - ids(TaskList.trash.filter(pk__in=deleted))
    return deleted, purged


def ids(rows):
    """Return the ids of the rows of a queryset, as a set."""
    return set(rows.values_list("pk", flat=True))


def refuse_incomplete_dates(reversion):
    """Refuse to restore a time or a repeat without a date, or one part of a repeat alone."""
    for pk in reversion.restored:
        row = reversion.result(pk)
        needs_date = row["due_time"] or row["repeat"]
        if needs_date and not row["due_date"]:
            reversion.refuse(pk, [*DATES, *REPEAT])
        # The rule and the anchor of a series only make sense together.
        has_new_rule = reversion.has_changed_since(pk, "repeat")
        has_new_anchor = reversion.has_changed_since(pk, "repeat_anchor")
        if has_new_rule or has_new_anchor:
            reversion.refuse(pk, ["repeat", *REPEAT])


def keep_used_tags(reversion):
    """Keep the new tags that other tasks have in the meantime. They are no conflicts."""
    tasks = Task.objects.filter(tags__in=reversion.restored)
    used = set(tasks.values_list("tags", flat=True))
    for pk, columns in reversion.restored.items():
        if pk in used and columns.get("deleted_at"):
            del columns["deleted_at"]


def leave_deleted_lists(act, reverting):
    """Move tasks out of the lists that the revert deleted, if they came in after the act."""
    tasks = Task.objects.filter(list__changes__act=act)
    tasks.exclude(list__deleted_at=None).change(reverting, list=None)
