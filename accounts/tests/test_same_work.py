"""Response times don't reveal accounts: each entrance does the same work for every address.

Work is counted, not timed: the calls of scrypt with their parameters, and the mails.
"""

import hashlib
from contextlib import contextmanager
from unittest import mock

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import hashers
from django.core import mail
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.hashers import BetterAuthPasswordHasher
from accounts.models import Adoption, User
from accounts.tests.people import NEW_PASSWORD, PASSWORD

TODAYS = (16384, 8, 5)
BETTER_AUTHS = (16384, 16, 1)
STRANGER = "stranger@example.org"


@contextmanager
def work():
    """Yield the list of parameters, (n, r, p), of the calls of scrypt, which cost nothing here."""
    done = []

    def scrypt(password, *, salt, n, r, p, maxmem, dklen):
        done.append((n, r, p))
        return hashlib.sha512(salt + password).digest()

    # conftest.py makes the preferred hasher cheap; here it has its real parameters.
    dear = mock.patch.object(hashers.ScryptPasswordHasher, "work_factor", 2**14)
    with mock.patch("hashlib.scrypt", scrypt), dear:
        yield done


def adopted_hash():
    """Return Better Auth's hash of PASSWORD, in our form."""
    salt = "0123456789abcdef" * 2
    n, r, p = BETTER_AUTHS
    key = hashlib.scrypt(
        PASSWORD.encode(), salt=salt.encode(), n=n, r=r, p=p, maxmem=2**26, dklen=64
    )
    return BetterAuthPasswordHasher.adopt(f"{salt}:{key.hex()}")


def confirm_password(client, user):
    """Sign the user in, in a session in which the password was just confirmed."""
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, "password", reauthenticated=True)
    request.session.save()


@override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
class SameWorkTests(TestCase):
    def setUp(self):
        with work():
            todays = hashers.make_password(PASSWORD)
            for name, fields in {
                "known": {"password": todays},
                "adopted": {"password": adopted_hash()},
                "disabled": {"password": todays, "is_active": False},
                "disabled-adopted": {"password": adopted_hash(), "is_active": False},
                "no-password": {"password": hashers.make_password(None)},
            }.items():
                self.add(f"{name}@example.org", **fields)
            self.add("unconfirmed@example.org", verified=False, password=todays)
        known = User.objects.get(email="known@example.org")
        known.emailaddress_set.create(email="waiting@example.org")
        self.addresses = [STRANGER, "waiting@example.org"]
        self.addresses += User.objects.order_by("email").values_list("email", flat=True)

    def add(self, email, *, verified=True, **fields):
        user = User.objects.create(email=email, **fields)
        user.emailaddress_set.create(email=email, verified=verified, primary=True)
        return user

    def enter_in_ledger(self):
        Adoption.objects.create(
            kind=Adoption.Kind.PASSWORD,
            old_id="1",
            fingerprint="00000000-0000-0000-0000-000000000000",
            adopted_at=timezone.now(),
        )

    def work_of(self, url, data, client=None):
        """Return the work and the number of mails of one request."""
        cache.clear()
        mail.outbox.clear()
        with work() as done:
            response = (client or Client()).post(url, data)
        self.assertIn(response.status_code, {200, 302})
        return sorted(done), len(mail.outbox)

    def assert_same(self, expected, request):
        """Call request with each address; assert its work and its mails."""
        for email in self.addresses:
            with self.subTest(email):
                self.assertEqual(request(email), expected)

    def sign_in(self, email):
        return self.work_of(reverse("account_login"), {"login": email, "password": NEW_PASSWORD})

    def test_sign_in_on_a_site_with_adopted_passwords(self):
        self.enter_in_ledger()
        self.assert_same(([TODAYS, BETTER_AUTHS], 0), self.sign_in)

    def test_sign_in_on_a_site_without_adopted_passwords(self):
        User.objects.filter(email__contains="adopted").delete()
        self.addresses = [email for email in self.addresses if "adopted" not in email]
        self.assert_same(([TODAYS], 0), self.sign_in)

    def test_sign_up_takes_the_same_work(self):
        self.enter_in_ledger()

        def sign_up(email):
            return self.work_of(reverse("account_signup"), {"email": email, "password1": PASSWORD})

        self.assert_same(([TODAYS], 1), sign_up)

    def test_reset_takes_the_same_work(self):
        self.enter_in_ledger()
        url = reverse("account_reset_password")
        self.assert_same(([], 1), lambda email: self.work_of(url, {"email": email}))

    def test_change_of_address_takes_the_same_work(self):
        self.enter_in_ledger()
        client, url = Client(), reverse("account_email")
        confirm_password(client, self.add("me@example.org", password="!"))

        def change(email):
            return self.work_of(url, {"action_add": "", "email": email}, client)

        self.assert_same(([], 1), change)

    def test_reauthentication_takes_the_same_work(self):
        self.enter_in_ledger()
        for user in User.objects.filter(is_active=True).exclude(password__startswith="!"):
            client = Client()
            client.force_login(user)
            with self.subTest(user.email):
                done = self.work_of(
                    reverse("account_reauthenticate"), {"password": NEW_PASSWORD}, client
                )
                self.assertEqual(done, ([TODAYS, BETTER_AUTHS], 0))
