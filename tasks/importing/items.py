"""Tasks of another program's file, on their way into a plan.

Items collects them in the order of the file; once all are known, land() puts them into the plan:
those with nothing but a title become steps of the task that they are part of, all others tasks.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from accounts import text
from tasks.dates import LONGEST_BEFORE
from tasks.dates import moment as at
from tasks.forms.fields import MOST_TAGS, TITLE_LENGTH
from tasks.importing.colors import color_of
from tasks.importing.english import YEAR, read_date, read_words
from tasks.importing.families import families_of
from tasks.importing.files import Unreadable
from tasks.importing.moments import due, is_nothing, moment, noon, zone_named
from tasks.importing.plan import shortened
from tasks.importing.repeats import repeat_of
from tasks.importing.rules import LIST_LENGTH, TAG_LENGTH, Reading, quoted
from tasks.models import TaskList
from tasks.reminders import MOST as MOST_REMINDERS

INBOX = "inbox"
UNTITLED = "Untitled"
MOST_PARTS = 100_000  # that are steps of tasks
BARE_HOUR = re.compile(r"(?i)\bat [0-9]{1,2}(?![0-9:.]| ?[ap]m)")


@dataclass(eq=False)
class Home:
    """A list of a file; the plan gets it once a task is in it."""

    name: str
    is_archived: bool
    color: str
    keys: set  # of the lists of the file that have this name
    number: int | None = None  # in the plan


class Item:
    """A task of a file. Its columns have the names of a plan's; body are the notes as they are."""

    # What a step can't hold: an item without any of it is one, if it is a part of another.
    MORE_THAN_A_STEP = ["body", "priority", "due_date", "repeat", "tags", "steps", "lines"]
    MORE_THAN_A_STEP += ["reminders"]

    def __init__(self, plan, where, today, key=None, parent=None, order=None):
        self.plan, self.where, self.reading = plan, where, Reading(plan, where)
        self.today = today
        self.key, self.parent, self.order = key, parent, order
        self.home = None
        self.title, self.body, self.priority = "", "", 0
        self.due_date = self.due_time = self.repeat_anchor = None
        self.repeat, self.repeat_from = "", "due"
        self.completed_at = self.created_at = self.updated_at = None
        self.tags, self.steps, self.lines, self.reminders = [], [], [], []

    def leave(self, words):
        """Note data that isn't carried over in the plan, with the reason."""
        self.reading.leave(words)

    # What other programs know, and Todosite has no place for

    def say(self, name, value):
        """Keep a value as a line of the notes, and say so in the report."""
        line = self.reading.words(f"{name}: {value}", name.lower()).strip()
        self.lines.append(line)
        self.leave(f"“{shortened(line)}” has no place of its own. The notes have it.")

    def comment(self, words, at=None, by=""):
        """Keep a comment in the notes; at is its moment as the file has it, by its author."""
        words = self.reading.words(words, "comment").strip()
        day = ""
        if not is_nothing(at):
            day = self.day_in_words(at)
        said = ", ".join(filter(None, ["Comment", day]))
        author = self.reading.words(by, "name").strip()
        if author:
            words += f" ({author})"
        if words:
            self.lines.append(f"{said}: {words}")
            self.leave("Its comment is in the notes.")

    def day_in_words(self, at):
        try:
            local = moment(str(at)).astimezone(self.plan.zone)
        except (ValueError, OverflowError):
            return shortened(self.reading.words(str(at), "date"))
        return f"{local.day} {local:%b} {local.year}"

    def in_words(self, at):
        """Return a moment on the user's clock in words: the day, and the time but for midnight."""
        words = self.day_in_words(at)
        try:
            clock = moment(str(at)).astimezone(self.plan.zone).time()
        except (ValueError, OverflowError):
            return words
        if clock == time():
            return words
        return f"{words}, {clock:%H:%M}"

    def attach(self, name, address=""):
        """Name an attached file in the notes, with its address, and say that it stays there."""
        said = " ".join(filter(None, [str(name or "").strip(), str(address or "").strip()]))
        self.lines.append(self.reading.words(f"Attachment: {said}", "attachment"))
        self.leave(f"The attached file {quoted(said)} stays where it is. The notes name it.")

    # Words

    def tag(self, name):
        """Add a tag. Its leading # or @ goes, and spaces become hyphens."""
        words = self.reading.words(name, "tag").strip().lstrip("#@")
        name = "-".join(words.replace(",", " ").replace("#", " ").split())
        if not text.legible(name):
            return
        if len(name) > TAG_LENGTH:
            self.leave(f"The tag {quoted(name)} has more than {TAG_LENGTH} characters. It is cut.")
            name = name[:TAG_LENGTH]
        if name.lower() in [other.lower() for other in self.tags]:
            return
        if len(self.tags) >= MOST_TAGS:
            self.say("Tag", f"#{name}")
        else:
            self.tags.append(name)

    def step(self, title, is_done):
        """Add a step; its title becomes one line."""
        whole = one_line(self.reading.words(title, "title of a step"))
        if not text.legible(whole):
            self.leave("A step has no title, so it is left out.")
            return
        if len(whole) > TITLE_LENGTH:
            self.say("Step", whole)
        self.steps.append({"title": whole[:TITLE_LENGTH], "done": is_done, "deleted_at": None})

    def settle_title(self):
        """Make the title one that can be kept. Return whether the item says anything at all."""
        title = one_line(self.reading.words(self.title, "title"))
        self.body = text.unix_lines(self.reading.notes(self.body)).strip()
        if not text.legible(title) and text.legible(self.body):
            title = next(line for line in self.body.splitlines() if text.legible(line)).strip()
            self.leave("It has no title. The first line of its notes is the title.")
        if not text.legible(title) and (self.steps or self.lines):
            title = UNTITLED
            self.leave(f"It has no title, so it is called “{UNTITLED}”.")
        self.title, self.body = self.reading.title(title, self.body)
        return bool(self.title)

    # Days and moments

    def due(self, value, zone=None, is_day=None, is_floating=False, naive=UTC):
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
            day, clock = due(str(value), own, here, is_day, naive)
        except (ValueError, OverflowError):
            self.say("Due date, which doesn't exist", shortened(str(value)))
        else:
            self.take_day(day, clock)

    def due_on(self, value):
        """Take the due date from a moment that is a day, written as midnight in UTC."""
        if not is_nothing(value):
            self.due(str(value)[:10])

    def complete(self, value, otherwise=None):
        """Mark it as completed at a moment; one that the file lacks is taken from `otherwise`."""
        found = self.moment_of(value, "moment of completion")
        found = found or self.moment_of(otherwise, "moment of the last change")
        if not found:
            self.leave("The file doesn't say when it was completed. Today is taken for it.")
            found = noon(self.today, self.plan.zone)
        self.completed_at = found

    def remind_at(self, value):
        """Take a reminder at a moment of the file."""
        if is_nothing(value):
            return
        try:
            local = moment(str(value)).astimezone(self.plan.zone)
        except (ValueError, OverflowError):
            self.say("Reminder", shortened(str(value)))
            return
        clock = local.time().replace(second=0, microsecond=0)
        self.remind({"on_date": local.date().isoformat(), "at_time": clock.isoformat()})

    def remind_before(self, minutes):
        """Take a reminder so many minutes before it is due."""
        if not self.due_date or not 0 <= minutes <= LONGEST_BEFORE:
            self.say("Reminder", f"{minutes} min before")
            return
        self.remind({"minutes_before": minutes})

    def remind(self, reminder):
        if reminder in self.reminders:
            return
        if len(self.reminders) >= MOST_REMINDERS:
            self.leave(f"It has more than {MOST_REMINDERS} reminders. The rest is left out.")
            return
        self.reminders.append(reminder)

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

    def moment_of(self, value, name, naive=UTC):
        """Return a moment in UTC in ISO 8601; None, with a note, for an impossible one."""
        if is_nothing(value):
            return None
        try:
            return moment(str(value), naive).isoformat()
        except (ValueError, OverflowError):
            self.leave(f"The {name} {quoted(value)} is no moment. It is left out.")
            return None

    def when(self, words, today, language="en", zone=None):
        """Take date, time and repeat from words, which go into the notes if not understood."""
        own = self.zone_of(zone)
        try:
            day, clock = due(words, own, self.plan.zone, naive=own)
        except (ValueError, OverflowError):
            self.take_words(words, today, language, own)
        else:
            self.take_day(day, clock)

    def take_day(self, day, clock):
        self.due_date = day.isoformat()
        self.due_time = clock.isoformat() if clock else None

    def take_words(self, words, today, language, own):
        is_english = language.lower().startswith("en")
        found = read_date(words) if is_english else None
        if found:
            self.take_day(*self.on_clock(*found, own, repeats=False))
            return
        said = read_words(words, today, self.plan.zone, language)
        if said is None:
            words = self.reading.words(words, "date").strip()
            self.lines.append(f"Date: {words}")
            reason = "isn't understood as a whole, so it is no date and no repeat"
            if not is_english:
                reason = "isn't English, the only language of dates that is read here"
            self.leave(f"{quoted(words)} {reason}. The notes have it.")
            return
        self.take_day(*self.on_clock(said.due_date, said.due_time, own, bool(said.repeat)))
        if said.repeat:
            self.repeat, self.repeat_from = said.repeat, said.repeat_from
            self.repeat_anchor = self.due_date
        if BARE_HOUR.search(words) or not (said.repeat or YEAR.search(words)):
            due = " ".join(filter(None, [self.due_date, self.due_time]))
            self.leave(f"{quoted(words)} is taken for {due}.")

    def repeat_by(self, text, start=None, clock=None, zone=None, repeat_from="due"):
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
        how = {"start": start or due_date, "clock": clock, "zone": zone or self.plan.zone}
        try:
            rule = repeat_of(words, day=due_date, **how)
        except ValueError as error:
            self.repeat_in_words(words, str(error))
            return
        self.repeat_as(rule, words, repeat_from)

    def repeat_as(self, rule, words, repeat_from="due"):
        """Take a rule of tasks.recurrence as the repeat; the notes get the words if it's none."""
        if not self.can_repeat(words):
            return
        found, why = self.reading.repeat(rule, self.due_date, None)
        if why:
            self.repeat_in_words(words, why)
        else:
            self.repeat, self.repeat_from, self.repeat_anchor = found, repeat_from, self.due_date

    def can_repeat(self, words):
        """Return whether the item can have a repeat; if not, put its words into the notes."""
        if self.completed_at:
            self.repeat_in_words(words, "It is completed.")
        elif not self.due_date:
            self.repeat_in_words(words, "A repeat needs a date.")
        return bool(self.due_date and not self.completed_at)

    def repeat_in_words(self, words, why):
        """Keep the words of a repeat in the notes, with the reason why it is none here."""
        self.repeat, self.repeat_from, self.repeat_anchor = "", "due", None
        self.lines.append(f"Repeat: {self.reading.words(words, 'repeat').strip()[:1000]}")
        self.leave(f"It doesn't repeat. {why} The notes have the rule: {quoted(words)}.")

    def on_clock(self, day, clock, own, repeats):
        """Return a day and time of a zone on the user's clock; the days of a repeat stay."""
        if clock is None:
            return day, clock
        there = at(day, clock, own)
        here = there.astimezone(self.plan.zone)
        if here.utcoffset() == there.utcoffset():
            return day, clock
        if repeats and here.date() != day:
            self.leave(f"Its time, {clock:%H:%M}, is that of {own}, and stays as it is.")
            return day, clock
        self.leave(f"{clock:%H:%M} in {own} is {here:%H:%M} on your clock.")
        return here.date(), here.time()

    def fields(self):
        """Return the columns for the plan."""
        lines = "\n".join(self.lines)
        notes = self.reading.notes("\n\n".join(filter(None, [self.body, lines])))
        names = ["title", "priority", "due_date", "due_time", "repeat", "repeat_from"]
        names += ["repeat_anchor", "completed_at", "created_at", "steps", "reminders"]
        said = {name: getattr(self, name) for name in names}
        updated_at = self.updated_at or self.completed_at or self.created_at
        return said | {"where": self.where, "notes": notes, "updated_at": updated_at}

    def is_like(self, other):
        """Return whether a row says the same as another."""
        but_place = {"where": ""}
        same = self.fields() | but_place == other.fields() | but_place
        return same and (self.home, self.parent) == (other.home, other.parent)

    @property
    def can_be_step(self):
        is_short = len(self.title) <= TITLE_LENGTH
        return is_short and not any(getattr(self, name) for name in self.MORE_THAN_A_STEP)


class Items:
    """The tasks of a file, and their lists and tags."""

    def __init__(self, plan, today):
        """today is the day that archived lists are archived on."""
        self.plan, self.today = plan, today
        self.all, self.homes, self.tags = [], {}, {}

    def add(self, where, key=None, parent=None, order=None):
        """Add a task; where is its place in the file, as a report names it.

        key is its id in the file and parent that of the task it is a part of. order is what its
        siblings are sorted by, else they stand as in the file.
        """
        if len(self.all) >= self.plan.most_tasks + MOST_PARTS:
            raise Unreadable(f"This file holds more than {len(self.all):,} tasks and steps.")
        item = Item(self.plan, where, self.today, key, parent, order)
        self.all.append(item)
        return item

    def home(self, name, group="", is_archived=False, color="", key=None):
        """Return a list by name, or one of a group in a project; None for the Inbox.

        color is one of ours, or as #1abc9c. key is its id in the file; several lists of one name
        become one, which the plan notes.
        """
        reading = Reading(self.plan, "The lists")
        name = one_line(reading.words(name, "name of a list"))
        group = one_line(reading.words(group, "name of a group"))
        is_inbox = name.lower() in ("", INBOX)
        if is_inbox and not group:
            return None
        if is_inbox:
            name = "Inbox"
        name = " / ".join(filter(None, [name, group]))
        if len(name) > LIST_LENGTH:
            reading.leave(f"The name {quoted(name)} has more than {LIST_LENGTH} characters.")
            name = name[: LIST_LENGTH - 1] + "…"
        if color not in TaskList.Color.values:
            color = color_of(color)
        home = self.homes.setdefault(name.lower(), Home(name, is_archived, color, {key}))
        if key not in home.keys:
            home.keys.add(key)
            reading.leave(f"Several lists are called “{name}”. They become one.")
        if home.is_archived != is_archived:
            reading.leave(f"There are two lists “{name}”, one of them archived. They become one.")
            home.is_archived = False
        return home

    def land(self):
        """Put all tasks into the plan, each before its parts."""
        kept = self.without_doubles([item for item in self.all if self.has_title(item)])
        places = {}
        for item, parent, owner in families_of(kept):
            if owner is not None:
                owner.steps.append(as_step(item))
                continue
            if parent is not None:
                item.lines.insert(0, f"Part of: {parent.title}")
            places[item.home] = places.get(item.home, 0) + 1
            self.put(item, places[item.home])

    def has_title(self, item):
        if item.settle_title():
            return True
        item.leave("It has no title and no notes, so it is skipped.")
        return False

    def without_doubles(self, items):
        """Return the items without rows that stand twice, each with a key of its own or none."""
        first, kept = {}, []
        for item in items:
            other = first.setdefault(item.key, item)
            if item.key is None or other is item:
                kept.append(item)
            elif item.is_like(other):
                item.leave(f"It stands twice in the file, also as {other.where}.")
            else:
                item.key = None
                kept.append(item)
        return kept

    def put(self, item, place):
        number = None
        if item.home:
            number = self.number_of(item.home)
        tags = [self.tag_number(name) for name in item.tags]
        self.plan.add_task(list=number, tags=tags, place=place, **item.fields())

    def number_of(self, home):
        """Return the number of a list in the plan; add it the first time."""
        if home.number is None:
            archived_at = None
            if home.is_archived:
                archived_at = as_moment(self.today)
            home.number = len(self.plan.lists)
            row = {"name": home.name, "color": home.color, "archived_at": archived_at}
            self.plan.lists.append(row | {"deleted_at": None})
        return home.number

    def tag_number(self, name):
        """Return the number of a tag in the plan; add it the first time."""
        if name.lower() not in self.tags:
            self.tags[name.lower()] = len(self.plan.tags)
            self.plan.tags.append({"name": name, "deleted_at": None})
        return self.tags[name.lower()]


def as_moment(day):
    """Return the first moment of a day in UTC, in ISO 8601."""
    return datetime.combine(day, time(), UTC).isoformat()


def as_step(item):
    return {"title": item.title, "done": bool(item.completed_at), "deleted_at": None}


def one_line(words):
    """Return a text as one line: trimmed, and its line breaks are spaces."""
    return " ".join(line.strip() for line in words.splitlines()).strip()
