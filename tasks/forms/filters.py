"""Forms for the query of an address: the rows that a page shows, and their order."""

from django import forms
from django.core.exceptions import ValidationError

from tasks import search
from tasks.dates import FIRST_DAY, LAST_DAY
from tasks.forms.fields import DateField, NumberField, refuse_longer, refuse_unstorable
from tasks.history import Act
from tasks.search import LONGEST, MOST_WORDS

MAX_PAGE = 10**9


class ArrangeForm(forms.Form):
    """The sorting and grouping of a listing, out of its choices."""

    sort = forms.ChoiceField(label="Sort by", widget=forms.RadioSelect)
    group = forms.ChoiceField(label="Group by", required=False, widget=forms.RadioSelect)

    def __init__(self, data=None, *, listing):
        super().__init__(data, initial=listing.arrangement)
        self.fields["sort"].choices = listing.sort_choices
        self.fields["group"].choices = listing.group_choices


class HistoryForm(forms.Form):
    """The filters of the history: ?kind=&of=&task=&page="""

    KINDS = {
        "add": [Act.Kind.ADD],
        "edit": [Act.Kind.EDIT, Act.Kind.ORDER],
        "complete": [Act.Kind.COMPLETE, Act.Kind.REOPEN],
        "delete": [Act.Kind.DELETE, Act.Kind.RESTORE, Act.Kind.ARCHIVE, Act.Kind.UNARCHIVE],
        "undo": [Act.Kind.UNDO, Act.Kind.REDO],
    }
    kind = forms.ChoiceField(
        label="Action",
        choices=[
            ("", "Everything"),
            ("add", "Added"),
            ("edit", "Edited and moved"),
            ("complete", "Completed and reopened"),
            ("delete", "Deleted, archived, restored"),
            ("undo", "Undone"),
        ],
        required=False,
    )
    of = forms.ChoiceField(
        label="Item",
        choices=[
            ("", "Everything"),
            ("task", "Tasks"),
            ("step", "Steps"),
            ("list", "Lists"),
            ("tag", "Tags"),
        ],
        required=False,
    )
    task = NumberField(min_value=1, max_value=2**63 - 1, required=False, widget=forms.HiddenInput)
    page = NumberField(min_value=1, max_value=MAX_PAGE, required=False, widget=forms.HiddenInput)
    REASONS = {
        "kind": "must be add, edit, complete, delete or undo",
        "of": "must be task, step, list or tag",
        "task": "must be the id of a task",
        "page": f"must be a whole number from 1 to {MAX_PAGE}",
    }

    def is_about_all(self):
        """Return whether no filter is set."""
        return not any(self.cleaned_data[name] for name in ["kind", "of", "task"])

    def narrow(self, acts):
        """Return the acts that the filters let through."""
        cleaned = self.cleaned_data
        if cleaned["kind"]:
            acts = acts.filter(kind__in=self.KINDS[cleaned["kind"]])
        if cleaned["of"]:
            acts = acts.that_changed(**{cleaned["of"]: True})
        if cleaned["task"]:
            acts = acts.that_changed(task=cleaned["task"])
        return acts

    def reason(self):
        return reason(self)


def reason(form):
    """Return a sentence about the invalid parts of an address."""
    sentences = [f"“{name}” {reason_of(form, name)}" for name in form.errors]
    return " ".join(sentences)


def reason_of(form, name):
    """Return the problem of one part of an address; for a year, the field's own message."""
    error = form.errors.as_data()[name][0]
    if error.code == "year":
        return f"can't be {form.data[name]}. {error.message}"
    return f"{form.REASONS[name]}."


class SearchForm(forms.Form):
    """A search: ?q=&completed="""

    q = forms.CharField(
        label="Search",
        required=False,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}
        ),
    )
    completed = forms.BooleanField(label="Include completed", required=False)

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["q"].validators = []  # Django's is for NUL alone

    def clean_q(self):
        return clean_search(self.cleaned_data["q"])


def clean_search(q):
    """Return a search as one line. Raise ValidationError if too long."""
    q = " ".join(q.split())
    refuse_unstorable(q)
    refuse_longer(q, LONGEST)
    if search.count(q) > MOST_WORDS:
        raise ValidationError(f"Search for at most {MOST_WORDS} words.")
    return q


class ListingForm(forms.Form):
    """The filters of a listing: ?status=&page=&limit=&from=&list="""

    status = forms.ChoiceField(
        choices=[("", "All"), ("pending", "Open"), ("completed", "Completed")],
        required=False,
    )
    page = NumberField(min_value=1, max_value=MAX_PAGE, required=False)
    limit = NumberField(min_value=1, max_value=100, required=False)
    list = NumberField(min_value=1, required=False)

    NAMES = ["status", "page", "limit", "list", "from"]
    REASONS = {
        "status": "must be pending or completed",
        "page": f"must be a whole number from 1 to {MAX_PAGE}",
        "limit": "must be a whole number from 1 to 100",
        "list": "must be the id of a list",
        "from": f"must be a date such as 2026-03-25, from {FIRST_DAY.year} to {LAST_DAY.year}",
    }

    def __init__(self, data):
        super().__init__(data)
        self.fields["from"] = DateField(required=False)

    def reason(self):
        return reason(self)
