"""RRULEs of other programs: exactly the same days here, or no repeat."""

from datetime import date, time
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase

from tasks.importing.repeats import LONGEST, repeat_of

BERLIN = ZoneInfo("Europe/Berlin")
START = date(2026, 12, 1)  # a Tuesday


def read(text, **how):
    return repeat_of(text, **{"start": START, "zone": BERLIN, **how})


class ExactTests(SimpleTestCase):
    CASES = [
        ("FREQ=WEEKLY;BYDAY=TU", "FREQ=WEEKLY;BYDAY=TU"),
        ("rrule:freq=daily;interval=1;", "FREQ=DAILY"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("FREQ=MONTHLY;BYDAY=1TU;COUNT=3", "FREQ=MONTHLY;BYDAY=1TU;COUNT=3"),
        # Weeks begin on Monday where that matters, whatever the user prefers.
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "FREQ=WEEKLY;INTERVAL=2;WKST=SU"),
        # A month without the day is skipped, unless SKIP says otherwise.
        ("FREQ=MONTHLY;BYMONTHDAY=30",
         "FREQ=MONTHLY;BYMONTH=1,3,4,5,6,7,8,9,10,11,12;BYMONTHDAY=30"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTH=1,3,5,7,8,10,12;BYMONTHDAY=31"),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=31"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
         "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1"),
        # UNTIL of all-day tasks is a day, also if it's written as a moment at the edge of one.
        ("FREQ=DAILY;UNTIL=20261231", "FREQ=DAILY;UNTIL=20261231"),
        ("FREQ=DAILY;UNTIL=20261231T000000Z", "FREQ=DAILY;UNTIL=20261231"),
        ("FREQ=DAILY;UNTIL=20261231T235959Z", "FREQ=DAILY;UNTIL=20261231"),
        ("FREQ=DAILY;UNTIL=20261231T225959Z", "FREQ=DAILY;UNTIL=20261231"),
        ("FREQ=DAILY;UNTIL=20261230T230000Z", "FREQ=DAILY;UNTIL=20261231"),
    ]  # fmt: skip

    def test_rules_with_the_same_days_are_kept(self):
        for text, rule in self.CASES:
            with self.subTest(text):
                self.assertEqual(read(text), rule)

    def test_month_of_the_start_is_skipped_like_one_that_is_named(self):
        self.assertEqual(
            read("FREQ=MONTHLY", start=date(2026, 12, 31)),
            "FREQ=MONTHLY;BYMONTH=1,3,5,7,8,10,12",
        )

    def test_last_day_depends_on_the_time_of_the_task(self):
        nine = time(9)
        for until, last in [
            ("20261231T080000Z", "20261231"),
            ("20261231T075959Z", "20261230"),
            ("20261231T090000", "20261231"),
            ("20261231T235959Z", "20261231"),
            ("20261231", "20261231"),
        ]:
            with self.subTest(until):
                rule = read(f"FREQ=DAILY;UNTIL={until}", clock=nine)
                self.assertEqual(rule, f"FREQ=DAILY;UNTIL={last}")

    def test_time_that_repeats_that_of_the_task_is_dropped(self):
        text = "FREQ=DAILY;BYHOUR=9;BYMINUTE=0;BYSECOND=0"
        self.assertEqual(read(text, clock=time(9)), "FREQ=DAILY")

    def test_rule_of_the_start_moves_to_the_day_that_is_due(self):
        for text, day, rule in [
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", date(2026, 12, 4), "FREQ=WEEKLY;INTERVAL=2"),
            ("FREQ=WEEKLY;BYDAY=TU,SU", date(2026, 12, 2), "FREQ=WEEKLY;BYDAY=MO,WE"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH", date(2026, 12, 2),
             "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,FR;WKST=TU"),
            ("FREQ=MONTHLY;BYMONTHDAY=1", date(2026, 12, 4), "FREQ=MONTHLY"),
            ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1", date(2026, 12, 4), "FREQ=YEARLY"),
            ("FREQ=DAILY;UNTIL=20261210", date(2026, 12, 4), "FREQ=DAILY;UNTIL=20261213"),
        ]:  # fmt: skip
            with self.subTest(text):
                self.assertEqual(read(text, day=day), rule)


class RefusedTests(SimpleTestCase):
    def test_rules_that_cannot_be_the_same_have_a_reason(self):
        for text, said, how in [
            ("FREQ=SECONDLY;COUNT=999999999", "must be daily, weekly", {}),
            ("FREQ=HOURLY", "must be daily, weekly", {}),
            ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO=20", {}),
            ("FREQ=YEARLY;BYYEARDAY=100", "BYYEARDAY=100", {}),
            ("FREQ=WEEKLY;TT_SKIP=HOLIDAY", "TT_SKIP=HOLIDAY", {}),
            ("ERULE:NAME=CUSTOM;FREQ=WEEKLY", "ERULE", {}),
            ("FREQ=DAILY;FREQ=WEEKLY", "twice", {}),
            ("FREQ=DAILY;BYHOUR=9,17", "times of day", {"clock": time(9)}),
            ("FREQ=DAILY;BYHOUR=9", "times of day", {}),
            ("FREQ=MONTHLY;BYMONTHDAY=15,31", "skips months", {}),
            ("FREQ=MONTHLY;BYMONTHDAY=29", "skips months", {}),
            ("FREQ=YEARLY", "skips months", {"start": date(2024, 2, 29)}),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "skips months", {}),
            ("FREQ=MONTHLY;SKIP=FORWARD;RSCALE=GREGORIAN", "next month", {}),
            ("RSCALE=CHINESE;FREQ=YEARLY", "another calendar", {}),
            ("FREQ=WEEKLY;BYDAY=FR;COUNT=3", "doesn't begin on one of its days", {}),
            ("FREQ=DAILY;UNTIL=20261331", "UNTIL", {}),
            ("FREQ=DAILY;UNTIL=00010101T000000Z", "UNTIL", {"clock": time(9)}),
            ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL", {}),
            ("FREQ=MONTHLY;BYDAY=1TU", "can't be counted", {"day": date(2026, 12, 4)}),
            ("FREQ=MONTHLY", "can't be counted", {"day": date(2027, 1, 4)}),
            ("FREQ=DAILY;" + "X" * LONGEST, "too long", {}),
            ("", "supported", {}),
            ("every day", "supported", {}),
        ]:
            with self.subTest(text), self.assertRaisesRegex(ValueError, said):
                read(text, **how)
