"""A user's preferences for the pages of tasks, as columns of the account.

accounts doesn't know them: its User inherits Preferences, as settings.py says. So they are read
together with the user of each request.
"""

from datetime import time, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.db.models.expressions import CombinedExpression
from django.utils import timezone

from tasks.dates import LONGEST_BEFORE

HOURS = [(hour, f"{time(hour):%H:%M}") for hour in range(24)]
HARD_FAILURES = 3  # of an address, after which it gets no more mail


class Preferences(models.Model):
    """The preferences of a user for the pages of tasks."""

    class DefaultPage(models.TextChoices):
        """Names of pages, as in tasks/urls.py."""

        TODAY = "today", "Today"
        UPCOMING = "upcoming", "Upcoming"
        INBOX = "inbox", "Inbox"
        TASK_LIST = "task_list", "All tasks"

    # The database has these defaults too: during a deployment an older version may add users.
    default_page = models.CharField(
        max_length=9, choices=DefaultPage, default=DefaultPage.TODAY, db_default=DefaultPage.TODAY
    )
    shortcuts = models.BooleanField("single keys are shortcuts", default=True, db_default=True)
    upcoming_repeats = models.BooleanField(
        "repeats to come in Upcoming", default=True, db_default=True
    )
    # How this user sorts and groups a page: {"today": {"sort": "priority", "group": ""}}.
    arrangements = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), editable=False
    )

    # Reminders and the digest. Hours are on the user's clock.
    reminder_hour = models.PositiveSmallIntegerField(
        "hour of reminders for tasks without a time", choices=HOURS, default=9, db_default=9
    )
    default_reminder = models.PositiveIntegerField(  # minutes before
        null=True, blank=True, validators=[MaxValueValidator(LONGEST_BEFORE)]
    )
    reminder_mail = models.BooleanField("reminders by email", default=True, db_default=True)
    daily_digest = models.BooleanField(
        "a digest by email each day", default=False, db_default=False
    )
    digest_hour = models.PositiveSmallIntegerField(
        "hour of the digest", choices=HOURS, default=7, db_default=7
    )
    digest_offered = models.BooleanField(default=False, db_default=False, editable=False)
    # An address that mail servers refuse for good, how often they did, and since when it gets none.
    mail_marked = models.CharField(
        max_length=settings.ACCOUNT_EMAIL_MAX_LENGTH, default="", db_default="", editable=False
    )
    mail_failures = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    mail_stopped_at = models.DateTimeField(null=True, editable=False)

    OFFER_DIGEST_AFTER = timedelta(days=7)

    # Columns of a user that decide when reminders and the digest are due.
    DECIDING = ["time_zone", "reminder_hour", "daily_digest", "digest_hour"]

    class Meta:
        abstract = True

    def arrange(self, page, **arrangement):
        """Save how a page is sorted and grouped. Simultaneous changes for other pages stay."""
        self.arrangements[page] = arrangement
        added = models.Value({page: arrangement}, models.JSONField())
        type(self).objects.filter(pk=self.pk).update(
            arrangements=CombinedExpression(models.F("arrangements"), "||", added)
        )

    @transaction.atomic
    def save_preferences(self, columns):
        """Save these columns of the account, and let reminders and the digest follow them."""
        self.save(update_fields=columns)
        self.follow(columns)

    def follow(self, columns):
        """Let reminders and the digest follow a change of these columns of the account."""
        if not set(self.DECIDING).isdisjoint(columns):
            self.reschedule()

    def reschedule(self):
        """Compute the moments of all reminders and of the digest anew."""
        self.reminders.follow()
        self.digests.follow(self)

    @property
    def digest_time(self):
        """The time of day of the daily digest, in the user's time zone."""
        return time(self.digest_hour)

    @property
    def offers_digest(self):
        """Whether pages offer the daily digest: once, to a user who has been here for a week."""
        if self.daily_digest or self.digest_offered or not settings.HAS_MAIL:
            return False
        return self.created_at < timezone.now() - self.OFFER_DIGEST_AFTER

    @property
    def mail_is_stopped(self):
        """Whether the user's address gets no mail of tasks, since servers refused it for good."""
        return self.mail_stopped_at is not None and self.mail_marked == self.email

    def has_confirmed_address(self):
        """Return whether the user has confirmed the address that signs them in.

        Without a mail server no user can, so none has to.
        """
        if not settings.HAS_MAIL:
            return True
        return self.emailaddress_set.filter(email=self.email, verified=True).exists()

    def mail_address(self):
        """Return the address for mail of tasks: "" if it isn't confirmed, or gets none."""
        if self.mail_is_stopped or not self.has_confirmed_address():
            return ""
        return self.email

    def resume_mail(self):
        """Send mail to the user's address again, as if no server had refused it."""
        self.mail_marked, self.mail_failures, self.mail_stopped_at = "", 0, None
        self.save(update_fields=["mail_marked", "mail_failures", "mail_stopped_at"])

    def mark_address(self, email):
        """Keep that a server refused an address for good; after HARD_FAILURES it gets no mail."""
        row = type(self).objects.filter(pk=self.pk)
        row.exclude(mail_marked=email).update(
            mail_marked=email, mail_failures=0, mail_stopped_at=None
        )
        row.update(mail_failures=models.F("mail_failures") + 1)
        stopping = row.filter(mail_stopped_at=None, mail_failures__gte=HARD_FAILURES)
        stopping.update(mail_stopped_at=timezone.now())
