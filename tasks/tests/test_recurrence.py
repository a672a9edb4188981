"""The days of repeats, compared with the published table and with a check of each day.

recurrence_cases.json has two tables. "next_due": the first day after `after` of the series from
`anchor` on. "following": the next day when the task due on `due` is done at `now` in a zone; by
default counted from the date ("from"), with missed occurrences passing ("missed").
"""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from tasks.recurrence import (
    after_completion,
    describe,
    first_due,
    following,
    moved,
    next_due,
    number_before,
    read,
    refuse_old,
    resumed,
    upcoming,
    with_week_start,
    write,
)
from tasks.tests import by_day
from tasks.tests.rules import rules
from todosite.tests.environment import examples

CASES = json.loads((Path(__file__).parent / "recurrence_cases.json").read_text())


def day(text):
    return text and date.fromisoformat(text)


class TableTests(SimpleTestCase):
    def test_next_due_agrees_with_the_table(self):
        for group, cases in CASES["next_due"].items():
            for case in cases:
                with self.subTest(group, **case):
                    anchor, after = day(case["anchor"]), day(case["after"])
                    start = case.get("week_start", 0)
                    expected = day(case["next"])
                    self.assertEqual(
                        next_due(case["rule"], anchor=anchor, after=after, week_start=start),
                        expected,
                    )
                    last = expected or max(anchor, after) + timedelta(366 * 9)
                    days = by_day.series(case["rule"], anchor, last, start)
                    self.assertEqual(next((d for d in days if d > after), None), expected)

    def test_following_agrees_with_the_table(self):
        for group, cases in CASES["following"].items():
            for case in cases:
                with self.subTest(group, **case):
                    now = datetime.fromisoformat(case["now"]).astimezone(ZoneInfo(case["zone"]))
                    clock = case.get("time") and time.fromisoformat(case["time"])
                    said = {
                        "anchor": day(case.get("anchor", case["due"])),
                        "due_date": day(case["due"]),
                        "due_time": clock,
                        "now": now,
                        "repeat_from": case.get("from", "due"),
                        "missed": case.get("missed", "pass"),
                    }
                    self.assertEqual(following(case["rule"], **said), day(case["next"]))
                    self.assertEqual(by_day.following(case["rule"], **said), day(case["next"]))

    def test_table_has_the_documented_size(self):
        rows = [case for table in CASES.values() for cases in table.values() for case in cases]
        self.assertEqual(len({json.dumps(row) for row in rows}), len(rows))
        self.assertGreaterEqual(len(rows), 150)


class ReadTests(SimpleTestCase):
    def test_invalid_rules_are_refused_in_words(self):
        for rule, words in [
            ("", "“” isn't supported in a repeat."),
            ("every day", "“EVERY DAY” isn't supported in a repeat."),
            ("FREQ=HOURLY", "A repeat must be daily, weekly, monthly or yearly."),
            ("INTERVAL=2", "A repeat needs FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."),
            ("FREQ=DAILY;INTERVAL=0", "INTERVAL must be a number from 1 to 999."),
            ("FREQ=DAILY;INTERVAL=1000", "INTERVAL must be a number from 1 to 999."),
            ("FREQ=DAILY;INTERVAL=²", "INTERVAL must be a number from 1 to 999."),
            ("FREQ=DAILY;FREQ=DAILY", "FREQ occurs twice."),
            ("FREQ=WEEKLY;BYDAY=XX", "BYDAY must be weekdays, such as MO, 1MO or -1FR."),
            ("FREQ=WEEKLY;BYDAY=1MO", "Only a monthly or yearly repeat can have a first or last"),
            ("FREQ=YEARLY;BYDAY=1MO", "A yearly repeat on a weekday such as 1MO needs BYMONTH."),
            ("FREQ=WEEKLY;BYMONTHDAY=1", "A weekly repeat can't have days of the month."),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY can't be 0."),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY must be a number from -31 to 31."),
            ("FREQ=YEARLY;BYMONTH=13", "BYMONTH must be a number from 1 to 12."),
            ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS needs days to choose from"),
            (
                "FREQ=DAILY;BYDAY=MO;BYSETPOS=1",
                "BYSETPOS needs days to choose from",
            ),
            ("FREQ=DAILY;UNTIL=20260231", "UNTIL must be a date, such as 20260630."),
            ("FREQ=DAILY;COUNT=2;UNTIL=20260630", "A repeat can end on a date or after a number"),
            ("FREQ=DAILY;BYHOUR=9", "“BYHOUR=9” isn't supported in a repeat."),
            ("FREQ=WEEKLY;WKST=1", "WKST must be a weekday, such as MO."),
        ]:
            with self.subTest(rule), self.assertRaises(ValueError) as raised:
                read(rule)
            self.assertIn(words, str(raised.exception))

    def test_rules_are_described_in_words(self):
        for rule, words in [
            ("FREQ=DAILY", "every day"),
            ("FREQ=DAILY;INTERVAL=3", "every 3 days"),
            ("FREQ=DAILY;BYMONTH=6,7,8", "every day in June, July and August"),
            ("FREQ=WEEKLY", "every week"),
            ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
            ("FREQ=WEEKLY;BYDAY=SU,MO", "every Monday and Sunday"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "every 2 weeks on Tuesday"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR", "every 2 weeks on weekdays"),
            ("FREQ=MONTHLY;BYMONTHDAY=1,15,22,31", "every month on the 1st, 15th, 22nd and 31st"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day"),
            ("FREQ=MONTHLY;BYMONTHDAY=-3", "every month on the 3rd last day"),
            ("FREQ=MONTHLY;BYDAY=1MO", "every month on the first Monday"),
            ("FREQ=MONTHLY;BYDAY=1MO,-1FR", "every month on the first Monday and the last Friday"),
            ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "every month on Friday, if it is the 13th"),
            ("FREQ=MONTHLY;BYDAY=FR,1MO", "every month on each Friday and the first Monday"),
            (
                "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1",
                "every month on the first of Saturday and Sunday",
            ),
            ("FREQ=YEARLY;BYMONTHDAY=25", "every year on the 25th in every month"),
            ("FREQ=YEARLY;BYDAY=MO;BYSETPOS=1", "every year on the first Monday"),
            (
                "FREQ=YEARLY;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4",
                "every year on Tuesday, if it is the 2nd, 3rd or 4th in November",
            ),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "every month on the last weekday"),
            ("FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "every year on the second Sunday in May"),
            ("FREQ=YEARLY;INTERVAL=4", "every 4 years"),
            ("FREQ=WEEKLY;UNTIL=20260630", "every week until 2026-06-30"),
            ("FREQ=MONTHLY;INTERVAL=3;COUNT=4", "every 3 months, 4 times"),
            ("FREQ=DAILY;COUNT=1", "every day, 1 time"),
            ("what it was", "what it was"),
        ]:
            with self.subTest(rule=rule):
                self.assertEqual(describe(rule), words)
        self.assertEqual(
            describe("FREQ=DAILY;UNTIL=20260630", on=lambda d: f"{d:%a %d}"),
            "every day until Tue 30",
        )


class WriteTests(SimpleTestCase):
    @given(rules())
    def test_written_rule_is_read_the_same(self, rule):
        self.assertEqual(read(write(read(rule))), read(rule))

    def test_parts_are_in_a_fixed_order_without_defaults(self):
        for rule, written in [
            ("rrule:bYday=fr,-1mo;FREQ=MONTHLY;interval=1", "FREQ=MONTHLY;BYDAY=FR,-1MO"),
            ("UNTIL=20260630T220000Z;FREQ=DAILY", "FREQ=DAILY;UNTIL=20260630"),
            ("FREQ=DAILY;UNTIL=00980630", "FREQ=DAILY;UNTIL=00980630"),
        ]:
            with self.subTest(rule=rule):
                self.assertEqual(write(read(rule)), written)

    def test_start_of_the_week_is_written_if_it_matters(self):
        monday = date(2026, 1, 5)
        for rule, week_start, written in [
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", 0, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", 6, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", 0, "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=MO"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", 6, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
            ("FREQ=WEEKLY;INTERVAL=2", 6, "FREQ=WEEKLY;INTERVAL=2"),
            ("FREQ=WEEKLY;BYDAY=MO,SU", 6, "FREQ=WEEKLY;BYDAY=MO,SU"),
            ("FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,SU", 6, "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,SU"),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SA", 0,
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SA",
            ),
        ]:  # fmt: skip
            with self.subTest(rule=rule, week_start=week_start):
                found = with_week_start(rule, anchor=monday, week_start=week_start)
                self.assertEqual(found, written)


class GoingOnTests(SimpleTestCase):
    @examples(60)
    @given(rules(), st.dates(date(2023, 1, 1), date(2025, 12, 31)), st.integers(0, 20))
    def test_resumed_rule_has_the_remaining_days(self, rule, anchor, n):
        days = by_day.series(rule, anchor, anchor + timedelta(3653))
        if n >= len(days):
            return
        rest = resumed(rule, anchor=anchor, day=days[n])
        found = by_day.series(write(rest), days[n], anchor + timedelta(3653))
        self.assertEqual(found, days[n:], (rule, anchor, write(rest)))

    def test_resumed_rule_names_a_clamped_day(self):
        for rule, anchor, on, rest in [
            ("FREQ=MONTHLY", "2026-01-31", "2026-02-28", "FREQ=MONTHLY;BYMONTHDAY=31"),
            ("FREQ=MONTHLY", "2026-01-31", "2026-03-31", "FREQ=MONTHLY"),
            ("FREQ=YEARLY", "2024-02-29", "2026-02-28", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"),
            ("FREQ=MONTHLY", "2026-01-31", "2026-02-03", "FREQ=MONTHLY"),  # it was put off
        ]:
            with self.subTest(rule=rule, anchor=anchor, on=on):
                self.assertEqual(write(resumed(rule, anchor=day(anchor), day=day(on))), rest)

    def test_resumed_rule_has_the_remaining_count(self):
        for on, left in [
            ("2026-01-01", 5),
            ("2026-01-03", 3),
            ("2026-01-05", 1),
            ("2026-02-01", 1),
        ]:
            with self.subTest(on=on):
                rest = resumed("FREQ=DAILY;COUNT=5", anchor=date(2026, 1, 1), day=day(on))
                self.assertEqual(rest.count, left)
        put_off = resumed("FREQ=WEEKLY;COUNT=5", anchor=date(2026, 1, 1), day=date(2026, 1, 10))
        self.assertEqual(put_off.count, 4)  # the second one, of 8 January

    def test_days_before_are_counted_up_to_the_limit(self):
        first, far = date(2026, 1, 1), date(9999, 12, 30)
        for rule in ("FREQ=DAILY", "FREQ=DAILY;COUNT=99", "FREQ=DAILY;UNTIL=20260105"):
            with self.subTest(rule=rule):
                self.assertEqual(number_before(rule, anchor=first, day=date(2026, 1, 6)), 5)
                self.assertEqual(number_before(rule, anchor=first, day=far), 9999)
        self.assertEqual(resumed("FREQ=DAILY;COUNT=99", anchor=first, day=far).count, 1)

    def test_single_named_day_moves_with_the_date(self):
        on = "FREQ=MONTHLY;BYMONTHDAY="
        for rule, old, new, becomes in [
            ("FREQ=WEEKLY", "2026-01-06", "2026-01-07", "FREQ=WEEKLY"),
            ("FREQ=WEEKLY;BYDAY=TU", "2026-01-06", "2026-01-07", "FREQ=WEEKLY;BYDAY=WE"),
            ("FREQ=WEEKLY;BYDAY=TU,WE", "2026-01-06", "2026-01-07", "FREQ=WEEKLY;BYDAY=TU,WE"),
            (f"{on}1", "2026-01-01", "2026-01-15", f"{on}15"),
            (f"{on}-1", "2026-01-31", "2026-01-15", f"{on}15"),
            (f"{on}-2", "2026-01-30", "2026-01-31", f"{on}-1"),
            (f"{on}31", "2026-02-28", "2026-03-05", f"{on}5"),
            ("FREQ=MONTHLY;BYDAY=1TU", "2026-01-06", "2026-01-14", "FREQ=MONTHLY;BYDAY=2WE"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-30", "2026-01-29", "FREQ=MONTHLY;BYDAY=-1TH"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "2026-01-30", "2026-01-08", "FREQ=MONTHLY;BYDAY=2TH"),
            ("FREQ=YEARLY", "2026-01-06", "2026-03-07", "FREQ=YEARLY"),
            (
                "FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", "2026-05-10", "2026-06-08",
                "FREQ=YEARLY;BYMONTH=6;BYDAY=2MO",
            ),
        ]:  # fmt: skip
            with self.subTest(rule, new=new):
                self.assertEqual(write(moved(read(rule), day(old), day(new))), becomes)

    def test_ambiguous_days_are_not_moved(self):
        for rule, old, new in [
            ("FREQ=WEEKLY;BYDAY=TU,WE", "2026-01-06", "2026-01-08"),
            ("FREQ=WEEKLY;BYDAY=TU", "2026-01-07", "2026-01-08"),  # it was put off
            ("FREQ=MONTHLY;BYMONTHDAY=1,15", "2026-01-01", "2026-01-02"),
            ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-02-13", "2026-02-14"),
            ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "2026-01-27", "2026-01-28"),
            ("FREQ=DAILY;BYMONTH=6,7", "2026-06-01", "2026-08-01"),
        ]:
            with self.subTest(rule), self.assertRaises(ValueError) as raised:
                moved(read(rule), day(old), day(new))
            words = f"It repeats {describe(rule)}. Change the repeat to move it."
            self.assertEqual(str(raised.exception), words)

    def test_first_day_skips_no_weeks(self):
        rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"
        self.assertEqual(first_due(rule, day=date(2026, 11, 26)), date(2026, 12, 1))
        self.assertEqual(first_due(rule, day=date(2026, 12, 1)), date(2026, 12, 1))
        ended = "FREQ=DAILY;UNTIL=20261125"
        self.assertIsNone(first_due(ended, day=date(2026, 11, 26)))

    def test_repeat_that_began_too_long_ago_is_refused(self):
        refuse_old(date(2016, 12, 1), date(2026, 11, 26))
        with self.assertRaisesMessage(ValueError, "more than ten years ago"):
            refuse_old(date(2016, 11, 1), date(2026, 11, 26))


class FromCompletionTests(SimpleTestCase):
    @examples(60)
    @given(
        rules(),
        st.dates(date(2023, 1, 1), date(2027, 12, 31)),
        st.integers(-40, 40),
    )
    def test_next_day_from_completion_agrees_with_a_check_of_each_day(self, rule, done, late):
        said = {
            "anchor": done - timedelta(late),
            "due_date": done - timedelta(late),
            "due_time": None,
            "now": datetime.combine(done, time(10, 30), ZoneInfo("Europe/Berlin")),
            "repeat_from": "completion",
            "missed": "pass",
        }
        expected = by_day.following(rule, **said, years=4)
        found = following(rule, **said)
        if expected or not found:
            self.assertEqual(found, expected)
        else:
            self.assertGreater(found, done + timedelta(366 * 4))

    def test_interval_of_weeks_counts_from_completion(self):
        rule, done = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", date(2026, 10, 18)
        found = {after_completion(rule, day=done, week_start=start) for start in range(7)}
        self.assertEqual(found, {date(2026, 11, 1)})

    def test_interval_beyond_the_calendar_has_no_next_day(self):
        last = date(9999, 12, 1)
        for rule in ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1", "FREQ=DAILY;INTERVAL=30;BYDAY=SU"):
            self.assertIsNone(after_completion(rule, day=last))


class NextDueTests(SimpleTestCase):
    def test_last_days_of_the_calendar(self):
        first, last = date(1, 1, 1), date(9999, 12, 31)
        for frequency in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
            with self.subTest(frequency=frequency):
                rule = f"FREQ={frequency}"
                self.assertGreater(next_due(rule, anchor=first, after=first), first)
                self.assertIsNone(next_due(rule, anchor=first, after=last))
                self.assertIsNone(next_due(rule, anchor=last, after=last))

    @examples(60)
    @given(
        rules(),
        st.dates(date(2023, 1, 1), date(2025, 12, 31)),
        st.integers(0, 6),
        st.lists(st.integers(-40, 3600), min_size=1, max_size=6),
    )
    def test_days_agree_with_a_check_of_each_day(self, rule, anchor, week_start, steps):
        days = by_day.series(rule, anchor, anchor + timedelta(3653), week_start)
        for step in [*steps, -1, 0]:
            after = anchor + timedelta(step)
            expected = [day for day in days if day > after]
            found = upcoming(rule, anchor=anchor, after=after, count=4, week_start=week_start)
            if len(expected) >= 4:
                self.assertEqual(found, expected[:4], (rule, anchor, after))
            else:  # the rest lies beyond the ten years
                self.assertEqual(found[: len(expected)], expected, (rule, anchor, after))
                beyond = anchor + timedelta(3653)
                self.assertTrue(all(day > beyond for day in found[len(expected) :]))
            first = next_due(rule, anchor=anchor, after=after, week_start=week_start)
            self.assertEqual(first, found[0] if found else None)
