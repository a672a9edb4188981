"""Forms for saved searches."""

from django import forms
from django.core.exceptions import ValidationError

from accounts import text
from tasks import search
from tasks.forms.base import MergingForm, NameForm
from tasks.forms.filters import clean_search
from tasks.models import SavedSearch

MOST_SEARCHES = 20  # of a user; one query counts the tasks of all


class KeptSearchForm(NameForm):
    """The fields of a saved search."""

    q = forms.CharField(
        label="Search",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Words, #tag, +list, !high, overdue, today, no date, done.",
    )
    completed = forms.TypedChoiceField(
        label="Among",
        choices=[("False", "Open tasks"), ("True", "Include completed")],
        coerce="True".__eq__,
    )

    class Meta:
        model = SavedSearch
        fields = ["name", "q", "completed"]

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["q"].validators = []  # Django's is for NUL alone

    def clean_q(self):
        q = clean_search(self.cleaned_data["q"])
        if not search.read(q, {}, {}):
            raise ValidationError("Enter what to search for.", code="required")
        return q


class SearchAddForm(KeptSearchForm):
    """A new saved search."""

    def clean(self):
        if self.user.searches.count() >= MOST_SEARCHES:
            self.add_error(None, f"You have {MOST_SEARCHES} saved searches. Remove one first.")
        super().clean()

    def save(self):
        """Add the saved search as `instance`. Searches have no history, so there is no act."""
        self.instance.save(force_insert=True)

    @property
    def same(self):
        """The identical saved search, None if there is none: the form was sent twice."""
        asked = {name: self[name].value() or "" for name in self.Meta.fields}
        if text.unstorable(asked["name"] + asked["q"]):
            return None
        asked["completed"] = asked["completed"] == "True"
        return self.user.searches.filter(**asked).first()


class SearchEditForm(MergingForm, KeptSearchForm):
    merged = KeptSearchForm.Meta.fields
