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
    return next(
        (part for part in file.parts if part.columns >= NEEDED),
        None,
    )


def read(file, plan, today):
    plan.is_ours = True
    lists, tags = {}, {}
    for line, cells in file.rows(set(COLUMNS)):
        plan.rows += 1
        row = {name: restored(cell) for name, cell in cells.items()}
        read_row(
            Reading(plan, f"line {line}"),
            row,
            lists,
            tags,
        )
    number_places(plan)
    plan.leave("The file", LEFT_OUT)
    header = file.header(file.delimiter(set(COLUMNS)))
    if unknown := [name for name in header if name not in COLUMNS]:
        plan.leave(
            "The header",
            f"These columns aren't known: {', '.join(unknown)[:500]}.",
        )


def read_row(reading, row, lists, tags):
    """Read a row like a row of our JSON."""
    plan = reading.plan
    priority = PRIORITIES.get(row.get("Priority", "").strip().lower())
    if priority is None:
        reading.leave(f"The priority “{row['Priority'][:80]}” isn't known here.")
    said = {
        "title": row.get("Title"),
        "notes": row.get("Notes"),
        "priority": priority or 0,
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
        home = number_of(name, lists, plan.lists, color="grey", archived_at=None)
    plan.add_task(
        where=reading.where,
        list=home,
        tags=[number_of(tag, tags, plan.tags) for tag in tags_in(reading, row)],
        steps=steps_in(reading, row.get("Steps", "")),
        **fields,
    )


def number_of(name, numbers, rows, **fields):
    """Return the number of a list or tag in the plan; add it the first time."""
    lower = name.lower()
    if lower not in numbers:
        numbers[lower] = len(rows)
        rows.append({"name": name, "deleted_at": None, **fields})
    return numbers[lower]


def tags_in(reading, row):
    names = TagsField().to_python(reading.words(row.get("Tags"), "tags"))
    return [reading.tag_name(name) for name in names]


def steps_in(reading, cell):
    """Return the steps of a cell: one a line, which begins with a mark for done or not."""
    steps = []
    for line in cell.split("\n"):
        if line.startswith((DONE, NOT_DONE)):
            title = reading.line(
                line[len(DONE) :],
                "title of a step",
                255,
            )
            steps.append({"title": title, "done": line.startswith(DONE), "deleted_at": None})
        elif line.strip():
            title = reading.line(line.strip(), "title of a step", 255)
            steps.append({"title": title, "done": False, "deleted_at": None})
    return steps


def number_places(plan):
    """Give each task its place, since the rows are in the order by hand."""
    last = {}
    for task in plan.tasks:
        last[task["list"]] = task["place"] = last.get(task["list"], 0) + 1
