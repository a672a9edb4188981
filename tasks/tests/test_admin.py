"""The admin's pages of tasks and accounts."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.people import PASSWORD, add_user
from tasks.models import Step, Task
from todosite.tests.html import select, values


@override_settings(ADMIN_REQUIRES_MFA=False)
class AdminTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.root = add_user("root@example.org", is_staff=True, is_superuser=True)
        cls.ann = add_user("ann@example.org", name="Ann", password=PASSWORD)

    def setUp(self):
        self.client.force_login(self.root)

    def count(self, url):
        with CaptureQueriesContext(connection) as queries:
            self.assertEqual(self.client.get(url).status_code, 200)
        return len(queries)

    def test_lists_take_a_constant_number_of_queries(self):
        self.ann.tasks.create(title="One")
        urls = ["/admin/tasks/task/", "/admin/accounts/user/"]
        self.client.get("/admin/")
        before = [self.count(url) for url in urls]
        for n in range(5):
            add_user(f"{n}@example.org").tasks.create(title=f"Task {n}")
        self.assertEqual([self.count(url) for url in urls], before)

    def test_no_list_counts_a_whole_table(self):
        with CaptureQueriesContext(connection) as queries:
            self.client.get("/admin/tasks/task/")
        counts = [q["sql"] for q in queries if "COUNT(" in q["sql"].upper()]
        self.assertEqual([sql for sql in counts if "LIMIT 10000" not in sql], [])
        self.assertEqual(len(counts), 1)

    def test_users_are_listed_with_counts_and_can_be_searched(self):
        self.ann.tasks.create(title="Open")
        self.ann.tasks.create(title="Done").complete()
        self.ann.tasks.create(title="Gone").delete_softly()
        response = self.client.get("/admin/accounts/user/?q=ann&verified=1")
        (row,) = response.context["cl"].result_list
        self.assertEqual((row.email, row.open_tasks, row.all_tasks), ("ann@example.org", 1, 2))
        self.assertEqual(
            list(self.client.get("/admin/accounts/user/?verified=0").context["cl"].result_list), []
        )

    def test_each_page_names_the_time_zone(self):
        task = self.ann.tasks.create(title="Milk")
        words = "Times are in UTC. Due dates are in their owner's time zone."
        for url in ["/admin/", "/admin/tasks/task/", f"/admin/tasks/task/{task.pk}/change/"]:
            self.assertContains(self.client.get(url), words)

    def test_task_shows_its_repeat(self):
        day = self.ann.today()
        rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"
        task = self.ann.tasks.create(title="Milk", repeat=rule, due_date=day, repeat_anchor=day)
        page = self.client.get(f"/admin/tasks/task/{task.pk}/change/")
        self.assertContains(page, "every 2 weeks on Tuesday")

    def test_no_password_hash_is_shown(self):
        page = self.client.get(f"/admin/accounts/user/{self.ann.pk}/change/")
        self.assertContains(page, "ann@example.org")
        self.assertNotContains(page, self.ann.password[:20])

    def test_disabling_ends_sessions(self):
        other = self.client_class()
        data = {"login": self.ann.email, "password": PASSWORD}
        other.post(reverse("account_login"), data)
        self.assertEqual(other.get("/tasks/").status_code, 200)
        data = {"action": "deactivate", "_selected_action": [self.ann.pk]}
        self.client.post("/admin/accounts/user/", data)
        self.assertEqual(other.get("/tasks/").status_code, 302)

    def test_deleted_tasks_can_be_filtered_and_restored(self):
        task = self.ann.tasks.create(title="Milk")
        task.delete_softly()
        self.assertEqual(list(self.client.get("/admin/tasks/task/").context["cl"].result_list), [])
        page = self.client.get("/admin/tasks/task/?trash=1")
        self.assertEqual(list(page.context["cl"].result_list), [task])
        data = {"action": "restore", "_selected_action": [task.pk]}
        response = self.client.post("/admin/tasks/task/?trash=1", data, follow=True)
        self.assertContains(response, "Restored 1 task.")
        self.assertEqual(self.ann.tasks.get().version, 3)

    def test_mails_are_sent_again_from_a_filtered_list_and_logged(self):
        ago = timezone.now() - timedelta(hours=1)
        late = {"state": "waiting", "moment": ago, "next_at": ago, "for_day": ago.date()}
        for state, columns in [("late", late), ("sent", {"state": "sent", "moment": ago})]:
            row = self.ann.digests.create(**columns)
            data = {"action": "send_again", "_selected_action": [row.pk]}
            url = f"/admin/tasks/digest/?state={state}"
            response = self.client.post(url, data, follow=True)
            self.assertContains(response, "1 mail will be sent again now.")
            row.refresh_from_db()
            self.assertEqual((row.state, row.again), ("waiting", 1))
            self.assertEqual(LogEntry.objects.get().object_id, str(row.pk))
            LogEntry.objects.all().delete()
            row.delete()

    def test_edit_raises_the_version_and_is_visible_to_its_owner(self):
        task = self.ann.tasks.create(title="Milk")
        url = f"/admin/tasks/task/{task.pk}/change/"
        data = {"title": "Oat milk", "description": "", "due_date": "", "due_time": ""}
        self.client.post(url, data | {"user": self.root.pk})
        task.refresh_from_db()
        self.assertEqual((task.title, task.version, task.user), ("Oat milk", 2, self.ann))
        self.client.force_login(self.ann)
        self.assertContains(self.client.get("/tasks/"), "Oat milk")

    def test_tasks_can_be_searched_by_title_owner_and_status(self):
        self.ann.tasks.create(title="Milk")
        self.ann.tasks.create(title="Bread").complete()

        def titles(query):
            page = self.client.get(f"/admin/tasks/task/?{query}")
            return [task.title for task in page.context["cl"].result_list]

        self.assertEqual(titles("q=milk"), ["Milk"])
        self.assertEqual(titles("q=ann@"), ["Bread", "Milk"])
        self.assertEqual(titles("status=completed"), ["Bread"])
        self.assertEqual(titles("status=pending"), ["Milk"])

    def test_filter_by_due_date(self):
        day = timezone.localdate()
        for title, due in [
            ("Today", day),
            ("Soon", day + timedelta(days=1)),
            ("Late", day - timedelta(days=3)),
            ("Some day", None),
        ]:
            self.ann.tasks.create(title=title, due_date=due)
        page = self.client.get("/admin/tasks/task/")
        (choices,) = [
            {
                choice["display"]: choice["query_string"]
                for choice in spec.choices(page.context["cl"])
            }
            for spec in page.context["cl"].filter_specs
            if spec.title == "due"
        ]
        found = {}
        for words in ["Today", "Past 7 days", "No date", "Has date"]:
            page = self.client.get(f"/admin/tasks/task/{choices[words]}")
            found[words] = [task.title for task in page.context["cl"].result_list]
        self.assertEqual(
            found,
            {
                "Today": ["Today"],
                "Past 7 days": ["Late", "Today"],
                "No date": ["Some day"],
                "Has date": ["Late", "Soon", "Today"],
            },
        )

    def test_search_for_a_whole_address_uses_an_index(self):
        add_user("joann@example.org").tasks.create(title="Hers")
        self.ann.tasks.create(title="Milk")
        with CaptureQueriesContext(connection) as queries:
            page = self.client.get("/admin/tasks/task/?q=+Ann%40Example.org")
        self.assertEqual([task.title for task in page.context["cl"].result_list], ["Milk"])
        self.assertEqual([q["sql"] for q in queries if "LIKE" in q["sql"]], [])

    def test_staff_can_add_a_task_for_a_user(self):
        data = {"user": " Ann@Example.org", "title": " Welcome\r\n", "description": "One\r\ntwo"}
        data |= {"priority": "3"}
        with CaptureQueriesContext(connection) as queries:
            self.client.post("/admin/tasks/task/add/", data | {"due_date": "", "due_time": ""})
        self.assertIn("pg_notify('task_created'", " ".join(query["sql"] for query in queries))
        task = Task.objects.get()
        self.assertEqual(
            (task.user, task.title, task.description, task.priority, task.version),
            (self.ann, "Welcome", "One\ntwo", 3, 1),
        )

        for user, words in [
            ("", "This field is required."),
            ("bob@example.org", "There is no account with this email."),
            (self.ann.pk, "There is no account with this email."),
        ]:
            response = self.client.post("/admin/tasks/task/add/", {"title": "Whose?", "user": user})
            errors = response.context["adminform"].form.errors
            self.assertEqual(errors, {"user": [words]})

    def test_form_sent_twice_adds_one_task(self):
        page = self.client.get("/admin/tasks/task/add/")
        (key,) = values(page, "key")
        data = {"user": "ann@example.org", "title": "Welcome", "key": key}
        for _ in range(2):
            response = self.client.post("/admin/tasks/task/add/", data, follow=True)
            self.assertContains(response, "Welcome</a>” was added successfully.")
        self.assertEqual(Task.objects.get().user, self.ann)
        act = self.ann.acts.get()
        self.assertEqual((act.kind, act.by_staff), ("add", True))

    def test_form_has_the_same_rules_as_the_product(self):
        task = self.ann.tasks.create(title="Milk", description="One\ntwo")
        for url in [f"/admin/tasks/task/{task.pk}/change/", "/admin/tasks/task/add/"]:
            for data, errors in [
                (
                    {"title": "Mi\x00lk"},
                    {
                        "title": [
                            "This contains a character that cannot be stored (U+0000)."
                            " Please remove it."
                        ]
                    },
                ),
                ({"title": " "}, {"title": ["Type a task first."]}),
                (
                    {"title": "x" * 256},
                    {"title": ["Use at most 255 characters (you typed 256)."]},
                ),
                (
                    {"title": "Oat milk", "due_date": "", "due_time": "12:00"},
                    {"due_date": ["A time needs a date."]},
                ),
            ]:
                response = self.client.post(url, data | {"user": self.ann.email})
                self.assertEqual(response.context["adminform"].form.errors, errors)
        task.refresh_from_db()
        self.assertEqual((task.title, task.version, Task.objects.count()), ("Milk", 1, 1))

    def shown(self, url):
        """Return the fields that a browser would send from a task's page, unedited."""
        page = self.client.get(url)
        form = page.context["adminform"].form
        data = {}
        for name in [element.get("name") for element in select(page, "form [name]")]:
            field = name.removeprefix("initial-")
            if field in form.fields:
                value = form.fields[field].widget.format_value(form[field].value()) or ""
                value = value[0] if isinstance(value, list) else value  # that of a choice
                data[name] = value.replace("\n", "\r\n")
        for name in ("title", "list", "tags", "priority"):
            self.assertIn(f"initial-{name}", data)
        return data

    def test_edit_is_merged_with_the_owners_edit(self):
        task = self.ann.tasks.create(title="Milk", description="One\ntwo")
        url = f"/admin/tasks/task/{task.pk}/change/"
        data = self.shown(url)
        task.edit(title="Oat milk")
        self.client.post(url, data | {"description": "One\r\ntwo\r\nthree"})
        task.refresh_from_db()
        self.assertEqual(
            (task.title, task.description, task.version), ("Oat milk", "One\ntwo\nthree", 3)
        )
        response = self.client.post(url, data | {"title": "Soy milk"})
        self.assertContains(response, "This was changed in the meantime to:\nOat milk")
        task.refresh_from_db()
        self.assertEqual((task.title, task.version), ("Oat milk", 3))

    def test_saving_an_unedited_form_changes_nothing(self):
        task = self.add_task_in_full()
        url = f"/admin/tasks/task/{task.pk}/change/"
        self.assertRedirects(self.client.post(url, self.shown(url)), "/admin/tasks/task/")
        task.refresh_from_db()
        self.assertEqual((task.description, task.version), ("One\ntwo", 1))
        self.assertEqual(
            (task.list.name, task.priority, self.tag_names(task)), ("Home", 2, ["calls"])
        )

    def add_task_in_full(self):
        """Return a task of Ann's with a value in every field."""
        home = self.ann.lists.create(name="Home")
        task = self.ann.tasks.create(
            title="Milk", description="One\ntwo", list=home, priority=Task.Priority.MEDIUM
        )
        task.attach([self.ann.tags.create(name="calls")])
        for title, done in [("Find the <bag>", True), ("Go", False)]:
            Step(user=self.ann, task=task, title=title, done=done).add()
        return task

    def tag_names(self, task):
        return [tag.name for tag in task.tags.by_name()]

    def test_list_priority_and_tags_follow_the_owners_rules(self):
        task = self.add_task_in_full()
        work = self.ann.lists.create(name="Work")
        theirs = add_user("ben@example.org").lists.create(name="Theirs")
        url = f"/admin/tasks/task/{task.pk}/change/"
        data = self.shown(url)
        page = self.client.post(url, data | {"list": theirs.pk})
        self.assertEqual(
            page.context["adminform"].form.errors,
            {"list": ["This list no longer exists. Choose another."]},
        )
        self.assertNotContains(page, "Theirs")
        self.client.post(url, data | {"list": work.pk, "priority": "3", "tags": "Calls family"})
        task.refresh_from_db()
        self.assertEqual((task.list, task.priority, task.version), (work, 3, 2))
        self.assertEqual(self.tag_names(task), ["calls", "family"])
        self.assertEqual(self.ann.tags.count(), 2)

    def test_page_shows_one_step_a_line(self):
        page = self.client.get(f"/admin/tasks/task/{self.add_task_in_full().pk}/change/")
        self.assertContains(page, "✓ Find the &lt;bag&gt;<br>– Go")

    def test_page_of_a_task_takes_a_constant_number_of_queries(self):
        task = self.add_task_in_full()
        url = f"/admin/tasks/task/{task.pk}/change/"
        self.client.get("/admin/")
        before = self.count(url)
        for n in range(3):
            self.ann.lists.create(name=f"List {n}")
            task.attach([self.ann.tags.create(name=f"tag{n}")])
            task.steps.create(user=self.ann, title=f"Step {n}")
        self.assertEqual(self.count(url), before)

    def test_confirmation_of_a_deletion_names_only_the_tasks(self):
        task = self.add_task_in_full()
        delete = {"action": "delete_selected", "_selected_action": [task.pk]}
        for page in [
            self.client.get(f"/admin/tasks/task/{task.pk}/delete/"),
            self.client.post("/admin/tasks/task/", delete),
        ]:
            self.assertContains(page, "Task: Milk")
            self.assertNotContains(page, "calls")
            self.assertNotContains(page, "Find the")

    def test_deleted_task_goes_into_the_trash(self):
        one, two, three = (self.ann.tasks.create(title=title) for title in ["One", "Two", "Three"])
        url = f"/admin/tasks/task/{one.pk}/delete/"
        self.assertRedirects(self.client.post(url, {"post": "yes"}), "/admin/tasks/task/")
        data = {"action": "delete_selected", "_selected_action": [two.pk], "post": "yes"}
        self.client.post("/admin/tasks/task/", data)
        trash = self.ann.tasks(manager="trash").order_by("pk")
        self.assertEqual([(task.pk, task.version) for task in trash], [(one.pk, 2), (two.pk, 2)])
        self.assertEqual(list(self.ann.tasks.all()), [three])
        deleted_at = trash[0].deleted_at
        self.client.post(url, {"post": "yes"})
        self.assertEqual(trash.all()[0].deleted_at, deleted_at)

    def test_invalid_addresses_are_no_500(self):
        self.ann.tasks.create(title="Milk")
        for query in ["status=bogus", "trash=bogus", "due_date__gte=x", "p=x", "q=%00", "o=9"]:
            response = self.client.get(f"/admin/tasks/task/?{query}", follow=True)
            self.assertEqual((query, response.status_code), (query, 200))
        for key in ["bogus", "1", "9" * 30, "-1"]:
            response = self.client.get(f"/admin/tasks/task/{key}/change/", follow=True)
            self.assertContains(response, "Perhaps it was deleted?")
        for query in ["verified=bogus", "is_active__exact=bogus", "q=%00", "p=x"]:
            response = self.client.get(f"/admin/accounts/user/?{query}", follow=True)
            self.assertEqual((query, response.status_code), (query, 200))
