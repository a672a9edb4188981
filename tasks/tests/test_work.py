"""Limits of work: the steps that a line, a paste, a search and a repeat may take.

Steps are counted, so that the tests give the same result on each machine; `manage.py benchmark`
shows the time. The texts are generated from the grammars themselves, see tasks.tests.worst.
"""

import itertools
import re
import sys
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.test import SimpleTestCase

from accounts.clock import Clock
from tasks import recurrence, search
from tasks.quickadd import choosing, reading
from tasks.quickadd.choosing import MOST_TRIED
from tasks.quickadd.parser import parse
from tasks.quickadd.phrases import PHRASES
from tasks.quickadd.reading import Line, lists_by_name, read_all
from tasks.quickadd.search_days import days_at
from tasks.quickadd.tokens import LITERAL, LONGEST, TOKEN
from tasks.tests import worst
from tasks.tests.steps import Steps, TooManySteps, calls

NOW = datetime(2026, 3, 25, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))
NAMES = lists_by_name({f"garden project {n}": n for n in range(200)} | {"list": 200})
EXPRESSIONS = [LITERAL, TOKEN, search.TOKEN, search.PHRASE] + [one[2] for one in PHRASES]

# Calls of functions. An ordinary line takes some 500.
MOST_OF_A_LINE = 20_000
MOST_OF_A_PASTE = 2_000_000
MOST_OF_A_SEARCH = 10_000
MOST_OF_A_WALK = 20 * max(recurrence.MOST_WALKED.values())

# Characters and branches that one expression tries in a line.
SHORT = 80  # characters: enough to notice work that doubles with each word
MOST_OF_SHORT = 50_000
MOST_OF_LONG = 2_000_000


class CountingTests(SimpleTestCase):
    """The counters count correctly."""

    def test_calls_include_python_functions(self):
        self.assertEqual(calls(lambda: None), 1)
        self.assertEqual(calls(lambda: [len("a"), len("b")]), 3)

    @pytest.mark.exhaustive
    def test_steps_finds_the_same_matches_as_python(self):
        lines = worst.lines_of_two(worst.words() + worst.phrases(4), 4, longest=SHORT)
        for expression, line in itertools.product(EXPRESSIONS, lines):
            found = [match.span() for match in expression.finditer(line)]
            self.assertEqual(Steps(expression).find(line), found, (expression, line))

    def test_ambiguous_expression_doubles_its_steps(self):
        def steps(number):
            ambiguous = Steps(re.compile("(?:(?:weds?)s?,)*$"))
            ambiguous.find("weds," * number + "x")
            return ambiguous.number

        self.assertGreater(steps(12), 3 * steps(10))
        with self.assertRaises(TooManySteps):
            Steps(re.compile("(?:a|a)*$"), most=100).find("a" * 20 + "b")

    def test_generated_phrases_are_read(self):
        whole = sum(len(parse(f"do {phrase}", now=NOW).title) == 2 for phrase in worst.phrases(2))
        self.assertGreater(whole, 30)


class LineTests(SimpleTestCase):
    def check(self, lines, **options):
        for line in lines:
            read = partial(parse, line, now=NOW, lists=NAMES, **options)
            self.assertLess(calls(read), MOST_OF_A_LINE, line)

    @pytest.mark.exhaustive
    def test_two_alternating_phrases_take_limited_steps(self):
        self.check(worst.lines_of_two(worst.words() + worst.phrases(4), 300))

    def test_repeated_marks_take_limited_steps(self):
        lines = worst.lines_of_one(worst.TOKENS)
        self.check(lines)
        self.check(lines, new_lists=False)

    @pytest.mark.exhaustive
    def test_repeated_phrases_take_limited_steps(self):
        items = worst.words() + worst.phrases(4)
        self.check(worst.full((item,), " ", "") for item in items)
        self.check(Random(2).sample(worst.lines_of_one(items), 100))
        self.check(worst.lines_of_two(items, 200, seed=2))

    def test_line_of_an_attack_takes_limited_steps(self):
        line = ("eod eod 1st eod eod 1st 1/2 eod eod 1st " * 20)[:480] + " +nolist"
        self.check([line])
        number = calls(lambda: Line(line, Clock(NOW), lists=NAMES, offers=False))
        self.assertLess(number, MOST_OF_A_LINE)

    def test_phrases_kept_as_text_take_limited_steps(self):
        plain = [f"{'a ' * 240}{number}" for number in range(1000)]
        number = calls(lambda: parse("a " * 250, now=NOW, plain=plain))
        self.assertLess(number, 2 * MOST_OF_A_LINE)  # most of it is what re does with one of them


class ExpressionTests(SimpleTestCase):
    def check(self, most, longest, number):
        deep = sys.getrecursionlimit()
        sys.setrecursionlimit(100_000)
        self.addCleanup(sys.setrecursionlimit, deep)
        for expression in EXPRESSIONS:
            counted = Steps(expression, most)
            for line in worst.struggles(expression, number, longest):
                counted.number = 0
                counted.find(line)

    def test_near_matches_take_limited_steps(self):
        self.check(MOST_OF_SHORT, SHORT, 4)

    @pytest.mark.exhaustive
    def test_long_near_matches_take_limited_steps(self):
        self.check(MOST_OF_SHORT, SHORT, 20)
        self.check(MOST_OF_LONG, LONGEST, 1)


class PasteTests(SimpleTestCase):
    def read(self, texts):
        found = []
        number = calls(lambda: found.append(read_all(texts, Clock(NOW), lists=NAMES)))
        self.assertLess(number, MOST_OF_A_PASTE)
        return found[0]

    @pytest.mark.exhaustive
    def test_pasted_lines_are_text_after_too_many_phrases(self):
        lines, unread = self.read(["eod, 1st " * 50 + "+nolist"] * 500)
        self.assertEqual(unread, reading.MOST_TRIED // MOST_TRIED)
        self.assertEqual([line.said.tried for line in lines], [40] * 50 + [0] * 450)
        self.assertEqual([line.said.spans for line in lines[unread:]], [[]] * 450)

    @pytest.mark.exhaustive
    def test_pasted_lines_are_text_after_too_many_characters(self):
        lines, unread = self.read(["the 3rd,the 3rdx " * 29] * 499 + ["do tomorrow"])
        self.assertEqual(unread, 102)  # of 493 characters each
        self.assertEqual(lines[-1].said.title, "do tomorrow")

    def test_notes_of_a_long_line_do_not_count(self):
        lines, unread = self.read(["word " * 20_000, "do tomorrow"])
        self.assertIsNone(unread)
        self.assertEqual(lines[-1].said.title, "do")

    @pytest.mark.exhaustive
    def test_lines_kept_as_text_take_no_steps(self):
        lines, unread = read_all(["eod 1st " * 60] * 500, Clock(NOW), lists=NAMES, as_text=True)
        self.assertIsNone(unread)
        self.assertEqual({line.said.tried for line in lines}, {0})

    def test_ordinary_lines_are_all_read(self):
        line = "Call the bank tomorrow at 9:30 about the loan #home !high"
        lines, unread = self.read([line] * 500)
        self.assertIsNone(unread)
        self.assertEqual({line.said.title for line in lines}, {"Call the bank about the loan"})


class SearchTests(SimpleTestCase):
    def test_searches_take_limited_steps(self):
        texts = [text for text in worst.searches() if search.count(text) <= search.MOST_WORDS]
        self.assertGreater(len(texts), 50)
        days_of = partial(days_at, clock=Clock(NOW))
        for text in texts:
            number = calls(lambda text=text: search.read(text, NAMES, NAMES, days_of))
            self.assertLess(number, MOST_OF_A_SEARCH, text)


class RuleTests(SimpleTestCase):
    """Each calculation of repeats, with distant days that a user may choose."""

    ANCHOR, TODAY, FAR = date(2020, 1, 31), date(2026, 3, 25), date(9999, 12, 30)

    def works(self, rule):
        """Return the calculations with a rule, by name."""
        anchor, today, far = self.ANCHOR, self.TODAY, self.FAR
        week, decade = timedelta(7), today + timedelta(3653)
        done = {"anchor": anchor, "due_time": None, "now": NOW}
        return {
            "next_due": lambda: recurrence.next_due(rule, anchor=anchor, after=today),
            "next_due, far": lambda: recurrence.next_due(rule, anchor=anchor, after=far),
            "first_due": lambda: recurrence.first_due(rule, day=today),
            "first_due, far": lambda: recurrence.first_due(rule, day=far),
            "number_before": lambda: recurrence.number_before(rule, anchor=anchor, day=far),
            "resumed": lambda: recurrence.resumed(rule, anchor=anchor, day=far),
            "is_day_of": lambda: recurrence.is_day_of(rule, anchor=anchor, day=far),
            "upcoming": lambda: recurrence.upcoming(rule, anchor=anchor, after=today),
            "between": lambda: recurrence.between(rule, anchor=anchor, after=decade - week,
                                                  last=decade),
            "between, far": lambda: recurrence.between(rule, anchor=anchor, after=far, last=decade),
            "following": lambda: recurrence.following(rule, due_date=today, **done),
            "following, far": lambda: recurrence.following(rule, due_date=far, **done),
            "completions": lambda: recurrence.completions(rule, day=today, count=4),
            "moved": lambda: recurrence.moved(recurrence.read(rule), anchor, far),
        }  # fmt: skip

    def check(self, number):
        readable = []
        for rule in worst.rules():
            try:
                recurrence.read(rule)
            except ValueError:
                continue
            readable.append(rule)
        for rule in Random(1).sample(readable, number):
            for name, work in self.works(rule).items():
                with self.subTest(name, rule=rule):
                    self.assertLess(calls(lambda work=work: self.try_to(work)), MOST_OF_A_WALK)

    def try_to(self, work):
        with suppress(ValueError):  # its days can't be moved
            work()

    def test_rare_rules_take_limited_steps(self):
        self.check(8)

    @pytest.mark.exhaustive
    def test_many_rules_take_limited_steps(self):
        self.check(25)

    def test_daily_rule_until_9999_takes_limited_steps(self):
        for rule in ("FREQ=DAILY", "FREQ=DAILY;COUNT=99", "FREQ=DAILY;UNTIL=99991231"):
            for name, work in self.works(rule).items():
                with self.subTest(name, rule=rule):
                    self.assertLess(calls(work), MOST_OF_A_WALK)


class UnreadTests(SimpleTestCase):
    """After too many phrases, the line says so, and its rest is text."""

    def line(self, text, **options):
        return Line(text, Clock(NOW), **options)

    def test_rest_after_the_last_tried_phrase_is_text(self):
        days = "1st " * (MOST_TRIED - 1)
        for text, title, unread in [
            (f"{days}pay tomorrow", f"{days}pay", ""),
            (f"{days}1st pay tomorrow #home", f"{days}1st pay tomorrow", "tomorrow"),
        ]:
            with self.subTest(text=text):
                line = self.line(text)
                self.assertEqual((line.said.title, line.said.tried), (title, MOST_TRIED))
                words = (
                    "Only the first 40 dates, times and repeats in a line are recognized."
                    f" From “{unread}” on, the line stays as you typed it."
                )
                self.assertEqual(line.unread, words if unread else "")

    def test_beginning_of_the_rest_refers_to_the_typed_line(self):
        text = "  " + "1st " * MOST_TRIED + "tomorrow"
        said = parse(text, now=NOW)
        self.assertEqual(text[said.unread :], "tomorrow")

    def test_limit_counts_positions_and_not_phrases(self):
        self.assertEqual(parse("Call Bob", now=NOW).tried, 0)
        self.assertEqual(parse("Call Bob every mon and fri", now=NOW).tried, 3)
        self.assertEqual(parse("Pay 31/2", now=NOW).tried, 1)

    def test_table_stays_far_below_the_limit(self):
        from tasks.tests.test_quickadd import CASES

        texts = [case["text"] for cases in CASES.values() for case in cases]
        self.assertLess(4 * max(parse(text, now=NOW).tried for text in texts), choosing.MOST_TRIED)


class NewListTests(SimpleTestCase):
    """Lists without an offer to create them are text, however many there are."""

    def check(self, text, title, list_pk):
        line = Line(text, Clock(NOW), lists=lists_by_name({"Garden": 7}), offers=False)
        self.assertEqual((line.said.title, line.list_pk), (title, list_pk))

    def test_first_existing_list_counts(self):
        self.check("dig +x tomorrow", "dig +x", None)
        self.check("dig +x +y", "dig +x +y", None)
        self.check("dig +x +garden", "dig +x", 7)
        self.check("dig +garden +x", "dig +x", 7)

    def test_name_of_a_list_contains_no_phrase(self):
        self.check('dig +"a tomorrow b"', 'dig +"a tomorrow b"', None)
