"""Vikunja: the ZIP file of an export, or the data.json in it.

Projects stand beside each other with the id of their parent, in older files within each other
(child_projects; lists, of namespaces). Notes and comments are HTML. A repeat is a number of
seconds, or a month. Tasks refer to others by half-empty copies, of which only the id counts.
"""

from tasks.importing.files import Unreadable
from tasks.importing.items import Items
from tasks.importing.known import VIKUNJA, leave_unknown
from tasks.importing.readers.vikunja_notes import say_more, say_relations, text_of
from tasks.importing.readers.vikunja_projects import projects_in
from tasks.importing.rules import place, quoted
from tasks.importing.shapes import by_id, dict_of, dicts, key_of, number_of

NAME = "Vikunja"
NEEDED = ('"tasks"', '"title"', '"hex_color"')
PRIORITIES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 3, 5: 3}
MOST_TAGS = 1_000_000
DAY, HOUR = 86_400, 3600  # seconds
FROM_DUE, MONTHLY, FROM_COMPLETION = 0, 1, 2
LEFT_OUT = (
    "Saved filters, teams, views, favorites, reactions, backgrounds, the colors of tasks and labels"
    " and the contents of attached files stay in Vikunja."
)


def find(file):
    """Return the projects of a file, or of data.json in a ZIP file, and the other files in it."""
    for part in file.parts:
        is_list = part.text.lstrip()[:1] == "["
        if is_list and all(name in part.text for name in NEEDED) and isinstance(part.json, list):
            refuse_many_tags(part.text)
            return part.json, [other.name for other in file.parts if other is not part]
    return None


def refuse_many_tags(text):
    """Raise Unreadable for more HTML than can be made plain in a few seconds."""
    if text.count("<") + text.count("\\u003c") > MOST_TAGS:
        raise Unreadable("The notes in this file hold more HTML than can be read at once.")


def read(found, plan, today):
    items, rows = Items(plan, today), []
    plan.leave("The file", LEFT_OUT)
    found, others = found
    if files := [name for name in others if "/files/" in f"/{name}"]:
        plan.leave("The ZIP file", f"Attached files aren't imported. It holds {len(files)}.")
    for project in projects_in(found, plan):
        first, *below = project.path
        kind = {"is_archived": project.is_archived, "color": project.color}
        home = items.home(
            first,
            " / ".join(below),
            key=project.number,
            **kind,
        )
        for row in dicts(project.said.get("tasks")):
            rows.append((project, home, row))
    leave_unknown(plan, (row for _, _, row in rows), VIKUNJA)
    known = by_id([row for _, _, row in rows])
    parents = parents_of(row for _, _, row in rows)
    for nth, (project, home, row) in enumerate(rows, 1):
        key = key_of(row.get("id"))
        item = items.add(
            place(f"task {nth}", row.get("title")),
            key,
            parents.get(key),
        )
        item.home = home
        item.order = (project.number, number_of(row.get("position")))
        read_task(item, row)
        say_relations(item, row, known)
        bucket = project.bucket_of(row)
        if bucket:
            item.say("Bucket", bucket)
    items.land()


def parents_of(rows):
    """Return the parents that tasks have by themselves or their parents, {id: id}."""
    parents = {}
    for row in rows:
        key, relations = key_of(row.get("id")), dict_of(row.get("related_tasks"))
        for parent in dicts(relations.get("parenttask")):
            parents.setdefault(key, key_of(parent.get("id")))
        for child in dicts(relations.get("subtask")):
            parents.setdefault(key_of(child.get("id")), key)
    parents.pop(None, None)
    return parents


def read_task(item, row):
    item.title, item.body = row.get("title"), text_of(item, row.get("description"))
    item.created_at = item.moment_of(row.get("created"), "moment of creation")
    item.updated_at = item.moment_of(row.get("updated"), "moment of the last change")
    item.due(row.get("due_date"))
    if row.get("done") is True:
        item.complete(row.get("done_at"), row.get("updated"))
    priority = row.get("priority")
    item.priority = PRIORITIES.get(number_of(priority), 0)
    if number_of(priority) not in PRIORITIES:
        item.leave(f"Its priority is {quoted(priority)}, which is taken for none.")
    for label in dicts(row.get("labels")):
        item.tag(label.get("title"))
    repeat(item, row)
    say_more(item, row)


def repeat(item, row):
    """Take the repeat: an RRULE in newer files, else seconds and a mode."""
    if row.get("repeats"):
        is_from_completion = row.get("repeats_from_current_date") is True
        way = "completion" if is_from_completion else "due"
        item.repeat_by(str(row["repeats"]), repeat_from=way)
        return
    seconds, mode = number_of(row.get("repeat_after")), number_of(row.get("repeat_mode"))
    if mode == MONTHLY:
        # Vikunja goes on from 31 January to 3 March, which nobody wants: months clamp here.
        item.repeat_as("FREQ=MONTHLY", "every month")
    elif seconds and mode not in (FROM_DUE, FROM_COMPLETION):
        item.repeat_in_words(
            f"every {seconds / HOUR:g} hours (mode {mode:g})", "It isn't known here."
        )
    elif seconds < 0 or seconds % DAY:
        words = f"every {seconds / HOUR:g} hours"
        item.repeat_in_words(words, "It isn't by whole days.")
    elif seconds:
        days, unit = int(seconds // DAY), "DAILY"
        if days % 7 == 0:
            days, unit = days // 7, "WEEKLY"
        is_older_mark = row.get("repeat_from_current_date") is True
        way = "completion" if mode == FROM_COMPLETION or is_older_mark else "due"
        item.repeat_as(
            f"FREQ={unit};INTERVAL={days}",
            f"every {seconds // DAY:g} days",
            way,
        )
