"""Frequent acts of the browser tests, done as a person does them."""

from playwright.sync_api import TimeoutError, expect

from accounts.tests.people import begin_session


def sign_in(page, client, user, live_server):
    begin_session(client, user)
    value = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])


def titles(page):
    return page.locator("a.task-title:visible")


def add(page, *lines):
    for line in lines:
        page.get_by_label("Add a task").fill(line)
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("link", name=line, exact=True)).to_be_visible()


def look(page):
    """Look where the rows are: a press right after they have moved does nothing (calm.js)."""
    page.wait_for_timeout(350)


def press_for(pressed, wanted):
    """Press until an element appears: rows may move at any time, and a press then does nothing."""
    for _ in range(3):
        pressed.click()
        try:
            return wanted.wait_for(timeout=3000)
        except TimeoutError:
            pass
    return expect(wanted).to_be_visible()


def wait_until(page, is_so):
    """Wait until a function returns something true, for ten seconds at most."""
    for _ in range(200):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError("It was not so within ten seconds.")


def open_task(page, title):
    """Open a task's page, and wait for its scripts: earlier keys would do nothing."""
    look(page)
    press_for(page.get_by_role("link", name=title, exact=True), page.locator("#detail-form"))
    page.wait_for_load_state()


def open_menu(page, title):
    """Open the menu of a row: a popup, or without JavaScript a page."""
    look(page)
    row = page.locator(".task, .step", has_text=title).first
    row.hover()
    press_for(row.locator(".btn-icon"), page.locator("#menu-title", has_text=title))


def press(page, title, button):
    """Press a button of a row's menu."""
    open_menu(page, title)
    page.get_by_role("button", name=button, exact=True).click()


def mark(page):
    """Mark the page, to check later that it hasn't been reloaded."""
    page.wait_for_load_state()
    page.evaluate("window.samePage = true")


def is_same(page):
    return page.evaluate("window.samePage === true")


def row(page, title):
    return page.locator(".task, .step, .card-row", has_text=title).first


def drag(page, title, onto):
    """Drag a row by its handle to the position of another row."""
    row(page, title).hover()
    row(page, title).locator(".grip").hover()
    page.mouse.down()
    to = row(page, onto).bounding_box()
    for y in (20, 4, 2):  # In three moves, as a hand does: near, there, and a little further.
        page.mouse.move(to["x"] + to["width"] - 20, to["y"] + y, steps=8)
        page.wait_for_timeout(200)  # while the rows make room
    page.mouse.up()


def message(page):
    return page.locator("#messages")
