"""The freshness of a page: 304 if nothing changed, and never after a change."""

import tempfile
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.test import override_settings

from accounts.tests.people import add_user
from tasks.tests.pages import HTMX, PageTests, html_of

PAGES = ["/today/", "/inbox/", "/upcoming/", "/completed/", "/lists/", "/history/", "/trash/",
         "/tasks/", "/search/?q=milk", "/settings/"]  # fmt: skip


class FreshTests(PageTests):
    def setUp(self):
        super().setUp()
        self.work = self.add_list()
        self.task = self.add_task("Milk", due_date=self.ann.today(), list=self.work)
        self.add_tag("calls", self.task)

    def urls(self):
        return [*PAGES, self.task.get_absolute_url(), self.work.get_absolute_url()]

    def state(self, url):
        return self.get(url)["ETag"]

    def ask(self, url, state):
        return self.client.get(url, headers={"If-None-Match": state})

    def test_unchanged_page_is_an_empty_304(self):
        for url in self.urls():
            with self.subTest(url=url):
                response = self.ask(url, self.state(url))
                self.assertEqual((response.status_code, response.content), (304, b""))

    def test_page_contains_its_state(self):
        response = self.get("/today/")
        self.assertIn(f"data-etag={response['ETag']}", html_of(response))

    def assertChanged(self, url, change):
        before = self.state(url)
        change()
        response = self.ask(url, before)
        self.assertEqual(response.status_code, 200, url)
        self.assertNotEqual(response["ETag"], before)
        self.assertEqual(self.ask(url, response["ETag"]).status_code, 304)

    def test_each_kind_of_change_is_noticed(self):
        url, task = self.task.get_absolute_url(), self.task
        step = self.add_step(task)
        for n, change in enumerate(
            [
                lambda: task.edit(title="Oat milk"),
                lambda: task.edit(description="A note"),
                lambda: task.edit(due_date=self.ann.today() + timedelta(1)),
                lambda: task.edit(priority=3),
                lambda: task.edit(remove_tags=list(task.tags.all())),
                lambda: step.tick(True),
                lambda: step.delete_softly(),
                lambda: self.add_task("Bread"),
                lambda: self.add_list("Home"),
                lambda: self.work.edit(name="Job"),
                lambda: self.ann.searches.create(name="S", q="milk"),
                lambda: task.complete(),
                lambda: self.post("/settings/", hours="12"),
            ]
        ):
            with self.subTest(n):
                self.assertChanged(url, change)

    def test_change_by_the_admin_is_noticed(self):
        admin = add_user("admin@example.org", is_staff=True, is_superuser=True)

        def change():
            self.client.force_login(admin)
            self.client.post(
                f"/admin/tasks/task/{self.task.pk}/change/",
                {"title": "By support", "description": "", "priority": "0"},
            )
            self.client.force_login(self.ann)

        with override_settings(ADMIN_REQUIRES_MFA=False):
            self.assertChanged(self.work.get_absolute_url(), change)
        self.assertContains(self.get(self.work.get_absolute_url()), "By support")

    def test_midnight_and_the_time_of_a_late_task_are_noticed(self):
        self.set_clock(2026, 3, 25, 16, 59)
        self.task.edit(due_date=self.ann.today(), due_time="17:30")
        self.assertChanged("/today/", lambda: self.set_clock(2026, 3, 25, 17, 31))
        self.set_clock(2026, 3, 25, 23, 59)
        for url in ["/today/", "/upcoming/", self.work.get_absolute_url()]:
            self.set_clock(2026, 3, 25, 23, 59)
            self.assertChanged(url, lambda: self.set_clock(2026, 3, 26, 0, 1))

    def test_new_templates_are_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "tasks").mkdir()
            Path(folder, "tasks", "_progress.html").write_text("Much is done")
            templates = deepcopy(settings.TEMPLATES)
            templates[0]["DIRS"].insert(0, folder)
            before = self.state("/today/")
            with override_settings(TEMPLATES=templates):
                self.assertEqual(self.ask("/today/", before).status_code, 200)

    def test_state_of_another_page_or_user_does_not_count(self):
        self.assertEqual(self.ask("/today/", self.state("/inbox/")).status_code, 200)
        before = self.state("/today/")
        self.client.force_login(add_user("ben@example.org"))
        self.assertEqual(self.ask("/today/", before).status_code, 200)

    def test_message_does_not_count_as_a_change(self):
        before = self.state("/inbox/")
        response = self.post("/tasks/add/", text="Bread", next="/inbox/")
        self.assertContains(response, "Added “Bread”")
        self.assertNotEqual(response["ETag"], before)
        self.assertEqual(self.state("/inbox/"), response["ETag"])

    def test_answers_to_acts_and_errors_have_no_state(self):
        url = f"{self.task.get_absolute_url()}complete/"
        answer = self.client.post(url, {"next": "/inbox/"}, headers=HTMX)
        self.assertNotIn("ETag", answer)
        self.assertNotIn("ETag", self.client.get("/lists/999/"))
        self.assertNotIn("ETag", self.client.get("/search/?q=" + "x" * 300))
        self.client.logout()
        self.assertNotIn("ETag", self.client.get("/"))
