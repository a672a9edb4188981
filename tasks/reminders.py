"""Reminders of tasks and daily digests: when each is due, and the state of its delivery.

A row is due at a moment in UTC, which is computed anew when its task or its user changes. So a
sender (tasks.sending) needs no more than the time of the database to know the due ones.
"""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from tasks import bell, dates
from tasks.history import Act, as_json, owner_of_task

MOST = 10  # reminders of a task
BATCH = 500  # rows that one statement writes


# How far a delivery is. "Off" is one without a moment to come.
WAITING, SENT, FAILED, OFF = STATES = ["waiting", "sent", "failed", "off"]


class DeliveryQuerySet(models.QuerySet):
    """The deliveries of users."""

    def waiting(self):
        return self.filter(state=WAITING)

    def late(self, moment):
        """Return the deliveries that still wait, although they were due before a moment."""
        return self.waiting().filter(moment__lt=moment)

    def lock(self):
        """Lock these rows until the transaction ends. Return their ids."""
        rows = self.select_for_update(no_key=True, of=["self"]).order_by("pk")
        return list(rows.values_list("pk", flat=True))

    def for_staff(self, staff):
        """Return all these rows, for the admin: they hold no text of a user."""
        return self.all()

    def for_sending(self):
        """Fetch these waiting deliveries with all that a mail needs."""
        return self.waiting().select_related("user")

    def send_again(self):
        """Make these deliveries due now, sent or not, as mails of their own. Return how many."""
        number = self.exclude(moment=None).update(
            state=WAITING,
            next_at=Now(),
            attempt=0,
            settled_at=None,
            answer="",
            again=F("again") + 1,
        )
        bell.ring_on_commit()
        return number


class Delivery(models.Model):
    """A mail that is due at a moment, and how far its delivery is.

    `next_at` is when a sender looks at it next: at first its moment; while a sender has it, the end
    of that sender's lease; after an error that may pass, the next attempt.
    """

    moment = models.DateTimeField(null=True, editable=False)
    state = models.CharField(
        max_length=7,
        choices=[(state, state.capitalize()) for state in STATES],
        default=OFF,
        db_default=OFF,
        editable=False,
    )
    next_at = models.DateTimeField(null=True, editable=False)
    attempt = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)
    answer = models.TextField("the server's answer", default="", db_default="", editable=False)
    # How often it was sent again on purpose: each time is a mail with a Message-ID of its own.
    again = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    WRITTEN = ["moment", "state", "next_at", "attempt", "settled_at", "answer"]

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=STATES), name="%(app_label)s_%(class)s_state"
            ),
            models.CheckConstraint(
                condition=Q(state=WAITING, moment__isnull=False, next_at__isnull=False)
                | (~Q(state=WAITING) & Q(next_at=None)),
                name="%(app_label)s_%(class)s_waits_for_a_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state=WAITING),
                name="%(app_label)s_%(class)s_next",
            )
        ]

    def is_still_due(self):
        """Return whether this is to be sent now, as far as its task tells."""
        return True

    @property
    def occasion(self):
        """What this is a mail for, as a word: its mails for it, again or not, are one."""
        return f"{self.moment.timestamp():.0f}"

    def settle(self, claimed, state, answer):
        """End this delivery, in a state, with the server's answer.

        claimed has its row, as long as the sender has it.
        """
        claimed.update(
            state=state,
            settled_at=Now(),
            next_at=None,
            answer=answer,
        )

    @property
    def is_settled(self):
        """Whether it was sent, or failed for good."""
        return self.state in {SENT, FAILED}

    def plan(self, moment, *, is_wanted=True):
        """Set when this is due, without saving it. Return whether that changes anything.

        A moment that has passed isn't due any more, unless this was waiting for it already.
        """
        was = self.moment, self.state
        is_to_come = moment is not None and moment > timezone.now()
        is_late = moment is not None and was == (moment, WAITING)
        state = WAITING if is_wanted and (is_to_come or is_late) else OFF
        if was == (moment, state):
            return False
        self.moment = moment
        self.state = state
        self.next_at = moment if state == WAITING else None
        self.attempt, self.settled_at, self.answer = 0, None, ""
        return True


class ReminderQuerySet(DeliveryQuerySet):
    """The reminders of tasks."""

    def in_order(self):
        return self.order_by(F("moment").asc(nulls_last=True), "pk")

    def between(self, since, until):
        """Return the reminders due from since to until, with their tasks, in order."""
        coming = self.waiting().filter(moment__gte=since, moment__lt=until)
        return coming.select_related("task").defer("task__search_text").in_order()

    def of_open_tasks(self):
        return self.filter(task__completed_at=None, task__deleted_at=None)

    def due_at(self, milliseconds):
        """Return the reminders due at a moment in milliseconds since 1970, to the second."""
        at = datetime.fromtimestamp(milliseconds // 1000, UTC)
        return self.filter(moment__gte=at, moment__lt=at + timedelta(seconds=1))

    def for_sending(self):
        return super().for_sending().select_related("task").defer("task__search_text")

    def for_planning(self):
        """Fetch the columns that decide about moments, and no text of a task."""
        return self.select_related("task", "user").only(
            *[field.name for field in self.model._meta.concrete_fields],
            *[f"task__{name}" for name in self.model.DECIDING],
            *["user__time_zone", "user__reminder_hour"],
        )

    @transaction.atomic(savepoint=False)
    def follow(self, before=None, act=None):
        """Compute the moments of these reminders anew.

        before has the earlier states of tasks that have just changed, {id: {column: JSON}}, by an
        act if there is one. If a task has another date or time now, its reminders are due again and
        their snoozes end. Otherwise a reminder isn't due again once it was sent.
        """
        pks = self.lock()
        if not pks:
            return
        changed, ended = [], {}
        for row in self.model.objects.filter(pk__in=pks).for_planning():
            earlier = row.as_kept()
            if row.follow((before or {}).get(row.task_id, {})):
                changed.append(row)
            if earlier["snoozed_until"] and not row.snoozed_until:
                ended.setdefault(row.task_id, {})[row.pk] = (earlier, row.as_kept())
        self.write(changed)
        if act:
            act.keep_reminders(ended)

    def write(self, rows):
        """Save the moments of planned reminders, and wake the sender.

        Rows that moved along with a repeat are inserted anew, under their ids: several of one task
        move together, and PostgreSQL would refuse the first that takes the place of the next. The
        others stay where they are, since an act that waits for the lock of a row misses a new one.
        """
        moved = [row for row in rows if row.has_moved_along]
        others = [row for row in rows if not row.has_moved_along]
        if moved:
            self.model.objects.filter(pk__in=[row.pk for row in moved]).delete()
            self.model.objects.bulk_create(moved, batch_size=BATCH)
        if others:
            columns = ["snoozed_until", *Delivery.WRITTEN]
            self.model.objects.bulk_update(others, columns, batch_size=BATCH)
        ring_for(rows)

    def add_default(self, tasks):
        """Give new tasks with a time the reminder that their users want by default."""
        timed = [task for task in tasks if task.gets_reminder]
        self.add_all([self.model.of(task, task.user.default_reminder) for task in timed])

    def add_all(self, new):
        """Insert new reminders, planned already, a batch in a statement."""
        self.bulk_create(new, batch_size=BATCH)
        ring_for(new)

    def copy(self, tasks, *, with_snoozes=False):
        """Give new tasks the reminders of others, {id of another: new task}."""
        copies = []
        for row in self.filter(task__in=tasks).order_by("pk"):
            until = row.snoozed_until if with_snoozes else None
            copies.append(self.model.of(tasks[row.task_id], *row.set_by_user, until))
        self.add_all(copies)

    @transaction.atomic
    def replace(self, task, minutes=(), moments=(), act=None):
        """Replace the reminders of a task, as part of an act if there is one. Return the new ones.

        minutes are numbers of minutes before the task; moments are (date, time) on the user's
        clock. A reminder that the task has already stays as it is, sent or not. Raise ValueError
        for more than MOST.
        """
        wanted = dict.fromkeys((number, None, None) for number in minutes)
        wanted |= dict.fromkeys((None, *own) for own in moments)
        if len(wanted) > MOST:
            raise ValueError(f"A task can have at most {MOST} reminders.")
        task.lock()
        task.refresh_from_db(fields=self.model.DECIDING)
        there = {row.set_by_user: row for row in self.filter(task=task)}
        gone = [row for key, row in there.items() if key not in wanted]
        self.filter(pk__in=[row.pk for row in gone]).delete()
        new = [self.model.of(task, *key) for key in wanted if key not in there]
        self.add_all(new)
        changes = {row.pk: (row.as_kept(), None) for row in gone}
        changes |= {row.pk: (None, row.as_kept()) for row in new}
        if act and changes:
            act.keep_reminders({task.pk: changes})
        there |= {row.set_by_user: row for row in new}
        return [there[key] for key in wanted]

    @transaction.atomic(savepoint=False)
    def restore(self, task, states, present):
        """Give reminders of a task their earlier states, {id: (earlier, later)} of an act.

        A reminder that was added goes, and one that was removed comes back under its id, unless the
        task has the same one. A snooze that has changed again stays: present has the states
        from before the same revert gave the task its earlier date, which ends a snooze.

        Return (changes, refused): what changed, {id: (state before, state now)}; and the ids of
        the reminders that keep their states.
        """
        mine = self.filter(task=task)
        rows = {row.pk: row for row in mine.filter(pk__in=mine.lock()).for_planning()}
        restoring = Restoring(task, rows, present)
        for pk, (earlier, later) in states.items():
            restoring.restore(pk, earlier, later)
        mine.filter(pk__in=restoring.gone).delete()
        self.add_all(restoring.new)
        self.write(restoring.snoozed)
        return restoring.changes, restoring.refused


class Reminder(Delivery):
    """A mail about a task: some minutes before its due time, or at a moment that its user chose.

    The database deletes it with its task (0017), and refuses it on another user's task.
    """

    # The columns of a task that decide when its reminders are due.
    DECIDING = ["due_date", "due_time", "repeat", "completed_at", "deleted_at"]
    KEPT = ["minutes_before", "on_date", "at_time", "snoozed_until"]  # in changes

    has_moved_along = False  # since it was read

    user = owner_of_task("reminders")
    task = models.ForeignKey(
        "tasks.Task",
        on_delete=models.CASCADE,
        related_name="reminders",
        db_index=False,
        db_constraint=False,
    )
    # Before the due time; of a task without one, before the user's hour for reminders on its date.
    minutes_before = models.PositiveIntegerField(null=True)
    # Or a moment of its own, floating as due dates are.
    on_date = models.DateField(null=True)
    at_time = models.TimeField(null=True)
    snoozed_until = models.DateTimeField(null=True, editable=False)

    objects = ReminderQuerySet.as_manager()

    class Meta(Delivery.Meta):
        constraints = [
            *Delivery.Meta.constraints,
            models.CheckConstraint(
                condition=Q(minutes_before__isnull=False, on_date=None, at_time=None)
                | Q(minutes_before=None, on_date__isnull=False, at_time__isnull=False),
                name="tasks_reminder_one_kind",
            ),
            models.CheckConstraint(
                condition=Q(minutes_before=None) | Q(minutes_before__lte=dates.LONGEST_BEFORE),
                name="tasks_reminder_minutes",
            ),
            models.UniqueConstraint(
                fields=["task", "minutes_before", "on_date", "at_time"],
                nulls_distinct=False,
                name="tasks_reminder_once",
            ),
        ]
        indexes = [
            *Delivery.Meta.indexes,
            models.Index(fields=["user", "moment"], name="tasks_reminder_of_user"),
        ]

    def __str__(self):
        return f"reminder {self.pk} of task {self.task_id}"

    @classmethod
    def of(
        cls,
        task,
        minutes_before=None,
        on_date=None,
        at_time=None,
        snoozed_until=None,
    ):
        """Return a new reminder of a task, planned and unsaved."""
        new = cls(
            user=task.user,
            task=task,
            minutes_before=minutes_before,
            on_date=on_date,
            at_time=at_time,
            snoozed_until=snoozed_until,
        )
        new.plan_anew()
        return new

    @classmethod
    def of_kept(cls, task, pk, state):
        """Return a reminder of a task with an id, from its state in a change, unplanned."""
        new = cls(pk=pk, user_id=task.user_id, task=task)
        for name in cls.KEPT:
            field = cls._meta.get_field(name)
            setattr(new, name, field.to_python(state[name]))
        return new

    def as_kept(self):
        """Return the state as a change keeps it, {column: JSON}: the setting and the snooze."""
        return {name: as_json(getattr(self, name)) for name in self.KEPT}

    @property
    def set_by_user(self):
        """The setting of the user, as (minutes_before, on_date, at_time)."""
        return self.minutes_before, self.on_date, self.at_time

    @property
    def is_of_open_task(self):
        return self.task.completed_at is None and self.task.deleted_at is None

    def computed_moment(self):
        """Return the moment in UTC that follows from task and user.

        None without a date, and at the ends of the calendar.
        """
        if self.snoozed_until:
            return self.snoozed_until
        zone = self.user.zone
        if self.on_date:
            return dates.moment_before(
                self.on_date,
                self.at_time,
                0,
                zone,
            )
        clock = self.task.due_time or time(self.user.reminder_hour)
        return dates.moment_before(
            self.task.due_date,
            clock,
            self.minutes_before,
            zone,
        )

    def plan_anew(self):
        """Set when this is due, without saving it. Return whether that changes anything."""
        return self.plan(self.computed_moment(), is_wanted=self.is_of_open_task)

    def follow(self, before):
        """Plan this anew after a change of its task, {column: JSON} before, or of its user.

        Return whether that changes anything.
        """
        has_moved = any(
            name in before and before[name] != as_json(getattr(self.task, name))
            for name in ["due_date", "due_time"]
        )
        if has_moved:
            self.snoozed_until = None
            self.move_along(before.get("due_date"))
        elif self.is_settled:
            return False
        return self.plan_anew()

    def is_still_due(self):
        """Return whether this is to be sent now; if its task changed without it, plan it anew."""
        has_moved = self.computed_moment() not in {None, self.moment}
        lies_ahead = has_moved and self.computed_moment() > timezone.now()
        if self.is_of_open_task and not lies_ahead:
            return True
        Reminder.objects.filter(pk=self.pk).follow()
        return False

    @transaction.atomic
    def remove(self):
        """Remove this. Return the act, None if another removed it before."""
        rows = Reminder.objects.filter(pk=self.pk)
        if not rows.lock():
            return None
        act = self.task.new_act(Act.Kind.EDIT)
        act.keep_reminders({self.task_id: {self.pk: (rows.get().as_kept(), None)}})
        rows.delete()
        return act

    def move_along(self, earlier):
        """Move a moment of its own by as many days as a repeating task moved, from a day."""
        if self.on_date and earlier and self.task.repeat and self.task.due_date:
            self.on_date += self.task.due_date - date.fromisoformat(earlier)
            self.has_moved_along = True

    @transaction.atomic
    def snooze(self, until):
        """Let this be due again at a moment, rounded up to a full minute; the task stays.

        Return the act, None if the task isn't open or the moment has passed.
        """
        until = until.astimezone(UTC)
        if until.second or until.microsecond:
            until = until.replace(second=0, microsecond=0) + timedelta(minutes=1)
        rows = Reminder.objects.filter(pk=self.pk)
        is_open = rows.of_open_tasks().lock()
        if until <= timezone.now() or not is_open:
            return None
        self.refresh_from_db()
        earlier = self.as_kept()
        rows.update(
            snoozed_until=until,
            moment=until,
            state=WAITING,
            next_at=until,
            attempt=0,
            settled_at=None,
            answer="",
        )
        self.refresh_from_db()
        bell.ring_on_commit()
        act = self.task.new_act(Act.Kind.EDIT)
        act.keep_reminders({self.task_id: {self.pk: (earlier, self.as_kept())}})
        return act


class Restoring:
    """The reminders of a task on their way to earlier states, {id: row} at first.

    `present` are their states, {id: state}, before the task got its earlier date. `new` and
    `snoozed` are rows to be written, `gone` the ids of rows to be deleted.
    """

    def __init__(self, task, rows, present):
        self.task, self.rows, self.present = task, rows, present
        self.new, self.snoozed, self.gone = [], [], []
        self.changes, self.refused = {}, []

    def restore(self, pk, earlier, later):
        """Give a reminder its earlier state, if it is in the later one."""
        row = self.rows.get(pk)
        if row is None:
            if earlier and later is None:
                self.add(pk, earlier)
        elif earlier is None:
            self.remove(row)
        elif later:
            self.snooze(
                row,
                earlier["snoozed_until"],
                later["snoozed_until"],
            )

    def add(self, pk, state):
        row = Reminder.of_kept(self.task, pk, state)
        row.user = self.task.user
        row.plan_anew()
        if row.set_by_user in {other.set_by_user for other in self.rows.values()}:
            return
        if len(self.rows) >= MOST:
            self.refused.append(pk)
            return
        self.rows[pk] = row
        self.new.append(row)
        self.changes[pk] = (None, row.as_kept())

    def remove(self, row):
        self.gone.append(row.pk)
        self.changes[row.pk] = (row.as_kept(), None)
        del self.rows[row.pk]

    def snooze(self, row, earlier, later):
        now = row.as_kept()
        until = self.present.get(row.pk, now)["snoozed_until"]
        if until == later:
            until = earlier
        elif until != earlier:
            self.refused.append(row.pk)
        if now["snoozed_until"] == until:
            return
        row.snoozed_until = until and datetime.fromisoformat(until)
        row.plan_anew()
        self.snoozed.append(row)
        self.changes[row.pk] = (now, row.as_kept())


class DigestQuerySet(DeliveryQuerySet):
    """The daily digests of users, one row for each user who wants them."""

    @transaction.atomic(savepoint=False)
    def follow(self, user):
        """Plan a user's next digest; turn it off if they want none."""
        user.lock()  # so that a sender settles before or after
        if user.daily_digest:
            self.get_or_create(user=user)
        for row in self.filter(user=user):
            row.user = user
            row.plan_anew()

    @transaction.atomic
    def send_again(self):
        """Make these digests due now, as digests of today: the row has the next day's moment."""
        for row in self.select_related("user"):
            self.filter(pk=row.pk).update(
                moment=Now(),
                for_day=row.user.today(),
                told_on=None,
            )
        return super().send_again()


class Digest(Delivery):
    """The daily mail with a user's due tasks, at their hour. Its row moves day by day.

    `for_day` is the day that it tells of, in the zone of its user. The database refuses a digest
    that waits to tell of a day again, whatever its hour has become since.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digests", db_index=False
    )
    for_day = models.DateField(null=True, editable=False)
    told_on = models.DateField(null=True, editable=False)  # the last day that was told

    objects = DigestQuerySet.as_manager()

    class Meta(Delivery.Meta):
        constraints = [
            *Delivery.Meta.constraints,
            models.UniqueConstraint(fields=["user"], name="tasks_digest_of_user"),
            models.CheckConstraint(
                condition=~Q(state=WAITING) | Q(for_day__isnull=False),
                name="tasks_digest_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=WAITING) | Q(told_on=None) | Q(for_day__gt=F("told_on")),
                name="tasks_digest_once_a_day",
            ),
        ]

    def __str__(self):
        return f"digest of {self.user_id}"

    DAYS = ["for_day", "told_on"]
    WRITTEN = [*Delivery.WRITTEN, *DAYS]

    @property
    def occasion(self):
        return self.for_day.isoformat()

    def is_still_due(self):
        """Return whether the day of this digest is the user's today; if it is over, move to today.

        So after days without a sender, one digest is sent, with the right date.
        """
        today = self.user.today()
        if self.for_day >= today:
            return True
        day = self.next_untold(today)
        moment = dates.moment(day, time(self.user.digest_hour), self.user.zone).astimezone(UTC)
        rows = Digest.objects.waiting().filter(pk=self.pk, moment=self.moment)
        rows.update(
            for_day=day,
            moment=moment,
            next_at=moment,
            attempt=0,
            answer="",
        )
        return False

    @property
    def is_late(self):
        """Whether today's digest was due, and isn't sent yet."""
        is_due = self.state == WAITING and self.moment <= timezone.now()
        return is_due and self.for_day == self.next_untold(self.user.today())

    def next_untold(self, day):
        """Return a day, or the first one after it that wasn't told yet."""
        return max(day, self.told_on + timedelta(days=1)) if self.told_on else day

    def next_moment(self):
        """Return the next moment in UTC of the user's hour, on a day that wasn't told yet."""
        now = self.user.now()
        day = self.next_untold(now.date())
        clock = time(self.user.digest_hour)
        coming = dates.moment(day, clock, self.user.zone)
        if coming <= now:
            coming = dates.moment(
                day + timedelta(days=1),
                clock,
                self.user.zone,
            )
        return coming.astimezone(UTC)

    def plan_anew(self):
        """Plan the next digest if the user wants any, and save it.

        Today's digest that is late stays due, unless the user's hour is still to come today.
        """
        moment = self.next_moment() if self.user.daily_digest else None
        day = moment and moment.astimezone(self.user.zone).date()
        if day and self.is_late and day > self.for_day:
            return
        is_planned = self.plan(moment)
        self.for_day = day or self.for_day
        # Its state may be newer than this: a sender claims it without a lock of its user.
        columns = self.WRITTEN if is_planned else self.DAYS
        self.save(update_fields=columns)
        if is_planned:
            ring_for([self])

    @transaction.atomic
    def settle(self, claimed, state, answer):
        """Record that the day was told, or that nothing was to tell, and plan the next digest.

        A mail that is sent counts even if the hour has changed since, or another sender has the
        row: the day was told.
        """
        self.user.lock()
        rows = Digest.objects.filter(pk=self.pk) if state == SENT else claimed
        row = rows.select_related("user").first()
        if row is None:
            return
        row.told_on = max(self.for_day, row.told_on or self.for_day)
        if row.state != WAITING or row.for_day <= row.told_on:
            row.plan_anew()
            Digest.objects.filter(pk=row.pk).update(settled_at=Now(), answer=answer)
        else:
            row.save(update_fields=["told_on"])


def ring_for(rows):
    """Wake the sender at the commit, if any of these deliveries waits."""
    if any(row.state == WAITING for row in rows):
        bell.ring_on_commit()
