"""Forms of a user's own account and settings."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string

from accounts import text
from accounts.customs import customs_of
from accounts.merging import MergeMixin
from accounts.models import User, default_time_zone
from accounts.zones import zone_choices

LONGEST_NAME = 60  # characters


class ThemeForm(forms.Form):
    """The choice of light, dark, or the device's own theme ("")."""

    THEMES = {"": "Same as the device", "light": "Light", "dark": "Dark"}

    theme = forms.ChoiceField(
        choices=list(THEMES.items()), required=False, widget=forms.RadioSelect
    )


class WaitingEndForm(forms.Form):
    """The id of a waiting form to discard."""

    waiting = forms.IntegerField()
    quiet = forms.BooleanField(required=False)  # sent by leaving.js, without a press of a button


class TimeZoneField(forms.ChoiceField):
    def __init__(self, **kwargs):
        super().__init__(choices=zone_choices, label="Time zone", **kwargs)


class SignupFields(forms.Form):
    """The fields that a sign-up has beyond address and password, which allauth adds."""

    field_order = ["email", "password1", "time_zone"]

    # main.js selects the browser's zone; without JavaScript the site's zone is selected.
    time_zone = TimeZoneField(
        initial=default_time_zone,
        help_text="This sets when “today” starts for you.",
        required=False,
    )

    def signup(self, request, user):
        """Save the chosen time zone, and the formats of the browser's languages."""
        customs = customs_of(request.headers.get("Accept-Language", ""))
        user.time_zone = self.cleaned_data["time_zone"] or default_time_zone()
        user.date_format, user.hours, user.week_start = customs
        user.save(update_fields=["time_zone", *customs._fields])


class ProfileForm(MergeMixin, forms.ModelForm):
    """A user's profile. The page posts each field's shown value too; only differences are saved.

    So two pages, opened at the same time, don't revert each other's changes; in one field, the
    later change wins. A POST without shown values is compared with the stored account.
    """

    time_zone = TimeZoneField(help_text="This sets when “today” starts for you.")

    class Meta:
        model = User
        fields = ["name", "time_zone", "week_start", "date_format", "hours"]
        labels = {
            "week_start": "The week starts on",
            "date_format": "Date format",
            "hours": "Time format",
        }

    own = Meta.fields

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.merged = list(self.fields)  # the admin's form may have more fields, or fewer
        self.begin_merge()
        # A user whose zone is no longer offered can keep it.
        if self.instance.time_zone not in dict(flat(self.fields["time_zone"].choices)):
            kept = (self.instance.time_zone, self.instance.time_zone)
            self.fields["time_zone"].choices = [kept, *zone_choices()]

    def stays(self, name):
        """Return whether a field missing from a POST keeps its value: the admin's boxes don't."""
        return name in self.own

    def clean_name(self):
        """Return the name. An unedited one stays: older names may break today's rules."""
        if "name" not in self.changed_data:
            return self.cleaned_data["name"]
        name = " ".join(self.cleaned_data["name"].split())
        if len(name) > LONGEST_NAME or text.unstorable(name):
            raise ValidationError(f"Choose a name of up to {LONGEST_NAME} characters.")
        if page := text.page_in(name):
            raise ValidationError(
                f"“{page}” looks like a web address, which a name can't contain. Remove it,"
                " or add a space after the period."
            )
        return name

    def save(self):
        self.instance.save_preferences(self.changed_data)


def profile_form():
    """Return the form class of the settings page: another app may extend ProfileForm."""
    return import_string(settings.PROFILE_FORM)


def flat(choices):
    """Yield (value, words) of choices, including choices inside groups."""
    for value, words in choices:
        if isinstance(words, str):
            yield value, words
        else:
            yield from words
