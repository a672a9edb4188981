"""The rows of imports: a file that waits for its preview, and the mappings of earlier tables."""

from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.utils import timezone


class ImportPlanQuerySet(models.QuerySet):
    def current(self):
        """Return the plans that can still be added."""
        return self.filter(made_at__gte=timezone.now() - ImportPlan.KEPT)

    def expired(self):
        return self.filter(made_at__lt=timezone.now() - ImportPlan.KEPT)

    def keep(self, user, plan, **fields):
        """Store a user's plan in place of an earlier one. Return its row.

        plan has the form of tasks.importing.plan.Plan.as_bytes(), or is empty as long as the file
        needs a mapping. fields are the other columns.
        """
        content = plan or fields.get("file", b"")
        digest = sha256(content).hexdigest()
        fields |= {
            "plan": plan,
            "digest": digest,
            "made_at": timezone.now(),
        }
        fields = {"mapping": None} | fields
        row, _ = self.update_or_create(user=user, defaults=fields)
        return row


class ImportPlan(models.Model):
    """A file that waits until its user has looked at the preview: one for each user, for a day.

    Its plan is empty until there is a mapping, if the format needs one.
    """

    KEPT = timedelta(days=1)

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="import_plan"
    )
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)  # of the plan or the file: which one a page shows
    plan = models.BinaryField()
    file = models.BinaryField(null=True)  # compressed, to be read in another way
    file_kind = models.CharField(max_length=30, default="", db_default="")  # a key of READERS
    mapping = models.JSONField(null=True)  # a tasks.importing.mapping.Mapping
    made_at = models.DateTimeField()

    objects = ImportPlanQuerySet.as_manager()

    def __str__(self):
        return f"{self.file_name} of {self.user_id}"


class ColumnMappingQuerySet(models.QuerySet):
    def keep(self, user, header, content):
        """Remember a user's mapping for tables with this header, and forget the oldest ones."""
        fields = {
            "content": content,
            "made_at": timezone.now(),
        }
        self.update_or_create(user=user, header=header, defaults=fields)
        rows = self.filter(user=user)
        newest = rows.order_by("-made_at").values_list("pk", flat=True)
        kept = list(newest[: ColumnMapping.MOST])
        rows.exclude(pk__in=kept).delete()


class ColumnMapping(models.Model):
    """A user's mapping of the columns of a table, for the next file with this header."""

    MOST = 50  # of a user

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="column_mappings"
    )
    header = models.CharField(max_length=64)  # a hash of the names of its columns
    content = models.JSONField()  # as tasks.importing.mapping.to_remember() returns it
    made_at = models.DateTimeField()

    objects = ColumnMappingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "header"], name="tasks_columnmapping_header")
        ]

    def __str__(self):
        return f"{len(self.content)} columns of {self.user_id}"
