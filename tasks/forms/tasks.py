"""Forms that edit a task."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance

from tasks.forms.base import UNKNOWN, MergingForm, OwnedForm
from tasks.forms.fields import (
    DateField,
    ListField,
    TagsField,
    TextField,
    TimeField,
    clean_notes,
    clean_title,
    few,
    lower,
)
from tasks.forms.reading import line_of, said_in
from tasks.forms.steps import StepAddForm
from tasks.models import Tag, Task
from tasks.repeating import Series, detach


class BaseTaskForm(OwnedForm):
    """What adding and editing have in common: all fields of a task but its title."""

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
    tags = TagsField(widget=forms.TextInput(attrs={"autocomplete": "off"}))
    description = TextField(
        label="Notes", required=False, strip=False, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, data=None, *args, user, **kwargs):
        super().__init__(data, *args, user=user, **kwargs)
        if "list" in self.fields:
            self.fields["list"].offer(user, self.instance.list_id, self.asked_list())

    def asked_list(self):
        """Return the id of the list that the form says."""
        pk = str(self["list"].value() or "")
        return pk if pk.isdecimal() and len(pk) < 19 else None

    def clean_tags(self):
        value = self.cleaned_data["tags"]
        return few(value) if "tags" in self.changed_data else value

    def clean_description(self):
        value = self.cleaned_data["description"]
        return clean_notes(value) if "description" in self.changed_data else value

    def clean(self):
        cleaned = self.cleaned_data
        if cleaned.get("due_time") and not cleaned.get("due_date", "has an error of its own"):
            self.add_error("due_date", "A time needs a date.")

    def _post_clean(self):
        # Django's would check the model's constraints, too, as the database does anyway: clean()
        # says by the field what a form could break. Private API: the tests of forms would tell of a
        # change.
        construct_instance(self, self.instance, self._meta.fields)


class TaskForm(MergingForm, BaseTaskForm):
    """An edit of a task. Tags merge one by one, so they never clash.

    Of a repeat it is about this one and those to come; but another date only puts this one off.
    With "from_now_on" it moves the others, too, and with "this_one" all is about this one alone.
    """

    title = TextField(
        required=False,  # old tasks may lack one: clean_title() asks only those who edit it
        widget=forms.Textarea(attrs={"rows": 1}),
    )

    class Meta:
        model = Task
        fields = ["title", "due_date", "due_time", "priority", "description"]

    merged = [*Meta.fields, "list", "tags"]
    line = None  # what was understood of the title, if that was asked for
    own = None  # this one alone, where it was taken out of a repeat

    def __init__(self, data=None, *, instance, **kwargs):
        self.repeated = bool(instance.repeat)
        super().__init__(data, instance=instance, **kwargs)

    @property
    def is_of_this_one(self):
        task = self.instance
        return "this_one" in self.posted and bool(task.repeat) and not task.completed

    def value_of(self, instance, name):
        if name == "list":
            return instance.list_id
        if name == "tags":
            self.tags_now = list(instance.tags.by_name())
            return " ".join(tag.name for tag in self.tags_now)
        return super().value_of(instance, name)

    def clean_title(self):
        value = self.cleaned_data["title"]
        return clean_title(value) if "title" in self.changed_data else value

    def clean(self):
        super().clean()
        if "tags" not in self.changed_data:
            self.cleaned_data["tags"] = tuple(tag.name for tag in self.tags_now)
        title = self.cleaned_data.get("title")
        if title and "read" in self.posted and not self.errors:
            self.read_title(title)
        if self.is_of_this_one:
            self.refuse_another()
        elif "from_now_on" in self.posted and self.instance.repeat and not self.errors:
            self.move_series()

    def refuse_another(self):
        """This one is the one that was shown, even where its date was not changed."""
        now = self.stored_text("due_date")
        if self.posted.get("initial-due_date", now) != now:
            self.add_error(None, "That one is gone already. These fields are of the next one now.")

    def move_series(self):
        """Have the repeat go on from another date, where that is what was changed."""
        task, day = self.instance, self.cleaned_data["due_date"]
        if day in (None, task.due_date):
            return
        try:
            self.cleaned_data |= Series(task).columns_from(day)
        except ValueError as error:
            self.add_error("due_date", str(error))

    def read_title(self, title):
        """Put what the title says into the fields, but for those that say something else by now."""
        self.line = line_of(self.user, title, offers=False)
        try:
            said = said_in(self.line, self.cleaned_data)
        except ValidationError as error:
            return self.add_error("title", error)
        for name in {"due_date", "due_time", "priority", "list"} & set(said):
            if said[name] != self.cleaned_data[name] and name in self.changed_data:
                self.add_error(name, "The title says something else. Save one of them first.")
        if not self.is_up_to_date:
            self.add_error("title", "The task was changed meanwhile. Look at it, then try again.")
        self.cleaned_data |= said | {"title": self.line.said.title}

    def has_met_another(self, name):
        return name != "tags" and super().has_met_another(name)

    def rebase(self):
        """Leave what tags were shown with: nobody was told of those that came meanwhile."""
        name = self["tags"].html_initial_name
        shown = self.data[name].replace(UNKNOWN, "")
        super().rebase()
        if "tags" in self.changed_data:
            self.data[name] = shown

    def changes(self, act):
        changes = super().changes(act)
        names = ["repeat", "repeat_from", "repeat_anchor"]
        changes |= {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        tags = changes.pop("tags", self.cleaned_data["tags"])
        is_read = self.line is not None and bool(self.line.said.tags)
        if "tags" in self.changed_data or is_read:
            changes |= self.changes_of_tags(tags, act)
        return changes

    def changes_of_tags(self, names, act):
        """Return the tags to add and to remove, {} for none: names beside what the form showed.

        Tags that came in the meantime stay. act keeps those that are made.
        """
        shown = lower(self.fields["tags"].to_python(self.data[self["tags"].html_initial_name]))
        gone = shown - lower(names)
        new = [name for name in names if name.lower() not in shown]
        made = Tag.objects.make(self.user, new, act)
        add = [tag for tag in made if tag not in self.tags_now]
        remove = [tag for tag in self.tags_now if tag.name.lower() in gone]
        if not add and not remove:
            return {}
        return {"add_tags": add, "remove_tags": remove}

    def save(self):
        act = super().save()
        if act and self.took_effect and "this_one" in self.posted:
            own = act.first_row(Task)
            self.own = own if own and own != self.instance and not own.deleted_at else None
        return act

    def write(self, act, changes):
        if not self.is_of_this_one:
            return super().write(act, changes)
        own = detach(self.instance, act, **changes)
        self.own = own if own != self.instance else None
        return act


class NotesBaseline(forms.HiddenInput):
    def __init__(self):
        super().__init__(attrs={"form": DetailForm.ID})


class DetailForm(TaskForm):
    """The form of a task's page. Its notes stand below the steps, which have forms of their own,
    so they say which form they belong to.

    So does the box for a new step, or without script pressing its button would lose what else was
    typed: `step` is its form. app.js makes it one by itself, which adds the step at once.
    """

    ID = "detail-form"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["description"].widget.attrs["form"] = self.ID
        self.fields["description"].hidden_widget = NotesBaseline
        step = {"title": self.posted.get("step", ""), "key": self.posted.get("key", "")}
        task, user = self.instance, self.user
        self.step = StepAddForm(step, task=task, user=user) if step["title"].strip() else None

    def is_valid(self):
        return super().is_valid() and (self.step is None or self.step.is_valid())

    @property
    def is_more(self):
        """A new step of this one alone makes it a task of its own, too."""
        return self.is_of_this_one and self.step is not None

    def save(self):
        act = super().save()
        if self.own and self.step:
            self.step.instance.task = self.own
        return act
