"""Tasks as support may read them: without their words, unless their user lets support look."""

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.query import ModelIterable
from django.utils import timezone


class WithholdingIterable(ModelIterable):
    """Tasks without their words, where their user doesn't let support read them."""

    def __iter__(self):
        for task in super().__iter__():
            if not task.user.lets_support_look:
                task.withhold()
            yield task


class WithholdingQuerySet(models.QuerySet):
    """Rows with words that a user may withhold from support. Their model has withhold()."""

    def for_staff(self, staff):
        """Return these tasks as staff may read them in the admin: with or without their words.

        Superusers read all. `readable_title` is for searches: it's empty for a task without its
        words.
        """
        if staff.is_superuser:
            return self.alias(readable_title=F("title"))
        is_readable = Q(user__support_until__gt=timezone.now())
        readable = Case(When(is_readable, then="title"), default=Value(""))
        rows = self.select_related("user").alias(readable_title=readable)
        rows._iterable_class = WithholdingIterable
        return rows
