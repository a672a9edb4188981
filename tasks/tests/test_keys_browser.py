"""Keyboard shortcuts, the palette and the focus, in Chromium.

The palette without JavaScript: test_organise_visits.py.
"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tasks.models import Tag, Task, TaskList
from tasks.tests.browsing import message, open_task, sign_in, titles

pytestmark = pytest.mark.django_db(transaction=True)

ALL = ["One", "Two", "Three"]


def open_inbox(page, user):
    """Open the Inbox with three new tasks, and wait until shortcuts work."""
    Task.everything.all().delete()
    for title in ALL:
        user.tasks.create(title=title)
    open_page(page, "/inbox/")


def open_page(page, path):
    page.goto(path)
    expect(page.locator("#add[data-htmx-powered]")).to_be_visible()


@pytest.fixture
def inbox(signed_in, ann):
    """The Inbox with three tasks, and a list."""
    TaskList(user=ann, name="Work").add()
    open_inbox(signed_in, ann)
    return signed_in


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def settle(page):
    """Wait until the page has no pending request."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def delay(page, url):
    """Delay the answers from a url."""
    page.route(url, lambda route: (page.wait_for_timeout(300), route.continue_()))


def title(page, words):
    return page.get_by_role("link", name=words, exact=True)


def one(words):
    return Task.everything.get(title=words)


def changes():
    """Return how tasks differ from new ones, by their titles."""
    found = {}
    for task in Task.everything.order_by("pk"):
        if task.completed:
            found[task.title] = "completed"
        elif task.deleted_at:
            found[task.title] = "deleted"
        elif task.priority:
            found[task.title] = f"priority {task.priority}"
    return found


ROWS = [  # keys in the Inbox, one after another, and the row that then has the focus
    ("j", "One"),
    ("jj", "Three"),
    ("j", "Three"),
    ("k", "Two"),
]
PAGES = [  # keys in the trash, and the page to which they lead
    ("gi", "/inbox/"),
    ("gzigc", "/completed/"),  # a second key that means nothing is forgotten
    ("gt", "/today/"),
    ("gu", "/upcoming/"),
    ("gc", "/completed/"),
    ("/", "/search/"),
]


def test_keys_go_to_rows_pages_and_the_search(inbox):
    page = inbox
    for keys, row in ROWS:
        press(page, *keys)
        expect(title(page, row), f"keys {keys}").to_be_focused()
    open_page(page, "/inbox/")
    press(page, "k")
    expect(title(page, "Three")).to_be_focused()
    for keys, path in PAGES:
        open_page(page, "/trash/")
        press(page, *keys)
        expect(page, f"keys {keys}").to_have_url(re.compile(f"{path}$"))
    search = page.get_by_label("Search", exact=True)
    expect(search).to_be_focused()
    page.goto("/search/?q=o")
    press(page, "/")
    expect(search).to_be_focused()
    page.keyboard.type("ne")
    expect(search).to_have_value("ne")


class TestActs:
    ON_A_ROW = [  # keys, the rows that stay, the one with the focus, the message, the change
        ("jjc", ["One", "Three"], "Three", "Completed “Two”.", {"Two": "completed"}),
        ("jj#", ["One", "Three"], "Three", "Deleted “Two”.", {"Two": "deleted"}),
        ("j1", ALL, "One", "Gave “One” high priority.", {"One": "priority 3"}),
        ("j2", ALL, "One", "Gave “One” medium priority.", {"One": "priority 2"}),
        ("j3", ALL, "One", "Gave “One” low priority.", {"One": "priority 1"}),
    ]
    ON_SEVERAL = [  # keys that tick two rows, the key, the rows that stay, the change
        ("jxjjx", "1", ALL, {"One": "priority 3", "Three": "priority 3"}),
        ("jxjx", "c", ["Three"], {"One": "completed", "Two": "completed"}),
        ("jxjx", "#", ["Three"], {"One": "deleted", "Two": "deleted"}),
    ]

    def test_key_changes_the_row_with_the_focus(self, inbox, ann):
        page = inbox
        for keys, rows, focused, said, changed in self.ON_A_ROW:
            open_inbox(page, ann)
            press(page, *keys)
            expect(message(page), f"keys {keys}").to_contain_text(said)
            expect(titles(page), f"keys {keys}").to_have_text(rows)
            expect(title(page, focused), f"keys {keys}").to_be_focused()
            assert (keys, changes()) == (keys, changed)
        press(page, "4")
        expect(message(page)).to_contain_text("Removed the priority from “One”.")
        expect(title(page, "One")).to_be_focused()
        assert changes() == {}

    @pytest.mark.exhaustive
    def test_key_changes_the_selected_rows_together(self, inbox, ann):
        page = inbox
        for keys, key, rows, changed in self.ON_SEVERAL:
            open_inbox(page, ann)
            press(page, *keys)
            expect(page.get_by_text("2 selected"), f"keys {keys}").to_be_visible()
            press(page, key)
            expect(message(page), f"keys {keys}{key}").to_contain_text("2 tasks")
            expect(titles(page), f"keys {keys}{key}").to_have_text(rows)
            assert (keys + key, changes()) == (keys + key, changed)

    @pytest.mark.exhaustive
    def test_undo_key_works_without_a_message(self, page, client, ann, live_server):
        page.clock.install()
        sign_in(page, client, ann, live_server)
        open_inbox(page, ann)
        press(page, "u")
        expect(message(page)).to_contain_text("Nothing left to undo.")

        press(page, "j", "j", "c")
        expect(titles(page)).to_have_text(["One", "Three"])
        expect(title(page, "Three")).to_be_focused()
        press(page, "u")
        expect(titles(page)).to_have_text(ALL)
        expect(message(page)).to_contain_text("Undone: completed “Two”.")
        assert changes() == {}

        open_inbox(page, ann)
        press(page, "j", "c")
        expect(titles(page)).to_have_text(["Two", "Three"])
        page.clock.fast_forward(20_000)
        expect(page.locator(".toast")).to_be_hidden()
        press(page, "u")
        expect(titles(page)).to_have_text(ALL)

    def test_keys_set_date_and_list_for_one_or_several_tasks(self, inbox, ann):
        page = inbox
        press(page, "j", "t")
        expect(page.locator("#menu").get_by_role("button", name="Today")).to_be_focused()
        press(page, "Tab", "Enter")
        tomorrow = ann.clock().date(ann.today() + timedelta(1))
        expect(message(page)).to_contain_text(f"Moved “One” to {tomorrow}.")
        assert one("One").due_date == ann.today() + timedelta(1)

        open_inbox(page, ann)
        press(page, "j", "m")
        expect(page.get_by_label("Move to list")).to_be_focused()
        page.keyboard.type("Work")
        press(page, "Tab", "Enter")
        expect(titles(page)).to_have_text(["Two", "Three"])
        assert one("One").list.name == "Work"

        press(page, "j", "x", "t")
        expect(page.locator("#bulk").get_by_role("button", name="Today")).to_be_focused()
        open_page(page, "/inbox/")
        press(page, "j", "x", "m")
        expect(page.get_by_label("Move to")).to_be_focused()

    @pytest.mark.exhaustive
    def test_keys_on_the_page_of_a_task_act_on_that_task(self, inbox):
        page = inbox
        press(page, "j", "j", "e")
        expect(page.get_by_label("Title")).to_be_focused()
        page.keyboard.type(" more")
        press(page, "Enter")
        expect(message(page)).to_contain_text("Renamed “Two” to “Two more”.")
        page.get_by_role("button", name="Save").focus()
        press(page, "e")
        expect(page.get_by_label("Title")).to_be_focused()

        page.goto("/inbox/")
        open_task(page, "Two more")
        press(page, "1")
        expect(message(page)).to_contain_text("Gave “Two more” high priority.")
        press(page, "c")
        expect(page.get_by_role("button", name="Completed Reopen")).to_be_visible()
        task = one("Two more")
        assert (task.priority, task.completed) == (3, True)
        page.wait_for_timeout(500)
        press(page, "c")
        expect(page.get_by_role("button", name="Complete", exact=True)).to_be_visible()

        task.refresh_from_db()
        task.complete()
        page.goto(task.get_absolute_url())
        page.wait_for_load_state()
        expect(page.locator("a.task-title", has_text="Two more")).to_have_count(0)
        press(page, "2")
        expect(message(page)).to_contain_text("Gave “Two more” medium priority.")
        assert one("Two more").priority == 2
        press(page, "t")
        expect(page.get_by_label("Due", exact=True)).to_be_focused()

    @pytest.mark.exhaustive
    def test_keys_act_in_order_and_a_held_key_acts_once(self, inbox, ann):
        page = inbox
        press(page, "j", "1", "#")
        expect(titles(page)).to_have_text(["Two", "Three"])
        press(page, "c", "j", "c")
        expect(titles(page)).to_have_count(0)
        assert changes() == {"One": "deleted", "Two": "completed", "Three": "completed"}
        assert one("One").priority == 3

        open_inbox(page, ann)
        press(page, "j")
        for _ in range(3):  # as a key that repeats itself
            page.keyboard.down("c")
        page.keyboard.up("c")
        expect(titles(page)).to_have_text(["Two", "Three"])
        settle(page)
        assert changes() == {"One": "completed"}


class TestRest:
    """Cases in which shortcuts do nothing."""

    def test_letters_typed_into_a_field_are_no_shortcuts(self, inbox):
        page = inbox
        press(page, "q")
        expect(page.get_by_label("Add a task")).to_be_focused()
        page.keyboard.type("jkx#1")
        press(page, "Enter")
        expect(titles(page)).to_have_text([*ALL, "jkx#1"])
        expect(page.get_by_label("Add a task")).to_be_focused()
        expect(page.get_by_label("Add a task")).to_have_value("")

        open_task(page, "Two")
        page.get_by_label("Notes").focus()
        page.keyboard.type("cx#e1?")
        expect(page.get_by_label("Notes")).to_have_value("cx#e1?")
        page.get_by_label("List", exact=True).focus()
        press(page, "c", "1")
        settle(page)
        assert one("Two").version == 1

    @pytest.mark.exhaustive
    def test_menu_and_dialog_ignore_other_shortcuts(self, inbox):
        page = inbox
        open_task(page, "Two")  # on its page, keys are about it wherever the focus is
        press(page, "t")
        expect(page.locator("#menu")).to_be_visible()
        press(page, "c", "#")
        press(page, "Escape", "?")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        press(page, "c", "#", "j")
        press(page, "Escape")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
        settle(page)
        expect(titles(page)).to_have_text(ALL)
        assert changes() == {}

    @pytest.mark.exhaustive
    def test_keys_wait_for_a_menu_or_the_next_page(self, inbox, ann):
        page = inbox
        delay(page, "**/menu/**")
        press(page, "j", "m", "c", "#")
        expect(page.get_by_label("Move to list")).to_be_focused()
        assert (one("One").version, one("Two").version) == (1, 1)

        open_inbox(page, ann)
        delay(page, "**/tasks/*/?on=**")
        press(page, "j", "e", "c", "#")
        expect(page.get_by_label("Title")).to_be_focused()
        assert one("One").version == 1

    @pytest.mark.exhaustive
    def test_modifier_keys_disable_shortcuts(self, inbox):
        page = inbox
        press(page, "j", '"', "\\", "]", "F2", "ArrowLeft")
        expect(title(page, "One")).to_be_focused()
        press(page, "Alt+c", "Control+1", "Meta+c")
        settle(page)
        expect(titles(page)).to_have_text(ALL)
        assert one("One").version == 1
        page.evaluate(  # as with Option or AltGr
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
            " { key: '#', altKey: true, bubbles: true, cancelable: true }))"
        )
        expect(titles(page)).to_have_text(["Two", "Three"])

    @pytest.mark.exhaustive
    def test_shortcuts_can_be_switched_off(self, inbox):
        page = inbox
        page.goto("/settings/")
        page.get_by_label("Keyboard shortcuts").select_option("Off")
        page.get_by_role("button", name="Save profile").click()
        open_page(page, "/inbox/")
        press(page, "j", "c", "q")
        expect(page.locator("body")).to_be_focused()
        press(page, "Control+k")
        expect(page.get_by_role("dialog", name="Go to")).to_be_visible()


class TestGo:
    def test_palette_finds_and_opens_pages_rows_and_acts(self, inbox, ann):
        page = inbox
        field, places = page.locator("#go-q"), page.locator(".go-place")
        Tag.objects.make(ann, ["errand"])
        one("Two").complete()
        press(page, "Control+k")
        expect(page.get_by_role("dialog", name="Go to")).to_be_visible()
        expect(field).to_be_focused()
        page.keyboard.type("t")
        expect(page.locator(".go-place", has_text="Search for “t”")).to_be_visible()
        press(page, "ArrowDown", "ArrowDown")
        expect(places.nth(1)).to_be_focused()
        press(page, "ArrowUp", "ArrowUp")
        expect(field).to_be_focused()

        field.fill("errand")
        expect(places.first).to_have_text("#errand")
        field.fill("two")
        expect(places.nth(0)).to_contain_text("Two")
        expect(places.nth(1)).to_contain_text("You completed “Two”")
        page.get_by_role("link", name="Add the task “two”").click()
        expect(page.get_by_label("What do you want to do?")).to_have_value("two")

        open_page(page, "/inbox/")
        press(page, "Control+k")
        page.keyboard.type("wor")
        expect(places.first).to_have_text("Work")
        press(page, "Enter")
        expect(page.get_by_role("heading", name="Work", level=1)).to_be_visible()

        open_page(page, "/inbox/")
        press(page, "Control+k")
        page.keyboard.type("trash")
        press(page, "Enter")  # that waits for the places on their way
        expect(page).to_have_url(re.compile("/trash/$"))

    @pytest.mark.exhaustive
    def test_palette_opens_at_once_and_returns_the_focus(self, inbox):
        page = inbox
        field, box = page.locator("#go-q"), page.get_by_role("dialog", name="Go to")
        page.get_by_role("link", name="Go to", exact=True).click()
        expect(box).to_be_visible()
        press(page, "Escape")
        expect(box).to_be_hidden()
        title(page, "Two").focus()
        press(page, "Control+k")
        expect(field).to_be_focused()
        press(page, "Escape")
        expect(title(page, "Two")).to_be_focused()
        press(page, "Meta+k")
        expect(field).to_be_focused()
        press(page, "Meta+k")
        expect(box).to_be_hidden()

        delay(page, "**/go/**")
        title(page, "One").focus()
        press(page, "Control+k")
        page.keyboard.type("c#xtrash")  # no key goes astray
        expect(field).to_have_value("c#xtrash")
        expect(page.locator(".go-place", has_text="Search for “c#xtrash”")).to_be_visible()
        assert one("One").version == 1
