"""Forms that act on several rows together."""

from contextlib import suppress
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property

from tasks.forms.base import submission
from tasks.forms.fields import DateField, ListField, NumberField, TagsField, checked_tags
from tasks.history import Act
from tasks.models import Tag, Task
from tasks.repeating import complete_all


class TrashEmptyForm(forms.Form):
    """The moment at which the form was shown: only rows deleted before it are purged."""

    until = forms.DateTimeField(
        widget=forms.HiddenInput, initial=lambda: timezone.now().isoformat()
    )


PRIORITIES = {str(number) for number in Task.Priority.values}


def is_id(text):
    """Return whether a text can be the id of a row, a positive bigint."""
    return text.isascii() and text.isdecimal() and len(text) < 19


class BulkForm(forms.Form):
    """One act on several tasks: the selected ones, all of a page, or all of its listing.

    `do` is the act, with the value of its button: "complete", "due 2026-03-25".
    """

    KINDS = {
        "complete": Act.Kind.COMPLETE,
        "reopen": Act.Kind.REOPEN,
        "delete": Act.Kind.DELETE,
        **dict.fromkeys(["due", "priority", "list", "tag", "untag"], Act.Kind.EDIT),
    }

    # The choices of tasks without ids, with the property of the listing that has them.
    COUNTED = {"all": "tasks", "overdue": "overdue", "again": "again"}

    key = forms.CharField(required=False, widget=forms.HiddenInput)
    do = forms.CharField(required=False, widget=forms.HiddenInput)
    page = forms.CharField(required=False, widget=forms.HiddenInput)  # ids
    number = NumberField(required=False, widget=forms.HiddenInput)  # of tasks when "all" was shown
    due_date = DateField(label="Day", required=False)
    list = ListField()
    tags = TagsField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data, *, user, listing):
        super().__init__(data)
        self.user = user
        self.listing = listing
        self.fields["list"].offer(user, None)
        self.verb, _, self.value = data.get("do", "").partition(" ")
        self.which = data.get("which")
        if self.which not in {"page", *self.COUNTED}:
            self.which = "ticked"

    def clean_do(self):
        if self.verb not in self.KINDS:
            raise ValidationError("Choose an action.")
        return self.verb

    def clean_tags(self):
        return checked_tags(self.cleaned_data["tags"])

    def clean(self):
        self.check_value()
        if self.which == "ticked" and not self.ticked:
            self.add_error(None, "Select one or more tasks first.")
        elif self.which in self.COUNTED:
            self.check_number()

    def check_value(self):
        """Check the value of the chosen act: a day, a priority, or tags."""
        # A field with an error of its own is missing from cleaned_data, here and in check_day().
        lacks_tags = not self.cleaned_data.get("tags", True)
        if self.verb == "due":
            self.check_day()
        elif self.verb == "priority" and self.value not in PRIORITIES:
            self.add_error("do", "Choose a priority.")
        elif self.verb in {"tag", "untag"} and lacks_tags:
            self.add_error("tags", "Enter one or more tags, separated by spaces.")

    def check_day(self):
        if self.value == "none":
            self.set("due_date", None)
        elif self.value:
            self.set("due_date", self.value)
        elif not self.cleaned_data.get("due_date", True):
            self.add_error("due_date", "Enter a date, such as 2026-03-25.")

    def set(self, name, value):
        try:
            self.cleaned_data[name] = value and self.fields[name].clean(value)
        except ValidationError as error:
            self.add_error(name, error)

    def check_number(self):
        """Refuse to act on other tasks than the user has seen."""
        if self.counted is None:
            self.add_error(None, "That page no longer exists. Review the tasks and try again.")
            return
        said = self.cleaned_data.get("number")
        now = self.tasks.count()
        if said is not None and said != now:
            words = f"The page has changed: {now} tasks match now, not {said}."
            self.add_error(None, f"{words} Review and try again.")

    @cached_property
    def ticked(self):
        """The ids of the selected tasks, or of all on the page."""
        ids = self.data.getlist("ids")
        if self.which == "page":
            page = self.data.get("page", "")
            ids = page.split()
        return [int(pk) for pk in ids if is_id(pk)]

    @property
    def occurrences(self):
        """The shown days of repeats, {id: day}: the value of a checkbox is "12 2026-01-31"."""
        found = {}
        for shown in self.data.getlist("occurrence"):
            pk, _, day = shown.partition(" ")
            with suppress(ValueError):
                found[int(pk)] = date.fromisoformat(day)
        return found

    def is_of_others(self):
        """Return whether none of the given ids belongs to the user, in the trash or not."""
        if self.which in self.COUNTED or not self.ticked:
            return False
        tasks = self.user.tasks(manager="everything")
        return not tasks.filter(pk__in=self.ticked).exists()

    @property
    def counted(self):
        """The meant tasks of the listing; None if the listing has no such tasks."""
        name = self.COUNTED[self.which]
        return self.listing and getattr(self.listing, name)

    @property
    def tasks(self):
        """The tasks to act on, all of the user."""
        if self.which in self.COUNTED:
            return self.counted
        return self.user.tasks.filter(pk__in=self.ticked)

    @cached_property
    def submission(self):
        return submission(self.data, ("bulk", self.ticked))

    def is_valid(self):
        # The only error may be that this submission has taken effect before.
        return super().is_valid() or self.has_taken_effect()

    def has_taken_effect(self):
        """Return whether an earlier request with this submission has done the act."""
        if not self.submission:
            return False
        return self.user.acts.filter(key=self.submission).exists()

    def save(self):
        """Do the act, once for each submission. Return the act."""
        return self.user.acts.once(
            self.submission,
            self.KINDS[self.verb],
            self.act,
        )

    def act(self, act):
        tasks = self.tasks
        cleaned = self.cleaned_data
        if self.verb == "complete":
            complete_all(tasks, act, self.occurrences)
        elif self.verb == "reopen":
            tasks.reopen(act)
        elif self.verb == "delete":
            tasks.delete_softly(act)
        elif self.verb == "priority":
            tasks.change(act, priority=int(self.value))
        elif self.verb == "list":
            tasks.change(act, list=cleaned["list"])
        elif self.verb == "due":
            tasks.change(act, due_date=cleaned["due_date"])
        else:
            self.change_tags(act, tasks)

    def change_tags(self, act, tasks):
        """Add the named tags to tasks, creating missing ones, or remove them."""
        names = self.cleaned_data["tags"] if tasks.exists() else ()
        is_given = self.verb == "tag"
        tags = self.user.tags.named(names)
        if is_given:
            tags = Tag.objects.make(self.user, names, act)
        pks = [tag.pk for tag in tags]
        tasks.change_tags(act, dict.fromkeys(pks, is_given))
