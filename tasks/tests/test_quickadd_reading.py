"""Quick add on the pages and at the command line: its readings, messages, Undo and saved text."""

from contextlib import suppress
from datetime import date, datetime, time
from io import StringIO
from unittest import mock
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from accounts.clock import Clock
from tasks.forms.reading import said_in
from tasks.models import Task
from tasks.quickadd.reading import EXAMPLES, Line, lists_by_name
from tasks.tests.pages import HTMX, PageTests, html_of, messages_of, words_of
from tasks.tests.test_quickadd import WORDS
from todosite.tests.environment import examples
from todosite.tests.html import hidden, one, select, values

NOW = datetime(2026, 3, 25, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))
BECOMES = {
    "Call mum tomorrow": ("Call mum", "Tomorrow"),
    "Send the invoice by Friday": ("Send the invoice", "Fri 27 Mar"),
    "Book the dentist next Tuesday": ("Book the dentist", "Tue 31 Mar"),
    "Order a cake for 3 May": ("Order a cake", "Sun 3 May"),
    "Plan the trip next week": ("Plan the trip", "Mon 30 Mar"),
    "Renew the passport in 10 days": ("Renew the passport", "Sat 4 Apr"),
    "Close the books end of month": ("Close the books", "Tue 31 Mar"),
    "Water the garden this weekend": ("Water the garden", "Sat 28 Mar"),
    "Lunch with Sam 12:30": ("Lunch with Sam", "Today 12:30"),
    "Pick up the kids at 4": ("Pick up the kids", "Today 16:00"),
    "Breakfast with Eve at 7": ("Breakfast with Eve", "Tomorrow 07:00"),
    "Call Bob friday at half past five": ("Call Bob", "Fri 27 Mar · 17:30"),
    "Go for a run tomorrow morning": ("Go for a run", "Tomorrow 09:00"),
    "Take the bread out in 45 min": ("Take the bread out", "Today 11:15"),
    "Vitamins every day": ("Vitamins", "Every day, from today"),
    "Put the bins out every monday evening": (
        "Put the bins out",
        "Every Monday, from Mon 30 Mar 19:00",
    ),
    "Team sync every 2 weeks on tue at 10:00": (
        "Team sync",
        "Every 2 weeks on Tuesday, from Tue 31 Mar · 10:00",
    ),
    "Swim every mon, wed and fri": ("Swim", "Every Monday, Wednesday and Friday, from today"),
    "Pay the rent every month on the 1st": (
        "Pay the rent",
        "Every month on the 1st, from Wed 1 Apr",
    ),
    "Board meeting every last friday of the month": (
        "Board meeting",
        "Every month on the last Friday, from Fri 27 Mar",
    ),
    "Physio every tuesday 10 times": ("Physio", "Every Tuesday, 10 times, from Tue 31 Mar"),
    "Antibiotics every day until 30 june": (
        "Antibiotics",
        "Every day until Tue 30 Jun, from today",
    ),
    "French class every tuesday until july": (
        "French class",
        "Every Tuesday until Tue 30 Jun, from Tue 31 Mar",
    ),
    "Recycling every 1st and 3rd tuesday": (
        "Recycling",
        "Every month on the first Tuesday and the third Tuesday, from Tue 7 Apr",
    ),
    "Clean the filter every! 3 months": (
        "Clean the filter",
        "Every 3 months, counted from completion, from today",
    ),
    "Buy paint #home #diy": ("Buy paint", "#home · #diy"),
    "Dig over the beds +Garden": ("Dig over the beds", ""),
    'Order soil +"Garden project"': ("Order soil", ""),
    "Call the bank !high": ("Call the bank", "High priority"),
    "Call the insurance p2": ("Call the insurance", "Medium priority"),
    "Dentist friday 9:15 remind me 1 day before": (
        "Dentist",
        "Fri 27 Mar · 09:15 · Reminder 1 day before",
    ),
    "Call Bob tomorrow 5pm !30m": ("Call Bob", "Tomorrow · 17:00 · Reminder 30 minutes before"),
    "Pay the rent friday !remind 9am": (
        "Pay the rent",
        "Fri 27 Mar · Reminder Fri 27 Mar at 09:00",
    ),
    'Watch "Tomorrow Never Dies"': ('Watch "Tomorrow Never Dies"', ""),
    "Read Friday's paper": ("Read Friday's paper", ""),
    "Watch The 9/11 Report": ("Watch The 9/11 Report", ""),
    "Prepare the Monday meeting": ("Prepare the Monday meeting", ""),
    "Fix issue #2254": ("Fix issue #2254", ""),
    "Book a room 2-4pm": ("Book a room 2-4pm", ""),
    "Take 2 days off": ("Take 2 days off", ""),
    "Dinner friday or saturday 7pm": ("Dinner friday or saturday 7pm", ""),
    "Water the plants every day except 3 may": ("Water the plants every day except 3 may", ""),
}


class LineTests(SimpleTestCase):
    maxDiff = None

    def test_examples_of_the_help_page(self):
        lines = [Line(text, Clock(NOW)) for _, _, texts in EXAMPLES for text in texts]
        self.assertEqual({line.text: (line.said.title, line.words) for line in lines}, BECOMES)

    def test_dates_are_read_and_written_as_the_settings_say(self):
        month_first = Clock(NOW, date_format="month", hours=12, week_start=6)
        line = Line("Pay 5/4/2026 5pm, plan it", month_first)
        self.assertEqual(line.words, "Mon May 4 · 5:00 pm")
        self.assertEqual(Line("Plan next week", month_first).words, "Sun Mar 29")
        self.assertEqual(
            Line("Pay 5/4/2026", Clock(NOW, date_format="iso")).words, "Sun 2026-04-05"
        )

    def test_lists_are_known_whatever_their_case_and_accents(self):
        lists = lists_by_name({"Büro": 1, "Garden project": 2})
        for text, pk, name in [("a +buro", 1, "Büro"), ("a +garden PROJECT", 2, "Garden project")]:
            with self.subTest(text=text):
                line = Line(text, Clock(NOW), lists=lists)
                self.assertEqual((line.list_pk, line.list_name, line.unlisted), (pk, name, ""))
        self.assertEqual(Line("a +inbox", Clock(NOW)).list_name, "Inbox")
        self.assertEqual(Line("a +büros", Clock(NOW), lists=lists).unlisted, "büros")


class PutOnTests(SimpleTestCase):
    @examples(100)
    @given(
        st.lists(st.sampled_from(WORDS.split(" ")), max_size=8).map(" ".join),
        st.dates(date(2026, 3, 1), date(2027, 12, 31)),
    )
    def test_what_is_said_of_any_line_on_any_day_is_what_is_stored(self, text, day):
        line = Line(f"Do {text}", Clock(NOW), put_on=day)
        said = line.said
        if not said.due_date:
            return
        with suppress(ValidationError):  # a repeat that began too long ago
            stored = said_in(line, {"due_date": day})
            self.assertEqual(stored["due_date"], said.due_date)
            self.assertEqual(stored.get("repeat_anchor", said.due_date), said.due_date)
        if line.kinds == ["time"]:
            self.assertTrue(line.words.startswith(line.clock.day(said.due_date)))


class QuickAddPageTests(PageTests):
    def setUp(self):
        super().setUp()
        self.ann.time_zone = "Europe/Berlin"
        self.ann.save()
        patched = mock.patch("accounts.models.User.now", lambda user: NOW)
        patched.start()
        self.addCleanup(patched.stop)

    def post(self, url, **data):
        return self.client.post(url, {"next": "/inbox/"} | data, follow=True)

    def add(self, text, **more):
        return self.post("/tasks/add/", text=text, **more)

    def task(self):
        return Task.objects.get()

    def state(self):
        """Return the columns of the only task that a line may set."""
        task = self.task()
        return {
            name: value
            for name, value in {
                "title": task.title,
                "notes": task.description,
                "due": task.due_date,
                "time": task.due_time,
                "priority": task.priority,
                "list": task.list and task.list.name,
                "tags": [tag.name for tag in task.tags.by_name()],
                "repeat": task.repeat,
                "from": task.repeat_from.replace("due", ""),
            }.items()
            if value
        }

    LINE = "Pay rent tomorrow 5pm #home !high +garten every! 2 months"
    SAID = {
        "title": "Pay rent",
        "due": date(2026, 3, 26),
        "time": time(17),
        "priority": 3,
        "list": "Garten",
        "tags": ["home"],
        "repeat": "FREQ=MONTHLY;INTERVAL=2",
        "from": "completion",
    }

    def test_line_becomes_the_task_and_is_kept(self):
        self.add_list("Garten")
        response = self.add(self.LINE)
        self.assertEqual(self.state(), self.SAID)
        self.assertEqual(self.task().typed, self.LINE)
        self.assertEqual(
            messages_of(response),
            [
                "Added “Pay rent” to “Garten”. Recognized: Tomorrow · 17:00 · #home"
                " · High priority · Garten · Every 2 months, counted from completion."
            ],
        )

    def test_message_offers_undo_and_the_line_as_plain_text(self):
        page = self.add(self.LINE)
        pk = self.task().pk
        self.assertIn("There is no list “garten”, so the task is in the Inbox.", words_of(page))
        forms = select(page, ".toast form")
        self.assertEqual(
            [(form.get("action"), words_of(one(form, "button"))) for form in forms],
            [
                (f"/history/{self.ann.acts.get().pk}/undo/", "Undo"),
                (f"/tasks/{pk}/plain/", "Keep what I typed"),
                (f"/tasks/{pk}/make-list/", "Add the list"),
            ],
        )
        page = self.add("Milk")
        self.assertIn("Added “Milk”.", words_of(page))
        self.assertNotIn("plain/", html_of(page))

    def keep_as_plain_text(self, response):
        """Press the button of the message that a page shows; return the page that follows."""
        form = one(response, 'form[action^="/tasks/"][action*="/plain/"]')
        return self.post(form.get("action"))

    def test_plain_text_keeps_what_else_was_said(self):
        garden = self.add_list("Garden")
        tag = self.ann.tags.create(name="calls")
        form = {"description": "Ask him", "priority": "1", "tags": "home x", "list": garden.pk}
        cases = [
            ({"due_date": "today"}, {"due": NOW.date()}),
            ({"due_date": "2026-04-01", "due_time": "08:00"},
             {"due": date(2026, 4, 1), "time": time(8)}),
            ({"list": garden.pk}, {"list": "Garden"}),
            ({"tag": tag.pk}, {"tags": ["calls"]}),
            (form, {"notes": "Ask him", "priority": 1, "tags": ["home", "x"], "list": "Garden"}),
            ({}, {}),
        ]  # fmt: skip
        for said, kept in cases:
            with self.subTest(**said):
                added = self.add(self.LINE, **said)
                understood = self.state()
                response = self.keep_as_plain_text(added)
                self.assertEqual(self.state(), {"title": self.LINE} | kept)
                words = f"Edited “{self.LINE}”, which no longer repeats. It is now as you typed it."
                self.assertEqual(messages_of(response), [words])
                self.assertEqual(
                    messages_of(self.keep_as_plain_text(added)),
                    [f"“{self.LINE}” is already as you typed it."],
                )
                self.client.post(f"/history/{self.ann.acts.latest('pk').pk}/undo/")
                self.assertEqual(self.state(), understood)
                self.task().delete()

    def test_any_line_is_kept_as_plain_text(self):
        for line in [
            'Watch "Foo" tomorrow',
            "Email bob@example.com tomorrow",
            "Read may.pdf friday",
            "Call mum tomorrow " + "word " * 110,
        ]:
            with self.subTest(line):
                self.keep_as_plain_text(self.add(line))
                task = self.task()
                self.assertEqual(f"{task.title} {task.description}".split(), line.split())
                self.assertIsNone(task.due_date)
                task.delete()

    def test_plain_text_does_not_overwrite_an_edit(self):
        added = self.add(self.LINE)
        self.task().edit(title="Pay the rent")
        response = self.keep_as_plain_text(added)
        self.assertEqual(self.task().title, "Pay the rent")
        words = "“Pay the rent” was changed after it was added, so it stays as it is."
        self.assertEqual(messages_of(response), [words])

    def test_form_that_is_sent_again_says_no_more_than_that_it_was_added(self):
        key = "6f1c2f0e-7a53-4f7e-9d8b-0f6f3b1c2d4e"
        self.add("Swim tomorrow", key=key)
        self.task().edit(title="Bread")
        self.assertEqual(messages_of(self.add("Swim tomorrow", key=key)), ["Added “Bread”."])
        self.add("Swim tomorrow fri", key=key, plain=["fri", "tomorrow"])
        self.add("Swim tomorrow fri", key=key, plain=["x", "tomorrow"])
        self.assertEqual(Task.objects.count(), 3)

    def test_list_that_is_not_there_is_made_only_if_asked(self):
        self.add("Dig +Garten", next="/inbox/")
        self.assertEqual(self.ann.lists.count(), 0)
        self.assertEqual(self.state(), {"title": "Dig"})
        response = self.post(f"/tasks/{self.task().pk}/make-list/")
        self.assertEqual(self.state(), {"title": "Dig", "list": "Garten"})
        self.assertEqual(messages_of(response), ["Moved “Dig” to the new list “Garten”."])
        again = self.post(f"/tasks/{self.task().pk}/make-list/")
        self.assertEqual(self.ann.lists.count(), 1)
        words = "“Dig” was changed after it was added, so it stays where it is."
        self.assertEqual(messages_of(again), [words])
        self.client.post(f"/history/{self.ann.acts.latest('pk').pk}/undo/", follow=True)
        self.assertEqual(self.state(), {"title": "Dig"})
        self.assertEqual(self.ann.lists.count(), 0)

    def test_list_is_not_made_for_a_line_that_is_text_or_a_task_that_was_moved(self):
        self.keep_as_plain_text(self.add("Dig +Garten"))
        self.post(f"/tasks/{self.task().pk}/make-list/")
        self.assertEqual(self.state(), {"title": "Dig +Garten"})
        self.task().delete()
        self.add("Dig +Garten")
        self.task().edit(list=self.add_list("Other"))
        self.post(f"/tasks/{self.task().pk}/make-list/")
        self.assertEqual(self.state(), {"title": "Dig", "list": "Other"})

    def test_box_ticked_makes_the_list_with_the_task(self):
        self.add("Dig +Garten", make_list="Garten")
        self.assertEqual(self.state(), {"title": "Dig", "list": "Garten"})
        self.client.post(f"/history/{self.ann.acts.get().pk}/undo/")
        self.assertEqual((self.ann.lists.count(), Task.objects.count()), (0, 0))
        self.add("Dig +Beete", make_list="Garten")  # of another line
        self.assertEqual(self.ann.lists.count(), 0)

    def test_archived_list_is_brought_back_only_if_asked(self):
        self.add_list("Garten").archive()
        self.add("Dig +Garten")
        self.assertEqual(self.state(), {"title": "Dig"})
        self.post(f"/tasks/{self.task().pk}/make-list/")
        self.assertEqual(self.state(), {"title": "Dig", "list": "Garten"})
        self.assertIsNone(self.ann.lists.get().archived_at)

    def test_phrases_that_are_text_stay_in_the_title(self):
        self.add(self.LINE, plain=["tomorrow", "5pm", "every! 2 months"])
        self.assertEqual(
            self.state(),
            {"title": "Pay rent tomorrow 5pm every! 2 months", "priority": 3, "tags": ["home"]},
        )

    def test_line_counts_and_fields_say_the_rest(self):
        fields = {"due_date": "2026-04-01", "due_time": "08:00", "priority": "1", "tags": "Home x"}
        for line, due, clock in [
            ("Call tomorrow #home", date(2026, 3, 26), time(8)),
            ("Call at 9 #home", date(2026, 4, 1), time(9)),
            ("Call #home", date(2026, 4, 1), time(8)),
        ]:
            with self.subTest(line):
                self.add(line, description="Ask", **fields)
                self.assertEqual(
                    self.state(),
                    {"title": "Call", "due": due, "time": clock, "priority": 1,
                     "tags": ["Home", "x"], "notes": "Ask"},
                )  # fmt: skip
                self.task().delete()
        for rule, due in [("every day", date(2026, 4, 1)), ("every monday", date(2026, 4, 6))]:
            self.add(f"Call {rule}", due_date="2026-04-01")
            self.assertEqual(self.state()["due"], due)
            self.assertEqual(self.task().repeat_anchor, due)
            self.task().delete()
        self.add("Call at 9", due_date="today")  # which has passed
        self.assertEqual(self.state()["due"], date(2026, 3, 26))

    def test_p4_wins_over_the_priority_of_the_form(self):
        added = self.add("Call p4", priority="2")
        self.assertEqual(self.state(), {"title": "Call"})
        self.keep_as_plain_text(added)
        self.assertEqual(self.state(), {"title": "Call p4", "priority": 2})

    def test_too_many_tags_are_refused_and_nothing_is_lost(self):
        line = "a " + " ".join(f"#t{n}" for n in range(31))
        response = self.add(line)
        self.assertContains(
            response, "A task can have at most 30 tags (you entered 31).", status_code=422
        )
        self.assertContains(response, line, status_code=422)
        self.assertEqual(self.ann.tags.count(), 0)

    def test_chips_say_what_a_line_is_understood_as(self):
        self.add_list("Garten")
        self.ann.tags.create(name="Home")
        response = self.client.post("/tasks/read/", {"text": self.LINE + " #new +x"}, headers=HTMX)
        for words in [
            "Tomorrow : keep “tomorrow” as text",
            "17:00 : keep “5pm” as text",
            "#home : keep “#home” as text",
            "#new (new tag) : keep “#new” as text",
            "Garten : keep “+garten” as text",
            "Every 2 months, counted from completion : keep “every! 2 months” as text",
        ]:
            with self.subTest(words=words):
                self.assertIn(words, words_of(response))
        self.assertEqual(Task.objects.count(), 0)

    UNCLEAR = "Some dates or times are unclear, so no date is set."

    def test_readings_that_there_were_are_offered_while_a_line_is_typed(self):
        response = self.read("Dinner Sat or Sun 7pm #fun")
        self.assertEqual(words_of(one(response, ".unread")), self.UNCLEAR)
        offers = select(response, "[data-kind=offer]")
        self.assertEqual(
            [words_of(offer) for offer in offers], ["Sat 28 Mar · 19:00?", "Sun 29 Mar · 19:00?"]
        )
        self.assertIn("#fun (new tag)", words_of(response))
        self.assertEqual(select(self.read("Dinner Sat 7pm"), "[data-kind=offer]"), [])

    def test_press_on_an_offer_takes_it_and_another_takes_that_back(self):
        text, meant = "Bins every day except 3 may", "every day"
        response = self.read(text, take=meant)
        self.assertEqual(hidden(response), {"meant": meant})
        self.assertIn("Every day, from today", words_of(response))
        self.assertEqual(select(response, "[data-kind=offer], .unread"), [])
        self.assertIn("Every day, from today", words_of(self.read(text, meant=meant)))
        response = self.read(text, meant=meant, take="none")
        self.assertEqual(len(select(response, "[data-kind=offer]")), 2)
        self.assertEqual(hidden(self.read("Bins every day", meant=meant)), {})

    def test_offer_that_was_taken_is_added_and_kept_as_plain_text(self):
        line = "Bins every day except 3 may"
        added = self.add(line, meant="every day", due_date="2026-04-01")
        said = {"title": line, "due": date(2026, 4, 1), "repeat": "FREQ=DAILY"}
        self.assertEqual(self.state(), said)
        self.keep_as_plain_text(added)
        self.assertEqual(self.state(), {"title": line, "due": date(2026, 4, 1)})

    def test_message_offers_the_readings_that_there_were(self):
        line = "Bins every monday except 4 may"
        page = self.add(line)
        self.assertEqual(self.state(), {"title": line})
        self.assertEqual(messages_of(page), [f"Added “{line}”. {self.UNCLEAR}"])
        buttons = select(page, ".toast form")
        self.assertEqual(
            [words_of(one(form, "button")) for form in buttons],
            ["Undo", "Every Monday, from Mon 30 Mar?", "Mon 4 May?"],
        )
        response = self.post(buttons[1].get("action"))
        said = {"title": line, "due": date(2026, 3, 30), "repeat": "FREQ=WEEKLY;BYDAY=MO"}
        self.assertEqual(self.state(), said)
        words = f"Set “{line}” to repeat every Monday, from Mon 30 Mar."
        self.assertEqual(messages_of(response), [words])
        again = self.post(buttons[2].get("action"))
        words = f"“{line}” was changed after it was added, so it stays as it is."
        self.assertEqual(messages_of(again), [words])
        self.assertEqual(self.state(), said)

    def test_other_half_of_the_day_is_offered_for_an_hour_that_may_be_in_either(self):
        for line, words in [
            ("Call Bob at 6 friday", "06:00 · Fri 27 Mar?"),
            ("Wake up at 6:30 friday", "18:30 · Fri 27 Mar?"),
            ("Dinner at 8 friday", "08:00 · Fri 27 Mar?"),
        ]:
            offers = select(self.read(line), "[data-kind=offer]")
            self.assertEqual([words_of(offer) for offer in offers], [words])
        for line in ("Call Bob at 6pm", "Call Bob at 3", "Call Bob friday evening at 6"):
            self.assertEqual(select(self.read(line), "[data-kind=offer]"), [])

    def test_press_on_the_other_half_takes_it_and_another_takes_that_back(self):
        response = self.read("Call Bob at 6 friday", take="at 6~")
        self.assertEqual(hidden(response), {"meant": "at 6~"})
        self.assertEqual(words_of(one(response, "[data-kind=offer]")), "18:00 · Fri 27 Mar?")
        self.assertIn("06:00", words_of(response))
        response = self.read("Call Bob at 6 friday", meant="at 6~", take="none")
        self.assertEqual(hidden(response), {})

    def test_other_half_is_added_or_taken_by_the_message(self):
        said = {"title": "Call Bob", "due": date(2026, 3, 27), "time": time(6)}
        page = self.add("Call Bob at 6 friday", meant="at 6~")
        self.assertEqual(self.state(), said)
        self.assertNotIn("?", words_of(one(page, ".toast")))
        self.task().delete()
        page = self.add("Call Bob at 6 friday")
        self.assertEqual(self.state(), said | {"time": time(18)})
        forms = [form for form in select(page, ".toast form") if "?" in words_of(form)]
        self.post(forms[0].get("action"))
        self.assertEqual(self.state(), said)

    def test_pasted_lines_say_where_no_date_is_read(self):
        posted = {"text": "Milk\nDinner Sat or Sun 7pm\nTea fri"}
        words = words_of(self.client.post("/tasks/paste/", posted))
        said = "Some dates or times in line 2 are unclear, so it gets no date."
        self.assertIn(said, words)
        self.assertIn(f"Dinner Sat or Sun 7pm {self.UNCLEAR}", words)

    def test_rest_of_a_line_that_is_not_read_is_said_while_it_is_typed_and_once_it_is_added(self):
        line = "Pay tomorrow " + "eod " * 39 + "friday"
        words = (
            "Only the first 40 dates, times and repeats in a line are recognized."
            " From “friday” on, the line stays as you typed it."
        )
        response = self.client.post("/tasks/read/", {"text": line}, headers=HTMX)
        self.assertEqual(words_of(one(response, ".unread")), words)
        self.assertEqual(select(self.read("Pay tomorrow"), ".unread"), [])
        (told,) = messages_of(self.add(line))
        self.assertTrue(told.endswith(f". {words}"), told)
        self.assertEqual(self.state(), {"title": line})

    def test_what_is_behind_the_part_of_a_line_that_is_read_is_not_looked_through(self):
        response = self.read("Call fri " + "word " * 100 + "sat", plain=["fri", "sat"])
        self.assertEqual(values(response, "plain"), ["fri"])

    def read(self, text, **more):
        return self.client.post("/tasks/read/", {"text": text} | more, headers=HTMX)

    def test_press_on_a_chip_makes_it_text_and_another_takes_that_back(self):
        sent = {"text": "Call fri", "press": "fri"}
        response = self.client.post("/tasks/read/", sent, headers=HTMX)
        self.assertEqual(hidden(response), {"plain": "fri"})
        self.assertIn("“fri” kept as text : recognize it again", words_of(response))
        response = self.client.post("/tasks/read/", sent | {"plain": "fri"}, headers=HTMX)
        self.assertEqual(values(response, "plain"), [])
        self.assertIn("Fri 27 Mar : keep “fri” as text", words_of(response))

    def test_what_is_typed_is_no_markup(self):
        text = 'Call "><b>x</b> +<i>y</i> #"&quot; fri'
        html = html_of(
            self.client.post("/tasks/read/", {"text": text, "press": text}, headers=HTMX)
        )
        self.assertNotIn("<b>", html)
        self.assertNotIn("<i>", html)

    def test_pasted_lines_are_read_each_by_itself(self):
        garden = self.add_list("Garden")
        lines = "Call mum fri #calls\n  today\nDig +garden !low\nPlain"
        posted = {"text": lines, "tags": "all", "due_date": "2026-05-01", "next": "/inbox/"}
        asked = words_of(self.client.post("/tasks/paste/", posted))
        self.assertIn("Call mum : recognized Fri 27 Mar #calls", asked)
        self.client.post("/tasks/paste/", posted | {"sure": "1"})
        tasks = Task.objects.order_by("created_at")
        self.assertEqual(
            [(t.title, t.due_date, t.priority, t.list, t.typed,
              sorted(t.tags.values_list("name", flat=True))) for t in tasks],
            [
                ("Call mum", date(2026, 3, 27), 0, None, "Call mum fri #calls", ["all", "calls"]),
                ("Dig", date(2026, 5, 1), 1, garden, "Dig +garden !low", ["all"]),
                ("Plain", date(2026, 5, 1), 0, None, "Plain", ["all"]),
            ],
        )  # fmt: skip
        self.assertEqual([step.title for step in tasks[0].steps.all()], ["today"])

    def test_pasted_lines_are_left_as_they_are_where_that_is_asked(self):
        posted = {"text": "Call mum fri #calls\nMilk", "as_text": "on", "sure": "1"}
        self.client.post("/tasks/paste/", posted)
        tasks = Task.objects.order_by("created_at").values_list("title", "due_date")
        self.assertEqual(list(tasks), [("Call mum fri #calls", None), ("Milk", None)])
        self.assertEqual(self.ann.tags.count(), 0)

    def test_title_is_read_when_that_is_asked(self):
        self.add("Call mum", plain=[])
        task = self.task()
        url = f"/tasks/{task.pk}/edit/"
        title = "Call mum fri 18:00 #calls every week"
        self.client.post(url, {"title": title})
        self.assertEqual(self.state(), {"title": title})
        page = words_of(self.client.get(task.get_absolute_url()))
        self.assertIn("Apply from title: Fri 27 Mar · 18:00 · #calls · Every week", page)
        response = self.post(url, title=title, read="1")
        said = {"title": "Call mum", "due": date(2026, 3, 27), "time": time(18),
                "tags": ["calls"], "repeat": "FREQ=WEEKLY"}  # fmt: skip
        self.assertEqual(self.state(), said)
        self.assertEqual(
            messages_of(response),
            [
                "Edited “Call mum”, which now repeats every week."
                " Recognized: Fri 27 Mar · 18:00 · #calls · Every week."
            ],
        )
        self.client.post(f"/history/{self.ann.acts.latest('pk').pk}/undo/")
        self.assertEqual(self.state(), {"title": title})

    def test_tag_in_a_title_comes_to_those_that_the_task_has(self):
        task = self.ann.tasks.create(title="Call mum #calls")
        task.attach([self.ann.tags.create(name="home"), self.ann.tags.create(name="mum")])
        self.client.post(f"/tasks/{task.pk}/edit/", {"title": task.title, "read": "1"})
        self.assertEqual(self.state(), {"title": "Call mum", "tags": ["calls", "home", "mum"]})

    def test_title_is_not_read_over_what_happened_meanwhile(self):
        task = self.ann.tasks.create(title="Call mum fri")
        url = f"/tasks/{task.pk}/edit/"
        task.edit(due_date=date(2026, 5, 1))
        stale = {"title": "Call mum fri", "version": "1", "read": "1"}
        response = self.client.post(url, stale)
        self.assertContains(response, "The task was changed in the meantime.", status_code=422)
        both = {"title": "Call mum fri", "due_date": "2026-04-01", "read": "1"}
        response = self.client.post(url, both)
        self.assertContains(response, "The title no longer matches.", status_code=422)
        self.assertContains(response, 'value="2026-04-01"', status_code=422)
        self.assertEqual(self.state(), {"title": "Call mum fri", "due": date(2026, 5, 1)})
        self.client.post(url, {"title": "Call mum at 9", "read": "1"})
        self.assertEqual(
            self.state(), {"title": "Call mum", "due": date(2026, 5, 1), "time": time(9)}
        )

    def test_title_keeps_a_list_that_is_not_there(self):
        garden = self.add_list("Garden")
        task = self.ann.tasks.create(title="Dig +Typo tomorrow", list=garden)
        page = words_of(self.client.get(task.get_absolute_url()))
        self.assertIn("Apply from title: Tomorrow", page)
        self.client.post(f"/tasks/{task.pk}/edit/", {"title": task.title, "read": "1"})
        self.assertEqual(
            self.state(), {"title": "Dig +Typo", "list": "Garden", "due": date(2026, 3, 26)}
        )

    def test_pasted_lines_keep_a_list_that_is_not_there(self):
        garden = self.add_list("Garden")
        self.client.post("/tasks/paste/", {"text": "a +Typo\nb", "list": garden.pk, "sure": "1"})
        rows = Task.objects.order_by("pk").values_list("title", "list__name")
        self.assertEqual(list(rows), [("a +Typo", "Garden"), ("b", "Garden")])

    def test_pasted_line_has_no_more_tags_than_a_task_can(self):
        line = "a " + " ".join(f"#t{n}" for n in range(31))
        response = self.client.post("/tasks/paste/", {"text": f"b\n{line}", "sure": "1"})
        words = "Line 2: A task can have at most 30 tags (you entered 31)."
        self.assertContains(response, words, status_code=422)

    def test_what_is_refused_keeps_what_is_text_and_the_list_to_be_made(self):
        line = "a +Garten fri " + " ".join(f"#t{n}" for n in range(31))
        response = self.client.post(
            "/tasks/add/", {"text": line, "plain": "fri", "make_list": "Garten"}
        )
        self.assertEqual((response.status_code, hidden(response)["plain"]), (422, "fri"))
        self.assertEqual(one(response, "[name=make_list][checked]").get("value"), "Garten")

    def test_tick_of_the_list_and_text_that_is_there_stay_while_one_types(self):
        sent = {"text": "Dig fri +Garten", "plain": ["fri", "sat"], "make_list": "Garten"}
        response = self.client.post("/tasks/read/", sent, headers=HTMX)
        self.assertEqual(one(response, "[name=make_list][checked]").get("value"), "Garten")
        self.assertIn("“fri” kept as text", words_of(response))
        self.assertNotIn("“sat” kept as text", words_of(response))

    def test_reading_leads_nobody_away_who_is_signed_out(self):
        self.client.logout()
        response = self.client.post("/tasks/read/", {"text": "Swim"}, headers=HTMX)
        self.assertEqual((response.status_code, response.content), (204, b""))
        self.assertFalse(self.ann.waiting.exists())

    def test_names_that_nobody_can_read_are_text(self):
        self.add('a +"\u200b"', make_list="\u200b")
        self.assertEqual(self.ann.lists.count(), 0)

    def test_repeat_is_shown_and_goes_with_its_date(self):
        self.add("Swim every mon, wed at 7")
        words = words_of(self.client.get("/inbox/"))
        self.assertIn("Repeats every Monday and Wednesday", words)
        task = self.task()
        words = words_of(self.client.get(task.get_absolute_url()))
        self.assertIn("Repeats every Monday and Wednesday", words)
        self.client.post(f"/tasks/{task.pk}/edit/", {"due_date": "", "due_time": ""})
        self.assertEqual(self.state(), {"title": "Swim"})
        self.client.post(f"/history/{self.ann.acts.latest('pk').pk}/undo/")
        self.assertEqual(
            self.state(),
            {"title": "Swim", "due": date(2026, 3, 25), "time": time(19),
             "repeat": "FREQ=WEEKLY;BYDAY=MO,WE"},
        )  # fmt: skip

    def test_repeat_goes_with_the_date_of_several_at_once(self):
        self.add("Swim every mon")
        data = {"ids": self.task().pk, "do": "due none", "next": "/inbox/"}
        self.client.post("/tasks/bulk/", data)
        self.assertEqual(self.state(), {"title": "Swim"})

    def test_copy_repeats_too(self):
        self.add("Swim every! mon")
        self.client.post(f"/tasks/{self.task().pk}/duplicate/")
        self.assertEqual(
            list(Task.objects.values_list("repeat", "repeat_from")),
            [("FREQ=WEEKLY;BYDAY=MO", "completion")] * 2,
        )

    def test_help_page_shows_what_can_be_written(self):
        words = words_of(self.client.get("/writing/"))
        self.assertIn("Call mum tomorrow Call mum Tomorrow", words)
        self.assertIn("Dig over the beds +Garden Dig over the beds in the list Garden", words)
        self.assertIn("Watch The 9/11 Report stays as text", words)


class AddTaskTests(PageTests):
    def run_it(self, *arguments):
        out = StringIO()
        with mock.patch("accounts.models.User.now", lambda user: NOW):
            call_command("add_task", *arguments, stdout=out)
        return out.getvalue()

    def test_line_becomes_a_task_of_that_user(self):
        said = self.run_it("ANN@example.org", "Pay rent tomorrow 5pm +Garten #home")
        task = self.ann.tasks.get()
        self.assertEqual((task.title, task.due_time), ("Pay rent", time(17)))
        self.assertEqual(
            said,
            f"Added {task.pk} “Pay rent” to the Inbox.\nRecognized: Tomorrow · 17:00 · #home.\n"
            "There is no list “Garten”. Add --make-list to create it.\n",
        )
        self.assertEqual(self.ann.acts.get().kind, "add")

    def test_rest_of_a_line_that_is_not_read_is_said(self):
        said = self.run_it("ann@example.org", "Pay " + "eod " * 40 + "friday")
        self.assertIn(
            "\nOnly the first 40 dates, times and repeats in a line are recognized. ", said
        )

    def test_plain_line_and_new_list(self):
        self.run_it("ann@example.org", "Pay +rent tomorrow", "--plain")
        self.assertEqual(self.ann.tasks.get().title, "Pay +rent tomorrow")
        said = self.run_it("ann@example.org", 'Dig +"Our garden"', "--make-list")
        self.assertIn("“Dig” to Our garden.", said)

    def test_what_cannot_be_is_said_in_a_line(self):
        with self.assertRaisesMessage(CommandError, "There is no account with the email bob@x.y."):
            self.run_it("bob@x.y", "Milk")
        with self.assertRaisesMessage(CommandError, "Type a task first."):
            self.run_it("ann@example.org", " ")
