"""Several lines are pasted, and a task is duplicated, in the browser."""

import pytest
from playwright.sync_api import expect

from accounts.tests.people import PASSWORD
from tasks.models import Task
from tasks.tests.browsing import add, message, open_menu, open_task, sign_in, titles
from todosite.tests.axe import assert_fine

pytestmark = pytest.mark.exhaustive

CAKE = "- [x] Cake\n    - [x] Eggs\n    - Milk\n- Party"


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


def box(page):
    return page.get_by_label("Add a task", exact=True)


def lines(page):
    return page.get_by_label("One task a line")


def question(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    page.wait_for_load_state()


class TestPasting:
    """With JavaScript: without it a browser makes one line of what is pasted into the box."""

    @pytest.fixture
    def page(self, signed_in):
        signed_in.goto("/inbox/")
        return signed_in

    def test_text_may_be_changed_before_it_is_added_and_undo_takes_all_back(self, page):
        box(page).focus()
        paste(page, CAKE)
        question(page, "Add 2 tasks, 1 of them completed already?")
        assert Task.objects.count() == 0
        lines(page).press("Control+End")
        page.keyboard.type("\nSoap")
        page.get_by_role("button", name="Add 2 tasks").click()
        expect(message(page)).to_contain_text("Added 3 tasks.")
        assert page.url.endswith("/inbox/")
        expect(titles(page)).to_have_text(["Party", "Soap"])
        message(page).get_by_role("button", name="Undo").click()
        expect(message(page)).to_contain_text("Undone: added 3 tasks.")
        expect(page.get_by_text("Your inbox is empty")).to_be_visible()

    def test_with_the_clipboard_itself(self, page):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        for text in ["Milk", "Milk\n", "\r\n  Milk \r\n\r\n", "Milk\r\nBread\r\n"]:
            page.evaluate("text => navigator.clipboard.writeText(text)", text)
            box(page).fill("")
            box(page).press("Control+v")
            if "Bread" not in text:
                assert box(page).input_value().strip() == "Milk"
        question(page, "Add 2 tasks?")
        expect(lines(page)).to_have_value("Milk\nBread\n")

    def test_first_line_is_as_far_in_as_it_was(self, page):
        box(page).fill("Buy ")
        paste(page, "\n    milk\n      oat\n    Bread\n")
        question(page, "Add 2 tasks?")
        expect(lines(page)).to_have_value("\n    Buy milk\n      oat\n    Bread\n")

    def test_goes_where_the_cursor_is(self, page):
        box(page).fill("one two three")
        box(page).evaluate("box => box.setSelectionRange(4, 7)")
        paste(page, "A\nB")
        question(page, "Add 2 tasks?")
        expect(lines(page)).to_have_value("one A\nB three")

    def test_line_of_the_box_comes_back_only_if_the_page_was_not_reached(self, page):
        box(page).fill("Buy ")
        paste(page, "milk\nBread")
        question(page, "Add 2 tasks?")
        page.get_by_role("link", name="Cancel").click()
        expect(box(page)).to_be_visible()
        page.wait_for_load_state()  # with its script
        expect(box(page)).to_have_value("")

        box(page).fill("Buy ")
        page.route("**/tasks/paste/", lambda route: route.abort())
        with page.expect_event("requestfailed"):
            paste(page, "milk\nBread")
        page.wait_for_timeout(300)  # until the browser's own page is there
        page.goto("/inbox/")
        assert box(page).input_value().strip() == "Buy"

    def test_who_stays_on_the_page_after_all_loses_nothing(self, page, ann):
        """The browser asks whether to leave, since something else there isn't saved."""
        task = ann.tasks.create(title="Milk")
        page.goto(task.get_absolute_url())
        page.get_by_label("Title").fill("Oat milk")
        box(page).click()
        page.keyboard.type("Buy ")
        with page.expect_event("dialog") as asked:
            page.once("dialog", lambda dialog: dialog.dismiss())
            paste(page, "milk\nBread")
        assert asked.value.type == "beforeunload"
        expect(page.get_by_label("Title")).to_have_value("Oat milk")
        expect(box(page)).to_have_value("Buy ")
        page.once("dialog", lambda dialog: dialog.accept())
        page.goto("/inbox/")
        assert box(page).input_value().strip() == "Buy"
        assert Task.objects.count() == 1

    def test_line_that_came_back_goes_along(self, page):
        page.route("**/tasks/add/", lambda route: route.abort())
        box(page).fill("Soap")
        box(page).press("Enter")
        expect(box(page)).to_have_value("Soap ")
        paste(page, "Milk\nBread")
        question(page, "Add 2 tasks?")
        expect(lines(page)).to_have_value("Soap Milk\nBread")

    def test_list_of_the_page_is_that_of_all(self, page, ann):
        work = ann.lists.model(user=ann, name="Work")
        work.add()
        page.goto(work.get_absolute_url())
        box(page).focus()
        paste(page, "Milk\nBread")
        question(page, "Add 2 tasks?")
        expect(page.get_by_label("List", exact=True)).to_have_value(str(work.pk))
        page.get_by_role("button", name="Add 2 tasks").click()
        expect(message(page)).to_contain_text("Added 2 tasks.")
        assert page.url.endswith(work.get_absolute_url())
        assert [task.list for task in Task.objects.all()] == [work, work]

    def test_by_keyboard_alone(self, page):
        box(page).focus()
        paste(page, "Milk\nBread")
        question(page, "Add 2 tasks?")
        lines(page).focus()
        for _ in range(7):  # the list, and the day with its three parts and its button
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "sure":
                break
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Added 2 tasks.")
        expect(titles(page)).to_have_text(["Milk", "Bread"])


def test_what_is_wrong_keeps_all_and_says_where(anybody_in):
    page = anybody_in
    page.goto("/tasks/paste/?next=/inbox/")
    text = f"Milk\n  {'x' * 256}\nBread"
    lines(page).fill(text)
    page.get_by_role("button", name="Add these tasks").click()
    expect(page.get_by_text("Line 2: This has 256 characters; 255 are possible.")).to_be_visible()
    expect(lines(page)).to_have_value(text)
    lines(page).fill("Milk\nBread")
    page.get_by_role("button", name="Add 2 tasks").click()
    expect(message(page)).to_contain_text("Added 2 tasks.")


def test_session_that_has_ended_meanwhile_loses_nothing(anybody_in, ann):
    page = anybody_in
    page.goto("/tasks/paste/?next=/inbox/")  # from now on this browser is known to be hers
    lines(page).fill(CAKE)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Add these tasks").click()
    page.get_by_label("Email").fill(ann.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Send it now").click()
    expect(message(page)).to_contain_text("Added 2 tasks.")
    expect(titles(page)).to_have_text(["Party"])


def test_cancel_adds_nothing(anybody_in):
    page = anybody_in
    page.goto("/tasks/paste/?next=/inbox/&text=Milk")
    page.get_by_role("button", name="Look first").click()
    question(page, "Add 1 task?")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_text("Your inbox is empty")).to_be_visible()
    assert Task.objects.count() == 0


def test_is_accessible_and_fits(signed_in):
    page = signed_in
    long = f"{CAKE}\n{'long ' * 50}\n  {'x' * 200}"
    for text, words in [
        ("", "Write what there is to do, one task a line."),
        (long, "What they become"),
        (f"Milk\n  {'x' * 256}", "Line 2: This has 256 characters"),
    ]:
        page.goto("/tasks/paste/?next=/inbox/")
        lines(page).fill(text)
        page.get_by_role("button", name="Look first").click()
        expect(page.get_by_text(words)).to_be_visible()
        page.wait_for_load_state()
        assert_fine(page, words)


class TestDuplicating:
    def test_from_its_menu(self, anybody_in):
        page = anybody_in
        page.goto("/inbox/")
        add(page, "Milk", "Bread")
        open_menu(page, "Milk")
        page.get_by_role("button", name="Duplicate “Milk”").click()
        expect(message(page)).to_contain_text("Duplicated “Milk”.")
        expect(page.locator("a.task-title")).to_have_text(["Milk", "Milk", "Bread"])

    def test_from_its_page_and_undo(self, anybody_in, ann):
        page = anybody_in
        task = ann.tasks.create(title="Milk")
        task.steps.model(user=ann, task=task, title="Whisk", done=True).add()
        page.goto("/inbox/")
        open_task(page, "Milk")
        page.get_by_role("button", name="Duplicate task").click()
        expect(message(page)).to_contain_text("Duplicated “Milk”.")
        copy = Task.objects.exclude(pk=task.pk).get()
        assert [(step.title, step.done) for step in copy.steps.all()] == [("Whisk", False)]
        message(page).get_by_role("button", name="Undo").click()
        expect(message(page)).to_contain_text("Undone: added “Milk”.")
        assert list(Task.objects.all()) == [task]

    def test_what_is_typed_on_its_page_stays(self, signed_in, ann):
        page = signed_in
        page.goto(ann.tasks.create(title="Milk").get_absolute_url())
        page.get_by_label("Notes").fill("Two litres")
        page.get_by_label("Title").fill("Oat milk")
        page.get_by_role("button", name="Duplicate task").click()
        expect(message(page)).to_contain_text("Duplicated “Milk”.")
        expect(page.get_by_label("Notes")).to_have_value("Two litres")
        expect(page.get_by_label("Title")).to_have_value("Oat milk")

    def test_focus_stays_on_the_button_and_its_next_press_makes_another(self, signed_in, ann):
        page = signed_in
        page.goto(ann.tasks.create(title="Milk").get_absolute_url())
        button = page.get_by_role("button", name="Duplicate task")
        button.focus()
        for number in (2, 3):
            page.keyboard.press("Enter")
            expect(page.locator("a.task-title")).to_have_count(number)
            expect(button).to_be_focused()
        assert Task.objects.open().count() == 3

    def test_double_press_without_script_makes_one(self, no_js, ann, client, live_server):
        sign_in(no_js, client, ann, live_server)
        no_js.goto(ann.tasks.create(title="Milk").get_absolute_url())
        no_js.get_by_role("button", name="Duplicate task").dblclick()
        expect(message(no_js)).to_contain_text("Duplicated “Milk”.")
        assert Task.objects.count() == 2
