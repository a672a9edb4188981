"""Rows of tududi's backups: their keys, states and days, and values without a place in lists."""

from tasks.importing.moments import moment
from tasks.importing.rules import quoted
from tasks.importing.shapes import dicts, key_of

STATES = ["not_started", "in_progress", "done", "archived", "waiting", "cancelled", "planned"]
DONE = {"done", "archived", "cancelled"}
STATE_WORDS = {"cancelled": "canceled", "waiting": "waiting", "in_progress": "in progress"}
STATE_WORDS |= {"planned": "planned", "archived": "archived"}
MIDNIGHT = {"", "T00:00:00Z", "T00:00:00.000Z", " 00:00:00.000 +00:00"}


def key_in(row):
    """Return the key by which a row is known: its uid, else its id."""
    return key_of(row.get("uid")) or key_of(row.get("uuid")) or key_of(row.get("id"))


def take_state(item, row):
    item.created_at = item.moment_of(row.get("created_at"), "moment of creation")
    item.updated_at = item.moment_of(row.get("updated_at"), "moment of change")
    state = row.get("status")
    if isinstance(state, int) and 0 <= state < len(STATES):
        state = STATES[state]
    if str(state) in DONE:
        item.complete(row.get("completed_at"), row.get("updated_at"))
    if state is not None and str(state) not in STATES:
        item.leave(f"Its status {quoted(state)} isn't known. It is taken for open.")
    if str(state) in ("cancelled", "waiting"):
        item.say("Status", STATE_WORDS[state])
    elif str(state) in ("in_progress", "planned", "archived"):
        item.leave(f"“{STATE_WORDS[state]}” has no place here.")


def as_day(value):
    """Return a due date as it is, or its day if it is midnight in UTC, as in older backups."""
    text = str(value)
    return text[:10] if text[10:] in MIDNIGHT else text


def day_in(value, zone):
    """Return the day of a due date in the zone of the file; None if it's none."""
    text = as_day(value)
    try:
        at = moment(text)
    except (ValueError, OverflowError):
        return None
    return at.date() if len(text) == 10 else at.astimezone(zone).date()


def note_projects(backup):
    """Note the values that lists have no place for."""
    for number, row in enumerate(dicts(backup.data.get("projects")), 1):
        area = backup.row_of(backup.areas, row, "area").get("name")
        says = [("area", area), ("description", row.get("description"))]
        says += [("date", row.get("due_date_at")), ("priority", row.get("priority"))]
        says += [("tags", ", ".join(backup.names_of_tags(row)))]
        says = [f"{name} {quoted(value)}" for name, value in says if value not in (None, "")]
        if says:
            words = f"A list has no {', '.join(says)}."
            backup.plan.leave(f"project {number}, {quoted(row.get('name'))}", words)
