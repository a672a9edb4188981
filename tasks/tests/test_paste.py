"""Several lines become several tasks, once it is said that they shall."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from tasks.models import Task
from tasks.tests.pages import HTMX, PageTests, messages_of, words_of

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
        self.assertContains(response, "<h1>Add 2 tasks?</h1>")
        self.assertIn("Cake Eggs Milk Party", words_of(response.text))
        self.assertIn("What they become: 1 completed already", words_of(response.text))
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
        for name, value in [("list", work.pk), ("tag", tag.pk), ("due_date", self.ann.today())]:
            self.assertContains(asked, f'name="{name}" value="{value}"')
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


class DuplicateTests(PageTests):
    def setUp(self):
        super().setUp()
        self.work = self.add_list("Work")
        fields = {"description": "Oat\nor rice", "priority": 2, "due_date": self.ann.today()}
        self.milk = self.add_task("Milk", list=self.work, **fields)
        self.bread = self.add_task("Bread", list=self.work)
        self.tag = self.add_tag("calls", self.milk)
        self.step = self.add_step(self.milk, "Whisk", done=True)
        self.add_step(self.milk, "Pour").delete_softly()
        self.url = f"/tasks/{self.milk.pk}/duplicate/"

    def copies(self):
        return self.ann.tasks.filter(title="Milk").exclude(pk=self.milk.pk)

    def test_copy_has_all_but_what_was_done(self):
        self.milk.complete()
        response = self.post(self.url, next=self.work.get_absolute_url())
        self.assertEqual(messages_of(response), ["Duplicated “Milk”."])
        copy = self.copies().get()
        found = (copy.list, copy.description, copy.priority, copy.due_date, copy.status)
        self.assertEqual(found, (self.work, "Oat\nor rice", 2, self.ann.today(), "pending"))
        self.assertEqual(list(copy.tags.all()), [self.tag])
        steps = copy.steps(manager="everything").values_list("title", "done", "deleted_at")
        self.assertEqual(list(steps), [("Whisk", False, None)])

    def test_undo_takes_it_back(self):
        response = self.undo(self.post(self.url, next="/inbox/"))
        self.assertEqual(messages_of(response), ["Undone: added “Milk”."])
        self.assertEqual(self.copies().count(), 0)

    def test_copy_stands_after_it_where_the_list_is_in_order(self):
        self.milk.move(to="top")
        self.post(self.url, next="/inbox/")
        self.assertEqual(self.titles(self.work.get_absolute_url()), ["Milk", "Milk", "Bread"])

    def test_same_form_makes_one(self):
        for _ in range(2):
            response = self.post(self.url, next="/inbox/", key=KEY)
            self.assertEqual(messages_of(response), ["Duplicated “Milk”."])
        self.assertEqual(self.copies().count(), 1)

    def test_in_place(self):
        data = {"next": self.work.get_absolute_url()}
        response = self.client.post(self.url, data, headers=HTMX)
        self.assertEqual(response.text.count(">Milk</a>"), 2)


def paste(page, text):
    """Paste text where the focus is, as the keyboard's shortcut does."""
    page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true,
                cancelable: true });
            document.activeElement.dispatchEvent(paste);
        }""",
        text,
    )


def test_pasting_several_lines_asks_and_what_stood_in_the_box_goes_along(signed_in):
    page = signed_in
    page.goto("/inbox/")
    page.get_by_label("Add a task").fill("Buy ")
    paste(page, "milk\nBread\n  Rye\n")
    expect(page.get_by_role("heading", name="Add 2 tasks?")).to_be_visible()
    expect(page.get_by_label("One task a line")).to_have_value("Buy milk\nBread\n  Rye\n")
    expect(page.get_by_label("Add a task")).to_have_count(0)
    page.get_by_role("button", name="Add 2 tasks").click()
    expect(page.locator("a.task-title")).to_have_text(["Buy milk", "Bread"])
    expect(page.get_by_role("status")).to_contain_text("Added 2 tasks.")
    expect(page.get_by_label("Add a task")).to_have_value("")
    assert [step.title for step in Task.objects.get(title="Bread").steps.all()] == ["Rye"]


def test_pasting_one_line_is_as_ever(signed_in):
    page = signed_in
    page.goto("/inbox/")
    page.get_by_label("Add a task").focus()
    prevented = page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "Milk\\n");
            return !document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }"""
    )
    assert prevented is False


def test_several_at_once_from_the_page_that_adds_one(anybody_in):
    page = anybody_in
    page.goto("/tasks/add/?next=/inbox/")
    page.get_by_role("link", name="Add several at once").click()
    page.get_by_label("One task a line").fill("Milk\nBread")
    page.get_by_role("button", name="Look first").click()
    expect(page.get_by_role("heading", name="Add 2 tasks?")).to_be_visible()
    page.get_by_role("button", name="Add 2 tasks").click()
    expect(page.locator("a.task-title")).to_have_text(["Milk", "Bread"])
