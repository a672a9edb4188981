"""Several lines become several tasks, after a confirmation."""

import re
from unittest import mock

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.people import add_user
from tasks.tests.pages import PageTests, messages_of, words_of
from tasks.tests.steps import calls
from todosite.tests.html import one, select, values

KEY = "11111111-2222-4333-8444-555555555555"
CAKE = "- [x] Cake\n    - [x] Eggs\n    - Milk\n- Party"


def text_of(response):
    """Return the text in the box of the page, without the line break that browsers ignore."""
    text = one(response, "textarea").text.replace("\r\n", "\n")
    assert text.startswith("\n")
    return text[1:]


def heading_of(response):
    return words_of(one(response, ".head h1"))


def preview_of(response):
    """Return the words of the preview of new tasks; "" without one."""
    return " ".join(words_of(preview) for preview in select(response, "ul.preview"))


class PasteTests(PageTests):
    def paste(self, text, **data):
        return self.client.post("/tasks/paste/", {"text": text, "next": "/inbox/", **data})

    def rows(self):
        """Return (title, status, [(title, done) of its steps]) of each task, in order."""
        return [
            (task.title, task.status, list(task.steps.by_hand().values_list("title", "done")))
            for task in self.ann.tasks.order_by("created_at", "id")
        ]

    def test_pasted_lines_ask_first(self):
        response = self.paste(CAKE)
        self.assertEqual(heading_of(response), "Add 2 tasks, 1 of them completed already?")
        self.assertIn("Cake (completed) Eggs (done) Milk Party", words_of(response))
        self.assertContains(response, "At most 500 lines.")
        self.assertContains(response, "- [x] Cake\n    - [x] Eggs\n    - Milk\n- Party")
        self.assertEqual(self.rows(), [])

    def test_pasted_tasks_have_steps_and_undo_removes_all(self):
        response = self.post("/tasks/paste/", text=CAKE, next="/inbox/", sure="1")
        self.assertRedirects(response, "/inbox/")
        words = "Added 2 tasks. 1 of them is already completed."
        self.assertEqual(messages_of(response), [words])
        steps = [("Eggs", True), ("Milk", False)]
        self.assertEqual(self.rows(), [("Cake", "completed", steps), ("Party", "pending", [])])
        response = self.undo(response)
        self.assertEqual(messages_of(response), ["Undone: added 2 tasks."])
        self.assertEqual(self.rows(), [])
        self.undo(response)
        self.assertEqual([title for title, _, _ in self.rows()], ["Cake", "Party"])

    def test_ticked_lines_are_completed_tasks(self):
        for text, heading, told in [
            ("☐ Milk\n☑ Bread", "Add 2 tasks, 1 of them completed already?",
             "Added 2 tasks. 1 of them is already completed."),
            ("✅Milk\n[x]Bread\n· Eggs", "Add 3 tasks, 2 of them completed already?",
             "Added 3 tasks. 2 of them are already completed."),
            ("✓ Milk tomorrow\n✔\ufe0f Bread", "Add 2 tasks, completed already?",
             "Added 2 tasks. All of them are already completed."),
            ("\uf0fe Milk", "Add 1 task, completed already?",
             "Added “Milk”. It is already completed."),
            ("\uf0b7\tMilk\n·\tBread", "Add 2 tasks?", "Added 2 tasks."),
        ]:  # fmt: skip
            with self.subTest(text=text):
                asked = self.paste(text)
                self.assertEqual(heading_of(asked), heading)
                shown = [
                    (words_of(select(line, "span")[0]), line.get("data-done") is not None)
                    for line in select(asked, "ul.preview > li")
                ]
                added = self.post("/tasks/paste/", text=text, sure="1", next="/inbox/")
                self.assertEqual(messages_of(added), [told])
                stored = [(title, status == "completed") for title, status, _ in self.rows()]
                self.assertEqual(stored, shown)
                self.undo(added)
                self.assertEqual(self.rows(), [])

    def test_add_box_without_script_asks_first(self):
        response = self.client.post("/tasks/add/", {"text": "Milk\nBread", "next": "/inbox/"})
        self.assertEqual(heading_of(response), "Add 2 tasks?")
        self.assertEqual(self.rows(), [])

    def test_final_line_break_is_no_second_line(self):
        self.post("/tasks/add/", text="Milk\r\n", next="/inbox/")
        self.assertEqual(self.rows(), [("Milk", "pending", [])])

    def test_presets_of_the_page_apply_to_all_lines(self):
        work, tag = self.add_list("Work"), self.add_tag("calls")
        presets = {"list": work.pk, "tag": tag.pk, "due_date": "today"}
        asked = self.paste("Milk\nBread", **presets)
        self.assertContains(asked, f'<option value="{work.pk}" selected>Work</option>')
        for name, value in [("tag", tag.pk), ("due_date", self.ann.today())]:
            self.assertEqual(values(asked, name), [str(value)])
        self.paste("Milk\nBread", sure="1", **presets)
        for task in self.ann.tasks.all():
            found = (task.list, list(task.tags.all()), task.due_date)
            self.assertEqual(found, (work, [tag], self.ann.today()))

    def test_paste_sent_twice_takes_effect_once(self):
        for _ in range(2):
            response = self.post(
                "/tasks/paste/", text="Milk\nBread", next="/inbox/", sure="1", key=KEY
            )
            self.assertEqual(messages_of(response), ["Added 2 tasks."])
        self.assertEqual(len(self.rows()), 2)

    def test_at_most_five_hundred_lines_are_accepted(self):
        lines = [f"Task {n}" for n in range(501)]
        response = self.paste("\n".join(lines), sure="1")
        self.assertContains(
            response, "Use at most 500 lines at a time (you entered 501).", status_code=422
        )
        self.assertContains(response, "Task 500", status_code=422)
        self.assertEqual(self.rows(), [])
        self.paste("\n".join(lines[:500]), sure="1")
        self.assertEqual([title for title, _, _ in self.rows()], lines[:500])

    def test_errors_name_their_line_and_keep_the_text(self):
        text = f"Milk\n\n{'x' * 256}\n  {'x' * 256}\nBread"
        response = self.paste(text, sure="1")
        words = "Line 4: Use at most 255 characters (you typed 256)."
        self.assertContains(response, words, status_code=422)
        self.assertContains(response, "x" * 256, status_code=422)
        self.assertContains(response, "Bread", status_code=422)
        self.assertEqual(self.rows(), [])

    def test_empty_paste_is_refused(self):
        words = "Enter at least one task, one per line."
        self.assertContains(self.paste(" \n- \n", sure="1"), words, status_code=422)

    def test_unknown_list_is_refused(self):
        response = self.paste("Milk\nBread", sure="1", list="999")
        self.assertContains(response, "This list no longer exists.", status_code=422)

    def test_many_lines_take_as_many_queries_as_two(self):
        def queries(number):
            text = "\n".join(f"Task {n}\n  Step" for n in range(number))
            with CaptureQueriesContext(connection) as found:
                self.paste(text, sure="1")
            return len(found)

        queries(2)
        self.assertEqual(queries(2), queries(200))

    def assertRefused(self, response, words, text):
        """Assert that a page has these words and the whole text, and that no task was added."""
        self.assertContains(response, words, status_code=422)
        self.assertEqual(text_of(response), text)
        self.assertEqual(preview_of(response), "")
        self.assertEqual((self.rows(), self.ann.acts.count()), ([], 0))

    def test_confirmation_counts_tasks_and_completed_ones(self):
        for text, words in [
            ("Milk\r\nBread\r\n", "Add 2 tasks?"),
            ("Milk\n  [x] Oat", "Add 1 task?"),
            ("[x] Milk\n[x] Bread", "Add 2 tasks, completed already?"),
            ("[x] Milk\n[x] Bread\nEggs", "Add 3 tasks, 2 of them completed already?"),
        ]:
            response = self.paste(text)
            self.assertEqual(heading_of(response), words)
            self.assertEqual(text_of(response), text.replace("\r", ""))

    def test_empty_page_names_the_largest_number_of_lines(self):
        response = self.get("/tasks/paste/?next=/inbox/")
        self.assertEqual(heading_of(response), "Add several tasks")
        self.assertContains(response, "At most 500 lines.")
        self.assertEqual((text_of(response), preview_of(response)), ("", ""))

    def test_text_is_escaped(self):
        text = "<b>Milk</b>\n</textarea>\n  &amp; bread"
        response = self.paste(text)
        self.assertEqual(text_of(response), text)
        self.assertEqual(preview_of(response), "<b>Milk</b> </textarea> &amp; bread")

    def test_add_form_links_to_the_page_with_its_values(self):
        response = self.get("/tasks/add/?due_date=2031-01-02&next=/inbox/")
        link = one(response, ".head a")
        self.assertEqual(words_of(link), "Add several at once")
        self.assertEqual(link.get("href"), "/tasks/paste/?due_date=2031-01-02&next=%2Finbox%2F")
        response = self.get(link.get("href"))
        self.assertContains(response, 'name="due_date" value="2031-01-02"')
        self.assertContains(response, 'name="next" value="/inbox/"')

    def test_edited_text_is_added_and_counted(self):
        asked = self.client.post("/tasks/add/", {"text": "Milk\nBread", "key": KEY})
        self.assertContains(asked, f'name="key" value="{KEY}"')
        text = "Milk\nBread\nEggs"
        response = self.post("/tasks/paste/", text=text, next="/inbox/", sure="1", key=KEY)
        self.assertEqual(messages_of(response), ["Added 3 tasks."])
        self.assertEqual(self.titles("/inbox/"), ["Milk", "Bread", "Eggs"])

    def test_one_line_is_one_task(self):
        response = self.post("/tasks/paste/", text="- Milk\n", next="/inbox/", sure="1")
        self.assertEqual(messages_of(response), ["Added “Milk”."])

    def test_pasted_tasks_follow_existing_ones_in_order(self):
        self.add_task("First").move(to="top")
        self.add_task("Second")
        self.paste("C\nA\n[x] Done\nB", sure="1")
        self.assertEqual(self.titles("/inbox/"), ["First", "Second", "C", "A", "B"])
        self.assertEqual(self.titles("/tasks/"), ["B", "Done", "A", "C", "Second", "First"])
        self.assertEqual(self.titles("/completed/"), ["Done"])
        moments = list(self.ann.tasks.order_by("id").values_list("created_at", flat=True))
        self.assertEqual(moments, sorted(set(moments)))

    def test_other_fields_of_the_add_form_are_kept(self):
        """A phone may share several lines into the form for one task."""
        said = {"priority": "3", "due_date": "2031-01-02", "due_time": "17:30"}
        said |= {"tags": "calls new", "description": "One\n“two”"}
        asked = self.client.post("/tasks/add/", {"text": "Milk\nBread", **said})
        for name, value in said.items():
            with self.subTest(name=name):
                self.assertEqual(values(asked, name), [value])
        self.paste("Milk\nBread", sure="1", **said)
        for task in self.ann.tasks.all():
            found = (task.priority, str(task.due_date), str(task.due_time), task.description)
            self.assertEqual(found, (3, "2031-01-02", "17:30:00", "One\n“two”"))
            self.assertEqual([str(tag) for tag in task.tags.by_name()], ["calls", "new"])
        self.assertEqual(len(self.rows()), 2)

    def test_paste_sent_twice_takes_effect_once_after_its_list_was_deleted(self):
        work = self.add_list()
        data = {"text": "Milk\nBread", "sure": "1", "key": KEY, "list": work.pk}
        self.post("/tasks/paste/", **data)
        work.delete_softly()
        self.assertEqual(messages_of(self.post("/tasks/paste/", **data)), ["Added 2 tasks."])
        self.assertEqual(len(self.rows()), 2)

    def test_listeners_are_notified_of_each_task(self):
        with CaptureQueriesContext(connection) as queries:
            self.paste("Milk\nBread", sure="1")
        told = [q["sql"] for q in queries if "pg_notify('task_created'" in q["sql"]]
        self.assertEqual(len(told), 1)
        pks = sorted(self.ann.tasks.values_list("pk", flat=True))
        self.assertEqual([int(pk) for pk in re.findall(r"\d{9,}", told[0])], pks)

    def test_too_many_lines_are_refused_and_empty_ones_not_counted(self):
        text = "\n \n".join(f"Task {n}\n  Step" for n in range(250))
        more = text + "\n\n- Another"
        for sure in [{}, {"sure": "1"}]:
            words = "Use at most 500 lines at a time (you entered 501)."
            self.assertRefused(self.paste(more, **sure), words, more)
        self.paste(text, sure="1")
        steps = [(f"Task {n}", "pending", [("Step", False)]) for n in range(250)]
        self.assertEqual(self.rows(), steps)

    def test_invalid_lines_are_named_and_no_task_is_added(self):
        text = f"Milk\n\n{'x' * 256}\nBread\x07\n  - {'y' * 300}\nEggs"
        for sure in [{}, {"sure": "1"}]:
            for words in [
                "Line 4: This contains a character that cannot be stored (U+0007).",
                "Line 5: Use at most 255 characters (you typed 300).",
            ]:
                self.assertRefused(self.paste(text, **sure), words, text)
        self.paste(f"- {'x' * 256}\n  - {'y' * 255}", sure="1")
        self.assertEqual(self.rows(), [("x" * 255, "pending", [("y" * 255, False)])])
        self.assertEqual(self.ann.tasks.get().description, "x")

    def test_unread_lines_are_text_in_preview_and_result(self):
        text = "Milk tomorrow\n  Oat\n\nBread friday #calls\nEggs tomorrow #calls\nJam"
        words = (
            "From line 5 on, everything stays as you typed it: there are more dates, times and"
            " repeats than can be recognized at once."
        )
        with mock.patch("tasks.quickadd.reading.MOST_TRIED", 2):
            asked = self.paste(text)
            self.assertEqual(words_of(one(asked, "#unread")), words)
            box = one(asked, "textarea")
            self.assertEqual(box.get("aria-describedby"), "id_text_helptext unread")
            titles = ["Milk", "Bread", "Eggs tomorrow #calls", "Jam"]
            shown = [words_of(line) for line in select(asked, "ul.preview > li > span:first-child")]
            self.assertEqual(shown, titles)
            added = self.post("/tasks/paste/", text=text, sure="1", next="/inbox/")
        self.assertEqual(messages_of(added), [f"Added 4 tasks. {words}"])
        self.assertEqual([title for title, _, _ in self.rows()], titles)
        self.assertEqual(self.ann.tasks.exclude(due_date=None).count(), 2)

    def test_partially_read_lines_are_named(self):
        line = "eod " * 40 + "and tomorrow"
        for number, which in [
            (1, "line 2"),
            (2, "lines 2 and 3"),
            (7, "lines 2, 3, 4, 5, 6 and others"),
        ]:
            with self.subTest(number=number):
                asked = self.paste("\n".join(["Milk", *[line] * number]))
                words = (
                    "Only the first 40 dates, times and repeats in a line are recognized: the rest"
                    f" of {which} stays as you typed it."
                )
                self.assertEqual(words_of(one(asked, "#unread")), words)

    def test_fully_read_lines_need_no_message(self):
        self.assertEqual(select(self.paste("Milk tomorrow\nBread"), "#unread"), [])

    def test_too_many_tags_for_all_are_refused_in_a_few_steps(self):
        text = "\n".join(["Milk #calls"] * 500)
        tags = " ".join(f"t{number}" for number in range(20_000))
        response = []
        number = calls(lambda: response.append(self.paste(text, tags=tags)))
        self.assertContains(response[0], "at most 30 tags (you entered 20000).", status_code=422)
        self.assertLess(number, 3_000_000)

    def test_deleted_list_can_be_replaced(self):
        gone, home = self.add_list("Gone"), self.add_list("Home")
        gone.delete_softly()
        self.ann.acts.all().delete()
        response = self.paste("Milk\nBread", sure="1", list=gone.pk)
        words = "This list no longer exists. Choose another."
        self.assertRefused(response, words, "Milk\nBread")
        self.assertContains(response, f'<option value="{home.pk}">Home</option>', status_code=422)

    def test_invalid_day_is_refused(self):
        response = self.paste("Milk\nBread", sure="1", due_date="2031-02-30")
        self.assertRefused(response, "Enter a date as year-month-day", "Milk\nBread")

    def test_another_users_list_is_refused_and_tag_ignored(self):
        ben = add_user("ben@example.org")
        theirs = ben.lists.model(user=ben, name="Secret")
        theirs.add()
        tag = ben.tags.create(name="secret")
        response = self.paste("Milk\nBread", sure="1", list=theirs.pk)
        self.assertRefused(response, "This list no longer exists.", "Milk\nBread")
        self.assertNotContains(response, "Secret", status_code=422)
        self.paste("Milk\nBread", sure="1", tag=tag.pk)
        self.assertEqual([list(task.tags.all()) for task in self.ann.tasks.all()], [[], []])
        self.assertEqual(ben.tasks.count(), 0)

    def test_paste_never_redirects_to_another_site(self):
        response = self.paste("Milk\nBread", sure="1", next="https://example.org/")
        self.assertRedirects(response, reverse("home"), fetch_redirect_response=False)

    def test_paste_and_undo_take_a_constant_number_of_queries(self):
        def queries(number, **data):
            text = "\n".join(f"Task {n}\n  Step\n  [x] Done" for n in range(number))
            found = []
            for more in [{}, {"sure": "1"}]:
                self.client.get("/settings/")  # has the message of what was done before
                with CaptureQueriesContext(connection) as captured:
                    self.paste(text, **more, **data)
                found.append(len(captured))
            undo = f"/history/{self.ann.acts.latest('pk').pk}/undo/"
            self.client.get("/settings/")
            with CaptureQueriesContext(connection) as captured:
                self.client.post(undo, {"next": "/inbox/"})
            return [*found, len(captured)]

        presets = {"list": self.add_list().pk, "tag": self.add_tag().pk}
        for data, number in [({}, 20), (presets, 166)]:
            queries(1, **data)
            self.assertEqual(queries(1, **data), queries(number, **data))
        self.assertEqual(self.ann.tasks(manager="trash").count(), 2 * (1 + 1) + 20 + 166)
