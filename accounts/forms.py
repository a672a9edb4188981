"""Forms about oneself."""

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
    """Light, dark, or as the device has it ("")."""

    THEMES = {"": "Same as the device", "light": "Light", "dark": "Dark"}

    theme = forms.ChoiceField(
        choices=list(THEMES.items()), required=False, widget=forms.RadioSelect
    )


class WaitingEndForm(forms.Form):
    """Names something that waits to be saved, by its id."""

    waiting = forms.IntegerField()
    quiet = forms.BooleanField(required=False)  # by leaving.js: nobody pressed a button


class TimeZoneField(forms.ChoiceField):
    def __init__(self, **kwargs):
        super().__init__(choices=zone_choices, label="Time zone", **kwargs)


class SignupForm(forms.Form):
    """What sign-up asks besides address and password; allauth adds those."""

    field_order = ["email", "password1", "time_zone"]

    # main.js chooses what the browser says; without it the site's zone stands there.
    time_zone = TimeZoneField(
        initial=default_time_zone, help_text="It decides when your day begins.", required=False
    )

    def signup(self, request, user):
        """Keep the zone that was chosen, and how the languages of the browser read dates."""
        customs = customs_of(request.headers.get("Accept-Language", ""))
        user.time_zone = self.cleaned_data["time_zone"] or default_time_zone()
        user.date_format, user.hours, user.week_start = customs
        user.save(update_fields=["time_zone", *customs._fields])


class ProfileForm(MergeMixin, forms.ModelForm):
    """The page posts each field with the value that it showed; only what differs is written.

    So two pages, opened at the same time, don't undo each other's changes; of one field, the later
    change counts. A POST that doesn't say what it saw is compared with the account as it is.
    """

    time_zone = TimeZoneField(help_text="It decides when your day begins.")

    class Meta:
        model = User
        fields = ["name", "time_zone", "week_start", "date_format", "hours"]
        labels = {
            "week_start": "The week starts on",
            "date_format": "Dates read like",
            "hours": "Times read like",
        }

    own = Meta.fields

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.merged = list(self.fields)  # the admin's form has more, or fewer
        self.begin_merge()
        # A zone that is no longer offered stays possible for whoever has it.
        if self.instance.time_zone not in dict(flat(self.fields["time_zone"].choices)):
            kept = (self.instance.time_zone, self.instance.time_zone)
            self.fields["time_zone"].choices = [kept, *zone_choices()]

    def stays(self, name):
        """What a POST doesn't hold of the profile stays; of the admin's boxes it holds ticks."""
        return name in self.own

    def clean_name(self):
        """Keep a name that isn't touched: older ones may be longer, or hold an address."""
        if "name" not in self.changed_data:
            return self.cleaned_data["name"]
        name = " ".join(self.cleaned_data["name"].split())
        if len(name) > LONGEST_NAME or text.unstorable(name):
            raise ValidationError(f"Choose a name of up to {LONGEST_NAME} characters.")
        if page := text.page_in(name):
            raise ValidationError(
                f"“{page}” looks like the address of a page, which a name can't hold. Leave it out,"
                " or put a space after the full stop."
            )
        return name

    def save(self):
        self.instance.save(update_fields=self.changed_data)


def profile_form():
    """Return the class of the form of the settings' page: another app may add to ProfileForm."""
    return import_string(settings.PROFILE_FORM)


def flat(choices):
    """Yield (value, words) of choices that may stand in groups."""
    for value, words in choices:
        if isinstance(words, str):
            yield value, words
        else:
            yield from words
