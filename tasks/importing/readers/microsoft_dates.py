"""Moments of Microsoft Graph: a local time, with the name of its zone, also one of Windows.

https://learn.microsoft.com/graph/api/resources/datetimetimezone; seen in November 2026.
"""

from datetime import time, timedelta

from tasks.importing.moments import is_nothing, moment
from tasks.importing.shapes import dict_of


def moment_in(item, said):
    """Return a moment with its zone, as text; the user's zone, with a note, if it's unknown."""
    said = dict_of(said)
    if is_nothing(said.get("dateTime")):
        return None
    try:
        return moment(str(said["dateTime"]), zone_in(item, said)).isoformat()
    except (ValueError, OverflowError):
        return said["dateTime"]


def zone_in(item, said):
    return item.zone_of(str(said.get("timeZone") or ""))


def take_due(item, said):
    """Take the day that a due moment stands for."""
    if is_nothing(said.get("dateTime")):
        return
    own = zone_in(item, said)
    try:
        at = moment(str(said["dateTime"]), own).astimezone(own)
    except (ValueError, OverflowError):
        item.due(said["dateTime"])
        return
    here = at.astimezone(item.plan.zone)
    day = at.date()
    if at.time() != time() and here.time() == time():
        day = here.date()
    elif at.time() != time():  # the midnight of another zone, from noon on east of Greenwich
        day = day + timedelta(at.hour >= 12)
        item.leave(f"Its due date is a midnight elsewhere ({at:%Y-%m-%d %H:%M}), taken for {day}.")
    item.due(day.isoformat())
