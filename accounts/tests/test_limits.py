"""The limits of sign-in hold for all processes, and when the cache is full."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import TestCase, override_settings
from django.urls import reverse, reverse_lazy

from accounts.models import User
from accounts.tests.mails import link_in
from accounts.tests.people import NEW_PASSWORD, PASSWORD, add_user

LOCKED = "Too many failed login attempts. Try again later."


class LimitTests(TestCase):
    def setUp(self):
        cache.clear()

    def sign_in(self, email, password, **headers):
        return self.client.post(
            reverse("account_login"), {"login": email, "password": password}, headers=headers
        )

    def test_locked_account_stays_locked_after_a_thousand_other_keys(self):
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

    def test_cache_drops_expired_keys_first(self):
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

    @pytest.mark.exhaustive
    def test_25_sign_ins_a_minute_from_one_address_pass(self):
        for number in range(25):
            add_user(f"{number}@example.org", password=PASSWORD)
            response = self.sign_in(f"{number}@example.org", PASSWORD)
            self.assertRedirects(response, "/", target_status_code=302)
            self.client.logout()

    def assert_limit(self, number, name, data, *, status=200):
        """Assert that the same POST is answered so many times, and refused afterwards."""
        for _ in range(number):
            self.assertEqual(self.client.post(reverse(name), data).status_code, status)
        response = self.client.post(reverse(name), data)
        self.assertContains(response, "<h1>One moment, please</h1>", status_code=429)

    def test_limit_of_password_resets(self):
        url = reverse("account_reset_password")
        self.assert_limit(5, "account_reset_password", {"email": "Ann@example.org"}, status=302)
        self.assertEqual(len(mail.outbox), 5)
        answers = [self.client.post(url, {"email": f"{n}@example.org"}) for n in range(15)]
        self.assertEqual([answer.status_code for answer in answers], [302] * 14 + [429])

    def test_limit_of_passwords_to_confirm_access(self):
        self.client.force_login(add_user(password=PASSWORD))
        self.assert_limit(10, "account_reauthenticate", {"password": "wrong"})

    def test_limit_of_password_changes(self):
        self.client.force_login(add_user(password=PASSWORD))
        self.assert_limit(5, "account_change_password", {"oldpassword": "wrong"})

    def test_limit_of_address_changes(self):
        self.client.force_login(add_user(password=PASSWORD))
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        self.assert_limit(10, "account_email", {"action_add": "", "email": "no address"})

    def test_limit_of_confirmation_mails(self):
        self.client.force_login(add_user(password=PASSWORD))
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        new = {"email": "new@example.org"}
        self.client.post(reverse("account_email"), {"action_add": "", **new})
        self.client.post(reverse("account_email"), {"action_send": "", **new})
        self.assertEqual([message.to for message in mail.outbox], [["new@example.org"]])

    def test_limit_of_second_factor_codes(self):
        user = add_user("ann@example.org", password=PASSWORD)
        TOTP.activate(user, generate_totp_secret())
        codes = RecoveryCodes.activate(user).get_unused_codes()
        self.sign_in(user.email, PASSWORD)
        for _ in range(5):
            page = self.client.post(reverse("mfa_authenticate"), {"code": "000000"})
            self.assertContains(page, "Incorrect code.")
        page = self.client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        self.assertContains(page, LOCKED)
        self.client = self.client_class()  # A new sign-in is limited as well.
        self.sign_in(user.email, PASSWORD)
        page = self.client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        self.assertContains(page, LOCKED)

    def test_limit_of_sign_ups(self):
        self.assert_limit(20, "account_signup", {"email": "x@example.org", "password1": "weak"})


class SignUpClosedTests(TestCase):
    URL = reverse_lazy("account_signup")

    def setUp(self):
        cache.clear()

    def offers(self):
        """Return the names of the pages and mails that offer an account to a stranger."""
        mail.outbox.clear()
        self.client.post(reverse("account_reset_password"), {"email": "x@example.org"})
        texts = {"mail": mail.outbox[0].body}
        for name in ["home", "account_login", "account_reset_password", "account_inactive"]:
            texts[name] = self.client.get(reverse(name)).content.decode()
        return {name for name, text in texts.items() if str(self.URL) in text}

    def test_closed_sign_up_says_so_and_adds_no_account(self):
        with self.settings(SIGNUP_OPEN=False):
            self.assertContains(self.client.get(self.URL), "<h1>Sign-up is closed</h1>")
            response = self.client.post(self.URL, {"email": "x@example.org", "password1": PASSWORD})
        self.assertContains(response, "<h1>Sign-up is closed</h1>")
        self.assertEqual(User.objects.count(), 0)

    def test_pages_offer_sign_up_only_while_open(self):
        self.assertEqual(self.offers(), {"home", "account_login", "mail"})
        with self.settings(SIGNUP_OPEN=False):
            self.assertEqual(self.offers(), set())
            self.assertContains(self.client.get("/"), ">Sign in</a>", count=2)
