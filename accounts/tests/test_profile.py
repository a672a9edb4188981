from datetime import timedelta
from unittest import mock
from urllib.parse import quote

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.forms import profile_form
from accounts.models import User
from accounts.tests.mails import link_in
from accounts.tests.people import PASSWORD, add_user
from accounts.zones import zone_choices
from todosite.tests.html import select
from todosite.tests.html import words as words_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


class ProfileTests(TestCase):
    def setUp(self):
        self.ann = add_user(name="Ann", time_zone="Europe/Berlin")
        self.client.force_login(self.ann)

    def post(self, **changes):
        data = {"name": "Ann", "time_zone": "Europe/Berlin", "week_start": "0"} | changes
        response = self.client.post(reverse("settings"), data)
        self.ann.refresh_from_db()
        return response

    def test_profile_is_saved(self):
        response = self.post(name=" Ann  Smith ", time_zone="Asia/Kathmandu", week_start="6")
        self.assertRedirects(response, reverse("settings"))
        self.assertEqual(
            (self.ann.name, self.ann.time_zone, self.ann.week_start),
            ("Ann Smith", "Asia/Kathmandu", 6),
        )

    def seen(self, page):
        """Return the shown values that the form of a page posts, by field."""
        fields = select(page, 'input[type=hidden][name^="initial-"]')
        return {field.get("name").removeprefix("initial-"): field.get("value") for field in fields}

    def form(self):
        """Return the data that the page posts if no field is edited."""
        seen = self.seen(self.client.get(reverse("settings")))
        self.assertEqual(list(seen), profile_form().Meta.fields)
        return seen | {f"initial-{name}": value for name, value in seen.items()}

    def test_two_pages_that_change_different_fields_keep_both(self):
        one, two = self.form(), self.form()
        self.post(**one | {"name": "Ann Smith", "time_zone": "Asia/Tokyo"})
        self.post(**two | {"week_start": "6"})
        self.assertEqual(
            (self.ann.name, self.ann.time_zone, self.ann.week_start), ("Ann Smith", "Asia/Tokyo", 6)
        )

    def test_failed_page_keeps_its_shown_values(self):
        stale = self.form()
        User.objects.update(time_zone="Asia/Tokyo")
        page = self.post(**stale | {"name": "Ann\x07"})
        self.assertEqual(self.seen(page)["time_zone"], "Europe/Berlin")
        self.post(**stale | {"name": "Ann Smith"})
        self.assertEqual((self.ann.name, self.ann.time_zone), ("Ann Smith", "Asia/Tokyo"))

    def test_post_without_shown_values_can_clear_the_name(self):
        self.post(name="")
        self.assertEqual(self.ann.name, "")

    def test_name_must_be_short_and_without_links(self):
        self.assertRedirects(self.post(name="x" * 60), reverse("settings"))
        page = self.post(name="x" * 61)
        words = "Choose a name of up to 60 characters."
        self.assertContains(page, words, status_code=422)
        page = self.post(name="Your bank: http://evil.test/login")
        words = "“http://evil.test/login” looks like a web address"
        self.assertContains(page, words, status_code=422)
        self.assertEqual(self.ann.name, "x" * 60)

    def test_older_name_stays_until_edited(self):
        for old in ["x" * 150, "Ann of example.org"]:
            User.objects.update(name=old)
            form = self.form()
            for data in [form | {"week_start": "6"}, {"week_start": "0"}]:
                response = self.client.post(reverse("settings"), data)
                self.assertRedirects(response, reverse("settings"))
            self.ann.refresh_from_db()
            self.assertEqual((self.ann.name, self.ann.week_start), (old, 0))
            self.assertEqual(self.post(**form | {"name": f"{old}!"}).status_code, 422)

    def test_failure_keeps_the_typed_values_and_the_page(self):
        response = self.post(name="Ann\x07", time_zone="Mars/Base", week_start="3")
        for words in [
            "Choose a name of up to 60 characters",
            "Mars/Base is not one of the available choices",
            "Select a valid choice. 3 is not one of the available choices",
            "Settings of Ann<",
        ]:
            self.assertContains(response, words, status_code=422)
        self.assertEqual((self.ann.name, self.ann.time_zone), ("Ann", "Europe/Berlin"))

    def test_user_can_keep_a_zone_that_is_no_longer_offered(self):
        self.ann.time_zone = "EST5EDT"
        self.ann.save()
        page = self.client.get(reverse("settings"))
        self.assertContains(page, '<option value="EST5EDT" selected>EST5EDT</option>', html=True)
        self.assertRedirects(self.post(time_zone="EST5EDT"), reverse("settings"))

    def test_zones_are_grouped_by_region(self):
        groups = dict(zone_choices())
        self.assertEqual(groups["UTC"], "UTC")
        self.assertIn(
            ("America/Argentina/Buenos_Aires", "Argentina, Buenos Aires"), groups["America"]
        )
        self.assertNotIn("Etc", groups)


class SessionTests(TestCase):
    def setUp(self):
        self.ann = add_user(password=PASSWORD)

    def sign_in(self, user_agent):
        client = self.client_class(headers={"User-Agent": user_agent})
        client.post(reverse("account_login"), {"login": self.ann.email, "password": PASSWORD})
        self.assertEqual(client.get("/tasks/").status_code, 200)
        return client

    def is_in(self, client):
        return client.get("/tasks/").status_code == 200

    def test_sessions_are_listed_and_one_can_be_ended(self):
        laptop, phone = self.sign_in(FIREFOX), self.sign_in(IPHONE)
        page = laptop.get(reverse("session_list"))
        browsers = [words_of(browser) for browser in select(page, ".rows p:first-child")]
        self.assertCountEqual(browsers, ["Firefox on Linux This browser", "Mobile Safari on iOS"])
        seen = [words_of(line).split(" · ")[1] for line in select(page, ".rows .sub")]
        self.assertEqual(seen, ["active now", "last seen now"])
        session = self.ann.sessions.get(user_agent=IPHONE)
        response = laptop.post(reverse("session_end", args=[session.mark]))
        self.assertRedirects(response, reverse("session_list"))
        self.assertEqual((self.is_in(laptop), self.is_in(phone)), (True, False))

    def test_current_session_counts_as_in_use_now(self):
        laptop, _phone = self.sign_in(FIREFOX), self.sign_in(IPHONE)
        self.ann.sessions.update(last_seen_at=timezone.now() - timedelta(minutes=9))
        page = laptop.get(reverse("session_list"))
        seen = [words_of(line).split(" · ")[1] for line in select(page, ".rows .sub")]
        self.assertEqual(seen, ["active now", "last seen 9 minutes ago"])

    def test_ending_the_current_session_signs_out(self):
        laptop, phone = self.sign_in(FIREFOX), self.sign_in(IPHONE)
        session = self.ann.sessions.get(user_agent=FIREFOX)
        response = laptop.post(reverse("session_end", args=[session.mark]), follow=True)
        self.assertRedirects(response, "/")
        self.assertContains(response, "You signed out.")
        self.assertContains(response, "<h1>Write it down. Check it off.</h1>")
        self.assertEqual((self.is_in(laptop), self.is_in(phone)), (False, True))

    def test_all_other_sessions_can_be_ended(self):
        laptop, phone, third = (self.sign_in(agent) for agent in [FIREFOX, IPHONE, FIREFOX])
        laptop.post(reverse("session_list"))
        self.assertEqual(
            [self.is_in(client) for client in (laptop, phone, third)], [True, False, False]
        )

    def test_password_change_ends_the_other_sessions(self):
        laptop, phone = self.sign_in(FIREFOX), self.sign_in(IPHONE)
        new = "an0ther-Horse!"
        laptop.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )
        self.assertEqual((self.is_in(laptop), self.is_in(phone)), (True, False))

    def test_unlisted_sessions_end_with_the_others(self):
        new = "an0ther-Horse!"
        passwords = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        for name, data in [("session_list", {}), ("account_change_password", passwords)]:
            with self.subTest(name):
                laptop, unknown = self.sign_in(FIREFOX), self.sign_in(IPHONE)
                self.ann.sessions.filter(user_agent=IPHONE).update(user=None)
                laptop.post(reverse(name), data)
                self.assertEqual((self.is_in(laptop), self.is_in(unknown)), (True, False))
                page = laptop.get(reverse("session_list"))
                self.assertContains(page, "This browser", count=1)

    def test_ended_session_stays_ended_when_the_account_is_enabled(self):
        phone = self.sign_in(IPHONE)
        self.ann.sessions.update(user=None)
        users = User.objects.filter(pk=self.ann.pk)
        self.assertEqual((users.deactivate(), users.activate()), (1, 1))
        self.assertIs(self.is_in(phone), False)
        self.assertIs(self.is_in(self.sign_in(IPHONE)), True)

    def test_ending_one_session_leaves_the_others(self):
        laptop, phone, third = (self.sign_in(agent) for agent in [FIREFOX, IPHONE, "curl/8"])
        session = self.ann.sessions.get(user_agent=IPHONE)
        laptop.post(reverse("session_end", args=[session.mark]))
        self.assertEqual(
            [self.is_in(client) for client in (laptop, phone, third)], [True, False, True]
        )

    def test_last_use_of_a_session_is_recorded(self):
        laptop = self.sign_in(FIREFOX)
        self.ann.sessions.update(last_seen_at="2020-01-01T00:00:00Z", ip="192.0.2.1")
        other_process = self.client_class(headers={"User-Agent": IPHONE})
        other_process.cookies = laptop.cookies
        other_process.get("/tasks/")
        session = self.ann.sessions.get()
        self.assertEqual((session.ip, session.user_agent), ("127.0.0.1", IPHONE))
        self.assertGreater(session.last_seen_at.year, 2020)


class EmailTests(TestCase):
    def setUp(self):
        cache.clear()  # mails to one address are limited there
        self.ann = add_user("ann@example.org", password=PASSWORD)
        self.client.post(reverse("account_login"), {"login": self.ann.email, "password": PASSWORD})

    def reauthenticate(self):
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    def change_to(self, email):
        """Ask for the change. Return the path in the mail that confirms the address."""
        self.reauthenticate()
        self.client.post(reverse("account_email"), {"email": email, "action_add": ""})
        (confirmation,) = [message for message in mail.outbox if message.to == [email.lower()]]
        return link_in(confirmation)

    def change_page(self):
        self.reauthenticate()
        return self.client.get(reverse("account_email"))

    def signs_in(self, email):
        client = Client()
        client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
        return client.session.get("_auth_user_id") == self.ann.pk

    def test_old_address_works_until_the_new_one_is_confirmed(self):
        link = self.change_to("New@example.org")
        self.assertContains(self.change_page(), "<dt>Changing to</dt><dd>new@example.org</dd>")
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.email, "ann@example.org")
        self.assertIs(self.signs_in("ann@example.org"), True)
        self.client.post(link)
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.email, "new@example.org")
        self.assertEqual(
            (self.signs_in("ann@example.org"), self.signs_in("new@example.org")), (False, True)
        )
        self.assertIn(
            (["ann@example.org"], "The email of your Todosite account was changed"),
            [(message.to, message.subject) for message in mail.outbox],
        )

    def test_second_factor_and_new_address_can_come_in_any_order(self):
        TOTP.activate(self.ann, generate_totp_secret())
        link = self.change_to("new@example.org")
        self.assertEqual(self.client.get(reverse("mfa_add_webauthn")).status_code, 200)
        self.client.post(link)
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.email, "new@example.org")

    def test_unconfirmed_old_address_works_until_the_change(self):
        self.ann.emailaddress_set.update(verified=False, primary=False)
        page = self.change_page()
        self.assertContains(page, "<dt>Current email</dt><dd>ann@example.org</dd>")
        self.assertContains(page, "You haven't confirmed it yet")
        link = self.change_to("new@example.org")
        page = self.change_page()
        self.assertContains(page, "<dt>Current email</dt><dd>ann@example.org</dd>")
        self.assertContains(page, "<dt>Changing to</dt><dd>new@example.org</dd>")
        for act in ["action_primary", "action_remove"]:  # no way around the confirmation
            for email in ["new@example.org", "ann@example.org"][act == "action_remove" :]:
                self.client.post(reverse("account_email"), {"email": email, act: ""})
                self.ann.refresh_from_db()
                self.assertEqual(self.ann.email, "ann@example.org")
        self.client.post(link)
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.email, "new@example.org")

    def test_change_can_be_canceled_or_replaced(self):
        links = [self.change_to(email) for email in ["one@example.org", "two@example.org"]]
        response = self.client.post(links[0])
        self.assertEqual(response.status_code, 404)
        self.client.post(
            reverse("account_email"), {"email": "two@example.org", "action_remove": ""}
        )
        self.assertNotContains(self.change_page(), "Changing to")
        self.assertEqual(self.client.post(links[1]).status_code, 404)
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.email, "ann@example.org")

    def test_change_fails_if_another_account_took_the_address(self):
        link = self.change_to("new@example.org")
        User.objects.create_user("new@example.org")
        response = self.client.post(link, follow=True)
        self.assertContains(
            response, "new@example.org now belongs to another account, so nothing has changed."
        )
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.email, "ann@example.org")
        self.assertIs(self.signs_in("ann@example.org"), True)
        addresses = self.ann.emailaddress_set.order_by("pk")
        self.assertEqual(
            list(addresses.values_list("email", "verified", "primary")),
            [("ann@example.org", True, True), ("new@example.org", False, False)],
        )
        changed = "The email of your Todosite account was changed"
        self.assertNotIn(changed, [message.subject for message in mail.outbox])

    def test_change_fails_if_the_old_address_gets_no_mail(self):
        link = self.change_to("new@example.org")
        refused = mock.patch.object(EmailMultiAlternatives, "send", side_effect=OSError("no mail"))
        with refused, self.assertRaisesMessage(OSError, "no mail"):
            self.client.post(link)
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.email, "ann@example.org")
        self.assertEqual(self.ann.emailaddress_set.get(primary=True).email, "ann@example.org")

    def test_change_and_second_factors_ask_for_the_password_again(self):
        for name in ["account_email", "mfa_activate_totp", "mfa_add_webauthn"]:
            response = self.client.get(reverse(name))
            self.assertRedirects(
                response,
                f"{reverse('account_reauthenticate')}?next={quote(reverse(name), safe='')}",
            )
        self.reauthenticate()
        for name in ["account_email", "mfa_activate_totp", "mfa_add_webauthn"]:
            self.assertEqual(self.client.get(reverse(name)).status_code, 200)
