"""The parts of a VTODO apart from its days: state, priority, relations, alarms and notes."""

from datetime import datetime, time, timedelta

from tasks.importing.plan import shortened
from tasks.importing.rules import quoted

HIGH, MEDIUM, LOW = range(1, 5), range(5, 6), range(6, 10)  # RFC 5545, section 3.8.1.9
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


def take_priority(item, said):
    number = int(said) if said.isascii() and said.isdecimal() and len(said) < 4 else None
    for priority, numbers in [(3, HIGH), (2, MEDIUM), (1, LOW)]:
        if number in numbers:
            item.priority = priority
    if said and number not in range(10):
        item.say("Priority", shortened(said))


def take_relations(item, todo):
    """Take the parent. RELTYPE=PARENT is the default; a CHILD is read with its calendar."""
    for value in todo.all("RELATED-TO"):
        kind, uid = value.params.get("RELTYPE", "PARENT").upper(), value.text.strip()
        if kind == "PARENT" and uid and item.parent in (None, uid):
            item.parent = uid
        elif kind != "CHILD":
            item.leave(f"Its relation {quoted(kind.lower())} to another task has no place here.")


def take_state(item, todo, zones, today):
    """Take the moments of a VTODO, and its completion. today is the user's."""
    item.created_at = moment_of(todo, "CREATED", zones, item)
    item.updated_at = moment_of(todo, "LAST-MODIFIED", zones, item)
    status, percent = todo.text("STATUS").strip().upper(), todo.text("PERCENT-COMPLETE").strip()
    at = moment_of(todo, "COMPLETED", zones, item)
    is_done = status in ("COMPLETED", "CANCELLED")
    if not status:
        is_done = bool(at) or percent == "100"
    if is_done:
        item.completed_at = at or last_moment(item, todo, zones, today)
    elif at:
        item.say("Completed once", at)
    if status == "CANCELLED":
        item.say("Status", "canceled")
    elif status == "IN-PROCESS":
        item.leave("“In process” has no place here. The task is open.")
    elif status not in ("", "COMPLETED", "NEEDS-ACTION"):
        item.say("Status", shortened(status))
    if percent not in ("", "0") and not (is_done and percent == "100"):
        item.say("Progress", f"{shortened(percent)} %")


def last_moment(item, todo, zones, today):
    """Return a moment for a completed VTODO that doesn't say when it was completed."""
    item.leave("It doesn't say when it was completed. The moment of its last change is taken.")
    noon = datetime.combine(today, NOON, zones.user).isoformat()
    return item.updated_at or moment_of(todo, "DTSTAMP", zones, item) or item.moment_of(noon, "day")


def moment_of(todo, name, zones, item):
    """Return a moment in UTC in ISO 8601; None, with a note, for an impossible one."""
    value = todo.first(name)
    if value is None:
        return None
    try:
        at = value.when
        if isinstance(at, timedelta):
            raise ValueError("This is no moment.")
        if not isinstance(at, datetime):
            at = datetime.combine(at, NOON)
        at, _ = zones.moment(at, value.zone)
    except (ValueError, OverflowError):
        item.leave(f"The moment {quoted(value.raw)} ({name}) doesn't exist. It is left out.")
        return None
    return item.moment_of(at.isoformat(), name)


def say_more(item, todo):
    """Keep values without a place in a task in the notes."""
    for name, word in LINES.items():
        for value in todo.all(name):
            if value.text.strip():
                item.say(word, value.text.strip())
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
    names = ("FILENAME", "X-FILENAME", "X-LABEL", "FMTTYPE")
    name = next(
        (str(value.params[key]) for key in names if key in value.params),
        "",
    )
    if value.params.get("ENCODING", "").upper() == "BASE64" or value.raw.startswith("data:"):
        item.attach(name or "a file within the calendar")
    else:
        item.attach(name, shortened(value.raw))
