"""The sign-in page says why it is there, where a browser was signed out elsewhere."""

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
    """Ann sits at one browser; somebody, often herself, acts in the other."""

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
        """Return what the sign-in page says, to which a page of Ann's leads."""
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

    def test_ended_in_the_list_of_sessions(self):
        self.other.post(f"/settings/sessions/{self.session.mark}/end/")
        self.assertSaid(THERE)

    def test_signed_out_everywhere_else(self):
        self.other.post("/accounts/sessions/")
        self.assertSaid(ALL)

    def test_new_password(self):
        new = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        self.other.post("/accounts/password/change/", {"oldpassword": PASSWORD} | new)
        self.assertEqual(self.said(), [ALL])

    def test_password_that_was_reset(self):
        User.objects.update(password=make_password(NEW_PASSWORD))
        self.assertEqual(self.said(), [ALL])

    def test_ended_by_support(self):
        end_sessions(None, self.ann)
        self.assertSaid(ALL)

    def test_disabled(self):
        User.objects.filter(pk=self.ann.pk).deactivate()
        self.assertEqual(self.said(), [ALL])

    def test_where_the_landing_page_comes_first(self):
        self.other.post(f"/settings/sessions/{self.session.mark}/end/")
        self.assertEqual(self.client.get("/").status_code, 200)
        self.assertEqual(self.said(), [THERE])

    def test_page_that_shows_what_was_typed_says_it_too(self):
        self.other.post(f"/settings/sessions/{self.session.mark}/end/")
        page = self.client.post("/tasks/add/", {"text": "Bread"})
        self.assertIn(f"You are signed out {THERE} This was not saved.", words(page))

    def test_own_sign_out(self):
        self.client.post("/accounts/logout/")
        self.assertEqual(self.said(), [])

    def test_session_that_ended_by_itself(self):
        Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
        self.assertEqual(self.said(), [])

    def test_browser_that_was_closed(self):
        self.client.cookies.pop("sessionid")
        self.assertEqual(self.said(), [])

    def test_nobody_was_here(self):
        self.client = self.client_class()
        self.assertEqual(self.said(), [])

    def test_cookie_that_was_tampered_with(self):
        self.other.post("/accounts/sessions/")
        self.client.cookies["last_user"] = f"{self.ann.pk}:x:y"
        self.assertEqual(self.said(), [])

    def test_account_that_is_gone(self):
        self.ann.delete()
        self.assertEqual(self.said(), [])

    def test_browser_that_keeps_nothing(self):
        """Whoever sits there next is told nothing."""
        client = self.client
        client.post("/accounts/logout/")
        self.client = self.sign_in(self.client_class(), not_mine="on")
        self.other.post("/accounts/sessions/")
        self.assertEqual(self.said(), [])
