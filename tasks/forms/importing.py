"""The forms of an import: the file, and the choice of the part of its plan to add."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import cached_property

from accounts import text
from tasks.forms.base import submission
from tasks.forms.fields import NumberField
from tasks.importing import adding, waiting
from tasks.importing.files import LARGEST, Unreadable, too_large
from tasks.importing.preview import Choices, Preview
from tasks.importing.reading import READERS

CHANGED = "Your tasks were changed in the meantime. Review the preview, then import."
GONE = "This file is no longer available. Choose it again."


class ImportFileForm(forms.Form):
    """A file to import. A valid form has kept its plan, as `row`."""

    file = forms.FileField(
        label="File",
        help_text="JSON, CSV, ZIP or iCalendar, of up to 25 MB.",
        error_messages={
            "required": "Choose a file first.",
            "empty": "This file is empty.",
        },
    )

    def __init__(self, data=None, files=None, *, user):
        super().__init__(data, files)
        self.user = user

    def clean_file(self):
        """Read the file, and keep its plan for the preview."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(too_large("This file"))
        name = text.UNSTORABLE.sub("", file.name)
        name = text.legible(name) or "file"
        try:
            self.row = waiting.keep(self.user, name, file.read())
        except Unreadable as error:
            raise ValidationError(str(error)) from None
        return file


class ImportKindForm(forms.Form):
    """The format of the waiting file. A valid form has read the file in this format."""

    digest = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="Kind of file",
        choices=[(key, reader.NAME) for key, reader in READERS.items()],
        error_messages={"invalid_choice": "Choose one of the kinds."},
    )

    def __init__(self, data=None, *, row):
        super().__init__(data, initial={"kind": row.file_kind, "digest": row.digest})
        self.row = row

    def clean(self):
        if self.row.digest != self.cleaned_data.get("digest"):
            raise ValidationError(GONE)
        kind = self.cleaned_data.get("kind")
        if not kind:
            return
        try:
            waiting.read_again(self.row, kind)
        except Unreadable as error:
            self.add_error("kind", str(error))


class ImportAddForm(forms.Form):
    """The choice of the part of a shown plan to add."""

    key = forms.CharField(required=False, widget=forms.HiddenInput)
    digest = forms.CharField(required=False, widget=forms.HiddenInput)  # of the plan
    there = NumberField(required=False, widget=forms.HiddenInput)  # tasks, as was shown
    again = forms.BooleanField(required=False)
    settings = forms.BooleanField(required=False)

    def __init__(self, data, *, user):
        super().__init__(data)
        self.user = user

    @cached_property
    def submission(self):
        return submission(self.data, "import")

    @cached_property
    def earlier(self):
        """The act of this very submission, if it took effect before."""
        return self.submission and self.user.acts.filter(key=self.submission).first()

    def clean(self):
        """Refuse a choice that has changed since it was shown, or that adds nothing."""
        adding.lock_user(self.user)  # the duplicates stay the same until all is added
        if self.earlier:
            return
        self.row = waiting.waiting(self.user)
        if not self.is_shown(self.row):
            raise ValidationError(GONE)
        self.preview = self.chosen()
        if len(self.preview.twins.there) != self.cleaned_data.get("there"):
            raise ValidationError(CHANGED)
        if self.preview.adds_nothing:
            raise ValidationError("You already have everything in this file.")

    def is_shown(self, row):
        """Return whether a waiting file has the plan that the page has shown."""
        if not row or not row.plan:
            return False
        return row.digest == self.cleaned_data.get("digest")

    def chosen(self):
        """Return the preview with the choices of the form."""
        choices = Choices(
            self.cleaned_data["again"],
            self.cleaned_data["settings"],
        )
        return Preview(
            self.user,
            waiting.plan_in(self.row),
            choices,
        )

    @transaction.atomic
    def save(self):
        """Add the chosen part. Return the act: of a repeated submission, the act of the first."""
        if self.earlier:
            return self.earlier
        act = adding.add(self.preview, self.submission)
        self.row.delete()
        return act
