"""Pasting several lines, and duplicating a task, in the browser.

Without JavaScript a browser joins the lines of a text that is pasted into the box.
"""

import re

import pytest
from playwright.sync_api import expect

from tasks.models import Task
from tasks.tests.browsing import add, look, message, open_menu, open_task, titles
from todosite.tests.axe import BOTH, assert_fine

CAKE = "- [x] Cake\n    - [x] Eggs\n    - Milk\n- Party"


def paste(page, text):
    """Paste text at the focus, as the keyboard's shortcut does.

    Return whether the browser itself would insert it.
    """
    return page.evaluate(
        """text => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true,
                cancelable: true });
            return document.activeElement.dispatchEvent(paste);
        }""",
        text,
    )


def box(page):
    return page.get_by_label("Add a task", exact=True)


def lines(page):
    return page.get_by_label("One task per line")


def question(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    page.wait_for_load_state()


class TestPasting:
    @pytest.fixture
    def page(self, signed_in):
        signed_in.goto("/inbox/")
        return signed_in

    def test_pasted_lines_ask_with_the_text_of_the_box_and_the_list(self, page, ann):
        work = ann.lists.model(user=ann, name="Work")
        work.add()
        page.goto(work.get_absolute_url())
        box(page).fill("Buy ")
        paste(page, "milk\nBread\n  Rye\n")
        question(page, "Add 2 tasks?")
        expect(lines(page)).to_have_value("Buy milk\nBread\n  Rye\n")
        expect(box(page)).to_have_count(0)
        expect(page.get_by_label("List", exact=True)).to_have_value(str(work.pk))
        page.get_by_role("button", name="Add 2 tasks").click()
        expect(titles(page)).to_have_text(["Buy milk", "Bread"])
        status = page.get_by_role("status").filter(has_text="Added 2 tasks.")
        expect(status).to_be_visible()
        expect(box(page)).to_have_value("")
        assert page.url.endswith(work.get_absolute_url())
        assert [task.list for task in Task.objects.all()] == [work, work]
        assert [step.title for step in Task.objects.get(title="Bread").steps.all()] == ["Rye"]

    def test_text_can_be_edited_by_keyboard_and_undo_removes_all(self, page):
        box(page).focus()
        paste(page, CAKE)
        question(page, "Add 2 tasks, 1 of them completed already?")
        assert Task.objects.count() == 0
        lines(page).press("Control+End")
        page.keyboard.type("\nSoap")
        for _ in range(7):  # the list, and the day with its three parts and its button
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.name") == "sure":
                break
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Added 3 tasks.")
        expect(page).to_have_url("/inbox/")
        expect(titles(page)).to_have_text(["Party", "Soap"])
        look(page)
        message(page).get_by_role("button", name="Undo").click()
        expect(message(page)).to_contain_text("Undone: added 3 tasks.")
        expect(page.get_by_text("Your inbox is empty")).to_be_visible()

    def test_real_clipboard_pastes_one_line_and_asks_for_two(self, page):
        box(page).focus()
        assert paste(page, "Milk\n") is True
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        for text in ["Milk", "Milk\n", "\r\n  Milk \r\n\r\n"]:
            page.evaluate("text => navigator.clipboard.writeText(text)", text)
            box(page).fill("")
            box(page).press("Control+v")
            expect(box(page)).to_have_value(re.compile(r"^\s*Milk\s*$"))
        page.evaluate("text => navigator.clipboard.writeText(text)", "Milk\r\nBread\r\n")
        box(page).fill("")
        box(page).press("Control+v")
        question(page, "Add 2 tasks?")
        expect(lines(page)).to_have_value("Milk\nBread\n")

    @pytest.mark.exhaustive
    def test_text_is_pasted_at_the_cursor_or_into_a_restored_line(self, page):
        box(page).fill("Buy ")
        paste(page, "\n    milk\n      oat\n    Bread\n")
        question(page, "Add 2 tasks?")
        expect(lines(page)).to_have_value("\n    Buy milk\n      oat\n    Bread\n")

        page.goto("/inbox/")
        box(page).fill("one two three")
        box(page).evaluate("box => box.setSelectionRange(4, 7)")
        paste(page, "A\nB")
        question(page, "Add 2 tasks?")
        expect(lines(page)).to_have_value("one A\nB three")

        page.goto("/inbox/")
        page.wait_for_load_state()
        page.route("**/tasks/add/", lambda route: route.abort())
        box(page).fill("Soap")
        box(page).press("Enter")
        expect(box(page)).to_have_value("Soap ")
        paste(page, "Milk\nBread")
        question(page, "Add 2 tasks?")
        expect(lines(page)).to_have_value("Soap Milk\nBread")

    @pytest.mark.exhaustive
    def test_line_of_the_box_is_kept_if_the_page_failed_or_was_not_left(self, page, ann):
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
        page.wait_for_url("chrome-error://**")  # the browser's own page
        page.goto("/inbox/")
        expect(box(page)).to_have_value(re.compile(r"^Buy\s*$"))

        # The browser asks whether to leave, since other text isn't saved.
        page.unroute("**/tasks/paste/")
        box(page).fill("")
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
        expect(box(page)).to_have_value(re.compile(r"^Buy\s*$"))
        assert Task.objects.count() == 1

    @pytest.mark.exhaustive
    def test_page_that_asks_is_accessible_and_fits(self, page):
        long = f"{CAKE}\n{'long ' * 50}\n  {'x' * 200}"
        for text, words in [
            ("", "Enter at least one task, one per line."),
            (long, "Tasks to add"),
            (f"Milk\n  {'x' * 256}", "Line 2: Use at most 255 characters (you typed 256)."),
        ]:
            page.goto("/tasks/paste/?next=/inbox/")
            lines(page).fill(text)
            page.get_by_role("button", name="Preview").click()
            expect(page.get_by_text(words)).to_be_visible()
            page.wait_for_load_state()
            assert_fine(page, words, [(320, BOTH)])


class TestDuplicating:
    def test_task_can_be_duplicated_from_menu_and_page_with_typed_text_kept(self, signed_in, ann):
        page = signed_in
        page.goto("/inbox/")
        add(page, "Milk", "Bread")
        open_menu(page, "Milk")
        page.get_by_role("button", name="Duplicate “Milk”").click()
        expect(message(page)).to_contain_text("Added “Milk”.")
        expect(titles(page)).to_have_text(["Milk", "Milk", "Bread"])

        bread = Task.objects.get(title="Bread")
        bread.steps.model(user=ann, task=bread, title="Whisk", done=True).add()
        before = list(Task.objects.all())
        open_task(page, "Bread")
        page.get_by_label("Notes").fill("Two loaves")
        page.get_by_label("Title").fill("Rye bread")
        button = page.get_by_role("button", name="Duplicate task")
        button.focus()
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Added “Bread”.")
        expect(button).to_be_focused()
        (copy,) = Task.objects.exclude(pk__in=[task.pk for task in before])
        assert [(step.title, step.done) for step in copy.steps.all()] == [("Whisk", False)]
        page.keyboard.press("Enter")
        expect(titles(page)).to_have_count(5)
        expect(button).to_be_focused()
        expect(page.get_by_label("Notes")).to_have_value("Two loaves")
        expect(page.get_by_label("Title")).to_have_value("Rye bread")
        look(page)
        message(page).get_by_role("button", name="Undo").click()
        expect(message(page)).to_contain_text("Undone: added “Bread”.")
        assert set(Task.objects.all()) == {*before, copy}
