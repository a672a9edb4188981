"""Each page's today is its user's: around midnight in four zones, and when clocks change.

Kiritimati is first to have a new day (UTC+14), Niue last (UTC-11), Kathmandu is 45 minutes off the
full hour, and New York's clocks change.
"""

from datetime import date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from tasks.models import Task
from tasks.tests.pages import (
    PageTests,
    html_of,
    messages_of,
    row_of,
    sections_of,
    titles_of,
    words_of,
)
from todosite.tests.html import select

CASES = [
    ("Pacific/Kiritimati", date(2026, 3, 25)),
    ("Pacific/Niue", date(2026, 3, 25)),
    ("Asia/Kathmandu", date(2028, 2, 29)),
    *(("America/New_York", day) for day in [date(2026, 3, 8), date(2026, 11, 1)]),
]
DAY = timedelta(days=1)


class MidnightTests(PageTests):
    def at(self, day, clock, zone):
        self.set_clock(day.year, day.month, day.day, clock.hour, clock.minute, zone=zone)

    def each(self):
        """Yield each day with a subtest, with the clock at its last minute, and at its first."""
        for (zone, day), clock in product(CASES, [time(23, 59), time(0, 0)]):
            Task.everything.all().delete()
            self.at(day, clock, zone)
            yield day, self.subTest(zone=zone, day=day, clock=clock)

    def test_task_due_today_is_on_today_and_not_overdue(self):
        for day, case in self.each():
            with case:
                for name, due in [("Before", day - DAY), ("Now", day), ("After", day + DAY)]:
                    self.add_task(name, due_date=due)
                response = self.get("/today/")
                self.assertIn(f"{day:%A}, {day.day} {day:%B}", words_of(response))
                self.assertEqual(
                    sections_of(response), [("Overdue 1", ["Before"]), ("Today 1", ["Now"])]
                )
                days = sections_of(self.get("/upcoming/"))
                self.assertEqual(days[0][0], f"Today · {day:%a} {day.day} {day:%b} 1")
                self.assertEqual([titles for _, titles in days[:2]], [["Now"], ["After"]])
                self.assertEqual(self.titles("/search/?q=today"), ["Now"])
                self.assertEqual(self.titles("/search/?q=overdue"), ["Before"])

    def test_typed_today_is_that_day(self):
        for day, case in self.each():
            with case:
                for text in ["One today", "Two tomorrow", "Three yesterday", "Four every day"]:
                    self.send("/tasks/add/", text=text)
                self.send("/tasks/add/", text="Five", due_date="today")
                found = dict(self.ann.tasks.values_list("title", "due_date"))
                expected = {"One": day, "Two": day + DAY, "Three yesterday": None, "Four": day}
                self.assertEqual(found, expected | {"Five": day})

    def test_forms_offer_the_users_today(self):
        for day, case in self.each():
            with case:
                task = self.add_task(due_date=None)
                menu = self.get(f"/tasks/{task.pk}/menu/")
                offered = [
                    (words_of(day), day.get("value")) for day in select(menu, "[name=due_date]")
                ]
                self.assertEqual(offered[:2], [("Today", f"{day}"), ("Tomorrow", f"{day + DAY}")])
                form = html_of(self.get(f"/tasks/{task.pk}/repeat/"))
                self.assertIn(f'name="due_date" value="{day}"', form)

    def test_completed_task_belongs_to_that_day(self):
        for day, case in self.each():
            with case:
                self.add_task("Done").complete()
                self.assertEqual(sections_of(self.get("/completed/")), [("Today 1", ["Done"])])
                self.assertIn(("Done today 1", ["Done"]), sections_of(self.get("/today/")))
                self.at(day + DAY, time(0, 0), self.ann.time_zone)
                self.assertEqual(sections_of(self.get("/completed/")), [("Yesterday 1", ["Done"])])
                self.assertNotIn("Done today", words_of(self.get("/today/")))

    def test_repeat_advances_to_the_day_after(self):
        for day, case in self.each():
            with case:
                fields = {"repeat": "FREQ=DAILY", "due_date": day, "repeat_anchor": day}
                task = self.add_task("Vitamins", **fields)
                response = self.post(f"/tasks/{task.pk}/complete/")
                self.assertEqual(messages_of(response), ["Completed “Vitamins”. Next: tomorrow."])
                task.refresh_from_db()
                self.assertEqual(task.due_date, day + DAY)
                self.at(day + 2 * DAY, time(0, 0), self.ann.time_zone)  # a minute late, or a day
                self.post(f"/tasks/{task.pk}/complete/")
                task.refresh_from_db()
                self.assertEqual(task.due_date, day + 3 * DAY)

    def test_task_is_overdue_once_its_time_has_passed(self):
        for zone, day in CASES:
            with self.subTest(zone=zone, day=day):
                Task.everything.all().delete()
                self.at(day, time(12, 0), zone)
                self.add_task("Past", due_date=day, due_time=time(11, 59))
                self.add_task("To come", due_date=day, due_time=time(12, 1))
                self.assertEqual(
                    sections_of(self.get("/today/")),
                    [("Overdue 1", ["Past"]), ("Today 1", ["To come"])],
                )


class MomentTests(PageTests):
    def test_one_moment_belongs_to_three_days(self):
        now = datetime(2026, 1, 1, 10, 30, tzinfo=ZoneInfo("UTC"))
        for zone, words in [
            ("Pacific/Kiritimati", "Friday, 2 January"),
            ("America/New_York", "Thursday, 1 January"),
            ("Pacific/Niue", "Wednesday, 31 December"),
        ]:
            local = now.astimezone(ZoneInfo(zone))
            self.set_clock(local.year, local.month, local.day, local.hour, local.minute, zone=zone)
            self.assertIn(words, words_of(self.get("/today/")))

    def test_repeated_hour_of_autumn(self):
        """At 01:30 for the first and the second time, the clock decides about overdue."""
        for fold in (0, 1):
            self.set_clock(2026, 11, 1, 1, 30, zone="America/New_York", fold=fold)
            Task.everything.all().delete()
            self.add_task("At one", due_date=date(2026, 11, 1), due_time=time(1, 0))
            self.add_task("At two", due_date=date(2026, 11, 1), due_time=time(2, 0))
            self.assertEqual(
                sections_of(self.get("/today/")),
                [("Overdue 1", ["At one"]), ("Today 1", ["At two"])],
            )

    def test_repeat_keeps_its_time_of_day(self):
        for day in (date(2026, 3, 7), date(2026, 10, 31)):
            self.set_clock(day.year, day.month, day.day, 8, 0, zone="America/New_York")
            fields = {"repeat": "FREQ=DAILY", "due_date": day, "repeat_anchor": day}
            task = self.add_task("Vitamins", due_time=time(2, 30), **fields)
            for n in (1, 2):
                self.post(f"/tasks/{task.pk}/complete/")
                task.refresh_from_db()
                self.assertEqual((task.due_date, task.due_time), (day + n * DAY, time(2, 30)))

    def test_change_of_zone_keeps_days_and_times(self):
        self.set_clock(2026, 3, 25, 18, 0, zone="America/New_York")
        day = date(2026, 3, 25)
        fields = {"repeat": "FREQ=DAILY", "due_date": day, "repeat_anchor": day}
        task = self.add_task("Vitamins", due_time=time(20, 0), **fields)
        self.assertIn("20:00", words_of(row_of(self.get("/today/"), task)))
        self.set_clock(2026, 3, 26, 12, 0, zone="Pacific/Kiritimati")  # the same moment
        response = self.get("/today/")
        self.assertEqual(titles_of(response), ["Vitamins"])
        self.assertIn("Yesterday 20:00", words_of(row_of(response, task)))
        self.post(f"/tasks/{task.pk}/complete/")
        task.refresh_from_db()
        self.assertEqual((task.due_date, task.due_time), (date(2026, 3, 26), time(20, 0)))
