"""Acts of users, with the changes that each made: the history, and the data to undo for 30 days.

An act is recorded in the transaction that changes its rows. A change holds the changed columns of
one row before and after, as JSON: {"priority": 0} and {"priority": 3}. The change of a new row
holds its deleted_at alone, as if it came out of the trash, so that undo puts it there. A tag that a
task was given, or lost, is a change of its own, which names both. The reminders that an act added,
removed or snoozed stand in a change of their task.
"""

import json
from contextvars import ContextVar
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

# The prefix of a tag's name in changes: versions before 0011 recorded tags as columns of a task.
# Their processes may run together with this one for some time, so both forms are read for
# UNDO_DAYS. Afterwards a migration like 0011 can rewrite the changes of those processes.
OLD_TAG = "tag "
BATCH = 5000  # rows that one statement purges
UNDO_DAYS = 30
UNDO_HOURS = 24  # within which a keyboard shortcut undoes an act without asking

# A function that returns the browser of the present request, set by ReturnPageMiddleware. Outside a
# request it returns "". A page does no act, so it needs no browser.
browser = ContextVar("browser", default=str)


def this_browser():
    return browser.get()()


class PurgeableQuerySet(models.QuerySet):
    """Rows that are purged once they are old."""

    def part(self, start, stop):
        """Return the rows from start to before stop. Of the rows before start only ids are read."""
        if not start:
            return self[:stop]
        return self.filter(pk__in=self.values("pk")[start:stop])

    def purge(self):
        """Purge these rows, in short transactions. Return how many there were."""
        number = 0
        while pks := list(self.values_list("pk", flat=True)[:BATCH]):
            number += self.filter(pk__in=pks)._purge_batch()
        return number

    @transaction.atomic
    def _purge_batch(self):
        # Locked, so that a row that is restored at this moment isn't purged nevertheless.
        locked = self.select_for_update()
        pks = list(locked.values_list("pk", flat=True))
        _, deleted = self.filter(pk__in=pks).delete()
        return deleted.get(self.model._meta.label, 0)


def owner(related_name):
    """Return the field of a row's user.

    The database deletes the row with its user (0009). Django would fetch each row first, which
    takes half a minute for 30,000 tasks.
    """
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        related_name=related_name,
        db_index=False,
    )


def owner_of_task(related_name):
    """Return the field of the user of a part of a task.

    A foreign key on (task, user) guarantees that the user is the task's; the part is deleted with
    the task.
    """
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        related_name=related_name,
        db_index=False,
        db_constraint=False,
    )


def as_json(value):
    """Return a column's value as changes hold it: dates, times and moments in ISO 8601."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def joined_states(first, then):
    """Return two successive changes of the same reminders as one, {id: (state before, after)}.

    A reminder that has its first state again is left out.
    """
    joined = dict(first)
    for pk, (before, after) in then.items():
        earlier, _ = first.get(pk, (before, after))
        joined[pk] = (earlier, after)
    return {pk: states for pk, states in joined.items() if states[0] != states[1]}


class ActQuerySet(PurgeableQuerySet):
    """The acts of users."""

    def before(self, moment):
        """Return the acts older than a moment, except acts that were undone or redone since."""
        since = Act.objects.filter(of=OuterRef("pk"), created_at__gte=moment)
        return self.filter(~Exists(since), created_at__lt=moment)

    def with_changes(self):
        """Return the acts that still have changes, latest first, each annotated with `later`.

        `later` is the kind of the last undo or redo of the same act after this one, or None.
        """
        root = Coalesce(OuterRef("of"), OuterRef("pk"))
        since = Act.objects.filter(of=root, pk__gt=OuterRef("pk")).order_by("-pk")
        changes = Change.objects.filter(act=OuterRef("pk"))
        acts = self.filter(Exists(changes)).select_related("of")
        later = Subquery(since.values("kind")[:1])
        return acts.annotate(later=later).order_by("-pk")

    def last_done(self, left_out=()):
        """Return the latest act that isn't undone, the next to undo, or None.

        left_out has the ids of acts that were tried and can't be undone.
        """
        is_done = Q(later=None) | ~Q(later=Act.Kind.UNDO)
        return self.with_changes().filter(is_done, of=None).exclude(pk__in=left_out).first()

    def last_undone(self):
        """Return the latest undo, if it can be redone: None if another act followed it."""
        last = self.with_changes().filter(Q(kind=Act.Kind.UNDO, later=None) | Q(of=None)).first()
        if last and last.kind == Act.Kind.UNDO:
            return last
        return None

    def that_changed(self, **row):
        """Return the acts that changed a row, such as task=5; list=True stands for any list."""
        changes = Change.objects.filter(act=OuterRef("pk"))
        for name, pk in row.items():
            changes = changes.of_kind(name) if pk is True else changes.filter(**{name: pk})
        return self.filter(Exists(changes))


class ActManager(models.Manager.from_queryset(ActQuerySet)):
    def once(self, key, kind, do, **fields):
        """Record an act and run do(act), both or neither. Return the act.

        Of two submissions with the same key, even simultaneous ones in two processes, the second
        does nothing and gets the act of the first. A submission without a key always takes effect.
        """
        try:
            with transaction.atomic():
                act = self.create(key=key, kind=kind, **fields)
                do(act)
                return act
        except IntegrityError:
            first = self.filter(key=key).first() if key else None
            if first is None:
                raise
            return first


# The JSON names the tag as well, for processes of the version before 0011 that may still run.
INSERT_TAGS = """
INSERT INTO tasks_change (act_id, user_id, task_id, tagged_with_id, before, after)
SELECT %s, %s, task, tag, jsonb_build_object('tag ' || tag, NOT has),
    jsonb_build_object('tag ' || tag, has)
FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[]) WITH ORDINALITY AS given(task, tag, has, nth)
ORDER BY nth
"""


# Likewise of many new rows of a kind; the column of their kind stands between the braces.
INSERT_NEW = """
INSERT INTO tasks_change (act_id, user_id, {}, before, after)
SELECT %s, %s, pk, %s::jsonb, %s::jsonb FROM unnest(%s::bigint[]) WITH ORDINALITY AS new(pk, nth)
ORDER BY nth
"""


class Act(models.Model):
    """One action of a user, with all its changes: the unit of history, undo and idempotency."""

    class Kind(models.TextChoices):
        ADD = "add", "Added"
        EDIT = "edit", "Edited"
        COMPLETE = "complete", "Completed"
        REOPEN = "reopen", "Reopened"
        ORDER = "order", "Reordered"
        DELETE = "delete", "Deleted"
        RESTORE = "restore", "Restored"
        ARCHIVE = "archive", "Archived"
        UNARCHIVE = "unarchive", "Unarchived"
        UNDO = "undo", "Undone"
        REDO = "redo", "Redone"
        IMPORT = "import", "Imported"

    user = owner("acts")
    key = models.UUIDField(null=True)
    kind = models.CharField(max_length=10, choices=Kind)
    # The act that an undo or redo reverts; never an undo or redo itself.
    of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="+")
    by_staff = models.BooleanField(default=False, db_default=False)
    # A hash of the session. It is "" for acts of a command, or of an earlier version.
    browser = models.CharField(max_length=16, default=this_browser, db_default="", editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    # The changes that this object has recorded, so that the message of the act needs no query:
    # columns, tags as {id of a task: {id of a tag: whether it has the tag now}}, and new rows.
    kept, kept_tags, new_rows = (), {}, ()

    objects = ActManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="tasks_act_once")]
        indexes = [models.Index(models.F("user"), models.F("id").desc(), name="tasks_act_of_user")]

    def __str__(self):
        return f"{self.kind} of {self.user_id} at {self.created_at}"

    def get_absolute_url(self):
        return reverse("act_detail", kwargs={"act_pk": self.pk})

    @property
    def undo_url(self):
        return reverse("act_undo", kwargs={"act_pk": self.pk})

    @property
    def series_url(self):
        return reverse("act_series", kwargs={"act_pk": self.pk})

    @property
    def is_tick(self):
        """Whether the act completed or reopened a task or step."""
        return self.kind in {self.Kind.COMPLETE, self.Kind.REOPEN}

    def why_ask(self):
        """Return the reason to ask before a keyboard shortcut undoes this act, "" for none."""
        if self.by_staff:
            return "by support"
        if self.browser != this_browser():
            return "in another browser, or before you signed in"
        if self.created_at < timezone.now() - timedelta(hours=UNDO_HOURS):
            return "more than a day ago"
        return ""

    @property
    def new_tasks(self):
        return [row for row in self.new_rows if row._meta.model_name == "task"]

    def keep(self, changes):
        """Insert changes of rows. A new act is inserted together with its first changes."""
        if changes and self._state.adding:
            self.save(force_insert=True)
        for change in changes:
            change.act = self
            change.user_id = self.user_id
        Change.objects.bulk_create(changes)
        self.kept = [*self.kept, *changes]

    def keep_new(self, rows):
        """Record that these rows are new. A new act is inserted together with its first changes."""
        changes = [self.newness_of(row) for row in rows]
        self.keep(changes)
        self.new_rows = [*self.new_rows, *rows]

    def keep_many_new(self, model, pks):
        """Keep that rows of model with these ids are new, in one statement, however many.

        The act is in the database, and remembers none of them.
        """
        newness = self.newness_of(model(pk=0))
        values = map(json.dumps, [newness.before, newness.after])
        sql = INSERT_NEW.format(f"{Change.name_of(model)}_id")
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.pk, self.user_id, *values, pks])

    def keep_tags(self, tags):
        """Record the tags that tasks were given or lost.

        tags is {id of a task: {id of a tag: whether the task has it now}}. A new act is inserted
        together with its first changes. One statement inserts all, since thousands of tasks may
        have 30 tags each.
        """
        rows = [(task, tag, has) for task, given in tags.items() for tag, has in given.items()]
        if not rows:
            return
        if self._state.adding:
            self.save(force_insert=True)
        columns = [list(column) for column in zip(*rows, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(INSERT_TAGS, [self.pk, self.user_id, *columns])
        self.kept_tags = self.kept_tags | tags

    def keep_reminders(self, reminders):
        """Record what became of reminders, {id of a task: {id of a reminder: (before, after)}}.

        Both are states as JSON (tasks.reminders), None for no reminder. It stands in the change of
        the task's columns if this act has one, so that the history counts the task once.
        """
        there = {change.task_id: change for change in self.kept if not change.step_id}
        new, joined = [], []
        for task, states in reminders.items():
            change = there.get(task)
            if change:
                joined.append(change)
            else:
                change = Change(task_id=task, before={}, after={})
                new.append(change)
            change.reminders = joined_states(change.reminders or {}, states)
        Change.objects.bulk_update(joined, ["reminders"], batch_size=BATCH)
        self.keep(new)

    def row_changes(self):
        """Return the recorded changes row by row, without a query; [] for an act that was read."""
        rows = RowChange.of_rows(self.kept)
        of_tasks = {row.row_pk: row for row in rows if row.row_name == "task"}
        for task, tags in self.kept_tags.items():
            if task not in of_tasks:
                of_tasks[task] = RowChange(Change(act=self, task_id=task))
                rows.append(of_tasks[task])
            of_tasks[task].tags = {tag: (not has, has) for tag, has in tags.items()}
        return rows

    def newness_of(self, row):
        """Return the change that stands for the creation of a row."""
        task_id = getattr(row, "task_id", None)  # of a step
        change = Change.of_row(type(row), row.pk, task_id=task_id)
        change.act = self
        change.user_id = self.user_id
        change.before = {"deleted_at": as_json(self.created_at)}
        change.after = {"deleted_at": None}
        return change

    @property
    def original(self):
        """The act that an undo or redo reverts; any other act itself."""
        return self.of or self

    def first_row(self, model):
        """Return the act's first row of a model, in the trash or not; None if it was purged."""
        name = Change.name_of(model)
        changes = self.changes.exclude(**{name: None})
        first = changes.order_by("pk").first()
        return first and getattr(first, name)

    def is_undoable(self):
        age = timezone.now() - self.created_at
        return age <= timedelta(days=UNDO_DAYS)


class UntrackedChanges(models.Model):
    """The changes of an act to untracked rows: saved searches, and the settings of its user.

    The database deletes them with their act (migration 0015).
    """

    act = models.OneToOneField(
        Act, on_delete=models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    content = models.JSONField()

    class Meta:
        verbose_name_plural = "untracked changes"

    def __str__(self):
        return f"{self.content} of {self.act_id}"


def part(to):
    """Return the field of a change for one kind of row.

    The foreign key on it and the user deletes the change with the row.
    """
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="changes",
        db_index=False,
        db_constraint=False,
    )


class ChangeQuerySet(models.QuerySet):
    """The changes of acts."""

    def of_kind(self, name):
        """Return the changes of one kind of row. A change of a step names its task as well."""
        found = self.exclude(**{name: None})
        return found if name == "step" else found.filter(step=None)

    def with_rows(self):
        return self.select_related("list", "task", "step", "tag")


class Change(models.Model):
    """The columns that an act changed in one row: a task, a list, a tag, or a step of a task.

    Foreign keys of the database (0004) allow only rows of the act's user, and delete a change with
    its act or its row.
    """

    act = models.ForeignKey(
        Act, on_delete=models.DO_NOTHING, related_name="changes", db_constraint=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    task = part("tasks.Task")
    list = part("tasks.TaskList")
    tag = part("tasks.Tag")
    step = part("tasks.Step")
    # A tag that the task was given, or lost. The database has no foreign key on it, since the
    # history of the task stays when the tag is purged.
    tagged_with = models.ForeignKey(
        "tasks.Tag",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    before = models.JSONField()
    after = models.JSONField()
    # The reminders of the task that were added, removed or snoozed: see Act.keep_reminders().
    reminders = models.JSONField(null=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=[name], condition=~Q(**{name: None}), name=f"tasks_change_{name}")
            for name in ["task", "list", "tag", "step"]
        ]

    def __str__(self):
        return f"{self.row_name} {self.row_pk}: {self.before} → {self.after}"

    @classmethod
    def name_of(cls, model):
        """Return the name of the field for rows of a model: "task", "list" …"""
        # Two fields point to a tag. The first is for a change of the tag; the other, tagged_with,
        # is for a change of a task.
        return next(key.name for key in cls._meta.fields if key.related_model is model)

    @classmethod
    def of_row(cls, model, pk, **parent):
        """Return a change of a row of a model; for a step, parent is its task_id."""
        column = f"{cls.name_of(model)}_id"
        return cls(**parent | {column: pk})

    @property
    def row_name(self):
        """The kind of row: "step", "task", "list" or "tag". A change of a step names its task as
        well.

        So a step has to be looked for first.
        """
        for name in ["step", "task", "list"]:
            if getattr(self, f"{name}_id"):
                return name
        return "tag"

    @property
    def row(self):
        return getattr(self, self.row_name)

    @property
    def row_pk(self):
        return getattr(self, f"{self.row_name}_id")


class RowChange:
    """All that an act changed in one row, from any number of changes.

    `before` and `after` are the columns, {name: JSON}. `tags` has the tags that a task was given or
    lost, {id: (whether it had the tag before, and after)}. `reminders` has the states of its
    reminders, {id: (before, after)}.
    """

    def __init__(self, change):
        """Begin with the first change of the row; add() takes this one and the others."""
        self.change = change
        self.row_name = change.row_name
        self.row_pk = change.row_pk
        self.task_id = change.task_id
        self.before, self.after, self.tags, self.reminders = {}, {}, {}, {}

    def __str__(self):
        return f"{self.row_name} {self.row_pk}: {self.before} → {self.after}, tags {self.tags}"

    @property
    def act(self):
        return self.change.act

    @property
    def row(self):
        return self.change.row

    @property
    def task(self):
        return self.change.task

    def add(self, change):
        """Add the next change of the row: of a column, the first and the last value remain."""
        for name, before in change.before.items():
            after = change.after[name]
            if change.tagged_with_id:
                self.add_tag(change.tagged_with_id, before, after)
            elif name.startswith(OLD_TAG):
                self.add_tag(int(name.removeprefix(OLD_TAG)), before, after)
            else:
                self.before.setdefault(name, before)
                self.after[name] = after
        for pk, (before, after) in (change.reminders or {}).items():
            first, _ = self.reminders.get(
                int(pk),
                (before, after),
            )
            self.reminders[int(pk)] = (first, after)

    def add_tag(self, pk, before, after):
        first, _ = self.tags.get(pk, (before, after))
        self.tags[pk] = (first, after)

    def know(self, rows):
        """Set the row from rows, {(kind of row, id): row}, if they have it."""
        if row := rows.get((self.row_name, self.row_pk)):
            setattr(self.change, self.row_name, row)

    def reversed(self):
        """Return the change with before and after exchanged."""
        back = RowChange(self.change)
        back.before = self.after
        back.after = self.before
        back.tags = {pk: (after, before) for pk, (before, after) in self.tags.items()}
        back.reminders = {pk: (after, before) for pk, (before, after) in self.reminders.items()}
        return back

    def with_tags_of(self, others):
        """Return the change with the tags of other rows as well, which the same act changed."""
        change = RowChange(self.change)
        change.before = self.before
        change.after = self.after
        change.reminders = self.reminders
        for other in [*others, self]:
            change.tags |= other.tags
        return change

    @classmethod
    def of_rows(cls, changes):
        """Return the changes of one or several acts, grouped by act and row, in their order."""
        rows = {}
        for change in changes:
            key = change.act_id, change.row_name, change.row_pk
            if key not in rows:
                rows[key] = cls(change)
            rows[key].add(change)
        return list(rows.values())
