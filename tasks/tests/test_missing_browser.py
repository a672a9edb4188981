"""A page loaded before a deployment that misses a module afterwards, in Chromium."""

import pytest
from playwright.sync_api import expect

from tasks.tests.browsing import titles, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]
MODULES = ["main", "page", "detail", "freshness"]


@pytest.fixture
def page(signed_in, ann):
    ann.tasks.create(title="Milk", description="From the farm")
    return signed_in


def goto(page, path):
    """Go to a page with missing scripts."""
    page.goto(path, wait_until="commit")


def hold(page, name):
    """Hold the first request for a module. Return a list that collects it.

    The module is missing until the page is loaded again: Chromium may ask once more for a module
    after its preload failed.
    """
    held, loads = [], documents(page)

    def keep(route):
        if len(loads) > 1:
            route.continue_()
        elif held:
            route.fulfill(status=404, body="Not found")
        else:
            held.append(route)

    page.route(f"**/js/{name}.js", keep)
    return held


def miss(held):
    held[0].fulfill(status=404, body="Not found")


def documents(page):
    """Return a list that collects the requested pages."""
    seen = []
    page.on("request", lambda request: request.resource_type == "document" and seen.append(request))
    return seen


def type_on(page, seen):
    """Type more once the page is back, with its line and its scripts."""
    wait_until(page, lambda: len(seen) == 2)
    page.wait_for_load_state()
    box = page.get_by_label("Add a task")
    expect(box).to_have_value("Bread tomorrow")
    box.press("End")
    box.press_sequentially(" ")
    expect(page.locator("#add-chips")).to_contain_text("Tomorrow")


def test_page_with_a_missing_module_reloads_and_keeps_typed_text(page):
    for name in MODULES:
        held, seen = hold(page, name), documents(page)
        goto(page, "/inbox/")
        page.get_by_label("Add a task").fill("Bread tomorrow")
        miss(held)
        type_on(page, seen)
        assert (name, len(seen)) == (name, 2)
        page.get_by_label("Add a task").fill("")
    page.get_by_label("Add a task").fill("Bread tomorrow")
    page.get_by_label("Add a task").press("Enter")
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    assert page.evaluate("sessionStorage.length") == 0


def test_reload_keeps_the_fields_of_a_task(page, ann):
    task = ann.tasks.get()
    held = hold(page, "detail")
    goto(page, f"/tasks/{task.pk}/")
    page.get_by_label("Notes").fill("From the shop")
    page.get_by_label("Title").fill("Cream")
    miss(held)
    expect(page.locator("#saved")).to_have_text("Not saved yet")
    expect(page.get_by_label("Notes")).to_have_value("From the shop")
    expect(page.get_by_label("Title")).to_have_value("Cream")


def test_optional_module_causes_no_reload(page):
    """The others run without slow.js."""
    slow, held, seen = hold(page, "slow"), hold(page, "detail"), documents(page)
    goto(page, "/inbox/")
    # The page isn't shown before slow.js, so that it isn't drawn twice.
    page.wait_for_function("() => document.readyState === 'interactive'", polling=50)
    slow[0].continue_()
    page.get_by_label("Add a task").fill("Bread tomorrow")
    miss(held)
    type_on(page, seen)


def test_page_reloads_only_once_and_works_without_script(page):
    page.route("**/js/rows.js", lambda route: route.fulfill(status=404, body="Not found"))
    seen = documents(page)
    page.goto("/inbox/")
    page.wait_for_timeout(1000)
    assert len(seen) == 2
    page.get_by_label("Add a task").fill("Bread")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    page.get_by_role("link", name="Keyboard").click()
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()


def test_page_with_a_missing_keys_module_reloads(page):
    held, seen = hold(page, "keys"), documents(page)
    goto(page, "/inbox/")
    expect(titles(page)).to_have_text(["Milk"])
    miss(held)
    page.wait_for_load_state()
    page.keyboard.press("q")
    expect(page.get_by_label("Add a task")).to_be_focused()
    assert len(seen) == 2


def test_browser_without_storage_keeps_typed_text_in_place(page, client):
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


def test_password_is_not_stored_and_stays_in_place(shared_page):
    page = shared_page
    page.set_default_timeout(5000)
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
    """Go to a page with all its scripts but one."""
    hold(page, "page")
    with page.expect_response("**/htmx-*.js"):
        goto(page, path)


def test_line_and_link_pressed_before_scripts_run_take_effect_once(page, ann):
    """htmx alone would leave the line in the box, and fetch a fragment that no script shows."""
    goto_without_scripts(page, "/inbox/")
    page.get_by_label("Add a task").fill("Bread")
    page.get_by_label("Add a task").press("Enter")
    expect(titles(page)).to_have_text(["Milk", "Bread"])
    expect(page.get_by_label("Add a task")).to_have_value("")
    assert ann.tasks.filter(title="Bread").count() == 1
    goto_without_scripts(page, "/inbox/")
    page.get_by_role("link", name="Keyboard").click()
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
