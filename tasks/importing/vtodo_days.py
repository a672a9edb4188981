"""The days of a VTODO: its due day, the start of its repeat, and its present occurrence."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import chain

from tasks import recurrence
from tasks.importing.plan import shortened

NOT_EXACT = {
    "RDATE": "It has further dates of its own.",
    "EXRULE": "A second rule takes dates away.",
}
MOST_COUNTED = 20  # days that are looked up in a series
LATER = "Some of its later dates are left out or moved, which can't be done here."


@dataclass
class Day:
    """A day of a file, with a time or without, in the zone that goes with it."""

    day: date
    clock: time | None
    zone: tzinfo
    text: str  # for Item.due()

    @classmethod
    def of(cls, at):
        """Return the day and time of an aware datetime, of which midnight stands for its day."""
        day = at.date()
        clock = at.time()
        if clock == time():
            return cls(
                day,
                None,
                at.tzinfo,
                day.isoformat(),
            )
        return cls(
            day,
            clock,
            at.tzinfo,
            at.isoformat(),
        )

    @property
    def start(self):
        """The moment of a day with a time."""
        return datetime.combine(self.day, self.clock, self.zone)

    def plus(self, duration):
        """Return the day that is so much later. Raise OverflowError after the last year."""
        if self.clock is None:
            later = self.day + duration
            return Day(
                later,
                None,
                self.zone,
                later.isoformat(),
            )
        later = self.start + duration
        return Day(
            later.date(),
            later.time(),
            self.zone,
            later.isoformat(),
        )

    def day_of(self, other):
        """Return the day of another Day, as it is in the zone of this one."""
        if other.clock is None or self.clock is None:
            return other.day
        return other.start.astimezone(self.zone).date()

    def in_words(self, user):
        """Return the day, or the day and time on the clock of the user's zone."""
        if self.clock is None:
            return f"{self.day}"
        local = self.start
        with suppress(OverflowError):  # the last day of the calendar, or the first
            local = local.astimezone(user)
        return f"{local:%Y-%m-%d %H:%M}"


def day_of(value, zones, item):
    """Return a value of the file as a Day; None, with a note, if it's none.

    Midnight in the zone of a value stands for its day, and so does that of a value in UTC where
    the user is.
    """
    if value is None:
        return None
    try:
        at = value.when
        if isinstance(at, timedelta):
            raise ValueError("This is no day.")
        if not isinstance(at, datetime):
            return Day(
                at,
                None,
                zones.user,
                at.isoformat(),
            )
        moment, is_known = zones.moment(at, value.zone)
        moment = in_zone_of_midnight(moment, zones.user)
    except (ValueError, OverflowError):
        item.say("Date, which doesn't exist", shortened(value.raw))
        return None
    if not is_known:
        item.leave(f"Its time zone “{shortened(value.zone)}” isn't known here, so yours is taken.")
    return Day.of(moment)


def in_zone_of_midnight(moment, user):
    """Return a moment in UTC in the user's zone, if it is midnight there; any other as it is."""
    if moment.tzinfo is not UTC:
        return moment
    local = moment.astimezone(user)
    if local.time() == time():
        return local
    return moment


def start_and_due(todo, zones, item):
    """Return the days of DTSTART and DUE. Without DUE, it is DTSTART plus DURATION, if given.

    That of a repeat which isn't due is the day on which it starts.
    """
    start = day_of(todo.first("DTSTART"), zones, item)
    due = day_of(todo.first("DUE"), zones, item)
    length = todo.first("DURATION")
    if due is None and start is not None and length is not None:
        try:
            due = start.plus(length.when)
        except (ValueError, TypeError, OverflowError):
            item.say("Duration", shortened(length.raw))
    if due is None and start is not None and todo.first("RRULE"):
        item.leave("It repeats, but isn't due. The day on which it starts is taken as its date.")
        due = start
    return start, due


def take_days(item, todo, zones, exceptions):
    """Take due date, start and repeat. Return the Day that it starts on, None if it has none.

    exceptions are the RECURRENCE-IDs of other VTODOs.
    """
    start, due = start_and_due(todo, zones, item)
    if due is not None:
        item.due(due.text, zone=due.zone)
    if start is not None and start.text != getattr(due, "text", ""):
        item.say("Start", start.in_words(zones.user))
    further = todo.all("RDATE")
    rules = todo.all("RRULE")
    if further and not rules:
        item.say("Further dates", joined(further, ", "))
    if rules:
        counted_from = due
        if start and due and start.day <= due.day:
            counted_from = start
        left_out = days_left_out(item, todo, zones, exceptions, counted_from)
        text = joined(rules, " and ")
        why = why_not(todo, exceptions, due)
        if why:
            item.repeat_in_words(text, why)
        else:
            take_repeat(item, text, counted_from, due, left_out)
    return start


def joined(values, between):
    """Return values as the file has them, in one line."""
    return between.join(value.raw for value in values)


def days_left_out(item, todo, zones, exceptions, start):
    """Return the days on which a repeat doesn't occur, as they are in the zone of its start."""
    values = []
    for value in todo.all("EXDATE"):
        values += map(value.part_of, value.texts)
    days = [day_of(value, zones, item) for value in [*values, *exceptions]]
    if start is None:
        return set()
    return {start.day_of(day) for day in days if day}


def why_not(todo, exceptions, due):
    """Return the reason why the repeat of a VTODO can't be the same here; "" if it may be."""
    if due is None:
        return "A repeat needs a date."
    if len(todo.all("RRULE")) > 1:
        return "It has more than one rule."
    if any("RANGE" in value.params for value in exceptions):
        return LATER
    for name, why in NOT_EXACT.items():
        if todo.all(name):
            return why
    return ""


def take_repeat(item, text, start, due, exceptions):
    """Take the repeat of an RRULE, and move it to its first occurrence that isn't an exception.

    start is the Day that the rule counts from, due the Day that the first occurrence is due.
    exceptions are the days on which it doesn't occur, counted as start.
    """
    item.repeat_by(
        text,
        start=start.day,
        clock=start.clock,
        zone=start.zone,
    )
    if not item.repeat:
        return
    anchor = date.fromisoformat(item.due_date)
    distance = anchor - start.day
    left_out = {other + distance for other in exceptions}
    days = (day for day in days_of(item.repeat, anchor) if day not in left_out)
    first = next(days, None)
    if first is None:
        item.repeat_in_words(text, "It has no date left.")
        return
    item.due_date = first.isoformat()
    later = [other for other in left_out if other > first]
    if leaves_out(item.repeat, anchor, later):
        item.repeat_in_words(text, LATER)


def days_of(repeat, anchor):
    """Return the anchor of a series, and all of its days."""
    rule = recurrence.read(repeat)
    before = anchor - timedelta(1)
    series = recurrence.days_after(rule, anchor, before, 0)
    return chain([anchor], series)


def leaves_out(rule, anchor, days):
    """Return whether one of these later days belongs to a series; likely ones aren't counted."""
    if "COUNT=" in rule or len(days) > MOST_COUNTED:
        return bool(days)
    return any(recurrence.is_day_of(rule, anchor=anchor, day=day) for day in days)
