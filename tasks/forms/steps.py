"""Forms for the steps of a task."""

from django import forms

from tasks.forms.base import AddingForm, MergingForm, OwnedForm
from tasks.forms.fields import TITLE_LENGTH, TextField, clean_line
from tasks.models import Step


class StepTitleForm(OwnedForm):
    """The title of a step. Its id isn't the same as the task's title's on the same page."""

    title = TextField(
        label="Step", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, auto_id="id_step_%s", **kwargs)

    def clean_title(self):
        return clean_line(
            self.cleaned_data["title"],
            "Enter a title for the step.",
            TITLE_LENGTH,
        )


class StepAddForm(AddingForm, StepTitleForm):
    """A new step of a task."""

    class Meta:
        model = Step
        fields = ["title"]

    def __init__(self, data=None, *, task, **kwargs):
        super().__init__(data, **kwargs)
        self.instance.task = task


class StepForm(MergingForm, StepTitleForm):
    """An edit of a step."""

    class Meta:
        model = Step
        fields = ["title"]

    merged = Meta.fields
