"""The import of Vikunja: the tasks of its files."""

import json

from django.test import SimpleTestCase

from tasks.tests.imported import (
    lines_of,
    notes_of,
    plan_of_sample,
    plan_of_text,
    reminders_of,
    said,
)

NEVER = "0001-01-01T00:00:00Z"


def project(title="Work", tasks=(), **fields):
    return {"title": title, "hex_color": "", "tasks": list(tasks), **fields}


def plan_of(*projects):
    return plan_of_text(json.dumps(projects))


class VikunjaTests(SimpleTestCase):
    def test_sample(self):
        plan = plan_of_sample("vikunja/vikunja-export.zip")
        self.assertEqual(
            lines_of(plan),
            [
                "Inbox: Pay the insurance high 2026-12-31 12:00 FREQ=MONTHLY #money #at-home",
                "Inbox: Paint the door medium ✓2026-11-10T17:45:00",
                "House: Renovate 2027-01-01 (Sand first; ✓Paint)",
                "House: Water the plants 2026-12-02 08:00 FREQ=DAILY;INTERVAL=3!",
                "House / Garden: Rake the leaves 2026-12-05 09:00 FREQ=DAILY;INTERVAL=30",
            ],
        )
        self.assertEqual(
            notes_of(plan)["Pay the insurance"],
            "Policy 4711\n- phone first\n- a < b & c\n\nComment, 20 Nov 2026: Called on Monday",
        )
        self.assertEqual(reminders_of(plan), {"Pay the insurance": ["2026-12-30 09:00"]})
        self.assertEqual([bool(row["archived_at"]) for row in plan.lists], [False, True])
        self.assertIn("Attached files aren't imported. It holds 1.", said(plan))

    def test_older_projects_stand_in_each_other(self):
        deep = project("C", [{"id": 3, "title": "c"}])
        middle = project("B", [{"id": 2, "title": "b"}], child_projects=[deep], is_archived=True)
        plan = plan_of(project("A", [{"id": 1, "title": "a"}], child_projects=[middle]))
        self.assertEqual(lines_of(plan), ["A: a", "A / B: b", "A / B / C: c"])
        self.assertEqual([bool(row["archived_at"]) for row in plan.lists], [False, True, True])
        space = {"title": "Space", "lists": [project("L", [{"title": "x"}])]}
        self.assertEqual(lines_of(plan_of(space)), ["Space / L: x"])

    def test_projects_of_one_name_become_one_list_and_it_is_said(self):
        plan = plan_of(project("A", [{"title": "x"}]), project("a", [{"title": "y"}]))
        self.assertEqual(lines_of(plan), ["A: x", "A: y"])
        self.assertIn("Several lists are called “a”. They become one.", said(plan))

    def test_projects_in_a_ring_and_far_below_end(self):
        one = project("One", [{"title": "a"}], id=1, parent_project_id=2)
        two = project("Two", id=2, parent_project_id=1)
        plan = plan_of(one, two, project("Own", [{"title": "b"}], id=3, parent_project_id=3))
        self.assertEqual(lines_of(plan), ["Two / One: a", "Own: b"])
        self.assertIn("It would be in itself", said(plan))
        nested = project("x", [{"title": "t"}])
        for _ in range(200):
            nested = project("x", child_projects=[nested])
        self.assertEqual(lines_of(plan_of(nested)), [" / ".join("x" * 10) + ": t"])

    def test_repeats_are_days_weeks_or_months(self):
        cases = [
            ((86_400, 0), "FREQ=DAILY;INTERVAL=1"), ((1_209_600, 2), "FREQ=WEEKLY;INTERVAL=2!"),
            ((0, 1), "FREQ=MONTHLY"), ((0, 0), ""), ((43_200, 0), ""), ((86_400, 3), ""),
            ((86_400 * 1000, 0), ""), ((-86_400, 0), ""), (("x", None), ""),
        ]  # fmt: skip
        for (seconds, mode), rule in cases:
            row = {"title": "A", "due_date": "2026-12-02T07:00:00Z"}
            row |= {"repeat_after": seconds, "repeat_mode": mode}
            with self.subTest(row):
                line = f"Work: A 2026-12-02 08:00 {rule}".strip()
                self.assertEqual(lines_of(plan_of(project(tasks=[row]))), [line])
        plan = plan_of(project(tasks=[{"title": "A", "repeat_after": 43_200}]))
        self.assertEqual(notes_of(plan), {"A": "Repeat: every 12 hours"})
        newer = {"title": "A", "due_date": "2026-12-02", "repeats": "FREQ=WEEKLY;BYDAY=WE"}
        newer["repeats_from_current_date"] = True
        line = "Work: A 2026-12-02 FREQ=WEEKLY;BYDAY=WE!"
        self.assertEqual(lines_of(plan_of(project(tasks=[newer]))), [line])

    def test_older_files_have_moments_of_reminders_and_another_mark_of_completion(self):
        row = {"title": "A", "due_date": "2026-12-02", "repeat_after": 86_400}
        row |= {"repeat_from_current_date": True, "reminder_dates": ["2026-12-01T08:00:00Z"]}
        plan = plan_of(project(tasks=[row]))
        self.assertEqual(lines_of(plan), ["Work: A 2026-12-02 FREQ=DAILY;INTERVAL=1!"])
        self.assertEqual(reminders_of(plan), {"A": ["2026-12-01 09:00"]})

    def test_relations_are_read_by_ids_alone(self):
        tasks = [
            {"id": 1, "title": "Whole", "related_tasks": {"subtask": [{"id": 2, "title": "old"}]}},
            {"id": 2, "title": "Part"},
            {"id": 3, "title": "Next", "related_tasks": {
                "blocked": [{"id": 1, "title": "old"}], "parenttask": [{"id": 77}],
                "subtask": [{"id": 78, "title": "Elsewhere"}]}},
        ]  # fmt: skip
        plan = plan_of(project(tasks=tasks))
        self.assertEqual(lines_of(plan), ["Work: Whole (Part)", "Work: Next"])
        self.assertEqual(
            notes_of(plan),
            {"Next": "Related (blocked): Whole\nNot in the file (subtask): Elsewhere"},
        )
        self.assertIn("What it is a part of isn't in the file", said(plan))

    def test_all_else_that_a_task_has_is_in_the_notes(self):
        row = {
            "id": 1, "title": "A", "start_date": "2026-12-01T08:00:00Z", "end_date": NEVER,
            "percent_done": 0.4, "assignees": [{"username": "bob"}], "bucket_id": 8,
            "attachments": [{"file": {"name": "plan.pdf"}}], "priority": 9,
            "description": "<ul><li data-checked='true'><label><input></label><p>x</p></li>"
            "<li data-checked='false'>y</li></ul>"
            "<p>see <a href='https://example.org'>here</a><br>z</p><script>no</script>",
        }  # fmt: skip
        buckets = [{"id": 7, "title": "To-Do", "position": 1}, {"id": 8, "title": "Doing"}]
        buckets[1]["position"] = 2
        plan = plan_of(project(tasks=[row], buckets=buckets))
        self.assertEqual(
            notes_of(plan)["A"],
            "- [x] x\n- [ ] y\nsee here (https://example.org)\nz\n\nStart: 1 Dec 2026, 09:00\n"
            "Progress: 40 %\nAssigned to: bob\nAttachment: plan.pdf\nBucket: Doing",
        )
        self.assertIn("priority is “9”", said(plan))
