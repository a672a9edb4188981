"""The search: parsing, results, marks, and saved searches."""

from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from unicodedata import normalize
from unittest import mock
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.test import SimpleTestCase, TestCase
from django.utils import timezone

from accounts.clock import Clock
from accounts.tests.people import add_user
from tasks.models import TaskQuerySet
from tasks.quickadd.parser import parse
from tasks.quickadd.search_days import days_at
from tasks.search import (
    ALIKE,
    excerpt,
    fold,
    folded_names,
    folded_with_places,
    marked,
    read,
)
from tasks.tests.pages import (
    HTMX,
    PageTests,
    counts_of,
    html_of,
    messages_of,
    sections_of,
    titles_of,
    words_of,
)
from tasks.tests.steps import calls
from todosite.tests.html import one, select

LISTS = folded_names({"Inbox": None, "Work": 1, "Work at home": 2, "Ärger": 3})
TAGS = folded_names({"calls": 5, "Büro": 6})


class ReadTests(SimpleTestCase):
    def check(self, text, words, filters=(), unknown=()):
        query = read(text, LISTS, TAGS)
        found = [(one.kind, one.value) for one in query.filters]
        self.assertEqual((query.words, found, query.unknown), (words, list(filters), list(unknown)))
        return query

    def test_words_and_filters_in_any_order(self):
        self.check("", [])
        self.check("  milk   and bread ", ["milk", "and", "bread"])
        filters = [("tag", 5), ("priority", 3), ("due", "overdue"), ("list", 1)]
        self.check("#calls milk !high overdue +work", ["milk"], filters)
        self.check("today no  date DONE", [], [("due", "today"), ("due", "none"), ("done", "done")])
        self.check("!low !medium", [], [("priority", 1), ("priority", 2)])

    def test_names_are_found_ignoring_case_and_accents(self):
        self.check("#BURO +arger", [], [("tag", 6), ("list", 3)])
        self.check("+inbox", [], [("list", None)])

    def test_longest_name_of_a_list_wins_including_spaces(self):
        self.check("+work at home x", ["x"], [("list", 2)])
        self.check("+work at x", ["at", "x"], [("list", 1)])
        self.check('+"work at home"', [], [("list", 2)])
        self.check("+workshop", ["+workshop"], unknown=["+workshop"])

    def test_exact_name_wins_over_accent_insensitive_match(self):
        lists = folded_names({"Müller": 1, "Muller": 2, "Straße zwei": 3})
        for text, value in [("+Müller", 1), ("+Muller", 2), ("+muller", 1), ("+strasse zwei", 3)]:
            with self.subTest(text=text):
                (found,) = read(text, lists, {}).filters
                self.assertEqual(found.value, value)

    def test_quoted_text_is_searched_literally(self):
        self.check('"no date" “today”', ["no date", "today"])
        self.check('"two words', ["two words"])
        self.check('6" pipe', ['6"', "pipe"])

    def test_unknown_filters_are_words(self):
        self.check("#nix +nix !important", ["#nix", "+nix", "!important"],
                   unknown=["#nix", "+nix", "!important"])  # fmt: skip
        self.check("C# a+b # !!", ["C#", "a+b", "#", "!!"])
        self.check("today's todays note dated", ["today's", "todays", "note", "dated"])

    def test_each_filter_has_the_search_without_it(self):
        query = self.check("a #calls b +work", ["a", "b"], [("tag", 5), ("list", 1)])
        self.assertEqual([one.label for one in query.filters], ["#calls", "Work"])
        self.assertEqual([one.rest for one in query.filters], ["a b +work", "a #calls b"])

    def test_any_text_can_be_parsed(self):
        for text in ['"', '""', "#", '#"', "+", '+""', "!", "“", "\u200b", "%", "_", "\\", "'"]:
            read(text, LISTS, TAGS)
            read(f"x {text} y", {}, {})
        self.check('"" \u200b', [])


class DaysTests(SimpleTestCase):
    """Days in a search, on Thursday 15 October 2026, 14:20 in Berlin."""

    NOW = datetime(2026, 10, 15, 14, 20, tzinfo=ZoneInfo("Europe/Berlin"))

    def read(self, text, **options):
        days_of = partial(days_at, clock=Clock(self.NOW, **options))
        return read(text, LISTS, TAGS, days_of)

    def days(self, text, **options):
        """Return the days of a search, as pairs of ISO dates, and its words."""
        query = self.read(text, **options)
        return [tuple(map(str, days)) for days in query.values("due")], query.words

    def test_single_days_are_read_as_by_quick_add(self):
        for text, day in [
            ("tomorrow", "2026-10-16"),
            ("Friday", "2026-10-16"),
            ("thursday", "2026-10-22"),
            ("due today", "2026-10-15"),
            ("due on friday", "2026-10-16"),
            ("on friday", "2026-10-16"),
            ("next friday", "2026-10-23"),
            ("this saturday", "2026-10-17"),
            ("day after tomorrow", "2026-10-17"),
            ("in 3 days", "2026-10-18"),
            ("in a week", "2026-10-22"),
            ("3 may", "2027-05-03"),
            ("May 3rd, 2028", "2028-05-03"),
            ("2026-12-01", "2026-12-01"),
            ("27/12/2026", "2026-12-27"),
            ("the 30th", "2026-10-30"),
            ("end of month", "2026-10-31"),
            ("first monday of november", "2026-11-02"),
        ]:
            with self.subTest(text):
                self.assertEqual(self.days(text), ([(day, day)], []))
                task = parse(f"Pay {text}", now=self.NOW)
                self.assertEqual((task.title, str(task.due_date)), ("Pay", day))

    def test_weeks_begin_on_the_users_weekday(self):
        for text, first, last in [
            ("this week", "2026-10-12", "2026-10-18"),
            ("next week", "2026-10-19", "2026-10-25"),
            ("Due This Week", "2026-10-12", "2026-10-18"),
            ("this weekend", "2026-10-17", "2026-10-18"),
            ("next weekend", "2026-10-24", "2026-10-25"),
            ("this month", "2026-10-01", "2026-10-31"),
            ("next month", "2026-11-01", "2026-11-30"),
            ("this quarter", "2026-10-01", "2026-12-31"),
            ("next year", "2027-01-01", "2027-12-31"),
        ]:
            with self.subTest(text):
                self.assertEqual(self.days(text), ([(first, last)], []))
        self.assertEqual(self.days("this week", week_start=6)[0], [("2026-10-11", "2026-10-17")])
        self.assertEqual(self.days("next week", week_start=5)[0], [("2026-10-17", "2026-10-23")])
        sunday = self.NOW + timedelta(days=3)
        with mock.patch.object(self, "NOW", sunday):
            self.assertEqual(self.days("this weekend")[0], [("2026-10-17", "2026-10-18")])

    def test_figures_follow_the_users_date_format(self):
        text = "12/13/2026"
        self.assertEqual(self.days(text, date_format="month")[0], [("2026-12-13", "2026-12-13")])
        text = "03/04/2027"
        self.assertEqual(self.days(text)[0], [("2027-04-03", "2027-04-03")])
        self.assertEqual(self.days(text, date_format="month")[0], [("2027-03-04", "2027-03-04")])

    def test_days_can_be_combined_with_words_and_filters(self):
        query = self.read("milk friday #calls this week +work at home next month bread")
        self.assertEqual(query.words, ["milk", "bread"])
        labels = ["Tomorrow", "#calls", "This week, Mon 12 Oct – Sun 18 Oct", "Work at home",
                  "Next month, Sun 1 Nov – Mon 30 Nov"]  # fmt: skip
        self.assertEqual([one.label for one in query.filters], labels)
        rest = "milk #calls this week +work at home next month bread"
        self.assertEqual(query.filters[0].rest, rest)

    def test_uncertain_days_are_words(self):
        for text in [
            *["fri", "sun", "may", "5/4", "march report", "week", "weekend", "next", "fridays"],
            *["friday's", "friday morning", "tonight", "in 2 hours", "2026-01-02", "31 june"],
            *["due", "on", "this weekly", "at 9", "every friday's"],
        ]:
            with self.subTest(text):
                self.assertEqual(self.days(text), ([], text.split()))
        for text in ['"friday"', "“this week”"]:
            self.assertEqual(self.days(text), ([], [text[1:-1]]))
        self.assertEqual(self.days("+friday #tomorrow !friday")[0], [])

    def test_day_in_a_longer_phrase_is_words(self):
        for text in [
            *["by friday", "before 3 may", "until tomorrow", "not on friday", "every friday"],
            *["friday or saturday", "monday to friday", "friday - sunday", "tomorrow and friday"],
            *["Black Friday", "good friday eggs", "friday week", "tomorrow week", "since monday"],
            *["tomorrow 5pm", "friday 17:00", "wednesday 16 october", "Wed 16 Oct"],
            *["jan 1 9999", "friday, 16 october 9am", "by this week"],
            *["this week or next week", "next week - next month"],
        ]:
            with self.subTest(text):
                self.assertEqual(self.days(text), ([], text.split()))
        week = ("2026-10-12", "2026-10-18")
        self.assertEqual(self.days("20 this week 30"), ([week], ["20", "30"]))
        friday, monday = ("2026-10-16", "2026-10-16"), ("2026-10-19", "2026-10-19")
        for text in ["friday monday", "16 oct 19 oct", "oct 16 oct 19"]:
            self.assertEqual(self.days(text), ([friday, monday], []))
        self.assertEqual(self.days('"by" friday "or"'), ([friday], ["by", "or"]))

    def test_days_beyond_the_calendar_are_words(self):
        last = datetime(9999, 12, 31, 12, tzinfo=ZoneInfo("Europe/Berlin"))
        with mock.patch.object(self, "NOW", last):
            for text in ["next week", "this year", "tomorrow", "next month"]:
                self.assertEqual(self.days(text)[0], [])


class FoldTests(TestCase):
    def test_letters_are_folded(self):
        for text, folded in [
            ("Straße", "strasse"),
            ("STRASSE", "strasse"),
            ("Crème brûlée", "creme brulee"),
            ("Łódź, Ærø, Œuvre, Þór", "lodz, aero, oeuvre, thor"),
            ("Ёлка", "елка"),
            ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
            ("İstanbul ısı", "istanbul isi"),
            ("ﬁne １２３", "fine 123"),
            ("soft\u00adhyphen", "softhyphen"),
            ("カフェ ｶﾌｪ かふぇ", "かふぇ かふぇ かふぇ"),
            ("don’t don‘t donʼt don´t don't", "don't don't don't don't don't"),
            ("“six” 6″", '"six" 6"'),
            ("a‐b‑c–d—e−f－g-h", "a-b-c-d-e-f-g-h"),
            ("مـــرحبا مَرحبًا مرحبا", "مرحبا مرحبا مرحبا"),
            ("علي على علی كتاب کتاب", "علی علی علی کتاب کتاب"),
            ("½ 1⁄2 1/2 ¾", "1/2 1/2 1/2 3/4"),
            ("٢٠٢٦ ۲۰۲۶", "2026 2026"),
        ]:
            self.assertEqual(fold(text), folded)

    def in_database(self, texts):
        """Return texts as the database folds them."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT array_agg(tasks_fold_2(t) ORDER BY n)"
                " FROM unnest(%s::text[]) WITH ORDINALITY AS r (t, n)",
                [texts],
            )
            (folded,) = cursor.fetchone()
        return folded

    def check(self, texts):
        pairs = zip(texts, self.in_database(texts), strict=True)
        self.assertEqual([(text, there) for text, there in pairs if fold(text) != there], [])

    def test_database_folds_as_python_does(self):
        """Each character of Unicode's first plane, within a word, and all others that change."""
        letters = [chr(code) for code in range(1, 0x10000) if not 0xD800 <= code <= 0xDFFF]
        others = map(chr, range(0x10000, 0x20000))
        letters += [letter for letter in others if normalize("NFKD", letter) != letter]
        self.check([f"x{letter}y" for letter in letters])

    def test_database_folds_strings_as_python_does(self):
        """Strings of folded characters, the marks that follow letters, and all others."""
        random = Random(25)
        ours = [*ALIKE, *"´½ﬁǅẞ\u0640\u0301\u0654\u3099\u309a\u200c\ufe0f"]
        plain = [*"aZ '-/1", "ß", "が", "ﾊﾞ", "한", "é", "٣", "😀"]
        others = [chr(code) for code in range(0xA0, 0x3100)]
        texts = []
        for _ in range(3000):
            pool = random.choice([ours, ours + plain, ours + plain + others])
            letters = random.choices(pool, k=random.randrange(1, 12))
            texts.append("".join(letters))
        self.check(texts)
        self.check(["".join(ours), "".join(reversed(ours))])

    def test_single_character_is_folded_as_within_a_text(self):
        """Otherwise matches couldn't be marked."""
        text = "".join(ALIKE) + "´½ﬁẞ"
        folded, places = folded_with_places(text)
        self.assertEqual(folded, fold(text))
        self.assertEqual(len(places), len(folded))


class MarkTests(SimpleTestCase):
    def test_text_is_split_into_marked_parts(self):
        for text, words, parts in [
            ("Buy milk", ["MIL"], [("Buy ", False), ("mil", True), ("k", False)]),
            ("Straße 5", ["strasse"], [("Straße", True), (" 5", False)]),
            ("Straße", ["ss"], [("Stra", False), ("ß", True), ("e", False)]),
            ("Cafe\u0301s", ["cafe"], [("Cafe\u0301", True), ("s", False)]),
            ("aaa", ["aa"], [("aaa", True)]),
            ("abc", ["ab", "bc"], [("abc", True)]),
            ("<b>", ["b"], [("<", False), ("b", True), (">", False)]),
            ("x", ["\u200b"], [("x", False)]),
            ("Don’t", ["n't"], [("Do", False), ("n’t", True)]),
            ("2 ½ l", ["1/2"], [("2 ", False), ("½", True), (" l", False)]),
            ("ガス", ["がす"], [("ガス", True)]),
            ("", ["x"], []),
        ]:
            with self.subTest(text=text):
                self.assertEqual(marked(text, words), parts)
                self.assertEqual("".join(part for part, _ in parts), text)

    def test_excerpt_is_the_part_around_a_word(self):
        self.assertEqual(excerpt("Nothing here", ["milk"]), "")
        self.assertEqual(excerpt("Oat\nsoy milk\nmilk", ["milk"]), "soy milk")
        long = excerpt("a " * 500 + "Müsli" + " b" * 500, ["musli"])
        self.assertIn("Müsli", long)
        self.assertTrue(long.startswith("…") and long.endswith("…") and len(long) < 200)


class FindTests(PageTests):
    def find(self, q, **more):
        return self.get(f"/search/?{urlencode({'q': q} | more)}")

    def found(self, q, **more):
        """Return the titles that a search finds, in the order of their rows."""
        return titles_of(self.find(q, **more))

    def marks(self, response):
        return [mark.text_content() for mark in select(response, "mark")]

    def test_parts_of_words_in_title_notes_steps_and_tags(self):
        self.add_task("Landingpages")
        self.add_task("Two", description="about\nlandings")
        three = self.add_task("Three")
        self.add_step(three, "Check the landing")
        self.add_tag("landing", self.add_task("Four"))
        self.add_task("Five")
        self.assertEqual(self.found("landing"), ["Landingpages", "Four", "Three", "Two"])
        self.assertEqual(self.found("ANDING check"), ["Three"])

    def test_words_may_be_in_different_parts(self):
        one = self.add_task("Milk", description="from the farm")
        self.add_task("Milk")
        self.add_tag("shop", one)
        self.assertEqual(self.found("milk farm shop"), ["Milk"])
        self.assertEqual(self.found("milk farm shop bread"), [])

    def test_accents_and_case_are_ignored_and_scripts_are_not(self):
        for title in ["Straße", "Crème", "Ёлка", "東京へ行く", "ΟΔΟΣ", "Łódź"]:
            self.add_task(title)
        for q, title in [
            ("strasse", "Straße"),
            ("STRAẞE", "Straße"),
            ("crem", "Crème"),
            ("елк", "Ёлка"),
            ("ЁЛКА", "Ёлка"),
            ("京へ", "東京へ行く"),
            ("οδός", "ΟΔΟΣ"),
            ("lodz", "Łódź"),
        ]:
            self.assertEqual(self.found(q), [title], q)

    def test_special_characters_are_searched_as_text(self):
        titles = ["100%", "a_b", "it's", 'say"hi"', "back\\slash", "<script>x</script>", "{{x}}"]
        for title in titles:
            self.add_task(title)
        for q, title in [("0%", "100%"), ("a_b", "a_b"), ("it's", "it's"), ('y"h', 'say"hi"'),
                         ("k\\s", "back\\slash"), ("{{", "{{x}}")]:  # fmt: skip
            self.assertEqual(self.found(q), [title], q)
        self.assertEqual(self.found("%%"), [])
        self.assertEqual(self.found("0_"), [])
        page = self.find("script")
        self.assertEqual(self.marks(page), ["script", "script"])
        self.assertContains(page, "&lt;<mark>script</mark>&gt;x&lt;/<mark>script</mark>&gt;")
        self.assertNotContains(page, "<script>x")

    def test_too_long_search_is_refused_and_kept(self):
        for q in ["x" * 10_000, "é" * 10_000]:
            response = self.client.get("/search/", {"q": q})
            self.assertContains(
                response, "Use at most 200 characters (you typed 10000).", status_code=422
            )
            self.assertContains(response, f'value="{q}"', status_code=422)
        response = self.client.get("/search/", {"q": "a b c d e f g h i j k"})
        self.assertContains(response, "Search for at most 10 words.", status_code=422)
        response = self.client.get("/search/", {"q": '"a"' * 11})
        self.assertContains(response, "Search for at most 10 words.", status_code=422)
        response = self.client.get("/search/", {"q": "a\x00b"})
        self.assertContains(response, "cannot be stored (U+0000)", status_code=422)

    def test_open_tasks_come_first_and_completed_ones_on_request(self):
        self.add_task("Milk 1", completed_at=timezone.now())
        self.add_task("Milk 2")
        self.add_task("Milk 3").delete_softly()
        self.assertEqual(self.found("milk"), ["Milk 2"])
        self.assertEqual(self.found("milk", completed="1"), ["Milk 2", "Milk 1"])
        self.assertEqual(self.found("milk done"), ["Milk 1"])

    def test_filters_narrow_the_results(self):
        today = self.ann.today()
        work = self.add_list("Work at home")
        self.add_task("Late", due_date=today - timedelta(1), list=work)
        self.add_task("Now", due_date=today, priority=3)
        self.add_task("Later", due_date=today + timedelta(1), priority=2)
        never = self.add_task("Never", list=work)
        self.add_tag("a", never)
        self.add_tag("b", never)
        for q, titles in [
            ("overdue", ["Late"]),
            ("today", ["Now"]),
            ("overdue today", ["Now", "Late"]),
            ("no date", ["Never"]),
            ("!high !medium", ["Later", "Now"]),
            ("+work at home", ["Never", "Late"]),
            ("+inbox", ["Later", "Now"]),
            ("+inbox +work at home", ["Never", "Later", "Now", "Late"]),
            ("#a #b", ["Never"]),
            ("#a overdue", []),
            ("late +work at home", ["Late"]),
        ]:
            self.assertEqual(self.found(q), titles, q)

    def test_each_filter_is_shown_and_can_be_removed(self):
        self.add_tag("calls", self.add_task("Milk"))
        page = self.find("milk #calls !high #nix", completed="1")
        chips = one(page, '[aria-label="This search"]')
        self.assertEqual(
            words_of(chips),
            "#calls : remove High priority : remove Include completed : remove Save this search",
        )
        left = [
            "/search/?q=milk+%21high+%23nix&completed=1",
            "/search/?q=milk+%23calls+%23nix&completed=1",
            "/search/?q=milk+%23calls+%21high+%23nix",
        ]
        self.assertEqual([link.get("href") for link in select(chips, "a[data-on]")], left)
        self.assertContains(page, "You have no list or tag named <strong>#nix</strong>")

    def test_best_match_comes_first_by_default(self):
        today = self.ann.today()
        self.add_task("Old milk", due_date=today)
        self.add_task("Bread", description="and milk", due_date=today - timedelta(1))
        self.add_task("New milk", due_date=today + timedelta(1))
        self.assertEqual(self.found("milk"), ["New milk", "Old milk", "Bread"])
        self.post("/arrange/", sort="due", group="", next="/search/?q=milk")
        self.assertEqual(self.found("milk"), ["Bread", "Old milk", "New milk"])
        self.post("/arrange/", sort="due", group="due", next="/search/?q=milk")
        self.assertContains(self.find("milk"), "Tomorrow")

    def test_matching_lines_of_notes_and_steps_are_shown(self):
        task = self.add_task("Cake", description="x" * 300 + " two eggs")
        self.add_step(task, "Whisk eggs")
        page = self.find("eggs cake")
        self.assertEqual(self.marks(page), ["Cake", "eggs", "eggs"])
        self.assertContains(page, '<p class="excerpt">Whisk <mark>eggs</mark></p>')
        self.assertContains(page, " two <mark>eggs</mark></p>")
        self.assertNotContains(self.find("cake"), "excerpt")

    def test_matching_steps_are_shown_in_their_order_without_deleted_ones(self):
        task = self.add_task("Cake")
        steps = [self.add_step(task, f"{what} eggs") for what in ("Whisk", "Boil", "Buy")]
        task.steps.by_hand().place(task.new_act("move"), steps[2].pk, to="top")
        steps[1].delete_softly()
        task.steps.create(user=self.ann, title="Sell eggs")  # it was never placed
        excerpts = [words_of(part) for part in select(self.find("eggs"), ".excerpt")]
        self.assertEqual(excerpts, ["Buy eggs", "Whisk eggs", "Sell eggs"])

    def test_results_come_in_pages(self):
        for n in range(51):
            self.add_task(f"Milk {n}")
        self.assertEqual(len(self.found("milk")), 50)
        self.assertEqual(self.found("milk", page=2), ["Milk 0"])
        self.assertContains(self.find("milk"), 'href="/search/?q=milk&amp;page=2"')
        self.assertEqual(sections_of(self.find("milk"))[0][0], "Found 51")

    def test_empty_results_and_empty_search_say_so(self):
        self.add_task("Milk")
        self.assertContains(self.find("bread"), "Nothing found")
        empty = self.find("")
        self.assertContains(empty, "What are you looking for?")
        self.assertNotContains(empty, "Milk")

    def test_act_on_a_result_replies_with_new_results(self):
        task = self.add_task("Milk 1")
        self.add_task("Milk 2")
        url = f"{task.get_absolute_url()}complete/"
        answer = self.client.post(url, {"next": "/search/?q=milk"}, headers=HTMX)
        self.assertEqual(titles_of(answer), ["Milk 2"])
        self.assertIn("<mark>Milk</mark> 2", html_of(answer))

    def test_all_results_can_be_changed_together(self):
        for n in range(52):
            self.add_task(f"Milk {n}")
        self.add_task("Bread")
        self.add_step(self.add_task("Cake"), "Milk")
        form = {"do": "priority 3", "which": "all", "number": "53", "next": "/search/?q=milk"}
        for act in [form, form | {"do": "complete"}]:
            self.post("/tasks/bulk/", **act)
        done = self.ann.tasks.completed()
        self.assertEqual((done.count(), done.filter(priority=3).count()), (53, 53))
        self.assertEqual([task.title for task in self.ann.tasks.open()], ["Bread"])

    def test_days_are_in_the_users_time_zone(self):
        self.set_clock(2026, 10, 15, 1, 0, zone="Pacific/Auckland")  # still the 14th in UTC
        for day in range(14, 27):
            self.add_task(f"{day}", due_date=date(2026, 10, day))
        self.add_task("Some day")
        for q, days in [
            ("tomorrow", [16]),
            ("friday", [16]),
            ("this week", range(14, 19)),
            ("next week", range(19, 26)),
            ("friday saturday", [16, 17]),
            ("overdue tomorrow", [14, 16]),
            ("1 this week", range(14, 19)),
            ("20 this week", []),
        ]:
            with self.subTest(q):
                self.assertEqual(sorted(self.found(q)), [str(day) for day in days])
        self.ann.week_start = 6
        self.ann.save(update_fields=["week_start"])
        self.assertEqual(sorted(self.found("this week")), [str(day) for day in range(14, 18)])
        page = self.find("milk this week")
        chip = select(page, "a.chip[data-on]")[0]
        self.assertEqual(words_of(chip), "This week, Sun 11 Oct – Sat 17 Oct : remove")
        self.assertEqual(chip.get("href"), "/search/?q=milk")

    def test_page_explains_filters_of_days(self):
        words = words_of(self.get("/search/")).replace(" ,", ",")
        self.assertIn("tomorrow, friday, 3 may, this week or next month", words)

    def test_typographic_variants_find_each_other(self):
        for text, q in [
            ("Mum’s birthday", "mum's"),
            ("follow‑up", "follow-up"),
            ("2–4 pm", "2-4"),
            ("کتاب", "كتاب"),
            ("مـرحبا", "مرحبا"),
            ("カフェ", "かふぇ"),
            ("½ litre", "1/2"),
        ]:
            with self.subTest(text):
                self.add_task("Other", description=f"about {q}")
                self.add_step(self.add_task("Third"), text)
                tagged = self.add_task("Fourth")
                self.add_tag(text.replace(" ", "-"), tagged)
                self.add_task(text)
                for asked in [q, text.split()[0]]:
                    found = self.found(f'"{asked}"')
                    self.assertEqual(sorted(found), sorted(["Other", "Third", "Fourth", text]))
                self.ann.tasks.all().delete()

    def test_search_text_follows_every_kind_of_write(self):
        task = self.add_task("Mum’s")
        task.edit(description="Crème")
        Task = type(task)
        row = Task.everything.filter(pk=task.pk).values_list("search_text", flat=True)
        self.assertEqual(row.get(), "mum's\ncreme")
        task.save()  # with the empty one of memory
        self.assertEqual(row.get(), "mum's\ncreme")
        Task.everything.filter(pk=task.pk).update(title="Dad‑1", search_text="x")
        self.assertEqual(row.get(), "dad-1\ncreme")

    def test_another_users_tasks_are_not_found(self):
        ben = add_user("ben@example.org")
        task = ben.tasks.create(title="Milk", description="milk")
        task.steps.create(user=ben, title="milk")
        task.attach([ben.tags.create(name="milk")])
        ben.lists.create(name="Milk")
        self.assertEqual(self.found("milk"), [])
        self.assertContains(self.find("#milk"), "You have no list or tag named")
        self.assertContains(self.find("+milk"), "You have no list or tag named")

    def test_tags_and_steps_in_the_trash_find_nothing(self):
        task = self.add_task("Cake")
        self.add_tag("milk", task).delete_softly()
        step = self.add_step(task, "Milk")
        self.assertEqual(self.found("milk"), ["Cake"])
        step.delete_softly()
        self.assertEqual(self.found("milk"), [])


class SavedSearchTests(PageTests):
    def save(self, name="Calls", q="#calls", completed="False"):
        form = {"name": name, "q": q, "completed": completed}
        return self.client.post("/searches/add/", form, follow=True)

    def test_saved_search_is_in_the_sidebar_with_its_number(self):
        self.add_tag("calls", self.add_task("Milk"), self.add_task("Bread"))
        response = self.save()
        self.assertRedirects(response, "/search/?q=%23calls")
        self.assertEqual(messages_of(response), ["Saved the search “Calls”. It is in the sidebar."])
        self.assertContains(response, "<title>“#calls” · Calls · Todosite</title>")
        self.assertEqual(self.numbers(), {"Calls": "2"})
        self.ann.tasks.get(title="Milk").complete()
        self.assertEqual(self.numbers(), {"Calls": "1"})
        self.save("Also done", "#calls", completed="True")
        self.assertEqual(self.numbers(), {"Also done": "2", "Calls": "1"})
        self.ann.tasks.get(title="Bread").delete_softly()
        self.assertEqual(self.numbers(), {"Also done": "1", "Calls": ""})

    def numbers(self):
        """Return the numbers in the fragment, by the names of the searches."""
        response = self.client.get("/searches/numbers/", headers=HTMX)
        names = {f"[data-found='{one.pk}']": one.name for one in self.ann.searches.all()}
        return {
            names[part.get("hx-target")]: "".join(filter(str.isdigit, words_of(part)))
            for part in select(response, "hx-partial")
        }

    def asking(self, url="/inbox/"):
        """Return the addresses from which a page loads the numbers of its searches."""
        return [one.get("hx-get") for one in select(self.get(url), "[hx-trigger=revealed]")]

    def test_page_loads_all_numbers_by_one_request(self):
        self.add_tag("calls", self.add_task("Milk"))
        self.assertEqual(self.asking(), [])
        self.save()
        self.save("Others", "milk")
        for url in ["/inbox/", "/search/?q=x", "/search/", "/settings/", "/history/"]:
            with self.subTest(url=url):
                (asked,) = self.asking(url)
                self.assertTrue(asked.startswith("/searches/numbers/?state="))
                response = self.get(url)
                places = select(response, "#sidebar [data-found], .cards [data-found]")
                self.assertEqual({words_of(place) for place in places}, {""})
                self.assertEqual(len(places), 4 if url == "/search/" else 2)

    def test_numbers_are_loaded_again_after_changes(self):
        task = self.add_task("Milk", due_date=self.ann.today())
        self.save()
        asked = {*self.asking()}
        self.assertEqual({*self.asking("/today/")}, asked)
        complete = f"{task.get_absolute_url()}complete/"
        for n, change in enumerate(
            [
                lambda: self.client.post(complete, {"next": "/inbox/"}),
                lambda: self.save("Others", "milk"),
                lambda: self.ann.searches.filter(name="Others").update(q="bread"),
                lambda: task.edit(description="Oats"),
                lambda: self.set_clock(2031, 1, 31, 12, 0),
            ]
        ):
            with self.subTest(n):
                change()
                self.assertNotIn(self.asking()[0], asked)
                asked |= {*self.asking()}
        url = self.asking()[0]
        self.client.post(complete, {"next": "/inbox/"})  # is completed already
        self.client.post("/arrange/", {"sort": "due", "group": "", "next": "/inbox/"})
        self.assertEqual(self.asking(), [url])
        answer = self.client.post(complete, {"next": "/inbox/"}, headers=HTMX)
        self.assertEqual(one(answer, "[hx-trigger=revealed]").get("hx-get"), url)

    def test_slow_numbers_are_left_out(self):
        self.add_task("Milk")
        self.save("Calls", "milk")
        found_by = TaskQuerySet.found_by

        def slowly(tasks, *arguments):
            return found_by(tasks, *arguments).filter(
                RawSQL("pg_sleep(10) IS NOT NULL", (), BooleanField())
            )

        with (
            mock.patch.object(TaskQuerySet, "found_by", slowly),
            mock.patch("tasks.sidebar.PATIENCE", "50ms"),
        ):
            self.assertEqual(self.numbers(), {"Calls": ""})
            self.assertEqual(counts_of(self.get("/inbox/"))["Inbox"], 1)
        self.assertEqual(self.numbers(), {"Calls": "1"})

    def test_numbers_count_own_tasks_only(self):
        ben = add_user("ben@example.org")
        ben.searches.create(name="Secret", q="milk")
        ben.tasks.create(title="Milk")
        self.save("Calls", "milk")
        self.assertEqual(self.numbers(), {"Calls": ""})
        self.client.logout()
        response = self.client.get("/searches/numbers/", headers=HTMX)
        self.assertEqual((response.status_code, response.content), (204, b""))

    def test_days_of_a_saved_search_are_relative(self):
        self.set_clock(2026, 10, 15, 12, 0)
        for day in [16, 17, 19]:
            self.add_task(f"{day}", due_date=date(2026, 10, day))
        self.save("Soon", "tomorrow")
        self.save("Week", "this week")
        self.assertEqual(self.numbers(), {"Soon": "1", "Week": "2"})
        self.set_clock(2026, 10, 19, 12, 0)
        self.assertEqual(self.numbers(), {"Soon": "", "Week": "1"})

    def test_address_of_the_numbers_redirects_to_the_search(self):
        self.assertRedirects(self.client.get("/searches/numbers/?state=1"), "/search/")

    def test_form_begins_with_the_search(self):
        page = self.get("/search/?q=milk&completed=1")
        self.assertContains(page, 'href="/searches/add/?q=milk&amp;completed=1"')
        form = self.get("/searches/add/?q=milk&completed=1")
        self.assertContains(form, 'name="q" value="milk"')
        self.assertContains(form, '<option value="True" selected>Include completed</option>')

    def test_errors_are_shown_by_the_field_and_values_stay(self):
        self.save()
        for name, q, words in [
            ("", "milk", "Enter a name."),
            ("cALLS", "milk", "There is already a saved search with this name."),
            ("x" * 101, "milk", "Use at most 100 characters (you typed 101)."),
            ("New", "", "Enter what to search for."),
            ("New", '"\u200b"', "Enter what to search for."),
            ("New", "x" * 201, "Use at most 200 characters (you typed 201)."),
        ]:
            with self.subTest(words=words):
                response = self.save(name, q)
                self.assertEqual(response.status_code, 422)
                self.assertContains(response, words, status_code=422)
                self.assertContains(response, f'value="{name}"' if name else q, status_code=422)
        self.assertEqual(self.ann.searches.count(), 1)

    def test_search_sent_twice_is_saved_once(self):
        self.save()
        self.assertEqual(messages_of(self.save()), messages_of(self.save()))
        self.assertEqual(self.ann.searches.count(), 1)

    def test_two_edits_are_merged_and_conflicts_shown(self):
        self.save()
        url = f"/searches/{self.ann.searches.get().pk}/edit/"
        shown = {"initial-name": "Calls", "initial-q": "#calls", "initial-completed": "False"}
        form = shown | {"name": "Calls", "q": "#calls", "completed": "False", "version": "1"}
        self.client.post(url, form | {"q": "phone"})
        self.client.post(url, form | {"completed": "True"})
        self.assertEqual(
            self.ann.searches.values_list("name", "q", "completed").get(), ("Calls", "phone", True)
        )
        response = self.client.post(url, form | {"q": "telephone"})
        self.assertContains(
            response, "This was changed in the meantime to:\nphone", status_code=409
        )
        self.assertContains(response, 'value="telephone"', status_code=409)
        self.assertEqual(self.ann.searches.get().q, "phone")

    def test_at_most_twenty_searches_can_be_saved(self):
        for n in range(20):
            self.ann.searches.create(name=f"{n}", q="x")
        response = self.save()
        self.assertContains(response, "You have 20 saved searches.", status_code=422)

    def test_saved_search_can_be_renamed_changed_and_removed(self):
        self.save()
        pk = self.ann.searches.get().pk
        self.assertContains(self.get("/search/?q=%23calls"), f"/searches/{pk}/edit/")
        response = self.post(f"/searches/{pk}/edit/", name="Phone", q="phone")
        self.assertEqual(messages_of(response), ["Saved the search “Phone”."])
        self.assertEqual(
            self.ann.searches.values_list("name", "q", "completed").get(), ("Phone", "phone", False)
        )
        response = self.post(f"/searches/{pk}/delete/")
        self.assertEqual(response.redirect_chain, [("/search/?q=phone", 302)])
        self.assertContains(response, "Save this search")
        self.assertFalse(self.ann.searches.exists())

    def test_saved_search_keeps_its_words_when_a_list_is_renamed(self):
        """The search is stored as typed: the old name of a list is searched as words."""
        work = self.add_list("Work")
        self.add_task("Milk", list=work)
        self.save("W", "+work")
        self.assertEqual(self.numbers(), {"W": "1"})
        work.edit(name="Job")
        page = self.get("/search/?q=%2Bwork")
        self.assertContains(page, "You have no list or tag named <strong>+work</strong>")


class GoTests(PageTests):
    def places(self, q, **headers):
        """Return the words of the destinations in the palette, by their groups."""
        response = self.client.get("/go/", {"q": q}, headers=headers)
        return {
            words_of(one(group, "h2")): [words_of(place) for place in select(group, ".go-place")]
            for group in select(response, "#go-found section")
        }

    def test_palette_finds_pages_rows_searches_and_acts(self):
        work = self.add_list("Workshop")
        task = self.add_task("Work out", list=work)
        self.add_tag("deep-work", task)
        self.ann.searches.create(name="Works", q="work")
        task.complete()
        self.add_task("Homework")
        now = self.ann.clock().moment(self.ann.acts.latest("pk").created_at)
        self.assertEqual(
            self.places("work"),
            {
                "Lists": ["Workshop"],
                "Tags": ["#deep-work"],
                "Searches": ["Works"],
                "Tasks": ["Homework Inbox", "Work out Workshop"],
                "History": [
                    f"You completed “Work out” {now}",
                    f"You added the list “Workshop” {now}",
                ],
                "Or": ["Search for “work”", "Add the task “work”"],
            },
        )
        self.assertEqual(self.places("undo")["Pages"], ["History"])

    def test_palette_shows_the_best_six_tasks_however_searches_are_sorted(self):
        self.ann.arrangements = {"search": {"sort": "due", "group": "due"}}
        self.ann.save()
        self.add_task("Other done", description="Milk").complete()
        self.add_task("Milk done").complete()
        self.add_task("Milk 1", due_date=self.ann.today())
        self.add_task("Notes", description="Oat milk")
        self.add_task("Milk 2")
        first = ["Milk 2 Inbox", "Milk 1 Inbox"]
        others = ["Notes Inbox", "Milk done Inbox", "Other done Inbox"]
        self.assertEqual(self.places("milk")["Tasks"], first + others)
        for number in range(3, 8):
            self.add_task(f"Milk {number}")
        best = [f"Milk {number} Inbox" for number in range(7, 1, -1)]
        self.assertEqual(self.places("milk")["Tasks"], best)

    def test_palette_takes_filters(self):
        tag = self.add_tag("home", self.add_task("Milk"))
        self.add_task("Milk elsewhere")
        self.add_tag("home 2", done := self.add_task("Done"))
        done.attach([tag])
        done.complete()
        self.assertEqual(self.places("#home")["Tasks"], ["Milk Inbox", "Done Inbox"])
        self.assertEqual(self.places("#home milk")["Tasks"], ["Milk Inbox"])

    def test_palette_shows_pages_without_words(self):
        self.add_list("Work")
        places = self.places("")
        self.assertEqual(list(places), ["Pages"])
        self.assertIn("Trash", places["Pages"])

    def test_many_words_and_lists_take_few_steps(self):
        many = [self.ann.lists.model(user=self.ann, name=f"a b {number}") for number in range(300)]
        self.ann.lists.bulk_create(many)
        self.get("/go/?q=x")  # so that its templates are read by now
        number = calls(lambda: self.client.get("/go/", {"q": "a b " * 500}))
        self.assertLess(number, calls(lambda: self.client.get("/go/", {"q": "a b"})))

    def test_too_long_text_is_reported_and_can_be_added(self):
        for q, words in [
            ("x" * 1000, "Use at most 200 characters (you typed 1000)."),
            ("a b c d e f g h i j k", "Search for at most 10 words."),
        ]:
            response = self.client.get("/go/", {"q": q})
            self.assertContains(response, words)
            self.assertEqual(self.places(q)["Or"][1], f"Add the task “{q}”")

    def test_htmx_gets_only_the_destinations(self):
        found = html_of(self.client.get("/go/?q=x", headers=HTMX))
        self.assertIn('id="go-found"', found)
        self.assertNotIn('id="go-q"', found)

    def test_another_users_rows_are_not_found(self):
        ben = add_user("ben@example.org")
        ben.lists.create(name="Secret")
        task = ben.tasks.create(title="Secret")
        task.complete()
        ben.searches.create(name="Secret", q="x")
        self.assertEqual(list(self.places("secret")), ["Or"])

    def test_shortcuts_are_listed_with_their_state(self):
        self.assertContains(self.get("/keyboard/"), "Shortcuts are off while you type.")
        self.assertContains(self.get("/inbox/"), "js/keys.js")
        self.post("/settings/", shortcuts="False")
        self.assertContains(self.get("/keyboard/"), "Shortcuts are turned off")
        self.assertNotContains(self.get("/inbox/"), "js/keys.js")
        self.post("/settings/", name="Ann")
        self.ann.refresh_from_db()
        self.assertEqual((self.ann.shortcuts, self.ann.name), (False, "Ann"))
