"""Users who leave: three days in which they can only stay, sign out or export."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from unittest import mock

from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.test import TestCase, TransactionTestCase
from django.urls import URLResolver, get_resolver

from accounts import leaving
from accounts.models import Event, User
from accounts.tests.mails import link_in
from accounts.tests.people import PASSWORD, add_session, add_user
from tasks.tests.racing import waiting
from todosite.tests.visitor import Visitor

URL = "/settings/delete/"
BUTTON = "Delete my account"
HTMX = {"HX-Request": "true"}
NO_MAIL = mock.patch.object(EmailMultiAlternatives, "send", side_effect=OSError("no mail"))


def sign_in(user):
    """Sign a user in with the password, and return the visitor."""
    page = Visitor().open("/accounts/login/")
    page.fill("Email", user.email)
    page.fill("Password", PASSWORD)
    page.press("Sign in")
    return page


def client_of(user):
    """Return a client in which a user is signed in. Its forms need no token."""
    client = sign_in(user).client
    client.handler.enforce_csrf_checks = False
    return client


def confirm(page):
    """Give the password once more."""
    page.fill("Password", PASSWORD)
    return page.press("Confirm")


def addresses(resolver=None, before="/"):
    """Yield (name, address) of each route, with ids that nothing has."""
    for route in (resolver or get_resolver()).url_patterns:
        pattern = before + str(route.pattern)
        if isinstance(route, URLResolver):
            yield from addresses(route, pattern)
        else:
            yield route.name, re.sub(r"<\w+:\w+>|\(\?P.*?\)+|[$^]|\\Z", key_of_route, pattern)


def key_of_route(match):
    """Return the text of a part of a route in an address: an id, or nothing for an anchor."""
    return "1" if len(match[0]) > 2 else ""


class LeaveTests(TestCase):
    def setUp(self):
        cache.clear()  # the rate limits live there
        self.ann = add_user(password=PASSWORD, time_zone="Asia/Kathmandu")

    def kinds(self):
        return list(self.ann.events.order_by("pk").values_list("kind", flat=True))

    def test_password_is_asked_for_first(self):
        page = Visitor(self.ann).open("/settings/").follow("Delete your account")
        self.assertEqual(page.url.partition("?")[0], "/accounts/reauthenticate/")
        confirm(page)
        self.assertEqual((page.url, page.heading), (URL, "Delete your account"))

    def test_page_shows_how_much_is_deleted_and_offers_an_export(self):
        task = self.ann.tasks.create(title="Milk")
        copies = [type(task)(user=self.ann, title=f"Task {n}") for n in range(1202)]
        self.ann.tasks.bulk_create(copies)
        task.delete_softly()
        self.ann.lists.create(name="Home")
        page = confirm(Visitor(self.ann).open(URL))
        self.assertEqual(page.texts(".facts dt"), ["Tasks", "Lists", "Acts in the history"])
        self.assertEqual(page.texts(".facts dd"), ["1,203", "1", "1"])
        self.assertEqual(page.follow("export your data").heading, "Export your data")

    def test_leaving_ends_all_sessions_and_mails_the_date_of_deletion(self):
        add_session(self.ann)
        page = confirm(Visitor(self.ann).open(URL))
        mail.outbox.clear()
        noon = datetime.now(UTC)
        with mock.patch("django.utils.timezone.now", return_value=noon):
            page.press(BUTTON)
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.leaves_at, noon + timedelta(days=3))
        until = self.ann.clock().moment(self.ann.leaves_at)
        self.assertEqual(page.url, "/accounts/login/")
        self.assertEqual(
            page.message,
            f"You are signed out. Your account will be deleted after {until}: sign in to keep it.",
        )
        self.assertEqual(self.ann.sessions.count(), 0)
        self.assertEqual(self.kinds(), [Event.Kind.LEAVES])
        (message,) = mail.outbox
        self.assertEqual(message.to, ["ann@example.org"])
        self.assertEqual(message.subject, "Your Todosite account will be deleted")
        self.assertIn(f"After {until} (Asia/Kathmandu), everything in it will be", message.body)
        self.assertEqual(link_in(message), "/accounts/login/")

    def test_browser_forgets_drafts(self):
        self.client.force_login(self.ann)
        self.client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        response = self.client.post(URL)
        self.assertRedirects(response, "/accounts/login/")
        self.assertEqual(response["Clear-Site-Data"], '"storage"')

    def test_nothing_happens_if_the_mail_fails(self):
        page = confirm(Visitor(self.ann).open(URL))
        with NO_MAIL:
            page.press(BUTTON)
        self.ann.refresh_from_db()
        self.assertEqual((page.url, self.ann.leaves_at, self.kinds()), (URL, None, []))
        words = "We couldn't send you an email about this, so nothing has changed."
        self.assertEqual(page.message, words)

    def test_button_that_was_pressed_too_late_works_after_the_password(self):
        page = confirm(Visitor(self.ann).open(URL))
        with mock.patch("time.time", return_value=time.time() + 3600):
            page.press(BUTTON)
            self.assertIs(User.objects.filter(leaves_at=None).exists(), True)
            confirm(page)
        self.assertEqual(page.url, "/accounts/login/")
        self.assertIs(User.objects.filter(leaves_at=None).exists(), False)
        self.assertEqual(page.open("/today/").heading, "Sign in")

    def test_leaving_ends_the_access_of_support(self):
        self.ann.let_support_look()
        self.ann.leave()
        self.ann.refresh_from_db()
        self.assertIs(self.ann.lets_support_look, False)
        self.ann.stay()
        kinds = [Event.Kind.SUPPORT_LOOKS, Event.Kind.SUPPORT_STOPS]
        self.assertEqual(self.kinds(), [*kinds, Event.Kind.LEAVES, Event.Kind.STAYS])

    def test_leaving_twice_changes_nothing_more(self):
        self.assertIs(self.ann.leave(), True)
        before = self.ann.leaves_at
        self.assertIs(self.ann.leave(), False)
        self.assertEqual((self.ann.leaves_at, self.kinds()), (before, [Event.Kind.LEAVES]))


class LeavingTests(TestCase):
    """The one page of the three days."""

    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user(password=PASSWORD)
        cls.ann.tasks.create(title="Secret milk")
        cls.ann.leave()

    def setUp(self):
        cache.clear()  # the rate limits live there

    def test_signing_in_shows_one_page(self):
        page = sign_in(self.ann)
        self.assertEqual((page.url, page.heading), (URL, "Your account will be deleted"))
        urls = ["/", "/today/", "/settings/", "/admin/", "/accounts/email/", "/search/?q=milk"]
        for url in [*urls, "/accounts/logout/", "/accounts/login/"]:
            self.assertEqual(page.open(url).url, URL, url)
            self.assertNotIn("Secret", page.words)

    def test_all_other_addresses_redirect_to_the_one_page(self):
        client = client_of(self.ann)
        acts = {"leave", "stay", "account_logout"}  # of that page
        reached = set()
        for name, url in addresses():
            answers = [client.get(url)]
            if name not in acts:
                answers.append(client.post(url, headers=HTMX))
            for answer in answers:
                if URL not in {answer.get("Location"), answer.get("HX-Redirect")}:
                    reached.add(name)
                    self.assertNotContains(answer, "Secret", status_code=answer.status_code)
        asked_again = {name for name in leaving.OPEN if "reauthenticate" in name}
        self.assertEqual(reached, {"leave", "stay", "export", *asked_again})
        self.assertEqual(self.ann.tasks.count(), 1)

    def test_open_pages_show_no_lists(self):
        self.ann.lists.create(name="Secret garden")
        page = sign_in(self.ann).follow("Export your data")
        self.assertNotIn("Secret", page.words)
        self.assertNotIn("Secret", confirm(page).words)
        self.assertEqual(page.heading, "Export your data")
        self.assertEqual(page.follow("Back").url, URL)

    def test_text_that_cannot_wait_is_shown(self):
        client = client_of(self.ann)
        with mock.patch("accounts.models.MOST_WAITING", 0):
            page = client.post("/tasks/add/", {"text": "Buy bread"})
        self.assertContains(page, "Buy bread", status_code=403)
        self.assertContains(page, "This was not saved", status_code=403)

    def test_no_act_takes_effect_and_its_text_waits(self):
        client = client_of(self.ann)
        response = client.post("/tasks/add/", {"text": "Buy bread"}, headers=HTMX)
        self.assertEqual((response.status_code, response["HX-Redirect"]), (204, URL))
        response = client.post("/lists/add/", {"name": "Home"})
        self.assertRedirects(response, URL)
        self.assertEqual((self.ann.tasks.count(), self.ann.lists.count()), (1, 0))
        paths = self.ann.waiting.order_by("pk").values_list("path", flat=True)
        self.assertEqual(list(paths), ["/tasks/add/", "/lists/add/"])
        self.ann.stay()
        self.assertContains(client.get("/today/"), "Buy bread")

    def test_account_that_is_kept_has_all_its_tasks(self):
        page = sign_in(self.ann).press("Keep my account")
        self.assertEqual(page.message, "Your account stays. Nothing was deleted.")
        self.assertEqual(page.open("/inbox/").titles, ["Secret milk"])
        self.ann.refresh_from_db()
        self.assertIsNone(self.ann.leaves_at)
        kinds = self.ann.events.order_by("pk").values_list("kind", flat=True)
        self.assertEqual(list(kinds), [Event.Kind.LEAVES, Event.Kind.STAYS])

    def test_deleting_as_planned_signs_out(self):
        page = sign_in(self.ann).press("Delete as planned, and sign out")
        self.assertEqual(self.ann.sessions.count(), 0)
        self.ann.refresh_from_db()
        self.assertIsNotNone(self.ann.leaves_at)
        self.assertEqual(page.open("/today/").heading, "Sign in")

    def test_data_can_still_be_exported(self):
        page = confirm(sign_in(self.ann).follow("Export your data"))
        data = {"kind": "json", "csrfmiddlewaretoken": page.select("[name^=csrf]")[0].get("value")}
        response = page.client.post(page.url, data)
        self.assertIn(b"Secret milk", b"".join(response.streaming_content))

    def test_account_cannot_be_kept_once_its_deletion_has_begun(self):
        users = User.objects.filter(pk=self.ann.pk)
        users.begin_deletion()
        self.assertIs(self.ann.stay(), False)
        self.assertEqual(users.activate(), 0)
        self.assertEqual(sign_in(self.ann).open("/today/").heading, "Sign in")


class RaceTests(TransactionTestCase):
    def test_account_cannot_be_kept_while_its_deletion_begins(self):
        ann = add_user()
        ann.leave()
        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                User.objects.filter(pk=ann.pk).begin_deletion()
                stays = waiting(pool, ann.stay)
            self.assertIs(stays.result(10), False)
        ann.refresh_from_db()
        self.assertIs(ann.is_active, False)
        self.assertIsNotNone(ann.leaves_at)
