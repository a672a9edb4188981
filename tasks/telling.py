"""Acts in plain words: what was done, to what, and what stood there before and after."""

import heapq
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import accumulate
from operator import itemgetter

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, Value, When, Window
from django.db.models.functions import Coalesce, DenseRank

from accounts import text
from accounts.models import Event
from tasks.history import Act, Change, RowChange
from tasks.models import DATES, Task
from tasks.recurrence import describe
from tasks.undo import present_states

# A repeat that goes on in such an act, since an occurrence of it became a task of its own.
WENT_ON = Q(after__has_key="due_date") & Exists(
    Change.objects.filter(
        act=OuterRef("act"), after__has_key="deleted_at", task__series=OuterRef("task")
    )
)
ENDED = Q(after__repeat="", after__has_key="due_date")  # for want of a date
SERIES = {"repeat", "repeat_from", "repeat_anchor", "missed", "due_date"}
SHOWN = 3  # rows of an act that its line names
KINDS = ["list", "task", "step", "tag"]  # an act is told by the first of these that it changed
VERBS = {
    Act.Kind.ADD: "added",
    Act.Kind.COMPLETE: "completed",
    Act.Kind.REOPEN: "reopened",
    Act.Kind.DELETE: "deleted",
    Act.Kind.RESTORE: "restored",
    Act.Kind.ARCHIVE: "archived",
    Act.Kind.UNARCHIVE: "brought back",
    Act.Kind.ORDER: "moved",
    Act.Kind.EDIT: "edited",
}
AGAIN = {Act.Kind.UNDO: "undid: ", Act.Kind.REDO: "did again: "}
EVENTS = {
    Event.Kind.SUPPORT_LOOKS: "let support look at what you write, for 7 days",
    Event.Kind.SUPPORT_STOPS: "stopped letting support look",
    Event.Kind.RESET_SENT: "sent you a link to reset your password",
    Event.Kind.CONFIRMATION_SENT: "sent you the link that confirms your address again",
    Event.Kind.FACTOR_REMOVED: "removed your second factor, and signed you out everywhere",
    Event.Kind.LINK_SHOWN: "made a link to set up your second factor",
    Event.Kind.SIGNED_OUT: "signed you out everywhere",
    Event.Kind.DISABLED: "disabled your account",
    Event.Kind.ENABLED: "enabled your account again",
    Event.Kind.ADDRESS_CHANGED: "changed the address of your account",
}
STATES = {Act.Kind.ADD, Act.Kind.DELETE, Act.Kind.RESTORE}
LABELS = {
    "title": "Title",
    "name": "Name",
    "description": "Notes",
    "priority": "Priority",
    "due_date": "Due",
    "due_time": "Time",
    "repeat": "Repeats",
    "repeat_from": "Counted from",
    "repeat_anchor": "First day",
    "missed": "Missed ones",
    "list_id": "List",
    "tags": "Tags",
    "completed_at": "Completed",
    "archived_at": "Archived",
    "deleted_at": "There",
    "done": "Done",
    "color": "Colour",
    "position": "Place",
}


@dataclass
class Line:
    """An act as a line of the history."""

    act: Act
    words: str
    plain: str = ""  # what was done, or undone, without saying which
    others: str = ""  # the titles of the rows, where there are several
    row: str = ""  # the id of the row on a page, of the first
    details: tuple = ()  # (label, before, after), where there is one row

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
    """Something that was done to the account, as a line of the history, without an Undo."""

    done: Event

    act, others, details, is_undone, is_undoable = None, "", (), False, False

    @property
    def words(self):
        return EVENTS[self.done.kind]


def part_of(acts, events, start, stop):
    """Return acts and events together, the latest first, from start to before stop.

    Both are querysets, the latest first: acts by their id. Of two acts at once the one that was
    kept later may have begun before, so an event stands above the first act that is older.

    Of the acts, which may be many, those are not fetched that come before start even if all events
    come before them.
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
    moments = list(accumulate([act.created_at for act in fetched], min, initial=lowest))[1:]
    both = heapq.merge(
        zip(moments, fetched, strict=True),
        [(event.created_at, event) for event in events],
        key=itemgetter(0),
        reverse=True,
    )
    return [one for _, one in both][start - skipped : stop - skipped]


class Teller:
    """Tells acts to their user: with their clock, and with the names that the sidebar knows."""

    def __init__(self, sidebar):
        self.sidebar, self.clock = sidebar, sidebar.clock

    def lines(self, acts, task=None):
        """Return acts as lines; of one task alone as its page tells them."""
        changes = Change.objects.filter(act__in=[act.pk for act in acts])
        changes = changes.filter(task=task) if task else changes.exclude(WENT_ON)
        rank = Case(*(When(is_of(name), then=Value(n)) for n, name in enumerate(KINDS)))
        # A row may have several changes: one of its columns, and one for each tag.
        row = Coalesce("step", "task", "list", "tag")
        of_kind = [F("act"), rank]
        counts = {
            "nth": Window(DenseRank(), partition_by="act", order_by=[rank, row]),
            "nth_from_last": Window(DenseRank(), partition_by=of_kind, order_by=row.desc()),
            "tasks": Window(Count("pk", filter=is_of("task")), partition_by="act"),
            "ended": Window(Count("pk", filter=ENDED), partition_by="act"),
        }
        shown = changes.annotate(**counts).filter(nth__lte=SHOWN)
        shown = shown.select_related("list", "task", "step", "tag").order_by("act", "nth", "pk")
        by_act = {}
        for row_change in RowChange.of_rows(shown):
            by_act.setdefault(row_change.change.act_id, []).append(row_change)
        return [self.line(act, by_act[act.pk]) for act in acts if act.pk in by_act]

    def all_lines(self, done):
        """Return acts and events as lines, in their order."""
        acts = [one for one in done if isinstance(one, Act)]
        lines = {line.act: line for line in self.lines(acts)}
        lines |= {one: EventLine(one) for one in done if isinstance(one, Event)}
        return [lines[one] for one in done if one in lines]

    def line(self, act, changes):
        """Return an act as a line. changes are RowChanges, those of its first rows."""
        first = changes[0].change
        name = first.row_name
        mine = [change for change in changes if change.row_name == name]
        number = first.nth_from_last
        others = "" if number == 1 else ", ".join(quoted(change) for change in mine)
        if number > len(mine) > 1:
            others += ", …"
        details = self.details(mine[0]) if number == 1 else ()
        plain = self.words(act, mine[0], number)
        if name == "list" and (tasks := first.tasks):
            plain += self.with_tasks(act, changes[1], f"{tasks} task{'' if tasks == 1 else 's'}")
        if first.ended and act.kind != Act.Kind.UNDO:
            plain += self.without_repeat(first.ended, number)
        row = f"{name}-{mine[0].row_pk}"
        return Line(act, AGAIN.get(act.kind, "") + plain, plain, others, row, details)

    def with_tasks(self, act, change, tasks):
        """Return what became of the tasks of a list, of one of which this is the change."""
        kind = (act.of or act).kind
        if kind in {Act.Kind.ADD, Act.Kind.DELETE} and "deleted_at" not in change.after:
            return f", and moved {tasks} to the Inbox"
        return f", and {tasks} with it"

    def without_repeat(self, ended, number):
        """Return how many of number tasks lost their repeat with their date."""
        if number == 1:
            return ", which does not repeat any more"
        return f"; {ended} of them {'does' if ended == 1 else 'do'} not repeat any more"

    def words(self, act, change, number):
        """Return what act did to number rows, of which change is one: completed “Milk”."""
        if act.kind == Act.Kind.UNDO:
            change = change.reversed()
        return self.phrase(act.original.kind, change, number)

    def phrase(self, kind, change, number):
        after = change.after
        what = f"{number} {change.row_name}s" if number > 1 else quoted(change)
        if kind == Act.Kind.EDIT and "deleted_at" in after and change.row_name == "task":
            return f"saved {what} alone, out of its repeat"
        # Tasks of a list that comes or goes may only have moved.
        if kind == Act.Kind.EDIT or (kind in STATES and "deleted_at" not in after):
            return self.edited(change, what, number)
        if change.row_name == "step" and kind in {Act.Kind.COMPLETE, Act.Kind.REOPEN}:
            return f"{'ticked' if kind == Act.Kind.COMPLETE else 'unticked'} {what}"
        place = " to another place" if kind == Act.Kind.ORDER else ""
        return f"{VERBS[kind]} {what}{place}"

    def edited(self, change, what, number):
        before, after = change.before, change.after
        names = set(after)
        if change.tags:
            return self.tagged(change, what)
        if names <= {"list_id", "position"}:
            return f"moved {what} to {self.list_name(after.get('list_id'))}"
        if names == {"priority"}:
            priority = self.value("priority", after["priority"]) if after["priority"] else "no"
            return f"gave {what} {priority.lower()} priority"
        if names == {"repeat"} and not after["repeat"]:
            return f"ended the repeat of {what}"
        if names <= SERIES and after.get("repeat"):
            return f"had {what} repeat {describe(after['repeat'], on=self.clock.date)}"
        if names <= SERIES and {"missed", "repeat_from"} & names:
            return f"changed the repeat of {what}"
        if names <= {"due_date", "due_time", "repeat_anchor"} and after.get("due_date"):
            return f"put {what} on {self.clock.date(date.fromisoformat(after['due_date']))}"
        if names <= {*DATES} and "due_date" in names and not after["due_date"]:
            return f"took the date off {what}"
        if names in ({"title"}, {"name"}) and number == 1:
            (old,), (new,) = before.values(), after.values()
            return f"renamed “{text.legible(old) or '(untitled)'}” to “{text.legible(new)}”"
        verb = "added" if names == {"deleted_at"} else "edited"  # a tag that was new
        return f"{verb} {what}"

    def tagged(self, change, what):
        """Return which tags a task was given, and which it lost."""
        if change.after:
            return f"edited {what}"
        given = sorted(self.tag(pk) for pk, (_, after) in change.tags.items() if after)
        lost = sorted(self.tag(pk) for pk, (_, after) in change.tags.items() if not after)
        words = []
        if given:
            words.append(f"tagged {what} {' '.join(given)}")
        if lost:
            words.append(f"took {' '.join(lost)} off {what}")
        return " and ".join(words)

    def details(self, change):
        """Return what a change did to its row: (label, before, after), in words."""
        columns = [
            (LABELS[name], self.value(name, change.before[name]),
             self.value(name, change.after[name]))
            for name in self.shown(change)
        ]  # fmt: skip
        tags = [
            (self.tag(pk), yes_or_no(before), yes_or_no(after))
            for pk, (before, after) in sorted(change.tags.items())
        ]
        return (*columns, *tags)

    def compare(self, changes):
        """Return changes with what is there now: (what it is, its page, columns).

        Columns are (label, before, after, now), now being None where that is as the act left it.
        """
        rows = RowChange.of_rows(changes)
        states, tags = present_states(rows)
        return [
            (quoted(row), self.url(row), self.columns(row, states[row.row_name, row.row_pk], tags))
            for row in rows
        ]

    def columns(self, change, state, tags):
        """Return the columns of compare(). state and tags are as present_states() has them."""
        present = []
        for name in self.shown(change):
            is_as_left = state[name] == change.after[name]
            present.append(None if is_as_left else self.value(name, state[name]))
        for pk, (_, after) in sorted(change.tags.items()):
            is_tagged = (change.row_pk, pk) in tags
            present.append(None if is_tagged == after else yes_or_no(is_tagged))
        details = self.details(change)
        return [(*detail, now) for detail, now in zip(details, present, strict=True)]

    def url(self, change):
        """Return the page of what a change is of, "" where it has none."""
        page_of = change.task if change.row_name == "step" else change.row
        if change.row.deleted_at or page_of.deleted_at:
            return ""
        return page_of.get_absolute_url()

    def shown(self, change):
        """Return the columns that a person knows. Of an order there is no value to be shown."""
        return [name for name in LABELS if name in change.before and name != "position"]

    def tag(self, pk):
        tag = self.sidebar.tags.get(pk)
        return f"#{tag['name']}" if tag else "a tag that is gone"

    def value(self, name, value):
        """Return what stood in a column as a person reads it; "" where there was nothing."""
        if name == "list_id":
            return self.list_name(value)
        if name == "priority":
            return Task.Priority(value).label
        if name in {"due_date", "repeat_anchor"}:
            return value and self.clock.date(date.fromisoformat(value))
        if name == "repeat":
            return value and describe(value, on=self.clock.date)
        if name == "repeat_from":
            return Task.RepeatFrom(value).label
        if name == "missed":
            return Task.Missed(value).label
        if name == "due_time":
            return value and self.clock.time(time.fromisoformat(value))
        if name == "deleted_at":
            return "No" if value else "Yes"
        if isinstance(value, bool) or name.endswith("_at"):
            return yes_or_no(value)
        return text.legible(value or "").capitalize() if name == "color" else value

    def list_name(self, pk):
        if pk is None:
            return "the Inbox"
        found = self.sidebar.all_lists.get(pk)
        return f"“{text.legible(found['name'])}”" if found else "a list that is gone"


def is_of(name):
    """Return the condition of a change that is of such a row. A step's names its task, too."""
    there = ~Q(**{name: None})
    return there & Q(step=None) if name == "task" else there


def yes_or_no(value):
    return "Yes" if value else "No"


def met_words(met):
    """Return what an undo left as it is, since it was changed meanwhile: (RowChange, column)."""
    rows = {(change.row_name, change.row_pk): change for change, _ in met}
    if len(rows) > 1:
        return f"{len(rows)} of them changed since, and stay as they are."
    change = next(iter(rows.values()))
    columns = dict.fromkeys(LABELS[name].lower() for _, name in met)
    return f"{quoted(change)} changed since ({', '.join(columns)}), and stays as it is."


def quoted(change):
    row = change.row
    if change.row_name == "tag":
        return f"#{row}"
    return {"list": "the list “%s”", "step": "the step “%s”"}.get(change.row_name, "“%s”") % row
