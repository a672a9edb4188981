"""Acts in words: one sentence for each, in the history and in the message that follows the act.

The history puts who did it before the sentence: You completed “Milk”. A message begins with it, and
may add what only the page of that moment knows: Completed “Pay rent”. Next: tomorrow.
"""

from dataclasses import dataclass
from datetime import date, time

from accounts import text
from accounts.text import counted
from tasks.history import Act, Change, RowChange
from tasks.models import DATES, Task
from tasks.recurrence import describe, listed, one_less
from tasks.repeating import Series

QUOTED = 80  # characters of a title or name that a sentence quotes
NAMED = 5  # tags that a sentence names
SERIES = {"repeat", "repeat_from", "repeat_anchor", "missed", "due_date"}
KINDS = ["task", "list", "step", "tag"]  # a sentence is about the first of these that was changed
STATES = {Act.Kind.ADD, Act.Kind.DELETE, Act.Kind.RESTORE}
VERBS = {
    Act.Kind.ADD: "added",
    Act.Kind.COMPLETE: "completed",
    Act.Kind.REOPEN: "reopened",
    Act.Kind.DELETE: "deleted",
    Act.Kind.RESTORE: "restored",
    Act.Kind.ARCHIVE: "archived",
    Act.Kind.UNARCHIVE: "brought back",
}
STEP_VERBS = VERBS | {Act.Kind.COMPLETE: "ticked", Act.Kind.REOPEN: "unticked"}
REVERTED = {Act.Kind.UNDO: "Undone", Act.Kind.REDO: "Redone"}
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

CONFLICTS = LABELS | {"deleted_at": "Deleted"}  # columns that keep their present values


@dataclass(frozen=True)
class Summary:
    """An act as far as its sentence tells it.

    `kind` is that of the act; of an undo or a redo, that of the act which it is of, and the changes
    are that act's. `rows` has, by the name of their kind ("task", "list", "step", "tag"), the
    RowChanges of at least the first row, and `numbers` how many rows there are. `ended` is the
    number of tasks that lost their repeat with their date.
    """

    kind: str
    rows: dict
    numbers: dict
    ended: int = 0

    @classmethod
    def of(cls, act, rows=()):
        """Return what act has just done, as far as it remembers that; None where it doesn't.

        rows are those that it changed, as far as they are in memory. It asks the database for
        nothing.
        """
        changes = act.row_changes() or new_row(act, rows)
        if not changes:
            return None
        changes = without_advances(act, changes)
        known = {key_of(row): row for row in [*rows, *act.new_rows]}
        by_kind = {}
        for change in changes:
            change.know(known)
            by_kind.setdefault(change.row_name, []).append(change)
        numbers = {name: len(of_kind) for name, of_kind in by_kind.items()}
        ended = sum(map(has_ended, changes))
        return cls(act.original.kind, by_kind, numbers, ended)

    @property
    def row_name(self):
        """The kind of row that the sentence is about."""
        if "tag" in self.rows and self.kind == Act.Kind.DELETE:
            return "tag"
        if "list" in self.rows and not self.is_of_task:
            return "list"
        return next(name for name in KINDS if name in self.rows)

    @property
    def is_of_task(self):
        """Whether it is about a task, also where it made the task's list or brought that back."""
        if "task" not in self.rows:
            return False
        if self.kind == Act.Kind.ADD:
            return came_or_went(self.rows["task"][0])
        return self.kind == Act.Kind.EDIT

    @property
    def is_merge(self):
        """Whether a list or tag went into the trash, and its tasks to another one."""
        if self.kind != Act.Kind.DELETE or "task" not in self.rows:
            return False
        if self.row_name == "task":  # of one task alone
            return False
        change = self.rows["task"][0]
        return bool(change.tags or change.after.get("list_id"))


def key_of(row):
    return Change.name_of(type(row)), row.pk


def new_row(act, rows):
    """Return that the first of rows is new as the change of an act that added it, [] of any other.

    Such an act may have come to its task by one statement, or be that of an earlier submission.
    """
    if act.kind != Act.Kind.ADD or not rows:
        return []
    return RowChange.of_rows([act.newness_of(rows[0])])


def came_or_went(change):
    """Return whether a row came out of the trash, as a new one does, too, or went there."""
    return "deleted_at" in change.after


def has_ended(change):
    """Return whether a task lost its repeat for want of a date."""
    return "due_date" in change.after and change.after.get("repeat") == ""


def without_advances(act, changes):
    """Leave out the repeats that only advanced, since their occurrence became a task of its own."""
    if act.kind not in {Act.Kind.COMPLETE, Act.Kind.EDIT}:
        return changes
    tasks = [change for change in changes if change.row_name == "task"]
    if not any(map(came_or_went, tasks)):
        return changes
    return [change for change in changes if "due_date" not in change.after]


class Wording:
    """The words for acts, as their user reads them: by their clock, with the names that they know.

    rows are those whose names are known already; all others are those of the sidebar, which is only
    asked where it is needed.
    """

    def __init__(self, sidebar, rows=()):
        self.sidebar, self.clock = sidebar, sidebar.clock
        self.known = {key_of(row): row for row in rows}

    # Sentences

    def sentence(self, summary):
        """Return what an act did, without who did it: completed “Milk”."""
        name = summary.row_name
        change, number = summary.rows[name][0], summary.numbers[name]
        what = things(change, number)
        if summary.is_merge:
            return f"merged {what} into {self.goal(summary.rows['task'][0])}"
        words = self.phrase(summary.kind, change, what)
        if name == "list" and "task" in summary.rows:
            words += with_tasks(summary)
        elif name == "task" and "list" in summary.rows:
            words = with_list(summary, words, what)
        if summary.ended:
            words += without_repeat(summary.ended, number)
        return words

    def goal(self, change):
        """Return the list or tag into which another was merged; change is that of a task."""
        if "list_id" in change.after:
            return self.list_name(change.after["list_id"])
        return self.tags(change.tags)

    def phrase(self, kind, change, what):
        """Return what an act of this kind did to what, where change is that of the first row."""
        if kind == Act.Kind.EDIT and came_or_went(change) and change.row_name == "task":
            return f"separated {what} from its repeat"
        # Tasks of a list that comes or goes may only have moved.
        if kind == Act.Kind.EDIT or (kind in STATES and not came_or_went(change)):
            return self.edited(change, what)
        if kind == Act.Kind.ORDER:
            return f"moved {what} {direction(change)}"
        verbs = STEP_VERBS if change.row_name == "step" else VERBS
        return f"{verbs[kind]} {what}"

    def edited(self, change, what):
        columns = set(change.after)
        if change.tags and not columns:
            return self.tagged(change, what)
        if not change.tags:
            for known, tell in self.EDITS:
                if columns <= known and (words := tell(self, change, what)):
                    return words
        words = f"edited {what}"
        if rule := change.after.get("repeat"):
            words += f", which now repeats {self.rule(rule)}"
        return words

    def tagged(self, change, what):
        """Return which tags a task was given, and which it lost."""
        after = {pk: is_tagged for pk, (_, is_tagged) in change.tags.items()}
        given = self.tags(pk for pk in after if after[pk])
        lost = self.tags(pk for pk in after if not after[pk])
        if given and lost:
            return f"added {given} to {what} and removed {lost}"
        if given:
            return f"added {given} to {what}"
        return f"removed {lost} from {what}"

    # Each of these is the sentence of an edit that changed certain columns; "" where it has none.

    def moved_to_list(self, change, what):
        if "list_id" not in change.after:
            return ""
        name = self.list_name(change.after["list_id"])
        return f"moved {what} to {name}"

    def ranked(self, change, what):
        value = change.after["priority"]
        if not value:
            return f"removed the priority from {what}"
        priority = self.priority(value).lower()
        return f"gave {what} {priority} priority"

    def timed(self, change, what):
        value = change.after["due_time"]
        if not value:
            return f"removed the time from {what}"
        return f"moved {what} to {self.time(value)}"

    def repeat_ended(self, change, what):
        return "" if change.after["repeat"] else f"stopped repeating {what}"

    def advanced(self, change, what):
        """Of a repeat that counts its occurrences one fewer is left."""
        before = change.before.get("repeat") or ""
        after = change.after.get("repeat") or ""
        if "COUNT" in before and "COUNT" in after and one_less(before) == after:
            return self.dated(change, what)
        return ""

    def repeating(self, change, what):
        rule = change.after.get("repeat")
        day = change.after.get("due_date")
        if not rule:
            return ""
        words = f"set {what} to repeat {self.rule(rule)}"
        if day:
            words += f", from {self.day(day)}"
        return words

    def repeat_changed(self, change, what):
        if {"missed", "repeat_from"} & set(change.after):
            return f"changed how {what} repeats"
        return ""

    def repeat_moved(self, change, what):
        day = self.day(change.after["repeat_anchor"])
        return f"moved the repeat of {what} to {day}"

    def dated(self, change, what):
        day = change.after.get("due_date")
        time = change.after.get("due_time")
        if not day:
            return ""
        words = f"moved {what} to {self.day(day)}"
        if time:
            words += f" at {self.time(time)}"
        return words

    def undated(self, change, what):
        if "due_date" in change.after and not change.after["due_date"]:
            return f"removed the date from {what}"
        return ""

    def renamed(self, change, what):
        (old,) = change.before.values()
        (new,) = change.after.values()
        return f"renamed {in_quotes(old)} to {in_quotes(new)}"

    def added(self, change, what):
        return f"added {what}"  # a tag that was new

    # An edit is told by the first of these that has all changed columns and a sentence for them.
    EDITS = [
        ({"list_id", "position"}, moved_to_list),
        ({"priority"}, ranked),
        ({"due_time"}, timed),
        ({"repeat"}, repeat_ended),
        ({"repeat_anchor"}, repeat_moved),
        (SERIES, advanced),
        (SERIES, repeating),
        (SERIES, repeat_changed),
        ({"due_date", "due_time", "repeat_anchor"}, dated),
        ({*DATES}, undated),
        ({"title"}, renamed),
        ({"name"}, renamed),
        ({"deleted_at"}, added),
    ]

    # Names and values

    def list_name(self, pk):
        """Return a list within a sentence, also the Inbox, which is None."""
        if pk is None:
            return "the Inbox"
        if row := self.known.get(("list", pk)):
            return in_quotes(row.name)
        if found := self.sidebar.all_lists.get(pk):
            return in_quotes(found["name"])
        return "a deleted list"

    def tag(self, pk):
        if row := self.known.get(("tag", pk)):
            return f"#{row}"
        if found := self.sidebar.tags.get(pk):
            return f"#{found['name']}"
        return "a deleted tag"

    def tags(self, pks):
        """Return tags within a sentence, "" for none: #calls, #home and 3 more."""
        names = sorted({self.tag(pk) for pk in pks})
        if not names:
            return ""
        more = len(names) - NAMED
        if more > 1:
            names = [*names[:NAMED], f"{more} more"]
        return listed(names)

    def day(self, value):
        return self.clock.date(date.fromisoformat(value))

    def time(self, value):
        return self.clock.time(time.fromisoformat(value))

    def rule(self, value):
        return describe(value, on=self.clock.date)

    def priority(self, value):
        return Task.Priority(value).label

    def repeat_from(self, value):
        return Task.RepeatFrom(value).label

    def missed(self, value):
        return Task.Missed(value).label

    def color(self, value):
        return text.legible(value or "").capitalize()

    def yes_or_no(self, value):
        return "Yes" if value else "No"

    def is_there(self, deleted_at):
        return self.yes_or_no(not deleted_at)

    VALUES = {  # how the values of columns read; others read as they are
        "priority": priority,
        "repeat_from": repeat_from,
        "missed": missed,
        "list_id": list_name,
        "color": color,
        "done": yes_or_no,
        "completed_at": yes_or_no,
        "archived_at": yes_or_no,
        "deleted_at": is_there,
    }
    # Likewise, of columns where nothing may stand.
    OPTIONAL = {"due_date": day, "repeat_anchor": day, "due_time": time, "repeat": rule}

    def value(self, name, value):
        """Return what stood in a column as a person reads it; None or "" where nothing did."""
        if name in self.OPTIONAL:
            return value and self.OPTIONAL[name](self, value)
        if name in self.VALUES:
            return self.VALUES[name](self, value)
        return value


def message(sentence, more=""):
    """Return the message of an act: its sentence, and more sentences behind it."""
    first, rest = sentence[0], sentence[1:]
    words = f"{first.upper()}{rest}."
    if more:
        words += f" {more}"
    return words


def in_quotes(words, nothing="(untitled)"):
    """Return a title or name in quotes, as one line, and not more of it than fits."""
    words = text.legible(words or "") or nothing
    if len(words) > QUOTED:
        words = words[: QUOTED - 1] + "…"
    return f"“{words}”"


def named(row):
    """Return the title or name of a row in quotes."""
    return in_quotes(str(row))


def quoted(change):
    """Return the row of a change as a sentence names it."""
    if change.row_name == "tag":
        return f"#{change.row}"
    words = named(change.row)
    if change.row_name == "task":
        return words
    return f"the {change.row_name} {words}"


def things(change, number):
    """Return what an act changed: number rows, the change of the first of which is given."""
    if number > 1:
        return f"{number} {change.row_name}s"
    return quoted(change)


def direction(change):
    """Return where a row went in its order, as far as its positions tell."""
    before = change.before.get("position")
    after = change.after.get("position")
    if not before or not after:
        return "to another place"
    return "up" if after < before else "down"


def with_tasks(summary):
    """Return what became of the tasks of a list that came or went."""
    tasks = counted(summary.numbers["task"], "task")
    change = summary.rows["task"][0]
    if summary.kind in {Act.Kind.ADD, Act.Kind.DELETE} and not came_or_went(change):
        return f", and moved {tasks} to the Inbox"
    return f", and {tasks} with it"


def with_list(summary, words, what):
    """Return words, the sentence about a task, with what became of its list at the same time."""
    change = summary.rows["list"][0]
    if not came_or_went(change):
        return f"{words}, and brought back {quoted(change)}"
    verb = "added" if summary.kind == Act.Kind.ADD else "moved"
    return f"{verb} {what} to the new list {named(change.row)}"


def without_repeat(ended, number):
    """Return how many of number tasks lost their repeat with their date."""
    if number == 1:
        return ", which no longer repeats"
    if ended == 1:
        return "; 1 of them no longer repeats"
    return f"; {ended} of them no longer repeat"


# Messages of acts that did nothing, or only a part, and the sentences that follow that of an act.

NO_CHANGES = "No changes to save."
NOTHING_TO_CHANGE = "There was nothing to change."
# {act: (property of the row, what it is where there is nothing left to do, words)}
ALREADY = {
    "complete": ("completed", True, "was already completed"),
    "reopen": ("completed", False, "was already open"),
    "delete": ("deleted_at", True, "was already in the trash"),
    "restore": ("deleted_at", False, "was not in the trash"),
    "archive": ("archived_at", True, "was already archived"),
    "unarchive": ("archived_at", False, "was not archived"),
    "delete_step": ("deleted_at", True, "was already deleted"),
    "restore_step": ("deleted_at", False, "was not deleted"),
}


def not_done(act, row):
    """Return why an act (ALREADY) on a row did nothing: it was so already, or it has changed."""
    name, state, words = ALREADY[act]
    is_so = bool(getattr(row, name))
    if is_so == state:
        return f"{named(row)} {words}."
    return changed(row)


def not_in_trash(row):
    return f"{named(row)} was not in the trash."


def not_ticked(step):
    """Return why ticking or unticking a step did nothing; it is as it was to be."""
    if step.done:
        return f"{named(step)} was already ticked."
    return f"{named(step)} was not ticked."


def not_moved(act, row):
    """Return why moving a row did nothing; act is None where its new neighbour is gone."""
    if act is None:
        return changed(row)
    return f"{named(row)} is already there."


def not_advanced(task, occurrence, clock):
    """Return why a repeat was not advanced; occurrence is the day that was shown, or None."""
    what = named(task)
    if task.completed:
        return not_done("complete", task)
    if not task.repeat:
        return no_repeat(task)
    if occurrence not in (None, task.due_date):
        return f"{what} has already moved on. {next_occurrence(task, clock)}"
    if Series(task).next_day_without() is None:
        return f"This is the last {what}: there is no next one."
    return changed(task)


def no_repeat(task):
    return f"{named(task)} no longer repeats."


def next_occurrence(task, clock):
    """Return what follows an occurrence that was completed or skipped."""
    if task.completed:
        return "That was the last one."
    return f"Next: {clock.day_within(task.due_date)}."


ALREADY_UNDONE = "That was already undone."
TOO_LATE = "That was more than 30 days ago, so it can no longer be undone."


def changed(row):
    return f"{named(row)} has changed since. Look at it, then try again."


def understood(line):
    """Return what a quick-add line was understood as, and what of it was not read."""
    words = []
    if line.said.spans and line.words:
        words.append(f"Understood as {line.words}.")
    if line.unread:
        words.append(line.unread)
    return " ".join(words)


def completed_among(done, number):
    """Return how many of number new tasks were added as completed, "" for none."""
    if not done:
        return ""
    if number == 1:
        return "It is already completed."
    if done == number:
        return "All of them are already completed."
    if done == 1:
        return "1 of them is already completed."
    return f"{done} of them are already completed."


def no_list(line):
    """Return why a new task is not in the list that its line names."""
    name = in_quotes(line.unlisted)
    if line.is_archived:
        return f"The list {name} is archived, so it is in the Inbox."
    return f"There is no list {name}, so it is in the Inbox."


def changed_since_added(task, so):
    """Return why a new task is not changed any more; so it stays "as it is", for example."""
    return f"{named(task)} was changed after it was added, so it stays {so}."


AS_TYPED = "It is now as you typed it."


def is_as_typed(task):
    return f"{named(task)} is already as you typed it."


def repeat_after(task, written, before):
    """Return what an edit of a repeat's date left of the repeat; "" for any other edit.

    written are the columns of the edit, and before is the rule as it was; a new rule, or that there
    is none any more, is said by the sentence of the edit.
    """
    if "due_date" not in written or not before or task.repeat != before:
        return ""
    if "repeat_anchor" in written:
        return "The repeat goes on from there."
    return "The repeat stays as it was."


def purged(row):
    return f"Deleted {named(row)} for ever."


def reverted(revert, sentence):
    """Return the message of an undo or redo; sentence is that of the act which it is of."""
    return f"{REVERTED[revert.kind]}: {sentence}."


def left_as_is(revert, conflicts):
    """Return the message of an undo that met conflicts, [(RowChange, column)].

    revert is the act that undid the rest; None where there was nothing else to undo.
    """
    begin = "Undone in part" if revert else "Not undone"
    rows = {(change.row_name, change.row_pk): change for change, _ in conflicts}
    if len(rows) > 1:
        return f"{begin}: {len(rows)} of them have changed since, so they stay as they are."
    change = next(iter(rows.values()))
    columns = dict.fromkeys(CONFLICTS[name].lower() for _, name in conflicts)
    return (
        f"{begin}: {quoted(change)} has changed since ({', '.join(columns)}), so it stays as it is."
    )
