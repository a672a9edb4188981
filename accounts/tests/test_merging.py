"""Merging an edit: the shown, the stored and the typed value."""

import ast
from pathlib import Path

from django import forms
from django.http import QueryDict
from django.test import SimpleTestCase

from accounts.forms import ProfileForm
from accounts.merging import MergeMixin
from accounts.models import User
from todosite.tests.html import select


class NoteForm(MergeMixin, forms.Form):
    """A form with a title, a checkbox for capitals, and days."""

    title = forms.CharField(required=False)
    size = forms.ChoiceField(choices=[("s", "Small"), ("l", "Large")])
    days = forms.MultipleChoiceField(choices=[("1", "Mon"), ("2", "Tue")], required=False)
    version = forms.CharField(required=False)

    merged = ["title", "size", "days"]
    state_field = "version"

    def __init__(self, query=None, **stored):
        stored = {"title": "Milk", "size": "s", "days": ["1"], "version": 7} | stored
        super().__init__(None if query is None else QueryDict(query), initial=stored)
        self.begin_merge()


class BoxForm(NoteForm):
    done = forms.BooleanField(required=False)

    merged = [*NoteForm.merged, "done"]

    def stays(self, name):
        return False


def data_of(form):
    return dict(form.data.lists())


class MergeTests(SimpleTestCase):
    def test_page_posts_the_shown_values(self):
        shown = [
            (field.get("name"), field.get("value"))
            for field in select(NoteForm().as_p(), "[name^=initial-]")
        ]
        self.assertEqual(
            shown, [("initial-title", "Milk"), ("initial-size", "s"), ("initial-days", "1")]
        )

    def test_field_is_changed_if_typed_and_shown_differ(self):
        """The stored value doesn't matter."""
        for shown, stored, typed, is_changed in [
            ("Milk", "Milk", "Milk", False),
            ("Milk", "Milk", "Oats", True),
            ("Milk", "Rice", "Milk", False),
            ("Milk", "Rice", "Oats", True),
            ("Milk", "Rice", "Rice", True),
        ]:
            with self.subTest(shown=shown, stored=stored, typed=typed):
                form = NoteForm(f"title={typed}&initial-title={shown}", title=stored)
                self.assertEqual("title" in form.changed_data, is_changed)

    def test_field_missing_from_a_post_keeps_its_stored_value(self):
        form = NoteForm("", days=["1", "2"])
        stored = {"title": ["Milk"], "size": ["s"], "days": ["1", "2"]}
        shown = {f"initial-{name}": texts for name, texts in stored.items()}
        self.assertEqual(data_of(form), stored | shown)
        self.assertEqual(form.changed_data, ["version"])

    def test_checkbox_missing_from_a_post_is_unchecked(self):
        form = BoxForm("title=Milk&size=s", done=True)
        self.assertEqual(form.changed_data, ["days", "version", "done"])
        self.assertEqual((form["days"].value(), form["done"].value()), ([], False))

    def test_checkbox_that_was_shown_checked(self):
        for shown, stored, typed, is_changed in [
            ("True", True, "&done=on", False),
            ("True", False, "&done=on", False),
            ("True", False, "", True),
            ("False", True, "", False),
            ("False", False, "&done=on", True),
        ]:
            with self.subTest(shown=shown, stored=stored, typed=typed):
                form = BoxForm(f"initial-done={shown}{typed}", done=stored)
                self.assertEqual("done" in form.changed_data, is_changed)

    def test_shown_value_defaults_to_the_stored_one(self):
        form = NoteForm("title=Milk&size=l&days=1")
        self.assertEqual(form.changed_data, ["size", "version"])

    def test_form_knows_whether_the_shown_state_is_current(self):
        for query, is_up_to_date in [
            ("", True),
            ("version=", True),
            ("version=7", True),
            ("version=6", False),
            ("version=x", False),
        ]:
            with self.subTest(query):
                self.assertIs(NoteForm(query).is_up_to_date, is_up_to_date)

    def test_rebase_shows_stored_and_typed_values(self):
        query = "title=Oats&initial-title=Milk&size=s&initial-size=s&days=1&initial-days=1"
        form = NoteForm(f"{query}&version=6", title="Rice", size="l", days=["2"])
        form.rebase()
        self.assertEqual(
            data_of(form),
            {
                "title": ["Oats"],
                "initial-title": ["Rice"],
                "size": ["l"],
                "initial-size": ["l"],
                "days": ["2"],
                "initial-days": ["2"],
                "version": [7],
            },
        )

    def test_data_of_the_request_is_not_changed(self):
        sent = {"name": "Ann"}
        form = ProfileForm(sent, instance=User(email="ann@example.org"))
        self.assertEqual(form.changed_data, ["name"])
        self.assertEqual(sent, {"name": "Ann"})


class OneMergeTests(SimpleTestCase):
    def test_no_other_module_reads_initial_values(self):
        """A form that asks Django for shown values is a form that merges."""
        found = set()
        for path in [*Path("accounts").rglob("*.py"), *Path("tasks").rglob("*.py")]:
            text = path.read_text()
            if "show_hidden_initial" not in text:
                continue  # parsing all files would take a second
            targets = [
                ast.unparse(target)
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Assign)
                for target in node.targets
            ]
            if any(target.endswith(".show_hidden_initial") for target in targets):
                found.add(str(path))
        self.assertEqual(found, {"accounts/merging.py"})
