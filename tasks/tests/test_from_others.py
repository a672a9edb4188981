"""The import of Google Tasks, Microsoft To Do and Trello: the tasks of their files."""

import json
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from tasks.tests.imported import (
    lines_of,
    notes_of,
    plan_of_sample,
    plan_of_text,
    reminders_of,
    said,
)

NEW_YORK, AUCKLAND = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland")
WINDOWS = "Pacific Standard Time"  # as Windows calls the zone of Los Angeles
MICROSOFT = {"importance": "low", "createdDateTime": "2026-11-20T12:18:39Z"}


class GoogleTests(SimpleTestCase):
    def plan(self, *tasks, **settings):
        items = [{"title": "Mine", "items": list(tasks)}]
        return plan_of_text(json.dumps({"kind": "tasks#taskLists", "items": items}), **settings)

    def test_sample(self):
        plan = plan_of_sample("google-tasks/Tasks.json")
        self.assertEqual(
            lines_of(plan),
            [
                "My Tasks: Post the letters 2026-12-03 (Buy stamps)",
                "My Tasks: Renew the passport 2026-08-01 ✓2026-08-02T09:59:59",
            ],
        )
        self.assertEqual(
            notes_of(plan)["Post the letters"],
            "second class\nno hurry\n\nLink: Re: letters https://mail.google.com/mail/#all/1",
        )
        for words in ["“Deleted one”: It is deleted", "task 4: It has no title and no notes"]:
            self.assertIn(words, said(plan))
        self.assertEqual([row["name"] for row in plan.lists], ["My Tasks"])

    def test_due_is_a_day_everywhere(self):
        for zone in [NEW_YORK, AUCKLAND]:
            plan = self.plan({"title": "A", "due": "2026-12-03T00:00:00.000Z"}, zone=zone)
            self.assertEqual(lines_of(plan), ["Mine: A 2026-12-03"])

    def test_scheduled_time_is_a_day_or_a_moment(self):
        cases = {"2026-12-05T00:00:00Z": "2026-12-05", "2026-12-04T23:00:00Z": "2026-12-05"}
        cases["2026-12-05T08:30:00Z"] = "2026-12-05 09:30"
        for start, due in cases.items():
            plan = self.plan({"title": "A", "scheduled_time": [{"start": start}]})
            with self.subTest(start):
                self.assertEqual(lines_of(plan)[0].partition(": A ")[2], due)

    def test_tasks_stand_in_their_order(self):
        rows = [{"id": n, "title": n, "position": f"{10 - ord(n) % 10:020}"} for n in "abc"]
        rows.append({"id": "d", "title": "", "notes": "\n  first\nsecond", "parent": "gone"})
        self.assertEqual(
            lines_of(self.plan(*rows)), ["Mine: c", "Mine: b", "Mine: a", "Mine: first"]
        )


class MicrosoftTests(SimpleTestCase):
    def plan(self, *tasks, **settings):
        file = {"lists": [{"list": {"displayName": "Work", "wellknownListName": "none"}}]}
        file["lists"][0]["tasks"] = list(tasks)
        return plan_of_text(json.dumps(file), **settings)

    def due(self, moment, own="UTC", **settings):
        row = {"title": "A", "dueDateTime": {"dateTime": moment, "timeZone": own}}
        return lines_of(self.plan(row, **settings))[0].removeprefix("Work: A ")

    def repeat(self, pattern, span=None, due="2026-12-10"):
        row = {"title": "A", "dueDateTime": {"dateTime": f"{due}T00:00:00", "timeZone": "UTC"}}
        row["recurrence"] = {"pattern": pattern, "range": span or {"type": "noEnd"}}
        return lines_of(self.plan(row))[0].removeprefix(f"Work: A {due}").strip()

    def test_sample(self):
        plan = plan_of_sample("microsoft-todo/mstodo.json")
        self.assertEqual(
            lines_of(plan),
            [
                "Inbox: Call the bank high 2026-12-10 FREQ=MONTHLY;BYMONTHDAY=10 #Red-category"
                " (✓find the number; write down the IBAN)",
                "Inbox: Read the report ✓2026-11-02T00:00:00",
            ],
        )
        self.assertEqual(notes_of(plan), {"Call the bank": "Ask for Ms Lee"})
        self.assertEqual(reminders_of(plan), {"Call the bank": ["2026-12-10 09:00"]})
        self.assertEqual(plan.lists, [])

    def test_due_is_the_day_that_began_where_its_user_was(self):
        cases = [
            ("2026-12-09T23:00:00.0000000", "UTC", {}),
            ("2026-12-10T00:00:00.0000000", "UTC", {}),
            ("2026-12-10T00:00:00.0000000", "Europe/Berlin", {}),
            ("2026-12-10T00:00:00.0000000", "W. Europe Standard Time", {}),
            ("2026-12-10T05:00:00.0000000", "UTC", {"zone": NEW_YORK}),
            ("2026-12-10T05:00:00.0000000", "UTC", {}),
            ("2026-12-10T00:00:00.0000000", "UTC", {"zone": NEW_YORK}),
            ("2026-12-09T11:00:00.0000000", "UTC", {"zone": AUCKLAND}),
            ("2026-12-09T15:00:00.0000000", "UTC", {}),
        ]
        for moment, own, settings in cases:
            with self.subTest(moment, own=own, **settings):
                self.assertEqual(self.due(moment, own, **settings), "2026-12-10")

    def test_moments_of_other_zones(self):
        at = {"dateTime": "2026-12-10T09:00:00.0000000", "timeZone": "America/New_York"}
        plan = self.plan({"title": "A", "reminderDateTime": at, "startDateTime": at})
        self.assertEqual(reminders_of(plan), {"A": ["2026-12-10 15:00"]})
        self.assertEqual(notes_of(plan), {"A": "Start: 10 Dec 2026, 15:00"})
        plan = self.plan({"title": "A", "reminderDateTime": at | {"timeZone": WINDOWS}})
        self.assertEqual(reminders_of(plan), {"A": ["2026-12-10 18:00"]})
        plan = self.plan({"title": "A", "reminderDateTime": at | {"timeZone": "tzone://Custom"}})
        self.assertIn("The time zone “tzone://Custom” isn't known here", said(plan))

    def test_what_isnt_known_or_missing_is_said(self):
        row = {"title": "A", "status": "skipped", "importance": "urgent"}
        row["dueDateTime"] = {"dateTime": "2026-12-10T05:00:00", "timeZone": "UTC"}
        plan = plan_of_text(json.dumps({"@odata.nextLink": "", "value": [MICROSOFT | row]}))
        self.assertEqual(lines_of(plan), ["file: A 2026-12-10"])
        for words in ["a further page", "“skipped” isn't known", "“urgent” isn't known",
                      "elsewhere (2026-12-10 05:00), taken for 2026-12-10"]:  # fmt: skip
            self.assertIn(words, said(plan))

    def test_repeats(self):
        week = {"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "friday"]}
        cases = [
            ({"type": "daily", "interval": 1}, "FREQ=DAILY"),
            (week, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=SU"),
            ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31},
             "FREQ=MONTHLY;BYMONTHDAY=31"),
            ({"type": "relativeMonthly", "interval": 1, "index": "last", "daysOfWeek": ["friday"]},
             "FREQ=MONTHLY;BYDAY=-1FR"),
            ({"type": "relativeMonthly", "interval": 1, "index": "first",
              "daysOfWeek": ["monday", "tuesday"]}, "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1"),
            ({"type": "absoluteYearly", "interval": 1, "month": 2, "dayOfMonth": 29},
             "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
            ({"type": "hourly", "interval": 1}, ""), ({"type": "daily", "interval": "x"}, ""),
            ({}, ""), ({"type": "weekly", "interval": 1, "daysOfWeek": [{}]}, ""),
        ]  # fmt: skip
        for pattern, rule in cases:
            with self.subTest(pattern):
                self.assertEqual(self.repeat(pattern), rule)
        daily = {"type": "daily", "interval": 1}
        spans = [
            ({"type": "endDate", "endDate": "2026-12-31"}, "FREQ=DAILY;UNTIL=20261231"),
            ({"type": "numbered", "numberOfOccurrences": 5, "startDate": "2026-12-10"},
             "FREQ=DAILY;COUNT=5"),
            ({"type": "numbered", "numberOfOccurrences": 5, "startDate": "2026-12-01"}, ""),
        ]  # fmt: skip
        for span, rule in spans:
            with self.subTest(span):
                self.assertEqual(self.repeat(daily, span), rule)

    def test_other_shapes_of_files(self):
        task = {"title": "A", "importance": "low", "createdDateTime": "2026-11-20T12:18:39Z"}
        named = {"displayName": "Work", "wellknownListName": "none", "tasks": [task]}
        for said_, home in [({"value": [task]}, "Home"), ([named], "Work"), ([task], "Home"),
                            ({"value": [named]}, "Work")]:  # fmt: skip
            plan = plan_of_text(json.dumps(said_), "Home.json")
            self.assertEqual(lines_of(plan), [f"{home}: A low"])


class TrelloTests(SimpleTestCase):
    def plan(self, card, **board):
        card = {"id": "c", "name": "A", "idList": "l", **card}
        lists = [{"id": "l", "name": "To do", "closed": board.pop("is_closed", False)}]
        return plan_of_text(json.dumps({"name": "Board", "lists": lists, "cards": [card], **board}))

    def test_sample(self):
        plan = plan_of_sample("trello/board.json")
        self.assertEqual(
            lines_of(plan),
            [
                "Moving house / To do: Book the van",
                "Moving house / To do: Cancel the electricity 2026-12-15 18:00 #urgent #green"
                " (✓find the contract; meter reading)",
                "Moving house / Done: Sign the lease 2026-11-01 12:00 ✓2026-11-01T12:00:00",
            ],
        )
        notes = "Customer no. **12**\n\nComment, 19 Nov 2026: They want it in writing (Ann)"
        self.assertEqual(notes_of(plan), {"Cancel the electricity": notes})
        self.assertIn("“Archived card”: It is archived, so it is skipped.", said(plan))

    def test_archived_list_and_board(self):
        for board in [{"is_closed": True}, {"closed": True}]:
            plan = self.plan({}, **board)
            self.assertEqual(lines_of(plan), ["Board / To do: A"])
            self.assertTrue(plan.lists[0]["archived_at"])

    def test_all_else_that_a_card_has_is_in_the_notes(self):
        card = {
            "start": "2026-12-01T08:00:00.000Z", "due": "2026-12-15T17:00:00.000Z",
            "dueReminder": 1440, "idMembers": ["m", "gone"], "idLabels": ["x"],
            "attachments": [{"name": "plan.pdf", "url": "https://files.example/plan.pdf"}],
            "customFieldItems": [
                {"idCustomField": "f", "value": {"number": "5"}},
                {"idCustomField": "g", "idValue": "o"},
            ],
            "address": "1 Main Street",
        }  # fmt: skip
        option = {"id": "o", "value": {"text": "Large"}}
        plan = self.plan(
            card,
            members=[{"id": "m", "fullName": "Bob"}],
            labels=[{"id": "x", "name": "", "color": "sky"}],
            customFields=[
                {"id": "f", "name": "Points"},
                {"id": "g", "name": "Size", "options": [option]},
            ],
            checklists=[
                {"idCard": "c", "name": "Two", "pos": 2, "checkItems": [{"name": "b"}]},
                {"idCard": "c", "name": "One", "pos": 1, "checkItems": [
                    {"name": "a", "due": "2026-12-03T11:00:00Z"}, {"name": " "}]},
            ],
        )  # fmt: skip
        self.assertEqual(lines_of(plan), ["Board / To do: A 2026-12-15 18:00 #sky (a; b)"])
        self.assertEqual(
            notes_of(plan)["A"],
            "Step with a date: a (3 Dec 2026, 12:00)\nStart: 1 Dec 2026, 09:00\n"
            "Assigned to: Bob\nAssigned to: gone\n"
            "Place: 1 Main Street\nPoints: 5\nSize: Large\n"
            "Attachment: plan.pdf https://files.example/plan.pdf",
        )
        self.assertEqual(reminders_of(plan), {"A": [1440]})
        self.assertIn("Its checklists become one list of steps: “One”, “Two”.", said(plan))
