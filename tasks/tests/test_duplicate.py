"""The copy of a task: its contents, its position, and its undo."""

from datetime import date, time

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.people import add_user
from tasks.tests.pages import HTMX, PageTests, messages_of, titles_of
from todosite.tests.html import name_of, one, values

KEY = "11111111-2222-4333-8444-555555555555"


class DuplicateTests(PageTests):
    def setUp(self):
        super().setUp()
        self.work = self.add_list("Work")
        self.page = self.work.get_absolute_url()
        fields = {"description": "Oat\nor rice", "priority": 2}
        fields |= {"due_date": date(2031, 1, 2), "due_time": time(17, 30, 15)}
        self.milk = self.add_task("Milk", list=self.work, **fields)
        self.bread = self.add_task("Bread", list=self.work)
        self.tag = self.add_tag("calls", self.milk)
        self.add_tag("gone", self.milk).delete_softly()
        self.whisk = self.add_step(self.milk, "Whisk", done=True)
        self.add_step(self.milk, "Pour").delete_softly()
        self.add_step(self.milk, "Drink").move(to="top")
        self.url = f"/tasks/{self.milk.pk}/duplicate/"

    def duplicate(self, **data):
        return self.post(self.url, next=self.page, **data)

    def copy(self):
        """Return the only copy."""
        return self.ann.tasks.filter(title="Milk").exclude(pk=self.milk.pk).get()

    def order(self):
        return [
            f"{task.title}{' copy' * (task.pk > self.bread.pk and task.title == 'Milk')}"
            for task in self.ann.tasks.open().filter(list=self.work).by_hand()
        ]

    def test_copy_is_open_and_otherwise_equal(self):
        self.milk.complete()
        before = list(self.milk.steps(manager="everything").values())
        response = self.duplicate()
        self.assertRedirects(response, self.page)
        self.assertEqual(messages_of(response), ["Added “Milk”."])
        copy = self.copy()
        for name in ["user", "list", "title", "description", "priority", "due_date", "due_time"]:
            self.assertEqual(getattr(copy, name), getattr(self.milk, name), name)
        self.assertEqual((copy.status, copy.version), ("pending", 1))
        self.assertGreater(copy.created_at, self.milk.created_at)
        self.assertEqual(list(copy.tags.all()), [self.tag])
        steps = copy.steps(manager="everything").by_hand()
        found = list(steps.values_list("title", "done", "deleted_at"))
        self.assertEqual(found, [("Drink", False, None), ("Whisk", False, None)])
        self.milk.refresh_from_db()
        self.assertEqual(self.milk.status, "completed")
        self.assertEqual(list(self.milk.steps(manager="everything").values()), before)

    def test_steps_of_the_copy_are_its_own(self):
        self.duplicate()
        self.copy().steps.by_hand().first().edit(title="Sip")
        self.copy().steps.by_hand().last().move(to="top")
        self.assertEqual([str(step) for step in self.milk.steps.by_hand()], ["Drink", "Whisk"])

    def test_task_without_details_can_be_duplicated(self):
        response = self.post(f"/tasks/{self.add_task('Soap').pk}/duplicate/", next="/inbox/")
        self.assertEqual(messages_of(response), ["Added “Soap”."])
        self.assertEqual(titles_of(response), ["Soap", "Soap"])

    def test_old_invalid_title_can_be_duplicated(self):
        for title in ["", "x" * 255]:
            task = self.add_task(title)
            self.post(f"/tasks/{task.pk}/duplicate/", next="/inbox/")
            self.assertEqual(self.ann.tasks.filter(title=title).count(), 2)

    def test_copy_comes_just_after_its_original(self):
        """All, some or none of the tasks were moved by hand before."""
        moves = [[], [self.bread], [self.milk], [self.bread, self.milk]]
        orders = [["Milk", "Bread"], ["Bread", "Milk"], ["Milk", "Bread"], ["Bread", "Milk"]]
        for moved, order in zip(moves, orders, strict=True):
            self.ann.tasks.update(position="")
            for task in moved:
                task.move(to="bottom" if task is self.milk and len(moved) > 1 else "top")
            self.assertEqual(self.order(), order)
            response = self.duplicate()
            place = order.index("Milk") + 1
            self.assertEqual(self.order(), [*order[:place], "Milk copy", *order[place:]])
            response = self.undo(response)
            self.assertEqual(self.order(), order)
            self.undo(response)
            self.assertEqual(self.order(), [*order[:place], "Milk copy", *order[place:]])
            self.copy().delete_softly()
            self.ann.tasks(manager="trash").purge()

    def test_copy_of_a_completed_task_comes_last(self):
        self.milk.move(to="top")
        self.milk.complete()
        self.duplicate()
        self.assertEqual(self.order(), ["Bread", "Milk copy"])

    def test_undo_removes_the_whole_copy(self):
        response = self.duplicate()
        self.assertEqual(self.ann.acts.latest("pk").kind, "add")
        response = self.undo(response)
        self.assertEqual(messages_of(response), ["Undone: added “Milk”."])
        self.assertEqual(self.order(), ["Milk", "Bread"])
        self.undo(response)
        self.assertEqual(self.copy().steps.count(), 2)

    def test_duplicating_is_one_act(self):
        before = self.ann.acts.count()
        self.duplicate()
        self.assertEqual(self.ann.acts.count(), before + 1)

    def test_form_sent_twice_adds_one_copy(self):
        for _ in range(2):
            self.assertEqual(messages_of(self.duplicate(key=KEY)), ["Added “Milk”."])
        self.assertEqual(self.order(), ["Milk", "Milk copy", "Bread"])

    def test_form_sent_twice_names_the_copy(self):
        self.duplicate(key=KEY)
        self.milk.edit(title="Oat milk")
        self.assertEqual(messages_of(self.duplicate(key=KEY)), ["Added “Milk”."])

    def test_same_key_on_another_task_is_another_form(self):
        self.duplicate(key=KEY)
        self.post(f"/tasks/{self.bread.pk}/duplicate/", next=self.page, key=KEY)
        self.assertEqual(self.order(), ["Milk", "Milk copy", "Bread", "Bread"])

    def test_listeners_are_notified_of_the_copy(self):
        with CaptureQueriesContext(connection) as queries:
            self.client.post(self.url)
        told = [q["sql"] for q in queries if "pg_notify('task_created'" in q["sql"]]
        self.assertEqual(len(told), 1)
        self.assertIn(str(self.copy().pk), told[0])

    def test_htmx_gets_the_list_with_the_copy(self):
        response = self.client.post(self.url, {"next": self.page}, headers=HTMX)
        self.assertEqual(titles_of(response), ["Milk", "Milk", "Bread"])
        self.assertContains(response, "Added “Milk”.")

    def test_htmx_gets_a_new_key_on_the_page_of_a_task(self):
        page = self.milk.get_absolute_url()
        self.get(page)
        keys = [KEY]
        for _ in range(2):
            data = {"next": page, "key": keys[-1]}
            response = self.client.post(self.url, data, headers=HTMX)
            keys += values(one(response, f'form[action="{self.url}"]'), "key")
        self.assertEqual((len(keys), len(set(keys))), (3, 3))
        self.assertEqual(self.order(), ["Milk", "Milk copy", "Milk copy", "Bread"])

    def test_page_and_menu_have_the_button(self):
        page = self.milk.get_absolute_url()
        for url, name in [(page, "Duplicate task"), (f"{page}menu/", "Duplicate “Milk”")]:
            with self.subTest(url=url):
                form = one(self.get(url), f'form[action="{self.url}"]')
                (key,), (back,) = values(form, "key"), values(form, "next")
                self.assertRegex(key, r"^[0-9a-f-]{36}$")
                self.assertRegex(back, "^/")
                self.assertEqual(name_of(one(form, "button")), name)

    def test_deleted_task_or_another_users_cannot_be_duplicated(self):
        ben = add_user("ben@example.org")
        theirs = ben.tasks.create(title="Secret")
        self.milk.delete_softly()
        for pk in [theirs.pk, self.milk.pk, 999]:
            self.assertEqual(self.client.post(f"/tasks/{pk}/duplicate/").status_code, 404)
        self.assertEqual((ben.tasks.count(), self.order()), (1, ["Bread"]))

    def test_get_adds_no_copy(self):
        self.assertEqual(self.client.get(self.url).status_code, 405)
        self.assertEqual(self.order(), ["Milk", "Bread"])

    def test_many_steps_take_as_many_queries_as_one(self):
        def queries(task):
            with CaptureQueriesContext(connection) as found:
                self.client.post(f"/tasks/{task.pk}/duplicate/", {"next": "/settings/"})
            return len(found)

        few, many = self.add_task("Few"), self.add_task("Many")
        self.add_step(few)
        many.attach([self.tag])
        for n in range(30):
            self.add_step(many, f"Step {n}")
            self.add_tag(f"tag{n}", many)
        few.attach([self.tag])
        for task in (few, many):  # Placing the first copy takes more.
            queries(task)
        self.assertEqual(queries(few), queries(many))
        copy = self.ann.tasks.filter(title="Many").latest("pk")
        self.assertEqual((copy.steps.count(), copy.tags.count()), (30, 31))
