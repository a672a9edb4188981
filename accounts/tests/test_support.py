"""Support's access to a user's tasks, and its acts on an account."""

from datetime import UTC, datetime, timedelta
from unittest import mock

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.test import TestCase, override_settings
from django.urls import reverse

from accounts.models import Event, User
from accounts.tests.mails import link_in
from accounts.tests.people import NEW_PASSWORD, PASSWORD, add_user, login_by_second_factor
from todosite.tests.visitor import Visitor

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
NO_MAIL = mock.patch.object(EmailMultiAlternatives, "send", side_effect=OSError("no mail"))


class LookTests(TestCase):
    """The switch in the settings that lets support read a user's tasks."""

    def setUp(self):
        clock = mock.patch("django.utils.timezone.now", return_value=NOON)
        self.clock = clock.start()
        self.addCleanup(clock.stop)
        self.ann = add_user(time_zone="Asia/Kathmandu")
        self.visitor = Visitor(self.ann)

    def events(self):
        events = self.ann.events.order_by("pk").values_list("kind", "by_staff")
        return [(Event.Kind(kind), by_staff) for kind, by_staff in events]

    def test_access_lasts_seven_days_and_is_mailed_and_recorded(self):
        page = self.visitor.open("/settings/").press("Give support access")
        self.assertEqual(
            page.message, "Support has access to your account until 6 Dec 2026, 17:45."
        )
        self.assertIn("searches until 6 Dec 2026, 17:45", page.words)
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.support_until, NOON + timedelta(days=7))
        self.assertEqual(self.events(), [(Event.Kind.SUPPORT_LOOKS, False)])
        (message,) = mail.outbox
        self.assertEqual(message.to, ["ann@example.org"])
        self.assertEqual(message.subject, "Support has access to your tasks in Todosite")
        words = "tags and searches until 6 Dec 2026, 17:45 (Asia/Kathmandu)."
        self.assertIn(words, message.body)

    def test_access_ends_by_itself(self):
        self.ann.let_support_look()
        for later, looks in [(timedelta(days=7, seconds=-1), True), (timedelta(days=7), False)]:
            self.clock.return_value = NOON + later
            self.assertIs(self.ann.lets_support_look, looks)

    def test_user_can_end_access(self):
        self.ann.let_support_look()
        page = self.visitor.open("/settings/").press("End support access")
        self.assertEqual(page.message, "Support no longer has access to your account.")
        self.assertIn("Support can't see your tasks. If you ask for help", page.words)
        self.ann.refresh_from_db()
        self.assertIs(self.ann.lets_support_look, False)
        both = [(Event.Kind.SUPPORT_LOOKS, False), (Event.Kind.SUPPORT_STOPS, False)]
        self.assertEqual(self.events(), both)

    def test_ended_access_is_not_ended_again(self):
        self.assertIs(self.ann.keep_support_out(), False)
        self.assertEqual(self.events(), [])

    def test_access_needs_a_sent_mail(self):
        with NO_MAIL:
            page = self.visitor.open("/settings/").press("Give support access")
        words = "We couldn't send you an email about this, so nothing has changed."
        self.assertEqual(page.message, words)
        self.ann.refresh_from_db()
        self.assertIs(self.ann.lets_support_look, False)
        self.assertEqual(self.events(), [])

    def test_access_is_mailed_and_recorded_once(self):
        self.client.force_login(self.ann)
        for _ in range(3):
            self.client.post(reverse("support_look"), {"look": "1"})
        self.assertEqual((len(mail.outbox), len(self.events())), (1, 1))

    def test_access_is_given_by_each_user(self):
        self.ann.let_support_look()
        self.assertIs(add_user("ben@example.org").lets_support_look, False)

    def test_landing_page_says_who_can_see_what(self):
        page = Visitor().open("/")
        for words in [
            "nobody else sees them unless you give support access.",
            "Support can only if you give access, for 7 days at a time.",
            "The administrators of this server can read its database.",
        ]:
            self.assertIn(words, page.words)


@override_settings(ADMIN_REQUIRES_MFA=False, HAS_MAIL=True)
class SupportTestCase(TestCase):
    """A test case with Sam of support, who may view and change accounts, and Ann's account."""

    def setUp(self):
        cache.clear()  # limits of mails are kept there
        self.ann = add_user(password=PASSWORD)
        self.sam = add_user("sam@example.org", is_staff=True)
        self.sam.user_permissions.set(
            Permission.objects.filter(codename__in=["view_user", "change_user"])
        )
        self.client.force_login(self.sam)

    def act(self, action, *users):
        """Run an action for users, by default Ann. Return the messages of the page."""
        pks = [user.pk for user in users or [self.ann]]
        data = {"action": action, "_selected_action": pks}
        page = self.client.post("/admin/accounts/user/", data, follow=True)
        return [str(message) for message in page.context["messages"]]

    def actions(self):
        """Return the names of the actions that the list offers to Sam."""
        form = self.client.get("/admin/accounts/user/").context["action_form"]
        return {name for name, _ in form.fields["action"].choices if name}


class HelpTests(SupportTestCase):
    """Sam helps Ann."""

    def log(self):
        """Return the entries of the admin's log, and of the history of Ann's account."""
        log = LogEntry.objects.filter(user=self.sam, object_id=self.ann.pk).order_by("pk")
        events = self.ann.events.order_by("pk").values_list("kind", "by_staff")
        return list(log.values_list("change_message", flat=True)), list(events)

    def signs_in(self):
        """Return a browser in which Ann has signed in with her password."""
        client = self.client_class()
        data = {"login": self.ann.email, "password": PASSWORD}
        client.post(reverse("account_login"), data)
        return client

    def test_support_can_send_a_link_to_reset_the_password(self):
        words = ["Sent 1 link to reset the password."]
        self.assertEqual(self.act("send_reset_link"), words)
        self.assertEqual(mail.outbox[0].to, ["ann@example.org"])
        new = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
        client = self.client_class()
        form = client.get(link_in(mail.outbox[0]), follow=True).request["PATH_INFO"]
        client.post(form, new)
        self.ann.refresh_from_db()
        self.assertIs(self.ann.check_password(NEW_PASSWORD), True)
        told = (["Sent a link to reset the password."], [("reset sent", True)])
        self.assertEqual(self.log(), told)

    def test_no_reset_link_for_a_disabled_user(self):
        User.objects.filter(pk=self.ann.pk).deactivate()
        words = [
            "Skipped 1 account: disabled, or not yours to change.",
            "Sent 0 links to reset the password.",
        ]
        self.assertEqual(self.act("send_reset_link"), words)
        self.assertEqual((mail.outbox, self.log()), ([], ([], [])))

    def test_support_can_send_the_confirmation_again(self):
        self.ann.emailaddress_set.update(verified=False)
        self.assertEqual(self.act("send_confirmation"), ["Sent 1 link to confirm the email."])
        self.client_class().post(link_in(mail.outbox[0]))
        self.assertIs(self.ann.emailaddress_set.get().verified, True)
        told = ["Sent the link that confirms the address again."], [("confirmation sent", True)]
        self.assertEqual(self.log(), told)

    def test_confirmation_is_sent_only_when_due(self):
        left_out = (
            "Skipped 1 account: already confirmed, sent a link in the last 3 minutes, disabled,"
            " or not yours to change."
        )
        self.assertEqual(self.act("send_confirmation")[0], left_out)
        self.ann.emailaddress_set.update(verified=False)
        self.act("send_confirmation")
        self.assertEqual(self.act("send_confirmation")[0], left_out)
        self.assertEqual(len(mail.outbox), 1)

    def test_failed_confirmation_can_be_sent_again_at_once(self):
        self.ann.emailaddress_set.update(verified=False)
        with NO_MAIL:
            self.act("send_confirmation")
        self.assertEqual(self.act("send_confirmation"), ["Sent 1 link to confirm the email."])

    def test_support_can_remove_a_lost_second_factor(self):
        TOTP.activate(self.ann, generate_totp_secret())
        RecoveryCodes.activate(self.ann)
        there = self.client_class()
        there.force_login(self.ann)
        words = ["Removed the second factor of 1 account."]
        self.assertEqual(self.act("remove_second_factors"), words)
        self.assertEqual(list(Authenticator.objects.all()), [])
        self.assertEqual(there.get("/tasks/").status_code, 302)
        self.assertEqual(self.signs_in().get("/tasks/").status_code, 200)
        (message,) = mail.outbox
        self.assertEqual(message.to, ["ann@example.org"])
        self.assertEqual(message.subject, "Support removed your second factor for Todosite")
        self.assertIn("authenticator app, security keys and recovery codes", message.body)
        told = (
            ["Removed the second factor; signed out everywhere."],
            [("factor removed", True)],
        )
        self.assertEqual(self.log(), told)

    def test_second_factor_stays_if_the_mail_fails(self):
        TOTP.activate(self.ann, generate_totp_secret())
        with NO_MAIL:
            words = self.act("remove_second_factors")[0]
        expected = "No email could be sent to ann@example.org, so nothing was changed there."
        self.assertEqual(words, expected)
        self.assertEqual(Authenticator.objects.count(), 1)
        self.assertEqual(self.log(), ([], []))

    def test_second_factors_are_removed_for_one_account_at_a_time(self):
        ben = add_user("ben@example.org")
        for user in [self.ann, ben]:
            TOTP.activate(user, generate_totp_secret())
        words = ["Select one account: second factors are removed one account at a time."]
        self.assertEqual(self.act("remove_second_factors", self.ann, ben), words)
        self.assertEqual(Authenticator.objects.count(), 2)

    def test_staff_without_their_factor_are_told_how_to_get_another(self):
        User.objects.filter(pk=self.ann.pk).update(is_staff=True)
        in_settings = "You can set up a second factor again in your settings."
        by_link = (
            "To set up a new second factor you need a link: open the admin to see how to get it."
        )
        User.objects.filter(pk=self.sam.pk).update(is_superuser=True)
        TOTP.activate(self.sam, generate_totp_secret())
        login_by_second_factor(self.client, self.sam)
        for needs_link, said, unsaid in [
            (True, by_link, in_settings),
            (False, in_settings, by_link),
        ]:
            TOTP.activate(self.ann, generate_totp_secret())
            mail.outbox.clear()
            with override_settings(ADMIN_REQUIRES_MFA=needs_link):
                self.act("remove_second_factors")
            self.assertIn(said, mail.outbox[0].body)
            self.assertNotIn(unsaid, mail.outbox[0].body)

    def test_sessions_end_and_the_account_stays_open(self):
        there = self.signs_in()
        self.assertEqual(self.act("end_sessions"), ["Signed out 1 account everywhere."])
        self.assertEqual(there.get("/tasks/").status_code, 302)
        self.assertEqual(list(self.ann.sessions.all()), [])
        self.assertEqual(self.signs_in().get("/tasks/").status_code, 200)
        self.assertEqual(self.log(), (["Signed out everywhere."], [("signed out", True)]))

    def test_disabling_and_enabling_are_logged(self):
        self.act("deactivate")
        self.act("activate")
        told = (
            ["Disabled the account.", "Enabled the account again."],
            [("disabled", True), ("enabled", True)],
        )
        self.assertEqual(self.log(), told)

    def test_no_more_than_20_accounts_at_once(self):
        """ "Select all" by mistake would otherwise affect every account."""
        users = [add_user(f"{number}@example.org") for number in range(20)]
        for user in [self.ann, *users]:
            user.emailaddress_set.update(verified=False)
        words = "Select at most 20 accounts at a time. You selected 21, so nothing was changed."
        alone = "Select one account: second factors are removed one account at a time."
        for action in self.actions():
            expected = alone if action == "remove_second_factors" else words
            self.assertEqual((action, self.act(action, self.ann, *users)), (action, [expected]))
        self.assertEqual(mail.outbox, [])
        self.assertEqual((LogEntry.objects.count(), Event.objects.count()), (0, 0))
        self.assertEqual(self.act("deactivate", *users), ["Disabled 20 accounts."])

    def test_support_cannot_act_on_staff(self):
        root = add_user("root@example.org", is_staff=True, is_superuser=True)
        root.emailaddress_set.update(verified=False)
        TOTP.activate(root, generate_totp_secret())
        there = self.client_class()
        there.force_login(root)
        for action in ["send_reset_link", "send_confirmation", "end_sessions"]:
            self.assertIn("Skipped 2 accounts", self.act(action, root, self.sam)[0])
        self.assertIn("Skipped 1 account", self.act("remove_second_factors", root)[0])
        self.assertEqual(there.get("/tasks/").status_code, 200)
        self.assertEqual((mail.outbox, Authenticator.objects.count()), ([], 1))
        self.assertEqual((LogEntry.objects.count(), Event.objects.count()), (0, 0))


@override_settings(HAS_MAIL=False)
class NoMailTests(SupportTestCase):
    """Without mail set up, the server prints mails: any reader of its output could use a link."""

    def test_actions_that_only_send_mail_are_not_offered(self):
        self.ann.emailaddress_set.update(verified=False)
        sending = {"send_reset_link", "send_confirmation"}
        with override_settings(HAS_MAIL=True):
            offered = self.actions()
        self.assertEqual(offered - self.actions(), sending)
        for action in sending:
            self.assertEqual(self.act(action), ["No action selected."])
        self.assertEqual((mail.outbox, Event.objects.count()), ([], 0))

    def test_removing_a_second_factor_warns_that_no_mail_was_sent(self):
        TOTP.activate(self.ann, generate_totp_secret())
        words = [
            "Removed the second factor of 1 account.",
            "Email isn't set up, so no email was sent about it. Tell the owner yourself.",
        ]
        self.assertEqual(self.act("remove_second_factors"), words)
        left_out = "Skipped 1 account: without a second factor, or not yours to change."
        again = [left_out, "Removed the second factor of 0 accounts."]
        self.assertEqual(self.act("remove_second_factors"), again)


class TakeoverTests(SupportTestCase):
    """Support can't take an account over by changing its address and sending mails there."""

    EVIL = "evil@sam.example"

    def give_address(self, email=EVIL):
        """Send the page of Ann's account with another address. Return the messages of the page."""
        url = reverse("admin:accounts_user_change", args=[self.ann.pk])
        form = self.client.get(url).context["adminform"].form
        data = {name: form[name].value() for name in form.fields} | {"email": email}
        page = self.client.post(url, data, follow=True)
        self.ann.refresh_from_db()
        return [str(message) for message in page.context["messages"]]

    def events(self):
        return list(self.ann.events.order_by("pk").values_list("kind", "by_staff"))

    def test_support_mails_only_the_owners_address(self):
        TOTP.activate(self.ann, generate_totp_secret())
        self.ann.let_support_look()
        self.give_address()
        self.assertEqual(self.ann.email, "ann@example.org")
        self.act("remove_second_factors")
        self.act("send_reset_link")
        self.assertEqual({tuple(message.to) for message in mail.outbox}, {("ann@example.org",)})

    def test_change_is_mailed_to_the_old_address_and_recorded(self):
        User.objects.filter(pk=self.sam.pk).update(is_superuser=True)
        self.give_address()
        self.assertEqual(self.ann.email, self.EVIL)
        (message,) = mail.outbox
        self.assertEqual(message.to, ["ann@example.org"])
        self.assertEqual(message.subject, "Support changed the email of your Todosite account")
        self.assertIn("Support changed the email of your Todosite account.", message.body)
        self.assertNotIn(self.EVIL, message.body)
        self.assertEqual(self.events(), [("address changed", True)])
        page = Visitor(self.ann).open("/history/")
        self.assertIn("Support changed the email of your account", page.words)

    def test_change_warns_if_the_mail_fails(self):
        User.objects.filter(pk=self.sam.pk).update(is_superuser=True)
        words = "No email about it could be sent to ann@example.org. Tell the owner yourself."
        with NO_MAIL:
            self.assertEqual(self.give_address("new@example.org")[0], words)
        with override_settings(HAS_MAIL=False):
            self.ann.emailaddress_set.update(verified=True)
            words = words.replace("ann@", "new@")
            self.assertEqual(self.give_address("newer@example.org")[0], words)

    def test_form_records_disabling_and_enabling(self):
        url = reverse("admin:accounts_user_change", args=[self.ann.pk])
        for is_active in [{}, {"is_active": "on"}]:
            form = self.client.get(url).context["adminform"].form
            data = {name: form[name].value() for name in form.fields}
            data = {name: value for name, value in data.items() if value is not False}
            data.pop("is_active", None)
            self.client.post(url, data | is_active)
        self.assertEqual(self.events(), [("disabled", True), ("enabled", True)])
