"""The import of TickTick: the task of each row."""

import io
import zipfile

from django.test import SimpleTestCase

from tasks.tests.imported import (
    lines_of,
    notes_of,
    plan_of_sample,
    plan_of_text,
    reminders_of,
    said,
)

COLUMNS = [
    *("Folder Name", "List Name", "Title", "Kind", "Tags", "Content", "Start Date", "Due Date"),
    *(
        "Reminder",
        "Repeat",
        "Priority",
        "Status",
        "Created Time",
        "Completed Time",
        "Order",
        "Timezone",
    ),
    *("Is All Day", "Is Floating", "Column Name", "taskId", "parentId"),
]


def file(*rows):
    """Return a file with these rows, each the cells that it has, by its columns without spaces."""
    lines = [",".join(COLUMNS)]
    for row in rows:
        cells = {"ListName": "Work", "Timezone": "Europe/Berlin"} | row
        lines.append(",".join(f'"{cells.get(name.replace(" ", ""), "")}"' for name in COLUMNS))
    return "\n".join([*lines, ""])


def due(**row):
    """Return the due date and so on of a row, as lines_of() writes them."""
    return lines_of(plan_of_text(file({"Title": "A"} | row)))[0].removeprefix("Work: A").strip()


class SampleTests(SimpleTestCase):
    def test_version_7_1(self):
        plan = plan_of_sample("ticktick/backup-7.1.csv")
        self.assertEqual(
            lines_of(plan),
            [
                "Flat: Assemble the shelf high #diy #weekend (Buy the screws)",
                "Flat: Pack for the trip medium 2026-12-12 (✓Passport; Charger; Socks; many)",
                "Inbox: Stand-up low 2026-12-01 09:30 FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
                "Inbox: Old and done ✓2026-10-31T22:30:00",
                "Inbox: Given up ✓2026-12-01T11:00:00",
                "Inbox: A note, not a task",
            ],
        )
        notes = notes_of(plan)
        self.assertEqual(
            notes["Assemble the shelf"], "Instructions:\n1. unpack\n2. don't lose the key"
        )
        self.assertEqual(notes["A note, not a task"], "# Heading\ntext")
        self.assertEqual(notes["Given up"], "Status: given up")
        self.assertNotIn("Pack for the trip", notes)
        self.assertEqual(reminders_of(plan), {"Stand-up": [15]})
        for words in ["it is a note", "no folders here: “Home”"]:
            self.assertEqual(said(plan).count(words), 1)

    def test_version_7_2(self):
        plan = plan_of_sample("ticktick/backup-7.2.csv")
        self.assertEqual(
            lines_of(plan),
            ["Work: Water cooler 2026-12-24 11:00", "Work / Doing: From completion 2026-12-02"],
        )
        notes = notes_of(plan)
        self.assertIn("ERULE:NAME=FORGETTINGCURVE;CYCLE=0", notes["Water cooler"])
        self.assertIn("TT_SKIP=HOLIDAY", notes["From completion"])
        self.assertEqual(said(plan).count("It doesn't repeat."), 2)


class RowTests(SimpleTestCase):
    def test_days_are_those_of_the_zone_of_the_row(self):
        cases = [
            ({"DueDate": "2026-12-11T23:00:00+0000", "IsAllDay": "true"}, "2026-12-12"),
            ({"DueDate": "2026-12-11T23:00:00+0000"}, "2026-12-12"),
            ({"DueDate": "2026-12-11T23:00:00+0000", "IsAllDay": "false"}, "2026-12-12 00:00"),
            (
                {"DueDate": "2026-12-11T15:00:00+0000", "Timezone": "Asia/Tokyo"},
                "2026-12-12",
            ),
            (
                {"DueDate": "2026-12-12T08:00:00+0000", "Timezone": "America/Anchorage",
                 "IsAllDay": "true"},
                "2026-12-11",
            ),
            (
                {"DueDate": "2026-12-12T14:00:00+0000", "Timezone": "America/New_York"},
                "2026-12-12 15:00",
            ),
            (
                {"DueDate": "2026-12-12T14:00:00+0000", "Timezone": "America/New_York",
                 "IsFloating": "true"},
                "2026-12-12 09:00",
            ),
            ({"DueDate": "2026-02-27 14:59:52"}, "2026-02-27 15:59:52"),
            ({"StartDate": "2026-12-24T10:00:00+0000"}, "2026-12-24 11:00"),
            ({"DueDate": "2026-12-24T10:00:00+0000", "Timezone": "../etc"}, "2026-12-24 11:00"),
            ({"DueDate": "soon"}, ""),
            ({"DueDate": "2026-02-30T10:00:00+0000"}, ""),
        ]  # fmt: skip
        for row, line in cases:
            with self.subTest(row):
                self.assertEqual(due(**row), line)

    def test_days_of_a_rule_are_those_of_the_zone_of_the_row(self):
        row = {"DueDate": "2026-12-08T04:00:00+0000", "Timezone": "America/Los_Angeles"}
        row["Repeat"] = "RRULE:FREQ=WEEKLY;BYDAY=MO,WE"  # 20:00 on a Monday there
        self.assertEqual(due(**row), "2026-12-08 05:00 FREQ=WEEKLY;BYDAY=TU,TH")

    def test_all_files_in_a_zip_file_are_read(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name in ["one", "two"]:
                archive.writestr(f"folder/{name}.csv", file({"Title": name, "Priority": "9"}))
        plan = plan_of_text(packed.getvalue())
        self.assertEqual(lines_of(plan), ["Work: one", "Work: two"])
        self.assertIn("folder/two.csv, line 2: Its priority is “9”", said(plan))

    def test_reminders_count_from_the_time_or_the_start_of_the_day(self):
        day, clock = "2026-12-11T23:00:00+0000", "2026-12-12T08:30:00+0000"
        cases = [
            (clock, "-PT15M, -P1DT2H", [15, 1560]), (clock, "PT0S", [0]),
            (clock, "PT30M", ["2026-12-12 10:00"]), (day, "P0DT9H0M0S", ["2026-12-12 09:00"]),
            (day, "-P0DT15H0M0S", ["2026-12-11 09:00"]), (day, "soon", []),
            ("", "-PT15M", []), (clock, "-P99999W", []),
        ]  # fmt: skip
        for moment, reminder, found in cases:
            plan = plan_of_text(file({"Title": "A", "DueDate": moment, "Reminder": reminder}))
            with self.subTest(reminder):
                self.assertEqual(reminders_of(plan).get("A", []), found)
                self.assertEqual("Reminder" in notes_of(plan).get("A", ""), not found)

    def test_status_in_all_versions(self):
        cases = {"0": "", "": "", "1": "✓2026-12-01T11:00:00", "2": "✓2026-12-01T11:00:00"}
        for status, line in cases.items():
            self.assertEqual(due(Status=status), line)
        row = {"Title": "A", "Status": "0", "CompletedTime": "2026-10-31T22:30:00+0000"}
        plan = plan_of_text(file(row))
        self.assertEqual(lines_of(plan), ["Work: A"])
        self.assertEqual(notes_of(plan), {"A": "Completed once: 31 Oct 2026, 23:30"})
        self.assertEqual(due(Status="done"), "")

    def test_words_in_columns_of_numbers(self):
        plan = plan_of_text(
            file(
                {"Title": "A", "Priority": "p1", "Order": "first", "taskId": "abc"},
                {"Title": "B", "Status": "x", "parentId": "xyz", "taskId": "0"},
                {"Title": "C", "parentId": "abc"},
                {"Title": "D", "parentId": "0"},
            )
        )
        self.assertEqual(lines_of(plan), ["Work: A (C)", "Work: B", "Work: D"])
        for words in [
            "priority is “p1”",
            "status is “x”",
            "a part of isn't in the file",
        ]:
            self.assertIn(words, said(plan))

    def test_range_keeps_its_start_in_the_notes(self):
        row = {"StartDate": "2026-12-10T23:00:00+0000", "DueDate": "2026-12-12T23:00:00+0000"}
        plan = plan_of_text(file({"Title": "A", "IsAllDay": "true"} | row))
        self.assertEqual(lines_of(plan), ["Work: A 2026-12-13"])
        self.assertEqual(notes_of(plan), {"A": "Start: 11 Dec 2026"})

    def test_lists_of_one_name_in_several_folders_stay_apart(self):
        rows = [{"Title": folder, "ListName": "Ideas", "FolderName": folder} for folder in "AB"]
        rows.append({"Title": "C", "ListName": "Ideas"})
        self.assertEqual(
            lines_of(plan_of_text(file(*rows))), ["A / Ideas: A", "B / Ideas: B", "Ideas: C"]
        )

    def test_rings_and_deep_parts_end(self):
        following = {1: 2, 2: 3, 3: 1}
        ring = [{"Title": n, "taskId": n, "parentId": following[n]} for n in following]
        ring.append({"Title": "own", "taskId": "9", "parentId": "9"})
        ring.append({"Title": "below", "taskId": "8", "parentId": "1"})
        self.assertEqual(
            lines_of(plan_of_text(file(*ring))),
            ["Work: 1 (below)", "Work: 2", "Work: 3", "Work: own"],
        )
        deep = [{"Title": str(n), "taskId": str(n), "parentId": str(n + 1)} for n in range(1, 3000)]
        plan = plan_of_text(file(*deep, {"Title": "top", "taskId": "3000"}))
        self.assertEqual(len(plan.tasks), 1)
        self.assertEqual(len(plan.tasks[0]["steps"]), 2999)

    def test_part_with_more_than_a_title_is_a_task(self):
        plan = plan_of_text(
            file(
                {"Title": "Part", "taskId": "2", "parentId": "1", "Content": "note"},
                {"Title": "Whole", "taskId": "1"},
                {"Title": "Elsewhere", "taskId": "3", "parentId": "1", "ColumnName": "Doing"},
                {"Title": "Below", "taskId": "4", "parentId": "2", "Status": "2"},
            )
        )
        self.assertEqual(
            lines_of(plan), ["Work: Whole", "Work: Part (✓Below)", "Work / Doing: Elsewhere"]
        )
        self.assertEqual(notes_of(plan)["Part"], "note\n\nPart of: Whole")
        self.assertEqual(notes_of(plan)["Elsewhere"], "Part of: Whole")

    def test_row_that_stands_twice_is_said_and_left_out(self):
        row = {"Title": "A", "taskId": "1"}
        plan = plan_of_text(file(row, row, row | {"Title": "B"}))
        self.assertEqual(lines_of(plan), ["Work: A", "Work: B"])
        self.assertIn("line 3: It stands twice in the file, also as line 2.", said(plan))
