"""Quick hands in Chromium: a press acts on the row it was aimed at, at any speed.

Coordinates are read once, before the first press: as a person aims at the visible row.
"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tasks.models import Task
from tasks.tests.browsing import message, open_menu, press_for, row, titles
from tasks.tests.making import add_list, add_step, add_tasks
from todosite.tests.axe import BOTH, assert_fine

pytestmark = pytest.mark.django_db(transaction=True)

FOOD = ["Eggs", "Milk", "Bread", "Bananas", "Rice", "Salt"]
NETWORK = 150  # milliseconds that a reply takes


@pytest.fixture
def inbox(signed_in, ann):
    """The Inbox with six tasks, over a slow network."""
    page = signed_in
    add_tasks(ann, *FOOD)
    page.goto("/inbox/")
    page.wait_for_load_state()
    network = page.context.new_cdp_session(page)
    conditions = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", conditions | {"latency": NETWORK})
    yield page
    network.send("Network.emulateNetworkConditions", conditions | {"latency": 0})


# Resolves in any case: a page that is asked too late would never answer.
WHEN_A_ROW_LEAVES = """new Promise(resolve => {
    const look = () => document.querySelectorAll(".task").length < 6 && resolve();
    new MutationObserver(look).observe(
        document.getElementById("main"), {childList: true, subtree: true});
    look();
    setTimeout(resolve, 5000);
})"""


def middle(page, title, part=".check"):
    """Return the middle of a row's circle, or of another part of it."""
    box = row(page, title).locator(part).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def done():
    return set(Task.everything.exclude(completed_at=None).values_list("title", flat=True))


def rest(page):
    """Wait until rows have left."""
    expect(page.locator("[data-waits]")).to_have_count(0)


def test_two_fast_taps_complete_the_two_rows_aimed_at(inbox):
    page = inbox
    pairs = [("Eggs", "Bread", 150), ("Milk", "Rice", 250), ("Bread", "Eggs", 400)]
    for first, second, pause in pairs:
        Task.everything.update(completed_at=None)
        page.goto("/inbox/")
        page.wait_for_load_state()
        aims = middle(page, first), middle(page, second)
        page.mouse.click(*aims[0])
        page.wait_for_timeout(pause)
        page.mouse.click(*aims[1])
        rest_of = [title for title in FOOD if title not in (first, second)]
        expect(titles(page)).to_have_text(rest_of)
        assert (pause, done()) == (pause, {first, second})


@pytest.mark.exhaustive
class TestTicked:
    def complete(self, page, title):
        """Press the circle of a row, and wait until it offers to undo that."""
        page.mouse.click(*middle(page, title))
        expect(page.get_by_role("button", name=f"Undo: completed “{title}”")).to_be_visible()

    def test_completed_row_stays_with_undo_until_the_pointer_rests(self, inbox):
        page = inbox
        self.complete(page, "Milk")
        page.wait_for_timeout(500)
        page.mouse.click(*middle(page, "Milk"))
        expect(message(page)).to_contain_text("Undone: completed “Milk”.")
        expect(page.get_by_role("button", name="Complete “Milk”")).to_be_visible()
        rest(page)
        expect(titles(page)).to_have_text(FOOD)
        assert done() == set()

        self.complete(page, "Milk")
        expect(titles(page)).to_have_text(FOOD)
        expect(row(page, "Milk")).to_have_attribute("data-done", "")
        expect(page.locator("#count-inbox")).to_contain_text("5")
        for _ in range(8):  # a hand that moves keeps it, for longer than it would stay
            page.mouse.move(*middle(page, "Rice"))
            page.mouse.move(*middle(page, "Salt"))
            page.wait_for_timeout(250)
        expect(titles(page)).to_have_text(FOOD)
        expect(titles(page)).to_have_text([title for title in FOOD if title != "Milk"])
        assert done() == {"Milk"}

    def test_second_press_does_nothing(self, inbox, ann):
        page = inbox
        page.mouse.dblclick(*middle(page, "Milk"))
        expect(titles(page)).to_have_text([title for title in FOOD if title != "Milk"])
        assert done() == {"Milk"}

        row(page, "Bread").locator("a.task-title").focus()
        page.keyboard.press("c")
        page.keyboard.press("c")
        expect(titles(page)).to_have_text(["Eggs", "Bananas", "Rice", "Salt"])
        assert done() == {"Milk", "Bread"}

        # Here the reply takes longer than the time in which a second press counts as the first.
        page.route("**/complete/", lambda route: (page.wait_for_timeout(900), route.continue_()))
        row(page, "Eggs").locator("a.task-title").focus()
        page.keyboard.press("c")
        page.wait_for_timeout(150)
        page.keyboard.press("c")
        expect(titles(page)).to_have_text(["Bananas", "Rice", "Salt"])
        assert done() == {"Milk", "Bread", "Eggs"}

        step = add_step(ann.tasks.get(title="Rice"))
        page.goto(f"/tasks/{step.task_id}/")
        page.wait_for_load_state()
        page.locator(".tick").dblclick()
        expect(page.locator(".step[data-done]")).to_have_count(1)
        page.wait_for_timeout(300)
        step.refresh_from_db()
        assert step.done

    def test_replies_wait_until_the_completed_row_leaves(self, inbox, ann):
        page = inbox
        page.wait_for_timeout(1000)  # a page asks once a second at most
        self.complete(page, "Milk")
        add_tasks(ann, "From elsewhere")
        page.evaluate("dispatchEvent(new Event('focus'))")
        page.wait_for_timeout(500)
        expect(titles(page)).to_have_text(FOOD)
        rest_of = [title for title in FOOD if title != "Milk"]
        expect(titles(page)).to_have_text(rest_of)
        page.wait_for_timeout(1000)
        page.evaluate("dispatchEvent(new Event('focus'))")
        expect(titles(page)).to_have_text([*rest_of, "From elsewhere"])

        page.wait_for_timeout(400)  # the rows have moved
        before = titles(page).all_text_contents()
        self.complete(page, "Eggs")
        page.get_by_label("Add a task").fill("Tea")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Tea")
        assert titles(page).all_text_contents() == before
        expect(titles(page)).to_have_text([*before[1:], "Tea"])

    def test_press_right_after_rows_have_moved_does_nothing(self, inbox):
        page = inbox
        aim = middle(page, "Bread")
        page.mouse.click(*middle(page, "Eggs"))
        page.mouse.move(2, 2)
        page.evaluate(WHEN_A_ROW_LEAVES)
        page.mouse.click(*aim)
        page.wait_for_timeout(400)
        assert done() == {"Eggs"}
        page.mouse.click(*aim)  # aimed at what stands there since
        expect(page.get_by_role("button", name="Undo: completed “Bananas”")).to_be_visible()
        assert done() == {"Eggs", "Bananas"}

    def test_headings_and_the_next_day_of_a_repeat_are_shown_at_once(self, inbox, ann):
        page = inbox
        ann.tasks.update(due_date=ann.today())
        ann.tasks.filter(title="Milk").update(repeat="FREQ=DAILY")
        page.goto("/today/")
        self.complete(page, "Milk")
        expect(row(page, "Milk").locator(".due")).to_have_text(re.compile("Tomorrow"))
        expect(page.locator(".group-heading .n")).to_have_text(re.compile(r"^\s*5\b"))
        assert titles(page).all_text_contents() == FOOD
        page.wait_for_timeout(500)
        page.get_by_role("button", name="Undo: completed “Milk”").click()
        expect(message(page)).to_contain_text("Undone: completed “Milk”.")
        rest(page)
        assert ann.tasks.get(title="Milk").due_date == ann.today()


@pytest.mark.exhaustive
def test_second_enter_after_an_act_only_opens_the_next_task(inbox, ann):
    """The row leaves the page, and the title of the next row gets the focus."""
    page, work = inbox, add_list(ann, "Work")
    ann.tasks.update(due_date=ann.today())
    for path, act in [
        ("/today/", "Tomorrow"),
        ("/today/", "Delete"),
        ("/inbox/", "Move"),
        ("/inbox/", "Complete"),
        ("/today/", "bulk"),
    ]:
        page.goto(path)
        page.wait_for_load_state()
        title, *others = [text.strip() for text in titles(page).all_text_contents()]
        if act == "Complete":
            row(page, title).locator(".check").focus()
            page.keyboard.press("Enter")
        elif act == "bulk":
            row(page, title).locator("a.task-title").focus()
            page.keyboard.press("x")
            page.keyboard.press("#")
        else:
            open_menu(page, title)
            if act == "Move":
                page.get_by_label("Move to list").select_option(str(work.pk))
            page.get_by_role("button", name=re.compile(f"^{act}")).first.focus()
            page.keyboard.press("Enter")
        expect(titles(page)).to_have_text(others)
        if act != "bulk":
            expect(page.get_by_role("link", name=others[0], exact=True)).to_be_focused()
        before = done()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/tasks/\d+/"))
        page.wait_for_timeout(400)
        assert (act, done()) == (act, before)


def drop(page, title, x, y):
    """Drag a row by its handle to a position on the page, and release it there."""
    row(page, title).hover()
    row(page, title).locator(".grip").hover()
    page.mouse.down()
    page.mouse.move(x, y, steps=8)
    page.wait_for_timeout(100)
    page.mouse.move(x + 1, y + 1)
    page.mouse.up()


def center(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.exhaustive
def test_task_dropped_on_a_list_on_today_or_on_a_day_moves_there(inbox, ann):
    page, work, today = inbox, add_list(ann, "Work"), ann.today()
    page.goto("/inbox/")
    page.wait_for_load_state()
    acts = ann.acts.count()
    drop(page, "Milk", 1200, 780)
    expect(titles(page)).to_have_text(FOOD)
    row(page, "Milk").locator(".grip").hover()
    page.mouse.down()
    page.mouse.move(*center(row(page, "Salt")), steps=8)
    page.keyboard.press("Escape")
    page.mouse.up()
    page.wait_for_timeout(300)
    expect(titles(page)).to_have_text(FOOD)
    assert ann.acts.count() == acts

    drop(page, "Milk", *center(page.locator("#sidebar a", has_text="Work")))
    expect(message(page)).to_contain_text("Moved “Milk” to “Work”.")
    expect(titles(page)).to_have_text([title for title in FOOD if title != "Milk"])
    assert ann.tasks.get(title="Milk").list == work
    undone = message(page).get_by_text("Undone: moved “Milk” to “Work”.")
    press_for(message(page).get_by_role("button", name="Undo"), undone)
    expect(titles(page)).to_have_text(FOOD)
    drop(page, "Rice", *center(page.locator("#sidebar a", has_text="Today")))
    expect(message(page)).to_contain_text("Moved “Rice” to")
    assert ann.tasks.get(title="Rice").due_date == today

    ann.tasks.filter(title="Salt").update(list=work)
    page.goto(work.get_absolute_url())
    drop(page, "Salt", *center(page.locator("#sidebar a", has_text="Inbox")))
    expect(message(page)).to_contain_text("Moved “Salt” to the Inbox.")

    page.goto("/upcoming/")
    page.wait_for_load_state()
    drop(page, "Rice", *center(page.locator(".group-heading").nth(3)))
    expect(message(page)).to_contain_text("Moved “Rice” to")
    assert ann.tasks.get(title="Rice").due_date == today + timedelta(days=3)


@pytest.mark.exhaustive
class TestKeys:
    def test_keys_typed_while_a_box_loads_go_to_the_box(self, inbox, ann):
        page, milk = inbox, ann.tasks.get(title="Milk")
        row(page, "Milk").locator("a.task-title").focus()
        page.keyboard.type("t")
        page.keyboard.type("14 dec 2031\n", delay=30)
        expect(message(page)).to_contain_text("Moved “Milk” to 14 Dec 2031.")
        row(page, "Milk").locator("a.task-title").focus()
        page.keyboard.type("l")
        page.keyboard.type("dairy\n", delay=30)
        expect(message(page)).to_contain_text("Added #dairy to “Milk”.")
        assert [tag.name for tag in milk.tags.all()] == ["dairy"]
        page.keyboard.type("n")
        page.keyboard.type("gifts\n", delay=30)
        expect(page.get_by_role("heading", name="gifts", exact=True)).to_be_visible()

        page.wait_for_load_state()
        page.get_by_role("link", name="New list").click()
        name = page.get_by_role("dialog").get_by_label("Name")
        expect(name).to_be_focused()
        page.keyboard.type("games")
        page.keyboard.press("Escape")
        page.get_by_role("link", name="New list").click()
        expect(name).to_have_value("games")
        name.fill("")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("Enter a name.")
        name.fill("games")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="games", exact=True)).to_be_visible()
        assert {task_list.name for task_list in ann.lists.all()} == {"gifts", "games"}

        page.goto("/lists/add/")  # a page of a form has no shortcuts
        page.locator("#main").focus()
        page.keyboard.type("gi")
        page.wait_for_timeout(300)
        expect(page).to_have_url(re.compile("/lists/add/$"))

    def test_shortcuts_work_in_other_alphabets_with_shift_and_across_pages(self, inbox, ann):
        page = inbox
        for letter, code in [("й", "KeyQ"), ("θ", "KeyU"), ("/", "KeyQ"), (";", "KeyQ")]:
            page.evaluate(
                "([key, code]) => document.body.dispatchEvent(new KeyboardEvent("
                "'keydown', {key, code, bubbles: true, cancelable: true}))",
                [letter, code],
            )
            if code == "KeyQ":
                expect(page.get_by_label("Add a task")).to_be_focused()
                page.get_by_label("Add a task").blur()
            if letter == "θ":
                expect(message(page)).to_contain_text("Nothing left to undo.")

        page.locator("#bulk > summary").click()
        page.get_by_label("Select “Milk”").click()
        page.get_by_label("Select “Rice”").click(modifiers=["Shift"])
        expect(page.get_by_text("4 selected")).to_be_visible()
        page.reload()
        page.keyboard.press("j")
        for _ in range(3):
            page.keyboard.press("Shift+J")
        expect(page.get_by_text("4 selected")).to_be_visible()
        page.keyboard.press("Shift+K")
        expect(page.get_by_text("3 selected")).to_be_visible()

        page.goto("/inbox/")
        page.wait_for_load_state()
        for key in ["j", "1", "j", "2"]:
            page.keyboard.press(key)
        expect(message(page)).to_contain_text("Gave “Milk” medium priority.")
        page.goto("/today/")
        page.wait_for_load_state()
        page.keyboard.press("u")
        page.keyboard.press("u")
        expect(message(page)).to_contain_text("Undone: gave “Eggs” high priority.")
        assert set(ann.tasks.values_list("priority", flat=True)) == {0}
        page.keyboard.press("Shift+U")
        expect(message(page)).to_contain_text("Redone: gave “Eggs” high priority.")
        assert ann.tasks.get(title="Eggs").priority == 3


@pytest.mark.exhaustive
def test_matching_names_are_offered_and_a_single_one_is_selected(inbox, ann):
    page = inbox
    for name in ["Work", "Garden project", "Garage"]:
        add_list(ann, name)
    for name in ["dairy", "daily"]:
        ann.tags.create(name=name)
    page.goto("/inbox/")
    box = page.get_by_label("Add a task")
    box.click()
    page.keyboard.type("Tea +wo")
    expect(page.locator("#offers li")).to_have_text(["Work"])
    page.keyboard.press("Enter")
    expect(box).to_have_value("Tea +Work ")
    box.fill("")
    page.keyboard.type("Dig +ga")
    expect(page.locator("#offers [aria-selected=true]")).to_have_count(0)
    expect(page.locator("#offers li")).to_have_text(["Garden project", "Garage"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(box).to_have_value('Dig +"Garden project" ')
    page.keyboard.type("#da")
    expect(page.locator("#offers li")).to_have_text(["daily", "dairy"])
    page.keyboard.press("Escape")
    expect(page.locator("#offers")).to_have_count(0)
    page.keyboard.type("ir")
    assert_fine(page, "the names that are offered", [(320, BOTH)])
    box.fill("")
    page.keyboard.type("Buy eggs @")
    expect(page.locator("#offers")).to_have_count(0)  # @ 5 is a time
    page.keyboard.type("dair")
    expect(page.locator("#offers li")).to_have_text(["dairy"])
    page.keyboard.press("Tab")
    expect(box).to_have_value("Buy eggs @dairy ")
    box.fill('Dig +"Garden project" ')
    page.keyboard.type("#dair")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("Dig")
    task = ann.tasks.get(title="Dig")
    assert (task.list.name, [tag.name for tag in task.tags.all()]) == (
        "Garden project",
        ["dairy"],
    )
