"""Lists and tags: adding, renaming, ordering, archiving, deleting and restoring."""

import uuid

from tasks.models import Tag, Task, TaskList
from tasks.tests.pages import HTMX, PageTests, messages_of, words_of
from todosite.tests.html import one, select

TAKEN = "There is already a list with this name."


class ListTests(PageTests):
    def names(self):
        """Return the names of the lists in the sidebar, in their order."""
        return [words_of(name) for name in select(self.get("/settings/"), "#sidebar .name")]


class AddListTests(ListTests):
    def test_new_list_is_the_last_and_is_shown(self):
        self.add_list("Home")
        response = self.post("/lists/add/", name=" Work ", color="rose")
        work = self.ann.lists.get(name="Work")
        self.assertRedirects(response, work.get_absolute_url())
        self.assertEqual(messages_of(response), ["Added the list “Work”."])
        self.assertEqual((work.color, self.names()), ("rose", ["Home", "Work"]))

    def test_form_begins_with_the_next_color(self):
        for color in [*TaskList.Color.values, "teal"]:
            chosen = one(self.get("/lists/add/"), "[name=color][checked]")
            self.assertEqual(chosen.get("value"), color)
            self.add_list(f"List {color} {uuid.uuid4()}")

    def test_error_in_a_name_is_shown_by_the_field(self):
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

    def test_unknown_color_is_refused(self):
        response = self.client.post("/lists/add/", {"name": "Work", "color": "pink"})
        self.assertContains(response, 'value="Work"', status_code=422)
        self.assertEqual(self.names(), [])

    def test_name_can_have_a_hundred_letters_of_any_script(self):
        self.post("/lists/add/", name="🦊" * 100, color="teal")
        self.assertEqual(self.names(), ["🦊" * 100])

    def test_form_sent_twice_adds_one_list(self):
        data = {"name": "Work", "color": "teal", "key": str(uuid.uuid4())}
        for _ in range(2):
            response = self.post("/lists/add/", **data)
            self.assertRedirects(response, self.ann.lists.get().get_absolute_url())
        self.ann.lists.get().delete_softly()
        response = self.post("/lists/add/", **data)
        self.assertRedirects(response, "/lists/")
        self.assertEqual(
            messages_of(response), ["This list was already added, and has since been deleted."]
        )

    def test_name_of_a_deleted_list_can_be_taken(self):
        self.add_list("Work").delete_softly()
        self.post("/lists/add/", name="work", color="teal")
        self.assertEqual(self.names(), ["work"])

    def test_name_of_an_archived_list_cannot_be_taken(self):
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

    def test_edit_is_saved_and_shows_the_list(self):
        response = self.post(self.url, name="Office", color="rose")
        self.assertRedirects(response, self.work.get_absolute_url())
        self.assertEqual(messages_of(response), ["Edited the list “Office”."])
        self.assertEqual(self.now(), ("Office", "rose"))

    def test_unedited_form_saves_nothing(self):
        response = self.post(self.url, name="Work", color="teal")
        self.assertEqual(messages_of(response), ["No changes to save."])
        self.assertEqual(self.work.version, 1)

    def test_edits_of_name_and_color_are_merged(self):
        shown = {"initial-name": "Work", "initial-color": "teal", "version": "1"}
        self.post(self.url, name="Office", color="teal", **shown)
        self.post(self.url, name="Work", color="rose", **shown)
        self.assertEqual(self.now(), ("Office", "rose"))

    def test_conflict_shows_both_values_and_the_next_attempt_decides(self):
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

    def test_name_of_another_list_is_refused_ignoring_case(self):
        self.add_list("Büro")
        response = self.client.post(self.url, {"name": "BÜRO"})
        self.assertContains(response, TAKEN, status_code=422)
        self.assertEqual(self.now(), ("Work", "teal"))

    def test_case_of_the_own_name_can_be_changed(self):
        self.post(self.url, name="WORK")
        self.assertEqual(self.now(), ("WORK", "teal"))

    def test_page_offers_to_archive_or_unarchive(self):
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

    def test_list_can_be_archived_and_undo_unarchives_it(self):
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

    def test_undo_of_archiving_keeps_later_changes(self):
        response = self.post(f"{self.url}/archive/")
        self.work.edit(name="Office")
        response = self.undo(response)
        self.assertEqual(messages_of(response), ["Undone: archived the list “Office”."])
        self.assertEqual(self.names(), ["Office"])

    def test_archived_list_keeps_its_position(self):
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

    def test_list_moves_before_after_and_to_the_ends(self):
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

    def test_buttons_use_visible_neighbors(self):
        self.b.archive()
        page = self.get("/lists/")
        self.assertContains(page, f'id="up-{self.c.pk}" name="before" value="{self.a.pk}"')
        self.assertContains(page, f'id="down-{self.a.pk}" name="after" value="{self.c.pk}"')
        self.assertNotContains(page, f'id="up-{self.a.pk}"')
        self.assertNotContains(page, f'id="down-{self.c.pk}"')

    def test_archived_list_keeps_its_position_while_others_move(self):
        self.b.archive()
        self.move(self.c, before=self.a)
        self.b.unarchive()
        self.assertEqual(self.names(), ["C", "A", "B"])

    def test_invalid_position_is_not_found_and_changes_nothing(self):
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
        """Return each task's list and whether it's in the trash."""
        return {
            task.title: (task.list and task.list.name, bool(task.deleted_at))
            for task in Task.everything.all()
        }

    def test_deletion_of_a_list_asks_first(self):
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

    def test_list_is_not_deleted_without_an_answer(self):
        for answer in [{}, {"tasks": "x"}]:
            response = self.client.post(f"{self.url}/delete/", answer)
            self.assertContains(response, "Delete this list?", status_code=422)
        self.assertEqual(self.names(), ["Work"])

    def test_tasks_can_move_to_the_inbox(self):
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

    def test_tasks_can_go_into_the_trash_and_undo_restores_all(self):
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

    def test_list_changed_in_the_meantime_is_not_deleted(self):
        self.work.edit(name="Office")
        response = self.post(f"{self.url}/delete/", tasks="trash", version=1)
        self.assertEqual(
            messages_of(response),
            ["“Office” was changed in the meantime. Check it and try again."],
        )
        self.assertEqual(self.names(), ["Office"])

    def test_second_press_says_that_it_was_already_deleted(self):
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

    def test_list_is_restored_with_tasks_and_steps_in_its_position(self):
        self.add_list("Home")
        self.work.delete_softly(with_tasks=True)
        response = self.post(f"{self.url}/restore/", version=2, next="/trash/")
        self.assertRedirects(response, "/trash/")
        self.assertEqual(messages_of(response), ["Restored the list “Work”, and 1 task with it."])
        self.assertEqual(self.names(), ["Work", "Home"])
        self.assertEqual(self.titles(f"{self.url}/"), ["Report"])

    def test_tasks_in_the_inbox_return_to_their_positions(self):
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

    def test_task_restored_alone_stays_in_the_inbox(self):
        self.work.delete_softly(with_tasks=True)
        self.post(f"/tasks/{self.task.pk}/restore/")
        self.post(f"{self.url}/restore/")
        self.assertEqual(self.titles("/inbox/"), ["Report"])

    def test_restore_asks_for_another_name_if_taken(self):
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

    def test_invalid_names_are_refused(self):
        self.work.delete_softly()
        for name, words in [("", "Enter a name."), ("x" * 101, "Use at most 100 characters")]:
            response = self.client.post(f"{self.url}/restore/", {"name": name})
            self.assertContains(response, words, status_code=422)

    def test_get_does_not_restore(self):
        self.work.delete_softly()
        self.assertContains(self.client.get(f"{self.url}/restore/"), "Restore this list")
        self.assertEqual(self.names(), [])

    def test_list_changed_in_the_meantime_is_not_restored(self):
        self.work.delete_softly()
        response = self.post(f"{self.url}/restore/", version="1")
        self.assertEqual(
            messages_of(response),
            ["“Work” was changed in the meantime. Check it and try again."],
        )
        self.assertEqual(self.names(), [])


class PurgeListTests(ListTests):
    def test_purge_asks_then_purges_the_list_with_its_tasks(self):
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
    def test_page_shows_lists_with_counts_then_archived_ones_then_tags(self):
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

    def test_typed_tags_are_created(self):
        self.post("/tasks/add/", text="Milk", tags="#Shop, weekly shop")
        self.assertEqual(self.tag_names(), ["Shop", "weekly"])
        self.assertEqual(
            [tag.name for tag in self.ann.tasks.get().tags.by_name()], ["Shop", "weekly"]
        )

    def test_existing_tag_is_used_ignoring_case(self):
        self.add_tag("Büro")
        self.post("/tasks/add/", text="Milk", tags="BÜRO")
        self.assertEqual(self.tag_names(), ["Büro"])
        self.assertEqual(self.ann.tasks.get().tags.get().name, "Büro")

    def test_name_of_a_deleted_tag_creates_a_new_one(self):
        calls = self.add_tag("calls", self.add_task("Old"))
        calls.delete_softly()
        self.post("/tasks/add/", text="Milk", tags="calls")
        tag = self.ann.tags.get()
        self.assertNotEqual(tag, calls)
        self.assertEqual(self.titles(tag.get_absolute_url()), ["Milk"])

    def test_too_long_tag_is_named_and_not_created(self):
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

    def test_tag_can_be_renamed(self):
        response = self.post(f"{self.url}/edit/", name=" #phone ")
        self.assertRedirects(response, f"{self.url}/")
        self.assertEqual(messages_of(response), ["Renamed “calls” to “phone”."])
        self.assertContains(response, '<h1 class="title">#phone</h1>')
        self.assertEqual(self.titles(f"{self.url}/"), ["Milk"])

    def test_name_of_a_tag_is_one_unused_word(self):
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

    def test_conflict_shows_both_names(self):
        self.calls.edit(name="phone")
        shown = {"name": "ring", "initial-name": "calls", "version": "1"}
        response = self.client.post(f"{self.url}/edit/", shown)
        self.assertContains(
            response, "This was changed in the meantime to:\nphone", status_code=409
        )
        self.assertContains(response, 'value="ring"', status_code=409)

    def test_unedited_name_saves_nothing(self):
        response = self.post(f"{self.url}/edit/", name="calls")
        self.assertEqual(messages_of(response), ["No changes to save."])


class DeleteTagTests(PageTests):
    def setUp(self):
        super().setUp()
        self.task = self.add_task()
        self.calls = self.add_tag("calls", self.task)
        self.url = f"/tags/{self.calls.pk}"

    def shown(self):
        """Return the tags of Milk."""
        return [tag.name for tag in self.task.tags.by_name()]

    def test_deletion_of_a_tag_asks_first_and_undo_restores_it(self):
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

    def test_edit_of_a_task_keeps_its_deleted_tag(self):
        self.calls.delete_softly()
        self.post(f"/tasks/{self.task.pk}/edit/", tags="home", **{"initial-tags": ""})
        self.post(f"{self.url}/restore/")
        self.assertEqual(self.shown(), ["calls", "home"])

    def test_restore_asks_for_another_name_if_taken(self):
        self.calls.delete_softly()
        self.add_tag("Calls")
        response = self.client.post(f"{self.url}/restore/", {"next": "/trash/", "version": 2})
        self.assertContains(response, "There is already a tag with this name.", status_code=422)
        self.assertContains(response, 'name="name" value="calls"', status_code=422)
        response = self.post(f"{self.url}/restore/", name="phone", next="/trash/", version=2)
        self.assertRedirects(response, "/trash/")
        self.assertEqual(messages_of(response), ["Restored #phone."])
        self.assertEqual(self.shown(), ["phone"])

    def test_purge_of_a_tag_asks_first_and_keeps_its_tasks(self):
        self.calls.delete_softly()
        self.assertContains(self.client.get(f"{self.url}/purge/"), "Delete this tag permanently?")
        self.assertEqual(Tag.everything.count(), 1)
        response = self.post(f"{self.url}/purge/", next="/trash/")
        self.assertRedirects(response, "/trash/")
        self.assertEqual(messages_of(response), ["Deleted “calls” permanently."])
        self.assertEqual((Tag.everything.count(), self.titles("/inbox/")), (0, ["Milk"]))

    def test_tag_that_is_not_in_the_trash_cannot_be_purged(self):
        self.assertEqual(self.client.post(f"{self.url}/purge/").status_code, 404)

    def test_second_press_says_that_it_was_already_deleted(self):
        for _ in range(2):
            response = self.post(f"{self.url}/delete/")
        self.assertEqual(messages_of(response), ["“calls” was already in the trash."])
        for _ in range(2):
            response = self.post(f"{self.url}/restore/")
        self.assertEqual(messages_of(response), ["“calls” was not in the trash."])
