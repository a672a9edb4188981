"""iCalendar: the VTODOs of an .ics file, as Nextcloud, Tasks.org, Apple and Thunderbird export it.

RFC 5545 has the format. A VTODO with RECURRENCE-ID stands for one occurrence of the repeating one
with the same UID, such as a completed one.
"""

from collections import defaultdict

from tasks.importing.files import Unreadable
from tasks.importing.items import Items
from tasks.importing.markup import plain
from tasks.importing.plan import shortened
from tasks.importing.shapes import number_of
from tasks.importing.valarm import take_alarms
from tasks.importing.vcalendar import calendars_in, is_calendar
from tasks.importing.vtimezone import Zones
from tasks.importing.vtodo import (
    LINES,
    say_more,
    take_priority,
    take_relations,
    take_state,
)
from tasks.importing.vtodo_days import take_days

NAME = "iCalendar"
USED = {*LINES, "SUMMARY", "DESCRIPTION", "X-ALT-DESC", "UID", "RELATED-TO", "CATEGORIES"}
USED |= {"PRIORITY", "STATUS", "COMPLETED", "PERCENT-COMPLETE", "CREATED", "LAST-MODIFIED"}
USED |= {"DTSTAMP", "DUE", "DTSTART", "DURATION", "RRULE", "RDATE", "EXRULE", "EXDATE"}
USED |= {"RECURRENCE-ID", "COMMENT", "ATTACH", "CLASS", "SEQUENCE", "X-APPLE-SORT-ORDER"}
UNUSED = {"X-MOZ-LASTACK", "X-MOZ-GENERATION", "X-OC-HIDESUBTASKS", "X-OC-HIDECOMPLETEDSUBTASKS"}
OTHERS = {"VEVENT": "events", "VJOURNAL": "journal entries", "VFREEBUSY": "busy times"}
MOST_NAMES = 100  # categories of a task that are looked at
NO_TASKS = "This calendar holds no tasks (VTODO). Events can't be imported."


def find(file):
    """Return the files that are calendars: this one, or those in a ZIP file; None without any."""
    parts = [part for part in file.parts if is_calendar(part.text)]
    for part in parts:
        part.unfold()
    return parts or None


def read(found, plan, today):
    """Fill the plan. Raise Unreadable if no calendar holds a task."""
    items = Items(plan, today)
    for part in found:
        calendars, broken = calendars_in(part.text)
        if broken:
            plan.leave(
                shortened(part.name),
                f"Lines that can't be read: {broken}.",
            )
        zones = Zones(calendars, plan.zone)
        for calendar in calendars:
            Calendar(items, calendar, zones, part.name).read()
    if not items.all:
        raise Unreadable(NO_TASKS)
    items.land()


class Calendar:
    """A calendar, which becomes a list."""

    def __init__(self, items, component, zones, file_name):
        """component is the VCALENDAR; without a name in it, it has that of its file."""
        self.items = items
        self.plan = items.plan
        self.component = component
        self.zones = zones
        name = self.text_of("X-WR-CALNAME", "NAME").strip() or name_without_end(file_name)
        color = self.text_of("X-APPLE-CALENDAR-COLOR", "COLOR")
        self.home = items.home(name, color=color)
        self.where = f"The calendar “{shortened(name)}”"
        self.parents = {}
        self.exceptions = defaultdict(list)
        self.unknown = set()

    def text_of(self, name, otherwise):
        """Return a property of the calendar, or else another."""
        return self.component.text(name) or self.component.text(otherwise)

    def read(self):
        """Read all VTODOs, once the relations between them are known."""
        todos = self.component.named("VTODO")
        for todo in todos:
            self.relate(todo)
        for todo in todos:
            self.todo(todo)
        self.leave_others()

    def leave_others(self):
        """Note all of the calendar but its tasks."""
        if words := self.text_of("X-WR-CALDESC", "DESCRIPTION"):
            self.leave(f"A list has no description: “{shortened(words)}”.")
        for name, words in OTHERS.items():
            if number := len(self.component.named(name)):
                self.leave(f"It also holds {words} ({number}), which are skipped.")
        if self.unknown:
            names = ", ".join(sorted(self.unknown))
            self.leave(f"These properties aren't known here: {names[:500]}.")

    def leave(self, words):
        self.plan.leave(self.where, words)

    def relate(self, todo):
        """Note what a VTODO says of others: its children, and that it is an exception."""
        uid = todo.text("UID").strip()
        for value in todo.all("RELATED-TO"):
            kind = value.params.get("RELTYPE", "")
            if kind.upper() == "CHILD":
                self.parents.setdefault(value.text.strip(), uid)
        if value := todo.first("RECURRENCE-ID"):
            self.exceptions[uid].append(value)

    def todo(self, todo):
        """Add a VTODO. A single occurrence of a series has no key, and no exceptions."""
        uid = todo.text("UID").strip()
        is_exception = bool(todo.first("RECURRENCE-ID"))
        self.unknown |= set(todo.values) - USED - UNUSED
        item = self.items.add(
            f"task {len(self.items.all) + 1}",
            parent=self.parents.get(uid),
        )
        item.home = self.home
        exceptions = []
        if uid and not is_exception:
            item.key = uid
        if not is_exception:
            exceptions = self.exceptions.pop(uid, [])
        take_words(item, todo)
        take_relations(item, todo)
        take_priority(item, todo.text("PRIORITY").strip())
        hang_categories(item, todo)
        take_state(
            item,
            todo,
            self.zones,
            self.items.today,
        )
        start = take_days(item, todo, self.zones, exceptions)
        take_alarms(item, todo, start, self.zones)
        say_more(item, todo)


def name_without_end(path):
    """Return the name of a file without its folders, and without an end such as .ics."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def take_words(item, todo):
    """Take the title, the notes (as a text, or else in HTML), and the place among siblings."""
    item.title = todo.text("SUMMARY")
    item.body = todo.text("DESCRIPTION")
    if not item.body:
        item.body = plain(todo.text("X-ALT-DESC"))
    if order := todo.text("X-APPLE-SORT-ORDER"):
        item.order = number_of(order)


def hang_categories(item, todo):
    """Take the categories as tags."""
    names = []
    for value in todo.all("CATEGORIES"):
        names += value.texts
    for name in names[:MOST_NAMES]:
        item.tag(name)
    if len(names) > MOST_NAMES:
        item.leave(f"It has {len(names)} categories. All but {MOST_NAMES} are left out.")
