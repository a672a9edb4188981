"""Acts on several tasks: each act, the choice of tasks, errors, and undo."""

import uuid
from datetime import UTC, date, time
from unittest import mock

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.people import add_user
from tasks.models import Step
from tasks.tests.pages import (
    HTMX,
    PageTests,
    counts_of,
    messages_of,
    sections_of,
    titles_of,
    undo_of,
    words_of,
)
from tasks.tests.rows import rows_of
from todosite.tests.html import hidden, one, select, values

BULK = "/tasks/bulk/"
NOTHING = "Nothing to change."


def which_of(response):
    """Return the words of a bar that describe the chosen tasks, and its hidden fields."""
    part = one(response, "#bulk-which")
    return [words_of(label) for label in part.cssselect("label")], hidden(part)


class BulkTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 25, 12, 0)  # a Wednesday
        self.now = timezone.now().astimezone(UTC)  # as Django says it
        mock.patch("django.utils.timezone.now", return_value=self.now).start()

    def send(self, do, *tasks, headers=None, **data):
        """Send an act with these tasks selected. Return the answer."""
        data = {"next": "/inbox/", "do": do, "ids": [task.pk for task in tasks]} | data
        return self.client.post(BULK, data, headers=headers or {})

    def do(self, *args, **data):
        """Send an act. Return the page that the redirect leads to."""
        response = self.send(*args, **data)
        self.assertEqual(response.status_code, 302)
        return self.get(response.url)

    def rows(self):
        return rows_of(self.ann)

    def assertRefused(self, words, response, status=422):
        """Assert that an answer has only these words at the fields of its form."""
        self.assertEqual(response.status_code, status)
        errors = select(response, "ul.errorlist")
        self.assertEqual([words_of(error) for error in errors], [words])


class ActTests(BulkTests):
    """Of four tasks two are selected."""

    def setUp(self):
        super().setUp()
        self.work = self.add_list()
        self.milk = self.add_task(due_date=date(2026, 11, 20), due_time=time(9), priority=1)
        self.bread = self.add_task("Bread", list=self.work)
        self.bread.move(to="top")
        self.other = self.add_task("Other", due_date=date(2026, 11, 20), priority=1)
        self.done = self.add_task("Done")
        self.calls = self.add_tag("calls", self.milk)
        self.done.complete()

    def there_and_back(self, do, fields, words, pairs=(), **data):
        """Do and undo an act: only the two get these fields; then all is as before."""
        before = self.rows()
        after = dict(before)
        for task in (self.milk, self.bread):
            after[f"Task {task.pk}"] = before[f"Task {task.pk}"] | fields
        after["tags"] = before["tags"] ^ set(pairs)
        response = self.do(do, self.milk, self.bread, **data)
        self.assertEqual(messages_of(response), [f"{words}."])
        self.assertEqual(self.rows(), after)
        response = self.undo(response)
        self.assertEqual(messages_of(response), [f"Undone: {words[0].lower()}{words[1:]}."])
        self.assertEqual(self.rows(), before)

    def test_selected_tasks_are_completed(self):
        self.there_and_back("complete", {"completed_at": self.now}, "Completed 2 tasks")

    def test_selected_tasks_get_a_date_and_lose_it(self):
        day = {"due_date": date(2026, 11, 27)}
        words = "Moved 2 tasks to Fri 27 Nov"
        self.there_and_back("due 2026-11-27", day, words)
        self.there_and_back("due", day, words, due_date="2026-11-27")
        none = {"due_date": None, "due_time": None}
        self.milk.refresh_from_db()
        self.bread.edit(due_date=date(2026, 11, 28))
        self.there_and_back(
            "due none", none, "Removed the date from 2 tasks", due_date="2026-11-30"
        )

    def test_selected_tasks_get_a_priority(self):
        self.there_and_back("priority 3", {"priority": 3}, "Gave 2 tasks high priority")
        self.there_and_back("priority 2", {"priority": 2}, "Gave 2 tasks medium priority")
        self.bread.edit(priority=1)
        self.there_and_back("priority 0", {"priority": 0}, "Removed the priority from 2 tasks")

    def test_selected_tasks_move_to_a_list_and_the_inbox(self):
        home = self.add_list("Home")
        there = {"list_id": home.pk, "position": ""}
        self.there_and_back("list", there, "Moved 2 tasks to “Home”", list=home.pk)
        self.milk.edit(list=home)
        there = {"list_id": None, "position": ""}
        self.there_and_back("list", there, "Moved 2 tasks to the Inbox", list="")

    def test_selected_tasks_get_and_lose_tags(self):
        home = self.add_tag("home")
        pairs = {("Milk", "home"), ("Bread", "home")}
        self.there_and_back("tag", {}, "Added #home to 2 tasks", pairs, tags="home")
        self.bread.attach([self.calls])
        pairs = {("Milk", "calls"), ("Bread", "calls")}
        self.there_and_back("untag", {}, "Removed #calls from 2 tasks", pairs, tags="#CALLS")
        self.milk.attach([home])
        words = "Removed #calls and #home from 2 tasks"
        pairs |= {("Milk", "home")}
        self.there_and_back("untag", {}, words, pairs, tags="calls, home")

    def test_new_tag_is_created_and_removed_by_undo(self):
        before = self.rows()
        response = self.do("tag", self.milk, self.bread, tags="new")
        self.assertEqual(self.ann.tags.get(name="new").tasks.count(), 2)
        self.undo(response)
        self.assertEqual(self.rows(), before)

    def test_selected_tasks_are_deleted(self):
        before = self.rows()
        response = self.do("delete", self.milk, self.bread)
        self.assertEqual(messages_of(response), ["Deleted 2 tasks."])
        self.assertEqual(set(self.titles("/trash/")), {"Milk", "Bread"})
        self.assertEqual(self.titles("/tasks/"), ["Done", "Other"])
        response = self.undo(response)
        self.assertEqual(messages_of(response), ["Undone: deleted 2 tasks."])
        self.assertEqual(self.rows(), before)

    def test_selected_tasks_are_reopened(self):
        before = self.rows()
        response = self.do("reopen", self.done, self.milk, next="/completed/")
        self.assertEqual(messages_of(response), ["Reopened “Done”."])
        self.assertEqual(self.ann.tasks.completed().count(), 0)
        self.undo(response)
        self.assertEqual(self.rows(), before)

    def test_act_on_several_tasks_has_one_undo(self):
        acts = self.ann.acts.count()
        self.do("priority 3", self.milk, self.bread)
        self.assertEqual(self.ann.acts.count(), acts + 1)
        self.assertEqual(self.ann.acts.latest("pk").changes.count(), 2)

    def test_message_counts_only_changed_tasks(self):
        self.milk.edit(priority=3)
        versions = self.ann.tasks.values_list("version", flat=True).order_by("pk")
        before = list(versions)
        response = self.do("priority 3", self.milk, self.bread)
        self.assertEqual(messages_of(response), ["Gave “Bread” high priority."])
        self.assertEqual([n - m for n, m in zip(versions.all(), before, strict=True)], [0, 1, 0, 0])

    def test_act_without_changes_has_no_undo(self):
        before = self.rows()
        for do, data in [
            ("complete", {}),
            ("priority 0", {}),
            ("due none", {}),
            ("list", {"list": ""}),
            ("untag", {"tags": "calls nobodys"}),
        ]:
            with self.subTest(do=do):
                response = self.do(do, self.done, **data)
                self.assertEqual(messages_of(response), [NOTHING])
                self.assertNotContains(response, "/undo/")
        self.assertEqual(self.rows(), before)

    def test_htmx_gets_the_new_page_with_a_new_key(self):
        key = str(uuid.uuid4())
        response = self.send("complete", self.milk, self.other, key=key, headers=HTMX)
        self.assertEqual(titles_of(response), [])
        self.assertEqual(counts_of(response), {"Inbox": 0, "Today": 0, "Work": 1})
        self.assertEqual(messages_of(response), ["Completed 2 tasks."])
        labels, fields = which_of(response)
        self.assertEqual(labels, ["Selected tasks", "All 0 on this page"])
        self.assertEqual((fields["page"], fields["number"]), ("", "0"))
        self.assertNotEqual(fields["key"], key)
        self.assertNotContains(response, "<html")


class WhichTests(BulkTests):
    def add_tasks(self, number, **fields):
        return [self.add_task(f"Task {n}", **fields) for n in range(1, number + 1)]

    def done(self):
        return list(self.ann.tasks.completed().order_by("pk").values_list("title", flat=True))

    def test_bar_names_each_choice_of_tasks(self):
        tasks = self.add_tasks(3)
        labels, fields = which_of(self.get("/inbox/"))
        self.assertEqual(labels, ["Selected tasks", "All 3 on this page"])
        self.assertEqual(fields["page"].split(), [str(task.pk) for task in tasks])
        labels, fields = which_of(self.get("/tasks/?limit=2"))
        self.assertEqual(labels, ["Selected tasks", "All 2 on this page", "All 3"])
        self.assertEqual(fields["page"].split(), [str(task.pk) for task in tasks[:0:-1]])
        self.assertEqual(fields["number"], "3")

    def test_selected_tasks_are_changed(self):
        first, _, third = self.add_tasks(3)
        self.do("complete", first, third, which="ticked", number="3")
        self.assertEqual(self.done(), ["Task 1", "Task 3"])

    def test_all_tasks_of_the_page_are_changed(self):
        self.add_tasks(5)
        _, fields = which_of(self.get("/tasks/?limit=2&page=2"))
        first = self.ann.tasks.get(title="Task 1")  # ticked, too
        self.do("complete", first, **fields | {"which": "page", "next": "/tasks/?limit=2&page=2"})
        self.assertEqual(self.done(), ["Task 2", "Task 3"])

    def test_all_tasks_of_the_listing_are_changed(self):
        self.add_tasks(5)
        url = "/tasks/?limit=2&page=2"
        _, fields = which_of(self.get(url))
        response = self.do("complete", **fields | {"which": "all", "next": url})
        self.assertEqual(messages_of(response), ["Completed 5 tasks."])
        self.assertEqual(len(self.done()), 5)
        self.undo(response)
        self.assertEqual(self.done(), [])

    def test_other_tasks_than_the_listings_stay(self):
        work, tag = self.add_list(), self.add_tag()
        away = self.add_list("Away")
        today = date(2026, 11, 25)
        for title, fields in [
            ("In work", {"list": work}),
            ("Today", {"due_date": today}),
            ("Friday", {"due_date": date(2026, 11, 27)}),
            ("December", {"due_date": date(2026, 12, 20)}),
            ("Away", {"due_date": today, "list": away}),
            ("Done", {"due_date": today}),
        ]:
            self.add_task(title, **fields)
        tag.tasks.through.objects.all().delete()
        for title in ["December", "Away", "Done"]:
            self.ann.tasks.get(title=title).attach([tag])
        self.ann.tasks.get(title="Done").complete()
        away.archive()
        for url, number, titles in [
            (work.get_absolute_url(), 1, ["In work"]),
            (away.get_absolute_url(), 1, ["Away"]),
            ("/inbox/", 3, ["Today", "Friday", "December"]),
            ("/today/", 1, ["Today"]),
            ("/upcoming/", 2, ["Today", "Friday"]),
            ("/upcoming/?from=2026-12-20", 1, ["December"]),
            (tag.get_absolute_url(), 1, ["December"]),
            ("/tasks/", 6, ["In work", "Today", "Friday", "December", "Away", "Done"]),
            ("/tasks/?status=completed", 1, ["Done"]),
            ("/completed/", 1, ["Done"]),
        ]:
            with self.subTest(url=url):
                before = self.rows()
                response = self.do("priority 3", which="all", number=number, next=url)
                high = self.ann.tasks.filter(priority=3).order_by("pk")
                self.assertEqual([task.title for task in high], titles)
                self.undo(response)
                self.assertEqual(self.rows(), before)

    def test_act_on_all_is_refused_if_their_number_changed(self):
        self.add_tasks(3)
        data = {"which": "all", "next": "/tasks/"}
        before = self.rows()
        for said in (2, 4):
            words = f"The page has changed: 3 tasks match now, not {said}. Review and try again."
            self.assertRefused(words, self.send("complete", number=said, **data))
            response = self.send("complete", number=said, **data, headers=HTMX)
            self.assertEqual((response.status_code, messages_of(response)), (422, [words]))
            self.assertEqual(which_of(response)[1]["number"], "3")
        self.assertEqual(self.rows(), before)

    def test_act_on_all_of_an_unknown_page_is_refused(self):
        self.add_task()
        words = "That page no longer exists. Review the tasks and try again."
        for url in ["/settings/", "/tasks/?limit=0", "/lists/1/", "/nothing/", "https://evil/"]:
            for which in ("all", "overdue"):
                self.assertRefused(words, self.send("complete", which=which, number=1, next=url))
        self.assertEqual(self.done(), [])

    def test_act_on_all_of_a_deleted_list_leads_home(self):
        work = self.add_list()
        self.add_task(list=work)
        work.delete_softly()
        data = {"which": "all", "number": 1, "next": work.get_absolute_url()}
        response = self.send("complete", **data, headers=HTMX)
        self.assertEqual(response["HX-Redirect"], "/")
        self.assertEqual(self.done(), [])

    def test_all_overdue_tasks_are_changed(self):
        for title, day, clock in [
            ("Late", 24, None),
            ("An hour ago", 25, time(11)),
            ("In an hour", 25, time(13)),
            ("Today", 25, None),
            ("Tomorrow", 26, None),
        ]:
            self.add_task(title, due_date=date(2026, 11, day), due_time=clock)
        before = self.rows()
        data = {"which": "overdue", "number": 2, "next": "/today/"}
        response = self.do("due 2026-11-26", **data)
        self.assertEqual(messages_of(response), ["Moved 2 tasks to Thu 26 Nov."])
        tomorrow = self.ann.tasks.filter(due_date=date(2026, 11, 26)).order_by("pk")
        self.assertEqual([task.title for task in tomorrow], ["Late", "An hour ago", "Tomorrow"])
        self.undo(response)
        self.assertEqual(self.rows(), before)

    def test_act_on_overdue_tasks_is_refused_if_their_number_changed(self):
        self.add_tasks(3, due_date=date(2026, 11, 20))
        data = {"which": "overdue", "number": 2, "next": "/today/"}
        words = "The page has changed: 3 tasks match now, not 2. Review and try again."
        self.assertRefused(words, self.send("due 2026-11-26", **data))
        self.assertEqual(self.ann.tasks.filter(due_date=date(2026, 11, 20)).count(), 3)

    def test_only_today_has_overdue_tasks_to_reschedule(self):
        self.add_task(due_date=date(2026, 11, 20))
        words = "That page no longer exists. Review the tasks and try again."
        response = self.send("complete", which="overdue", number=1, next="/inbox/")
        self.assertRefused(words, response)

    def test_today_offers_to_reschedule_overdue_tasks(self):
        for title, day in [("Late", 20), ("Later", 21), ("Today", 25)]:
            self.add_task(title, due_date=date(2026, 11, day))
        form = one(self.get("/today/"), ".reschedule form")
        self.assertEqual(words_of(one(form, "legend")), "Move all 2 overdue tasks to")
        buttons = form.cssselect('fieldset [name="do"]')
        self.assertEqual(
            [(button.get("value"), words_of(button)) for button in buttons],
            [
                ("due 2026-11-25", "Today"),
                ("due 2026-11-26", "Tomorrow"),
                ("due 2026-11-28", "Weekend"),
                ("due 2026-11-30", "Next week"),
            ],
        )
        response = self.post(BULK, **hidden(form), do="due", due_date="2026-12-01")
        self.assertRedirects(response, "/today/")
        self.assertEqual(messages_of(response), ["Moved 2 tasks to Tue 1 Dec."])

    def test_today_without_overdue_tasks_offers_no_rescheduling(self):
        self.add_task(due_date=date(2026, 11, 25))
        self.assertNotContains(self.get("/today/"), "reschedule")


class WrongTests(BulkTests):
    """An invalid act is refused with a message, and keeps the typed text."""

    def setUp(self):
        super().setUp()
        self.task = self.add_task()
        self.before = self.rows()

    def check(self, words, do, *tasks, **data):
        """Assert that the act is refused, as a page and to htmx. Return the page."""
        response = self.send(do, *tasks, **data, headers=HTMX)
        self.assertEqual((response.status_code, messages_of(response)), (422, [words]))
        self.assertEqual(titles_of(response), ["Milk"])
        response = self.send(do, *tasks, **data)
        self.assertRefused(words, response)
        self.assertEqual((self.rows(), self.ann.acts.count()), (self.before, 0))
        self.assertContains(response, '<a class="btn" data-kind="quiet" href="/inbox/">Back</a>',
                            status_code=422)  # fmt: skip
        return response

    def test_act_without_tasks_is_refused(self):
        for data in [{}, {"which": "ticked"}, {"which": "x"}, {"ids": ["x", "", "-1", "9" * 30]}]:
            self.check("Select one or more tasks first.", "complete", **data)

    def test_unknown_act_is_refused(self):
        for do in ["", "x", "purge", "edit"]:
            self.check("Choose an action.", do, self.task)

    def test_unknown_priority_is_refused(self):
        for do in ["priority", "priority 4", "priority -1", "priority high"]:
            self.check("Choose a priority.", do, self.task)

    def test_missing_day_is_refused(self):
        self.check("Enter a date, such as 2026-03-25.", "due", self.task)

    def test_invalid_day_is_refused(self):
        words = "Enter a date as year-month-day, such as 2026-03-25, from 1900 to 2200."
        for day in ["someday", "2026-02-30", "0000-01-01"]:
            response = self.check(words, "due", self.task, due_date=day)
            self.assertContains(response, f'value="{day}"', status_code=422)
            self.check(words, f"due {day}", self.task)

    def test_missing_tags_are_refused(self):
        words = "Enter one or more tags, separated by spaces."
        for do in ("tag", "untag"):
            self.check(words, do, self.task, tags=" # ")

    def test_too_long_tag_is_refused(self):
        name = "x" * 51
        words = f"A tag can have at most 50 characters. “{name}” is longer."
        response = self.check(words, "tag", self.task, tags=f"calls {name}")
        self.assertContains(response, f'value="calls {name}"', status_code=422)
        self.assertEqual(self.ann.tags.count(), 0)

    def test_deleted_list_is_refused(self):
        work, away = self.add_list(), self.add_list("Away")
        work.delete_softly()
        away.archive()
        self.ann.acts.all().delete()
        self.before = self.rows()
        words = "This list no longer exists. Choose another."
        for pk in [work.pk, 1, "x"]:
            self.check(words, "list", self.task, list=pk)
        self.check(words, "list", self.task, list=away.pk)  # nor is it offered

    def fields(self, response):
        """Return the values that the form of a page would send, without its buttons."""
        sent = {}
        for field in select(response, "form.sheet input"):
            sent.setdefault(field.get("name"), []).append(field.get("value", ""))
        return sent

    def test_refused_page_keeps_the_typed_text_and_can_be_sent(self):
        other = self.add_task("Bread")
        key = str(uuid.uuid4())
        data = {"due_date": "someday", "tags": "calls <b>", "key": key, "next": "/tasks/?limit=9"}
        response = self.send("due", self.task, other, **data)
        self.assertContains(response, "<h1>2 tasks</h1>", status_code=422)
        fields = self.fields(response)
        self.assertEqual(fields["ids"], [str(self.task.pk), str(other.pk)])
        for name, value in data.items():
            self.assertEqual(fields[name], [value])
        response = self.post(BULK, **fields | {"due_date": "2026-11-27", "do": "due"})
        self.assertEqual(messages_of(response), ["Moved 2 tasks to Fri 27 Nov."])
        self.assertRedirects(response, "/tasks/?limit=9")

    def test_refused_page_keeps_the_choice_of_tasks(self):
        self.add_task("Late", due_date=date(2026, 11, 20))
        self.add_task("Later", due_date=date(2026, 11, 21))
        late = str(self.ann.tasks.get(title="Late").pk)
        for data, titles in [
            ({"which": "page", "page": late}, ["Late"]),
            ({"which": "overdue", "number": "2", "next": "/today/"}, ["Late", "Later"]),
            ({"which": "all", "number": "3", "next": "/tasks/"}, ["Milk", "Late", "Later"]),
        ]:
            with self.subTest(data=data):
                fields = self.fields(self.send("due", **data))
                self.assertIn("due_date", fields)  # to go on from there
                self.post(BULK, **fields | {"due_date": "2026-12-24", "do": "due"})
                put = self.ann.tasks.filter(due_date=date(2026, 12, 24)).order_by("pk")
                self.assertEqual([task.title for task in put], titles)
                self.post(f"/history/{self.ann.acts.latest('pk').pk}/undo/")

    def test_act_on_several_tasks_needs_a_post(self):
        self.assertEqual(self.client.get(BULK).status_code, 405)


class WhoseTests(BulkTests):
    def setUp(self):
        super().setUp()
        self.ben = add_user("ben@example.org")
        self.bens = self.ben.tasks.create(title="Ben's")
        self.task = self.add_task()

    def test_deleted_and_purged_tasks_are_left_out(self):
        gone, purged = self.add_task("Gone"), self.add_task("Purged")
        for task in (gone, purged):
            task.delete_softly()
        purged.purge()
        for which in ({}, {"which": "page", "page": f"{self.task.pk} {gone.pk} {purged.pk}"}):
            response = self.do("complete", self.task, gone, purged, **which)
            self.assertEqual(messages_of(response), ["Completed “Milk”."])
            self.undo(response)
        self.assertEqual(self.titles("/trash/"), ["Gone"])

    def test_act_on_deleted_tasks_changes_nothing(self):
        self.task.delete_softly()
        acts = self.ann.acts.with_changes().count()
        response = self.do("tag", self.task, tags="new")
        self.assertEqual(messages_of(response), [NOTHING])
        self.assertNotContains(response, "/undo/")
        self.assertEqual(self.ann.acts.with_changes().count(), acts)

    def test_tasks_of_another_user_are_not_found(self):
        before = rows_of(self.ben, set())
        for do in ["complete", "delete", "due none", "due", "x", "tag"]:
            for headers in ({}, HTMX):
                response = self.send(do, self.bens, tags="new", headers=headers)
                self.assertEqual(response.status_code, 404)
        page = self.send("complete", which="page", page=str(self.bens.pk))
        self.assertEqual(page.status_code, 404)
        self.assertEqual(rows_of(self.ben, set()), before)
        self.assertEqual((self.ann.acts.count(), self.ann.tags.count()), (0, 0))

    def test_tasks_of_another_user_among_own_ones_stay(self):
        before = rows_of(self.ben, set())
        for do, words in [
            ("priority 3", "Gave “Milk” high priority."),
            ("tag", "Added #new to “Milk”."),
            ("list", "Moved “Milk” to “Work”."),
            ("complete", "Completed “Milk”."),
            ("delete", "Deleted “Milk”."),
        ]:
            work = self.ann.lists.first() or self.add_list()
            response = self.do(do, self.task, self.bens, tags="new", list=work.pk)
            self.assertEqual(messages_of(response), [words])
        self.assertEqual(rows_of(self.ben, set()), before)
        self.assertEqual(self.ben.acts.count(), 0)


@pytest.mark.pooler
class OnceTests(BulkTests):
    def twice(self, do, *tasks, **data):
        """Send an act twice with one key. Return both messages, and the number of acts."""
        acts = self.ann.acts.count()
        data |= {"key": str(uuid.uuid4())}
        pages = [self.do(do, *tasks, **data) for _ in range(2)]
        undos = {undo_of(page) for page in pages}
        self.assertEqual(len(undos), 1)
        return [messages_of(page) for page in pages], self.ann.acts.count() - acts

    def test_same_key_acts_once_and_gets_the_first_answer(self):
        milk, bread = self.add_task(), self.add_task("Bread")
        for do, data, words in [
            ("priority 3", {}, "Gave 2 tasks high priority."),
            ("tag", {"tags": "new"}, "Added #new to 2 tasks."),
            ("complete", {}, "Completed 2 tasks."),
            ("delete", {}, "Deleted 2 tasks."),
        ]:
            with self.subTest(do=do):
                self.assertEqual(self.twice(do, milk, bread, **data), ([[words]] * 2, 1))

    def test_second_act_on_all_or_overdue_tasks_finds_none_left(self):
        for _ in range(2):
            self.add_task(due_date=date(2026, 11, 20))
        data = {"number": 2, "next": "/today/"}
        words = "Moved 2 tasks to Fri 27 Nov."
        self.assertEqual(self.twice("due 2026-11-27", which="overdue", **data), ([[words]] * 2, 1))
        data = {"number": 2, "next": "/tasks/?status=pending"}
        words = "Completed 2 tasks."
        self.assertEqual(self.twice("complete", which="all", **data), ([[words]] * 2, 1))

    def test_second_submission_does_not_repeat_an_undone_act(self):
        milk = self.add_task()
        data = {"key": str(uuid.uuid4())}
        self.undo(self.do("complete", milk, **data))
        self.do("complete", milk, **data)
        self.assertEqual(self.ann.tasks.open().count(), 1)

    def test_other_act_or_other_tasks_are_another_submission(self):
        milk, bread = self.add_task(), self.add_task("Bread")
        key = str(uuid.uuid4())
        for do, task in [("priority 3", milk), ("priority 3", bread), ("priority 2", milk)]:
            self.do(do, task, key=key)
        self.assertEqual(self.ann.acts.count(), 3)

    def test_each_form_has_a_key_of_its_own(self):
        self.add_task(due_date=date(2026, 11, 20))
        keys = values(self.get("/today/"), "key") + values(self.get("/today/"), "key")
        self.assertEqual((len(keys), len(set(keys))), (6, 6))  # of add, bulk and reschedule


class OriginTests(BulkTests):
    """Acts from each page that has the bar."""

    def test_bar_offers_to_reopen_or_complete(self):
        work, tag = self.add_list(), self.add_tag()
        urls = ["/today/", "/upcoming/", "/inbox/", work.get_absolute_url(), tag.get_absolute_url()]
        offered = {url: ["complete"] for url in urls}
        offered |= {"/completed/": ["reopen"], "/tasks/": ["complete", "reopen"]}
        acts = "[name=do][value=complete], [name=do][value=reopen]"
        for url, found in offered.items():
            with self.subTest(url=url):
                buttons = select(self.get(url), acts)
                self.assertEqual([button.get("value") for button in buttons], found)

    def test_bar_offers_no_archived_lists(self):
        self.add_list()
        self.add_list("Away").archive()
        options = select(self.get("/inbox/"), "#bulk-list option")
        self.assertEqual([words_of(option) for option in options], ["Inbox", "Work"])

    def test_completed_tasks_of_today_can_be_deleted_but_not_completed(self):
        today = {"due_date": date(2026, 11, 25)}
        milk, bread = self.add_task(**today), self.add_task("Bread", **today)
        bread.complete()
        _, fields = which_of(self.get("/today/"))
        self.assertEqual(fields["page"].split(), [str(milk.pk), str(bread.pk)])
        completed_at = self.now
        data = fields | {"which": "page", "next": "/today/"}
        response = self.send("complete", **data, headers=HTMX)
        self.assertEqual(messages_of(response), ["Completed “Milk”."])
        self.assertEqual(sections_of(response), [("Done today 2", ["Bread", "Milk"])])
        bread.refresh_from_db()
        self.assertEqual((bread.completed_at, bread.version), (completed_at, 2))
        data["key"] = str(uuid.uuid4())
        response = self.send("delete", **data, headers=HTMX)
        self.assertEqual(messages_of(response), ["Deleted 2 tasks."])
        self.assertEqual(sections_of(response), [])

    def test_htmx_gets_the_new_state_of_each_page(self):
        work, tag = self.add_list(), self.add_tag()
        day = date(2026, 11, 26)
        milk, bread = (self.add_task(title, list=work, due_date=day) for title in ["Milk", "Bread"])
        for task in (milk, bread):
            task.attach([tag])
        thursday = "Tomorrow · Thu 26 Nov"
        for url, before, after in [
            (work.get_absolute_url(), ["Milk", "Bread"], ["Bread", "Milk"]),  # done, below
            (tag.get_absolute_url(), ["Milk", "Bread"], ["Bread"]),
            ("/upcoming/", ["Milk", "Bread"], ["Bread"]),
            ("/tasks/", ["Bread", "Milk"], ["Bread", "Milk"]),
            ("/tasks/?status=pending", ["Bread", "Milk"], ["Bread"]),
            ("/completed/", [], ["Milk"]),
        ]:
            with self.subTest(url=url):
                self.assertEqual(self.titles(url), before)
                response = self.send("complete", milk, next=url, headers=HTMX)
                self.assertEqual(titles_of(response), after)
                if url == "/upcoming/":
                    self.assertIn((f"{thursday} 1", ["Bread"]), sections_of(response))
                undo, _ = undo_of(response)
                response = self.client.post(undo, {"next": url}, headers=HTMX)
                self.assertEqual(titles_of(response), before)

    def test_htmx_gets_the_new_counts_of_lists(self):
        work, tag = self.add_list(), self.add_tag()
        milk = self.add_task(list=work, due_date=date(2026, 11, 25))
        milk.attach([tag])
        for url in [work.get_absolute_url(), tag.get_absolute_url(), "/inbox/", "/today/"]:
            with self.subTest(url=url):
                response = self.send("complete", milk, next=url, headers=HTMX)
                self.assertEqual(counts_of(response), {"Inbox": 0, "Today": 0, "Work": 0})
                undo, _ = undo_of(response)
                response = self.client.post(undo, {"next": url}, headers=HTMX)
                self.assertEqual(counts_of(response), {"Inbox": 0, "Today": 1, "Work": 1})

    def test_tasks_can_be_reopened_on_the_completed_page(self):
        for title in ["One", "Two"]:
            self.add_task(title).complete()
        _, fields = which_of(self.get("/completed/"))
        data = fields | {"which": "page", "next": "/completed/"}
        response = self.send("reopen", **data, headers=HTMX)
        self.assertEqual(messages_of(response), ["Reopened 2 tasks."])
        self.assertEqual(counts_of(response), {"Inbox": 2, "Today": 0})
        self.assertContains(response, "Nothing completed yet")

    def test_act_on_the_page_of_an_archived_list(self):
        away = self.add_list("Away")
        milk = self.add_task(list=away)
        away.archive()
        before = self.rows()
        response = self.do("complete", milk, next=away.get_absolute_url())
        self.assertEqual(messages_of(response), ["Completed “Milk”."])
        self.assertEqual(sections_of(response), [("Completed 1", ["Milk"])])
        self.undo(response)
        self.assertEqual(self.rows(), before)

    def test_act_on_the_page_of_a_task_with_its_listing(self):
        milk, bread = self.add_task(), self.add_task("Bread")
        url = f"/tasks/{milk.pk}/?on=%2Finbox%2F"
        response = self.send("complete", bread, next=url, headers=HTMX)
        self.assertEqual(titles_of(response), ["Milk"])
        response = self.do("complete", milk, next=url)
        self.assertEqual(messages_of(response), ["Completed “Milk”."])


class QueryTests(BulkTests):
    """An act and its undo take the same number of queries for 12 tasks as for one."""

    ACTS = {
        "complete": {},
        "due 2026-11-27": {},
        "due none": {},
        "priority 3": {},
        "list": {"list": "{home}"},
        "tag": {"tags": "calls new"},
        "untag": {"tags": "calls"},
        "delete": {},
        "reopen": {},
    }

    def count(self, url, **data):
        with CaptureQueriesContext(connection) as queries:
            response = self.client.post(url, {"next": "/settings/"} | data)
        self.assertEqual(response.status_code, 302)
        return len(queries)

    def counts(self, do, tasks, data):
        """Return the numbers of queries of an act and its undo."""
        acts = self.ann.acts.count()
        act = self.count(BULK, do=do, ids=[task.pk for task in tasks], **data)
        self.assertEqual(self.ann.acts.count(), acts + 1)
        latest = self.ann.acts.latest("pk")
        self.assertEqual(latest.changes.exclude(task=None).count(), len(tasks))
        undo = self.count(f"/history/{latest.pk}/undo/")
        return act, undo

    def add_tasks(self, number, tag, **fields):
        model = self.ann.tasks.model
        tasks = self.ann.tasks.bulk_create(
            model(user=self.ann, title=f"Task {n}", due_date=date(2026, 11, 20),
                  position=f"b{n:03}V", **fields)
            for n in range(number)
        )  # fmt: skip
        pair = model.tags.through
        pair.objects.bulk_create(pair(user=self.ann, task=task, tag=tag) for task in tasks)
        return tasks

    def test_twelve_tasks_take_one_query_less_than_one(self):
        home, tag = self.add_list("Home"), self.add_tag("calls")
        self.client.get("/settings/")  # the first request of a session notes when it was seen
        groups = {}
        for number in (1, 12):
            work = self.add_list(f"Work {number}")
            groups[number] = self.add_tasks(number, tag, list=work)
        for do, data in self.ACTS.items():
            data = {name: text.format(home=home.pk) for name, text in data.items()}
            if do == "tag":
                data["tags"] = "new"
            if do == "reopen":
                self.ann.tasks.complete()
            with self.subTest(do=do):
                counts = {n: self.counts(do, tasks, data) for n, tasks in groups.items()}
                (twelve, undo), (one, undo_of_one) = counts[12], counts[1]
                # Its message asks for the tags of the rows that it doesn't name.
                of_tags = int(do in {"tag", "untag"})
                self.assertEqual((twelve + 1, undo), (one, undo_of_one + of_tags))

    def add_repeats(self, number, tag):
        """Add so many of each kind of repeat, the last of which is due, with two steps each."""
        tasks = []
        for rule, repeat_from in [
            ("FREQ=DAILY", "due"),
            ("FREQ=WEEKLY;BYDAY=FR", "completion"),
            ("FREQ=DAILY;COUNT=9", "completion"),
            ("FREQ=DAILY;UNTIL=20261120", "due"),
        ]:
            fields = {
                "repeat": rule,
                "repeat_from": repeat_from,
                "list": self.add_list(f"{number} {rule}"),
            }
            tasks += self.add_tasks(number, tag, repeat_anchor=date(2026, 11, 20), **fields)
        Step.objects.bulk_create(
            Step(user=self.ann, task=task, title="Step", position=f"a{n}", done=n)
            for task in tasks
            for n in range(2)
        )
        return tasks

    def test_four_of_each_kind_of_repeat_take_as_many_queries_as_one(self):
        home, tag = self.add_list("Home"), self.add_tag("calls")
        self.client.get("/settings/")
        groups = {number: self.add_repeats(number, tag) for number in (1, 4)}
        for do, data in self.ACTS.items():
            if do == "reopen":
                continue  # they are open: of these only occurrences are completed
            data = {name: text.format(home=home.pk) for name, text in data.items()}
            counts = {}
            for number, tasks in groups.items():
                act = self.count(BULK, do=do, ids=[task.pk for task in tasks], **data)
                undo = self.count(f"/history/{self.ann.acts.latest('pk').pk}/undo/")
                counts[number] = act, undo
            with self.subTest(do=do):
                self.assertEqual(counts[4], counts[1])
