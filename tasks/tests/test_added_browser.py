"""A new task in Chromium: its row is scrolled into view, and marked for a moment."""

import pytest
from playwright.sync_api import expect

from tasks.pages.listings import Inbox
from tasks.tests.browsing import message, titles
from tasks.tests.making import add_tasks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]


@pytest.fixture
def page(signed_in, ann):
    add_tasks(ann, *(f"Task {n}" for n in range(30)))
    signed_in.goto("/inbox/")
    signed_in.wait_for_load_state()
    return signed_in


def add(page, line):
    page.get_by_label("Add a task").fill(line)
    page.get_by_label("Add a task").press("Enter")
    return page.locator(".task", has_text=line)


def test_new_row_is_scrolled_into_view_and_marked_for_a_moment(page):
    box = page.get_by_label("Add a task")
    for line, width, height in [("Milk", 1280, 800), ("Bread", 390, 844)]:
        page.set_viewport_size({"width": width, "height": height})
        row = add(page, line)
        expect(row).to_be_in_viewport(ratio=1)
        expect(row).to_have_attribute("data-new", "")
        bar = page.locator(".nav-main").bounding_box()
        if width == 390:
            assert row.bounding_box()["y"] + row.bounding_box()["height"] <= bar["y"]
        expect(message(page).get_by_role("link", name="Open")).to_have_count(0)
        expect(box).to_be_focused()
        expect(row).not_to_have_attribute("data-new", "")

    # With the next line begun, the box stays in place instead.
    page.evaluate("scrollTo(0, 0)")
    held = []
    page.route("**/tasks/add/", lambda route: held.append(route))
    row = add(page, "Cheese")
    box.press_sequentially("Salt")
    page.wait_for_function("() => document.getElementById('add-text').value === 'Salt'")
    held[0].continue_()
    expect(row).to_have_attribute("data-new", "")
    expect(box).to_be_in_viewport()


def test_message_opens_a_new_task_of_another_page(page, monkeypatch):
    monkeypatch.setattr(Inbox, "limit", 20)
    page.goto("/inbox/")
    expect(titles(page)).to_have_count(20)
    add(page, "Milk")
    message(page).get_by_role("link", name="Open").click()
    expect(page.get_by_label("Title")).to_have_value("Milk")
