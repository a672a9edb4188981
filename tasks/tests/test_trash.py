"""The trash: its contents, restoring, purging and emptying."""

from datetime import UTC, datetime

from tasks.models import Step, Tag, Task, TaskList
from tasks.tests.pages import PageTests, messages_of, sections_of, titles_of, words_of
from todosite.tests.html import one, select


class TrashTests(PageTests):
    def delete(self, row, *moment):
        """Put a row into the trash at a moment, in UTC."""
        row.delete_softly()
        if moment:
            deleted_at = datetime(*moment, tzinfo=UTC)
            type(row).everything.filter(pk=row.pk).update(deleted_at=deleted_at)
        return row

    def left(self):
        return [kind.everything.count() for kind in (Task, TaskList, Tag, Step)]


class TrashPageTests(TrashTests):
    def test_trash_has_lists_tags_and_tasks_latest_first(self):
        for title, hour in [("One", 1), ("Three", 3), ("Two", 2)]:
            self.delete(self.add_task(title), 2026, 3, 25, hour)
        self.delete(self.add_list("Old"), 2026, 3, 25)
        self.delete(self.add_list("Older"), 2026, 3, 24)
        self.delete(self.add_tag("calls"), 2026, 3, 25)
        self.add_task("Kept")
        self.add_list("Work")
        self.add_tag("home")
        rows = select(self.get("/trash/"), "main .name > p:first-child")
        names = ["Old", "Older", "#calls", "Three", "Two", "One"]
        self.assertEqual([words_of(row) for row in rows], names)
        self.assertEqual(
            sections_of(self.get("/trash/")),
            [("Lists", []), ("Tags", []), ("Tasks", ["Three", "Two", "One"])],
        )

    def test_moments_have_the_users_zone_and_format(self):
        self.delete(self.add_task(), 2026, 3, 24, 20, 0)  # in Kathmandu it is the 25th
        self.assertContains(self.client.get("/trash/"), "Deleted 25 Mar 2026, 01:45")
        self.post("/settings/", date_format="month", hours=12)
        self.assertContains(self.client.get("/trash/"), "Deleted Mar 25, 2026, 1:45 am")

    def test_trash_has_no_steps(self):
        self.delete(self.add_step(self.add_task()))
        self.assertContains(self.client.get("/trash/"), "The trash is empty")

    def test_trash_comes_in_pages(self):
        for number in range(51):
            self.add_task(f"Task {number}").delete_softly()
        response = self.get("/trash/")
        self.assertEqual(titles_of(response), [f"Task {number}" for number in range(50, 0, -1)])
        self.assertContains(response, 'rel="next" href="?page=2"')
        response = self.get("/trash/?page=2")
        self.assertEqual(titles_of(response), ["Task 0"])
        self.assertContains(response, 'rel="prev" href="?page=1"')
        self.assertNotContains(response, 'rel="next"')
        self.assertContains(self.client.get("/trash/?page=3"), "This page is empty")

    def test_invalid_page_is_a_400(self):
        for page in ["x", "0", "-1", "1_0", "10000000000"]:
            response = self.client.get(f"/trash/?page={page}")
            self.assertContains(response, "“page” must be a whole number", status_code=400)


class RestoreTests(TrashTests):
    def test_task_is_restored_in_its_position(self):
        work = self.add_list()
        one, two = self.add_task("One", list=work), self.add_task("Two", list=work)
        two.move(to="top")
        self.delete(two)
        response = self.post(f"/tasks/{two.pk}/restore/", next="/trash/", version=two.version)
        self.assertRedirects(response, "/trash/")
        self.assertEqual(messages_of(response), ["Restored “Two”."])
        self.assertEqual(self.titles(work.get_absolute_url()), ["Two", "One"])
        self.assertEqual(one.version, 1)

    def test_task_of_a_deleted_list_is_restored_to_the_inbox(self):
        work = self.add_list()
        for title in ["Deleted list", "Purged list"]:
            task = self.add_task(title, list=work)
            task.move(to="top")
            self.delete(task)
        work.delete_softly()
        url = f"/tasks/{self.ann.tasks(manager='trash').get(title='Deleted list').pk}/restore/"
        self.post(url)
        self.post(f"/lists/{work.pk}/purge/")
        self.post(f"/tasks/{task.pk}/restore/")
        self.assertEqual(self.titles("/inbox/"), ["Deleted list", "Purged list"])
        self.assertEqual(
            list(self.ann.tasks.values_list("list", "position").distinct()), [(None, "")]
        )

    def test_completed_task_is_restored_as_completed(self):
        task = self.add_task()
        task.complete()
        self.delete(task)
        self.post(f"/tasks/{task.pk}/restore/")
        self.assertEqual(self.titles("/completed/"), ["Milk"])

    def test_task_is_restored_with_steps_and_tags(self):
        task = self.add_task()
        self.add_step(task)
        self.add_tag("calls", task)
        self.delete(task)
        self.post(f"/tasks/{task.pk}/restore/")
        self.assertEqual((task.steps.count(), task.tags.count()), (1, 1))


class PurgeTests(TrashTests):
    def test_purge_asks_first(self):
        task = self.add_task("Milk <b>")
        self.add_step(task)
        self.add_tag("calls", task)
        self.delete(task)
        url = f"/tasks/{task.pk}/purge/"
        page = self.get(f"{url}?next=/trash/%3Fpage=2")
        self.assertContains(page, "Delete this task permanently?")
        self.assertContains(page, "Milk &lt;b&gt;")
        self.assertContains(page, 'name="next" value="/trash/?page=2"')
        self.assertEqual(self.left(), [1, 0, 1, 1])
        response = self.post(url, next="/trash/?page=2")
        self.assertRedirects(response, "/trash/?page=2")
        self.assertEqual(messages_of(response), ["Deleted “Milk <b>” permanently."])
        self.assertEqual(self.left(), [0, 0, 1, 0])
        self.assertEqual(self.client.post(url).status_code, 404)

    def test_task_that_is_not_in_the_trash_is_not_found(self):
        url = f"/tasks/{self.add_task().pk}/purge/"
        self.assertEqual(self.client.get(url).status_code, 404)
        self.assertEqual(self.client.post(url).status_code, 404)
        self.assertEqual(self.left(), [1, 0, 0, 0])


class EmptyTests(TrashTests):
    def fill(self):
        """Put three tasks, a list, two tags and a step into the trash, and keep other rows."""
        work = self.add_list()
        tasks = [self.add_task(title, list=work) for title in ["One", "Two"]]
        self.add_step(tasks[0])
        self.delete(tasks[0])
        self.delete(self.add_task("Three"))
        kept = self.add_task("Kept")
        self.delete(self.add_step(kept, "Gone"))
        self.add_step(kept, "There")
        for name in ["calls", "home"]:
            self.delete(self.add_tag(name, kept))
        self.add_tag("kept", kept)
        work.delete_softly(with_tasks=True)

    def until(self, page):
        return one(page, "[name=until]").get("value")

    def test_emptying_asks_with_counts_first(self):
        self.fill()
        self.assertContains(self.client.get("/trash/"), 'href="/trash/empty/"')
        page = self.get("/trash/empty/")
        words = "3 tasks, 1 list and 2 tags will be deleted permanently. This can't be undone."
        self.assertIn(words, words_of(page))
        self.assertEqual(self.left(), [4, 1, 3, 3])
        response = self.post("/trash/empty/", until=self.until(page))
        self.assertRedirects(response, "/trash/")
        self.assertEqual(messages_of(response), ["Deleted 6 items permanently."])
        # A step that was deleted can still be restored on the page of its task.
        self.assertEqual(self.left(), [1, 0, 1, 2])
        self.assertContains(response, "The trash is empty")
        self.assertNotContains(response, 'href="/trash/empty/"')

    def test_rows_deleted_after_the_question_stay(self):
        self.delete(self.add_task("Before"))
        until = self.until(self.get("/trash/empty/"))
        self.delete(self.add_task("After"))
        response = self.post("/trash/empty/", until=until)
        self.assertEqual(titles_of(response), ["After"])

    def test_message_counts_a_single_row(self):
        self.delete(self.add_task())
        page = self.get("/trash/empty/")
        self.assertIn("1 task, 0 lists and 0 tags", words_of(page))
        response = self.post("/trash/empty/", until=self.until(page))
        self.assertEqual(messages_of(response), ["Deleted 1 item permanently."])

    def test_emptying_without_a_moment_asks_again(self):
        self.delete(self.add_task())
        for data in [{}, {"until": ""}, {"until": "x"}]:
            response = self.client.post("/trash/empty/", data)
            self.assertContains(response, "Empty the trash?")
            self.assertRegex(self.until(response), r"^\d{4}-")
        self.assertEqual(self.left(), [1, 0, 0, 0])

    def test_emptying_works_in_the_repeated_hour_of_autumn(self):
        for fold in (0, 1):
            self.delete(self.add_task(f"Milk {fold}"), 2026, 3, 25)
            self.set_clock(2026, 11, 1, 1, 30, zone="America/New_York", fold=fold)
            until = self.until(self.get("/trash/empty/"))
            self.post("/trash/empty/", until=until)
            self.assertEqual(self.left(), [0, 0, 0, 0])

    def test_purged_list_leaves_tasks_added_later(self):
        work = self.add_list()
        task = self.add_task(list=work)
        task.move(to="top")
        work.delete_softly(with_tasks=True)
        until = self.until(self.get("/trash/empty/"))
        Task.everything.filter(pk=task.pk).update(deleted_at=datetime(2030, 1, 1, tzinfo=UTC))
        self.post("/trash/empty/", until=until)
        self.assertEqual(self.left(), [1, 0, 0, 0])
        self.post(f"/tasks/{task.pk}/restore/")
        self.assertEqual(self.titles("/inbox/"), ["Milk"])
