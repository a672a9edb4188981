"""Our own CSV: docs/export-format.md."""

from tasks.exporting.cells import restored
from tasks.exporting.table import COLUMNS, DONE, NOT_DONE
from tasks.forms.fields import TagsField
from tasks.importing.readers.todosite_json import read_task
from tasks.importing.rules import Reading
from tasks.models import Task

NAME = "Todosite (CSV)"
NEEDED = {"List", "Title", "Due date", "Created (UTC)"}
PRIORITIES = {"": 0} | {label.lower(): value for value, label in Task.Priority.choices}
LEFT_OUT = (
    "A CSV file holds no trash, colours, archived lists, saved searches and settings, and not which"
    " task goes on where one is done. The JSON file does."
)


def find(file):
    """Return the file with our columns: this one, or one in a ZIP file."""
    for part in file.parts:
        if part.columns >= NEEDED:
            return part
    return None


def read(file, plan, today):
    """Fill the plan; lists and tags are added as the rows name them."""
    plan.is_ours = True
    lists = {}
    tags = {}
    for line, cells in file.rows(set(COLUMNS)):
        plan.rows += 1
        reading = Reading(plan, f"line {line}")
        row = {name: restored(cell) for name, cell in cells.items()}
        read_row(reading, row, lists, tags)
    number_places(plan)
    plan.leave("The file", LEFT_OUT)
    leave_unknown(file, plan)


def leave_unknown(file, plan):
    """Note the columns that aren't ours."""
    header = file.header(file.delimiter(set(COLUMNS)))
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        names = ", ".join(unknown)
        plan.leave(
            "The header",
            f"These columns aren't known: {names[:500]}.",
        )


def read_row(reading, row, lists, tags):
    """Read a row like a row of our JSON."""
    plan = reading.plan
    said = {
        "title": row.get("Title"),
        "notes": row.get("Notes"),
        "priority": priority_of(reading, row),
        "due_date": row.get("Due date"),
        "due_time": row.get("Due time"),
        "repeat": row.get("Repeat"),
        "repeat_from": row.get("Repeat from"),
        "repeat_anchor": row.get("Repeat anchor"),
        "missed": row.get("Missed"),
        "completed_at": row.get("Completed (UTC)"),
        "created_at": row.get("Created (UTC)"),
    }
    fields = read_task(reading, said)
    fields["updated_at"] = fields["completed_at"] or fields["created_at"]
    name = reading.list_name(row.get("List", "")).strip()
    home = None
    if name:
        home = number_of(
            name,
            lists,
            plan.lists,
            color="grey",
            archived_at=None,
        )
    names = tags_in(reading, row)
    plan.add_task(
        where=reading.where,
        list=home,
        tags=[number_of(name, tags, plan.tags) for name in names],
        steps=steps_in(reading, row.get("Steps", "")),
        **fields,
    )


def priority_of(reading, row):
    """Return the number of a priority; 0, with a note, for one that isn't known."""
    name = row.get("Priority", "")
    priority = PRIORITIES.get(name.strip().lower())
    if priority is None:
        reading.leave(f"The priority “{name[:80]}” isn't known here.")
    return priority or 0


def number_of(name, numbers, rows, **fields):
    """Return the number of a list or tag in the plan; add it the first time."""
    lower = name.lower()
    if lower not in numbers:
        numbers[lower] = len(rows)
        row = {"name": name, "deleted_at": None, **fields}
        rows.append(row)
    return numbers[lower]


def tags_in(reading, row):
    """Return the names of a row's tags, each one word."""
    words = reading.words(row.get("Tags"), "tags")
    names = TagsField().to_python(words)
    return [reading.tag_name(name) for name in names]


def steps_in(reading, cell):
    """Return the steps of a cell: one a line, which begins with a mark for done or not."""
    steps = []
    for line in cell.split("\n"):
        title = line.strip()
        if line.startswith((DONE, NOT_DONE)):
            title = line[len(DONE) :]
        elif not title:
            continue
        step = {
            "title": reading.line(title, "title of a step", 255),
            "done": line.startswith(DONE),
            "deleted_at": None,
        }
        steps.append(step)
    return steps


def number_places(plan):
    """Give each task its place, since the rows are in the order by hand."""
    last = {}
    for task in plan.tasks:
        number = task["list"]
        task["place"] = last.get(number, 0) + 1
        last[number] = task["place"]
