"""An edit of a row deleted elsewhere, without JavaScript: the typed text is shown."""

import pytest
from django.urls import get_resolver, reverse

from accounts.tests.people import add_user
from accounts.waiting import words_at
from tasks.tests.making import add_list, add_step
from todosite.tests.html import hidden
from todosite.tests.visitor import Visitor

pytestmark = pytest.mark.django_db

HEADING = "That no longer exists"


@pytest.fixture
def ann():
    return add_user()


@pytest.fixture
def visitor(ann):
    return Visitor(ann)


@pytest.fixture
def task(ann):
    return ann.tasks.create(title="Milk", description="Old notes")


@pytest.fixture(params=[False, True], ids=["production", "DEBUG"])
def debug(request, settings):
    settings.DEBUG = request.param


def given_back(visitor):
    """Return the texts that the page shows for copying."""
    assert (visitor.response.status_code, visitor.heading) == (404, HEADING)
    assert "What you typed is not lost." in visitor.words
    return [area.text.removeprefix("\n") for area in visitor.select("textarea[readonly]")]


@pytest.mark.usefixtures("debug")
def test_edit_of_a_purged_task_shows_the_text(visitor, task):
    visitor.open(task.get_absolute_url())
    visitor.fill("Title", "Oat milk").fill("Notes", "Two litres").fill("Tags", "dairy")
    visitor.fill("Add a step", "Shake it")
    task.delete_softly()
    visitor.press("Save")
    assert set(given_back(visitor)) == {"Oat milk", "Two litres", "dairy", "Shake it"}
    task.refresh_from_db()
    assert (task.title, task.steps.count()) == ("Milk", 0)


@pytest.mark.usefixtures("debug")
def test_edit_of_a_purged_step_shows_the_text(visitor, task):
    step = add_step(task)
    visitor.open(f"/steps/{step.pk}/edit/").fill("Step", "Whisk for long")
    step.delete_softly()
    assert given_back(visitor.press("Rename")) == ["Whisk for long"]


@pytest.mark.usefixtures("debug")
def test_edit_of_a_deleted_list_shows_the_text(visitor, ann):
    work = add_list(ann, "Work")
    visitor.open(f"/lists/{work.pk}/edit/").fill("Name", "Office")
    work.delete_softly()
    assert given_back(visitor.press("Save")) == ["Office"]


def edits():
    """Return the routes of forms that hold words and edit a row, by the row's id."""
    found = {}
    for route in get_resolver("tasks.urls").url_patterns:
        if [*route.pattern.converters]:
            path = reverse(route.name, args=[2**40])
            if words_at(path):
                found[route.name] = path
    return found


def test_routes_of_edits_are_found():
    assert {"task_edit", "task_repeat", "list_edit", "tag_edit", "step_edit"} < set(edits())


@pytest.mark.usefixtures("debug")
@pytest.mark.parametrize("name", edits())
def test_every_form_shows_its_text_if_the_row_is_gone(visitor, name):
    path = edits()[name]
    typed = {label: f"Typed {label}" for label in words_at(path).labels}
    token = hidden(visitor.open("/settings/").page)["csrfmiddlewaretoken"]
    data = typed | {"csrfmiddlewaretoken": token}
    visitor.take(visitor.client.post(path, data, headers={"Referer": "http://testserver/"}))
    assert set(given_back(visitor)) == set(typed.values())
