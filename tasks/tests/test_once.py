"""The same submission takes effect once, however often it arrives."""

import uuid
from datetime import timedelta

from django.db import connection
from django.test import TestCase
from django.utils import timezone

from accounts.tests.people import add_user
from tasks.history import Act, Change
from todosite.tests.html import values

KEY = "11111111-2222-4333-8444-555555555555"


class OnceTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann, cls.ben = add_user(), add_user("ben@example.org")

    def setUp(self):
        self.client.force_login(self.ann)

    def post(self, url, **data):
        """Return the messages of the page that the redirect leads to."""
        response = self.client.post(url, data, follow=True)
        return [str(message) for message in response.context["messages"]]

    def titles(self, user=None):
        return sorted((user or self.ann).tasks.values_list("title", flat=True))

    # adding

    def test_line_sent_twice_is_added_once_with_the_same_answer(self):
        first = self.post("/tasks/add/", text="Milk", key=KEY)
        again = self.post("/tasks/add/", text="Milk", key=KEY)
        self.assertEqual((first, again), (["Added “Milk”."],) * 2)
        self.assertEqual(self.titles(), ["Milk"])

    def test_other_line_in_a_form_of_the_back_button_is_added(self):
        self.post("/tasks/add/", text="Milk", key=KEY)
        self.post("/tasks/add/", text="Bread", key=KEY)
        self.assertEqual(self.titles(), ["Bread", "Milk"])

    def test_restored_line_with_a_space_is_the_same(self):
        self.post("/tasks/add/", text="Milk", key=KEY)
        self.post("/tasks/add/", text="Milk ", key=KEY, next="/tasks/?page=1")
        self.assertEqual(self.titles(), ["Milk"])

    def test_same_line_in_another_form_is_another_task(self):
        for _ in range(2):
            self.post("/tasks/add/", text="Milk", key=str(uuid.uuid4()))
        self.assertEqual(self.titles(), ["Milk", "Milk"])

    def test_submissions_without_a_valid_key_all_count(self):
        for key in [{}, {}, {"key": "x"}, {"key": "x"}, {"key": ""}]:
            self.post("/tasks/add/", text="Milk", **key)
        self.assertEqual(self.titles(), ["Milk"] * 5)

    def test_equal_keys_of_two_users_do_not_interfere(self):
        self.post("/tasks/add/", text="Milk", key=KEY)
        self.client.force_login(self.ben)
        self.assertEqual(self.post("/tasks/add/", text="Milk", key=KEY), ["Added “Milk”."])
        self.assertEqual((self.titles(), self.titles(self.ben)), (["Milk"], ["Milk"]))

    def test_refused_line_can_be_corrected_and_sent_with_its_key(self):
        refused = self.client.post("/tasks/add/", {"text": "  ", "key": KEY})
        self.assertEqual((refused.status_code, Act.objects.count()), (422, 0))
        self.assertContains(refused, f'value="{KEY}"', status_code=422)
        self.post("/tasks/add/", text="Milk", key=KEY)
        self.assertEqual(self.titles(), ["Milk"])

    def test_deleted_task_does_not_come_back(self):
        self.post("/tasks/add/", text="Milk", key=KEY)
        self.ann.tasks.get().delete_softly()
        again = self.post("/tasks/add/", text="Milk", key=KEY)
        self.assertEqual(again, ["That task was already added, and has been deleted since."])
        self.ann.tasks(manager="trash").get().delete()
        again = self.post("/tasks/add/", text="Milk", key=KEY)
        self.assertEqual(again, ["That task was already added, and has been deleted since."])
        self.assertEqual(self.titles(), [])

    def test_each_page_has_a_key_of_its_own(self):
        pages = [self.client.get("/tasks/") for _ in range(2)]
        keys = [key for page in pages for key in values(page, "key")]
        self.assertEqual((len(keys), len(set(keys))), (4, 4))  # of add and bulk, on each

    # editing

    def edit(self, task, **data):
        shown = {"version": "1", "initial-title": "Milk", "key": KEY}
        return self.post(f"/tasks/{task.pk}/edit/", **shown, **data)

    def test_edit_sent_twice_is_written_once_with_the_same_answer(self):
        task = self.ann.tasks.create(title="Milk")
        answers = [self.edit(task, title="Oat milk") for _ in range(2)]
        task.refresh_from_db()
        self.assertEqual(answers, [["Renamed “Milk” to “Oat milk”."]] * 2)
        self.assertEqual((task.title, task.version), ("Oat milk", 2))

    def test_late_copy_of_an_edit_keeps_later_edits(self):
        task = self.ann.tasks.create(title="Milk")
        self.edit(task, title="Oat milk")
        task.edit(title="Rice milk")
        self.assertEqual(self.edit(task, title="Oat milk"), ["Renamed “Milk” to “Oat milk”."])
        task.refresh_from_db()
        self.assertEqual((task.title, task.version), ("Rice milk", 3))

    def test_other_edit_in_a_form_of_the_back_button_is_merged(self):
        task = self.ann.tasks.create(title="Milk")
        self.edit(task, title="Oat milk")
        shown = {"version": "1", "initial-title": "Milk", "key": KEY, "title": "Bread"}
        clash = self.client.post(f"/tasks/{task.pk}/edit/", shown)
        self.assertContains(
            clash, "This was changed in the meantime to:\nOat milk", status_code=409
        )

    def test_spaces_in_notes_count_as_a_change(self):
        task = self.ann.tasks.create(title="Milk")
        self.edit(task, description="x")
        shown = {"version": "2", "initial-description": "x", "key": KEY, "description": " x\n"}
        self.post(f"/tasks/{task.pk}/edit/", **shown)
        task.refresh_from_db()
        self.assertEqual(task.description, " x\n")

    def test_key_counts_for_one_task(self):
        one, two = (self.ann.tasks.create(title="Milk") for _ in range(2))
        two.edit(description="so that its version is another")
        self.assertEqual(self.edit(one, title="Bread"), ["Renamed “Milk” to “Bread”."])
        self.assertEqual(self.edit(two, title="Bread"), ["Renamed “Milk” to “Bread”."])
        two.refresh_from_db()
        self.assertEqual(two.title, "Bread")

    # acts on a state

    def test_late_copy_of_an_act_does_nothing(self):
        for act, back, words in [
            (
                "complete",
                "reopen",
                "“Milk” was changed in the meantime. Check it and try again.",
            ),
            (
                "delete",
                "restore",
                "“Milk” was changed in the meantime. Check it and try again.",
            ),
        ]:
            with self.subTest(act):
                task = self.ann.tasks.create(title="Milk")
                url = f"/tasks/{task.pk}/"
                self.post(f"{url}{act}/", version="1")
                self.post(f"{url}{back}/", version="2")
                self.assertEqual(self.post(f"{url}{act}/", version="1"), [words])
                self.assertEqual(self.post(f"{url}{act}/", version="x"), [words])
                task.refresh_from_db()
                self.assertEqual((task.version, task.status, task.deleted_at), (3, "pending", None))

    def test_act_sent_twice_says_that_it_was_done(self):
        task = self.ann.tasks.create(title="Milk")
        for words in ["Completed “Milk”.", "“Milk” was already completed."]:
            self.assertEqual(self.post(f"/tasks/{task.pk}/complete/", version="1"), [words])
        for words in ["Deleted “Milk”.", "“Milk” was already in the trash."]:
            self.assertEqual(self.post(f"/tasks/{task.pk}/delete/", version="2"), [words])

    def test_reopening_needs_the_shown_version(self):
        task = self.ann.tasks.create(title="Milk")
        self.post(f"/tasks/{task.pk}/complete/", version="1")
        self.assertEqual(self.post(f"/tasks/{task.pk}/reopen/", version="2"), ["Reopened “Milk”."])
        task.complete()
        self.assertEqual(
            self.post(f"/tasks/{task.pk}/reopen/", version="2"),
            ["“Milk” was changed in the meantime. Check it and try again."],
        )

    # what is kept

    def test_acts_are_deleted_with_their_user(self):
        self.post("/tasks/add/", text="Milk", key=KEY)
        self.assertEqual(Change.objects.get().task, self.ann.tasks.get())
        self.ann.delete()
        self.assertEqual((Act.objects.count(), Change.objects.count()), (0, 0))

    def test_acts_are_selected_by_age(self):
        now = timezone.now()
        old = self.ann.acts.create(kind="add", created_at=now - timedelta(days=30, seconds=1))
        self.ann.acts.create(kind="add", created_at=now - timedelta(days=30))
        self.assertEqual(list(Act.objects.before(now - timedelta(days=30))), [old])

    def test_database_refuses_a_second_act_with_a_key(self):
        self.ann.acts.create(kind="add", key=KEY)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tasks_act (user_id, key, kind, created_at)"
                " VALUES (%s, %s, 'add', now()) ON CONFLICT DO NOTHING",
                [self.ann.pk, KEY],
            )
            self.assertEqual(cursor.rowcount, 0)
