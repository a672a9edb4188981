"""A task of another program's file, on its way into a plan.

A reader makes an Item by Items.add(), and calls its methods with the values of its row. What has
no place here becomes a line of its notes, and a line of the report.
"""

import re
from datetime import UTC, date, time

from accounts import text
from tasks.dates import LONGEST_BEFORE
from tasks.forms.fields import MOST_TAGS, TITLE_LENGTH
from tasks.importing.moments import due, is_nothing, moment, noon, zone_named
from tasks.importing.plan import shortened
from tasks.importing.repeats import repeat_of
from tasks.importing.rules import TAG_LENGTH, Reading, quoted
from tasks.reminders import MOST as MOST_REMINDERS

UNTITLED = "Untitled"
# Columns of a plan that an item has by the same name.
COLUMNS = ["title", "priority", "due_date", "due_time", "repeat", "repeat_from", "repeat_anchor"]
COLUMNS += ["completed_at", "created_at", "steps", "reminders"]


class Item:
    """A task of a file. Its columns have the names of a plan's; body are the notes as they are."""

    # What a step can't hold: an item without any of it is one, if it is a part of another.
    MORE_THAN_A_STEP = ["body", "priority", "due_date", "repeat", "tags", "steps", "lines"]
    MORE_THAN_A_STEP += ["reminders"]

    def __init__(
        self,
        plan,
        where,
        today,
        key=None,
        parent=None,
        order=None,
    ):
        self.plan = plan
        self.where = where
        self.reading = Reading(plan, where)
        self.today = today
        self.key = key
        self.parent = parent
        self.order = order
        self.home = None
        self.title = ""
        self.body = ""
        self.priority = 0
        self.due_date = None
        self.due_time = None
        self.repeat = ""
        self.repeat_from = "due"
        self.repeat_anchor = None
        self.completed_at = None
        self.created_at = None
        self.updated_at = None
        self.tags = []
        self.steps = []
        self.lines = []
        self.reminders = []

    def leave(self, words):
        """Note data that isn't carried over in the plan, with the reason."""
        self.reading.leave(words)

    def leave_unknown(self, name, value, taken_for):
        """Note a value that isn't known here, and what it is taken for."""
        self.leave(f"Its {name} {quoted(value)} isn't known. It is taken for {taken_for}.")

    # What other programs know, and Todosite has no place for

    def say(self, name, value):
        """Keep a value as a line of the notes, and say so in the report."""
        said = self.reading.words(
            f"{name}: {value}",
            name.lower(),
        )
        line = said.strip()
        self.lines.append(line)
        self.leave(f"“{shortened(line)}” has no place of its own. The notes have it.")

    def comment(self, words, at=None, by=""):
        """Keep a comment in the notes; at is its moment as the file has it, by its author."""
        words = self.reading.words(words, "comment").strip()
        start = self.start_of_comment(at)
        author = self.reading.words(by, "name").strip()
        if author:
            words += f" ({author})"
        if words:
            self.lines.append(f"{start}: {words}")
            self.leave("Its comment is in the notes.")

    def start_of_comment(self, at):
        """Return what a comment begins with in the notes: its day, if the file has its moment."""
        if is_nothing(at):
            return "Comment"
        day = self.day_in_words(at)
        return ", ".join(filter(None, ["Comment", day]))

    def local(self, at):
        """Return a moment of the file on the user's clock; None for an impossible one."""
        try:
            return moment(str(at)).astimezone(self.plan.zone)
        except (ValueError, OverflowError):
            return None

    def day_in_words(self, at):
        """Return the day of a moment; what is no moment is returned as it is, shortened."""
        local = self.local(at)
        if local is None:
            return shortened(self.reading.words(str(at), "date"))
        return f"{local.day} {local:%b} {local.year}"

    def in_words(self, at):
        """Return a moment on the user's clock in words: the day, and the time but for midnight."""
        words = self.day_in_words(at)
        local = self.local(at)
        if local is None or local.time() == time():
            return words
        return f"{words}, {local:%H:%M}"

    def say_link(self, name, address):
        """Keep a link, of which either part may be missing."""
        parts = filter(None, [name, address])
        words = filter(None, map(str, parts))
        self.say("Link", " ".join(words))

    def attach(self, name, address=""):
        """Name an attached file in the notes, with its address, and say that it stays there."""
        name = str(name or "").strip()
        address = str(address or "").strip()
        said = f"{name} {address}".strip()
        line = self.reading.words(f"Attachment: {said}", "attachment")
        self.lines.append(line)
        self.leave(f"The attached file {quoted(said)} stays where it is. The notes name it.")

    # Words

    def tag(self, name):
        """Add a tag. Its leading # or @ goes, and spaces become hyphens."""
        name = self.name_of_tag(name)
        if not text.legible(name):
            return
        if len(name) > TAG_LENGTH:
            self.leave(f"The tag {quoted(name)} has more than {TAG_LENGTH} characters. It is cut.")
            name = name[:TAG_LENGTH]
        others = [other.lower() for other in self.tags]
        if name.lower() in others:
            return
        if len(self.tags) >= MOST_TAGS:
            self.say("Tag", f"#{name}")
        else:
            self.tags.append(name)

    def name_of_tag(self, name):
        """Return the name of a tag of the file as one word."""
        words = self.reading.words(name, "tag").strip()
        words = words.lstrip("#@")
        words = re.sub("[,#]", " ", words)
        return "-".join(words.split())

    def take_priority(self, key, levels, said):
        """Take the priority that a key has among levels, {key: 0 to 3}; none if it has none.

        said is the priority as the file has it.
        """
        self.priority = levels.get(key, 0)
        if key not in levels:
            self.leave(f"Its priority is {quoted(said)}, which is taken for none.")

    def step(self, title, is_done):
        """Add a step; its title becomes one line."""
        whole = one_line(self.reading.words(title, "title of a step"))
        if not text.legible(whole):
            self.leave("A step has no title, so it is left out.")
            return
        if len(whole) > TITLE_LENGTH:
            self.say("Step", whole)
        step = new_step(whole[:TITLE_LENGTH], is_done)
        self.steps.append(step)

    def as_step(self):
        """Return the item as a step of another."""
        return new_step(self.title, bool(self.completed_at))

    def settle_title(self):
        """Make the title one that can be kept. Return whether the item says anything at all."""
        title = one_line(self.reading.words(self.title, "title"))
        notes = self.reading.notes(self.body)
        self.body = text.unix_lines(notes).strip()
        if not text.legible(title):
            title = self.other_title(title)
        self.title, self.body = self.reading.title(title, self.body)
        return bool(self.title)

    def other_title(self, title):
        """Return a title for an item whose own can't be read: of its notes, or a substitute."""
        for line in self.body.splitlines():
            if text.legible(line):
                self.leave("It has no title. The first line of its notes is the title.")
                return line.strip()
        if self.steps or self.lines:
            self.leave(f"It has no title, so it is called “{UNTITLED}”.")
            return UNTITLED
        return title

    # Days and moments

    def due(
        self,
        value,
        zone=None,
        is_day=None,
        is_floating=False,
        naive=UTC,
    ):
        """Take the due date and time from a moment of the file; naive is the zone of one without.

        zone goes with the moment, by name or as a tzinfo; the user's if None. With is_day, the
        moment stands for its day in that zone; with None it does so if it is midnight there. With
        is_floating, it stands for its time there, wherever the user is.
        """
        if is_nothing(value):
            return
        own = self.zone_of(zone)
        here = own if is_floating else self.plan.zone
        try:
            day, clock = due(
                str(value),
                own,
                here,
                is_day,
                naive,
            )
        except (ValueError, OverflowError):
            self.say("Due date, which doesn't exist", shortened(str(value)))
        else:
            self.take_day(day, clock)

    def due_on(self, value):
        """Take the due date from a moment that is a day, written as midnight in UTC."""
        if not is_nothing(value):
            self.due(str(value)[:10])

    def take_day(self, day, clock):
        """Take a day and a time of day, which may be None, as the due date and time."""
        self.due_date = day.isoformat()
        self.due_time = clock.isoformat() if clock else None

    def take_creation(self, value):
        """Take the moment of creation."""
        self.created_at = self.moment_of(value, "moment of creation")

    def take_change(self, value):
        """Take the moment of the last change."""
        self.updated_at = self.moment_of(value, "moment of the last change")

    def complete(self, value, otherwise=None):
        """Mark it as completed at a moment; one that the file lacks is taken from `otherwise`."""
        found = self.moment_of(value, "moment of completion")
        found = found or self.moment_of(otherwise, "moment of the last change")
        if not found:
            self.leave("The file doesn't say when it was completed. Today is taken for it.")
            found = noon(self.today, self.plan.zone)
        self.completed_at = found

    def moment_of(self, value, name, naive=UTC):
        """Return a moment in UTC in ISO 8601; None, with a note, for an impossible one."""
        if is_nothing(value):
            return None
        try:
            return moment(str(value), naive).isoformat()
        except (ValueError, OverflowError):
            self.leave(f"The {name} {quoted(value)} is no moment. It is left out.")
            return None

    def zone_of(self, zone):
        """Return the zone of this name; the user's without one, with a note if it's unknown."""
        if zone in (None, ""):
            return self.plan.zone
        if not isinstance(zone, str):
            return zone
        found = zone_named(zone)
        if found is None:
            self.leave(f"The time zone {quoted(zone)} isn't known here, so yours is taken.")
        return found or self.plan.zone

    # Reminders

    def remind_at(self, value):
        """Take a reminder at a moment of the file."""
        if is_nothing(value):
            return
        local = self.local(value)
        if local is None:
            self.say("Reminder", shortened(str(value)))
            return
        clock = local.time().replace(second=0, microsecond=0)
        reminder = {
            "on_date": local.date().isoformat(),
            "at_time": clock.isoformat(),
        }
        self.remind(reminder)

    def remind_before(self, minutes):
        """Take a reminder so many minutes before it is due."""
        is_possible = 0 <= minutes <= LONGEST_BEFORE
        if self.due_date and is_possible:
            self.remind({"minutes_before": minutes})
        else:
            self.say("Reminder", f"{minutes} min before")

    def remind(self, reminder):
        """Add a reminder in the form of a plan, once, and with a note beyond the most of a task."""
        if reminder in self.reminders:
            return
        if len(self.reminders) >= MOST_REMINDERS:
            self.leave(f"It has more than {MOST_REMINDERS} reminders. The rest is left out.")
            return
        self.reminders.append(reminder)

    # Repeats

    def repeat_by(
        self,
        text,
        start=None,
        clock=None,
        zone=None,
        repeat_from="due",
    ):
        """Take the repeat from an RRULE, for an item that is due.

        start, clock and zone are what the rule counts from, if that isn't the due date: see
        repeat_of(). A rule that can't be exactly the same goes into the notes, and so does that of
        a completed task, which doesn't come back.
        """
        words = self.reading.words(text, "repeat").strip()
        if not self.can_repeat(words):
            return
        due_date = date.fromisoformat(self.due_date)
        if start is None and self.due_time:
            clock = time.fromisoformat(self.due_time)
        try:
            rule = repeat_of(
                words,
                day=due_date,
                start=start or due_date,
                clock=clock,
                zone=zone or self.plan.zone,
            )
        except ValueError as error:
            self.repeat_in_words(words, str(error))
        else:
            self.repeat_as(rule, words, repeat_from)

    def repeat_as(self, rule, words, repeat_from="due"):
        """Take a rule of tasks.recurrence as the repeat; the notes get the words if it's none."""
        if not self.can_repeat(words):
            return
        found, why = self.reading.repeat(rule, self.due_date, None)
        if why:
            self.repeat_in_words(words, why)
            return
        self.repeat = found
        self.repeat_from = repeat_from
        self.repeat_anchor = self.due_date

    def can_repeat(self, words):
        """Return whether the item can have a repeat; if not, put its words into the notes."""
        if self.completed_at:
            self.repeat_in_words(words, "It is completed.")
            return False
        if not self.due_date:
            self.repeat_in_words(words, "A repeat needs a date.")
            return False
        return True

    def repeat_in_words(self, words, why):
        """Keep the words of a repeat in the notes, with the reason why it is none here."""
        self.repeat = ""
        self.repeat_from = "due"
        self.repeat_anchor = None
        rule = self.reading.words(words, "repeat").strip()
        self.lines.append(f"Repeat: {rule[:1000]}")
        self.leave(f"It doesn't repeat. {why} The notes have the rule: {quoted(words)}.")

    # The whole

    def fields(self):
        """Return the columns for the plan."""
        lines = "\n".join(self.lines)
        parts = filter(None, [self.body, lines])
        notes = self.reading.notes("\n\n".join(parts))
        own = {name: getattr(self, name) for name in COLUMNS}
        return own | {
            "where": self.where,
            "notes": notes,
            "updated_at": self.updated_at or self.completed_at or self.created_at,
        }

    def is_like(self, other):
        """Return whether a row says the same as another."""
        if self.home is not other.home or self.parent != other.parent:
            return False
        but_place = {"where": ""}
        return self.fields() | but_place == other.fields() | but_place

    @property
    def can_be_step(self):
        """Whether it has nothing but a title that a step can hold, and a mark for done."""
        is_short = len(self.title) <= TITLE_LENGTH
        has_more = any(getattr(self, name) for name in self.MORE_THAN_A_STEP)
        return is_short and not has_more


def new_step(title, is_done):
    """Return a step in the form of a plan."""
    return {
        "title": title,
        "done": is_done,
        "deleted_at": None,
    }


def one_line(words):
    """Return a text as one line: trimmed, and its line breaks are spaces."""
    lines = map(str.strip, words.splitlines())
    return " ".join(lines).strip()
