"""A credential that no security key has made is refused, without a 500."""

import json
from unittest import mock

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.test import TestCase

from accounts.tests.people import PASSWORD, add_user

# JSON that reaches the parser; each is broken at another depth.
RESPONSE = {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}
WHOLE = {"id": "eA", "rawId": "eA", "type": "public-key", "response": RESPONSE}
MALFORMED = [
    *[1, "x", [], [1], True, {"id": "x"}, {"rawId": 1}, {"response": None}, {"response": []}],
    *[WHOLE | {"response": value} for value in [None, 1, "x", [], {}]],
    *[WHOLE | {"id": value, "rawId": value} for value in [None, 1, "é", {}]],
    *[WHOLE | {"response": RESPONSE | {"clientDataJSON": v}} for v in [None, 1, "é", "AA", {}]],
    *[WHOLE | {"response": RESPONSE | {"userHandle": v}} for v in [None, 1, "é", "_w", "AA", {}]],
    WHOLE | {"response": RESPONSE | {"attestationObject": "AA"}},
    WHOLE | {"clientExtensionResults": 1},
]


class MalformedTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user(password=PASSWORD)

    def setUp(self):
        patch = mock.patch("allauth.mfa.webauthn.internal.auth.get_credentials", return_value=[])
        patch.start()
        self.addCleanup(patch.stop)

    def send(self, url, *, status):
        """Begin a ceremony, and send each credential to url. Assert that the form appears again."""
        for credential in MALFORMED:
            cache.clear()  # Otherwise the limits of sign-in would answer.
            self.client.get(url, headers={"X-Requested-With": "XMLHttpRequest"})
            with self.subTest(credential=credential):
                page = self.client.post(url, {"credential": json.dumps(credential)})
                self.assertEqual(page.status_code, status)

    def sign_in(self):
        self.client.post("/accounts/login/", {"login": self.ann.email, "password": PASSWORD})

    def add_key(self):
        data = {"name": "Key", "credential": {}}
        self.ann.authenticator_set.create(type=Authenticator.Type.WEBAUTHN, data=data)

    def test_malformed_credential_does_not_sign_in(self):
        self.send("/accounts/2fa/webauthn/login/", status=302)
        self.assertNotIn(SESSION_KEY, self.client.session)

    def test_malformed_credential_is_no_second_factor(self):
        self.add_key()
        self.sign_in()
        self.send("/accounts/2fa/authenticate/", status=200)
        self.assertNotIn(SESSION_KEY, self.client.session)

    @pytest.mark.exhaustive
    def test_malformed_credential_confirms_no_access(self):
        self.add_key()
        self.client.force_login(self.ann)
        self.send("/accounts/2fa/webauthn/reauthenticate/", status=302)
        self.assertNotIn("account_authentication_methods", self.client.session)

    @pytest.mark.exhaustive
    def test_malformed_credential_is_not_added(self):
        self.client.force_login(self.ann)
        self.client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        self.send("/accounts/2fa/webauthn/add/", status=200)
        self.assertEqual(self.ann.authenticator_set.count(), 0)
