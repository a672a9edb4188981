"""The import of tududi: the rows of each part of a backup."""

import gzip
import json
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from tasks.importing.files import Unreadable
from tasks.tests.imported import lines_of, notes_of, plan_of_sample, plan_of_text, raw_sample, said

SAMPLE = "tududi/tududi-backup.json"
DUE = "2026-12-10T22:59:59.999Z"


def backup_of(*tasks, zone="Europe/Berlin", **parts):
    data = {"tasks": list(tasks), "tags": []} | parts
    user = {"timezone": zone, "telegram_bot_token": "7:secret"}
    return json.dumps({"version": "v1", "exported_at": "", "user": user, "data": data})


def task(key=1, **fields):
    return {"id": key, "uid": f"k{key}", "name": f"Task {key}", "priority": None} | fields


class SampleTests(SimpleTestCase):
    LINES = [
        "Kitchen: Order the worktop high 2026-12-10 #diy #phone-call (✓Measure the wall)",
        "Inbox: Pay the rent 2026-12-31 FREQ=MONTHLY;BYMONTHDAY=-1",
        "Inbox: Cancelled low ✓2026-12-01T11:00:00",
        "Inbox: think about #holiday",
    ]

    def test_backup(self):
        plan = plan_of_sample(SAMPLE)
        self.assertEqual(lines_of(plan), self.LINES)
        notes = {"Order the worktop": "oak, 4 cm", "Cancelled": "Status: canceled"}
        self.assertEqual(notes_of(plan), notes)
        self.assertIn("“Kitchen”: A list has no area “Home”, tags “diy”.", said(plan))

    def test_packed_backup(self):
        packed = gzip.compress(raw_sample(SAMPLE))
        self.assertEqual(lines_of(plan_of_text(packed)), self.LINES)
        with self.assertRaisesMessage(Unreadable, "damaged"):
            plan_of_text(packed[:-20])
        with self.assertRaisesMessage(Unreadable, "is larger than 25 MB"):
            plan_of_text(gzip.compress(b"0" * 26 * 1024 * 1024))

    def test_days_are_those_of_the_zone_in_the_file(self):
        plan = plan_of_text(raw_sample(SAMPLE), zone=ZoneInfo("America/New_York"))
        self.assertEqual(plan.tasks[0]["due_date"], "2026-12-10")


class PartTests(SimpleTestCase):
    def line(self, **fields):
        self.plan = plan_of_text(backup_of(task(name="A", **fields)))
        return lines_of(self.plan)[0].removeprefix("Inbox: ")

    def test_days(self):
        for value, line in [
            (DUE, "A 2026-12-10"),
            ("2026-12-10T00:00:00.000Z", "A 2026-12-10"),
            ("2026-12-10", "A 2026-12-10"),
            ("soon", "A"),
            (None, "A"),
        ]:
            self.assertEqual(self.line(due_date=value), line)
        text = backup_of(task(due_date="2026-12-11T07:59:59.999Z"), zone="America/Los_Angeles")
        self.assertEqual(lines_of(plan_of_text(text)), ["Inbox: Task 1 2026-12-10"])

    def test_states(self):
        done = {"completed_at": "2026-11-20T10:00:00.000Z"}
        for fields, line in [
            ({"status": 0}, "A"),
            ({"status": 1, "priority": 1}, "A medium"),
            ({"status": "done"} | done, "A ✓2026-11-20T10:00:00"),
            ({"status": 3, "updated_at": "2026-11-21T10:00:00.000Z"}, "A ✓2026-11-21T10:00:00"),
            ({"status": 4, "priority": "high"}, "A high"),
            ({"status": [], "priority": []}, "A"),
            ({"status": 9, "priority": 9}, "A"),
        ]:
            self.assertEqual(self.line(**fields), line)
        self.line(status=4)
        self.assertEqual(notes_of(self.plan), {"A": "Status: waiting"})

    def test_rules(self):
        for fields, line in [
            (["daily", {"interval": 2}], "FREQ=DAILY;INTERVAL=2"),
            (["weekly", {}], "FREQ=WEEKLY"),
            (["weekly", {"weekday": 0}], "FREQ=WEEKLY;BYDAY=SU"),
            (["weekly", {"weekdays": "[1,3]"}], "FREQ=WEEKLY;BYDAY=MO,WE"),
            (["weekly", {"weekdays": [1, 3], "interval": 2}], ""),
            (["monthly", {"month_day": 31}], "FREQ=MONTHLY;BYMONTHDAY=31"),
            (["monthly_weekday", {"weekday": 5, "week_of_month": 2}], "FREQ=MONTHLY;BYDAY=2FR"),
            (["monthly_weekday", {"weekday": 5, "week_of_month": 5}], "FREQ=MONTHLY;BYDAY=-1FR"),
            (["daily", {"end_date": "2026-12-31T22:59:59.999Z"}], "FREQ=DAILY;UNTIL=20261231"),
            (["daily", {"end_date": "soon"}], ""),
            (["lunar", {}], ""),
        ]:
            kind, more = fields
            more = {f"recurrence_{name}": value for name, value in more.items()}
            with self.subTest(fields):
                found = self.line(due_date=DUE, recurrence_type=kind, **more)
                self.assertEqual(found, f"A 2026-12-10 {line}".strip())
                if not line:
                    self.assertIn(f"Repeat: type {kind}", notes_of(self.plan)["A"])
        found = self.line(due_date=DUE, recurrence_type="daily", completion_based=True)
        self.assertEqual(found, "A 2026-12-10 FREQ=DAILY!")

    def test_repeat_is_after_the_occurrences_that_are_tasks(self):
        plan = plan_of_text(
            backup_of(
                task(1, due_date=DUE, recurrence_type="weekly"),
                task(2, due_date=DUE, recurring_parent_id=1),
                task(3, due_date="2026-12-17T22:59:59.999Z", recurring_parent_uid="k1"),
            )
        )
        self.assertEqual(
            lines_of(plan),
            [
                "Inbox: Task 1 2026-12-24 FREQ=WEEKLY",
                "Inbox: Task 2 2026-12-10",
                "Inbox: Task 3 2026-12-17",
            ],
        )

    def test_references_are_by_uid_or_by_id(self):
        plan = plan_of_text(
            backup_of(
                task(3, parent_task_uid="k2", order=2),
                task(4, parent_task_id=2, order=1),
                task(2, project_uid="p1", tag_uids=["g"], status=0),
                task(5, parent_task_id=77),
                tags=[{"id": 9, "uid": "g", "name": "big one"}],
                projects=[{"id": 1, "uid": "p1", "name": "House"}],
            )
        )
        lines = ["House: Task 2 #big-one (Task 4; Task 3)", "Inbox: Task 5"]
        self.assertEqual(lines_of(plan), lines)
        self.assertIn("What it is a part of isn't in the file", said(plan))

    def test_what_has_no_place_is_told_and_secrets_are_not(self):
        plan = plan_of_text(
            backup_of(
                task(defer_until="2026-12-04T23:00:00.000Z",
                     attachments=[{"original_filename": "plan.pdf"}],
                     completions=[{"completed_at": DUE}]),
                notes=[{"title": "Wifi"}],
                goals=[{"title": "Run"}],
                inbox_items=[{"content": "old", "status": "processed"}],
            )
        )  # fmt: skip
        notes = {"Task 1": "Hidden until: 2026-12-05\nAttachment: plan.pdf"}
        self.assertEqual(notes_of(plan), notes)
        for words in [
            "Earlier completions of it (1)", "note 1: Notes are no tasks", "goals (1)",
            "inbox item 1: It was processed there",
        ]:  # fmt: skip
            self.assertIn(words, said(plan))
        self.assertNotIn(b"secret", plan.as_bytes() + said(plan).encode())
