"""The links of mails: any browser may follow them, and only a press changes something."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from tasks.envelopes import envelope
from tasks.mail_links import Completing, Snoozing, Stopping
from tasks.tests.pages import PageTests, words_of
from todosite.tests.html import hidden, one, select, words

EXEMPT = re.compile(r"csrf_exempt|csrf\.exempt|_dont_enforce_csrf")


class LinkTests(PageTests):
    """A browser that isn't signed in, and in which CSRF is checked."""

    def setUp(self):
        self.browser = Client(enforce_csrf_checks=True)
        self.task = self.add_task("Pay <rent>", description="A secret", due_date=date(2031, 1, 31))

    def press(self, url, **data):
        """Open a page of a link and send its form. Return the page that follows."""
        page = self.browser.get(url)
        token = hidden(one(page, "form"))["csrfmiddlewaretoken"]
        return self.browser.post(url, data | {"csrfmiddlewaretoken": token}, follow=True)

    def assertGone(self, url):
        for method in (self.browser.get, self.browser.post):
            page = method(url)
            self.assertIn(page.status_code, {403, 404})  # 403: the POST has no token
            self.assertNotIn("rent", words_of(page))
        self.assertIn("no longer works", words_of(self.browser.get(url)))

    def is_completed(self):
        self.task.refresh_from_db()
        return self.task.completed


class CompletingTests(LinkTests):
    def test_link_shows_only_the_title_and_changes_nothing(self):
        url = Completing.of(self.task).path
        for method in (self.browser.get, self.browser.head, self.browser.get):
            self.assertEqual(method(url).status_code, 200)
        page = words(one(self.browser.get(url), "main"))
        self.assertEqual(page, "Todosite Complete this task? Pay <rent> Complete Open the task")
        self.assertFalse(self.is_completed())

    def test_press_completes_the_task_and_the_history_has_it(self):
        page = self.press(Completing.of(self.task).path)
        self.assertIn("Completed Pay <rent>", words_of(page))
        self.assertTrue(self.is_completed())
        self.assertEqual(self.ann.acts.get().kind, "complete")
        again = self.browser.get(Completing.of(self.task).path)
        self.assertEqual(words(one(again, "h1")), "Nothing to complete")

    def test_press_without_the_token_of_the_page_does_nothing(self):
        response = self.browser.post(Completing.of(self.task).path)
        self.assertEqual(response.status_code, 403)
        self.assertFalse(self.is_completed())

    def test_link_completes_only_the_occurrence_of_its_mail(self):
        self.task.edit(repeat="FREQ=DAILY", repeat_anchor=self.task.due_date)
        url = Completing.of(self.task).path
        self.press(url)
        self.task.refresh_from_db()
        self.assertEqual(self.task.due_date, date(2031, 2, 1))
        page = self.browser.get(f"{url}?done")
        self.assertEqual(words(one(page, "h1")), "Completed")
        self.assertEqual(select(page, "form"), [])

    def test_link_of_a_task_that_has_got_a_repeat_completes_no_occurrence(self):
        url = Completing.of(self.task).path
        self.task.edit(repeat="FREQ=DAILY", repeat_anchor=self.task.due_date)
        self.assertEqual(words(one(self.browser.get(url), "h1")), "Nothing to complete")

    def test_forged_old_or_exchanged_links_do_not_work(self):
        path = Completing.of(self.task).path
        token = path.split("/")[-2]
        self.assertGone(f"/mail/complete/{token[:-1]}/")
        self.assertGone(f"/mail/snooze/{token}/")
        self.assertGone(f"/mail/stop/{token}/")
        month = timezone.now() + timedelta(days=30, minutes=1)
        with mock.patch("time.time", return_value=month.timestamp()):
            self.assertGone(path)
        self.assertFalse(self.is_completed())

    def test_link_sent_to_an_address_that_was_given_up_does_not_work(self):
        (reminder,) = self.task.set_reminders([0])
        paths = [Completing.of(self.task).path, Snoozing.of(reminder).path]
        User.objects.filter(pk=self.ann.pk).update(email="ann@example.net")
        for path in paths:
            self.assertGone(path)

    def test_link_of_a_deleted_task_or_a_shut_account_does_not_work(self):
        path = Completing.of(self.task).path
        self.task.delete_softly()
        self.assertGone(path)
        self.task.restore()
        for shut in [{"is_active": False}, {"leaves_at": timezone.now()}]:
            User.objects.update(is_active=True, leaves_at=None)
            User.objects.update(**shut)
            self.assertGone(path)


class SnoozingTests(LinkTests):
    def setUp(self):
        super().setUp()
        (self.reminder,) = self.task.set_reminders([0])
        self.url = Snoozing.of(self.reminder).path

    def test_press_snoozes_the_reminder_and_says_until_when(self):
        page = self.browser.get(self.url)
        self.assertNotIn("secret", words_of(page))
        self.assertIn("1 hour", [words(button) for button in select(page, "button")])
        before = timezone.now()
        page = self.press(self.url, until="1h")
        self.assertIn("You'll be reminded again:", words_of(page))
        self.reminder.refresh_from_db()
        waits = self.reminder.moment - before
        self.assertGreaterEqual(waits, timedelta(hours=1))
        self.assertLess(waits, timedelta(hours=1, minutes=2))
        self.task.refresh_from_db()
        self.assertEqual(self.task.due_date, date(2031, 1, 31))

    def test_link_of_a_removed_reminder_or_a_completed_task_does_not_work(self):
        self.task.complete()
        self.assertGone(self.url)
        self.task.reopen()
        self.task.set_reminders([])
        self.assertGone(self.url)


class UnsubscribeTests(LinkTests):
    def test_one_click_stops_mail_without_cookie_or_token(self):
        """RFC 8058: a program sends the POST; it follows no redirect."""
        for kind, column in [("reminders", "reminder_mail"), ("digest", "daily_digest")]:
            User.objects.update(reminder_mail=True, daily_digest=True)
            path = Stopping(self.ann.pk, kind).path
            response = Client(enforce_csrf_checks=True).post(
                path,
                "List-Unsubscribe=One-Click",
                content_type="application/x-www-form-urlencoded",
            )
            self.assertEqual(response.status_code, 200)
            self.ann.refresh_from_db()
            stopped = {"reminder_mail", "daily_digest"} - {column}
            self.assertFalse(getattr(self.ann, column))
            self.assertTrue(all(getattr(self.ann, name) for name in stopped))

    @override_settings(SITE_URL="https://todo.example.org")
    def test_header_of_a_mail_leads_there(self):
        (reminder,) = self.task.set_reminders([0])
        header = envelope(reminder).extra_headers["List-Unsubscribe"]
        url = header.removeprefix("<https://todo.example.org").removesuffix(">")
        data = {"List-Unsubscribe": "One-Click"}
        response = Client(enforce_csrf_checks=True).post(url, data)  # as multipart/form-data
        self.assertEqual(response.status_code, 200)
        self.ann.refresh_from_db()
        self.assertFalse(self.ann.reminder_mail)

    def test_page_asks_before_it_stops_anything(self):
        path = Stopping(self.ann.pk, "reminders").path
        self.assertIn("Stop email reminders?", words_of(self.browser.get(path)))
        self.ann.refresh_from_db()
        self.assertTrue(self.ann.reminder_mail)
        self.assertIn("We'll no longer send you email reminders.", words_of(self.press(path)))
        self.ann.refresh_from_db()
        self.assertFalse(self.ann.reminder_mail)

    def test_old_link_still_stops_mail(self):
        path = Stopping(self.ann.pk, "reminders").path
        later = datetime(2046, 1, 1, tzinfo=UTC)
        with mock.patch("time.time", return_value=later.timestamp()):
            self.press(path)
        self.ann.refresh_from_db()
        self.assertFalse(self.ann.reminder_mail)

    def test_forged_link_does_nothing(self):
        path = Stopping(self.ann.pk, "reminders").path
        response = self.browser.post(f"{path[:-2]}x/")
        self.assertEqual(response.status_code, 404)
        self.ann.refresh_from_db()
        self.assertTrue(self.ann.reminder_mail)

    def test_only_one_view_is_exempt_from_csrf(self):
        found = {}
        for app in ["accounts", "tasks", "todosite"]:
            for path in Path(settings.BASE_DIR, app).rglob("*.py"):
                lines = path.read_text().splitlines()
                uses = [line for line in lines if EXEMPT.search(line) and "import" not in line]
                if uses and "tests" not in path.parts:
                    found[path.name] = uses
        self.assertEqual(found, {"mailed.py": ["@csrf_exempt"]})
