"""The models: tasks in lists, with tags and steps, and saved searches. Acts: tasks/history.py."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models, transaction
from django.db.models import Case, Exists, ExpressionWrapper, F, OuterRef, Q, Value, When
from django.db.models.functions import Concat, Lower
from django.db.models.query import ModelIterable
from django.urls import reverse
from django.utils import timezone

from accounts import text
from tasks.addresses import address
from tasks.base.inserted import insert_once, notify
from tasks.base.ordered import Ordered, OrderedQuerySet, PositionField, number_anew  # noqa: F401
from tasks.base.searched import (
    Fold,
    Holds,
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
from tasks.history import Act, Change, as_json, owner
from tasks.search import LONGEST, fold

# Migrations name PositionField and to_inbox() as of this module, so both stay here.


class ListQuerySet(OrderedQuerySet, NamedQuerySet):
    def standing(self):
        return self.filter(deleted_at=None)

    def make(self, user, name, act):
        """Return the user's list of this name: made if it isn't there, brought back if archived."""
        user.lock()  # of two who make it at once, the second sees the first
        found = user.lists.named([name]).first()
        if not found:
            found = self.model(user=user, name=name)
            found.add(act)
        elif found.archived_at:
            user.lists.filter(pk=found.pk).change(act, archived_at=None)
        return found


class TaskList(Ordered):
    """A list of tasks. A task without one is in the Inbox."""

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
        constraints = [unique_name("tasks_list_name", "There is a list with this name already.")]
        indexes = [models.Index(fields=["user"], name="tasks_list_user")]

    def __str__(self):
        return text.legible(self.name) or "(unnamed)"

    def get_absolute_url(self):
        return address("list_detail", self.pk)

    @property
    def order(self):
        return self.user, self.user.lists(manager="everything")

    def archive(self, version=None):
        """Put it away with its tasks: they stay in it, and out of all pages but its own."""
        act = self.new_act(Act.Kind.ARCHIVE)
        was = {"archived_at": None}
        return self.change_from(was, act, version, archived_at=timezone.now())

    def unarchive(self, version=None):
        act = self.new_act(Act.Kind.UNARCHIVE)
        was = {"archived_at__isnull": False}
        return self.change_from(was, act, version, archived_at=None)

    @transaction.atomic
    def delete_softly(self, version=None, *, with_tasks=False):
        """Put it into the trash, its tasks with it or into the Inbox."""
        # This lock waits for tasks that are on their way into it (TaskQuerySet.change).
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
        """Put it into the trash, and all its tasks into another list, those in the trash as well.

        It is a deletion whose tasks go elsewhere than to the Inbox.
        """
        self.user.lock()  # as whoever moves tasks of two lists
        there = TaskList.everything.select_for_update().filter(pk__in=[self.pk, other.pk])
        list(there.order_by("pk").values_list("pk"))  # waits as for a deletion
        act = super().delete_softly(version)
        if act:
            Task.everything.filter(list=self).change(act, list=other)
        return act

    @transaction.atomic
    def restore(self, version=None, **fields):
        """Take it out of the trash, and the tasks that went with it there or into the Inbox."""
        self.user.lock()  # as whoever moves tasks in the Inbox
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
        """Take back the tasks that are still in the Inbox since this list was deleted."""
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
        """Return the positions of tasks that left when this list was deleted last, {id: key}.

        That may also have been by undoing what brought the list here.
        """
        deletions = self.changes.filter(after__has_key="deleted_at").exclude(after__deleted_at=None)
        latest = deletions.order_by("-act").values("act")[:1]
        left = Change.objects.filter(act=latest, before__list_id=self.pk, after__list_id=None)
        pairs = left.values_list("task", "before")
        return {task: before.get("position", "") for task, before in pairs}

    @transaction.atomic
    def purge(self):
        """Delete it for ever if it is in the trash, and the tasks that went there with it."""
        row = TaskList.trash.select_for_update().filter(pk=self.pk)
        there = row.first()
        if there:
            with_it = Task.trash.filter(list=there, deleted_at=there.deleted_at)
            with_it.purge()
        return super().purge()


class TagQuerySet(NamedQuerySet):
    def by_name(self):
        return self.order_by(Lower("name"))

    def make(self, user, names, act=None):
        """Return the user's tags of these names; those that are missing are made."""
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
    """A word that its user hangs on tasks. In the trash it still hangs there, unseen."""

    user = owner("tags")
    name = models.CharField(max_length=50)

    objects = PresentManager.from_queryset(TagQuerySet)()
    trash = TrashManager.from_queryset(TagQuerySet)()
    everything = EverythingManager.from_queryset(TagQuerySet)()

    class Meta:
        constraints = [unique_name("tasks_tag_name", "There is a tag with this name already.")]
        indexes = [models.Index(fields=["user"], name="tasks_tag_user")]

    def __str__(self):
        return text.legible(self.name) or "(unnamed)"

    def get_absolute_url(self):
        return address("tag_detail", self.pk)

    @transaction.atomic
    def merge_into(self, other, version=None):
        """Put it into the trash, and hang another tag on all its tasks, those in the trash as well.

        It is a deletion that gives tasks a tag.
        """
        self.user.lock()
        there = Tag.everything.select_for_update().filter(pk=self.pk)
        list(there.values_list("pk"))  # waits for tasks that are getting it
        act = self.delete_softly(version)
        if act:
            Task.everything.filter(tags=self).change_tags(act, {other.pk: True})
        return act


DATES = ["due_date", "due_time", "repeat"]  # a time and a repeat need a day
REPEAT = ["repeat_from", "repeat_anchor", "missed"]  # how the days of a repeat are counted


class WithholdingIterable(ModelIterable):
    """Tasks without the words of users who don't let support look."""

    def __iter__(self):
        for task in super().__iter__():
            if not task.user.lets_support_look:
                task.withhold()
            yield task


class TaskQuerySet(OrderedQuerySet):
    # The list comes first: of one list alone it changes nothing, but PostgreSQL can't tell that of
    # the Inbox, and would sort it instead of reading the index.
    HAND = ["list_id", OrderedQuerySet.UNPLACED, "position", "created_at", "id"]
    SHARED = ["list_id"]
    UNCERTAIN = ["list_id"]  # see leave_deleted_lists()

    def for_staff(self, staff):
        """Return these as staff may read them in the admin: each with its words, or withheld.

        Superusers read all. `readable_title` is for searches: it is empty where it is withheld.
        """
        if staff.is_superuser:
            return self.alias(readable_title=F("title"))
        is_readable = Q(user__support_until__gt=timezone.now())
        readable = Case(When(is_readable, then="title"), default=Value(""))
        rows = self.select_related("user").alias(readable_title=readable)
        rows._iterable_class = WithholdingIterable
        return rows

    def open(self):
        return self.filter(completed_at=None)

    def completed(self):
        return self.exclude(completed_at=None)

    def with_status(self, status):
        """Narrow to "pending" or "completed"; "" keeps both."""
        narrowed = {"pending": self.open, "completed": self.completed, "": self.all}
        return narrowed[status]()

    def standing(self):
        return self.filter(completed_at=None, deleted_at=None)

    def due_by(self, day):
        """Narrow to open tasks whose date is day or before it."""
        return self.open().filter(due_date__lte=day)

    def outside(self, lists):
        """Leave out the tasks of lists, by their ids: of those that are put away.

        Whoever asks knows them: to look at each task's list, PostgreSQL may read the lists of all.
        """
        is_in_one = IsOneOf(F("list_id"), Value(as_array(lists)))
        return self.filter(Q(list=None) | ~Q(is_in_one))

    def found_by(self, query, user, now, completed=False):
        """Narrow to what a search of user's asks for, a tasks.search.Query, at now in their zone.

        Each word stands in the title, the notes, a step or a tag. Of filters of one kind one has
        to hold, of tags all. Only open tasks are found, or completed ones too, or these alone.
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
        """Fetch what a row shows: the ids of its tags, the ticks of its steps, and no notes."""
        tags = TaskTag.objects.filter(task=OuterRef("pk"))
        steps = Step.objects.filter(task=OuterRef("pk"))
        return self.only(*Task.SHOWN_IN_ROWS).annotate(
            has_note=ExpressionWrapper(~Q(description=""), models.BooleanField()),
            tag_ids=ArraySubquery(tags.values("tag")),
            ticks=ArraySubquery(steps.values("done")),
        )

    def restore(self, act=None):
        """Take these out of the trash, into the Inbox where their list is gone."""
        with transaction.atomic():
            lists = TaskList.everything.filter(pk__in=self.values("list"))
            lists.lock()
            return self.exclude(deleted_at=None).change(act, deleted_at=None, **HOME)

    def complete(self, act=None):
        """Complete these that are open; return how many. Those that repeat stay as they are.

        What completing a repeating task means is said in tasks.repeating.
        """
        once = self.open().filter(repeat="")
        return once.change(act, completed_at=timezone.now())

    def reopen(self, act=None):
        return self.completed().change(act, completed_at=None)

    def stamp(self):
        return super().stamp() | {"updated_at": timezone.now()}

    def change(self, act, **fields):
        """As for other rows.

        In another list a task isn't placed yet. Without a day it has no time of it and no repeat.
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
        """Give these tasks tags and take others off, {id of a tag: whether they are to have it}.

        Return how many tasks had others before. raised is as for write_tags().
        """
        locked = self.states([])
        return self.write_tags(act, dict.fromkeys(locked, tags), raised=raised)

    def write_tags(self, act, tags, *, raised=()):
        """Give each task its own tags, {id: {id of a tag: whether it is to have it}}.

        The tasks are locked. raised are the ids of those whose version this act has raised already.
        Return how many tasks had others before.
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
            task.created_at = created_at
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

    def leave_deleted_lists(self):
        """Go to the Inbox if the list was deleted while the task was on its way into it.

        The key on the list has waited for whoever deletes it, so that is known now.
        """
        misplaced = self.filter(list__deleted_at__isnull=False)
        misplaced.update(list=None, position="")


def to_inbox(collector, field, tasks, using):
    """Let tasks outlive their list: in the Inbox, and not placed, since their place may be taken.

    What Django does when a list is deleted for ever, or its user with all that is theirs.
    """
    collector.add_field_update(Task._meta.get_field("position"), "", tasks)
    models.SET_NULL(collector, field, tasks, using)


to_inbox.lazy_sub_objs = True  # as SET_NULL's: the tasks aren't fetched


class Task(Ordered):
    """One thing to do, of one user.

    due_date and due_time are the user's own calendar and clock, in whatever zone they are; all
    other moments are UTC. Ids begin above 2**31 (first migration), so that they never meet those
    of the system that this one replaces, which are int4.
    """

    class RepeatFrom(models.TextChoices):
        DUE = "due", "Its date"
        COMPLETION = "completion", "Its completion"

    class Missed(models.TextChoices):
        PASS = "pass", "Let missed ones pass"
        KEEP = "keep", "Keep each until done"

    class Priority(models.IntegerChoices):
        NONE = 0
        LOW = 1
        MEDIUM = 2
        HIGH = 3

    user = owner("tasks")
    # The database holds a key on (list, user) instead: 0003 has it, and those of steps and tags.
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
    # The first day of the series, from which the days of the repeat are counted.
    repeat_anchor = models.DateField(null=True, editable=False)
    missed = models.CharField(
        max_length=4, choices=Missed, default=Missed.PASS, db_default=Missed.PASS, editable=False
    )
    # Of an occurrence that is done: the task that goes on.
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
    is_withheld = False  # are its words left out, since its owner doesn't let support look?

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
                F("user"), F("created_at").desc(), F("id").desc(), name="tasks_task_by_creation",
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
            models.Index(
                fields=["user", "due_date"],
                condition=Q(deleted_at=None, completed_at=None) & ~Q(due_date=None),
                name="tasks_task_due",
            ),
            models.Index(  # for the sidebar, which reads nothing else of them
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
            models.Index(  # for the key on it, when a list goes
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
        """Forget all that its owner typed: for eyes that may see only its id, dates and state."""
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
        """Return the task as the old API gave it, and what it has besides.

        Dates and moments are in ISO 8601, moments in UTC; the list is its name, None in the Inbox.
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
        """Complete it, which does not repeat: tasks.repeating.complete() is for any task."""
        if self.repeat:
            raise ValueError("A repeating task is completed by tasks.repeating.complete().")
        act = self.new_act(Act.Kind.COMPLETE)
        was = {"completed_at": None, "repeat": ""}
        return self.change_from(was, act, version, completed_at=timezone.now())

    def reopen(self, version=None):
        act = self.new_act(Act.Kind.REOPEN)
        was = {"completed_at__isnull": False}
        return self.change_from(was, act, version, completed_at=None)

    @transaction.atomic
    def restore(self, version=None, *, act=None):
        """Take the task out of the trash, into the Inbox where its list is gone."""
        lists = TaskList.everything.filter(pk=self.list_id)
        lists.lock()
        return super().restore(version, act=act, **HOME)

    @transaction.atomic(savepoint=False)
    def edit(self, *, act=None, add_tags=(), remove_tags=(), **fields):
        """Write new values of fields; give it some tags, and take others off it."""
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
        """Move it to its user's list of this name, which is made if it isn't there."""
        act = self.new_act(Act.Kind.EDIT)
        task_list = TaskList.objects.make(self.user, name, act)
        return self.edit(act=act, list=task_list)

    def hang(self, tags):
        pairs = [TaskTag(user_id=self.user_id, task=self, tag=tag) for tag in tags]
        TaskTag.objects.bulk_create(pairs, ignore_conflicts=True)

    @property
    def order(self):
        rows = Task.everything.filter(user=self.user_id, list=self.list_id)
        return self.list or self.user, rows

    def checklist(self):
        """Return its steps in their order, and those that were deleted, in one query."""
        steps = list(self.steps(manager="everything").by_hand())
        return {
            "steps": [step for step in steps if not step.deleted_at],
            "deleted": [step for step in steps if step.deleted_at],
        }

    def siblings(self):
        """Return the open tasks of its list, this one among them."""
        return self.user.tasks.open().filter(list=self.list_id)

    @transaction.atomic(savepoint=False)
    def add(self, tags=(), act=None):
        """Insert this new task."""
        self.save(force_insert=True)
        row = Task.everything.filter(pk=self.pk)
        if self.list_id:
            row.leave_deleted_lists()
        self.hang(tags)
        act = act or self.new_act(Act.Kind.ADD)
        act.keep_new([self])
        notify([self.pk])

    def add_once(self, key=None, **fields):
        """Insert this new task, without tags, in one statement; fields are more of its act.

        Return the act, see ActManager.once: that of the first with this key, and then this task
        stays new.
        """
        act = Act(user_id=self.user_id, key=key, kind=Act.Kind.ADD, **fields)
        if insert_once(self, act):
            return act
        return Act.objects.get(user=self.user_id, key=key)

    def duplicate(self, key=None):
        """Add a task like this one, open, with its tags, and its steps, none of them done.

        In the order by hand it stands after this one. Return the act, see ActManager.once.
        """
        names = ["user_id", "list_id", "title", "description", "priority", *DATES, *REPEAT]
        copy = Task(**{name: getattr(self, name) for name in names})

        def add(act):
            copy.add(self.tags.all(), act)
            steps = self.steps.by_hand()
            Step.objects.bulk_create(
                Step(user_id=self.user_id, task=copy, title=step.title, position=step.position)
                for step in steps
            )
            # Its place goes with it: undone, it is in the trash, and done again, it is back there.
            copy.put(None, after=self.pk)

        return self.user.acts.once(key, Act.Kind.ADD, add)


# Where a task goes that comes out of the trash: its place, or the Inbox where its list is gone.
IS_THERE = Q(list=None) | Exists(TaskList.objects.filter(pk=OuterRef("list")))

HOME = {
    "list": Case(When(IS_THERE, then=F("list"))),
    "position": Case(When(IS_THERE, then=F("position")), default=Value("")),
}


def owner_of_task(related_name):
    """Return the field of who owns a part of a task. The key on (task, user) holds it to the task's
    owner, and the part goes with the task."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        related_name=related_name,
        db_index=False,
        db_constraint=False,
    )


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
    PARENT = SHARED = ["task_id"]

    def of_tasks_there(self):
        """Leave out the steps of tasks in the trash."""
        return self.filter(task__deleted_at=None)


class Step(Ordered):
    """One line of the checklist inside a task."""

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
        """Say that it is done, or that it isn't."""
        kind = Act.Kind.COMPLETE if done else Act.Kind.REOPEN
        act = self.new_act(kind)
        return self.change_from({"done": not done}, act, done=done)


class SavedSearch(models.Model):
    """A search that its user keeps in the sidebar."""

    user = owner("searches")
    name = models.CharField(max_length=100)
    q = models.CharField("search", max_length=LONGEST)
    completed = models.BooleanField("completed ones too", default=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(
                F("user"),
                Lower("name"),
                name="tasks_savedsearch_name",
                violation_error_message="There is a saved search with this name already.",
            )
        ]

    def __str__(self):
        return text.legible(self.name) or "(unnamed)"

    def get_absolute_url(self):
        query = {"q": self.q}
        if self.completed:
            query["completed"] = 1
        return f"{reverse('search')}?{urlencode(query)}"

    def edit(self, *, act, **fields):
        """Write new values of fields. Searches have no history: act isn't kept, nor returned."""
        row = self.user.searches.filter(pk=self.pk)
        row.update(version=F("version") + 1, **fields)
        self.refresh_from_db()
