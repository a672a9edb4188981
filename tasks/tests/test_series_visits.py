"""Completing, skipping, ending and editing a repeat without JavaScript."""

from datetime import timedelta

import pytest

from accounts.clock import Clock
from tasks.models import Task
from tasks.tests.visiting import add, press

pytestmark = pytest.mark.django_db


@pytest.fixture
def fern(visitor):
    add(visitor.open("/inbox/"), "Water the fern every 3 days")
    assert visitor.titles == ["Water the fern"]
    return visitor


@pytest.fixture
def following(ann):
    """The day after the first three, in the words of a message."""
    return Clock(ann.now()).date(ann.today() + timedelta(3))


def days(ann):
    """Return (days until due, whether it's done) of each task, by creation."""
    today = ann.today()
    return [((task.due_date - today).days, task.completed) for task in Task.objects.order_by("pk")]


def test_repeat_can_be_completed_and_undone(fern, ann, following):
    fern.press("Complete “Water the fern”")
    assert fern.message == f"Completed “Water the fern”. Next: {following}. Undo"
    assert fern.titles == ["Water the fern"]
    assert days(ann) == [(3, False), (0, True)]
    fern.press("Undo", "#messages")
    assert fern.message == "Undone: completed “Water the fern”. Redo"
    assert days(ann) == [(0, False)]
    fern.press("Complete “Water the fern”")
    assert fern.message == f"Completed “Water the fern”. Next: {following}. Undo"
    fern.open("/completed/")
    assert fern.titles == ["Water the fern"]


def test_repeat_can_be_skipped_from_its_menu(fern, ann, following):
    press(fern, "Water the fern", "Skip this one")
    assert fern.message == f"Moved “Water the fern” to {following}. Undo"
    assert days(ann) == [(3, False)]


def test_repeat_can_be_ended_on_its_page(fern, ann):
    fern.follow("Water the fern")
    assert fern.text(".repeat") == "Repeats every 3 days Change Skip this one Stop repeating"
    fern.press("Stop repeating")
    assert fern.message == "Stopped repeating “Water the fern”. Undo"
    assert fern.text(".repeat") == "Repeat"
    assert days(ann) == [(0, False)]


def test_form_shows_days_before_saving(visitor):
    add(visitor.open("/inbox/"), "Pay rent")
    visitor.follow("Pay rent").follow("Repeat")
    assert visitor.heading == "Repeat “Pay rent”"
    visitor.fill("From", "2031-01-31").choose("Unit", "month")
    visitor.fill("Days of the month", "soon").press("Show dates")
    assert visitor.text("#repeat-days") == (
        "Days of the month: “soon” isn't one of 1 to 31, or last."
    )
    visitor.fill("Days of the month", "15, last").press("Show dates")
    assert visitor.text("#repeat-days p") == "Repeats every month on the 15th and last day"
    assert visitor.texts("#repeat-days li") == [
        *["31 Jan 2031", "15 Feb 2031", "28 Feb 2031", "15 Mar 2031", "31 Mar 2031"]
    ]
    visitor.check("Keep every missed one")
    assert Task.objects.get().repeat == ""
    visitor.press("Save")
    rule = "every month on the 15th and last day, from 31 Jan 2031"
    assert visitor.message == f"Set “Pay rent” to repeat {rule}. Undo"
    assert visitor.text(".repeat").startswith("Repeats every month on the 15th and last day ")
    task = Task.objects.get()
    assert (task.repeat, task.missed) == ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "keep")
