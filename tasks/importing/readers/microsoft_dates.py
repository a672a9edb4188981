"""Moments of Microsoft Graph: a local time, with the name of its zone, also one of Windows.

https://learn.microsoft.com/graph/api/resources/datetimetimezone; seen in November 2026.
"""

from datetime import time, timedelta

from tasks.importing.moments import is_nothing, moment
from tasks.importing.shapes import dict_of


def moment_in(item, said):
    """Return a moment with its zone, as text; the user's zone, with a note, if it's unknown."""
    said = dict_of(said)
    words = said.get("dateTime")
    if is_nothing(words):
        return None
    try:
        return moment(str(words), zone_in(item, said)).isoformat()
    except (ValueError, OverflowError):
        return words


def zone_in(item, said):
    name = said.get("timeZone") or ""
    return item.zone_of(str(name))


def take_due(item, said):
    """Take the day that a due moment stands for."""
    words = said.get("dateTime")
    if is_nothing(words):
        return
    own = zone_in(item, said)
    try:
        at = moment(str(words), own).astimezone(own)
    except (ValueError, OverflowError):
        item.due(words)
        return
    day = day_of(item, at)
    item.due(day.isoformat())


def day_of(item, at):
    """Return the day of which a moment is the midnight: in its zone, the user's, or another."""
    if at.time() == time():
        return at.date()
    here = at.astimezone(item.plan.zone)
    if here.time() == time():
        return here.date()
    day = at.date()
    if at.hour >= 12:  # the midnight of another zone, from noon on east of Greenwich
        day += timedelta(1)
    item.leave(f"Its due date is a midnight elsewhere ({at:%Y-%m-%d %H:%M}), taken for {day}.")
    return day
