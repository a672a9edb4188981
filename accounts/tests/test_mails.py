"""Mail to strangers holds no text of the user who had it sent: no name, and no browser's."""

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.http import HttpRequest
from django.template import engines
from django.template.loader import render_to_string
from django.test import TestCase, override_settings
from django.urls import reverse

from accounts.models import User
from accounts.tests.people import PASSWORD, add_user

TEXT = "Your bank. Verify at http://evil.test/login now"
LINK = "evil.test"


def templates():
    """Return the names of all templates of mails, ours and those of our apps."""
    folders = [Path(one) for one in engines["django"].engine.template_loaders[0].get_dirs()]
    found = {
        str(path.relative_to(folder)) for folder in folders for path in folder.glob("*/email/*.txt")
    }
    return sorted(found)


def test_there_are_mails():
    assert len(templates()) >= 38
    assert "account/email/email_confirmation_signup_message.txt" in templates()


@pytest.mark.parametrize("name", templates())
def test_no_mail_has_text_of_its_user(name):
    request = HttpRequest()
    request.user = User(email="ann@example.org", name=TEXT)
    context = {"user": request.user, "request": request, "user_agent": TEXT}
    assert LINK not in render_to_string(name, context)


@override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
class StrangerTests(TestCase):
    """Mallory has a name of before, and a browser that says anything."""

    def setUp(self):
        cache.clear()
        self.mallory = add_user("mallory@example.org", password=PASSWORD, name=TEXT)
        self.client = self.client_class(
            headers={"User-Agent": "http://evil.test/ Your bank calls bot"}
        )
        self.client.post(
            reverse("account_login"), {"login": self.mallory.email, "password": PASSWORD}
        )
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    def body_of(self, email):
        """Return the one mail that this address got, and forget all mails."""
        (message,) = [message for message in mail.outbox if message.to == [email]]
        mail.outbox.clear()
        return message.body

    def change_to(self, email):
        self.client.post(reverse("account_email"), {"action_add": "", "email": email})
        return self.body_of(email)

    def test_address_stands_where_the_name_stood(self):
        body = self.change_to("stranger@example.org")
        self.assertIn("for the account of mallory@example.org on testserver.", body)
        self.assertNotIn("bank", body)

    def test_nothing_of_a_browser_reaches_an_address_that_is_not_confirmed(self):
        for verified, words in [
            (True, "- Browser: Your bank calls bot\n"),
            (False, "- Browser: Unknown browser\n"),
        ]:
            EmailAddress.objects.update(verified=verified)
            mail.outbox.clear()
            self.client.post(
                reverse("account_change_password"),
                {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD},
            )
            body = self.body_of("mallory@example.org")
            self.assertIn(words, body)
            self.assertNotIn(LINK, body)
        self.assertNotIn("bank", body)
