"""Mails have our own words, and to strangers none of the sender's."""

import re
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.http import HttpRequest
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory, TestCase, override_settings
from django.urls import reverse

from accounts.models import User
from accounts.tests.people import PASSWORD, add_user
from todosite.tests.html import words as words_of

TEXT = "Your bank. Verify at http://evil.test/login now"
LINK = "evil.test"
SITE = "https://todo.example.org:8443"
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def templates():
    """Return the names of all templates of mails, ours and the apps'."""
    labels = {config.label for config in apps.get_app_configs()}
    found = {
        str(path.relative_to(folder))
        for folder in folders()
        for path in folder.glob("*/email/*.txt")
        if path.parent.parent.name in labels
    }
    return sorted(found)


def folders():
    """Return the folders of templates, in the order of Django's engine."""
    return [Path(folder) for folder in engines["django"].engine.template_loaders[0].get_dirs()]


def test_templates_of_mails_are_found():
    assert len(templates()) >= 38
    assert "account/email/email_confirmation_signup_message.txt" in templates()


@pytest.mark.parametrize("name", templates())
def test_no_unconfirmed_address_gets_text_of_the_user(name):
    request = HttpRequest()
    request.user = User(email="ann@example.org", name=TEXT)
    context = {"user": request.user, "request": request, "user_agent": TEXT}
    assert LINK not in render_to_string(name, context)


HELP = "help@example.org"
ABOUT = {  # The variables that any of the mails may need.
    **{"from_email": "ann@example.org", "to_email": "new@example.org"},
    **{"deleted_email": "old@example.org", "code": "CODE", "ip": "192.0.2.1"},
    **{"activate_url": f"{SITE}/confirm/", "password_reset_url": f"{SITE}/reset/"},
    **{"signup_url": f"{SITE}/signup/", "link": f"{SITE}/link/", "until": "6 Dec 2026, 17:45"},
}


def mails():
    """Return the prefixes of all mails about the account, without the base templates."""
    found = [re.fullmatch(r"(.+)_message\.txt", name) for name in templates()]
    return sorted(name[1] for name in found if name and "/base" not in name[1])


def sent(prefix):
    """Return a mail as Ann receives it."""
    mail.outbox.clear()
    user = User(email="ann@example.org", name=TEXT)
    with request_context(RequestFactory().get("/")):
        get_adapter().send_notification_mail(prefix, user, ABOUT | {"user": user}, user.email)
    (message,) = mail.outbox
    return message


@pytest.mark.parametrize("name", templates())
def test_every_mail_has_a_template_of_ours(name):
    """A mail that allauth adds or renames would be missing among ours, and have allauth's words."""
    origin = Path(engines["django"].get_template(name).origin.name)
    assert origin.is_relative_to(settings.BASE_DIR / "templates")


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", mails())
@override_settings(SITE_URL=SITE, SUPPORT_EMAIL="")
def test_every_mail_names_its_account(prefix):
    message = sent(prefix)
    assert "Todosite" in message.subject
    first, *words = message.subject.replace("Todosite", "todosite").split()
    assert (first[0].isupper(), "".join(words).islower()) == (True, True), message.subject
    assert re.match(r"Hi,\n\n[A-Z]", message.body)
    assert message.body.endswith(f"\n\nTodosite\n{SITE}/")
    assert "\n\n\n" not in message.body
    assert "&#" not in message.body
    for unsaid in ["Hello", "contact us", "Thank you", "write to", "Write to", "@ "]:
        assert unsaid not in message.body


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", mails())
@override_settings(SITE_URL=SITE, SUPPORT_EMAIL=HELP)
def test_every_mail_has_the_support_address(prefix):
    end = f"\n\nQuestions? Write to {HELP}.\n\nTodosite\n{SITE}/"
    assert sent(prefix).body.endswith(end)


def test_mail_that_mentions_support_has_its_address():
    """A mail that doesn't mention support needs no address."""
    asking = {prefix for prefix in mails() if "support_email" in source_of(prefix)}
    assert asking == {
        f"account/email/{name}"
        for name in ["address_changed", "email_changed", "second_factor_removed"]
    }


def source_of(prefix):
    return engines["django"].get_template(f"{prefix}_message.txt").template.source


def pages_that_say(text):
    """Return the names of the pages of Django's engine that contain this text."""
    paths = {}
    for folder in folders():
        for path in folder.rglob("*.html"):
            paths.setdefault(str(path.relative_to(folder)), path)
    return [name for name, path in sorted(paths.items()) if text in path.read_text()]


def test_page_that_says_contact_names_an_address():
    assert pages_that_say("ontact us") == []


class AskTests(TestCase):
    """The pages after which a mail should arrive."""

    def setUp(self):
        cache.clear()

    def asks(self, name):
        return words_of(self.client.get(reverse(name)))

    def test_pages_show_the_support_address(self):
        for name in ["account_email_verification_sent", "account_reset_password_done"]:
            with override_settings(SUPPORT_EMAIL=HELP):
                self.assertIn(f"Still no email? Write to {HELP} .", self.asks(name))
            self.assertNotIn("Still no email?", self.asks(name))

    def test_settings_show_the_support_address(self):
        self.client.force_login(add_user())
        with override_settings(SUPPORT_EMAIL=HELP):
            self.assertIn(f"Support Questions? Write to {HELP} .", self.asks("settings"))
        self.assertNotIn("Questions?", self.asks("settings"))


class WordsTests(TestCase):
    def test_mail_about_a_change_has_its_moment_in_the_users_format(self):
        user = add_user(time_zone="Asia/Kathmandu", date_format="month", hours=12)
        request = RequestFactory(headers={"User-Agent": FIREFOX}).get("/")
        with mock.patch("django.utils.timezone.now", return_value=NOON), request_context(request):
            get_adapter().send_notification_mail("account/email/password_changed", user)
        (message,) = mail.outbox
        expected = (
            "Hi,\n\nThe password of your Todosite account was changed.\n\n"
            "When: Nov 29, 2026, 5:45 pm (Asia/Kathmandu)\n"
            "Where: Firefox on Linux, IP address 127.0.0.1\n\n"
            "If this wasn't you, set a new password now:\n\n"
            "http://testserver/accounts/password/reset/\n\nTodosite\nhttp://testserver/"
        )
        self.assertEqual(message.body, expected)


@override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
class StrangerTests(TestCase):
    """Mallory has an old name that holds a link, and a browser with an invented name."""

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
        """Return the one mail to an address, and empty the outbox."""
        (message,) = [message for message in mail.outbox if message.to == [email]]
        mail.outbox.clear()
        return message.body

    def change_to(self, email):
        self.client.post(reverse("account_email"), {"action_add": "", "email": email})
        return self.body_of(email)

    def test_mail_has_the_address_in_place_of_the_name(self):
        body = self.change_to("stranger@example.org")
        self.assertIn("It then takes the place of mallory@example.org:", body)
        self.assertNotIn("bank", body)

    def test_unconfirmed_address_gets_no_name_of_a_browser(self):
        for verified, words in [
            (True, "\nWhere: Your bank calls bot, IP address 127.0.0.1\n"),
            (False, "\nWhere: Unknown browser, IP address 127.0.0.1\n"),
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
