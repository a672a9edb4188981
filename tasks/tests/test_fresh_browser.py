"""A page that comes back into view, in Chromium: up to date, and without losing typed text."""

import pytest
from playwright.sync_api import expect

from accounts.tests.people import add_user
from tasks.models import Task
from tasks.tests.browsing import message, open_task, sign_in, titles, wait_until
from tasks.tests.making import add_list, add_tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(signed_in, ann):
    ann.tasks.create(title="Milk")
    signed_in.goto("/inbox/")
    return signed_in


def come_back(page):
    """Show the page again, as when its tab is selected; it asks for changes once idle."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.evaluate(
        "performance.now = ((now) => () => now() + 1000)(performance.now.bind(performance));"
        " void dispatchEvent(new Event('focus'))"
    )


def expect_nothing_new(page):
    """Come back, and expect the reply that nothing has changed."""
    with page.expect_response("**/inbox/") as found:
        come_back(page)
    assert found.value.status == 304


def test_changes_made_elsewhere_appear_and_typed_text_and_choices_stay(
    page, ann, client, live_server
):
    page.evaluate("document.querySelector('.task').dataset.mark = '1'")
    expect_nothing_new(page)
    assert page.locator("[data-mark]").count() == 1

    box = page.get_by_label("Add a task")
    box.fill("Half a")
    ann.tasks.create(title="Bread")
    come_back(page)
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    expect(page.locator("#count-inbox")).to_contain_text("2")
    expect(box).to_have_value("Half a")
    expect(box).to_be_focused()
    expect_nothing_new(page)  # the request has the new state

    page.get_by_text("Select", exact=True).click()
    page.get_by_label("Select “Milk”").check()
    ann.tasks.create(title="Tea")
    come_back(page)
    expect(titles(page)).to_have_text(["Milk", "Bread", "Tea"])
    expect(page.get_by_label("Select “Milk”")).to_be_checked()
    expect(page.get_by_text("1 selected")).to_be_visible()

    page.get_by_label("All 3 on this page").check()
    ann.tasks.create(title="Salt")
    come_back(page)
    expect(titles(page)).to_have_text(["Milk", "Bread", "Tea", "Salt"])
    expect(page.get_by_label("All 3 on this page")).to_be_checked()
    page.locator("#bulk").get_by_role("button", name="Delete", exact=True).click()
    expect(titles(page)).to_have_text(["Salt"])

    ben = add_user("ben@example.org")
    ben.tasks.create(title="Secret")
    sign_in(page, client, ben, live_server)
    come_back(page)
    expect(message(page)).to_contain_text("Your sign-in has changed. Copy what you typed")
    expect(titles(page)).to_have_text(["Salt"])


def test_requests_under_way_neither_hide_changes_nor_bring_old_rows_back(page, ann):
    box = page.get_by_label("Add a task")
    box.fill("Bread")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    ann.tasks.get(title="Bread").delete_softly()  # so the page's first state is there again
    page.wait_for_load_state("networkidle")  # reading the line may still be under way
    come_back(page)
    expect(titles(page)).to_have_text(["Milk"])

    with page.expect_request("**/tasks/read/") as read:
        box.press_sequentially("Tea")
    read.value.response()
    ann.tasks.create(title="Rice")
    held = []
    page.route("**/inbox/", lambda route: held.append(route))
    with page.expect_request("**/inbox/"):
        come_back(page)
    with page.expect_response("**/tasks/read/"):
        box.press_sequentially(" tomorrow")
    held.pop().continue_()
    expect(titles(page)).to_have_text(["Milk", "Rice"])
    page.unroute("**/inbox/")

    # What was asked before an act, and is replied to after it, is dropped.
    ann.tasks.create(title="Salt")
    page.route("**/inbox/", lambda route: held.append((route, route.fetch())))
    come_back(page)
    wait_until(page, lambda: held)
    page.get_by_role("button", name="Complete “Milk”").click()
    expect(titles(page)).to_have_text(["Rice", "Salt"])
    ((route, response),) = held
    assert "Milk" in response.text()
    with page.expect_response("**/inbox/"):
        route.fulfill(response=response)
    page.wait_for_timeout(200)
    expect(titles(page)).to_have_text(["Rice", "Salt"])


def test_open_task_shows_changes_made_elsewhere_and_keeps_typed_text(page):
    open_task(page, "Milk")
    title, notes = page.get_by_label("Title"), page.get_by_label("Notes")
    elsewhere = "\n\n  From\nthe phone\n"
    Task.objects.get().edit(title="Oat milk", description=elsewhere)
    come_back(page)
    expect(title).to_have_value("Oat milk")
    expect(notes).to_have_value(elsewhere)
    expect(titles(page)).to_have_text(["Oat milk"])
    expect(page).to_have_title("Oat milk · Todosite")
    Task.objects.get().edit(priority=3)
    come_back(page)
    expect(page.get_by_label("High")).to_be_checked()
    page.get_by_role("button", name="Save").click()
    expect(message(page)).to_contain_text("No changes to save.")
    title.fill("Soy milk")
    page.get_by_role("button", name="Save").click()
    expect(message(page)).to_contain_text("Renamed “Oat milk” to “Soy milk”.")
    assert Task.objects.get().description == elsewhere

    notes.fill("My notes")
    Task.objects.get().edit(description="Theirs", priority=1)
    come_back(page)
    expect(page.locator(".task")).to_contain_text("Low")
    expect(notes).to_have_value("My notes")
    notes.fill(elsewhere)  # the form is updated once it's as it was
    come_back(page)
    expect(notes).to_have_value("Theirs")

    title.fill("Mine")
    Task.objects.get().edit(title="Other")
    come_back(page)
    expect(titles(page)).to_have_text(["Other"])
    expect(title).to_have_value("Mine")
    notes.fill("My notes")
    Task.objects.get().edit(description="From the phone")
    page.get_by_role("button", name="Save").click()
    for words in ["Other", "From the phone"]:
        expect(page.get_by_text(f"This was changed in the meantime to: {words}")).to_be_visible()
    Task.objects.get().edit(priority=2)
    come_back(page)
    expect(page.locator(".task")).to_contain_text("Medium")
    expect(title).to_have_value("Mine")
    expect(notes).to_have_value("My notes")

    page.context.clear_cookies(name="sessionid")
    with page.expect_request("**/tasks/*/?on=*"):
        come_back(page)
    page.wait_for_timeout(300)
    expect(title).to_have_value("Mine")


@pytest.mark.exhaustive
def test_scroll_position_stays(page, ann):
    add_tasks(ann, *(f"Task {n}" for n in range(30)))
    page.goto("/inbox/")
    page.get_by_role("link", name="Task 20", exact=True).focus()
    before = page.evaluate("scrollY")
    assert before > 0
    ann.tasks.get(title="Task 29").edit(title="Other")
    come_back(page)
    expect(page.get_by_role("link", name="Other", exact=True)).to_have_count(1)
    assert page.evaluate("scrollY") == before
    expect(page.get_by_role("link", name="Task 20", exact=True)).to_be_focused()


@pytest.mark.exhaustive
def test_history_trash_and_lists_are_updated_and_a_deleted_list_is_reported(page, ann):
    for path, words, change in [
        ("/history/", "You completed “Milk”", lambda: ann.tasks.get().complete()),
        ("/trash/", "Milk", lambda: ann.tasks.get().delete_softly()),
        ("/lists/", "Work", lambda: add_list(ann, "Work")),
    ]:
        page.goto(path)
        change()
        come_back(page)
        expect(page.locator("#part").get_by_text(words).first).to_be_visible()
    work = ann.lists.get()
    page.goto(work.get_absolute_url())
    page.get_by_label("Add a task").fill("Half a")
    work.delete_softly()
    come_back(page)
    expect(message(page)).to_contain_text("This no longer exists")
    expect(page.get_by_label("Add a task")).to_have_value("Half a")


def test_waiting_for_an_answer_and_a_lost_network_are_shown(page):
    bar = "getComputedStyle(document.documentElement, '::before').content"
    assert page.evaluate(bar) == "none"
    seen = []
    page.route("**/complete/", lambda route: (seen.append(page.evaluate(bar)), route.continue_()))
    page.get_by_role("button", name="Complete “Milk”").click()
    expect(titles(page)).to_have_count(0)
    assert seen == ['""']
    assert page.evaluate(bar) == "none"
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline. What you type stays here.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("You are offline.")).to_have_count(0)
