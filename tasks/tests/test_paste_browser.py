"""Pasting several lines into the add box, in the browser."""

from playwright.sync_api import expect

from tasks.models import Task


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
