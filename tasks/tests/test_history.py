"""The history: acts in plain words, and their undo through the pages."""

import random
import re
from datetime import UTC, date, datetime, time, timedelta
from unittest import mock

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone

from accounts.models import Event
from accounts.tests.people import add_user
from tasks import urls
from tasks.pages.history import part_of
from tasks.tests.pages import (
    HTMX,
    PageTests,
    counts_of,
    messages_of,
    sections_of,
    undo_of,
    words_of,
)
from tasks.tests.rows import in_order, rows_of, to_old_form
from todosite.tests.html import one, select

UNDO = 'form[action^="/history/"][action$="/undo/"]'


def parts_of(response):
    """Return the lines of a history, in their order."""
    return select(response, "li.act-line")


def lines_of(response):
    """Return the first words of each line of a history: You completed “Milk”."""
    return [words_of(part.cssselect("p")[0]) for part in parts_of(response)]


def said_of(words):
    """Return the beginning of a message that corresponds to a sentence of the history."""
    return words[0].upper() + words[1:]


def undoable(response):
    """Return the lines of a history with an Undo."""
    lines = zip(lines_of(response), parts_of(response), strict=True)
    return [line for line, part in lines if part.cssselect(UNDO)]


class HistoryTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 25, 12, 0)  # a Wednesday
        # Moments are stored in UTC, as Django writes them.
        mock.patch("django.utils.timezone.now", return_value=timezone.now().astimezone(UTC)).start()

    def lines(self, query=""):
        return lines_of(self.get(f"/history/{query}"))

    def bulk(self, do, *tasks, **data):
        return self.post("/tasks/bulk/", do=do, ids=[task.pk for task in tasks], **data)

    def act(self):
        """Return the latest act."""
        return self.ann.acts.latest("pk")

    def undo_latest(self):
        return self.post(f"/history/{self.act().pk}/undo/", next="/inbox/")

    def assertTold(self, line, task=None):
        """Assert the sentence of the latest act, in the history and on the page of its task."""
        pages = ["/history/", *([task.get_absolute_url()] if task else [])]
        self.assertEqual([lines_of(self.get(page))[0] for page in pages], [line] * len(pages))


class WordsTests(HistoryTests):
    def test_empty_history_says_so(self):
        page = self.get("/history/")
        self.assertEqual(lines_of(page), [])
        self.assertContains(page, "Nothing here yet")
        self.assertContains(self.get(self.add_task().get_absolute_url()), "No history yet.")

    def test_sentences_of_acts_on_a_task(self):
        work, _ = self.add_list(), self.add_task("Bread")
        self.post("/tasks/add/", text="Milk")
        task = self.ann.tasks.get(title="Milk")
        self.assertTold("You added “Milk”", task)
        acts = [
            ("edit", {"title": "Oat milk"}, "You renamed “Milk” to “Oat milk”"),
            ("edit", {"title": "Milk"}, "You renamed “Oat milk” to “Milk”"),
            ("edit", {"priority": 3}, "You gave “Milk” high priority"),
            ("edit", {"priority": 0}, "You removed the priority from “Milk”"),
            ("edit", {"due_date": "2026-11-27"}, "You moved “Milk” to Fri 27 Nov"),
            (
                "edit",
                {"due_date": "2026-11-26", "due_time": "9:00"},
                "You moved “Milk” to Thu 26 Nov at 09:00",
            ),
            ("edit", {"due_time": "10:00"}, "You moved “Milk” to 10:00"),
            ("edit", {"due_date": "", "due_time": ""}, "You removed the date from “Milk”"),
            ("edit", {"list": work.pk}, "You moved “Milk” to “Work”"),
            ("edit", {"list": ""}, "You moved “Milk” to the Inbox"),
            ("edit", {"tags": "home calls"}, "You added #calls and #home to “Milk”"),
            ("edit", {"tags": "calls"}, "You removed #home from “Milk”"),
            ("edit", {"tags": "bills"}, "You added #bills to “Milk” and removed #calls"),
            ("edit", {"description": "Two litres"}, "You edited “Milk”"),
            ("complete", {}, "You completed “Milk”"),
            ("reopen", {}, "You reopened “Milk”"),
            ("move", {"to": "top"}, "You moved “Milk” up"),
        ]
        for act, data, _ in acts:
            self.send(f"/tasks/{task.pk}/{act}/", **data)
        lines = [line for *_, line in reversed(acts)]
        for page in ["/history/", f"/history/?task={task.pk}"]:
            self.assertEqual(lines_of(self.get(page))[: len(acts)], lines)
        self.assertTold(lines[0], task)
        self.send(f"/tasks/{task.pk}/edit/", title="Oat", priority=1)
        self.assertTold("You edited “Oat”", task)
        self.send(f"/tasks/{task.pk}/edit/", title="Milk", priority=0)
        self.assertTold("You edited “Milk”", task)
        self.post(f"/tasks/{task.pk}/delete/")
        self.assertTold("You deleted “Milk”")
        self.post(f"/tasks/{task.pk}/restore/")
        self.assertTold("You restored “Milk”", task)

    def test_sentences_of_acts_on_a_step(self):
        task = self.add_task()
        self.add_step(task, "Pour")
        self.post(f"/tasks/{task.pk}/steps/add/", title="Whisk")
        step = task.steps.get(title="Whisk")
        self.assertTold("You added the step “Whisk”", task)
        for act, data, line in [
            ("tick", {"done": 1}, "You completed the step “Whisk”"),
            ("tick", {"done": 0}, "You reopened the step “Whisk”"),
            ("edit", {"title": "Stir"}, "You renamed “Whisk” to “Stir”"),
            ("move", {"to": "top"}, "You moved the step “Stir” up"),
            ("delete", {}, "You deleted the step “Stir”"),
            ("restore", {}, "You restored the step “Stir”"),
        ]:
            with self.subTest(act=act):
                self.send(f"/steps/{step.pk}/{act}/", **data)
                self.assertTold(line, task)

    def test_sentences_of_acts_on_a_list(self):
        self.add_list("Home")
        self.post("/lists/add/", name="Work", color="teal")
        work = self.ann.lists.get(name="Work")
        self.assertTold("You added the list “Work”")
        for act, data, line in [
            ("edit", {"name": "Office"}, "You renamed “Work” to “Office”"),
            ("edit", {"color": "rose"}, "You edited the list “Office”"),
            ("move", {"to": "top"}, "You moved the list “Office” up"),
            ("archive", {}, "You archived the list “Office”"),
            ("unarchive", {}, "You unarchived the list “Office”"),
            ("delete", {"tasks": "inbox"}, "You deleted the list “Office”"),
            ("restore", {}, "You restored the list “Office”"),
        ]:
            with self.subTest(act=act):
                self.send(f"/lists/{work.pk}/{act}/", **data)
                self.assertTold(line)

    def test_sentences_of_a_list_deleted_with_its_tasks(self):
        work = self.add_list()
        milk, _ = self.add_task(list=work), self.add_task("Bread", list=work)
        self.post(f"/lists/{work.pk}/delete/", tasks="trash")
        self.assertTold("You deleted the list “Work”, and 2 tasks with it")
        self.post(f"/lists/{work.pk}/restore/")
        self.assertTold("You restored the list “Work”, and 2 tasks with it")
        past = lines_of(self.get(milk.get_absolute_url()))
        self.assertEqual(past, ["You restored “Milk”", "You deleted “Milk”"])

    def test_sentences_of_a_list_deleted_without_its_tasks(self):
        work = self.add_list()
        milk = self.add_task(list=work)
        self.post(f"/lists/{work.pk}/delete/", tasks="inbox")
        self.assertTold("You deleted the list “Work”, and moved 1 task to the Inbox")
        self.post(f"/lists/{work.pk}/restore/")
        self.assertTold("You restored the list “Work”, and 1 task with it")
        past = lines_of(self.get(milk.get_absolute_url()))
        self.assertEqual(past, ["You moved “Milk” to “Work”", "You moved “Milk” to the Inbox"])

    def test_sentences_of_acts_on_a_tag(self):
        tag = self.add_tag()
        for act, data, line in [
            ("edit", {"name": "phone"}, "You renamed “calls” to “phone”"),
            ("delete", {}, "You deleted #phone"),
            ("restore", {}, "You restored #phone"),
        ]:
            with self.subTest(act=act):
                self.send(f"/tags/{tag.pk}/{act}/", **data)
                self.assertTold(line)

    def test_act_on_several_tasks_has_a_sentence_on_each_page(self):
        work = self.add_list()
        milk, bread = self.add_task(), self.add_task("Bread")
        acts = [
            ("complete", {}, "You completed 2 tasks", "You completed “Milk”"),
            ("reopen", {}, "You reopened 2 tasks", "You reopened “Milk”"),
            ("priority 3", {}, "You gave 2 tasks high priority", "You gave “Milk” high priority"),
            (
                "priority 0",
                {},
                "You removed the priority from 2 tasks",
                "You removed the priority from “Milk”",
            ),
            (
                *("due 2026-11-27", {}, "You moved 2 tasks to Fri 27 Nov"),
                "You moved “Milk” to Fri 27 Nov",
            ),
            (
                "due none",
                {},
                "You removed the date from 2 tasks",
                "You removed the date from “Milk”",
            ),
            (
                "list",
                {"list": work.pk},
                "You moved 2 tasks to “Work”",
                "You moved “Milk” to “Work”",
            ),
            (
                "tag",
                {"tags": "b a"},
                "You added #a and #b to 2 tasks",
                "You added #a and #b to “Milk”",
            ),
            ("untag", {"tags": "b"}, "You removed #b from 2 tasks", "You removed #b from “Milk”"),
        ]
        for do, data, _, own in acts:
            with self.subTest(do=do):
                self.send("/tasks/bulk/", do=do, ids=[milk.pk, bread.pk], **data)
                self.assertEqual(lines_of(self.get(milk.get_absolute_url()))[0], own)
        page = self.get("/history/")
        self.assertEqual(lines_of(page)[: len(acts)], [line for _, _, line, _ in reversed(acts)])
        for part in parts_of(page)[: len(acts)]:
            self.assertIn("“Milk”, “Bread”", words_of(part))
        self.bulk("delete", milk, bread)
        self.assertTold("You deleted 2 tasks")

    def test_act_on_many_tasks_names_the_first_three(self):
        tasks = [self.add_task(f"Task {number}") for number in range(7)]
        self.bulk("list", *tasks, list=self.add_list().pk)
        page = self.get("/history/")
        self.assertEqual(lines_of(page)[0], "You moved 7 tasks to “Work”")
        self.assertIn("“Task 0”, “Task 1”, “Task 2”, …", words_of(parts_of(page)[0]))
        self.assertNotIn("Task 3", words_of(parts_of(page)[0]))

    def test_tags_of_many_tasks_are_told_even_if_the_first_have_one(self):
        tasks = [self.add_task(f"Task {number}") for number in range(6)]
        self.bulk("tag", *tasks[:4], tags="a")
        self.bulk("tag", tasks[4], tags="b")
        self.bulk("tag", *tasks, tags="a b")
        self.assertTold("You added #a and #b to 6 tasks")
        self.undo_latest()
        self.assertTold("You undid: added #a and #b to 6 tasks")

    def test_sentences_of_undo_and_redo(self):
        task = self.add_task()
        task.complete()
        self.undo_latest()
        self.assertTold("You undid: completed “Milk”", task)
        self.undo_latest()
        self.assertTold("You redid: completed “Milk”", task)

    def test_undo_of_an_edit_quotes_the_edit(self):
        task, work = self.add_task(), self.add_list()
        for fields, line in [
            ({"title": "Oat"}, "You undid: renamed “Milk” to “Oat”"),
            ({"priority": 2}, "You undid: gave “Milk” medium priority"),
            ({"list": work}, "You undid: moved “Milk” to “Work”"),
        ]:
            task.edit(**fields)
            self.undo_latest()
            self.assertTold(line, task)

    def test_edit_shows_each_changed_field(self):
        task = self.add_task(due_date=date(2026, 11, 25), due_time=time(9))
        self.post(f"/tasks/{task.pk}/edit/", title="Oat", due_time="", priority=1, tags="calls")
        (line,) = parts_of(self.get("/history/"))
        self.assertIn(
            "Title Milk → became Oat Priority None → became Low"
            " Time 09:00 → became nothing #calls No → became Yes",
            words_of(line),
        )

    def test_tags_in_acts_of_the_earlier_version_read_the_same(self):
        milk, bread = self.add_task(), self.add_task("Bread")
        calls, home = self.add_tag("calls", milk), self.add_tag("home")
        milk.edit(title="Oat milk", add_tags=[home])
        act = self.act()
        milk.edit(add_tags=[self.add_tag("shop")], remove_tags=[calls, home])
        self.undo_latest()
        self.bulk("tag", milk, bread, tags="a b")
        pages = ["/history/", milk.get_absolute_url(), act.get_absolute_url()]
        told = [[words_of(part) for part in parts_of(self.get(page))] for page in pages]
        self.assertIn("You added #a and #b to 2 tasks", told[0][0])
        self.assertIn("#home before: No → after: Yes", told[2][0])
        to_old_form()
        again = [[words_of(part) for part in parts_of(self.get(page))] for page in pages]
        self.assertEqual(again, told)

    def test_purged_names_are_not_shown(self):
        task, work, calls = self.add_task(), self.add_list(), self.add_tag()
        task.edit(list=work)
        task.edit(add_tags=[calls])
        work.delete_softly()
        calls.delete_softly()
        self.assertIn("You moved “Milk” to a deleted list", self.lines())
        self.assertIn("You added a deleted tag to “Milk”", self.lines())

    def test_new_tag_outlives_the_task_it_was_made_for(self):
        task = self.add_task()
        self.post(f"/tasks/{task.pk}/edit/", tags="new")
        task.delete_softly()
        self.ann.tasks(manager="trash").get().purge()
        self.assertTold("You added #new")

    def test_titles_are_escaped_and_empty_ones_have_a_name(self):
        task = self.add_task("")
        task.edit(title="<b>Milk</b>")
        page = self.get("/history/")
        self.assertContains(page, "You renamed “(untitled)” to “&lt;b&gt;Milk&lt;/b&gt;”")

    @override_settings(ADMIN_REQUIRES_MFA=False)
    def test_acts_of_support_name_support(self):
        task = self.add_task()
        self.client.force_login(add_user("root@example.org", is_staff=True, is_superuser=True))
        admin = "/admin/tasks/task/"
        fields = {"title": "Oat milk", "initial-title": "Milk", "description": ""}
        self.post(f"{admin}{task.pk}/change/", **fields)
        chosen = {"_selected_action": task.pk}
        self.post(admin, action="delete_selected", post="yes", **chosen)
        self.post(f"{admin}?trash=1", action="restore", **chosen)
        self.post(f"{admin}add/", user="ann@example.org", title="Bread")
        self.client.force_login(self.ann)
        self.assertEqual(
            self.lines(),
            [
                "Support added “Bread”",
                "Support restored “Oat milk”",
                "Support deleted “Oat milk”",
                "Support renamed “Milk” to “Oat milk”",
            ],
        )
        self.assertEqual(lines_of(self.get(task.get_absolute_url())), self.lines()[1:])
        act = self.ann.acts.earliest("pk")
        self.assertContains(
            self.get(f"/history/{act.pk}/"), "<h1>Support renamed “Milk” to “Oat milk”</h1>"
        )

    def test_times_are_in_the_users_zone_and_clock(self):
        self.add_task().complete()
        for moment, words, american in [
            ((25, 6, 0), "Today 11:45", "Today 11:45 am"),
            ((24, 20, 30), "Today 02:15", "Today 2:15 am"),  # in Kathmandu it is the 25th
            ((24, 8, 17), "Yesterday 14:02", "Yesterday 2:02 pm"),
            ((20, 8, 17), "Fri 20 Nov 14:02", "Fri Nov 20 2:02 pm"),
        ]:
            self.ann.acts.update(created_at=datetime(2026, 11, *moment, tzinfo=UTC))
            self.send("/settings/", date_format="day", hours=24)
            self.assertContains(self.client.get("/history/"), f">{words}</time>")
            self.send("/settings/", date_format="month", hours=12)
            self.assertContains(self.client.get("/history/"), f">{american}</time>")
            act = self.client.get(f"/history/{self.act().pk}/")
            self.assertContains(act, f">{american}</time>")

    def test_page_of_a_task_has_its_last_five_acts_and_a_link_to_all(self):
        task = self.add_task()
        for _ in range(3):
            task.complete()
            task.reopen()
        page = self.get(task.get_absolute_url())
        self.assertEqual(lines_of(page), ["You reopened “Milk”", "You completed “Milk”"] * 2 +
                         ["You reopened “Milk”"])  # fmt: skip
        self.assertIsNone(one(page, f"details#past-{task.pk}").get("open"))
        self.assertContains(page, f'href="/history/?task={task.pk}"')
        self.assertEqual(len(self.lines(f"?task={task.pk}")), 6)


class FilterTests(HistoryTests):
    def setUp(self):
        super().setUp()
        work = self.add_list()
        self.task, other = self.add_task(), self.add_task("Bread")
        self.task.edit(priority=3)
        self.task.move(to="bottom")
        self.add_step(self.task)
        other.complete()
        self.undo_latest()
        self.add_tag().delete_softly()
        work.archive()

    ARCHIVED = "You archived the list “Work”"
    DELETED = "You deleted #calls"
    UNDONE = "You undid: completed “Bread”"
    COMPLETED = "You completed “Bread”"
    STEP = "You added the step “Whisk”"
    MOVED = "You moved “Milk” down"
    EDITED = "You gave “Milk” high priority"
    ADDED = "You added the list “Work”"

    def test_history_can_be_filtered_by_act_and_by_row(self):
        for query, lines in [
            (
                "",
                [
                    *[self.ARCHIVED, self.DELETED, self.UNDONE, self.COMPLETED],
                    *[self.STEP, self.MOVED, self.EDITED, self.ADDED],
                ],
            ),
            ("?kind=&of=", self.lines()),
            ("?kind=add", [self.STEP, self.ADDED]),
            ("?kind=edit", [self.MOVED, self.EDITED]),
            ("?kind=complete", [self.COMPLETED]),
            ("?kind=delete", [self.ARCHIVED, self.DELETED]),
            ("?kind=undo", [self.UNDONE]),
            ("?of=task", [self.UNDONE, self.COMPLETED, self.MOVED, self.EDITED]),
            ("?of=step", [self.STEP]),
            ("?of=list", [self.ARCHIVED, self.ADDED]),
            ("?of=tag", [self.DELETED]),
            ("?kind=add&of=list", [self.ADDED]),
            ("?kind=add&of=tag", []),
        ]:
            with self.subTest(query=query):
                self.assertEqual(self.lines(query), lines)

    def test_history_of_a_task_includes_its_steps(self):
        query = f"?task={self.task.pk}"
        self.assertEqual(self.lines(query), [self.STEP, self.MOVED, self.EDITED])
        self.assertEqual(self.lines(f"{query}&kind=edit"), [self.MOVED, self.EDITED])
        page = self.get(f"/history/{query}")
        self.assertContains(page, "Changes to “Milk”")
        self.assertContains(page, f'<input type="hidden" name="task" value="{self.task.pk}"')

    def test_form_shows_the_chosen_filters(self):
        page = self.get("/history/?kind=delete&of=tag")
        self.assertContains(page, '<option value="delete" selected>')
        self.assertContains(page, '<option value="tag" selected>')

    def test_history_of_an_unknown_task_is_empty(self):
        self.assertEqual(self.lines("?task=1"), [])

    def test_invalid_address_is_a_400_that_names_the_part(self):
        kind = "“kind” must be add, edit, complete, delete or undo."
        page = "“page” must be a whole number from 1 to 1000000000."
        for query, words in [
            ("kind=x", kind),
            ("of=x", "“of” must be task, step, list or tag."),
            ("task=x", "“task” must be the id of a task."),
            ("task=9999999999999999999", "“task” must be the id of a task."),
            *((f"page={number}", page) for number in ["x", "0", "-1", "1_0", "10000000000"]),
            ("kind=x&page=x", f"{kind} {page}"),
        ]:
            with self.subTest(query=query):
                response = self.client.get(f"/history/?{query}")
                self.assertContains(response, words, status_code=400)


class PageByPageTests(HistoryTests):
    def test_page_has_fifty_acts(self):
        for number in range(51):
            self.add_task(f"Task {number}").complete()
        page = self.get("/history/?kind=complete")
        latest = [f"You completed “Task {number}”" for number in range(50, 0, -1)]
        self.assertEqual(lines_of(page), latest)
        self.assertContains(page, 'rel="next" href="?kind=complete&amp;page=2"')
        self.assertNotContains(page, 'rel="prev"')
        page = self.get("/history/?kind=complete&page=2")
        self.assertEqual(lines_of(page), ["You completed “Task 0”"])
        self.assertContains(page, 'rel="prev" href="?kind=complete&amp;page=1"')
        self.assertNotContains(page, 'rel="next"')
        page = self.get("/history/?kind=complete&page=3")
        self.assertEqual(lines_of(page), [])
        self.assertContains(page, "This page is empty")
        self.assertContains(page, 'href="?kind=complete">Go to the first page')

    def test_fifty_acts_have_no_second_page(self):
        for number in range(50):
            self.add_task(f"Task {number}").complete()
        self.assertNotContains(self.get("/history/"), 'aria-label="Pages"')

    def test_changes_of_an_act_come_in_pages(self):
        self.bulk("complete", *(self.add_task(f"Task {number}") for number in range(51)))
        url = f"/history/{self.act().pk}/"
        self.assertContains(self.get(url), "<h1>You completed 51 tasks</h1>")
        self.assertContains(self.get(url), "Page 1 of 2")
        titles = [f"“Task {number}”" for number in range(50)]
        self.assertEqual(lines_of(self.get(url)), titles)
        self.assertEqual(len(parts_of(self.get(f"{url}?page=2"))), 1)

    def test_unknown_act_is_not_found(self):
        for url in ["/history/1/", "/history/99999999999999999999999/"]:
            self.assertEqual(self.client.get(url).status_code, 404)
            self.assertEqual(self.client.post(f"{url}undo/").status_code, 404)


class UndoPageTests(HistoryTests):
    def press(self, response, line):
        """Press the Undo of a line of a history."""
        part = parts_of(response)[lines_of(response).index(line)]
        return self.post(one(part, "form").get("action"), next="/history/")

    def test_only_the_latest_of_undo_and_redo_has_a_button(self):
        task = self.add_task()
        task.complete()
        states = []
        for line, words in [
            ("You completed “Milk”", "Undone: completed “Milk”."),
            ("You undid: completed “Milk”", "Redone: completed “Milk”."),
            ("You redid: completed “Milk”", "Undone: completed “Milk”."),
        ]:
            page = self.get("/history/")
            self.assertEqual(undoable(page), [line])
            self.assertEqual(messages_of(self.press(page, line)), [words])
            states.append(self.ann.tasks.open().count())
        self.assertEqual(states, [1, 0, 1])
        self.assertEqual(undoable(self.get("/history/")), ["You undid: completed “Milk”"])

    def test_undone_act_is_marked_until_redone(self):
        self.add_task().complete()
        self.undo_latest()
        undo, act = parts_of(self.get("/history/"))
        self.assertIn("data-undone", act.attrib)
        self.assertIn("· Undone", words_of(act))
        self.assertNotIn("data-undone", undo.attrib)
        self.undo_latest()
        self.assertNotContains(self.get("/history/"), "data-undone")
        self.undo_latest()
        marked = ["data-undone" in part.attrib for part in parts_of(self.get("/history/"))]
        self.assertEqual(marked, [False, False, False, True])

    def test_acts_can_be_undone_for_thirty_days(self):
        self.add_task().complete()
        now = timezone.now()
        url = f"/history/{self.act().pk}/"
        self.ann.acts.update(created_at=now - timedelta(days=30) + timedelta(minutes=1))
        self.assertEqual(undoable(self.get("/history/")), ["You completed “Milk”"])
        self.assertContains(self.get(url), f'action="{url}undo/"')
        self.ann.acts.update(created_at=now - timedelta(days=31))
        before = rows_of(self.ann, set())
        self.assertEqual((self.lines(), undoable(self.get("/history/"))),
                         (["You completed “Milk”"], []))  # fmt: skip
        self.assertNotContains(self.get(url), "/undo/")
        response = self.post(f"{url}undo/", next="/history/")
        words = "That was more than 30 days ago, so it can no longer be undone."
        self.assertEqual(messages_of(response), [words])
        self.assertEqual((rows_of(self.ann, set()), self.ann.acts.count()), (before, 1))

    def test_undo_sent_twice_says_that_it_was_already_undone(self):
        self.add_task().complete()
        url = f"/history/{self.act().pk}/undo/"
        self.assertEqual(messages_of(self.post(url)), ["Undone: completed “Milk”."])
        before = rows_of(self.ann, set())
        response = self.post(url)
        self.assertEqual(messages_of(response), ["That was already undone."])
        self.assertNotContains(response, 'action="/history/')
        self.assertEqual((rows_of(self.ann, set()), self.ann.acts.count()), (before, 2))

    def test_message_of_an_undo_offers_redo(self):
        self.add_task().complete()
        response = self.undo_latest()
        response = self.undo(response)
        self.assertEqual(messages_of(response), ["Redone: completed “Milk”."])
        response = self.undo(response)
        self.assertEqual(messages_of(response), ["Undone: completed “Milk”."])
        self.assertEqual(self.titles("/inbox/"), ["Milk"])

    def test_undo_needs_a_post(self):
        self.add_task().complete()
        self.assertEqual(self.client.get(f"/history/{self.act().pk}/undo/").status_code, 405)
        self.assertEqual(self.ann.tasks.open().count(), 0)

    def test_htmx_gets_the_return_page_of_undo(self):
        task = self.add_task()
        task.complete()
        data = {"next": "/inbox/"}
        response = self.client.post(f"/history/{self.act().pk}/undo/", data, headers=HTMX)
        self.assertEqual(sections_of(response), [("", ["Milk"])])
        self.assertContains(response, f'data-focus="task-{task.pk}"')
        self.assertContains(response, f'hx-post="/history/{self.act().pk}/undo/"')

    def test_htmx_gets_the_new_counts_of_lists(self):
        work = self.add_list()
        self.add_task().edit(list=work)
        url, data = f"/history/{self.act().pk}/undo/", {"next": work.get_absolute_url()}
        response = self.client.post(url, data, headers=HTMX)
        self.assertEqual(counts_of(response), {"Inbox": 1, "Today": 0, "Work": 0})

    def test_htmx_gets_the_restored_name_in_the_sidebar(self):
        for deleted in [self.add_list("Office"), self.add_tag("calls", self.add_task())]:
            deleted.delete_softly()
            url = f"/history/{self.act().pk}/undo/"
            response = self.client.post(url, {"next": "/inbox/"}, headers=HTMX)
            with self.subTest(deleted=deleted.name):
                names = [
                    words_of(link).partition(",")[0] for link in select(response, "#sidebar a")
                ]
                self.assertIn(deleted.name, names)

    def test_htmx_gets_form_and_history_on_the_page_of_a_task(self):
        task = self.add_task()
        task.edit(title="Oat milk")
        data = {"next": f"/tasks/{task.pk}/?on=%2Finbox%2F"}
        response = self.client.post(f"/history/{self.act().pk}/undo/", data, headers=HTMX)
        self.assertContains(response, 'hx-target="#detail-body"')
        self.assertContains(response, ">\nMilk</textarea>")
        self.assertEqual(lines_of(response)[0], "You undid: renamed “Milk” to “Oat milk”")

    def test_undo_that_deletes_the_pages_task_leads_to_its_listing(self):
        self.post("/tasks/add/", text="Milk")
        task = self.ann.tasks.get()
        url, data = f"/history/{self.act().pk}/undo/", {"next": f"/tasks/{task.pk}/"}
        response = self.client.post(url, data, headers=HTMX)
        self.assertEqual(response["HX-Redirect"], "/inbox/")
        self.assertEqual(self.titles("/trash/"), ["Milk"])


class ConflictTests(HistoryTests):
    def test_partial_undo_names_the_conflict(self):
        task = self.add_task()
        task.edit(title="Oat milk", priority=3, due_date=date(2026, 11, 27))
        act = self.act()
        task.edit(title="Soy milk")
        response = self.post(f"/history/{act.pk}/undo/", next="/inbox/")
        words = "Undone in part: “Soy milk” has changed since (title), so it stays as it is."
        self.assertEqual(messages_of(response), [words])
        link = f'<a class="btn" href="/history/{act.pk}/">Show both</a>'
        self.assertContains(response, link, html=True)
        task.refresh_from_db()
        self.assertEqual((task.title, task.priority, task.due_date), ("Soy milk", 0, None))
        self.undo(response)  # of the part that was undone
        task.refresh_from_db()
        due = date(2026, 11, 27)
        self.assertEqual((task.title, task.priority, task.due_date), ("Soy milk", 3, due))

    def test_failed_undo_names_the_conflict(self):
        task = self.add_task()
        task.edit(title="Oat milk", description="Two")
        act = self.act()
        task.edit(title="Soy milk", description="Three")
        before = rows_of(self.ann, set())
        response = self.post(f"/history/{act.pk}/undo/", next="/inbox/")
        words = "Not undone: “Soy milk” has changed since (title, notes), so it stays as it is."
        self.assertEqual(messages_of(response), [words])
        self.assertContains(response, f'href="/history/{act.pk}/">Show both</a>')
        self.assertNotContains(response, "/undo/")
        self.assertEqual((rows_of(self.ann, set()), self.ann.acts.count()), (before, 2))

    def test_conflicts_of_several_rows_are_counted(self):
        tasks = [self.add_task(title) for title in ["One", "Two", "Three"]]
        self.bulk("priority 3", *tasks)
        act = self.act()
        for task in tasks[:2]:
            task.edit(priority=1)
        response = self.post(f"/history/{act.pk}/undo/", next="/inbox/")
        words = "Undone in part: 2 of them have changed since, so they stay as they are."
        self.assertEqual(messages_of(response), [words])
        self.assertEqual(list(self.ann.tasks.order_by("pk").values_list("priority", flat=True)),
                         [1, 1, 0])  # fmt: skip

    def test_conflict_shows_present_values(self):
        task, tag = self.add_task(), self.add_tag()
        task.edit(title="Oat milk", priority=3, add_tags=[tag])
        act = self.act()
        task.edit(title="Soy milk", remove_tags=[tag])
        page = self.get(f"/history/{act.pk}/")
        (part,) = parts_of(page)
        self.assertEqual(
            words_of(one(part, "dl.was")),
            "Title before: Milk → after: Oat milk Changed since; now: Soy milk"
            " Priority before: None → after: High"
            " #calls before: No → after: Yes Changed since; now: No",
        )
        self.assertContains(page, f'<a href="/tasks/{task.pk}/">“Soy milk”</a>')

    def test_new_tag_used_by_other_tasks_stays(self):
        self.post("/tasks/add/", text="Milk", tags="new")
        act = self.act()
        self.add_task("Bread").edit(add_tags=self.ann.tags.all())
        response = self.post(f"/history/{act.pk}/undo/")
        self.assertEqual(messages_of(response), ["Undone: added “Milk”."])
        self.assertEqual(list(self.ann.tags.values_list("name", flat=True)), ["new"])

    def test_taken_name_is_not_restored(self):
        work = self.add_list()
        work.edit(name="Office")
        act = self.act()
        self.add_list("Work")
        response = self.post(f"/history/{act.pk}/undo/", next="/lists/")
        words = "Not undone: the list “Office” has changed since (name), so it stays as it is."
        self.assertEqual(messages_of(response), [words])


class ForEverTests(HistoryTests):
    """Purged rows disappear from the history."""

    def pages(self):
        acts = [f"/history/{pk}/" for pk in self.ann.acts.values_list("pk", flat=True)]
        return ["/history/", self.bread.get_absolute_url(), "/trash/", "/lists/", *acts]

    def test_no_page_shows_purged_titles_and_names(self):
        self.bread = self.add_task("Bread")
        task = self.add_task("Secret milk")
        work, tag = self.add_list("Secret list"), self.add_tag("secret-tag")
        step = self.add_step(task, "Secret step")
        step.tick(True)
        task.edit(title="Secret oat milk", list=work, add_tags=[tag])
        self.bread.edit(list=work)
        self.bread.edit(add_tags=[tag])
        self.bulk("priority 3", task, self.bread)
        work.edit(name="Secret list 2")
        tag.edit(name="secret-tag-2")
        for url in self.pages():
            self.assertIn(b"ecret", self.client.get(url).content)  # the sidebar has the list
        undo = undo_of(self.post(f"/tasks/{task.pk}/delete/", next="/trash/"))[0]
        for row in (work, tag):
            row.delete_softly()
        self.post("/trash/empty/", until=(timezone.now() + timedelta(days=1)).isoformat())
        for url in self.pages():
            with self.subTest(url=url):
                self.assertNotIn(b"ecret", self.client.get(url).content)
        self.assertEqual(
            self.lines(),
            [
                "You moved “Bread” to the Inbox",  # since its list was deleted
                "You gave “Bread” high priority",
                "You added a deleted tag to “Bread”",
                "You moved “Bread” to a deleted list",
            ],
        )
        self.assertEqual(self.client.post(undo).status_code, 404)
        self.assertEqual(self.client.get(undo.removesuffix("undo/")).status_code, 404)


class EveryActTests(HistoryTests):
    """The message of each act equals its sentence in the history.

    It has an Undo, which restores the rows. test_wording.py has every act.
    """

    def setUp(self):
        super().setUp()
        work, home, away, gone = (
            self.add_list(name) for name in ["Work", "Home", "Away", "Gone list"]
        )
        milk, bread = self.add_task(list=work, due_date=date(2026, 11, 20)), self.add_task("Bread")
        self.add_task("Went with it", list=gone)
        self.add_task("Cake", list=work)
        done, deleted = self.add_task("Done"), self.add_task("Deleted")
        whisk, _, stir = (self.add_step(milk, title) for title in ["Whisk", "Pour", "Stir"])
        calls, off = self.add_tag("calls", milk), self.add_tag("off", milk)
        away.archive()
        done.complete()
        gone.delete_softly(with_tasks=True)
        for row in (deleted, stir, off):
            row.delete_softly()
        rows = {"work": work, "home": home, "away": away, "gone": gone, "milk": milk}
        rows |= {"bread": bread, "done": done, "deleted": deleted, "whisk": whisk, "stir": stir}
        rows |= {"calls": calls, "off": off}
        self.ids = {name: row.pk for name, row in rows.items()}

    ALL = {"title": "Oat milk", "priority": "3", "due_date": "2026-11-27", "due_time": "09:00"}
    ALL |= {"list": "{home}", "tags": "calls new", "description": "Two litres"}
    ACTS = [
        ("/tasks/add/", {"text": "New", "tags": "new", "list": "{work}"}, "added “New”"),
        ("/tasks/{milk}/edit/", ALL, "edited “Oat milk”"),
        ("/tasks/{milk}/edit/", {"due_date": ""}, "removed the date from “Milk”"),
        ("/tasks/{milk}/edit/", {"tags": ""}, "removed #calls from “Milk”"),
        ("/tasks/{milk}/complete/", {}, "completed “Milk”"),
        ("/tasks/{done}/reopen/", {}, "reopened “Done”"),
        ("/tasks/{milk}/move/", {"to": "bottom"}, "moved “Milk” down"),
        ("/tasks/{milk}/delete/", {}, "deleted “Milk”"),
        ("/tasks/{deleted}/restore/", {}, "restored “Deleted”"),
        ("/tasks/{milk}/steps/add/", {"title": "Bake"}, "added the step “Bake”"),
        ("/tasks/{milk}/edit/", {"step": "Bake"}, "added the step “Bake”"),
        ("/steps/{whisk}/tick/", {"done": "1"}, "completed the step “Whisk”"),
        ("/steps/{whisk}/edit/", {"title": "Beat"}, "renamed “Whisk” to “Beat”"),
        ("/steps/{whisk}/move/", {"to": "bottom"}, "moved the step “Whisk” down"),
        ("/steps/{whisk}/delete/", {}, "deleted the step “Whisk”"),
        ("/steps/{stir}/restore/", {}, "restored the step “Stir”"),
        ("/lists/add/", {"name": "New", "color": "teal"}, "added the list “New”"),
        ("/lists/{work}/edit/", {"name": "Office", "color": "rose"}, "edited the list “Office”"),
        ("/lists/{work}/move/", {"to": "bottom"}, "moved the list “Work” down"),
        ("/lists/{work}/archive/", {}, "archived the list “Work”"),
        ("/lists/{away}/unarchive/", {}, "unarchived the list “Away”"),
        (
            *("/lists/{work}/delete/", {"tasks": "inbox"}),
            "deleted the list “Work”, and moved 2 tasks to the Inbox",
        ),
        (
            *("/lists/{work}/delete/", {"tasks": "trash"}),
            "deleted the list “Work”, and 2 tasks with it",
        ),
        ("/lists/{gone}/restore/", {}, "restored the list “Gone list”, and 1 task with it"),
        ("/tags/{calls}/edit/", {"name": "phone"}, "renamed “calls” to “phone”"),
        ("/tags/{calls}/delete/", {}, "deleted #calls"),
        ("/tags/{off}/restore/", {}, "restored #off"),
        ("/tasks/bulk/", {"do": "delete", "which": "overdue", "next": "/today/"}, "deleted “Milk”"),
    ]  # fmt: skip

    def test_every_act_can_be_undone_by_its_message(self):
        for url, data, words in self.ACTS:
            with self.subTest(url=url, data=data):
                before = in_order(self.ann)
                filled = {"next": "/inbox/"} | data
                filled = {name: text.format(**self.ids) for name, text in filled.items()}
                response = self.post(url.format(**self.ids), **filled)
                self.assertNotEqual(in_order(self.ann), before)
                (said,) = messages_of(response)
                self.assertEqual(said.removesuffix(" to “Work”.").removesuffix("."), said_of(words))
                response = self.undo(response)
                self.assertEqual(messages_of(response), [f"Undone: {words}."])
                self.assertEqual(in_order(self.ann), before)

    def test_sweep_knows_every_act(self):
        swept = {resolve(re.sub("{.*?}", "1", url)).url_name for url, _, _ in self.ACTS}
        acts = {"add", "edit", "complete", "reopen", "move", "delete", "restore", "tick"}
        acts |= {"archive", "unarchive", "bulk"}
        ours = {route.name for route in urls.urlpatterns if route.name.split("_")[-1] in acts}
        # These have no history.
        elsewhere = {"search_add", "search_edit", "search_delete"}
        elsewhere |= {"reminder_add", "reminder_delete"}
        elsewhere.add("mail_complete")  # needs a signed link: CompletingTests
        elsewhere.add("import_add")  # needs a file: ImportTests
        self.assertEqual(swept, ours - elsewhere)

    def test_edit_and_step_saved_together_have_an_undo_each(self):
        milk = f"/tasks/{self.ids['milk']}/"
        response = self.post(f"{milk}edit/", title="Oat", step="Bake", next="/inbox/")
        self.assertEqual(
            messages_of(response), ["Renamed “Milk” to “Oat”.", "Added the step “Bake”."]
        )
        urls = [form.get("action") for form in select(response, UNDO)]
        words = [messages_of(self.post(url))[0] for url in urls]
        self.assertEqual(words, ["Undone: renamed “Milk” to “Oat”.",
                                 "Undone: added the step “Bake”."])  # fmt: skip

    def test_act_without_changes_has_no_undo(self):
        before = self.lines()
        for url, data in [
            ("/tasks/{done}/complete/", {}),
            ("/tasks/{milk}/edit/", {"title": "Milk"}),
            ("/lists/{away}/archive/", {}),
            ("/steps/{whisk}/tick/", {"done": "0"}),
            ("/tasks/bulk/", {"do": "complete", "ids": "{done}"}),
        ]:
            filled = {name: text.format(**self.ids) for name, text in data.items()}
            response = self.post(url.format(**self.ids), **filled, next="/inbox/")
            self.assertEqual(len(messages_of(response)), 1)
            self.assertNotContains(response, "/undo/")
        self.assertEqual(self.lines(), before)


class EventTests(HistoryTests):
    """Events of the account, among acts on tasks."""

    LOOKS = "You gave support access to your tasks for 7 days"

    def test_event_is_listed_at_its_moment(self):
        self.ann.let_support_look()
        self.post("/tasks/add/", text="Milk")
        self.ann.keep_support_out()
        page = self.get("/history/")
        lines = ["You ended support's access", "You added “Milk”", self.LOOKS]
        self.assertEqual(lines_of(page), lines)
        self.assertEqual(undoable(page), ["You added “Milk”"])
        links = [len(part.cssselect("a")) for part in parts_of(page)]
        self.assertEqual(links, [0, 1, 0])

    def test_filtered_history_has_no_events(self):
        self.post("/tasks/add/", text="Milk")
        self.ann.let_support_look()
        task = self.ann.tasks.get()
        for query in ["?kind=add", "?of=task", f"?task={task.pk}"]:
            self.assertEqual(self.lines(query), ["You added “Milk”"])

    def do(self, order):
        """Add a task for each T, and an event of the account for each E."""
        for number, letter in enumerate(order):
            if letter == "T":
                self.send("/tasks/add/", text=f"Task {number}")
            else:
                self.ann.events.create(kind=Event.Kind.SUPPORT_LOOKS)

    def test_each_event_appears_once_on_several_pages(self):
        for order in ["ETETETETET", "TTTTTEEEEE", "EEEEETTTTT", "TEEEEEEETE", "EEEEEEE", "TTETTTE"]:
            self.ann.acts.all().delete()
            self.ann.events.all().delete()
            self.do(order)
            added = {"T": "You added “Task {}”", "E": self.LOOKS}
            lines = [added[letter].format(number) for number, letter in enumerate(order)][::-1]
            pages = [lines[start : start + 3] for start in range(0, len(lines), 3)]
            with mock.patch("tasks.views.history.LIMIT", 3):
                shown = [self.lines(f"?page={n + 1}") for n in range(len(pages))]
                self.assertEqual((order, shown), (order, pages))
                last = self.get(f"/history/?page={len(pages)}")
                self.assertNotContains(last, 'rel="next"')
                self.assertContains(self.get("/history/"), 'rel="next"')
                self.assertEqual(self.lines(f"?page={len(pages) + 1}"), [])

    def test_each_event_appears_once_if_acts_are_not_sorted_by_moment(self):
        # An act gets its moment when it begins, and its id when it writes: two may differ in order.
        for number in range(8):
            self.send("/tasks/add/", text=f"Task {number}")
        acts, chance = list(self.ann.acts.order_by("-pk")), random.Random(20)
        begun = timezone.now() - timedelta(days=1)
        for _ in range(4):
            self.ann.events.all().delete()
            for act in acts:
                act.created_at = begun + timedelta(seconds=chance.randrange(12))
                act.save()
            for _ in range(3):
                at = begun + timedelta(seconds=chance.randrange(12))
                self.ann.events.create(kind=Event.Kind.SUPPORT_LOOKS, created_at=at)
            events = list(self.ann.events.latest_first())
            expected = list(acts)
            for event in events:  # each above the first act that is older
                older = (one for one in expected if one.created_at < event.created_at)
                first = next((one for one in older if one in acts), None)
                expected.insert(expected.index(first) if first else len(expected), event)
            told, order = self.ann.acts.with_changes(), self.ann.events.latest_first()
            for size in [1, 3, 20]:
                pages = [part_of(told, order, start, start + size) for start in range(0, 15, size)]
                self.assertEqual([one for page in pages for one in page], expected)

    def test_late_page_fetches_only_its_own_acts(self):
        self.do("TTTTTTTTET")
        with mock.patch("tasks.views.history.LIMIT", 3), CaptureQueriesContext(connection) as made:
            self.lines("?page=3")
        (sql,) = [query["sql"] for query in made if "LIMIT 5 OFFSET 5" in query["sql"]]
        self.assertIn('FROM "tasks_act"', sql)

    def test_events_of_support_name_support(self):
        lines = {}
        for kind in Event.Kind:
            self.ann.events.all().delete()
            self.ann.events.create(kind=kind, by_staff=True)
            (line,) = self.lines()
            self.assertTrue(line.startswith("Support "), line)
            lines[kind] = line
        words = "Support changed the email of your account"
        self.assertEqual(lines[Event.Kind.ADDRESS_CHANGED], words)
