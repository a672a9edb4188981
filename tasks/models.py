"""The models: tasks in lists, with tags and steps. Acts: tasks/history.py."""

from datetime import timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import (
    Case,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Concat, Lower
from django.utils import timezone

from accounts import text
from tasks.addresses import address
from tasks.base.inserted import insert_once, notify
from tasks.base.ordered import Ordered, OrderedQuerySet, PositionField, number_anew  # noqa: F401
from tasks.base.searched import (
    Fold,
    Holds,
    IsEmpty,
    IsOneOf,
    TriggeredField,
    any_of,
    as_array,
    due,
)
from tasks.base.tagged import TaskTagQuerySet
from tasks.base.tracked import (
    EverythingManager,
    NamedQuerySet,
    PresentManager,
    Tracked,
    TrashManager,
    unique_name,
)
from tasks.base.withheld import WithholdingQuerySet
from tasks.history import Act, Change, as_json, owner, owner_of_task
from tasks.import_plans import ColumnMapping, ImportPlan  # noqa: F401
from tasks.reminders import Reminder
from tasks.saved_searches import SavedSearch  # noqa: F401
from tasks.search import fold

# Migrations name PositionField and to_inbox() as of this module, so both stay here. Django looks
# for all models here, so those of other modules are imported.


class ListQuerySet(OrderedQuerySet, NamedQuerySet):
    """The lists of users."""

    def standing(self):
        return self.filter(deleted_at=None)

    def make(self, user, name, act):
        """Return the user's list of this name: created if missing, unarchived if archived."""
        user.lock()  # of two simultaneous acts, the second finds the list of the first
        found = user.lists.named([name]).first()
        if not found:
            found = self.model(user=user, name=name)
            found.add(act)
        elif found.archived_at:
            user.lists.filter(pk=found.pk).change(act, archived_at=None)
        return found


class TaskList(Ordered):
    """A list of tasks. A task without a list is in the Inbox."""

    class Color(models.TextChoices):
        TEAL = "teal"
        BLUE = "blue"
        AMBER = "amber"
        ROSE = "rose"
        VIOLET = "violet"
        GREY = "grey"

    user = owner("lists")
    name = models.CharField(max_length=100)
    color = models.CharField(max_length=6, choices=Color, default=Color.GREY)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = PresentManager.from_queryset(ListQuerySet)()
    trash = TrashManager.from_queryset(ListQuerySet)()
    everything = EverythingManager.from_queryset(ListQuerySet)()

    class Meta:
        constraints = [unique_name("tasks_list_name", "There is already a list with this name.")]
        indexes = [models.Index(fields=["user"], name="tasks_list_user")]

    def __str__(self):
        return text.legible(self.name) or "(unnamed)"

    def get_absolute_url(self):
        return address("list_detail", self.pk)

    @property
    def order(self):
        return self.user, self.user.lists(manager="everything")

    def archive(self, version=None):
        """Archive the list: its tasks stay in it, and leave all pages but its own."""
        act = self.new_act(Act.Kind.ARCHIVE)
        was = {"archived_at": None}
        return self.change_from(was, act, version, archived_at=timezone.now)

    def unarchive(self, version=None):
        act = self.new_act(Act.Kind.UNARCHIVE)
        was = {"archived_at__isnull": False}
        return self.change_from(was, act, version, archived_at=None)

    @transaction.atomic
    def delete_softly(self, version=None, *, with_tasks=False):
        """Put the list into the trash; its tasks go along or move to the Inbox."""
        # This lock waits for acts that are moving tasks into the list (TaskQuerySet.change), so
        # that none arrives after the list has gone.
        TaskList.everything.select_for_update().get(pk=self.pk)
        act = super().delete_softly(version)
        tasks = Task.objects.filter(list=self)
        if act and with_tasks:
            tasks.change(act, deleted_at=self.deleted_at)
        elif act:
            tasks.change(act, list=None)
        return act

    @transaction.atomic
    def merge_into(self, other, version=None):
        """Give all tasks of this list, also deleted ones, to another list, and delete this one.

        A merge is recorded as a deletion, but the tasks move to the other list instead of the
        Inbox.
        """
        self.user.lock()  # as every act does that moves tasks between two lists
        there = TaskList.everything.select_for_update().filter(pk__in=[self.pk, other.pk])
        list(there.order_by("pk").values_list("pk"))  # waits for moving tasks, as a deletion does
        act = super().delete_softly(version)
        if act:
            Task.everything.filter(list=self).change(act, list=other)
        return act

    @transaction.atomic
    def restore(self, version=None, **fields):
        """Restore the list, and the tasks that were deleted or moved to the Inbox with it."""
        self.user.lock()  # as every act does that moves tasks of the Inbox
        self.lock()
        self.refresh()
        deleted_at = self.deleted_at
        act = super().restore(version, **fields)
        if act:
            with_it = Task.trash.filter(list=self, deleted_at=deleted_at)
            with_it.change(act, deleted_at=None)
            self.fetch_from_inbox(act)
        return act

    def fetch_from_inbox(self, act):
        """Move back the tasks that are still in the Inbox since this list was deleted."""
        left = self.positions_left()
        inbox = Task.objects.filter(list=None, pk__in=left).states([])
        wanted = {pk: left[pk] for pk in inbox if left[pk]}
        rows = Task.everything.filter(user=self.user_id, list=self)
        positions = rows.free_positions(wanted)
        back = {}
        for pk in inbox:
            position = positions.get(pk, "")
            back[pk] = {"list_id": self.pk, "position": position}
        Task.everything.rewrite(act, back)

    def positions_left(self):
        """Return {id: position} of the tasks that left when this list was last deleted.

        The undo of an act that created or restored the list counts as a deletion as well.
        """
        deletions = self.changes.filter(after__has_key="deleted_at").exclude(after__deleted_at=None)
        latest = deletions.order_by("-act").values("act")[:1]
        left = Change.objects.filter(act=latest, before__list_id=self.pk, after__list_id=None)
        pairs = left.values_list("task", "before")
        return {task: before.get("position", "") for task, before in pairs}

    @transaction.atomic
    def purge(self):
        """Purge the list if it's in the trash, with the tasks that were deleted with it."""
        row = TaskList.trash.select_for_update().filter(pk=self.pk)
        there = row.first()
        if there:
            with_it = Task.trash.filter(list=there, deleted_at=there.deleted_at)
            with_it.purge()
        return super().purge()


class TagQuerySet(NamedQuerySet):
    """The tags of users."""

    def by_name(self):
        return self.order_by(Lower("name"))

    def make(self, user, names, act=None):
        """Return the user's tags of these names; missing ones are created."""
        if not names:
            return []
        there = list(user.tags.named(names))
        lower = {tag.lower for tag in there}
        if all(name.lower() in lower for name in names):
            return there
        new = [self.model(user=user, name=name) for name in names]
        self.bulk_create(new, ignore_conflicts=True)
        tags = list(user.tags.named(names))
        new = [tag for tag in tags if tag not in there]
        if act:
            act.keep_new(new)
        return tags


class Tag(Tracked):
    """A word that tasks have in common. A tag in the trash stays on its tasks, unseen."""

    user = owner("tags")
    name = models.CharField(max_length=50)

    objects = PresentManager.from_queryset(TagQuerySet)()
    trash = TrashManager.from_queryset(TagQuerySet)()
    everything = EverythingManager.from_queryset(TagQuerySet)()

    class Meta:
        constraints = [unique_name("tasks_tag_name", "There is already a tag with this name.")]
        indexes = [models.Index(fields=["user"], name="tasks_tag_user")]

    def __str__(self):
        return text.legible(self.name) or "(unnamed)"

    def get_absolute_url(self):
        return address("tag_detail", self.pk)

    @transaction.atomic
    def merge_into(self, other, version=None):
        """Put another tag on all tasks of this one, also deleted ones, and delete this tag.

        A merge is recorded as a deletion that gives tasks a tag.
        """
        self.user.lock()
        there = Tag.everything.select_for_update().filter(pk=self.pk)
        list(there.values_list("pk"))  # waits for acts that are putting the tag on tasks
        act = self.delete_softly(version)
        if act:
            Task.everything.filter(tags=self).change_tags(act, {other.pk: True})
        return act


DATES = ["due_date", "due_time", "repeat"]  # a time and a repeat need a date
REPEAT = ["repeat_from", "repeat_anchor", "missed"]  # how the days of a repeat are counted


class TaskQuerySet(OrderedQuerySet, WithholdingQuerySet):
    # The list comes first. Within one list that changes nothing, but without it PostgreSQL would
    # sort the Inbox, whose list is NULL, instead of reading the index.
    """The tasks of users."""

    HAND = ["list_id", OrderedQuerySet.UNPLACED, "position", "created_at", "id"]
    SHARED = ["list_id"]
    UNCERTAIN = ["list_id"]  # see leave_deleted_lists()

    def open(self):
        return self.filter(completed_at=None)

    def completed(self):
        return self.exclude(completed_at=None)

    def with_status(self, status):
        """Return the "pending" or the "completed" tasks; for "" all."""
        narrowed = {"pending": self.open, "completed": self.completed, "": self.all}
        return narrowed[status]()

    def standing(self):
        return self.filter(completed_at=None, deleted_at=None)

    def repeating(self):
        return self.exclude(IsEmpty("repeat"))

    def due_by(self, day):
        """Return the open tasks that are due on a day or before."""
        return self.open().filter(due_date__lte=day)

    def outside(self, lists):
        """Return the tasks that are in none of these lists, given by id: the archived ones.

        The caller knows the ids. If the query joined the lists, PostgreSQL might read all users'
        lists.
        """
        is_in_one = IsOneOf(F("list_id"), Value(as_array(lists)))
        return self.filter(Q(list=None) | ~Q(is_in_one))

    def found_by(self, query, user, now, completed=False):
        """Return the tasks that match a search, a tasks.search.Query of a user.

        now is an aware datetime in the user's zone, for due dates. Each word must occur in the
        title, the notes, a step or a tag. Of several filters of one kind one must hold, but all
        tags must. Only open tasks are found; with completed, completed ones too; with the filter
        "done", these alone.
        """
        if not query:
            return self.none()
        if query.values("done"):
            found = self.completed()
        elif completed:
            found = self.all()
        else:
            found = self.open()
        found = found.filter(
            any_of(Q(list=pk) for pk in query.values("list")),
            any_of(due(value, now) for value in query.values("due")),
            any_of(Q(priority=value) for value in query.values("priority")),
        )
        tags = TaskTag.objects.filter(task=OuterRef("pk"))
        for pk in query.values("tag"):
            found = found.filter(Exists(tags.filter(tag=pk)))
        for word in query.words:
            found = found.filter(Holds(fold(word), user))
        return found

    def for_rows(self):
        """Fetch the columns of rows, the ids of tags and the states of steps, but no notes."""
        tags = TaskTag.objects.filter(task=OuterRef("pk"))
        steps = Step.objects.filter(task=OuterRef("pk"))
        waiting = Reminder.objects.waiting().filter(task=OuterRef("pk")).values("task")
        next_one = waiting.annotate(next_one=Min("moment"))
        return self.only(*Task.SHOWN_IN_ROWS).annotate(
            has_note=ExpressionWrapper(~Q(description=""), models.BooleanField()),
            tag_ids=ArraySubquery(tags.values("tag")),
            ticks=ArraySubquery(steps.values("done")),
            remind_at=Subquery(next_one.values("next_one")),
        )

    def with_texts(self):
        """Fetch the titles of the steps, in their order, beside the notes of tasks."""
        steps = Step.objects.filter(task=OuterRef("pk")).by_hand()
        return self.annotate(step_titles=ArraySubquery(steps.values("title")))

    def restore(self, act=None):
        """Restore these tasks: to their list, or to the Inbox if the list was deleted."""
        with transaction.atomic():
            lists = TaskList.everything.filter(pk__in=self.values("list"))
            lists.lock()
            return self.exclude(deleted_at=None).change(act, deleted_at=None, **HOME)

    def complete(self, act=None):
        """Complete the open tasks that don't repeat. Return their number.

        tasks.repeating defines the completion of repeating tasks.
        """
        once = self.open().filter(repeat="")
        return once.change(act, completed_at=timezone.now)

    def reopen(self, act=None):
        return self.completed().change(act, completed_at=None)

    def stamp(self):
        return super().stamp() | {"updated_at": timezone.now()}

    def change(self, act, **fields):
        """Write the same values to these tasks, as TrackedQuerySet.change() does.

        A task that moves to another list has no position there. A task that loses its date loses
        its time and its repeat.
        """
        if fields.get("due_date", "another") is None:
            fields |= {"due_time": None, "repeat": ""}
        if set(fields) == {"list"}:
            elsewhere = self.exclude(list=fields["list"])
            return elsewhere.change(act, **fields, position="")
        if "list" in fields:
            fields.setdefault("position", "")
        return super().change(act, **fields)

    def write(self, **fields):
        number = super().write(**fields)
        if fields.get("list"):
            self.leave_deleted_lists()
        return number

    @transaction.atomic(savepoint=False)
    def change_tags(self, act, tags, *, raised=()):
        """Add tags to these tasks and remove others: {id of a tag: whether to add it}.

        Return the number of tasks that changed. For raised, see write_tags().
        """
        locked = self.states([])
        return self.write_tags(act, dict.fromkeys(locked, tags), raised=raised)

    def write_tags(self, act, tags, *, raised=()):
        """Add tags to tasks and remove others: {id: {id of a tag: whether to add it}}.

        The caller has locked the tasks. raised has the ids of tasks with a version already raised
        by this act, so that one edit raises it once. Return the number of tasks that changed.
        """
        changed = TaskTag.objects.write(tags)
        to_raise = changed.keys() - raised
        Task.everything.filter(pk__in=to_raise).write()
        if act:
            act.keep_tags(changed)
        return len(changed)

    def add_all(self, act, tasks):
        """Insert new tasks in this order, [(task, its steps, its tags)], as one act."""
        created_at = timezone.now()
        all_steps = []
        for task, steps, _ in tasks:
            task.created_at = created_at  # each a little later, so that they keep this order
            created_at += timedelta(microseconds=1)
            number_anew(steps)
            all_steps += steps
        new = self.bulk_create(task for task, *_ in tasks)
        Step.objects.bulk_create(all_steps)
        pks = [task.pk for task in new]
        Task.everything.filter(pk__in=pks).leave_deleted_lists()
        given = {}
        for task, _, tags in tasks:
            given[task.pk] = {tag.pk: True for tag in tags}
        TaskTag.objects.write(given)
        act.keep_new(new)
        notify(pks)

    def follow(self, act, before):
        """Let the reminders of changed tasks follow them, {id: {column: JSON}} before.

        A task's new date ends the snoozes of its reminders, which the act keeps for its Undo.
        """
        columns = {name for row in before.values() for name in row}
        if not columns.isdisjoint(Reminder.DECIDING):
            Reminder.objects.filter(task__in=before).follow(before, act)

    def leave_deleted_lists(self):
        """Move tasks to the Inbox if their list was deleted while they were moving into it.

        The foreign key of the list has waited for the deletion, so its result is known now.
        """
        misplaced = self.filter(list__deleted_at__isnull=False)
        misplaced.update(list=None, position="")


def to_inbox(collector, field, tasks, using):
    """Move tasks to the Inbox when their list is purged, without a position: theirs may be taken.

    Django calls this (on_delete) when it deletes a list, alone or together with its user.
    """
    collector.add_field_update(Task._meta.get_field("position"), "", tasks)
    models.SET_NULL(collector, field, tasks, using)


to_inbox.lazy_sub_objs = True  # as SET_NULL has it, so that the tasks aren't fetched


class Task(Ordered):
    """Something to do, of one user.

    due_date and due_time are floating: they belong to the user's calendar and clock, in any time
    zone. All other moments are UTC. Ids begin above 2**31 (first migration), since the system that
    this one replaces has int4 ids: the two ranges never meet.
    """

    class RepeatFrom(models.TextChoices):
        DUE = "due", "The due date"
        COMPLETION = "completion", "The completion date"

    class Missed(models.TextChoices):
        PASS = "pass", "Skip missed dates"
        KEEP = "keep", "Keep every missed one"

    class Priority(models.IntegerChoices):
        NONE = 0
        LOW = 1
        MEDIUM = 2
        HIGH = 3

    user = owner("tasks")
    # In place of Django's, the database has a foreign key on (list, user), so that no task can be
    # in another user's list. Migration 0003 adds it, and the keys of steps and tags.
    list = models.ForeignKey(
        TaskList,
        on_delete=to_inbox,
        null=True,
        blank=True,
        related_name="tasks",
        db_index=False,
        db_constraint=False,
    )
    title = models.CharField(max_length=255)
    description = models.TextField("notes", blank=True)
    priority = models.PositiveSmallIntegerField(
        choices=Priority, default=Priority.NONE, db_default=Priority.NONE
    )
    due_date = models.DateField("due", null=True, blank=True)
    due_time = models.TimeField("time", null=True, blank=True)
    repeat = models.CharField(max_length=200, blank=True, default="", db_default="")
    repeat_from = models.CharField(
        max_length=10,
        choices=RepeatFrom,
        default=RepeatFrom.DUE,
        db_default=RepeatFrom.DUE,
        editable=False,
    )
    # The anchor: the first day of the series, from which the rule counts.
    repeat_anchor = models.DateField(null=True, editable=False)
    missed = models.CharField(
        max_length=4, choices=Missed, default=Missed.PASS, db_default=Missed.PASS, editable=False
    )
    # For an occurrence that was kept as a task of its own: the repeating task it belonged to.
    series = models.ForeignKey(
        "self",
        on_delete=models.DO_NOTHING,  # 0007 has a key that sets it to NULL
        null=True,
        editable=False,
        related_name="occurrences",
        db_index=False,
        db_constraint=False,
    )
    typed = models.TextField(default="", db_default="", editable=False)
    tags = models.ManyToManyField(Tag, through="TaskTag", related_name="tasks")
    search_text = TriggeredField(  # of migration 0013
        expression=Fold(
            Concat("title", Value("\n"), "description", output_field=models.TextField())
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    SHOWN_IN_ROWS = [
        "version",
        "user",
        "list",
        "title",
        "priority",
        *DATES,
        *REPEAT,
        "completed_at",
    ]
    UNFETCHED = ["search_text"]
    is_withheld = False  # whether its words are removed, since its user lets support read none

    objects = PresentManager.from_queryset(TaskQuerySet)()
    trash = TrashManager.from_queryset(TaskQuerySet)()
    everything = EverythingManager.from_queryset(TaskQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_time=None) | ~Q(due_date=None),
                name="tasks_task_time_needs_date",
                violation_error_message="A time needs a date.",
            ),
            models.CheckConstraint(
                condition=Q(repeat="") | ~Q(due_date=None),
                name="tasks_task_repeat_needs_date",
                violation_error_message="A repeat needs a date.",
            ),
            models.CheckConstraint(condition=Q(priority__lte=3), name="tasks_task_priority"),
            models.UniqueConstraint(
                fields=["user", "list", "position"],
                condition=~Q(position=""),
                nulls_distinct=False,
                name="tasks_task_position",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-created_at", "-id"],
                include=["deleted_at"],  # for pages, which leave out the trash
                name="tasks_task_created",
            ),
            models.Index(
                F("user"), F("created_at").desc(), F("id").desc(),
                condition=Q(deleted_at=None, completed_at=None), name="tasks_task_open",
            ),
            models.Index(
                F("user"), F("list"), OrderedQuerySet.UNPLACED, F("position"),
                F("created_at"), F("id"),
                condition=Q(deleted_at=None, completed_at=None), name="tasks_task_by_hand",
            ),
            models.Index(  # in the order of the pages that sort by due date
                fields=["user", "due_date", "due_time", "-priority", "created_at", "id"],
                include=["list"],  # for the pages that leave out archived lists
                condition=Q(deleted_at=None, completed_at=None) & ~Q(due_date=None),
                name="tasks_task_by_day",
            ),
            models.Index(  # for the later days of repeats in Upcoming
                fields=["user", "due_date", "due_time", "id"],
                condition=Q(deleted_at=None, completed_at=None) & ~Q(IsEmpty("repeat")),
                name="tasks_task_repeats",
            ),
            models.Index(  # for the counts of the sidebar, which read no other columns
                fields=["user", "list", "due_date"],
                condition=Q(deleted_at=None, completed_at=None), name="tasks_task_counts",
            ),
            models.Index(
                F("user"), F("completed_at").desc(), F("id").desc(),
                condition=Q(deleted_at=None) & ~Q(completed_at=None), name="tasks_task_completed",
            ),
            models.Index(  # for the page of a list, below its open tasks
                F("user"), F("list"), F("completed_at").desc(), F("id").desc(),
                condition=Q(deleted_at=None) & ~Q(completed_at=None) & ~Q(list=None),
                name="tasks_task_list_done",
            ),
            models.Index(  # for the foreign key, when a list is purged
                fields=["user", "list"], condition=~Q(list=None), name="tasks_task_list",
            ),
            models.Index(
                F("user"), F("deleted_at").desc(), F("id").desc(),
                condition=~Q(deleted_at=None), name="tasks_task_trash",
            ),
            models.Index(fields=["series"], condition=~Q(series=None), name="tasks_task_series"),
        ]  # fmt: skip

    def __str__(self):
        return text.legible(self.title) or "(untitled)"

    def __repr__(self):
        return f"<Task {self.pk} v{self.version} {self.status} {self.title!r} of {self.user_id}>"

    def get_absolute_url(self):
        return address("task_detail", self.pk)

    def withhold(self):
        """Remove all text of the user, for staff who may see only the id, dates and state."""
        self.is_withheld = True
        self.title = f"(task {self.pk})"
        self.description = self.typed = ""
        self.list = None

    @property
    def completed(self):
        return self.completed_at is not None

    @property
    def status(self):
        return "completed" if self.completed else "pending"

    def as_dict(self):
        """Return the task as the old API returned it, with the newer fields added.

        Dates and moments are in ISO 8601, moments in UTC; the list is its name, None for the Inbox.
        """
        due = as_json(self.due_date)
        if self.due_time:
            due += f"T{self.due_time.isoformat()}"
        repeat = {"repeat": "", "repeat_from": "", "repeat_anchor": None, "missed": ""}
        if self.repeat:
            repeat = {name: as_json(getattr(self, name)) for name in repeat}
        return {
            "id": self.pk,
            "user_id": self.user_id,
            "title": self.title,
            "description": self.description,
            "status": self.status,
            "due_date": due,
            **repeat,
            "priority": self.get_priority_display().lower(),
            "list": self.list and self.list.name,
            "tags": [tag.name for tag in self.tags.by_name()],
            "steps": [{"title": s.title, "done": s.done} for s in self.steps.by_hand()],
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
        }

    def complete(self, version=None):
        """Complete a task that doesn't repeat; tasks.repeating.complete() completes any task."""
        if self.repeat:
            raise ValueError("A repeating task is completed by tasks.repeating.complete().")
        act = self.new_act(Act.Kind.COMPLETE)
        was = {"completed_at": None, "repeat": ""}
        return self.change_from(was, act, version, completed_at=timezone.now)

    def reopen(self, version=None):
        act = self.new_act(Act.Kind.REOPEN)
        was = {"completed_at__isnull": False}
        return self.change_from(was, act, version, completed_at=None)

    @transaction.atomic
    def restore(self, version=None, *, act=None):
        """Restore the task: to its list, or to the Inbox if the list was deleted."""
        lists = TaskList.everything.filter(pk=self.list_id)
        lists.lock()
        return super().restore(version, act=act, **HOME)

    @transaction.atomic(savepoint=False)
    def edit(self, *, act=None, add_tags=(), remove_tags=(), **fields):
        """Write new values of fields, add tags and remove others. Return the act, or None."""
        act = act or self.new_act(Act.Kind.EDIT)
        rows = Task.everything.filter(pk=self.pk)
        tags = {tag.pk: True for tag in add_tags}
        tags |= {tag.pk: False for tag in remove_tags}
        edited = tagged = 0
        if fields:
            edited = rows.change(act, **fields)
        if tags:
            raised = [self.pk] if edited else []
            tagged = rows.change_tags(act, tags, raised=raised)
        self.refresh()
        return act if edited or tagged else None

    @transaction.atomic
    def put_into(self, name):
        """Move the task to its user's list of this name, which is created if missing."""
        act = self.new_act(Act.Kind.EDIT)
        task_list = TaskList.objects.make(self.user, name, act)
        return self.edit(act=act, list=task_list)

    def attach(self, tags):
        pairs = [TaskTag(user_id=self.user_id, task=self, tag=tag) for tag in tags]
        TaskTag.objects.bulk_create(pairs, ignore_conflicts=True)

    @property
    def order(self):
        rows = Task.everything.filter(user=self.user_id, list=self.list_id)
        return self.list or self.user, rows

    def checklist(self):
        """Return the steps of the task and its deleted steps, both in order, by one query."""
        steps = list(self.steps(manager="everything").by_hand())
        return {
            "steps": [step for step in steps if not step.deleted_at],
            "deleted": [step for step in steps if step.deleted_at],
        }

    def siblings(self):
        """Return the open tasks of its list, including this one."""
        return self.user.tasks.open().filter(list=self.list_id)

    @transaction.atomic(savepoint=False)
    def add(self, tags=(), act=None, like=None):
        """Insert this new task with its tags and its act.

        It gets the reminders of the task that it copies, or its user's default one.
        """
        self.save(force_insert=True)
        row = Task.everything.filter(pk=self.pk)
        if self.list_id:
            row.leave_deleted_lists()
        self.attach(tags)
        if like:
            Reminder.objects.copy({like.pk: self})
        else:
            Reminder.objects.add_default([self])
        act = act or self.new_act(Act.Kind.ADD)
        act.keep_new([self])
        notify([self.pk])

    def add_once(self, key=None, **fields):
        """Insert this new task, without tags, by one statement; fields are columns of its act.

        Its default reminder, if its user wants one, takes another statement in a transaction.

        Return the act. If the user has an act with this key, insert nothing and return that act;
        the task stays unsaved then, see ActManager.once.
        """
        act = Act(user_id=self.user_id, key=key, kind=Act.Kind.ADD, **fields)
        if self.gets_reminder:
            with transaction.atomic():
                is_new = insert_once(self, act)
                Reminder.objects.add_default([self] * is_new)
        else:
            is_new = insert_once(self, act)
        if is_new:
            return act
        return Act.objects.get(user=self.user_id, key=key)

    @property
    def gets_reminder(self):
        """Whether this task, if new, gets the reminder that its user wants by default."""
        return bool(self.due_time) and self.user.default_reminder is not None

    def set_reminders(self, minutes=(), moments=(), act=None):
        """Replace the reminders of the task by these, see ReminderQuerySet.replace."""
        return Reminder.objects.replace(self, minutes, moments, act)

    def duplicate(self, key=None):
        """Add an open copy of this task, with its tags, and its steps not done, just after it.

        Return the act, see ActManager.once.
        """
        names = ["user_id", "list_id", "title", "description", "priority", *DATES, *REPEAT]
        copy = Task(**{name: getattr(self, name) for name in names})

        def add(act):
            copy.add(self.tags.all(), act, like=self)
            steps = self.steps.by_hand()
            Step.objects.bulk_create(
                Step(user_id=self.user_id, task=copy, title=step.title, position=step.position)
                for step in steps
            )
            # The position belongs to the same act, so undo and redo restore it with the copy.
            copy.put(None, after=self.pk)

        return self.user.acts.once(key, Act.Kind.ADD, add)


# The columns of a restored task: its list and position, or the Inbox if the list was deleted.
IS_THERE = Q(list=None) | Exists(TaskList.objects.filter(pk=OuterRef("list")))

HOME = {
    "list": Case(When(IS_THERE, then=F("list"))),
    "position": Case(When(IS_THERE, then=F("position")), default=Value("")),
}


class TaskTag(models.Model):
    """A tag on a task, both of the same user."""

    user = owner_of_task("+")
    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    tag = models.ForeignKey(
        Tag, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    objects = TaskTagQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "tag"], name="tasks_tasktag_once")]
        indexes = [models.Index(fields=["tag", "task"], name="tasks_tasktag_by_tag")]

    def __str__(self):
        return f"{self.tag} on {self.task}"


class StepQuerySet(OrderedQuerySet):
    """The steps of tasks."""

    PARENT = SHARED = ["task_id"]

    def of_tasks_there(self):
        """Return the steps of tasks outside the trash."""
        return self.filter(task__deleted_at=None)


class Step(Ordered):
    """A part of a task, with a title, done or not."""

    user = owner_of_task("steps")
    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="steps", db_index=False, db_constraint=False
    )
    title = models.CharField(max_length=255)
    done = models.BooleanField(default=False)

    objects = PresentManager.from_queryset(StepQuerySet)()
    trash = TrashManager.from_queryset(StepQuerySet)()
    everything = EverythingManager.from_queryset(StepQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["task", "position"], name="tasks_step_task"),
            models.Index(fields=["user"], name="tasks_step_user"),
        ]

    def __str__(self):
        return text.legible(self.title) or "(untitled)"

    @property
    def order(self):
        return self.task, self.task.steps(manager="everything")

    def tick(self, done):
        """Mark the step done or not done. Return the act, None if it already was."""
        kind = Act.Kind.COMPLETE if done else Act.Kind.REOPEN
        act = self.new_act(kind)
        return self.change_from({"done": not done}, act, done=done)
