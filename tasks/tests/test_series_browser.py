"""Completing, skipping, ending and editing a repeat in place, in Chromium.

The same acts without JavaScript: test_series_visits.py.
"""

import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tasks.models import Task
from tasks.tests.browsing import look, message, open_task, press, titles

pytestmark = pytest.mark.django_db(transaction=True)


def days():
    """Return (days until due, whether it's done) of each task, by creation."""
    today = timezone.now().date()
    return [((task.due_date - today).days, task.completed) for task in Task.objects.order_by("pk")]


def complete(page):
    page.get_by_role("button", name="Complete “Water the fern”").click()
    expect(message(page)).to_contain_text("Completed “Water the fern”. Next:")


def test_repeat_can_be_completed_skipped_and_ended(signed_in):
    page = signed_in
    page.goto("/inbox/")
    page.get_by_label("Add a task").fill("Water the fern every 3 days")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(titles(page)).to_have_text(["Water the fern"])
    complete(page)
    expect(titles(page)).to_have_text(["Water the fern"])
    assert days() == [(3, False), (0, True)]
    look(page)
    message(page).get_by_role("button", name="Undo").click()
    expect(message(page)).to_contain_text("Undone: completed “Water the fern”.")
    assert days() == [(0, False)]
    look(page)
    complete(page)

    press(page, "Water the fern", "Skip this one")
    expect(message(page)).to_contain_text("Moved “Water the fern” to ")
    assert days() == [(6, False), (0, True)]

    open_task(page, "Water the fern")
    expect(page.locator(".repeat")).to_contain_text("Repeats every 3 days")
    page.get_by_role("button", name="Stop repeating").click()
    expect(message(page)).to_contain_text("Stopped repeating “Water the fern”.")
    expect(page.locator(".repeat")).not_to_contain_text("Repeats")
    assert days() == [(6, False), (0, True)]
    assert Task.objects.open().get().repeat == ""


def test_form_shows_days_before_saving(signed_in, ann):
    page = signed_in
    page.goto(ann.tasks.create(title="Pay rent").get_absolute_url())
    page.get_by_role("link", name="Repeat", exact=True).click()
    expect(page.get_by_role("heading", name="Repeat “Pay rent”")).to_be_visible()
    expect(page.get_by_role("button", name="Show dates")).to_be_hidden()
    page.get_by_label("From").fill("2031-01-31")
    page.get_by_label("Unit").select_option("month")
    page.get_by_label("Days of the month", exact=True).fill("soon")
    shown = page.locator("#repeat-days")
    expect(shown).to_contain_text("Days of the month: “soon” isn't one of 1 to 31, or last.")
    page.get_by_label("Days of the month", exact=True).fill("15, last")
    expect(shown).to_contain_text("Repeats every month on the 15th and last day")
    expect(shown.locator("li")).to_have_text(
        ["31 Jan 2031", "15 Feb 2031", "28 Feb 2031", "15 Mar 2031", "31 Mar 2031"]
    )
    page.get_by_label("Keep every missed one").check()
    assert Task.objects.get().repeat == ""
    page.get_by_role("button", name="Save", exact=True).click()
    expect(message(page)).to_contain_text(
        "Set “Pay rent” to repeat every month on the 15th and last day, from 31 Jan 2031."
    )
    expect(page.locator(".repeat")).to_contain_text("Repeats every month on the 15th and last day")
    task = Task.objects.get()
    assert (task.repeat, task.missed) == ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "keep")


@pytest.fixture
def rent(signed_in, ann):
    """Rent, due on the last day of January, on its page next to the Inbox."""
    day = date(2031, 1, 31)
    task = Task(user=ann, title="Pay rent", repeat="FREQ=MONTHLY", due_date=day, repeat_anchor=day)
    task.add()
    signed_in.goto(f"{task.get_absolute_url()}?on=/inbox/")
    signed_in.wait_for_load_state()
    return signed_in


def rows():
    tasks = Task.objects.order_by("pk")
    return [(task.title, f"{task.due_date:%-d %b}", task.completed) for task in tasks]


@pytest.mark.exhaustive
def test_two_completions_and_a_skip_over_a_month_end(rent):
    for following in ["28 Feb 2031", "31 Mar 2031"]:
        rent.locator("#detail-body").get_by_role("button", name="Complete", exact=True).click()
        expect(message(rent)).to_contain_text(f"Completed “Pay rent”. Next: {following}.")
        rent.wait_for_timeout(500)  # a press right after another is the same one
    done = [("Pay rent", day, True) for day in ("31 Jan", "28 Feb")]
    assert rows() == [("Pay rent", "31 Mar", False), *done]
    rent.get_by_role("button", name="Skip this one").click()
    expect(message(rent)).to_contain_text("Moved “Pay rent” to 30 Apr 2031.")
    expect(rent.get_by_label("Due", exact=True)).to_have_value("2031-04-30")


@pytest.mark.exhaustive
def test_one_and_later_occurrences_can_be_edited_and_the_repeat_ended(rent):
    rent.get_by_label("Title").fill("Pay half the rent")
    rent.get_by_role("button", name="Save only this one").click()
    expect(message(rent)).to_contain_text("Separated “Pay half the rent” from its repeat.")
    expect(rent.get_by_label("Title")).to_have_value("Pay half the rent")
    assert rows() == [("Pay rent", "28 Feb", False), ("Pay half the rent", "31 Jan", False)]

    titles(rent).filter(has_text=re.compile("^Pay rent$")).click()
    expect(rent.get_by_label("Title")).to_have_value("Pay rent")
    rent.wait_for_load_state()
    rent.get_by_label("Title").fill("Pay the new rent")
    rent.get_by_label("Due", exact=True).fill("2031-02-05")
    rent.get_by_role("button", name="Save this and all future ones").click()
    expect(message(rent)).to_contain_text(
        "Edited “Pay the new rent”, which now repeats every month on the 5th."
    )
    rent.locator("#detail-body").get_by_role("button", name="Complete", exact=True).click()
    expect(message(rent)).to_contain_text("Completed “Pay the new rent”. Next: 5 Mar 2031.")
    rent.get_by_role("button", name="Stop repeating").click()
    expect(message(rent)).to_contain_text("Stopped repeating “Pay the new rent”.")
    assert rows() == [
        ("Pay the new rent", "5 Mar", False),
        ("Pay half the rent", "31 Jan", False),
        ("Pay the new rent", "5 Feb", True),
    ]


@pytest.mark.exhaustive
def test_button_pressed_during_a_save_acts_afterwards(rent):
    page = rent

    def later(route):
        page.wait_for_timeout(400)
        route.continue_()

    page.route("**/edit/", later, times=1)
    page.get_by_label("Title").fill("Pay the rent")
    page.locator("#save").click()
    page.get_by_label("Due", exact=True).fill("2031-02-02")
    page.get_by_role("button", name="Save only this one").click()
    expect(message(page)).to_contain_text("Separated “Pay the rent” from its repeat.")
    assert rows() == [("Pay the rent", "28 Feb", False), ("Pay the rent", "2 Feb", False)]
