"""Reminders on pages: set on the task's page, seen in rows, snoozed, and set up in the settings."""

import json
from datetime import UTC, date, datetime, time, timedelta
from unittest import mock

from django.db import OperationalError, connection
from django.db.models import F
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tasks.forms.reminders import ReminderForm
from tasks.reminders import OFF, WAITING, DigestQuerySet
from tasks.tests.pages import PageTests, meta_of, words_of
from todosite.tests.html import one, select, values, words

DAY = date(2026, 11, 27)  # a Friday
AN_HOUR = timedelta(hours=1)


def rows_of(response):
    """Return the reminders on a task's page, as words."""
    return [words(row) for row in select(response, ".reminder > p")]


class ReminderPageTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 25, 12, 0)
        self.task = self.add_task("Rent", due_date=DAY, due_time=time(17, 0))
        self.url = self.task.get_absolute_url()

    def add(self, **data):
        return self.client.post(f"{self.url}reminders/add/", data | {"next": self.url}, follow=True)

    def set_of(self, task):
        found = task.reminders.in_order()
        return [(each.minutes_before, each.on_date, each.at_time) for each in found]

    def test_of_two_last_reminders_at_once_one_is_refused(self):
        self.task.set_reminders(minutes=range(9))
        forms = [ReminderForm({"minutes": each}, task=self.task) for each in ("60", "120")]
        self.assertTrue(all(form.is_valid() for form in forms))
        self.assertEqual([bool(form.add()) for form in forms], [True, False])
        words = ["A task can have at most 10 reminders. Remove one first."]
        self.assertEqual(forms[1].non_field_errors(), words)

    def test_reminder_is_added_by_one_press(self):
        buttons = select(self.get(self.url), "button[name=minutes]")
        self.assertEqual(
            [(words(each), each.get("value")) for each in buttons],
            [
                ("Remind me At its time", "0"),
                ("Remind me 10 minutes before", "10"),
                ("Remind me 1 hour before", "60"),
                ("Remind me 1 day before", "1440"),
            ],
        )
        page = self.add(minutes="60")
        self.assertIn("Added a reminder to “Rent”.", words(one(page, ".toast")))
        self.assertEqual(rows_of(page), ["1 hour before Fri 27 Nov 16:00"])
        self.assertNotIn("60", values(page, "minutes"))

    def test_reminder_is_a_number_of_units_or_a_moment(self):
        self.add(number="3", unit="days")
        page = self.add(day="2026-11-26", at="08:30")
        self.assertEqual(rows_of(page), ["3 days before This time has passed", "Tomorrow at 08:30"])

    def test_task_without_a_time_is_reminded_at_the_users_hour(self):
        self.task.edit(due_time=None)
        page = self.add(minutes="1440")
        self.assertEqual(rows_of(page), ["1 day before at 09:00 Tomorrow 09:00"])

    def test_task_without_a_date_has_moments_only(self):
        self.task.edit(due_date=None)
        page = self.get(self.url)
        self.assertEqual(select(page, ".reminders [name=minutes], .reminders [name=number]"), [])
        self.assertEqual(rows_of(self.add(day="2026-12-24", at="18:00")), ["Thu 24 Dec at 18:00"])

    def test_faults_stand_by_their_field_and_keep_what_was_typed(self):
        for data, name, error in [
            ({"number": "", "unit": "hours"}, "number", "Enter how long before the task"),
            ({"number": "ten", "unit": "hours"}, "number", "Enter a whole number."),
            ({"number": "367", "unit": "days"}, "number", "at most 366 days before"),
            ({"day": "2026-11-24", "at": "09:00"}, "day", "This moment has passed."),
            ({"day": "2026-11-28", "at": ""}, "at", "Enter the time of the reminder."),
        ]:
            with self.subTest(data=data):
                page = self.client.post(f"{self.url}reminders/add/", data | {"next": self.url})
                self.assertEqual(page.status_code, 422)
                field = one(page, f".reminders [name={name}]")
                self.assertEqual(field.get("aria-invalid"), "true")
                said = one(page, f"#{field.get('aria-describedby')}")
                self.assertIn(error, words(said))
                for name, typed in data.items():
                    if name != "unit":
                        field = one(page, f".reminders [name={name}]")
                        self.assertEqual(field.get("value") or "", typed)
        self.assertEqual(self.set_of(self.task), [])

    def test_a_task_has_ten_reminders_at_most(self):
        self.task.set_reminders(range(10))
        self.assertEqual(select(self.get(self.url), "#reminder-more"), [])
        page = self.client.post(f"{self.url}reminders/add/", {"minutes": "60"})
        self.assertEqual(page.status_code, 422)
        self.assertEqual(self.task.reminders.count(), 10)

    def test_adding_and_removing_are_undone_and_in_the_history(self):
        self.task.set_reminders([30], [(date(2026, 11, 26), time(8, 0))])
        before = self.set_of(self.task)
        page = self.add(minutes="60")
        after = self.set_of(self.task)
        self.assertEqual(len(after), 3)
        page = self.undo(page)
        self.assertEqual(self.set_of(self.task), before)
        self.assertIn("Undone: added a reminder to “Rent”.", words(one(page, ".toast")))
        self.undo(page)
        self.assertEqual(self.set_of(self.task), after)
        first = self.task.reminders.get(minutes_before=30)
        page = self.post(f"/reminders/{first.pk}/delete/", next=self.url)
        self.assertIn("Removed a reminder of “Rent”.", words(one(page, ".toast")))
        self.assertEqual(len(rows_of(page)), 2)
        self.undo(page)
        self.assertEqual(self.set_of(self.task), after)
        history = words_of(self.get("/history/"))
        for said in ["You removed a reminder of “Rent”", "Reminder 30 minutes before"]:
            self.assertIn(said, history)

    def test_same_reminder_twice_changes_nothing(self):
        self.add(minutes="60")
        page = self.add(minutes="60")
        self.assertIn("The task already has this reminder.", words(one(page, ".toast")))
        self.assertEqual(self.ann.acts.count(), 1)

    def test_page_of_an_act_compares_a_reminder_with_the_present(self):
        self.add(minutes="60")
        act = self.ann.acts.get()
        self.assertNotIn("Changed since", words_of(self.get(act.get_absolute_url())))
        self.task.reminders.get().snooze(datetime(2026, 11, 27, 17, 0, tzinfo=UTC))
        self.assertNotIn("Changed since", words_of(self.get(act.get_absolute_url())))
        snoozed, removed = self.ann.acts.last(), self.task.reminders.get().remove()
        page = words_of(self.get(act.get_absolute_url()))
        self.assertIn("after: 1 hour before Changed since; now: nothing", page)
        self.post(removed.undo_url)
        page = words_of(self.get(removed.get_absolute_url()))
        self.assertIn("Changed since; now: 1 hour before", page)
        self.task.edit(due_time=time(18, 0))
        page = words_of(self.get(snoozed.get_absolute_url()))
        self.assertIn("Changed since; now: nothing", page)

    def test_history_asks_no_more_for_more_reminders(self):
        counts = []
        for _ in range(3):
            for minutes in [[60], []]:
                self.task.set_reminders(minutes, act=self.task.new_act("edit"))
            with CaptureQueriesContext(connection) as queries:
                self.get("/history/")
            counts.append(len(queries))
        self.assertEqual(counts[1], counts[2])  # the first of all prepares more

    def test_row_shows_the_next_reminder_with_a_bell(self):
        self.task.set_reminders([30, 2 * 1440])
        page = self.get("/inbox/")
        self.assertIn("Fri 27 Nov 17:00 Reminder: Today 17:00", meta_of(page, self.task))
        self.task.set_reminders([30])
        self.assertIn("Reminder: 16:30", meta_of(self.get("/inbox/"), self.task))
        self.task.complete()
        self.assertNotIn("Reminder", meta_of(self.get("/completed/"), self.task))

    def test_row_says_what_became_of_a_reminder(self):
        (reminder,) = self.task.set_reminders([30])
        moment = self.ann.now()
        for state, answer, said in [
            ("sent", "", "Sent 12:00"),
            ("failed", "550 no such user", "The email could not be delivered"),
            ("off", "The address isn't confirmed.", "Not sent. The address isn't confirmed."),
        ]:
            values = {"state": state, "answer": answer, "settled_at": moment, "next_at": None}
            type(reminder).objects.update(**values)
            self.assertEqual(rows_of(self.get(self.url)), [f"30 minutes before {said}"])

    def test_completed_task_takes_no_reminder(self):
        self.task.set_reminders([30])
        self.task.complete()
        page = self.get(self.url)
        self.assertEqual(rows_of(page), ["30 minutes before Off while the task is completed"])
        self.assertEqual(select(page, "button[name=minutes], #reminder-more, [name=until]"), [])


class DueTodayTests(PageTests):
    """The moments that an open page knows."""

    def due(self):
        found = select(self.get("/lists/"), "#due-today")
        return json.loads(found[0].get("data-due")) if found else []

    def test_page_knows_the_reminders_of_today_to_come(self):
        self.set_clock(2026, 11, 25, 12, 0)
        task = self.add_task("Rent", due_date=date(2026, 11, 25), due_time=time(17, 0))
        self.assertEqual(self.due(), [])
        first, _ = task.set_reminders([30, 6 * 60])  # the second has passed
        at = datetime(2026, 11, 25, 10, 45, tzinfo=UTC)  # 16:30 in Kathmandu
        url = task.get_absolute_url()
        said = {"pk": first.pk, "at": at.timestamp() * 1000, "title": "Rent", "url": url}
        self.assertEqual(self.due(), [said])
        task.complete()
        self.assertEqual(self.due(), [])

    def test_page_asks_whether_a_reminder_is_still_due(self):
        self.set_clock(2026, 11, 25, 12, 0)
        task = self.add_task("Rent", due_date=date(2026, 11, 25), due_time=time(17, 0))
        (reminder,) = task.set_reminders([30])
        (due,) = self.due()
        url = f"/reminders/{reminder.pk}/due/?at={due['at']}"
        self.assertEqual(self.client.get(url).status_code, 204)
        for at in ["", "x", "-1", "1" * 15, due["at"] + 1000, due["at"] - 1000]:
            response = self.client.get(f"/reminders/{reminder.pk}/due/?at={at}")
            self.assertEqual(response.status_code, 404, at)
        type(reminder).objects.update(snoozed_until=F("moment"), moment=F("moment") + AN_HOUR)
        self.assertEqual(self.client.get(url).status_code, 404)
        type(reminder).objects.update(moment=F("snoozed_until"))
        self.assertEqual(self.client.get(url).status_code, 204)
        task.complete()
        self.assertEqual(self.client.get(url).status_code, 404)

    def test_page_knows_no_reminder_of_tomorrow_or_of_another_user(self):
        self.set_clock(2026, 11, 25, 12, 0)
        task = self.add_task(due_date=date(2026, 11, 26), due_time=time(0, 30))
        task.set_reminders([0])
        self.assertEqual(self.due(), [])
        task.set_reminders([31])
        (due,) = self.due()
        url = f"/reminders/{due['pk']}/due/?at={due['at']}"
        self.assertEqual(self.client.get(url).status_code, 204)
        self.client.force_login(User.objects.create_user("ben@example.org"))
        self.assertEqual(self.due(), [])
        self.assertEqual(self.client.get(url).status_code, 404)


class SnoozeTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 25, 12, 0)
        task = self.add_task("Rent", due_date=date(2026, 11, 25), due_time=time(12, 30))
        self.task, (self.reminder,) = task, task.set_reminders([15])

    def snooze(self, until):
        url = f"/reminders/{self.reminder.pk}/snooze/"
        return self.post(url, until=until, next=self.task.get_absolute_url())

    def test_snooze_moves_the_reminder_and_not_the_task(self):
        for until, words_of_row in [
            ("10m", "15 minutes before Snoozed until 12:10"),
            ("1h", "15 minutes before Snoozed until 13:00"),
            ("tonight", "15 minutes before Snoozed until 19:00"),
            ("tomorrow", "15 minutes before Snoozed until tomorrow, 09:00"),
            ("week", "15 minutes before Snoozed until Mon 30 Nov, 09:00"),
        ]:
            page = self.snooze(until)
            self.assertEqual(rows_of(page), [words_of_row])
        self.task.refresh_from_db()
        self.assertEqual(self.task.due_time, time(12, 30))
        self.assertEqual(self.task.version, 1)

    def test_snooze_is_undone_and_in_the_history(self):
        page = self.snooze("1h")
        self.assertIn("You'll be reminded of “Rent” again: 13:00.", words(one(page, ".toast")))
        said = "You snoozed a reminder of “Rent” until 25 Nov 2026, 13:00"
        self.assertIn(said, words_of(self.get("/history/")))
        self.assertEqual(rows_of(self.undo(page)), ["15 minutes before Today 12:15"])

    def test_completed_repeat_counts_once_with_its_snooze_and_in_its_undo(self):
        self.task.edit(repeat="FREQ=DAILY", repeat_anchor=self.task.due_date)
        self.snooze("1h")
        page = self.post(f"{self.task.get_absolute_url()}complete/", next="/today/")
        page = self.undo(page)
        self.assertIn("Undone: completed “Rent”.", words(one(page, ".toast")))
        lines = words_of(self.get("/history/"))
        self.assertIn("You undid: completed “Rent”", lines)
        self.assertEqual(
            self.task.reminders.get().moment, datetime(2026, 11, 25, 7, 15, tzinfo=UTC)
        )

    def test_evening_is_offered_until_shortly_before_it(self):
        def offered():
            page = self.get(self.task.get_absolute_url())
            return [each.get("value") for each in select(page, "[name=until]")]

        self.assertEqual(offered(), ["10m", "1h", "tonight", "tomorrow", "week"])
        self.set_clock(2026, 11, 25, 18, 30)
        self.assertEqual(offered(), ["10m", "1h", "tomorrow", "week"])
        self.assertIn("That time has passed. Choose another.", words_of(self.snooze("tonight")))


class ReminderSettingsTests(PageTests):
    URL = "/settings/reminders/"

    @override_settings(HAS_MAIL=True)
    def test_settings_are_saved_and_reminders_follow(self):
        self.set_clock(2026, 11, 25, 12, 0)
        task = self.add_task(due_date=date(2026, 11, 27))
        task.set_reminders([0])
        data = {"default_reminder": "30", "reminder_hour": "18", "reminder_mail": "False"}
        page = self.post(self.URL, **data, daily_digest="True", digest_hour="6")
        self.assertIn("Saved your reminders.", words_of(page))
        self.ann.refresh_from_db()
        found = [self.ann.default_reminder, self.ann.reminder_hour, self.ann.reminder_mail]
        self.assertEqual(found, [30, 18, False])
        self.assertEqual([self.ann.daily_digest, self.ann.digest_hour], [True, 6])
        moment = task.reminders.get().moment
        self.assertEqual(moment, datetime(2026, 11, 27, 12, 15, tzinfo=UTC))

    @override_settings(HAS_MAIL=True)
    def test_settings_are_saved_with_the_digest_that_they_plan_or_not_at_all(self):
        self.client.raise_request_exception = False
        settings = {"default_reminder": "", "reminder_hour": "9", "reminder_mail": "True"}
        settings |= {"daily_digest": "True", "digest_hour": "7"}
        urls = {self.URL: settings, f"{self.URL}digest/": {"answer": "yes"}}
        for url, data in urls.items():
            lost = mock.patch.object(DigestQuerySet, "follow", side_effect=OperationalError)
            with lost as follow:
                self.client.post(url, data)
            self.assertTrue(follow.called)
            self.ann.refresh_from_db()
            self.assertEqual((self.ann.daily_digest, self.ann.digest_offered), (False, False))

    def test_settings_say_that_there_is_no_mail(self):
        page = self.get(self.URL)
        self.assertIn("doesn't send email", words_of(page))
        self.assertEqual(select(page, "[name$=_mail], [name*=digest]"), [])

    @override_settings(HAS_MAIL=True)
    def test_settings_say_where_mail_goes(self):
        self.assertIn("By email to ann@example.org , which you", words_of(self.get(self.URL)))
        self.ann.emailaddress_set.update(verified=False)
        page = self.get(self.URL)
        self.assertIn("ann@example.org isn't confirmed yet", words_of(page))
        self.assertEqual(words(one(page, 'a.btn[href="/accounts/email/"]')), "Confirm your email")

    @override_settings(HAS_MAIL=True)
    def test_mail_that_was_stopped_can_be_started_again(self):
        for _ in range(3):
            self.ann.mark_address(self.ann.email)
        self.assertIn("We stopped sending you email", words_of(self.get("/settings/")))
        self.assertIn("refused our emails three times", words_of(self.get(self.URL)))
        page = self.post("/settings/reminders/resume/")
        self.assertIn("By email to ann@example.org", words_of(page))
        self.assertNotIn("We stopped", words_of(self.get("/settings/")))


@override_settings(HAS_MAIL=True)
class DigestOfferTests(PageTests):
    OFFER = "section[aria-label='Daily digest']"

    def setUp(self):
        super().setUp()
        User.objects.update(created_at=self.ann.created_at - timedelta(days=8))

    def is_offered(self):
        return bool(select(self.get("/today/"), self.OFFER))

    def test_digest_is_offered_once_and_can_be_refused(self):
        self.assertTrue(self.is_offered())
        page = self.post("/settings/reminders/digest/", answer="no")
        self.assertEqual(select(page, self.OFFER), [])
        self.ann.refresh_from_db()
        self.assertFalse(self.ann.daily_digest)
        self.assertFalse(self.is_offered())

    def test_offer_of_an_old_page_turns_an_accepted_digest_off(self):
        self.post("/settings/reminders/digest/", answer="yes")
        self.assertEqual(self.ann.digests.get().state, WAITING)
        self.post("/settings/reminders/digest/", answer="no")
        self.assertEqual(self.ann.digests.get().state, OFF)

    def test_offer_is_accepted_by_one_press(self):
        page = self.post("/settings/reminders/digest/", answer="yes")
        self.assertIn("You'll get the digest each day at 07:00", words_of(page))
        self.ann.refresh_from_db()
        self.assertTrue(self.ann.daily_digest)
        self.assertFalse(self.is_offered())

    def test_digest_is_not_offered_in_the_first_week_or_without_mail(self):
        User.objects.update(created_at=self.ann.created_at - timedelta(days=6))
        self.assertFalse(self.is_offered())
        User.objects.update(created_at=self.ann.created_at - timedelta(days=8))
        with override_settings(HAS_MAIL=False):
            self.assertFalse(self.is_offered())


class LineTests(PageTests):
    """Reminders that a line asks for."""

    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 25, 12, 0)

    def reminders(self):
        found = self.ann.reminders.order_by("pk")
        return [(each.minutes_before, each.on_date, each.at_time) for each in found]

    def test_line_sets_reminders_and_says_so(self):
        page = self.post("/tasks/add/", text="Rent friday 5pm !1h !remind 9am", next="/inbox/")
        self.assertEqual(self.ann.tasks.get().title, "Rent")
        self.assertEqual(self.reminders(), [(60, None, None), (None, DAY, time(9))])
        said = words(one(page, ".toast"))
        self.assertIn("Reminder 1 hour before · Reminder Fri 27 Nov at 09:00", said)

    def test_reminder_counts_from_the_day_that_the_page_has(self):
        self.post("/tasks/add/", text="Rent !30m", due_date="today", next="/today/")
        self.assertEqual(self.reminders(), [(30, None, None)])
        page = self.client.post("/tasks/read/", {"text": "Rent !30m", "due_date": "today"})
        self.assertIn("Reminder 30 minutes before", words(page))
        page = self.client.post("/tasks/read/", {"text": "Rent !30m"})
        self.assertNotIn("Reminder", words(page))

    def test_kept_as_plain_text_it_has_no_reminder(self):
        page = self.post("/tasks/add/", text="Rent friday 5pm !1h", next="/inbox/")
        (plain,) = [f for f in select(page, ".toast form") if words(f) == "Keep what I typed"]
        self.ann.tasks.get().set_reminders([60, 5])
        page = self.post(plain.get("action"), next="/inbox/")
        self.assertEqual(self.ann.tasks.get().title, "Rent friday 5pm !1h")
        self.assertEqual(self.reminders(), [(5, None, None)])
        self.undo(page)
        self.assertCountEqual(self.reminders(), [(60, None, None), (5, None, None)])

    def test_pasted_lines_set_reminders(self):
        text = "Rent friday 5pm !1h\nBread\nMilk tomorrow remind me 1 day before"
        self.send("/tasks/paste/", text=text, sure="1")
        minutes = [pair for pair, *_ in self.reminders()]
        self.assertEqual(minutes, [60, 1440])

    def test_title_and_date_in_words_ask_for_no_reminder(self):
        task = self.add_task("Rent friday !1h")
        task.edit(due_date=DAY)
        self.post(f"{task.get_absolute_url()}edit/", title="Rent friday !1h", read="1")
        self.assertIn("!1h", self.ann.tasks.get().title)
        page = self.client.post(f"{task.get_absolute_url()}when/", {"when": "friday !1h"})
        self.assertEqual(page.status_code, 422)
        self.assertEqual(self.reminders(), [])
