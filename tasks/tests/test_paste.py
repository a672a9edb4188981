"""Several lines become several tasks, once it is said that they shall."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.tests.pages import PageTests, messages_of, words_of

KEY = "11111111-2222-4333-8444-555555555555"
CAKE = "- [x] Cake\n    - [x] Eggs\n    - Milk\n- Party"


class PasteTests(PageTests):
    def paste(self, text, **data):
        return self.client.post("/tasks/paste/", {"text": text, "next": "/inbox/", **data})

    def rows(self):
        """Return (title, status, [(title, done) of its steps]) of each task, in order."""
        return [
            (task.title, task.status, list(task.steps.by_hand().values_list("title", "done")))
            for task in self.ann.tasks.order_by("created_at", "id")
        ]

    def test_asks_and_adds_nothing_yet(self):
        response = self.paste(CAKE)
        self.assertContains(response, "<h1>Add 2 tasks, 1 of them completed already?</h1>")
        self.assertIn("Cake (completed) Eggs (done) Milk Party", words_of(response.text))
        self.assertContains(response, "500 lines at most.")
        self.assertContains(response, "- [x] Cake\n    - [x] Eggs\n    - Milk\n- Party")
        self.assertEqual(self.rows(), [])

    def test_adds_tasks_with_their_steps_in_order_and_undo_takes_all_back(self):
        response = self.post("/tasks/paste/", text=CAKE, next="/inbox/", sure="1")
        self.assertRedirects(response, "/inbox/")
        self.assertEqual(messages_of(response), ["Added 2 tasks."])
        steps = [("Eggs", True), ("Milk", False)]
        self.assertEqual(self.rows(), [("Cake", "completed", steps), ("Party", "pending", [])])
        response = self.undo(response)
        self.assertEqual(messages_of(response), ["Undone: added 2 tasks."])
        self.assertEqual(self.rows(), [])
        self.undo(response)
        self.assertEqual([title for title, _, _ in self.rows()], ["Cake", "Party"])

    def test_add_box_without_script_asks_too(self):
        response = self.client.post("/tasks/add/", {"text": "Milk\nBread", "next": "/inbox/"})
        self.assertContains(response, "<h1>Add 2 tasks?</h1>")
        self.assertEqual(self.rows(), [])

    def test_line_break_at_the_end_is_no_second_line(self):
        self.post("/tasks/add/", text="Milk\r\n", next="/inbox/")
        self.assertEqual(self.rows(), [("Milk", "pending", [])])

    def test_what_the_page_says_is_so_for_all(self):
        work, tag = self.add_list("Work"), self.add_tag("calls")
        presets = {"list": work.pk, "tag": tag.pk, "due_date": "today"}
        asked = self.paste("Milk\nBread", **presets)
        self.assertContains(asked, f'<option value="{work.pk}" selected>Work</option>')
        for name, value in [("tag", tag.pk), ("due_date", self.ann.today())]:
            self.assertRegex(asked.text, f'name="{name}" value="{value}"')
        self.paste("Milk\nBread", sure="1", **presets)
        for task in self.ann.tasks.all():
            found = (task.list, list(task.tags.all()), task.due_date)
            self.assertEqual(found, (work, [tag], self.ann.today()))

    def test_same_form_adds_once(self):
        for _ in range(2):
            response = self.post(
                "/tasks/paste/", text="Milk\nBread", next="/inbox/", sure="1", key=KEY
            )
            self.assertEqual(messages_of(response), ["Added 2 tasks."])
        self.assertEqual(len(self.rows()), 2)

    def test_five_hundred_lines_and_no_more(self):
        lines = [f"Task {n}" for n in range(501)]
        response = self.paste("\n".join(lines), sure="1")
        self.assertContains(
            response, "These are 501 lines; 500 are possible at once.", status_code=422
        )
        self.assertContains(response, "Task 500", status_code=422)
        self.assertEqual(self.rows(), [])
        self.paste("\n".join(lines[:500]), sure="1")
        self.assertEqual([title for title, _, _ in self.rows()], lines[:500])

    def test_what_is_wrong_is_said_by_its_line_and_nothing_is_lost(self):
        text = f"Milk\n\n{'x' * 256}\n  \ud800\nBread".encode("utf-8", "replace").decode()
        response = self.paste(text, sure="1")
        words = "Line 3: This has 256 characters; 255 are possible."
        self.assertContains(response, words, status_code=422)
        self.assertContains(response, "x" * 256, status_code=422)
        self.assertContains(response, "Bread", status_code=422)
        self.assertEqual(self.rows(), [])

    def test_nothing_is_refused(self):
        words = "Write what there is to do, one task a line."
        self.assertContains(self.paste(" \n- \n", sure="1"), words, status_code=422)

    def test_another_list_is_refused(self):
        response = self.paste("Milk\nBread", sure="1", list="999")
        self.assertContains(response, "This list isn&#x27;t there any more.", status_code=422)

    def test_many_lines_take_as_many_queries_as_two(self):
        def queries(number):
            text = "\n".join(f"Task {n}\n  Step" for n in range(number))
            with CaptureQueriesContext(connection) as found:
                self.paste(text, sure="1")
            return len(found)

        queries(2)
        self.assertEqual(queries(2), queries(200))
