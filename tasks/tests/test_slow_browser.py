"""A slow change of pages, in Chromium: a progress bar shows that the page is coming."""

import threading

import pytest
from playwright.sync_api import expect

from tasks.pages.listings import Upcoming
from tasks.pages.search import Search
from tasks.tests.browsing import message
from tasks.tests.making import add_tasks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]

# Logs each change of the bar at the top: its delay and its duration. Playwright can't query a page
# that is being left, so the page logs it by itself.
WATCH = """
() => {
    let last = "";
    setInterval(() => {
        const {content, animationDelay, animationDuration} =
            getComputedStyle(document.documentElement, "::before");
        const bar = content === "none" ? "" : `${animationDelay} ${animationDuration}`;
        if (bar !== last) console.debug(`bar: ${bar}`);
        last = bar;
    }, 10);
}
"""
# Logs whether there is a bar, each time the browser tells the page that it's being left.
TELL = """
() => addEventListener("beforeunload", () => setTimeout(() =>
    console.debug(`bar: ${"leaving" in document.documentElement.dataset}`)))
"""
HAS_BAR = "'leaving' in document.documentElement.dataset"
LONGEST = 20  # seconds, after which a page comes by itself


@pytest.fixture
def page(signed_in, ann):
    add_tasks(ann, "Milk", "Bread", "Cheese")
    signed_in.emulate_media(reduced_motion="no-preference")
    signed_in.goto("/inbox/")
    signed_in.wait_for_load_state()
    return signed_in


@pytest.fixture
def gate(monkeypatch):
    """A gate that Upcoming and searches wait for."""
    gate = threading.Event()
    for listing in (Upcoming, Search):
        monkeypatch.setattr(listing, "first_ones", waiting(gate, listing.first_ones))
    yield gate
    gate.set()


def waiting(gate, method):
    def first_ones(listing):
        gate.wait(LONGEST)
        return method(listing)

    return first_ones


def bar_after(page, act, *args, **kwargs):
    """Do something. Return the bar that it shows, or "" when the bar disappears."""
    with page.expect_console_message(lambda said: said.text.startswith("bar:")) as said:
        act(*args, **kwargs)
    return said.value.text.removeprefix("bar:").strip()


def leave(page):
    """Press a link to a slow page."""
    page.get_by_role("link", name="Upcoming").click(no_wait_after=True)


def test_bar_is_shown_until_the_page_arrives_or_is_stopped(page, gate):
    page.evaluate(WATCH)
    assert bar_after(page, leave, page) == "0.3s 8s"
    gate.set()
    page.wait_for_url("**/upcoming/")
    assert not page.evaluate(HAS_BAR)
    page.go_back()
    page.wait_for_load_state()
    assert not page.evaluate(HAS_BAR)

    page.goto("/search/")
    gate.clear()
    page.evaluate(WATCH)
    page.locator(".search #id_q").fill("milk")  # a form without htmx
    enter = page.locator(".search #id_q").press
    assert bar_after(page, enter, "Enter", no_wait_after=True) == "0.3s 8s"
    gate.set()
    page.wait_for_url("**/search/?q=milk")

    page.wait_for_load_state()
    gate.clear()
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(WATCH)
    assert bar_after(page, leave, page) == "0.3s 0s"
    assert bar_after(page, page.keyboard.press, "Escape") == ""
    gate.set()
    page.wait_for_url("**/upcoming/")  # a page that is being left may not answer who closes it


def test_pages_fade_into_each_other_unless_motion_is_reduced(page, gate):
    gate.set()
    page.add_init_script(
        "addEventListener('pagereveal', e => { window.fades = Boolean(e.viewTransition) })"
    )
    for motion, fades in [("no-preference", True), ("reduce", False)]:
        page.emulate_media(reduced_motion=motion)
        page.goto("/inbox/")
        leave(page)
        page.wait_for_url("**/upcoming/")
        page.wait_for_function("() => 'fades' in window")
        assert (motion, page.evaluate("window.fades")) == (motion, fades)


def test_page_shows_no_bar_if_its_user_stays(page, gate):
    page.goto("/tasks/add/")
    page.get_by_label("Notes").fill("Half a note")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.evaluate(TELL)
    assert bar_after(page, leave, page) == "false"
    page.get_by_label("Notes").fill("")


def test_link_to_a_file_or_a_mail_shows_no_bar(page):
    """The page stays, although the browser tells it that it's being left."""
    page.evaluate(TELL)
    page.route(
        "**/download/",
        lambda route: route.fulfill(
            headers={"Content-Disposition": "attachment; filename=codes.txt"}, body="1"
        ),
    )
    for link in ["/accounts/2fa/recovery-codes/download/", "mailto:a@example.org"]:
        page.evaluate(
            """link => {
                const fields = {href: link, textContent: link};
                const way = Object.assign(document.createElement("a"), fields);
                if (!link.startsWith("mailto:")) way.dataset.file = "";
                document.getElementById("main").prepend(way);
            }""",
            link,
        )
        elsewhere = page.get_by_role("link", name=link).click
        with page.expect_request(lambda request, link=link: request.url.endswith(link)):
            assert (link, bar_after(page, elsewhere, no_wait_after=True)) == (link, "false")
    page.context.seen.clear()  # a mail is no request to another host


def test_skipped_view_transition_is_no_error(page):
    """Here the style sheet comes late. Any error fails the test (conftest.py)."""
    page.route("**/app.css", lambda route: route.continue_())  # from no cache, then
    for _ in range(2):
        for name in ("Today", "Upcoming", "Inbox"):
            page.get_by_role("link", name=name).first.click(no_wait_after=True)
    page.wait_for_url("**/inbox/")
    page.go_back()
    page.go_forward()
    page.get_by_role("button", name="Complete “Milk”").click()
    expect(message(page)).to_contain_text("Completed")
