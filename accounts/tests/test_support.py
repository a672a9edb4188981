"""What a user lets support see, and what support does for an account."""

from datetime import UTC, datetime, timedelta
from unittest import mock

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import TestCase

from accounts.models import Event
from accounts.tests.people import add_user
from todosite.tests.visitor import Visitor

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
NO_MAIL = mock.patch.object(EmailMultiAlternatives, "send", side_effect=OSError("no mail"))


class LookTests(TestCase):
    """The switch in the settings by which support may look at what a user wrote."""

    def setUp(self):
        clock = mock.patch("django.utils.timezone.now", return_value=NOON)
        self.clock = clock.start()
        self.addCleanup(clock.stop)
        self.ann = add_user(time_zone="Asia/Kathmandu")
        self.visitor = Visitor(self.ann)

    def events(self):
        events = self.ann.events.order_by("pk").values_list("kind", "by_staff")
        return [(Event.Kind(kind), by_staff) for kind, by_staff in events]

    def test_lasts_seven_days_and_is_mailed_and_kept(self):
        page = self.visitor.open("/settings/").press("Let support look")
        self.assertEqual(page.message, "Support can see what you write until 6 Dec 2026, 17:45.")
        self.assertIn("searches until 6 Dec 2026, 17:45", page.words)
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.support_until, NOON + timedelta(days=7))
        self.assertEqual(self.events(), [(Event.Kind.SUPPORT_LOOKS, False)])
        (message,) = mail.outbox
        self.assertEqual(message.to, ["ann@example.org"])
        self.assertEqual(message.subject, "Support can see what you write")
        words = "tags and searches until 6 Dec 2026, 17:45 (Asia/Kathmandu)."
        self.assertIn(words, message.body)

    def test_is_over_when_the_time_is(self):
        self.ann.let_support_look()
        for later, looks in [(timedelta(days=7, seconds=-1), True), (timedelta(days=7), False)]:
            self.clock.return_value = NOON + later
            self.assertIs(self.ann.lets_support_look, looks)

    def test_ends_by_a_press(self):
        self.ann.let_support_look()
        page = self.visitor.open("/settings/").press("Stop support from looking")
        self.assertEqual(page.message, "Support can't see what you write any more.")
        self.assertIn("Support can’t see what you write. If you ask for help", page.words)
        self.ann.refresh_from_db()
        self.assertIs(self.ann.lets_support_look, False)
        both = [(Event.Kind.SUPPORT_LOOKS, False), (Event.Kind.SUPPORT_STOPS, False)]
        self.assertEqual(self.events(), both)

    def test_what_has_ended_is_not_ended_again(self):
        self.assertIs(self.ann.keep_support_out(), False)
        self.assertEqual(self.events(), [])

    def test_begins_only_where_its_mail_goes_out(self):
        with NO_MAIL:
            page = self.visitor.open("/settings/").press("Let support look")
        words = "We couldn't send you the email about it, so nothing has changed."
        self.assertEqual(page.message, words)
        self.ann.refresh_from_db()
        self.assertIs(self.ann.lets_support_look, False)
        self.assertEqual(self.events(), [])

    def test_is_each_users_own(self):
        self.ann.let_support_look()
        self.assertIs(add_user("ben@example.org").lets_support_look, False)

    def test_landing_page_says_who_can_see_what(self):
        page = Visitor().open("/")
        for words in [
            "No other user sees it, and support only when you ask for help.",
            "Support can only if you let them, for 7 days at a time.",
            "The people who run this server hold its database.",
        ]:
            self.assertIn(words, page.words)
