"""Lists and tags: making, naming, ordering, putting away, deleting and bringing back."""

import uuid

from tasks.models import Tag, Task, TaskList
from tasks.tests.pages import HTMX, PageTests, messages_of, words_of
from todosite.tests.html import one, select

TAKEN = "There is already a list with this name."


class ListTests(PageTests):
    def names(self):
        """Return the names of the lists that the sidebar shows, in their order."""
        return [words_of(name) for name in select(self.get("/settings/"), "#sidebar .name")]


class AddListTests(ListTests):
    def test_makes_a_list_as_the_last_one_and_shows_it(self):
        self.add_list("Home")
        response = self.post("/lists/add/", name=" Work ", color="rose")
        work = self.ann.lists.get(name="Work")
        self.assertRedirects(response, work.get_absolute_url())
        self.assertEqual(messages_of(response), ["Added the list “Work”."])
        self.assertEqual((work.color, self.names()), ("rose", ["Home", "Work"]))

    def test_form_begins_with_the_next_colour(self):
        for color in [*TaskList.Color.values, "teal"]:
            chosen = one(self.get("/lists/add/"), "[name=color][checked]")
            self.assertEqual(chosen.get("value"), color)
            self.add_list(f"List {color} {uuid.uuid4()}")

    def test_what_is_wrong_with_a_name_is_said_by_the_field(self):
        self.add_list("Work")
        for name, words in [
            ("", "Enter a name."),
            (" \u200b ", "Enter a name."),
            ("x" * 101, "Use at most 100 characters (you typed 101)."),
            ("a\x00b", "This contains a character that cannot be stored (U+0000)."),
            ("WORK", TAKEN),
            (" work ", TAKEN),
        ]:
            with self.subTest(name=name):
                response = self.client.post("/lists/add/", {"name": name, "color": "blue"})
                self.assertContains(response, words, status_code=422)
                self.assertEqual(one(response, "[name=color][checked]").get("value"), "blue")
        self.assertEqual(self.names(), ["Work"])

    def test_colour_that_is_none_is_refused(self):
        response = self.client.post("/lists/add/", {"name": "Work", "color": "pink"})
        self.assertContains(response, 'value="Work"', status_code=422)
        self.assertEqual(self.names(), [])

    def test_a_hundred_letters_of_any_script_are_a_name(self):
        self.post("/lists/add/", name="🦊" * 100, color="teal")
        self.assertEqual(self.names(), ["🦊" * 100])

    def test_same_submission_twice_makes_one_list(self):
        data = {"name": "Work", "color": "teal", "key": str(uuid.uuid4())}
        for _ in range(2):
            response = self.post("/lists/add/", **data)
            self.assertRedirects(response, self.ann.lists.get().get_absolute_url())
        self.ann.lists.get().delete_softly()
        response = self.post("/lists/add/", **data)
        self.assertRedirects(response, "/lists/")
        self.assertEqual(messages_of(response), ["That list was made before, and deleted since."])

    def test_name_of_a_deleted_list_can_be_taken(self):
        self.add_list("Work").delete_softly()
        self.post("/lists/add/", name="work", color="teal")
        self.assertEqual(self.names(), ["work"])

    def test_name_of_an_archived_list_cannot(self):
        self.add_list("Work").archive()
        response = self.client.post("/lists/add/", {"name": "work", "color": "teal"})
        self.assertContains(response, TAKEN, status_code=422)


class EditListTests(ListTests):
    def setUp(self):
        super().setUp()
        self.work = self.add_list("Work", color="teal")
        self.url = f"/lists/{self.work.pk}/edit/"

    def now(self):
        self.work.refresh_from_db()
        return (self.work.name, self.work.color)

    def test_saves_and_shows_the_list(self):
        response = self.post(self.url, name="Office", color="rose")
        self.assertRedirects(response, self.work.get_absolute_url())
        self.assertEqual(messages_of(response), ["Edited the list “Office”."])
        self.assertEqual(self.now(), ("Office", "rose"))

    def test_nothing_new(self):
        response = self.post(self.url, name="Work", color="teal")
        self.assertEqual(messages_of(response), ["No changes to save."])
        self.assertEqual(self.work.version, 1)

    def test_edits_of_name_and_colour_both_count(self):
        shown = {"initial-name": "Work", "initial-color": "teal", "version": "1"}
        self.post(self.url, name="Office", color="teal", **shown)
        self.post(self.url, name="Work", color="rose", **shown)
        self.assertEqual(self.now(), ("Office", "rose"))

    def test_clash_shows_both_and_the_next_attempt_decides(self):
        shown = {"initial-name": "Work", "initial-color": "teal", "version": "1"}
        self.work.edit(name="Office")
        response = self.client.post(self.url, {"name": "Job", "color": "teal"} | shown)
        self.assertContains(
            response, "This was changed in the meantime to:\nOffice", status_code=409
        )
        self.assertContains(response, 'value="Job"', status_code=409)
        self.assertEqual(self.now(), ("Office", "teal"))
        shown |= {"initial-name": "Office", "version": "2"}
        self.post(self.url, name="Job", color="teal", **shown)
        self.assertEqual(self.now(), ("Job", "teal"))

    def test_name_of_another_list_is_refused_whatever_its_case(self):
        self.add_list("Büro")
        response = self.client.post(self.url, {"name": "BÜRO"})
        self.assertContains(response, TAKEN, status_code=422)
        self.assertEqual(self.now(), ("Work", "teal"))

    def test_own_name_in_another_case_is_fine(self):
        self.post(self.url, name="WORK")
        self.assertEqual(self.now(), ("WORK", "teal"))

    def test_page_offers_to_archive_or_to_bring_back(self):
        archive, unarchive = (
            f'action="{self.url[:-5]}archive/"',
            f'action="{self.url[:-5]}unarchive/"',
        )
        self.assertContains(self.client.get(self.url), archive)
        self.assertNotContains(self.client.get(self.url), unarchive)
        self.work.archive()
        self.assertNotContains(self.client.get(self.url), archive)
        self.assertContains(self.client.get(self.url), unarchive)


class ArchiveTests(ListTests):
    def setUp(self):
        super().setUp()
        self.work = self.add_list("Work")
        self.url = f"/lists/{self.work.pk}"

    def test_puts_it_away_and_undo_brings_it_back(self):
        response = self.post(f"{self.url}/archive/", next="/lists/", version=1)
        self.assertRedirects(response, "/lists/")
        self.assertEqual(messages_of(response), ["Archived the list “Work”."])
        self.assertEqual(self.names(), [])
        self.assertContains(response, '<h2 class="group-heading" id="archived">Archived</h2>')
        response = self.undo(response)
        self.assertEqual(messages_of(response), ["Undone: archived the list “Work”."])
        self.assertEqual(self.names(), ["Work"])

    def test_second_press_changes_nothing_and_says_so(self):
        for act, words in [
            ("archive", "“Work” was already archived."),
            ("unarchive", "“Work” was not archived."),
        ]:
            self.post(f"{self.url}/{act}/")
            self.work.refresh_from_db()
            self.assertEqual(messages_of(self.post(f"{self.url}/{act}/")), [words])
            version = self.work.version
            self.work.refresh_from_db()
            self.assertEqual(self.work.version, version)

    def test_undo_leaves_what_has_changed_since(self):
        response = self.post(f"{self.url}/archive/")
        self.work.edit(name="Office")
        response = self.undo(response)
        self.assertEqual(messages_of(response), ["Undone: archived the list “Office”."])
        self.assertEqual(self.names(), ["Office"])

    def test_keeps_its_place_among_the_others(self):
        self.add_list("Home")
        self.work.archive()
        self.work.unarchive()
        self.assertEqual(self.names(), ["Work", "Home"])


class MoveListTests(ListTests):
    def setUp(self):
        super().setUp()
        self.a, self.b, self.c = (self.add_list(name) for name in "ABC")

    def move(self, moved, **where):
        where = {name: getattr(value, "pk", value) for name, value in where.items()}
        return self.client.post(f"/lists/{moved.pk}/move/", where | {"next": "/lists/"})

    def test_before_after_and_to_the_ends(self):
        for moved, where, names in [
            (self.c, {"before": self.a}, "CAB"),
            (self.c, {"after": self.a}, "ACB"),
            (self.a, {"after": self.b}, "CBA"),
            (self.a, {"to": "top"}, "ACB"),
            (self.a, {"to": "top"}, "ACB"),
            (self.c, {"to": "bottom"}, "ABC"),
        ]:
            self.assertRedirects(self.move(moved, **where), "/lists/")
            self.assertEqual("".join(self.names()), names)

    def test_buttons_name_the_neighbours_that_are_seen(self):
        self.b.archive()
        page = self.get("/lists/")
        self.assertContains(page, f'id="up-{self.c.pk}" name="before" value="{self.a.pk}"')
        self.assertContains(page, f'id="down-{self.a.pk}" name="after" value="{self.c.pk}"')
        self.assertNotContains(page, f'id="up-{self.a.pk}"')
        self.assertNotContains(page, f'id="down-{self.c.pk}"')

    def test_one_that_is_archived_keeps_its_place_meanwhile(self):
        self.b.archive()
        self.move(self.c, before=self.a)
        self.b.unarchive()
        self.assertEqual(self.names(), ["C", "A", "B"])

    def test_a_place_that_is_none_is_not_found_and_changes_nothing(self):
        self.c.delete_softly()
        for where in [
            {},
            {"before": self.a, "after": self.b},
            {"before": self.b, "to": "top"},
            {"before": self.c},
            {"before": "x"},
            {"after": 10**30},
            {"to": "middle"},
            {"before": self.a},  # itself
            {"after": self.a},
        ]:
            with self.subTest(where=where):
                self.assertEqual(self.move(self.a, **where).status_code, 404)
        self.assertEqual(self.names(), ["A", "B"])

    def test_htmx_gets_the_lists_and_the_sidebar(self):
        url = f"/lists/{self.c.pk}/move/"
        response = self.client.post(url, {"to": "top", "next": "/lists/"}, headers=HTMX)
        self.assertContains(response, 'hx-target="#lists" hx-swap="outerMorph"')
        for part in ["#lists", "#sidebar"]:
            with self.subTest(part=part):
                names = [words_of(name) for name in select(response, f"{part} .name")]
                self.assertEqual(names, ["C", "A", "B"])
        self.assertEqual(messages_of(response), ["Moved the list “C” up."])


class DeleteListTests(ListTests):
    def setUp(self):
        super().setUp()
        self.work = self.add_list("Work")
        self.url = f"/lists/{self.work.pk}"
        self.open = self.add_task("Open", list=self.work)
        self.done = self.add_task("Done", list=self.work)
        self.done.complete()
        self.gone = self.add_task("Gone", list=self.work)
        self.gone.delete_softly()
        self.open.move(to="top")

    def tasks(self):
        """Return each task's list and whether it is in the trash."""
        return {
            task.title: (task.list and task.list.name, bool(task.deleted_at))
            for task in Task.everything.all()
        }

    def test_asks_first(self):
        page = self.get(f"{self.url}/delete/")
        self.assertContains(page, "Delete this list?")
        self.assertContains(page, "It has 2 tasks, including completed ones.")
        self.assertContains(page, "Move to the Inbox")
        self.assertContains(page, "Move to the trash with the list")
        self.assertEqual(self.names(), ["Work"])

    def test_empty_list_asks_nothing_about_tasks(self):
        page = self.get(f"/lists/{self.add_list('Home').pk}/delete/")
        self.assertContains(page, "It has no tasks.")
        self.assertContains(page, '<input type="hidden" name="tasks" value="trash">')

    def test_without_an_answer_nothing_happens(self):
        for answer in [{}, {"tasks": "x"}]:
            response = self.client.post(f"{self.url}/delete/", answer)
            self.assertContains(response, "Delete this list?", status_code=422)
        self.assertEqual(self.names(), ["Work"])

    def test_tasks_go_to_the_inbox_if_that_is_the_answer(self):
        response = self.post(f"{self.url}/delete/", tasks="inbox", version=1)
        self.assertRedirects(response, "/lists/")
        self.assertEqual(
            messages_of(response), ["Deleted the list “Work”, and moved 2 tasks to the Inbox."]
        )
        self.assertEqual(
            self.tasks(), {"Open": (None, False), "Done": (None, False), "Gone": ("Work", True)}
        )
        self.open.refresh_from_db()
        self.assertEqual((self.open.position, self.open.version), ("", 2))
        self.assertEqual(self.titles("/inbox/"), ["Open"])
        self.assertEqual(self.client.get(f"{self.url}/").status_code, 404)

    def test_tasks_go_into_the_trash_if_that_is_the_answer_and_undo_brings_all_back(self):
        response = self.post(f"{self.url}/delete/", tasks="trash", version=1)
        self.assertEqual(messages_of(response), ["Deleted the list “Work”, and 2 tasks with it."])
        self.assertEqual(
            self.tasks(), {"Open": ("Work", True), "Done": ("Work", True), "Gone": ("Work", True)}
        )
        response = self.undo(response)
        words = "Undone: deleted the list “Work”, and 2 tasks with it."
        self.assertEqual(messages_of(response), [words])
        self.assertEqual(
            self.tasks(), {"Open": ("Work", False), "Done": ("Work", False), "Gone": ("Work", True)}
        )
        self.assertEqual(self.names(), ["Work"])

    def test_list_that_changed_meanwhile_is_not_deleted(self):
        self.work.edit(name="Office")
        response = self.post(f"{self.url}/delete/", tasks="trash", version=1)
        self.assertEqual(
            messages_of(response),
            ["“Office” has changed since. Look at it, then try again."],
        )
        self.assertEqual(self.names(), ["Office"])

    def test_second_press_says_that_it_is_done(self):
        for _ in range(2):
            response = self.post(f"{self.url}/delete/", tasks="trash")
        self.assertEqual(messages_of(response), ["“Work” was already in the trash."])
        for _ in range(2):
            response = self.post(f"{self.url}/restore/")
        self.assertEqual(messages_of(response), ["“Work” was not in the trash."])


class RestoreListTests(ListTests):
    def setUp(self):
        super().setUp()
        self.work = self.add_list("Work")
        self.task = self.add_task("Report", list=self.work)
        self.url = f"/lists/{self.work.pk}"

    def test_restores_with_its_tasks_and_steps_back_where_it_was(self):
        self.add_list("Home")
        self.work.delete_softly(with_tasks=True)
        response = self.post(f"{self.url}/restore/", version=2, next="/trash/")
        self.assertRedirects(response, "/trash/")
        self.assertEqual(messages_of(response), ["Restored the list “Work”, and 1 task with it."])
        self.assertEqual(self.names(), ["Work", "Home"])
        self.assertEqual(self.titles(f"{self.url}/"), ["Report"])

    def test_tasks_that_went_to_the_inbox_come_back_where_they_were(self):
        first = self.add_task("First", list=self.work)
        first.move(to="top")
        taken = self.add_task("Taken", list=self.work)
        self.work.delete_softly()
        self.assertEqual(sorted(self.titles("/inbox/")), ["First", "Report", "Taken"])
        taken.edit(list=self.add_list("Home"))
        self.post(f"{self.url}/restore/")
        self.assertEqual(self.titles(f"{self.url}/"), ["First", "Report"])
        self.assertEqual(self.titles("/inbox/"), [])
        self.assertEqual(self.titles(f"/lists/{self.ann.lists.get(name='Home').pk}/"), ["Taken"])

    def test_task_that_was_restored_alone_stays_where_it_went(self):
        self.work.delete_softly(with_tasks=True)
        self.post(f"/tasks/{self.task.pk}/restore/")
        self.post(f"{self.url}/restore/")
        self.assertEqual(self.titles("/inbox/"), ["Report"])

    def test_name_that_was_taken_meanwhile_is_settled_with_the_user(self):
        self.work.delete_softly(with_tasks=True)
        self.add_list("WORK")
        response = self.client.post(f"{self.url}/restore/", {"next": "/trash/", "version": 2})
        self.assertContains(response, TAKEN, status_code=422)
        self.assertContains(response, 'name="name" value="Work"', status_code=422)
        self.assertContains(response, 'name="next" value="/trash/"', status_code=422)
        self.assertEqual(self.names(), ["WORK"])
        response = self.post(f"{self.url}/restore/", name="Old work", next="/trash/", version=2)
        self.assertEqual(
            messages_of(response), ["Restored the list “Old work”, and 1 task with it."]
        )
        self.assertEqual(self.names(), ["Old work", "WORK"])
        self.assertEqual(self.titles(f"{self.url}/"), ["Report"])

    def test_names_that_are_none_are_refused(self):
        self.work.delete_softly()
        for name, words in [("", "Enter a name."), ("x" * 101, "Use at most 100 characters")]:
            response = self.client.post(f"{self.url}/restore/", {"name": name})
            self.assertContains(response, words, status_code=422)

    def test_page_asks_without_restoring(self):
        self.work.delete_softly()
        self.assertContains(self.client.get(f"{self.url}/restore/"), "Restore this list")
        self.assertEqual(self.names(), [])

    def test_what_changed_since_the_button_was_shown_is_not_restored(self):
        self.work.delete_softly()
        response = self.post(f"{self.url}/restore/", version="1")
        self.assertEqual(
            messages_of(response),
            ["“Work” has changed since. Look at it, then try again."],
        )
        self.assertEqual(self.names(), [])


class PurgeListTests(ListTests):
    def test_asks_then_deletes_it_and_the_tasks_that_went_with_it(self):
        work = self.add_list("Work")
        before = self.add_task("Before", list=work)
        before.delete_softly()
        task = self.add_task("With it", list=work)
        self.add_step(task)
        self.add_tag("calls", task)
        self.add_task("Elsewhere")
        work.delete_softly(with_tasks=True)
        url = f"/lists/{work.pk}/purge/"
        self.assertContains(self.client.get(url), "Delete this list permanently?")
        self.assertEqual(TaskList.everything.count(), 1)
        response = self.post(url, next="/trash/")
        self.assertRedirects(response, "/trash/")
        self.assertEqual(messages_of(response), ["Deleted “Work” permanently."])
        self.assertEqual(TaskList.everything.count(), 0)
        tasks = Task.everything.order_by("title").values_list("title", "list")
        self.assertEqual(list(tasks), [("Before", None), ("Elsewhere", None)])

    def test_list_that_is_not_in_the_trash_is_not_found(self):
        url = f"/lists/{self.add_list().pk}/purge/"
        self.assertEqual(self.client.get(url).status_code, 404)
        self.assertEqual(self.client.post(url).status_code, 404)
        self.assertEqual(self.names(), ["Work"])


class ListsPageTests(ListTests):
    def test_shows_lists_with_their_numbers_then_what_is_archived_then_tags(self):
        work = self.add_list("Work")
        self.add_task("Report", list=work)
        self.add_task("Done", list=work).complete()
        self.add_list("Old").archive()
        self.add_list("Gone").delete_softly()
        self.add_tag("calls")
        page = one(self.get("/lists/"), "main")
        rows = select(page, '.name[href^="/lists/"], .name[href^="/tags/"]')
        self.assertEqual([words_of(row) for row in rows], ["Work", "Old", "calls"])
        self.assertEqual(words_of(one(page, ".count")), "1 task")


class TypedTagTests(PageTests):
    def tag_names(self):
        return [tag.name for tag in self.ann.tags.by_name()]

    def test_tags_are_made_when_they_are_typed(self):
        self.post("/tasks/add/", text="Milk", tags="#Shop, weekly shop")
        self.assertEqual(self.tag_names(), ["Shop", "weekly"])
        self.assertEqual(
            [tag.name for tag in self.ann.tasks.get().tags.by_name()], ["Shop", "weekly"]
        )

    def test_one_that_is_there_is_taken_whatever_its_case(self):
        self.add_tag("Büro")
        self.post("/tasks/add/", text="Milk", tags="BÜRO")
        self.assertEqual(self.tag_names(), ["Büro"])
        self.assertEqual(self.ann.tasks.get().tags.get().name, "Büro")

    def test_name_of_a_deleted_tag_is_a_new_tag(self):
        calls = self.add_tag("calls", self.add_task("Old"))
        calls.delete_softly()
        self.post("/tasks/add/", text="Milk", tags="calls")
        tag = self.ann.tags.get()
        self.assertNotEqual(tag, calls)
        self.assertEqual(self.titles(tag.get_absolute_url()), ["Milk"])

    def test_name_that_is_too_long_is_named_and_nothing_is_made(self):
        response = self.client.post("/tasks/add/", {"text": "Milk", "tags": "ok " + "x" * 51})
        words = "A tag can have at most 50 characters."
        self.assertContains(response, words, status_code=422)
        self.assertEqual(self.tag_names(), [])


class EditTagTests(PageTests):
    def setUp(self):
        super().setUp()
        self.task = self.add_task()
        self.calls = self.add_tag("calls", self.task)
        self.url = f"/tags/{self.calls.pk}"

    def test_renames(self):
        response = self.post(f"{self.url}/edit/", name=" #phone ")
        self.assertRedirects(response, f"{self.url}/")
        self.assertEqual(messages_of(response), ["Renamed “calls” to “phone”."])
        self.assertContains(response, '<h1 class="title">#phone</h1>')
        self.assertEqual(self.titles(f"{self.url}/"), ["Milk"])

    def test_name_is_one_word_that_no_other_tag_has(self):
        self.add_tag("Home")
        for name, words in [
            ("two words", "A tag is one word, without spaces, commas or #."),
            ("two,words", "A tag is one word, without spaces, commas or #."),
            ("#", "A tag is one word, without spaces, commas or #."),
            ("two#words", "A tag is one word, without spaces, commas or #."),
            ("", "Enter a name."),
            ("x" * 51, "Use at most 50 characters (you typed 51)."),
            ("HOME", "There is already a tag with this name."),
        ]:
            with self.subTest(name=name):
                response = self.client.post(f"{self.url}/edit/", {"name": name})
                self.assertContains(response, words, status_code=422)
        self.calls.refresh_from_db()
        self.assertEqual((self.calls.name, self.calls.version), ("calls", 1))

    def test_clash_shows_both(self):
        self.calls.edit(name="phone")
        shown = {"name": "ring", "initial-name": "calls", "version": "1"}
        response = self.client.post(f"{self.url}/edit/", shown)
        self.assertContains(
            response, "This was changed in the meantime to:\nphone", status_code=409
        )
        self.assertContains(response, 'value="ring"', status_code=409)

    def test_same_name_is_nothing_new(self):
        response = self.post(f"{self.url}/edit/", name="calls")
        self.assertEqual(messages_of(response), ["No changes to save."])


class DeleteTagTests(PageTests):
    def setUp(self):
        super().setUp()
        self.task = self.add_task()
        self.calls = self.add_tag("calls", self.task)
        self.url = f"/tags/{self.calls.pk}"

    def shown(self):
        """Return the tags that Milk has."""
        return [tag.name for tag in self.task.tags.by_name()]

    def test_asks_then_deletes_and_undo_hangs_it_on_its_tasks_again(self):
        page = self.get(f"{self.url}/delete/")
        self.assertContains(page, "1 task has it.")
        self.assertEqual(self.shown(), ["calls"])
        response = self.post(f"{self.url}/delete/", version=1)
        self.assertRedirects(response, "/lists/")
        self.assertEqual(messages_of(response), ["Deleted #calls."])
        self.assertEqual(self.shown(), [])
        self.assertNotContains(self.client.get("/inbox/"), 'class="tag"')
        self.assertEqual(self.client.get(f"{self.url}/").status_code, 404)
        response = self.undo(response)
        self.assertEqual(messages_of(response), ["Undone: deleted #calls."])
        self.assertEqual(self.shown(), ["calls"])

    def test_edit_of_its_task_meanwhile_leaves_it_in_the_trash_and_on_the_task(self):
        self.calls.delete_softly()
        self.post(f"/tasks/{self.task.pk}/edit/", tags="home", **{"initial-tags": ""})
        self.post(f"{self.url}/restore/")
        self.assertEqual(self.shown(), ["calls", "home"])

    def test_name_that_was_taken_meanwhile_is_settled_with_the_user(self):
        self.calls.delete_softly()
        self.add_tag("Calls")
        response = self.client.post(f"{self.url}/restore/", {"next": "/trash/", "version": 2})
        self.assertContains(response, "There is already a tag with this name.", status_code=422)
        self.assertContains(response, 'name="name" value="calls"', status_code=422)
        response = self.post(f"{self.url}/restore/", name="phone", next="/trash/", version=2)
        self.assertRedirects(response, "/trash/")
        self.assertEqual(messages_of(response), ["Restored #phone."])
        self.assertEqual(self.shown(), ["phone"])

    def test_purge_asks_then_deletes_it_and_no_task(self):
        self.calls.delete_softly()
        self.assertContains(self.client.get(f"{self.url}/purge/"), "Delete this tag permanently?")
        self.assertEqual(Tag.everything.count(), 1)
        response = self.post(f"{self.url}/purge/", next="/trash/")
        self.assertRedirects(response, "/trash/")
        self.assertEqual(messages_of(response), ["Deleted “calls” permanently."])
        self.assertEqual((Tag.everything.count(), self.titles("/inbox/")), (0, ["Milk"]))

    def test_tag_that_is_not_in_the_trash_cannot_be_purged(self):
        self.assertEqual(self.client.post(f"{self.url}/purge/").status_code, 404)

    def test_second_press_says_that_it_is_done(self):
        for _ in range(2):
            response = self.post(f"{self.url}/delete/")
        self.assertEqual(messages_of(response), ["“calls” was already in the trash."])
        for _ in range(2):
            response = self.post(f"{self.url}/restore/")
        self.assertEqual(messages_of(response), ["“calls” was not in the trash."])
