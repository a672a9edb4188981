"""Forms that act on several rows at once."""

from contextlib import suppress
from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property

from tasks.forms.base import submission
from tasks.forms.fields import DateField, ListField, NumberField, TagsField, few
from tasks.history import Act
from tasks.models import Tag, Task
from tasks.repeating import complete_all


class TrashEmptyForm(forms.Form):
    """Deletes what was in the trash when the form was shown, and nothing that came later."""

    until = forms.DateTimeField(
        widget=forms.HiddenInput, initial=lambda: timezone.now().isoformat()
    )


PRIORITIES = {str(number) for number in Task.Priority.values}


def is_id(text):
    """Return whether a text can be the id of a row, a positive bigint."""
    return text.isascii() and text.isdecimal() and len(text) < 19


class BulkForm(forms.Form):
    """One act on several tasks: those that are ticked, all of a page, or all of its listing.

    `do` is what is done, with its value where a button has one: "complete", "due 2026-03-25".
    """

    KINDS = {
        "complete": Act.Kind.COMPLETE,
        "reopen": Act.Kind.REOPEN,
        "delete": Act.Kind.DELETE,
        **dict.fromkeys(["due", "priority", "list", "tag", "untag"], Act.Kind.EDIT),
    }

    # Which tasks that aren't named: the property of the listing that has them.
    COUNTED = {"all": "tasks", "overdue": "overdue", "again": "again"}

    key = forms.CharField(required=False, widget=forms.HiddenInput)
    do = forms.CharField(required=False, widget=forms.HiddenInput)
    page = forms.CharField(required=False, widget=forms.HiddenInput)  # ids
    number = NumberField(required=False, widget=forms.HiddenInput)  # how many "all" were
    due_date = DateField(label="Day", required=False)
    list = ListField()
    tags = TagsField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data, *, user, listing):
        super().__init__(data)
        self.user, self.listing = user, listing
        self.fields["list"].offer(user, None)
        self.verb, _, self.value = data.get("do", "").partition(" ")
        which = data.get("which")
        self.which = which if which in {"page", *self.COUNTED} else "ticked"

    def clean_do(self):
        if self.verb not in self.KINDS:
            raise ValidationError("Choose what to do with them.")
        return self.verb

    def clean_tags(self):
        return few(self.cleaned_data["tags"])

    def clean(self):
        self.check_value()
        if self.which == "ticked" and not self.ticked:
            self.add_error(None, "Tick the tasks first.")
        elif self.which in self.COUNTED:
            self.check_number()

    def check_value(self):
        """Check what the chosen act needs besides: a day, a priority, or tags."""
        # A field that has an error of its own is missing from cleaned_data, in check_day() as well.
        lacks_tags = not self.cleaned_data.get("tags", True)
        if self.verb == "due":
            self.check_day()
        elif self.verb == "priority" and self.value not in PRIORITIES:
            self.add_error("do", "Choose a priority.")
        elif self.verb in {"tag", "untag"} and lacks_tags:
            self.add_error("tags", "Write which tags, with blanks between them.")

    def check_day(self):
        if self.value == "none":
            self.set("due_date", None)
        elif self.value:
            self.set("due_date", self.value)
        elif not self.cleaned_data.get("due_date", True):
            self.add_error("due_date", "Say which day, such as 2026-03-25.")

    def set(self, name, value):
        try:
            self.cleaned_data[name] = value and self.fields[name].clean(value)
        except ValidationError as error:
            self.add_error(name, error)

    def check_number(self):
        """Of more or other tasks than the page said nobody has thought."""
        if self.counted is None:
            self.add_error(None, "That page isn't there any more. Look, then try again.")
            return
        said = self.cleaned_data.get("number")
        now = self.tasks.count()
        if said is not None and said != now:
            self.add_error(None, f"These are {now} tasks by now, not {said}. Look, then try again.")

    @cached_property
    def ticked(self):
        """The ids that were ticked, or all that the page showed."""
        ids = self.data.getlist("ids")
        if self.which == "page":
            ids = self.data.get("page", "").split()
        return [int(pk) for pk in ids if is_id(pk)]

    @property
    def occurrences(self):
        """The days of repeats that the page showed, {id: day}: a box says "12 2026-01-31"."""
        found = {}
        for shown in self.data.getlist("occurrence"):
            pk, _, day = shown.partition(" ")
            with suppress(ValueError):
                found[int(pk)] = date.fromisoformat(day)
        return found

    def is_of_others(self):
        """Is none of the named ones user's, neither there nor in the trash?"""
        pks = self.ticked if self.which in {"ticked", "page"} else []
        mine = self.user.tasks(manager="everything").filter(pk__in=pks)
        return bool(pks) and not mine.exists()

    @property
    def counted(self):
        """The tasks of the listing that are meant; None where it has none of that kind."""
        return self.listing and getattr(self.listing, self.COUNTED[self.which])

    @property
    def tasks(self):
        """The tasks that this is about, of user's alone."""
        if self.which in self.COUNTED:
            return self.counted
        return self.user.tasks.filter(pk__in=self.ticked)

    @cached_property
    def submission(self):
        return submission(self.data, ("bulk", self.ticked))

    def is_valid(self):
        # What is wrong with it may be that it was done before.
        return super().is_valid() or (
            bool(self.submission) and self.user.acts.filter(key=self.submission).exists()
        )

    def save(self):
        """Do it, once for each submission; return the act."""
        return self.user.acts.once(self.submission, self.KINDS[self.verb], self.act)

    def act(self, act):
        tasks, cleaned = self.tasks, self.cleaned_data
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
        """Give tasks the named tags, making those that are missing, or take them from them."""
        names = self.cleaned_data["tags"] if tasks.exists() else ()
        is_given = self.verb == "tag"
        tags = self.user.tags.named(names)
        if is_given:
            tags = Tag.objects.make(self.user, names, act)
        pks = [tag.pk for tag in tags]
        tasks.change_tags(act, dict.fromkeys(pks, is_given))
