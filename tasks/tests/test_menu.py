"""The menu of a row: a date in words, and tags."""

from datetime import date, time, timedelta

from accounts.tests.people import add_user
from tasks.tests.pages import HTMX, PageTests, messages_of, words_of
from todosite.tests.html import one

REFUSED = "can't be read as one date. Try 14 dec, fri 3pm or in 2 weeks."


class WhenTests(PageTests):
    def setUp(self):
        super().setUp()
        self.milk = self.add_task("Milk", due_date=date(2031, 1, 2), due_time=time(8, 30))

    def say(self, when):
        """Post a date in words. Return the response and the task's due date and time."""
        url = f"/tasks/{self.milk.pk}/when/"
        response = self.client.post(url, {"when": when, "next": "/inbox/"}, headers=HTMX)
        self.milk.refresh_from_db()
        return response, self.milk.due_date, self.milk.due_time

    def test_day_keeps_the_time_and_time_keeps_the_day(self):
        self.assertEqual(self.say("14 dec 2031")[1:], (date(2031, 12, 14), time(8, 30)))
        response, *due = self.say("3pm")
        self.assertEqual(due, [date(2031, 12, 14), time(15)])
        self.assertEqual(messages_of(response), ["Moved “Milk” to 15:00."])
        tomorrow = self.ann.today() + timedelta(days=1)
        self.assertEqual(self.say("tomorrow at 9")[1:], (tomorrow, time(9)))

    def test_words_that_are_no_single_date_are_refused_and_stay(self):
        for when in ["banana", "tomorrow #home", "every monday", "!high", "14 dec and 15 dec"]:
            with self.subTest(when):
                response, *due = self.say(when)
                self.assertEqual(response.status_code, 422)
                self.assertEqual(words_of(response), f"“{when}” {REFUSED}")
                self.assertEqual(due, [date(2031, 1, 2), time(8, 30)])
        response, *_ = self.say("  ")
        self.assertEqual(words_of(response), "Enter a date. Try 14 dec, fri 3pm or in 2 weeks.")

    def test_menu_keeps_the_typed_words_without_script(self):
        response = self.client.post(f"/tasks/{self.milk.pk}/when/", {"when": "banana"})
        self.assertEqual(response.status_code, 422)
        self.assertEqual(one(response, "#menu-when").get("value"), "banana")
        self.assertEqual(words_of(one(response, "#menu-when-error")), f"“banana” {REFUSED}")

    def test_date_in_words_postpones_one_occurrence(self):
        self.milk.edit(repeat="FREQ=WEEKLY;BYDAY=TH", repeat_anchor=date(2031, 1, 2))
        self.say("4 jan 2031")
        self.assertEqual(self.milk.repeat, "FREQ=WEEKLY;BYDAY=TH")
        self.assertEqual(self.milk.repeat_anchor, date(2031, 1, 2))

    def test_date_and_tags_of_another_user_cannot_be_set(self):
        theirs = add_user("ben@example.org").tasks.create(title="Tea")
        for way in ["when", "tags"]:
            response = self.client.post(f"/tasks/{theirs.pk}/{way}/", {way: "tomorrow"})
            self.assertEqual(response.status_code, 404)


class TagsTests(PageTests):
    def test_tags_are_saved_with_undo_and_newer_ones_stay(self):
        milk = self.add_task("Milk")
        self.add_tag("dairy", milk)
        menu = self.get(f"/tasks/{milk.pk}/menu/")
        self.assertEqual(one(menu, "#menu-tags").get("value"), "dairy")
        self.add_tag("white", milk)
        data = {"tags": "cold", "initial-tags": "dairy", "next": "/inbox/"}
        response = self.client.post(f"/tasks/{milk.pk}/tags/", data, headers=HTMX)
        self.assertEqual(messages_of(response), ["Added #cold to “Milk” and removed #dairy."])
        self.assertEqual([tag.name for tag in milk.tags.by_name()], ["cold", "white"])
        self.post(f"/history/{self.ann.acts.latest('pk').pk}/undo/")
        self.assertEqual([tag.name for tag in milk.tags.by_name()], ["dairy", "white"])

    def test_too_long_tag_is_refused_by_the_field(self):
        milk = self.add_task("Milk")
        data = {"tags": "x" * 101, "initial-tags": ""}
        response = self.client.post(f"/tasks/{milk.pk}/tags/", data, headers=HTMX)
        self.assertEqual(response.status_code, 422)
        self.assertIn("characters", words_of(response))
