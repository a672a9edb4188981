"""Our own JSON: docs/export-format.md."""

import re
from datetime import date

from accounts.models import User
from tasks.dates import LONGEST_BEFORE, can_be_meant
from tasks.exporting.content import FORMAT, SETTINGS, VERSION
from tasks.forms.searches import MOST_SEARCHES
from tasks.importing.files import Unreadable
from tasks.importing.rules import Reading
from tasks.importing.shapes import dict_of, dicts, list_of
from tasks.models import SavedSearch, Task, TaskList
from tasks.reminders import MOST
from tasks.search import LONGEST

NAME = "Todosite (JSON)"
SEARCH_LENGTH = SavedSearch._meta.get_field("name").max_length
HISTORY = "It is there to be read, and isn't imported: it is about other tasks than the new ones."
MOST_ARRANGEMENTS = 1000
SECRETS = "Its addresses, password, second factors and sessions stay where they are."


def find(file):
    """Return the data of a file, or of a file in a ZIP file, if it's an export of ours."""
    for part in file.parts:
        if is_likely(part.text):
            said = dict_of(part.json)
            if said.get("format") == FORMAT:
                return said
    return None


def is_likely(text):
    """Return whether a text may be an export of ours, before it is read as JSON."""
    return text.lstrip().startswith("{") and f'"{FORMAT}"' in text


def read(said, plan, today):
    """Fill the plan with each part of an export that can be imported."""
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
    if not is_number(version) or version < 1:
        raise Unreadable("The file doesn't say of which version of the format it is.")
    if version > VERSION:
        raise Unreadable(
            f"A newer Todosite has made this file (version {version} of the format; this one reads"
            f" {VERSION}). Import it there, or update this Todosite."
        )
    if said.get("complete") is not True:
        raise Unreadable("The file was cut off: its end is missing. Export it again.")


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def rows_of(said, plan, key):
    """Return the rows of a part; skip and note rows that are no objects."""
    part = said.get(key, [])
    if not isinstance(part, list):
        plan.leave(f"“{key}”", "It is no list of things, so it is left out.")
        return []
    rows = dicts(part)
    others = len(part) - len(rows)
    if others:
        plan.leave(
            f"“{key}”",
            f"{others} of them say nothing that can be read.",
        )
    return rows


def read_named(said, plan, key, name, read_one):
    """Read lists or tags into the plan. Return their numbers there, {id: number}."""
    numbers = {}
    rows = getattr(plan, key)
    for number, row in enumerate(rows_of(said, plan, key), 1):
        reading = Reading(plan, f"{name} {number}")
        read_row = read_one(reading, row)
        if read_row["name"].strip():
            pk = id_of(row.get("id"))
            numbers[pk] = len(rows)
            rows.append(read_row)
        else:
            reading.leave("It has no name, so it is left out.")
    numbers.pop(None, None)
    return numbers


def id_of(value):
    """Return the id of a row in the file; None if invalid."""
    is_id = is_number(value) or isinstance(value, str)
    return value if is_id else None


def read_list(reading, row):
    """Return a list in the form of a plan."""
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
        "deleted_at": read_deletion(reading, row),
    }


def read_tag(reading, row):
    """Return a tag in the form of a plan."""
    return {
        "name": reading.tag_name(row.get("name")),
        "deleted_at": read_deletion(reading, row),
    }


def read_deletion(reading, row):
    return reading.moment(row.get("deleted_at"), "day of the deletion")


def read_tasks(said, plan, lists, tags):
    """Read all tasks into the plan. lists and tags are their numbers there, {id: number}."""
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
    number = reference(
        reading,
        row.get("list"),
        lists,
        "list",
    )
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
    """Return the numbers of a task's tags, each once."""
    found = [reference(reading, value, numbers, "tag") for value in list_of(values)]
    known = (number for number in found if number is not None)
    return list(dict.fromkeys(known))


def read_task(reading, row):
    """Return the columns of a task, but for its relations to other rows."""
    title, notes = reading.title(
        row.get("title"),
        reading.notes(row.get("notes")),
    )
    created_at = reading.moment(row.get("created_at"), "moment of creation")
    priority = reading.one_of(
        row.get("priority"),
        Task.Priority.values,
        "priority",
        0,
    )
    return {
        "title": title,
        "notes": notes,
        "priority": priority,
        "typed": reading.typed(row.get("typed")),
        "completed_at": reading.moment(row.get("completed_at"), "moment of completion"),
        "created_at": created_at,
        "updated_at": reading.moment(row.get("updated_at"), "moment of the last change"),
        "deleted_at": reading.moment(row.get("deleted_at"), "moment of the deletion"),
        "place": read_place(row.get("place")),
        **read_dates(reading, row, notes),
    }


def read_place(value):
    is_place = is_number(value) and value > 0
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
        words = reading.words(row["repeat"], "repeat")
        notes = f"{notes}\n\nRepeat: {words[:1000]}".strip()
    return {
        "due_date": day,
        "due_time": clock,
        "repeat": rule,
        "repeat_from": read_way_to_count(reading, row),
        "repeat_anchor": anchor,
        "missed": read_way_to_miss(reading, row),
        "notes": notes,
    }


def read_way_to_count(reading, row):
    """Return the day that a repeat counts from: the due date, or that of completion."""
    return reading.one_of(
        row.get("repeat_from"),
        Task.RepeatFrom.values,
        "way to count",
        "due",
    )


def read_way_to_miss(reading, row):
    """Return what a repeat does with days that were missed."""
    return reading.one_of(
        row.get("missed"),
        Task.Missed.values,
        "way to miss",
        "pass",
    )


def parts_of_task(reading, rows, name):
    """Return the steps or reminders of a task, as the file has them; none, noted, if unreadable."""
    if rows is None:
        return []
    if isinstance(rows, list) and len(dicts(rows)) == len(rows):
        return rows
    reading.leave(f"Its {name} can't be read, so they are left out.")
    return []


def read_steps(reading, rows):
    """Return the steps of a task in the form of a plan."""
    rows = parts_of_task(reading, rows, "steps")
    return [read_step(reading, row) for row in rows]


def read_step(reading, row):
    """Return a step in the form of a plan."""
    return {
        "title": reading.line(row.get("title"), "title of a step", 255),
        "done": reading.yes_or_no(row.get("done"), "done"),
        "deleted_at": read_deletion(reading, row),
    }


def read_reminders(reading, rows):
    """Return the reminders of a task, each once, and at most MOST."""
    found = {}
    for row in parts_of_task(reading, rows, "reminders"):
        reminder = read_reminder(reading, row)
        if reminder:
            own = tuple(reminder[key] for key in ["minutes_before", "on_date", "at_time"])
            found.setdefault(own, reminder)
    reminders = list(found.values())
    if len(reminders) > MOST:
        reading.leave(f"It has more than {MOST} reminders. The rest is left out.")
    return reminders[:MOST]


def read_reminder(reading, row):
    """Return a reminder in the form of a plan, None if it says no moment, or two."""
    minutes = read_minutes(row.get("minutes_before"))
    day, clock = read_moment(reading, row)
    if (minutes is None) == (day is None):
        reading.leave("A reminder says no moment, so it is left out.")
        return None
    return {
        "minutes_before": minutes,
        "on_date": day,
        "at_time": clock,
        "snoozed_until": reading.moment(row.get("snoozed_until"), "end of the snooze"),
    }


def read_minutes(value):
    """Return how many minutes a reminder comes before its task; None for an impossible number."""
    is_possible = is_number(value) and 0 <= value <= LONGEST_BEFORE
    return value if is_possible else None


def read_moment(reading, row):
    """Return the day and time of a reminder; None and None if it doesn't have both."""
    day = reading.day(row.get("on_date"))
    clock = reading.clock(row.get("at_time"))
    if day is None or clock is None:
        return None, None
    if not can_be_meant(date.fromisoformat(day)):
        return None, None
    return day, clock


def read_searches(said, plan):
    """Read the saved searches into the plan, at most MOST_SEARCHES."""
    rows = rows_of(said, plan, "searches")
    for number, row in enumerate(rows[:MOST_SEARCHES], 1):
        read_search(plan, row, f"saved search {number}")
    others = len(rows) - MOST_SEARCHES
    if others > 0:
        words = f"There are more than {MOST_SEARCHES}, so {others} are left out."
        plan.leave("The saved searches", words)


def read_search(plan, row, where):
    """Read a saved search into the plan, unless it lacks a name or what it looks for."""
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
    """Read the settings that this version knows into the plan."""
    settings = said.get("settings")
    if not isinstance(settings, dict):
        return
    reading = Reading(plan, "The settings")
    for name in SETTINGS:
        if name in settings and name != "arrangements":
            read_setting(reading, name, settings[name])
    read_arrangements(
        settings.get("arrangements"),
        plan,
        lists,
        tags,
    )


def read_setting(reading, name, value):
    """Read a setting into the plan; note one with a value that isn't known."""
    field = User._meta.get_field(name)
    try:
        reading.plan.settings[name] = field.clean(value, None)
    except Exception:
        reading.leave(f"“{name}” is none that is known here.")


def read_arrangements(said, plan, lists, tags):
    """Read how pages are sorted and grouped. Those of lists and tags are named by their ids."""
    pages = list(dict_of(said).items())
    for key, arrangement in pages[:MOST_ARRANGEMENTS]:
        page, _, pk = key.partition("-")
        if not is_arrangement(arrangement) or not is_name(page):
            continue
        row = {
            "page": page,
            "arrangement": {
                "sort": arrangement["sort"],
                "group": arrangement["group"],
            },
        }
        if pk:
            numbers = {"list_detail": lists, "tag_detail": tags}.get(page, {})
            number = numbers.get(pk_in(pk))
            if number is None:
                continue
            kind = page.removesuffix("_detail")
            row[kind] = number
        plan.arrangements.append(row)


def pk_in(text):
    """Return the number that a text is, None for any other text."""
    is_id = text.isascii() and text.isdecimal() and len(text) < 19
    return int(text) if is_id else None


def is_name(page):
    """Return whether a text can be the name of a page; no other is kept."""
    return page.isascii() and page.isidentifier() and len(page) <= 50


def is_arrangement(value):
    """Return whether a value names a sort and a grouping, known here or not."""
    if not isinstance(value, dict):
        return False
    return is_word(value.get("sort")) and is_word(value.get("group"))


def is_word(value):
    return isinstance(value, str) and bool(re.fullmatch("[a-z_]{0,20}", value))
