"""The import of Super Productivity: the rows of each part of a backup."""

import json
from datetime import UTC, datetime

from django.test import SimpleTestCase

from tasks.importing.files import Unreadable
from tasks.tests.imported import (
    lines_of,
    notes_of,
    plan_of_sample,
    plan_of_text,
    reminders_of,
    said,
)


def state(*rows):
    return {"ids": [row["id"] for row in rows], "entities": {row["id"]: row for row in rows}}


def millis(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)


def plan_of_data(*tasks, **parts):
    data = {"task": state(*tasks)} | parts
    return plan_of_text(json.dumps({"timestamp": 1, "data": data}))


def task(key="t", **fields):
    return {"id": key, "title": f"Task {key}", "subTaskIds": [], "tagIds": []} | fields


class SampleTests(SimpleTestCase):
    def test_backup(self):
        plan = plan_of_sample("super-productivity/super-productivity-backup.json")
        self.assertEqual(
            lines_of(plan),
            [
                "Website: Write the landing page 2026-12-03 14:00 #deep-work (✓Choose a font)",
                "Website: Backlog idea",
                "Inbox: Weekly review 2026-12-04 FREQ=WEEKLY;BYDAY=FR",
                "Website: Old and archived ✓2026-10-01T12:00:00",
            ],
        )
        self.assertEqual(
            notes_of(plan),
            {
                "Write the landing page": "- [ ] hero\n- [x] footer\n\n"
                "Estimate: 1 h 30 min, spent 30 min"
            },
        )


class PartTests(SimpleTestCase):
    def test_days(self):
        noon = millis(2026, 12, 3, 11)
        for fields, line in [
            ({"dueWithTime": noon, "dueDay": "2026-12-09"}, "2026-12-03 12:00"),
            ({"plannedAt": noon}, "2026-12-03 12:00"),
            ({"dueDay": "2026-12-09"}, "2026-12-09"),
            ({"dueWithTime": millis(2026, 12, 2, 23)}, "2026-12-03 00:00"),
            ({"id": "p"}, "2026-12-05"),  # of the planner
            ({"dueDay": "2026-02-30"}, ""),
            ({"dueWithTime": 1e300}, ""),
            ({"tagIds": ["TODAY"]}, ""),
        ]:
            with self.subTest(fields):
                plan = plan_of_data(
                    task(**{"title": "A"} | fields), planner={"days": {"2026-12-05": ["p"]}}
                )
                self.assertEqual(lines_of(plan), [f"Inbox: A {line}".strip()])
        self.assertIn("It stood in Today, and has no date of its own.", said(plan))

    def test_steps_stand_in_the_order_of_their_task(self):
        plan = plan_of_data(
            task("c", parentId="a", isDone=True, timeEstimate=600_000),
            task("b", parentId="a"),
            task("a", subTaskIds=["b", "c"], projectId="p", timeEstimate=600_000),
            task("d", parentId="a", dueDay="2026-12-09"),
            project=state({"id": "p", "title": "Garden", "isArchived": True}),
        )
        self.assertEqual(
            lines_of(plan),
            ["Garden: Task a (Task b; ✓Task c)", "Garden: Task d 2026-12-09"],
        )
        self.assertEqual(notes_of(plan)["Task d"], "Part of: Task a")
        self.assertTrue(plan.lists[0]["archived_at"])

    def test_archived_tasks_are_completed(self):
        rows = [task("x", doneOn=millis(2026, 1, 2), isDone=True), task("y")]
        for parts in [
            {"archiveYoung": {"task": state(*rows)}},
            {"archiveOld": {"task": state(*rows)}},
            {"taskArchive": state(*rows)},
        ]:
            plan = plan_of_data(task(), **parts)
            done = ["Inbox: Task x ✓2026-01-02T00:00:00", "Inbox: Task y ✓2026-12-01T11:00:00"]
            self.assertEqual(lines_of(plan)[1:], done)
            self.assertIn("It was archived without being done.", said(plan))

    def test_what_has_no_place_is_in_the_notes_and_told(self):
        plan = plan_of_data(
            task(
                deadlineDay="2026-12-20",
                issueId="77",
                issueType="GITHUB",
                attachments=[{"title": "Plan", "path": "https://a.example/plan.pdf"}],
                priority="high",
                remindAt=millis(2026, 12, 3, 7),
            ),
            note=state({"id": "n", "content": "Wifi: 1234"}),
            simpleCounter=state({"id": "s"}),
        )
        self.assertEqual(lines_of(plan), ["Inbox: Task t high"])
        self.assertEqual(reminders_of(plan), {"Task t": ["2026-12-03 08:00"]})
        self.assertEqual(
            notes_of(plan)["Task t"],
            "Deadline: 2026-12-20\nIssue: GITHUB 77\nAttachment: Plan https://a.example/plan.pdf",
        )
        self.assertIn("note 1: Notes of a project are no tasks, so it is skipped: “W", said(plan))
        self.assertIn("It also holds counters", said(plan))

    def test_encrypted_backup_is_refused(self):
        with self.assertRaisesMessage(Unreadable, "is encrypted or compressed"):
            plan_of_text("pf_CE4.5__U2FsdGVkX1")

    def test_older_backup_has_no_data(self):
        text = json.dumps({"task": state(task()), "project": state()})
        self.assertEqual(lines_of(plan_of_text(text)), ["Inbox: Task t"])


class RepeatTests(SimpleTestCase):
    def line(self, day="2026-12-04", **fields):
        self.plan = plan_of_data(
            task(title="A", dueDay=day, repeatCfgId="r"), taskRepeatCfg=state({"id": "r"} | fields)
        )
        return lines_of(self.plan)[0].removeprefix("Inbox: A ")

    def test_rules(self):
        start = {"startDate": "2026-12-04", "repeatEvery": 1}
        days = {"monday": True, "friday": True}
        for fields, line in [
            ({"repeatCycle": "DAILY"}, "FREQ=DAILY"),
            ({"repeatCycle": "DAILY", "repeatEvery": 3}, "FREQ=DAILY;INTERVAL=3"),
            ({"repeatCycle": "WEEKLY"} | days, "FREQ=WEEKLY;BYDAY=MO,FR"),
            ({"repeatCycle": "WEEKLY", "repeatEvery": 2} | days,
             "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=FR"),
            ({"repeatCycle": "MONTHLY"}, "FREQ=MONTHLY;BYMONTHDAY=4"),
            ({"repeatCycle": "MONTHLY", "monthlyLastDay": True}, "FREQ=MONTHLY;BYMONTHDAY=-1"),
            ({"repeatCycle": "MONTHLY", "monthlyWeekOfMonth": -1, "monthlyWeekday": 0},
             "FREQ=MONTHLY;BYDAY=-1SU"),
            ({"repeatCycle": "YEARLY"}, "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=4"),
            ({"repeatCycle": "DAILY", "repeatFromCompletionDate": True}, "FREQ=DAILY!"),
            ({"rrule": "FREQ=MONTHLY;BYDAY=1FR", "repeatCycle": "DAILY"}, "FREQ=MONTHLY;BYDAY=1FR"),
        ]:  # fmt: skip
            with self.subTest(fields):
                self.assertEqual(self.line(**start | fields), f"2026-12-04 {line}")

    def test_other_rules_are_in_the_notes(self):
        daily = {"repeatCycle": "DAILY", "repeatEvery": 1, "startDate": "2026-12-04"}
        for fields, words in [
            ({"isPaused": True}, "It was paused."),
            ({"deletedInstanceDates": ["2026-12-07"]}, "later dates are left out"),
            ({"rrule": "FREQ=DAILY;COUNT=5"}, "how many of its dates are over"),
            ({"rrule": "FREQ=DAILY;BYWEEKNO=5"}, "BYWEEKNO"),
            ({"repeatEvery": 0}, "isn't known here"),
            ({"repeatCycle": "HOURLY"}, "isn't known here"),
        ]:
            with self.subTest(fields):
                self.assertEqual(self.line(**daily | fields), "2026-12-04")
                self.assertIn(words, said(self.plan))
                self.assertIn("Repeat: ", notes_of(self.plan)["A"])

    def test_newest_open_task_carries_the_repeat(self):
        daily = {"id": "r", "repeatCycle": "DAILY", "repeatEvery": 1, "title": "A"}
        plan = plan_of_data(
            task("1", dueDay="2026-11-29", repeatCfgId="r"),
            task("2", dueDay="2026-12-01", repeatCfgId="r"),
            task("3", dueDay="2026-11-30", repeatCfgId="r", isDone=True),
            taskRepeatCfg=state(daily),
        )
        repeating = [row["title"] for row in plan.tasks if row["repeat"]]
        self.assertEqual(repeating, ["Task 2"])

    def test_repeat_without_a_task_is_at_its_next_day(self):
        plan = plan_of_data(
            task(),
            taskRepeatCfg=state(
                {"id": "r", "title": "Review", "repeatCycle": "WEEKLY", "repeatEvery": 1,
                 "friday": True, "startDate": "2026-11-06", "lastTaskCreationDay": "2026-11-27",
                 "startTime": "09:30", "remindAt": "m10", "subTaskTemplates": [{"title": "Inbox"}]}
            ),
        )  # fmt: skip
        self.assertEqual(reminders_of(plan), {"Review": [10]})
        line = "Inbox: Review 2026-12-04 09:30 FREQ=WEEKLY;BYDAY=FR (Inbox)"
        self.assertEqual(lines_of(plan)[1], line)
        self.assertEqual(plan.tasks[1]["repeat_anchor"], "2026-11-06")

    def test_paused_repeat_without_a_task_has_no_date(self):
        paused = {"id": "r", "title": "Review", "repeatCycle": "DAILY", "isPaused": True}
        plan = plan_of_data(task(tagIds=["gone"]), taskRepeatCfg=state(paused))
        self.assertEqual(lines_of(plan), ["Inbox: Task t", "Inbox: Review"])
        self.assertIn("Repeat: ", notes_of(plan)["Review"])
        self.assertIn("Its tag “gone” isn't in the file.", said(plan))
