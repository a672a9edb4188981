"""The time zones of an iCalendar file (RFC 5545, section 3.6.5). Pure: no Django."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from tasks import recurrence
from tasks.importing.moments import zone_named
from tasks.importing.vcalendar import Component

OFFSET = re.compile(r"([+-])([0-9]{2})([0-9]{2})([0-9]{2})?")
LOOK_BACK = timedelta(800)  # each zone that changes by a rule has changed in so many days
EARLIEST = datetime(1900, 1, 1)  # noqa: DTZ001 (local times of a zone)


class Zones:
    """The time zones of a file, by the names that its values use."""

    def __init__(self, calendars: list[Component], user: tzinfo):
        """user is the zone of times that name none."""
        self.user = user
        self.known = {}
        self.own = {}
        for calendar in calendars:
            for component in calendar.named("VTIMEZONE"):
                name = component.text("TZID")
                self.own.setdefault(name, component)

    def moment(self, at: datetime, name: str) -> tuple[datetime, bool]:
        """Return a local time as an aware datetime, and whether its zone is known.

        A time without a zone, and one of an unknown zone, are the user's.
        """
        if at.tzinfo:
            return at.astimezone(UTC), True
        if not name:
            return at.replace(tzinfo=self.user), True
        if name not in self.known:
            self.known[name] = self.found(name)
        zone = self.known[name]
        if isinstance(zone, OwnZone):
            zone = timezone(zone.offset_at(at))
        return at.replace(tzinfo=zone or self.user), zone is not None

    def found(self, name: str):
        """Return the zone of this name: a common one if possible, or one that the file defines."""
        own = self.own.get(name)
        common = map(zone_named, possible_names(name, own))
        zone = next(filter(None, common), None)
        if zone or not own:
            return zone
        try:
            return OwnZone(own)
        except ValueError:
            return None


def possible_names(name: str, own: Component | None) -> list[str]:
    """Return the names that a zone may be known by: its own, the end of it, or one that it says."""
    parts = name.split("/")
    names = [
        name,
        "/".join(parts[-2:]),
        "/".join(parts[-3:]),
    ]
    if own:
        names.append(own.text("X-LIC-LOCATION"))
    return names


class OwnZone:
    """A time zone that a file defines by its changes of offset, once a year or on given days."""

    def __init__(self, component: Component):
        """Raise ValueError for a zone without changes, or with rules that aren't understood."""
        self.changes = [Change(part) for part in component.parts]
        if not self.changes:
            raise ValueError("This time zone has no offset.")

    def offset_at(self, at: datetime) -> timedelta:
        """Return the offset from UTC of a local time."""
        last, latest = EARLIEST, None
        for change in self.changes:
            moment = change.last_before(at)
            if moment >= last:
                last, latest = moment, change
        if last > EARLIEST:
            return latest.to
        first = min(self.changes, key=lambda change: change.start)
        return first.of


class Change:
    """A change of a zone's offset: STANDARD or DAYLIGHT, with its days."""

    def __init__(self, component: Component):
        """Raise ValueError if a value is missing, or its rule isn't understood."""
        self.start = local(component, "DTSTART")
        self.of = offset(component, "TZOFFSETFROM")
        self.to = offset(component, "TZOFFSETTO")
        self.rule = rule_of(component)
        further = range(len(component.all("RDATE")))
        self.others = [local(component, "RDATE", number) for number in further]

    def last_before(self, at: datetime) -> datetime:
        """Return the last moment of this change, in local time, that isn't after `at`."""
        by_rule = self.by_rule(at.date())
        moments = [self.start, *self.others, *by_rule]
        past = [moment for moment in moments if moment <= at]
        return max(past, default=EARLIEST)

    def by_rule(self, day: date) -> list[datetime]:
        """Return the last moments by the rule, up to a day."""
        if not self.rule:
            return []
        look_back = min(LOOK_BACK, day - date.min)
        days = recurrence.between(
            self.rule,
            anchor=self.start.date(),
            after=day - look_back,
            last=day,
        )
        clock = self.start.time()
        return [datetime.combine(day, clock) for day in days]


def rule_of(component: Component) -> str:
    """Return the rule of a change, "" without one. Raise ValueError if it isn't understood."""
    found = component.first("RRULE")
    if not found:
        return ""
    rule = recurrence.write(recurrence.read(found.raw))
    if "FREQ=YEARLY" not in rule or "COUNT=" in rule:
        raise ValueError("A time zone changes by the year.")
    return rule


def local(component: Component, name: str, number: int = 0) -> datetime:
    """Return a local time of a component. Raise ValueError if it isn't there."""
    found = component.all(name)[number:]
    if not found:
        raise ValueError(f"{name} is missing.")
    at = found[0].when
    if isinstance(at, timedelta):
        raise ValueError(f"{name} is no moment.")
    if not isinstance(at, datetime):
        at = datetime.combine(at, time())
    return at.replace(tzinfo=None)


def offset(component: Component, name: str) -> timedelta:
    """Return an offset from UTC, such as +0100. Raise ValueError if it isn't there."""
    match = OFFSET.fullmatch(component.text(name).strip())
    if not match:
        raise ValueError(f"{name} is no offset.")
    sign, hours, minutes, seconds = match.groups()
    found = timedelta(
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds or 0),
    )
    if found >= timedelta(days=1):
        raise ValueError(f"{name} is more than a day.")
    return -found if sign == "-" else found
