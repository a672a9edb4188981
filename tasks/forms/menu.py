"""The fields of a task's menu."""

from django import forms
from django.core.exceptions import ValidationError

from tasks.forms.fields import TextField
from tasks.forms.reading import line_of, said_in
from tasks.forms.tasks import TaskForm
from tasks.models import Task

TITLE = "Task"  # put before a date in words, to make a line of it; no phrase itself
AUTO_ID = "menu-%s"  # since a task's page has fields of the same names
EXAMPLES = "Try 14 dec, fri 3pm or in 2 weeks."


class WhenForm(forms.Form):
    """The due date of a task in words, as quick add reads them: a day, a time or both."""

    when = TextField(
        label="Date in words",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "14 dec, fri 3pm"}),
    )

    def __init__(self, data=None, *, task, user, **kwargs):
        super().__init__(data, auto_id=AUTO_ID, **kwargs)
        self.task = task
        self.user = user

    def clean_when(self):
        """Return due_date and due_time. A time alone keeps the task's day, a day alone its time."""
        text = self.cleaned_data["when"].strip()
        if not text:
            raise ValidationError(f"Enter a date. {EXAMPLES}")
        task = self.task
        how = {
            "offers": False,
            "reminds": False,
            "put_on": task.due_date,
        }
        line = line_of(self.user, f"{TITLE} {text}", **how)
        now = {
            "due_date": task.due_date,
            "due_time": task.due_time,
        }
        said = said_in(line, now)
        if line.said.title != TITLE or set(said) != {"due_date", "due_time"}:
            raise ValidationError(f"“{text}” can't be read as one date. {EXAMPLES}")
        return said


class TagsForm(TaskForm):
    """The tags of a task, without its other fields."""

    title = due_date = due_time = priority = list = description = None
    merged = ["tags"]

    class Meta:
        model = Task
        fields = []
