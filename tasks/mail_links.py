"""The links of mails: each is signed for one act on one task, or to stop one kind of mail.

They work in any browser, signed in or not, since mail is read on devices of all kinds. To follow
one changes nothing: it leads to a page with a button (tasks.views.mailed).
"""

from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import date, timedelta

from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import User
from tasks.history import as_json
from tasks.models import Task
from tasks.reminders import Reminder
from tasks.repeating import complete

LASTS = timedelta(days=30)  # an act on a task; to stop mails works without an end
SALT = "tasks.mail_links"
ACTIVE = {"user__is_active": True, "user__leaves_at": None}


def mark_of(user):
    """Return the mark of a user's address: a link works only for the address that it was sent to.

    A user who gives an address up may have lost the mails in it.
    """
    return salted_hmac(f"{SALT}.address", user.email).hexdigest()[:16]


class TaskLink:
    """A link for one act, which is the name of its route; it works for LASTS."""

    route = ""

    @property
    def path(self):
        token = signing.dumps(
            astuple(self),
            salt=f"{SALT}.{self.route}",
        )
        return reverse(self.route, args=[token])

    @classmethod
    def read(cls, token):
        """Return the link of a token; None if the token is forged, for another act, or too old."""
        with suppress(signing.BadSignature):
            fields = signing.loads(
                token,
                salt=f"{SALT}.{cls.route}",
                max_age=LASTS,
            )
            return cls(*fields)


@dataclass(frozen=True)
class Completing(TaskLink):
    """The link that completes a task; of a repeating task, the occurrence that the mail names."""

    task_pk: int
    occurrence: str  # an ISO date; "" for a task that doesn't repeat
    address: str  # the mark of the address that the mail went to

    route = "mail_complete"

    @classmethod
    def of(cls, task):
        occurrence = as_json(task.due_date) if task.repeat else ""
        return cls(task.pk, occurrence, mark_of(task.user))

    def task(self):
        """Return the task with its user; None if it's in the trash, or its account is shut.

        None also if the user has another address now.
        """
        task = Task.objects.select_related("user").filter(pk=self.task_pk, **ACTIVE).first()
        if task and mark_of(task.user) == self.address:
            return task
        return None

    def fits(self, task):
        """Return whether the task is still open, and at the occurrence that the mail names."""
        if task.completed:
            return False
        # A task that has got a repeat since: each press would complete one more occurrence.
        if not (task.repeat or self.occurrence):
            return True
        return as_json(task.due_date) == self.occurrence

    def complete(self, task):
        """Complete the task. Return the act, None if it isn't as the mail names it."""
        if not self.fits(task):
            return None
        day = date.fromisoformat(self.occurrence) if self.occurrence else None
        return complete(task, occurrence=day)


@dataclass(frozen=True)
class Snoozing(TaskLink):
    """The link that snoozes one reminder of a task."""

    reminder_pk: int
    address: str  # the mark of the address that the mail went to

    route = "mail_snooze"

    @classmethod
    def of(cls, reminder):
        return cls(reminder.pk, mark_of(reminder.user))

    def reminder(self):
        """Return the reminder with its open task; None if there is none to be reminded of.

        None also if the user has another address now.
        """
        there = Reminder.objects.filter(pk=self.reminder_pk, **ACTIVE)
        open_ones = there.filter(task__completed_at=None, task__deleted_at=None)
        reminder = open_ones.select_related("task", "user").first()
        if reminder and mark_of(reminder.user) == self.address:
            return reminder
        return None

    @staticmethod
    def snoozed_until(reminder):
        """Return the moment to come to which the reminder was snoozed; None without one."""
        until = reminder.snoozed_until
        if until and until > timezone.now():
            return until
        return None


@dataclass(frozen=True)
class Stopping:
    """The link that stops one kind of mail to a user: "reminders" or "digest"."""

    user_pk: str
    kind: str

    COLUMNS = {"reminders": "reminder_mail", "digest": "daily_digest"}

    @property
    def path(self):
        token = signing.Signer(salt=f"{SALT}.stop").sign_object(astuple(self))
        return reverse("unsubscribe", args=[token])

    @classmethod
    def read(cls, token):
        """Return the link of a token. Raise signing.BadSignature for a forged one."""
        return cls(*signing.Signer(salt=f"{SALT}.stop").unsign_object(token))

    def stop(self):
        """Stop this kind of mail; do nothing if it's stopped, or the account is gone."""
        column = self.COLUMNS[self.kind]
        user = User.objects.filter(pk=self.user_pk, **{column: True}).first()
        if user:
            setattr(user, column, False)
            user.save_preferences([column])
