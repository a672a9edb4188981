"""The parts of a VTODO apart from its days: state, priority, relations, alarms and notes."""

import re
from datetime import datetime, time, timedelta

from tasks.importing.plan import shortened
from tasks.importing.rules import quoted

PRIORITIES = {1: 3, 2: 3, 3: 3, 4: 3, 5: 2, 6: 1, 7: 1, 8: 1, 9: 1}  # RFC 5545, section 3.8.1.9
NOON = time(12)  # stands for a day in a moment, so that it is that day nearly everywhere
LINES = {  # that a task here has no place for, with the word for them in the notes
    "LOCATION": "Place",
    "GEO": "Position",
    "URL": "Link",
    "CONTACT": "Contact",
    "RESOURCES": "Needs",
    "ORGANIZER": "Organizer",
    "ATTENDEE": "Attendee",
    "REQUEST-STATUS": "Reply",
}
NAMES_OF_FILES = ["FILENAME", "X-FILENAME", "X-LABEL", "FMTTYPE"]


def take_priority(item, said):
    """Take the priority: 1 is the highest and 9 the lowest, 0 is none."""
    number = None
    if re.fullmatch("[0-9]{1,3}", said):
        number = int(said)
    item.priority = PRIORITIES.get(number, 0)
    if said and number not in (0, *PRIORITIES):
        item.say("Priority", shortened(said))


def take_relations(item, todo):
    """Take the parent. RELTYPE=PARENT is the default; a CHILD is read with its calendar."""
    for value in todo.all("RELATED-TO"):
        kind = value.params.get("RELTYPE", "PARENT").upper()
        uid = value.text.strip()
        if kind == "PARENT" and uid and item.parent in (None, uid):
            item.parent = uid
        elif kind != "CHILD":
            item.leave(f"Its relation {quoted(kind.lower())} to another task has no place here.")


def take_state(item, todo, zones, today):
    """Take the moments of a VTODO, and its completion. today is the user's."""
    item.created_at = moment_of(todo, "CREATED", zones, item)
    item.updated_at = moment_of(todo, "LAST-MODIFIED", zones, item)
    status = todo.text("STATUS").strip().upper()
    percent = todo.text("PERCENT-COMPLETE").strip()
    at = moment_of(todo, "COMPLETED", zones, item)
    is_done = status in ("COMPLETED", "CANCELLED")
    if not status:
        is_done = bool(at) or percent == "100"
    if is_done:
        item.completed_at = at or last_moment(item, todo, zones, today)
    elif at:
        item.say("Completed once", at)
    say_status(item, status)
    is_told = is_done and percent == "100"
    if percent not in ("", "0") and not is_told:
        item.say("Progress", f"{shortened(percent)} %")


def say_status(item, status):
    """Say a state that is neither open nor completed."""
    if status == "CANCELLED":
        item.say("Status", "canceled")
    elif status == "IN-PROCESS":
        item.leave("“In process” has no place here. The task is open.")
    elif status not in ("", "COMPLETED", "NEEDS-ACTION"):
        item.say("Status", shortened(status))


def last_moment(item, todo, zones, today):
    """Return a moment for a completed VTODO that doesn't say when it was completed."""
    item.leave("It doesn't say when it was completed. The moment of its last change is taken.")
    found = item.updated_at or moment_of(todo, "DTSTAMP", zones, item)
    if found:
        return found
    noon = datetime.combine(today, NOON, zones.user)
    return item.moment_of(noon.isoformat(), "day")


def moment_of(todo, name, zones, item):
    """Return a moment in UTC in ISO 8601; None, with a note, for an impossible one."""
    value = todo.first(name)
    if value is None:
        return None
    try:
        at, _ = zones.moment(local_moment(value), value.zone)
    except (ValueError, OverflowError):
        item.leave(f"The moment {quoted(value.raw)} ({name}) doesn't exist. It is left out.")
        return None
    return item.moment_of(at.isoformat(), name)


def local_moment(value):
    """Return a value as a datetime, a day as its noon. Raise ValueError for anything else."""
    at = value.when
    if isinstance(at, timedelta):
        raise ValueError("This is no moment.")
    if isinstance(at, datetime):
        return at
    return datetime.combine(at, NOON)


def say_more(item, todo):
    """Keep values without a place in a task in the notes."""
    for name, word in LINES.items():
        for value in todo.all(name):
            if words := value.text.strip():
                item.say(word, words)
    for value in todo.all("COMMENT"):
        item.comment(value.text)
    for value in todo.all("ATTACH"):
        attach(item, value)
    for name in ("SUMMARY", "DESCRIPTION"):
        for value in todo.all(name)[1:]:
            item.say(f"Further {name.lower()}", value.text)
    secrecy = todo.text("CLASS").strip().upper()
    if secrecy not in ("", "PUBLIC"):
        item.leave(f"It was marked as {secrecy.lower()[:40]}. Here all tasks are yours alone.")


def attach(item, value):
    """Name a file that is attached, by its address or within the calendar."""
    names = [value.params.get(key) for key in NAMES_OF_FILES]
    name = next((str(name) for name in names if name is not None), "")
    encoding = value.params.get("ENCODING", "")
    is_within = encoding.upper() == "BASE64" or value.raw.startswith("data:")
    if is_within:
        item.attach(name or "a file within the calendar")
    else:
        item.attach(name, shortened(value.raw))
