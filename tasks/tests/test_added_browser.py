"""A new task in Chromium: its row is scrolled into view, and marked for a moment."""

import pytest
from playwright.sync_api import expect

from tasks.tests.browsing import message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]


@pytest.fixture
def page(signed_in, ann):
    for n in range(60):
        ann.tasks.create(title=f"Task {n}")
    signed_in.emulate_media(reduced_motion="reduce")
    signed_in.goto("/inbox/")
    signed_in.wait_for_load_state()
    return signed_in


def add(page, line):
    page.get_by_label("Add a task").fill(line)
    page.get_by_label("Add a task").press("Enter")
    return page.locator(".task", has_text=line)


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_new_row_is_scrolled_into_view_and_marked_for_a_moment(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    row = add(page, "Milk")
    expect(row).to_be_in_viewport(ratio=1)
    expect(row).to_have_attribute("data-new", "")
    bar = page.locator(".nav-main").bounding_box()
    if size[0] == 390:
        assert row.bounding_box()["y"] + row.bounding_box()["height"] <= bar["y"]
    expect(message(page).get_by_role("link", name="Open")).to_have_count(0)
    expect(page.get_by_label("Add a task")).to_be_focused()
    expect(row).not_to_have_attribute("data-new", "")


def test_add_box_stays_in_place_for_the_next_line(page):
    held = []
    page.route("**/tasks/add/", lambda route: held.append(route))
    add(page, "Milk")
    page.get_by_label("Add a task").press_sequentially("Bread")
    page.wait_for_function("document.getElementById('add-text').value === 'Bread'")
    held[0].continue_()
    expect(page.locator(".task", has_text="Milk")).to_have_attribute("data-new", "")
    expect(page.get_by_label("Add a task")).to_be_in_viewport()


def test_message_opens_a_new_task_of_another_page(page, ann):
    for n in range(60, 110):
        ann.tasks.create(title=f"Task {n}")
    page.goto("/inbox/")
    add(page, "Milk")
    message(page).get_by_role("link", name="Open").click()
    expect(page.get_by_label("Title")).to_have_value("Milk")
