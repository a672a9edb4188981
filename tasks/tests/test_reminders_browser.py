"""Reminders in Chromium: set and snoozed in place, and told by one of the open tabs."""

from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tasks.mail_links import Completing, Snoozing, Stopping
from tasks.tests.browsing import is_same, look, mark, message, open_task, wait_until
from todosite.tests.axe import BOTH, assert_fine

pytestmark = pytest.mark.django_db(transaction=True)

# Chromium without a screen denies notifications: this one allows them, and keeps what it was told.
NOTIFICATIONS = """
window.Notification = class {
    static permission = localStorage.getItem("allowed") ?? "default";
    static async requestPermission() {
        localStorage.setItem("allowed", "granted");
        Notification.permission = "granted";
    }
    constructor(title) { (window.told ??= []).push(title); }
};
"""


@pytest.fixture
def rent(ann):
    # Not tomorrow: after 17:00, "1 day before" would be past.
    day = ann.today() + timedelta(days=2)
    return ann.tasks.create(title="Rent", due_date=day, due_time=time(17))


def rows(page):
    return page.locator(".reminder")


def due_soon(task, seconds):
    """Give a task a reminder that is due in some seconds. Return it."""
    (reminder,) = task.set_reminders([0])
    moment = timezone.now() + timedelta(seconds=seconds)
    type(reminder).objects.filter(pk=reminder.pk).update(moment=moment, next_at=moment)
    return reminder


def test_reminder_is_set_snoozed_and_removed_in_place(signed_in, rent, live_server):
    page = signed_in
    page.goto(f"{live_server.url}/inbox/")
    open_task(page, "Rent")
    mark(page)
    page.get_by_role("button", name="1 day before").click()
    expect(rows(page)).to_contain_text("1 day before")
    expect(page.locator(f"#task-{rent.pk} .bell")).to_contain_text("17:00")
    page.get_by_text("Another time").click()
    page.get_by_label("Before the task").fill("45")
    page.get_by_role("button", name="Add this reminder before the task").click()
    expect(rows(page)).to_have_count(2)
    page.get_by_text("Snooze").first.click()
    page.get_by_role("button", name="1 hour", exact=True).click()
    expect(message(page)).to_contain_text("You'll be reminded of “Rent” again")
    expect(rows(page).first).to_contain_text("Snoozed until")
    page.get_by_role("button", name="Remove the reminder “1 day before”").click()
    expect(rows(page)).to_have_count(1)
    look(page)
    page.get_by_role("button", name="Undo").click()
    expect(rows(page)).to_have_count(2)
    assert is_same(page)


@pytest.mark.exhaustive
def test_one_of_two_tabs_tells_a_reminder_that_is_due(signed_in, rent, live_server):
    page, other = signed_in, signed_in.context.new_page()
    done = rent.user.tasks.create(title="Milk", due_date=rent.due_date)
    due_soon(done, 4)
    reminder = due_soon(rent, 4)
    for each in (page, other):
        each.goto(f"{live_server.url}/inbox/")
        each.wait_for_load_state()
    done.complete()  # elsewhere: the pages don't know it
    told = [each.locator("#reminded .toast") for each in (page, other)]
    wait_until(page, lambda: any(one.count() for one in told))
    page.wait_for_timeout(600)  # the other one would tell it now, too
    assert sorted(one.count() for one in told) == [0, 1]
    teller = page if told[0].count() else other
    toast = teller.locator("#reminded .toast")
    expect(toast).to_contain_text("Reminder: Rent")
    toast.get_by_role("button", name="In 10 minutes").click()
    expect(toast).to_be_hidden()
    expect(message(teller)).to_contain_text("You'll be reminded of “Rent” again")
    assert snoozed(reminder)
    other.close()


def snoozed(reminder):
    reminder.refresh_from_db()
    return reminder.snoozed_until is not None


@pytest.mark.exhaustive
def test_notifications_are_allowed_by_a_press(signed_in, rent, live_server):
    page = signed_in
    page.add_init_script(NOTIFICATIONS)
    page.goto(f"{live_server.url}/settings/reminders/")
    page.get_by_role("button", name="Turn on notifications in this browser").click()
    expect(page.locator("#notify-state")).to_contain_text("Notifications of this browser are on")
    expect(page.locator("#notify")).to_be_hidden()
    due_soon(rent, 3)
    page.goto(f"{live_server.url}/inbox/")
    page.evaluate("document.hasFocus = () => false")
    wait_until(page, lambda: page.evaluate("window.told?.[0] === 'Rent'"))


@pytest.mark.exhaustive
def test_pages_of_reminders_are_accessible_and_links_of_mails_need_no_session(
    signed_in, ann, rent, live_server, settings
):
    page = signed_in
    settings.HAS_MAIL = True
    reminder, _ = rent.set_reminders([0, 1440])
    url = rent.get_absolute_url()
    type(ann).objects.update(created_at=ann.created_at - timedelta(days=8))

    def visit(path):
        page.goto(live_server.url + path)
        if path == url:
            page.get_by_text("Another time").click()
            page.get_by_text("Snooze").first.click()
        assert_fine(page, path, [(320, BOTH)])

    for path in ["/today/", url, "/settings/reminders/", "/mail/stop/x/"]:
        visit(path)

    page.context.clear_cookies()
    visit(Stopping(ann.pk, "digest").path)
    visit(Snoozing.of(reminder).path)
    page.get_by_role("button", name="1 hour").click()
    expect(page.get_by_role("status")).to_contain_text("You'll be reminded again")
    assert snoozed(reminder)
    visit(Completing.of(rent).path)
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_role("heading", name="Completed")).to_be_visible()
    page.goto(live_server.url + Stopping(ann.pk, "reminders").path)
    page.get_by_role("button", name="Stop email reminders").click()
    expect(page.get_by_text("We'll no longer send you email reminders.")).to_be_visible()
    ann.refresh_from_db()
    rent.refresh_from_db()
    assert (rent.completed, ann.reminder_mail) == (True, False)
