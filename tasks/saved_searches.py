"""Searches that stand in a user's sidebar."""

from urllib.parse import urlencode

from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.urls import reverse

from accounts import text
from tasks.history import owner
from tasks.search import LONGEST


class SavedSearch(models.Model):
    """A search that stands in its user's sidebar under a name."""

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
                violation_error_message="There is already a saved search with this name.",
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
        """Write new values of fields. Searches have no history, so act isn't saved."""
        row = self.user.searches.filter(pk=self.pk)
        row.update(version=F("version") + 1, **fields)
        self.refresh_from_db()
