"""Our own JSON: docs/export-format.md."""

import re
from datetime import date

from accounts.models import User
from tasks.dates import LONGEST_BEFORE, can_be_meant
from tasks.exporting.content import FORMAT, SETTINGS, VERSION
from tasks.forms.searches import MOST_SEARCHES
from tasks.importing.files import Unreadable
from tasks.importing.rules import Reading
from tasks.models import SavedSearch, Task, TaskList
from tasks.reminders import MOST
from tasks.search import LONGEST

NAME = "Todosite (JSON)"
SEARCH_LENGTH = SavedSearch._meta.get_field("name").max_length
HISTORY = "It is there to be read, and isn't imported: it is about other tasks than the new ones."
SECRETS = "Its addresses, password, second factors and sessions stay where they are."


def find(file):
    """Return the data of a file, or of a file in a ZIP file, if it's an export of ours."""
    for part in file.parts:
        if part.text.lstrip()[:1] == "{" and f'"{FORMAT}"' in part.text:
            said = part.json
            if isinstance(said, dict) and said.get("format") == FORMAT:
                return said
    return None


def read(said, plan, today):
    refuse_others(said)
    plan.is_ours = True
    lists = read_named(said, plan, "lists", "list", read_list)
    tags = read_named(said, plan, "tags", "tag", read_tag)
    read_tasks(said, plan, lists, tags)
    read_searches(said, plan)
    read_settings(said, plan, lists, tags)
    if said.get("acts"):
        plan.leave("The history", HISTORY)
    plan.leave("The account", SECRETS)


def refuse_others(said):
    """Raise Unreadable for an export of a later version, or an incomplete one."""
    version = said.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Unreadable("The file doesn't say of which version of the format it is.")
    if version > VERSION:
        raise Unreadable(
            f"A newer Todosite has made this file (version {version} of the format; this one reads"
            f" {VERSION}). Import it there, or update this Todosite."
        )
    if said.get("complete") is not True:
        raise Unreadable("The file was cut off: its end is missing. Export it again.")


def rows_of(said, plan, key):
    """Return the rows of a part; skip and note rows that are no objects."""
    part = said.get(key, [])
    if not isinstance(part, list):
        plan.leave(f"“{key}”", "It is no list of things, so it is left out.")
        return []
    rows = [row for row in part if isinstance(row, dict)]
    if len(rows) < len(part):
        plan.leave(
            f"“{key}”",
            f"{len(part) - len(rows)} of them say nothing that can be read.",
        )
    return rows


def read_named(said, plan, key, name, read_one):
    """Read lists or tags into the plan. Return their numbers there, {id: number}."""
    numbers, rows = {}, getattr(plan, key)
    for number, row in enumerate(rows_of(said, plan, key), 1):
        read_row = read_one(
            Reading(plan, f"{name} {number}"),
            row,
        )
        if read_row["name"].strip():
            numbers[id_of(row.get("id"))] = len(rows)
            rows.append(read_row)
        else:
            plan.leave(f"{name} {number}", "It has no name, so it is left out.")
    numbers.pop(None, None)
    return numbers


def id_of(value):
    """Return the id of a row in the file; None if invalid."""
    is_id = isinstance(value, (int, str)) and not isinstance(value, bool)
    return value if is_id else None


def read_list(reading, row):
    color = reading.one_of(
        row.get("color"),
        TaskList.Color.values,
        "colour",
        TaskList.Color.GREY,
    )
    return {
        "name": reading.list_name(row.get("name")),
        "color": str(color),
        "archived_at": reading.moment(row.get("archived_at"), "day of the archive"),
        "deleted_at": reading.moment(row.get("deleted_at"), "day of the deletion"),
    }


def read_tag(reading, row):
    return {
        "name": reading.tag_name(row.get("name")),
        "deleted_at": reading.moment(row.get("deleted_at"), "day of the deletion"),
    }


def read_tasks(said, plan, lists, tags):
    rows = rows_of(said, plan, "tasks")
    numbers = {id_of(row.get("id")): number for number, row in enumerate(rows)}
    numbers.pop(None, None)
    for number, row in enumerate(rows, 1):
        reading = Reading(plan, f"task {number}")
        fields = read_task(reading, row)
        plan.add_task(
            where=reading.where,
            list=read_home(reading, row, lists, fields),
            tags=references(reading, row.get("tags"), tags),
            series=reference(reading, row.get("series"), numbers, "task that goes on"),
            steps=read_steps(reading, row.get("steps")),
            reminders=read_reminders(reading, row.get("reminders")),
            **fields,
        )


def read_home(reading, row, lists, fields):
    """Return the number of a task's list. Only a task in the trash may be in a deleted list."""
    number = reference(reading, row.get("list"), lists, "list")
    if number is None or fields["deleted_at"]:
        return number
    if reading.plan.lists[number]["deleted_at"]:
        reading.leave("Its list is in the trash, so the task goes to the Inbox.")
        return None
    return number


def reference(reading, value, numbers, name):
    """Return the number of the row with this id; None if the file doesn't have it."""
    if value is None:
        return None
    number = numbers.get(id_of(value))
    if number is None:
        reading.leave(f"The {name} isn't in the file.")
    return number


def references(reading, values, numbers):
    if not isinstance(values, list):
        values = []
    found = [reference(reading, value, numbers, "tag") for value in values]
    return list(dict.fromkeys(number for number in found if number is not None))


def read_task(reading, row):
    title, notes = reading.title(
        row.get("title"),
        reading.notes(row.get("notes")),
    )
    created_at = reading.moment(row.get("created_at"), "moment of creation")
    return {
        "title": title,
        "notes": notes,
        "priority": reading.one_of(row.get("priority"), Task.Priority.values, "priority", 0),
        "typed": reading.typed(row.get("typed")),
        "completed_at": reading.moment(row.get("completed_at"), "moment of completion"),
        "created_at": created_at,
        "updated_at": reading.moment(row.get("updated_at"), "moment of the last change"),
        "deleted_at": reading.moment(row.get("deleted_at"), "moment of the deletion"),
        "place": read_place(row.get("place")),
        **read_dates(reading, row, notes),
    }


def read_place(value):
    is_place = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return value if is_place else None


def read_dates(reading, row, notes):
    """Return the date, the time and the repeat; a rule that isn't understood goes to the notes."""
    day = reading.day(row.get("due_date"))
    clock = reading.clock(row.get("due_time"))
    if clock and not day:
        reading.leave("A time needs a date, so it is left out.")
        clock = None
    anchor = reading.day(row.get("repeat_anchor"), "first day")
    rule, why_not = reading.repeat(row.get("repeat"), day, anchor)
    if why_not:
        reading.leave(f"It doesn't repeat. {why_not} The rule is in the notes.")
        notes = f"{notes}\n\nRepeat: {reading.words(row['repeat'], 'repeat')[:1000]}".strip()
    ways = Task.RepeatFrom.values
    return {
        "due_date": day,
        "due_time": clock,
        "repeat": rule,
        "repeat_from": reading.one_of(row.get("repeat_from"), ways, "way to count", "due"),
        "repeat_anchor": anchor,
        "missed": reading.one_of(row.get("missed"), Task.Missed.values, "way to miss", "pass"),
        "notes": notes,
    }


def read_steps(reading, rows):
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        reading.leave("Its steps can't be read, so they are left out.")
        return []
    return [
        {
            "title": reading.line(row.get("title"), "title of a step", 255),
            "done": reading.yes_or_no(row.get("done"), "done"),
            "deleted_at": reading.moment(row.get("deleted_at"), "day of the deletion"),
        }
        for row in rows
    ]


def read_reminders(reading, rows):
    """Return the reminders of a task, each once, and at most MOST."""
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        reading.leave("Its reminders can't be read, so they are left out.")
        return []
    found = {}
    for row in rows:
        reminder = read_reminder(reading, row)
        if reminder:
            own = tuple(reminder[key] for key in ["minutes_before", "on_date", "at_time"])
            found.setdefault(own, reminder)
    if len(found) > MOST:
        reading.leave(f"It has more than {MOST} reminders. The rest is left out.")
    return list(found.values())[:MOST]


def read_reminder(reading, row):
    """Return a reminder in the form of a plan, None if it says no moment."""
    minutes = row.get("minutes_before")
    is_number = isinstance(minutes, int) and not isinstance(minutes, bool)
    minutes = minutes if is_number and 0 <= minutes <= LONGEST_BEFORE else None
    day, clock = reading.day(row.get("on_date")), reading.clock(row.get("at_time"))
    has_moment = day is not None and clock is not None and can_be_meant(date.fromisoformat(day))
    if (minutes is not None) == has_moment:
        reading.leave("A reminder says no moment, so it is left out.")
        return None
    return {
        "minutes_before": minutes,
        "on_date": day if has_moment else None,
        "at_time": clock if has_moment else None,
        "snoozed_until": reading.moment(row.get("snoozed_until"), "end of the snooze"),
    }


def read_searches(said, plan):
    rows = rows_of(said, plan, "searches")
    for number, row in enumerate(rows[:MOST_SEARCHES], 1):
        read_search(plan, row, f"saved search {number}")
    if len(rows) > MOST_SEARCHES:
        words = f"There are more than {MOST_SEARCHES}, so {len(rows) - MOST_SEARCHES} are left out."
        plan.leave("The saved searches", words)


def read_search(plan, row, where):
    reading = Reading(plan, where)
    search = {
        "name": reading.line(row.get("name"), "name", SEARCH_LENGTH),
        "q": reading.line(row.get("q"), "search", LONGEST),
        "completed": reading.yes_or_no(row.get("completed"), "completed"),
    }
    if search["name"].strip() and search["q"].strip():
        plan.searches.append(search)
    else:
        reading.leave("It has no name or searches for nothing, so it is left out.")


def read_settings(said, plan, lists, tags):
    settings = said.get("settings")
    if not isinstance(settings, dict):
        return
    reading = Reading(plan, "The settings")
    for name in SETTINGS:
        if name == "arrangements" or name not in settings:
            continue
        field = User._meta.get_field(name)
        try:
            plan.settings[name] = field.clean(settings[name], None)
        except Exception:
            reading.leave(f"“{name}” is none that is known here.")
    read_arrangements(settings.get("arrangements"), plan, lists, tags)


def read_arrangements(said, plan, lists, tags):
    """Read how pages are sorted and grouped. Those of lists and tags are named by their ids."""
    if not isinstance(said, dict):
        return
    for key, arrangement in list(said.items())[:1000]:
        if not is_arrangement(arrangement):
            continue
        page, _, pk = key.partition("-")
        if not is_name(page):
            continue
        row = {
            "page": page,
            "arrangement": {name: arrangement[name] for name in ["sort", "group"]},
        }
        numbers = {"list_detail": lists, "tag_detail": tags}.get(page, {})
        if pk:
            number = numbers.get(number_in(pk))
            if number is None:
                continue
            kind = page.removesuffix("_detail")
            row[kind] = number
        plan.arrangements.append(row)


def number_in(text):
    is_number = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if is_number else None


def is_name(page):
    """Return whether a text can be the name of a page; no other is kept."""
    return page.isascii() and page.isidentifier() and len(page) <= 50


def is_arrangement(value):
    if not isinstance(value, dict):
        return False
    words = [value.get("sort"), value.get("group")]
    return all(isinstance(word, str) and re.fullmatch("[a-z_]{0,20}", word) for word in words)
