"""The rules for values of a file: each is converted so that it can be stored, or left out.

Nothing is lost silently: the plan notes every changed or missing value with its place.
"""

import re
from datetime import UTC, date, datetime, time

from accounts import text
from tasks import recurrence
from tasks.dates import can_be_meant
from tasks.forms.fields import NOTES_LENGTH, TAG_LENGTH, TITLE_LENGTH
from tasks.importing.files import LONGEST_CELL
from tasks.importing.plan import SHOWN_IN_A_ROW, shortened
from tasks.models import Task, TaskList

LONGEST_RULE = Task._meta.get_field("repeat").max_length
LIST_LENGTH = TaskList._meta.get_field("name").max_length
FIRST_YEAR, LAST_YEAR = 1900, 2200  # of moments


class Reading:
    """Reads the values of one row of a file into its plan, and notes unusable ones."""

    def __init__(self, plan, where):
        """where identifies the row for its user, such as “line 7”."""
        self.plan = plan
        self.where = where

    def leave(self, words):
        self.plan.leave(self.where, words)

    def words(self, value, name):
        """Return a text without unstorable characters; "" if it's no text."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.leave(f"The {name} is not text, so it is left out.")
            return ""
        if text.UNSTORABLE.search(value):
            self.leave(f"The {name} holds characters that cannot be kept. They are left out.")
            value = text.UNSTORABLE.sub("", value)
        return value

    def line(self, value, name, longest):
        """Return a text of at most so many characters; note if the rest was left out."""
        words = self.words(value, name)
        if len(words) > longest:
            self.leave(f"The {name} has more than {longest} characters. The rest is left out.")
        return words[:longest]

    def title(self, value, notes=""):
        """Return a title and the notes; the notes get the whole of a title that is too long."""
        words = self.words(value, "title")
        if len(words) <= TITLE_LENGTH:
            return words, notes
        self.leave(f"The title has more than {TITLE_LENGTH} characters. The notes have all of it.")
        return words[:TITLE_LENGTH], f"{words}\n\n{notes}".strip()

    def notes(self, value):
        return self.line(value, "note", LONGEST_CELL)  # those of the old system may be long

    def typed(self, value):
        return self.line(value, "line as it was typed", NOTES_LENGTH)

    def list_name(self, value):
        return self.line(value, "name of the list", LIST_LENGTH)

    def tag_name(self, value):
        """Return the name of a tag as one word; spaces, commas and # in it become hyphens."""
        name = self.line(value, "name of the tag", TAG_LENGTH).strip()
        word = re.sub(r"[\s,#]+", "-", name)
        if word != name:
            self.leave(f"A tag is one word, so {quoted(name)} becomes {quoted(word)}.")
        return word

    def one_of(self, value, choices, name, otherwise):
        """Return a value if it's one of the choices, else the default `otherwise`."""
        if type(value) in (int, str) and value in choices:  # 1.0 and True are 1, too
            return value
        if value not in (None, ""):
            self.leave(f"The {name} {quoted(value)} isn't known here.")
        return otherwise

    def yes_or_no(self, value, name):
        """Return a yes or no of the file; no, with a note, for a value that is neither."""
        if value is None or isinstance(value, bool):
            return bool(value)
        self.leave(f"“{name}” says neither yes nor no: {quoted(value)}. It is taken for no.")
        return False

    def day(self, value, name="date"):
        """Return a day in ISO 8601, None for an empty or impossible one."""
        return self.parsed(
            value,
            date.fromisoformat,
            f"{name} {{}} doesn't exist",
        )

    def clock(self, value):
        """Return a time of day with its seconds, without a zone."""
        found = self.parsed(value, time.fromisoformat, "time {} doesn't exist")
        if found and time.fromisoformat(found).tzinfo:
            self.leave(f"The time {quoted(value)} names a zone. It is left out.")
            return None
        return found

    def moment(self, value, name):
        """Return a moment in UTC, also if it has no zone. None for an impossible one."""

        def read(words):
            at = datetime.fromisoformat(words)
            if not FIRST_YEAR <= at.year <= LAST_YEAR:
                raise ValueError("Nobody can mean that.")
            if not at.tzinfo:
                at = at.replace(tzinfo=UTC)
            return at.astimezone(UTC)

        return self.parsed(
            value,
            read,
            f"{name} {{}} is no moment",
        )

    def parsed(self, value, parse, complaint):
        """Return the result of parse() as JSON; None, with a note, if it fails."""
        if value in (None, ""):
            return None
        try:
            if isinstance(value, str):
                return parse(value).isoformat()
        except (ValueError, OverflowError):
            pass
        self.leave(f"The {complaint.format(quoted(value))}. It is left out.")
        return None

    def repeat(self, rule, due_date, anchor):
        """Return (rule, "") if the rule and its days are valid, else ("", the reason).

        anchor is the first day of its series, or None; both days are in ISO 8601.
        """
        rule = self.words(rule, "repeat")
        if not rule:
            return "", ""
        if len(rule) > LONGEST_RULE:
            return "", "It is too long."
        try:
            recurrence.read(rule)
        except ValueError as error:
            return "", str(error)
        days = [date.fromisoformat(day) for day in (due_date, anchor) if day]
        if not due_date:
            return "", "A repeat needs a date."
        if not all(map(can_be_meant, days)):
            return "", "It begins on an impossible date."
        return rule, ""


def quoted(value):
    """Return a value of the file in quotes, shortened before any work is done on it."""
    start = str(value)[: 2 * SHOWN_IN_A_ROW]
    words = text.UNSTORABLE.sub("", start)
    return f"“{shortened(text.legible(words))}”"


def place(number, title):
    """Return the place of a row that has no line: its number, with its title."""
    if isinstance(title, str) and title.strip():
        return f"{number}, {quoted(title)}"
    return number
