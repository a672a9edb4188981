"""Undo and redo by keyboard: act by act, across pages, in this browser and on this day."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.tests.people import add_user, begin_session
from tasks.history import Act
from tasks.tests.pages import HTMX, PageTests, words_of
from todosite.tests.html import select


class UndoLastTests(PageTests):
    def setUp(self):
        super().setUp()
        Act.objects.all().delete()

    def press(self, way, client=None):
        """Press u or Shift + U. Return the words of the message, and of its buttons."""
        client = client or self.client
        response = client.post(f"/history/{way}/", {"next": "/inbox/"}, headers=HTMX)
        self.assertEqual(response.status_code, 200)
        (toast,) = select(response, ".toast")
        return words_of(toast.cssselect("p")[0]), [words_of(b) for b in toast.cssselect("button")]

    def add(self, *lines, client=None):
        for line in lines:
            (client or self.client).post("/tasks/add/", {"text": line, "next": "/inbox/"})
        (client or self.client).get("/inbox/")  # whose messages are read

    def titles(self):
        return [task.title for task in self.ann.tasks.filter(list=None).order_by("pk")]

    def test_undo_and_redo_go_act_by_act(self):
        self.add("Eggs", "Milk", "Bread")
        self.assertEqual(self.press("undo"), ("Undone: added “Bread”.", ["Redo"]))
        self.assertEqual(self.press("undo"), ("Undone: added “Milk”.", ["Redo"]))
        self.assertEqual(self.titles(), ["Eggs"])
        self.assertEqual(self.press("redo"), ("Redone: added “Milk”.", ["Undo"]))
        self.assertEqual(self.press("redo"), ("Redone: added “Bread”.", ["Undo"]))
        self.assertEqual(self.titles(), ["Eggs", "Milk", "Bread"])
        self.assertEqual(self.press("redo"), ("Nothing to redo.", []))
        self.assertEqual(self.press("undo"), ("Undone: added “Bread”.", ["Redo"]))

    def test_undo_says_when_nothing_is_left(self):
        self.add("Eggs")
        self.press("undo")
        self.assertEqual(self.press("undo"), ("Nothing left to undo.", []))
        self.assertEqual(self.titles(), [])

    def test_redo_ends_with_a_new_act(self):
        self.add("Eggs", "Milk")
        self.press("undo")
        self.add("Bread")
        self.assertEqual(self.press("redo"), ("Nothing to redo.", []))
        self.assertEqual(self.titles(), ["Eggs", "Bread"])

    def test_act_of_another_browser_is_only_offered(self):
        other = Client()
        begin_session(other, self.ann)
        self.add("Eggs")
        self.add("Milk", client=other)
        words = (
            "The previous action was done in another browser, or before you signed in:"
            " added “Milk”."
        )
        self.assertEqual(self.press("undo"), (words, ["Undo"]))
        self.assertEqual(self.titles(), ["Eggs", "Milk"])
        self.assertEqual(self.press("undo", other), ("Undone: added “Milk”.", ["Redo"]))
        self.assertEqual(self.press("undo"), ("Undone: added “Eggs”.", ["Redo"]))

    def test_old_act_or_act_of_support_is_only_offered(self):
        self.add("Eggs")
        yesterday = timezone.now() - timedelta(hours=24, minutes=1)
        self.ann.acts.update(created_at=yesterday)
        words = "The previous action was done more than a day ago: added “Eggs”."
        self.assertEqual(self.press("undo"), (words, ["Undo"]))
        self.ann.acts.update(created_at=timezone.now(), by_staff=True)
        words = "The previous action was done by support: added “Eggs”."
        self.assertEqual(self.press("undo"), (words, ["Undo"]))
        self.assertEqual(self.titles(), ["Eggs"])

    def test_act_that_cannot_be_undone_is_reported_once_and_skipped(self):
        self.add("Eggs")
        milk, work = self.ann.tasks.get(), self.add_list("Work")
        Act.objects.filter(changes__list=work).delete()
        for value in [work.pk, ""]:
            self.client.post(f"/tasks/{milk.pk}/edit/", {"list": value, "next": "/inbox/"})
        self.client.get("/inbox/")
        work.delete_softly()
        Act.objects.filter(kind=Act.Kind.DELETE).delete()
        work.refresh_from_db()
        work.purge()
        said, _ = self.press("undo")
        self.assertTrue(said.startswith("Not undone:"), said)
        presses = [self.press("undo") for _ in range(4)]
        self.assertIn(("Undone: added “Eggs”.", ["Redo"]), presses)
        self.assertEqual(presses[-1], ("Nothing left to undo.", []))

    def test_another_users_acts_cannot_be_undone(self):
        mallory = Client()
        begin_session(mallory, add_user("mallory@example.com"))
        self.add("Eggs")
        self.assertEqual(self.press("undo", mallory), ("Nothing left to undo.", []))
        self.press("undo")
        self.assertEqual(self.press("redo", mallory), ("Nothing to redo.", []))
        self.assertEqual(self.titles(), [])

    def test_acts_record_their_browser(self):
        self.add("Eggs")
        self.ann.tasks.get(title="Eggs").complete()
        first, second = self.ann.acts.order_by("pk").values_list("browser", flat=True)
        self.assertRegex(first, "^[0-9a-f]{16}$")
        self.assertEqual(second, "")
