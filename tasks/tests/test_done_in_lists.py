"""Completed tasks of a list: folded at the end of its page, and unchecked to use it again."""

from datetime import date
from unittest import mock

from tasks.pages.listings import ListPage
from tasks.repeating import complete
from tasks.tests.pages import HTMX, PageTests, messages_of, sections_of, words_of
from todosite.tests.html import hidden, one, select

BULK = "/tasks/bulk/"
FOLD = "details.done-group"


class ListPageTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 25, 12, 0)
        self.list = self.add_list("Groceries")
        self.url = self.list.get_absolute_url()

    def add(self, *titles, done=False, **fields):
        """Add tasks to the list, placed by hand in this order."""
        for title in titles:
            task = self.add_task(title, list=self.list, **fields)
            task.move(to="bottom")
            if done:
                task.complete()

    def fold(self, url=None):
        return one(self.get(url or self.url), FOLD)

    def uncheck(self, **data):
        """Press the button of the fold, without JavaScript."""
        form = one(self.fold(), "form.uncheck")
        (button,) = form.cssselect("button")
        fields = hidden(form) | {button.get("name"): button.get("value")}
        return self.post(form.get("action"), **fields | data)


class FoldTests(ListPageTests):
    def test_completed_tasks_are_folded_below_open_ones_with_their_number(self):
        self.add("Milk", "Bread")
        self.add("Butter", "Tea", done=True)
        self.assertEqual(
            self.sections(self.url), [("", ["Milk", "Bread"]), ("Completed 2", ["Tea", "Butter"])]
        )
        self.assertNotIn("open", self.fold().attrib)

    def test_list_without_completed_tasks_has_no_fold(self):
        self.add("Milk")
        self.assertEqual(self.sections(self.url), [("", ["Milk"])])
        self.assertEqual(select(self.get(self.url), FOLD), [])

    def test_finished_list_says_so_above_the_fold(self):
        self.add("Milk", done=True)
        response = self.get(self.url)
        listing = one(response, "#listing")
        self.assertEqual([child.tag for child in listing], ["section", "details"])
        self.assertIn("Nothing left to do", words_of(listing[0]))
        self.assertEqual(self.sections(self.url), [("Completed 1", ["Milk"])])

    def test_empty_list_says_so(self):
        self.assertContains(self.get(self.url), "This list is empty")

    def test_fold_has_only_tasks_of_the_list(self):
        """Not of another list, of the Inbox, in the trash, or of another user."""
        self.add("Milk", done=True)
        self.add("Gone", done=True)
        self.ann.tasks.get(title="Gone").delete_softly()
        self.add_task("Elsewhere", list=self.add_list("Home")).complete()
        self.add_task("Inbox").complete()
        self.assertEqual(self.sections(self.url), [("Completed 1", ["Milk"])])

    def test_fold_is_below_every_arrangement(self):
        self.add("Milk", due_date=date(2026, 11, 25))
        self.add("Bread", priority=3)
        self.add("Tea", done=True)
        for sort in ListPage.sorts:
            for group in ListPage.groups:
                self.client.post("/arrange/", {"sort": sort, "group": group, "next": self.url})
                found = self.sections(self.url)
                self.assertEqual(found[-1], ("Completed 1", ["Tea"]))
                self.assertCountEqual([t for _, ts in found[:-1] for t in ts], ["Milk", "Bread"])

    def test_archived_list_has_the_fold(self):
        self.add("Milk", done=True)
        self.list.archive()
        self.assertEqual(self.sections(self.url), [("Completed 1", ["Milk"])])

    def test_fold_shows_the_latest_and_links_to_all(self):
        self.add("Milk", "Bread", "Tea", done=True)
        all_url = f"/completed/?list={self.list.pk}"
        self.assertEqual(self.fold().cssselect(f'a[href="{all_url}"]'), [])
        with mock.patch.object(ListPage, "DONE", 2):
            self.assertEqual(self.sections(self.url), [("Completed 3", ["Tea", "Bread"])])
            (link,) = self.fold().cssselect(f'a[href="{all_url}"]')
        self.assertEqual(words_of(link), "All completed tasks")

    def test_later_page_links_to_completed_tasks(self):
        self.add("Milk", "Bread", "Eggs")
        self.add("Tea", done=True)
        with mock.patch.object(ListPage, "limit", 2):
            first, second = self.get(self.url), self.get(f"{self.url}?page=2")
        self.assertEqual(sections_of(first), [("", ["Milk", "Bread"]), ("Completed 1", ["Tea"])])
        self.assertEqual(sections_of(second), [("", ["Eggs"])])
        (link,) = select(second, f'#listing a[href="/completed/?list={self.list.pk}"]')
        self.assertEqual(words_of(link), "Completed tasks of this list")

    def test_completed_task_moves_into_the_fold(self):
        self.add("Milk")
        task = self.ann.tasks.get()
        data = {"next": self.url}
        response = self.client.post(f"{task.get_absolute_url()}complete/", data, headers=HTMX)
        listing = one(response, "#listing")
        self.assertEqual(sections_of(listing), [("Completed 1", ["Milk"])])

    def test_folded_rows_cannot_be_moved(self):
        self.add("Milk")
        self.add("Tea", "Butter", done=True)
        response = self.get(self.url)
        by_hand = [words_of(one(ul, "a.task-title")) for ul in select(response, "[data-sortable]")]
        self.assertEqual(by_hand, ["Milk"])

    def test_act_on_the_page_leaves_folded_tasks(self):
        self.add("Milk")
        self.add("Tea", done=True)
        part = one(self.get(self.url), "#bulk-which")
        self.assertIn("All 1 on this page", words_of(part))
        self.assertEqual(hidden(part)["page"], str(self.ann.tasks.get(title="Milk").pk))


class UncheckTests(ListPageTests):
    def titles(self):
        return [title for heading, ts in self.sections(self.url) for title in ts if not heading]

    def test_uncheck_reopens_all_in_their_positions_by_one_act(self):
        self.add("Milk", "Bread", "Tea")
        for title in ("Bread", "Milk"):
            self.ann.tasks.get(title=title).complete()
        self.add_task("Elsewhere", list=self.add_list("Home")).complete()
        before = self.ann.acts.count()
        response = self.uncheck()
        self.assertEqual(messages_of(response), ["Reopened 2 tasks."])
        self.assertEqual(sections_of(response), [("", ["Milk", "Bread", "Tea"])])
        self.assertEqual(self.ann.acts.count(), before + 1)
        response = self.undo(response)
        self.assertEqual(sections_of(response), [("", ["Tea"]), ("Completed 2", ["Bread", "Milk"])])

    def test_uncheck_includes_tasks_that_are_not_shown(self):
        self.add("Milk", "Bread", "Tea", done=True)
        with mock.patch.object(ListPage, "DONE", 1):
            self.uncheck()
        self.assertEqual(self.titles(), ["Milk", "Bread", "Tea"])

    def test_uncheck_leaves_past_occurrences(self):
        fields = {"due_date": date(2026, 11, 24), "repeat": "FREQ=DAILY"}
        fields["repeat_anchor"] = fields["due_date"]
        self.add("Vitamins", **fields)
        complete(self.ann.tasks.get())
        self.assertEqual(self.fold().cssselect("form.uncheck"), [])
        self.add("Tea", done=True)
        self.assertIn("Uncheck the 1 that does not repeat", words_of(self.fold()))
        self.uncheck()
        self.assertEqual(
            self.sections(self.url), [("", ["Vitamins", "Tea"]), ("Completed 1", ["Vitamins"])]
        )

    def test_button_says_all_if_it_unchecks_all(self):
        self.add("Tea", done=True)
        self.assertEqual(words_of(one(self.fold(), "button[name=do]")), "Uncheck all")

    def test_uncheck_is_refused_if_the_number_changed(self):
        self.add("Milk", "Tea", done=True)
        data = {"which": "again", "do": "reopen", "number": "1", "next": self.url}
        response = self.client.post(BULK, data)
        self.assertEqual(response.status_code, 422)
        self.assertContains(
            response, "The page has changed: 2 tasks match now, not 1.", status_code=422
        )
        self.assertEqual(self.ann.tasks.open().count(), 0)

    def test_uncheck_sent_twice_takes_effect_once(self):
        self.add("Milk", done=True)
        form = hidden(one(self.fold(), "form.uncheck")) | {"do": "reopen"}
        self.post(BULK, **form)
        self.ann.tasks.get().complete()
        self.post(BULK, **form)
        self.assertEqual(self.ann.tasks.completed().count(), 1)

    def test_only_a_list_can_be_unchecked(self):
        self.add_task("Milk").complete()
        for url in ("/inbox/", "/today/", "/completed/", "/settings/"):
            response = self.client.post(BULK, {"which": "again", "do": "reopen", "next": url})
            self.assertEqual(response.status_code, 422)
            self.assertIn("That page no longer exists.", words_of(response))
        self.assertEqual(self.ann.tasks.open().count(), 0)
