"""Rows that go into the trash before they are purged, and whose changes are kept in acts."""

import json
from contextlib import suppress

from django.db import connection, models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from tasks.history import Act, PurgeableQuerySet, as_json


class TrackedQuerySet(PurgeableQuerySet):
    """Rows that go into the trash before they go for ever, and whose changes are kept in acts.

    `act` may be new, then its first change puts it into the database; without one nobody did it.
    """

    PARENT = []  # the column of what such a row is a part of

    def delete_softly(self, act=None):
        """Put these into the trash; return how many were not in it."""
        return self.filter(deleted_at=None).change(act, deleted_at=timezone.now())

    def restore(self, act=None):
        """Take these out of the trash; return how many were in it."""
        return self.exclude(deleted_at=None).change(act, deleted_at=None)

    def deleted_before(self, moment):
        return self.filter(deleted_at__lt=moment)

    def lock(self):
        """Lock these to the transaction's end. Rows that refer to them can be added meanwhile."""
        list(self.select_for_update(no_key=True).order_by("pk").values_list("pk"))

    def latest_deleted_first(self):
        return self.order_by("-deleted_at", "-id")

    @transaction.atomic(savepoint=False)
    def change(self, act, **fields):
        """Write fields and raise the version. Return how many rows were otherwise before.

        Every write to such a row comes through here or through rewrite(), but for its creation and
        its position.
        """
        columns = [self.column(name) for name in fields]
        before = self.states(columns)
        values = [getattr(value, "pk", value) for value in fields.values()]
        if is_plain := not any(hasattr(value, "resolve_expression") for value in values):
            new = dict(zip(columns, map(as_json, values), strict=True))
            after = {pk: row | new for pk, row in before.items() if row != row | new}
            before = {pk: before[pk] for pk in after}
        if not before:
            return 0
        rows = self.model.everything.filter(pk__in=before)
        rows.write(**fields)
        if act:
            is_so = is_plain and "list_id" not in columns  # see TaskQuerySet.write()
            act.keep(self.model, before, after if is_so else rows.states(columns))
        return len(before)

    def column(self, name):
        return self.model._meta.get_field(name).attname

    def states(self, columns, *, lock=True):
        """Lock these rows; return what is in these columns as {id: {column: JSON}}."""
        columns = dict.fromkeys([*columns, *self.PARENT])
        rows = self.select_for_update(no_key=True, of=["self"]) if lock else self
        rows = rows.order_by("pk")
        return {
            pk: dict(zip(columns, map(as_json, values), strict=True))
            for pk, *values in rows.values_list("pk", *columns)
        }

    def write(self, **fields):
        return self.update(**fields, **self.stamp())

    def stamp(self):
        """Return what each write changes besides."""
        return {"version": F("version") + 1}

    def rewrite(self, act, rows):
        """Write to each row what is its own, {id: {column: JSON}}, all with the same columns.

        Return the ids of the rows whose version was raised.
        """
        if not rows:
            return set()
        mine = self.model.everything.filter(pk__in=rows)
        columns = list(next(iter(rows.values())))
        before = mine.states(columns)
        self.write_rows({pk: rows[pk] for pk in before})
        after = mine.states(columns)
        place = {"position": None}  # is no word that anybody typed, see Task.move()
        edited = [pk for pk in after if after[pk] | place != before[pk] | place]
        mine.filter(pk__in=edited).write()
        if act:
            act.keep(self.model, before, after)
        return set(edited)

    def write_rows(self, rows):
        """Write to each row what is its own, in one statement."""
        columns = list(next(iter(rows.values())))
        table = connection.ops.quote_name(self.model._meta.db_table)
        sets = ", ".join(f"{name} = r.{name}" for name in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} t SET {sets}"
                f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) r WHERE t.id = r.id",
                [json.dumps([{"id": pk} | row for pk, row in rows.items()])],
            )


class EverythingManager(models.Manager):
    """All rows, without the columns that are only looked into."""

    def get_queryset(self):
        return super().get_queryset().defer(*self.model.UNFETCHED)


class PresentManager(EverythingManager):
    """Rows without those in the trash, so that no count, page or search can forget it."""

    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None)


class TrashManager(EverythingManager):
    """The trash, a door with a name of its own: user.tasks(manager="trash")."""

    def get_queryset(self):
        return super().get_queryset().exclude(deleted_at=None)


class Tracked(models.Model):
    """A row that goes into the trash before it goes for ever.

    Its acts say from which state they start, and may say from which version: of two that race, one
    wins, and one that comes late does nothing. They return the act as it is kept, None where this
    call changed nothing, and leave self as the row now is. `act` is one that is under way.
    """

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    UNFETCHED = []  # columns

    class Meta:
        abstract = True

    def delete_softly(self, version=None, *, act=None):
        """Put it into the trash."""
        act = act or self.new_act(Act.Kind.DELETE)
        return self._act(act, version, {"deleted_at": None}, deleted_at=timezone.now())

    def restore(self, version=None, *, act=None, **fields):
        """Take it out of the trash, with new values of fields."""
        act = act or self.new_act(Act.Kind.RESTORE)
        return self._act(act, version, {"deleted_at__isnull": False}, deleted_at=None, **fields)

    def edit(self, *, act=None, **fields):
        """Write new values of fields."""
        return self._act(act or self.new_act(Act.Kind.EDIT), None, {}, **fields)

    def purge(self):
        """Delete it for ever if it is in the trash."""
        return type(self).trash.filter(pk=self.pk).purge() == 1

    def lock(self):
        """Lock it to the transaction's end. Rows that refer to it can be added meanwhile."""
        type(self).everything.filter(pk=self.pk).lock()

    def new_act(self, kind):
        """Return an act of its owner's that isn't in the database yet: its first change is."""
        return Act(user_id=self.user_id, kind=kind)

    def _act(self, act, version, before, **fields):
        if version is not None:
            before = before | {"version": version}
        won = type(self).everything.filter(pk=self.pk, **before).change(act, **fields) == 1
        self.refresh()
        return act if won else None

    def refresh(self):
        """Become as the row is now; if it was deleted for ever meanwhile, stay."""
        with suppress(self.DoesNotExist):
            self.refresh_from_db()


def unique_name(name, words):
    """Return the constraint that a user's names differ, whatever their case, outside the trash."""
    return models.UniqueConstraint(
        F("user"),
        Lower("name"),
        condition=Q(deleted_at=None),
        name=name,
        violation_error_message=words,
    )


class NamedQuerySet(TrackedQuerySet):
    """Rows whose names differ, of those of a user that aren't in the trash, whatever their case."""

    def named(self, names):
        """Narrow to these names, whatever their case, as the database knows case."""
        names = [Lower(Value(name)) for name in names]
        return self.annotate(lower=Lower("name")).filter(lower__in=names)
