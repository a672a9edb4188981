"""Saving any form writes its values once, and returns the act."""

from datetime import date
from importlib import import_module
from pkgutil import iter_modules

from django.forms import BaseForm
from django.http import QueryDict

import tasks.forms
from accounts.forms import ProfileForm
from tasks import admin
from tasks.forms import bulk, lists, menu, quickadd, repeats, searches, steps, tags
from tasks.forms.importing import ImportAddForm
from tasks.forms.preferences import PreferencesForm
from tasks.forms.reminders import ReminderSettingsForm
from tasks.forms.tasks import BUTTONS, DetailForm, TaskForm, form_sent
from tasks.history import Act
from tasks.importing.plan import Plan
from tasks.models import ImportPlan
from tasks.tests.pages import PageTests
from todosite.tests.html import select

# Base classes, which are no forms by themselves.
PARTS = {
    *["OwnedForm", "AddingForm", "MergingForm", "NameForm", "RenameForm", "RestoreForm"],
    *["BaseTaskForm", "StepTitleForm", "TagNameForm", "KeptSearchForm"],
}
# Two forms only validate a name; three belong to an account, which has no acts.
OTHERS = {lists.ListRestoreForm, tags.TagRestoreForm, ProfileForm, PreferencesForm}
OTHERS.add(ReminderSettingsForm)


def posted(**data):
    query = QueryDict(mutable=True)
    query.update(data)
    return query


def form_classes():
    """Return the classes of all forms of tasks that are saved."""
    names = [one.name for one in iter_modules(tasks.forms.__path__)]
    modules = [import_module(f"tasks.forms.{name}") for name in names]
    found = set()
    for module in [*modules, admin]:
        for name, value in vars(module).items():
            is_form = isinstance(value, type) and issubclass(value, BaseForm)
            if is_form and hasattr(value, "save") and name not in PARTS:
                found.add(value)
    return found - OTHERS


class SavingTests(PageTests):
    def setUp(self):
        super().setUp()
        day = date(2031, 1, 31)
        self.add_task(typed="Milk", repeat="FREQ=DAILY", due_date=day, repeat_anchor=day)

    def milk(self):
        return self.ann.tasks.get(title__startswith="Milk", repeat="FREQ=DAILY")

    def edit(self, form_class, **data):
        return form_class(posted(**data), instance=self.milk(), user=self.ann)

    def forms(self):
        """Yield a form of each class with a change, each created after the last one was saved."""
        ann = self.ann
        yield quickadd.PlainForm(task=self.add_task("Call", typed="Call fri"), beside=QueryDict())
        offering = self.add_task("Bins", typed="Bins every day except 3 may")
        yield quickadd.MeantForm(task=offering, meant="every day")
        yield quickadd.AddForm(posted(text="Bread"), user=ann)
        yield quickadd.PasteForm(posted(text="Bread\nOil"), user=ann)
        yield lists.ListAddForm(posted(name="Errands", color="teal"), user=ann)
        yield lists.ListForm(posted(name="Job"), instance=self.add_list(), user=ann)
        yield tags.TagForm(posted(name="phone"), instance=self.add_tag(), user=ann)
        yield steps.StepAddForm(posted(title="Pour"), task=self.milk(), user=ann)
        yield steps.StepForm(posted(title="Stir"), instance=self.add_step(self.milk()), user=ann)
        yield self.edit(TaskForm, title="Milk 1")
        yield self.edit(DetailForm, title="Milk 2")
        for name in BUTTONS:
            yield self.edit(form_sent, title=f"Milk {name}", **{name: "1"})
        yield self.edit(menu.TagsForm, tags="new")
        ids = str(self.milk().pk)
        yield bulk.BulkForm(posted(do="priority 3", ids=ids), user=ann, listing=None)
        yield admin.AdminTaskChangeForm(posted(title="Milk 3"), instance=self.milk())
        yield admin.AdminTaskAddForm(posted(title="Oil", user=ann.email))
        yield searches.SearchAddForm(posted(name="Oil", q="oil", completed="False"), user=ann)
        saved = ann.searches.create(name="Milk", q="milk")
        yield searches.SearchEditForm(posted(name="Bread"), instance=saved, user=ann)
        yield self.import_form()
        shown = repeats.RepeatForm(task=self.milk())
        values = {field.html_name: field.value() for field in shown}
        said = {name: value for name, value in values.items() if value not in (None, [], ())}
        yield repeats.RepeatForm(posted(**said | {"interval": "2"}), task=self.milk())

    def import_form(self):
        """Return the form that adds the tasks of a file."""
        plan = Plan("A file")
        plan.add_task(title="Flour")
        row = ImportPlan.objects.keep(self.ann, plan.as_bytes(), file_name="mine.json")
        return ImportAddForm(posted(digest=row.digest, there="0"), user=self.ann)

    def test_each_form_returns_its_act(self):
        saved = set()
        for form in self.forms():
            saved.add(type(form))
            with self.subTest(type(form).__name__):
                self.assertEqual(form.errors, {})
                act = form.save()
                if isinstance(form, searches.KeptSearchForm):  # they have no history
                    self.assertIsNone(act)
                else:
                    self.assertIs(type(act), Act)
                    self.assertIsNotNone(act.pk)
        self.assertEqual(saved, form_classes())

    def test_each_button_of_a_tasks_page_has_its_own_form(self):
        self.milk().edit(title="Milk tomorrow")
        page = self.get(self.milk().get_absolute_url())
        buttons = select(page, "[form=detail-form][name], #detail-form button[name]")
        names = {one.get("name") for one in buttons if one.tag == "button"}
        self.assertEqual(names, set(BUTTONS))
        for name, form_class in BUTTONS.items():
            self.assertIs(type(self.edit(form_sent, **{name: "1"})), form_class)
        self.assertIs(type(self.edit(form_sent)), DetailForm)
