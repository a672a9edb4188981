"""The sender, with a real mail server: its mails, its repeated attempts, and when it gives up."""

import math
from datetime import date, time, timedelta
from unittest import mock

import pytest
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.models import User
from accounts.tests.people import add_user
from tasks import sending
from tasks.reminders import FAILED, OFF, SENT, WAITING, Digest, Reminder
from tasks.sending import Sender
from tasks.tests.mail_server import mail_server
from tasks.tests.making import refused

SITE = {"SITE_URL": "https://todo.example.org"}


@override_settings(**SITE)
class SendingCase(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        server = mail_server()
        cls.server = server.__enter__()
        cls.addClassCleanup(server.__exit__, None, None, None)

    def setUp(self):
        self.server.answers, self.server.mails, self.server.attempts = {}, [], 0
        self.ann = add_user()

    def remind(self, user=None, *, title="Milk", ago=60, **fields):
        """Return a reminder that was due some seconds ago."""
        user = user or self.ann
        task = user.tasks.create(title=title, due_date=date(2020, 1, 1), due_time=time(9), **fields)
        (reminder,) = task.set_reminders([0])
        due = timezone.now() - timedelta(seconds=ago)
        self.set(reminder, state=WAITING, moment=due, next_at=due)
        return reminder

    def set(self, reminder, **columns):
        type(reminder).objects.filter(pk=reminder.pk).update(**columns)
        reminder.refresh_from_db()

    def send(self):
        """Send due mails. Return the numbers of mails that were sent, and that failed."""
        return Sender().send_due()

    def state(self, row):
        row.refresh_from_db()
        return row.state, row.attempt, row.answer


class MailTests(SendingCase):
    def test_due_reminder_is_sent_once_with_its_headers(self):
        reminder = self.remind(title="Milk\n\tBcc: eve@example.org")
        self.assertEqual(self.send(), (1, 0))
        self.assertEqual(self.send(), (0, 0))
        (mail,) = self.server.mails
        self.assertEqual(mail["To"], "ann@example.org")
        self.assertIn("Milk Bcc: eve@example.org", mail["Subject"])
        self.assertIsNone(mail["Bcc"])
        moment = round(reminder.moment.timestamp())
        self.assertEqual(mail["Message-ID"], f"<reminder-{reminder.pk}-{moment}@todo.example.org>")
        for name in ["References", "In-Reply-To"]:
            self.assertEqual(mail[name], f"<task-{reminder.task_id}@todo.example.org>")
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertEqual(self.state(reminder), (SENT, 1, ""))
        self.assertIsNotNone(reminder.settled_at)

    def test_unsubscribing_is_in_the_headers_where_links_are_of_https(self):
        for url, header in [
            ("https://todo.example.org/stop/x/", "<https://todo.example.org/stop/x/>"),
            ("http://localhost/stop/x/", None),
        ]:
            reminder = self.remind()
            with mock.patch("tasks.mails.unsubscribe_url", return_value=url):
                self.send()
            mail = self.server.mails.pop()
            self.assertEqual(mail["List-Unsubscribe"], header)
            post = header and "List-Unsubscribe=One-Click"
            self.assertEqual(mail["List-Unsubscribe-Post"], post)
            self.assertEqual(self.state(reminder)[0], SENT)

    def test_snooze_is_another_mail_of_the_same_thread(self):
        reminder = self.remind()
        self.send()
        self.assertTrue(reminder.snooze(timezone.now() + timedelta(hours=1)))
        due = timezone.now() - timedelta(seconds=1)
        self.set(reminder, moment=due, next_at=due, snoozed_until=due)
        self.assertEqual(self.send(), (1, 0))
        first, second = self.server.mails
        self.assertNotEqual(first["Message-ID"], second["Message-ID"])
        self.assertEqual(first["References"], second["References"])

    def test_who_wants_no_mail_or_may_get_none_gets_none(self):
        for number, (fields, reason) in enumerate(
            [
                ({"reminder_mail": False}, "The user wants no reminders by email."),
                ({"is_active": False}, "The account is closed."),
                ({"leaves_at": timezone.now()}, "The account is closed."),
            ]
        ):
            reminder = self.remind(add_user(f"{number}@example.org", **fields))
            self.assertEqual(self.send(), (0, 0))
            self.assertEqual(self.state(reminder), (OFF, 1, reason))
        self.ann.emailaddress_set.update(verified=False)
        reminder = self.remind()
        self.send()
        self.assertEqual(self.state(reminder), (OFF, 1, "The address isn't confirmed."))
        self.assertEqual(self.server.attempts, 0)

    def test_task_that_changed_without_its_reminder_is_looked_at_again(self):
        done, moved = self.remind(), self.remind()
        type(self.ann.tasks.get(pk=done.task_id)).objects.filter(pk=done.task_id).update(
            completed_at=timezone.now()
        )
        self.ann.tasks.filter(pk=moved.task_id).update(due_date=date(2090, 1, 1))
        self.assertEqual(self.send(), (0, 0))
        self.assertEqual([self.state(done)[0], self.state(moved)[0]], [OFF, WAITING])
        self.assertEqual(moved.moment.year, 2090)


class AnswerTests(SendingCase):
    def test_4xx_is_tried_again_later_with_the_same_message_id(self):
        reminder = self.remind()
        self.server.answers = {"ann@example.org": "451 Come back later"}
        self.assertEqual(self.send(), (0, 1))
        self.assertEqual(self.state(reminder), (WAITING, 1, "451 Come back later"))
        wait = reminder.next_at - timezone.now()
        self.assertTrue(timedelta(seconds=50) < wait < timedelta(seconds=70), wait)
        self.assertEqual(self.send(), (0, 0))
        self.server.answers = {}
        self.set(reminder, next_at=timezone.now())
        self.assertEqual(self.send(), (1, 0))
        self.assertEqual(self.state(reminder), (SENT, 2, ""))

    def test_4xx_is_given_up_after_some_hours(self):
        reminder = self.remind()
        self.set(reminder, attempt=len(sending.BACKOFF))
        self.server.answers = {"ann@example.org": "451 Come back later"}
        self.send()
        self.assertEqual(self.state(reminder)[::2], (FAILED, "451 Come back later"))

    def test_5xx_gives_up_and_the_third_stops_mail_to_the_address(self):
        reminders = [self.remind(ago=90 - n) for n in range(4)]
        self.server.answers = {"ann@example.org": "550 No such user"}
        self.assertEqual(self.send(), (0, 3))
        states = [self.state(reminder)[::2] for reminder in reminders]
        stopped = (OFF, "The address gets no mail, since servers refused it.")
        self.assertEqual(states, [(FAILED, "550 No such user")] * 3 + [stopped])
        self.ann.refresh_from_db()
        self.assertEqual((self.ann.mail_failures, self.ann.mail_is_stopped), (3, True))
        self.assertEqual(self.server.attempts, 3)

    def test_refusal_for_another_reason_than_the_address_counts_nothing(self):
        for answer in ["550 5.7.1 Rejected by policy", "552 5.3.4 Message too large", "554 Spam"]:
            reminder = self.remind()
            self.server.answers = {"ann@example.org": answer}
            self.assertEqual(self.send(), (0, 1))
            self.assertEqual(self.state(reminder)[::2], (FAILED, answer))
        self.ann.refresh_from_db()
        self.assertEqual(self.ann.mail_failures, 0)

    def test_answer_says_whether_the_address_is_bad(self):
        for code, words, of_address in [
            (550, "5.1.1 No such user", True),
            (550, "5.1.10 No mail here", True),
            (553, "5.1.3 Bad address", True),
            (550, "5.2.1 Mailbox disabled", True),
            (550, "No such user", True),
            (551, "User not local", True),
            (553, "Mailbox name not allowed", True),
            (553, "5.1.8 Bad sender", False),
            (550, "5.2.2 Mailbox full", False),
            (552, "5.2.3 Message too large", False),
            (550, "5.4.1 Access denied", False),
            (550, "5.7.1 Relaying denied", False),
            (550, "relay not permitted", False),
            (550, "Sender verify failed", False),
            (550, "Your host is blocked by a list", False),
            (552, "Message too large", False),
            (554, "Transaction failed", False),
            (450, "4.1.1 Not now", False),
        ]:
            refused = sending.refusal(code, words.encode(), at_recipient=True)
            self.assertEqual(refused.is_of_address, of_address, words)
        self.assertFalse(sending.refusal(550, b"Looks like spam").is_of_address)

    def test_success_forgets_earlier_failures(self):
        self.ann.mark_address("ann@example.org")
        self.remind()
        self.send()
        self.ann.refresh_from_db()
        self.assertEqual((self.ann.mail_failures, self.ann.mail_marked), (0, ""))

    def test_cut_connection_delays_one_mail_and_not_the_others(self):
        ben = add_user("ben@example.org")
        cut, sent = self.remind(ago=90), self.remind(ben)
        self.server.answers = {"ann@example.org": "cut"}
        self.assertEqual(self.send(), (1, 1))
        self.assertEqual((self.state(cut)[0], self.state(sent)[0]), (WAITING, SENT))

    def test_slow_server_is_waited_for(self):
        reminder = self.remind()
        self.server.answers = {"ann@example.org": 0.3}
        self.assertEqual(self.send(), (1, 0))
        self.assertEqual(self.state(reminder)[0], SENT)

    def test_server_that_is_away_pauses_all_and_counts_no_attempt(self):
        reminders = [self.remind(), self.remind()]
        sender = Sender()
        with override_settings(EMAIL_PORT=1), self.assertLogs("tasks.sending", "WARNING"):
            self.assertEqual(sender.look(), 30)
        self.assertEqual([self.state(row)[:2] for row in reminders], [(WAITING, 0)] * 2)
        Reminder.objects.update(next_at=timezone.now())
        sender.look()
        self.assertEqual((len(self.server.mails), sender.pauses), (2, 0))

    def test_mail_that_can_not_be_written_stops_no_other(self):
        bad, good = self.remind(ago=90), self.remind()
        write = sending.envelope

        def fail_once(delivery):
            if delivery.pk == bad.pk:
                raise ValueError("template")
            return write(delivery)

        with mock.patch.object(sending, "envelope", fail_once), self.assertLogs("tasks.sending"):
            self.assertEqual(self.send(), (1, 1))
        self.assertEqual((self.state(bad)[0], self.state(good)[0]), (WAITING, SENT))

    def test_row_that_can_not_be_read_stops_no_other(self):
        bad, good = self.remind(ago=90), self.remind()
        read = sending.claimed

        def fail_once(model, claim):
            if claim[0] == bad.pk:
                raise OverflowError("date")
            return read(model, claim)

        with mock.patch.object(sending, "claimed", fail_once), self.assertLogs("tasks.sending"):
            self.assertEqual(self.send(), (1, 1))
        self.assertEqual((self.state(bad)[0], self.state(good)[0]), (WAITING, SENT))


@pytest.mark.pooler
class ClaimTests(SendingCase):
    def test_claimed_delivery_is_left_alone_until_the_lease_ends(self):
        reminder = self.remind()
        ((pk, attempt, moment),) = sending.claim(Reminder)
        self.assertEqual((pk, attempt, moment), (reminder.pk, 1, reminder.moment))
        self.assertEqual(sending.claim(Reminder), [])
        seconds, attempt = sending.next_one()
        self.assertTrue(200 < seconds <= 300)
        self.set(reminder, next_at=timezone.now())  # the lease has ended
        self.assertEqual(sending.claim(Reminder), [(pk, 2, moment)])

    def test_late_sender_settles_nothing_that_another_has(self):
        reminder = self.remind()
        sending.claim(Reminder)
        mine = sending.Settlement(Reminder.objects.select_related("user").get())
        self.set(reminder, next_at=timezone.now())
        sending.claim(Reminder)
        mine.succeed()
        self.assertEqual(self.state(reminder)[:2], (WAITING, 2))

    def test_stop_gives_the_rest_of_a_batch_back(self):
        reminders = [self.remind(ago=90 - n) for n in range(3)]
        sender = Sender()
        send = sending.Line.send

        def stop_after_one(line, message):
            sender.stop()
            return send(line, message)

        with mock.patch.object(sending.Line, "send", stop_after_one):
            self.assertEqual(sender.send_due(), (1, 0))
        states = [self.state(row)[:2] for row in reminders]
        self.assertEqual(states, [(SENT, 1), (WAITING, 0), (WAITING, 0)])
        self.assertEqual(self.send(), (2, 0))

    def test_claim_of_another_sender_is_looked_at_once_before_its_lease_ends(self):
        reminder = self.remind()
        sending.claim(Reminder)
        sender = Sender()
        self.assertEqual(sender.look(), sending.RECHECK)
        self.assertTrue(200 < sender.look() <= 300)  # it is still under way
        self.assertEqual(sender.look(), sending.RECHECK)
        self.set(reminder, state=SENT, next_at=None)
        self.assertEqual(sender.look(), sending.AT_MOST)

    def test_next_moment_is_the_first_of_all(self):
        self.assertEqual(sending.next_one(), (math.inf, 0))
        task = self.ann.tasks.create(title="Milk")
        task.set_reminders(moments=[(date(2090, 1, 1), time(9))])
        far, _ = sending.next_one()
        self.ann.daily_digest = True
        self.ann.reschedule()
        self.assertLess(sending.next_one()[0], 26 * 3600)
        self.assertGreater(far, 26 * 3600)

    def test_reminder_can_be_sent_again_on_purpose(self):
        reminder = self.remind()
        self.send()
        self.assertEqual(Reminder.objects.filter(pk=reminder.pk).send_again(), 1)
        self.assertEqual(self.send(), (1, 0))
        first, second = self.server.ids
        self.assertEqual(second, first.replace("@", "-1@"))
        Reminder.objects.filter(pk=reminder.pk).send_again()
        self.send()
        self.assertEqual(self.server.ids[2], first.replace("@", "-2@"))


class DigestTests(SendingCase):
    def due(self):
        """Return Ann's digest, due now."""
        self.ann.daily_digest = True
        self.ann.save()
        self.ann.reschedule()
        due = timezone.now() - timedelta(seconds=1)
        self.ann.digests.update(moment=due, next_at=due, for_day=self.ann.today())
        return self.ann.digests.get()

    def test_digest_is_sent_and_moves_to_the_next_day(self):
        self.ann.tasks.create(title="Milk", due_date=self.ann.today())
        digest = self.due()
        self.assertEqual(self.send(), (1, 0))
        (mail,) = self.server.mails
        month = digest.for_day.strftime("%Y-%m")
        self.assertEqual(
            mail["References"].strip(), f"<digest-{self.ann.pk}-{month}@todo.example.org>"
        )
        after = Digest.objects.get()
        self.assertEqual((after.state, after.attempt, after.told_on), (WAITING, 0, digest.for_day))
        self.assertEqual(after.for_day, digest.for_day + timedelta(days=1))
        self.assertEqual(self.send(), (0, 0))

    def test_late_digest_is_sent_once_as_of_today(self):
        self.ann.tasks.create(title="Milk", due_date=self.ann.today())
        digest, today = self.due(), self.ann.today()
        ago = timezone.now() - timedelta(days=5)
        self.ann.digest_hour = 0
        self.ann.save()
        self.set(digest, moment=ago, next_at=ago, for_day=today - timedelta(days=5))
        self.assertEqual(self.send(), (1, 0))
        (mail,) = self.server.mails
        self.assertIn(self.ann.clock().date(today), mail["Subject"])
        digest.refresh_from_db()
        self.assertEqual((digest.told_on, digest.for_day), (today, today + timedelta(days=1)))

    def test_late_digest_stays_due_when_its_hour_changes_to_an_earlier_one(self):
        self.ann.tasks.create(title="Milk", due_date=self.ann.today())
        self.due()
        self.ann.digest_hour = 0
        self.ann.save()
        self.ann.reschedule()
        self.assertEqual(self.send(), (1, 0))

    def test_late_digest_waits_for_the_hour_of_today(self):
        digest = self.due()
        ago = timezone.now() - timedelta(days=1)
        self.set(digest, moment=ago, next_at=ago, for_day=self.ann.today() - timedelta(days=1))
        to_come = self.ann.now().replace(hour=23, minute=0)
        with mock.patch.object(type(self.ann), "now", lambda user: to_come.replace(hour=1)):
            self.ann.digest_hour = 23
            self.ann.save()
            self.assertIsNone(sending.claimed(Digest, (digest.pk, 0, digest.moment)))
        digest.refresh_from_db()
        self.assertEqual((digest.for_day, digest.told_on), (to_come.date(), None))

    def test_digest_that_is_sent_again_leaves_the_next_one(self):
        self.ann.tasks.create(title="Milk", due_date=self.ann.today())
        digest, today = self.due(), self.ann.today()
        self.send()
        Digest.objects.send_again()
        self.assertEqual(self.send(), (1, 0))
        first, second = self.server.mails
        self.assertNotEqual(first["Message-ID"], second["Message-ID"])
        digest.refresh_from_db()
        self.assertEqual((digest.told_on, digest.for_day), (today, today + timedelta(days=1)))

    def test_change_while_a_digest_is_sent_tells_no_day_twice(self):
        def later_hour():
            self.ann.digest_hour = 23
            self.ann.save()
            self.ann.reschedule()

        def off_and_on():
            for wanted in [False, True]:
                self.ann.daily_digest = wanted
                self.ann.save()
                self.ann.reschedule()
            later_hour()

        def to_the_east():
            self.ann.time_zone = "Pacific/Kiritimati"
            self.ann.save()
            self.ann.reschedule()

        noon = self.ann.now().replace(hour=12, minute=0)
        for change in [later_hour, off_and_on, to_the_east]:
            with (
                self.subTest(change=change.__name__),
                mock.patch.object(User, "now", lambda user: noon.astimezone(user.zone)),
            ):
                Digest.objects.all().delete()
                self.ann.digest_hour, self.ann.time_zone = 11, "UTC"
                self.ann.tasks.create(title="Milk", due_date=noon.date())
                self.due()
                self.server.mails = []

                def send(line, message, change=change, send=sending.Line.send):
                    send(line, message)
                    change()

                with mock.patch.object(sending.Line, "send", send):
                    self.assertEqual(self.send(), (1, 0))
                after = Digest.objects.get()
                self.assertEqual((after.told_on, after.state), (noon.date(), WAITING))
                self.assertEqual(after.for_day, noon.date() + timedelta(days=1))
                local = after.moment.astimezone(self.ann.zone)
                self.assertEqual((local.date(), local.hour), (after.for_day, self.ann.digest_hour))

    def test_settings_saved_without_a_change_leave_a_digest_to_its_sender(self):
        digest = self.due()
        lease = timezone.now() + timedelta(minutes=5)

        def claimed_just_now(digest):
            Digest.objects.update(attempt=1, next_at=lease)
            return digest.moment

        with mock.patch.object(Digest, "next_moment", claimed_just_now):
            self.ann.reschedule()
        digest.refresh_from_db()
        self.assertEqual((digest.attempt, digest.next_at), (1, lease))

    def test_digest_turned_off_while_it_is_sent_stays_off_and_told(self):
        self.ann.tasks.create(title="Milk", due_date=self.ann.today())
        digest = self.due()

        def turn_off(line, message, send=sending.Line.send):
            send(line, message)
            self.ann.daily_digest = False
            self.ann.save()
            self.ann.reschedule()

        with mock.patch.object(sending.Line, "send", turn_off):
            self.assertEqual(self.send(), (1, 0))
        digest.refresh_from_db()
        self.assertEqual((digest.state, digest.told_on), (OFF, self.ann.today()))

    def test_database_refuses_to_tell_a_day_twice(self):
        digest = self.due()
        with refused(self, "tasks_digest_once_a_day"):
            self.set(digest, told_on=digest.for_day)

    def test_day_without_anything_to_tell_sends_nothing_and_moves_on(self):
        digest = self.due()
        self.assertEqual(self.send(), (0, 0))
        after = Digest.objects.get()
        self.assertEqual(after.for_day, digest.for_day + timedelta(days=1))
        self.assertEqual(after.answer, "There is nothing to tell.")
