"""Without JavaScript no typed text is lost: expired sessions, and steps together with notes."""

from unittest import mock

import psycopg
import pytest
from django.db import OperationalError

from accounts.models import Session
from accounts.tests.people import PASSWORD, add_user
from tasks.forms.quickadd import AddForm
from tasks.models import Step, Task, TaskList
from todosite.tests.html import one
from todosite.tests.visitor import value_of

pytestmark = pytest.mark.django_db

WORDS = "You were signed out before this was saved."


@pytest.fixture
def task(ann):
    return ann.tasks.create(title="Milk")


def end_session():
    Session.objects.all().delete()


def enter(visitor, email="ann@example.org"):
    """Sign in again, through the form."""
    assert visitor.heading == "Sign in"
    visitor.fill("Email", email).fill("Password", PASSWORD).press("Sign in")
    assert visitor.heading != "Sign in"


def notices(visitor):
    return visitor.select("section[aria-label='Not saved yet'] .notice")


def offered(visitor):
    """Return the texts of waiting forms."""
    return [value_of(text) for text in visitor.select(".waiting textarea")]


def notes(visitor):
    """Return the notes in the form of the task, not in a waiting form."""
    return value_of(one(visitor.page, "#detail-body [name=description]"))


class TestExpiredSession:
    def test_late_edit_waits_and_its_user_can_send_it(self, visitor, task):
        visitor.open(task.get_absolute_url()).fill("Notes", "Two litres,\nunsweetened")
        end_session()
        visitor.press("Save")
        assert "Sign in again to get back what you typed." in visitor.words
        enter(visitor)
        assert visitor.url == f"/tasks/{task.pk}/"
        assert len(notices(visitor)) == 1
        assert f"{WORDS} “Milk”, kept " in visitor.text(".waiting")
        assert visitor.texts(".waiting label") == ["Notes"]
        assert offered(visitor) == ["Two litres,\nunsweetened"]
        assert notes(visitor) == ""
        assert Task.objects.get().description == ""
        visitor.press("Save the task")
        assert notes(visitor) == "Two litres,\nunsweetened"
        assert notices(visitor) == []
        assert Task.objects.get().description == "Two litres,\nunsweetened"

    def test_late_line_is_offered_once_and_can_be_discarded(self, visitor, ann):
        visitor.open("/inbox/").fill("Add a task", "Bread")
        end_session()
        visitor.enter("Add a task")
        enter(visitor)
        assert visitor.value("Add a task") == ""
        assert offered(visitor) == ["Bread"]
        visitor.press("Discard")
        assert notices(visitor) == []
        assert ann.tasks.count() == 0

    def test_late_name_is_offered_and_can_be_sent(self, visitor, ann):
        work = TaskList(user=ann, name="Work")
        work.add()
        visitor.open(f"/lists/{work.pk}/edit/").fill("Name", "Office")
        end_session()
        visitor.press("Save")
        enter(visitor)
        assert offered(visitor) == ["Office"]
        visitor.press("Save the list")
        assert visitor.heading == "Office"

    def test_late_step_is_offered_and_can_be_sent(self, visitor, task):
        visitor.open(task.get_absolute_url()).fill("Add a step", "Whisk")
        end_session()
        visitor.enter("Add a step")
        enter(visitor)
        assert offered(visitor) == ["Whisk"]
        visitor.press("Save the task")  # without script its box is a part of that form
        assert visitor.texts(".step-title") == ["Whisk"]

    def test_another_user_does_not_see_a_waiting_form(self, visitor, task):
        add_user("ben@example.org", password=PASSWORD)
        visitor.open(task.get_absolute_url()).fill("Notes", "Secret")
        end_session()
        visitor.press("Save")
        enter(visitor, "ben@example.org")
        visitor.open("/inbox/")
        assert "Your inbox is empty" in visitor.words
        assert "Secret" not in visitor.response.text
        assert notices(visitor) == []

    def test_conflict_shows_both_texts_until_saved(self, visitor, task):
        visitor.open(task.get_absolute_url()).fill("Notes", "Mine")
        end_session()
        visitor.press("Save")
        Task.objects.get().edit(description="Theirs")
        enter(visitor)
        visitor.press("Save the task")
        assert "This was changed in the meantime to: Theirs" in visitor.words
        assert notes(visitor) == "Mine"
        assert len(notices(visitor)) == 1
        visitor.press("Save")
        assert visitor.message == "Edited “Milk”. Undo"
        visitor.open(visitor.url)
        assert notices(visitor) == []
        assert notes(visitor) == "Mine"


class TestStepBesideNotes:
    @pytest.mark.parametrize("how", ["Enter", "Add step", "Save"])
    def test_step_and_notes_are_saved_together(self, visitor, task, how):
        visitor.open(task.get_absolute_url())
        visitor.fill("Notes", "Two litres").fill("Tags", "calls").fill("Add a step", "Whisk")
        if how == "Enter":
            visitor.enter("Add a step")
        else:
            visitor.press(how)
        assert visitor.texts(".step-title") == ["Whisk"]
        assert notes(visitor) == "Two litres"
        assert visitor.value("Add a step") == ""
        task.refresh_from_db()
        assert task.description == "Two litres"
        assert [tag.name for tag in task.tags.all()] == ["calls"]
        assert Step.objects.count() == 1

    def test_invalid_step_keeps_the_typed_text(self, visitor, task):
        visitor.open(task.get_absolute_url())
        visitor.fill("Notes", "Two litres").fill("Add a step", "x" * 256).enter("Add a step")
        assert visitor.text("#step-error") == "Use at most 255 characters (you typed 256)."
        assert visitor.value("Add a step") == "x" * 256
        assert notes(visitor) == "Two litres"


def test_form_can_be_sent_again_after_a_broken_connection(visitor):
    visitor.client.raise_request_exception = False
    visitor.open("/tasks/add/").fill("What do you want to do?", "Milk & <bread>")
    broken = OperationalError("cut off")
    broken.__cause__ = psycopg.errors.AdminShutdown()
    with mock.patch.object(AddForm, "save", side_effect=broken):
        visitor.press("Add")
    assert "We can't tell whether it was saved" in visitor.words
    visitor.press("Send it again")
    assert visitor.message == "Added “Milk & <bread>”. Undo Open"
    assert Task.objects.count() == 1
