"""Form fields, and the rules for text typed into them."""

import re
from functools import cache

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts import text
from tasks.dates import FIRST_DAY, LAST_DAY, can_be_meant, year_meant
from tasks.models import Tag, Task

TITLE_LENGTH = Task._meta.get_field("title").max_length
TAG_LENGTH = Tag._meta.get_field("name").max_length
MOST_TAGS = 30  # of a task; more are likely a text pasted by mistake
NOTES_LENGTH = 100_000


class TextField(forms.CharField):
    """A text with "\\n" as line ends. It has no maxlength, which would cut pasted text."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.validators = []  # Django's only refuses NUL; clean_title() and clean_notes() do more

    def to_python(self, value):
        return super().to_python(text.unix_lines(value or ""))


class DateField(forms.DateField):
    """An ISO date, as <input type="date"> sends it, in a year that a person can mean.

    `kept` is a day that is accepted in any year: the stored day of an older row.
    """

    kept = None
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ["%Y-%m-%d"]
    default_error_messages = {
        "invalid": "Enter a date as year-month-day, such as 2026-03-25, from"
        f" {FIRST_DAY.year} to {LAST_DAY.year}."
    }

    def validate(self, value):
        super().validate(value)
        if value and value != self.kept:
            refuse_strange_year(value)


def refuse_strange_year(day):
    """Raise ValidationError for a day that no user means, with the likely year."""
    if can_be_meant(day):
        return
    words = f"Enter a year from {FIRST_DAY.year} to {LAST_DAY.year}, not {day.year}."
    if meant := year_meant(day.year):
        words += f" Did you mean {meant}?"
    raise ValidationError(words, code="year")


class HiddenTime(forms.TimeInput):
    input_type = "hidden"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%H:%M")


class TimeField(forms.TimeField):
    """A time of day in hours and minutes, as <input type="time"> shows it."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    hidden_widget = HiddenTime  # without seconds, or the shown value would count as changed
    input_formats = ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f"]
    default_error_messages = {"invalid": "Enter a time as hours and minutes, such as 17:30."}


def clean_line(value, missing, longest):
    """Return a text as one line. Raise ValidationError, with the message missing if it's empty."""
    refuse_unstorable(value)
    lines = [line.strip() for line in value.splitlines()]
    value = " ".join(lines).strip()
    if not text.legible(value):
        raise ValidationError(missing, code="required")
    refuse_longer(value, longest)
    return value


def clean_title(value):
    """Return a title as one line. Raise ValidationError if it can't be one."""
    return clean_line(value, "Type a task first.", TITLE_LENGTH)


def clean_notes(value):
    """Return notes. Raise ValidationError if they can't be stored."""
    refuse_unstorable(value)
    refuse_longer(value, NOTES_LENGTH)
    return value


def refuse_unstorable(value):
    if found := text.unstorable(value):
        raise ValidationError(
            "This contains a character that cannot be stored (%(found)s). Please remove it.",
            params={"found": found},
        )


def refuse_longer(value, limit):
    if len(value) > limit:
        raise ValidationError(
            "Use at most %(limit)s characters (you typed %(now)s).",
            params={"now": len(value), "limit": limit},
        )


class NumberField(forms.IntegerField):
    """A number in digits only: Python's int() accepts 1_0, too."""

    def to_python(self, value):
        if value and not (value.isascii() and value.isdecimal()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class ListField(forms.TypedChoiceField):
    """One of the user's lists by id, or the Inbox."""

    default_error_messages = {"invalid_choice": "This list no longer exists. Choose another."}

    def __init__(self, **kwargs):
        super().__init__(coerce=int, empty_value=None, required=False, **kwargs)

    def offer(self, user, own, asked=None):
        """Offer the user's lists; own is the task's, in any state, and asked may be archived."""

        @cache
        def choices():
            there = Q(deleted_at=None) & (Q(archived_at=None) | Q(pk=asked))
            lists = user.lists(manager="everything").filter(there | Q(pk=own))
            return [("", "Inbox"), *lists.by_hand().values_list("pk", "name")]

        self.choices = choices


class TagsField(forms.CharField):
    """Names of tags, separated by spaces, commas or #, as a tuple without duplicates."""

    def __init__(self, **kwargs):
        super().__init__(required=False, **kwargs)
        self.validators = []  # Django's only refuses NUL

    def to_python(self, value):
        names = re.split(r"[\s,#]+", value or "")
        return unique_ignoring_case([name for name in names if text.legible(name)])

    def validate(self, value):
        for name in value:
            refuse_unstorable(name)
            if len(name) > TAG_LENGTH:
                raise ValidationError(
                    "A tag can have at most %(limit)s characters. “%(name)s” is longer.",
                    params={"name": name, "limit": TAG_LENGTH},
                )

    def has_changed(self, initial, data):
        return lower(initial) != lower(self.to_python(data))


def checked_tags(tags):
    """Return tags. Raise ValidationError if they are too many for a task."""
    if len(tags) > MOST_TAGS:
        raise ValidationError(
            "A task can have at most %(limit)s tags (you entered %(now)s).",
            params={"now": len(tags), "limit": MOST_TAGS},
        )
    return tags


def unique_ignoring_case(names):
    """Return names without duplicates, ignoring case; the first of each stays."""
    by_name = {name.lower(): name for name in reversed(names)}
    return tuple(reversed(by_name.values()))


def lower(names):
    return {name.lower() for name in names or ()}


class PlainField(forms.Field):
    """The phrases of a line to be kept as text, each in a field of its own, as a list."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value):
        if isinstance(value, str):
            return [value]
        return list(value or [])
