"""The export of a user's data: complete, without secrets, and of one moment."""

import csv
import io
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core import mail
from django.db import connection, connections
from django.test import Client, SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.models import Event, User
from accounts.tests.people import PASSWORD, add_session, add_user
from tasks.exporting import content, files
from tasks.exporting.cells import FORMULA, defused, restored
from tasks.history import Act, Change
from tasks.models import SavedSearch, Step, Tag, Task, TaskList
from tasks.reminders import Reminder
from tasks.tests.making import add_list, add_step, add_tasks

SECRET = "Geheimniskraemer"
URL = "/settings/export/"
NOON = datetime(2026, 11, 30, 12, 0, 0, 123456, tzinfo=UTC)


def read(file):
    with file:
        return file.read().decode()


def exported(user, kind="json"):
    """Return the contents of an export: the object of JSON, or the rows of CSV as dictionaries."""
    text = read(files.write_export(user, kind))
    if kind == "json":
        return json.loads(text)
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


class JsonTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user(password=PASSWORD, name="Ann")

    def test_export_has_all_data_of_a_task(self):
        home = add_list(self.ann, "Home", color="teal")
        tag = self.ann.tags.create(name="calls")
        milk = self.ann.tasks.create(
            title="Buy “milk”\\n", description="Line\nO'Brien", list=home, priority=3,
            due_date=date(2026, 12, 1), due_time=time(17, 30), repeat="FREQ=DAILY",
            repeat_from="completion", repeat_anchor=date(2026, 11, 1), missed="keep",
            typed="milk!", created_at=NOON, updated_at=NOON,
        )  # fmt: skip
        milk.attach([tag])
        add_step(milk, "Whisk", done=True)
        add_step(milk, "Drink").delete_softly()
        milk.set_reminders([30])
        moment = "2026-11-30T12:00:00.123456+00:00"
        data = exported(self.ann)
        self.assertEqual(
            data["lists"],
            [{"id": home.pk, "name": "Home", "color": "teal"} | dict.fromkeys(
                ["archived_at", "deleted_at"])],
        )  # fmt: skip
        self.assertEqual(data["tags"], [{"id": tag.pk, "name": "calls", "deleted_at": None}])
        (row,) = data["tasks"]
        self.assertIsNotNone(row["steps"][1].pop("deleted_at"))
        (reminder,) = row.pop("reminders")
        known = {"minutes_before": 30, "moment": "2026-12-01T17:00:00+00:00", "answer": ""}
        self.assertEqual({key: reminder[key] for key in known}, known)
        self.assertEqual([*reminder], content.REMINDER)
        self.assertEqual(
            row,
            {
                "id": milk.pk, "list": home.pk, "title": "Buy “milk”\\n",
                "notes": "Line\nO'Brien", "priority": 3, "due_date": "2026-12-01",
                "due_time": "17:30:00", "repeat": "FREQ=DAILY", "repeat_from": "completion",
                "repeat_anchor": "2026-11-01", "missed": "keep", "series": None,
                "typed": "milk!", "completed_at": None, "created_at": moment,
                "updated_at": moment, "deleted_at": None, "place": None, "tags": [tag.pk],
                "steps": [
                    {"title": "Whisk", "done": True, "deleted_at": None},
                    {"title": "Drink", "done": False},
                ],
            },
        )  # fmt: skip

    def test_export_begins_with_its_format_and_ends_with_complete(self):
        data = exported(self.ann)
        self.assertEqual(list(data)[:3], ["format", "version", "exported_at"])
        self.assertEqual((data["format"], data["version"]), ("todosite", 1))
        self.assertEqual(list(data.items())[-1], ("complete", True))

    def test_tasks_are_in_order_including_deleted_and_archived_ones(self):
        home = add_list(self.ann, "Home")
        _, two, three = add_tasks(self.ann, "one", "two", "three", list=home)
        three.move(to="top")
        (loose,) = add_tasks(self.ann, "loose")
        two.delete_softly()
        home.archive()
        rows = exported(self.ann)["tasks"]
        self.assertEqual([row["title"] for row in rows], ["three", "one", "two", "loose"])
        self.assertEqual([row["place"] for row in rows], [1, 2, 3, None])
        self.assertEqual([bool(row["deleted_at"]) for row in rows], [False, False, True, False])
        self.assertIsNone(self.ann.tasks.get(pk=loose.pk).list)

    def test_export_names_secrets_without_their_values(self):
        Authenticator.objects.create(user=self.ann, type="totp", data={"secret": SECRET})
        session = add_session(self.ann)
        text = read(files.write_export(self.ann, "json"))
        self.assertEqual(
            json.loads(text)["secrets"],
            {"password": True, "second_factors": ["totp"], "sessions": 1},
        )
        for secret in (SECRET, session.session_key, session.mark, self.ann.password):
            self.assertNotIn(secret, text)

    def test_export_has_no_data_of_another_user(self):
        ben = add_user("ben@example.org")
        add_tasks(ben, SECRET, list=add_list(ben, SECRET))
        add_step(ben.tasks.get(), SECRET)
        ben.searches.create(name=SECRET, q=SECRET)
        ben.tasks.get().delete_softly()
        for kind in files.WRITERS:
            with files.write_export(self.ann, kind) as file:
                self.assertNotIn(SECRET.encode(), file.read())

    def test_number_of_queries_grows_with_pages_and_not_with_tasks(self):
        def number(tasks):
            add_tasks(self.ann, *map(str, range(tasks)))
            with CaptureQueriesContext(connection) as captured:
                exported(self.ann)
            return len(captured)

        with mock.patch.object(content, "PAGE", 10):
            few, more = number(5), number(4)
            self.assertEqual(more, few)
            self.assertEqual(number(11), few + 4)  # tasks and their parts of another page

    def test_failed_export_leaves_no_file(self):
        opened = []
        make = files.tempfile.TemporaryFile

        def remember(**options):
            opened.append(make(**options))
            return opened[0]

        with (
            mock.patch.object(files.tempfile, "TemporaryFile", remember),
            mock.patch.object(content.Content, "tasks", side_effect=RuntimeError),
            self.assertRaises(RuntimeError),
        ):
            files.write_export(self.ann, "json")
        self.assertIs(opened[0].closed, True)


class WalkTests(TestCase):
    """Every model with rows of a user is exported, or left out for a reason."""

    def leading_to_users(self):
        found = {User}
        models = apps.get_models()
        while True:
            more = {
                model
                for model in models
                for field in [*model._meta.fields, *model._meta.many_to_many]
                if field.related_model in found and model not in found
            }
            if not more:
                break
            found |= more
        beside = {key.related_model for key in User._meta.many_to_many}  # groups, permissions
        return {model._meta.label for model in found | beside}

    def test_all_models_are_exported_or_left_out_for_a_reason(self):
        ann = add_user(name="In User")
        EmailAddress.objects.create(user=ann, email="in.emailaddress@example.org")
        session = add_session(ann)
        type(session).objects.filter(pk=session.pk).update(user_agent="In Session")
        ann.events.create(kind=Event.Kind.LINK_SHOWN)
        ann.waiting.keep(ann, "/in/waitingform/", [["text", "In WaitingForm"]])
        add_list(ann, "In TaskList").archive()
        ann.tags.create(name="In-Tag").delete_softly()
        (task,) = add_tasks(ann, "In Task")
        add_step(task, "In Step")
        ann.searches.create(name="In SavedSearch", q="x")
        task.edit(title="In Change")
        task.set_reminders([527])
        text = read(files.write_export(ann, "json"))
        marks = {
            "accounts.User": "In User",
            "account.EmailAddress": "in.emailaddress@example.org",
            "accounts.Session": "In Session",
            "accounts.Event": Event.Kind.LINK_SHOWN,
            "accounts.WaitingForm": "In WaitingForm",
            "tasks.TaskList": "In TaskList",
            "tasks.Tag": "In-Tag",
            "tasks.Task": '"title": "In Change"',
            "tasks.Step": "In Step",
            "tasks.Reminder": '"minutes_before": 527',
            "tasks.SavedSearch": "In SavedSearch",
            "tasks.Act": '"kind": "archive"',
            "tasks.Change": '"before": {"title": "In Task"}',
        }
        for label, mark in marks.items():
            with self.subTest(label):
                self.assertIn(mark, text)
        left_out = {*content.LEFT_OUT} - {"accounts.Adoption"}  # which has no key
        self.assertEqual(marks.keys() | left_out, self.leading_to_users())
        self.assertTrue(all(content.LEFT_OUT.values()))

    def test_all_columns_are_exported_or_left_out_for_a_reason(self):
        said = {
            TaskList: {*content.LIST, "user_id", "version", "position"},  # their order tells it
            Tag: {*content.TAG, "user_id", "version"},
            Task: {*content.TASK.values(), "user_id", "version", "position", "search_text"},
            Step: {*content.STEP, "id", "user_id", "task_id", "version", "position"},
            Reminder: {
                *[*content.REMINDER, "id", "user_id", "task_id"],
                *["next_at", "attempt", "again"],  # of the sender, while it waits
            },
            SavedSearch: {*content.SEARCH, "id", "user_id", "version"},
            Act: {*content.ACT.values(), "user_id", "key", "browser"},  # of a form, of a session
            Change: {*content.CHANGE.values(), "id", "user_id"},
            User: {
                *[*content.SETTINGS, *content.ACCOUNT, "password", "is_superuser", "is_active"],
                "deleting_since",  # from then on nobody can sign in
            },
        }
        for model, columns in said.items():
            with self.subTest(model._meta.label):
                self.assertEqual({field.attname for field in model._meta.fields}, columns)


class CsvTests(TestCase):
    def test_csv_has_one_row_a_task_outside_the_trash(self):
        ann = add_user()
        home = add_list(ann, "Home")
        gone = ann.tags.create(name="gone")
        milk = ann.tasks.create(
            title="=HYPERLINK(1)", description="a;b,\n\"c\"", list=home, priority=1,
            due_date=date(2026, 12, 1), due_time=time(9), repeat="FREQ=DAILY",
            repeat_anchor=date(2026, 11, 1), completed_at=NOON, created_at=NOON,
        )  # fmt: skip
        milk.attach([ann.tags.create(name="calls"), ann.tags.create(name="-home"), gone])
        gone.delete_softly()
        add_step(milk, "Whisk", done=True)
        add_step(milk, "[x] Drink")
        add_step(milk, "Gone").delete_softly()
        add_tasks(ann, "Loose", created_at=NOON)
        add_tasks(ann, "Gone")[0].delete_softly()
        first, second = exported(ann, "csv")
        self.assertEqual(
            first,
            {
                "List": "Home", "Title": "'=HYPERLINK(1)", "Notes": 'a;b,\n"c"',
                "Priority": "Low", "Due date": "2026-12-01", "Due time": "09:00:00",
                "Repeat": "FREQ=DAILY", "Repeat from": "due", "Repeat anchor": "2026-11-01",
                "Missed": "pass", "Tags": "calls -home", "Steps": "[x] Whisk\n[ ] [x] Drink",
                "Completed (UTC)": "2026-11-30 12:00:00", "Created (UTC)": "2026-11-30 12:00:00",
            },
        )  # fmt: skip
        self.assertEqual((second["List"], second["Title"]), ("", "Loose"))
        self.assertEqual((second["Repeat from"], second["Missed"]), ("", ""))

    def test_csv_has_the_format_of_spreadsheets(self):
        ann = add_user()
        add_tasks(ann, "Zoë")
        with files.write_export(ann, "csv") as file:
            raw = file.read()
        self.assertEqual(raw[:8], b'\xef\xbb\xbf"List')
        self.assertEqual((raw.count(b"\r\n"), raw.count(b"\n")), (2, 2))
        self.assertIn('"","Zoë","",'.encode(), raw)


class CellTests(SimpleTestCase):
    @given(st.text("=+-@\t\r\n\0＝＋－＠'a \"", max_size=5))
    @example("'")
    @example("''=")
    def test_no_cell_is_a_formula_and_texts_can_be_restored(self, text):
        cell = defused(text)
        self.assertNotIn(cell[:1], FORMULA)
        self.assertEqual(restored(cell), text)

    def test_apostrophe_of_a_word_stays(self):
        for text in ("'tis the season", "'", "", "a=b"):
            self.assertEqual((defused(text), restored(text)), (text, text))
        self.assertEqual(defused("=1+1"), "'=1+1")


class PageTests(TestCase):
    def setUp(self):
        self.ann = add_user(password=PASSWORD)
        self.client.force_login(self.ann)
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    def test_export_has_a_length_and_is_recorded_and_mailed(self):
        add_tasks(self.ann, "Milk")
        response = self.client.post(URL, {"kind": "json"}, headers={"Accept-Encoding": "gzip"})
        name = f"todosite-{self.ann.today().isoformat()}.json"
        self.assertEqual(response["Content-Disposition"], f'attachment; filename="{name}"')
        self.assertEqual(response["Content-Type"], "application/json")
        body = response.getvalue()
        self.assertEqual(int(response["Content-Length"]), len(body))
        self.assertEqual([row["title"] for row in json.loads(body)["tasks"]], ["Milk"])
        self.assertContains(self.client.get("/history/"), "exported your data")
        (told,) = mail.outbox
        self.assertEqual(
            (told.to, told.subject), ([self.ann.email], "Your data was exported from Todosite")
        )

    def test_zip_has_both_files_and_a_readme(self):
        add_tasks(self.ann, "Milk")
        response = self.client.post(URL, {"kind": "zip"})
        body = response.getvalue()
        archive = zipfile.ZipFile(io.BytesIO(body))
        name = f"todosite-{self.ann.today().isoformat()}"
        self.assertEqual(archive.namelist(), ["README.txt", f"{name}.json", f"{name}.csv"])
        self.assertIsNone(archive.testzip())
        self.assertIs(json.loads(archive.read(f"{name}.json"))["complete"], True)
        self.assertIn(b'"Milk"', archive.read(f"{name}.csv"))
        self.assertIn(self.ann.email.encode(), archive.read("README.txt"))

    def test_export_works_without_mail(self):
        with (
            mock.patch(
                "accounts.adapter.AccountAdapter.send_notification_mail", side_effect=OSError
            ),
            self.assertLogs("tasks.views.exporting", "WARNING"),
        ):
            response = self.client.post(URL, {"kind": "csv"})
        self.assertEqual(response["Content-Type"], "text/csv; charset=utf-8")
        self.assertIn(b'"List"', response.getvalue())

    def test_page_asks_for_the_password_first(self):
        stranger = Client()
        stranger.force_login(self.ann)
        for method in (stranger.get, stranger.post):
            response = method(URL)
            self.assertRedirects(
                response,
                "/accounts/reauthenticate/?next=%2Fsettings%2Fexport%2F",
                fetch_redirect_response=False,
            )
        self.assertIs(self.ann.events.exists(), False)

    def test_unknown_kind_is_refused(self):
        response = self.client.post(URL, {"kind": "xlsx"})
        self.assertContains(response, "Choose JSON, CSV or both.", status_code=422)
        self.assertContains(self.client.get("/settings/"), f'href="{URL}"')


@pytest.mark.django_db(transaction=True)
def test_export_shows_one_moment():
    """An act during the export isn't in the file, not even in part."""
    ann = add_user()
    add_tasks(ann, "before")
    tasks = content.Content.tasks

    def tasks_later(self, **options):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(rename).result()
        return tasks(self, **options)

    with mock.patch.object(content.Content, "tasks", tasks_later):
        data = exported(ann)
    assert [row["title"] for row in data["tasks"]] == ["before"]
    assert ann.tasks.get().title == "after"


def rename():
    """Give all tasks another title, on a connection of its own."""
    try:
        Task.objects.update(title="after")
    finally:
        connections.close_all()
