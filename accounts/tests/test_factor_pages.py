"""The pages of second factors explain each field and each button."""

from unittest import mock

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import TestCase
from django.urls import reverse

from accounts.tests.people import PASSWORD, add_user, login_by_second_factor
from todosite.tests.visitor import Visitor

WEBAUTHN = "allauth.mfa.webauthn.internal.auth"


class PageTests(TestCase):
    WORDS = "Enter a code from your authenticator app, or one of your recovery codes."

    def setUp(self):
        cache.clear()
        self.ann = add_user(password=PASSWORD)
        self.codes = RecoveryCodes.activate(self.ann).get_unused_codes()

    def sign_in(self):
        visitor = Visitor().open(reverse("account_login"))
        return visitor.fill("Email", self.ann.email).fill("Password", PASSWORD).press("Sign in")

    def buttons(self, visitor):
        return [button.text for button in visitor.select("main button")]

    def test_security_key_is_offered_to_users_with_one(self):
        TOTP.activate(self.ann, generate_totp_secret())
        visitor = self.sign_in()
        self.assertIn(self.WORDS, visitor.words)
        self.assertEqual(self.buttons(visitor), ["Sign in", "Cancel"])
        self.assertNotIn("requires JavaScript", visitor.words)
        data = {"name": "Key", "credential": {}}
        self.ann.authenticator_set.create(type=Authenticator.Type.WEBAUTHN, data=data)
        with mock.patch(f"{WEBAUTHN}.get_credentials", return_value=[]):
            visitor = self.sign_in()
            self.assertIn(self.WORDS, visitor.words)
            self.assertEqual(self.buttons(visitor), ["Sign in", "Use a security key", "Cancel"])
            Authenticator.objects.filter(type="totp").delete()
            words = "Use your security key, or enter one of your recovery codes."
            visitor = self.sign_in()
            self.assertIn(words, visitor.words)
            self.assertEqual(visitor.press("Cancel").heading, "Sign in")

    def test_page_accepts_a_recovery_code(self):
        TOTP.activate(self.ann, generate_totp_secret())
        visitor = self.sign_in().fill("Code", self.codes[0]).press("Sign in")
        self.assertEqual(visitor.heading, "Today")
        visitor.open(reverse("mfa_reauthenticate"))
        self.assertIn(self.WORDS, visitor.words)

    def test_links_to_a_file_are_marked_as_downloads(self):
        """The browser stays on the page, so no progress bar appears (static/js/slow.js)."""
        TOTP.activate(self.ann, generate_totp_secret())
        login_by_second_factor(self.client, self.ann)
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        visitor = Visitor()
        visitor.client = self.client
        for name in ("mfa_index", "mfa_view_recovery_codes"):
            ways = visitor.open(reverse(name)).select("main a[data-file]")
            found = [way.get("href") for way in ways]
            self.assertEqual(found, [reverse("mfa_download_recovery_codes")])

    def test_button_that_replaces_codes_looks_dangerous(self):
        TOTP.activate(self.ann, generate_totp_secret())
        login_by_second_factor(self.client, self.ann)
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        visitor = Visitor()
        visitor.client = self.client
        for name, others in [
            ("mfa_view_recovery_codes", {"Download codes": None}),
            ("mfa_index", {"View": None, "Download": "quiet"}),
        ]:
            visitor.open(reverse(name))
            looks = {link.text: link.get("data-kind") for link in visitor.select("main a.btn")}
            self.assertEqual(looks, looks | others | {"Generate new codes": "danger"})
        visitor.open(reverse("mfa_view_recovery_codes"))
        self.assertEqual(visitor.value("Unused codes").split(), self.codes)
