"""Repeating tasks: completing, skipping and ending a repeat, and undo."""

import threading
from datetime import date, datetime, time
from itertools import product
from unittest import mock
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import TransactionTestCase
from django.test.utils import CaptureQueriesContext

from accounts.tests.people import add_user
from tasks.forms.tasks import DetailForm
from tasks.models import Step, Task
from tasks.repeating import Series, complete
from tasks.tests.pages import HTMX, PageTests, html_of, messages_of, titles_of, words_of
from todosite.tests.html import one, select


class SeriesTests(PageTests):
    def setUp(self):
        super().setUp()
        self.ann.time_zone = "Europe/Berlin"
        self.ann.save()
        self.at("2026-01-31T10:30")

    def at(self, moment):
        """Set the time in Ann's time zone."""
        now = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Europe/Berlin"))
        patched = mock.patch("accounts.models.User.now", lambda user: now)
        patched.start()
        self.addCleanup(patched.stop)

    def start(self, rule="FREQ=MONTHLY", due=date(2026, 1, 31), **fields):
        fields = {"title": "Pay rent", "repeat": rule, "due_date": due} | fields
        task = Task(user=self.ann, **({"repeat_anchor": due} | fields))
        task.add()
        return task

    def post(self, task, act, **data):
        url = f"{task.get_absolute_url()}{act}/"
        return self.client.post(url, {"next": "/inbox/"} | data, follow=True)

    def take_back(self):
        """Undo the last act."""
        self.client.post(f"/history/{self.ann.acts.latest('pk').pk}/undo/", follow=True)

    def rows(self):
        """Return each task as (title, due date, whether it's completed), by creation."""
        tasks = Task.objects.order_by("pk")
        return [(task.title, task.due_date, task.completed) for task in tasks]

    def test_three_completions_over_a_month_end_can_be_undone(self):
        task = self.start()
        seen = [self.rows()]
        days = ["2026-01-31", "2026-02-28", "2026-03-31"]
        for shown, following in zip(days, ["Sat 28 Feb", "Tue 31 Mar", "Thu 30 Apr"], strict=True):
            response = self.post(task, "complete", occurrence=shown)
            self.assertEqual(messages_of(response), [f"Completed “Pay rent”. Next: {following}."])
            seen.append(self.rows())
        self.assertEqual(
            seen[-1],
            [
                ("Pay rent", date(2026, 4, 30), False),
                ("Pay rent", date(2026, 1, 31), True),
                ("Pay rent", date(2026, 2, 28), True),
                ("Pay rent", date(2026, 3, 31), True),
            ],
        )
        acts = list(self.ann.acts.filter(kind="complete").order_by("-pk"))
        for act, before in zip(acts, seen[-2::-1], strict=True):
            self.client.post(f"/history/{act.pk}/undo/")
            self.assertEqual(self.rows(), before)

    def test_completed_occurrence_keeps_its_details_and_the_next_has_fresh_steps(self):
        task = self.start(description="To the landlord", due_time=time(9), priority=2)
        task.attach(list(self.ann.tags.create(name=name) for name in ["home", "money"]))
        for title, done in [("Transfer", True), ("File", False)]:
            Step(user=self.ann, task=task, title=title, done=done).add()
        self.post(task, "complete")
        task.refresh_from_db()
        done = Task.objects.completed().get()
        self.assertEqual(done.series, task)
        page = html_of(self.client.get(done.get_absolute_url()))
        self.assertIn(f'Part of <a href="{task.get_absolute_url()}">Pay rent</a>', page)
        self.assertEqual(
            (done.description, done.due_date, done.due_time, done.priority, done.repeat),
            ("To the landlord", date(2026, 1, 31), time(9), 2, ""),
        )
        self.assertEqual([tag.name for tag in done.tags.by_name()], ["home", "money"])
        steps = [("Transfer", True), ("File", False)]
        self.assertEqual([(s.title, s.done) for s in done.steps.by_hand()], steps)
        self.assertEqual([s.done for s in task.steps.by_hand()], [False, False])
        self.client.post(f"/history/{self.ann.acts.get(kind='complete').pk}/undo/")
        self.assertEqual([s.done for s in task.steps.by_hand()], [True, False])
        self.assertEqual(titles_of(self.client.get("/completed/")), [])

    def test_task_complete_refuses_a_repeating_task(self):
        task = self.start()
        with self.assertRaisesMessage(ValueError, "tasks.repeating.complete()"):
            task.complete()
        self.assertEqual(self.ann.tasks.complete(), 0)
        self.assertEqual(self.rows(), [("Pay rent", date(2026, 1, 31), False)])

    def test_second_press_or_stale_tab_does_nothing(self):
        task = self.start()
        for _ in range(2):
            response = self.post(task, "complete", occurrence="2026-01-31")
        self.assertEqual(
            messages_of(response), ["“Pay rent” has already moved on. Next: Sat 28 Feb."]
        )
        self.post(task, "complete", version="1")
        self.post(task, "complete", occurrence="rubbish")
        self.assertEqual(len(self.rows()), 2)

    def test_page_of_the_task_has_the_next_day_after_a_completion(self):
        page = self.start().get_absolute_url()
        data = {"next": page, "occurrence": "2026-01-31"}
        response = self.client.post(f"{page}complete/", data, headers=HTMX)
        self.assertEqual(one(response, "#id_due_date").get("value"), "2026-02-28")
        self.assertEqual(one(response, "#skip-form [name=occurrence]").get("value"), "2026-02-28")

    def test_user_is_not_read_again(self):
        task = self.ann.tasks.get(pk=self.start().pk)
        with CaptureQueriesContext(connection) as queries:
            complete(task)
        read = [query["sql"] for query in queries if '"accounts_user"' in query["sql"]]
        self.assertEqual(read, [])

    def test_last_occurrence_says_so(self):
        task = self.start("FREQ=DAILY;COUNT=2")
        self.post(task, "complete")
        response = self.post(task, "complete")
        self.assertEqual(messages_of(response), ["Completed “Pay rent”. That was the last one."])
        self.assertEqual(
            self.rows(),
            [("Pay rent", date(2026, 2, 1), True), ("Pay rent", date(2026, 1, 31), True)],
        )
        response = self.post(task, "complete")
        self.assertEqual(messages_of(response), ["“Pay rent” was already completed."])

    def test_missed_occurrences_pass_or_are_kept(self):
        self.at("2026-03-25T10:30")
        daily, due = "FREQ=DAILY", date(2026, 3, 20)
        passing, keeping = self.start(daily, due), self.start(daily, due, missed="keep")
        for task, following in [(passing, date(2026, 3, 26)), (keeping, date(2026, 3, 21))]:
            self.post(task, "complete")
            task.refresh_from_db()
            self.assertEqual(task.due_date, following)

    def test_repeat_from_completion_counts_from_the_day_done(self):
        self.at("2026-03-25T10:30")
        task = self.start("FREQ=DAILY;INTERVAL=3", date(2026, 3, 20), repeat_from="completion")
        self.post(task, "complete")
        task.refresh_from_db()
        self.assertEqual(task.due_date, date(2026, 3, 28))

    def test_count_from_completion_counts_completions(self):
        task = self.start("FREQ=DAILY;COUNT=2", repeat_from="completion")
        self.post(task, "complete")
        self.post(task, "complete")
        task.refresh_from_db()
        self.assertIs(task.completed, True)

    def test_postponed_occurrence_does_not_move_the_series(self):
        task = self.start("FREQ=WEEKLY;BYDAY=SA")
        self.client.post(f"/tasks/{task.pk}/edit/", {"due_date": "2026-02-03"})
        self.at("2026-02-03T10:30")
        self.post(task, "complete")
        task.refresh_from_db()
        self.assertEqual(task.due_date, date(2026, 2, 7))

    def test_occurrence_can_be_skipped(self):
        task = self.start()
        response = self.post(task, "skip", occurrence="2026-01-31")
        self.assertEqual(messages_of(response), ["Moved “Pay rent” to Sat 28 Feb."])
        self.assertEqual(self.rows(), [("Pay rent", date(2026, 2, 28), False)])
        response = self.post(task, "skip", occurrence="2026-01-31")
        self.assertEqual(
            messages_of(response), ["“Pay rent” has already moved on. Next: Sat 28 Feb."]
        )
        self.client.post(f"/history/{self.ann.acts.latest('pk').pk}/undo/", follow=True)
        self.assertEqual(self.rows(), [("Pay rent", date(2026, 1, 31), False)])
        last = self.start("FREQ=DAILY;COUNT=2", title="Gym")
        self.post(last, "complete")
        response = self.post(last, "complete", occurrence="2026-01-31")
        self.assertEqual(messages_of(response), ["“Gym” has already moved on. Next: tomorrow."])
        last = self.start("FREQ=DAILY;COUNT=1")
        self.assertEqual(
            messages_of(self.post(last, "skip")),
            ["This is the last “Pay rent”: there is no next one."],
        )

    def test_form_is_replied_only_on_the_page_of_the_task(self):
        task, other = self.start(), self.add_task("Milk")
        shown = [("", []), ("/settings/", []), ("/inbox/", []), (other.get_absolute_url(), [])]
        shown.append((task.get_absolute_url(), ["#detail-body"]))
        for (back, forms), act in product(shown, ["skip", "end"]):
            url = f"{task.get_absolute_url()}{act}/"
            response = self.client.post(url, {"next": back}, headers=HTMX)
            targets = [part.get("hx-target") for part in select(response, "hx-partial")]
            with self.subTest(back=back, act=act):
                self.assertEqual([name for name in targets if name == "#detail-body"], forms)
                self.assertIn("#messages", targets)

    def test_occurrence_from_completion_can_be_skipped(self):
        rule = "FREQ=DAILY;INTERVAL=3;COUNT=3"
        task = self.start(rule, date(2026, 2, 10), repeat_from="completion")
        for following in ["Fri 13 Feb", "Mon 16 Feb"]:
            response = self.post(task, "skip")
            self.assertEqual(messages_of(response), [f"Moved “Pay rent” to {following}."])
        response = self.post(task, "skip")
        words = "This is the last “Pay rent”: there is no next one."
        self.assertEqual(messages_of(response), [words])
        own = self.start(rule, date(2026, 2, 10), repeat_from="completion", title="Water")
        self.edit(own, "this_one", title="Water half")
        own.refresh_from_db()
        self.assertEqual(own.due_date, date(2026, 2, 13))

    def test_count_from_completion_ignores_later_deletions(self):
        task = self.start("FREQ=DAILY;COUNT=3", repeat_from="completion")
        for _ in range(2):
            self.post(task, "complete")
            self.client.post(f"{Task.objects.completed().latest('pk').get_absolute_url()}delete/")
        task.refresh_from_db()
        self.assertEqual(task.repeat, "FREQ=DAILY;COUNT=1")
        self.post(task, "complete")
        task.refresh_from_db()
        self.assertIs(task.completed, True)

    def test_ending_or_skipping_an_ended_repeat_says_so(self):
        task = self.start()
        self.post(task, "end")
        for act in ("end", "skip"):
            response = self.post(task, act)
            self.assertEqual(messages_of(response), ["“Pay rent” no longer repeats."])
        task.refresh_from_db()
        task.complete()
        response = self.post(task, "skip")
        self.assertEqual(messages_of(response), ["“Pay rent” was already completed."])

    def test_undo_leaves_a_repeat_that_has_advanced(self):
        task = self.start()
        step = Step(user=self.ann, task=task, title="Transfer", done=True)
        step.add()
        other = self.start("", title="Once")
        data = {"ids": [task.pk, other.pk], "do": "complete", "next": "/inbox/"}
        self.client.post("/tasks/bulk/", data)
        first = self.ann.acts.latest("pk")
        self.post(task, "complete")
        before = self.rows()
        response = self.client.post(f"/history/{first.pk}/undo/", follow=True)
        words = "Undone in part: “Pay rent” has changed since (due), so it stays as it is."
        self.assertEqual(messages_of(response), [words])
        after = [row if row[0] == "Pay rent" else ("Once", row[1], False) for row in before]
        self.assertEqual(self.rows(), after)
        step.refresh_from_db()
        self.assertIs(step.done, False)
        self.assertEqual(Task.trash.count(), 0)

    def undo_act(self, act):
        """Undo or redo an act. Return the message."""
        return messages_of(self.client.post(f"/history/{act.pk}/undo/", follow=True))

    def test_undone_completion_stays_undone_after_another(self):
        task = self.start("FREQ=DAILY")
        self.post(task, "complete")
        first = self.ann.acts.latest("pk")
        self.undo_act(first)
        undo = self.ann.acts.latest("pk")
        self.post(task, "complete")
        before = self.rows()
        self.assertEqual(self.undo_act(first), ["That was already undone."])
        words = "Not undone: “Pay rent” has changed since (due), so it stays as it is."
        self.assertEqual(self.undo_act(undo)[-1:], [words])
        self.assertEqual(self.rows(), before)

    def test_undo_of_a_completion_leaves_a_deleted_repeat(self):
        task = self.start("FREQ=DAILY")
        self.post(task, "complete")
        act = self.ann.acts.latest("pk")
        task.refresh_from_db()
        task.delete_softly()
        words = "Not undone: “Pay rent” has changed since (due), so it stays as it is."
        self.assertEqual(self.undo_act(act), [words])
        task.purge()
        self.assertIn("Not undone", self.undo_act(act)[-1])
        self.assertEqual(self.rows(), [("Pay rent", date(2026, 1, 31), True)])

    def test_undo_of_a_skip_leaves_later_steps(self):
        task = self.start("FREQ=DAILY")
        step = Step(user=self.ann, task=task, title="Transfer", done=True)
        step.add()
        self.post(task, "skip")
        act = self.ann.acts.latest("pk")
        for _ in range(2):
            self.undo_act(act)
        self.assertEqual(self.undo_act(act)[-1:], ["That was already undone."])
        self.post(task, "skip")
        act = self.ann.acts.latest("pk")
        self.post(task, "complete")
        self.undo_act(act)
        step.refresh_from_db()
        self.assertIs(step.done, False)

    def test_occurrence_done_early_does_not_come_back(self):
        task = self.start("FREQ=WEEKLY;BYDAY=SA", date(2026, 2, 7), repeat_from="completion")
        for _ in range(2):
            self.post(task, "complete", occurrence="2026-02-07")
        self.assertEqual(
            self.rows(),
            [("Pay rent", date(2026, 2, 14), False), ("Pay rent", date(2026, 2, 7), True)],
        )

    def test_undo_with_a_conflicting_date_keeps_the_whole_repeat(self):
        task = self.ann.tasks.create(title="Pay rent")
        data = {"frequency": "MONTHLY", "interval": "1", "due_date": "2026-01-31"}
        data |= {"ends": "never", "week_start": "0", "repeat_from": "due", "missed": "pass"}
        self.post(task, "repeat", **data)
        act = self.ann.acts.latest("pk")
        self.post(task, "edit", due_time="09:00")
        self.client.post(f"/history/{act.pk}/undo/")
        task.refresh_from_db()
        self.assertEqual((task.repeat, task.repeat_anchor), ("FREQ=MONTHLY", date(2026, 1, 31)))

    def test_repeat_can_be_ended(self):
        task = self.start()
        response = self.post(task, "end")
        self.assertEqual(messages_of(response), ["Stopped repeating “Pay rent”."])
        task.refresh_from_db()
        self.assertEqual((task.repeat, task.due_date), ("", date(2026, 1, 31)))
        self.assertIn("stopped repeating “Pay rent”", words_of(self.client.get("/history/")))
        self.client.post(f"/history/{self.ann.acts.latest('pk').pk}/undo/")
        task.refresh_from_db()
        self.assertEqual(task.repeat, "FREQ=MONTHLY")

    def edit(self, task, button, **changes):
        """Press a button of the form on the task's page, with changes."""
        form = DetailForm(instance=Task.objects.get(pk=task.pk), user=self.ann)
        data = {"version": form["version"].value(), "key": form["key"].value()}
        for name in form.merged:
            data[name] = data[f"initial-{name}"] = form.stored_text(name)
        here = f"{task.get_absolute_url()}?on=/inbox/"
        data |= {"next": here, button: "1"} | changes
        return self.client.post(f"{task.get_absolute_url()}edit/", data, follow=True)

    def test_one_occurrence_can_be_edited(self):
        task = self.start(description="To the landlord", due_time=time(9))
        task.attach(self.ann.tags.create(name=name) for name in ["home", "money"])
        for title, done in [("Transfer", True), ("File", False)]:
            Step(user=self.ann, task=task, title=title, done=done).add()
        changes = {"title": "Pay half", "due_date": "2026-02-02", "tags": "home new"}
        response = self.edit(task, "this_one", **changes)
        words = "Separated “Pay half” from its repeat. The repeat continues without it."
        self.assertEqual(messages_of(response), [words])
        own = Task.objects.get(title="Pay half")
        self.assertEqual(response.request["PATH_INFO"], own.get_absolute_url())
        self.assertEqual(
            self.rows(),
            [("Pay rent", date(2026, 2, 28), False), ("Pay half", date(2026, 2, 2), False)],
        )
        self.assertEqual((own.series, own.repeat, own.due_time), (task, "", time(9)))
        self.assertEqual(own.description, "To the landlord")
        self.assertEqual([tag.name for tag in own.tags.by_name()], ["home", "new"])
        self.assertEqual([(s.title, s.done) for s in own.steps.by_hand()],
                         [("Transfer", True), ("File", False)])  # fmt: skip
        self.assertEqual([s.done for s in task.steps.by_hand()], [False, False])
        self.assertEqual([tag.name for tag in task.tags.by_name()], ["home", "money"])
        history = words_of(self.client.get("/history/"))
        self.assertIn("You separated “Pay half” from its repeat", history)
        self.take_back()
        self.assertEqual(self.rows(), [("Pay rent", date(2026, 1, 31), False)])
        self.assertEqual([s.done for s in task.steps.by_hand()], [True, False])

    def test_edit_of_one_occurrence_needs_the_shown_one(self):
        task = self.start()
        form = DetailForm(instance=task, user=self.ann)
        shown = {f"initial-{name}": form.stored_text(name) for name in form.merged}
        self.post(task, "complete")
        response = self.edit(
            task, "this_one", title="Pay half", **shown | {"due_date": "2026-01-31"}
        )
        self.assertEqual(response.status_code, 422)
        words = "This occurrence was already completed or skipped. The form now shows the next one."
        self.assertIn(words, words_of(response))
        self.assertIn("Pay half</textarea>", html_of(response))
        self.assertEqual(self.rows()[0], ("Pay rent", date(2026, 2, 28), False))

    def test_new_step_of_one_occurrence_is_added_once(self):
        task = self.start()
        form = DetailForm(instance=task, user=self.ann)
        data = {"version": "1", "key": str(form["key"].value()), "this_one": "1"}
        data |= {"step": "Bring the key", "next": task.get_absolute_url()}
        for _ in range(2):
            self.client.post(f"{task.get_absolute_url()}edit/", data)
        own = Task.objects.latest("pk")
        self.assertEqual(self.rows()[1:], [("Pay rent", date(2026, 1, 31), False)])
        steps = [(step.task, step.title) for step in Step.objects.all()]
        self.assertEqual(steps, [(own, "Bring the key")])

    def test_edit_of_the_last_occurrence_edits_the_task(self):
        task = self.start("FREQ=DAILY;COUNT=1")
        response = self.edit(task, "this_one", title="Pay half")
        self.assertEqual(messages_of(response), ["Renamed “Pay rent” to “Pay half”."])
        self.assertEqual(self.rows(), [("Pay half", date(2026, 1, 31), False)])

    def test_unedited_occurrence_is_not_detached(self):
        task = self.start()
        response = self.edit(task, "this_one")
        self.assertEqual(messages_of(response), ["No changes to save."])
        self.assertEqual(self.rows(), [("Pay rent", date(2026, 1, 31), False)])

    def test_later_occurrences_can_be_edited_together(self):
        task = self.start("FREQ=WEEKLY;BYDAY=SA;COUNT=5")
        self.post(task, "complete")
        response = self.edit(task, "from_now_on", title="Swim", due_date="2026-02-10")
        words = "Edited “Swim”, which now repeats every Tuesday, 4 times."
        self.assertEqual(messages_of(response), [words])
        task.refresh_from_db()
        self.assertEqual(task.repeat, "FREQ=WEEKLY;BYDAY=TU;COUNT=4")
        self.assertEqual(task.repeat_anchor, date(2026, 2, 10))
        self.at("2026-02-10T10:30")
        self.post(task, "complete")
        self.assertEqual(
            self.rows(),
            [
                ("Swim", date(2026, 2, 17), False),
                ("Pay rent", date(2026, 1, 31), True),
                ("Swim", date(2026, 2, 10), True),
            ],
        )

    def test_ambiguous_days_must_be_changed_in_the_repeat(self):
        task = self.start("FREQ=WEEKLY;BYDAY=SA,SU")
        response = self.edit(task, "from_now_on", due_date="2026-02-03")
        self.assertEqual(response.status_code, 422)
        words = "It repeats every Saturday and Sunday. Change the repeat to move it."
        self.assertIn(words, words_of(response))
        self.assertIn('value="2026-02-03"', html_of(response))
        self.assertEqual(self.rows(), [("Pay rent", date(2026, 1, 31), False)])

    def test_moved_series_keeps_its_day_of_the_month(self):
        task = self.start("FREQ=MONTHLY;COUNT=5")
        self.edit(task, "from_now_on", due_date="2026-02-28")
        task.refresh_from_db()
        self.assertEqual(task.repeat, "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4")

    def test_series_cannot_move_beyond_its_end(self):
        task = self.start("FREQ=WEEKLY;UNTIL=20260301")
        response = self.edit(task, "from_now_on", due_date="2026-04-01")
        self.assertIn("The repeat ends before that date.", words_of(response))

    def test_new_date_postpones_one_occurrence_and_says_so(self):
        task = self.start()
        response = self.post(task, "edit", due_date="2026-02-03")
        words = "Moved “Pay rent” to Tue 3 Feb. The repeat is unchanged."
        self.assertEqual(messages_of(response), [words])
        task.refresh_from_db()
        self.assertEqual(Series(task).next_day(), date(2026, 2, 28))

    def put_off(self, task, day, **data):
        """Postpone this occurrence on the task's page. Return the buttons of the message."""
        response = self.post(task, "edit", due_date=day, **data)
        forms = select(response, ".toast form")
        return {words_of(form): form.get("action") for form in forms}

    def test_message_of_a_new_date_offers_to_move_the_repeat(self):
        task = self.start("FREQ=WEEKLY;BYDAY=SA;COUNT=5")
        self.post(task, "complete")
        buttons = self.put_off(task, "2026-02-10")
        self.assertEqual(list(buttons), ["Undo", "Move the repeat too"])
        response = self.client.post(buttons["Move the repeat too"], follow=True)
        words = "Set “Pay rent” to repeat every Tuesday, 4 times."
        self.assertEqual(messages_of(response), [words])
        task.refresh_from_db()
        moved = (date(2026, 2, 10), "FREQ=WEEKLY;BYDAY=TU;COUNT=4", date(2026, 2, 10))
        self.assertEqual((task.due_date, task.repeat, task.repeat_anchor), moved)
        self.take_back()
        task.refresh_from_db()
        before = (date(2026, 2, 10), "FREQ=WEEKLY;BYDAY=SA;COUNT=5", date(2026, 1, 31))
        self.assertEqual((task.due_date, task.repeat, task.repeat_anchor), before)

    def test_monthly_repeat_can_be_moved(self):
        task = self.start()
        url = self.put_off(task, "2026-02-03", title="Pay")["Move the repeat too"]
        response = self.client.post(url, {"next": task.get_absolute_url()}, headers=HTMX)
        words = "Moved the repeat of “Pay” to Tue 3 Feb."
        self.assertEqual(messages_of(response), [words])
        self.assertContains(response, 'hx-target="#detail-body"')
        task.refresh_from_db()
        self.assertEqual(Series(task).next_day(), date(2026, 3, 3))

    def test_repeat_changed_in_the_meantime_is_not_moved(self):
        def put_off_again(task):
            task.edit(due_date=date(2026, 2, 4))
            task.edit(due_date=date(2026, 2, 3))

        for change in [
            lambda task: self.post(task, "complete"),
            lambda task: self.take_back(),
            lambda task: task.edit(repeat="FREQ=MONTHLY;INTERVAL=2"),
            lambda task: task.edit(repeat=""),
            put_off_again,
        ]:
            task = self.start()
            url = self.put_off(task, "2026-02-03")["Move the repeat too"]
            change(task)
            task.refresh_from_db()
            repeat = task.repeat, task.repeat_anchor, task.due_date
            response = self.client.post(url, follow=True)
            words = "“Pay rent” was changed in the meantime. Check it and try again."
            self.assertEqual(messages_of(response), [words])
            task.refresh_from_db()
            self.assertEqual((task.repeat, task.repeat_anchor, task.due_date), repeat)

    def test_repeat_is_moved_once(self):
        task = self.start()
        url = self.put_off(task, "2026-02-03")["Move the repeat too"]
        self.client.post(url, follow=True)
        number = self.ann.acts.count()
        response = self.client.post(url, follow=True)
        words = "“Pay rent” was changed in the meantime. Check it and try again."
        self.assertEqual(messages_of(response), [words])
        self.assertEqual(self.ann.acts.count(), number)

    def test_repeat_that_cannot_move_says_why(self):
        task = self.start("FREQ=WEEKLY;BYDAY=SA,SU")
        url = self.put_off(task, "2026-02-03")["Move the repeat too"]
        response = self.client.post(url, follow=True)
        words = "It repeats every Saturday and Sunday. Change the repeat to move it."
        self.assertEqual(messages_of(response), [words])

    def test_moving_a_repeat_is_offered_only_if_possible(self):
        once, task = self.start("", title="Once"), self.start()
        self.assertEqual(list(self.put_off(once, "2026-02-03")), ["Undo"])
        self.assertEqual(list(self.put_off(task, "2026-02-03", from_now_on="1")), ["Undo"])
        self.assertEqual(list(self.put_off(task, "")), ["Undo"])
        self.post(task, "edit", priority="3")
        act = self.ann.acts.latest("pk")
        self.assertEqual(self.client.post(f"/history/{act.pk}/series/").status_code, 404)

    def test_clearing_the_date_ends_the_repeat_and_says_so(self):
        task, other = self.start(due_time=time(9)), self.start(title="Gym")
        once = self.start("", title="Once")
        response = self.post(task, "edit", due_date="", due_time="")
        words = "Removed the date from “Pay rent”, which no longer repeats."
        self.assertEqual(messages_of(response), [words])
        self.take_back()
        data = {"ids": [task.pk, other.pk, once.pk], "do": "due none", "next": "/inbox/"}
        response = self.client.post("/tasks/bulk/", data, follow=True)
        words = "Removed the date from 3 tasks; 2 of them no longer repeat."
        self.assertEqual(messages_of(response), [words])
        self.assertEqual(set(Task.objects.values_list("repeat", "due_date")), {("", None)})
        self.take_back()
        self.assertEqual(Task.objects.exclude(repeat="").count(), 2)

    def test_rule_with_an_interval_of_weeks_keeps_their_start(self):
        self.ann.week_start = 0
        self.ann.save()
        self.client.post("/tasks/add/", {"text": "Swim every 2 weeks on sat, sun"})
        self.client.post("/tasks/add/", {"text": "Run every 2 weeks on sat"})
        self.client.post("/tasks/add/", {"text": "1\nJog every 2 weeks on sat, mon", "sure": "1"})
        rules = dict(Task.objects.exclude(repeat="").values_list("title", "repeat"))
        self.assertEqual(
            rules,
            {
                "Swim": "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU;WKST=MO",
                "Run": "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA",
                "Jog": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SA;WKST=MO",
            },
        )

    def test_repeat_that_began_too_long_ago_is_refused(self):
        response = self.client.post(
            "/tasks/add/", {"text": "Swim every day", "due_date": "2006-01-01"}
        )
        words = "A repeat can't start more than ten years ago."
        self.assertIn(words, words_of(response))
        self.assertEqual(self.rows(), [])

    def test_several_repeats_can_be_completed_together(self):
        monthly, once = self.start(), self.start("", title="Once")
        data = {"ids": [monthly.pk, once.pk], "do": "complete", "next": "/inbox/"}
        response = self.client.post("/tasks/bulk/", data, follow=True)
        self.assertEqual(messages_of(response), ["Completed 2 tasks."])
        self.assertEqual(
            self.rows(),
            [
                ("Pay rent", date(2026, 2, 28), False),
                ("Once", date(2026, 1, 31), True),
                ("Pay rent", date(2026, 1, 31), True),
            ],
        )

    def test_completing_several_needs_the_shown_occurrences(self):
        task, other = self.start(), self.start(title="Gym")
        self.post(task, "complete")
        data = {"ids": [task.pk, other.pk], "do": "complete", "next": "/inbox/"}
        shown = [f"{task.pk} 2026-01-31", f"{other.pk} 2026-01-31", "x", f"{task.pk}"]
        response = self.client.post("/tasks/bulk/", data | {"occurrence": shown}, follow=True)
        self.assertEqual(messages_of(response), ["Completed “Gym”."])
        task.refresh_from_db()
        self.assertEqual(task.due_date, date(2026, 2, 28))
        page = html_of(self.client.get("/inbox/"))
        self.assertIn(f'name="occurrence" value="{task.pk} 2026-02-28"', page)

    def test_history_shows_one_completion(self):
        task = self.start()
        self.post(task, "complete")
        words = words_of(self.client.get("/history/"))
        self.assertIn("completed “Pay rent”", words)
        self.assertNotIn("2 tasks", words)

    def test_occurrences_of_a_purged_task_stay(self):
        task = self.start()
        self.post(task, "complete")
        task.delete_softly()
        task.purge()
        self.assertIsNone(Task.objects.get().series_id)

    def test_database_refuses_an_occurrence_of_another_users_series(self):
        bob = add_user("bob@example.org")
        theirs = Task(user=bob, title="Theirs")
        theirs.add()
        with self.assertRaises(IntegrityError), transaction.atomic():
            Task.objects.create(user=self.ann, title="Mine", series=theirs)


@pytest.mark.pooler
class RaceTests(TransactionTestCase):
    def test_ten_simultaneous_completions_advance_once(self):
        ann = add_user()
        task = Task(user=ann, title="Pay rent", repeat="FREQ=MONTHLY", due_date=date(2031, 1, 31),
                    repeat_anchor=date(2031, 1, 31))  # fmt: skip
        task.add()
        Step(user=ann, task=task, title="Transfer", done=True).add()
        start, done = threading.Barrier(10), []

        def complete_it():
            mine = Task.objects.get(pk=task.pk)
            start.wait()
            done.append(complete(mine, occurrence=date(2031, 1, 31)))
            connection.close()

        threads = [threading.Thread(target=complete_it) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len([act for act in done if act]), 1)
        self.assertEqual(
            [(task.due_date, task.completed) for task in Task.objects.order_by("pk")],
            [(date(2031, 2, 28), False), (date(2031, 1, 31), True)],
        )
        self.assertEqual(ann.acts.filter(kind="complete").count(), 1)
