"""Files of other programs as plans, and plans in words, for the tests of readers."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from tasks.importing.files import File
from tasks.importing.reading import plan_of

SAMPLES = Path(__file__).parent / "imports"
BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 12, 1)  # a Tuesday
PRIORITIES = ["", "low", "medium", "high"]


def raw_sample(name):
    """Return the bytes of a sample, such as "trello/board.json"."""
    return (SAMPLES / name).read_bytes()


def plan_of_text(text, name="file", zone=BERLIN):
    """Return the plan of a file with this text or these bytes, for a user in Berlin."""
    raw = text if isinstance(text, bytes) else text.encode()
    return plan_of(File(name, raw), TODAY, 20_000, zone=zone)


def plan_of_sample(name):
    return plan_of_text(raw_sample(name), Path(name).name)


def lines_of(plan):
    """Return each task in one line: list, title, priority, due date, repeat, tags and steps."""
    return [line_of(plan, task) for task in plan.tasks]


def line_of(plan, task):
    home = "Inbox"
    if task["list"] is not None:
        home = plan.lists[task["list"]]["name"]
    says = [f"{home}:", task["title"], PRIORITIES[task["priority"]], task["due_date"]]
    says.append((task["due_time"] or "").removesuffix(":00"))
    if task["repeat"]:
        says.append(task["repeat"] + {"due": "", "completion": "!"}[task["repeat_from"]])
    says += [f"#{plan.tags[number]['name']}" for number in task["tags"]]
    if task["completed_at"]:
        says.append(f"✓{task['completed_at'].removesuffix('+00:00')}")
    steps = [("✓" if step["done"] else "") + step["title"] for step in task["steps"]]
    if steps:
        says.append(f"({'; '.join(steps)})")
    return " ".join(filter(None, says))


def notes_of(plan):
    """Return the notes of the tasks that have some, {title: notes}."""
    return {task["title"]: task["notes"] for task in plan.tasks if task["notes"]}


def reminders_of(plan):
    """Return the reminders of the tasks that have some: {title: [minutes before, or moment]}."""
    found = {}
    for task in plan.tasks:
        for row in task["reminders"]:
            own = f"{row.get('on_date')} {row.get('at_time', '').removesuffix(':00')}"
            found.setdefault(task["title"], []).append(row.get("minutes_before", own))
    return found


def said(plan):
    """Return the data that can't be carried over, with the reasons, as one text."""
    return "\n".join(f"{where}: {words}" for where, words in plan.left)
