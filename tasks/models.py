"""What you have to do."""

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts import text


class TaskQuerySet(models.QuerySet):
    def open(self):
        return self.filter(completed_at=None)

    def completed(self):
        return self.exclude(completed_at=None)

    def with_status(self, status):
        """Narrow to "pending" or "completed"; "" keeps both."""
        return {"pending": self.open, "completed": self.completed, "": self.all}[status]()

    def newest_first(self):
        """Order by creation, the latest first; the id settles ties."""
        return self.order_by("-created_at", "-id")

    def counts(self):
        """Return {"pending": …, "completed": …} in one query."""
        done = ~Q(completed_at=None)
        return self.aggregate(
            pending=models.Count("pk", filter=~done), completed=models.Count("pk", filter=done)
        )

    def delete_softly(self):
        """Put these tasks into the trash; return how many were not in it."""
        return self.filter(deleted_at=None).change(deleted_at=timezone.now())

    def restore(self):
        """Take these tasks out of the trash; return how many were in it."""
        return self.exclude(deleted_at=None).change(deleted_at=None)

    def change(self, **fields):
        """Write fields, raise the version and note the time, in one statement.

        Return how many rows matched. Every write to a task but its creation comes through here.
        """
        return self.update(**fields, version=F("version") + 1, updated_at=timezone.now())


class TaskManager(models.Manager.from_queryset(TaskQuerySet)):
    """Tasks without those in the trash, so that no count, page or search can forget it."""

    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None)


class TrashManager(models.Manager.from_queryset(TaskQuerySet)):
    """The trash, a door with a name of its own: user.tasks(manager="trash")."""

    def get_queryset(self):
        return super().get_queryset().exclude(deleted_at=None)


class Task(models.Model):
    """One thing to do, of one user.

    due_date and due_time are the user's own calendar and clock, in whatever zone they are; all
    other moments are UTC. Ids begin above 2**31 (first migration), so that they never meet those
    of the system that this one replaces, which are int4.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tasks", db_index=False
    )
    title = models.CharField(max_length=255)
    description = models.TextField("notes", blank=True)
    due_date = models.DateField("due", null=True, blank=True)
    due_time = models.TimeField("time", null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = TaskManager()
    trash = TrashManager()
    everything = models.Manager.from_queryset(TaskQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_time=None) | ~Q(due_date=None),
                name="tasks_task_time_needs_date",
                violation_error_message="A time needs a date.",
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
        """Return the task as the old API gave it: dates and moments in ISO 8601, moments in UTC."""
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
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
        }

    # Acts. Each says from which state it starts, and may say from which version, in one conditional
    # update: of two that race, one wins, and one that comes late does nothing. They return whether
    # this call made the change, and leave self as the row now is.

    def complete(self, version=None):
        return self._act(version, {"completed_at": None}, completed_at=timezone.now())

    def reopen(self, version=None):
        return self._act(version, {"completed_at__isnull": False}, completed_at=None)

    def delete_softly(self, version=None):
        """Put the task into the trash."""
        return self._act(version, {"deleted_at": None}, deleted_at=timezone.now())

    def restore(self, version=None):
        """Take the task out of the trash."""
        return self._act(version, {"deleted_at__isnull": False}, deleted_at=None)

    def edit(self, **fields):
        """Write new values of title, description, due_date or due_time."""
        return self._act(None, {}, **fields)

    def _act(self, version, before, **fields):
        if version is not None:
            before = before | {"version": version}
        won = Task.everything.filter(pk=self.pk, **before).change(**fields) == 1
        self.refresh_from_db()
        return won

    @transaction.atomic(savepoint=False)
    def add(self):
        """Insert this new task, and tell those who listen (manage.py watch_tasks) on commit."""
        self.save(force_insert=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('task_created', %s)", [str(self.pk)])


class ActQuerySet(models.QuerySet):
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
