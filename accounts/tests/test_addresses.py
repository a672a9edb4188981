"""The addresses that a new account may have; existing accounts sign in as before."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from accounts.addresses import scripts_of, validate_new_email
from accounts.models import User
from accounts.tests.mails import link_in
from accounts.tests.people import PASSWORD, add_user

FINE = [
    *["example.org", "EXAMPLE.org", "ex-ample.example", "1234.example", "[127.0.0.1]"],
    *["bücher.example", "BÜCHER.example", "sub.bücher.example", "l·l.example", "ё.example"],
    *["ελλάδα.example", "пример.рф", "ไทย.example", "okinaʻa.example"],
    *["日本語.jp", "ソニー.jp", "々漢ひらカナ.jp", "한국漢.kr"],
]
ANOTHER_WAY = {  # how it is typed: how it is read
    "ⓧ.test": "x.test",
    "ｘ.test": "x.test",
    "ﬁ.example": "fi.example",
    "bu\u0308cher.example": "bücher.example",
    "münchen。de": "münchen.de",
    "exa\u00admple.org": "example.org",
    "xn--bcher-kva.example": "bücher.example",
}
MIXED = {
    "x.t\u0435st": "“t\u0435st” mixes Cyrillic and Latin letters",
    "p\u0430ypal.com": "“p\u0430ypal” mixes Cyrillic and Latin letters",
    "g\u0b66ogle.com": "“g\u0b66ogle” mixes Latin and Oriya letters",
    "αb.example": "“αb” mixes Greek and Latin letters",
    "abc漢.jp": "“abc漢” mixes Han and Latin letters",
    "ひ한.example": "“ひ한” mixes Hangul and Hiragana letters",
}
NO_DOMAIN = ["a\u200db.example", "xn--a.example", "i❤.example", "مثال١x.example"]
NO_MAIL = ["straße.example", "οδος.example", "אב1.com", "عربي1.com"]


def error_of(email):
    with pytest.raises(ValidationError) as caught:
        validate_new_email(email)
    (message,) = caught.value.messages
    return message


@pytest.mark.parametrize("domain", FINE)
def test_unambiguous_domain_is_accepted(domain):
    validate_new_email(f"ann@{domain}")


@pytest.mark.parametrize("domain", ANOTHER_WAY)
def test_domain_in_another_form_is_refused(domain):
    assert error_of(f"ann@{domain}") == (
        f"“{domain}” is another way to write “{ANOTHER_WAY[domain]}”."
        " If that is your domain, enter it that way."
    )


@pytest.mark.parametrize("domain", MIXED)
def test_domain_of_mixed_alphabets_is_refused(domain):
    assert error_of(f"ann@{domain}").startswith(MIXED[domain])


@pytest.mark.parametrize("domain", NO_DOMAIN)
def test_invalid_domain_is_refused(domain):
    assert error_of(f"ann@{domain}") == f"“{domain}” isn't a valid domain."


@pytest.mark.parametrize("domain", NO_MAIL)
def test_domain_that_mail_would_not_reach_is_refused(domain):
    assert error_of(f"ann@{domain}").startswith(f"We can't send email to “{domain}”.")


@pytest.mark.parametrize("local", ['"http://evil.test/login"', "a" * 65])
def test_quoted_or_long_local_part_is_refused(local):
    assert error_of(f"{local}@example.org").startswith("Enter an email with at most 64")


def test_scripts_come_from_the_names_of_characters():
    assert scripts_of("straße-1·٢") == {"LATIN", "ARABIC"}
    assert scripts_of("ー々") == {"KATAKANA", "HAN"}


class NewAddressTests(TestCase):
    LOOK_ALIKE = "alice@x.t\u0435st"
    WORDS = "mixes Cyrillic and Latin letters"

    def setUp(self):
        cache.clear()

    def sign_up(self, email):
        self.client.logout()
        return self.client.post(reverse("account_signup"), {"email": email, "password1": PASSWORD})

    def test_sign_up_refuses_an_ambiguous_address(self):
        page = self.sign_up(self.LOOK_ALIKE)
        self.assertContains(page, self.WORDS)
        self.assertContains(page, f'value="{self.LOOK_ALIKE}"')
        self.assertEqual(User.objects.count(), 0)
        self.sign_up("Ann@Bücher.example")
        self.assertEqual(User.objects.get().email, "ann@bücher.example")

    def test_sign_up_refuses_a_right_to_left_domain_that_ends_in_a_digit(self):
        page = self.sign_up("ann@אב1.com")
        self.assertContains(page, "We can&#x27;t send email to “אב1.com”.")

    def test_change_refuses_an_ambiguous_address(self):
        ann = add_user(password=PASSWORD)
        self.client.force_login(ann)
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        url = reverse("account_email")
        page = self.client.post(url, {"action_add": "", "email": self.LOOK_ALIKE})
        self.assertContains(page, self.WORDS)
        self.client.post(url, {"action_add": "", "email": "ann@bücher.example"})
        self.assertEqual(ann.pending_addresses.get().email, "ann@bücher.example")

    def test_support_cannot_enter_an_ambiguous_address(self):
        ann = add_user()
        with self.assertRaisesMessage(ValidationError, self.WORDS):
            ann.change_email(self.LOOK_ALIKE)
        ann.refresh_from_db()
        self.assertEqual(ann.email, "ann@example.org")

    def test_existing_account_signs_in_and_resets_its_password(self):
        for email in [self.LOOK_ALIKE, "ann@xn--bcher-kva.example", "ann@straße.example"]:
            with self.subTest(email):
                ann = add_user(email, password=PASSWORD)
                self.client.logout()
                mail.outbox.clear()
                self.client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
                self.assertEqual(self.client.session["_auth_user_id"], ann.pk)
                self.client.post(reverse("account_reset_password"), {"email": email})
                self.assertIn("/accounts/password/reset/key/", link_in(mail.outbox[0]))
                EmailAddress.objects.all().delete()
