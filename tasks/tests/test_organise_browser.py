"""Lists, tags, priorities, steps, order and days, as a person uses them in Chromium."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.clock import Clock
from accounts.models import User
from tasks.models import Step, Tag, Task, TaskList
from tasks.tests.browsing import add, message, open_menu, open_task, press, titles

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]


def add_list(user, name):
    task_list = TaskList(user=user, name=name)
    task_list.add()
    return task_list


def row(page, title):
    return page.locator(".task, .step, .card-row", has_text=title).first


def headings(page):
    """Return headings with their numbers, such as "Overdue 1"."""
    texts = page.locator(".group-heading").all_inner_texts()
    return [re.sub(r" tasks?.*", "", " ".join(text.split())) for text in texts]


def step_titles(page):
    return page.locator(".step-title").all_inner_texts()


def side(page, name):
    return page.locator("#sidebar a", has_text=re.compile(f"^{name}"))


def test_a_list_from_its_making_to_its_end(anybody_in):
    page = anybody_in
    page.goto("/today/")
    page.get_by_role("link", name="New list").click()
    page.get_by_role("button", name="Add list").click()
    expect(page.get_by_text("Give it a name.")).to_be_visible()
    page.get_by_label("Name").fill("Work")
    page.get_by_label("Rose").check()
    page.get_by_role("button", name="Add list").click()
    expect(page.get_by_role("heading", name="Work")).to_be_visible()
    expect(page.get_by_text("This list is empty")).to_be_visible()
    add(page, "Milk", "Bread")
    expect(side(page, "Work")).to_contain_text("2")
    expect(page.locator("h1 .dot")).to_have_attribute("data-color", "rose")

    page.get_by_role("link", name="New list").click()
    page.get_by_label("Name").fill("WORK")
    page.get_by_role("button", name="Add list").click()
    expect(page.get_by_text("There is a list with this name already.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("WORK")
    page.get_by_label("Name").fill("Home")
    page.get_by_role("button", name="Add list").click()

    side(page, "Work").click()
    page.get_by_role("link", name="Edit “Work”").click()
    page.get_by_label("Name").fill("Office")
    page.get_by_role("button", name="Save").click()
    expect(message(page)).to_contain_text("Saved “Office”.")
    page.get_by_role("link", name="Edit “Office”").click()
    page.get_by_role("button", name="Archive").click()
    expect(message(page)).to_contain_text("Archived “Office”.")
    expect(side(page, "Office")).to_have_count(0)
    page.get_by_role("button", name="Bring back “Office”").click()
    expect(side(page, "Office")).to_have_count(1)

    page.get_by_role("link", name="Edit “Office”").click()
    page.get_by_role("link", name="Delete", exact=True).click()
    expect(page.get_by_text("It holds 2 tasks")).to_be_visible()
    page.get_by_label("Put them into the trash with it").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(message(page)).to_contain_text("Deleted “Office”.")
    page.goto("/trash/")
    page.get_by_role("button", name="Restore “Office”").click()
    expect(message(page)).to_contain_text("Restored “Office”.")
    side(page, "Office").click()
    expect(page.locator("a.task-title")).to_have_text(["Milk", "Bread"])


def test_a_name_that_was_given_away_meanwhile_is_settled_when_a_list_comes_back(anybody_in, ann):
    page = anybody_in
    add_list(ann, "Work").delete_softly()
    add_list(ann, "work")
    page.goto("/trash/")
    page.get_by_role("button", name="Restore “Work”").click()
    expect(page.get_by_text("its name was given to another list")).to_be_visible()
    page.get_by_label("Name").fill("Old work")
    page.get_by_role("button", name="Restore", exact=True).click()
    expect(message(page)).to_contain_text("Restored “Old work”.")
    assert sorted(ann.lists.values_list("name", flat=True)) == ["Old work", "work"]


def test_a_task_gets_list_priority_and_tags_on_its_page(anybody_in, ann):
    page = anybody_in
    add_list(ann, "Work")
    page.goto("/inbox/")
    add(page, "Milk")
    open_task(page, "Milk")
    page.get_by_label("High").check()
    page.get_by_label("List", exact=True).select_option("Work")
    page.get_by_label("Tags").fill("calls, #Family")
    page.get_by_role("button", name="Save").click()
    expect(message(page)).to_contain_text("Saved “Milk”.")
    expect(side(page, "Work")).to_contain_text("1")
    expect(page.locator("#count-inbox")).to_have_text("")
    page.locator("#sidebar").get_by_role("link", name="Family").click()
    expect(page.get_by_role("heading", name="#Family")).to_be_visible()
    expect(row(page, "Milk")).to_contain_text("High")
    expect(row(page, "Milk")).to_contain_text("Work")
    assert row(page, "Milk").locator(".tag").all_inner_texts() == ["calls", "Family"]
    add(page, "Bread")  # what is added here has the tag
    assert [tag.name for tag in Task.objects.get(title="Bread").tags.all()] == ["Family"]

    page.get_by_role("link", name="Edit “#Family”").click()
    page.get_by_label("Name").fill("two words")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("A tag is one word")).to_be_visible()
    page.get_by_label("Name").fill("kin")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="#kin")).to_be_visible()
    page.get_by_role("link", name="Edit “#kin”").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(message(page)).to_contain_text("Deleted “kin”.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#sidebar").get_by_role("link", name="kin")).to_have_count(1)


def test_steps_are_added_ticked_renamed_ordered_and_deleted(anybody_in, ann):
    page = anybody_in
    ann.tasks.create(title="Deck")
    page.goto("/inbox/")
    open_task(page, "Deck")
    for title in ["Outline", "Draft", "Review"]:
        page.get_by_label("Add a step").fill(title)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=f"Done: {title}")).to_be_visible()
    page.get_by_role("button", name="Done: Draft").click()
    expect(page.get_by_text("1 of 3 done")).to_be_visible()
    expect(row(page, "Deck")).to_contain_text("1/3")

    press(page, "Review", "To top")
    expect(page.locator(".step-title")).to_have_text(["Review", "Outline", "Draft"])
    press(page, "Review", "Down")
    expect(page.locator(".step-title")).to_have_text(["Outline", "Review", "Draft"])
    open_menu(page, "Outline")
    page.get_by_label("Step", exact=True).fill("")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_text("Write what the step is.")).to_be_visible()
    page.get_by_label("Step", exact=True).fill("The story")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator(".step-title")).to_have_text(["The story", "Review", "Draft"])
    press(page, "Review", "Delete step")
    expect(page.locator(".step-title")).to_have_text(["The story", "Draft"])
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".step-title")).to_have_text(["The story", "Review", "Draft"])


def test_a_rows_menu_dates_ranks_moves_and_orders(anybody_in, ann):
    page = anybody_in
    add_list(ann, "Work")
    page.goto("/inbox/")
    add(page, "One", "Two", "Three")
    press(page, "One", "Tomorrow")
    expect(message(page)).to_contain_text("“One” is due tomorrow.")
    expect(row(page, "One")).to_contain_text("Tomorrow")
    press(page, "One", "No date")
    expect(message(page)).to_contain_text("“One” has no date.")
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
    expect(message(page)).to_contain_text("Moved “Three” to Work.")
    expect(page.locator("a.task-title")).to_have_text(["One", "Two"])
    expect(side(page, "Work")).to_contain_text("1")


def test_lists_are_put_in_order(anybody_in, ann):
    page = anybody_in
    for name in ["Home", "Work", "Garden"]:
        add_list(ann, name)
    page.goto("/lists/")
    page.get_by_role("button", name="Move “Garden” up").click()
    names = page.locator("#lists .name")
    expect(names).to_have_text(["Home", "Garden", "Work"])
    expect(page.locator(".nav-lists ul").first.locator(".name")).to_have_text(
        ["Home", "Garden", "Work"]
    )
    page.get_by_role("button", name="Move “Home” down").click()
    expect(names).to_have_text(["Garden", "Home", "Work"])


def test_a_page_is_sorted_and_grouped_and_stays_so(anybody_in, ann):
    page = anybody_in
    today = ann.today()
    ann.tasks.create(title="Later", due_date=today + timedelta(3), priority=3)
    ann.tasks.create(title="Late", due_date=today - timedelta(3), priority=1)
    ann.tasks.create(title="Some day")
    page.goto("/inbox/")
    expect(titles(page)).to_have_text(["Later", "Late", "Some day"])
    page.locator(".head .arrange summary").click()
    page.get_by_label("Due date").first.check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("a.task-title")).to_have_text(["Late", "Later", "Some day"])
    page.locator(".head .arrange summary").click()
    page.get_by_label("Priority").nth(1).check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".group-heading")).to_have_count(3)
    assert headings(page) == ["High priority 1", "Low priority 1", "No priority 1"]
    page.goto("/today/")
    page.goto("/inbox/")
    expect(titles(page)).to_have_text(["Later", "Late", "Some day"])
    assert headings(page) == ["High priority 1", "Low priority 1", "No priority 1"]


def test_today_and_the_days_to_come(anybody_in, ann):
    page = anybody_in
    today, clock = ann.today(), Clock(ann.now())
    ann.tasks.create(title="Late", due_date=today - timedelta(1))
    page.goto("/today/")
    add(page, "Milk", "Bread")
    expect(page.locator("#count-today")).to_contain_text("3")
    assert headings(page) == ["Overdue 1", "Today 2"]
    expect(row(page, "Late")).to_contain_text("Yesterday")
    page.get_by_role("button", name="Complete “Milk”").click()
    expect(page.get_by_role("progressbar", name="Done today")).to_have_text("1 of 3")
    expect(page.locator(".done-group a.task-title")).to_have_text(["Milk"])
    expect(page.locator("#count-today")).to_contain_text("2")

    page.get_by_role("link", name="Upcoming").click()
    expect(page.get_by_role("heading", name="Upcoming", level=1)).to_be_visible()
    days = [clock.date(today + timedelta(n)) for n in range(7)]
    found = headings(page)
    assert [day in heading for day, heading in zip(days, found, strict=True)] == [True] * 7
    page.get_by_role("link", name=f"Add a task for {days[3]}").click()
    page.get_by_label("What is there to do?").fill("Trip")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("a.task-title")).to_have_text(["Bread", "Trip"])
    assert Task.objects.get(title="Trip").due_date == today + timedelta(3)
    page.get_by_role("link", name="A week later").click()
    expect(page.locator("a.task-title")).to_have_count(0)
    page.get_by_role("link", name="Today", exact=True).last.click()
    expect(page.locator("a.task-title")).to_have_text(["Bread", "Trip"])


def test_the_trash_gives_back_and_is_emptied(anybody_in, ann):
    page = anybody_in
    for title in ["One", "Two", "Three"]:
        ann.tasks.create(title=title).delete_softly()
    page.goto("/trash/")
    page.get_by_role("link", name="Delete “Two” for ever").click()
    expect(page.get_by_text("There is no way back.")).to_be_visible()
    page.get_by_role("button", name="Delete for ever").click()
    expect(message(page)).to_contain_text("Deleted “Two” for ever.")
    page.get_by_role("button", name="Restore “One”").click()
    page.get_by_role("link", name="Empty the trash").click()
    expect(page.get_by_text("1 task, 0 lists and 0 tags")).to_be_visible()
    page.get_by_role("button", name="Delete for ever").click()
    expect(page.get_by_text("The trash is empty")).to_be_visible()
    assert [task.title for task in Task.everything.all()] == ["One"]


def test_settings_say_how_dates_and_times_read_and_what_comes_first(anybody_in, ann):
    page = anybody_in
    day = ann.today() + timedelta(40)
    ann.tasks.create(title="Trip", due_date=day, due_time="17:30")
    page.goto("/settings/")
    page.get_by_label("Dates read like").select_option("Fri Oct 3, Oct 3, 2031")
    page.get_by_label("Times read like").select_option("5:30 pm")
    page.get_by_label("Todosite opens with").select_option("Inbox")
    page.get_by_role("button", name="Save profile").click()
    page.get_by_role("link", name="Todosite").click()
    expect(page).to_have_url(re.compile("/inbox/$"))
    expect(row(page, "Trip")).to_contain_text(f"{day:%a} {day:%b} {day.day} 5:30 pm")
    assert User.objects.get().date_format == "month"


class TestInPlace:
    """What JavaScript adds: rows are dragged, menus open in place, the focus stays at hand."""

    def drag(self, page, what, onto, selector=".grip"):
        """Drag a row by its handle to where another stands."""
        row(page, what).hover()
        row(page, what).locator(selector).hover()
        page.mouse.down()
        to = row(page, onto).bounding_box()
        for y in (20, 4, 2):  # as a hand does: near, there, and a little more
            page.mouse.move(to["x"] + to["width"] - 20, to["y"] + y, steps=8)
            page.wait_for_timeout(200)  # while the rows make room
        page.mouse.up()

    def test_tasks_are_dragged_by_their_handle(self, signed_in):
        page = signed_in
        page.goto("/inbox/")
        add(page, "One", "Two", "Three")
        page.reload()
        page.evaluate("window.samePage = true")
        self.drag(page, "Three", "One")
        expect(message(page)).to_contain_text("Moved “Three”.")
        expect(page.locator("a.task-title")).to_have_text(["Three", "One", "Two"])
        self.drag(page, "One", "Three")
        expect(message(page)).to_contain_text("Moved “One”.")
        expect(page.locator("a.task-title")).to_have_text(["One", "Three", "Two"])
        assert page.evaluate("window.samePage") is True
        page.reload()
        expect(titles(page)).to_have_text(["One", "Three", "Two"])

    def test_row_whose_move_fails_goes_back(self, signed_in):
        page = signed_in
        page.goto("/inbox/")
        add(page, "One", "Two")
        page.reload()
        page.route("**/move/", lambda route: route.abort())
        self.drag(page, "Two", "One")
        expect(message(page)).to_contain_text("Todosite can't be reached.")
        expect(page.locator("a.task-title")).to_have_text(["One", "Two"])

    def test_lists_and_steps_are_dragged(self, signed_in, ann):
        page = signed_in
        for name in ["Home", "Work"]:
            add_list(ann, name)
        page.goto("/lists/")
        self.drag(page, "Work", "Home")
        expect(message(page)).to_contain_text("Moved “Work”.")
        expect(page.locator("#lists .name")).to_have_text(["Work", "Home"])
        task = ann.tasks.create(title="Deck")
        for title in ["Outline", "Draft"]:
            Step(user=ann, task=task, title=title).add()
        page.goto(task.get_absolute_url())
        page.wait_for_load_state()
        with page.expect_response("**/move/"):
            self.drag(page, "Draft", "Outline")
        expect(page.locator(".step-title")).to_have_text(["Draft", "Outline"])
        assert [step.title for step in task.steps.by_hand()] == ["Draft", "Outline"]

    def test_pages_that_are_not_ordered_by_hand_have_no_handle(self, signed_in, ann):
        page = signed_in
        ann.tasks.create(title="Milk", due_date=ann.today())
        for path in ["/today/", "/upcoming/", "/tasks/"]:
            page.goto(path)
            expect(page.locator(".grip")).to_have_count(0)
            assert page.evaluate("typeof Sortable") == "undefined"

    def test_menu_by_the_keyboard_alone(self, signed_in, ann):
        page = signed_in
        add_list(ann, "Work")
        page.goto("/inbox/")
        add(page, "One", "Two")
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
        expect(message(page)).to_contain_text("“One” has low priority.")
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
        expect(page.get_by_role("button", name="Complete “Two”")).to_be_focused()

    def test_menu_whose_act_fails_says_why(self, signed_in, ann):
        page = signed_in
        work = add_list(ann, "Work")
        page.goto("/inbox/")
        add(page, "One")
        open_menu(page, "One")
        page.get_by_label("Move to list").select_option("Work")
        work.delete_softly()
        page.get_by_role("button", name="Move", exact=True).click()
        expect(message(page)).to_contain_text("This list isn't there any more.")
        assert Task.objects.get().list is None

    def test_steps_typed_quickly_are_all_added_and_words_elsewhere_stay(self, signed_in, ann):
        page = signed_in
        task = ann.tasks.create(title="Deck")
        page.goto(task.get_absolute_url())
        page.wait_for_load_state()
        page.get_by_label("Notes").fill("Half a thought")
        page.get_by_label("Medium").check()
        page.get_by_label("Add a step").focus()
        for title in ["One", "Two", "Three"]:
            page.keyboard.type(title)
            page.keyboard.press("Enter")
        expect(page.locator(".step-title")).to_have_text(["One", "Two", "Three"])
        expect(page.get_by_label("Add a step")).to_be_focused()
        expect(page.get_by_label("Add a step")).to_have_value("")
        expect(page.get_by_label("Notes")).to_have_value("Half a thought")
        expect(page.get_by_label("Medium")).to_be_checked()
        page.get_by_label("Add a step").fill("Four, not sent")
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Saved “Deck”.")
        expect(page.get_by_label("Add a step")).to_have_value("Four, not sent")

    def test_step_that_could_not_be_added_comes_back(self, signed_in, ann):
        page = signed_in
        page.goto(ann.tasks.create(title="Deck").get_absolute_url())
        page.wait_for_load_state()
        page.get_by_label("Add a step").fill("x" * 256)
        page.keyboard.press("Enter")
        expect(page.get_by_text("This has 256 characters; 255 are possible.")).to_be_visible()
        expect(page.get_by_label("Add a step")).to_have_value("x" * 256)
        page.context.set_offline(True)
        page.get_by_label("Add a step").fill("Outline")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Todosite can't be reached.")
        expect(page.get_by_label("Add a step")).to_have_value("Outline")
        assert Step.objects.count() == 0

    def test_ticking_a_step_keeps_the_focus(self, signed_in, ann):
        page = signed_in
        task = ann.tasks.create(title="Deck")
        Step(user=ann, task=task, title="Outline").add()
        page.goto(task.get_absolute_url())
        page.wait_for_load_state()
        page.get_by_role("button", name="Done: Outline").focus()
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Not done: Outline")).to_be_focused()
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Done: Outline", exact=True)).to_be_focused()

    def test_changing_a_task_from_its_row_changes_its_open_form(self, signed_in, ann):
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
        expect(message(page)).to_contain_text("Saved “Milk”.")
        task.refresh_from_db()
        assert (task.priority, task.description) == (3, "Half a thought")

    def test_what_is_folded_stays_folded(self, signed_in, ann):
        page = signed_in
        for title in ["One", "Two", "Three"]:
            ann.tasks.create(title=title, due_date=ann.today())
        ann.tasks.get(title="One").complete()
        page.goto("/today/")
        page.wait_for_load_state()
        page.locator(".done-group summary").click()
        expect(page.get_by_role("link", name="One", exact=True)).to_be_hidden()
        page.get_by_role("button", name="Complete “Two”").click()
        expect(page.locator(".done-group .n")).to_have_text("2")
        expect(page.get_by_role("link", name="One", exact=True)).to_be_hidden()

    def test_first_one_done_today_is_to_be_seen(self, signed_in, ann):
        page = signed_in
        ann.tasks.create(title="One", due_date=ann.today())
        page.goto("/today/")
        page.wait_for_load_state()
        page.get_by_role("button", name="Complete “One”").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("All done for today")).to_be_visible()
        expect(page.get_by_role("button", name="Reopen “One”")).to_be_visible()
        expect(page.get_by_label("Add a task")).to_be_focused()

    def test_menu_that_comes_late_takes_the_focus_from_nobody(self, signed_in):
        page = signed_in
        page.goto("/inbox/")
        add(page, "One")
        page.route("**/menu/**", lambda route: (page.wait_for_timeout(300), route.continue_()))
        page.get_by_role("link", name="More for “One”").click()
        page.get_by_label("Add a task").focus()
        with page.expect_response("**/menu/**"):
            page.keyboard.type("typed meanwhile", delay=40)
        expect(page.get_by_label("Add a task")).to_be_focused()
        expect(page.get_by_label("Add a task")).to_have_value("typed meanwhile")
        expect(page.get_by_role("dialog")).to_have_count(0)

    def test_step_whose_answer_was_lost_is_added_once(self, signed_in, ann):
        page = signed_in
        page.goto(ann.tasks.create(title="Deck").get_absolute_url())
        page.wait_for_load_state()
        page.route("**/steps/add/", lambda route: (route.fetch(), route.abort()), times=1)
        page.get_by_label("Add a step").fill("Outline")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Add a step")).to_have_value("Outline")
        page.keyboard.press("Enter")
        expect(page.locator(".step-title")).to_have_text(["Outline"])
        assert Step.objects.count() == 1

    def test_words_in_the_add_box_come_along_to_the_next_page(self, signed_in, ann):
        page = signed_in
        page.goto("/inbox/")
        page.get_by_label("Add a task").fill("Half a thought")
        page.get_by_role("link", name="Upcoming").click()
        expect(page.get_by_role("heading", name="Upcoming")).to_be_visible()
        expect(page.get_by_label("Add a task", exact=True)).to_have_value("Half a thought ")

    def test_step_renamed_by_half_waits_in_its_menu(self, signed_in, ann):
        page = signed_in
        task = ann.tasks.create(title="Deck")
        Step(user=ann, task=task, title="Outline").add()
        page.goto(task.get_absolute_url())
        page.wait_for_load_state()
        open_menu(page, "Outline")
        page.get_by_label("Step", exact=True).fill("The story so")
        page.keyboard.press("Escape")
        open_menu(page, "Outline")
        expect(page.get_by_label("Step", exact=True)).to_have_value("The story so")
        page.get_by_role("button", name="Rename").click()
        expect(page.locator(".step-title")).to_have_text(["The story so"])
