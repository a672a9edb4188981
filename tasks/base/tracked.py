"""Rows that go into the trash before they are purged, and whose changes are kept in acts."""

import json
from contextlib import suppress

from django.db import connection, models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from tasks.history import Act, Change, PurgeableQuerySet, as_json


class TrackedQuerySet(PurgeableQuerySet):
    """Rows that go into the trash before they are purged, and whose changes are kept in acts.

    An `act` may be new: its first change puts it into the database. Without one the change is
    nobody's, and is not kept.
    """

    PARENT = []  # the columns of the row that such a row is a part of
    UNCOUNTED = []  # columns in which a change leaves the version as it is
    UNCERTAIN = []  # columns in which write() may leave another value than it was given

    def delete_softly(self, act=None):
        """Put these into the trash; return how many were not in it."""
        return self.filter(deleted_at=None).change(act, deleted_at=timezone.now())

    def restore(self, act=None):
        """Take these out of the trash; return how many were in it."""
        return self.exclude(deleted_at=None).change(act, deleted_at=None)

    def deleted_before(self, moment):
        return self.filter(deleted_at__lt=moment)

    def lock(self):
        """Lock these to the transaction's end. Others that refer to them can still be added."""
        rows = self.select_for_update(no_key=True).order_by("pk")
        list(rows.values_list("pk"))

    def latest_deleted_first(self):
        return self.order_by("-deleted_at", "-id")

    @transaction.atomic(savepoint=False)
    def change(self, act, **fields):
        """Write the same values to all these rows, and raise their version.

        Every write to a tracked row comes through here or through rewrite(), but for its creation
        and its place among others.

        Returns how many rows had other values before.
        """
        columns = [self.column(name) for name in fields]
        new = self.plain_values(fields)
        before = self.states(columns)
        if new is not None:
            before = {pk: row for pk, row in before.items() if row != row | new}
        if not before:
            return 0
        rows = self.model.everything.filter(pk__in=before)
        rows.write(**fields)
        if not act:
            return len(before)
        if new is None or set(columns) & set(self.UNCERTAIN):
            after = rows.states(columns)
        else:
            after = {pk: row | new for pk, row in before.items()}
        self.record(act, before, after)
        return len(before)

    def column(self, name):
        return self.model._meta.get_field(name).attname

    def plain_values(self, fields):
        """Return values of fields as {column: JSON}; None if the database works out one of them."""
        columns = {}
        for name, value in fields.items():
            if hasattr(value, "resolve_expression"):
                return None
            columns[self.column(name)] = as_json(getattr(value, "pk", value))
        return columns

    def states(self, columns, *, lock=True):
        """Lock these rows; return what is in these columns as {id: {column: JSON}}."""
        columns = dict.fromkeys([*columns, *self.PARENT])
        rows = self.order_by("pk")
        if lock:
            rows = rows.select_for_update(no_key=True, of=["self"])
        states = {}
        for row in rows.values("pk", *columns):
            states[row["pk"]] = {name: as_json(row[name]) for name in columns}
        return states

    def write(self, **fields):
        return self.update(**fields, **self.stamp())

    def stamp(self):
        """Return what each write changes besides."""
        return {"version": F("version") + 1}

    def rewrite(self, act, rows):
        """Write to each row values of its own, {id: {column: JSON}}, all with the same columns.

        Returns the ids of the rows whose version was raised.
        """
        if not rows:
            return set()
        mine = self.model.everything.filter(pk__in=rows)
        columns = columns_of(rows)
        before = mine.states(columns)
        self.write_rows({pk: rows[pk] for pk in before})
        after = mine.states(columns)
        edited = [pk for pk in after if self.is_counted(before[pk], after[pk])]
        mine.filter(pk__in=edited).write()
        self.record(act, before, after)
        return set(edited)

    def write_rows(self, rows):
        """Write to each row values of its own, in one statement."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        sets = [f"{name} = r.{name}" for name in columns_of(rows)]
        values = [{"id": pk} | row for pk, row in rows.items()]
        sql = (
            f"UPDATE {table} t SET {', '.join(sets)}"
            f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) r WHERE t.id = r.id"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [json.dumps(values)])

    def changed_columns(self, before, after):
        """Return the columns in which two states of a row, {column: JSON}, differ."""
        return [name for name in before if before[name] != after[name]]

    def is_counted(self, before, after):
        """Return whether the change between two states of a row raises its version."""
        changed = set(self.changed_columns(before, after))
        return bool(changed - set(self.UNCOUNTED))

    def record(self, act, before, after):
        """Keep in act what became of rows, both {id: {column: JSON}}.

        Rows that are the same don't count, and without an act nothing is kept.
        """
        if not act:
            return
        changes = []
        for pk, old in before.items():
            new = after[pk]
            names = self.changed_columns(old, new)
            if not names:
                continue
            parent = {name: old[name] for name in self.PARENT}
            change = Change.of_row(self.model, pk, **parent)
            change.before = {name: old[name] for name in names}
            change.after = {name: new[name] for name in names}
            changes.append(change)
        act.keep(changes)


def columns_of(rows):
    """Return the columns that rows have in common, {id: {column: JSON}}."""
    first = next(iter(rows.values()))
    return list(first)


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
    """A row that goes into the trash before it is purged, and whose changes are kept in acts.

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
        was = {"deleted_at": None}
        return self.change_from(was, act, version, deleted_at=timezone.now())

    def restore(self, version=None, *, act=None, **fields):
        """Take it out of the trash, with new values of fields."""
        act = act or self.new_act(Act.Kind.RESTORE)
        was = {"deleted_at__isnull": False}
        return self.change_from(was, act, version, deleted_at=None, **fields)

    def edit(self, *, act=None, **fields):
        """Write new values of fields."""
        act = act or self.new_act(Act.Kind.EDIT)
        return self.change_from({}, act, **fields)

    def purge(self):
        """Delete it for ever if it is in the trash."""
        row = type(self).trash.filter(pk=self.pk)
        return row.purge() == 1

    def lock(self):
        """Lock it to the transaction's end. Others that refer to it can still be added."""
        row = type(self).everything.filter(pk=self.pk)
        row.lock()

    def new_act(self, kind):
        """Return an act of its owner's that isn't in the database yet: its first change is."""
        return Act(user_id=self.user_id, kind=kind)

    def change_from(self, state, act, version=None, **fields):
        """Write fields if the row is in a state, {lookup: value}, and of this version, if any.

        Returns the act, None if the row is in another state.
        """
        row = type(self).everything.filter(pk=self.pk, **state)
        if version is not None:
            row = row.filter(version=version)
        number = row.change(act, **fields)
        self.refresh()
        return act if number else None

    def refresh(self):
        """Become as the row is now; if it was purged, stay."""
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
        lower = [Lower(Value(name)) for name in names]
        return self.annotate(lower=Lower("name")).filter(lower__in=lower)
