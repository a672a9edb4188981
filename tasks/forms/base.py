"""The base forms for rows of a user: adding a row once, and merging an edit.

Each form requires user=, and keeps all typed text when it fails.
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

UNKNOWN = "\x00"  # the value of a field missing from a POST; no user can type it


def submission(data, about):
    """Return the idempotency key of a submission, a UUID; None if its form has no key.

    The key depends on the contents too: the Back button brings back the same form, and other text
    typed into the form is another submission. Spaces around a line are ignored, since add_box.js
    adds one when it restores a line.
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
    """A form for a row of a user.

    Its key makes a submission take effect once, however often it arrives: see `submission`.
    """

    key = forms.CharField(required=False, widget=forms.HiddenInput, initial=uuid.uuid4)
    by_staff = False  # whether the admin sends it, and not the user

    def __init__(self, data=None, *args, user, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.user = user
        self.posted = data or {}
        if self.instance.pk and self.instance.user_id != user.pk:
            raise ValueError("This belongs to someone else.")
        self.instance.user = user

    def save(self):
        """Save the form. Return its act, None if nothing changed.

        A form that is sent again does nothing, and returns the act of the first time.
        """
        raise NotImplementedError

    @cached_property
    def submission(self):
        row = self.instance
        about = (row._meta.model_name, row.pk, getattr(row, "task_id", None))
        return submission(self.posted, about)


class AddingForm(OwnedForm):
    """A form that adds a row of a user, once for each submission."""

    def add(self, act):
        self.instance.add(act=act)

    @cached_property
    def earlier(self):
        """The act of this submission, if it took effect before."""
        return self.submission and self.user.acts.filter(key=self.submission).first()

    def is_valid(self):
        # The only error may be that the row exists, because it was added by this submission.
        return super().is_valid() or (self.is_bound and bool(self.earlier))

    def add_once(self):
        """Add the row unless this submission added it before. Return the act that added it."""
        return self.user.acts.once(self.submission, Act.Kind.ADD, self.add)

    def save(self):
        """Add the row. Return the act; `row` is the added row."""
        earlier = self.earlier if self.errors else None
        self.act = earlier or self.add_once()
        return self.act

    @cached_property
    def row(self):
        """The saved row; None if it was added before and is gone."""
        if self.instance.pk:
            return self.instance
        return self.act.first_row(self._meta.model)


class MergingForm(MergeMixin, OwnedForm):
    """A form that merges an edit with other changes of the row since the form was shown.

    The page posts each field with its shown value (initial-…), and the version of the row. A field
    that the user changed is written; a field left alone, or missing from the form, keeps its stored
    value. If both changed the same field, the form is invalid: `conflicts` has the stored value,
    the typed one stays in the field, and the next attempt, which has seen both, decides. The
    instance must be locked (select_for_update).
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    state_field = "version"
    is_more = False  # whether it does something even if no field changed

    def __init__(self, data=None, *, instance, **kwargs):
        # The stored values, read first: validation puts the form's values into the instance.
        stored = {name: self.value_of(instance, name) for name in self.merged}
        stored["version"] = instance.version
        super().__init__(
            data,
            instance=instance,
            initial=stored,
            **kwargs,
        )
        self.conflicts = {}
        self.written = set()  # the columns that save() changed
        self.begin_merge()

    def value_of(self, instance, name):
        return getattr(instance, name)

    def complete(self, name):
        """Complete the data; a field that was left alone gets its stored value, which is valid.

        The shown value may not be: its list may have been deleted.
        """
        super().complete(name)
        if self.data[name] == self.data[self.add_initial_prefix(name)]:
            self.leave(name)

    def presumed_text(self, name):
        """Return the stored text if the version shows that the row is unchanged, else UNKNOWN."""
        return self.stored_text(name) if self.is_up_to_date else UNKNOWN

    def clean(self):
        for name in self.merged:
            if name not in self.changed_data:
                self.cleaned_data[name] = self.initial[name]
            elif self.has_met_another(name):
                self.conflicts[name] = self.initial[name]
                became = self.became(name)
                self.add_error(name, f"{became}\nSave again to replace it with yours.")
        super().clean()

    def became(self, name):
        """Return the error message about another edit of a field."""
        stored = self.in_words(name)
        if not stored:
            return "This was cleared in the meantime."
        return f"This was changed in the meantime to:\n{stored}"

    def in_words(self, name):
        """Return the stored value of a field in words."""
        field = self.fields[name]
        stored = self.stored_text(name)
        if not isinstance(field, forms.ChoiceField):
            return stored
        choices = {str(value): words for value, words in field.choices}
        return choices.get(stored, "")

    def has_met_another(self, name):
        """Return whether the row was changed in a field that the user changed, to another value."""
        to_python = self.fields[name].to_python
        shown = self.data[self.add_initial_prefix(name)]
        try:
            stored = to_python(self.stored_text(name))
            mine = to_python(self.data[name])
            return stored != mine and stored != to_python(shown)
        except (
            ValidationError
        ):  # the typed value is invalid, an error by itself; or shown is UNKNOWN
            return shown == UNKNOWN

    @cached_property
    def took_effect(self):
        """Whether this submission was saved before. It wasn't if the row is as it was shown."""
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
        """Write the changes of this edit. Return the act, None if there are no changes."""
        if self.took_effect:
            return self.user.acts.get(key=self.submission)
        kind = Act.Kind.EDIT
        by_staff = self.by_staff
        act = Act(
            user=self.user,
            key=self.submission,
            kind=kind,
            by_staff=by_staff,
        )
        changes = self.changes()
        if not changes and not self.is_more:
            return None
        self.written = set(changes)
        return self.write(act, changes)

    def write(self, act, changes):
        return self.instance.edit(act=act, **changes)


class NameForm(OwnedForm):
    """The name of a list or tag, unique among the user's rows, ignoring case.

    Lock the user first: of two simultaneous forms with one name, the second finds the first's row.
    """

    name = TextField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def clean_name(self):
        longest = self._meta.model._meta.get_field("name").max_length
        return clean_line(
            self.cleaned_data["name"],
            "Enter a name.",
            longest,
        )

    def _get_validation_exclusions(self):
        # By default Django skips the constraint on names, since the form has no field "user".
        # Private API, which test_lists.py pins.
        return super()._get_validation_exclusions() - {"user", "deleted_at"}


class RenameForm(MergingForm, NameForm):
    """An edit of a list or tag; if the new name is taken, it offers to merge the two."""

    @cached_property
    def namesake(self):
        """The other row that has the typed name, None if there is none."""
        name = getattr(self, "cleaned_data", {}).get("name")
        if not name:
            return None
        rows = self._meta.model.objects.filter(user=self.user)
        return rows.named([name]).exclude(pk=self.instance.pk).first()


class MergeForm(forms.Form):
    """The choice of another row of the user, into which a row is merged."""

    into = forms.ModelChoiceField(None)

    def __init__(self, data, *, row, rows):
        super().__init__(data)
        self.fields["into"].queryset = rows.exclude(pk=row.pk)


class RestoreForm(NameForm):
    """The restore of a list or tag, under another name if its own is taken."""

    def __init__(self, data=None, *, instance, **kwargs):
        there = copy(instance)
        there.deleted_at = None  # so that its name is compared with the names in use
        super().__init__(data, instance=there, **kwargs)


class MoveForm(forms.Form):
    """The new position of a row: before or after another of the user's rows, or at an end."""

    before = forms.ModelChoiceField(None, required=False)
    after = forms.ModelChoiceField(None, required=False)
    to = forms.ChoiceField(choices=[("top", "Top"), ("bottom", "Bottom")], required=False)

    def __init__(self, data, *, row, rows):
        super().__init__(data)
        others = rows.exclude(pk=row.pk)
        self.fields["before"].queryset = self.fields["after"].queryset = others

    def clean(self):
        if len(self.where()) != 1:
            raise ValidationError("Choose one position.")

    def where(self):
        """Return the position as the arguments of a row's move()."""
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return {name: getattr(value, "pk", value) for name, value in given.items()}
