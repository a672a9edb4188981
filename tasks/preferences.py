"""A user's preferences for the pages of tasks, as columns of the account.

accounts doesn't know them: its User inherits Preferences, as settings.py says. So they are read
together with the user of each request.
"""

from django.db import models
from django.db.models.expressions import CombinedExpression


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

    class Meta:
        abstract = True

    def arrange(self, page, **arrangement):
        """Save how a page is sorted and grouped. Simultaneous changes for other pages stay."""
        self.arrangements[page] = arrangement
        added = models.Value({page: arrangement}, models.JSONField())
        type(self).objects.filter(pk=self.pk).update(
            arrangements=CombinedExpression(models.F("arrangements"), "||", added)
        )
