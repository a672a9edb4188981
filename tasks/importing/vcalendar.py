"""Components and properties of iCalendar files (RFC 5545). Pure: no Django.

The icalendar package reads lines, texts, days and durations. Its parser of whole files isn't used:
it keeps the time zones that a file defines for all files that come after it, so those of other
users, and expands their rules without a limit.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from icalendar.parser import Contentline, Contentlines
from icalendar.parser.property import split_on_unescaped_comma, unescape_backslash
from icalendar.prop import vDDDTypes

from tasks.importing.files import Unreadable

BEGIN = "BEGIN:VCALENDAR"
MOST_LINES = 1_000_000
LONGEST_QUOTED = 1_000_000  # characters of a line with quoted parameters
# A line without quotes and escapes before its value, as nearly all are: read at once.
PLAIN = re.compile(r"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=[^;:,\"\\^\s]*)*):(.*)", re.DOTALL)
NO_PARAMETERS = {}
DEEPEST = 20  # components within components; calendars need four
CUT_OFF = "This calendar isn't whole: it may have been cut off. Export it again."


@dataclass(slots=True)
class Value:
    """A property: its value as the file has it, and its parameters, {NAME: value}."""

    raw: str
    params: dict

    @property
    def text(self) -> str:
        return unescape_backslash(self.raw)

    @property
    def texts(self) -> list[str]:
        """The texts of a list, such as CATEGORIES."""
        return split_on_unescaped_comma(self.raw)

    def part_of(self, raw: str) -> "Value":
        """Return a value of a list, with the parameters of the list."""
        return Value(raw, self.params)

    @property
    def when(self) -> date | datetime | timedelta:
        """The value as a date, a datetime or a duration. Raise ValueError for anything else.

        A datetime has a zone if the value is in UTC; that of TZID is left to the reader.
        """
        found = vDDDTypes.from_ical(self.raw.strip())
        if not isinstance(found, (date, timedelta)):
            raise ValueError("This is no date and no duration.")
        return found

    @property
    def zone(self) -> str:
        """The name of the time zone that goes with the value."""
        return str(self.params.get("TZID", ""))


@dataclass(slots=True)
class Component:
    """A component such as VTODO: its values, {NAME: [Value]}, and its parts."""

    name: str
    values: dict = field(default_factory=dict)
    parts: list = field(default_factory=list)

    def add(self, name: str, value: Value) -> None:
        self.values.setdefault(name, []).append(value)

    def all(self, name: str) -> list[Value]:
        return self.values.get(name, [])

    def first(self, name: str) -> Value | None:
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str:
        found = self.first(name)
        return found.text if found else ""

    def named(self, name: str) -> list:
        """The parts of this name."""
        return [part for part in self.parts if part.name == name]


def is_calendar(text: str) -> bool:
    return text[:200].lstrip().upper().startswith(BEGIN)


def calendars_in(text: str) -> tuple[list[Component], int]:
    """Return the calendars of a text, and how many of its lines can't be read.

    Raise Unreadable if a component doesn't end, or ends before it begins.
    """
    if text.count("\n") > MOST_LINES:
        raise Unreadable("This calendar contains more lines than can be imported at once.")
    top = Component("")
    stack = [top]
    broken = 0
    for line in Contentlines.from_ical(text):
        if not line.strip():
            continue
        try:
            name, value = parts_of(line)
        except ValueError:
            broken += 1
        else:
            take(stack, name, value)
    if len(stack) > 1:
        raise Unreadable(CUT_OFF)
    return top.named("VCALENDAR"), broken


def take(stack: list[Component], name: str, value: Value) -> None:
    """Take a line: the beginning or the end of a component, or a value of the last one."""
    if name == "BEGIN":
        stack.append(begun(stack, value.raw))
    elif name == "END":
        ended(stack, value.raw)
    else:
        stack[-1].add(name, value)


def parts_of(line: Contentline) -> tuple[str, Value]:
    """Return the name of a line, in upper case, and its value. Raise ValueError for a broken one.

    The icalendar package goes through a line character by character, so a plain one is read here.
    """
    if plain := PLAIN.fullmatch(line):
        name, said, raw = plain.groups()
        params = NO_PARAMETERS
        if said:
            parts = said[1:].split(";")
            pairs = [part.partition("=") for part in parts]
            params = {key.upper(): value for key, _, value in pairs}
        return name.upper(), Value(raw, params)
    if len(line) > LONGEST_QUOTED:
        raise ValueError("This line is too long to be read.")
    name, params, raw = line.raw_parts()
    return name.upper(), Value(raw, dict(params))


def begun(stack: list[Component], name: str) -> Component:
    """Return a new component, which is a part of the last one of the stack."""
    if len(stack) > DEEPEST:
        raise Unreadable("The components of this calendar are nested too deeply.")
    component = Component(name.strip().upper())
    stack[-1].parts.append(component)
    return component


def ended(stack: list[Component], name: str) -> None:
    """Take the last component off the stack. Raise Unreadable if another one ends here."""
    if len(stack) == 1:
        raise Unreadable(CUT_OFF)
    last = stack.pop()
    if last.name != name.strip().upper():
        raise Unreadable(CUT_OFF)
