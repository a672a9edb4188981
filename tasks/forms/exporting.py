"""The form of an export."""

from django import forms


class ExportForm(forms.Form):
    """The kind of file for a user's data: a key of tasks.exporting.files.WRITERS."""

    KINDS = [
        ("json", "JSON: everything, to keep or to import again"),
        ("csv", "CSV: tasks, for a spreadsheet"),
        ("zip", "Both, in a ZIP file"),
    ]

    kind = forms.ChoiceField(
        label="File",
        choices=KINDS,
        initial="json",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose JSON, CSV or both."},
    )
