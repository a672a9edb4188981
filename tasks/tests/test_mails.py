"""The mails about tasks: their text and their links."""

import re
from datetime import date, time
from unittest import mock

from django.test import override_settings

from tasks.mails import digest_mail, reminder_mail
from tasks.tests.pages import PageTests
from todosite.tests.html import select, words

SITE = override_settings(SITE_URL="https://todo.example.org")


def html_in(message):
    """Return the HTML part of a mail."""
    (part,) = message.alternatives
    return part[0]


def links_of(message):
    """Return the links of a mail's HTML part, as {words: address}."""
    return {words(link): link.get("href") for link in select(html_in(message), "a[href]")}


@SITE
class ReminderMailTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 25, 12, 0)
        home = self.add_list("Home")
        day, at = date(2026, 11, 25), time(17, 0)
        self.task = self.add_task("Pay <rent>", list=home, due_date=day, due_time=at)
        (self.reminder,) = self.task.set_reminders([30])

    def test_reminder_says_what_is_due_and_why_it_came(self):
        message = reminder_mail(self.reminder)
        self.assertEqual(message.subject, "Reminder: Pay <rent>")
        lines = message.body.strip().splitlines()
        self.assertEqual(lines[:3], ["Pay <rent>", "Due today at 17:00", "In Home"])
        said = words(html_in(message))
        for text in [message.body, said]:
            self.assertIn("You set a reminder for this task: 30 minutes before.", text)
        self.assertIn("Pay <rent> Due today at 17:00 In Home", said)

    def test_both_parts_have_the_same_links(self):
        message = reminder_mail(self.reminder)
        links = links_of(message)
        self.assertEqual(
            list(links), ["Complete", "Remind me later", "Open", "Stop email reminders"]
        )
        self.assertEqual(re.findall(r"https://\S+", message.body), list(links.values()))
        for url in links.values():
            self.assertTrue(url.startswith("https://todo.example.org/"), url)

    def test_mail_fetches_nothing(self):
        html = html_in(reminder_mail(self.reminder))
        self.assertEqual(select(html, "img, link, script, iframe, [src]"), [])
        self.assertNotIn("url(", html)
        self.assertNotIn("<rent>", html)


@SITE
class DigestTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 25, 12, 0)  # a Wednesday

    def digest(self):
        return digest_mail(self.ann, self.ann.today())

    def due(self, day, **fields):
        return self.add_task(due_date=date(2026, 11, day), **fields)

    def test_digest_has_what_is_overdue_and_the_next_days(self):
        self.due(20, title="Old")
        self.due(25, title="Morning", due_time=time(8, 30))
        self.due(25, title="Evening", due_time=time(20, 0), list=self.add_list("Home"))
        self.due(25, title="Sometime")
        self.due(26, title="Next")
        self.due(28, title="Third")
        self.due(29, title="Too far")
        self.add_task("Undated")
        self.due(25, title="Done").complete()
        self.due(25, title="Gone").delete_softly()
        put_away = self.add_list("Old list")
        self.due(25, title="Put away", list=put_away)
        put_away.archive()
        message = self.digest()
        self.assertEqual(message.subject, "Wed 25 Nov: 2 overdue, 2 today")
        text, _, why = message.body.partition("\nOpen Today:")
        self.assertEqual(
            [line for line in text.splitlines() if line],
            [
                "Wednesday, 25 November: 2 overdue, 2 today",
                *["Overdue", "- Old (Fri 20 Nov)", "- Morning (08:30)"],
                *["Today", "- Evening (20:00 · Home)", "- Sometime"],
                *["Tomorrow", "- Next", "Sat 28 Nov", "- Third"],
            ],
        )
        self.assertIn(
            "You get this email at 07:00 (Asia/Kathmandu) on days with something to do.", why
        )
        html = html_in(message)
        self.assertEqual(
            [words(one) for one in select(html, "h2, .title")],
            [
                *["Overdue", "Old", "Morning", "Today", "Evening", "Sometime"],
                *["Tomorrow", "Next", "Sat 28 Nov", "Third"],
            ],
        )

    def test_there_is_no_digest_of_nothing(self):
        self.due(29, title="Too far")
        self.assertIsNone(self.digest())

    def test_digest_of_many_tasks_says_how_many_it_leaves_out(self):
        self.due(24, title="One")
        self.due(25, title="Two")
        self.due(26, title="Three")
        with mock.patch("tasks.digest.MOST", 2):
            message = self.digest()
        self.assertIn("And 1 more.", message.body)
        self.assertIn("And 1 more.", words(html_in(message)))
        self.assertNotIn("Three", message.body)
