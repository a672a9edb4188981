"""The shape of Super Productivity's backups: rows by their ids, in several places. Pure."""

from tasks.importing.shapes import dict_in, dict_of, dicts_in, key_in, key_of, list_in, list_of


def entities_of(state):
    """Return the rows of a kind by their ids, in their order; further ones after these."""
    state = dict_of(state)
    rows = dict_in(state, "entities")
    ids = [key for key in list_in(state, "ids") if isinstance(key, str)]
    order = dict.fromkeys([*ids, *rows])
    return {key: rows[key] for key in order if isinstance(rows.get(key), dict)}


def places_in(tasks):
    """Return the places of tasks among those of their parents, {(id of the parent, id): place}."""
    found = {}
    for key, task in tasks.items():
        parts = list_in(task, "subTaskIds")
        for place, part in enumerate(parts):
            found[key, key_of(part)] = place
    return found


def archives_in(data):
    """Return the states of the tasks in both archives."""
    archives = [data.get("archiveYoung"), data.get("archiveOld")]
    return [dict_of(archive).get("task") for archive in archives]


def planned_days(data):
    """Return the days of older versions' planner, {id of the task: day}."""
    planner = dict_in(data, "planner")
    found = {}
    for day, keys in dict_in(planner, "days").items():
        for key in list_of(keys):
            found[key_of(key)] = day
    return found


def reminders_in(data):
    """Return the moments of older versions' reminders, {id of the task: milliseconds}."""
    found = {}
    for row in dicts_in(data, "reminders"):
        key = key_in(row, "relatedId")
        found[key] = row.get("remindAt")
    return found
