"""Files that are no export, or a spoiled one, end in words: quickly, and with nothing added."""

import io
import json
import struct
import zipfile
from unittest import mock

import pytest
from django.db import transaction
from django.test import SimpleTestCase, TestCase
from hypothesis import given
from hypothesis import strategies as st

from accounts.tests.people import add_user
from tasks.importing import files
from tasks.importing.adding import add
from tasks.importing.files import File, Unreadable
from tasks.importing.plan import Plan
from tasks.importing.preview import Preview
from tasks.importing.reading import plan_of
from tasks.importing.waiting import MOST_TASKS
from tasks.models import ImportPlan
from tasks.tests.test_import import FILE, MOMENT, URL, as_file, export_of, task
from todosite.tests.html import words

HEAD = '"List","Title","Due date","Created (UTC)"\r\n'


def plan(text, name="file", most_tasks=MOST_TASKS):
    raw = text if isinstance(text, bytes) else text.encode()
    return plan_of(File(name, raw), None, most_tasks)


def left(text):
    """Return the notes about data of a file that can't be imported, without the usual ones."""
    always = {"The history", "The account", "The file"}
    return [(where, words) for where, words in plan(text).left if where not in always]


def packed(method=zipfile.ZIP_DEFLATED, **texts):
    """Return a ZIP file of these files; __ in a name stands for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, text in texts.items():
            archive.writestr(name.replace("__", "."), text)
    return out.getvalue()


def lying(raw, size):
    """Return a ZIP file with entries that declare another size."""
    central = raw.index(b"PK\1\2") + 24
    return raw[:central] + struct.pack("<I", size) + raw[central + 4 :]


class RefusedTests(SimpleTestCase):
    CASES = {
        "no file that can be imported": [
            b"", "Hello", packed(a__txt="Hello"), b"\0" * 1000, "\ufeff",
        ],
        "This is a picture": [b"\x89PNG\r\n\x1a\n" + bytes(range(256))],
        "This is JSON of a kind that isn't known": ["[1, 2]", '{"format": "another"}'],
        "cut off": [
            FILE[:-1], FILE[:200], export_of().replace("true", "false"), HEAD + '"","Milk',
        ],
        "A newer Todosite has made this file (version 2": [
            export_of().replace('"version": 1', '"version": 2')
        ],
        "of which version": [export_of().replace('"version": 1', '"version": "one"')],
        "nested too deeply": ['{"format": "todosite", "x": ' + "[" * 100_000],
        "more values than": ['{"format": "todosite", "x": [' + "1," * 2_500_001],
        "nothing in this file": [export_of(), HEAD],
        "This is a spreadsheet": [
            packed(**{"xl/workbook__xml": "x"}), packed(content__xml="x"), b"\xd0\xcf\x11\xe0xls"
        ],
        "ZIP file is damaged": [
            packed(a__json=FILE)[:-30], b"PK\3\4" + b"\0" * 100,
            lying(packed(a__json=FILE * 100), 10), packed(ä__json=FILE).replace(b"\xa4", b"\xff"),
            packed(a__json=FILE)[:-22] + packed(a__json="")[-22:],
        ],
        "more than 500 files": [
            packed(**{f"a{n}": "x" for n in range(501)}), b"PK\3\4" + b"PK\1\2" * 2000
        ],
        "A cell near line 2 contains more than 1,000,000": [HEAD + f'"","{"a" * 1_000_001}","",""'],
        "can't be read near line 2": [HEAD + '"","Milk"x,"",""'],
        "more than 2 tasks": [FILE, HEAD + '"","a","",""\r\n' * 3],
        "uses a compression": [packed(zipfile.ZIP_LZMA, a__json=FILE)],
    }  # fmt: skip

    def test_each_unreadable_file_has_its_message(self):
        for said, texts in self.CASES.items():
            for number, text in enumerate(texts):
                with self.subTest(said, number=number):
                    with self.assertRaises(Unreadable) as raised:
                        plan(text, most_tasks=2)
                    self.assertIn(said, str(raised.exception))

    def test_zip_bombs_are_stopped_while_unpacking(self):
        bomb = packed(a__json=b"0" * 40_000)
        for raw in (bomb, lying(bomb, 10)):
            with (
                mock.patch.object(files, "LARGEST", 30_000),
                mock.patch.object(files, "LARGEST_UNPACKED", 60_000),
                self.assertRaises(Unreadable) as raised,
            ):
                plan(raw)
            self.assertRegex(str(raised.exception), "is larger than|is damaged")
        many = packed(**{f"a{n}": b"0" * 29_000 for n in range(3)})
        with (
            mock.patch.object(files, "LARGEST_UNPACKED", 60_000),
            mock.patch.object(zipfile.ZipFile, "open", side_effect=AssertionError),
            self.assertRaisesMessage(Unreadable, "The content of this ZIP file is larger than"),
        ):
            plan(many)

    def test_too_many_tags_on_all_tasks_are_refused(self):
        tags = [{"id": n, "name": f"t{n}"} for n in range(3)]
        rows = [task(tags=[0, 1, 2])] * 2
        with (
            mock.patch("tasks.importing.reading.MOST_TAGGED", 5),
            self.assertRaisesMessage(Unreadable, "holds 6 tags on tasks; 5 can be imported"),
        ):
            plan(export_of(tags=tags, tasks=rows))

    def test_file_over_25_mb_is_refused(self):
        with self.assertRaisesMessage(Unreadable, "This file is larger than 25 MB"):
            File("large", b" " * (files.LARGEST + 1))


class ToldTests(SimpleTestCase):
    """Invalid values of a row are noted, and its other values imported."""

    def test_invalid_values_are_noted(self):
        long = "x" * 300
        for fields, said in [
            ({"title": 7}, "The title is not text, so it is left out."),
            ({"title": "a\0b"}, "The title holds characters that cannot be kept."),
            ({"title": "a\ud800b"}, "The title holds characters that cannot be kept."),
            ({"title": long}, "The title has more than 255 characters. The notes have all of it."),
            ({"notes": "y" * 1_000_001}, "The note has more than 1000000 characters."),
            ({"priority": 9}, "The priority “9” isn't known here."),
            ({"priority": 1.0}, "The priority “1.0” isn't known here."),
            ({"priority": True}, "The priority “True” isn't known here."),
            ({"priority": [1]}, "The priority “[1]” isn't known here."),
            ({"due_date": "2026-02-30"}, "The date “2026-02-30” doesn't exist. It is left out."),
            ({"due_date": 20261201}, "The date “20261201” doesn't exist. It is left out."),
            ({"due_date": "a\ud800b"}, "The date “ab” doesn't exist. It is left out."),
            ({"due_date": "x" * 9_000_000}, "x…” doesn't exist. It is left out."),
            ({"due_time": "09:00"}, "A time needs a date, so it is left out."),
            ({"due_date": "2026-12-01", "due_time": "25:00"}, "The time “25:00” doesn't exist."),
            ({"created_at": "0001-01-01T00:00:00+14:00"}, "The moment of creation “0001-01-01"),
            ({"completed_at": "9999-12-31T23:59:59-12:00"}, "The moment of completion “9999-12"),
            ({"repeat": "FREQ=DAILY"}, "It doesn't repeat. A repeat needs a date."),
            ({"due_date": "2026-12-01", "repeat": "FREQ=SECONDLY"}, "It doesn't repeat. A repeat"),
            ({"due_date": "2026-12-01", "repeat": "A" * 999}, "It doesn't repeat. It is too long."),
            ({"due_date": "0001-01-01", "repeat": "FREQ=DAILY"}, "It begins on an impossible date"),
            ({"list": 99}, "The list isn't in the file."),
            ({"list": {}}, "The list isn't in the file."),
            ({"tags": [99]}, "The tag isn't in the file."),
            ({"series": "Nobody"}, "The task that goes on isn't in the file."),
            ({"series": "Milk"}, "It would go on as itself in the end, so it doesn't."),
            ({"steps": "all"}, "Its steps can't be read, so they are left out."),
            ({"steps": [{"title": "a", "done": "yes"}]}, "“done” says neither yes nor no: “yes”."),
        ]:  # fmt: skip
            with self.subTest(fields):
                told = left(export_of(tasks=[task(**fields)]))
                self.assertEqual([where for where, _ in told], ["task 1"])
                self.assertIn(said, told[0][1])

    def test_reading_ends_with_the_first_task_too_many(self):
        with (
            mock.patch.object(Plan, "leave", side_effect=AssertionError),
            self.assertRaisesMessage(Unreadable, "more than 1 tasks"),
        ):
            plan(export_of(tasks=[{}] * 2 + [{"title": 7}] * 9), most_tasks=1)

    def test_further_reasons_are_only_counted(self):
        with mock.patch("tasks.importing.plan.MOST_LEFT", 3):
            read = plan(export_of(tasks=[task(tags=[99] * 10)]))
        self.assertEqual((len(read.left), read.more_left), (3, 8))

    def test_saved_searches_beyond_the_limit_are_noted(self):
        rows = [{"name": str(n), "q": "x"} for n in range(25)]
        read = plan(export_of(searches=rows))
        self.assertEqual(len(read.searches), 20)
        self.assertIn(
            ["The saved searches", "There are more than 20, so 5 are left out."], read.left
        )

    def test_open_task_of_a_list_in_the_trash_goes_to_the_inbox(self):
        home = {"id": 1, "name": "Home", "deleted_at": MOMENT}
        rows = [task("open", list=1), task("deleted", list=1, deleted_at=MOMENT)]
        read = plan(export_of(lists=[home], tasks=rows))
        self.assertEqual([row["list"] for row in read.tasks], [None, 0])

    def test_arrangements_of_impossible_pages_are_left_out(self):
        row = {"sort": "due", "group": ""}
        kept = {"today": row, "a\0b": row, "\ud800": row, "x" * 99: row, "inbox": {"sort": "\0"}}
        read = plan(export_of(tasks=[task()], settings={"arrangements": kept}))
        self.assertEqual([one["page"] for one in read.arrangements], ["today"])

    def test_unknown_rule_is_kept_in_the_notes(self):
        odd = {"due_date": "2026-12-01", "repeat": "ERULE:NAME=X;FREQ=WEEKLY", "notes": "Ask"}
        (row,) = plan(export_of(tasks=[task(**odd)])).tasks
        self.assertEqual(row["notes"], "Ask\n\nRepeat: ERULE:NAME=X;FREQ=WEEKLY")
        self.assertEqual((row["repeat"], row["due_date"]), ("", "2026-12-01"))

    def test_too_long_title_is_kept_in_the_notes(self):
        (row,) = plan(export_of(tasks=[task("x" * 300, notes="Ask")])).tasks
        self.assertEqual((row["title"], row["notes"]), ("x" * 255, "x" * 300 + "\n\nAsk"))

    def test_circle_of_series_is_cut_once(self):
        rows = [task(name, series=other) for name, other in ["ab", "bc", "ca"]]
        read = plan(export_of(tasks=rows))
        self.assertEqual([row["series"] for row in read.tasks], [1, 2, None])

    def test_parts_of_another_type_are_noted(self):
        told = left(export_of(tasks=[task(), 7, None], lists="none", tags=[{"name": ""}]))
        self.assertEqual(
            told,
            [
                ("“lists”", "It is no list of things, so it is left out."),
                ("tag 1", "It has no name, so it is left out."),
                ("“tasks”", "2 of them say nothing that can be read."),
            ],
        )

    def test_unknown_settings_are_noted(self):
        odd = {"time_zone": "Nowhere", "hours": 12, "week_start": [1], "shortcuts": "perhaps"}
        read = plan(export_of(tasks=[task()], settings=odd))
        self.assertEqual(read.settings, {"hours": 12})
        told = [words for where, words in read.left if where == "The settings"]
        self.assertEqual(len(told), 3)

    def test_windows_1252_is_noted(self):
        read = plan((HEAD + '"","Müll","",""').encode("cp1252"))
        self.assertEqual(read.tasks[0]["title"], "Müll")
        self.assertEqual(read.left[0][1], "It isn't UTF-8, so it was read as Windows-1252.")


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from([MOMENT, "2026-12-01", "FREQ=DAILY", "9" * 30, -1, 10**30]),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=3), one, max_size=3),
    max_leaves=6,
)  # fmt: skip
KEYS = [
    *["id", "list", "title", "notes", "priority", "due_date", "due_time", "repeat", "repeat_from"],
    *["repeat_anchor", "missed", "series", "typed", "completed_at", "created_at", "deleted_at"],
    *["place", "tags", "steps", "name", "color", "archived_at", "q", "completed", "done"],
]
ROWS = st.lists(st.dictionaries(st.sampled_from(KEYS), JSONS, max_size=8), max_size=3)
SETTINGS = st.sampled_from(["time_zone", "week_start", "hours", "shortcuts", "arrangements"])
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "lists": ROWS | JSONS, "tags": ROWS | JSONS, "tasks": ROWS | JSONS,
        "searches": ROWS | JSONS, "settings": JSONS | st.dictionaries(SETTINGS, JSONS),
    },
)  # fmt: skip


@pytest.mark.django_db
@given(parts=PARTS)
def test_any_values_are_imported_or_noted(parts):
    """No value of any kind, at any place, is an error: of the reader, the plan or the database."""
    text = json.dumps({"format": "todosite", "version": 1, **parts, "complete": True})
    with transaction.atomic():
        try:
            read = plan(text)
        except Unreadable:
            return
        ann = add_user("hostile@example.org")
        kept = Plan.from_bytes(read.as_bytes())
        add(Preview(ann, kept))
        assert ann.tasks(manager="everything").count() == len(kept.tasks)
        transaction.set_rollback(True)


@given(cut=st.integers(0, len(FILE) - 1), spoiled=st.binary(max_size=3))
def test_damaged_file_ends_with_a_message(cut, spoiled):
    raw = FILE.encode()
    for bad in (raw[:cut], raw[:cut] + spoiled + raw[cut + 3 :]):
        try:
            plan(bad)
        except Unreadable as error:
            assert str(error)[-1] in ".?"


class PageTests(TestCase):
    def setUp(self):
        self.client.force_login(add_user())

    def test_error_is_shown_by_the_field(self):
        for file, said in [
            (as_file("Hello"), "This is no file that can be imported."),
            (as_file(""), "This file is empty."),
            (as_file(b" " * (files.LARGEST + 1)), "This file is larger than 25 MB"),
        ]:
            response = self.client.post(URL, {"file": file})
            self.assertEqual(response.status_code, 422)
            self.assertIn(said, words(response))
        self.assertIn("Choose a file first.", words(self.client.post(URL)))
        self.assertEqual(ImportPlan.objects.count(), 0)

    def test_any_file_name_is_accepted(self):
        for name in ("<b>x</b>\n.json", "ä" * 300 + ".json", "\u202etxt.json"):
            response = self.client.post(URL, {"file": as_file(FILE, name)}, follow=True)
            self.assertEqual(response.status_code, 200)
            self.assertNotIn("<b>x</b>", response.text)

    def test_large_body_of_another_page_is_refused_unread(self):
        large = {"CONTENT_LENGTH": str(31 * 1024 * 1024)}
        response = self.client.post(URL, {"file": as_file(FILE)}, **large)
        self.assertEqual(response.status_code, 400)
        self.assertIn("large", words(response))
        response = self.client.post("/tasks/add/", {"file": as_file(b" " * 3_000_000)})
        self.assertEqual(response.status_code, 400)
