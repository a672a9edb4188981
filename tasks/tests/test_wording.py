"""Acts in words: the message of each act equals its sentence in the history."""

import re
from contextlib import contextmanager
from datetime import UTC, date
from unittest import mock
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.tests.people import add_user
from tasks import urls
from tasks.history import Change, RowChange
from tasks.models import Tag, Task
from tasks.pages.history import HistoryWriter
from tasks.repeating import complete, skip
from tasks.sidebar import Sidebar
from tasks.tests.making import add_list, add_step, add_tasks
from tasks.tests.pages import HTMX, PageTests, messages_of, undo_of, words_of
from tasks.wording import NAMED, QUOTED, Summary, Wording, message, moved
from todosite.tests.html import one, select

KEY = UUID(int=7)


class WordingTests(PageTests):
    """Ann has a row of each kind, in each state that an act starts from."""

    DAY = date(2026, 11, 25)

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        ann, day = cls.ann, cls.DAY
        work, home, away, gone = (
            add_list(ann, name) for name in ["Work", "Home", "Away", "Gone list"]
        )
        (milk,) = add_tasks(ann, "Milk", list=work, due_date=date(2026, 11, 20))
        titles = ["Cake", "Done", "Deleted", "Run tomorrow #fun"]
        cake, done, deleted, run = add_tasks(ann, *titles)
        (dig,) = add_tasks(ann, "Dig", typed="Dig +Garden")
        (swim,) = add_tasks(ann, "Swim", typed="Swim tomorrow #fun")
        (bins,) = add_tasks(ann, "Bins", typed="Bins every monday except 7 december")
        add_tasks(ann, "Went with it", list=gone)
        add_tasks(ann, "Of a list", list=home)
        first = {"due_date": day, "repeat_anchor": day}
        (rent,) = add_tasks(ann, "Rent", repeat="FREQ=MONTHLY", **first)
        (choir,) = add_tasks(ann, "Choir", repeat="FREQ=WEEKLY;BYDAY=WE", **first)
        (gym,) = add_tasks(ann, "Gym", repeat="FREQ=DAILY;COUNT=1", **first)
        rule = "FREQ=DAILY;INTERVAL=3;COUNT=3"
        (fern,) = add_tasks(ann, "Fern", repeat=rule, repeat_from="completion", **first)
        whisk, stir = add_step(milk), add_step(milk, "Stir")
        calls, off, chat = (ann.tags.create(name=name) for name in ["calls", "off", "chat"])
        milk.attach([calls, off])
        away.archive()
        done.complete()
        gone.delete_softly(with_tasks=True)
        for row in (deleted, stir, off):
            row.delete_softly()
        rows = {"work": work, "home": home, "away": away, "gone": gone, "milk": milk, "cake": cake}
        rows |= {
            "done": done,
            "deleted": deleted,
            "dig": dig,
            "swim": swim,
            "run": run,
            "bins": bins,
        }
        rows |= {"rent": rent, "choir": choir, "gym": gym, "fern": fern}
        rows |= {"whisk": whisk, "stir": stir, "calls": calls, "off": off}
        rows["chat"] = chat
        cls.ids = {name: row.pk for name, row in rows.items()}

    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 25, 12, 0)  # a Wednesday
        # Moments are stored in UTC, as Django writes them.
        mock.patch("django.utils.timezone.now", return_value=timezone.now().astimezone(UTC)).start()

    @contextmanager
    def taken_back(self):
        """Run a block, and roll back its changes."""
        with transaction.atomic():
            yield
            transaction.set_rollback(True)

    def do(self, url, data, **options):
        """Send a form, from the Inbox unless data names another page. Return the answer."""
        filled = {"next": "/inbox/"} | data
        filled = {name: str(text).format(**self.ids) for name, text in filled.items()}
        response = self.client.post(url.format(**self.ids), filled, **options)
        if "HX-Redirect" in response:
            return self.client.get(response["HX-Redirect"])
        return response

    def act(self):
        """Return the latest act, as another process reads it."""
        return self.ann.acts.with_changes().first()

    def sentence(self, act=None):
        """Return the history's sentence of an act, by default the latest."""
        (line,) = HistoryWriter(Sidebar(self.ann)).lines([act or self.act()])
        return line.sentence


WEEKLY = {"frequency": "WEEKLY", "interval": "2", "due_date": "2026-11-27", "ends": "never"}
WEEKLY |= {"week_start": "0", "repeat_from": "due", "missed": "pass"}
PAGE = {"which": "page", "page": "{rent} {gym} {milk}"}
SHOWN = {"initial-title": "Rent", "initial-due_date": "2026-11-25"}


class EveryActTests(WordingTests):
    ACTS = [
        # adding
        ("/tasks/add/", {"text": "Bread"}, "Added “Bread”."),
        ("/tasks/add/", {"text": "Bread", "list": "{work}"}, "Added “Bread” to “Work”."),
        (
            *("/tasks/add/", {"text": "Bread", "tags": "new", "next": "/completed/"}),
            "Added “Bread” to the Inbox.",
        ),
        (
            *("/tasks/add/", {"text": "Bread +Garden tomorrow"}),
            "Added “Bread”. Recognized: Tomorrow."
            " There is no list “Garden”, so the task is in the Inbox.",
        ),
        (
            *("/tasks/add/", {"text": "Bread +away"}),
            "Added “Bread”. The list “Away” is archived, so the task is in the Inbox.",
        ),
        (
            *("/tasks/add/", {"text": "Bread +Garden", "make_list": "Garden"}),
            "Added “Bread” to the new list “Garden”.",
        ),
        (
            *("/tasks/add/", {"text": "Bread +Away", "make_list": "Away"}),
            "Added “Bread”, and unarchived the list “Away”.",
        ),
        ("/tasks/paste/", {"text": "Bread\nRye\n  Bake", "sure": "1"}, "Added 2 tasks."),
        ("/tasks/paste/", {"text": "Bread", "sure": "1", "tags": "new"}, "Added “Bread”."),
        ("/tasks/{milk}/duplicate/", {}, "Added “Milk”."),
        ("/tasks/{milk}/when/", {"when": "14 dec 2031"}, "Moved “Milk” to 14 Dec 2031."),
        ("/tasks/{milk}/tags/", {"tags": "new", "initial-tags": ""}, "Added #new to “Milk”."),
        ("/tasks/{milk}/steps/add/", {"title": "Bake"}, "Added the step “Bake”."),
        ("/tasks/{milk}/edit/", {"step": "Bake"}, "Added the step “Bake”."),
        ("/lists/add/", {"name": "New", "color": "teal"}, "Added the list “New”."),
        # editing
        ("/tasks/{milk}/edit/", {"title": "Oat milk"}, "Renamed “Milk” to “Oat milk”."),
        ("/tasks/{milk}/edit/", {"title": "Oat", "priority": "3"}, "Edited “Oat”."),
        ("/tasks/{milk}/edit/", {"description": "Two litres"}, "Edited “Milk”."),
        ("/tasks/{milk}/edit/", {"priority": "3"}, "Gave “Milk” high priority."),
        ("/tasks/{milk}/edit/", {"due_date": "2026-11-27"}, "Moved “Milk” to Fri 27 Nov."),
        (
            *("/tasks/{milk}/edit/", {"due_date": "2026-11-27", "due_time": "9:00"}),
            "Moved “Milk” to Fri 27 Nov at 09:00.",
        ),
        ("/tasks/{milk}/edit/", {"due_time": "9:00"}, "Moved “Milk” to 09:00."),
        ("/tasks/{milk}/edit/", {"due_date": ""}, "Removed the date from “Milk”."),
        ("/tasks/{milk}/edit/", {"list": "{home}"}, "Moved “Milk” to “Home”."),
        ("/tasks/{milk}/edit/", {"list": ""}, "Moved “Milk” to the Inbox."),
        ("/tasks/{milk}/edit/", {"tags": ""}, "Removed #calls from “Milk”."),
        ("/tasks/{milk}/edit/", {"tags": "calls new"}, "Added #new to “Milk”."),
        ("/tasks/{milk}/edit/", {"tags": "new"}, "Added #new to “Milk” and removed #calls."),
        ("/tasks/{milk}/edit/", {"tags": "new", "title": "Oat"}, "Edited “Oat”."),
        (
            *("/tasks/{run}/edit/", {"title": "Run tomorrow #fun", "read": "1"}),
            "Edited “Run”. Recognized: Tomorrow · #fun.",
        ),
        (
            *("/tasks/{rent}/edit/", {"title": "Half", "this_one": "1"} | SHOWN),
            "Separated “Half” from its repeat. The repeat continues without it.",
        ),
        (
            *("/tasks/{gym}/edit/", {"title": "Half", "this_one": "1"}),
            "Renamed “Gym” to “Half”.",
        ),
        (
            *("/tasks/{rent}/edit/", {"due_date": "2026-11-27", "from_now_on": "1"}),
            "Moved “Rent” to Fri 27 Nov. The repeat continues from there.",
        ),
        (
            *("/tasks/{choir}/edit/", {"due_date": "2026-11-27", "from_now_on": "1"}),
            "Set “Choir” to repeat every Friday, from Fri 27 Nov.",
        ),
        (
            *("/tasks/{choir}/edit/", {"due_date": "2026-11-27", "title": "A", "from_now_on": "1"}),
            "Edited “A”, which now repeats every Friday.",
        ),
        (
            *("/tasks/{rent}/edit/", {"due_date": "2026-11-27"}),
            "Moved “Rent” to Fri 27 Nov. The repeat is unchanged.",
        ),
        (
            *("/tasks/{rent}/edit/", {"due_date": ""}),
            "Removed the date from “Rent”, which no longer repeats.",
        ),
        (
            *("/tasks/{cake}/repeat/", WEEKLY),
            "Set “Cake” to repeat every 2 weeks, from Fri 27 Nov.",
        ),
        ("/tasks/{rent}/end/", {}, "Stopped repeating “Rent”."),
        (
            *("/tasks/{swim}/plain/", {}),
            "Renamed “Swim” to “Swim tomorrow #fun”. It is now as you typed it.",
        ),
        (
            *("/tasks/{bins}/meant/?meant=every+monday", {}),
            "Set “Bins” to repeat every Monday, from Mon 30 Nov.",
        ),
        ("/tasks/{dig}/make-list/", {}, "Moved “Dig” to the new list “Garden”."),
        ("/steps/{whisk}/edit/", {"title": "Beat"}, "Renamed “Whisk” to “Beat”."),
        ("/lists/{work}/edit/", {"name": "Office"}, "Renamed “Work” to “Office”."),
        ("/lists/{work}/edit/", {"color": "rose"}, "Edited the list “Work”."),
        ("/tags/{calls}/edit/", {"name": "phone"}, "Renamed “calls” to “phone”."),
        # completing
        ("/tasks/{milk}/complete/", {}, "Completed “Milk”."),
        ("/tasks/{rent}/complete/", {}, "Completed “Rent”. Next: Fri 25 Dec."),
        ("/tasks/{gym}/complete/", {}, "Completed “Gym”. That was the last one."),
        ("/tasks/{rent}/skip/", {}, "Moved “Rent” to Fri 25 Dec."),
        ("/tasks/{fern}/skip/", {}, "Moved “Fern” to Sat 28 Nov."),
        ("/tasks/{done}/reopen/", {}, "Reopened “Done”."),
        ("/steps/{whisk}/tick/", {"done": "1"}, "Completed the step “Whisk”."),
        # order
        ("/tasks/{cake}/move/", {"to": "bottom"}, "Moved “Cake” down."),
        ("/tasks/{rent}/move/", {"before": "{cake}"}, "Moved “Rent” up."),
        ("/steps/{whisk}/move/", {"to": "bottom"}, "Moved the step “Whisk” down."),
        ("/lists/{home}/move/", {"to": "top"}, "Moved the list “Home” up."),
        # archive and trash
        ("/lists/{work}/archive/", {}, "Archived the list “Work”."),
        ("/lists/{away}/unarchive/", {}, "Unarchived the list “Away”."),
        ("/tasks/{milk}/delete/", {}, "Deleted “Milk”."),
        ("/tasks/{deleted}/restore/", {}, "Restored “Deleted”."),
        ("/steps/{whisk}/delete/", {}, "Deleted the step “Whisk”."),
        ("/steps/{stir}/restore/", {}, "Restored the step “Stir”."),
        ("/lists/{away}/delete/", {"tasks": "inbox"}, "Deleted the list “Away”."),
        (
            *("/lists/{work}/delete/", {"tasks": "inbox"}),
            "Deleted the list “Work”, and moved 1 task to the Inbox.",
        ),
        (
            *("/lists/{work}/delete/", {"tasks": "trash"}),
            "Deleted the list “Work”, and 1 task with it.",
        ),
        ("/lists/{gone}/restore/", {}, "Restored the list “Gone list”, and 1 task with it."),
        ("/lists/{work}/merge/", {"into": "{home}"}, "Merged the list “Work” into “Home”."),
        ("/lists/{away}/merge/", {"into": "{home}"}, "Deleted the list “Away”."),
        ("/tags/{calls}/merge/", {"into": "{chat}"}, "Merged #calls into #chat."),
        ("/tags/{calls}/delete/", {}, "Deleted #calls."),
        ("/tags/{off}/restore/", {}, "Restored #off."),
        # several
        ("/tasks/bulk/", {"do": "complete", "ids": "{milk}"}, "Completed “Milk”."),
        ("/tasks/bulk/", PAGE | {"do": "complete"}, "Completed 3 tasks."),
        (
            *("/tasks/bulk/", PAGE | {"do": "due none"}),
            "Removed the date from 3 tasks; 2 of them no longer repeat.",
        ),
        ("/tasks/bulk/", PAGE | {"do": "tag", "tags": "a b"}, "Added #a and #b to 3 tasks."),
        (  # the first of them has #calls already
            *("/tasks/bulk/", PAGE | {"do": "tag", "tags": "a calls"}),
            "Added #a and #calls to 3 tasks.",
        ),
        (
            *("/tasks/bulk/", {"do": "list", "list": "{home}", "ids": "{cake}"}),
            "Moved “Cake” to “Home”.",
        ),
    ]  # fmt: skip
    # These record no act in the history.
    UNTOLD = {
        "home",
        *[
            "act_undo",
            "act_series",  # test_series.py
            "undo_last",
            "redo_last",
            "arrange",
            "task_read",
            "search_add",
            "search_edit",
            "search_delete",
        ],
        *["task_purge", "list_purge", "tag_purge", "trash_empty"],
        *["export", "import_tasks", "import_add", "import_discard"],  # test_import.py
        *["import_columns", "import_kind"],  # test_import_csv.py
        *["reminder_add", "reminder_delete", "reminder_settings"],  # test_reminder_pages.py
        *["reminder_snooze", "digest_offer", "mail_resume"],
        *["mail_complete", "mail_snooze", "unsubscribe"],  # test_mail_links.py
    }

    @pytest.mark.exhaustive
    def test_message_equals_the_sentence_and_undo_quotes_it(self):
        for url, data, words in self.ACTS:
            with self.subTest(url=url, data=data), self.taken_back():
                response = self.do(url, data, headers=HTMX, follow=True)
                self.assertEqual(messages_of(response), [words])
                sentence = self.sentence()
                begin = re.escape(message(sentence)[:-1])
                self.assertRegex(words, f"^{begin}( to (“Work”|the Inbox))?[.]")
                undo = self.do(f"/history/{self.act().pk}/undo/", {}, headers=HTMX)
                self.assertEqual(messages_of(undo), [f"Undone: {sentence}."])

    def test_every_address_with_a_post_is_tested(self):
        paths = [url.format(**self.ids).partition("?")[0] for url, _, _ in self.ACTS]
        swept = {resolve(path).url_name for path in paths}
        self.assertEqual(swept, {route.name for route in urls.urlpatterns if self.acts(route)})

    def acts(self, route):
        """Return whether an address takes a POST, and records an act then."""
        if route.name in self.UNTOLD:
            return False
        kwargs = dict.fromkeys(route.pattern.converters, 0)
        response = self.client.post(reverse(route.name, kwargs=kwargs))
        return response.status_code != 405

    @pytest.mark.exhaustive
    def test_repeated_submission_has_the_same_message(self):
        for url, data in [
            ("/tasks/{milk}/edit/", {"title": "Oat milk", "version": 1}),
            ("/tasks/bulk/", {"do": "complete", "ids": "{milk}"}),
            ("/tasks/bulk/", PAGE | {"do": "complete"}),
            ("/tasks/add/", {"text": "Bread", "list": "{work}"}),
            ("/tasks/paste/", {"text": "Bread\nRye", "sure": "1"}),
            ("/tasks/{milk}/duplicate/", {}),
            ("/lists/add/", {"name": "New", "color": "teal"}),
        ]:
            with self.subTest(url=url, data=data), self.taken_back():
                number = self.ann.acts.count() + 1
                answers = [self.do(url, data | {"key": KEY}, follow=True) for _ in range(2)]
                _, again = (messages_of(response)[0] for response in answers)
                self.assertEqual(self.ann.acts.count(), number)
                self.assertTrue(again.startswith(message(self.sentence())[:-1]), again)
                self.assertEqual(undo_of(answers[0])[0], undo_of(answers[1])[0])


class InMemoryTests(WordingTests):
    """The message of a new act needs no query."""

    def told(self, act, *rows):
        sidebar = Sidebar(self.ann)
        sidebar.clock  # noqa: B018 of the user's, who is there already
        with self.assertNumQueries(0):
            summary = Summary.of(act, rows)
            return Wording(sidebar, [*rows, *act.new_rows]).sentence(summary)

    def row(self, name, manager=Task):
        return manager.everything.get(pk=self.ids[name])

    def test_message_of_each_act_takes_no_query(self):
        milk, cake, rent = self.row("milk"), self.row("cake"), self.row("rent")
        fun, calls, chat = self.add_tag("fun"), self.row("calls", Tag), self.row("chat", Tag)
        work = self.ann.lists.get(pk=self.ids["work"])
        acts = [
            (milk.edit(priority=3), [milk]),
            (milk.edit(title="Oat milk", add_tags=[fun]), [milk]),
            (milk.edit(remove_tags=[fun]), [milk, fun]),
            (milk.complete(), [milk]),
            (milk.reopen(), [milk]),
            (cake.move(to="bottom"), [cake]),
            (complete(rent), [rent]),
            (skip(rent), [rent]),
            (work.archive(), [work]),
            (work.delete_softly(with_tasks=True), [work]),
            (work.restore(), [work]),
            (milk.duplicate(), [milk]),
            (milk.put_into("Garden"), [milk]),
            (work.merge_into(milk.list), [work, milk.list]),
            (calls.merge_into(chat), [calls, chat]),
        ]
        for act, rows in acts:
            kept = self.ann.acts.with_changes().get(pk=act.pk)
            with self.subTest(act=act):
                self.assertEqual(self.told(act, *rows), self.sentence(kept))


class HardCasesTests(WordingTests):
    LONG = "<b>x</b> " * 28  # 252 characters

    def said(self, url, **data):
        """Send a form. Return the message that follows."""
        (words,) = messages_of(self.do(url, data, headers=HTMX, follow=True))
        return words

    def test_long_title_is_shortened_and_escaped(self):
        task = self.add_task(self.LONG.strip())
        shown = f"{self.LONG[: QUOTED - 1]}…"
        response = self.do(f"/tasks/{task.pk}/complete/", {}, headers=HTMX)
        self.assertEqual(messages_of(response), [f"Completed “{shown}”."])
        self.assertEqual(select(response, ".toast b"), [])
        self.assertEqual(words_of(one(response, ".toast p")), f"Completed “{shown}”.")
        self.assertEqual(self.sentence(), f"completed “{shown}”")

    def test_invisible_title_and_tag_have_a_name(self):
        task = self.add_task("\u200b")
        self.assertEqual(self.said(f"/tasks/{task.pk}/complete/"), "Completed “(untitled)”.")

    def test_many_tags_are_counted(self):
        names = [f"tag{number}" for number in range(10, 40)]
        words = self.said("/tasks/{cake}/edit/", tags=" ".join(names))
        first = ", ".join(f"#{name}" for name in names[:NAMED])
        self.assertEqual(words, f"Added {first} and 25 more to “Cake”.")
        words = self.said("/tasks/{cake}/edit/", tags=" ".join(names[NAMED + 1 :]))
        first = ", ".join(f"#{name}" for name in names[:NAMED])
        self.assertEqual(words, f"Removed {first} and #{names[NAMED]} from “Cake”.")

    def test_message_takes_a_constant_number_of_queries(self):
        pks = [self.add_task(f"Task {number}").pk for number in range(102)]
        self.client.get("/settings/")  # the first request of a session notes when it was seen
        numbers = []
        for some in (pks[:2], pks[2:]):
            data = {"do": "complete", "which": "page", "page": " ".join(map(str, some))}
            with CaptureQueriesContext(connection) as queries:
                words = self.said("/tasks/bulk/", **data)
            numbers.append(len(queries))
            self.assertEqual(words, f"Completed {len(some)} tasks.")
        self.assertEqual(numbers[0], numbers[1])

    def test_message_of_repeated_undos(self):
        self.said("/tasks/{milk}/edit/", title="Oat milk")
        said, told = [], []
        for _ in range(3):
            said.append(self.said(f"/history/{self.act().pk}/undo/"))
            (line,) = HistoryWriter(Sidebar(self.ann)).lines([self.act()])
            told.append(line.words)
        words = "renamed “Milk” to “Oat milk”"
        self.assertEqual(said, [f"Undone: {words}.", f"Redone: {words}.", f"Undone: {words}."])
        self.assertEqual(told, [f"undid: {words}", f"redid: {words}", f"undid: {words}"])

    def test_message_of_undoing_a_list_with_tasks(self):
        self.said("/lists/add/", name="Garden", color="teal")
        added = self.act()
        garden = self.ann.lists.get(name="Garden")
        self.said("/tasks/{cake}/edit/", list=garden.pk)
        words = self.said(f"/history/{added.pk}/undo/")
        self.assertEqual(words, "Undone: added the list “Garden”.")
        self.assertEqual(self.sentence(), "added the list “Garden”, and moved 1 task to the Inbox")

    def test_message_of_undoing_a_list_made_for_a_task(self):
        self.said("/tasks/{dig}/make-list/")
        made = self.act()
        words = self.said(f"/history/{made.pk}/undo/")
        self.assertEqual(words, "Undone: moved “Dig” to the new list “Garden”.")
        self.assertEqual(self.sentence(), "moved “Dig” to the new list “Garden”")

    def test_conflict_message_links_to_both_values(self):
        task = Task.objects.get(pk=self.ids["milk"])
        task.edit(title="<i>Oat</i>")
        act = self.act()
        task.edit(title="<i>Soy</i>")
        response = self.do(f"/history/{act.pk}/undo/", {}, headers=HTMX)
        words = "Not undone: “<i>Soy</i>” has changed since (title), so it stays as it is."
        self.assertEqual(messages_of(response), [words])
        self.assertEqual(select(response, ".toast i"), [])
        link = one(response, ".toast a")
        self.assertEqual((words_of(link), link.get("href")), ("Show both", f"/history/{act.pk}/"))

    def test_conflict_about_a_deletion_says_so(self):
        self.said("/tasks/{milk}/delete/")
        act = self.act()
        self.said("/tasks/{milk}/restore/")
        self.said("/tasks/{milk}/delete/")
        self.said("/tasks/{milk}/restore/")
        self.assertEqual(self.said(f"/history/{act.pk}/undo/"), "That was already undone.")

    def test_message_of_restoring_into_the_inbox(self):
        self.said("/lists/{home}/delete/", tasks="trash")
        task = Task.trash.get(title="Of a list")
        words = self.said(f"/tasks/{task.pk}/restore/")
        self.assertEqual(words, "Restored “Of a list”.")
        self.assertEqual(self.sentence(), "restored “Of a list”")

    @override_settings(ADMIN_REQUIRES_MFA=False)
    def test_undo_of_an_act_of_support_has_the_same_words(self):
        self.client.force_login(add_user("root@example.org", is_staff=True, is_superuser=True))
        fields = {"title": "Oat milk", "initial-title": "Milk", "description": ""}
        self.post("/admin/tasks/task/{milk}/change/".format(**self.ids), **fields)
        self.client.force_login(self.ann)
        self.assertIs(self.act().by_staff, True)
        words = self.said(f"/history/{self.act().pk}/undo/")
        self.assertEqual(words, "Undone: renamed “Milk” to “Oat milk”.")

    def test_move_to_the_same_position_says_so(self):
        self.said("/tasks/{cake}/move/", to="top")
        self.assertEqual(
            self.said("/tasks/{cake}/move/", to="top"), "“Cake” is already in that position."
        )
        neighbor = self.ids["run"]
        Task.objects.get(pk=neighbor).complete()
        words = self.said("/tasks/{cake}/move/", after=neighbor)
        self.assertEqual(words, "“Cake” was changed in the meantime. Check it and try again.")

    def test_task_is_not_moved_past_completed_ones(self):
        """Nothing of it would be seen: completed tasks keep their positions."""
        first, done, last = add_tasks(self.ann, "First", "Past", "Last", list=None)
        first.move(to="top")
        done.move(after=first.pk)
        last.move(after=done.pk)
        done.complete()
        before = Task.objects.get(pk=first.pk).position
        for where in [{"before": last.pk}, {"to": "top"}]:
            words = self.said(f"/tasks/{first.pk}/move/", **where)
            self.assertEqual(words, "“First” is already in that position.")
        self.assertEqual(Task.objects.get(pk=first.pk).position, before)
        words = self.said(f"/tasks/{first.pk}/move/", after=last.pk)
        self.assertEqual(words, "Moved “First” down.")

    def test_move_of_the_earlier_version_names_no_direction(self):
        old = RowChange(Change(task_id=self.ids["cake"]))
        old.before, old.after = {"position": ""}, {"position": "a1"}
        self.assertEqual(moved(old, "“Cake”"), "reordered “Cake”")
