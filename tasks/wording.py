"""Acts in words: one sentence for each, in the history and in the message after the act.

The history puts the person before the sentence: You completed “Milk”. A message begins with the
sentence, and may add facts of the moment: Completed “Pay rent”. Next: tomorrow.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from accounts import text
from accounts.text import counted
from tasks.history import Act, Change, RowChange
from tasks.models import DATES, Task
from tasks.recurrence import describe, listed, one_less
from tasks.reminder_words import words_of
from tasks.reminders import Reminder
from tasks.repeating import Series

QUOTED = 80  # characters of a title or name that a sentence quotes
NAMED = 5  # tags that a sentence names
SERIES = {"repeat", "repeat_from", "repeat_anchor", "missed", "due_date"}
KINDS = ["task", "list", "step", "tag"]  # a sentence is about the first of these that changed
STATES = {Act.Kind.ADD, Act.Kind.DELETE, Act.Kind.RESTORE}
VERBS = {
    Act.Kind.ADD: "added",
    Act.Kind.COMPLETE: "completed",
    Act.Kind.REOPEN: "reopened",
    Act.Kind.DELETE: "deleted",
    Act.Kind.RESTORE: "restored",
    Act.Kind.ARCHIVE: "archived",
    Act.Kind.UNARCHIVE: "unarchived",
}
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
    "missed": "Missed dates",
    "list_id": "List",
    "tags": "Tags",
    "reminders": "Reminders",
    "completed_at": "Completed",
    "archived_at": "Archived",
    "deleted_at": "Exists",
    "done": "Done",
    "color": "Color",
    "position": "Position",
}

CONFLICTS = LABELS | {"deleted_at": "Deleted"}  # columns that keep their present values


@dataclass(frozen=True)
class Summary:
    """The parts of an act that its sentence needs.

    `kind` and the changes are the act's own; for an undo or redo, the original act's. `rows` has,
    by the kind of row ("task", "list", "step", "tag"), the RowChanges of at least the first row,
    with the tags that any of them got or lost, and `numbers` how many rows there are. `ended` is
    the number of tasks that lost their repeat with their date.
    """

    kind: str
    rows: dict
    numbers: dict
    ended: int = 0

    @classmethod
    def of(cls, act, rows=()):
        """Return the summary of an act that was just done, without a query; None if it isn't known.

        rows are changed rows that are already in memory.
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
    def first(self):
        """The change of the first row that the sentence is about, with the tags of all.

        A row that had one of the tags already has no change for it.
        """
        first, *others = self.rows[self.row_name]
        return first.with_tags_of(others)

    @property
    def is_of_task(self):
        """Whether the sentence is about a task, even if the act also made or restored its list."""
        if "task" not in self.rows:
            return False
        if self.kind in {Act.Kind.ADD, Act.Kind.IMPORT}:
            return came_or_went(self.rows["task"][0])
        return self.kind == Act.Kind.EDIT

    @property
    def is_merge(self):
        """Whether a list or tag was merged into another."""
        if self.kind != Act.Kind.DELETE or "task" not in self.rows:
            return False
        if self.row_name == "task":  # of one task alone
            return False
        change = self.rows["task"][0]
        return bool(change.tags or change.after.get("list_id"))


def key_of(row):
    return Change.name_of(type(row)), row.pk


def new_row(act, rows):
    """Return the creation of the first of rows, if the act added it, as changes; else [].

    Such an act may have added its task by one statement, or belong to an earlier submission.
    """
    if act.kind != Act.Kind.ADD or not rows:
        return []
    return RowChange.of_rows([act.newness_of(rows[0])])


def came_or_went(change):
    """Return whether a row went into the trash or came out of it, also as a new row."""
    return "deleted_at" in change.after


def has_ended(change):
    """Return whether a task lost its repeat because it lost its date."""
    return "due_date" in change.after and change.after.get("repeat") == ""


def without_advances(act, changes):
    """Return the changes without repeats that only advanced after keeping an occurrence."""
    if act.kind not in {Act.Kind.COMPLETE, Act.Kind.EDIT}:
        return changes
    tasks = [change for change in changes if change.row_name == "task"]
    if not any(map(came_or_went, tasks)):
        return changes
    return [change for change in changes if "due_date" not in change.after]


class Wording:
    """Acts in words for one user, with the user's clock, lists and tags.

    rows are rows with known names. Other names come from the sidebar, which is only read if needed.
    """

    def __init__(self, sidebar, rows=()):
        self.sidebar = sidebar
        self.clock = sidebar.clock
        self.known = {key_of(row): row for row in rows}

    # Sentences

    def sentence(self, summary):
        """Return the sentence of an act, without its person: completed “Milk”."""
        if summary.kind == Act.Kind.IMPORT:
            return imported(summary.numbers)
        name = summary.row_name
        change = summary.first
        number = summary.numbers[name]
        what = things(change, number)
        if summary.is_merge:
            goal = self.goal(summary.rows["task"][0])
            return f"merged {what} into {goal}"
        words = self.phrase(summary.kind, change, what)
        if name == "list" and "task" in summary.rows:
            words += with_tasks(summary)
        elif name == "task" and "list" in summary.rows:
            words = with_list(summary, words, what)
        if summary.ended:
            words += without_repeat(summary.ended, number)
        return words

    def goal(self, change):
        """Return the list or tag into which another was merged; change is a merged task's."""
        if "list_id" in change.after:
            return self.list_name(change.after["list_id"])
        return self.tags(change.tags)

    def phrase(self, kind, change, what):
        """Return the words for an act of this kind on a row, by the row's name and its change."""
        has_come_or_gone = came_or_went(change)
        if kind == Act.Kind.EDIT:
            if has_come_or_gone and change.row_name == "task":
                return f"separated {what} from its repeat"
            return self.edited(change, what)
        if kind in STATES and not has_come_or_gone:
            # Tasks of a list that comes or goes may only have moved.
            return self.edited(change, what)
        if kind == Act.Kind.ORDER:
            return moved(change, what)
        return f"{VERBS[kind]} {what}"

    def edited(self, change, what):
        if change.tags and not change.after:
            return self.tagged(change, what)
        if change.reminders and not change.after:
            return self.reminded(change, what)
        words = self.edited_columns(change, what)
        if words:
            return words
        words = f"edited {what}"
        if rule := change.after.get("repeat"):
            words += f", which now repeats {self.rule(rule)}"
        return words

    def edited_columns(self, change, what):
        """Return the words for an edit of columns alone; "" if EDITS has none for them."""
        if change.tags:
            return ""
        columns = set(change.after)
        for known, tell in self.EDITS:
            words = columns <= known and tell(self, change, what)
            if words:
                return words
        return ""

    def tagged(self, change, what):
        """Return the words for the tags that a task was given, and lost."""
        after = {pk: is_tagged for pk, (_, is_tagged) in change.tags.items()}
        given = self.tags(pk for pk in after if after[pk])
        lost = self.tags(pk for pk in after if not after[pk])
        if given and lost:
            return f"added {given} to {what} and removed {lost}"
        if given:
            return f"added {given} to {what}"
        return f"removed {lost} from {what}"

    def reminded(self, change, what):
        """Return the words for a reminder that was added, removed or snoozed."""
        (before, after), *others = change.reminders.values()
        if not others and before is None:
            return f"added a reminder to {what}"
        if not others and after is None:
            return f"removed a reminder of {what}"
        if not others and after["snoozed_until"]:
            return f"snoozed a reminder of {what} until {self.snooze(after)}"
        return f"changed the reminders of {what}"

    # Each of these returns the sentence of an edit of certain columns, or "" if it has none.

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
        if change.after["repeat"]:
            return ""
        return f"stopped repeating {what}"

    def advanced(self, change, what):
        """Return the sentence of a repeat with a count, when one occurrence was skipped."""
        before = change.before.get("repeat") or ""
        after = change.after.get("repeat") or ""
        if "COUNT" not in before or "COUNT" not in after:
            return ""
        if one_less(before) != after:
            return ""
        return self.dated(change, what)

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
        if change.after.get("due_date", True):
            return ""
        return f"removed the date from {what}"

    def renamed(self, change, what):
        (old,) = change.before.values()
        (new,) = change.after.values()
        return f"renamed {in_quotes(old)} to {in_quotes(new)}"

    def added(self, change, what):
        return f"added {what}"  # a tag that was new

    # An edit gets the sentence of the first entry that covers all changed columns and has one.
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
        """Return the name of a list within a sentence; None is the Inbox."""
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
        day = date.fromisoformat(value)
        return self.clock.date(day)

    def time(self, value):
        clock = time.fromisoformat(value)
        return self.clock.time(clock)

    def snooze(self, state):
        """Return until when a reminder was snoozed, from its state; None if it wasn't."""
        until = state["snoozed_until"]
        return until and self.clock.moment(datetime.fromisoformat(until))

    def reminder(self, state, task):
        """Return a reminder of a task in words, from its state: 30 minutes before; "" for none."""
        if state is None:
            return ""
        reminder = Reminder.of_kept(task, None, state)
        return words_of(reminder, task, self.clock, self.sidebar.user.reminder_hour)

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

    VALUES = {  # the words for values of these columns; other values are shown unchanged
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
    # The same for columns that may be empty.
    OPTIONAL = {"due_date": day, "repeat_anchor": day, "due_time": time, "repeat": rule}

    def value(self, name, value):
        """Return the value of a column in words; None or "" for an empty one."""
        if name in self.OPTIONAL:
            return value and self.OPTIONAL[name](self, value)
        if name in self.VALUES:
            return self.VALUES[name](self, value)
        return value


def message(sentence, more=""):
    """Return the message of an act: its sentence, followed by more sentences."""
    first = sentence[0]
    rest = sentence[1:]
    words = f"{first.upper()}{rest}."
    if more:
        words += f" {more}"
    return words


def in_quotes(words, nothing="(untitled)"):
    """Return a title or name in quotes, on one line, shortened if necessary."""
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


def imported(numbers):
    """Return the words for the rows that an import has added: tasks, else lists or tags.

    numbers is as in a Summary, which may know the first kind only.
    """
    name = next(name for name in KINDS if name in numbers)
    return f"imported {counted(numbers[name], name)}"


def things(change, number):
    """Return the changed rows in words: the name of the first, or their number if several."""
    if number > 1:
        return f"{number} {change.row_name}s"
    return quoted(change)


def moved(change, what):
    """Return the words for a move by hand, with its direction as far as the positions tell."""
    before = change.before.get("position")
    after = change.after.get("position")
    if not before or not after:
        return f"reordered {what}"
    if after < before:
        return f"moved {what} up"
    return f"moved {what} down"


def with_tasks(summary):
    """Return the words for the tasks of a list that was deleted, restored or added."""
    tasks = counted(summary.numbers["task"], "task")
    change = summary.rows["task"][0]
    may_have_moved = summary.kind in {Act.Kind.ADD, Act.Kind.DELETE}
    if may_have_moved and not came_or_went(change):
        return f", and moved {tasks} to the Inbox"
    return f", and {tasks} with it"


def with_list(summary, words, what):
    """Return the sentence about a task, extended by the change of its list."""
    change = summary.rows["list"][0]
    if not came_or_went(change):
        return f"{words}, and unarchived {quoted(change)}"
    verb = "added" if summary.kind == Act.Kind.ADD else "moved"
    return f"{verb} {what} to the new list {named(change.row)}"


def without_repeat(ended, number):
    """Return the words for the tasks, of number in all, that lost their repeat with their date."""
    if number == 1:
        return ", which no longer repeats"
    if ended == 1:
        return "; 1 of them no longer repeats"
    return f"; {ended} of them no longer repeat"


# Messages of acts that did nothing, or only a part, and sentences that follow an act's own.

NO_CHANGES = "No changes to save."
NOTHING_TO_CHANGE = "Nothing to change."
# {act: (property of the row, its value if there is nothing left to do, words)}
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
    """Return the message if an act (ALREADY) on a row did nothing: already done, or row changed."""
    name, state, words = ALREADY[act]
    is_so = bool(getattr(row, name))
    if is_so == state:
        return f"{named(row)} {words}."
    return changed(row)


def not_in_trash(row):
    return f"{named(row)} was not in the trash."


def not_ticked(step):
    """Return the message if a step was already ticked or unticked."""
    if step.done:
        return f"{named(step)} was already completed."
    return f"{named(step)} was already open."


def not_moved(act, row):
    """Return the message if a row didn't move; act is None if its new neighbor is gone."""
    if act is None:
        return changed(row)
    return f"{named(row)} is already in that position."


def not_advanced(task, occurrence, clock):
    """Return the reason why a repeat didn't advance; occurrence is the shown day, or None."""
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
    """Return the sentence about the next occurrence, after completing or skipping one."""
    if task.completed:
        return "That was the last one."
    return f"Next: {clock.day_within(task.due_date)}."


ALREADY_UNDONE = "That was already undone."
TOO_LATE = "That was more than 30 days ago, so it can no longer be undone."


def changed(row):
    return f"{named(row)} was changed in the meantime. Check it and try again."


def understood(line):
    """Return the words for the reading of a quick-add line, and for its unread parts."""
    words = []
    if line.said.spans and line.words:
        words.append(f"Recognized: {line.words}.")
    if line.unread:
        words.append(line.unread)
    return " ".join(words)


def completed_among(done, number):
    """Return the sentence about completed tasks among number new ones, "" for none."""
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
    """Return the reason why a new task isn't in the list that its line names."""
    name = in_quotes(line.unlisted)
    if line.is_archived:
        return f"The list {name} is archived, so the task is in the Inbox."
    return f"There is no list {name}, so the task is in the Inbox."


def changed_since_added(task, so):
    """Return the reason why a new task stays unchanged; so ends it, such as "there"."""
    return f"{named(task)} was changed after it was added, so it stays {so}."


AS_TYPED = "It is now as you typed it."


def is_as_typed(task):
    return f"{named(task)} is already as you typed it."


def repeat_after(task, written, before):
    """Return the sentence about the repeat after an edit of its date; "" for any other edit.

    written are the columns of the edit, and before is the earlier rule. If the edit changed or
    removed the rule, its own sentence says so.
    """
    if "due_date" not in written or not before or task.repeat != before:
        return ""
    if "repeat_anchor" in written:
        return "The repeat continues from there."
    return "The repeat is unchanged."


def purged(row):
    return f"Deleted {named(row)} permanently."


def reverted(revert, sentence):
    """Return the message of an undo or redo, from the sentence of the original act."""
    return f"{REVERTED[revert.kind]}: {sentence}."


def left_as_is(revert, conflicts):
    """Return the message of an undo with conflicts, [(RowChange, column)].

    revert is the act that undid the rest, None if there was no rest.
    """
    begin = "Undone in part" if revert else "Not undone"
    rows = {(change.row_name, change.row_pk): change for change, _ in conflicts}
    if len(rows) > 1:
        return f"{begin}: {len(rows)} of them have changed since, so they stay as they are."
    change = next(iter(rows.values()))
    columns = dict.fromkeys(CONFLICTS[name].lower() for _, name in conflicts)
    labels = ", ".join(columns)
    return f"{begin}: {quoted(change)} has changed since ({labels}), so it stays as it is."
