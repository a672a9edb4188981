"""Dragging, menus in place and focus: organizing in Chromium, with JavaScript.

The same acts without JavaScript: test_organise_visits.py.
"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tasks.models import Step, Tag, Task
from tasks.tests.browsing import (
    add,
    drag,
    is_same,
    look,
    mark,
    message,
    open_menu,
    open_task,
    press,
    row,
    titles,
)
from tasks.tests.making import add_list, add_step, add_tasks

pytestmark = pytest.mark.django_db(transaction=True)


def step_titles(page):
    return page.locator(".step-title")


def open_deck(page, ann, *steps):
    """Open the page of a task with these steps."""
    task = ann.tasks.create(title="Deck")
    for title in steps:
        add_step(task, title)
    page.goto(task.get_absolute_url())
    page.wait_for_load_state()
    return task


def side(page, name):
    return page.locator("#sidebar a", has_text=re.compile(rf"^\s*{name}"))


def test_task_gets_list_priority_and_tags_on_its_page(signed_in, ann):
    page = signed_in
    add_list(ann, "Work")
    add_tasks(ann, "Milk")
    page.goto("/inbox/")
    open_task(page, "Milk")
    page.get_by_label("High").check()
    page.get_by_label("List", exact=True).select_option("Work")
    page.get_by_label("Tags", exact=True).fill("calls, #Family")
    page.get_by_label("Notes").fill("Two litres")
    page.get_by_role("button", name="Save").click()
    # Only the notes wait for the button. How much is saved before it is pressed depends on time.
    expect(page.locator("[name=initial-description]")).to_have_value("Two litres")
    expect(side(page, "Work")).to_have_text("Work, 1 task")
    expect(page.locator("#count-inbox")).to_have_text("")
    page.locator("#sidebar").get_by_role("link", name="Family").click()
    expect(page.get_by_role("heading", name="#Family")).to_be_visible()
    expect(row(page, "Milk")).to_contain_text("High")
    expect(row(page, "Milk")).to_contain_text("Work")
    expect(row(page, "Milk").locator(".tag")).to_have_text(["calls", "Family"])
    add(page, "Bread")
    assert [tag.name for tag in Task.objects.get(title="Bread").tags.all()] == ["Family"]


@pytest.mark.exhaustive
def test_act_on_a_row_updates_the_open_form(signed_in, ann):
    page = signed_in
    task = ann.tasks.create(title="Milk")
    Tag.objects.make(ann, ["x"])
    page.goto(task.get_absolute_url())
    page.wait_for_load_state()
    page.get_by_label("Notes").fill("Half a thought")
    press(page, "Milk", "High")
    expect(page.get_by_label("High")).to_be_checked()
    expect(page.get_by_label("Notes")).to_have_value("Half a thought")
    page.get_by_role("button", name="Save").click()
    expect(message(page)).to_contain_text("Edited “Milk”.")
    task.refresh_from_db()
    assert (task.priority, task.description) == (3, "Half a thought")


@pytest.mark.exhaustive
def test_today_shows_progress_and_keeps_completed_tasks_folded(signed_in, ann):
    page = signed_in
    done = page.locator(".done-group")
    ann.tasks.create(title="One", due_date=ann.today())
    page.goto("/today/")
    page.wait_for_load_state()
    page.get_by_role("button", name="Complete “One”").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("All done for today")).to_be_visible()
    expect(page.get_by_role("button", name="Reopen “One”")).to_be_visible()
    expect(page.get_by_label("Add a task")).to_be_focused()

    ann.tasks.create(title="Late", due_date=ann.today() - timedelta(1))
    add(page, "Milk", "Bread")
    expect(page.locator(".group-heading")).to_have_text(["Overdue 1 task", "Today 2 tasks"])
    expect(row(page, "Late")).to_contain_text("Yesterday")
    expect(page.locator("#count-today")).to_have_text(", 3 tasks")
    look(page)
    page.get_by_role("button", name="Complete “Milk”").click()
    expect(page.get_by_role("progressbar", name="Done today")).to_have_text("2 of 4")
    expect(done.locator("a.task-title")).to_have_text(["Milk", "One"])
    expect(page.locator("#count-today")).to_have_text(", 2 tasks")

    done.locator("summary").click()
    expect(page.get_by_role("link", name="One", exact=True)).to_be_hidden()
    look(page)
    page.get_by_role("button", name="Complete “Bread”").click()
    expect(done.locator(".n")).to_have_text("3")
    expect(page.get_by_role("link", name="One", exact=True)).to_be_hidden()


class TestMenu:
    def test_menu_sets_date_and_priority_and_moves_the_task(self, signed_in, ann):
        page = signed_in
        work = add_list(ann, "Work")
        add_tasks(ann, "One", "Two", "Three")
        page.goto("/inbox/")
        page.wait_for_load_state()
        press(page, "One", "Tomorrow")
        tomorrow = ann.clock().date(ann.today() + timedelta(1))
        expect(message(page)).to_contain_text(f"Moved “One” to {tomorrow}.")
        expect(row(page, "One")).to_contain_text("Tomorrow")
        press(page, "One", "No date")
        expect(message(page)).to_contain_text("Removed the date from “One”.")
        press(page, "One", "High")
        expect(row(page, "One")).to_contain_text("High")

        press(page, "One", "Down")
        expect(page.locator("a.task-title")).to_have_text(["Two", "One", "Three"])
        press(page, "Three", "Up")
        expect(page.locator("a.task-title")).to_have_text(["Two", "Three", "One"])
        press(page, "One", "To top")
        expect(page.locator("a.task-title")).to_have_text(["One", "Two", "Three"])
        press(page, "Two", "To bottom")
        expect(page.locator("a.task-title")).to_have_text(["One", "Three", "Two"])
        page.reload()
        expect(titles(page)).to_have_text(["One", "Three", "Two"])

        open_menu(page, "Three")
        page.get_by_label("Move to list").select_option("Work")
        page.get_by_role("button", name="Move", exact=True).click()
        expect(message(page)).to_contain_text("Moved “Three” to “Work”.")
        expect(page.locator("a.task-title")).to_have_text(["One", "Two"])
        expect(side(page, "Work")).to_have_text("Work, 1 task")

        open_menu(page, "One")
        page.get_by_label("Move to list").select_option("Work")
        work.delete_softly()
        page.get_by_role("button", name="Move", exact=True).click()
        expect(message(page)).to_contain_text("This list no longer exists.")
        assert ann.tasks.get(title="One").list is None

    def test_menu_works_by_keyboard_alone(self, signed_in, ann):
        page = signed_in
        add_list(ann, "Work")
        add_tasks(ann, "One", "Two")
        page.goto("/inbox/")
        page.wait_for_load_state()
        more = page.get_by_role("link", name="More for “One”")
        more.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog", name="One")).to_be_visible()
        expect(page.get_by_role("button", name="Today", exact=True)).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog", name="One")).to_be_hidden()
        expect(more).to_be_focused()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Low").focus()
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Gave “One” low priority.")
        expect(more).to_be_focused()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Down", exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.locator("a.task-title")).to_have_text(["Two", "One"])
        expect(more).to_be_focused()
        page.keyboard.press("Enter")
        page.get_by_label("Move to list").select_option("Work")
        page.get_by_role("button", name="Move", exact=True).press("Enter")
        expect(page.locator("a.task-title")).to_have_text(["Two"])
        expect(page.get_by_role("link", name="Two", exact=True)).to_be_focused()

    @pytest.mark.exhaustive
    def test_slow_menu_does_not_take_the_focus(self, signed_in, ann):
        page = signed_in
        add_tasks(ann, "One")
        page.goto("/inbox/")
        page.wait_for_load_state()
        page.route("**/menu/**", lambda route: (page.wait_for_timeout(300), route.continue_()))
        page.get_by_role("link", name="More for “One”").click()
        page.get_by_label("Add a task").focus()
        with page.expect_response("**/menu/**"):
            page.keyboard.type("Half a thought", delay=40)
        expect(page.get_by_label("Add a task")).to_be_focused()
        expect(page.get_by_label("Add a task")).to_have_value("Half a thought")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("link", name="Upcoming").click()
        expect(page.get_by_role("heading", name="Upcoming")).to_be_visible()
        expect(page.get_by_label("Add a task", exact=True)).to_have_value("Half a thought ")


class TestOrder:
    def test_tasks_can_be_dragged_and_return_after_a_failure(self, signed_in, ann):
        page = signed_in
        add_tasks(ann, "One", "Two", "Three")
        page.goto("/inbox/")
        mark(page)
        drag(page, "Three", "One")
        expect(message(page)).to_contain_text("Moved “Three” up.")
        expect(page.locator("a.task-title")).to_have_text(["Three", "One", "Two"])
        drag(page, "One", "Three")
        expect(message(page)).to_contain_text("Moved “One” up.")
        expect(page.locator("a.task-title")).to_have_text(["One", "Three", "Two"])
        assert is_same(page)
        page.reload()
        expect(titles(page)).to_have_text(["One", "Three", "Two"])
        page.wait_for_load_state()

        page.route("**/move/", lambda route: route.abort())
        drag(page, "Two", "One")
        expect(message(page)).to_contain_text("Todosite can't be reached.")
        expect(page.locator("a.task-title")).to_have_text(["One", "Three", "Two"])

    @pytest.mark.exhaustive
    def test_lists_and_steps_can_be_dragged_and_lists_moved_by_buttons(self, signed_in, ann):
        page = signed_in
        for name in ["Home", "Work"]:
            add_list(ann, name)
        page.goto("/lists/")
        names = page.locator("#lists .name")
        of_sidebar = page.locator(".nav-lists ul").first.locator(".name")
        drag(page, "Work", "Home")
        expect(message(page)).to_contain_text("Moved the list “Work” up.")
        expect(names).to_have_text(["Work", "Home"])
        look(page)
        page.get_by_role("button", name="Move “Home” up").click()
        expect(names).to_have_text(["Home", "Work"])
        expect(of_sidebar).to_have_text(["Home", "Work"])
        look(page)
        page.get_by_role("button", name="Move “Home” down").click()
        expect(names).to_have_text(["Work", "Home"])

        task = open_deck(page, ann, "Outline", "Draft")
        with page.expect_response("**/move/"):
            drag(page, "Draft", "Outline")
        expect(step_titles(page)).to_have_text(["Draft", "Outline"])
        assert [step.title for step in task.steps.by_hand()] == ["Draft", "Outline"]

    @pytest.mark.exhaustive
    def test_only_a_page_ordered_by_hand_can_be_reordered(self, signed_in, ann):
        page = signed_in
        today = ann.today()
        ann.tasks.create(title="Later", due_date=today + timedelta(3), priority=3)
        ann.tasks.create(title="Late", due_date=today - timedelta(3), priority=1)
        ann.tasks.create(title="Some day")
        for path in ["/today/", "/upcoming/", "/tasks/"]:
            page.goto(path)
            expect(titles(page)).not_to_have_count(0)
            expect(page.locator("[data-drags] .grip")).not_to_have_count(0)
            expect(page.locator("[data-sortable]")).to_have_count(0)

        page.goto("/inbox/")
        expect(titles(page)).to_have_text(["Later", "Late", "Some day"])
        expect(page.locator(".grip")).to_have_count(3)
        page.locator(".head .arrange summary").click()
        page.get_by_label("Due date").first.check()
        page.get_by_role("button", name="Apply").click()
        expect(page.locator("a.task-title")).to_have_text(["Late", "Later", "Some day"])
        expect(page.locator("[data-sortable]")).to_have_count(0)
        page.locator(".head .arrange summary").click()
        page.get_by_label("Priority").nth(1).check()
        page.get_by_role("button", name="Apply").click()
        expect(page.locator(".group-heading")).to_have_text(
            ["High priority 1 task", "Low priority 1 task", "No priority 1 task"]
        )


class TestSteps:
    def test_steps_can_be_added_ticked_ordered_renamed_and_deleted(self, signed_in, ann):
        page = signed_in
        add_tasks(ann, "Deck")
        page.goto("/inbox/")
        open_task(page, "Deck")
        for title in ["Outline", "Draft", "Review"]:
            page.get_by_label("Add a step").fill(title)
            page.keyboard.press("Enter")
            expect(page.get_by_role("button", name=f"Done: {title}")).to_be_visible()
        page.get_by_role("button", name="Done: Draft").focus()
        page.keyboard.press("Space")
        expect(page.get_by_text("1 of 3 done")).to_be_visible()
        expect(row(page, "Deck")).to_contain_text("1/3")
        expect(page.get_by_role("button", name="Not done: Draft")).to_be_focused()
        page.wait_for_timeout(500)
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Done: Draft", exact=True)).to_be_focused()

        press(page, "Review", "To top")
        expect(step_titles(page)).to_have_text(["Review", "Outline", "Draft"])
        press(page, "Review", "Down")
        expect(step_titles(page)).to_have_text(["Outline", "Review", "Draft"])
        open_menu(page, "Outline")
        page.get_by_label("Step", exact=True).fill("")
        page.get_by_role("button", name="Rename").click()
        expect(page.get_by_text("Enter a title for the step.")).to_be_visible()
        page.get_by_label("Step", exact=True).fill("The story so")
        page.keyboard.press("Escape")
        open_menu(page, "Outline")
        expect(page.get_by_label("Step", exact=True)).to_have_value("The story so")
        page.get_by_role("button", name="Rename").click()
        expect(step_titles(page)).to_have_text(["The story so", "Review", "Draft"])
        press(page, "Review", "Delete step")
        expect(step_titles(page)).to_have_text(["The story so", "Draft"])
        look(page)
        page.get_by_role("button", name="Undo").click()
        expect(step_titles(page)).to_have_text(["The story so", "Review", "Draft"])

    @pytest.mark.exhaustive
    def test_steps_typed_quickly_are_all_added_and_other_text_stays(self, signed_in, ann):
        page = signed_in
        open_deck(page, ann)
        page.get_by_label("Notes").fill("Half a thought")
        page.get_by_label("Medium").check()
        page.get_by_label("Add a step").focus()
        for title in ["One", "Two", "Three"]:
            page.keyboard.type(title)
            page.keyboard.press("Enter")
        expect(step_titles(page)).to_have_text(["One", "Two", "Three"])
        expect(page.get_by_label("Add a step")).to_be_focused()
        expect(page.get_by_label("Add a step")).to_have_value("")
        expect(page.get_by_label("Notes")).to_have_value("Half a thought")
        expect(page.get_by_label("Medium")).to_be_checked()
        page.get_by_label("Add a step").fill("Four, not sent")
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Edited “Deck”.")
        expect(page.get_by_label("Add a step")).to_have_value("Four, not sent")

    @pytest.mark.exhaustive
    def test_refused_step_is_restored_and_added_once(self, signed_in, ann):
        page = signed_in
        open_deck(page, ann)
        field = page.get_by_label("Add a step")
        field.fill("x" * 256)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Use at most 255 characters (you typed 256).")).to_be_visible()
        expect(field).to_have_value("x" * 256)
        page.context.set_offline(True)
        field.fill("Outline")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Todosite can't be reached.")
        expect(field).to_have_value("Outline")
        assert Step.objects.count() == 0

        page.context.set_offline(False)
        page.route("**/steps/add/", lambda route: (route.fetch(), route.abort()), times=1)
        with page.expect_event("requestfailed"):  # its answer is lost, and the step is there
            page.keyboard.press("Enter")
        expect(field).to_have_value("Outline")
        assert Step.objects.count() == 1
        page.keyboard.press("Enter")
        expect(step_titles(page)).to_have_text(["Outline"])
        assert Step.objects.count() == 1
