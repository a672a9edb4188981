"""Whether an import brings back all that an export holds: for tests, and the command of 20,000."""

import json
from copy import deepcopy

from tasks.exporting.files import write_export
from tasks.importing.adding import add
from tasks.importing.files import File
from tasks.importing.preview import Choices, Preview
from tasks.importing.reading import plan_of

# Of the account itself, of this moment, or to be read alone.
NOT_CARRIED = ["exported_at", "account", "secrets", "addresses", "sessions", "events", "unsent"]
NOT_CARRIED += ["acts", "changes"]


def exported(user, kind="json"):
    """Return the bytes of an export."""
    with write_export(user, kind) as file:
        return file.read()


def imported(user, raw, *, again=True, settings=True):
    """Import a file into an account; return the act."""
    plan = plan_of(File("file", raw), user.today(), 60_000)
    return add(Preview(user, plan, Choices(again, settings)))


def set_by_user(reminder):
    """Return the setting of a reminder. Its delivery is planned anew by an import."""
    return [reminder[key] for key in ["minutes_before", "on_date", "at_time", "snoozed_until"]]


def comparable(raw):
    """Return the contents of an export without ids, which become numbers in their own order.

    Tasks are sorted by the order of their lists instead of by the lists' ids.
    """
    said = deepcopy(json.loads(raw))
    for key in NOT_CARRIED:
        del said[key]
    lists = {row.pop("id"): number for number, row in enumerate(said["lists"])}
    tags = {row.pop("id"): number for number, row in enumerate(said["tags"])}
    said["tasks"].sort(key=lambda row: lists.get(row["list"], len(lists)))
    tasks = {row.pop("id"): number for number, row in enumerate(said["tasks"])}
    for row in said["tasks"]:
        row["list"] = lists.get(row["list"])
        row["series"] = tasks.get(row["series"])
        row["tags"] = sorted(tags[tag] for tag in row["tags"])
        row["reminders"] = [set_by_user(reminder) for reminder in row["reminders"]]
    arrangements = {}
    for key, arrangement in said["settings"]["arrangements"].items():
        page, _, pk = key.partition("-")
        numbers = {"list_detail": lists, "tag_detail": tags}.get(page, {})
        number = numbers.get(int(pk)) if pk else None
        if not pk or number is not None:  # others are of lists that are gone
            arrangements[page, number] = arrangement
    said["settings"]["arrangements"] = arrangements
    return said
