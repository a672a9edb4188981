"""The reminders of a task, as its page shows them."""

from datetime import timedelta

from django.utils.functional import cached_property

from tasks import reminder_words, snoozing
from tasks.forms.reminders import OF_DAY, OF_TIMED_TASK, ReminderForm
from tasks.reminders import FAILED, MOST, SENT, WAITING

SOON = timedelta(days=1)  # before it comes, a reminder can be snoozed


class ReminderRow:
    """A reminder as a row: its setting and its state, in words."""

    def __init__(self, reminder, task, clock, hour):
        self.pk = reminder.pk
        self.words = capitalized(reminder_words.words_of(reminder, task, clock, hour))
        self.state = reminder.state
        self.status = self.in_words(reminder, task, clock)
        self.can_snooze = not task.completed and self.comes_soon(reminder, clock)

    @staticmethod
    def comes_soon(reminder, clock):
        """Return whether a reminder comes so soon that it can be snoozed."""
        if not reminder.moment:
            return False
        return reminder.moment <= clock.now + SOON

    @staticmethod
    def in_words(reminder, task, clock):
        """Return the state of a reminder in words."""
        if reminder.state == WAITING:
            return when_it_comes(reminder, clock)
        if reminder.state == SENT:
            return f"Sent {clock.within_day(reminder.settled_at)}"
        if reminder.state == FAILED:
            return "The email could not be delivered"
        if task.completed:
            return "Off while the task is completed"
        if reminder.moment is None:
            return "Off without a date"
        if reminder.answer:
            return f"Not sent. {reminder.answer}"
        return "This time has passed"


def when_it_comes(reminder, clock):
    """Return when a reminder comes; "" if the words of its setting say so already."""
    if reminder.snoozed_until:
        return f"Snoozed until {clock.within_day(reminder.moment)}"
    if reminder.minutes_before is None:
        return ""
    return clock.when(reminder.moment)


def capitalized(words):
    return words[:1].upper() + words[1:]


class Reminders:
    """The reminders of a task, and the ways to add one.

    `form` is a tasks.forms.reminders.ReminderForm, bound if a reminder could not be added.
    """

    def __init__(self, task, clock, form=None):
        self.task = task
        self.clock = clock
        self.form = form or ReminderForm(task=task)
        self.hour = task.user.reminder_hour

    @cached_property
    def rows(self):
        """The reminders of the task, by one query."""
        found = self.task.reminders.in_order()
        return [ReminderRow(each, self.task, self.clock, self.hour) for each in found]

    @property
    def can_add(self):
        return not self.task.completed and len(self.rows) < MOST

    @property
    def buttons(self):
        """The spans that one press adds and that aren't set yet, as (minutes, words)."""
        if self.task.due_date is None:
            return []
        there = {row.words for row in self.rows}
        spans = OF_TIMED_TASK if self.task.due_time else OF_DAY
        found = []
        for minutes in spans:
            words = capitalized(self.words_of(minutes))
            if words not in there:
                found.append((minutes, words))
        return found

    def words_of(self, minutes):
        if self.task.due_time:
            return reminder_words.before(minutes)
        return reminder_words.before_day(minutes, self.hour, self.clock)

    @property
    def snoozes(self):
        return snoozing.choices(self.clock, self.hour)
