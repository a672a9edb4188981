"""The history page: acts and events as lines, latest first, and all changes of an act."""

import heapq
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, islice
from operator import itemgetter

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, Value, When, Window
from django.db.models.functions import Coalesce, DenseRank

from accounts.models import Event
from tasks.history import Act, Change, RowChange
from tasks.undo import present_states
from tasks.wording import LABELS, Summary, Wording, quoted

# The change of a repeat that only advanced, since the act kept its occurrence as a task of its own.
ADVANCED = Q(after__has_key="due_date") & Exists(
    Change.objects.filter(
        act=OuterRef("act"), after__has_key="deleted_at", task__series=OuterRef("task")
    )
)
ENDED = Q(after__repeat="", after__has_key="due_date")  # a repeat lost with its date
SHOWN = 3  # rows of an act that its line names
KINDS = ["list", "task", "step", "tag"]  # the order in which the rows of an act are shown
REVERTED = {Act.Kind.UNDO: "undid: ", Act.Kind.REDO: "redid: "}
EVENTS = {
    Event.Kind.SUPPORT_LOOKS: "gave support access to your tasks for 7 days",
    Event.Kind.SUPPORT_STOPS: "ended support's access",
    Event.Kind.RESET_SENT: "sent you a link to reset your password",
    Event.Kind.CONFIRMATION_SENT: "sent you another link to confirm your email",
    Event.Kind.FACTOR_REMOVED: "removed your second factor, and signed you out everywhere",
    Event.Kind.LINK_SHOWN: "created a link to set up your second factor",
    Event.Kind.SIGNED_OUT: "signed you out everywhere",
    Event.Kind.DISABLED: "disabled your account",
    Event.Kind.ENABLED: "enabled your account again",
    Event.Kind.ADDRESS_CHANGED: "changed the email of your account",
    Event.Kind.EXPORTED: "exported your data",
    Event.Kind.LEAVES: "asked to have your account deleted",
    Event.Kind.STAYS: "kept your account",
}


@dataclass
class ActLine:
    """An act as a line of the history."""

    act: Act
    sentence: str  # of the act; for an undo or redo, of the original act
    others: str = ""  # the titles of the rows, if there are several
    row: str = ""  # the id of the first row on a page
    details: tuple = ()  # (label, before, after), if there is one row

    @property
    def words(self):
        return REVERTED.get(self.act.kind, "") + self.sentence

    @property
    def done(self):
        return self.act

    @property
    def is_undone(self):
        return self.act.later == Act.Kind.UNDO and not self.act.of

    @property
    def is_undoable(self):
        return not self.act.later and self.act.is_undoable()


@dataclass
class EventLine:
    """An event of the account as a line of the history, without Undo."""

    done: Event

    act, others, details, is_undone, is_undoable = None, "", (), False, False

    @property
    def words(self):
        return EVENTS[self.done.kind]


def part_of(acts, events, start, stop):
    """Return acts and events together, latest first, from start to before stop.

    Both are querysets, latest first; acts are sorted by id. Of two simultaneous acts the one with
    the larger id may have begun earlier, so an event precedes the first act that is older.

    There may be many acts: acts that come before start, even if all events do too, aren't fetched.
    """
    events = list(events[:stop])
    if not events:
        return list(acts.part(start, stop))
    skipped = max(start - len(events), 0)
    lowest = datetime.max.replace(tzinfo=UTC)
    if skipped:
        before = acts.values("created_at")[:skipped]
        lowest = before.aggregate(at=Min("created_at"))["at"] or lowest
    fetched = list(acts.part(skipped, stop))
    created = [act.created_at for act in fetched]
    _, *moments = accumulate(created, min, initial=lowest)
    both = heapq.merge(
        zip(moments, fetched, strict=True),
        [(event.created_at, event) for event in events],
        key=itemgetter(0),
        reverse=True,
    )
    part = islice(
        both,
        start - skipped,
        stop - skipped,
    )
    return [one for _, one in part]


def is_of(name):
    """Return the condition of changes of one kind of row. A step's change names its task too."""
    there = ~Q(**{name: None})
    if name == "task":
        return there & Q(step=None)
    return there


def first_changes(acts, task=None):
    """Return the changes of acts in their first rows, {id of an act: [RowChange]}.

    With task, only its changes count. Each change is annotated: `nth_from_last` is the number of
    rows of its kind that the act changed, from this one on, and `ended` the number of tasks that
    lost their repeat with their date.
    """
    pks = [act.pk for act in acts]
    changes = Change.objects.filter(act__in=pks)
    changes = changes.filter(task=task) if task else changes.exclude(ADVANCED)
    deletions = [act.pk for act in acts if act.original.kind == Act.Kind.DELETE]
    ranks = [When(is_of(name), then=Value(n)) for n, name in enumerate(KINDS)]
    # When a tag was merged into another, the act also gave its tasks the other tag.
    tag_first = When(
        is_of("tag"),
        act__in=deletions,
        then=Value(-1),
    )
    rank = Case(tag_first, *ranks)
    # A row may have several changes: one of its columns, and one for each tag.
    row = Coalesce("step", "task", "list", "tag")
    of_kind = [F("act"), rank]
    nth = Window(
        DenseRank(),
        partition_by="act",
        order_by=[rank, row],
    )
    nth_from_last = Window(
        DenseRank(),
        partition_by=of_kind,
        order_by=row.desc(),
    )
    ended = Window(
        Count("pk", filter=ENDED),
        partition_by="act",
    )
    counted = changes.annotate(
        nth=nth,
        nth_from_last=nth_from_last,
        ended=ended,
    )
    shown = counted.filter(nth__lte=SHOWN).with_rows()
    found = {}
    for change in RowChange.of_rows(shown.order_by("act", "nth", "pk")):
        found.setdefault(change.change.act_id, []).append(change)
    return found


def add_other_tags(changes):
    """Add tags to the first rows of acts that tagged more rows than are shown, {id: [RowChange]}.

    Otherwise a tag that the shown rows had before would be missing.
    """
    many = {}
    for pk, (first, *_) in changes.items():
        if first.tags and first.change.nth_from_last > SHOWN:
            many[pk] = first
    if not many:
        return
    tagged = Change.objects.filter(act__in=many).exclude(tagged_with=None)
    rows = tagged.values_list("act", "tagged_with", "before", "after")
    for pk, tag, before, after in rows.distinct():
        change = Change(
            act_id=pk,
            tagged_with_id=tag,
            before=before,
            after=after,
        )
        many[pk].add(change)


def summary_of(act, changes):
    """Return the summary of an act, from its changes as first_changes() returns them."""
    is_undo = act.kind == Act.Kind.UNDO
    rows, numbers = {}, {}
    for change in changes:
        numbers.setdefault(change.row_name, change.change.nth_from_last)
        shown = change.reversed() if is_undo else change
        rows.setdefault(change.row_name, []).append(shown)
    ended = 0 if is_undo else changes[0].change.ended
    return Summary(act.original.kind, rows, numbers, ended)


class HistoryWriter:
    """Acts as lines for one user, with the user's clock, lists and tags."""

    def __init__(self, sidebar):
        self.wording = Wording(sidebar)

    def lines(self, acts, task=None):
        """Return acts as lines; with task, as the page of the task shows them."""
        changes = first_changes(acts, task)
        add_other_tags(changes)
        return [self.line(act, changes[act.pk]) for act in acts if act.pk in changes]

    def all_lines(self, done):
        """Return acts and events as lines, in their order."""
        acts = [one for one in done if isinstance(one, Act)]
        events = [one for one in done if isinstance(one, Event)]
        lines = {line.done: line for line in self.lines(acts)}
        lines |= {event: EventLine(event) for event in events}
        return [lines[one] for one in done if one in lines]

    def line(self, act, changes):
        """Return an act as a line, from its changes as first_changes() returns them."""
        summary = summary_of(act, changes)
        name = summary.row_name
        mine = [change for change in changes if change.row_name == name]
        number = summary.numbers[name]
        line = ActLine(act, self.wording.sentence(summary))
        line.row = f"{name}-{mine[0].row_pk}"
        if number == 1:
            line.details = self.details(mine[0])
        else:
            line.others = ", ".join(map(quoted, mine))
        if number > len(mine) > 1:
            line.others += ", …"
        return line

    def details(self, change):
        """Return the changed columns of a row in words, as (label, before, after)."""
        found = []
        for name in shown_columns(change):
            found.append(self.detail(change, name))
        for pk in sorted(change.tags):
            found.append(self.detail_of_tag(change, pk))
        for pk in sorted(change.reminders):
            found.append(self.detail_of_reminder(change, *change.reminders[pk]))
        return found

    def detail(self, change, name):
        before = self.wording.value(name, change.before[name])
        after = self.wording.value(name, change.after[name])
        return LABELS[name], before, after

    def detail_of_tag(self, change, pk):
        was_tagged, is_tagged = change.tags[pk]
        before = self.wording.yes_or_no(was_tagged)
        after = self.wording.yes_or_no(is_tagged)
        return self.wording.tag(pk), before, after

    def detail_of_reminder(self, change, before, after):
        if before and after:
            return "Snoozed until", self.wording.snooze(before), self.wording.snooze(after)
        before, after = (self.wording.reminder(state, change.task) for state in (before, after))
        return "Reminder", before, after

    def compare(self, changes):
        """Return changes with present values: (name of the row, its address, columns).

        Columns are (label, before, after, now); now is None if it equals after.
        """
        rows = RowChange.of_rows(changes)
        states, *others = present_states(rows)
        compared = []
        for row in rows:
            state = states[row.row_name, row.row_pk]
            columns = self.columns(row, state, *others)
            compared.append((quoted(row), url_of(row), columns))
        return compared

    def columns(self, change, state, tags, reminders):
        """Return the columns of compare(), from the parts of present_states()."""
        present = []
        for name in shown_columns(change):
            present.append(self.now(change, name, state[name]))
        for pk in sorted(change.tags):
            is_tagged = (change.row_pk, pk) in tags
            present.append(self.now_of_tag(change, pk, is_tagged))
        for pk in sorted(change.reminders):
            present.append(self.now_of_reminder(change, pk, reminders.get(pk)))
        details = zip(self.details(change), present, strict=True)
        return [(*detail, now) for detail, now in details]

    def now(self, change, name, value):
        if value == change.after[name]:
            return None
        return self.wording.value(name, value)

    def now_of_tag(self, change, pk, is_tagged):
        _, was_left_tagged = change.tags[pk]
        if is_tagged == was_left_tagged:
            return None
        return self.wording.yes_or_no(is_tagged)

    def now_of_reminder(self, change, pk, state):
        before, after = change.reminders[pk]
        *_, then = self.detail_of_reminder(change, before, after)
        if before and after and state:
            now = self.wording.snooze(state)
        else:
            now = self.wording.reminder(state, change.task)
        return None if now == then else now or ""


def shown_columns(change):
    """Return the changed columns that people know. A position has no value to show."""
    return [name for name in LABELS if name in change.before and name != "position"]


def url_of(change):
    """Return the address of a change's row, "" if it has no page."""
    page_of = change.task if change.row_name == "step" else change.row
    if change.row.deleted_at or page_of.deleted_at:
        return ""
    return page_of.get_absolute_url()
