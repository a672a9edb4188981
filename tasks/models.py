"""What you have to do: tasks in lists, with tags and steps; and the acts that changed them."""

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Case, Exists, ExpressionWrapper, F, OuterRef, Q, Value, When
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from fractional_indexing import generate_key_between, generate_n_keys_between

from accounts import text

BATCH = 5000  # rows that are deleted for ever in one statement
LONGEST_POSITION = 100  # characters; beyond it the rows are numbered anew


class OrderedQuerySet(models.QuerySet):
    """Rows that their user puts in order.

    `position` is a key of fractional-indexing's, which sorts by its bytes: between two there is
    always room for another, so a move writes one row. "" is not placed: after those that are.
    """

    UNPLACED = ExpressionWrapper(Q(position=""), models.BooleanField())
    HAND = [UNPLACED, "position", "id"]

    def by_hand(self):
        """Order as the user did; what they never placed comes after it, by creation."""
        return self.order_by(*self.HAND)

    def standing(self):
        """Narrow to those that a user sees in this order."""
        return self

    def around(self, pk):
        """Return the ids of the rows before and after this one, None at an end."""
        pks = [None, *self.by_hand().values_list("pk", flat=True), None]
        place = pks.index(pk) if pk in pks else None
        return (pks[place - 1], pks[place + 1]) if place else (None, None)

    def place(self, pk, *, before=None, after=None, to=None):
        """Put one of these rows before or after another (ids), or to the "top" or "bottom".

        These are all rows that share an order; whoever calls has locked what holds them together.
        Return False if either of the two isn't among them any more.
        """
        if not to and not self.standing().filter(pk=before or after).exists():
            return False
        self.number_unplaced()
        others = self.exclude(pk=pk).exclude(position="").order_by("position")
        if to:
            beside = others.first() if to == "top" else others.last()
        else:
            beside = others.filter(pk=before or after).first()
            if beside is None:  # gone at this very moment
                return False
        low = high = beside and beside.position
        if beside and (before or to == "top"):
            low = others.filter(position__lt=high).values_list("position", flat=True).last()
        elif beside:
            high = others.filter(position__gt=low).values_list("position", flat=True).first()
        position = generate_key_between(low, high)
        moved = self.filter(pk=pk).update(position=position)
        if len(position) > LONGEST_POSITION:
            self.number(self.exclude(position=""))
        return moved == 1

    def end(self):
        """Return a key after those of all these rows. Whoever calls has locked as for place()."""
        self.number_unplaced()
        return generate_key_between(self.last_key(), None)

    def last_key(self):
        return self.aggregate(last=models.Max("position"))["last"] or None

    def number_unplaced(self):
        self.number(self.standing().filter(position=""))

    def number(self, rows):
        """Give these of the rows new keys, in their order, after all keys that there are."""
        # Locked, so that none has left by the time that its key is written.
        pks = list(rows.select_for_update(no_key=True).by_hand().values_list("pk", flat=True))
        if not pks:
            return
        self.write_positions(pks, generate_n_keys_between(self.last_key(), None, len(pks)))

    def write_positions(self, pks, positions):
        """Write each row's own position, in one statement."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.model._meta.db_table} t SET position = r.position"
                " FROM unnest(%s::bigint[], %s::text[]) AS r (id, position) WHERE t.id = r.id",
                [pks, positions],
            )


class PositionField(models.CharField):
    """A key of an order, see OrderedQuerySet. Keys sort by their bytes, in every database."""

    def __init__(self, **kwargs):
        defaults = {"max_length": 255, "db_collation": "C", "editable": False}
        defaults |= {"default": "", "db_default": ""}  # an older version may still be running
        super().__init__(**defaults | kwargs)


class PurgeableQuerySet(models.QuerySet):
    """Rows that go for ever once they are old."""

    def purge(self):
        """Delete these for ever, in short transactions. Return how many there were."""
        number = 0
        while pks := list(self.values_list("pk", flat=True)[:BATCH]):
            number += self.filter(pk__in=pks)._purge_batch()
        return number

    @transaction.atomic
    def _purge_batch(self):
        # Locked, so that what is taken out of the trash at this moment isn't deleted all the same.
        pks = list(self.select_for_update().values_list("pk", flat=True))
        return self.filter(pk__in=pks).delete()[1].get(self.model._meta.label, 0)


class KeptQuerySet(PurgeableQuerySet):
    """Rows that go into the trash before they go for ever, and whose changes are counted."""

    def delete_softly(self):
        """Put these into the trash; return how many were not in it."""
        return self.filter(deleted_at=None).change(deleted_at=timezone.now())

    def restore(self):
        """Take these out of the trash; return how many were in it."""
        return self.exclude(deleted_at=None).change(deleted_at=None)

    def deleted_before(self, moment):
        return self.filter(deleted_at__lt=moment)

    def lock(self):
        """Lock these to the transaction's end. Rows that refer to them can be added meanwhile."""
        list(self.select_for_update(no_key=True).order_by("pk").values_list("pk"))

    def latest_deleted_first(self):
        return self.order_by("-deleted_at", "-id")

    def change(self, **fields):
        """Write fields and raise the version, in one statement. Return how many rows matched.

        Every write to such a row comes through here, but for its creation and its position.
        """
        return self.update(**fields, version=F("version") + 1)


class KeptManager(models.Manager):
    """Rows without those in the trash, so that no count, page or search can forget it."""

    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None)


class TrashManager(models.Manager):
    """The trash, a door with a name of its own: user.tasks(manager="trash")."""

    def get_queryset(self):
        return super().get_queryset().exclude(deleted_at=None)


class Kept(models.Model):
    """A row that goes into the trash before it goes for ever.

    Its acts say from which state they start, and may say from which version, in one conditional
    update: of two that race, one wins, and one that comes late does nothing. They return whether
    this call made the change, and leave self as the row now is.
    """

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def delete_softly(self, version=None):
        """Put it into the trash."""
        return self._act(version, {"deleted_at": None}, deleted_at=timezone.now())

    def restore(self, version=None, **fields):
        """Take it out of the trash, with new values of fields."""
        return self._act(version, {"deleted_at__isnull": False}, deleted_at=None, **fields)

    def edit(self, **fields):
        """Write new values of fields."""
        return self._act(None, {}, **fields)

    def purge(self):
        """Delete it for ever if it is in the trash."""
        return type(self).trash.filter(pk=self.pk).purge() == 1

    def lock(self):
        """Lock it to the transaction's end. Rows that refer to it can be added meanwhile."""
        type(self).everything.filter(pk=self.pk).lock()

    def _act(self, version, before, **fields):
        if version is not None:
            before = before | {"version": version}
        won = type(self).everything.filter(pk=self.pk, **before).change(**fields) == 1
        self.refresh_from_db()
        return won


def unique_name(name, words):
    """Return the constraint that a user's names differ, whatever their case, outside the trash."""
    return models.UniqueConstraint(
        F("user"),
        Lower("name"),
        condition=Q(deleted_at=None),
        name=name,
        violation_error_message=words,
    )


class ListQuerySet(KeptQuerySet, OrderedQuerySet):
    def standing(self):
        return self.filter(deleted_at=None)


class TaskList(Kept):
    """A list of tasks. A task without one is in the Inbox."""

    class Color(models.TextChoices):
        TEAL = "teal"
        BLUE = "blue"
        AMBER = "amber"
        ROSE = "rose"
        VIOLET = "violet"
        GREY = "grey"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lists", db_index=False
    )
    name = models.CharField(max_length=100)
    color = models.CharField(max_length=6, choices=Color, default=Color.GREY)
    position = PositionField()
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = KeptManager.from_queryset(ListQuerySet)()
    trash = TrashManager.from_queryset(ListQuerySet)()
    everything = models.Manager.from_queryset(ListQuerySet)()

    class Meta:
        constraints = [unique_name("tasks_list_name", "There is a list with this name already.")]
        indexes = [models.Index(fields=["user"], name="tasks_list_user")]

    def __str__(self):
        return text.legible(self.name) or "(unnamed)"

    def get_absolute_url(self):
        return reverse("list_detail", kwargs={"list_pk": self.pk})

    @transaction.atomic
    def add(self):
        """Insert this new list as the last one."""
        self.user.lock()
        self.position = self.user.lists(manager="everything").end()
        self.save(force_insert=True)

    def archive(self, version=None):
        """Put it away with its tasks: they stay in it, and out of all pages but its own."""
        return self._act(version, {"archived_at": None}, archived_at=timezone.now())

    def unarchive(self, version=None):
        return self._act(version, {"archived_at__isnull": False}, archived_at=None)

    @transaction.atomic
    def delete_softly(self, version=None, *, with_tasks=False):
        """Put it into the trash, its tasks with it or into the Inbox."""
        # This lock waits for tasks that are on their way into it (Task.leave_deleted_list).
        TaskList.everything.select_for_update().get(pk=self.pk)
        won = super().delete_softly(version)
        if won and with_tasks:
            Task.objects.filter(list=self).change(deleted_at=self.deleted_at)
        elif won:
            tasks = Task.objects.filter(list=self)
            places = list(tasks.values_list("pk", "position"))
            self.user.acts.create(
                kind=Act.Kind.DELETE, result={"tasklist": self.pk, "tasks": places}
            )
            tasks.change(list=None, position="")
        return won

    @transaction.atomic
    def restore(self, version=None, **fields):
        """Take it out of the trash, and the tasks that went with it there or into the Inbox."""
        self.user.lock()  # as whoever moves tasks in the Inbox
        self.lock()
        self.refresh_from_db()
        deleted_at = self.deleted_at
        won = super().restore(version, **fields)
        if won:
            Task.trash.filter(list=self, deleted_at=deleted_at).change(deleted_at=None)
            self.fetch_from_inbox(deleted_at)
        return won

    def fetch_from_inbox(self, deleted_at):
        """Take back the tasks that are still in the Inbox since this list was deleted."""
        acts = self.user.acts.filter(kind=Act.Kind.DELETE, created_at__gte=deleted_at)
        act = acts.filter(result__tasklist=self.pk).first()
        places = dict(act.result["tasks"]) if act else {}
        inbox = Task.objects.filter(user=self.user, list=None, pk__in=places)
        back = list(inbox.select_for_update(no_key=True).values_list("pk", flat=True))
        tasks = Task.everything.filter(pk__in=back)
        tasks.change(list=self, position="")
        tasks.write_positions(back, [places[pk] for pk in back])

    @transaction.atomic
    def purge(self):
        """Delete it for ever if it is in the trash, and the tasks that went there with it."""
        there = TaskList.trash.select_for_update().filter(pk=self.pk).first()
        if there:
            Task.trash.filter(list=there, deleted_at=there.deleted_at).purge()
        return super().purge()

    @transaction.atomic
    def move(self, **where):
        """Put it elsewhere among the user's lists, see OrderedQuerySet.place()."""
        self.user.lock()
        return self.user.lists(manager="everything").place(self.pk, **where)


class TagQuerySet(KeptQuerySet):
    def by_name(self):
        return self.order_by(Lower("name"))

    def named(self, names):
        """Narrow to these names, whatever their case, as the database knows case."""
        names = [Lower(Value(name)) for name in names]
        return self.annotate(lower=Lower("name")).filter(lower__in=names)

    def make(self, user, names):
        """Return the user's tags of these names; those that are missing are made."""
        new = [self.model(user=user, name=name) for name in names]
        self.bulk_create(new, ignore_conflicts=True)
        return list(user.tags.named(names)) if names else []


class Tag(Kept):
    """A word that its user hangs on tasks. In the trash it still hangs there, unseen."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tags", db_index=False
    )
    name = models.CharField(max_length=50)

    objects = KeptManager.from_queryset(TagQuerySet)()
    trash = TrashManager.from_queryset(TagQuerySet)()
    everything = models.Manager.from_queryset(TagQuerySet)()

    class Meta:
        constraints = [unique_name("tasks_tag_name", "There is a tag with this name already.")]
        indexes = [models.Index(fields=["user"], name="tasks_tag_user")]

    def __str__(self):
        return text.legible(self.name) or "(unnamed)"

    def get_absolute_url(self):
        return reverse("tag_detail", kwargs={"tag_pk": self.pk})


def overdue(now):
    """Return the condition of being overdue at now, an aware datetime in the user's zone."""
    timed = Q(due_date=now.date(), due_time__lt=now.time())
    return Q(due_date__lt=now.date()) | timed


class TaskQuerySet(KeptQuerySet, OrderedQuerySet):
    # The list comes first: of one list alone it changes nothing, but PostgreSQL can't tell that of
    # the Inbox, and would sort it instead of reading the index.
    HAND = ["list_id", OrderedQuerySet.UNPLACED, "position", "created_at", "id"]

    def open(self):
        return self.filter(completed_at=None)

    def completed(self):
        return self.exclude(completed_at=None)

    def with_status(self, status):
        """Narrow to "pending" or "completed"; "" keeps both."""
        return {"pending": self.open, "completed": self.completed, "": self.all}[status]()

    def standing(self):
        return self.filter(completed_at=None, deleted_at=None)

    def due_by(self, day):
        """Narrow to open tasks whose date is day or before it."""
        return self.open().filter(due_date__lte=day)

    def not_archived(self):
        """Leave out the tasks of lists that are put away."""
        return self.filter(Q(list=None) | Q(list__archived_at=None))

    def for_rows(self):
        """Fetch what a row shows: the ids of its tags, the ticks of its steps, and no notes."""
        return self.defer("description").annotate(
            has_note=ExpressionWrapper(~Q(description=""), models.BooleanField()),
            tag_ids=ArraySubquery(TaskTag.objects.filter(task=OuterRef("pk")).values("tag")),
            ticks=ArraySubquery(Step.objects.filter(task=OuterRef("pk")).values("done")),
        )

    def restore(self):
        """Take these out of the trash, into the Inbox where their list is gone."""
        with transaction.atomic():
            TaskList.everything.filter(pk__in=self.values("list")).lock()
            return self.exclude(deleted_at=None).change(deleted_at=None, **HOME)

    def change(self, **fields):
        return super().change(**fields, updated_at=timezone.now())


def to_inbox(collector, field, tasks, using):
    """Let tasks outlive their list: in the Inbox, and not placed, since their place may be taken.

    What Django does when a list is deleted for ever, or its user with all that is theirs.
    """
    collector.add_field_update(Task._meta.get_field("position"), "", tasks)
    models.SET_NULL(collector, field, tasks, using)


to_inbox.lazy_sub_objs = True  # as SET_NULL's: the tasks aren't fetched


class Task(Kept):
    """One thing to do, of one user.

    due_date and due_time are the user's own calendar and clock, in whatever zone they are; all
    other moments are UTC. Ids begin above 2**31 (first migration), so that they never meet those
    of the system that this one replaces, which are int4.
    """

    class Priority(models.IntegerChoices):
        NONE = 0
        LOW = 1
        MEDIUM = 2
        HIGH = 3

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tasks", db_index=False
    )
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
    tags = models.ManyToManyField(Tag, through="TaskTag", related_name="tasks")
    position = PositionField()
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = KeptManager.from_queryset(TaskQuerySet)()
    trash = TrashManager.from_queryset(TaskQuerySet)()
    everything = models.Manager.from_queryset(TaskQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_time=None) | ~Q(due_date=None),
                name="tasks_task_time_needs_date",
                violation_error_message="A time needs a date.",
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
            models.Index(
                F("user"), F("completed_at").desc(), F("id").desc(),
                condition=Q(deleted_at=None) & ~Q(completed_at=None), name="tasks_task_completed",
            ),
            models.Index(  # for the key on it, when a list goes
                fields=["user", "list"], condition=~Q(list=None), name="tasks_task_list",
            ),
            models.Index(
                F("user"), F("deleted_at").desc(), F("id").desc(),
                condition=~Q(deleted_at=None), name="tasks_task_trash",
            ),
        ]  # fmt: skip

    def __str__(self):
        return text.legible(self.title) or "(untitled)"

    def __repr__(self):
        return f"<Task {self.pk} v{self.version} {self.status} {self.title!r} of {self.user_id}>"

    def get_absolute_url(self):
        return reverse("task_detail", kwargs={"task_pk": self.pk})

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
        due = self.due_date and self.due_date.isoformat()
        if self.due_time:
            due += f"T{self.due_time.isoformat()}"
        return {
            "id": self.pk,
            "user_id": self.user_id,
            "title": self.title,
            "description": self.description,
            "status": self.status,
            "due_date": due,
            "priority": self.get_priority_display().lower(),
            "list": self.list and self.list.name,
            "tags": [tag.name for tag in self.tags.by_name()],
            "steps": [{"title": s.title, "done": s.done} for s in self.steps.by_hand()],
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
        }

    def complete(self, version=None):
        return self._act(version, {"completed_at": None}, completed_at=timezone.now())

    def reopen(self, version=None):
        return self._act(version, {"completed_at__isnull": False}, completed_at=None)

    @transaction.atomic
    def restore(self, version=None):
        """Take the task out of the trash, into the Inbox where its list is gone."""
        TaskList.everything.filter(pk=self.list_id).lock()
        return super().restore(version, **HOME)

    @transaction.atomic(savepoint=False)
    def edit(self, add_tags=(), remove_tags=(), **fields):
        """Write new values of fields; hang these tags on it, and take those off.

        In another list it isn't placed yet.
        """
        if "list" in fields:
            fields["position"] = ""
        TaskTag.objects.filter(task=self, tag__in=remove_tags).delete()
        self.hang(add_tags)
        won = super().edit(**fields)
        if fields.get("list"):
            self.leave_deleted_list()
        return won

    def leave_deleted_list(self):
        """Go to the Inbox if the list was deleted while this task was on its way into it."""
        gone = Task.everything.filter(pk=self.pk, list__deleted_at__isnull=False)
        if gone.update(list=None, position=""):
            self.list = None

    def hang(self, tags):
        TaskTag.objects.bulk_create(
            [TaskTag(user_id=self.user_id, task=self, tag=tag) for tag in tags],
            ignore_conflicts=True,
        )

    @transaction.atomic
    def move(self, **where):
        """Put it elsewhere in its list, see OrderedQuerySet.place().

        Order is no word that anybody typed: the version stays, so nobody's edit meets it.
        """
        (self.list or self.user).lock()
        rows = Task.everything.filter(user=self.user_id, list=self.list_id)
        return rows.place(self.pk, **where)

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
    def add(self, tags=()):
        """Insert this new task, and tell those who listen (manage.py watch_tasks) on commit."""
        self.save(force_insert=True)
        if self.list_id:
            self.leave_deleted_list()
        self.hang(tags)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('task_created', %s)", [str(self.pk)])


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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "tag"], name="tasks_tasktag_once")]
        indexes = [models.Index(fields=["tag", "task"], name="tasks_tasktag_by_tag")]

    def __str__(self):
        return f"{self.tag} on {self.task}"


class StepQuerySet(KeptQuerySet, OrderedQuerySet):
    def of_tasks_there(self):
        """Leave out the steps of tasks in the trash."""
        return self.filter(task__deleted_at=None)


class Step(Kept):
    """One line of the checklist inside a task."""

    user = owner_of_task("steps")
    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="steps", db_index=False, db_constraint=False
    )
    title = models.CharField(max_length=255)
    done = models.BooleanField(default=False)
    position = PositionField()

    objects = KeptManager.from_queryset(StepQuerySet)()
    trash = TrashManager.from_queryset(StepQuerySet)()
    everything = models.Manager.from_queryset(StepQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["task", "position"], name="tasks_step_task")]

    def __str__(self):
        return text.legible(self.title) or "(untitled)"

    @transaction.atomic
    def add(self):
        """Insert this new step as the last one of its task."""
        self.task.lock()
        self.position = self.task.steps(manager="everything").end()
        self.save(force_insert=True)

    def tick(self, done):
        """Say that it is done, or that it isn't."""
        return self._act(None, {"done": not done}, done=done)

    @transaction.atomic
    def move(self, **where):
        """Put it elsewhere in its task, see OrderedQuerySet.place()."""
        self.task.lock()
        return self.task.steps(manager="everything").place(self.pk, **where)


class ActQuerySet(PurgeableQuerySet):
    def before(self, moment):
        return self.filter(created_at__lt=moment)


class ActManager(models.Manager.from_queryset(ActQuerySet)):
    def once(self, key, kind, do):
        """Run do() and note it, both or neither; return the act. Its result is what do() returned.

        The second of two submissions with the same key, even at the same moment and in another
        process, does nothing and gets the act of the first. Without a key each is the first.
        """
        try:
            with transaction.atomic():
                return self.create(key=key, kind=kind, result=do())
        except IntegrityError:
            first = self.filter(key=key).first() if key else None
            if first is None:
                raise
            return first


class Act(models.Model):
    """One submission of a user that took effect, so that the same one takes effect once."""

    class Kind(models.TextChoices):
        ADD = "add"
        EDIT = "edit"
        DELETE = "delete"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="acts", db_index=False
    )
    key = models.UUIDField(null=True)
    kind = models.CharField(max_length=10, choices=Kind)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ActManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="tasks_act_once")]

    def __str__(self):
        return f"{self.kind} {self.result}"
