"""The limits of sign-in hold: for every process, and whatever else the cache keeps."""

from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import TestCase, override_settings
from django.urls import reverse, reverse_lazy

from accounts.models import User
from accounts.tests.people import PASSWORD, add_user
from accounts.tests.test_account_pages import NEW_PASSWORD, link_in

LOCKED = "Too many failed login attempts. Try again later."


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
class LimitTests(TestCase):
    def setUp(self):
        cache.clear()

    def sign_in(self, email, password, **headers):
        return self.client.post(
            reverse("account_login"), {"login": email, "password": password}, headers=headers
        )

    def test_locked_account_stays_locked_through_a_thousand_other_keys(self):
        user = add_user("ann@example.org", password=PASSWORD)
        for _ in range(5):
            self.assertNotContains(self.sign_in(user.email, "wrong"), LOCKED)
        self.assertContains(self.sign_in(user.email, PASSWORD), LOCKED)
        for number in range(1000):
            cache.set(f"other-{number}", number)
        self.assertEqual(cache.get("other-0"), 0)
        self.assertContains(self.sign_in(user.email, PASSWORD), LOCKED)

    @override_settings(ALLOWED_HOSTS=["testserver", ".example.org"])
    def test_another_host_or_case_gives_no_new_attempts(self):
        user = add_user("ann@example.org", password=PASSWORD)
        for number in range(5):
            self.sign_in("Ann@example.org", "wrong", host=f"{number}.example.org")
        self.assertContains(self.sign_in(user.email, PASSWORD, host="6.example.org"), LOCKED)
        self.assertContains(self.sign_in(user.email.upper(), PASSWORD), LOCKED)

    def test_reset_password_unlocks(self):
        user = add_user("ann@example.org", password=PASSWORD)
        for _ in range(6):
            self.sign_in(user.email, "wrong")
        self.client.post(reverse("account_reset_password"), {"email": user.email})
        page = self.client.get(link_in(mail.outbox[0]), follow=True)
        new = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        self.client.post(page.request["PATH_INFO"], new)
        self.assertRedirects(self.sign_in(user.email, NEW_PASSWORD), "/", target_status_code=302)

    def test_what_has_expired_makes_room_first(self):
        small = {**settings.CACHES["default"], "OPTIONS": {"MAX_ENTRIES": 50}}
        with self.settings(CACHES={"default": small}):
            user = add_user("ann@example.org", password=PASSWORD)
            for _ in range(6):
                self.sign_in(user.email, "wrong")
            for number in range(40):
                cache.set(f"other-{number}", number, 3600)
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE cache SET expires = '2020-01-01' WHERE cache_key LIKE '%other-%'"
                )
                for number in range(20):
                    cache.set(f"newer-{number}", number)
                cursor.execute("SELECT count(*) FROM cache WHERE cache_key LIKE '%other-%'")
                self.assertEqual(cursor.fetchone(), (0,))
            self.assertContains(self.sign_in(user.email, PASSWORD), LOCKED)

    def test_25_sign_ins_a_minute_from_one_address_pass(self):
        for number in range(25):
            add_user(f"{number}@example.org", password=PASSWORD)
            response = self.sign_in(f"{number}@example.org", PASSWORD)
            self.assertRedirects(response, "/", target_status_code=302)
            self.client.logout()

    def test_too_many_sign_ups_get_a_page_in_our_look(self):
        url = reverse("account_signup")
        for number in range(20):
            self.client.post(url, {"email": f"{number}@example.org", "password1": "weak"})
        response = self.client.post(url, {"email": "x@example.org", "password1": "weak"})
        self.assertContains(response, "<h1>One moment, please</h1>", status_code=429)


class SignUpClosedTests(TestCase):
    URL = reverse_lazy("account_signup")

    def setUp(self):
        cache.clear()

    def offers(self):
        """Return which pages and mails offer an account to a stranger."""
        mail.outbox.clear()
        self.client.post(reverse("account_reset_password"), {"email": "x@example.org"})
        texts = {"mail": mail.outbox[0].body}
        for name in ["home", "account_login", "account_reset_password", "account_inactive"]:
            texts[name] = self.client.get(reverse(name)).content.decode()
        return {name for name, text in texts.items() if str(self.URL) in text}

    def test_page_says_so_and_makes_no_account(self):
        with self.settings(SIGNUP_OPEN=False):
            self.assertContains(self.client.get(self.URL), "<h1>Sign-up is closed</h1>")
            response = self.client.post(self.URL, {"email": "x@example.org", "password1": PASSWORD})
        self.assertContains(response, "<h1>Sign-up is closed</h1>")
        self.assertEqual(User.objects.count(), 0)

    def test_is_offered_only_while_it_is_open(self):
        self.assertEqual(self.offers(), {"home", "account_login", "mail"})
        with self.settings(SIGNUP_OPEN=False):
            self.assertEqual(self.offers(), set())
            self.assertContains(self.client.get("/"), ">Sign in</a>", count=2)
