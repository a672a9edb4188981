"""The sign-in page gives the reason if a browser was signed out from elsewhere."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import TestCase
from django.utils import timezone

from accounts.models import Session, User
from accounts.support import end_sessions
from accounts.tests.people import NEW_PASSWORD, PASSWORD, add_user
from todosite.tests.html import select, words

THERE = "You were signed out from another browser."
ALL = "You were signed out because your password was changed or all sessions were ended."


class WhyTests(TestCase):
    """Ann uses one browser; she or another person acts in the other."""

    def setUp(self):
        cache.clear()
        self.ann = add_user(password=PASSWORD)
        self.client = self.sign_in(self.client)
        self.session = self.ann.sessions.get()
        self.other = self.sign_in(self.client_class())

    def sign_in(self, client, **more):
        data = {"login": self.ann.email, "password": PASSWORD} | more
        client.post("/accounts/login/", data)
        client.get("/today/")
        return client

    def said(self):
        """Return the reason on the sign-in page that a page of Ann's redirects to."""
        page = self.client.get("/today/", follow=True)
        self.assertEqual(page.request["PATH_INFO"], "/accounts/login/")
        return [words(notice) for notice in select(page, ".notice")]

    def assertSaid(self, why):
        self.assertEqual(self.said(), [why])
        self.assertEqual(self.said(), [why])  # so does the page that is loaded again
        self.sign_in(self.client)
        self.assertEqual(self.client.get("/today/").status_code, 200)
        self.client.post("/accounts/logout/")
        self.assertEqual(self.said(), [])

    def test_says_that_another_browser_ended_the_session(self):
        self.other.post(f"/settings/sessions/{self.session.mark}/end/")
        self.assertSaid(THERE)

    def test_says_that_all_other_sessions_were_ended(self):
        self.other.post("/accounts/sessions/")
        self.assertSaid(ALL)

    def test_says_that_the_password_was_changed(self):
        new = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        self.other.post("/accounts/password/change/", {"oldpassword": PASSWORD} | new)
        self.assertEqual(self.said(), [ALL])

    def test_says_that_the_password_was_reset(self):
        User.objects.update(password=make_password(NEW_PASSWORD))
        self.assertEqual(self.said(), [ALL])

    def test_says_that_support_ended_all_sessions(self):
        end_sessions(None, self.ann)
        self.assertSaid(ALL)

    def test_disabled_user_gets_a_reason(self):
        User.objects.filter(pk=self.ann.pk).deactivate()
        self.assertEqual(self.said(), [ALL])

    def test_reason_survives_the_landing_page(self):
        self.other.post(f"/settings/sessions/{self.session.mark}/end/")
        self.assertEqual(self.client.get("/").status_code, 200)
        self.assertEqual(self.said(), [THERE])

    def test_page_with_the_typed_text_gives_the_reason(self):
        self.other.post(f"/settings/sessions/{self.session.mark}/end/")
        page = self.client.post("/tasks/add/", {"text": "Bread"})
        self.assertIn(f"You are signed out {THERE} This was not saved.", words(page))

    def test_own_sign_out_gives_no_reason(self):
        self.client.post("/accounts/logout/")
        self.assertEqual(self.said(), [])

    def test_expired_session_gives_no_reason(self):
        Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
        self.assertEqual(self.said(), [])

    def test_closed_browser_gives_no_reason(self):
        self.client.cookies.pop("sessionid")
        self.assertEqual(self.said(), [])

    def test_browser_without_a_user_gives_no_reason(self):
        self.client = self.client_class()
        self.assertEqual(self.said(), [])

    def test_forged_cookie_gives_no_reason(self):
        self.other.post("/accounts/sessions/")
        self.client.cookies["last_user"] = f"{self.ann.pk}:x:y"
        self.assertEqual(self.said(), [])

    def test_deleted_account_gives_no_reason(self):
        self.ann.delete()
        self.assertEqual(self.said(), [])

    def test_browser_that_keeps_nothing_gives_no_reason(self):
        """The next person at that browser is told nothing."""
        client = self.client
        client.post("/accounts/logout/")
        self.client = self.sign_in(self.client_class(), not_mine="on")
        self.other.post("/accounts/sessions/")
        self.assertEqual(self.said(), [])
