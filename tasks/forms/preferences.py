"""The form of a user's profile and preferences, which the settings name (PROFILE_FORM)."""

from django import forms

from accounts.forms import ProfileForm


class PreferencesForm(ProfileForm):
    """The profile, with the user's preferences for the pages of tasks."""

    # A choice rather than a checkbox: an unchecked box is missing from a POST, and so would stay.
    shortcuts = forms.TypedChoiceField(
        label="Keyboard shortcuts",
        choices=[("True", "On"), ("False", "Off")],
        coerce="True".__eq__,
        help_text="Keys such as q to add a task and j to go down a list. Switch them off if they"
        " get in the way of keys that you or a screen reader use.",
    )

    upcoming_repeats = forms.TypedChoiceField(
        label="Future repeats",
        choices=[("True", "Shown in Upcoming"), ("False", "Hidden")],
        coerce="True".__eq__,
        help_text="Shown in gray on the days they're due.",
    )

    class Meta(ProfileForm.Meta):
        fields = [*ProfileForm.Meta.fields, "default_page", "upcoming_repeats", "shortcuts"]
        labels = ProfileForm.Meta.labels | {"default_page": "Start page"}

    own = Meta.fields
