"""Forms for lists."""

from django import forms

from tasks.forms.base import AddingForm, NameForm, RenameForm, RestoreForm
from tasks.models import TaskList


class ListAddForm(AddingForm, NameForm):
    """A new list."""

    color = forms.ChoiceField(choices=TaskList.Color.choices, widget=forms.RadioSelect)

    class Meta:
        model = TaskList
        fields = ["name", "color"]

    def __init__(self, data=None, *, number=0, **kwargs):
        """number is the number of lists, so that each new one starts with another color.

        Its fields have ids of their own, since the form may appear over another one.
        """
        colors = TaskList.Color.values
        color = colors[number % len(colors)]
        super().__init__(
            data,
            initial={"color": color},
            auto_id="new-list-%s",
            **kwargs,
        )
        self.fields["name"].widget.attrs["autofocus"] = True


class ListForm(RenameForm):
    """An edit of a list."""

    color = forms.ChoiceField(choices=TaskList.Color.choices, widget=forms.RadioSelect)

    class Meta:
        model = TaskList
        fields = ["name", "color"]

    merged = Meta.fields


class ListRestoreForm(RestoreForm):
    class Meta:
        model = TaskList
        fields = ["name"]


class ListDeleteForm(forms.Form):
    """The choice of where the tasks of a deleted list go."""

    tasks = forms.ChoiceField(
        label="Its tasks",
        choices=[("inbox", "Move to the Inbox"), ("trash", "Move to the trash with the list")],
        widget=forms.RadioSelect,
        initial="inbox",
    )
