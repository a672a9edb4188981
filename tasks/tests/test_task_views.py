"""The pages and acts of tasks, as a browser without JavaScript sees them, and as htmx does."""

from datetime import UTC, date, datetime, time, timedelta
from html import unescape

from django.test import Client, TestCase

from accounts.tests.people import add_user

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user(time_zone="Asia/Kathmandu")

    def setUp(self):
        self.client.force_login(self.ann)

    def add_task(self, title="Milk", **fields):
        return self.ann.tasks.create(title=title, **fields)

    def titles(self, url):
        """Return the titles of the rows of a page, in order."""
        response = self.client.get(url)
        self.assertEqual(response.status_code, 200)
        parts = response.content.decode().split('class="task-title"')[1:]
        return [unescape(part.split(">", 1)[1].split("<", 1)[0]) for part in parts]

    def messages(self, response):
        return [str(message) for message in response.context["messages"]]


class HomeTests(PageTests):
    def test_stranger_sees_what_todosite_is(self):
        self.client.logout()
        response = self.client.get("/")
        self.assertContains(response, "Create an account")
        self.assertContains(response, 'href="/accounts/login/"')

    def test_whoever_is_signed_in_goes_on_to_their_tasks(self):
        self.assertRedirects(self.client.get("/"), "/tasks/?status=pending")


class ListTests(PageTests):
    def setUp(self):
        super().setUp()
        for title in ["One", "Two", "Three", "Four", "Five"]:
            self.add_task(title)
        self.ann.tasks.get(title="Two").complete()
        self.ann.tasks.get(title="Four").complete()

    def test_newest_first(self):
        self.assertEqual(self.titles("/tasks/"), ["Five", "Four", "Three", "Two", "One"])

    def test_by_status(self):
        self.assertEqual(self.titles("/tasks/?status=pending"), ["Five", "Three", "One"])
        self.assertEqual(self.titles("/tasks/?status=completed"), ["Four", "Two"])
        self.assertEqual(len(self.titles("/tasks/?status=")), 5)

    def test_pages(self):
        url = "/tasks/?status=pending&limit=2"
        self.assertEqual(self.titles(url), ["Five", "Three"])
        self.assertContains(self.client.get(url), "Page 1 of 2")
        self.assertContains(self.client.get(url), f'href="{url.replace("&", "&amp;")}&amp;page=2"')
        self.assertEqual(self.titles(f"{url}&page=2"), ["One"])
        self.assertContains(
            self.client.get(f"{url}&page=2"), f'rel="prev" href="{url.replace("&", "&amp;")}"'
        )

    def test_limit_is_50_unless_told(self):
        for number in range(50):
            self.add_task(f"Task {number}")
        self.assertEqual(len(self.titles("/tasks/")), 50)
        self.assertEqual(len(self.titles("/tasks/?limit=100")), 55)

    def test_page_past_the_end_is_empty_and_links_back(self):
        response = self.client.get("/tasks/?limit=2&page=1000000000")
        self.assertContains(response, "This page is empty")
        self.assertContains(response, "There are only 3 pages here.")
        self.assertContains(response, 'href="/tasks/?limit=2&amp;page=3"')
        self.assertEqual(self.titles("/tasks/?limit=2&page=1000000000"), [])

    def test_senseless_address_is_a_400_that_says_which_part(self):
        for query, words in [
            ("status=done", "“status” must be pending or completed."),
            ("page=1" + "0" * 30, "“page” must be a whole number from 1 to 1000000000."),
            ("limit=0", "“limit” must be a whole number from 1 to 100."),
        ]:
            with self.subTest(query=query):
                self.assertContains(self.client.get(f"/tasks/?{query}"), words, status_code=400)

    def test_due_dates_read_as_the_user_would_say(self):
        today = self.ann.today()
        for title, fields, words, state in [
            ("A", {"due_date": today}, "Today", "today"),
            ("B", {"due_date": today - timedelta(1)}, "Yesterday", "late"),
            ("C", {"due_date": today + timedelta(1), "due_time": time(9)}, "Tomorrow 09:00", ""),
        ]:
            with self.subTest(title=title):
                self.add_task(title, **fields)
                row = self.client.get("/tasks/?limit=1").content.decode()
                self.assertIn(f"{words}</time>", row)
                self.assertEqual(f'data-state="{state}"' in row, bool(state))

    def test_what_a_user_typed_is_escaped(self):
        self.add_task("<script>alert(1)</script>", description="<b>")
        response = self.client.get("/tasks/")
        self.assertContains(response, "&lt;script&gt;alert(1)&lt;/script&gt;")
        self.assertNotContains(response, "<script>alert")

    def test_untitled_task_of_the_old_system_has_a_name(self):
        self.add_task("")
        self.assertEqual(self.titles("/tasks/?limit=1"), ["(untitled)"])


class AddTests(PageTests):
    def test_adds_and_returns_to_the_page(self):
        response = self.client.post(
            "/tasks/add/", {"text": "Milk", "next": "/trash/?page=1"}, follow=True
        )
        self.assertRedirects(response, "/trash/?page=1")
        self.assertEqual(self.messages(response), ["Added “Milk”."])
        self.assertEqual(self.ann.tasks.get().title, "Milk")

    def test_never_returns_to_another_site(self):
        for url in [
            "https://evil.example/",
            "//evil.example",
            "javascript:alert(1)",
            "\\\\evil",
            "x",
            "home",
        ]:
            response = self.client.post("/tasks/add/", {"text": "Milk", "next": url})
            self.assertEqual((response.status_code, response.url), (302, "/"))

    def test_takes_the_fields_of_the_full_form(self):
        self.client.post(
            "/tasks/add/", {"text": "Milk", "due_date": "2026-03-25", "description": "Oat"}
        )
        task = self.ann.tasks.get()
        self.assertEqual((task.due_date, task.description), (date(2026, 3, 25), "Oat"))

    def test_failure_keeps_all_that_was_typed_and_names_the_field(self):
        response = self.client.post(
            "/tasks/add/",
            {"text": "Milk", "due_date": "someday", "description": "Oat", "next": "/trash/"},
        )
        self.assertContains(response, "Enter a date as year-month-day", status_code=422)
        for typed in ['value="Milk"', 'value="someday"', "Oat</textarea>", 'value="/trash/"']:
            self.assertContains(response, typed, status_code=422)
        self.assertEqual(self.ann.tasks.count(), 0)

    def test_htmx_gets_the_row_and_the_count(self):
        response = self.client.post(
            "/tasks/add/", {"text": "Milk", "next": "/tasks/?status=pending"}, headers=HTMX
        )
        task = self.ann.tasks.get()
        self.assertTemplateUsed(response, "tasks/_added.html")
        self.assertContains(response, f'<li class="task" id="task-{task.pk}">')
        self.assertContains(response, f'href="/tasks/{task.pk}/?status=pending"')
        self.assertContains(
            response, 'hx-target="#count-pending" hx-swap="innerHTML"><span class="vh">, </span>1'
        )
        self.assertNotContains(response, "<html")

    def test_htmx_gets_the_reason_of_a_failure(self):
        response = self.client.post("/tasks/add/", {"text": ""}, headers=HTMX)
        self.assertContains(response, "Write what there is to do.", status_code=422)
        self.assertNotContains(response, "<form", status_code=422)


class DetailTests(PageTests):
    def test_shows_the_task_beside_the_list_it_was_on(self):
        task = self.add_task("Milk", description="Two litres", due_date=date(2026, 3, 25))
        self.add_task("Bread").complete()
        url = f"/tasks/{task.pk}/?status=pending"
        self.assertEqual(self.titles(url), ["Milk"])
        response = self.client.get(url)
        self.assertContains(response, '<h1 class="vh">Milk</h1>', html=True)
        self.assertContains(response, "Two litres</textarea>")
        self.assertContains(response, 'value="2026-03-25"')
        self.assertContains(response, 'href="/tasks/?status=pending"')

    def test_moments_are_shown_in_the_users_zone(self):
        task = self.add_task(created_at=datetime(2026, 3, 1, 20, 0, tzinfo=UTC))
        self.assertContains(self.client.get(task.get_absolute_url()), "Created 2 Mar 2026")

    def test_huge_or_unknown_ids_are_not_found(self):
        for pk in [1, 2**63, 10**30]:
            self.assertEqual(self.client.get(f"/tasks/{pk}/").status_code, 404)


class EditTests(PageTests):
    def test_saves_and_returns(self):
        task = self.add_task()
        url = f"/tasks/{task.pk}/?status=pending"
        response = self.client.post(
            f"/tasks/{task.pk}/edit/", {"title": "Oat milk", "next": url}, follow=True
        )
        self.assertRedirects(response, url)
        self.assertEqual(self.messages(response), ["Saved “Oat milk”."])

    def test_posting_the_title_alone_keeps_the_rest(self):
        task = self.add_task(description="Oat", due_date=date(2026, 3, 25), due_time=time(8))
        self.client.post(f"/tasks/{task.pk}/edit/", {"title": "Oat milk"})
        task.refresh_from_db()
        self.assertEqual(
            (task.title, task.description, task.due_date, task.due_time),
            ("Oat milk", "Oat", date(2026, 3, 25), time(8)),
        )

    def test_failure_keeps_all_that_was_typed(self):
        task = self.add_task()
        data = {"title": " ", "description": "Oat", "due_date": "x", "due_time": "25:00"}
        response = self.client.post(f"/tasks/{task.pk}/edit/", data)
        for words in [
            "Write what there is to do.",
            "Enter a date as year-month-day",
            "Enter a time as hours and minutes",
            "Oat</textarea>",
            'value="25:00"',
        ]:
            self.assertContains(response, words, status_code=422)

    def test_clash_shows_both(self):
        task = self.add_task()
        shown = {"title": "Oat milk", "initial-title": "Milk", "version": "1"}
        task.edit(title="Soy milk")
        response = self.client.post(f"/tasks/{task.pk}/edit/", shown)
        self.assertContains(response, "Meanwhile this became:\nSoy milk", status_code=409)
        self.assertContains(response, "Oat milk</textarea>", status_code=409)
        task.refresh_from_db()
        self.assertEqual(task.title, "Soy milk")

    def test_edit_of_a_task_that_is_gone_shows_what_was_typed(self):
        task = self.add_task()
        task.delete_softly()
        response = self.client.post(f"/tasks/{task.pk}/edit/", {"description": "A long <note>"})
        self.assertContains(response, "A long &lt;note&gt;</textarea>", status_code=404)

    def test_htmx_gets_the_form_and_the_row(self):
        task = self.add_task()
        response = self.client.post(
            f"/tasks/{task.pk}/edit/",
            {"title": "Oat milk", "next": f"/tasks/{task.pk}/"},
            headers=HTMX,
        )
        self.assertContains(response, f'id="task-{task.pk}" data-selected')
        self.assertContains(response, 'hx-target="#detail-body" hx-swap="outerMorph"')
        self.assertContains(response, 'name="version" value="2"')

    def test_htmx_gets_the_form_with_the_reason(self):
        task = self.add_task()
        response = self.client.post(f"/tasks/{task.pk}/edit/", {"title": ""}, headers=HTMX)
        self.assertContains(response, "Write what there is to do.", status_code=422)
        self.assertNotContains(response, "<html", status_code=422)


class ActTests(PageTests):
    def test_complete_and_undo(self):
        task = self.add_task()
        response = self.client.post(f"/tasks/{task.pk}/complete/", follow=True)
        self.assertEqual(self.messages(response), ["Completed “Milk”."])
        self.assertContains(response, f'action="/tasks/{task.pk}/reopen/?version=2"')
        response = self.client.post(f"/tasks/{task.pk}/reopen/", follow=True)
        self.assertEqual(self.messages(response), ["Reopened “Milk”."])
        self.assertEqual(self.titles("/tasks/?status=pending"), ["Milk"])

    def test_second_press_changes_nothing_and_says_so(self):
        task = self.add_task()
        for act, words in [
            ("complete", "“Milk” was completed already."),
            ("reopen", "“Milk” was open already."),
            ("delete", "“Milk” was in the trash already."),
            ("restore", "“Milk” was not in the trash."),
        ]:
            with self.subTest(act=act):
                self.client.post(f"/tasks/{task.pk}/{act}/")
                before = self.ann.tasks(manager="everything").get().version
                response = self.client.post(f"/tasks/{task.pk}/{act}/", follow=True)
                self.assertEqual(self.messages(response)[-1], words)
                self.assertEqual(self.ann.tasks(manager="everything").get().version, before)

    def test_acts_are_posts(self):
        task = self.add_task()
        for act in ["complete", "reopen", "restore"]:
            self.assertEqual(self.client.get(f"/tasks/{task.pk}/{act}/").status_code, 405)
        self.client.get(f"/tasks/{task.pk}/delete/")
        self.assertEqual(self.ann.tasks.open().count(), 1)

    def test_delete_asks_then_goes_to_the_trash_with_undo(self):
        task = self.add_task()
        page = self.client.get(f"/tasks/{task.pk}/delete/?next=/tasks/%3Fstatus=pending")
        self.assertContains(page, "Delete this task?")
        self.assertContains(page, 'name="next" value="/tasks/?status=pending"')
        response = self.client.post(
            f"/tasks/{task.pk}/delete/", {"next": "/tasks/?status=pending"}, follow=True
        )
        self.assertRedirects(response, "/tasks/?status=pending")
        self.assertContains(response, f'action="/tasks/{task.pk}/restore/?version=2"')
        self.assertEqual(self.titles("/tasks/"), [])
        self.assertEqual(self.titles("/trash/"), ["Milk"])
        self.assertEqual(self.client.get(f"/tasks/{task.pk}/").status_code, 404)
        self.client.post(f"/tasks/{task.pk}/restore/")
        self.assertEqual(self.titles("/tasks/"), ["Milk"])
        self.assertEqual(self.titles("/trash/"), [])

    def test_delete_from_its_own_page_goes_to_the_list(self):
        task = self.add_task()
        data = {"next": f"/tasks/{task.pk}/?status=pending"}
        response = self.client.post(f"/tasks/{task.pk}/delete/", data)
        self.assertRedirects(response, "/tasks/?status=pending")
        task.restore()
        response = self.client.post(f"/tasks/{task.pk}/delete/", data, headers=HTMX)
        self.assertEqual(response["HX-Redirect"], "/tasks/?status=pending")

    def test_htmx_gets_the_row_as_it_is_now(self):
        task = self.add_task()
        row = f'<li class="task" id="task-{task.pk}"'
        for act, fragment in [
            ("complete", f"{row} data-done>"),
            ("reopen", f"{row}>"),
            ("delete", f"{row} hidden></li>"),
            ("restore", f"{row}>"),
        ]:
            with self.subTest(act=act):
                response = self.client.post(f"/tasks/{task.pk}/{act}/", headers=HTMX)
                self.assertContains(response, fragment)
                self.assertNotContains(response, "<html")

    def test_trash_is_latest_first(self):
        for title in ["One", "Two"]:
            self.add_task(title).delete_softly()
        self.assertEqual(self.titles("/trash/"), ["Two", "One"])


class OddRequestTests(PageTests):
    def test_messages_do_not_outlive_the_sign_out(self):
        task = self.add_task("Secret milk")
        self.client.post(f"/tasks/{task.pk}/complete/")  # its message was not shown yet
        self.client.post("/accounts/logout/")
        self.assertNotContains(self.client.get("/"), "Secret milk")

    def test_message_of_an_ended_session_is_not_for_the_next_user(self):
        task = self.add_task("Secret milk")
        self.client.post(f"/tasks/{task.pk}/complete/")
        del self.client.cookies["sessionid"]
        self.client.force_login(add_user("ben@example.org"))
        self.assertNotContains(self.client.get("/tasks/"), "Secret milk")

    def test_pages_of_a_user_stay_in_no_cache(self):
        for url in ["/tasks/", "/settings/", "/tasks/1/"]:
            self.assertIn("no-store", self.client.get(url)["Cache-Control"])

    def test_too_much_to_an_unknown_address_is_not_found(self):
        response = self.client.post("/nothing/", {"text": "x" * 3_000_000})
        self.assertEqual(response.status_code, 404)
        broken = self.client.post("/nothing/", b"x", content_type="multipart/form-data")
        self.assertEqual(broken.status_code, 404)

    def test_other_methods_are_refused_with_words(self):
        task = self.add_task()
        for path in ["/tasks/", "/tasks/add/", f"/tasks/{task.pk}/", f"/tasks/{task.pk}/edit/"]:
            response = self.client.delete(path)
            self.assertContains(response, "Nothing to see here", status_code=405)
            self.assertIn("GET", response["Allow"])

    def test_empty_post_names_what_is_missing(self):
        response = self.client.post("/tasks/add/")
        self.assertContains(response, "Write what there is to do.", status_code=422)

    def test_senseless_page_of_the_trash_is_a_400(self):
        self.assertContains(
            self.client.get("/trash/?page=x"), "“page” must be a whole", status_code=400
        )

    def test_address_of_sign_in_that_cannot_be_parsed(self):
        self.client.logout()
        self.assertEqual(self.client.get("/accounts/login/?next=http://[").status_code, 200)


class CsrfTests(PageTests):
    def test_form_without_token_is_refused_and_shows_what_was_typed(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.ann)
        response = client.post("/tasks/add/", {"text": "A <long> line", "password": "secret"})
        self.assertContains(response, "Please send that once more", status_code=403)
        self.assertContains(response, "A &lt;long&gt; line</textarea>", status_code=403)
        self.assertNotContains(response, "secret", status_code=403)
        self.assertEqual(self.ann.tasks.count(), 0)
