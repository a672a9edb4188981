"""Forms that edit a task."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance

from tasks.forms.base import UNKNOWN, MergingForm, OwnedForm
from tasks.forms.fields import (
    MOST_TAGS,
    TAG_LENGTH,
    DateField,
    ListField,
    TagsField,
    TextField,
    TimeField,
    checked_tags,
    clean_notes,
    clean_title,
    lower,
)
from tasks.forms.reading import line_of, said_in
from tasks.forms.steps import StepAddForm
from tasks.models import Tag, Task
from tasks.repeating import Series, detach


class BaseTaskForm(OwnedForm):
    """The fields that adding and editing a task share: all but the title."""

    due_date = DateField(label="Due", required=False)
    due_time = TimeField(label="Time", required=False)
    priority = forms.TypedChoiceField(
        choices=Task.Priority.choices,
        coerce=int,
        empty_value=Task.Priority.NONE,
        initial=Task.Priority.NONE,
        required=False,
        widget=forms.RadioSelect,
    )
    list = ListField()
    tags = TagsField(
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "data-longest": TAG_LENGTH, "data-most": MOST_TAGS}
        )
    )
    description = TextField(
        label="Notes", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, data=None, *args, user, **kwargs):
        super().__init__(data, *args, user=user, **kwargs)
        lists = self.fields.get("list")
        if lists:
            lists.offer(
                user,
                self.instance.list_id,
                self.asked_list(),
            )

    def asked_list(self):
        """Return the id of the list in the form, None if invalid."""
        pk = str(self["list"].value() or "")
        if not pk.isdecimal() or len(pk) > 18:
            return None
        return pk

    def clean_tags(self):
        names = self.cleaned_data["tags"]
        if "tags" in self.changed_data:
            return checked_tags(names)
        return names

    def clean_description(self):
        notes = self.cleaned_data["description"]
        if "description" in self.changed_data:
            return clean_notes(notes)
        return notes

    def clean(self):
        due_time = self.cleaned_data.get("due_time")
        due_date = self.cleaned_data.get("due_date", "has an error of its own")
        if due_time and not due_date:
            self.add_error("due_date", "A time needs a date.")

    def _post_clean(self):
        # Django's would also check the model's constraints, by queries. The database checks them
        # anyway, and clean() has the messages by field. Private API, which the tests of forms pin.
        construct_instance(self, self.instance, self._meta.fields)


class TaskForm(MergingForm, BaseTaskForm):
    """An edit of a task. Tags are merged one by one, so they never conflict.

    For a repeating task the edit applies to this occurrence and later ones, but a new date
    postpones this occurrence only.
    """

    title = TextField(
        required=False,  # old tasks may lack one: clean_title() requires it only if it was edited
        widget=forms.Textarea(attrs={"rows": 1}),
    )

    class Meta:
        model = Task
        fields = ["title", "due_date", "due_time", "priority", "description"]

    merged = [*Meta.fields, "list", "tags"]
    line = None  # the reading of the title, if the title was read as a line
    own = None  # this occurrence as a task of its own, if it was detached
    changed_tags = ()  # the tags that save() added or removed

    def __init__(self, data=None, *, instance, **kwargs):
        self.repeat = instance.repeat  # the rule before the edit
        super().__init__(data, instance=instance, **kwargs)
        if "due_date" in self.merged:
            self.fields["due_date"].kept = self.initial["due_date"]

    def value_of(self, instance, name):
        if name == "list":
            return instance.list_id
        if name == "tags":
            self.tags_now = list(instance.tags.by_name())
            names = [tag.name for tag in self.tags_now]
            return " ".join(names)
        return super().value_of(instance, name)

    def clean_title(self):
        title = self.cleaned_data["title"]
        if "title" in self.changed_data:
            return clean_title(title)
        return title

    def clean(self):
        super().clean()
        if "tags" not in self.changed_data:
            names = [tag.name for tag in self.tags_now]
            self.cleaned_data["tags"] = names

    def has_met_another(self, name):
        if name == "tags":
            return False
        return super().has_met_another(name)

    def rebase(self):
        """Show stored values, but keep the shown tags: the user wasn't told of tags added since."""
        name = self["tags"].html_initial_name
        shown = self.data[name].replace(UNKNOWN, "")
        super().rebase()
        if "tags" in self.changed_data:
            self.data[name] = shown

    def changes(self):
        """Return the changed fields; for tags, `add_tags` (names) and `remove_tags` (tags)."""
        changes = super().changes()
        for name in ["repeat", "repeat_from", "repeat_anchor"]:
            if name in self.cleaned_data:
                changes[name] = self.cleaned_data[name]
        changes.pop("tags", None)
        if "tags" in self.changed_data or self.has_read_tags:
            changes |= self.changes_of_tags()
        return changes

    @property
    def has_read_tags(self):
        if self.line is None:
            return False
        return bool(self.line.said.tags)

    def changes_of_tags(self):
        """Return the tags to add and to remove, compared with the shown ones; {} for none.

        Tags that were added in the meantime stay.
        """
        names = self.cleaned_data["tags"]
        names_now = [tag.name for tag in self.tags_now]
        shown = lower(self.shown_tags())
        gone = shown - lower(names)
        there = shown | lower(names_now)
        add = [name for name in names if name.lower() not in there]
        remove = [tag for tag in self.tags_now if tag.name.lower() in gone]
        if not add and not remove:
            return {}
        return {"add_tags": add, "remove_tags": remove}

    def shown_tags(self):
        """Return the names of the tags that the form was shown with."""
        text = self.data[self["tags"].html_initial_name]
        return self.fields["tags"].to_python(text)

    @property
    def puts_off(self):
        """Whether the edit moved this occurrence of a repeat to another day, and no other one."""
        is_same_repeat = self.written.isdisjoint({"repeat", "repeat_anchor"})
        is_moved = "due_date" in self.written and self.instance.due_date is not None
        return is_moved and is_same_repeat and bool(self.instance.repeat)

    def write(self, act, changes):
        """Write the changes as part of an act, which also records new tags."""
        names = changes.get("add_tags")
        if names:
            tags = Tag.objects.make(self.user, names, act)
            changes = changes | {"add_tags": tags}
        self.changed_tags = [*changes.get("add_tags", ()), *changes.get("remove_tags", ())]
        return self.edit_task(act, changes)

    def edit_task(self, act, fields):
        return self.instance.edit(act=act, **fields)


class NotesBaseline(forms.HiddenInput):
    def __init__(self):
        super().__init__(attrs={"form": DetailForm.ID})


class DetailForm(TaskForm):
    """The form of a task's page.

    The notes and the box for a new step stand below the steps. The rows of steps have forms of
    their own, so these fields refer to this form by its id. `step` is the form of the new step:
    without JavaScript, its button would otherwise lose the other typed fields. detail.js makes the
    box a form by itself, which adds the step at once.
    """

    ID = "detail-form"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        notes = self.fields["description"]
        notes.widget.attrs["form"] = self.ID
        notes.hidden_widget = NotesBaseline
        self.step = self.step_form()

    def step_form(self):
        """Return the form of a typed step, None if none was typed."""
        title = self.posted.get("step", "")
        if not title.strip():
            return None
        data = {
            "title": title,
            "key": self.posted.get("key", ""),
        }
        return StepAddForm(data, task=self.instance, user=self.user)

    def is_valid(self):
        if not super().is_valid():
            return False
        return self.step is None or self.step.is_valid()


class FromNowOnForm(DetailForm):
    """An edit of this and all later occurrences: a new date moves the whole series."""

    def clean(self):
        super().clean()
        if self.instance.repeat and not self.errors:
            self.move_series()

    def move_series(self):
        """Add the columns of the series that starts on the new date to the fields."""
        task = self.instance
        day = self.cleaned_data["due_date"]
        if day in (None, task.due_date):
            return
        try:
            columns = Series(task).columns_from(day)
        except ValueError as error:
            self.add_error("due_date", str(error))
        else:
            self.cleaned_data |= columns


class ThisOneForm(DetailForm):
    """An edit of this occurrence alone, which makes it a task of its own."""

    @property
    def is_of_occurrence(self):
        """Whether the task still repeats, so that the occurrence can be detached."""
        return bool(self.instance.repeat) and not self.instance.completed

    @property
    def is_more(self):
        """Whether there is a new step, which also makes the occurrence a task of its own."""
        return self.is_of_occurrence and self.step is not None

    def clean(self):
        super().clean()
        if self.is_of_occurrence:
            self.refuse_another()

    def refuse_another(self):
        """Refuse the edit if the task has advanced, even if its date wasn't edited."""
        now = self.stored_text("due_date")
        if self.posted.get("initial-due_date", now) != now:
            self.add_error(
                None,
                "This occurrence was already completed or skipped."
                " The form now shows the next one.",
            )

    def save(self):
        act = super().save()
        if act and self.took_effect:
            self.own = self.detached_by(act)
        if self.own and self.step:
            self.step.instance.task = self.own
        return act

    def edit_task(self, act, fields):
        if not self.is_of_occurrence:
            return super().edit_task(act, fields)
        written = detach(self.instance, act, **fields)
        if written != self.instance:
            self.own = written
        return act

    def detached_by(self, act):
        """Return the task that an earlier submission detached, None if deleted."""
        first = act.first_row(Task)
        if first is None or first.deleted_at:
            return None
        return first if first != self.instance else None


class ReadTitleForm(DetailForm):
    """An edit that reads the title like a quick-add line, and fills the fields from it."""

    def clean(self):
        super().clean()
        title = self.cleaned_data.get("title")
        if title and not self.errors:
            self.read(title)

    def read(self, title):
        """Fill the fields from the title, except fields that were edited to other values."""
        how = {
            "offers": False,
            "reminds": False,
            "put_on": self.cleaned_data.get("due_date"),
        }
        self.line = line_of(self.user, title, **how)
        try:
            said = said_in(self.line, self.cleaned_data)
        except ValidationError as error:
            return self.add_error("title", error)
        for name in ["due_date", "due_time", "priority", "list"]:
            was_typed = name in self.changed_data
            if name in said and was_typed and said[name] != self.cleaned_data[name]:
                self.add_error(name, "The title no longer matches. Save one of the changes first.")
        if not self.is_up_to_date:
            self.add_error(
                "title", "The task was changed in the meantime. Review it and try again."
            )
        self.cleaned_data |= said | {"title": self.line.said.title}


# The buttons of a task's page by name, with their forms. The button without a name sends a
# DetailForm.
BUTTONS = {"from_now_on": FromNowOnForm, "this_one": ThisOneForm, "read": ReadTitleForm}


def form_sent(posted, **kwargs):
    """Return the form of a task's page for the button that was pressed."""
    for button, form_class in BUTTONS.items():
        if button in posted:
            return form_class(posted, **kwargs)
    return DetailForm(posted, **kwargs)
