"""A page that comes back into view, in Chromium: up to date, and without losing typed text."""

import pytest
from playwright.sync_api import expect

from accounts.tests.people import add_user
from tasks.models import Task, TaskList
from tasks.tests.browsing import message, open_task, sign_in, titles

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


def test_tasks_added_elsewhere_appear_and_typed_text_stays(page, ann):
    page.get_by_label("Add a task").fill("Half a")
    ann.tasks.create(title="Bread")
    come_back(page)
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    expect(page.locator("#count-inbox")).to_contain_text("2")
    expect(page.get_by_label("Add a task")).to_have_value("Half a")
    expect(page.get_by_label("Add a task")).to_be_focused()


@pytest.mark.exhaustive
def test_changes_are_shown_although_a_line_is_being_read(page, ann):
    with page.expect_request("**/tasks/read/") as read:
        page.get_by_label("Add a task").press_sequentially("Tea")
    read.value.response()
    ann.tasks.create(title="Bread")
    waiting = []
    page.route("**/inbox/", lambda route: waiting.append(route))
    with page.expect_request("**/inbox/"):
        come_back(page)
    with page.expect_response("**/tasks/read/"):
        page.get_by_label("Add a task").press_sequentially(" tomorrow")
    waiting[0].continue_()
    expect(titles(page)).to_have_text(["Milk", "Bread"])


@pytest.mark.exhaustive
def test_unchanged_page_is_not_touched(page):
    page.evaluate("document.querySelector('.task').dataset.mark = '1'")
    with page.expect_response("**/inbox/") as found:
        come_back(page)
    assert found.value.status == 304
    assert page.locator("[data-mark]").count() == 1


@pytest.mark.exhaustive
def test_next_request_has_the_new_state(page, ann):
    ann.tasks.create(title="Bread")
    come_back(page)
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    with page.expect_response("**/inbox/") as found:
        come_back(page)
    assert found.value.status == 304


@pytest.mark.exhaustive
def test_scroll_position_stays(page, ann):
    for n in range(60):
        ann.tasks.create(title=f"Task {n}")
    page.goto("/inbox/")
    page.get_by_role("link", name="Task 40", exact=True).focus()
    before = page.evaluate("scrollY")
    assert before > 0
    ann.tasks.get(title="Task 59").edit(title="Other")
    come_back(page)
    expect(page.get_by_role("link", name="Other", exact=True)).to_have_count(1)
    assert page.evaluate("scrollY") == before
    expect(page.get_by_role("link", name="Task 40", exact=True)).to_be_focused()


def test_selected_rows_and_open_popups_stay(page, ann):
    page.get_by_text("Select", exact=True).click()
    page.get_by_label("Select “Milk”").check()
    ann.tasks.create(title="Bread")
    come_back(page)
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    expect(page.get_by_label("Select “Milk”")).to_be_checked()
    expect(page.get_by_text("1 selected")).to_be_visible()


def test_open_task_shows_changes_made_elsewhere(page):
    open_task(page, "Milk")
    Task.objects.get().edit(title="Oat milk", description="From the phone")
    come_back(page)
    expect(page.get_by_label("Title")).to_have_value("Oat milk")
    expect(page.get_by_label("Notes")).to_have_value("From the phone")
    expect(titles(page)).to_have_text(["Oat milk"])
    expect(page).to_have_title("Oat milk · Todosite")
    page.get_by_role("button", name="Save").click()
    expect(message(page)).to_contain_text("No changes to save.")


@pytest.mark.parametrize(("field", "column"), [("Title", "title"), ("Notes", "description")])
def test_text_being_typed_stays_and_conflicts_are_shown(page, field, column):
    open_task(page, "Milk")
    page.get_by_label(field).fill("Mine")
    Task.objects.get().edit(**{column: "Theirs"})
    come_back(page)
    if field == "Title":
        expect(titles(page)).to_have_text(["Theirs"])
    expect(page.get_by_label(field)).to_have_value("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This was changed in the meantime to: Theirs")).to_be_visible()
    expect(page.get_by_label(field)).to_have_value("Mine")


@pytest.mark.exhaustive
def test_refused_text_stays(page):
    open_task(page, "Milk")
    page.get_by_label("Title").fill("Mine")
    page.get_by_label("Notes").fill("My notes")
    Task.objects.get().edit(title="Theirs")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This was changed in the meantime to: Theirs")).to_be_visible()
    Task.objects.get().edit(priority=3)
    come_back(page)
    expect(page.locator(".task")).to_contain_text("High")
    expect(page.get_by_label("Title")).to_have_value("Mine")
    expect(page.get_by_label("Notes")).to_have_value("My notes")


@pytest.mark.exhaustive
def test_line_ends_of_notes_stay(page):
    Task.objects.get().edit(description="\n\n  indented\nlast\n")
    page.reload()
    open_task(page, "Milk")
    Task.objects.get().edit(priority=3)
    come_back(page)
    expect(page.get_by_label("High")).to_be_checked()
    page.get_by_label("Title").fill("Oat milk")
    page.get_by_role("button", name="Save").click()
    expect(message(page)).to_contain_text("Renamed “Milk” to “Oat milk”.")
    assert Task.objects.get().description == "\n\n  indented\nlast\n"


def test_bulk_bar_stays_with_its_choices(page, ann):
    page.get_by_text("Select", exact=True).click()
    page.get_by_label("All 1 on this page").check()
    ann.tasks.create(title="Bread")
    come_back(page)
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    expect(page.get_by_label("All 1 on this page")).to_be_checked()
    page.locator("#bulk").get_by_role("button", name="Delete", exact=True).click()
    expect(titles(page)).to_have_text(["Bread"])


@pytest.mark.exhaustive
def test_change_undone_elsewhere_is_shown(page, ann):
    page.get_by_label("Add a task").fill("Bread")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    ann.tasks.get(title="Bread").delete_softly()
    page.wait_for_load_state("networkidle")  # reading the line may still be under way
    come_back(page)
    expect(titles(page)).to_have_text(["Milk"])


def test_edited_form_is_updated_once_reverted(page):
    open_task(page, "Milk")
    page.get_by_label("Title").fill("Milky")
    Task.objects.get().edit(description="From the phone")
    come_back(page)
    page.wait_for_timeout(300)
    expect(page.get_by_label("Notes")).to_have_value("")
    page.get_by_label("Title").fill("Milk")
    come_back(page)
    expect(page.get_by_label("Notes")).to_have_value("From the phone")


def test_page_never_shows_another_users_rows(page, client, live_server):
    ben = add_user("ben@example.org")
    ben.tasks.create(title="Secret")
    sign_in(page, client, ben, live_server)
    come_back(page)
    expect(message(page)).to_contain_text("Your sign-in has changed. Copy what you typed")
    expect(titles(page)).to_have_text(["Milk"])


def test_answer_from_before_an_act_is_dropped(page, ann):
    ann.tasks.create(title="Bread")
    held = []
    page.route("**/inbox/", lambda route: held.append((route, route.fetch())))
    come_back(page)
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Complete “Milk”").click()
    expect(titles(page)).to_have_text(["Bread"])
    route, response = held[0]
    assert "Milk" in response.text()
    with page.expect_response("**/inbox/"):
        route.fulfill(response=response)
    page.wait_for_timeout(200)
    expect(titles(page)).to_have_text(["Bread"])


@pytest.mark.exhaustive
def test_list_deleted_elsewhere_leads_to_a_message(page, ann):
    work = TaskList(user=ann, name="Work")
    work.add()
    page.goto(work.get_absolute_url())
    page.get_by_label("Add a task").fill("Half a")
    work.delete_softly()
    come_back(page)
    expect(message(page)).to_contain_text("This no longer exists")
    expect(page.get_by_label("Add a task")).to_have_value("Half a")


def test_expired_session_leaves_the_page(page, ann):
    open_task(page, "Milk")
    page.get_by_label("Title").fill("Half a")
    page.context.clear_cookies(name="sessionid")
    come_back(page)
    page.wait_for_timeout(300)
    expect(page.get_by_label("Title")).to_have_value("Half a")


@pytest.mark.exhaustive
def test_history_trash_and_lists_are_updated(page, ann):
    for path, words, change in [
        ("/history/", "You completed “Milk”", lambda: ann.tasks.get().complete()),
        ("/trash/", "Milk", lambda: ann.tasks.get().delete_softly()),
        ("/lists/", "Work", lambda: TaskList(user=ann, name="Work").add()),
    ]:
        page.goto(path)
        change()
        come_back(page)
        expect(page.locator("#part").get_by_text(words).first).to_be_visible()


def test_offline_browser_says_so(page):
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline. What you type stays here.")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("You are offline.")).to_have_count(0)


@pytest.mark.exhaustive
def test_waiting_for_an_answer_is_shown(page):
    bar = "getComputedStyle(document.documentElement, '::before').content"
    assert page.evaluate(bar) == "none"
    seen = []
    page.route("**/complete/", lambda route: (seen.append(page.evaluate(bar)), route.continue_()))
    page.get_by_role("button", name="Complete “Milk”").click()
    expect(titles(page)).to_have_count(0)
    assert seen == ['""']
    assert page.evaluate(bar) == "none"
