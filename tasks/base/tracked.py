"""Tracked rows: they go into the trash before they are purged, and acts record their changes."""

import json
from contextlib import suppress

from django.db import connection, models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.utils import timezone

from tasks.history import BATCH, Act, Change, PurgeableQuerySet, as_json


class TrackedQuerySet(PurgeableQuerySet):
    """Tracked rows: soft deletion, a version, and changes recorded in acts.

    An `act` may be unsaved: its first change inserts it. A change without an act isn't recorded.
    """

    PARENT = []  # the columns that name the row's parent, as a step's task
    UNCOUNTED = []  # columns whose change doesn't raise the version
    UNCERTAIN = []  # columns in which write() may store another value than given

    def delete_softly(self, act=None):
        """Put these rows into the trash. Return how many were not in it."""
        return self.filter(deleted_at=None).change(act, deleted_at=timezone.now)

    def restore(self, act=None):
        """Take these rows out of the trash. Return how many were in it."""
        return self.exclude(deleted_at=None).change(act, deleted_at=None)

    def deleted_before(self, moment):
        return self.filter(deleted_at__lt=moment)

    def lock(self):
        """Lock these rows until the transaction ends. New rows can refer to them nevertheless."""
        rows = self.select_for_update(no_key=True).order_by("pk")
        list(rows.values_list("pk"))

    def latest_deleted_first(self):
        return self.order_by("-deleted_at", "-id")

    @transaction.atomic(savepoint=False)
    def change(self, act, **fields):
        """Write the same values to all these rows, and raise their version.

        A value may be a function without arguments, such as timezone.now: it's called once the rows
        are locked, which may take a while.

        Every write to a tracked row uses this method or rewrite(), except its creation and its
        moves in an order.

        Return how many rows had other values before.
        """
        columns = [self.column(name) for name in fields]
        before = self.states(columns)
        fields = {name: value_of(value) for name, value in fields.items()}
        new = self.plain_values(fields)
        if new is not None:
            before = {pk: row for pk, row in before.items() if row != row | new}
        if not before:
            return 0
        rows = self.model.everything.filter(pk__in=before)
        rows.write(**fields)
        if act:
            if new is None or set(columns) & set(self.UNCERTAIN):
                after = rows.states(columns)
            else:
                after = {pk: row | new for pk, row in before.items()}
            self.record(act, before, after)
        self.follow(act, before)
        return len(before)

    def column(self, name):
        return self.model._meta.get_field(name).attname

    def plain_values(self, fields):
        """Return values of fields as {column: JSON}, or None if the database computes any."""
        columns = {}
        for name, value in fields.items():
            if hasattr(value, "resolve_expression"):
                return None
            columns[self.column(name)] = as_json(getattr(value, "pk", value))
        return columns

    def states(self, columns, *, lock=True):
        """Lock these rows. Return the values of these columns, as {id: {column: JSON}}."""
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
        """Return the additional columns of every write."""
        return {"version": F("version") + 1}

    def rewrite(self, act, rows):
        """Write individual values to rows, {id: {column: JSON}}, all of the same columns.

        Return the ids of the rows with a raised version.
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
        self.follow(act, before)
        return set(edited)

    def follow(self, act, before):
        """Let dependent rows follow a change of these, as part of its act if there is one.

        before has the earlier states of these rows.
        """

    def write_rows(self, rows):
        """Write individual values to rows by one statement, without versions and history."""
        table = connection.ops.quote_name(self.model._meta.db_table)
        sets = [f"{name} = r.{name}" for name in columns_of(rows)]
        values = [{"id": pk} | row for pk, row in rows.items()]
        sql = (
            f"UPDATE {table} t SET {', '.join(sets)}"
            f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) r WHERE t.id = r.id"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [json.dumps(values)])

    def insert_rows(self, rows):
        """Insert new rows, each {column: JSON} with the same columns, a batch in a statement.

        Their ids are given, or left to the database. No act keeps them.
        """
        if not rows:
            return
        table = connection.ops.quote_name(self.model._meta.db_table)
        columns = ", ".join(rows[0])
        sql = (
            f"INSERT INTO {table} ({columns}) SELECT {columns}"
            f" FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
        )
        with connection.cursor() as cursor:
            for start in range(0, len(rows), BATCH):
                cursor.execute(sql, [json.dumps(rows[start : start + BATCH])])

    def new_ids(self, number):
        """Return ids for so many new rows, in ascending order."""
        sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        with connection.cursor() as cursor:
            cursor.execute(sequence, [self.model._meta.db_table, number])
            return sorted(pk for (pk,) in cursor.fetchall())

    def changed_columns(self, before, after):
        """Return the columns that differ between two states of a row, {column: JSON}."""
        return [name for name in before if before[name] != after[name]]

    def is_counted(self, before, after):
        """Return whether the change between two states of a row raises its version."""
        changed = set(self.changed_columns(before, after))
        return bool(changed - set(self.UNCOUNTED))

    def record(self, act, before, after):
        """Record the changes of rows in an act, from two states {id: {column: JSON}}.

        Unchanged rows are left out; without an act nothing is recorded.
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


def value_of(value):
    """Return the value of a field as given to change(), or the result of its function now."""
    return value() if callable(value) else value


def columns_of(rows):
    """Return the columns that all of these rows have, {id: {column: JSON}}."""
    first = next(iter(rows.values()))
    return list(first)


class EverythingManager(models.Manager):
    """All rows, in the trash or not, without columns that are only searched."""

    def get_queryset(self):
        return super().get_queryset().defer(*self.model.UNFETCHED)


class PresentManager(EverythingManager):
    """The rows outside the trash: the default, so that no page can forget to leave others out."""

    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None)


class TrashManager(EverythingManager):
    """The rows in the trash: user.tasks(manager="trash")."""

    def get_queryset(self):
        return super().get_queryset().exclude(deleted_at=None)


class Tracked(models.Model):
    """A row with soft deletion, a version, and changes recorded in acts.

    Its methods for acts start from a certain state, and may be given a version: of two simultaneous
    acts one wins, and a late one does nothing. They return the act, or None if nothing changed, and
    refresh self. `act` is an act that is already under way.
    """

    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    UNFETCHED = []  # columns

    class Meta:
        abstract = True

    def delete_softly(self, version=None, *, act=None):
        """Put the row into the trash."""
        act = act or self.new_act(Act.Kind.DELETE)
        was = {"deleted_at": None}
        return self.change_from(was, act, version, deleted_at=timezone.now)

    def restore(self, version=None, *, act=None, **fields):
        """Take the row out of the trash, with new values of fields."""
        act = act or self.new_act(Act.Kind.RESTORE)
        was = {"deleted_at__isnull": False}
        return self.change_from(was, act, version, deleted_at=None, **fields)

    def edit(self, *, act=None, **fields):
        """Write new values of fields."""
        act = act or self.new_act(Act.Kind.EDIT)
        return self.change_from({}, act, **fields)

    def purge(self):
        """Purge the row if it's in the trash. Return whether it was."""
        row = type(self).trash.filter(pk=self.pk)
        return row.purge() == 1

    def lock(self):
        """Lock the row to the end of the transaction. Rows that refer to it can still be added."""
        row = type(self).everything.filter(pk=self.pk)
        row.lock()

    def new_act(self, kind):
        """Return an unsaved act of the row's user; recording its first change saves it."""
        return Act(user_id=self.user_id, kind=kind)

    def change_from(self, state, act, version=None, **fields):
        """Write fields if the row is in a state, {lookup: value}, and has this version, if given.

        Return the act, or None if the row is in another state.
        """
        row = type(self).everything.filter(pk=self.pk, **state)
        if version is not None:
            row = row.filter(version=version)
        number = row.change(act, **fields)
        self.refresh()
        return act if number else None

    def refresh(self):
        """Reload the row from the database; keep the values if it was purged."""
        with suppress(self.DoesNotExist):
            self.refresh_from_db()


def unique_name(name, words):
    """Return the constraint that a user's names differ by more than case, outside the trash."""
    return models.UniqueConstraint(
        F("user"),
        Lower("name"),
        condition=Q(deleted_at=None),
        name=name,
        violation_error_message=words,
    )


# The names are compared as by unique_name().
TAKEN = """
SELECT wanted.id FROM unnest(%s::bigint[], %s::text[]) AS wanted (id, name)
WHERE EXISTS (
    SELECT FROM {} AS other WHERE other.user_id = %s AND other.deleted_at IS NULL
    AND other.id <> wanted.id AND lower(other.name) = lower(wanted.name)
)
"""


class NamedQuerySet(TrackedQuerySet):
    """Tracked rows with a name, unique among a user's rows outside the trash, ignoring case."""

    def named(self, names):
        """Return the rows with these names, ignoring case as the database does."""
        lower = [Lower(Value(name)) for name in names]
        return self.annotate(lower=Lower("name")).filter(lower__in=lower)

    def taken(self, user_id, names):
        """Return the ids of rows with names that other rows of a user have, outside the trash.

        names has the names to check, {id: name}, which may differ from the present ones.
        """
        sql = TAKEN.format(connection.ops.quote_name(self.model._meta.db_table))
        with connection.cursor() as cursor:
            values = [list(names), list(names.values()), user_id]
            cursor.execute(sql, values)
            return {pk for (pk,) in cursor.fetchall()}
