"""The shape of Super Productivity's backups: rows by their ids, in several places. Pure."""

from tasks.importing.shapes import dict_of, dicts, key_of, list_of


def entities_of(state):
    """Return the rows of a kind by their ids, in their order; further ones after these."""
    rows = dict_of(dict_of(state).get("entities"))
    ids = [key for key in list_of(dict_of(state).get("ids")) if isinstance(key, str)]
    order = dict.fromkeys([*ids, *rows])
    return {key: rows[key] for key in order if isinstance(rows.get(key), dict)}


def places_in(tasks):
    """Return the places of tasks among those of their parents, {(id of the parent, id): place}."""
    found = {}
    for key, task in tasks.items():
        for place, part in enumerate(list_of(task.get("subTaskIds"))):
            found[key, key_of(part)] = place
    return found


def archives_in(data):
    """Return the states of the tasks in both archives."""
    return [dict_of(data.get(name)).get("task") for name in ("archiveYoung", "archiveOld")]


def planned_days(data):
    """Return the days of older versions' planner, {id of the task: day}."""
    days = dict_of(dict_of(data.get("planner")).get("days"))
    return {key_of(key): day for day, keys in days.items() for key in list_of(keys)}


def reminders_in(data):
    """Return the moments of older versions' reminders, {id of the task: milliseconds}."""
    rows = dicts(data.get("reminders"))
    return {key_of(row.get("relatedId")): row.get("remindAt") for row in rows}
