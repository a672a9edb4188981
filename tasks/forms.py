"""Forms for tasks. Each demands user=, and nothing typed into one is lost when it fails."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from accounts import text
from tasks.models import Act, Task

TITLE_LENGTH = Task._meta.get_field("title").max_length
NOTES_LENGTH = 100_000
MAX_PAGE = 10**9
UNKNOWN = "\x00"  # stands for a value that a POST doesn't hold; nobody can have typed it


class TextField(forms.CharField):
    """Text with newlines as "\\n". It has no maxlength, by which a browser cuts what is pasted."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.validators = []  # Django's is for NUL alone; clean_title() and clean_notes() say more

    def to_python(self, value):
        return super().to_python(text.unix_lines(value or ""))


class DateField(forms.DateField):
    """An ISO date, as <input type="date"> sends it."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    input_formats = ["%Y-%m-%d"]
    default_error_messages = {
        "invalid": "Enter a date as year-month-day, such as 2026-03-25, from 0001 to 9999."
    }


class TimeField(forms.TimeField):
    """A time of day in hours and minutes, as <input type="time"> shows it."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    input_formats = ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f"]
    default_error_messages = {"invalid": "Enter a time as hours and minutes, such as 17:30."}


def clean_title(value):
    """Return value as the one line that a title is, or raise ValidationError."""
    refuse_unstorable(value)
    value = " ".join(line.strip() for line in value.splitlines()).strip()
    if not text.legible(value):
        raise ValidationError("Write what there is to do.", code="required")
    refuse_longer(value, TITLE_LENGTH)
    return value


def clean_notes(value):
    """Return value if all of it can be kept, or raise ValidationError."""
    refuse_unstorable(value)
    refuse_longer(value, NOTES_LENGTH)
    return value


def refuse_unstorable(value):
    if found := text.unstorable(value):
        raise ValidationError(
            "There is a character in it that cannot be kept (%(found)s). Remove it, please.",
            params={"found": found},
        )


def refuse_longer(value, limit):
    if len(value) > limit:
        raise ValidationError(
            "This has %(now)s characters; %(limit)s are possible.",
            params={"now": len(value), "limit": limit},
        )


def submission(data, task_pk):
    """Return what tells this submission from all others, as a UUID; None if it has no key.

    The form's key alone would not do: the Back button brings the same form back, and what is typed
    into it then is something else. But blanks around a line don't count: app.js gives it back with
    one.
    """
    try:
        key = uuid.UUID(data.get("key", ""))
    except ValueError:
        return None
    typed = {name: data[name] for name in set(data) - {"csrfmiddlewaretoken", "next"}}
    typed["text"] = typed.get("text", "").strip()
    return uuid.uuid5(key, repr((task_pk, sorted(typed.items()))))


class BaseTaskForm(forms.ModelForm):
    """What adding and editing have in common: a task of user, its due date, its notes.

    Its key makes a submission take effect once, however often it arrives: `submission`.
    """

    key = forms.CharField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)
    due_date = DateField(label="Due", required=False)
    due_time = TimeField(label="Time", required=False)
    description = TextField(
        label="Notes", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, data=None, *args, user, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.user = user
        self.submission = submission(data or {}, self.instance.pk)
        if self.instance.pk and self.instance.user_id != user.pk:
            raise ValueError("This task belongs to somebody else.")
        self.instance.user = user

    def clean_description(self):
        value = self.cleaned_data["description"]
        return clean_notes(value) if "description" in self.changed_data else value

    def clean(self):
        cleaned = self.cleaned_data
        if cleaned.get("due_time") and not cleaned.get("due_date", "has an error of its own"):
            self.add_error("due_date", "A time needs a date.")

    def add(self):
        """Insert the new task; return the result of the act that adds it."""
        self.instance.add()
        return {"task": self.instance.pk}

    def _get_validation_exclusions(self):
        # Else Django asks the database whether the time has a date; clean() says it by the field.
        # Private API: test_queries.py has the number that would tell of a change.
        return super()._get_validation_exclusions() | {"due_time"}


class AddForm(BaseTaskForm):
    """One line, and the other fields of a task where a form has them."""

    text = TextField(
        label="What is there to do?",
        required=False,  # clean_title() says it better
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = Task
        fields = ["due_date", "due_time", "description"]

    field_order = ["text"]

    def clean_text(self):
        self.instance.title = clean_title(self.cleaned_data["text"])
        return self.instance.title

    def save(self):
        """Add the task; return it, None if this form had added it before and it is gone since."""
        super().save(commit=False)  # refuses what isn't valid
        act = self.user.acts.once(self.submission, Act.Kind.ADD, self.add)
        if act.result["task"] == self.instance.pk:
            return self.instance
        return self.user.tasks(manager="everything").filter(pk=act.result["task"]).first()


class TaskForm(BaseTaskForm):
    """An edit that merges with what happened to the task since it was shown.

    The page posts each field with the value that it showed (initial-…), and the version of the
    task. A field that I changed is written; one that I left, or that isn't in the form at all,
    stays as the row has it. Where the row changed in the same field meanwhile, the form is
    invalid: `clashes` has the row's value, my own stays in the box, and the next attempt, which
    has seen both, decides. Give it an instance that is locked (select_for_update).
    """

    title = TextField(
        required=False,  # old tasks may lack one: clean_title() asks only those who edit it
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Task
        fields = ["title", "due_date", "due_time", "description"]

    def __init__(self, data=None, *, instance, **kwargs):
        super().__init__(data, instance=instance, initial={"version": instance.version}, **kwargs)
        self.clashes = {}
        # The row as it is now: validation puts the form's values into the instance.
        self.now = {name: getattr(instance, name) for name in self.Meta.fields}
        for name in self.Meta.fields:
            self.fields[name].show_hidden_initial = True
        if self.is_bound:
            self.data = self._with_baseline(data)

    def _as_shown(self, name):
        """Return the row's value of a field as a page shows it, such as "14:30"."""
        return self.fields[name].widget.format_value(self.now[name]) or ""

    def _with_baseline(self, data):
        """Return data where each field has a value and the one that it was shown with.

        A POST that doesn't come from our page may lack both. What it doesn't hold it doesn't
        change; and without the values that it saw, its version tells whether they are the row's.
        """
        data = data.copy()
        up_to_date = data.get("version") in (None, "", str(self.instance.version))
        for name in self.Meta.fields:
            initial_name = self.add_initial_prefix(name)
            if name not in data:
                data[name] = data[initial_name] = self._as_shown(name)
            elif initial_name not in data:
                data[initial_name] = self._as_shown(name) if up_to_date else UNKNOWN
        return data

    def clean_title(self):
        value = self.cleaned_data["title"]
        return clean_title(value) if "title" in self.changed_data else value

    def clean(self):
        for name in self.Meta.fields:
            if name not in self.changed_data:
                self.cleaned_data[name] = self.now[name]
            elif self._clashes(name):
                self.clashes[name] = self.now[name]
                theirs = self._as_shown(name)
                words = (
                    f"Meanwhile this became:\n{theirs}" if theirs else "Meanwhile this was emptied."
                )
                self.add_error(name, f"{words}\nSave again to put yours in its place.")
        super().clean()

    def _clashes(self, name):
        """Did the row change too, in a field that I changed, and to something else?"""
        to_python, shown = self.fields[name].to_python, self[name].html_initial_name
        try:
            now, mine = to_python(self._as_shown(name)), to_python(self.data[name])
            return now != mine and now != to_python(self.data[shown])
        except ValidationError:  # mine can't be read, which is said already; or shown is UNKNOWN
            return self.data[shown] == UNKNOWN

    @cached_property
    def took_effect(self):
        """Was this very submission saved before? Not if the task is as it was shown."""
        if not self.submission or self.data.get("version") == str(self.instance.version):
            return False
        return self.user.acts.filter(key=self.submission).exists()

    def is_valid(self):
        return self.took_effect or super().is_valid()

    def full_clean(self):
        super().full_clean()
        if self.is_bound and self._errors:
            self._rebase()

    def _rebase(self):
        """Show the row as it is now, but for what I changed: the next attempt has seen both."""
        for name in self.Meta.fields:
            self.data[self.add_initial_prefix(name)] = self._as_shown(name)
            if name not in self.changed_data:
                self.data[name] = self._as_shown(name)
        self.data["version"] = self.instance.version

    def save(self):
        """Write what this edit changes; return False if that is nothing. Sent again, it did."""
        if self.took_effect:
            return True
        changes = {name: self.cleaned_data[name] for name in self.Meta.fields}
        changes = {name: new for name, new in changes.items() if new != self.now[name]}
        if not changes:
            return False
        self.user.acts.create(
            key=self.submission, kind=Act.Kind.EDIT, result={"task": self.instance.pk}
        )
        return self.instance.edit(**changes)


class NumberField(forms.IntegerField):
    """Digits and nothing else: Python's int() takes 1_0, too."""

    def to_python(self, value):
        if value and not (value.isascii() and value.isdecimal()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class ListingForm(forms.Form):
    """Which tasks a listing shows: ?status=&page=&limit="""

    status = forms.ChoiceField(
        choices=[("", "All"), ("pending", "Open"), ("completed", "Completed")],
        required=False,
    )
    page = NumberField(min_value=1, max_value=MAX_PAGE, required=False)
    limit = NumberField(min_value=1, max_value=100, required=False)

    def reason(self):
        """Return a sentence that says which part of the address makes no sense."""
        limits = {
            "status": "must be pending or completed",
            "page": f"must be a whole number from 1 to {MAX_PAGE}",
            "limit": "must be a whole number from 1 to 100",
        }
        return " ".join(f"“{name}” {limits[name]}." for name in self.errors)
