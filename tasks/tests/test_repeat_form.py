"""The form of a repeat: initial values, errors and results."""

from datetime import date, time

from django.http import QueryDict
from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from tasks.forms.repeats import RepeatForm, place_of
from tasks.models import Task
from tasks.recurrence import upcoming
from tasks.repeating import complete
from tasks.tests.pages import HTMX, PageTests, html_of, messages_of, words_of
from tasks.tests.rules import rules
from todosite.tests.environment import examples


def posted_by(form):
    """Return the data that a browser sends from an unedited form."""
    data = QueryDict(mutable=True)
    for bound in form:
        value = bound.field.prepare_value(bound.value())
        for one in value if isinstance(value, (list, tuple)) else [value]:
            one = "" if one is None else str(one)
            data.appendlist(bound.name, one)
            data.appendlist(bound.html_initial_name, one)
    return data


class SubsetTests(SimpleTestCase):
    """The form shows every rule of the subset, and produces it again."""

    @examples(100)
    @given(rules(), st.integers(0, 6))
    def test_shown_rule_is_sent_unchanged(self, rule, week_start):
        now = User(time_zone="UTC").now()
        task = Task(title="x", repeat=rule, due_date=now.date(), repeat_anchor=now.date())
        task.user = User(time_zone="UTC", week_start=week_start)
        form = RepeatForm(posted_by(RepeatForm(task=task)), task=task)
        self.assertTrue(form.is_valid(), form.errors)
        self.assertEqual(form.changes, {})
        later = upcoming(rule, anchor=now.date(), after=now.date(), count=4, week_start=week_start)
        self.assertEqual(form.days, [now.date(), *later])


class WordsTests(SimpleTestCase):
    def test_positions_are_read_and_shown(self):
        for words, number in [
            ("1", 1), ("31st", 31), ("2nd", 2), ("the first", 1), ("fifth", 5), ("last", -1),
            ("2nd last", -2), ("second last", -2), ("third to last", -3), ("-1", -1), ("15.", 15),
            ("", None), ("first monday", None), ("x", None), ("sixth", None), ("1 2", None),
        ]:  # fmt: skip
            with self.subTest(words=words):
                self.assertEqual(place_of(words), number)


class BuilderTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 1, 31, 10, 30, zone="Europe/Berlin")
        self.task = self.add_task("Pay rent", due_date=date(2026, 1, 31))
        self.url = f"/tasks/{self.task.pk}/repeat/"

    def repeat(self, rule, due=date(2026, 1, 31), **fields):
        """Let the task repeat."""
        fields = {"repeat": rule, "due_date": due, "repeat_anchor": due} | fields
        Task.objects.filter(pk=self.task.pk).update(**fields)
        self.task.refresh_from_db()

    def data(self, **changes):
        """Return the data that the form sends, with changes."""
        return dict(posted_by(RepeatForm(task=self.task)).lists()) | changes

    def send(self, **changes):
        return self.client.post(self.url, self.data(**changes, next="/inbox/"), follow=True)

    def columns(self):
        self.task.refresh_from_db()
        names = ["repeat", "due_date", "repeat_anchor", "repeat_from", "missed"]
        return tuple(getattr(self.task, name) for name in names)

    def look(self, **changes):
        """Return the words and days that the form shows, without saving."""
        response = self.client.post(self.url, self.data(look="1", **changes), headers=HTMX)
        self.assertEqual(response.status_code, 200)
        return words_of(response)

    def test_repeat_is_shown_and_saved(self):
        words = self.look(frequency="MONTHLY")
        days = "Sat 31 Jan Sat 28 Feb Tue 31 Mar Thu 30 Apr Sun 31 May"
        self.assertEqual(words, f"Repeats every month {days}")
        self.assertEqual(self.columns()[0], "")
        response = self.send(frequency="MONTHLY")
        self.assertEqual(messages_of(response), ["Set “Pay rent” to repeat every month."])
        day = date(2026, 1, 31)
        self.assertEqual(self.columns(), ("FREQ=MONTHLY", day, day, "due", "pass"))
        self.undo(response)
        self.assertEqual(self.columns()[:2], ("", day))

    def test_days_are_shown_without_script_and_typed_values_stay(self):
        response = self.client.post(
            self.url, self.data(look="1", month_days="1, 15, last", frequency="MONTHLY")
        )
        html = html_of(response)
        self.assertEqual(response.status_code, 200)
        self.assertIn("Repeats every month on the 1st, 15th and last day", words_of(html))
        self.assertIn('value="1, 15, last"', html)
        self.assertEqual(self.columns()[0], "")

    def test_every_field_is_part_of_the_rule(self):
        for changes, rule, due in [
            ({"interval": "3", "frequency": "DAILY"}, "FREQ=DAILY;INTERVAL=3", "2026-01-31"),
            ({"weekdays": ["0", "2"]}, "FREQ=WEEKLY;BYDAY=MO,WE", "2026-02-02"),
            (
                {"weekdays": ["0", "6"], "interval": "2"},
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO",
                "2026-02-01",
            ),
            (
                {"weekdays": ["0", "6"], "interval": "2", "week_start": "6"},
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
                "2026-02-01",
            ),
            (
                {"frequency": "MONTHLY", "month_days": "1, 15 and 2nd last"},
                "FREQ=MONTHLY;BYMONTHDAY=1,15,-2",
                "2026-02-01",
            ),
            (
                {"frequency": "MONTHLY", "nth": "first Monday, last fri"},
                "FREQ=MONTHLY;BYDAY=1MO,-1FR",
                "2026-02-02",
            ),
            (
                {"frequency": "MONTHLY", "weekdays": list("01234"), "positions": "last"},
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                "2026-02-27",
            ),
            (
                {"frequency": "MONTHLY", "weekdays": ["4"], "month_days": "13"},
                "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
                "2026-02-13",
            ),
            (
                {"frequency": "YEARLY", "months": ["5", "9"], "nth": "second sunday"},
                "FREQ=YEARLY;BYMONTH=5,9;BYDAY=2SU",
                "2026-05-10",
            ),
            (
                {"ends": "until", "until": "2026-06-30", "count": "5"},
                "FREQ=WEEKLY;UNTIL=20260630",
                "2026-01-31",
            ),
            ({"ends": "count", "count": "5"}, "FREQ=WEEKLY;COUNT=5", "2026-01-31"),
            ({"due_date": "2026-02-05"}, "FREQ=WEEKLY", "2026-02-05"),
            (
                {"frequency": "MONTHLY", "nth": "1st and 3rd mondays"},
                "FREQ=MONTHLY;BYDAY=1MO,3MO",
                "2026-02-02",
            ),
        ]:
            with self.subTest(rule):
                self.repeat("")
                response = self.send(**changes)
                self.assertEqual(response.redirect_chain, [("/inbox/", 302)])
                due = date.fromisoformat(due)
                self.assertEqual(self.columns()[:3], (rule, due, due))

    def test_errors_are_shown_by_the_field_and_values_stay(self):
        for changes, field, words in [
            ({"due_date": ""}, "due_date", "This field is required."),
            ({"months": ["x"], "frequency": "YEARLY", "nth": "first mon"}, "months", "Select a"),
            ({"month_days": "1," * 251, "frequency": "MONTHLY"}, "month_days", "you typed 502"),
            ({"due_date": "1900-01-01", "week_start": "3"}, None, "A repeat can't start more than"),
            ({"due_date": "2006-01-01"}, None, "A repeat can't start more than ten years ago."),
            ({"interval": "0"}, "interval", "Ensure this value is greater than or equal to 1."),
            ({"interval": "1000"}, "interval", "Ensure this value is less than or equal to 999."),
            ({"frequency": "HOURLY"}, "frequency", "Select a valid choice. HOURLY is not one of"),
            (
                {"month_days": "32", "frequency": "MONTHLY"},
                "month_days",
                "“32” isn't one of 1 to 31, or last.",
            ),
            (
                {"month_days": "soon", "frequency": "MONTHLY"},
                "month_days",
                "“soon” isn't one of 1 to 31, or last.",
            ),
            (
                {"nth": "sixth monday", "frequency": "MONTHLY"},
                "nth",
                "“sixth monday” isn't like first Monday or last",
            ),
            (
                {"nth": "monday", "frequency": "MONTHLY"},
                "nth",
                "“monday” isn't like first Monday or last Friday.",
            ),
            (
                {"positions": "0", "frequency": "MONTHLY"},
                "positions",
                "“0” isn't one of 1 to 366, or last.",
            ),
            (
                {"positions": "last"},
                "positions",
                "Choose the days first: weekdays or days of the month.",
            ),
            (
                {"frequency": "YEARLY", "nth": "first monday"},
                "months",
                "Choose the months of these weekdays.",
            ),
            ({"ends": "until"}, "until", "Enter the last day, such as 2026-12-31."),
            ({"ends": "until", "until": "2026-01-30"}, "until", "This is before the first date."),
            ({"ends": "count"}, "count", "Enter the number of times."),
            (
                {"frequency": "MONTHLY", "weekdays": ["0"], "positions": "6"},
                None,
                "There is no such date.",
            ),
        ]:
            with self.subTest(changes):
                response = self.send(**changes)
                self.assertEqual(response.status_code, 422)
                form = response.context["form"]
                found = form.errors[field or "__all__"]
                self.assertIn(words, " ".join(found))
                self.assertIn(words, words_of(response))
                name, value = next(iter(changes.items()))
                self.assertEqual(form[name].value(), value)
                self.assertEqual(self.columns()[0], "")

    def test_too_long_repeat_is_refused(self):
        days = ", ".join([*map(str, range(1, 32)), *(f"-{n}" for n in range(1, 32))])
        nth = ", ".join(
            f"{n} {day}" for n in ("first", "last") for day in ["mon", "tue", "wed", "thu", "fri"]
        )
        response = self.send(frequency="MONTHLY", month_days=days, nth=nth)
        self.assertIn("That is too many dates for one repeat.", words_of(response))

    def test_fields_of_other_units_are_ignored(self):
        self.send(month_days="15", nth="first monday")
        self.assertEqual(self.columns()[0], "FREQ=WEEKLY")

    def test_task_without_a_date_begins_today(self):
        self.repeat("", due=None)
        self.assertIn('value="2026-01-31"', html_of(self.get(self.url)))
        self.send()
        self.assertEqual(self.columns()[:2], ("FREQ=WEEKLY", date(2026, 1, 31)))

    def test_unedited_repeat_does_not_move(self):
        self.repeat("FREQ=MONTHLY;COUNT=12", date(2026, 2, 28), repeat_anchor=date(2026, 1, 31))
        html = html_of(self.get(self.url))
        self.assertIn('name="month_days" value="31"', html)
        self.assertIn('name="count" value="11"', html)
        self.assertIn("Sat 28 Feb Tue 31 Mar Thu 30 Apr", words_of(html))
        self.assertEqual(messages_of(self.send()), ["No changes to save."])
        self.send(missed="keep")
        self.assertEqual(
            self.columns(),
            ("FREQ=MONTHLY;COUNT=12", date(2026, 2, 28), date(2026, 1, 31), "due", "keep"),
        )

    def test_edit_of_a_clamped_repeat_does_not_drift(self):
        self.repeat("FREQ=MONTHLY", date(2026, 2, 28), repeat_anchor=date(2026, 1, 31))
        self.assertIn("Sat 28 Feb Thu 30 Apr Tue 30 Jun Mon 31 Aug", self.look(interval="2"))
        self.send(interval="2")
        self.assertEqual(self.columns()[0], "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=31")

    def test_postponed_occurrence_stays_if_only_the_end_changes(self):
        for rule, anchor, changes, becomes, days in [
            (
                "FREQ=MONTHLY", date(2026, 2, 1), {"ends": "until", "until": "2026-12-31"},
                "FREQ=MONTHLY;UNTIL=20261231", "Tue 3 Feb Sun 1 Mar Wed 1 Apr",
            ),
            (
                "FREQ=WEEKLY;BYDAY=SA;COUNT=9", date(2026, 1, 24), {"count": "5"},
                "FREQ=WEEKLY;BYDAY=SA;COUNT=6", "Tue 3 Feb Sat 7 Feb Sat 14 Feb",
            ),
        ]:  # fmt: skip
            self.repeat(rule, date(2026, 2, 3), repeat_anchor=anchor)
            self.assertIn(days, self.look(**changes))
            self.send(**changes)
            self.assertEqual(self.columns()[:3], (becomes, date(2026, 2, 3), anchor))

    def test_count_is_counted_from_the_present_occurrence(self):
        self.repeat("FREQ=DAILY;COUNT=10", date(2026, 2, 8), repeat_anchor=date(2026, 2, 1))
        days = "every day, 3 times Sun 8 Feb Mon 9 Feb Tue 10 Feb"
        for repeat_from, rule in [
            ("completion", "FREQ=DAILY;COUNT=3"),
            ("due", "FREQ=DAILY;COUNT=10"),
        ]:
            self.assertIn(days, self.look(repeat_from=repeat_from))
            self.send(repeat_from=repeat_from)
            self.assertEqual(self.columns()[0], rule)
        self.repeat("FREQ=WEEKLY;COUNT=2", date(2026, 2, 20), repeat_anchor=date(2026, 2, 1))
        days = "every week, 3 times Fri 20 Feb Sun 22 Feb Sun 1 Mar Then it ends."
        self.assertIn(days, self.look(count="3"))

    def test_start_of_the_week_is_saved(self):
        self.set_clock(2026, 2, 3, 10, 30, zone="Europe/Berlin")
        changes = {"weekdays": ["6"], "interval": "2", "week_start": "6", "due_date": "2026-02-01"}
        self.send(**changes, repeat_from="completion")
        self.assertEqual(self.columns()[0], "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU")

    def test_unedited_fields_follow_the_task(self):
        self.repeat("FREQ=MONTHLY;COUNT=5")
        stale = self.data(missed="keep")
        complete(self.task)
        response = self.client.post(self.url, stale)
        self.assertEqual(response.status_code, 422)
        self.client.post(self.url, dict(posted_by(response.context["form"]).lists()))
        day = date(2026, 2, 28)
        anchor = date(2026, 1, 31)
        self.assertEqual(self.columns(), ("FREQ=MONTHLY;COUNT=5", day, anchor, "due", "keep"))

    def test_day_missing_in_the_first_month_is_saved(self):
        days = "Sat 28 Feb Sun 31 May"
        self.assertIn(days, self.look(frequency="MONTHLY", months=["2", "5"]))
        self.send(frequency="MONTHLY", months=["2", "5"])
        self.assertEqual(self.columns()[0], "FREQ=MONTHLY;BYMONTH=2,5;BYMONTHDAY=31")

    def test_hidden_fields_cause_no_errors(self):
        self.send(nth="sixth monday", month_days="soon", until="soon", count="x")
        self.assertEqual(self.columns()[0], "FREQ=WEEKLY")

    def test_task_completed_in_the_meantime_says_so(self):
        data = self.data(interval="2")
        self.task.complete()
        response = self.client.post(self.url, data)
        self.assertEqual(response.status_code, 422)
        words = "It was completed in the meantime. Reopen it to make it repeat."
        self.assertIn(words, words_of(response))
        self.assertIn('name="interval" value="2"', html_of(response))

    def test_done_occurrence_does_not_come_back(self):
        self.repeat("FREQ=WEEKLY")
        stale = self.data(interval="2")
        complete(self.task)
        response = self.client.post(self.url, stale)
        words = (
            "This was changed in the meantime: the task repeats every week, and is due Sat 7 Feb."
        )
        self.assertIn(words, words_of(response))
        form = response.context["form"]
        stale |= {name: form[name].value() for name in ("shown", "due_date")}
        self.client.post(self.url, stale)
        self.assertEqual(self.columns()[:2], ("FREQ=WEEKLY;INTERVAL=2", date(2026, 2, 7)))

    def test_from_completion_days_are_counted_one_after_another(self):
        self.repeat("FREQ=MONTHLY", repeat_from="completion")
        self.assertIn("Sat 31 Jan Sat 28 Feb Sat 28 Mar Tue 28 Apr", self.look())
        self.assertIn("Sat 31 Jan Sat 28 Feb These dates", self.look(ends="count", count="2"))
        self.assertIn("Then it ends.", self.look(ends="count", count="2"))

    def test_days_of_a_late_task_follow_its_choice(self):
        self.repeat("FREQ=WEEKLY", date(2026, 1, 10))
        self.assertIn("Sat 10 Jan Sat 7 Feb Sat 14 Feb", self.look())
        self.assertIn("Sat 10 Jan Sat 17 Jan Sat 24 Jan", self.look(missed="keep"))

    def test_count_from_completion_is_reduced_by_completions(self):
        self.repeat("FREQ=DAILY;INTERVAL=3;COUNT=5", repeat_from="completion", due_time=time(9))
        self.client.post(f"/tasks/{self.task.pk}/complete/")
        self.task.refresh_from_db()
        self.assertIn('name="count" value="4"', html_of(self.get(self.url)))
        words = self.look()
        self.assertIn("every 3 days, 4 times Tue 3 Feb Fri 6 Feb Mon 9 Feb Thu 12 Feb", words)
        self.assertIn("These dates assume that each one is completed on its due date", words)
        self.send(interval="2")
        self.assertEqual(self.columns()[0], "FREQ=DAILY;INTERVAL=2;COUNT=4")

    def test_end_of_a_repeat_has_a_message(self):
        self.assertIn("Sat 31 Jan Sat 7 Feb Then it ends.", self.look(ends="count", count="2"))

    def test_conflict_is_shown_and_the_next_attempt_decides(self):
        stale = self.data(interval="2")
        self.repeat("FREQ=DAILY")
        response = self.client.post(self.url, stale)
        words = (
            "This was changed in the meantime: the task repeats every day, and is due today."
            " Save again to replace it with yours."
        )
        self.assertIn(words, words_of(response))
        self.assertEqual(self.columns()[0], "FREQ=DAILY")
        self.assertEqual(response.context["form"]["interval"].value(), "2")
        stale["shown"] = response.context["form"]["shown"].value()
        self.client.post(self.url, stale)
        self.assertEqual(self.columns()[0], "FREQ=WEEKLY;INTERVAL=2")

    def test_unedited_day_follows_the_task(self):
        """So it does for a task without a repeat: the shown day doesn't replace another."""
        stale = self.data(interval="2")
        Task.objects.filter(pk=self.task.pk).update(due_date=date(2026, 2, 10))
        response = self.client.post(self.url, stale)
        words = (
            "This was changed in the meantime: the task does not repeat, and is due Tue 10 Feb."
            " Save again to replace it with yours."
        )
        self.assertIn(words, words_of(response))
        form = response.context["form"]
        self.assertEqual(form["due_date"].value(), "2026-02-10")
        self.assertEqual(form["interval"].value(), "2")

    def test_form_sent_twice_takes_effect_once(self):
        data = self.data(interval="2")
        for _ in range(2):
            response = self.client.post(self.url, data, follow=True)
        self.assertEqual(messages_of(response), ["No changes to save."])
        self.assertEqual(self.ann.acts.filter(kind="edit").count(), 1)

    def test_completed_task_cannot_repeat(self):
        self.task.complete()
        self.assertEqual(self.client.get(self.url).status_code, 404)

    def test_page_and_menu_link_to_the_form(self):
        for url in [self.task.get_absolute_url(), f"/tasks/{self.task.pk}/menu/"]:
            self.assertIn(f'href="{self.url}?next=', html_of(self.get(url)))

    def test_history_describes_the_repeat(self):
        self.send(interval="2")
        words = words_of(self.get("/history/"))
        self.assertIn("You set “Pay rent” to repeat every 2 weeks", words)
        self.task.refresh_from_db()
        self.send(missed="keep")
        words = words_of(self.get("/history/"))
        self.assertIn("You changed how “Pay rent” repeats", words)
        self.assertIn("Missed dates Skip missed dates → became Keep every missed one", words)


class HelpTests(PageTests):
    def test_help_page_has_rules_and_all_cases(self):
        words = words_of(self.get("/repeats/"))
        self.assertIn("every month 2026-01-31 2026-01-31 2026-02-28", words)
        self.assertIn("Around midnight 20", words)
        cases = self.get("/repeats/cases/").json()
        self.assertEqual(set(cases), {"next_due", "following"})

    def test_other_help_pages_link_to_it(self):
        self.assertContains(self.get("/writing/"), 'href="/repeats/"')
