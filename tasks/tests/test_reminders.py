"""Reminders: when each is due, and how they follow their task and their user."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import connection
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.tests.people import add_user
from tasks import repeating, undo
from tasks.models import Task
from tasks.reminders import MOST, OFF, SENT, WAITING, Reminder
from tasks.tests.making import refused

DAY = date(2031, 5, 6)  # a Tuesday


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


class ReminderCase(TestCase):
    def setUp(self):
        self.ann = add_user(time_zone="Europe/Berlin")

    def add(self, minutes=(0,), moments=(), **fields):
        """Return Ann's new task with reminders, due on DAY at 17:30 in Berlin."""
        fields = {"title": "Milk", "due_date": DAY, "due_time": time(17, 30)} | fields
        task = self.ann.tasks.create(**fields)
        task.set_reminders(minutes, moments)
        return task

    def moments(self, task):
        """Return the moments of a task's reminders that wait, in UTC, without their year."""
        rows = task.reminders.waiting().in_order()
        return [f"{row.moment:%m-%d %H:%M}" for row in rows]

    def pass_by(self, task):
        """Let the reminders of a task be sent, and their moments be over."""
        ago = timezone.now() - timedelta(minutes=1)
        fields = {"state": SENT, "next_at": None, "settled_at": ago}
        Reminder.objects.filter(task=task).update(moment=ago, **fields)


class MomentTests(ReminderCase):
    def test_moments_count_back_from_the_due_time(self):
        task = self.add([0, 30, 120, 1440])
        expected = ["05-05 15:30", "05-06 13:30", "05-06 15:00", "05-06 15:30"]
        self.assertEqual(self.moments(task), expected)

    def test_day_without_a_time_counts_back_from_the_users_hour(self):
        task = self.add([0, 60], due_time=None)
        self.assertEqual(self.moments(task), ["05-06 06:00", "05-06 07:00"])

    def test_own_moment_is_on_the_users_clock_and_needs_no_date(self):
        task = self.add((), [(date(2031, 1, 2), time(8, 15))], due_date=None, due_time=None)
        self.assertEqual(self.moments(task), ["01-02 07:15"])

    def test_days_before_keep_the_clock_on_both_nights_that_change_it(self):
        for day, expected in [
            (date(2031, 3, 30), ["03-29 08:00", "03-30 01:00", "03-30 07:00"]),
            (date(2031, 10, 26), ["10-25 07:00", "10-26 02:00", "10-26 08:00"]),
        ]:
            task = self.add([0, 360, 1440], due_date=day, due_time=time(9))
            self.assertEqual(self.moments(task), expected)

    def test_skipped_and_repeated_hours_have_one_moment_each(self):
        for day, expected in [
            (date(2031, 3, 30), ["03-30 01:30"]),  # 2:30 is skipped, and becomes 3:30
            (date(2031, 10, 26), ["10-26 00:30"]),  # the first 2:30
        ]:
            task = self.add(due_date=day, due_time=time(2, 30))
            self.assertEqual(self.moments(task), expected)

    def test_moment_that_has_passed_is_off(self):
        task = self.add([0], due_date=date(2020, 1, 1))
        self.assertEqual([row.state for row in task.reminders.all()], [OFF])

    def test_task_without_a_date_and_year_one_have_no_moment(self):
        self.assertEqual(self.moments(self.add(due_date=None, due_time=None)), [])
        self.assertEqual(self.moments(self.add([527040], due_date=date(1, 1, 1))), [])


class SettingTests(ReminderCase):
    def test_equal_reminders_stay_and_others_go(self):
        task = self.add([0, 30])
        kept = task.reminders.get(minutes_before=30)
        self.pass_by(task)
        new = task.set_reminders([30, 5, 5], [(DAY, time(8))])
        self.assertEqual([row.set_by_user for row in new][:2], [(30, None, None), (5, None, None)])
        self.assertEqual(new[2].set_by_user, (None, DAY, time(8)))
        self.assertEqual(task.reminders.count(), 3)
        self.assertEqual((new[0].pk, new[0].state), (kept.pk, SENT))

    def test_too_many_are_refused(self):
        with self.assertRaisesMessage(ValueError, "at most 10"):
            self.add(range(MOST + 1))

    def test_database_refuses_another_users_task_and_mixed_kinds(self):
        task, ben = self.add(), add_user("ben@example.org")
        with refused(self, "tasks_reminder_task_of_user"):
            Reminder.objects.create(user=ben, task=task, minutes_before=5)
            connection.check_constraints()
        for fields in [{}, {"minutes_before": 5, "on_date": DAY, "at_time": time(8)}]:
            with refused(self, "tasks_reminder_one_kind"):
                Reminder.objects.create(user=self.ann, task=task, **fields)
        with refused(self, "tasks_reminder_once"):
            Reminder.objects.create(user=self.ann, task=task, minutes_before=0)
        with refused(self, "tasks_reminder_waits_for_a_moment"):
            task.reminders.update(next_at=None)

    def test_new_task_with_a_time_gets_the_default_reminder(self):
        self.ann.default_reminder = 10
        alone = Task(user=self.ann, title="Call", due_date=DAY, due_time=time(17, 30))
        alone.add_once()
        self.assertEqual(self.moments(alone), ["05-06 15:20"])
        tagged = Task(user=self.ann, title="Call", due_date=DAY, due_time=time(12))
        tagged.add()
        self.assertEqual(self.moments(tagged), ["05-06 09:50"])
        untimed = Task(user=self.ann, title="Call", due_date=DAY)
        untimed.add_once()
        self.assertEqual(self.moments(untimed), [])


class FollowingTests(ReminderCase):
    def test_reminders_follow_another_date_and_time(self):
        task = self.add([30])
        task.edit(due_time=time(18))
        self.assertEqual(self.moments(task), ["05-06 15:30"])
        task.edit(due_date=DAY + timedelta(days=1), due_time=None)
        self.assertEqual(self.moments(task), ["05-07 06:30"])
        task.edit(due_date=None)
        self.assertEqual(self.moments(task), [])

    def test_completed_and_deleted_tasks_are_silent_until_they_come_back(self):
        task = self.add([30])
        for leave, come_back in [
            (task.complete, task.reopen),
            (task.delete_softly, task.restore),
        ]:
            leave()
            self.assertEqual(self.moments(task), [])
            come_back()
            self.assertEqual(self.moments(task), ["05-06 15:00"])

    def test_undo_brings_the_moment_back_unless_it_has_passed(self):
        task = self.add([30])
        act = task.complete()
        undo.revert(act)
        self.assertEqual(self.moments(task), ["05-06 15:00"])
        self.pass_by(task)
        undo.revert(task.complete())
        self.assertEqual([row.state for row in task.reminders.all()], [SENT])

    def test_reminders_of_a_repeat_move_with_it_and_its_undo_is_silent(self):
        repeat = {"repeat": "FREQ=DAILY", "repeat_anchor": DAY}
        task = self.add([30], [(DAY, time(8))], **repeat)
        act = repeating.complete(task)
        self.assertEqual(self.moments(task), ["05-07 06:00", "05-07 15:00"])
        self.assertEqual(Reminder.objects.exclude(task=task).count(), 0)
        undo.revert(act)
        self.assertEqual(self.moments(task), ["05-06 06:00", "05-06 15:00"])

    def test_undo_of_a_completion_never_reminds_of_a_past_occurrence(self):
        yesterday = self.ann.today() - timedelta(days=1)
        repeat = {"repeat": "FREQ=DAILY", "repeat_anchor": yesterday, "due_date": yesterday}
        task = self.add([0], **repeat)
        self.pass_by(task)
        act = repeating.complete(task)
        self.assertEqual(len(self.moments(task)), 1)
        undo.revert(act)
        self.assertEqual([row.state for row in task.reminders.all()], [OFF])

    def test_own_moments_of_a_repeat_move_along_where_one_takes_the_place_of_another(self):
        own = [(DAY, time(9)), (DAY + timedelta(days=1), time(9))]
        task = self.add((), own, repeat="FREQ=DAILY", repeat_anchor=DAY)
        before = set(task.reminders.values_list("pk", flat=True))
        act = repeating.complete(task)
        self.assertEqual(self.moments(task), ["05-07 07:00", "05-08 07:00"])
        undo.revert(act)
        self.assertEqual(self.moments(task), ["05-06 07:00", "05-07 07:00"])
        self.assertEqual(set(task.reminders.values_list("pk", flat=True)), before)

    def test_zone_that_moves_a_moment_out_of_the_calendar_turns_it_off(self):
        task = self.add((), [(date(9999, 12, 31), time(23, 30))])
        self.ann.time_zone = "America/New_York"
        self.ann.save()
        self.ann.reschedule()
        self.assertEqual(task.reminders.get().state, OFF)

    def test_detached_occurrence_takes_copies_along(self):
        task = self.add([30], repeat="FREQ=DAILY", repeat_anchor=DAY)
        own = repeating.detach(task, task.new_act("edit"), title="Oat milk")
        self.assertEqual(self.moments(own), ["05-06 15:00"])
        self.assertEqual(self.moments(task), ["05-07 15:00"])

    def test_detached_occurrence_keeps_the_snooze_and_its_undo_gives_it_back(self):
        task = self.add([30], repeat="FREQ=DAILY", repeat_anchor=DAY)
        task.reminders.get().snooze(utc(2031, 5, 6, 15, 20))
        act = task.new_act("edit")
        own = repeating.detach(task, act, title="Oat milk")
        self.assertEqual(self.moments(own), ["05-06 15:20"])
        self.assertEqual(self.moments(task), ["05-07 15:00"])
        undo.revert(act)
        self.assertEqual((self.moments(own), self.moments(task)), ([], ["05-06 15:20"]))

    def test_copy_of_a_task_has_its_reminders_instead_of_the_default(self):
        task = self.add([30])
        self.ann.default_reminder = 5
        task.user = self.ann
        task.duplicate()
        copy = self.ann.tasks.exclude(pk=task.pk).get()
        self.assertEqual(self.moments(copy), ["05-06 15:00"])

    def test_zone_and_hour_move_what_is_to_come_and_repeat_nothing(self):
        timed, untimed = self.add([30]), self.add([0], due_time=None)
        told = self.add([0])
        self.pass_by(told)
        self.ann.time_zone, self.ann.reminder_hour = "America/New_York", 8
        self.ann.save()
        self.ann.reschedule()
        self.assertEqual(self.moments(timed), ["05-06 21:00"])
        self.assertEqual(self.moments(untimed), ["05-06 12:00"])
        self.assertEqual([row.state for row in told.reminders.all()], [SENT])

    def test_settings_page_moves_reminders(self):
        task = self.add([0], due_time=None)
        self.client.force_login(self.ann)
        self.client.post("/settings/", {"time_zone": "Asia/Tokyo"})
        self.assertEqual(self.moments(task), ["05-06 00:00"])

    def test_late_reminder_still_waits_after_the_title_changes(self):
        task = self.add([0])
        ago = timezone.now() - timedelta(minutes=5)
        task.reminders.update(moment=ago, next_at=ago)
        task.edit(title="Oat milk")
        self.assertEqual(task.reminders.get().state, WAITING)

    def test_purge_takes_reminders_along(self):
        task = self.add()
        task.delete_softly()
        task.purge()
        self.assertEqual(Reminder.objects.count(), 0)


class SnoozeTests(ReminderCase):
    def test_snooze_moves_the_reminder_and_not_the_task(self):
        task = self.add([0, 30])
        self.pass_by(task)
        first = task.reminders.get(minutes_before=0)
        self.assertTrue(first.snooze(utc(2031, 5, 6, 16, 0, 20)))
        self.assertEqual(self.moments(task), ["05-06 16:01"])
        task.refresh_from_db()
        self.assertEqual((task.due_date, task.due_time, task.version), (DAY, time(17, 30), 1))

    def test_snooze_stays_over_a_completion_and_ends_with_another_date(self):
        task = self.add()
        task.reminders.get().snooze(utc(2031, 5, 7, 8))
        task.complete()
        task.reopen()
        self.assertEqual(self.moments(task), ["05-07 08:00"])
        task.edit(due_date=DAY + timedelta(days=7))
        self.assertEqual(self.moments(task), ["05-13 15:30"])

    def test_past_moment_and_completed_task_refuse(self):
        task = self.add()
        reminder = task.reminders.get()
        self.assertIsNone(reminder.snooze(utc(2020, 1, 1)))
        task.complete()
        self.assertIsNone(reminder.snooze(utc(2031, 1, 1)))
        self.assertEqual(self.moments(task), [])
        self.assertEqual(self.ann.acts.filter(kind="edit").count(), 0)

    def test_undo_of_acts_that_end_a_snooze_brings_it_back(self):
        acts = {
            "completion": repeating.complete,
            "skip": repeating.skip,
            "another date": lambda task: task.edit(due_date=DAY + timedelta(days=3)),
            "removal": lambda task: task.reminders.get().remove(),
        }
        for own in [[], [(DAY, time(8))]]:
            for name, act_on in acts.items():
                with self.subTest(act=name, own=own):
                    task = self.add([0][len(own) :], own, repeat="FREQ=DAILY", repeat_anchor=DAY)
                    task.reminders.get().snooze(utc(2031, 5, 7, 8))
                    act = act_on(task)
                    self.assertNotEqual(self.moments(task), ["05-07 08:00"])
                    after = self.moments(task)
                    undone, conflicts = undo.revert(act)
                    self.assertEqual((self.moments(task), conflicts), (["05-07 08:00"], []))
                    redone, conflicts = undo.revert(undone)
                    self.assertEqual((self.moments(task), conflicts), (after, []))
                    undo.revert(redone)
                    self.assertEqual(self.moments(task), ["05-07 08:00"])

    def test_later_snooze_stays_when_an_earlier_one_would_come_back(self):
        task = self.add(repeat="FREQ=DAILY", repeat_anchor=DAY)
        task.reminders.get().snooze(utc(2031, 5, 6, 18))
        moved = task.edit(due_time=time(19))
        snoozed = task.reminders.get().snooze(utc(2031, 5, 6, 20))
        undone, conflicts = undo.revert(moved)
        self.assertEqual([column for _, column in conflicts], ["reminders"])
        task.refresh_from_db()
        self.assertEqual((task.due_time, self.moments(task)), (time(17, 30), ["05-06 20:00"]))
        self.assertEqual(list(undone.changes.values_list("reminders", flat=True)), [{}])
        undo.revert(snoozed)
        self.assertEqual(self.moments(task), ["05-06 15:30"])

    def test_past_snooze_comes_back_without_a_mail(self):
        task = self.add(repeat="FREQ=DAILY", repeat_anchor=DAY)
        reminder = task.reminders.get()
        reminder.snooze(utc(2031, 5, 7, 8))
        ago = timezone.now() - timedelta(hours=1)
        values = {"snoozed_until": ago, "moment": ago, "state": SENT, "next_at": None}
        task.reminders.update(**values)
        undo.revert(repeating.complete(task))
        self.assertEqual(task.reminders.get().state, OFF)


class RecordTests(ReminderCase):
    """Reminders that are added, removed and snoozed are changes of their task."""

    def test_undo_of_a_removal_keeps_ten_reminders_and_no_two_equal_ones(self):
        task = self.add(range(MOST))
        act = task.reminders.get(minutes_before=3).remove()
        task.set_reminders([*range(3), *range(4, MOST), 99])
        undone, conflicts = undo.revert(act)
        self.assertIsNone(undone)
        self.assertEqual([column for _, column in conflicts], ["reminders"])
        task.set_reminders([3])
        undone, conflicts = undo.revert(act)
        self.assertEqual((undone, conflicts), (None, []))
        self.assertEqual([row.set_by_user for row in task.reminders.all()], [(3, None, None)])

    def test_removal_is_undone_under_the_same_id_and_once(self):
        task = self.add([30])
        reminder = task.reminders.get()
        act = reminder.remove()
        self.assertIsNone(reminder.remove())
        undo.revert(act)
        self.assertEqual(task.reminders.get(), reminder)
        self.assertEqual(self.moments(task), ["05-06 15:00"])

    def test_reminders_of_a_deleted_task_come_back_silent(self):
        task = self.add([30])
        act = task.reminders.get().remove()
        task.delete_softly()
        undo.revert(act)
        self.assertEqual(task.reminders.get().state, OFF)
        task.restore()
        self.assertEqual(self.moments(task), ["05-06 15:00"])


class DigestTests(ReminderCase):
    def want(self, **fields):
        for name, value in fields.items():
            setattr(self.ann, name, value)
        self.ann.save()
        self.ann.reschedule()

    def test_digest_is_planned_at_the_users_hour_and_ends_when_turned_off(self):
        self.want(daily_digest=True, digest_hour=6)
        digest = self.ann.digests.get()
        local = digest.moment.astimezone(self.ann.zone)
        self.assertEqual((local.hour, local.minute, digest.state), (6, 0, WAITING))
        self.assertGreater(digest.moment, timezone.now())
        self.assertLess(digest.moment, timezone.now() + timedelta(hours=26))
        self.want(daily_digest=False)
        self.assertEqual(self.ann.digests.get().state, OFF)

    def test_day_that_was_told_is_not_told_at_another_hour(self):
        self.want(daily_digest=True)
        self.ann.digests.update(told_on=self.ann.today())
        self.want(digest_hour=23)
        self.assertEqual(self.ann.digests.get().for_day, self.ann.today() + timedelta(days=1))


@override_settings(HAS_MAIL=True)
class AddressTests(ReminderCase):
    def test_third_hard_failure_of_one_address_stops_mail_to_it(self):
        for number, stopped in [(1, False), (2, False), (3, True)]:
            self.ann.mark_address("ann@example.org")
            self.ann.refresh_from_db()
            self.assertEqual((self.ann.mail_failures, self.ann.mail_is_stopped), (number, stopped))
        self.assertEqual(self.ann.mail_address(), "")
        self.ann.resume_mail()
        self.assertEqual(self.ann.mail_address(), "ann@example.org")

    def test_only_a_confirmed_address_gets_mail(self):
        self.ann.emailaddress_set.update(verified=False)
        self.assertEqual(self.ann.mail_address(), "")
