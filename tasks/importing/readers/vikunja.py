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
from tasks.importing.rules import place
from tasks.importing.shapes import by_id, dict_in, dicts_in, is_true, key_in, number_in, number_of

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
        if is_likely(part.text) and isinstance(part.json, list):
            refuse_many_tags(part.text)
            others = [other.name for other in file.parts if other is not part]
            return part.json, others
    return None


def is_likely(text):
    """Return whether a text may be an export, before it is read as JSON."""
    return text.lstrip().startswith("[") and all(name in text for name in NEEDED)


def refuse_many_tags(text):
    """Raise Unreadable for more HTML than can be made plain in a few seconds."""
    number = text.count("<") + text.count("\\u003c")
    if number > MOST_TAGS:
        raise Unreadable("The notes in this file hold more HTML than can be read at once.")


def read(found, plan, today):
    """Fill the plan. Tasks of all projects are known first, since they name each other."""
    said, others = found
    items = Items(plan, today)
    plan.leave("The file", LEFT_OUT)
    files = [name for name in others if "/files/" in f"/{name}"]
    if files:
        plan.leave(
            "The ZIP file",
            f"Attached files aren't imported. It holds {len(files)}.",
        )
    read_rows(rows_of(said, items), items)
    items.land()


def read_rows(rows, items):
    """Read all tasks, [(project, list, task)], into items."""
    tasks = [row for _, _, row in rows]
    leave_unknown(items.plan, tasks, VIKUNJA)
    known = by_id(tasks)
    parents = parents_of(tasks)
    for nth, (project, home, row) in enumerate(rows, 1):
        key = key_in(row, "id")
        item = items.add(
            place(f"task {nth}", row.get("title")),
            key,
            parent=parents.get(key),
            order=(project.number, number_in(row, "position")),
        )
        item.home = home
        read_task(item, row)
        say_relations(item, row, known)
        if bucket := project.bucket_of(row):
            item.say("Bucket", bucket)


def rows_of(said, items):
    """Return the tasks of all projects, as [(project, list, task)]."""
    rows = []
    for project in projects_in(said, items.plan):
        first, *below = project.path
        home = items.home(
            first,
            " / ".join(below),
            project.is_archived,
            project.color,
            key=project.number,
        )
        for row in dicts_in(project.said, "tasks"):
            rows.append((project, home, row))
    return rows


def parents_of(rows):
    """Return the parents that tasks have by themselves or their parents, {id: id}."""
    parents = {}
    for row in rows:
        key = key_in(row, "id")
        relations = dict_in(row, "related_tasks")
        for parent in dicts_in(relations, "parenttask"):
            parents.setdefault(key, key_in(parent, "id"))
        for child in dicts_in(relations, "subtask"):
            parents.setdefault(key_in(child, "id"), key)
    parents.pop(None, None)
    return parents


def read_task(item, row):
    """Read a task into its item."""
    item.title = row.get("title")
    item.body = text_of(item, row.get("description"))
    changed = row.get("updated")
    item.take_creation(row.get("created"))
    item.take_change(changed)
    item.due(row.get("due_date"))
    if is_true(row, "done"):
        item.complete(row.get("done_at"), changed)
    priority = row.get("priority")
    item.take_priority(number_of(priority), PRIORITIES, priority)
    for label in dicts_in(row, "labels"):
        item.tag(label.get("title"))
    repeat(item, row)
    say_more(item, row)


def repeat(item, row):
    """Take the repeat: an RRULE in newer files, else seconds and a mode."""
    if row.get("repeats"):
        way = way_of(is_true(row, "repeats_from_current_date"))
        item.repeat_by(str(row["repeats"]), repeat_from=way)
        return
    seconds = number_in(row, "repeat_after")
    mode = number_in(row, "repeat_mode")
    hours = f"every {seconds / HOUR:g} hours"
    if mode == MONTHLY:
        # Vikunja goes on from 31 January to 3 March, which nobody wants: months clamp here.
        item.repeat_as("FREQ=MONTHLY", "every month")
    elif seconds and mode not in (FROM_DUE, FROM_COMPLETION):
        item.repeat_in_words(
            f"{hours} (mode {mode:g})",
            "It isn't known here.",
        )
    elif seconds < 0 or seconds % DAY:
        item.repeat_in_words(hours, "It isn't by whole days.")
    elif seconds:
        is_older_mark = is_true(row, "repeat_from_current_date")
        way = way_of(mode == FROM_COMPLETION or is_older_mark)
        repeat_by_days(item, int(seconds // DAY), way)


def way_of(is_from_completion):
    return "completion" if is_from_completion else "due"


def repeat_by_days(item, days, way):
    """Take a repeat after so many days, by weeks if they are whole ones."""
    words = f"every {days:g} days"
    rule = f"FREQ=DAILY;INTERVAL={days}"
    if days % 7 == 0:
        rule = f"FREQ=WEEKLY;INTERVAL={days // 7}"
    item.repeat_as(rule, words, way)
