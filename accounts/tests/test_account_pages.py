"""Sign-up, sign-in, sign-out, and the confirmation, change and reset of address and password."""

from unittest import mock

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.test import Client, TestCase, override_settings
from django.urls import reverse

from accounts.models import User
from accounts.tests.mails import link_in
from accounts.tests.people import NEW_PASSWORD, PASSWORD, add_user
from todosite.tests.html import one
from todosite.tests.html import words as words_of
from todosite.tests.visitor import Visitor


def html_of(page):
    """Return a page without its CSRF token, which differs each time."""
    return page.content.decode().replace(str(page.context["csrf_token"]), "")


class AccountTests(TestCase):
    def setUp(self):
        cache.clear()  # the rate limits live there

    def sign_up(self, email, **more):
        return self.client.post(
            reverse("account_signup"),
            {"email": email, "password1": PASSWORD, "time_zone": "Europe/Berlin", **more},
        )

    def sign_in(self, email, password=PASSWORD):
        return self.client.post(
            reverse("account_login"), {"login": email, "password": password}, follow=True
        )


class SignUpTests(AccountTests):
    def test_signs_in_at_once_without_mail(self):
        response = self.client.post(
            reverse("account_signup"),
            {"email": "Ann@Example.org", "password1": PASSWORD, "time_zone": "Asia/Kathmandu"},
            follow=True,
        )
        self.assertRedirects(response, "/today/")
        user = User.objects.get()
        self.assertEqual((user.email, user.time_zone), ("ann@example.org", "Asia/Kathmandu"))

    def test_weak_password_is_refused_and_the_address_kept(self):
        response = self.client.post(
            reverse("account_signup"), {"email": "ann@example.org", "password1": "1234"}
        )
        self.assertContains(response, "This password is too short")
        self.assertContains(response, 'value="ann@example.org"')
        self.assertEqual(User.objects.count(), 0)

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_confirms_the_address_by_mail(self):
        response = self.sign_up("ann@example.org")
        self.assertRedirects(response, reverse("account_email_verification_sent"))
        self.assertEqual([message.to for message in mail.outbox], [["ann@example.org"]])
        path = link_in(mail.outbox[0])
        self.assertContains(self.client.get(path), "ann@example.org")
        self.assertRedirects(self.client.post(path, follow=True), "/today/")

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_unconfirmed_address_does_not_sign_in(self):
        self.sign_up("ann@example.org")
        self.client.logout()
        response = self.sign_in("ann@example.org")
        self.assertRedirects(response, reverse("account_email_verification_sent"))
        self.assertNotIn("_auth_user_id", self.client.session)

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_does_not_tell_a_stranger_that_an_account_exists(self):
        add_user("ann@example.org")
        pages = []
        for email in ("ann@example.org", "new@example.org"):
            self.client = Client()
            response = self.sign_up(email)
            self.assertRedirects(response, reverse("account_email_verification_sent"))
            pages.append(html_of(self.client.get(response.url)).replace(email, "…"))
        self.assertEqual(pages[0], pages[1])
        self.assertEqual(
            [message.to for message in mail.outbox], [["ann@example.org"], ["new@example.org"]]
        )

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_second_of_two_simultaneous_sign_ups_finds_the_account(self):
        add_user("ann@example.org")
        unseen = mock.patch("accounts.entrance.SignupForm.validate_unique_email", lambda _, e: e)
        with unseen:
            response = self.sign_up("ann@example.org")
        self.assertRedirects(response, reverse("account_email_verification_sent"))
        subjects = [message.subject for message in mail.outbox]
        self.assertEqual(subjects, ["You already have a Todosite account"])
        self.assertEqual(User.objects.count(), 1)


class SignInTests(AccountTests):
    def test_address_may_be_typed_in_any_case(self):
        add_user("ann@example.org", password=PASSWORD)
        self.assertRedirects(self.sign_in("ANN@example.ORG"), "/today/")

    def test_wrong_password_and_unknown_address_read_the_same(self):
        add_user("ann@example.org", password=PASSWORD)
        words = "The email address and/or password you specified are not correct."
        self.assertContains(self.sign_in("ann@example.org", "wrong"), words)
        self.assertContains(self.sign_in("nobody@example.org", "wrong"), words)

    def test_continues_to_the_requested_page(self):
        add_user("ann@example.org", password=PASSWORD)
        url = reverse("account_login") + "?next=/trash/"
        response = self.client.post(
            url, {"login": "ann@example.org", "password": PASSWORD, "next": "/trash/"}
        )
        self.assertRedirects(response, "/trash/")

    def test_never_continues_to_another_site(self):
        add_user("ann@example.org", password=PASSWORD)
        response = self.client.post(
            reverse("account_login"),
            {"login": "ann@example.org", "password": PASSWORD, "next": "https://evil.example/"},
        )
        self.assertRedirects(response, "/", target_status_code=302)

    def test_sign_out_needs_a_post(self):
        self.client.force_login(add_user())
        self.client.get(reverse("account_logout"))
        self.assertIn("_auth_user_id", self.client.session)
        self.assertRedirects(self.client.post(reverse("account_logout")), "/")
        self.assertNotIn("_auth_user_id", self.client.session)


class PasswordTests(AccountTests):
    def test_reset_by_mail_for_an_id_with_dashes(self):
        user = add_user("ann@example.org", password=PASSWORD)
        self.assertIn("-", user.pk)
        self.client.post(reverse("account_reset_password"), {"email": "Ann@example.org"})
        response = self.client.get(link_in(mail.outbox[0]), follow=True)
        self.assertContains(response, "Set a new password")
        response = self.client.post(
            response.request["PATH_INFO"],
            {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
            follow=True,
        )
        user.refresh_from_db()
        self.assertIs(user.check_password(NEW_PASSWORD), True)
        self.assertEqual(words_of(one(response, "h1")), "Your password was changed")
        self.assertEqual(one(response, "main .btn").get("href"), "/accounts/login/")

    def test_account_without_a_password_sets_one_and_gets_a_mail(self):
        visitor = Visitor(add_user()).open("/settings/").follow("Change password")
        visitor.fill("Password", NEW_PASSWORD).fill("Password (again)", NEW_PASSWORD)
        visitor.press("Set Password")
        self.assertEqual((visitor.url, visitor.message), ("/settings/", "Your password was set."))

    def test_reset_works_for_the_ids_of_the_old_system(self):
        for number, key in enumerate(["k3J9-_xY-set-passwordz0123456789", "a" * 36, "ab" * 16]):
            with self.subTest(key=key):
                mail.outbox.clear()
                user = add_user(f"{number}@example.org", id=key, password=PASSWORD)
                self.client.post(reverse("account_reset_password"), {"email": user.email})
                page = self.client.get(link_in(mail.outbox[0]), follow=True)
                self.assertContains(page, "Set a new password")
                self.assertNotContains(page, "This link has expired")

    def test_reset_link_works_once(self):
        add_user("ann@example.org", password=PASSWORD)
        self.client.post(reverse("account_reset_password"), {"email": "ann@example.org"})
        path = link_in(mail.outbox[0])
        form = self.client.get(path, follow=True).request["PATH_INFO"]
        self.client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
        self.assertEqual(
            [(message.to, message.subject) for message in mail.outbox[1:]],
            [(["ann@example.org"], "Your Todosite password was reset")],
        )
        self.client.logout()
        self.assertContains(self.client.get(path, follow=True), "This link has expired")

    def test_reset_does_not_tell_whether_there_is_an_account(self):
        add_user("ann@example.org")
        known, unknown = (
            Client().post(reverse("account_reset_password"), {"email": email}, follow=True)
            for email in ("ann@example.org", "nobody@example.org")
        )
        self.assertEqual(known.redirect_chain, unknown.redirect_chain)
        self.assertEqual(html_of(known), html_of(unknown))

    def test_new_password_does_not_enable_a_user_disabled_in_the_meantime(self):
        user = add_user("ann@example.org", password=PASSWORD)
        User.objects.deactivate()
        get_adapter().set_password(user, NEW_PASSWORD)
        user.refresh_from_db()
        self.assertEqual((user.is_active, user.signed_out_at is None), (False, False))
        self.assertIs(user.check_password(NEW_PASSWORD), True)

    def test_change_of_password_keeps_the_session_and_sends_a_mail(self):
        user = add_user("ann@example.org", password=PASSWORD)
        visitor = Visitor(user).open("/settings/").follow("Change password")
        visitor.fill("Current password", PASSWORD).fill("New password", NEW_PASSWORD)
        visitor.fill("New password (again)", NEW_PASSWORD).press("Change password")
        self.assertEqual((visitor.url, visitor.heading), ("/settings/", "Settings"))
        said = "Your password was changed. All other browsers were signed out."
        self.assertEqual(visitor.message, said)
        user.refresh_from_db()
        self.assertIs(user.check_password(NEW_PASSWORD), True)
        self.assertEqual(
            [(message.to, message.subject) for message in mail.outbox],
            [(["ann@example.org"], "Your Todosite password was changed")],
        )


class PendingAddressTests(AccountTests):
    """Mallory has asked to change to Ann's address, which Mallory cannot confirm."""

    def setUp(self):
        super().setUp()
        self.mallory = add_user("mallory@example.org", password=PASSWORD)
        self.mallory.emailaddress_set.create(email="ann@example.org")

    def test_pending_address_does_not_sign_in(self):
        words = "The email address and/or password you specified are not correct."
        self.assertContains(self.sign_in("ann@example.org"), words)
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_owner_of_the_address_can_sign_in(self):
        add_user("ann@example.org", password=NEW_PASSWORD)
        self.sign_in("ann@example.org", NEW_PASSWORD)
        self.assertEqual(
            User.objects.get(pk=self.client.session["_auth_user_id"]).email, "ann@example.org"
        )

    def test_pending_address_resets_no_password(self):
        self.client.post(reverse("account_reset_password"), {"email": "ann@example.org"})
        subjects = [message.subject for message in mail.outbox]
        self.assertEqual(subjects, ["No Todosite account with this email"])

    def test_reset_forgets_the_pending_address_and_unlocks_no_other(self):
        add_user("ann@example.org", password=PASSWORD)
        for _ in range(6):
            self.sign_in("ann@example.org", "wrong")
        self.client.post(reverse("account_reset_password"), {"email": "mallory@example.org"})
        form = self.client.get(link_in(mail.outbox[0]), follow=True).request["PATH_INFO"]
        self.client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
        self.assertContains(self.sign_in("ann@example.org"), "Too many failed login attempts.")
        addresses = self.mallory.emailaddress_set.values_list("email", flat=True)
        self.assertEqual(list(addresses), ["mallory@example.org"])

    def test_owner_can_sign_up_with_the_address(self):
        self.assertRedirects(self.sign_up("ann@example.org"), "/", target_status_code=302)
        ann = User.objects.get(pk=self.client.session["_auth_user_id"])
        self.assertEqual(ann.email, "ann@example.org")

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_owner_can_confirm_the_address(self):
        self.sign_up("ann@example.org")
        self.assertEqual([message.to for message in mail.outbox], [["ann@example.org"]])
        response = self.client.post(link_in(mail.outbox[0]), follow=True)
        self.assertRedirects(response, "/today/")
        ann = User.objects.get(email="ann@example.org")
        self.assertEqual(self.client.session["_auth_user_id"], ann.pk)
        self.assertEqual(
            list(ann.emailaddress_set.values_list("email", "verified", "primary")),
            [("ann@example.org", True, True)],
        )

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_stranger_sees_no_difference(self):
        pages = []
        for email in ("ann@example.org", "mallory@example.org", "new@example.org"):
            self.client = Client()
            response = self.sign_up(email)
            pages.append(html_of(self.client.get(response.url)).replace(email, "…"))
        self.assertEqual(pages, [pages[0]] * 3)


@override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
class SquatterTests(AccountTests):
    """Mallory signs up with Ann's address before she does."""

    def setUp(self):
        super().setUp()
        self.sign_up("ann@example.org")
        self.mallory, self.client = self.client, Client()
        cache.clear()  # three minutes later

    def test_mail_tells_the_owner_what_to_do(self):
        self.assertEqual([message.to for message in mail.outbox], [["ann@example.org"]])
        for words in [
            "Please confirm your email for Todosite:\n\nhttp://testserver/",
            "If this wasn't you, ignore this email.",
            "To take over an account that someone made with your email, choose “Forgot password?”",
        ]:
            self.assertIn(words, mail.outbox[0].body)

    def test_owner_takes_the_account_over_by_its_mails(self):
        self.sign_up("ann@example.org")
        self.assertIn("You already have a Todosite account with ann@", mail.outbox[-1].body)
        self.client.post(link_in(mail.outbox[-1]), {"email": "ann@example.org"})
        form = self.client.get(link_in(mail.outbox[-1]), follow=True).request["PATH_INFO"]
        self.client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
        cache.clear()
        self.sign_in("ann@example.org", NEW_PASSWORD)
        response = self.client.post(link_in(mail.outbox[-1]), follow=True)
        self.assertRedirects(response, "/today/")
        self.client = self.mallory
        words = "The email address and/or password you specified are not correct."
        self.assertContains(self.sign_in("ann@example.org"), words)
        self.assertNotIn("_auth_user_id", self.mallory.session)


class InactiveTests(AccountTests):
    """Ann is disabled at some point; every sign-in that she had begun before fails."""

    def setUp(self):
        super().setUp()
        self.ann = add_user("ann@example.org", password=PASSWORD)

    def disable(self):
        User.objects.filter(pk=self.ann.pk).update(is_active=False)

    def assert_out(self, response):
        self.assertRedirects(response, reverse("account_inactive"))
        self.assertContains(response, "This account is disabled")
        self.assertEqual(set(self.client.session.keys()) - {"_session_expiry"}, set())
        self.ann.refresh_from_db()
        self.assertIsNone(self.ann.last_login)

    def test_password_does_not_sign_in(self):
        self.disable()
        self.assert_out(self.sign_in("ann@example.org"))

    def test_wrong_password_does_not_reveal_the_account(self):
        self.disable()
        self.assertContains(
            self.sign_in("ann@example.org", "wrong"),
            "The email address and/or password you specified are not correct.",
        )

    def test_no_link_to_reset_the_password_is_sent(self):
        self.disable()
        self.client.post(reverse("account_reset_password"), {"email": "ann@example.org"})
        subjects = [message.subject for message in mail.outbox]
        self.assertEqual(subjects, ["No Todosite account with this email"])

    def test_link_to_reset_the_password_does_not_work(self):
        self.client.post(reverse("account_reset_password"), {"email": "ann@example.org"})
        form = self.client.get(link_in(mail.outbox[0]), follow=True).request["PATH_INFO"]
        self.disable()
        for path in [link_in(mail.outbox[0]), form]:
            self.assertContains(self.client.get(path, follow=True), "This link has expired")
        self.client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
        self.ann.refresh_from_db()
        self.assertIs(self.ann.check_password(PASSWORD), True)

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_confirming_the_address_does_not_sign_in(self):
        self.ann.emailaddress_set.update(verified=False)
        self.sign_in("ann@example.org")
        self.disable()
        self.assert_out(self.client.post(link_in(mail.outbox[0]), follow=True))
        self.assertIs(self.ann.emailaddress_set.get().verified, False)

    def test_second_factor_does_not_sign_in(self):
        TOTP.activate(self.ann, generate_totp_secret())
        codes = RecoveryCodes.activate(self.ann)
        self.assertRedirects(self.sign_in("ann@example.org"), reverse("mfa_authenticate"))
        self.disable()
        code = {"code": codes.get_unused_codes()[0]}
        self.assert_out(self.client.post(reverse("mfa_authenticate"), code, follow=True))

    def test_passkey_does_not_sign_in(self):
        Authenticator.objects.create(user=self.ann, type=Authenticator.Type.WEBAUTHN, data={})
        self.disable()
        key = Authenticator.objects.get()
        valid = mock.patch.multiple(
            "allauth.mfa.webauthn.internal.auth",
            parse_authentication_response=mock.DEFAULT,
            extract_user_from_response=mock.DEFAULT,
            complete_authentication=mock.Mock(return_value=key),
        )
        with valid:
            response = self.client.post(
                reverse("mfa_login_webauthn"), {"credential": '{"id": "x"}'}, follow=True
            )
        self.assert_out(response)

    def test_session_ends_at_once_and_asks_for_no_password(self):
        self.client.force_login(self.ann)
        self.disable()
        for path in [reverse("account_reauthenticate"), "/tasks/"]:
            response = self.client.post(path, {"password": PASSWORD})
            self.assertRedirects(response, f"{reverse('account_login')}?next=/")


class SignedOutTests(TestCase):
    def test_page_leads_to_sign_in_and_back(self):
        response = self.client.get("/tasks/?status=completed")
        self.assertRedirects(response, "/accounts/login/?next=/tasks/%3Fstatus%3Dcompleted")

    def test_act_leads_back_to_the_page_that_held_its_form(self):
        response = self.client.post(
            "/tasks/5/complete/", headers={"Referer": "http://testserver/trash/?page=2"}
        )
        self.assertRedirects(response, "/accounts/login/?next=/trash/%3Fpage%3D2")

    def test_act_from_another_site_leads_home(self):
        response = self.client.post("/tasks/add/", headers={"Referer": "http://evil.example/x"})
        self.assertRedirects(response, "/accounts/login/?next=/")

    def test_htmx_moves_the_whole_page(self):
        response = self.client.post(
            "/tasks/add/",
            headers={
                "HX-Request": "true",
                "HX-Request-Type": "partial",
                "HX-Current-URL": "http://testserver/tasks/?page=3",
            },
        )
        self.assertEqual(
            (response.status_code, response.content, response["HX-Redirect"]),
            (204, b"", "/accounts/login/?next=/tasks/%3Fpage%3D3"),
        )
