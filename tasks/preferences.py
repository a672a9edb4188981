"""What a user prefers of the pages of tasks: columns of their account.

accounts knows none of them: its User inherits Preferences, as settings.py says. So they come with
the user of each request, by no query of their own.
"""

from django.db import models
from django.db.models.expressions import CombinedExpression


class Preferences(models.Model):
    """How a user wants their pages."""

    class DefaultPage(models.TextChoices):
        """Names of pages, as tasks/urls.py has them."""

        TODAY = "today", "Today"
        UPCOMING = "upcoming", "Upcoming"
        INBOX = "inbox", "Inbox"
        TASK_LIST = "task_list", "All tasks"

    # The database has these defaults too: while a deployment goes on, an older version may run.
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
        """Keep how a page is sorted and grouped. Other pages' arrangements stay, in any race."""
        self.arrangements[page] = arrangement
        added = models.Value({page: arrangement}, models.JSONField())
        type(self).objects.filter(pk=self.pk).update(
            arrangements=CombinedExpression(models.F("arrangements"), "||", added)
        )
