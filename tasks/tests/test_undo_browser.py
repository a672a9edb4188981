"""Undo, several tasks at once and the history, as a person uses them in Chromium."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tasks.models import Step, Tag, TaskList
from tasks.tests.browsing import message, open_menu, open_task, press, sign_in, titles
from tasks.tests.rows import in_order
from todosite.tests.axe import violations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]


def add_list(user, name, **fields):
    task_list = TaskList(user=user, name=name, **fields)
    task_list.add()
    return task_list


def add_tasks(user, *lines, **fields):
    return [user.tasks.create(title=title, **fields) for title in lines]


def row(page, title):
    return page.locator(".task", has_text=title).first


def expect_counts(page, **counts):
    """Expect these numbers at names in the sidebar; 0 isn't said."""
    for name, number in counts.items():
        link = page.locator("#sidebar a", has_text=re.compile(f"^{name}"))
        expect(link).to_have_text(re.compile(rf"^\s*{name}\D*{number or ''}\D*$"))


def undo_of(part, words):
    """Return the Undo of a line of a history."""
    return part.get_by_role("button", name=re.compile(rf"^Undo\s*: {words}$"))


def has_script(page):
    return page.context.pages[0].evaluate("window.htmx !== undefined")


def undo(page):
    message(page).get_by_role("button", name="Undo").click()


def confirm(page, button):
    """Press the button of the page that asks, which there is without script."""
    if page.get_by_role("heading", name="Delete this task?").count():
        page.get_by_role("button", name=button, exact=True).click()


def focused(page):
    """Return what has the focus, in its own words; "body" where nothing has."""
    return page.evaluate(
        "(e => e === document.body ? 'body' : e.innerText?.trim() || e.ariaLabel || e.id)"
        "(document.activeElement)"
    )


class TestUndo:
    """Of each act: the row is back where it was, and the numbers at the lists are right."""

    @pytest.fixture
    def page(self, anybody_in, ann):
        """The page of a list with three tasks, the second of which is due today."""
        self.ann, self.work = ann, add_list(ann, "Work")
        add_list(ann, "Home")
        self.tasks = add_tasks(ann, "One", "Two", "Three", list=self.work)
        for task in self.tasks:
            task.move(to="bottom")
        self.tasks[1].edit(due_date=ann.today())
        for title in ["Outline", "Draft"]:
            Step(user=ann, task=self.tasks[1], title=title).add()
        anybody_in.goto(self.work.get_absolute_url())
        self.before = in_order(ann)
        self.counts = {"Inbox": 0, "Today": 1, "Work": 3}
        expect_counts(anybody_in, **self.counts)
        return anybody_in

    def undone(self, page, words, back=("One", "Two", "Three")):
        """Press Undo, and find all as it was."""
        undo(page)
        expect(message(page)).to_contain_text(f"Undone: {words}.")
        if back:
            expect(titles(page)).to_have_text(list(back))
        expect_counts(page, **self.counts)
        assert in_order(self.ann) == self.before

    def test_complete(self, page):
        page.get_by_role("button", name="Complete “Two”").click()
        expect(titles(page)).to_have_text(["One", "Three"])
        expect_counts(page, Inbox=0, Today=0, Work=2)
        self.undone(page, "completed “Two”")

    def test_day_by_the_rows_menu(self, page):
        press(page, "Two", "Tomorrow")
        expect(row(page, "Two")).to_contain_text("Tomorrow")
        expect_counts(page, Inbox=0, Today=0, Work=3)
        tomorrow = self.ann.clock().date(self.ann.today() + timedelta(1))
        self.undone(page, f"put “Two” on {tomorrow}")
        expect(row(page, "Two")).to_contain_text("Today")

    def test_priority_by_the_rows_menu(self, page):
        press(page, "Two", "High")
        expect(row(page, "Two")).to_contain_text("High")
        self.undone(page, "gave “Two” high priority")
        expect(row(page, "Two")).not_to_contain_text("High")

    def test_move_to_a_list(self, page):
        open_menu(page, "Two")
        page.get_by_label("Move to list").select_option("Inbox")
        page.get_by_role("button", name="Move", exact=True).click()
        expect(titles(page)).to_have_text(["One", "Three"])
        expect_counts(page, Inbox=1, Today=1, Work=2)
        self.undone(page, "moved “Two” to the Inbox")

    def test_delete(self, page):
        press(page, "Two", "Delete “Two”")
        confirm(page, "Delete")
        expect(titles(page)).to_have_text(["One", "Three"])
        expect_counts(page, Inbox=0, Today=0, Work=2)
        self.undone(page, "deleted “Two”")

    def test_place_by_the_rows_menu(self, page):
        press(page, "Three", "To top")
        expect(titles(page)).to_have_text(["Three", "One", "Two"])
        self.undone(page, "moved “Three” to another place")

    def test_several_at_once(self, page):
        page.get_by_text("Select", exact=True).click()
        page.get_by_label("Select “One”").check()
        page.get_by_label("Select “Two”").check()
        page.get_by_role("button", name="Complete", exact=True).click()
        expect(message(page)).to_contain_text("Completed 2 tasks.")
        expect(titles(page)).to_have_text(["Three"])
        expect_counts(page, Inbox=0, Today=0, Work=1)
        self.undone(page, "completed 2 tasks")

    def test_list_with_its_tasks(self, page):
        page.get_by_role("link", name="Edit “Work”").click()
        page.get_by_role("link", name="Delete", exact=True).click()
        page.get_by_label("Put them into the trash with it").check()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(message(page)).to_contain_text("Deleted “Work”.")
        expect(page.locator("#sidebar a", has_text="Work")).to_have_count(0)
        self.undone(page, "deleted the list “Work”, and 3 tasks with it", back=())
        page.locator("#sidebar a", has_text="Work").click()
        expect(titles(page)).to_have_text(["One", "Two", "Three"])

    def test_step_that_was_ticked(self, page):
        open_task(page, "Two")
        page.get_by_role("button", name="Done: Draft").click()
        expect(page.get_by_text("1 of 2 done")).to_be_visible()
        self.undone(page, "ticked the step “Draft”")
        expect(page.get_by_role("button", name="Done: Draft", exact=True)).to_be_visible()
        expect(row(page, "Two")).to_contain_text("0/2")

    def test_form_of_the_tasks_page(self, page):
        open_task(page, "Two")
        page.get_by_label("Title").fill("Second")
        page.get_by_label("Tags").fill("new")
        page.get_by_label("Notes").fill("A note")
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("Saved “Second”.")
        expect(page.locator("#sidebar .tag")).to_have_count(1)
        self.undone(page, "edited “Second”")
        expect(page.locator("#sidebar .tag")).to_have_count(0)
        for label, value in [("Title", "Two"), ("Tags", ""), ("Notes", "")]:
            expect(page.get_by_label(label)).to_have_value(value)
        page.get_by_role("button", name="Save").click()  # nothing is left over in the form
        expect(message(page)).to_contain_text("There was nothing new to save.")

    def test_adding(self, page):
        page.get_by_label("Add a task").fill("Four")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(titles(page)).to_have_text(["One", "Two", "Three", "Four"])
        self.undone(page, "added “Four”")

    def test_again_and_again(self, page):
        page.get_by_role("button", name="Complete “Two”").click()
        for words, rows in [
            ("Undone: completed “Two”.", ["One", "Two", "Three"]),
            ("Done again: completed “Two”.", ["One", "Three"]),
            ("Undone: completed “Two”.", ["One", "Two", "Three"]),
        ]:
            undo(page)
            expect(message(page)).to_contain_text(words)
            expect(titles(page)).to_have_text(rows)

    def test_from_the_history(self, page):
        page.get_by_role("button", name="Complete “One”").click()
        expect(titles(page)).to_have_text(["Two", "Three"])
        page.get_by_role("button", name="Complete “Two”").click()
        expect(titles(page)).to_have_text(["Three"])
        page.get_by_role("link", name="History").click()
        expect(page.get_by_role("heading", name="History")).to_be_visible()
        undo_of(page, "completed “One”").click()
        expect(page.locator(".act-line").first).to_contain_text("You undid: completed “One”")
        expect(message(page)).to_contain_text("Undone: completed “One”.")
        expect_counts(page, Inbox=0, Today=0, Work=2)
        undo_of(page, "undid: completed “One”").click()
        expect(page.locator(".act-line").first).to_contain_text("You did again: completed “One”")
        undo_of(page, "completed “Two”").click()
        expect_counts(page, Inbox=0, Today=1, Work=2)

    def test_from_the_history_of_the_task(self, page):
        press(page, "Two", "High")
        expect(row(page, "Two")).to_contain_text("High")
        open_task(page, "Two")
        past = page.locator(".past")
        past.locator("summary").click()
        undo_of(past, "gave “Two” high priority").click()
        expect(page.get_by_label("None")).to_be_checked()
        expect(message(page)).to_contain_text("Undone: gave “Two” high priority.")
        expect(past.locator(".act-words").first).to_contain_text("You undid: gave “Two” high")
        assert in_order(self.ann) == self.before

    def test_what_changed_since_is_shown_beside_what_it_was(self, page):
        press(page, "Two", "High")
        expect(row(page, "Two")).to_contain_text("High")
        self.tasks[1].edit(priority=1)
        undo(page)
        words = "Not undone: “Two” changed since (priority), and stays as it is."
        expect(message(page)).to_contain_text(words)
        message(page).get_by_role("link", name="Show both").click()
        expect(page.get_by_role("heading", name="You gave “Two” high priority")).to_be_visible()
        line = page.locator(".act-line")
        for words in ["before: None", "after: High", "Changed since; now: Low"]:
            expect(line).to_contain_text(re.compile(words.replace(" ", r"\s*")))


class TestUndoInPlace:
    """What JavaScript adds: the page stays, and so does the focus."""

    def start(self, page, ann, path="/inbox/"):
        add_tasks(ann, "One", "Two", "Three")
        page.goto(path)
        page.wait_for_load_state()
        page.evaluate("window.samePage = true")
        return page

    def test_drag(self, signed_in, ann):
        page = self.start(signed_in, ann)
        row(page, "Three").hover()
        row(page, "Three").locator(".grip").hover()
        page.mouse.down()
        to = row(page, "One").bounding_box()
        for y in (20, 4, 2):  # as a hand does: near, there, and a little more
            page.mouse.move(to["x"] + to["width"] - 20, to["y"] + y, steps=8)
            page.wait_for_timeout(200)  # while the rows make room
        page.mouse.up()
        expect(message(page)).to_contain_text("Moved “Three”.")
        expect(titles(page)).to_have_text(["Three", "One", "Two"])
        undo(page)
        expect(titles(page)).to_have_text(["One", "Two", "Three"])
        assert page.evaluate("window.samePage") is True
        assert [task.title for task in ann.tasks.by_hand()] == ["One", "Two", "Three"]

    @pytest.mark.parametrize("button", ["High", "Tomorrow", "Down", "Delete “One”"])
    def test_focus_goes_back_to_the_row(self, signed_in, ann, button):
        page = self.start(signed_in, ann)
        press(page, "One", button)
        expect(message(page).get_by_role("button", name="Undo")).to_be_visible()
        message(page).get_by_role("button", name="Undo").press("Enter")
        expect(message(page)).to_contain_text("Undone:")
        expect(page.get_by_role("button", name="Complete “One”")).to_be_focused()
        assert page.evaluate("window.samePage") is True

    def test_words_that_were_typed_meanwhile_stay(self, signed_in, ann):
        page = self.start(signed_in, ann)
        open_task(page, "One")
        page.get_by_label("High").check()
        page.get_by_role("button", name="Save").click()
        expect(message(page)).to_contain_text("“One” has high priority.")
        page.get_by_label("Notes").fill("Half a thought")
        undo(page)
        expect(page.get_by_label("None")).to_be_checked()
        expect(page.get_by_label("Notes")).to_have_value("Half a thought")

    def test_second_of_two_undos_in_two_tabs_says_so(self, signed_in, ann):
        page = self.start(signed_in, ann)
        page.get_by_role("button", name="Complete “One”").click()
        expect(message(page)).to_contain_text("Completed “One”.")
        other = page.context.new_page()
        other.goto("/history/")
        undo(page)
        expect(message(page)).to_contain_text("Undone: completed “One”.")
        undo_of(other, "completed “One”").click()
        expect(message(other)).to_contain_text("That was undone already.")
        assert ann.tasks.get(title="One").version == 3

    def test_two_fast_presses_undo_once(self, signed_in, ann):
        page = self.start(signed_in, ann)
        page.get_by_role("button", name="Complete “One”").click()
        expect(message(page)).to_contain_text("Completed “One”.")
        page.route("**/undo/", lambda route: (page.wait_for_timeout(200), route.continue_()))
        message(page).get_by_role("button", name="Undo").dblclick()
        expect(message(page)).to_contain_text("Undone: completed “One”.")
        expect(titles(page)).to_have_text(["One", "Two", "Three"])
        assert ann.acts.count() == 2


class TestDoublePress:
    def test_two_fast_clicks_complete_once(self, anybody_in, ann):
        page = anybody_in
        add_tasks(ann, "One", "Two")
        page.goto("/inbox/")
        page.wait_for_load_state()
        page.get_by_role("button", name="Complete “One”").dblclick()
        expect(titles(page)).to_have_text(["Two"])
        page.goto("/completed/")
        expect(titles(page)).to_have_text(["One"])
        assert (ann.tasks.get(title="One").version, ann.acts.count()) == (2, 1)
        assert ann.tasks.open().count() == 1

    def test_two_tabs_complete_once(self, anybody_in, ann):
        page = anybody_in
        add_tasks(ann, "One", "Two")
        other = page.context.new_page()
        for tab in (page, other):
            tab.goto("/inbox/")
            tab.wait_for_load_state()
        for tab, words in [
            (page, "Completed “One”."),
            (other, "“One” was completed already."),
        ]:
            tab.get_by_role("button", name="Complete “One”").click()
            expect(message(tab)).to_contain_text(words)
            expect(titles(tab)).to_have_text(["Two"])
        expect(message(other).get_by_role("button", name="Undo")).to_have_count(0)
        assert (ann.tasks.get(title="One").version, ann.acts.count()) == (2, 1)

    def test_two_fast_clicks_act_on_several_once(self, anybody_in, ann):
        page = anybody_in
        add_tasks(ann, "One", "Two", "Three")
        page.goto("/inbox/")
        page.wait_for_load_state()
        page.get_by_text("Select", exact=True).click()
        page.get_by_label("All 3 on this page").check()
        page.get_by_role("button", name="Delete", exact=True).dblclick()
        expect(message(page)).to_contain_text("Deleted 3 tasks.")
        expect(page.get_by_text("Your inbox is empty")).to_be_visible()
        assert ann.acts.count() == 1


class TestBar:
    """Several tasks at once."""

    @pytest.fixture
    def page(self, signed_in, ann):
        add_list(ann, "Work")
        add_tasks(ann, "One", "Two", "Three", "Four")
        signed_in.goto("/inbox/")
        signed_in.wait_for_load_state()
        signed_in.evaluate("window.samePage = true")
        return signed_in

    def open(self, page, *titles):
        page.get_by_text("Select", exact=True).click()
        for title in titles:
            page.get_by_label(f"Select “{title}”").check()

    def ticked(self, page):
        return [pick.get_attribute("aria-label") for pick in page.locator(".pick:checked").all()]

    def test_boxes_are_there_while_it_is_open(self, page):
        expect(page.get_by_label("Select “One”")).to_be_hidden()
        self.open(page)
        expect(page.get_by_label("Select “One”")).to_be_visible()
        self.open(page)  # closed again
        expect(page.get_by_label("Select “One”")).to_be_hidden()

    def test_by_the_keyboard_alone(self, page):
        page.get_by_text("Select", exact=True).focus()
        page.keyboard.press("Enter")
        page.get_by_label("Select “Two”").focus()
        page.keyboard.press("Space")
        expect(page.locator("#bulk-ticked")).to_have_text("1 ticked")
        page.keyboard.press("Shift+Tab")  # on to the row before it
        page.get_by_label("1 ticked").focus()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_label("All 4 on this page")).to_be_checked()
        expect(page.locator(".pick:checked")).to_have_count(4)
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Complete", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Completed 4 tasks.")
        expect(page.get_by_text("Your inbox is empty")).to_be_visible()
        assert focused(page) != "body"

    def test_choice_of_all_ticks_and_one_box_takes_the_choice_back(self, page):
        self.open(page, "One")
        page.get_by_label("All 4 on this page").check()
        expect(page.locator(".pick:checked")).to_have_count(4)
        expect(page.locator("#bulk-ticked")).to_have_text("4 ticked")
        page.get_by_label("Select “Two”").uncheck()
        expect(page.get_by_label("3 ticked")).to_be_checked()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(titles(page)).to_have_text(["Two"])

    def test_choice_of_the_ticked_ones_unticks_what_the_choice_of_all_ticked(self, page):
        self.open(page)
        page.get_by_label("All 4 on this page").check()
        page.get_by_label("4 ticked").check()
        expect(page.locator(".pick:checked")).to_have_count(0)
        expect(page.locator("#bulk-ticked")).to_have_text("The ticked ones")

    def test_closing_unticks(self, page):
        self.open(page, "One", "Two")
        page.get_by_label("All 4 on this page").check()
        self.open(page)
        self.open(page)
        expect(page.locator(".pick:checked")).to_have_count(0)
        expect(page.get_by_label("The ticked ones")).to_be_checked()

    def test_all_of_more_than_a_page(self, page):
        page.goto("/tasks/?limit=2")
        self.open(page)
        page.get_by_label("All 4", exact=True).check()
        page.get_by_role("button", name="Complete", exact=True).click()
        expect(message(page)).to_contain_text("Completed 4 tasks.")
        undo(page)
        expect(message(page)).to_contain_text("Undone: completed 4 tasks.")
        expect(page.get_by_role("button", name="Complete “Four”")).to_be_visible()

    def test_after_an_act_nothing_is_ticked_and_the_bar_is_still_there(self, page):
        self.open(page, "One", "Two")
        page.get_by_role("button", name="Complete", exact=True).click()
        expect(titles(page)).to_have_text(["Three", "Four"])
        expect(page.get_by_label("Select “Three”")).to_be_visible()
        assert self.ticked(page) == []
        expect(page.locator("#bulk-ticked")).to_have_text("The ticked ones")
        expect(page.get_by_label("All 2 on this page")).not_to_be_checked()
        assert page.evaluate("window.samePage") is True

    def test_act_after_act(self, page):
        self.open(page, "One")
        page.get_by_role("button", name="Complete", exact=True).click()
        expect(titles(page)).to_have_text(["Two", "Three", "Four"])
        page.get_by_label("Select “Two”").check()
        page.get_by_role("button", name="Complete", exact=True).click()
        expect(titles(page)).to_have_text(["Three", "Four"])
        undo(page)
        expect(message(page)).to_contain_text("Undone: completed “Two”.")
        expect(titles(page)).to_have_text(["Two", "Three", "Four"])

    @pytest.mark.parametrize(
        ("menu", "button", "focus"),
        [
            ("", "Complete", "Complete"),
            ("", "Delete", "Delete"),
            ("Date", "Tomorrow", "Date"),
            ("Priority", "High", "Priority"),
            ("List", "Move", "List"),
            ("Tags", "Add tags", "Tags"),
        ],
    )
    def test_focus_stays_in_the_bar(self, page, menu, button, focus):
        self.open(page, "One", "Two")
        bar = page.locator("#bulk-form")
        if menu:
            bar.locator("summary", has_text=menu).click()
        if menu == "List":
            bar.get_by_label("Move them to").select_option("Work")
        if menu == "Tags":
            bar.get_by_label("Names, with blanks between").fill("new")
        bar.get_by_role("button", name=button, exact=True).press("Enter")
        expect(message(page).get_by_role("button", name="Undo")).to_be_visible()
        expect(bar.locator("details[open]")).to_have_count(0)
        page.wait_for_timeout(100)  # until the browser has moved the focus from what is hidden
        assert focused(page) == focus

    def test_popups_open_one_at_a_time_and_close_on_escape(self, page):
        self.open(page)
        bar = page.locator("#bulk-form")
        for menu in ["Date", "Priority"]:
            bar.locator("summary", has_text=menu).click()
            expect(bar.locator("details[open]")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(bar.locator("details[open]")).to_have_count(0)
        assert focused(page) == "Priority"

    def test_what_is_wrong_is_said_and_what_is_ticked_and_typed_stays(self, page):
        self.open(page)
        page.get_by_role("button", name="Complete", exact=True).click()
        expect(message(page)).to_contain_text("Tick the tasks first.")
        page.get_by_label("Select “One”").check()
        page.locator("#bulk-form summary", has_text="Tags").click()
        page.get_by_label("Names, with blanks between").fill("x" * 51)
        page.get_by_role("button", name="Add tags").click()
        expect(message(page)).to_contain_text("is longer than the 50 characters")
        expect(page.get_by_label("Names, with blanks between")).to_have_value("x" * 51)
        assert self.ticked(page) == ["Select “One”"]
        expect(titles(page)).to_have_text(["One", "Two", "Three", "Four"])

    def test_enter_in_a_field_does_what_the_button_beside_it_does(self, page, ann):
        self.open(page, "One")
        page.locator("#bulk-form summary", has_text="Tags").click()
        page.get_by_label("Names, with blanks between").fill("new")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Tagged “One” #new.")
        page.get_by_label("Select “Two”").check()
        page.locator("#bulk-form summary", has_text="Date").click()
        page.get_by_label("Day", exact=True).fill("2031-12-24")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Put “Two” on 24 Dec 2031.")
        assert ann.tasks.open().count() == 4

    def test_what_is_ticked_stays_so_while_another_row_is_completed(self, page):
        self.open(page, "One", "Three")
        page.get_by_role("button", name="Complete “Two”").click()
        expect(titles(page)).to_have_text(["One", "Three", "Four"])
        assert self.ticked(page) == ["Select “One”", "Select “Three”"]
        expect(page.locator("#bulk-ticked")).to_have_text("2 ticked")

    def test_page_without_tasks_has_no_bar(self, page):
        page.goto("/today/")
        expect(page.get_by_text("Select", exact=True)).to_be_hidden()


def test_several_are_chosen_and_what_is_wrong_is_put_right(anybody_in, ann):
    page = anybody_in
    add_tasks(ann, "One", "Two", "Three")
    page.goto("/inbox/")
    page.get_by_text("Select", exact=True).click()
    page.get_by_label("Select “One”").check()
    page.get_by_label("Select “Three”").check()
    page.locator("#bulk-form summary", has_text="Date").click()
    page.get_by_role("button", name="Set this day").click()
    expect(page.get_by_text("Say which day, such as 2026-03-25.")).to_be_visible()
    day = ann.today() + timedelta(9)
    page.get_by_label("Day").last.fill(day.isoformat())
    page.get_by_role("button", name="Set this day").click()
    expect(message(page)).to_contain_text(f"Put 2 tasks on {ann.clock().date(day)}.")
    assert ann.tasks.filter(due_date=day).count() == 2


def test_enter_without_script_never_presses_a_button_that_stands_elsewhere(
    no_js, client, ann, live_server
):
    page = no_js
    sign_in(page, client, ann, live_server)
    add_tasks(ann, "One", due_date=ann.today() - timedelta(3))
    page.goto("/today/")
    page.get_by_text("Reschedule", exact=True).click()
    page.get_by_label("Another day").fill(ann.today().isoformat())
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("Put “One” on")
    for menu, label, value in [
        ("Tags", "Names, with blanks between", "new"),
        ("Date", "Day", "2031-12-24"),
    ]:
        before = in_order(ann)
        page.goto("/today/")
        page.get_by_text("Select", exact=True).click()
        page.get_by_label("Select “One”").check()
        page.locator("#bulk-form summary", has_text=menu).click()
        page.get_by_label(label, exact=True).fill(value)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Choose what to do with them.")).to_be_visible()
        expect(page.locator(".sheet").get_by_role("textbox").last).to_have_value(
            value if menu == "Tags" else ""
        )
        assert in_order(ann) == before


def test_what_is_overdue_is_rescheduled_and_comes_back(anybody_in, ann):
    page = anybody_in
    for number, title in enumerate(["Late", "Later"], 1):
        add_tasks(ann, title, due_date=ann.today() - timedelta(number))
    add_tasks(ann, "Now", due_date=ann.today())
    before = in_order(ann)
    page.goto("/today/")
    page.wait_for_load_state()
    page.get_by_text("Reschedule", exact=True).click()
    expect(page.get_by_text("Put all 2 overdue on")).to_be_visible()
    page.locator(".reschedule").get_by_role("button", name="Tomorrow").click()
    tomorrow = ann.clock().date(ann.today() + timedelta(1))
    expect(message(page)).to_contain_text(f"Put 2 tasks on {tomorrow}.")
    expect(titles(page)).to_have_text(["Now"])
    expect(page.get_by_text("Overdue")).to_have_count(0)
    expect_counts(page, Today=1)
    assert focused(page) != "body" or not has_script(page)
    undo(page)
    expect(message(page)).to_contain_text("Undone: put 2 tasks on")
    expect(titles(page)).to_have_text(["Later", "Late", "Now"])
    expect_counts(page, Today=3)
    assert in_order(ann) == before


def test_history_is_filtered_and_leads_to_all_that_an_act_changed(anybody_in, ann):
    page = anybody_in
    one, _ = add_tasks(ann, "One", "Two")
    one.complete()
    one.edit(title="First")
    page.goto("/history/")
    lines = page.locator(".act-words > p:first-child")
    expect(lines).to_have_text(["You renamed “One” to “First”", "You completed “First”"])
    page.get_by_label("What was done").select_option("Completed and reopened")
    page.get_by_role("button", name="Show").click()
    expect(lines).to_have_text(["You completed “First”"])
    expect(page.get_by_label("What was done")).to_have_value("complete")
    page.get_by_role("link", name="all that it changed").click()
    expect(page.get_by_role("heading", name="You completed “First”")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(message(page)).to_contain_text("Undone: completed “First”.")
    expect(page.get_by_text("· Undone")).to_be_visible()


class TestMessage:
    def test_it_is_said_once_in_a_region_that_was_there_before(self, signed_in, ann):
        page = signed_in
        add_tasks(ann, "One", "Two")
        page.goto("/inbox/")
        page.wait_for_load_state()
        expect(message(page)).to_have_attribute("role", "status")
        expect(message(page)).to_have_text("")
        page.evaluate(
            "window.said = []; window.region = document.getElementById('messages');"
            "const words = (node) => node.textContent.replace(/\\s+/g, ' ').trim();"
            "new MutationObserver((changes) => changes.forEach(({ addedNodes }) =>"
            " said.push(...[...addedNodes].map(words).filter(Boolean))))"
            ".observe(region, { childList: true, subtree: true, characterData: true })"
        )
        for title in ["One", "Two"]:
            page.get_by_role("button", name=f"Complete “{title}”").click()
            expect(message(page).locator("p")).to_have_text([f"Completed “{title}”."])
        assert page.evaluate("said") == ["Completed “One”.Undo", "Completed “Two”.Undo"]
        assert page.evaluate("region === document.getElementById('messages')") is True

    @pytest.mark.parametrize("motion", ["reduce", "no-preference"])
    def test_nothing_moves_for_who_wants_no_motion(self, signed_in, ann, motion):
        page = signed_in
        page.emulate_media(reduced_motion=motion)
        add_tasks(ann, "One", "Two", due_date=ann.today() - timedelta(1))
        page.goto("/today/")
        page.wait_for_load_state()
        page.evaluate(
            "window.moved = new Set();"
            "for (const name of ['animationstart', 'transitionrun'])"
            " document.addEventListener(name, (e) => moved.add(e.target.className), true)"
        )
        page.get_by_role("button", name="Complete “One”").click()
        undo(page)
        expect(message(page)).to_contain_text("Undone:")
        page.get_by_text("Reschedule", exact=True).click()
        page.get_by_text("Select", exact=True).click()
        page.locator(".done-group summary, #bulk summary").first.hover()
        page.get_by_role("link", name="History").hover()
        page.wait_for_timeout(200)
        moved = page.evaluate("moved.size + document.getAnimations().length")
        assert (moved == 0) is (motion == "reduce")


@pytest.fixture
def full(signed_in, ann):
    """Acts and tasks with long titles and names, and one that changed since. Return the ids."""
    page = signed_in
    work = add_list(ann, "Work" * 25, color="rose")
    fields = {"due_date": ann.today() - timedelta(1), "list": work}
    long, short = add_tasks(ann, "Long" * 60, "Short", **fields)
    tag, _ = Tag.objects.make(ann, ["x" * 50, "bills"])
    ann.tasks.all().change(ann.acts.create(kind="edit"), priority=3)
    conflict = short.edit(title="Word " * 40, description="Note " * 80, priority=1, list=None)
    short.edit(title="Other" * 50, description="b", add_tags=[tag])
    long.edit(title="Length" * 40)
    step = Step(user=ann, task=long, title="Step" * 60)
    step.add()
    step.tick(True)
    long.complete()
    ann.acts.latest("pk").undo()
    return page, {"act": conflict.pk, "many": ann.acts.earliest("pk").pk, "task": long.pk}


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_all_of_it_is_accessible_and_fits(full, width):
    page, ids = full
    page.set_viewport_size({"width": width, "height": 800})

    def look(name):
        assert (name, page.evaluate("document.documentElement.scrollWidth")) == (name, width)
        for scheme in ["light", "dark"]:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert (name, scheme, violations(page)) == (name, scheme, [])

    for path in ["/history/", "/history/?kind=edit&of=task", "/history/?task={task}",
                 "/history/{act}/", "/history/{many}/", "/history/?page=9"]:  # fmt: skip
        page.goto(path.format(**ids))
        look(path)
    page.goto("/today/")
    page.wait_for_load_state()
    page.get_by_text("Reschedule", exact=True).click()
    look("reschedule")
    page.keyboard.press("Escape")
    page.get_by_text("Select", exact=True).click()
    page.get_by_label("Select “Length").check()
    look("bar")
    for menu in ["Date", "Priority", "List", "Tags"]:
        page.locator("#bulk-form summary", has_text=menu).click()
        look(menu)
    page.goto("/tasks/{task}/".format(**ids))
    page.locator(".past summary").click()
    look("history of a task")
    page.locator(".past").get_by_role("button", name="Undo").first.click()
    expect(message(page)).to_contain_text("Done again:")
    look("message")
