"""A visit of the pages of the production server, with hashed file names, in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from accounts.tests.people import PASSWORD
from tasks.tests.browsing import add, open_menu, titles
from todosite.tests.production import database_url, serve
from todosite.tests.test_modules import MOST_BYTES, MOST_FILES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]
HASHED = re.compile(r"/static/js/\w+\.[0-9a-f]{12}\.js$")


@pytest.fixture
def site(static_root):
    """Return the address of a production process on plain http, without a proxy."""
    url = database_url()
    with serve(DATABASE_URL=url, STATIC_ROOT=static_root, HTTPS_ONLY="false") as port:
        yield f"http://localhost:{port}"


@pytest.fixture
def page(browser, site):
    """Return a page in a context of its own, and check for missing files and errors."""
    context = browser.new_context(base_url=site)
    page, faults = context.new_page(), []
    page.set_default_timeout(10_000)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda said: said.type == "error" and faults.append(said.text))
    yield page
    context.close()
    assert faults == []


def test_visit_of_production_misses_no_file(page, ann):
    scripts = []

    def note(response):
        if "/static/js/" in response.url:
            scripts.append(response)

    page.on("response", note)
    page.goto("/accounts/login/")
    page.wait_for_load_state()
    urls = [script.url for script in scripts]
    assert sorted(urls) == sorted(set(urls))  # Preloaded files aren't loaded again.
    page.get_by_label("Email").fill(ann.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto("/inbox/")
    page.wait_for_load_state()
    assert [script.url for script in scripts if not HASHED.search(script.url)] == []
    assert len({script.url for script in scripts}) <= MOST_FILES
    sizes = {script.url: int(script.headers["content-length"]) for script in scripts}
    assert sum(sizes.values()) <= MOST_BYTES
    add(page, "Milk", "Bread")
    page.keyboard.press("Escape")
    titles(page).first.focus()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Bread", exact=True)).to_be_focused()
    open_menu(page, "Milk")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(page.locator("#go-q")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Milk", exact=True).click()
    page.wait_for_load_state()
    page.get_by_label("Notes").fill("Two litres")
    expect(page.locator("#saved")).to_have_text("Not saved yet")
    page.get_by_label("Notes").press("Control+Enter")
    expect(page.locator("#saved")).not_to_have_text("Not saved yet")
    assert ann.tasks.get(title="Milk").description == "Two litres"
