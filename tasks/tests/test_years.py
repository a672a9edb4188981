"""Years that no user means are refused wherever a date is typed; older rows keep theirs."""

from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from unittest import TestCase

from django import forms

from accounts.clock import DATE_FORMATS
from accounts.tests.people import add_user
from accounts.tests.test_clock import TODAY, clock
from tasks.dates import FIRST_DAY, LAST_DAY, can_be_meant, year_meant
from tasks.forms.fields import DateField
from tasks.tests.pages import HTMX, PageTests, messages_of, meta_of, words_of
from todosite.tests.html import one, words

OLD = date(26, 12, 1)  # as a browser sends 01 12 26
REFUSED = "Enter a year from 1900 to 2200, not 26. Did you mean 2026?"


class YearTests(TestCase):
    def test_first_and_last_possible_day(self):
        for day, can_be in [
            (FIRST_DAY - timedelta(1), False),
            *[(FIRST_DAY, True), (TODAY, True), (LAST_DAY, True)],
            (LAST_DAY + timedelta(1), False),
        ]:
            self.assertIs(can_be_meant(day), can_be)

    def test_likely_year_for_a_mistyped_one(self):
        for year, meant in {
            **{1: 2001, 26: 2026, 99: 2099},  # of two figures
            **{1026: 2026, 3026: 2026, 9026: 2026, 2226: 2026, 2926: 2026},  # a slip of the finger
            **{202: None, 226: None, 1826: None, 9999: None},  # nobody can tell
        }.items():
            self.assertEqual((year, year_meant(year)), (year, meant))

    def test_year_is_always_shown_with_four_figures(self):
        for name in DATE_FORMATS:
            for year in [1, 26, 999, 1000, 9999]:
                shown = clock(date_format=name).date(date(year, 12, 3))
                self.assertIn(f"{year:04}", shown)


def form_classes():
    """Return all classes of forms in our apps."""
    found = set()
    for app in ["accounts", "tasks"]:
        for path in Path(app).rglob("*.py"):
            if not {"tests", "migrations", "commands"} & set(path.parts):
                import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    waiting = [forms.BaseForm]
    while waiting:
        subclasses = waiting.pop().__subclasses__()
        found.update(subclasses)
        waiting += subclasses
    return {each for each in found if each.__module__.startswith(("accounts.", "tasks."))}


def date_fields(form_class):
    fields = getattr(form_class, "base_fields", {}).items()
    return {name: field for name, field in fields if isinstance(field, forms.DateField)}


class FieldTests(TestCase):
    def test_every_date_field_refuses_impossible_years(self):
        found = {(name, type(field)) for each in form_classes() for name, field in
                 date_fields(each).items()}  # fmt: skip
        self.assertEqual(found, {(name, DateField) for name in ("due_date", "until", "day")})

    def test_error_suggests_the_likely_year(self):
        for value, said in [
            ("0026-12-01", [REFUSED]),
            ("1899-12-31", ["Enter a year from 1900 to 2200, not 1899."]),
            ("2201-01-01", ["Enter a year from 1900 to 2200, not 2201. Did you mean 2001?"]),
            ("9999-01-01", ["Enter a year from 1900 to 2200, not 9999."]),
        ]:
            with self.assertRaises(forms.ValidationError) as caught:
                DateField().clean(value)
            self.assertEqual(caught.exception.messages, said)


class TypedTests(PageTests):
    """Each form with a date shows the error by the field, and keeps the typed value."""

    def setUp(self):
        super().setUp()
        self.task = self.add_task("Milk", due_date=date(2026, 12, 1))

    def assertRefused(self, url, name="due_date", **data):
        response = self.client.post(url, data | {name: OLD.isoformat()})
        self.assertEqual(response.status_code, 422)
        field = one(response, f"main input[type=date][name={name}]")
        self.assertEqual(field.get("value"), "0026-12-01")
        self.assertEqual(response.context["form"].errors, {name: [REFUSED]})
        self.assertIn(REFUSED, words(one(response, "main")))
        self.task.refresh_from_db()
        self.assertEqual(self.task.due_date, date(2026, 12, 1))
        self.assertEqual(self.ann.tasks.count(), 1)

    def test_impossible_year_of_a_task_is_refused(self):
        self.assertRefused(f"/tasks/{self.task.pk}/edit/")

    def test_impossible_year_of_a_new_task_is_refused(self):
        self.assertRefused("/tasks/add/", text="Bread")

    def test_impossible_year_in_the_address_of_a_new_task_is_refused(self):
        page = self.get(f"/tasks/add/?due_date={OLD}")
        self.assertEqual(one(page, "main input[name=due_date]").get("value"), "0026-12-01")

    def test_impossible_year_of_pasted_tasks_is_refused(self):
        self.assertRefused("/tasks/paste/", text="Bread\nButter", sure="1")

    def test_impossible_year_of_a_repeat_is_refused(self):
        repeat = {"interval": "1", "frequency": "DAILY", "ends": "until", "week_start": "0"}
        repeat |= {"repeat_from": "due", "missed": "pass", "until": "2027-01-01"}
        url = f"/tasks/{self.task.pk}/repeat/"
        self.assertRefused(url, **repeat)
        self.assertRefused(url, "until", **repeat | {"due_date": "2026-12-01"})

    def test_impossible_year_in_words_is_text(self):
        """Quick add leaves such words as text."""
        for typed in ["0026-12-01", "1 dec 0026", "in 300 years"]:
            page = self.client.post(f"/tasks/{self.task.pk}/when/", {"when": typed})
            self.assertContains(page, f"“{typed}” can&#39;t be read as one date.", status_code=422)

    def test_impossible_last_day_in_words_is_text(self):
        for line in ["Pay every day for 300 years", "Pay every day until in 300 years"]:
            self.post("/tasks/add/", text=line)
            task = self.ann.tasks.latest("pk")
            self.assertEqual((task.title, task.due_date, task.repeat), (line, None, ""))

    def test_impossible_year_of_several_tasks_is_refused(self):
        self.assertRefused("/tasks/bulk/", do="due", ids=[self.task.pk])

    def test_htmx_gets_the_error_of_an_impossible_year(self):
        data = {"do": "due", "ids": [self.task.pk], "due_date": OLD.isoformat()}
        response = self.client.post("/tasks/bulk/", data, headers=HTMX)
        self.assertEqual((response.status_code, messages_of(response)), (422, [REFUSED]))

    def test_impossible_year_in_the_admin_is_refused(self):
        self.client.force_login(self.add_staff())
        new = {"user": self.ann.email, "title": "Bread", "priority": "0"}
        self.assertRefusedByAdmin("/admin/tasks/task/add/", **new)
        self.assertRefusedByAdmin(f"/admin/tasks/task/{self.task.pk}/change/")

    def add_staff(self):
        return add_user("root@example.org", is_staff=True, is_superuser=True)

    def assertRefusedByAdmin(self, url, **data):
        response = self.client.post(url, data | {"due_date": OLD.isoformat()})
        self.assertEqual(response.status_code, 200)
        self.assertIn(REFUSED, words(one(response, ".field-due_date")))
        self.assertEqual(list(self.ann.tasks.all()), [self.task])

    def test_impossible_year_of_a_week_is_a_400(self):
        response = self.client.get(f"/upcoming/?from={OLD}")
        self.assertEqual(response.status_code, 400)
        self.assertIn(f"“from” can't be 0026-12-01. {REFUSED}", words_of(response))

    def test_impossible_year_of_a_reminder_is_refused(self):
        url = f"{self.task.get_absolute_url()}reminders/add/"
        response = self.client.post(url, {"day": OLD.isoformat(), "at": "09:00"})
        self.assertEqual(response.status_code, 422)
        self.assertEqual(one(response, ".reminders [name=day]").get("value"), "0026-12-01")
        self.assertIn(REFUSED, words(one(response, ".reminders")))

    def test_every_module_with_a_date_field_is_tested(self):
        """A new form with a date needs a test above, and its module here."""
        found = {each.__module__ for each in form_classes() if date_fields(each)}
        tried = {"bulk", "quickadd", "reminders", "repeats", "tasks"}
        self.assertEqual(found - {"tasks.admin"}, {f"tasks.forms.{name}" for name in tried})


class OldRowTests(PageTests):
    """A task that already has such a year."""

    def setUp(self):
        super().setUp()
        self.task = self.add_task("Milk", due_date=OLD)
        self.edit = f"/tasks/{self.task.pk}/edit/"

    def now(self):
        self.task.refresh_from_db()
        return self.task.title, self.task.due_date

    def test_old_year_is_shown_with_four_figures(self):
        self.assertIn("Overdue: 1 Dec 0026", meta_of(self.get("/inbox/"), self.task))

    def test_task_with_an_old_year_can_be_edited(self):
        shown = {"initial-due_date": "0026-12-01", "due_date": "0026-12-01"}
        for title, dates in [("Bread", shown), ("Butter", {})]:
            self.post(self.edit, title=title, next="/inbox/", **dates)
            self.assertEqual(self.now(), (title, OLD))

    def test_old_year_cannot_become_another_impossible_one(self):
        response = self.client.post(self.edit, {"due_date": "0027-12-01"})
        self.assertEqual(response.status_code, 422)
        self.assertIn("Did you mean 2027?", words_of(response))
        self.assertEqual(self.now(), ("Milk", OLD))

    def test_repeat_with_an_old_year_can_be_edited(self):
        page = self.get(f"/tasks/{self.task.pk}/repeat/")
        field = one(page, "main input[name=due_date]")
        self.assertEqual(field.get("value"), "0026-12-01")
        repeat = {"interval": "1", "frequency": "DAILY", "ends": "never", "week_start": "0"}
        repeat |= {"repeat_from": "due", "missed": "pass", "due_date": "0026-12-01"}
        response = self.client.post(f"/tasks/{self.task.pk}/repeat/", repeat)
        self.assertNotIn("Enter a year", words_of(response))

    def test_undo_restores_an_old_year(self):
        response = self.post(self.edit, due_date="2026-12-01", next="/inbox/")
        self.assertEqual(self.now(), ("Milk", date(2026, 12, 1)))
        self.undo(response)
        self.assertEqual(self.now(), ("Milk", OLD))
