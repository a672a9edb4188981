"""A page that was asked for before a deploy, and misses a module after it, in Chromium."""

import pytest
from playwright.sync_api import expect

from tasks.tests.browsing import titles

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]
MODULES = ["main", "page", "detail", "freshness"]


@pytest.fixture
def page(signed_in, ann):
    ann.tasks.create(title="Milk", description="From the farm")
    return signed_in


def goto(page, path):
    """Go to a page whose scripts aren't there yet."""
    page.goto(path, wait_until="commit")


def hold(page, name):
    """Hold the first request for a module; return a list that fills with it."""
    held = []

    def keep(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(f"**/js/{name}.js", keep)
    return held


def miss(held):
    held[0].fulfill(status=404, body="Not found")


def documents(page):
    """Return a list that fills with the pages that are asked for."""
    seen = []
    page.on("request", lambda request: request.resource_type == "document" and seen.append(request))
    return seen


def type_on(page, seen):
    """Type on once the page is there again, with its line and its scripts."""
    while len(seen) < 2:
        page.wait_for_timeout(20)
    page.wait_for_load_state()
    box = page.get_by_label("Add a task")
    expect(box).to_have_value("Bread tomorrow")
    box.press("End")
    box.press_sequentially(" ")
    expect(page.locator("#add-chips")).to_contain_text("Tomorrow")


@pytest.mark.parametrize("name", MODULES)
def test_page_that_misses_a_module_is_loaded_again_with_what_was_typed(page, name):
    held, seen = hold(page, name), documents(page)
    goto(page, "/inbox/")
    page.get_by_label("Add a task").fill("Bread tomorrow")
    miss(held)
    type_on(page, seen)
    page.get_by_label("Add a task").press("Enter")
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    assert len(seen) == 2
    assert page.evaluate("sessionStorage.length") == 0


def test_fields_of_a_task_come_along(page, ann):
    task = ann.tasks.get()
    held = hold(page, "detail")
    goto(page, f"/tasks/{task.pk}/")
    page.get_by_label("Notes").fill("From the shop")
    page.get_by_label("Title").fill("Cream")
    miss(held)
    expect(page.locator("#saved")).to_have_text("Not saved yet")
    expect(page.get_by_label("Notes")).to_have_value("From the shop")
    expect(page.get_by_label("Title")).to_have_value("Cream")


def test_module_that_comes_by_itself_is_none_of_those(page):
    """slow.js, without which the others run."""
    slow, held, seen = hold(page, "slow"), hold(page, "detail"), documents(page)
    goto(page, "/inbox/")
    # Nothing is shown before slow.js, so that nothing is drawn anew either.
    page.wait_for_function("document.readyState === 'interactive'", polling=50)
    slow[0].continue_()
    page.get_by_label("Add a task").fill("Bread tomorrow")
    miss(held)
    type_on(page, seen)


def test_page_that_goes_on_missing_one_is_loaded_again_once(page):
    page.route("**/js/rows.js", lambda route: route.fulfill(status=404, body="Not found"))
    seen = documents(page)
    page.goto("/inbox/")
    page.wait_for_timeout(1000)
    assert len(seen) == 2
    page.get_by_label("Add a task").fill("Bread")  # without script
    page.get_by_role("button", name="Add", exact=True).click()
    expect(titles(page)).to_have_text(["Milk", "Bread"])


def test_page_that_misses_its_keys_alone_is_loaded_again(page):
    held, seen = hold(page, "keys"), documents(page)
    goto(page, "/inbox/")
    expect(titles(page)).to_have_text(["Milk"])
    miss(held)
    page.wait_for_load_state()
    page.keyboard.press("q")
    expect(page.get_by_label("Add a task")).to_be_focused()
    assert len(seen) == 2


def test_browser_that_keeps_nothing_leaves_what_was_typed_where_it_is(page, client):
    session = client.session
    session["keeps_nothing"] = True
    session.save()
    held, seen = hold(page, "page"), documents(page)
    goto(page, "/inbox/")
    page.get_by_label("Add a task").fill("Bread")
    miss(held)
    page.wait_for_load_state()
    assert len(seen) == 1
    page.get_by_role("button", name="Add", exact=True).click()  # without script
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    assert page.evaluate("sessionStorage.length") == 0


def test_password_is_not_kept_and_stays_where_it_is(new_context):
    page = new_context().new_page()
    held, seen = hold(page, "page"), documents(page)
    goto(page, "/accounts/login/")
    page.get_by_label("Email").fill("ann@example.org")
    page.get_by_label("Password").fill("secret")
    miss(held)
    page.wait_for_load_state()
    expect(page.get_by_label("Email")).to_have_value("ann@example.org")
    expect(page.get_by_label("Password")).to_have_value("secret")
    assert len(seen) == 1


def goto_without_scripts(page, path):
    """Go to a page that has all its scripts but one."""
    hold(page, "page")
    with page.expect_response("**/htmx-*.js"):
        goto(page, path)


def test_link_pressed_before_the_scripts_are_there_opens_its_page(page):
    """htmx alone would fetch what nothing opens."""
    goto_without_scripts(page, "/inbox/")
    page.get_by_role("link", name="Keyboard").click()
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()


def test_line_sent_before_the_scripts_are_there_is_added_once(page, ann):
    """htmx alone would leave it in the box."""
    goto_without_scripts(page, "/inbox/")
    page.get_by_label("Add a task").fill("Bread")
    page.get_by_label("Add a task").press("Enter")
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    expect(page.get_by_label("Add a task")).to_have_value("")
    assert ann.tasks.filter(title="Bread").count() == 1


def test_page_that_goes_on_missing_one_works_without_script(page):
    page.route("**/js/rows.js", lambda route: route.fulfill(status=404, body="Not found"))
    page.goto("/inbox/")
    page.get_by_role("link", name="Keyboard").click()
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
