"""The import of todo.txt: the task of each line."""

from django.test import SimpleTestCase

from tasks.importing.files import File
from tasks.importing.readers.todotxt import find
from tasks.tests.imported import lines_of, notes_of, plan_of_sample, plan_of_text, said


class SampleTests(SimpleTestCase):
    def test_lines(self):
        plan = plan_of_sample("todotxt/todo.txt")
        self.assertEqual(
            lines_of(plan),
            [
                "family: Call Mum high 2026-12-05 #phone",
                "shelf: Buy screws low #diy-store",
                "Inbox: Post letters #errand ✓2026-11-20T11:00:00",
                "shelf: done without dates medium ✓2026-12-01T11:00:00",
                "Inbox: Water plants 2026-12-02 FREQ=DAILY;INTERVAL=3",
                "Inbox: Pay rent 2026-12-31 FREQ=MONTHLY!",
                "Inbox: email ann@example.org about http://example.org:80/x",
            ],
        )
        self.assertEqual(notes_of(plan), {"Pay rent": "note:see-contract\nt:2026-12-20"})
        self.assertEqual(plan.tasks[0]["created_at"], "2026-11-01T11:00:00+00:00")


class LineTests(SimpleTestCase):
    def test_lines(self):
        for line, became in [
            ("(D) Later @home", "Inbox: Later #home"),
            ("x 2026-11-20 Call pri:B @x", "Inbox: Call medium #x ✓2026-11-20T11:00:00"),
            ("2026-11-01 Call +a +b +A", "a: Call #b"),
            ("x 2026-11-20 2026-11-01 (C) Call @x", "Inbox: Call low #x ✓2026-11-20T11:00:00"),
            ("(A) 2026-11-01 2026-11-02 report", "Inbox: 2026-11-02 report high"),
            ("xylophone lesson @x", "Inbox: xylophone lesson #x"),
            ("(a) no priority @x", "Inbox: (a) no priority #x"),
            ("1 + 1 @ home +x", "x: 1 + 1 @ home"),
            ("Meet at 10:30 with RFC:5545 mailto:a@b.c @x", "Inbox: Meet at 10:30 with RFC:5545"
             " mailto:a@b.c #x"),
            ("Call due:2026-02-30", "Inbox: Call"),
            ("Stand-up due:2026-12-01T09:30", "Inbox: Stand-up 2026-12-01 09:30"),
            ("Work rec:1b due:2026-12-01", "Inbox: Work 2026-12-01"
             " FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR!"),
            ("Work rec:+10b due:2026-12-01", "Inbox: Work 2026-12-01 FREQ=WEEKLY;INTERVAL=2"),
            ("Work rec:3b due:2026-12-01", "Inbox: Work 2026-12-01"),
            ("Work rec:+1m", "Inbox: Work"),
            ("Work rec:2y due:2026-12-01", "Inbox: Work 2026-12-01 FREQ=YEARLY;INTERVAL=2!"),
        ]:  # fmt: skip
            with self.subTest(line):
                self.assertEqual(lines_of(plan_of_text(line)), [became])

    def test_what_has_no_place_is_in_the_notes(self):
        plan = plan_of_text("(E) Work h:1 rec:soon due:2026-02-30 id:7\nx (C) y +z")
        self.assertEqual(
            notes_of(plan)["Work"].split("\n"),
            [
                *["Priority: E", "h:1", "Due date, which doesn't exist: 2026-02-30", "id:7"],
                "Repeat: rec:soon",
            ],
        )
        self.assertIn("line 2: The file doesn't say when it was completed.", said(plan))

    def test_mark_of_the_encoding_and_ends_of_lines_are_no_words(self):
        plan = plan_of_text("\ufeff(A) Müll @x\r\n\r\nx 2026-11-20 Öl\r\n".encode())
        self.assertEqual(lines_of(plan), ["Inbox: Müll high #x", "Inbox: Öl ✓2026-11-20T11:00:00"])

    def test_other_texts_are_not_taken_for_it(self):
        for text in [
            "Hello", "Buy milk\nBuy bread\n", "a;b\n1;2", "Title;Due\nA @x;2026-12-01\n",
            '{"a": "x @y"}', "<p>x @y</p>", "one\ntwo\nthree\nfour\nfive\nsix @x\n", "x",
        ]:  # fmt: skip
            with self.subTest(text):
                self.assertIsNone(find(File("todo.txt", text.encode())))
