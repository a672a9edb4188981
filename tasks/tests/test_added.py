"""A new task: its row is marked, or the message leads to it."""

from unittest import mock

from tasks.pages.listings import Inbox
from tasks.tests.pages import HTMX, PageTests, messages_of
from todosite.tests.html import select


class AddedTests(PageTests):
    def add(self, text, page="/inbox/", headers=HTMX, **data):
        data = {"text": text, "next": page} | data
        return self.client.post("/tasks/add/", data, headers=headers)

    def new(self, response):
        """Return the ids of the rows that are marked as new."""
        return [row.get("id") for row in select(response, ".task[data-new]")]

    def way(self, response):
        """Return the address of "Open" in the message, None without one."""
        links = [link for link in select(response, ".toast a") if link.text == "Open"]
        return links[0].get("href") if links else None

    def test_only_the_new_row_is_marked(self):
        self.add_task("Bread")
        response = self.add("Milk")
        self.assertEqual(self.new(response), [f"task-{self.ann.tasks.get(title='Milk').pk}"])
        self.assertIsNone(self.way(response))
        self.assertEqual(self.new(self.get("/inbox/")), [])

    def test_message_opens_a_new_task_of_another_page(self):
        self.add_task("Bread")
        with mock.patch.object(Inbox, "limit", 1):
            response = self.add("Milk")
        self.assertEqual(messages_of(response), ["Added “Milk”."])
        self.assertEqual(self.new(response), [])
        self.assertEqual(self.way(response), self.ann.tasks.get(title="Milk").get_absolute_url())

    def test_every_page_marks_a_new_task_or_links_to_it(self):
        work, tag = self.add_list("Work"), self.add_tag("calls")
        open_task = self.add_task("Bread")
        for page, text, is_shown in [
            ("/today/", "Milk", False),
            ("/today/", "Milk today", True),
            ("/upcoming/", "Milk tomorrow", True),
            ("/upcoming/", "Milk", False),
            (work.get_absolute_url(), "Milk +Work", True),
            (work.get_absolute_url(), "Milk", False),
            (tag.get_absolute_url(), "Milk #calls", True),
            ("/completed/", "Milk", False),
            ("/tasks/", "Milk", True),
            ("/search/?q=milk", "Milk", True),
            ("/search/?q=bread", "Milk", False),
            ("/settings/", "Milk", False),
            ("/history/", "Milk", False),
            (f"{open_task.get_absolute_url()}?on=/inbox/", "Milk", True),
        ]:
            with self.subTest(page=page, text=text):
                response = self.add(text, page)
                task = self.ann.tasks.latest("pk")
                self.assertEqual(self.new(response), [f"task-{task.pk}"] * is_shown)
                way = None if is_shown else task.get_absolute_url()
                self.assertEqual(self.way(response), way)

    def test_message_links_to_a_new_task_without_script(self):
        response = self.client.get(self.add("Milk", headers=None).url)
        task = self.ann.tasks.get()
        self.assertEqual(self.way(response), task.get_absolute_url())
        self.assertEqual(self.client.get(task.get_absolute_url()).status_code, 200)

    def test_deleted_new_task_has_no_link(self):
        key = "0f2a1b7c-3a52-4d1f-9d53-2f8f5a3a5d11"
        self.add("Milk", key=key)
        self.ann.tasks.get().delete_softly()
        response = self.add("Milk", key=key)
        self.assertIn("already added, and has been deleted since", messages_of(response)[0])
        self.assertEqual((self.new(response), self.way(response)), ([], None))

    def test_copy_is_marked_or_opened(self):
        task = self.add_task("Milk")
        url = f"{task.get_absolute_url()}duplicate/"
        response = self.client.post(url, {"next": "/inbox/"}, headers=HTMX)
        copy = self.ann.tasks.latest("pk")
        self.assertEqual(self.new(response), [f"task-{copy.pk}"])
        self.assertIsNone(self.way(response))
        with mock.patch.object(Inbox, "limit", 1):
            response = self.client.post(url, {"next": "/inbox/"}, headers=HTMX)
        self.assertEqual(self.way(response), self.ann.tasks.latest("pk").get_absolute_url())

    def test_restored_task_is_opened_from_the_trash(self):
        task = self.add_task("Milk")
        task.delete_softly()
        url = f"{task.get_absolute_url()}restore/"
        response = self.client.post(url, {"next": "/trash/"}, headers=HTMX)
        self.assertEqual(self.way(response), task.get_absolute_url())
        response = self.client.post(url, {"next": "/trash/"}, headers=HTMX)
        self.assertIsNone(self.way(response))

    def test_several_new_tasks_have_one_link(self):
        data = {"sure": "1", "next": "/inbox/"}
        response = self.post("/tasks/paste/", text="Milk\nBread #new", **data)
        (link,) = [link for link in select(response, ".toast a") if link.text == "Show them"]
        page = self.get(link.get("href"))
        self.assertContains(page, "Milk")
        self.assertContains(page, "Bread")
        response = self.post("/tasks/paste/", text="Tea #new", **data)
        self.assertEqual(self.way(response), self.ann.tasks.get(title="Tea").get_absolute_url())
