"""Lists and tags that get the name of another: merged by one act, which can be undone."""

from datetime import date
from uuid import uuid4

from accounts.tests.people import add_user
from tasks.history import Act
from tasks.tests.pages import PageTests, messages_of, words_of
from tasks.tests.rows import in_order
from tasks.undo import revert
from todosite.tests.html import one, select


class MergeTests(PageTests):
    """Ann has two lists and two tags, and tasks with the one, the other, both or none."""

    def setUp(self):
        super().setUp()
        self.one, self.other = self.add_list("one"), self.add_list("other")
        self.tag = self.ann.tags.create(name="one")
        self.other_tag = self.ann.tags.create(name="other")
        self.tasks = {}
        for title, fields in {
            "open": {"list": self.one},
            "dated": {"list": self.one, "due_date": date(2031, 1, 2)},
            "done": {"list": self.one, "completed_at": self.ann.now()},
            "gone": {"list": self.one, "deleted_at": self.ann.now()},
            "others": {"list": self.other},
            "nobodys": {},
        }.items():
            self.tasks[title] = self.add_task(title, **fields)
        for title in ["open", "done", "gone"]:
            self.tasks[title].attach([self.tag])
        for title in ["open", "others"]:
            self.tasks[title].attach([self.other_tag])
        self.tasks["dated"].move(to="top")
        Act.objects.all().delete()
        self.before = self.state()

    def state(self):
        """Return all of Ann's rows, and the lists and tags of deleted tasks."""
        gone = self.ann.tasks(manager="trash").order_by("pk", "tags")
        return in_order(self.ann), list(gone.values_list("pk", "list", "tags"))

    def in_list(self, task_list):
        return self.titles_of(list=task_list)

    def with_tag(self, tag):
        return self.titles_of(tags=tag)

    def titles_of(self, **where):
        rows = self.ann.tasks(manager="everything").filter(**where)
        return sorted(rows.values_list("title", flat=True))

    def rename(self, url, name):
        return self.client.post(url, {"name": name})

    def press(self, page, name):
        """Press the button that merges, on the page that refused the name."""
        button = one(page, "button[name=into]")
        self.assertEqual(words_of(button), name)
        form = button.getparent().getparent()
        data = {field.get("name"): field.get("value") for field in select(form, "input")}
        return self.post(form.get("action"), **data, into=button.get("value"))


class ListTests(MergeTests):
    def setUp(self):
        super().setUp()
        self.url = f"/lists/{self.one.pk}/edit/"

    def test_taken_name_offers_to_merge(self):
        page = self.rename(self.url, "Other")
        self.assertEqual(page.status_code, 422)
        self.assertIn("There is already a list with this name.", words_of(page))
        self.assertEqual(words_of(one(page, "main h1")), "Edit “one”")
        words = "All tasks of “one” go to “other”, and “one” goes to the trash."
        self.assertIn(words, words_of(page))
        page = self.press(page, "Merge “one” into “other”")
        self.assertRedirects(page, self.other.get_absolute_url())
        self.assertEqual(messages_of(page), ["Merged the list “one” into “other”."])
        moved = ["dated", "done", "gone", "open", "others"]
        self.assertEqual((self.in_list(self.one), self.in_list(self.other)), ([], moved))
        self.one.refresh_from_db()
        self.assertIsNotNone(self.one.deleted_at)
        self.assertEqual(Act.objects.count(), 1)
        self.undo(page)
        self.assertEqual(self.state(), self.before)

    def test_offer_to_merge_mentions_an_archived_list(self):
        said = "“other” is archived: its tasks don't appear in Today, Upcoming or tags."
        self.assertNotIn(said, words_of(self.rename(self.url, "other")))
        self.other.archive()
        self.assertIn(said, words_of(self.rename(self.url, "other")))

    def test_merge_into_itself_or_a_missing_row_is_not_found(self):
        gone = self.add_list("gone", deleted_at=self.ann.now())
        theirs = add_user("ben@example.org").lists.create(name="theirs")
        for into in [self.one.pk, "", "x", 2**70, gone.pk, theirs.pk]:
            page = self.client.post(f"/lists/{self.one.pk}/merge/", {"into": into})
            self.assertEqual((into, page.status_code), (into, 404))
        self.assertEqual(self.state(), self.before)

    def test_restored_list_gets_no_merged_tasks(self):
        self.one.merge_into(self.other)
        self.tasks["open"].refresh_from_db()
        self.tasks["open"].edit(list=None)
        self.one.restore()
        self.assertEqual(self.in_list(self.one), [])

    def test_free_name_offers_no_merge(self):
        for name, status in [("Third", 302), ("ONE", 302), ("", 422)]:
            page = self.rename(self.url, name)
            self.assertEqual((page.status_code, select(page, "[name=into]")), (status, []))

    def test_new_list_offers_no_merge(self):
        page = self.client.post("/lists/add/", {"name": "other", "color": "teal"})
        self.assertEqual(select(page, "[name=into]"), [])


class TagTests(MergeTests):
    def setUp(self):
        super().setUp()
        self.url = f"/tags/{self.tag.pk}/edit/"

    def test_taken_name_offers_to_merge(self):
        page = self.rename(self.url, "Other")
        self.assertEqual(page.status_code, 422)
        self.assertIn("There is already a tag with this name.", words_of(page))
        self.assertEqual(words_of(one(page, "main h1")), "Edit #one")
        words = "All tasks of #one go to #other, and #one goes to the trash."
        self.assertIn(words, words_of(page))
        page = self.press(page, "Merge #one into #other")
        self.assertRedirects(page, self.other_tag.get_absolute_url())
        self.assertEqual(messages_of(page), ["Merged #one into #other."])
        tagged = ["done", "gone", "open", "others"]
        self.assertEqual(self.with_tag(self.other_tag), tagged)
        self.assertEqual(list(self.ann.tags.values_list("name", flat=True)), ["other"])
        self.assertEqual(Act.objects.count(), 1)
        self.undo(page)
        self.assertEqual(self.state(), self.before)

    def test_tag_without_tasks_can_be_merged(self):
        tag = self.ann.tags.create(name="third")
        page = self.press(self.rename(f"/tags/{tag.pk}/edit/", "one"), "Merge #third into #one")
        self.assertEqual(messages_of(page), ["Deleted #third."])


class HistoryTests(MergeTests):
    def test_history_and_task_describe_the_merge(self):
        self.tag.merge_into(self.other_tag)
        self.one.merge_into(self.other)
        said = ["You merged the list “one” into “other”", "You merged #one into #other"]
        page = words_of(self.get("/history/"))
        for words in said:
            self.assertIn(words, page)
        task = words_of(self.get(f"/tasks/{self.tasks['done'].pk}/"))
        for words in ["You moved “done” to “other”", "You added #other to “done”"]:
            self.assertIn(words, task)

    def test_merge_of_many_tasks_is_described(self):
        """A line of the history reads only the first rows of its act."""
        for task in [self.add_task(f"Task {n}") for n in range(5)]:
            task.attach([self.tag])
        act = self.tag.merge_into(self.other_tag)
        undo, _ = revert(act)
        page = words_of(self.get("/history/"))
        self.assertIn("You merged #one into #other", page)
        self.assertIn("You undid: merged #one into #other", page)
        self.assertEqual(undo.of, act)


class LateTests(MergeTests):
    """Another tab acted before."""

    def merge(self, into, **more):
        url = f"/tags/{self.tag.pk}/merge/"
        return self.client.post(url, {"into": getattr(into, "pk", into)} | more, follow=True)

    def test_second_press_changes_nothing_and_says_so(self):
        self.merge(self.other_tag)
        page = self.merge(self.other_tag)
        self.assertEqual(messages_of(page), ["“one” was already in the trash."])
        self.assertEqual(Act.objects.count(), 1)

    def test_tag_changed_in_the_meantime_is_not_merged(self):
        self.tag.edit(name="uno")
        page = self.merge(self.other_tag, version="1")
        said = "“uno” was changed in the meantime. Check it and try again."
        self.assertEqual(messages_of(page), [said])

    def test_merge_into_itself_or_a_missing_row_is_not_found(self):
        gone = self.ann.tags.create(name="gone", deleted_at=self.ann.now())
        theirs = add_user("ben@example.org").tags.create(name="theirs")
        for into in [self.tag, "", "x", 2**40, gone, theirs]:
            self.assertEqual(self.merge(into).status_code, 404)
        self.assertEqual(self.state(), self.before)

    def test_undo_of_a_merge_keeps_later_changes(self):
        act = self.tag.merge_into(self.other_tag)
        self.tasks["done"].edit(remove_tags=[self.other_tag])
        self.ann.tags.create(name="One")
        _, conflicts = revert(act)
        self.assertEqual([name for _, name in conflicts], ["deleted_at"])
        self.assertEqual(self.with_tag(self.other_tag), ["open", "others"])


class ArchivedTests(PageTests):
    """A line names an archived list, and offers to unarchive it."""

    LINE = "Dig +Old"

    def setUp(self):
        super().setUp()
        self.old = self.add_list("Old", archived_at=self.ann.now())

    def is_back(self):
        self.old.refresh_from_db()
        return self.old.archived_at is None

    def test_message_offers_to_unarchive_the_list_with_undo(self):
        page = self.post("/tasks/add/", text=self.LINE, next="/inbox/")
        words = "The list “Old” is archived, so the task is in the Inbox."
        self.assertEqual(messages_of(page), [f"Added “Dig”. {words}"])
        actions = {words_of(form): form.get("action") for form in select(page, ".toast form")}
        page = self.post(actions["Unarchive the list"], next="/inbox/")
        self.assertEqual(
            messages_of(page), ["Moved “Dig” to “Old”, and unarchived the list “Old”."]
        )
        task = self.ann.tasks.get()
        self.assertEqual((task.list, self.is_back(), self.ann.lists.count()), (self.old, True, 1))
        self.undo(page)
        task.refresh_from_db()
        self.assertEqual((task.list, self.is_back()), (None, False))

    def test_add_box_offers_to_unarchive_the_list(self):
        page = self.client.post("/tasks/read/", {"text": self.LINE})
        self.assertIn("Archived list “Old”", words_of(page))
        self.assertIn("Unarchive the list “Old”", words_of(page))
        self.assertEqual(one(page, "[name=make_list]").get("value"), "Old")
        self.post("/tasks/add/", text=self.LINE, make_list="Old")
        self.assertEqual((self.ann.tasks.get().list, self.is_back()), (self.old, True))

    def test_archived_list_is_found_ignoring_case_and_accents(self):
        self.old.edit(name="Büro alt")
        for line in ["Dig +büro alt", "Dig +BURO ALT", 'Dig +"Büro alt"']:
            page = self.client.post("/tasks/read/", {"text": line})
            self.assertEqual(one(page, "[name=make_list]").get("value"), "Büro alt")
            data = {"text": line, "make_list": "Büro alt", "key": str(uuid4())}
            self.post("/tasks/add/", **data)
            self.assertEqual((self.is_back(), self.ann.lists.count()), (True, 1))
            self.old.archive()

    def test_exact_name_wins_among_archived_lists(self):
        for archived in [self.old, self.add_list("Öld", archived_at=self.ann.now())]:
            name = archived.name
            page = self.client.post("/tasks/read/", {"text": f"Dig +{name}"})
            self.assertEqual(one(page, "[name=make_list]").get("value"), name)
            data = {"text": f"Dig +{name}", "make_list": name, "key": str(uuid4())}
            self.post("/tasks/add/", **data)
            self.assertEqual(self.ann.tasks.latest("pk").list, archived)
            archived.archive()

    def test_present_list_wins_over_an_archived_one(self):
        there = self.add_list("Öld")
        self.post("/tasks/add/", text="Dig +Öld")
        self.assertEqual(self.ann.tasks.get().list, there)

    def test_archived_list_stays_text_without_an_offer(self):
        self.post("/tasks/paste/", text=f"{self.LINE}\nWeed", sure="1")
        self.assertEqual(self.ann.tasks.order_by("pk")[0].title, self.LINE)
        task = self.add_task("Rake")
        self.post(f"/tasks/{task.pk}/edit/", title="Hoe +Old", read="1", next="/inbox/")
        task.refresh_from_db()
        self.assertEqual((task.title, self.is_back()), ("Hoe +Old", False))


class PagesOfArchivedTests(PageTests):
    """The rules of docs/guide.md about the tasks of an archived list."""

    def test_tasks_of_an_archived_list_are_on_certain_pages(self):
        old = self.add_list("Old")
        task = self.add_task("Dig", list=old, due_date=self.ann.today())
        done = self.add_task("Weed", list=old, completed_at=self.ann.now())
        tag = self.add_tag("garden", task, done)
        task.edit(priority=1)
        old.archive()
        for url, titles in {
            "/today/": [],
            "/upcoming/": [],
            f"/tags/{tag.pk}/": [],
            f"/lists/{old.pk}/": ["Dig", "Weed"],  # what is done stands below
            "/tasks/": ["Weed", "Dig"],
            "/completed/": ["Weed"],
            "/search/?q=dig": ["Dig"],
        }.items():
            self.assertEqual((url, self.titles(url)), (url, titles))
        self.assertIn("You gave “Dig” low priority", words_of(self.get("/history/")))
