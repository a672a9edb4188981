"""The numbers of saved searches, which a page loads once they are visible, in Chromium."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tasks.tests.browsing import look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]
NUMBERS = re.compile("/searches/numbers/")


@pytest.fixture
def page(signed_in, ann):
    for title in ("Milk", "Oat milk", "Bread"):
        ann.tasks.create(title=title)
    ann.searches.create(name="All milk", q="milk")
    ann.searches.create(name="Nothing", q="cheese")
    return signed_in


@pytest.fixture
def asked(page):
    """The addresses that were asked for numbers, in order."""
    found = []
    page.on("request", lambda request: NUMBERS.search(request.url) and found.append(request.url))
    return found


def number(page, name="All milk"):
    return page.locator("#sidebar li", has_text=name).locator(".count")


def idle(page):
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('.htmx-request')")


def test_numbers_are_reloaded_after_an_act_and_old_ones_stay_until_then(page, ann, asked):
    page.goto("/inbox/")
    expect(number(page)).to_have_text(", 2 tasks")
    expect(number(page, "Nothing")).to_have_text("")
    idle(page)
    assert len(asked) == 1
    page.get_by_role("button", name="Complete “Oat milk”").click()
    expect(number(page)).to_have_text(", 1 task")
    idle(page)
    assert len(set(asked)) == len(asked) == 2

    ann.tasks.filter(title="Bread").update(completed_at=timezone.now())  # by no act
    look(page)
    page.get_by_role("button", name="Complete “Bread”").click()
    expect(page.locator("#messages")).to_contain_text("“Bread” was already completed.")
    expect(page.locator("#count-inbox")).to_have_text(", 1 task")
    idle(page)
    expect(number(page)).to_have_text(", 1 task")
    assert len(asked) == 2

    page.route(NUMBERS, lambda route: route.abort())
    look(page)
    page.get_by_role("button", name="Complete “Milk”").click()
    expect(page.locator("#messages")).to_contain_text("Completed “Milk”.")
    idle(page)
    expect(number(page)).to_have_text(", 1 task")
    expect(page.locator("#messages")).not_to_contain_text("can't be reached")


def test_failed_request_shows_no_message_and_late_numbers_move_no_name(page):
    page.route(NUMBERS, lambda route: route.fulfill(status=503, body="No"))
    with page.expect_response(NUMBERS):
        page.goto("/inbox/")
    idle(page)
    expect(page.locator("#messages")).to_have_text("")
    expect(number(page)).to_have_text("")
    page.unroute(NUMBERS)

    held = []
    page.route(NUMBERS, lambda route: held.append(route))
    with page.expect_request(NUMBERS):
        page.goto("/inbox/")
    row = page.locator("#sidebar li", has_text="All milk")
    expect(row).to_be_visible()
    before = [row.bounding_box(), row.locator(".name").bounding_box()]
    held[0].continue_()
    expect(number(page)).to_have_text(", 2 tasks")
    assert [row.bounding_box(), row.locator(".name").bounding_box()] == before


def test_numbers_are_loaded_once_and_only_where_they_are_visible(page, asked):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/inbox/")
    idle(page)
    assert asked == []
    page.goto("/search/")
    expect(page.locator(".card-row", has_text="All milk").locator(".n")).to_have_text(", 2 tasks")
    idle(page)
    assert len(asked) == 1
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/search/")
    expect(page.locator(".card-row", has_text="All milk").locator(".n")).to_have_text(", 2 tasks")
    expect(number(page)).to_have_text(", 2 tasks")
    idle(page)
    assert len(asked) == 2
