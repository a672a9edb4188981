"""The pages and acts of tasks, for a browser without JavaScript and for htmx."""

import struct
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import unquote

from django.contrib.staticfiles import finders
from django.test import Client, override_settings

from accounts.tests.people import add_user
from tasks.tests.pages import (
    HTMX,
    PageTests,
    counts_of,
    messages_of,
    meta_of,
    row_of,
    sections_of,
    titles_of,
    words_of,
)
from todosite.tests.html import one, select


class HomeTests(PageTests):
    def test_stranger_sees_the_landing_page(self):
        self.client.logout()
        response = self.client.get("/")
        self.assertContains(response, "Create an account")
        self.assertContains(response, 'href="/accounts/login/"')

    def test_pictures_exist_in_both_schemes_with_the_given_size(self):
        self.client.logout()
        pictures = select(self.client.get("/"), "picture")
        self.assertEqual(len(pictures), 5)
        for picture in pictures:
            light, dark = one(picture, "img"), one(picture, "source").get("srcset")
            name = light.get("src").removeprefix("/static/").removesuffix("-light.png")
            shown = (f"/static/{name}-light.png", f"/static/{name}-dark.png")
            self.assertEqual((light.get("src"), dark), shown)
            for scheme in ["light", "dark"]:
                with self.subTest(name=name, scheme=scheme):
                    header = Path(finders.find(f"{name}-{scheme}.png")).read_bytes()[16:24]
                    size = [str(number) for number in struct.unpack(">II", header)]
                    self.assertEqual([light.get("width"), light.get("height")], size)

    @override_settings(ALLOWED_HOSTS=["example.org"])
    def test_landing_page_has_a_preview_for_sharing(self):
        self.client.logout()
        response = self.client.get("/", headers={"Host": "example.org"})
        url = one(response, 'meta[property="og:url"]').get("content")
        self.assertEqual(url, "http://example.org/")
        picture = one(response, 'meta[property="og:image"]').get("content")
        self.assertEqual(picture, "http://example.org/static/pictures/today-light.png")
        self.assertIsNotNone(finders.find("pictures/today-light.png"))

    def test_signed_in_user_goes_to_the_chosen_page(self):
        self.assertRedirects(self.client.get("/"), "/today/")
        for page, url in [
            ("upcoming", "/upcoming/"),
            ("inbox", "/inbox/"),
            ("task_list", "/tasks/"),
        ]:
            self.client.post("/settings/", {"default_page": page})
            self.assertRedirects(self.client.get("/"), url)


class ListTests(PageTests):
    def setUp(self):
        super().setUp()
        for title in ["One", "Two", "Three", "Four", "Five"]:
            self.add_task(title)
        self.ann.tasks.get(title="Two").complete()
        self.ann.tasks.get(title="Four").complete()

    def test_all_tasks_are_sorted_newest_first(self):
        self.assertEqual(self.titles("/tasks/"), ["Five", "Four", "Three", "Two", "One"])

    def test_tasks_can_be_filtered_by_status(self):
        self.assertEqual(self.titles("/tasks/?status=pending"), ["Five", "Three", "One"])
        self.assertEqual(self.titles("/tasks/?status=completed"), ["Four", "Two"])
        self.assertEqual(len(self.titles("/tasks/?status=")), 5)

    def test_tasks_come_in_pages(self):
        url = "/tasks/?status=pending&limit=2"
        self.assertEqual(self.titles(url), ["Five", "Three"])
        self.assertContains(self.client.get(url), "Page 1 of 2")
        self.assertContains(self.client.get(url), f'href="{url.replace("&", "&amp;")}&amp;page=2"')
        self.assertEqual(self.titles(f"{url}&page=2"), ["One"])
        self.assertContains(
            self.client.get(f"{url}&page=2"), f'rel="prev" href="{url.replace("&", "&amp;")}"'
        )

    def test_limit_is_50_by_default(self):
        for number in range(50):
            self.add_task(f"Task {number}")
        self.assertEqual(len(self.titles("/tasks/")), 50)
        self.assertEqual(len(self.titles("/tasks/?limit=100")), 55)

    def test_page_after_the_end_is_empty_and_links_back(self):
        response = self.client.get("/tasks/?limit=2&page=1000000000")
        self.assertContains(response, "This page is empty")
        self.assertContains(response, "There are only 3 pages here.")
        self.assertContains(response, 'href="/tasks/?limit=2&amp;page=3"')
        self.assertEqual(self.titles("/tasks/?limit=2&page=1000000000"), [])

    def test_invalid_address_is_a_400_that_names_the_part(self):
        for query, words in [
            ("status=done", "“status” must be pending or completed."),
            ("page=1" + "0" * 30, "“page” must be a whole number from 1 to 1000000000."),
            ("limit=0", "“limit” must be a whole number from 1 to 100."),
        ]:
            with self.subTest(query=query):
                self.assertContains(self.client.get(f"/tasks/?{query}"), words, status_code=400)

    def test_due_dates_have_the_users_format(self):
        today = self.ann.today()
        for title, fields, words, state in [
            ("A", {"due_date": today}, "Today", "today"),
            ("B", {"due_date": today - timedelta(1)}, "Yesterday", "late"),
            ("C", {"due_date": today + timedelta(1), "due_time": time(9)}, "Tomorrow 09:00", None),
        ]:
            with self.subTest(title=title):
                self.add_task(title, **fields)
                response = self.client.get("/tasks/?limit=1")
                task = self.ann.tasks.get(title=title)
                self.assertIn(words, meta_of(response, task))
                self.assertEqual(one(row_of(response, task), ".due").get("data-state"), state)

    def test_titles_are_escaped(self):
        self.add_task("<script>alert(1)</script>", description="<b>")
        response = self.client.get("/tasks/")
        self.assertContains(response, "&lt;script&gt;alert(1)&lt;/script&gt;")
        self.assertNotContains(response, "<script>alert")

    def test_untitled_task_of_the_old_system_has_a_name(self):
        self.add_task("")
        self.assertEqual(self.titles("/tasks/?limit=1"), ["(untitled)"])


class AddTests(PageTests):
    def test_task_is_added_and_the_page_shown_again(self):
        response = self.client.post(
            "/tasks/add/", {"text": "Milk", "next": "/trash/?page=1"}, follow=True
        )
        self.assertRedirects(response, "/trash/?page=1")
        self.assertEqual(messages_of(response), ["Added “Milk”."])
        self.assertEqual(self.ann.tasks.get().title, "Milk")

    def test_adding_never_redirects_to_another_site(self):
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

    def test_full_form_saves_all_fields(self):
        self.client.post(
            "/tasks/add/", {"text": "Milk", "due_date": "2026-03-25", "description": "Oat"}
        )
        task = self.ann.tasks.get()
        self.assertEqual((task.due_date, task.description), (date(2026, 3, 25), "Oat"))

    def test_failure_keeps_the_typed_text_and_names_the_field(self):
        response = self.client.post(
            "/tasks/add/",
            {"text": "Milk", "due_date": "someday", "description": "Oat", "next": "/trash/"},
        )
        self.assertContains(response, "Enter a date as year-month-day", status_code=422)
        for typed in ['value="Milk"', 'value="someday"', "Oat</textarea>", 'value="/trash/"']:
            self.assertContains(response, typed, status_code=422)
        self.assertEqual(self.ann.tasks.count(), 0)

    def test_htmx_gets_the_page_of_the_add_box(self):
        self.add_task("Bread", list=self.add_list("Shop"))
        data = {"text": "Milk", "next": "/inbox/"}
        response = self.client.post("/tasks/add/", data, headers=HTMX)
        task = self.ann.tasks.get(title="Milk")
        self.assertTemplateUsed(response, "tasks/_answer.html")
        self.assertContains(response, 'hx-target="#listing" hx-swap="outerMorph"')
        self.assertEqual(titles_of(response), ["Milk"])
        self.assertContains(response, f'href="/tasks/{task.pk}/?on=%2Finbox%2F"')
        self.assertEqual(counts_of(response), {"Inbox": 1, "Today": 0, "Shop": 1})
        self.assertContains(response, 'hx-target="#messages"')
        self.assertEqual(messages_of(response), ["Added “Milk”."])
        self.assertNotContains(response, "<html")

    def test_htmx_gets_the_second_page_of_the_add_box(self):
        for title in ["One", "Two", "Three"]:
            self.add_task(title)
        data = {"text": "Four", "next": "/tasks/?limit=2&page=2"}
        response = self.client.post("/tasks/add/", data, headers=HTMX)
        self.assertEqual(titles_of(response), ["Two", "One"])

    def test_htmx_gets_no_listing_on_a_page_without_one(self):
        for url in ["/settings/", "/trash/", "/lists/", "/tasks/?limit=0", "/x/"]:
            with self.subTest(url=url):
                data = {"text": "Milk", "next": url}
                response = self.client.post("/tasks/add/", data, headers=HTMX)
                self.assertContains(response, 'hx-target="#sidebar"')
                self.assertNotContains(response, 'hx-target="#listing"')

    def test_page_of_a_deleted_list_leads_home(self):
        for url in ["/lists/1/", "/tags/1/"]:
            data = {"text": "Milk", "next": url}
            response = self.client.post("/tasks/add/", data, headers=HTMX)
            self.assertEqual(response["HX-Redirect"], "/")
            self.assertRedirects(self.client.post("/tasks/add/", data), "/", target_status_code=302)

    def test_today_is_in_the_users_time_zone(self):
        self.set_clock(2026, 3, 25, 0, 30, zone="Pacific/Kiritimati")  # 24 March, 10:30 UTC
        self.post("/tasks/add/", text="Milk", due_date="today")
        self.assertEqual(self.ann.tasks.get().due_date, date(2026, 3, 25))
        self.set_clock(2026, 3, 25, 23, 30, zone="America/New_York")  # 26 March in UTC
        self.post("/tasks/add/", text="Bread", due_date="today")
        self.assertEqual(self.ann.tasks.get(title="Bread").due_date, date(2026, 3, 25))

    def test_new_task_has_the_presets_of_its_page(self):
        work, calls = self.add_list(), self.add_tag()
        response = self.post("/tasks/add/", text="Milk", list=work.pk, tags="calls")
        task = self.ann.tasks.get()
        self.assertEqual((task.list, list(task.tags.all())), (work, [calls]))
        self.assertEqual(messages_of(response), ["Added “Milk” to “Work”."])

    def test_each_page_presets_its_list_tag_or_date(self):
        work, calls = self.add_list(), self.add_tag()
        for url, preset in [
            ("/today/", '<input type="hidden" name="due_date" value="today">'),
            (f"/lists/{work.pk}/", f'<input type="hidden" name="list" value="{work.pk}">'),
            (f"/tags/{calls.pk}/", f'<input type="hidden" name="tag" value="{calls.pk}">'),
        ]:
            self.assertContains(self.client.get(url), preset)
        for url in ["/inbox/", "/upcoming/", "/tasks/", "/completed/", "/trash/"]:
            with self.subTest(url=url):
                box = one(self.client.get(url), "#add")
                names = {field.get("name") for field in select(box, "[name]")}
                self.assertEqual(names & {"due_date", "list", "tag", "tags"}, set())

    def test_add_form_is_filled_in_from_its_address(self):
        work = self.add_list()
        query = (
            f"text=Milk&due_date=2026-03-25&priority=2&list={work.pk}&tags=calls&next=/upcoming/"
        )
        response = self.get(f"/tasks/add/?{query}")
        for filled in [
            'name="due_date" value="2026-03-25"',
            f'<option value="{work.pk}" selected>Work</option>',
            'name="tags" value="calls"',
            'name="next" value="/upcoming/"',
        ]:
            self.assertContains(response, filled)
        self.assertEqual(one(response, ".sheet [name=text]").get("value"), "Milk")
        self.assertEqual(one(response, "[name=priority][checked]").get("value"), "2")

    def test_deleted_list_is_an_error_and_keeps_the_typed_text(self):
        work = self.add_list()
        work.delete_softly()
        data = {"text": "Milk", "list": work.pk, "tags": "calls", "description": "Oat"}
        response = self.client.post("/tasks/add/", data)
        for words in ["This list no longer exists", 'value="Milk"', 'value="calls"', "Oat</te"]:
            self.assertContains(response, words, status_code=422)
        self.assertEqual((self.ann.tasks.count(), self.ann.tags.count()), (0, 0))
        response = self.client.post("/tasks/add/", data, headers=HTMX)
        self.assertEqual(response.status_code, 422)
        self.assertIn("This list no longer exists.", words_of(response))

    def test_htmx_gets_the_reason_of_a_failure(self):
        response = self.client.post("/tasks/add/", {"text": ""}, headers=HTMX)
        self.assertContains(response, "Type a task first.", status_code=422)
        self.assertNotContains(response, "<form", status_code=422)


class DetailTests(PageTests):
    def test_shows_the_task(self):
        task = self.add_task("Milk", description="Two litres", due_date=date(2026, 3, 25))
        response = self.get(task.get_absolute_url())
        self.assertContains(response, '<h1 class="vh">Milk</h1>', html=True)
        self.assertContains(response, "Two litres</textarea>")
        self.assertContains(response, 'value="2026-03-25"')

    def test_page_shows_the_listing_that_led_to_it(self):
        task = self.add_task("Milk", due_date=self.ann.today())
        self.add_task("Bread").complete()
        self.add_task("Eggs")
        for listing, titles in [
            ("%2Finbox%2F", ["Milk", "Eggs"]),
            ("%2Ftoday%2F", ["Milk", "Bread"]),
            ("%2Ftasks%2F%3Fstatus%3Dcompleted", ["Bread"]),
            ("%2Ftasks%2F%3Flimit%3D1%26page%3D2", ["Bread"]),
        ]:
            with self.subTest(listing=listing):
                response = self.get(f"/tasks/{task.pk}/?on={listing}")
                self.assertEqual(titles_of(response), titles)
                self.assertContains(response, f'href="{unquote(listing)}"'.replace("&", "&amp;"))

    def test_rows_next_to_a_task_keep_the_listing_and_mark_the_task(self):
        task, other = self.add_task("Milk"), self.add_task("Bread")
        response = self.get(f"/tasks/{task.pk}/?on=%2Finbox%2F")
        link = one(row_of(response, other), ".task-title").get("href")
        self.assertEqual(link, f"/tasks/{other.pk}/?on=%2Finbox%2F")
        self.assertEqual(len(select(row_of(response, task), '[aria-current="true"]')), 1)
        self.assertEqual(select(row_of(response, other), '[aria-current="true"]'), [])

    def test_page_shows_the_tasks_own_list_by_default(self):
        work = self.add_list()
        mine, other = self.add_task("Milk", list=work), self.add_task("Bread")
        for on in [
            "",
            "?on=",
            "?on=x",
            "?on=%2Fsettings%2F",
            "?on=%2Flists%2F999999%2F",
            "?on=%2F%2F[",
        ]:
            with self.subTest(on=on):
                self.assertEqual(self.titles(f"/tasks/{mine.pk}/{on}"), ["Milk"])
                self.assertEqual(self.titles(f"/tasks/{other.pk}/{on}"), ["Bread"])

    def test_deeply_nested_address_is_read(self):
        task = self.add_task()
        self.assertEqual(self.titles(f"{task.get_absolute_url()}?on=" * 200), ["Milk"])

    def test_moments_are_shown_in_the_users_zone(self):
        task = self.add_task(created_at=datetime(2020, 3, 1, 20, 0, tzinfo=UTC))
        self.assertContains(self.client.get(task.get_absolute_url()), "Created 2 Mar 2020")

    def test_huge_or_unknown_ids_are_not_found(self):
        for pk in [1, 2**63, 10**30]:
            self.assertEqual(self.client.get(f"/tasks/{pk}/").status_code, 404)


class EditTests(PageTests):
    def test_edit_is_saved_and_the_page_shown_again(self):
        task = self.add_task()
        url = f"/tasks/{task.pk}/?status=pending"
        response = self.client.post(
            f"/tasks/{task.pk}/edit/", {"title": "Oat milk", "next": url}, follow=True
        )
        self.assertRedirects(response, url)
        self.assertEqual(messages_of(response), ["Renamed “Milk” to “Oat milk”."])

    def test_posting_only_the_title_keeps_other_fields(self):
        task = self.add_task(description="Oat", due_date=date(2026, 3, 25), due_time=time(8))
        self.client.post(f"/tasks/{task.pk}/edit/", {"title": "Oat milk"})
        task.refresh_from_db()
        self.assertEqual(
            (task.title, task.description, task.due_date, task.due_time),
            ("Oat milk", "Oat", date(2026, 3, 25), time(8)),
        )

    def test_failure_keeps_the_typed_text(self):
        task = self.add_task()
        data = {"title": " ", "description": "Oat", "due_date": "x", "due_time": "25:00"}
        response = self.client.post(f"/tasks/{task.pk}/edit/", data)
        for words in [
            "Type a task first.",
            "Enter a date as year-month-day",
            "Enter a time as hours and minutes",
            "Oat</textarea>",
            'value="25:00"',
        ]:
            self.assertContains(response, words, status_code=422)

    def test_conflict_shows_both_values(self):
        task = self.add_task()
        shown = {"title": "Oat milk", "initial-title": "Milk", "version": "1"}
        task.edit(title="Soy milk")
        response = self.client.post(f"/tasks/{task.pk}/edit/", shown)
        self.assertContains(
            response, "This was changed in the meantime to:\nSoy milk", status_code=409
        )
        self.assertContains(response, "Oat milk</textarea>", status_code=409)
        task.refresh_from_db()
        self.assertEqual(task.title, "Soy milk")

    def test_refused_edit_is_not_called_saved(self):
        task, step = self.add_task("Milk"), "x" * 256
        url, shown = f"/tasks/{task.pk}/edit/", {"initial-title": "Cream", "title": "Soy milk"}
        on = {"next": f"/tasks/{task.pk}/?on=%2Finbox%2F"}
        for data, status in [
            ({"due_date": "0026-12-01"}, 422),
            (shown, 409),
            ({"title": "Oat milk", "step": step}, 422),
            ({"title": ""}, 422),
        ]:
            for headers in [{}, HTMX]:
                response = self.client.post(url, data | on, headers=headers)
                self.assertEqual(response.status_code, status)
                self.assertEqual(words_of(one(response, "#saved")), "Not saved yet")
        page = self.post(url, title="Oat milk", **on)
        self.assertRegex(words_of(one(page, "#saved")), r"^Saved \d\d:\d\d$")

    def test_edit_of_a_purged_task_shows_the_typed_text(self):
        task = self.add_task()
        task.delete_softly()
        response = self.client.post(f"/tasks/{task.pk}/edit/", {"description": "A long <note>"})
        self.assertContains(response, "A long &lt;note&gt;</textarea>", status_code=404)

    def test_htmx_gets_the_form_and_the_listing(self):
        task = self.add_task()
        data = {"title": "Oat milk", "next": f"/tasks/{task.pk}/?on=%2Finbox%2F"}
        response = self.client.post(f"/tasks/{task.pk}/edit/", data, headers=HTMX)
        self.assertEqual(titles_of(response), ["Oat milk"])
        self.assertContains(response, f'<li class="task" id="task-{task.pk}"')
        self.assertIn("data-selected", row_of(response, task).attrib)
        self.assertContains(response, 'hx-target="#detail-body" hx-swap="outerMorph"')
        self.assertContains(response, 'name="version" value="2"')

    def test_htmx_gets_the_form_with_its_errors(self):
        task = self.add_task()
        data = {"title": "", "next": f"/tasks/{task.pk}/"}
        response = self.client.post(f"/tasks/{task.pk}/edit/", data, headers=HTMX)
        self.assertContains(response, "Type a task first.", status_code=422)
        self.assertNotContains(response, "<html", status_code=422)

    def test_added_and_removed_tags_of_two_edits_are_merged(self):
        task = self.add_task()
        self.add_tag("calls", task)
        self.add_tag("home", task)
        shown = {"initial-tags": "calls home", "version": "1"}
        self.post(f"/tasks/{task.pk}/edit/", tags="calls errands", **shown)  # home off
        self.post(f"/tasks/{task.pk}/edit/", tags="home work", **shown)  # calls off
        self.assertEqual([tag.name for tag in task.tags.by_name()], ["errands", "work"])

    def test_same_tags_in_another_form_change_nothing(self):
        task = self.add_task()
        self.add_tag("calls", task)
        self.add_tag("home", task)
        response = self.post(f"/tasks/{task.pk}/edit/", tags="#Home, CALLS")
        self.assertEqual(messages_of(response), ["No changes to save."])

    def test_deleted_list_is_an_error_and_keeps_the_typed_text(self):
        task, work = self.add_task(), self.add_list()
        work.delete_softly()
        data = {"title": "Oat milk", "initial-title": "Milk", "list": work.pk, "initial-list": ""}
        response = self.client.post(f"/tasks/{task.pk}/edit/", data)
        self.assertContains(response, "This list no longer exists.", status_code=422)
        self.assertContains(response, "Oat milk</textarea>", status_code=422)
        task.refresh_from_db()
        self.assertEqual((task.title, task.list), ("Milk", None))

    def test_unedited_deleted_list_is_no_error(self):
        work = self.add_list()
        task = self.add_task(list=work)
        shown = {"initial-title": "Milk", "list": work.pk, "initial-list": work.pk, "version": "1"}
        work.delete_softly()
        response = self.post(f"/tasks/{task.pk}/edit/", title="Oat milk", **shown)
        self.assertEqual(messages_of(response), ["Renamed “Milk” to “Oat milk”."])
        task.refresh_from_db()
        self.assertEqual((task.title, task.list), ("Oat milk", None))

    def test_task_of_an_archived_list_stays_there(self):
        work = self.add_list()
        task = self.add_task(list=work)
        work.archive()
        page = self.get(task.get_absolute_url())
        self.assertContains(page, f'<option value="{work.pk}" selected>Work</option>')
        self.post(f"/tasks/{task.pk}/edit/", title="Oat milk", list=work.pk)
        task.refresh_from_db()
        self.assertEqual((task.title, task.list), ("Oat milk", work))


class MenuTests(PageTests):
    """A row's menu posts one field, and leaves the others."""

    def setUp(self):
        super().setUp()
        self.set_clock(2026, 3, 25, 12, 0)  # a Wednesday
        self.work = self.add_list()
        self.task = self.add_task(due_date=date(2026, 3, 27), due_time=time(9), priority=1)
        self.url = f"/tasks/{self.task.pk}/edit/"

    def now(self):
        self.task.refresh_from_db()
        task = self.task
        return (task.title, task.due_date, task.due_time, task.priority, task.list)

    def test_each_button_changes_one_field_and_says_so(self):
        day = date(2026, 3, 26)
        for data, words, now in [
            ({"due_date": "2026-03-26"}, "Moved “Milk” to Thu 26 Mar.", (day, time(9), 1, None)),
            ({"priority": "3"}, "Gave “Milk” high priority.", (day, time(9), 3, None)),
            ({"priority": "0"}, "Removed the priority from “Milk”.", (day, time(9), 0, None)),
            ({"list": self.work.pk}, "Moved “Milk” to “Work”.", (day, time(9), 0, self.work)),
            ({"list": ""}, "Moved “Milk” to the Inbox.", (day, time(9), 0, None)),
            (
                {"due_date": "", "due_time": ""},
                "Removed the date from “Milk”.",
                (None, None, 0, None),
            ),
            (
                {"due_date": "2026-04-01"},
                "Moved “Milk” to Wed 1 Apr.",
                (date(2026, 4, 1), None, 0, None),
            ),
            (
                {"due_date": "2026-04-01"},
                "No changes to save.",
                (date(2026, 4, 1), None, 0, None),
            ),
        ]:
            with self.subTest(data=data):
                self.assertEqual(messages_of(self.post(self.url, **data)), [words])
                self.assertEqual(self.now(), ("Milk", *now))

    def test_htmx_gets_the_page_that_the_row_is_on(self):
        data = {"list": self.work.pk, "next": "/inbox/"}
        response = self.client.post(self.url, data, headers=HTMX)
        self.assertEqual(titles_of(response), [])
        self.assertEqual(counts_of(response), {"Inbox": 0, "Today": 0, "Work": 1})
        self.assertContains(response, "Your inbox is empty")
        self.assertNotContains(response, "detail-body")

    def test_htmx_gets_the_error(self):
        self.work.delete_softly()
        for data, words in [
            ({"list": self.work.pk}, "This list no longer exists. Choose another."),
            ({"due_date": ""}, "A time needs a date."),
        ]:
            response = self.client.post(self.url, data | {"next": "/inbox/"}, headers=HTMX)
            self.assertEqual((response.status_code, messages_of(response)), (422, [words]))
            self.assertEqual(titles_of(response), ["Milk"])

    def test_page_of_the_menu_offers_days_priorities_and_lists(self):
        response = self.get(f"/tasks/{self.task.pk}/menu/?next=/inbox/")
        days = {
            button.get("value"): words_of(button)
            for button in select(response, "button[name=due_date]")
        }
        self.assertEqual(
            days,
            {
                "2026-03-25": "Today",
                "2026-03-26": "Tomorrow",
                "2026-03-28": "Weekend Sat 28 Mar",
                "2026-03-30": "Next week Mon 30 Mar",
                "": "No date",
            },
        )
        self.assertContains(response, 'name="priority" value="1" data-priority="1" aria-pressed')
        self.assertContains(response, f'<option value="{self.work.pk}">Work</option>')
        self.assertContains(response, "<html")

    def test_page_and_fragment_of_the_menu_are_cached_separately(self):
        vary = self.get(f"/tasks/{self.task.pk}/menu/")["Vary"].split(", ")
        self.assertLessEqual({"HX-Request", "HX-Request-Type"}, set(vary))

    def test_htmx_gets_only_the_menu(self):
        response = self.client.get(f"/tasks/{self.task.pk}/menu/?next=/inbox/", headers=HTMX)
        self.assertContains(response, '<h1 class="menu-title" id="menu-title">Milk</h1>')
        self.assertNotContains(response, "<html")

    def test_moves_are_offered_only_in_the_order_by_hand(self):
        other = self.add_task("Bread")
        url = f"/tasks/{self.task.pk}/menu/?next="
        self.assertContains(self.client.get(f"{url}/inbox/"), f'name="after" value="{other.pk}"')
        self.assertNotContains(self.client.get(f"{url}/inbox/"), 'name="before"')
        self.assertNotContains(self.client.get(f"{url}/tasks/"), 'name="after"')
        self.post("/arrange/", sort="due", group="", next="/inbox/")
        self.assertNotContains(self.client.get(f"{url}/inbox/"), 'name="after"')

    def test_menu_keeps_the_archived_list_of_a_task(self):
        self.post(self.url, list=self.work.pk)
        self.work.archive()
        response = self.get(f"/tasks/{self.task.pk}/menu/")
        self.assertContains(response, f'<option value="{self.work.pk}" selected>Work</option>')


class ActTests(PageTests):
    def test_task_can_be_completed_and_undone(self):
        task = self.add_task()
        response = self.client.post(f"/tasks/{task.pk}/complete/", follow=True)
        self.assertEqual(messages_of(response), ["Completed “Milk”."])
        response = self.undo(response)
        self.assertEqual(messages_of(response), ["Undone: completed “Milk”."])
        self.assertEqual(self.titles("/tasks/?status=pending"), ["Milk"])

    def test_second_press_changes_nothing_and_says_so(self):
        task = self.add_task()
        for act, words in [
            ("complete", "“Milk” was already completed."),
            ("reopen", "“Milk” was already open."),
            ("delete", "“Milk” was already in the trash."),
            ("restore", "“Milk” was not in the trash."),
        ]:
            with self.subTest(act=act):
                self.client.post(f"/tasks/{task.pk}/{act}/")
                before = self.ann.tasks(manager="everything").get().version
                response = self.client.post(f"/tasks/{task.pk}/{act}/", follow=True)
                self.assertEqual(messages_of(response)[-1], words)
                self.assertEqual(self.ann.tasks(manager="everything").get().version, before)

    def test_acts_need_a_post(self):
        task = self.add_task()
        for act in ["complete", "reopen", "restore"]:
            self.assertEqual(self.client.get(f"/tasks/{task.pk}/{act}/").status_code, 405)
        self.client.get(f"/tasks/{task.pk}/delete/")
        self.assertEqual(self.ann.tasks.open().count(), 1)

    def test_delete_asks_first_and_offers_undo(self):
        task = self.add_task()
        page = self.client.get(f"/tasks/{task.pk}/delete/?next=/tasks/%3Fstatus=pending")
        self.assertContains(page, "Delete this task?")
        self.assertContains(page, 'name="next" value="/tasks/?status=pending"')
        response = self.client.post(
            f"/tasks/{task.pk}/delete/", {"next": "/tasks/?status=pending"}, follow=True
        )
        self.assertRedirects(response, "/tasks/?status=pending")
        self.assertEqual(self.titles("/tasks/"), [])
        self.assertEqual(self.titles("/trash/"), ["Milk"])
        self.assertEqual(self.client.get(f"/tasks/{task.pk}/").status_code, 404)
        self.undo(response)
        self.assertEqual(self.titles("/tasks/"), ["Milk"])
        self.assertEqual(self.titles("/trash/"), [])

    def test_delete_on_the_tasks_page_leads_to_its_listing(self):
        task = self.add_task()
        data = {"next": f"/tasks/{task.pk}/?on=%2Ftasks%2F%3Fstatus%3Dpending"}
        response = self.client.post(f"/tasks/{task.pk}/delete/", data)
        self.assertRedirects(response, "/tasks/?status=pending")
        task.restore()
        response = self.client.post(f"/tasks/{task.pk}/delete/", data, headers=HTMX)
        self.assertEqual(response["HX-Redirect"], "/tasks/?status=pending")

    def test_delete_on_the_tasks_page_leads_to_its_list_by_default(self):
        task = self.add_task(list=self.add_list())
        data = {"next": f"/tasks/{task.pk}/"}
        response = self.client.post(f"/tasks/{task.pk}/delete/", data)
        self.assertRedirects(response, task.list.get_absolute_url())

    def test_htmx_gets_the_new_state_of_the_page(self):
        task = self.add_task(due_date=self.ann.today())
        self.add_task("Bread", due_date=self.ann.today())
        for act, rows, today in [
            ("complete", [("Today 1", ["Bread"]), ("Done today 1", ["Milk"])], 1),
            ("reopen", [("Today 2", ["Milk", "Bread"])], 2),
            ("delete", [("Today 1", ["Bread"])], 1),
            ("restore", [("Today 2", ["Milk", "Bread"])], 2),
        ]:
            with self.subTest(act=act):
                url = f"/tasks/{task.pk}/{act}/"
                response = self.client.post(url, {"next": "/today/"}, headers=HTMX)
                self.assertEqual(sections_of(response), rows)
                self.assertEqual(counts_of(response), {"Inbox": today, "Today": today})
                self.assertContains(response, 'hx-target="#progress"')
                self.assertNotContains(response, "<html")

    def test_htmx_gets_the_history_on_a_tasks_page(self):
        task = self.add_task()
        data = {"next": f"/tasks/{task.pk}/?on=%2Finbox%2F"}
        response = self.client.post(f"/tasks/{task.pk}/complete/", data, headers=HTMX)
        self.assertContains(response, f'hx-target="#detail-acts-{task.pk}"')
        self.assertContains(response, f'action="/tasks/{task.pk}/reopen/"')
        self.assertEqual(titles_of(response), [])

    def test_trash_is_sorted_latest_first(self):
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

    def test_private_pages_are_not_cached(self):
        for url in ["/tasks/", "/settings/", "/tasks/1/"]:
            self.assertIn("no-store", self.client.get(url)["Cache-Control"])

    def test_act_returns_to_a_page_with_a_long_address(self):
        milk, butter = self.add_task("🥛 Milk"), self.add_task("🥛 Butter")
        page = f"/search/?q={'%F0%9F%A5%9B+' * 10}{'+' * 2500}"
        answer = self.client.post(f"/tasks/{milk.pk}/complete/", {"next": page})
        self.assertRedirects(answer, page)
        data = {"next": page, "version": "1"}
        answer = self.client.post(f"/tasks/{butter.pk}/complete/", data, headers=HTMX)
        self.assertContains(answer, 'hx-target="#listing"')

    def test_other_methods_get_a_405_page(self):
        task = self.add_task()
        for path in [
            "/today/",
            "/tasks/",
            "/lists/add/",
            "/tasks/add/",
            f"/tasks/{task.pk}/",
            f"/tasks/{task.pk}/edit/",
        ]:
            response = self.client.delete(path)
            self.assertContains(response, "This page can't be opened directly", status_code=405)
            self.assertIn("GET", response["Allow"])

    def test_empty_post_names_what_is_missing(self):
        response = self.client.post("/tasks/add/")
        self.assertContains(response, "Type a task first.", status_code=422)

    def test_invalid_page_of_the_trash_is_a_400(self):
        self.assertContains(
            self.client.get("/trash/?page=x"), "“page” must be a whole", status_code=400
        )

    def test_unparsable_return_address_of_sign_in_is_ignored(self):
        self.client.logout()
        self.assertEqual(self.client.get("/accounts/login/?next=http://[").status_code, 200)


class CsrfTests(PageTests):
    def test_form_without_token_is_refused_and_shows_the_typed_text(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.ann)
        response = client.post("/tasks/add/", {"text": "A <long> line", "password": "secret"})
        self.assertContains(response, "Please send the form again", status_code=403)
        self.assertContains(response, "A &lt;long&gt; line</textarea>", status_code=403)
        self.assertNotContains(response, "secret", status_code=403)
        self.assertEqual(self.ann.tasks.count(), 0)
