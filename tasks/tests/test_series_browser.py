"""What repeats, as a person completes, skips and ends it: in Chromium, and without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tasks.models import Task
from tasks.tests.browsing import message, open_task, press, titles

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(anybody_in):
    anybody_in.goto("/inbox/")
    anybody_in.get_by_label("Add a task").fill("Water the fern every 3 days")
    anybody_in.get_by_role("button", name="Add", exact=True).click()
    expect(titles(anybody_in)).to_have_text(["Water the fern"])
    return anybody_in


def days():
    """Return in how many days each task is due, and whether it is done, by creation."""
    today = timezone.now().date()
    return [((task.due_date - today).days, task.completed) for task in Task.objects.order_by("pk")]


def complete(page):
    page.get_by_role("button", name="Complete “Water the fern”").click()
    expect(message(page)).to_contain_text("Done. Next:")


def test_complete_and_undo(page):
    complete(page)
    expect(titles(page)).to_have_text(["Water the fern"])
    assert days() == [(3, False), (0, True)]
    message(page).get_by_role("button", name="Undo").click()
    expect(message(page)).to_contain_text("Undone: completed “Water the fern”.")
    assert days() == [(0, False)]
    complete(page)
    page.goto("/completed/")
    expect(titles(page)).to_have_text(["Water the fern"])


def test_skip_from_the_menu(page):
    press(page, "Water the fern", "Skip this one")
    expect(message(page)).to_contain_text("Skipped. Next:")
    assert days() == [(3, False)]


def test_end_on_the_page_of_the_task(page):
    open_task(page, "Water the fern")
    expect(page.locator(".repeat")).to_contain_text("Repeats every 3 days")
    page.get_by_role("button", name="End the repeat").click()
    expect(message(page)).to_contain_text("“Water the fern” does not repeat any more.")
    expect(page.locator(".repeat")).to_have_count(0)
    assert Task.objects.get().due_date - timezone.now().date() == timedelta(0)
