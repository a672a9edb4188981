"""Forms about oneself."""

from django import forms


class ThemeForm(forms.Form):
    """Light, dark, or as the device has it (""). Read from the form and from its cookie alike."""

    theme = forms.ChoiceField(
        choices=[("", "Same as the device"), ("light", "Light"), ("dark", "Dark")],
        required=False,
        widget=forms.RadioSelect,
    )
