"""A page left open over midnight, in Chromium: it shows the new day by itself."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tasks.tests.browsing import look, open_menu, open_task, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]

# The user's time zone; browser and server are in others.
EVE = datetime(2026, 11, 25, 23, 58, tzinfo=ZoneInfo("Asia/Kathmandu"))
TODAY, TOMORROW = date(2026, 11, 25), date(2026, 11, 26)
MANY = 10  # times that a page may ask in vain


class Time:
    """The time of the server and of the browser."""

    def __init__(self, monkeypatch, page):
        self.page, self.now = page, EVE
        monkeypatch.setattr(timezone, "now", lambda: self.now.astimezone(ZoneInfo("UTC")))
        page.clock.install(time=EVE)

    def pass_by(self, **duration):
        """Let so much time pass, as while a laptop sleeps: timers fire once, at the end."""
        self.now += timedelta(**duration)
        self.page.clock.fast_forward(timedelta(**duration) // timedelta(milliseconds=1))


@pytest.fixture
def asked(page):
    """The pages that the page requests after loading."""
    urls = []

    def note(request):
        if "/static/" not in request.url and "/read/" not in request.url:
            urls.append(request.url)

    page.on("request", note)
    return urls


@pytest.fixture
def time(page, ann, client, live_server, monkeypatch):
    ann.time_zone = "Asia/Kathmandu"
    ann.save()
    time = Time(monkeypatch, page)
    ann.tasks.create(title="Milk", due_date=TODAY)
    ann.tasks.create(title="Bread", due_date=TOMORROW)
    sign_in(page, client, ann, live_server)
    page.goto("/today/")
    page.wait_for_load_state()
    return time


def headings(page):
    return page.locator(".group-heading")


def test_page_shows_the_new_day_at_midnight_without_earlier_requests(page, time, asked):
    page.wait_for_function("() => document.visibilityState === 'visible'")
    time.pass_by(seconds=90)
    page.wait_for_timeout(300)
    assert asked == []
    expect(headings(page)).to_contain_text(["Today"])
    time.pass_by(seconds=60)
    expect(headings(page)).to_contain_text(["Overdue", "Today"])
    expect(page.locator("#head time")).to_have_text("Thursday, 26 November")
    button = page.locator("#bulk-dates button", has_text="Tomorrow")
    expect(button).to_have_attribute("value", "due 2026-11-27")
    expect(page.locator("#count-today")).to_contain_text("2")
    assert len(asked) == 1

    # A laptop that sleeps is updated once, too.
    asked.clear()
    time.pass_by(hours=15)
    page.wait_for_timeout(300)
    assert asked == []
    time.pass_by(hours=10)
    expect(page.locator("#head time")).to_have_text("Friday, 27 November")
    assert len(asked) == 1


def test_typed_text_stays_at_midnight_and_busy_parts_follow_later(page, time, asked):
    open_task(page, "Milk")
    page.wait_for_load_state()
    page.get_by_label("Title").fill("Half a title")
    page.get_by_label("Add a task").fill("Half a line")
    asked.clear()
    time.pass_by(minutes=3)
    expect(headings(page)).to_contain_text(["Overdue", "Today"])
    expect(page.get_by_label("Title")).to_have_value("Half a title")
    expect(page.get_by_label("Add a task")).to_have_value("Half a line")
    time.pass_by(minutes=30)
    page.wait_for_timeout(300)
    assert len(asked) == 1
    page.get_by_label("Title").fill("Milk")
    with page.expect_response("**/tasks/*/?on=*"):
        time.pass_by(minutes=1)
    assert len(asked) == 2


def test_menu_closes_at_midnight_unless_it_has_typed_text(page, time):
    """Its days are outdated, but further typing would press shortcuts of a row."""
    open_menu(page, "Milk")
    time.pass_by(minutes=3)
    expect(page.locator("#menu")).to_be_hidden()
    open_menu(page, "Bread")
    when = page.locator("#menu-when")
    when.fill("14 d")
    time.pass_by(hours=24)
    expect(page.locator("#head time")).to_have_text("Friday, 27 November")
    when.press_sequentially("ec")
    expect(when).to_have_value("14 dec")


def test_update_waits_for_an_act_and_until_the_page_is_visible(page, time, asked):
    held = []
    page.route("**/complete/", lambda route: held.append(route))
    time.pass_by(seconds=100)
    look(page)
    page.get_by_role("button", name="Complete “Milk”").click()
    page.wait_for_function("() => document.querySelector('.htmx-request')")
    asked.clear()
    time.pass_by(seconds=25)
    page.wait_for_timeout(300)
    assert asked == []
    held[0].continue_()
    expect(page.get_by_role("button", name="Reopen “Milk”")).to_be_visible()
    time.pass_by(minutes=1)
    expect(page.locator("#head time")).to_have_text("Thursday, 26 November")

    page.evaluate(
        "Object.defineProperty(document, 'visibilityState', {get: () => 'hidden'}), undefined"
    )
    asked.clear()
    time.pass_by(hours=32)
    page.wait_for_timeout(300)
    assert asked == []


def test_device_with_a_fast_clock_gives_up(page, time, asked):
    for _ in range(MANY + 5):
        page.clock.fast_forward("10:00")
        page.wait_for_timeout(100)
    assert 0 < len(asked) <= MANY
    expect(headings(page)).to_contain_text(["Today"])
