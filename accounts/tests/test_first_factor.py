"""With ADMIN_REQUIRES_MFA on, a password alone never gives staff a second factor."""

import re
from datetime import timedelta
from io import StringIO
from unittest import mock

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.mfa import urls as mfa_urls
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, TOTP, generate_totp_secret
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client, TestCase, override_settings
from django.urls import get_resolver, reverse

from accounts.models import AdminLink, User
from accounts.second_factor import LINK_USED_AT
from accounts.tests.factors import code
from accounts.tests.mails import link_in
from accounts.tests.people import PASSWORD, add_user, login_by_second_factor
from todosite.tests.visitor import Visitor

ALL_KINDS = {"totp", "webauthn", "recovery_codes"}
WEBAUTHN = "allauth.mfa.webauthn.internal.auth"


def pages():
    """Return the path of each page of second factors, by the name of the page."""
    names = {name for name in get_resolver().reverse_dict if str(name).startswith("mfa_")}
    assert len(names) >= len(mfa_urls.urlpatterns) >= 4
    needs_pk = {"mfa_edit_webauthn", "mfa_remove_webauthn"}
    return {name: reverse(name, args=[1] if name in needs_pk else []) for name in sorted(names)}


def try_all(client):
    """Ask for each page, and send it the valid data that would set a second factor up.

    Return the kinds of factors that existed after any page; one page removes another's.
    """
    verified = mock.Mock(**{"is_user_verified.return_value": True})
    right = mock.patch.multiple(
        WEBAUTHN,
        parse_registration_response=mock.DEFAULT,
        complete_registration=mock.Mock(return_value=verified),
        get_credentials=mock.Mock(return_value=[]),
    )
    kinds = set()
    for path in pages().values():
        with right:
            client.get(path)
            secret = client.session.get(SECRET_SESSION_KEY, generate_totp_secret())
            data = {"code": code(secret), "name": "Key", "credential": '{"type": "x"}'}
            client.post(path, data)
        kinds |= set(Authenticator.objects.values_list("type", flat=True))
    return kinds


def confirmed(user):
    """Return a client of a user who has signed in and confirmed access, by password both times."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.session["_auth_user_id"] == user.pk
    return client


@override_settings(ADMIN_REQUIRES_MFA=True, MFA_TOTP_TOLERANCE=1)
class FirstFactorTests(TestCase):
    def setUp(self):
        cache.clear()
        self.root = add_user("root@example.org", password=PASSWORD, is_staff=True)
        User.objects.update(is_superuser=True)

    def test_password_alone_sets_up_no_factor(self):
        self.assertEqual(try_all(confirmed(self.root)), set())

    def test_form_postponed_for_the_password_sets_up_no_factor(self):
        ann = add_user(password=PASSWORD)
        client, url = confirmed(ann), reverse("mfa_activate_totp")
        client.get(url)
        secret = client.session[SECRET_SESSION_KEY]
        session = client.session
        del session["account_authentication_methods"]
        session.save()
        self.assertEqual(client.post(url, {"code": code(secret)}).status_code, 302)
        self.assertIn(STATE_SESSION_KEY, client.session)
        User.objects.filter(pk=ann.pk).update(is_staff=True)
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": url})
        self.assertEqual(list(Authenticator.objects.all()), [])

    def test_users_who_are_not_staff_are_not_asked(self):
        self.assertEqual(try_all(confirmed(add_user(password=PASSWORD))), ALL_KINDS)
        Authenticator.objects.all().delete()
        with override_settings(ADMIN_REQUIRES_MFA=False):
            self.assertEqual(try_all(confirmed(self.root)), ALL_KINDS)

    def test_pages_explain_how_to_get_a_link(self):
        client = confirmed(self.root)
        for name in ["mfa_activate_totp", "mfa_add_webauthn", "account_email", "admin:index"]:
            page = client.get(reverse(name), follow=True)
            self.assertContains(page, "manage.py admin_link root@example.org", status_code=403)
            self.assertNotContains(page, "Send me the link", status_code=403)

    def test_link_opens_the_pages_for_its_session_only(self):
        client, other = confirmed(self.root), confirmed(self.root)
        link = self.root.make_admin_link()
        page = client.post(link, follow=True)
        self.assertRedirects(page, reverse("mfa_index"))
        self.assertContains(page, "Set up an authenticator app or a security key within an hour.")
        self.assertEqual(try_all(other), set())
        self.assertEqual(try_all(client), ALL_KINDS)

    def test_get_does_not_use_up_a_link(self):
        client, link = confirmed(self.root), self.root.make_admin_link()
        for _ in range(2):
            self.assertContains(client.get(link), "Set up your second factor")
        self.assertEqual(self.opened(client), False)
        client.post(link)
        self.assertEqual(self.opened(client), True)

    def opened(self, client):
        return client.get(reverse("mfa_activate_totp")).status_code == 200

    def assert_void(self, client, link):
        for answer in [client.get(link), client.post(link)]:
            self.assertContains(answer, "This link doesn't work", status_code=404)
        self.assertEqual(self.opened(client), False)

    def test_link_works_once(self):
        link, another = self.root.make_admin_link(), self.root.make_admin_link()
        confirmed(self.root).post(link)
        for void in [link, another]:
            self.assert_void(confirmed(self.root), void)
        self.assertEqual(AdminLink.objects.count(), 0)

    def test_link_works_for_its_user_only(self):
        sam = add_user("sam@example.org", password=PASSWORD, is_staff=True)
        link = sam.make_admin_link()
        self.assert_void(confirmed(self.root), link)
        client = confirmed(sam)
        client.post(link)
        self.assertEqual(self.opened(client), True)

    def test_link_works_for_an_hour(self):
        link = self.root.make_admin_link()
        AdminLink.objects.update(created_at=F("created_at") - timedelta(minutes=59))
        self.assertContains(confirmed(self.root).get(link), "It works once.")
        AdminLink.objects.update(created_at=F("created_at") - timedelta(minutes=1))
        self.assert_void(confirmed(self.root), link)
        self.root.make_admin_link()
        self.assertEqual(AdminLink.objects.count(), 1)  # what has expired is gone

    def test_session_that_used_a_link_can_set_up_factors_for_an_hour(self):
        client = confirmed(self.root)
        client.post(self.root.make_admin_link())
        session = client.session
        session[LINK_USED_AT] = "2026-01-01T00:00:00+00:00"
        session.save()
        self.assertEqual(self.opened(client), False)

    def test_link_is_void_with_a_factor_or_without_staff_rights(self):
        link = self.root.make_admin_link()
        TOTP.activate(self.root, generate_totp_secret())
        login_by_second_factor(client := Client(), self.root)
        self.assertEqual(client.post(link).status_code, 404)
        self.assertNotIn(LINK_USED_AT, client.session)
        Authenticator.objects.all().delete()
        link = self.root.make_admin_link()
        User.objects.update(is_staff=False)
        self.assertEqual(confirmed(self.root).post(link).status_code, 404)

    def test_key_of_a_link_is_not_stored(self):
        key = self.root.make_admin_link().split("/")[-2]
        kept = AdminLink.objects.get()
        self.assertEqual(len(key), 43)
        self.assertNotIn(key, [kept.digest, str(kept)])

    def test_link_leads_a_signed_out_user_to_sign_in_and_back(self):
        link = self.root.make_admin_link()
        data = {"login": self.root.email, "password": PASSWORD, "next": link}
        url = self.client.get(link).url
        self.assertRedirects(self.client.post(url, data), link)


@override_settings(ADMIN_REQUIRES_MFA=True, MFA_TOTP_TOLERANCE=1)
class OlderSessionTests(TestCase):
    """A session that began by password, before there was a second factor, can't add one either."""

    def setUp(self):
        cache.clear()
        self.root = add_user("root@example.org", password=PASSWORD, is_staff=True)
        self.client = confirmed(self.root)
        self.codes = RecoveryCodes.activate(self.root).get_unused_codes()
        TOTP.activate(self.root, generate_totp_secret())

    def test_older_session_is_asked_for_the_factor(self):
        there = list(Authenticator.objects.order_by("pk").values())
        try_all(self.client)
        self.assertEqual(list(Authenticator.objects.order_by("pk").values()), there)
        for name in ["mfa_view_recovery_codes", "mfa_deactivate_totp", "account_email"]:
            url = reverse(name)
            asked = f"{reverse('mfa_reauthenticate')}?next={url}".replace("=/", "=%2F")
            page = self.client.get(url)
            self.assertEqual(page.url.replace("%2F", "/"), asked.replace("%2F", "/"))

    def test_factor_opens_the_pages(self):
        url = reverse("mfa_view_recovery_codes")
        data = {"code": self.codes[0], "next": url}
        page = self.client.post(reverse("mfa_reauthenticate"), data, follow=True)
        self.assertRedirects(page, url)
        self.assertContains(page, self.codes[1])
        self.assertEqual(self.client.get(reverse("mfa_add_webauthn")).status_code, 200)
        self.assertEqual(self.client.get(reverse("account_email")).status_code, 200)

    def test_factor_from_before_they_were_staff_stays(self):
        ann = add_user(password=PASSWORD)
        codes = RecoveryCodes.activate(ann).get_unused_codes()
        TOTP.activate(ann, generate_totp_secret())
        User.objects.filter(pk=ann.pk).update(is_staff=True)
        client = Client()
        data = {"login": ann.email, "password": PASSWORD, "next": "/admin/"}
        client.post(reverse("account_login"), data)
        page = client.post(reverse("mfa_authenticate"), {"code": codes[0]}, follow=True)
        self.assertEqual((page.status_code, page.request["PATH_INFO"]), (200, "/admin/"))


@override_settings(ADMIN_REQUIRES_MFA=True, HAS_MAIL=True)
class MailTests(TestCase):
    URL = "/settings/admin-link/"

    def setUp(self):
        cache.clear()
        self.root = add_user("root@example.org", password=PASSWORD, is_staff=True)

    def test_link_comes_by_mail(self):
        visitor = Visitor(self.root).open("/admin/")
        self.assertEqual(visitor.heading, "Set up a second factor first")
        visitor.press("Send me the link")
        self.assertIn("We sent a link to root@example.org.", visitor.message)
        (message,) = mail.outbox
        self.assertEqual(
            (message.to, message.subject),
            (["root@example.org"], "Set up your second factor for Todosite"),
        )
        visitor.open(link_in(message)).press("Continue")
        self.assertEqual(visitor.heading, "Two-factor authentication")
        self.assertEqual(visitor.open("/admin/").heading, "Set up a second factor first")
        visitor.follow("Set it up")
        self.assertEqual(visitor.url, reverse("mfa_index"))

    def test_mail_that_fails_leaves_no_link_and_spends_no_try(self):
        self.client.force_login(self.root)
        words = "We couldn't send you the email. Try again later, or ask another admin for a link."
        with mock.patch.object(EmailMultiAlternatives, "send", side_effect=OSError("no mail")):
            for _ in range(4):
                page = self.client.post(self.URL, follow=True)
                self.assertEqual([str(said) for said in page.context["messages"]], [words])
        self.assertEqual(AdminLink.objects.count(), 0)

    def test_three_mails_an_hour(self):
        self.client.force_login(self.root)
        answers = [self.client.post(self.URL).status_code for _ in range(4)]
        self.assertEqual((answers, len(mail.outbox)), ([302, 302, 302, 429], 3))

    def test_users_who_need_no_link_get_no_mail(self):
        TOTP.activate(self.root, generate_totp_secret())
        for user in [self.root, add_user()]:
            self.client.force_login(user)
            self.assertEqual(self.client.post(self.URL).status_code, 404)
        with override_settings(HAS_MAIL=False):
            self.client.force_login(add_user("sam@example.org", is_staff=True))
            self.assertEqual(self.client.post(self.URL).status_code, 404)
        self.assertEqual(mail.outbox, [])


@override_settings(ADMIN_REQUIRES_MFA=True)
class AnotherAdminTests(TestCase):
    def setUp(self):
        cache.clear()
        self.root = add_user("root@example.org", is_staff=True, is_superuser=True)
        TOTP.activate(self.root, generate_totp_secret())
        self.sam = add_user("sam@example.org", password=PASSWORD, is_staff=True)
        login_by_second_factor(self.client, self.root)

    def act(self, *users):
        """Run the action of the list of users. Return its messages."""
        data = {"action": "show_admin_link", "_selected_action": [user.pk for user in users]}
        page = self.client.post("/admin/accounts/user/", data, follow=True)
        return [str(message) for message in page.context["messages"]]

    LEFT_OUT = "not staff, with a second factor, disabled, or not yours to change."

    def test_shows_a_link_that_works(self):
        given, left_out = self.act(self.root, self.sam, add_user())
        words, _, link = given.partition(": http://testserver")
        self.assertEqual(words, "Give sam@example.org this link. It works once, within an hour")
        self.assertEqual(left_out, f"Skipped 2 accounts: {self.LEFT_OUT}")
        self.assertRedirects(confirmed(self.sam).post(link), reverse("mfa_index"))
        entry = LogEntry.objects.get()
        self.assertEqual((entry.user_id, entry.object_id), (self.root.pk, self.sam.pk))
        self.assertEqual(entry.get_change_message(), "Made a link to set up the second factor.")

    def test_action_shows_no_link_to_users_who_need_none(self):
        self.assertEqual(self.act(self.root, add_user()), [f"Skipped 2 accounts: {self.LEFT_OUT}"])
        self.assertEqual(AdminLink.objects.count(), 0)

    def test_staff_who_are_not_superusers_get_no_link(self):
        allowed = ["view_user", "change_user"]
        kim = add_user("kim@example.org", is_staff=True)
        kim.user_permissions.set(Permission.objects.filter(codename__in=allowed))
        login_by_second_factor(self.client, kim)
        self.act(self.sam, kim)
        self.assertEqual(AdminLink.objects.count(), 0)


class CommandTests(TestCase):
    def run_for(self, email, *options):
        out = StringIO()
        call_command("admin_link", email, *options, stdout=out)
        return out.getvalue()

    @override_settings(ADMIN_REQUIRES_MFA=True)
    def test_command_prints_a_working_link(self):
        root = add_user("root@example.org", password=PASSWORD, is_staff=True)
        line, link = self.run_for(" Root@example.org", "--site", "https://x.example").splitlines()
        self.assertEqual(
            line, "Within an hour, signed in as root@example.org, set up a second factor at"
        )
        (path,) = re.findall(r"^https://x\.example(/\S+)$", link)
        client = confirmed(root)
        self.assertRedirects(client.post(path), reverse("mfa_index"))

    def test_command_explains_a_refusal(self):
        add_user()
        gone = add_user("gone@example.org", is_staff=True, is_active=False)
        sam = add_user("sam@example.org", is_staff=True)
        TOTP.activate(sam, generate_totp_secret())
        for email, words in {
            "nobody@example.org": "There is no account with the email nobody@example.org.",
            "ann@example.org": "ann@example.org has no access to the admin.",
            gone.email: "gone@example.org has no access to the admin.",
            sam.email: "sam@example.org already has a second factor.",
        }.items():
            with self.assertRaisesMessage(CommandError, words):
                self.run_for(email)
        self.assertEqual(AdminLink.objects.count(), 0)
