"""The import of Taskwarrior: the task of each row."""

import json

from django.test import SimpleTestCase

from tasks.importing.files import Unreadable
from tasks.tests.imported import lines_of, notes_of, plan_of_sample, plan_of_text, said

KEYS = ["uuid", "description", "status", "entry"]


def row(uuid, description="A", status="pending", **more):
    own = zip(KEYS, [uuid, description, status, "20261101T080000Z"], strict=True)
    return dict(own) | more


def plan_of_rows(*rows):
    return plan_of_text(json.dumps(rows))


class SampleTests(SimpleTestCase):
    def test_array(self):
        plan = plan_of_sample("taskwarrior/export.json")
        self.assertEqual(
            lines_of(plan),
            [
                "home.kitchen: Buy milk high 2026-12-04 #shop #errand",
                "Inbox: Old one ✓2026-10-02T08:00:00",
                "Inbox: Pay rent 2026-12-01 FREQ=MONTHLY",
                "Inbox: Later",
            ],
        )
        self.assertEqual(
            notes_of(plan),
            {
                "Buy milk": "Comment, 2 Nov 2026: oat milk",
                "Later": "Hidden until: 2027-01-01\nDepends on: “Buy milk”",
            },
        )
        self.assertIn("task 6: “Deleted” was deleted there, so it is skipped.", said(plan))

    def test_object_a_line(self):
        plan = plan_of_sample("taskwarrior/export-lines.json")
        self.assertEqual(
            lines_of(plan),
            [
                "home.kitchen: Buy milk high 2026-12-04 #shop #errand",
                "Inbox: Old one ✓2026-10-02T08:00:00",
            ],
        )
        text = "\n".join(json.dumps(row(number)) for number in "12")  # without commas
        self.assertEqual(lines_of(plan_of_text(text)), ["Inbox: A", "Inbox: A"])
        with self.assertRaisesMessage(Unreadable, "It may have been cut off"):
            plan_of_text(text[:-5])


class RowTests(SimpleTestCase):
    def test_days_and_times(self):
        for due, line in [
            ("20261130T230000Z", "A 2026-12-01"),
            ("20261201T083000Z", "A 2026-12-01 09:30"),
            ("20261130T225959Z", "A 2026-11-30"),  # “due:eom”
            ("20260714T220000Z", "A 2026-07-15"),
            ("20261205", "A 2026-12-05"),
            ("soon", "A"),
        ]:
            with self.subTest(due):
                self.assertEqual(lines_of(plan_of_rows(row("1", due=due))), [f"Inbox: {line}"])

    def test_periods(self):
        for period, rule in [
            *[("daily", "FREQ=DAILY"), ("weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")],
            *[("2weeks", "FREQ=WEEKLY;INTERVAL=2"), ("P3M", "FREQ=MONTHLY;INTERVAL=3")],
            *[("quarterly", "FREQ=MONTHLY;INTERVAL=3"), ("2q", "FREQ=MONTHLY;INTERVAL=6")],
            *[("biannual", "FREQ=YEARLY;INTERVAL=2"), ("10d", "FREQ=DAILY;INTERVAL=10")],
            *[("PT3H", ""), ("hourly", ""), ("monthly or so", "")],
        ]:
            with self.subTest(period):
                plan = plan_of_rows(
                    row("1", status="recurring", recur=period, due="20261130T230000Z")
                )
                line = f"Inbox: A 2026-12-01 {rule}".strip()
                self.assertEqual(lines_of(plan), [line])
                if not rule:
                    self.assertIn(f"Repeat: recur:{period}", notes_of(plan)["A"])

    def test_repeat_is_at_its_last_open_occurrence(self):
        how = {"recur": "weekly", "parent": "t"}
        plan = plan_of_rows(
            row("t", status="recurring", recur="weekly", due="20261102T230000Z", mask="+--",
                until="20270131T230000Z"),
            row("2", imask=2, due="20261116T230000Z", **how),
            row("0", status="completed", end="20261103T080000Z", imask=0, due="20261102T230000Z",
                **how),
            row("1", imask=1, due="20261109T230000Z", **how),
        )  # fmt: skip
        self.assertEqual(
            lines_of(plan),
            [
                "Inbox: A 2026-11-17 FREQ=WEEKLY;UNTIL=20270201",
                "Inbox: A 2026-11-03 ✓2026-11-03T08:00:00",
                "Inbox: A 2026-11-10",
            ],
        )

    def test_template_without_an_open_occurrence_is_at_its_next(self):
        template = {"status": "recurring", "due": "20261130T230000Z", "recur": "weekly"}
        plan = plan_of_rows(row("1", mask="+X", **template))
        self.assertEqual(lines_of(plan), ["Inbox: A 2026-12-15 FREQ=WEEKLY"])
        self.assertEqual(plan.tasks[0]["repeat_anchor"], "2026-12-01")
        plan = plan_of_rows(row("1", rtype="chained", **template))
        self.assertEqual(lines_of(plan), ["Inbox: A 2026-12-01 FREQ=WEEKLY!"])

    def test_what_has_no_place_is_in_the_notes(self):
        plan = plan_of_rows(
            row("1", scheduled="20261202T230000Z", until="20261231T120000Z", priority="U",
                estimate="2h", depends="2,9", start="20261130T080000Z"),
            row("2", "B"),
        )  # fmt: skip
        self.assertEqual(
            notes_of(plan)["A"].split("\n"),
            [
                *["Priority: U", "Scheduled: 2026-12-03", "Started: 2026-11-30 09:00"],
                *["Expires: 2026-12-31 13:00", "Depends on: “B”, “9”", "estimate: 2h"],
            ],
        )
