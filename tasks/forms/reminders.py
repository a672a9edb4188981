"""The forms of reminders: one more for a task, and a user's settings."""

from datetime import time

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.merging import MergeMixin
from accounts.models import User
from tasks import reminder_words
from tasks.dates import LONGEST_BEFORE, moment
from tasks.forms.fields import DateField, NumberField, TimeField
from tasks.history import Act
from tasks.reminders import MOST

UNITS = [(unit, unit) for unit in reminder_words.UNITS]
# The buttons of a task's page, in minutes before the task.
OF_TIMED_TASK, OF_DAY = [0, 10, 60, 1440], [0, 1440, 7 * 1440]
DEFAULTS = [0, 5, 10, 30, 60, 120, 1440]
TOO_MANY = f"A task can have at most {MOST} reminders. Remove one first."
TOO_LONG = f"A reminder can come at most {LONGEST_BEFORE // reminder_words.DAY} days before."


class ReminderForm(forms.Form):
    """A reminder to add to a task: a span before it, as a number with a unit; or a moment.

    `minutes` is the span of a button; without it, `number` and `unit` or `day` and `at` count.
    """

    minutes = NumberField(required=False, min_value=0, max_value=LONGEST_BEFORE)
    number = NumberField(label="Number", required=False, initial=30)
    unit = forms.ChoiceField(label="Unit", choices=UNITS, required=False)
    day = DateField(label="Date", required=False)
    at = TimeField(label="Time", required=False)

    def __init__(self, data=None, *, task, **kwargs):
        super().__init__(data, auto_id="reminder-%s", **kwargs)
        self.task = task
        self.fields["number"].widget.attrs["inputmode"] = "numeric"

    @property
    def is_moment(self):
        return "day" in self.data or "at" in self.data

    def clean(self):
        if self.errors:
            return
        if self.is_moment:
            self.clean_moment()
        elif self.cleaned_data.get("minutes") is None:
            self.cleaned_data["minutes"] = self.span()
        if self.task.reminders.count() >= MOST:
            raise ValidationError(TOO_MANY)

    def span(self):
        """Return the minutes that were typed as a number of units; None with an error."""
        number = self.cleaned_data.get("number")
        unit = self.cleaned_data.get("unit")
        if number is None:
            self.add_error("number", "Enter how long before the task, such as 30.")
            return None
        minutes = number * reminder_words.UNITS[unit or "minutes"]
        if minutes > LONGEST_BEFORE:
            self.add_error("number", TOO_LONG)
        return minutes

    def clean_moment(self):
        day = self.cleaned_data.get("day")
        at = self.cleaned_data.get("at")
        if not day:
            self.add_error("day", "Enter the date of the reminder.")
        if not at:
            self.add_error("at", "Enter the time of the reminder.")
        if day and at and self.has_passed(day, at):
            self.add_error("day", "This moment has passed. Enter a later one.")

    def has_passed(self, day, at):
        """Return whether a time on a day isn't to come any more for the user."""
        user = self.task.user
        return moment(day, at, user.zone) <= user.now()

    @transaction.atomic
    def add(self):
        """Add the reminder to its task, unless it has the same one already.

        The task is locked first, so that a reminder added at the same time stays. Return the act,
        which is unsaved if nothing changed; None with an error if there is no room for one more.
        """
        self.task.lock()
        minutes, moments = set_of(self.task)
        if len(minutes) + len(moments) >= MOST:
            self.add_error(None, TOO_MANY)
            return None
        cleaned = self.cleaned_data
        if self.is_moment:
            moments.append((cleaned["day"], cleaned["at"]))
        else:
            minutes.append(cleaned["minutes"])
        act = self.task.new_act(Act.Kind.EDIT)
        self.task.set_reminders(minutes, moments, act)
        return act


def set_of(task):
    """Return the reminders of a task as Task.set_reminders() takes them: (minutes, moments)."""
    minutes, moments = [], []
    for reminder in task.reminders.in_order():
        if reminder.minutes_before is None:
            moments.append((reminder.on_date, reminder.at_time))
        else:
            minutes.append(reminder.minutes_before)
    return minutes, moments


def hours(user):
    """Return the hours of the day as choices, in the user's format."""
    clock = user.clock()
    return [(hour, clock.time(time(hour))) for hour in range(24)]


class ReminderSettingsForm(MergeMixin, forms.ModelForm):
    """When and how a user wants to be reminded."""

    default_reminder = forms.TypedChoiceField(
        label="New tasks with a time",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="You can change the reminders of each task on its page.",
    )
    reminder_hour = forms.TypedChoiceField(
        label="Tasks without a time",
        coerce=int,
        help_text="Reminders of a task with a date alone come at this time.",
    )
    reminder_mail = forms.TypedChoiceField(
        label="Reminders by email",
        choices=[("True", "On"), ("False", "Off")],
        coerce="True".__eq__,
    )
    daily_digest = forms.TypedChoiceField(
        label="Daily digest by email",
        choices=[("False", "Off"), ("True", "On")],
        coerce="True".__eq__,
        help_text="What is overdue, due today and due in the next three days, if anything.",
    )
    digest_hour = forms.TypedChoiceField(label="Time of the digest", coerce=int)

    class Meta:
        model = User
        fields = [
            *["default_reminder", "reminder_hour", "reminder_mail"],
            *["daily_digest", "digest_hour"],
        ]

    OF_MAIL = ["reminder_mail", "daily_digest", "digest_hour"]

    def __init__(self, *args, instance, **kwargs):
        super().__init__(*args, instance=instance, **kwargs)
        if not settings.HAS_MAIL:
            for name in self.OF_MAIL:
                del self.fields[name]
        self.merged = list(self.fields)
        spans = sorted({*DEFAULTS, instance.default_reminder or 0})
        words = [(span, reminder_words.before(span).capitalize()) for span in spans]
        self.fields["default_reminder"].choices = [("", "No reminder"), *words]
        for name in {"reminder_hour", "digest_hour"} & self.fields.keys():
            self.fields[name].choices = hours(instance)
        self.begin_merge()

    def save(self):
        self.instance.save_preferences(self.changed_data)
