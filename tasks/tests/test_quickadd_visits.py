"""A line is saved, and its reading is undone, without JavaScript.

No date is named: readings have tests of their own (test_quickadd_reading.py).
"""

import pytest

from tasks.models import Tag, Task, TaskList
from tasks.tests.visiting import add

pytestmark = pytest.mark.django_db

LINE = "Pay rent tomorrow 17:00 #home !high every month +Garden"


@pytest.fixture
def added(visitor):
    """The Inbox with a line that was just added."""
    add(visitor.open("/inbox/"), LINE)
    assert visitor.titles == ["Pay rent"]
    said = "Recognized: Tomorrow · 17:00 · #home · High priority · Every month."
    assert visitor.text("#messages p") == (
        f"Added “Pay rent”. {said} There is no list “Garden”, so the task is in the Inbox."
    )
    return visitor


def test_undo_takes_the_task_back_and_the_tag_that_was_made(added):
    added.press("Undo", "#messages")
    assert added.message == "Undone: added “Pay rent”. Redo"
    assert added.titles == []
    assert (Task.objects.count(), Tag.objects.count()) == (0, 0)


def test_line_is_kept_as_plain_text(added):
    added.press("Keep what I typed", "#messages")
    assert added.titles == [LINE]
    words = f"Edited “{LINE}”, which no longer repeats. It is now as you typed it."
    assert added.text("#messages p") == words
    task = Task.objects.get()
    assert (task.due_date, task.repeat, task.priority, task.tags.count()) == (None, "", 0, 0)
    added.press("Undo", "#messages")
    assert added.titles == ["Pay rent"]


def test_list_that_the_line_names_is_made(added):
    added.press("Add the list", "#messages")
    assert added.text("#messages p") == "Moved “Pay rent” to the new list “Garden”."
    assert added.titles == []
    assert Task.objects.get().list == TaskList.objects.get()


def test_title_is_read_on_the_page_of_the_task(visitor, ann):
    ann.tasks.create(title="Swim tomorrow #fun")
    visitor.open("/inbox/").follow("Swim tomorrow #fun")
    visitor.press("Apply from title: Tomorrow · #fun")
    assert visitor.text("#messages p") == "Edited “Swim”. Recognized: Tomorrow · #fun."
    assert visitor.value("Title") == "Swim"
    assert [tag.name for tag in Task.objects.get().tags.all()] == ["fun"]
