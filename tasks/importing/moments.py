"""Days and moments of other programs' files. Pure: no Django."""

import re
from datetime import UTC, date, datetime, time, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tasks.dates import can_be_meant
from tasks.importing.plan import shortened

A_DAY = re.compile(r"[0-9]{4}(-?)[0-9]{2}\1[0-9]{2}")
NEVER = "0001-01-01"  # what Go and .NET write for no moment
LONGEST = 40  # characters of a moment


@cache
def known_zones() -> set[str]:
    return available_timezones()


def zone_named(name: object) -> tzinfo | None:
    """Return the time zone of a name, also of Windows, such as “Pacific Standard Time”.

    None for an unknown one. ZoneInfo itself opens any path.
    """
    if not isinstance(name, str):
        return None
    name = WINDOWS_TO_OLSON.get(name, name)
    if name in known_zones():
        return ZoneInfo(name)
    return None


def is_nothing(text: object) -> bool:
    """Return whether a value stands for no moment."""
    if isinstance(text, str):
        return text == "" or text.startswith(NEVER)
    return text is None


def moment(text: str, naive: tzinfo = UTC) -> datetime:
    """Parse a moment in ISO 8601 as an aware datetime; naive is the zone of one without.

    Raise ValueError for an impossible moment, or one that nobody can mean.
    """
    if len(text) > LONGEST:
        raise ValueError("This is longer than any moment.")
    at = datetime.fromisoformat(text.strip())
    if not at.tzinfo:
        at = at.replace(tzinfo=naive)
    if not can_be_meant(at.date()):
        raise ValueError("Nobody can mean that.")
    return at.astimezone(UTC)


def due(
    text: str, own: tzinfo, user: tzinfo, is_day: bool | None = None, naive: tzinfo = UTC
) -> tuple[date, time | None]:
    """Return the day of a due moment, and the time on it, in the user's zone.

    own is the zone that goes with the moment. With is_day, it stands for its day there; with None,
    it does so if it is midnight there. A text that is a day is that day. naive is the zone of a
    moment without one. Raise ValueError for an impossible moment.
    """
    text = text.strip()
    if A_DAY.fullmatch(text):
        day = date.fromisoformat(text)
        if not can_be_meant(day):
            raise ValueError("Nobody can mean that.")
        return day, None
    at = moment(text, naive)
    there = at.astimezone(own)
    is_midnight = there.time() == time()
    if is_day or (is_day is None and is_midnight):
        return there.date(), None
    here = at.astimezone(user)
    return here.date(), here.time().replace(microsecond=0)


def noon(day: date, zone: tzinfo) -> str:
    """Return the noon of a day in ISO 8601, for a moment of which only the day is known."""
    at = datetime.combine(day, time(12), zone)
    return at.astimezone(UTC).isoformat()


def in_words(text: str, zone: tzinfo) -> str:
    """Return a moment as a day in a zone, with the time unless it is midnight there or in UTC.

    A text that is no moment is returned as it is, shortened.
    """
    try:
        at = moment(text)
    except (ValueError, OverflowError):
        return shortened(text)
    local = at.astimezone(zone)
    if time() in (local.time(), at.time()):
        return f"{local:%Y-%m-%d}"
    return f"{local:%Y-%m-%d %H:%M}"
