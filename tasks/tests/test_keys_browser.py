"""Keys, the box that goes anywhere, and where the focus is, as a person has them in Chromium."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tasks.models import Tag, Task, TaskList
from tasks.tests.browsing import message, open_task, titles

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]


@pytest.fixture
def page(signed_in, ann):
    """The Inbox with three tasks, and a list."""
    TaskList(user=ann, name="Work").add()
    for title in ["One", "Two", "Three"]:
        ann.tasks.create(title=title)
    signed_in.goto("/inbox/")
    expect(signed_in.locator("#add[data-htmx-powered]")).to_be_visible()  # keys press its buttons
    return signed_in


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def title(page, words):
    return page.get_by_role("link", name=words, exact=True)


def check(page, words):
    return page.get_by_role("button", name=f"Complete “{words}”")


def one(words):
    return Task.everything.get(title=words)


class TestMoving:
    def test_down_and_up(self, page):
        press(page, "j")
        expect(title(page, "One")).to_be_focused()
        press(page, "j", "j")
        expect(title(page, "Three")).to_be_focused()
        press(page, "j")
        expect(title(page, "Three")).to_be_focused()
        press(page, "k")
        expect(title(page, "Two")).to_be_focused()

    def test_up_begins_at_the_end(self, page):
        press(page, "k")
        expect(title(page, "Three")).to_be_focused()

    @pytest.mark.parametrize(
        ("keys", "path"),
        [("gi", "/inbox/"), ("gt", "/today/"), ("gu", "/upcoming/"), ("gc", "/completed/"),
         ("/", "/search/")],
    )  # fmt: skip
    def test_to_pages(self, page, keys, path):
        page.goto("/trash/")
        press(page, *keys)
        expect(page).to_have_url(re.compile(f"{path}$"))

    def test_second_key_that_means_nothing_is_forgotten(self, page):
        press(page, "g", "z", "i")
        expect(page).to_have_url(re.compile("/inbox/$"))
        press(page, "g", "c")
        expect(page).to_have_url(re.compile("/completed/$"))

    def test_search_gets_the_focus(self, page):
        press(page, "/")
        expect(page.get_by_label("Search", exact=True)).to_be_focused()
        page.goto("/search/?q=o")
        press(page, "/")
        expect(page.get_by_label("Search", exact=True)).to_be_focused()
        page.keyboard.type("ne")
        expect(page.get_by_label("Search", exact=True)).to_have_value("ne")


class TestActs:
    def test_adding(self, page):
        press(page, "q")
        expect(page.get_by_label("Add a task")).to_be_focused()
        page.keyboard.type("jkx#1")  # no key does anything while somebody writes
        press(page, "Enter")
        expect(titles(page)).to_have_text(["One", "Two", "Three", "jkx#1"])
        expect(page.get_by_label("Add a task")).to_be_focused()
        expect(page.get_by_label("Add a task")).to_have_value("")

    def test_completing_goes_on_to_the_next_row_and_undo_back_to_it(self, page):
        press(page, "j", "j", "c")
        expect(titles(page)).to_have_text(["One", "Three"])
        expect(title(page, "Three")).to_be_focused()
        press(page, "u")
        expect(titles(page)).to_have_text(["One", "Two", "Three"])
        expect(message(page)).to_contain_text("Undone: completed “Two”.")
        assert not one("Two").completed

    def test_undo_is_possible_when_the_message_has_gone(self, page):
        page.clock.install()
        press(page, "j", "c")
        expect(titles(page)).to_have_text(["Two", "Three"])
        page.clock.fast_forward(20_000)
        expect(page.locator(".toast")).to_be_hidden()
        press(page, "u")
        expect(titles(page)).to_have_text(["One", "Two", "Three"])

    def test_nothing_to_undo_is_told(self, page):
        press(page, "u")
        expect(message(page)).to_contain_text("Nothing was done on this page yet.")

    def test_deleting(self, page):
        press(page, "j", "j", "#")
        expect(titles(page)).to_have_text(["One", "Three"])
        expect(title(page, "Three")).to_be_focused()
        expect(message(page)).to_contain_text("Deleted “Two”.")
        assert one("Two").deleted_at

    @pytest.mark.parametrize(("key", "priority"), [("1", 3), ("2", 2), ("3", 1), ("4", 0)])
    def test_priority(self, page, key, priority):
        one("One").edit(priority=3 if priority == 0 else 0)
        press(page, "j", key)
        expect(message(page)).to_contain_text("One")
        assert one("One").priority == priority
        expect(title(page, "One")).to_be_focused()

    def test_date(self, page, ann):
        press(page, "j", "t")
        expect(page.locator("#menu").get_by_role("button", name="Today")).to_be_focused()
        press(page, "Tab", "Enter")
        expect(message(page)).to_contain_text("“One” is due tomorrow.")
        assert one("One").due_date == ann.today() + timedelta(1)

    def test_list(self, page):
        press(page, "j", "m")
        expect(page.get_by_label("Move to list")).to_be_focused()
        page.keyboard.type("Work")
        press(page, "Tab", "Enter")
        expect(titles(page)).to_have_text(["Two", "Three"])
        assert one("One").list.name == "Work"

    def test_editing_begins_in_the_title_and_comes_back_to_it(self, page):
        press(page, "j", "j", "e")
        expect(page.get_by_label("Title")).to_be_focused()
        page.keyboard.type(" more")
        press(page, "Enter")
        expect(message(page)).to_contain_text("Saved “Two more”.")
        page.get_by_role("button", name="Save").focus()
        press(page, "e")
        expect(page.get_by_label("Title")).to_be_focused()

    def test_selected_ones_are_changed_together(self, page):
        press(page, "j", "x", "j", "j", "x")
        expect(page.get_by_text("2 ticked")).to_be_visible()
        press(page, "1")
        expect(message(page)).to_contain_text("2 tasks")
        assert [one(name).priority for name in ["One", "Two", "Three"]] == [3, 0, 3]

    @pytest.mark.parametrize("key", ["c", "#"])
    def test_selected_ones_go_together(self, page, key):
        press(page, "j", "x", "j", "x", key)
        expect(titles(page)).to_have_text(["Three"])

    @pytest.mark.parametrize(("key", "focused"), [("t", "Today"), ("m", None)])
    def test_selected_ones_get_a_date_or_a_list(self, page, key, focused):
        press(page, "j", "x", key)
        if focused:
            expect(page.locator("#bulk").get_by_role("button", name=focused)).to_be_focused()
        else:
            expect(page.get_by_label("Move them to")).to_be_focused()

    def test_on_the_page_of_a_task_keys_are_about_that_task(self, page):
        open_task(page, "Two")
        press(page, "1")
        expect(message(page)).to_contain_text("Two")
        press(page, "c")
        expect(page.get_by_role("button", name="Completed Reopen")).to_be_visible()
        assert (one("Two").priority, one("Two").completed) == (3, True)
        press(page, "c")
        expect(page.get_by_role("button", name="Complete", exact=True)).to_be_visible()

    def test_on_the_page_of_a_task_that_is_not_in_the_list(self, page, ann):
        task = one("Two")
        task.complete()
        page.goto(task.get_absolute_url())
        page.wait_for_load_state()
        press(page, "2")
        expect(message(page)).to_contain_text("Two")
        assert one("Two").priority == 2
        press(page, "t")
        expect(page.get_by_label("Due", exact=True)).to_be_focused()

    def test_one_after_the_other_without_a_pause(self, page):
        press(page, "j", "1", "#")
        expect(titles(page)).to_have_text(["Two", "Three"])
        press(page, "c", "c")
        expect(titles(page)).to_have_count(0)
        assert Task.objects.completed().count() == 2

    def test_sign_that_needs_option_or_altgr(self, page):
        press(page, "j")
        page.evaluate(
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
            " { key: '#', altKey: true, bubbles: true, cancelable: true }))"
        )
        expect(titles(page)).to_have_text(["Two", "Three"])

    def test_keys_that_mean_nothing(self, page):
        press(page, "j", '"', "\\", "]", "F2", "ArrowLeft")
        expect(title(page, "One")).to_be_focused()


class TestRest:
    """Keys do nothing where they would surprise."""

    def test_while_writing(self, page):
        open_task(page, "Two")
        page.get_by_label("Notes").focus()
        page.keyboard.type("cx#e1?")
        expect(page.get_by_label("Notes")).to_have_value("cx#e1?")
        page.get_by_label("List", exact=True).focus()
        press(page, "c", "1")
        assert one("Two").version == 1

    def test_in_a_menu_and_in_a_box(self, page):
        press(page, "j", "t")
        expect(page.locator("#menu")).to_be_visible()
        press(page, "c", "#")
        press(page, "Escape", "?")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        press(page, "c", "#", "j")
        press(page, "Escape")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
        expect(titles(page)).to_have_text(["One", "Two", "Three"])

    def test_with_other_keys_held(self, page):
        press(page, "j", "Alt+c", "Control+1", "Meta+c")
        expect(titles(page)).to_have_text(["One", "Two", "Three"])
        assert one("One").version == 1

    def test_while_a_menu_is_on_its_way(self, page):
        page.route("**/menu/**", lambda route: (page.wait_for_timeout(300), route.continue_()))
        press(page, "j", "m", "c", "#")
        expect(page.get_by_label("Move to list")).to_be_focused()
        assert (one("One").version, one("Two").version) == (1, 1)

    def test_while_the_next_page_is_on_its_way(self, page):
        page.route(
            "**/tasks/*/?on=**", lambda route: (page.wait_for_timeout(300), route.continue_())
        )
        press(page, "j", "e", "c", "#")
        expect(page.get_by_label("Title")).to_be_focused()
        assert one("One").version == 1

    def test_that_is_held_down(self, page):
        press(page, "j")
        for _ in range(3):  # as a key that repeats itself
            page.keyboard.down("c")
        page.keyboard.up("c")
        expect(titles(page)).to_have_text(["Two", "Three"])
        assert Task.objects.completed().count() == 1

    def test_switched_off(self, page, ann):
        page.goto("/settings/")
        page.get_by_label("Keyboard shortcuts").select_option("Off")
        page.get_by_role("button", name="Save profile").click()
        page.goto("/inbox/")
        press(page, "j", "c", "q")
        expect(page.locator("body")).to_be_focused()
        press(page, "Control+k")
        expect(page.get_by_role("dialog", name="Go to")).to_be_visible()


class TestGo:
    @pytest.fixture
    def box(self, page):
        press(page, "Control+k")
        expect(page.get_by_role("dialog", name="Go to")).to_be_visible()
        return page

    def test_opens_at_once_so_that_no_key_goes_astray(self, page):
        press(page, "j")
        page.route("**/go/**", lambda route: (page.wait_for_timeout(300), route.continue_()))
        press(page, "Control+k")
        page.keyboard.type("c#xtrash")
        expect(page.locator("#go-q")).to_have_value("c#xtrash")
        expect(page.locator(".go-place", has_text="Search for “c#xtrash”")).to_be_visible()
        assert one("One").version == 1

    def test_finds_while_one_types_and_goes_to_the_first(self, box):
        expect(box.locator("#go-q")).to_be_focused()
        box.keyboard.type("wor")
        expect(box.locator(".go-place").first).to_have_text("Work")
        press(box, "Enter")
        expect(box.get_by_role("heading", name="Work", level=1)).to_be_visible()

    def test_enter_waits_for_what_is_on_its_way(self, box):
        box.keyboard.type("trash")
        press(box, "Enter")
        expect(box).to_have_url(re.compile("/trash/$"))

    def test_arrows(self, box):
        box.keyboard.type("t")
        expect(box.locator(".go-place", has_text="Search for “t”")).to_be_visible()
        places = box.locator(".go-place")
        press(box, "ArrowDown", "ArrowDown")
        expect(places.nth(1)).to_be_focused()
        press(box, "ArrowUp", "ArrowUp")
        expect(box.locator("#go-q")).to_be_focused()

    def test_task_tag_act_and_a_new_task(self, box, ann):
        Tag.objects.make(ann, ["errand"])
        one("Two").complete()
        box.keyboard.type("errand")
        expect(box.locator(".go-place").first).to_have_text("#errand")
        box.locator("#go-q").fill("two")
        expect(box.locator(".go-place").nth(0)).to_contain_text("Two")
        expect(box.locator(".go-place").nth(1)).to_contain_text("You completed “Two”")
        box.get_by_role("link", name="Add the task “two”").click()
        expect(box.get_by_label("What is there to do?")).to_have_value("two")

    def test_closes_where_it_was_opened(self, page):
        title(page, "Two").focus()
        press(page, "Control+k")
        expect(page.locator("#go-q")).to_be_focused()
        press(page, "Escape")
        expect(title(page, "Two")).to_be_focused()
        press(page, "Meta+k")
        expect(page.locator("#go-q")).to_be_focused()
        press(page, "Meta+k")
        expect(page.get_by_role("dialog", name="Go to")).to_be_hidden()

    def test_by_its_button_and_without_script(self, page, no_js, client, ann, live_server):
        page.get_by_role("link", name="Go to", exact=True).click()
        expect(page.get_by_role("dialog", name="Go to")).to_be_visible()
        cookie = next(c for c in page.context.cookies() if c["name"] == "sessionid")
        no_js.context.add_cookies([cookie])
        no_js.goto("/inbox/")
        no_js.get_by_role("link", name="Go to", exact=True).click()
        no_js.get_by_label("A page, list, tag, task or act").fill("two")
        no_js.get_by_role("button", name="Go", exact=True).click()
        no_js.locator(".go-place").first.click()
        expect(no_js.get_by_label("Title")).to_have_value("Two")
