"""What forms of a user's rows are made of: adding a row once, and merging an edit.

Each form demands user=, and nothing typed into one is lost when it fails.
"""

import uuid
from copy import copy

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from accounts.merging import MergeMixin
from accounts.reading import key_of
from tasks.forms.fields import TextField, clean_line
from tasks.history import Act

UNKNOWN = "\x00"  # stands for a value that a POST doesn't hold; nobody can have typed it


def submission(data, about):
    """Return the idempotency key of a submission, a UUID; None if its form has no key.

    The form's key alone would not do: the Back button brings the same form back, and what is typed
    into it then is something else. But blanks around a line don't count: add_box.js gives it back
    with one.
    """
    key = key_of(data)
    if key is None:
        return None
    names = set(data) - {"csrfmiddlewaretoken", "next"}
    typed = {name: data[name] for name in names}
    typed["text"] = typed.get("text", "").strip()
    if "plain" in data and hasattr(data, "getlist"):
        typed["plain"] = data.getlist("plain")
    said = repr((about, sorted(typed.items())))
    return uuid.uuid5(key, said)


class OwnedForm(forms.ModelForm):
    """A form for something of user's.

    Its key makes a submission take effect once, however often it arrives: `submission`.
    """

    key = forms.CharField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)
    by_staff = False  # is it the admin's, and not user's own?

    def __init__(self, data=None, *args, user, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.user = user
        self.posted = data or {}
        if self.instance.pk and self.instance.user_id != user.pk:
            raise ValueError("This belongs to somebody else.")
        self.instance.user = user

    def save(self):
        """Do what the form says, and return the act that keeps it, None where there is none.

        Sent again, a form does nothing, and that is the act of the first time.
        """
        raise NotImplementedError

    @cached_property
    def submission(self):
        row = self.instance
        about = (row._meta.model_name, row.pk, getattr(row, "task_id", None))
        return submission(self.posted, about)


class AddingForm(OwnedForm):
    """A new row of user's, which one submission adds once."""

    def add(self, act):
        self.instance.add(act=act)

    @cached_property
    def earlier(self):
        """The act of this very submission, if it took effect before."""
        return self.submission and self.user.acts.filter(key=self.submission).first()

    def is_valid(self):
        # What is wrong with it may be that it was added before.
        return super().is_valid() or (self.is_bound and bool(self.earlier))

    def add_once(self):
        """Add the row unless this form had added it before; return the act that did it."""
        return self.user.acts.once(self.submission, Act.Kind.ADD, self.add)

    def save(self):
        """Add the row, and return the act. `row` is what it added."""
        earlier = self.earlier if self.errors else None
        self.act = earlier or self.add_once()
        return self.act

    @cached_property
    def row(self):
        """The row that was saved; None if it had been added before, and is gone since."""
        if self.instance.pk:
            return self.instance
        return self.act.first_row(self._meta.model)


class MergingForm(MergeMixin, OwnedForm):
    """An edit that is merged with the changes of the row since the form was shown.

    The page posts each field with the value that it showed (initial-…), and the version of the
    row. A field that I changed is written; one that I left, or that isn't in the form at all,
    stays as the row has it. Where the row changed in the same field meanwhile, the form is
    invalid: `clashes` has the row's value, my own stays in the box, and the next attempt, which
    has seen both, decides. Give it an instance that is locked (select_for_update).
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    state_field = "version"
    is_more = False  # does it do something where no field is changed?

    def __init__(self, data=None, *, instance, **kwargs):
        # The row as it is now: validation puts the form's values into the instance.
        stored = {name: self.value_of(instance, name) for name in self.merged}
        stored["version"] = instance.version
        super().__init__(data, instance=instance, initial=stored, **kwargs)
        self.clashes = {}
        self.written = set()  # what save() changed
        self.begin_merge()

    def value_of(self, instance, name):
        return getattr(instance, name)

    def complete(self, name):
        """What was left as it was shown is as the row has it now: a list may be gone since."""
        super().complete(name)
        if self.data[name] == self.data[self.add_initial_prefix(name)]:
            self.leave(name)

    def presumed_text(self, name):
        """Without the values that a POST saw, its version tells whether they are the row's."""
        return self.stored_text(name) if self.is_up_to_date else UNKNOWN

    def clean(self):
        for name in self.merged:
            if name not in self.changed_data:
                self.cleaned_data[name] = self.initial[name]
            elif self.has_met_another(name):
                self.clashes[name] = self.initial[name]
                became = self.became(name)
                self.add_error(name, f"{became}\nSave again to put yours in its place.")
        super().clean()

    def became(self, name):
        """Say what another edit made of a field."""
        stored = self.in_words(name)
        if not stored:
            return "Meanwhile this was emptied."
        return f"Meanwhile this became:\n{stored}"

    def in_words(self, name):
        """Return the row's value of a field as a person reads it."""
        field, stored = self.fields[name], self.stored_text(name)
        if not isinstance(field, forms.ChoiceField):
            return stored
        choices = {str(value): words for value, words in field.choices}
        return choices.get(stored, "")

    def has_met_another(self, name):
        """Did the row change too, in a field that I changed, and to something else?"""
        to_python = self.fields[name].to_python
        shown = self.data[self.add_initial_prefix(name)]
        try:
            stored = to_python(self.stored_text(name))
            mine = to_python(self.data[name])
            return stored != mine and stored != to_python(shown)
        except ValidationError:  # mine can't be read, which is said already; or shown is UNKNOWN
            return shown == UNKNOWN

    @cached_property
    def took_effect(self):
        """Was this very submission saved before? Not if the row is as it was shown."""
        is_as_shown = self.data.get("version") == str(self.instance.version)
        if is_as_shown or not self.submission:
            return False
        return self.user.acts.filter(key=self.submission).exists()

    def is_valid(self):
        return self.took_effect or super().is_valid()

    def full_clean(self):
        super().full_clean()
        if self.is_bound and self._errors:
            self.rebase()

    def changes(self):
        """Return the fields that this edit changes, with their new values."""
        cleaned = self.cleaned_data
        changed = [name for name in self.merged if cleaned[name] != self.initial[name]]
        return {name: cleaned[name] for name in changed}

    def save(self):
        """Write what this edit changes, and return the act, None if that is nothing."""
        if self.took_effect:
            return self.user.acts.get(key=self.submission)
        kind, by_staff = Act.Kind.EDIT, self.by_staff
        act = Act(user=self.user, key=self.submission, kind=kind, by_staff=by_staff)
        changes = self.changes()
        if not changes and not self.is_more:
            return None
        self.written = set(changes)
        return self.write(act, changes)

    def write(self, act, changes):
        return self.instance.edit(act=act, **changes)


class NameForm(OwnedForm):
    """The name of a list or tag, which no other of the user's has, whatever its case.

    Lock the user first: of two who take a name at once, the second sees the first.
    """

    name = TextField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_name(self):
        longest = self._meta.model._meta.get_field("name").max_length
        return clean_line(self.cleaned_data["name"], "Give it a name.", longest)

    def _get_validation_exclusions(self):
        # Else Django leaves out the rule that names differ, since the form has no user.
        # Private API: test_lists.py would tell of a change.
        return super()._get_validation_exclusions() - {"user", "deleted_at"}


class RenameForm(MergingForm, NameForm):
    """An edit of a list or tag; where it gets the name of another, both can be merged."""

    @cached_property
    def namesake(self):
        """The row that has the name already which was typed; None if none has."""
        name = getattr(self, "cleaned_data", {}).get("name")
        if not name:
            return None
        rows = self._meta.model.objects.filter(user=self.user)
        return rows.named([name]).exclude(pk=self.instance.pk).first()


class MergeForm(forms.Form):
    """Another of the user's rows, into which one is merged."""

    into = forms.ModelChoiceField(None)

    def __init__(self, data, *, row, rows):
        super().__init__(data)
        self.fields["into"].queryset = rows.exclude(pk=row.pk)


class RestoreForm(NameForm):
    """Out of the trash, under another name where its own is taken."""

    def __init__(self, data=None, *, instance, **kwargs):
        there = copy(instance)
        there.deleted_at = None  # or its name would clash with nobody's
        super().__init__(data, instance=there, **kwargs)


class MoveForm(forms.Form):
    """Where a row goes: before or after another of the user's rows, or to one of the ends."""

    before = forms.ModelChoiceField(None, required=False)
    after = forms.ModelChoiceField(None, required=False)
    to = forms.ChoiceField(choices=[("top", "Top"), ("bottom", "Bottom")], required=False)

    def __init__(self, data, *, row, rows):
        super().__init__(data)
        others = rows.exclude(pk=row.pk)
        self.fields["before"].queryset = self.fields["after"].queryset = others

    def clean(self):
        if len(self.where()) != 1:
            raise ValidationError("Say one place.")

    def where(self):
        """Return the place as a row's move() takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: getattr(value, "pk", value) for name, value in given.items()}
