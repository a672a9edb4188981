"""The import of Todoist: the task of each row."""

from datetime import date

from django.test import SimpleTestCase

from tasks.importing.english import read_words
from tasks.importing.markup import plain
from tasks.tests.imported import (
    BERLIN,
    TODAY,
    lines_of,
    notes_of,
    plan_of_sample,
    plan_of_text,
    said,
)

HEAD = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\n"
HOUSEHOLD = [
    "Household: Pay rent high 2026-12-31 FREQ=MONTHLY;BYMONTHDAY=31",
    "Household: Buy milk, bread and eggs 2026-12-04 #shop",
    "Household: Book flights medium 2026-12-22 17:30 #travel #work",
    "Household: Plan the party low"
    " (Cake; Candles; Ask whether the number candles are still there)",
    "Household: Invite Zoë 2026-12-02",
    "Household / Garden work: Water the plants 2026-12-01 FREQ=DAILY;INTERVAL=3!",
    "Household / Garden work: Reference: frost dates",
]  # fmt: skip


class SampleTests(SimpleTestCase):
    def test_project(self):
        plan = plan_of_sample("todoist/Household [6Xy7AbCdEfGh1234].csv")
        self.assertEqual(lines_of(plan), HOUSEHOLD)
        self.assertEqual(
            notes_of(plan),
            {
                "Buy milk, bread and eggs": "from the corner shop",
                "Book flights": "Duration: 45 min\nDeadline: 2026-12-20",
                "Plan the party": 'Two lines,\nthe second with "quotes"; and a semicolon',
                "Invite Zoë": "Part of: Plan the party\nComment, 20 Nov 2026: Budget: 120 €\n"
                "Attachment: list.pdf https://files.example/list.pdf",
            },
        )
        for words in ["line 6: “Duration: 45 min”", "line 17: The file doesn't say when “every!"]:
            self.assertIn(words, said(plan))

    def test_older_project_in_german(self):
        plan = plan_of_sample("todoist/Old export.csv")
        self.assertEqual(
            lines_of(plan),
            [
                "Old export: Rechnung bezahlen high",
                "Old export: Müll rausbringen",
                "Old export: Arzt anrufen medium",
            ],
        )
        self.assertIn("Date: jeden Monat", notes_of(plan)["Rechnung bezahlen"])
        self.assertIn("Nummer steht im Kalender", notes_of(plan)["Arzt anrufen"])
        self.assertIn("line 3: “jeden Dienstag um 7:00” isn't English", said(plan))

    def test_backup(self):
        plan = plan_of_sample("todoist/Todoist backup 2026-11-28 0311 UTC.zip")
        grandma = "Inbox: Call grandma 2026-12-06 18:00 FREQ=WEEKLY;BYDAY=SU"
        self.assertEqual(lines_of(plan), [grandma, *HOUSEHOLD])
        names = [row["name"] for row in plan.lists]
        self.assertEqual(names, ["Household", "Household / Garden work"])


class RowTests(SimpleTestCase):
    def plan(self, *rows, name="Work.csv"):
        return plan_of_text(HEAD + "".join(f"{row}\n" for row in rows), name)

    def line(self, row):
        return lines_of(self.plan(row))

    def test_labels_are_only_the_words_at_the_end(self):
        rows = {
            "task,Ask @bob about it @work @at_home": "Ask @bob about it #work #at_home",
            "task,@shop": "@shop",
            "task,email ann@example.org": "email ann@example.org",
        }
        for row, title in rows.items():
            self.assertEqual(self.line(f"{row},,4,1"), [f"Work: {title}"])

    def test_parts_five_deep_and_too_far_in(self):
        rows = ["task,Lost,,4,3", "task,A,,4,1", "task,B,,4,2", "task,C,,4,3", "task,D,,1,4"]
        rows += ["task,E,,4,5", "task,F,,4,2", "section,Later,,,", "task,G,,4,2"]
        plan = self.plan(*rows)
        self.assertEqual(
            lines_of(plan),
            ["Work: Lost", "Work: A (B; C; F)", "Work: D high (E)", "Work / Later: G"],
        )
        self.assertEqual(notes_of(plan), {"D": "Part of: C"})
        self.assertIn("line 2: No task stands above it", said(plan))

    def test_priority_that_is_missing_is_none_and_said(self):
        plan = self.plan("task,A,,,1", "task,B,,p1,1")
        self.assertEqual(lines_of(plan), ["Work: A", "Work: B"])
        self.assertIn("line 3: Its priority is “p1”", said(plan))

    def test_comments_of_no_task_and_unknown_rows_are_said(self):
        plan = self.plan("note,To all,,,,,", "task,A,,4,1", "section,S,,,", "note,On S", "memo,X")
        self.assertEqual(notes_of(plan), {})
        for words in ["no task: “To all”", "no task: “On S”", "type “memo” aren't known: “X”"]:
            self.assertIn(words, said(plan))

    def test_times_of_another_zone_are_put_on_the_clock_of_the_user(self):
        rows = {
            "Dec 22 2026 at 17:30,en,America/New_York": "2026-12-22 23:30",
            "Dec 22 2026 at 20:00,en,America/New_York": "2026-12-23 02:00",
            "Dec 22 2026,en,America/New_York": "2026-12-22",
            "4 Dec 2025 20:00,en,America/New_York": "2025-12-05 02:00",
            "28 Nov,en,": "",  # of this year or the next
            "31 Jan,en,": "2027-01-31",
            "2026-12-22T20:00:00Z,de,Asia/Tokyo": "2026-12-22 21:00",
            "22.12.2026 um 9,de,Europe/Berlin": "",
            "22.12.2026 09:00,de,Europe/Berlin": "2026-12-22 09:00",
            "every sunday at 20:00,en,America/New_York": "2026-12-06 20:00 FREQ=WEEKLY;BYDAY=SU",
            "2026-02-30,en,Europe/Berlin": "",
        }
        for row, due in rows.items():
            with self.subTest(row):
                self.assertEqual(self.line(f"task,A,,4,1,,{row}"), [f"Work: A {due}".strip()])

    def test_what_was_taken_for_a_date_is_said(self):
        plan = self.plan("task,A,,4,1,,tomorrow,en", "task,B,,4,1,,every friday at 7,en")
        self.assertIn("line 2: “tomorrow” is taken for 2026-12-02.", said(plan))
        self.assertIn("line 3: “every friday at 7” is taken for 2026-12-04 19:00:00.", said(plan))

    def test_name_of_the_project(self):
        names = {
            "Work [6Xy7].csv": "Work", "Inbox.csv": "Inbox", "INBOX [1] (2).csv": "Inbox",
            "a/b/Home [2x].csv": "Home", "[6Xy7].csv": "Todoist", "Plan B": "Plan B",
        }  # fmt: skip
        for name, home in names.items():
            self.assertEqual(lines_of(self.plan("task,A,,4,1", name=name)), [f"{home}: A"])


class WordsTests(SimpleTestCase):
    def test_words_are_read_as_a_whole_or_not_at_all(self):
        cases = {
            "every other fri": (date(2026, 12, 4), "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
            "ev 3rd friday": (date(2026, 12, 18), "FREQ=MONTHLY;BYDAY=3FR"),
            "every 2nd monday": (date(2026, 12, 14), "FREQ=MONTHLY;BYDAY=2MO"),
            "12/24/2026": (date(2026, 12, 24), ""),
            "every! 27 at 9:00": (date(2026, 12, 27), "FREQ=MONTHLY;BYMONTHDAY=27"),
            "every thursday from 2 July 2027 for 10 weeks": (
                date(2027, 7, 8),
                "FREQ=WEEKLY;BYDAY=TH;UNTIL=20270915",
            ),
            "every day for 3 weeks": None,
            "every day 5 times": None,
            "every day or so": None,
            "every 12 hours": None,
            "3/4/2027": None,
            "tomorrow #x": None,
            "tomorrow p1": None,
            "Milk": None,
            "": None,
            "every " * 1000: None,
        }
        for words, meant in cases.items():
            with self.subTest(words[:40]):
                found = read_words(words, TODAY, BERLIN)
                self.assertEqual(found and (found.due_date, found.repeat), meant)


class HostileTests(SimpleTestCase):
    """Cells that would take a parser long."""

    def test_many_labels_and_half_attachments(self):
        many = " @a" * 1000
        plan = plan_of_text(f"{HEAD}task,A{many},,4,1\nnote,{'[[file {' * 50_000}\n", "Work.csv")
        self.assertEqual(lines_of(plan), ["Work: A #a"])

    def test_html_of_any_shape(self):
        for part in ["<a", "<a ", "</a", "<a x='", "<!--", "<p>", "&amp", "<script>", "<a href="]:
            self.assertIsInstance(plain(part * 20_000), str)
