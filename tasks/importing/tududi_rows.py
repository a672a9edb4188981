"""Rows of tududi's backups: their keys, states and days, and values without a place in lists."""

from tasks.importing.moments import moment
from tasks.importing.rules import quoted
from tasks.importing.shapes import dicts_in, key_in

STATES = ["not_started", "in_progress", "done", "archived", "waiting", "cancelled", "planned"]
DONE = {"done", "archived", "cancelled"}
STATE_WORDS = {"cancelled": "canceled", "waiting": "waiting", "in_progress": "in progress"}
STATE_WORDS |= {"planned": "planned", "archived": "archived"}
MIDNIGHT = {"", "T00:00:00Z", "T00:00:00.000Z", " 00:00:00.000 +00:00"}


def own_key(row):
    """Return the key by which a row is known: its uid, else its id."""
    return key_in(row, "uid") or key_in(row, "uuid") or key_in(row, "id")


def take_state(item, row):
    """Take the moments of a row, and whether it is completed."""
    changed = row.get("updated_at")
    item.take_creation(row.get("created_at"))
    item.updated_at = item.moment_of(changed, "moment of change")
    status = row.get("status")
    state = state_of(status)
    if state in DONE:
        item.complete(row.get("completed_at"), changed)
    if status is not None and state not in STATES:
        item.leave_unknown("status", status, "open")
    if state in ("cancelled", "waiting"):
        item.say("Status", STATE_WORDS[state])
    elif state in STATE_WORDS:
        item.leave(f"“{STATE_WORDS[state]}” has no place here.")


def state_of(status):
    """Return the name of a state, which a row may have by its number."""
    if isinstance(status, int) and 0 <= status < len(STATES):
        return STATES[status]
    return str(status)


def as_day(value):
    """Return a due date as it is, or its day if it is midnight in UTC, as in older backups."""
    text = str(value)
    if text[10:] in MIDNIGHT:
        return text[:10]
    return text


def day_in(value, zone):
    """Return the day of a due date in the zone of the file; None if it's none."""
    text = as_day(value)
    try:
        at = moment(text)
    except (ValueError, OverflowError):
        return None
    if len(text) == 10:
        return at.date()
    return at.astimezone(zone).date()


def note_projects(backup):
    """Note the values that lists have no place for."""
    projects = dicts_in(backup.data, "projects")
    for number, row in enumerate(projects, 1):
        says = ", ".join(more_than_a_list(row, backup))
        if says:
            name = quoted(row.get("name"))
            backup.plan.leave(
                f"project {number}, {name}",
                f"A list has no {says}.",
            )


def more_than_a_list(row, backup):
    """Yield what a list can't hold of a project, as words."""
    area = backup.row_of(backup.areas, row, "area")
    values = {
        "area": area.get("name"),
        "description": row.get("description"),
        "date": row.get("due_date_at"),
        "priority": row.get("priority"),
        "tags": ", ".join(backup.names_of_tags(row)),
    }
    for name, value in values.items():
        if value not in (None, ""):
            yield f"{name} {quoted(value)}"
