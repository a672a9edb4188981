"""Quick add: what a line means, in the published table quickadd_cases.json and beyond it.

A row of the table has the line and its title, and what else it holds; without "now" it is typed on
Wednesday, 25 March 2026 at 10:30 in Berlin.
"""

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from django.test import SimpleTestCase
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.quickadd.parser import QuickAdd, parse
from tasks.recurrence import read
from todosite.tests.environment import examples

CASES = json.loads((Path(__file__).parent / "quickadd_cases.json").read_text())
NOW = datetime(2026, 3, 25, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))


def moment_of(case):
    if "now" not in case:
        return NOW
    return datetime.fromisoformat(case["now"]).astimezone(ZoneInfo(case["zone"]))


def as_case(text, found):
    """Return a reading as a row of the table, without the moment."""
    row = {
        "text": text,
        "title": found.title,
        "due_date": found.due_date and found.due_date.isoformat(),
        "due_time": found.due_time and f"{found.due_time:%H:%M}",
        "priority": found.priority,
        "tags": found.tags,
        "list": found.list_name,
        "repeat": found.repeat,
        "repeat_from": found.repeat_from.replace("due", ""),
        "reminders": [reminder_of(one) for one in found.reminders],
    }
    return {name: value for name, value in row.items() if value}


def reminder_of(one):
    """Return a reminder as the table has it: minutes before the task, or a moment."""
    if one.minutes is not None:
        return one.minutes
    return f"{one.day} {one.clock:%H:%M}"


def rebuilt(text, found):
    """Return the characters of the title, the spans and the notes, without blanks, in order."""
    pieces, at = [], 0
    for start, end, _ in found.spans:
        pieces += [text[at:start], text[start:end]]
        at = end
    return "".join("".join([*pieces, text[at:]]).split())


def title_of(text, found):
    """Return the rest of the text without the spans and without spaces."""
    kept = [*text]
    for start, end, _ in found.spans:
        kept[start:end] = " " * (end - start)
    return "".join("".join(kept).split())


class TableTests(SimpleTestCase):
    maxDiff = None

    def test_every_line_of_the_table(self):
        for category, cases in CASES.items():
            for case in cases:
                with self.subTest(category, text=case["text"]):
                    found = parse(case["text"], now=moment_of(case))
                    said = {key: case[key] for key in case if key not in ("now", "zone")}
                    self.assertEqual(as_case(case["text"], found), said)
                    self.assertEqual(title_of(case["text"], found), "".join(found.title.split()))

    def test_table_is_as_large_as_it_is_said_to_be(self):
        texts = [case["text"] for cases in CASES.values() for case in cases]
        self.assertEqual(len(texts), len(set(texts)))
        self.assertGreaterEqual(len(texts) - len(CASES["given"]), 1000)
        self.assertGreaterEqual(len(CASES["negative"]), 500)
        self.assertGreaterEqual(len(CASES["with a name of time"]), 150)
        for case in CASES["negative"]:
            with self.subTest(text=case["text"]):
                self.assertEqual(case["text"].split(), case["title"].split())


class ParseTests(SimpleTestCase):
    def check(self, text, title, **fields):
        options = {
            name: fields.pop(name)
            for name in ("now", "week_start", "day_first", "plain", "lists")
            if name in fields
        }
        found = parse(text, **{"now": NOW} | options)
        fields = {"title": title} | fields
        self.assertEqual({name: getattr(found, name) for name in fields}, fields, text)
        return found

    def spans(self, text, **options):
        found = parse(text, now=NOW, **options)
        return [(text[start:end], kind) for start, end, kind in found.spans]

    def test_spans_say_what_was_taken_for_what(self):
        self.assertEqual(
            self.spans('Pay +"My house" rent #bills every month at 9 until 30 June !high'),
            [
                ('+"My house"', "list"),
                ("#bills", "tag"),
                ("every month", "repeat"),
                ("at 9", "time"),
                ("until 30 June", "repeat"),
                ("!high", "priority"),
            ],
        )
        self.assertEqual(
            self.spans("  Meet Lee on March 30, 3pm"), [("on March 30,", "date"), ("3pm", "time")]
        )

    def test_line_that_may_say_when_stays_text_and_offers_each_reading(self):
        for text, offers in [
            ("Pills 8:00 and 20:00", [("8:00",), ("20:00",)]),
            ("24.12. Feier", [("24.12.",)]),
            ("Film half 8", [("half 8",)]),
            ("Standup 9.30", [("9.30",)]),
            ("9.30 standup", [("9.30",)]),
            ("wed/thu trip", [("wed",), ("thu",)]),
            ("Trip wed & thu", [("wed",), ("thu",)]),
            ("mon/wed gym 6pm", [("mon", "6pm"), ("wed", "6pm")]),
            ("Bet 20 on Friday Fox", [("on Friday",)]),
        ]:
            with self.subTest(text):
                self.check(text, text, due_date=None, is_unclear=True, offers=offers)
                for meant in offers:
                    taken = parse(text, now=NOW, meant=meant)
                    self.assertEqual((taken.title, taken.due_date is None), (text, False))

    def test_hour_that_would_be_at_night_is_offered_after_noon(self):
        found = self.check("Dentist 3:30 friday", "Dentist", due_time=time(3, 30))
        self.assertEqual(found.offers, [("3:30~",)])
        taken = parse("Dentist 3:30 friday", now=NOW, meant=found.offers[0])
        self.assertEqual((taken.title, taken.due_time), ("Dentist", time(15, 30)))
        self.check("Dentist 03:30 friday", "Dentist", due_time=time(3, 30), offers=[])

    def test_figures_that_are_no_time_are_offered_as_none(self):
        for text in ["1.2. Introduction", "Pay 9.30", "Version 9.30", "Python 3.10", "Room 5p"]:
            self.check(text, text, due_date=None, is_unclear=False, offers=[])

    def test_first_of_two_times_stays_in_the_title_and_has_no_span(self):
        self.check("Meet tomorrow 3pm-5pm", "Meet 3pm-5pm", due_time=time(15))
        self.assertEqual(self.spans("Meet tomorrow 3pm-5pm"), [("tomorrow", "date")])

    def test_marks_that_lose_their_sense_go_with_the_phrase(self):
        self.check("Friday: call Bob", "call Bob", due_date=date(2026, 3, 27))
        self.check("call Bob - tomorrow", "call Bob", due_date=date(2026, 3, 26))
        self.check("call Bob (tomorrow)", "call Bob", due_date=date(2026, 3, 26))
        self.check("call Bob tomorrow, then Eve", "call Bob, then Eve", due_date=date(2026, 3, 26))
        self.check("Lunch tomorrow?", "Lunch?", due_date=date(2026, 3, 26))
        self.check("Pay rent tomorrow.", "Pay rent", due_date=date(2026, 3, 26))

    def test_what_would_leave_no_title_is_the_title(self):
        for text in ("tomorrow", "#home", "every day at 9 !high", "+Garden"):
            with self.subTest(text=text):
                self.assertEqual(parse(text, now=NOW), QuickAdd(title=text))

    def test_empty_line_has_no_title(self):
        self.assertEqual(parse(" \n ", now=NOW), QuickAdd(title=""))

    def test_figures_are_read_with_the_day_or_the_month_first(self):
        self.check("Pay on 5/4", "Pay", due_date=date(2026, 4, 5))
        self.check("Pay on 5/4", "Pay", due_date=date(2026, 5, 4), day_first=False)
        self.check("Pay 15/4", "Pay", due_date=date(2026, 4, 15), day_first=False)
        self.check("Pay 5/4/2027", "Pay", due_date=date(2027, 5, 4), day_first=False)
        self.check("Pay 31/2", "Pay 31/2", due_date=None)

    def test_start_of_the_week(self):
        sunday = {"week_start": 6}
        self.check("Plan next week", "Plan", due_date=date(2026, 3, 30))
        self.check("Plan next week", "Plan", due_date=date(2026, 3, 29), **sunday)
        self.check("Plan next sunday", "Plan", due_date=date(2026, 4, 5))
        self.check("Plan next sunday", "Plan", due_date=date(2026, 3, 29), **sunday)
        self.check("Plan by end of week", "Plan", due_date=date(2026, 3, 29))
        self.check("Plan by end of week", "Plan", due_date=date(2026, 3, 28), **sunday)

    def test_start_of_the_week_is_kept_where_weeks_are_left_out(self):
        text = "Swim every 2 weeks on mon and thu"
        self.check(text, "Swim", repeat="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH")
        self.check(text, "Swim", repeat="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=SU", week_start=6)
        self.check("Swim every mon", "Swim", repeat="FREQ=WEEKLY;BYDAY=MO", week_start=6)

    def test_all_of_it_is_text(self):
        for text in ('Watch "Foo" tomorrow', "Mail bob@x.org #home", "Read may.pdf every friday"):
            with self.subTest(text=text):
                self.assertEqual(parse(text, now=NOW, as_text=True), QuickAdd(title=text))

    def test_plain_phrases_may_hold_what_is_literal_anyway(self):
        for text in ('Watch "Foo" tomorrow', "Mail bob@x.org tomorrow"):
            with self.subTest(text=text):
                self.check(text, text, due_date=None, plain=[text])

    def test_very_many_plain_phrases_are_not_all_looked_for(self):
        self.check("do tomorrow", "do", plain=["x y " * 500_000, *map(str, range(60))])

    def test_repeats_that_would_end_before_they_begin_are_text(self):
        for text in (
            "Pills every day 0 times",
            "Pills every monday until friday",
            "Pills every day for 0 weeks",
        ):
            with self.subTest(text=text):
                found = parse(text, now=NOW)
                self.assertNotIn("COUNT=0", found.repeat)
                self.assertNotIn("UNTIL", found.repeat)

    def test_plain_phrases_are_text_wherever_they_stand(self):
        self.check("Read Every  Day tomorrow", "Read Every Day", due_date=date(2026, 3, 26),
                   repeat="", plain=["every day"])  # fmt: skip
        self.check("Pay every monday", "Pay every monday", due_date=None, plain=["every monday"])
        self.check("Fix #home", "Fix #home", tags=[], plain=["#home"])
        self.check("Buy (today) 15 May", "Buy (today)", due_date=date(2026, 5, 15),
                   plain=["today", "5 May", "", " "])  # fmt: skip

    def test_lists_that_are_known_need_no_quotes(self):
        self.check(
            "+garden project dig", "dig", list_name="garden project", lists=["garden project"]
        )
        self.check("+garden project dig", "project dig", list_name="garden")
        self.check("+gardens dig", "dig", list_name="gardens", lists=["garden"])

    def test_first_list_and_priority_count_and_each_tag_once(self):
        self.check("a +x +y !1 !high #t #u #t", "a +y !high", list_name="x", priority=1,
                   tags=["t", "u"])  # fmt: skip

    def test_names_that_are_too_long_are_text(self):
        tag, name = "t" * 51, "l" * 101
        self.check(f"a #{tag} +{name}", f"a #{tag} +{name}", tags=[], list_name="")
        self.check(f"a #{tag[1:]} +{name[1:]}", "a", tags=[tag[1:]], list_name=name[1:])

    def test_what_begins_or_ends_a_repeat_is_text_without_one(self):
        for text in (
            "Read daily news until friday",
            "Holiday until friday",
            "Notes from monday",
            "Jump 10 times",
            "Train for 3 weeks",
        ):
            with self.subTest(text=text):
                self.check(text, text, due_date=None, repeat="")

    def test_time_of_a_part_of_the_day_that_has_passed_is_none(self):
        self.check("Call this morning", "Call", due_date=date(2026, 3, 25), due_time=None)
        self.check("Call this evening", "Call", due_date=date(2026, 3, 25), due_time=time(19))
        self.check("Call tonight at 8", "Call", due_date=date(2026, 3, 25), due_time=time(20))
        self.check("Call tonight at 12", "Call", due_date=date(2026, 3, 26), due_time=time(0))

    def test_bare_hour_of_5_to_7_is_in_the_morning_where_words_ask_for_it(self):
        for text in ("Wake up at 7", "Get up at 7", "Breakfast at 7", "Flight to Rome at 7"):
            self.check(f"{text} tomorrow", text[:-5], due_time=time(7))
        for text in ("Clean up at 7", "Dinner after the flight at 7", "Call Bob at 7"):
            self.check(f"{text} tomorrow", text[:-5], due_time=time(19))

    def test_a_moment_ahead_is_counted_in_real_time(self):
        before = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # 02:00 is 03:00
        self.check("Look in an hour", "Look", due_date=date(2026, 3, 29), due_time=time(3, 30),
                   now=before)  # fmt: skip

    def test_longer_lines_go_on_in_the_notes(self):
        words = "word " * 99 + "tomorrow"  # 503 characters
        found = self.check(words, ("word " * 51).strip(), due_date=None)
        self.assertEqual(found.description, ("word " * 48).strip() + "\ntomorrow")
        self.check("x" * 300, "x" * 255, description="x" * 45)
        self.check("x" * 600, "x" * 255, description="x" * 245 + "\n" + "x" * 100)
        self.check("a\nb tomorrow", "a", description="b tomorrow", due_date=None)

    def test_ends_of_the_calendar(self):
        last = datetime(9999, 12, 31, 23, 30, tzinfo=UTC)
        for text in ("do tomorrow", "do every monday", "do at 9", "do in 3 years", "do next month"):
            with self.subTest(text=text):
                self.check(text, text, due_date=None, now=last)
        self.check("do in 174 years", "do", due_date=date(2200, 3, 25))
        self.check("do in 175 years", "do in 175 years", due_date=None)


WORDS = (
    "call Bob Tomorrow tomorrow today fri friday on by at 4 9am 17:30 15/4 3 May may 2027 every day"
    ' every! weeks month until for 10 times next in 2 #home +List !high the and or ( ) , - : . "'
    ' +"a b" 31 feb noon morning evening 24/7 ſun ıst \x00 \u00a0 \n mid- end of week 0h 99:99'
    " 1e9 every 0 999 years daily"
)


class PutOnTests(SimpleTestCase):
    """A line is read for the day that it is put on, where it says none."""

    DAY = date(2026, 12, 1)

    def check(self, text, **fields):
        found = parse(text, now=NOW, put_on=self.DAY)
        self.assertEqual({name: getattr(found, name) for name in fields}, fields, text)

    def test_time_and_repeat_are_of_that_day(self):
        self.check("Standup 5pm", due_date=self.DAY, due_time=time(17))
        self.check("Antibiotics every day for 5 days", due_date=self.DAY,
                   repeat="FREQ=DAILY;UNTIL=20261205")  # fmt: skip
        self.check("Swim every monday", due_date=date(2026, 12, 7))
        self.check("Call tomorrow at 9", due_date=date(2026, 3, 26))
        self.check("Milk", due_date=None)

    def test_repeat_that_ends_before_that_day_is_text(self):
        self.check("Swim every day until 3 may", title="Swim every day until 3 may", due_date=None)


class PropertyTests(SimpleTestCase):
    def check(self, text, **options):
        found = parse(text, now=NOW, **options)
        said = "".join(text.split())
        self.assertEqual(rebuilt(text, found), said)
        self.assertEqual(title_of(text, found), "".join((found.title + found.description).split()))
        self.assertLessEqual(len(found.title), 255)
        if found.repeat:
            rule = read(found.repeat)
            self.assertTrue(rule.until is None or rule.until >= found.due_date)
        self.assertEqual(bool(found.title), bool(said))
        ends = [0, *(at for start, end, _ in found.spans for at in (start, end)), len(text)]
        self.assertEqual(ends, sorted(ends))

    @given(st.text(max_size=10_000))
    def test_any_text(self, text):
        self.check(text)

    @examples(200)
    @given(
        st.lists(st.sampled_from(WORDS.split(" ")), max_size=14).map(" ".join),
        st.integers(0, 6),
        st.booleans(),
    )
    @example("in 999 years", 0, True)
    def test_words_that_mean_something_in_any_order(self, text, week_start, day_first):
        self.check(text, week_start=week_start, day_first=day_first)
        self.check(text, plain=text.split()[::3], lists=["a b", "list"])
