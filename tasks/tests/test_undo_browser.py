"""Undo, acts on several tasks and the history, as a person uses them in Chromium.

Without JavaScript they are in test_undo_visits.py.
"""

import re
from datetime import timedelta
from functools import partial

import pytest
from playwright.sync_api import expect

from tasks.models import Tag
from tasks.tests.browsing import (
    drag,
    is_same,
    look,
    mark,
    message,
    open_task,
    press,
    row,
    titles,
)
from tasks.tests.making import add_list, add_step, add_tasks
from tasks.tests.rows import in_order
from tasks.undo import revert
from todosite.tests.axe import BOTH, LIGHT, assert_fine

pytestmark = pytest.mark.django_db(transaction=True)


def expect_counts(page, **counts):
    """Expect these numbers in the sidebar, by name; 0 isn't shown."""
    for name, number in counts.items():
        link = page.locator("#sidebar a", has_text=re.compile(rf"^\s*{name}"))
        expect(link).to_have_text(re.compile(rf"^\s*{name}\D*{number or ''}\D*$"))


def expect_said(page, words):
    """Expect this single message."""
    expect(message(page).locator("p")).to_have_text([words])


def lines(page):
    """Return the first words of each line of a history."""
    return page.locator(".act-words > p:first-child")


def undo_of(part, words):
    """Return the Undo of a line of a history."""
    return part.get_by_role("button", name=re.compile(rf"^Undo\s*: {words}$"))


def undo(page):
    look(page)
    message(page).get_by_role("button", name=re.compile("^(Undo|Redo)$")).click()


def focused(page):
    """Return the words of the focused element, or "body" if none is."""
    return page.evaluate(
        "(e => e === document.body ? 'body' : e.innerText?.trim() || e.ariaLabel || e.id)"
        "(document.activeElement)"
    )


class TestUndo:
    """After the undo of each act, the row is in its place, and the counts of lists are right."""

    @pytest.fixture
    def page(self, signed_in, ann):
        """The page of a list with three tasks, the second of which is due today."""
        self.ann, self.work = ann, add_list(ann, "Work")
        add_list(ann, "Home")
        self.tasks = add_tasks(ann, "One", "Two", "Three", list=self.work)
        for task in self.tasks:
            task.move(to="bottom")
        self.tasks[1].edit(due_date=ann.today())
        for title in ["Outline", "Draft"]:
            add_step(self.tasks[1], title)
        signed_in.goto(self.work.get_absolute_url())
        mark(signed_in)
        self.before = in_order(ann)
        self.expect_rows(signed_in, ["One", "Two", "Three"], Inbox=0, Today=1, Work=3)
        return signed_in

    def expect_rows(self, page, rows, **counts):
        expect(titles(page)).to_have_text(rows)
        expect_counts(page, **counts)

    def expect_as_before(self, page, words):
        """Expect a message about the undo, and the state from before the act."""
        expect_said(page, f"Undone: {words}.")
        self.expect_rows(page, ["One", "Two", "Three"], Inbox=0, Today=1, Work=3)
        assert in_order(self.ann) == self.before

    def undone(self, page, words):
        """Press Undo, and expect the state from before the act."""
        undo(page)
        self.expect_as_before(page, words)

    def test_undo_restores_row_and_counts(self, page):
        page.get_by_role("button", name="Complete “Two”").click()
        expect_said(page, "Completed “Two”.")
        self.expect_rows(page, ["One", "Three"], Inbox=0, Today=0, Work=2)
        self.undone(page, "completed “Two”")
        undo(page)
        expect_said(page, "Redone: completed “Two”.")
        self.expect_rows(page, ["One", "Three"], Inbox=0, Today=0, Work=2)
        self.undone(page, "completed “Two”")

        page.get_by_text("Select", exact=True).click()
        page.get_by_label("Select “One”").check()
        page.get_by_label("Select “Two”").check()
        page.get_by_role("button", name="Complete", exact=True).click()
        expect_said(page, "Completed 2 tasks.")
        self.expect_rows(page, ["Three"], Inbox=0, Today=0, Work=1)
        self.undone(page, "completed 2 tasks")
        assert is_same(page)

    @pytest.mark.exhaustive
    def test_undo_of_a_menu_act_returns_the_focus_or_shows_a_conflict(self, page):
        tomorrow = self.ann.clock().date(self.ann.today() + timedelta(1))
        for button, said, words, rows, meta, today, work in [
            (
                *("Tomorrow", f"Moved “Two” to {tomorrow}.", f"moved “Two” to {tomorrow}"),
                *(["One", "Two", "Three"], "Tomorrow", 0, 3),
            ),
            (
                *("Down", "Moved “Two” down.", "moved “Two” down"),
                *(["One", "Three", "Two"], "Today", 1, 3),
            ),
            ("Delete “Two”", "Deleted “Two”.", "deleted “Two”", ["One", "Three"], "", 0, 2),
        ]:
            press(page, "Two", button)
            expect_said(page, said)
            self.expect_rows(page, rows, Inbox=0, Today=today, Work=work)
            if "Two" in rows:
                expect(row(page, "Two")).to_contain_text(meta)
            message(page).get_by_role("button", name="Undo").press("Enter")
            self.expect_as_before(page, words)
            expect(row(page, "Two")).to_contain_text("Today")
            expect(page.get_by_role("link", name="Two", exact=True)).to_be_focused()
        assert is_same(page)

        press(page, "Two", "High")
        expect(row(page, "Two")).to_contain_text("High")
        self.tasks[1].refresh_from_db()
        self.tasks[1].edit(priority=1)
        undo(page)
        expect_said(page, "Not undone: “Two” has changed since (priority), so it stays as it is.")
        message(page).get_by_role("link", name="Show both").click()
        expect(page.get_by_role("heading", name="You gave “Two” high priority")).to_be_visible()
        line = page.locator(".act-line")
        for words in ["before: None", "after: High", "Changed since; now: Low"]:
            expect(line).to_contain_text(re.compile(words.replace(" ", r"\s*")))

    def test_undo_works_on_the_tasks_page_and_in_its_history(self, page):
        press(page, "Two", "High")
        expect(row(page, "Two")).to_contain_text("High")
        open_task(page, "Two")
        mark(page)
        past = page.locator(".past")
        past.locator("summary").click()
        undo_of(past, "gave “Two” high priority").click()
        expect(page.locator("#id_priority_0")).to_be_checked()
        self.expect_as_before(page, "gave “Two” high priority")
        expect(lines(past).first).to_have_text("You undid: gave “Two” high priority")

        page.get_by_role("button", name="Done: Draft").click()
        expect_said(page, "Completed the step “Draft”.")
        expect(page.get_by_text("1 of 2 done")).to_be_visible()
        self.undone(page, "completed the step “Draft”")
        expect(page.get_by_role("button", name="Done: Draft", exact=True)).to_be_visible()
        expect(row(page, "Two")).to_contain_text("0/2")

        page.get_by_label("Title").fill("Second")
        page.get_by_label("Notes").fill("A note")
        page.get_by_label("Tags", exact=True).fill("new")  # from there the button takes all along
        page.get_by_role("button", name="Save").click()
        expect_said(page, "Edited “Second”.")
        expect(page.locator("#sidebar .tag")).to_have_text(["new"])
        self.undone(page, "edited “Second”")
        expect(page.locator("#sidebar .tag")).to_have_count(0)
        for label, value in [("Title", "Two"), ("Tags", ""), ("Notes", "")]:
            expect(page.get_by_label(label, exact=True)).to_have_value(value)
        page.get_by_role("button", name="Save").click()  # nothing is left over in the form
        expect_said(page, "No changes to save.")
        assert is_same(page)


@pytest.mark.exhaustive
def test_page_stays_and_each_press_of_undo_or_complete_acts_once(signed_in, ann):
    page = signed_in
    one, *_ = add_tasks(ann, "One", "Two", "Three")
    page.goto("/inbox/")
    mark(page)
    drag(page, "Three", "One")
    expect(message(page)).to_contain_text("Moved “Three” up.")
    expect(titles(page)).to_have_text(["Three", "One", "Two"])
    undo(page)
    expect(titles(page)).to_have_text(["One", "Two", "Three"])
    assert is_same(page)
    assert [task.title for task in ann.tasks.by_hand()] == ["One", "Two", "Three"]

    one.refresh_from_db()
    version, acts = one.version, ann.acts.count()
    look(page)
    page.get_by_role("button", name="Complete “One”").dblclick()
    expect_said(page, "Completed “One”.")
    page.route("**/undo/", lambda route: (page.wait_for_timeout(200), route.continue_()))
    look(page)
    message(page).get_by_role("button", name="Undo").dblclick()
    expect_said(page, "Undone: completed “One”.")
    expect(titles(page)).to_have_text(["One", "Two", "Three"])
    page.unroute("**/undo/")
    one.refresh_from_db()
    assert (one.version, ann.acts.count()) == (version + 2, acts + 2)

    other = page.context.new_page()
    other.goto("/inbox/")
    other.wait_for_load_state()
    look(page)
    for tab, words in [(page, "Completed “One”."), (other, "“One” was already completed.")]:
        tab.get_by_role("button", name="Complete “One”").click()
        expect_said(tab, words)
        expect(titles(tab)).to_have_text(["Two", "Three"])
    expect(message(other).get_by_role("button", name="Undo")).to_have_count(0)
    other.goto("/history/")
    undo(page)
    expect_said(page, "Undone: completed “One”.")
    undo_of(other, "completed “One”").first.click()
    expect(message(other)).to_contain_text("That was already undone.")
    one.refresh_from_db()
    assert (one.version, ann.acts.count()) == (version + 4, acts + 4)

    open_task(page, "One")
    page.get_by_label("High").check()
    page.get_by_role("button", name="Save").click()
    expect(message(page)).to_contain_text("Gave “One” high priority.")
    page.get_by_label("Notes").fill("Half a thought")
    undo(page)
    expect(page.locator("#id_priority_0")).to_be_checked()
    expect(page.get_by_label("Notes")).to_have_value("Half a thought")

    page.goto("/inbox/")
    page.wait_for_load_state()
    acts = ann.acts.count()
    page.get_by_text("Select", exact=True).click()
    page.get_by_label("All 3 on this page").check()
    page.get_by_role("button", name="Delete", exact=True).dblclick()
    expect_said(page, "Deleted 3 tasks.")
    expect(page.get_by_text("Your inbox is empty")).to_be_visible()
    assert ann.acts.count() == acts + 1


class TestBar:
    """The bar for several tasks."""

    @pytest.fixture
    def page(self, signed_in, ann):
        add_list(ann, "Work")
        add_tasks(ann, "One", "Two", "Three", "Four")
        signed_in.goto("/inbox/")
        mark(signed_in)
        return signed_in

    def open(self, page, *titles):
        page.get_by_text("Select", exact=True).click()
        self.tick(page, *titles)

    def tick(self, page, *titles):
        look(page)
        for title in titles:
            page.get_by_label(f"Select “{title}”").check()

    def expect_ticked(self, page, *titles):
        """Expect only these rows to be selected, and the bar to show their number."""
        ticked = page.locator(".task:has(.pick:checked) a.task-title")
        expect(ticked).to_have_text(list(titles))
        words = f"{len(titles)} selected" if titles else "Selected tasks"
        expect(page.locator("#bulk-ticked")).to_have_text(words)

    def test_bar_shows_checkboxes_and_choices_select_them(self, page):
        box = page.get_by_label("Select “One”")
        expect(box).to_be_hidden()
        self.open(page)
        expect(box).to_be_visible()
        page.get_by_label("All 4 on this page").check()
        self.expect_ticked(page, "One", "Two", "Three", "Four")
        page.get_by_label("4 selected").check()  # the choice of all is taken back
        self.expect_ticked(page)
        self.tick(page, "One", "Two")
        page.get_by_label("All 4 on this page").check()
        self.open(page)  # closed again
        expect(box).to_be_hidden()
        self.open(page)
        self.expect_ticked(page)
        expect(page.get_by_label("Selected tasks")).to_be_checked()

        self.tick(page, "One")
        page.get_by_label("All 4 on this page").check()
        self.expect_ticked(page, "One", "Two", "Three", "Four")
        page.get_by_label("Select “Two”").uncheck()  # one box takes the choice back
        expect(page.get_by_label("3 selected")).to_be_checked()
        self.expect_ticked(page, "One", "Three", "Four")
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(titles(page)).to_have_text(["Two"])
        page.goto("/today/")  # without tasks
        expect(page.get_by_text("Select", exact=True)).to_be_hidden()

    def test_act_keeps_the_focus_in_the_bar_and_unselects_all(self, page, ann):
        add_tasks(ann, "Five", "Six", "Seven")
        page.reload()
        self.open(page)
        bar = page.locator("#bulk-form")
        for menu in ["Date", "Priority"]:  # one popup at a time is open
            bar.locator("summary", has_text=menu).click()
            expect(bar.locator("details[open]")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(bar.locator("details[open]")).to_have_count(0)
        assert focused(page) == "Priority"

        tomorrow = ann.clock().date(ann.today() + timedelta(1))
        for menu, button, rows, words in [
            ("Date", "Tomorrow", ["One", "Two"], f"Moved 2 tasks to {tomorrow}."),
            ("Priority", "High", ["One", "Two"], "Gave 2 tasks high priority."),
            ("Tags", "Add tags", ["One", "Two"], "Added #new to 2 tasks."),
            ("List", "Move", ["One", "Two"], "Moved 2 tasks to “Work”."),
            ("", "Complete", ["Three", "Four"], "Completed 2 tasks."),
            ("", "Delete", ["Five", "Six"], "Deleted 2 tasks."),
        ]:
            self.tick(page, *rows)
            if menu:
                bar.locator("summary", has_text=menu).click()
            if menu == "List":
                bar.get_by_label("Move to").select_option("Work")
            if menu == "Tags":
                bar.get_by_label("Tags, separated by spaces").fill("new")
            bar.get_by_role("button", name=button, exact=True).press("Enter")
            expect_said(page, words)
            expect(message(page).get_by_role("button", name="Undo")).to_be_visible()
            expect(bar.locator("details[open]")).to_have_count(0)
            self.expect_ticked(page)
            page.wait_for_timeout(100)  # until the browser has moved the focus from hidden parts
            assert (words, focused(page)) == (words, menu or button)
        expect(titles(page)).to_have_text(["Seven"])

    @pytest.mark.exhaustive
    def test_act_unselects_its_own_rows_unless_it_is_refused(self, page, ann):
        self.open(page)
        page.get_by_role("button", name="Complete", exact=True).click()
        expect_said(page, "Select one or more tasks first.")
        self.tick(page, "One")
        page.locator("#bulk-form summary", has_text="Tags").click()
        tags = page.get_by_label("Tags, separated by spaces")
        tags.fill("x" * 51)
        page.get_by_role("button", name="Add tags").click()
        long = f"A tag can have at most 50 characters. “{'x' * 51}” is longer."
        expect_said(page, long)
        expect(tags).to_have_value("x" * 51)
        self.expect_ticked(page, "One")
        expect(titles(page)).to_have_text(["One", "Two", "Three", "Four"])
        tags.fill("new")
        page.keyboard.press("Enter")
        expect_said(page, "Added #new to “One”.")
        self.expect_ticked(page)

        self.tick(page, "Two", "Three")
        page.locator("#bulk-form summary", has_text="Date").click()
        page.get_by_role("button", name="Set date").click()
        expect_said(page, "Enter a date, such as 2026-03-25.")
        self.expect_ticked(page, "Two", "Three")
        day = ann.today() + timedelta(9)
        page.get_by_label("Day", exact=True).fill(day.isoformat())
        page.get_by_role("button", name="Set date").click()
        expect_said(page, f"Moved 2 tasks to {ann.clock().date(day)}.")
        self.expect_ticked(page)
        assert {task.title for task in ann.tasks.filter(due_date=day)} == {"Two", "Three"}

        self.tick(page, "Two")
        page.locator("#bulk-form summary", has_text="Date").click()
        page.get_by_label("Day", exact=True).fill("2031-12-24")
        page.keyboard.press("Enter")
        expect_said(page, "Moved “Two” to 24 Dec 2031.")
        assert ann.tasks.open().count() == 4

        self.tick(page, "One", "Three")
        page.get_by_role("button", name="Complete “Two”").click()
        expect_said(page, "Completed “Two”.")
        expect(titles(page)).to_have_text(["One", "Three", "Four"])
        self.expect_ticked(page, "One", "Three")
        page.get_by_role("button", name="Complete", exact=True).click()
        expect_said(page, "Completed 2 tasks.")
        expect(titles(page)).to_have_text(["Four"])
        self.expect_ticked(page)
        expect(page.get_by_label("Select “Four”")).to_be_visible()
        expect(page.get_by_label("All 1 on this page")).not_to_be_checked()
        undo(page)
        expect_said(page, "Undone: completed 2 tasks.")
        expect(titles(page)).to_have_text(["One", "Three", "Four"])
        assert is_same(page)

    @pytest.mark.exhaustive
    def test_bar_selects_all_of_several_pages_and_works_by_keyboard_alone(self, page):
        page.goto("/tasks/?limit=2")
        self.open(page)
        page.get_by_label("All 4", exact=True).check()
        page.get_by_role("button", name="Complete", exact=True).click()
        expect_said(page, "Completed 4 tasks.")
        undo(page)
        expect_said(page, "Undone: completed 4 tasks.")
        expect(page.get_by_role("button", name="Complete “Four”")).to_be_visible()

        page.goto("/inbox/")
        page.wait_for_load_state()
        page.get_by_text("Select", exact=True).focus()
        page.keyboard.press("Enter")
        page.get_by_label("Select “Two”").focus()
        page.keyboard.press("Space")
        self.expect_ticked(page, "Two")
        page.keyboard.press("Shift+Tab")  # on to the row before it
        page.get_by_label("1 selected").focus()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_label("All 4 on this page")).to_be_checked()
        self.expect_ticked(page, "One", "Two", "Three", "Four")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Complete", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect_said(page, "Completed 4 tasks.")
        expect(page.get_by_text("Your inbox is empty")).to_be_visible()
        assert focused(page) != "body"


@pytest.mark.exhaustive
def test_overdue_tasks_are_rescheduled_and_come_back(signed_in, ann):
    page = signed_in
    for number, title in enumerate(["Late", "Later"], 1):
        add_tasks(ann, title, due_date=ann.today() - timedelta(number))
    add_tasks(ann, "Now", due_date=ann.today())
    before = in_order(ann)
    page.goto("/today/")
    page.wait_for_load_state()
    page.get_by_text("Reschedule", exact=True).click()
    expect(page.get_by_text("Move all 2 overdue tasks to")).to_be_visible()
    page.locator(".reschedule").get_by_role("button", name="Tomorrow").click()
    tomorrow = ann.clock().date(ann.today() + timedelta(1))
    expect_said(page, f"Moved 2 tasks to {tomorrow}.")
    expect(titles(page)).to_have_text(["Now"])
    expect(page.get_by_text("Overdue")).to_have_count(0)
    expect_counts(page, Today=1)
    assert focused(page) != "body"
    undo(page)
    expect_said(page, f"Undone: moved 2 tasks to {tomorrow}.")
    expect(titles(page)).to_have_text(["Later", "Late", "Now"])
    expect_counts(page, Today=3)
    assert in_order(ann) == before


@pytest.mark.exhaustive
class TestMessage:
    def test_message_is_announced_once_in_an_existing_region(self, signed_in, ann):
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
        assert page.evaluate("said") == ["Completed “One”. Undo", "Completed “Two”. Undo"]
        assert page.evaluate("region === document.getElementById('messages')") is True

    def test_reduced_motion_stops_animations(self, signed_in, ann):
        page = signed_in
        add_tasks(ann, "One", "Two", due_date=ann.today() - timedelta(1))
        for motion, is_moving in [("reduce", False), ("no-preference", True)]:
            page.emulate_media(reduced_motion=motion)
            page.goto("/today/")
            page.wait_for_load_state()
            page.evaluate(
                "window.moved = new Set();"
                "for (const name of ['animationstart', 'transitionrun'])"
                " document.addEventListener(name, ({target}) =>"
                # A bar at the top begins to be seen where an act takes long (test_slow_browser.py).
                " target === document.documentElement || moved.add(target.className), true)"
            )
            page.get_by_role("button", name="Complete “One”").click()
            undo(page)
            expect_said(page, "Undone: completed “One”.")
            page.get_by_text("Reschedule", exact=True).click()
            page.get_by_text("Select", exact=True).click()
            page.locator(".done-group summary, #bulk summary").first.hover()
            page.get_by_role("link", name="History").hover()
            page.wait_for_timeout(200)
            moved = page.evaluate("moved.size + document.getAnimations().length")
            assert (motion, moved > 0) == (motion, is_moving)


@pytest.fixture
def full(signed_in, ann):
    """Acts and tasks with long titles and names, and one conflict. Return the ids."""
    page = signed_in
    work = add_list(ann, "Work" * 25, color="rose")
    fields = {"due_date": ann.today() - timedelta(1), "list": work}
    long, short = add_tasks(ann, "Long" * 60, "Short", **fields)
    tag, _ = Tag.objects.make(ann, ["x" * 50, "bills"])
    ann.tasks.all().change(ann.acts.create(kind="edit"), priority=3)
    conflict = short.edit(title="Word " * 40, description="Note " * 80, priority=1, list=None)
    short.edit(title="Other" * 50, description="b", add_tags=[tag])
    long.edit(title="Length" * 40)
    add_step(long, "Step" * 60).tick(True)
    long.complete()
    revert(ann.acts.latest("pk"))
    return page, {"act": conflict.pk, "many": ann.acts.earliest("pk").pk, "task": long.pk}


@pytest.mark.exhaustive
def test_undo_and_history_are_accessible_and_fit(full):
    page, ids = full

    look, narrow = partial(assert_fine, page), [(320, [LIGHT])]
    page.goto("/history/")
    look("history", [(1280, BOTH), *narrow])
    page.goto("/history/{act}/".format(**ids))
    look("act", [(320, BOTH)])
    page.goto("/history/?page=9")
    look("past the end", narrow)
    for path in ["/history/?kind=edit&of=task", "/history/?task={task}", "/history/{many}/"]:
        page.goto(path.format(**ids))
        assert (path, page.evaluate("document.documentElement.scrollWidth")) == (path, 320)
    page.goto("/today/")
    page.wait_for_load_state()
    page.get_by_text("Reschedule", exact=True).click()
    look("reschedule", narrow)
    page.keyboard.press("Escape")
    page.get_by_text("Select", exact=True).click()
    page.get_by_label("Select “Length").check()
    look("bar", [(320, BOTH)])
    for menu in ["Date", "Priority", "List", "Tags"]:
        page.locator("#bulk-form summary", has_text=menu).click()
        look(menu, narrow)
    page.goto("/tasks/{task}/".format(**ids))
    page.locator(".past summary").click()
    look("history of a task", [(320, BOTH)])
    page.locator(".past").get_by_role("button", name="Undo").first.click()
    expect(message(page)).to_contain_text("Redone:")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
