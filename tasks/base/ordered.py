"""Tracked rows that their user orders by hand."""

from bisect import bisect_right, insort

from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.db.models.lookups import GreaterThan, LessThan
from fractional_indexing import generate_key_between, generate_n_keys_between

from tasks.base.searched import IsEmpty
from tasks.base.tracked import Tracked, TrackedQuerySet
from tasks.history import Act

LONGEST_POSITION = 100  # characters; a longer key makes all rows get new ones


class SortKey(models.Func):
    """The columns of an order together, which PostgreSQL compares one after the other."""

    function = "ROW"
    output_field = models.TextField()  # Django wants a type, but the key is only compared


class OrderedQuerySet(TrackedQuerySet):
    """Tracked rows that their user orders by hand. An act records a move like any other change.

    `position` is a key of the library fractional-indexing, sorted by its bytes. There is always
    room for a key between two others, so a move writes one row. Rows with "" were never placed, and
    follow the placed ones.
    """

    UNPLACED = IsEmpty("position")
    HAND = [UNPLACED, "position", "id"]
    SHARED = []  # columns: rows of a user with the same values in these are in one order
    UNCOUNTED = ["position"]  # a move isn't an edit of text, so it must not conflict with one

    def by_hand(self):
        """Sort these rows as the user ordered them; unplaced rows follow, by creation."""
        return self.order_by(*self.HAND)

    def standing(self):
        """Return the rows of this order that the user can see."""
        return self

    def around(self, pk):
        """Return the ids of the rows before and after one of these, None at an end.

        All of these rows share an order.
        """
        return self.neighbors(pk) or (None, None)

    def neighbors(self, pk):
        """Return the ids before and after a row, as around(); None if the row isn't among these.

        Only the two rows are read, from the index of the order.
        """
        names = []
        for column in self.HAND:
            if column is self.UNPLACED:
                names.append("unplaced")
            elif column not in self.SHARED:
                names.append(column)
        rows = self.alias(unplaced=self.UNPLACED)
        place = SortKey(*names)
        here = SortKey(*map(OuterRef, names))
        before = rows.filter(LessThan(place, here)).by_hand().reverse()
        after = rows.filter(GreaterThan(place, here)).by_hand()
        row = rows.filter(pk=pk).annotate(
            before=Subquery(before.values("pk")[:1]),
            after=Subquery(after.values("pk")[:1]),
        )
        return row.values_list("before", "after").first()

    def changed_columns(self, before, after):
        """Return the columns that differ. In another order, an equal position differs as well."""
        names = super().changed_columns(before, after)
        is_same_order = set(self.SHARED).isdisjoint(names)
        if not is_same_order and "position" in before and "position" not in names:
            names.append("position")
        return names

    def place(self, act, pk, *, before=None, after=None, to=None):
        """Move one of these rows before or after another (ids), or to the "top" or "bottom".

        All of these rows share an order, and the caller has locked the row that holds the order
        together. The act records the move, but not the first positions that rows may get for it:
        these don't change the visible order.

        Return False if either of the two rows isn't among these any more.
        """
        is_there = self.standing().is_at(pk, before, after, to)
        if is_there is None:
            return False
        self.number_unplaced()
        if is_there:  # another key would only move it past rows that the user can't see
            return True
        gap = self.exclude(pk=pk).gap(before, after, to)
        if gap is None:
            return False
        position = generate_key_between(*gap)
        row = self.filter(pk=pk)
        before = row.states(["position"])
        row.update(position=position)
        after = {pk: state | {"position": position} for pk, state in before.items()}
        self.record(act, before, after)
        if len(position) > LONGEST_POSITION:
            placed = self.exclude(position="")
            self.number(placed)
        return bool(before)

    def is_at(self, pk, before, after, to):
        """Return whether a row is at a position, given as for place(), among these rows.

        Return None if the neighbor isn't among them.
        """
        if to:
            return self.end_row(to) == pk
        beside = self.neighbors(before or after)
        if beside is None:
            return None
        previous, following = beside
        return pk == previous if before else pk == following

    def end_row(self, to):
        """Return the id of the row at the "top" or "bottom", None without rows."""
        rows = self.by_hand()
        if to == "bottom":
            rows = rows.reverse()
        return rows.values_list("pk", flat=True).first()

    def gap(self, before, after, to):
        """Return the keys on both sides of a position, given as for place(); None past an end.

        Return None if the neighboring row has gone at this very moment.
        """
        placed = self.exclude(position="").order_by("position")
        keys = placed.values_list("position", flat=True)
        if to == "top":
            return None, keys.first()
        if to == "bottom":
            return keys.last(), None
        beside = keys.filter(pk=before or after).first()
        if beside is None:
            return None
        if before:
            return keys.filter(position__lt=beside).last(), beside
        return beside, keys.filter(position__gt=beside).first()

    def free_positions(self, wanted):
        """Return free positions for rows that come back to this order, as {id: position}.

        wanted has the former positions, {id: position}, without unplaced rows. A position that
        another row has now is replaced by a free one just after it.
        """
        positions = self.exclude(position="").values_list("position", flat=True)
        taken = set(positions.filter(position__in=wanted.values()))
        if not taken:
            return wanted
        free = dict(wanted)
        keys = sorted({*positions, *wanted.values()})
        for pk, position in wanted.items():
            if position in taken:
                free_key = key_just_after(position, keys)
                insort(keys, free_key)
                free[pk] = free_key
        return free

    def end(self):
        """Return a key after all of these rows. The caller has locked as for place()."""
        self.number_unplaced()
        return generate_key_between(self.last_key(), None)

    def last_key(self):
        found = self.aggregate(last=models.Max("position"))
        return found["last"] or None

    def number_unplaced(self):
        unplaced = self.standing().filter(position="")
        self.number(unplaced)

    def number(self, rows):
        """Give these rows new keys, in their order, after all existing keys."""
        # Locked, so that no row leaves the order before its key is written.
        locked = rows.select_for_update(no_key=True).by_hand()
        pks = list(locked.values_list("pk", flat=True))
        if not pks:
            return
        keys = generate_n_keys_between(
            self.last_key(),
            None,
            len(pks),
        )
        positions = {}
        for pk, key in zip(pks, keys, strict=True):
            positions[pk] = {"position": key}
        self.write_rows(positions)


def number_anew(rows):
    """Give new, unsaved rows the keys of a new order, in the sequence of the list."""
    keys = generate_n_keys_between(None, None, len(rows))
    for row, key in zip(rows, keys, strict=True):
        row.position = key


def key_just_after(key, keys):
    """Return a key between this one and the next of sorted keys."""
    following = bisect_right(keys, key)
    if following == len(keys):
        return generate_key_between(key, None)
    return generate_key_between(key, keys[following])


class PositionField(models.CharField):
    """A key of an order, see OrderedQuerySet. Keys sort by their bytes, in every database."""

    def __init__(self, **kwargs):
        defaults = {
            "max_length": 255,
            "db_collation": "C",
            "editable": False,
            "default": "",
            "db_default": "",  # an older version may still be running
        }
        super().__init__(**defaults | kwargs)


class Ordered(Tracked):
    """A tracked row that its user orders among others, see OrderedQuerySet."""

    position = PositionField()

    class Meta:
        abstract = True

    @property
    def order(self):
        """A pair: the row to lock, which holds the order together, and the rows of the order."""
        raise NotImplementedError

    @transaction.atomic
    def add(self, act=None):
        """Insert this new row as the last of its order."""
        holder, rows = self.order
        holder.lock()
        self.position = rows.end()
        self.save(force_insert=True)
        act = act or self.new_act(Act.Kind.ADD)
        act.keep_new([self])

    @transaction.atomic
    def move(self, **where):
        """Move the row in its order, given as for OrderedQuerySet.place(). Return the act, or None.

        The version stays, since a move must not conflict with an edit of the row.
        """
        act = self.new_act(Act.Kind.ORDER)
        return act if self.put(act, **where) else None

    def put(self, act, **where):
        """Move the row as part of an act, or without one. Return whether that was possible."""
        holder, rows = self.order
        holder.lock()
        return rows.place(act, self.pk, **where)
