"""Adding several lines, and duplicating a task, without JavaScript."""

import pytest

from accounts.models import Session
from accounts.tests.people import PASSWORD
from tasks.models import Task
from tasks.tests.visiting import add, press, press_twice

pytestmark = pytest.mark.django_db

CAKE = "- [x] Cake\n    - [x] Eggs\n    - Milk\n- Party"


def lines(visitor):
    return visitor.value("One task per line")


class TestSeveralAtOnce:
    def test_add_page_links_to_several_lines(self, visitor):
        visitor.open("/tasks/add/?next=/inbox/").follow("Add several at once")
        visitor.fill("One task per line", "Milk\nBread").press("Preview")
        assert visitor.heading == "Add 2 tasks?"
        visitor.press("Add 2 tasks")
        assert visitor.titles == ["Milk", "Bread"]

    def test_invalid_line_is_named_and_the_text_kept(self, visitor):
        text = f"Milk\n  {'x' * 256}\nBread"
        visitor.open("/tasks/paste/?next=/inbox/").fill("One task per line", text)
        visitor.press("Add these tasks")
        assert "Line 2: Use at most 255 characters (you typed 256)." in visitor.words
        assert lines(visitor) == text
        visitor.fill("One task per line", "Milk\nBread").press("Add 2 tasks")
        assert visitor.message == "Added 2 tasks. Undo Show them"

    def test_expired_session_keeps_the_lines(self, visitor, ann):
        visitor.open("/tasks/paste/?next=/inbox/").fill("One task per line", CAKE)
        Session.objects.all().delete()
        visitor.press("Add these tasks")
        visitor.fill("Email", ann.email).fill("Password", PASSWORD).press("Sign in")
        visitor.press("Add the tasks")
        assert visitor.message == "Added 2 tasks. 1 of them is already completed. Undo Show them"
        assert visitor.titles == ["Party"]

    def test_cancel_adds_nothing(self, visitor):
        visitor.open("/tasks/paste/?next=/inbox/&text=Milk").press("Preview")
        assert visitor.heading == "Add 1 task?"
        visitor.follow("Cancel")
        assert "Your inbox is empty" in visitor.words
        assert Task.objects.count() == 0


class TestDuplicating:
    def test_task_can_be_duplicated_from_its_menu(self, visitor):
        visitor.open("/inbox/")
        add(visitor, "Milk", "Bread")
        press(visitor, "Milk", "Duplicate “Milk”")
        assert visitor.message == "Added “Milk”. Undo Open"
        assert visitor.titles == ["Milk", "Milk", "Bread"]

    def test_task_can_be_duplicated_on_its_page_and_undone(self, visitor, ann):
        task = ann.tasks.create(title="Milk")
        task.steps.model(user=ann, task=task, title="Whisk", done=True).add()
        visitor.open("/inbox/").follow("Milk").press("Duplicate task")
        assert visitor.message == "Added “Milk”. Undo Open"
        copy = Task.objects.exclude(pk=task.pk).get()
        assert [(step.title, step.done) for step in copy.steps.all()] == [("Whisk", False)]
        visitor.press("Undo")
        assert visitor.message == "Undone: added “Milk”. Redo"
        assert list(Task.objects.all()) == [task]

    def test_double_press_adds_one_copy(self, visitor, ann):
        visitor.open(ann.tasks.create(title="Milk").get_absolute_url())
        said = ["Added “Milk”. Undo Open", "Added “Milk”. Undo"]
        assert press_twice(visitor, "Duplicate task") == said
        assert Task.objects.count() == 2
