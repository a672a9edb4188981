"""Importing a file: the preview, adding as one act, and undo."""

import io
import json
import zipfile
from datetime import timedelta
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone

from accounts.models import User
from accounts.tests.people import add_user
from tasks.importing.plan import Plan
from tasks.importing.waiting import keep
from tasks.models import ImportPlan, ListQuerySet, Task
from tasks.tests.making import add_list, add_step, add_tasks
from tasks.tests.pages import messages_of
from todosite.tests.html import hidden, one, select, words

URL = "/settings/import/"
KEY = "11111111-2222-4333-8444-555555555555"
MOMENT = "2026-11-30T12:00:00.123456+00:00"


def as_file(text, name="mine.json"):
    raw = text if isinstance(text, bytes) else text.encode()
    return SimpleUploadedFile(name, raw)


def export_of(**parts):
    """Return an export of ours with these parts, as JSON."""
    whole = {"format": "todosite", "version": 1, **parts, "complete": True}
    return json.dumps(whole)


def task(title="Milk", **fields):
    return {"id": title, "title": title, "created_at": MOMENT, **fields}


HOME = {"id": 7, "name": "Home", "color": "teal", "archived_at": None, "deleted_at": None}
FILE = export_of(
    lists=[HOME],
    tags=[{"id": 3, "name": "calls"}],
    tasks=[
        task(list=7, tags=[3], due_date="2026-12-01", repeat="FREQ=DAILY", place=2),
        task("Bread", list=7, place=1, steps=[{"title": "Flour", "done": True}]),
        task("Done", completed_at=MOMENT, series="Milk"),
    ],
    searches=[{"name": "Soon", "q": "today", "completed": True}],
    settings={"time_zone": "Europe/Berlin", "arrangements": {
        "list_detail-7": {"sort": "due", "group": ""}}},
    acts=[{"id": 1}],
)  # fmt: skip


class ImportTests(TestCase):
    def setUp(self):
        self.ann = add_user(time_zone="UTC")
        self.client.force_login(self.ann)

    def choose(self, text=FILE, name="mine.json"):
        """Choose a file; return the page that follows."""
        return self.client.post(URL, {"file": as_file(text, name)}, follow=True)

    def fields(self):
        """Return the fields that the form of the preview sends."""
        form = one(self.client.get(URL), "form[action$='/add/']")
        ticked = {box.get("name"): "1" for box in select(form, "[checked]")}
        return hidden(form) | ticked | {"next": ""}

    def add(self, **fields):
        return self.client.post(f"{URL}add/", self.fields() | fields)

    def state(self):
        """Return all rows that are Ann's, as they are."""
        kinds = ["tasks", "lists", "tags", "steps"]
        rows = [User.objects.filter(pk=self.ann.pk).values("time_zone", "arrangements")]
        rows += [getattr(self.ann, kind)(manager="everything").values() for kind in kinds]
        rows += [self.ann.searches.values()]
        return [list(found.order_by("pk")) for found in rows]


class DoublePressTests(ImportTests):
    def test_second_press_that_waits_for_the_first_gets_its_answer(self):
        self.choose()
        fields = self.fields()
        lock = User.lock

        def first_press_ends(user):
            with mock.patch.object(User, "lock", lock):
                self.client.post(f"{URL}add/", fields)
            lock(user)

        with mock.patch.object(User, "lock", first_press_ends):
            response = self.client.post(f"{URL}add/", fields)
        self.assertRedirects(response, "/tasks/")
        self.assertEqual(self.ann.tasks.count(), 3)


class PreviewTests(ImportTests):
    def test_preview_counts_new_rows_and_adds_none(self):
        page = words(self.choose())
        for said in [
            "Open tasks 2", "Completed tasks 1", "With a repeat 1", "Steps 1",
            "New lists 1", "New tags 1", "Saved searches 1", "Home new · 2 tasks", "Import 3 tasks",
            "Tags #calls (new)", "Open tasks 1 Bread task 2 · Home ✓ Flour",
            "Completed tasks 1 Done",
            "Repeating tasks 1 Milk task 1 · Home · Tue 1 Dec · every day,"
            " then Wed 2 Dec, Thu 3 Dec, Fri 4 Dec · #calls",
            "The history: It is there to be read, and isn't imported",
        ]:  # fmt: skip
            self.assertIn(said, page)
        self.assertEqual((Task.everything.count(), self.ann.acts.count()), (0, 0))

    def test_preview_counts_reminders(self):
        rows = [{"minutes_before": 0}, {"minutes_before": 60}]
        page = words(self.choose(export_of(tasks=[task(due_date="2090-12-01", reminders=rows)])))
        self.assertIn("Reminders 2", page)
        self.assertIn("2 reminders", page)

    def test_plan_of_an_earlier_version_can_still_be_added(self):
        plan = Plan("A file")
        plan.add_task(title="Milk", created_at=MOMENT)
        del plan.tasks[0]["reminders"]
        ImportPlan.objects.keep(self.ann, plan.as_bytes(), file_name="mine.json")
        self.assertNotIn("Kind of file", words(self.client.get(URL)))
        self.add()
        self.assertEqual(self.ann.tasks.get().title, "Milk")

    def test_existing_tasks_are_not_selected(self):
        home = add_list(self.ann, "HOME")
        self.ann.tasks.create(title="Milk", list=home, due_date="2026-12-01")
        add_tasks(self.ann, "Bread", "Done")  # of other lists and states
        page = words(self.choose())
        self.assertIn("Import 2 tasks", page)
        self.assertIn("Also import 1 duplicate", page)
        self.assertIn("Duplicates 1 These have the same title, list and date as a task you", page)
        self.add()
        self.assertEqual(self.ann.tasks.filter(title="Milk").count(), 1)
        done = self.ann.tasks.get(title="Done", series__isnull=False)
        self.assertEqual(done.series, self.ann.tasks.get(title="Milk"))

    def test_existing_tasks_can_be_imported_again(self):
        self.choose()
        self.add()
        self.choose()
        self.add(again="1")
        self.assertEqual(self.ann.tasks.filter(title="Milk").count(), 2)
        self.assertEqual(self.ann.lists.count(), 1)

    def test_second_import_changes_nothing(self):
        self.choose()
        self.add()
        before = self.state()
        self.assertIn("You already have everything in this file.", words(self.choose()))
        response = self.add(settings="")
        told = messages_of(self.client.get(URL))
        self.assertEqual(told, ["You already have everything in this file."])
        self.assertRedirects(response, URL)
        self.assertEqual(self.state(), before)

    def test_empty_inbox_of_a_new_account_leads_here(self):
        self.assertIn("Import them", words(self.client.get("/inbox/")))
        add_tasks(self.ann, "Mine", due_date="2026-12-01", list=add_list(self.ann))
        self.assertNotIn("Import them", words(self.client.get("/inbox/")))

    def test_preview_can_be_saved_as_text(self):
        self.choose()
        response = self.client.get(f"{URL}report/")
        self.assertEqual(response["Content-Type"], "text/plain; charset=utf-8")
        self.assertIn("- Bread (task 2, Home)\n  - ✓ Flour\n", response.text)
        self.assertIn("What can't be imported\n- The history: ", response.text)
        self.client.post(f"{URL}discard/", self.fields())
        self.assertEqual(self.client.get(f"{URL}report/").status_code, 404)

    def test_file_chosen_in_another_tab_is_not_discarded(self):
        self.choose()
        fields = self.fields()
        self.choose(export_of(tasks=[task("Other")]), "other.json")
        self.client.post(f"{URL}discard/", fields)
        self.assertEqual(ImportPlan.objects.get().file_name, "other.json")
        told = messages_of(self.client.get(URL))
        self.assertEqual(told, ["Another file is waiting now, so nothing was discarded."])

    def test_preview_says_which_tasks_an_archived_list_would_hide(self):
        add_list(self.ann, "home").archive()
        said = "Your list “Home” is archived, so 2 open tasks in it won't be on Today or Upcoming."
        self.assertIn(said, words(self.choose()))
        self.assertIn(said, self.client.get(f"{URL}report/").text)
        archived = export_of(lists=[HOME | {"archived_at": MOMENT}], tasks=[task(list=7)])
        self.assertNotIn("is archived", words(self.choose(archived)))

    def test_another_file_replaces_the_waiting_one(self):
        self.choose()
        fields = self.fields()
        self.choose(export_of(tasks=[task("Other")]), "other.json")
        self.client.post(f"{URL}add/", fields)
        self.assertIn("is no longer available", messages_of(self.client.get(URL))[0])
        self.assertEqual(self.ann.tasks.count(), 0)
        self.assertEqual(ImportPlan.objects.get().file_name, "other.json")

    def test_import_waits_for_a_day(self):
        self.choose()
        past = timezone.now() - timedelta(days=1, minutes=1)
        ImportPlan.objects.update(made_at=past)
        self.assertNotIn("Import 3 tasks", words(self.client.get(URL)))
        keep(add_user("ben@example.org"), "ben.json", FILE.encode())
        call_command("purge_history", verbosity=0)
        self.assertEqual(ImportPlan.objects.get().file_name, "ben.json")

    def test_waiting_import_is_shown_to_its_user_only(self):
        keep(add_user("ben@example.org"), "secret.json", FILE.encode())
        self.assertNotIn("secret.json", words(self.client.get(URL)))
        self.assertEqual(self.client.get(f"{URL}report/").status_code, 404)
        self.client.post(f"{URL}discard/")
        self.assertEqual(ImportPlan.objects.count(), 1)


class AddingTests(ImportTests):
    def test_all_data_are_imported_unchanged(self):
        self.choose()
        self.add()
        bread, milk, done = self.ann.tasks.by_hand()
        self.assertEqual((str(bread), str(milk), str(done)), ("Bread", "Milk", "Done"))
        self.assertEqual((milk.list.name, milk.list.color), ("Home", "teal"))
        self.assertEqual([str(tag) for tag in milk.tags.all()], ["calls"])
        self.assertEqual((milk.repeat, milk.created_at.isoformat()), ("FREQ=DAILY", MOMENT))
        self.assertEqual((done.completed_at.isoformat(), done.series), (MOMENT, milk))
        (step,) = bread.steps.all()
        self.assertEqual((step.title, step.done), ("Flour", True))
        search = self.ann.searches.get()
        self.assertEqual((search.name, search.q, search.completed), ("Soon", "today", True))
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.time_zone, "Europe/Berlin")
        key = f"list_detail-{milk.list_id}"
        self.assertEqual(self.ann.arrangements, {key: {"sort": "due", "group": ""}})
        self.assertEqual(list(self.ann.tasks.filter(search_text__contains="bread")), [bread])

    def test_import_is_one_act_with_one_undo(self):
        home = add_list(self.ann, "Home")
        add_tasks(self.ann, "Mine", list=home)
        self.ann.searches.create(name="Mine", q="mine")
        before = self.state()
        self.choose()
        self.add(settings="1")
        self.assertEqual(messages_of(self.client.get("/today/")), ["Imported 3 tasks."])
        imported = self.state()
        act = self.ann.acts.get(kind="import")
        self.assertIn("imported 3 tasks", words(self.client.get("/history/")))
        self.client.post(act.undo_url)
        there = [[row for row in rows if not row.get("deleted_at")] for rows in self.state()]
        there[4] = list(self.ann.steps.of_tasks_there())
        self.assertEqual(there, before)
        self.client.post(self.ann.acts.latest("pk").undo_url)
        self.assertEqual(self.without_versions(self.state()), self.without_versions(imported))

    def without_versions(self, state):
        left = {"version", "updated_at", "id"}
        return [[{k: row[k] for k in row.keys() - left} for row in rows] for rows in state]

    def test_undo_of_an_import_keeps_later_changes(self):
        self.choose()
        self.add(settings="1")
        act = self.ann.acts.get()
        self.ann.searches.update(name="Later", version=2)
        User.objects.update(time_zone="Asia/Tokyo")
        self.client.post(act.undo_url)
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.time_zone, "Asia/Tokyo")
        self.assertEqual(self.ann.searches.get().name, "Later")
        self.assertEqual(self.ann.tasks.count(), 0)

    def test_existing_rows_are_not_changed(self):
        home = add_list(self.ann, "Home")
        first, second = add_tasks(self.ann, "First", "Second", list=home)
        second.move(to="top")
        home.archive()
        add_step(first)
        before = self.state()
        self.choose()
        self.add()
        after = self.state()
        for rows, rows_before in zip(after[1:], before[1:], strict=True):
            self.assertEqual(rows[: len(rows_before)], rows_before)
        titles = [str(one) for one in self.ann.tasks.filter(list=home).by_hand()]
        self.assertEqual(titles, ["Second", "First", "Bread", "Milk"])

    def test_new_tasks_come_after_older_tasks_that_were_never_placed(self):
        home = add_list(self.ann, "Home")
        add_tasks(self.ann, "First", "Second", list=home)
        self.ann.tasks.update(created_at="2026-11-01T12:00:00+00:00")  # before MOMENT
        add_tasks(self.ann, "Mine")
        self.choose()
        self.add()
        titles = [str(one) for one in self.ann.tasks.filter(list=home).by_hand()]
        self.assertEqual(titles, ["First", "Second", "Bread", "Milk"])

    def test_list_deleted_during_the_comparison_is_seen_by_it(self):
        """The rows are locked before they are compared, so a deletion comes before or after both.

        Here it comes at the last moment, just before the lock.
        """
        home = add_list(self.ann, "Home")
        self.choose()
        fields = self.fields()
        lock = ListQuerySet.lock

        def lock_late(rows):
            ListQuerySet.lock = lock
            home.delete_softly()
            lock(rows)

        with mock.patch.object(ListQuerySet, "lock", lock_late):
            self.client.post(f"{URL}add/", fields)
        milk = self.ann.tasks.get(title="Milk")
        self.assertEqual((milk.list.name, milk.list.deleted_at), ("Home", None))
        self.assertNotEqual(milk.list, home)

    def test_import_sent_twice_takes_effect_once(self):
        self.choose()
        fields = self.fields()
        for _ in range(2):
            response = self.client.post(f"{URL}add/", fields)
            self.assertRedirects(response, "/tasks/", fetch_redirect_response=False)
        self.assertEqual((self.ann.tasks.count(), self.ann.acts.count()), (3, 1))

    def test_tasks_added_in_the_meantime_lead_to_a_new_preview(self):
        self.choose()
        fields = self.fields()
        home = add_list(self.ann, "Home")
        add_tasks(self.ann, "Bread", list=home)
        self.client.post(f"{URL}add/", fields)
        told = messages_of(self.client.get(URL))
        words = "Your tasks were changed in the meantime. Review the preview, then import."
        self.assertEqual(told, [words])

    def test_settings_are_imported_only_on_request(self):
        add_tasks(self.ann, "Mine")
        self.choose()
        self.assertNotIn("settings", self.fields())
        self.add()
        self.ann.refresh_from_db()
        self.assertEqual((self.ann.time_zone, self.ann.arrangements), ("UTC", {}))


class CsvTests(ImportTests):
    def test_csv_can_have_any_order_of_columns_and_delimiter(self):
        head = ["Created (UTC)", "Title", "List", "Due date", "Steps", "Tags", "Priority", "Mood"]
        cells = ["2026-11-30 12:00:00", "'=1+1", "Home", "2026-12-01", "[x] a\n[ ] b", "x y",
                 "high", "good"]  # fmt: skip
        for delimiter, encoding in [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16")]:
            with self.subTest(delimiter):
                lines = [delimiter.join(f'"{one}"' for one in row) for row in (head, cells)]
                page = words(self.choose("\r\n".join(lines).encode(encoding), "t.csv"))
                self.assertIn("These columns aren't known: Mood.", page)
                self.add()
                made = self.ann.tasks.get()
                self.assertEqual((made.title, made.list.name, made.priority), ("=1+1", "Home", 3))
                self.assertEqual(str(made.due_date), "2026-12-01")
                self.assertEqual([str(tag) for tag in made.tags.by_name()], ["x", "y"])
                steps = [(step.title, step.done) for step in made.steps.by_hand()]
                self.assertEqual(steps, [("a", True), ("b", False)])
                self.client.post(self.ann.acts.latest("pk").undo_url)
                Task.trash.all().delete()

    def test_first_line_of_excel_names_the_delimiter(self):
        head = "Title;List;Due date;Created (UTC);Tags"
        text = f"sep=;\r\n{head}\r\nMilk, fresh;Home;2026-12-01;;x y\r\nBread;;soon;;\r\n"
        page = words(self.choose(text, "t.csv"))
        self.assertIn("Todosite (CSV), 2 rows", page)
        self.assertIn("Line 4: The date “soon” doesn't exist.", page)
        self.add()
        self.assertEqual(self.ann.tasks.get(due_date="2026-12-01").title, "Milk, fresh")

    def test_tag_of_several_words_becomes_one_word(self):
        text = export_of(tags=[{"id": 1, "name": "on the phone"}], tasks=[task(tags=[1])])
        page = words(self.choose(text))
        self.assertIn("A tag is one word, so “on the phone” becomes “on-the-phone”.", page)
        self.add()
        self.assertEqual(self.ann.tags.get().name, "on-the-phone")

    def test_zip_export_can_be_imported(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("README.txt", "Hello")
            archive.writestr("todosite.json", FILE)
        self.assertIn("Import 3 tasks", words(self.choose(packed.getvalue(), "all.zip")))
