"""A person at work, in Chromium: with JavaScript and without it, and axe on every page."""

import re
import threading
from datetime import timedelta
from functools import partial, partialmethod

import psycopg
import pytest
from django.db import OperationalError
from playwright.sync_api import expect

from accounts.models import User
from accounts.tests.people import PASSWORD, add_user
from tasks.forms.quickadd import AddForm
from tasks.models import Tag, Task, TaskList
from tasks.pages.base import Listing
from tasks.tests.browsing import (
    add,
    is_same,
    look,
    mark,
    message,
    open_menu,
    open_task,
    press,
    sign_in,
    titles,
)
from tasks.tests.making import add_step, add_tasks
from todosite.tests.axe import DARK, LIGHT, assert_fine

pytestmark = pytest.mark.django_db(transaction=True)


def fulfill(status, route):
    """Answer with a page that isn't ours, as a proxy would."""
    route.fulfill(status=status, body="<html><body><h1>Proxy</h1></body></html>")


@pytest.mark.parametrize(
    "script",
    [True, pytest.param(False, marks=pytest.mark.exhaustive)],
    ids=["script", "no script"],
)
def test_from_sign_up_to_sign_out(new_context, script, mailoutbox):
    page = new_context(java_script_enabled=script).new_page()
    page.set_default_timeout(5000)
    page.goto("/")
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Email").fill("Ann@Example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    expect(page.get_by_text("Nothing is due today")).to_be_visible()

    page.get_by_role("link", name="Inbox").click()
    expect(page.get_by_text("Your inbox is empty")).to_be_visible()
    add(page, "Milk", "Bread", "Cheese")
    expect(titles(page)).to_have_text(["Milk", "Bread", "Cheese"])
    expect(page.locator("#count-inbox")).to_contain_text("3")

    page.get_by_role("button", name="Complete “Bread”").click()
    expect(message(page)).to_contain_text("Completed “Bread”.")
    expect(page.locator("#count-inbox")).to_contain_text("2")

    open_task(page, "Milk")
    page.get_by_label("Title").fill("Oat milk")
    page.get_by_label("Due", exact=True).fill("2031-12-24")
    page.get_by_label("Notes").fill("Two litres,\nunsweetened")
    page.get_by_role("button", name="Save").click()
    expect(message(page)).to_contain_text("Edited “Oat milk”.")
    page.reload()
    expect(page.get_by_label("Notes")).to_have_value("Two litres,\nunsweetened")
    page.get_by_role("link", name="Close details").click()
    expect(page.locator(".task", has_text="Oat milk")).to_contain_text("Dec 24, 2031")

    press(page, "Cheese", "Delete “Cheese”")
    asked = page.get_by_role("heading", name="Delete this task?")  # without script
    expect(asked.or_(message(page).get_by_text("Deleted “Cheese”."))).to_be_visible()
    if asked.count():
        page.get_by_role("button", name="Delete", exact=True).click()
    expect(message(page)).to_contain_text("Deleted “Cheese”.")
    expect(page.get_by_role("link", name="Cheese")).to_have_count(0)
    page.get_by_role("link", name="Trash").click()
    page.get_by_role("button", name="Restore “Cheese”").click()
    expect(page.get_by_text("The trash is empty")).to_be_visible()

    page.get_by_role("link", name="Completed").click()
    expect(titles(page)).to_have_text(["Bread"])
    page.get_by_role("link", name="Inbox").click()
    expect(titles(page)).to_have_text(["Oat milk", "Cheese"])
    page.goto("/tasks/?limit=2")
    expect(titles(page)).to_have_text(["Cheese", "Bread"])
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    expect(titles(page)).to_have_text(["Oat milk"])

    page.get_by_role("link", name=re.compile("^Settings of")).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Write it down.")).to_be_visible()

    mailoutbox.clear()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Forgot password?").click()
    page.get_by_label("Email").fill("ann@example.org")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("We sent you an email")).to_be_visible()
    link, _home = re.findall(r"http\S+", mailoutbox[0].body)
    page.goto(link)
    page.get_by_label("New password", exact=True).fill("an0ther-Horse!")
    page.get_by_label("New password (again)").fill("an0ther-Horse!")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", name="Your password was changed")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Email").fill("ann@example.org")
    page.get_by_label("Password").fill("an0ther-Horse!")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    page.get_by_role("link", name="Inbox").click()
    expect(titles(page)).to_have_text(["Oat milk", "Cheese"])


def test_controls_behind_a_summary_work_without_script(new_context, client, ann, live_server):
    """A page test can't see that they are shown."""
    page = new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(5000)
    sign_in(page, client, ann, live_server)
    yesterday = ann.today() - timedelta(1)
    add_tasks(ann, "Milk", due_date=yesterday - timedelta(1))
    add_tasks(ann, "Bread", due_date=yesterday)
    add_tasks(ann, "Cheese", due_date=yesterday, priority=Task.Priority.HIGH)
    page.goto("/today/")
    expect(titles(page)).to_have_text(["Milk", "Cheese", "Bread"])
    page.locator(".head .arrange summary").click()
    page.get_by_role("group", name="Sort by").get_by_label("Priority").check()
    page.get_by_role("button", name="Apply").click()
    expect(titles(page)).to_have_text(["Cheese", "Milk", "Bread"])

    page.get_by_text("Select", exact=True).click()
    page.get_by_label("Select “Bread”").check()
    page.get_by_label("Select “Cheese”").check()
    page.locator("#bulk-form").get_by_role("button", name="Complete", exact=True).click()
    expect(message(page)).to_contain_text("Completed 2 tasks.")
    expect(page.locator("#count-today")).to_have_text(re.compile(r"\D*1 "))

    page.get_by_text("Reschedule", exact=True).click()
    page.get_by_role("button", name=re.compile("^Today")).click()
    expect(message(page)).to_contain_text("“Milk”")

    open_task(page, "Milk")
    page.locator(".past summary").click()
    expect(page.locator(".act-words").first).to_be_visible()
    page.get_by_role("link", name="Repeat").click()
    page.get_by_role("button", name="Show dates").click()
    expect(page.get_by_role("heading", name="Repeat")).to_be_visible()


class TestInPlace:
    """JavaScript at work: no page is loaded, focus and typed text stay."""

    def start(self, page, *tasks, path="/inbox/"):
        add_tasks(User.objects.get(), *tasks)
        page.goto(path)
        mark(page)
        return page

    def focused(self, page):
        return page.evaluate("document.activeElement.innerText || document.activeElement.name")

    def test_each_of_two_equal_lines_typed_quickly_is_added(self, signed_in):
        page = self.start(signed_in)
        page.get_by_label("Add a task").focus()
        lines = ["One", "Two", "Three", "Milk", "Milk"]
        for line in lines:
            page.keyboard.type(line)
            page.keyboard.press("Enter")
        expect(page.locator("a.task-title")).to_have_text(lines)
        assert (is_same(page), self.focused(page)) == (True, "text")
        expect(page.get_by_label("Add a task")).to_have_value("")
        expect(page.get_by_text("Your inbox is empty")).to_have_count(0)

    def test_refused_line_returns_to_the_box_before_the_next_one(self, signed_in):
        page = self.start(signed_in)
        line = "Milk " + " ".join(f"#t{n}" for n in range(31))
        page.get_by_label("Add a task").fill(line)
        page.keyboard.press("Enter")
        page.keyboard.type("next")
        expect(page.locator("#add-error")).to_have_text(
            "A task can have at most 30 tags (you entered 31)."
        )
        expect(page.get_by_label("Add a task")).to_have_value(f"{line} next")

    def test_line_returns_to_the_box_if_it_may_not_have_been_saved(self, signed_in):
        page = self.start(signed_in)
        box = page.get_by_label("Add a task")
        page.context.set_offline(True)
        box.fill("Milk")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Todosite can't be reached.")
        expect(box).to_have_value("Milk ")
        page.context.set_offline(False)
        page.keyboard.press("Enter")
        expect(page.locator("a.task-title")).to_have_text(["Milk"])

        # The line arrives, its answer is lost.
        page.route("**/tasks/add/", lambda route: (route.fetch(), route.abort()), times=1)
        box.fill("Bread")
        page.keyboard.press("Enter")
        expect(box).to_have_value("Bread ")
        page.keyboard.press("Enter")
        expect(page.locator("a.task-title")).to_have_text(["Milk", "Bread"])
        assert Task.objects.count() == 2

        page.route("**/tasks/add/", partial(fulfill, 503), times=1)
        box.fill("Cheese")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Send it again: it won't be saved twice.")
        expect(box).to_have_value("Cheese ")

    def test_failed_lines_return_to_the_box_in_order(self, signed_in):
        page = self.start(signed_in)
        held = []
        page.route("**/tasks/add/", lambda route: held.append(route))
        page.get_by_label("Add a task").focus()
        with page.expect_request("**/tasks/add/"):
            for line in ["One", "Two", "Three"]:
                page.keyboard.type(line)
                page.keyboard.press("Enter")
        page.route("**/tasks/add/", lambda route: route.abort())
        held[0].abort()
        expect(page.get_by_label("Add a task")).to_have_value("One Two Three ")
        expect(message(page)).to_contain_text("Todosite can't be reached.")

    @pytest.mark.exhaustive
    def test_unexpected_or_lost_answer_keeps_forms_and_typed_text(self, signed_in):
        page = self.start(signed_in, "Milk")
        open_task(page, "Milk")
        for status in [200, 405, 413, 429, 500, 502]:
            page.route("**/edit/", partial(fulfill, status))
            page.get_by_label("Notes").fill(f"A note {status}")
            with page.expect_response("**/edit/"):
                page.get_by_role("button", name="Save").click()
            if status != 200:
                expect(message(page)).to_contain_text("nothing you typed is lost")
            expect(page.get_by_label("Notes")).to_have_value(f"A note {status}")
            expect(page.get_by_label("Title")).to_have_value("Milk")
            page.unroute("**/edit/")
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Edited “Milk”.")
        assert Task.objects.get().version == 2

        # The edit arrives, its answer is lost: it is saved once.
        page.route("**/edit/", lambda route: (route.fetch(), route.abort()), times=1)
        page.get_by_label("Title").fill("Oat milk")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Todosite can't be reached.")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Renamed “Milk” to “Oat milk”.")
        assert Task.objects.get().version == 3

    def test_acts_on_a_page_of_a_task_run_in_order_and_deletion_leads_to_the_list(self, signed_in):
        page = self.start(signed_in, "Milk")
        open_task(page, "Milk")
        page.get_by_role("button", name="Complete", exact=True).click()
        page.get_by_role("button", name="Completed Reopen").click()
        expect(message(page)).to_contain_text("Reopened “Milk”.")
        page.get_by_role("button", name="Delete task").click()
        expect(message(page)).to_contain_text("Deleted “Milk”.")
        expect(page.get_by_text("Your inbox is empty")).to_be_visible()
        assert Task.trash.count() == 1
        look(page)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("a.task-title")).to_have_text(["Milk"])

    def test_act_on_a_row_focuses_the_next_row_and_undo_restores_it(self, signed_in):
        page = self.start(signed_in, "Milk", "Bread", "Cheese")
        page.get_by_role("button", name="Complete “Bread”").focus()
        page.keyboard.press("Enter")
        expect(page.locator("a.task-title")).to_have_text(["Milk", "Cheese"])
        expect(page.get_by_role("link", name="Cheese", exact=True)).to_be_focused()
        expect(page.locator("#count-inbox")).to_contain_text("2")
        look(page)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("a.task-title")).to_have_text(["Milk", "Bread", "Cheese"])
        expect(page.get_by_role("link", name="Bread", exact=True)).to_be_focused()
        expect(message(page)).to_contain_text("Undone: completed “Bread”.")
        assert Task.objects.open().count() == 3

        press(page, "Bread", "Delete “Bread”")
        expect(page.locator("a.task-title")).to_have_text(["Milk", "Cheese"])
        expect(page.get_by_role("link", name="Cheese", exact=True)).to_be_focused()
        expect(message(page)).to_contain_text("Deleted “Bread”.")
        look(page)
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("a.task-title")).to_have_text(["Milk", "Bread", "Cheese"])
        assert is_same(page)

    def test_double_click_completes_once(self, signed_in):
        page = self.start(signed_in, "Milk")
        page.route("**/complete/", lambda route: (page.wait_for_timeout(200), route.continue_()))
        page.get_by_role("button", name="Complete “Milk”").dblclick()
        expect(page.get_by_text("Your inbox is empty")).to_be_visible()
        assert Task.objects.get().version == 2

    def test_edit_updates_form_and_row_or_shows_an_error(self, signed_in):
        page = self.start(signed_in, "Milk")
        open_task(page, "Milk")
        page.get_by_label("Title").fill("")
        mark(page)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Type a task first.")).to_be_visible()
        expect(page.get_by_label("Title")).to_be_focused()
        page.keyboard.type("Oat milk")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Renamed “Milk” to “Oat milk”.")
        expect(page.locator("a.task-title")).to_have_text(["Oat milk"])
        expect(page.get_by_text("Type a task first.")).to_have_count(0)
        page.get_by_label("Title").fill("Soy milk")
        page.keyboard.press("Enter")
        expect(page.locator("a.task-title")).to_have_text(["Soy milk"])
        assert is_same(page)

        # An error does not take the focus from the add box.
        self.slow_down_edits(page)
        page.get_by_label("Title").fill("")
        page.get_by_role("button", name="Save").click()
        page.get_by_label("Add a task").focus()
        expect(page.get_by_text("Type a task first.")).to_be_visible()
        expect(page.get_by_label("Add a task")).to_be_focused()

    def slow_down_edits(self, page):
        page.route("**/edit/", lambda route: (page.wait_for_timeout(500), route.continue_()))

    def test_edits_in_two_tabs_are_merged_and_conflicts_show_both_values(self, signed_in):
        page = self.start(signed_in, "Milk")
        open_task(page, "Milk")
        page.get_by_label("Title").fill("Oat milk")
        page.get_by_label("Notes").focus()  # a field with the focus takes a merged value, too
        Task.objects.get().edit(description="From elsewhere")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_label("Notes")).to_have_value("From elsewhere")
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("No changes to save.")
        assert Task.objects.get().description == "From elsewhere"

        page.get_by_label("Title").fill("Barley milk")
        Task.objects.get().edit(description="From elsewhere again")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_label("Notes")).to_have_value("From elsewhere again")
        Task.objects.get().edit(title="Soy milk")
        page.get_by_label("Title").fill("Rice milk")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("This was changed in the meantime to: Soy milk")).to_be_visible()
        expect(page.get_by_label("Title")).to_have_value("Rice milk")
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Renamed “Soy milk” to “Rice milk”.")

    def test_notes_stay_typed_when_their_task_is_completed_or_deleted_elsewhere(self, signed_in):
        page = self.start(signed_in, "Milk")
        open_task(page, "Milk")
        page.get_by_label("Notes").fill("Half a thought")
        page.get_by_role("button", name="Complete", exact=True).click()
        expect(page.get_by_role("button", name="Completed Reopen")).to_be_visible()
        expect(page.get_by_role("button", name="Complete “Milk”")).to_have_count(0)
        expect(page.get_by_label("Notes")).to_have_value("Half a thought")
        page.get_by_label("Add a task").fill("Bread")
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Bread", exact=True)).to_be_visible()
        expect(page.get_by_label("Notes")).to_have_value("Half a thought")

        Task.objects.get(title="Milk").delete_softly()
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("This no longer exists")
        expect(page.get_by_label("Notes")).to_have_value("Half a thought")

    def sign_in_again(self, page, email):
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page).to_have_url("/inbox/")
        page.wait_for_load_state()

    def test_line_waits_until_its_own_user_signs_in_again(self, signed_in):
        page = self.start(signed_in, "Milk")
        page.context.clear_cookies(name="sessionid")
        page.get_by_label("Add a task").fill("Bread")
        page.keyboard.press("Enter")
        self.sign_in_again(page, "ann@example.org")
        expect(page.get_by_label("Add a task")).to_have_value("Bread ")

        add_user("ben@example.org", password=PASSWORD)
        page.context.clear_cookies(name="sessionid")
        page.get_by_label("Add a task").fill("Secret")
        page.keyboard.press("Enter")
        self.sign_in_again(page, "ben@example.org")
        expect(page.get_by_label("Add a task")).to_have_value("")
        expect(page.locator("#add-text")).to_have_value("")
        assert page.evaluate("localStorage.length") == 0

    @pytest.mark.exhaustive
    def test_saving_twice_quickly_loses_no_text_and_makes_no_conflict(self, signed_in):
        page = self.start(signed_in, "Milk")
        open_task(page, "Milk")
        self.slow_down_edits(page)
        page.get_by_label("Notes").fill("One")
        page.keyboard.press("Control+Enter")
        page.keyboard.type(", and a second thought")
        page.get_by_label("Title").focus()
        expect(message(page)).to_contain_text("Edited “Milk”.")
        expect(page.get_by_label("Notes")).to_have_value("One, and a second thought")
        assert Task.objects.get().description == "One"
        page.get_by_role("button", name="Save").click()
        shown = page.locator("[name=initial-description]")
        expect(shown).to_have_value("One, and a second thought")
        expect(page.locator(".htmx-request")).to_have_count(0)

        page.get_by_label("Notes").fill("One")
        page.keyboard.press("Control+Enter")
        page.keyboard.type(", two")
        page.keyboard.press("Control+Enter")
        expect(shown).to_have_value("One, two")
        expect(page.get_by_text("in the meantime")).to_have_count(0)
        assert Task.objects.get().description == "One, two"

    def test_going_back_never_overwrites_newer_text(self, signed_in):
        page = self.start(signed_in, "Milk")
        page.on("dialog", lambda dialog: dialog.accept())  # yes, leave
        open_task(page, "Milk")
        page.get_by_label("Notes").fill("Mine")
        page.get_by_role("link", name="Trash").click()
        expect(page.get_by_role("heading", name="Trash", exact=True)).to_be_visible()
        Task.objects.get().edit(description="Theirs")
        page.go_back()
        expect(page.get_by_label("Notes")).to_have_value("Mine")
        expect(page.locator("#draft")).to_contain_text("not saved yet")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("This was changed in the meantime to: Theirs")).to_be_visible()
        assert Task.objects.get().description == "Theirs"

    def test_leaving_with_unsaved_text_asks_first(self, signed_in):
        page = self.start(signed_in, "Milk")
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        open_task(page, "Milk")
        page.get_by_role("link", name="Trash").click()  # nothing typed, nothing asked
        expect(page.get_by_role("heading", name="Trash", exact=True)).to_be_visible()
        page.go_back()
        page.get_by_label("Notes").fill("Half a thought")
        with page.expect_event("dialog"):
            page.get_by_role("link", name="Trash").click(no_wait_after=True)
        expect(page.get_by_label("Notes")).to_have_value("Half a thought")
        assert asked == ["beforeunload"]
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Edited “Milk”.")
        page.get_by_role("link", name="Trash").click()
        expect(page.get_by_role("heading", name="Trash", exact=True)).to_be_visible()

    def test_empty_list_says_so_after_the_last_task(self, signed_in):
        page = self.start(signed_in, "Milk", path="/tasks/")
        press(page, "Milk", "Delete “Milk”")
        expect(page.get_by_text("Nothing to do")).to_be_visible()
        look(page)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Nothing to do")).to_have_count(0)

    def test_going_back_after_sign_out_shows_no_tasks(self, signed_in):
        page = self.start(signed_in, "Secret milk")
        page.goto("/settings/")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Write it down.")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_tasks_can_be_managed_with_the_keyboard_alone(signed_in):
    page = signed_in
    page.goto("/inbox/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(3):  # past how the page is printed and sorted
        page.keyboard.press("Tab")
    expect(page.get_by_label("Add a task")).to_be_focused()
    page.keyboard.type("Milk")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Milk", exact=True)).to_be_visible()
    for _ in range(4):  # past the Add button, the guide and Select
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Complete “Milk”")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("Your inbox is empty")).to_be_visible()
    expect(page.get_by_label("Add a task")).to_be_focused()


PAGES = {
    "with rows": {
        "today": "/today/",
        "upcoming": "/upcoming/",
        "inbox": "/inbox/",
        "list": "/lists/{list}/",
        "empty list": "/lists/{empty}/",
        "tag": "/tags/{tag}/",
        "completed": "/completed/",
        "all": "/tasks/",
        "past the end": "/tasks/?page=9",
        "search": "/search/?q=o+%23bills+nix%23&completed=1",
        "search of a long word": "/search/?q=longlong",
        "empty search": "/search/",
        "search that is too long": "/search/?q=" + "x" * 300,
        "paper": "/print/?on=/today/",
    },
    "of one thing": {
        "detail": "/tasks/{pk}/?on=/today/",
        "menu": "/tasks/{pk}/menu/?next=/inbox/",
        "step": "/steps/{step}/edit/?next=/today/",
        "add": "/tasks/add/",
        "repeat": "/tasks/{pk}/repeat/",
        "delete": "/tasks/{pk}/delete/",
        "list add": "/lists/add/",
        "list edit": "/lists/{list}/edit/",
        "list delete": "/lists/{list}/delete/",
        "list purge": "/lists/{gone}/purge/",
        "list restore": "/lists/{gone}/restore/",
        "tag edit": "/tags/{tag}/edit/",
        "tag delete": "/tags/{tag}/delete/",
        "search add": "/searches/add/?q=milk",
        "search edit": "/searches/{search}/edit/",
    },
    "of all else": {
        "writing": "/writing/",
        "repeats": "/repeats/",
        "lists": "/lists/",
        "go": "/go/?q=o",
        "keyboard": "/keyboard/",
        "trash": "/trash/",
        "empty the trash": "/trash/empty/",
        "settings": "/settings/",
        "import": "/settings/import/",
        "email": "/accounts/email/",
        "password": "/accounts/password/change/",
        "two-factor": "/accounts/2fa/",
        "sign out": "/accounts/logout/",
        "400": "/tasks/?page=0",
        "404": "/nothing/",
    },
}
OPEN_PAGES = {
    "home": "/",
    "sign in": "/accounts/login/",
    "sign up": "/accounts/signup/",
    "reset": "/accounts/password/reset/",
    "reset sent": "/accounts/password/reset/done/",
    "reset link": "/accounts/password/reset/key/x-set-password/",
    "reset done": "/accounts/password/reset/key/done/",
    "confirm": "/accounts/confirm-email/",
    "inactive": "/accounts/inactive/",
}
# The schemes by width.
LOOKS = {1280: [LIGHT, DARK, ("dark", "active")], 820: [LIGHT], 320: [LIGHT]}


@pytest.mark.exhaustive
class TestEveryPageIsAccessibleAndFits:
    @pytest.fixture
    def ids(self, ann):
        """Rows of all kinds, with the longest names; their ids by the names in PAGES."""
        names = {"list": "Work" * 25, "empty": "Home", "gone": "Gone"}
        lists = {key: TaskList(user=ann, name=name, color="rose") for key, name in names.items()}
        for task_list in lists.values():
            task_list.add()
        lists["gone"].delete_softly()
        task = ann.tasks.create(
            title="Long" * 60,
            description="Note",
            due_date="2020-01-01",
            due_time="17:30",
            priority=3,
            list=lists["list"],
        )
        tags = Tag.objects.make(ann, ["x" * 50, "bills"])
        task.attach(tags)
        steps = [add_step(task, title) for title in ["Step" * 60, "Two"]]
        ann.tasks.create(title="Now", due_date=ann.today(), priority=2)
        ann.tasks.create(title="Done", due_date=ann.today()).complete()
        ann.tasks.create(title="Gone" * 60).delete_softly()
        ids = {key: row.pk for key, row in lists.items()}
        ids |= {"pk": task.pk, "step": steps[0].pk, "tag": tags[0].pk}
        ids["search"] = ann.searches.create(name="Search" * 16, q="long " + "x" * 150).pk
        return ids

    @pytest.mark.parametrize("kind", PAGES)
    def test_pages(self, signed_in, ids, kind):
        for name, path in PAGES[kind].items():
            signed_in.goto(path.format(**ids))
            assert_fine(signed_in, name, LOOKS.items())

    def test_page_that_offers_a_merge(self, signed_in, ids):
        bills = Tag.objects.get(name="bills")
        signed_in.goto(f"/tags/{bills.pk}/edit/")
        signed_in.get_by_label("Name").fill("x" * 50)
        signed_in.get_by_role("button", name="Save").click()
        expect(signed_in.get_by_role("button", name="Merge #")).to_be_visible()
        assert_fine(signed_in, "merge", LOOKS.items())

    def test_pages_before_the_sign_in(self, signed_in):
        signed_in.context.clear_cookies()
        for name, path in OPEN_PAGES.items():
            signed_in.goto(path)
            assert_fine(signed_in, name, LOOKS.items())

    def test_boxes_over_a_page(self, signed_in, ids):
        page = signed_in
        look = partial(assert_fine, page, looks=LOOKS.items())
        page.goto("/today/")
        page.get_by_role("button", name="Complete “Long").click()
        expect(message(page)).to_contain_text("Completed")
        look("message")
        open_menu(page, "Now")
        look("menu in place")
        page.keyboard.press("Escape")
        page.locator(".head .arrange summary").click()
        look("sort and group")
        page.keyboard.press("Control+k")
        page.keyboard.type("long")
        expect(page.locator(".go-place", has_text="Search for “long”")).to_be_visible()
        look("go to, over a page")
        page.keyboard.press("Escape")
        page.locator("body").press("?")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        look("keys, over a page")


class TestDatabaseAway:
    """The error pages for an unreachable database. For a real one: todosite/tests/test_neon.py."""

    @pytest.fixture
    def away(self, monkeypatch):
        """Break the connection of every listing and every new line, until it's cleared."""
        away = threading.Event()
        away.set()
        for owner, name in [(Listing, "__init__"), (AddForm, "save")]:
            monkeypatch.setattr(owner, name, partialmethod(self.meet, away, getattr(owner, name)))
        return away

    @staticmethod
    def meet(self, away, usual, *arguments, **options):
        if away.is_set():
            raise OperationalError("cut off") from psycopg.errors.AdminShutdown()
        return usual(self, *arguments, **options)

    def test_page_reloads_once_the_database_is_back(self, signed_in, ann, away):
        page = signed_in
        ann.tasks.create(title="Milk")
        page.goto("/tasks/")
        expect(page.get_by_role("heading", name="One moment, please")).to_be_visible()
        away.clear()
        expect(page.get_by_role("link", name="Milk", exact=True)).to_be_visible(timeout=10_000)

    @pytest.mark.exhaustive
    def test_page_is_accessible_and_fits(self, signed_in, away):
        page = signed_in
        page.route("**/tasks/", self.stay)
        page.goto("/tasks/")
        assert_fine(page, "page")
        page.goto("/tasks/add/")
        page.get_by_label("What do you want to do?").fill("Milk")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("heading", name="One moment, please")).to_be_visible()
        assert_fine(page, "form")

    def stay(self, route):
        """Keep the page from reloading during the checks."""
        answer = route.fetch()
        headers = {name: value for name, value in answer.headers.items() if name != "refresh"}
        route.fulfill(response=answer, headers=headers)


def test_user_can_choose_the_theme(signed_in):
    page = signed_in
    page.emulate_media(color_scheme="light")

    def background():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.goto("/settings/")
    light = background()
    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Save appearance").click()
    expect(message(page)).to_contain_text("Saved the appearance for this browser.")
    page.wait_for_load_state()  # with its styles
    assert background() == "rgb(20, 21, 24)" != light
    page.context.clear_cookies(name="sessionid")
    page.goto("/accounts/login/")
    assert background() == "rgb(20, 21, 24)"
