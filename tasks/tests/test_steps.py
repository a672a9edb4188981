"""Steps inside a task: adding, ticking, renaming, ordering, deleting."""

import uuid

from tasks.models import Step
from tasks.tests.pages import HTMX, PageTests, messages_of, meta_of, words_of
from todosite.tests.html import one, select


class StepTests(PageTests):
    def setUp(self):
        super().setUp()
        self.task = self.add_task("Cake")
        self.page = self.task.get_absolute_url()

    def steps(self, response=None):
        """Return the steps on a task's page or in a reply, done ones with a mark."""
        rows = select(response or self.get(self.page), ".steps li.step:has(.step-title)")
        return [self.shown(row) for row in rows]

    def shown(self, row):
        mark = "✓ " if "data-done" in row.attrib else ""
        return mark + words_of(one(row, ".step-title"))


class AddStepTests(StepTests):
    def add(self, headers=None, **data):
        data |= {"next": self.page}
        return self.client.post(f"{self.page}steps/add/", data, headers=headers)

    def test_new_step_is_the_last(self):
        for title in ["Whisk", " Bake ", "Eat <it>"]:
            self.assertRedirects(self.add(title=title), self.page)
        self.assertEqual(self.steps(), ["Whisk", "Bake", "Eat <it>"])

    def test_form_sent_twice_adds_one_step(self):
        data = {"title": "Whisk", "key": str(uuid.uuid4())}
        self.add(**data)
        self.add(**data)
        self.assertEqual(self.steps(), ["Whisk"])

    def test_failure_keeps_the_typed_text(self):
        for title, words in [
            ("", "Enter a title for the step."),
            ("x" * 256, "Use at most 255 characters (you typed 256)."),
            ("a\x00b", "This contains a character that cannot be stored (U+0000)."),
        ]:
            response = self.add(title=title)
            self.assertContains(response, words, status_code=422)
            self.assertContains(response, f'value="{self.page}"', status_code=422)
            response = self.add(HTMX, title=title)
            self.assertContains(response, words, status_code=422)
        self.assertContains(self.add(HTMX, title="x" * 256), "x" * 256, status_code=422)
        self.assertEqual(self.steps(), [])

    def test_htmx_gets_the_steps_and_the_row(self):
        response = self.add(HTMX, title="Whisk")
        self.assertContains(response, f'hx-target="#steps-{self.task.pk}" hx-swap="outerMorph"')
        self.assertEqual(self.steps(response), ["Whisk"])
        self.assertEqual(meta_of(response, self.task), "0/1 steps done")
        self.assertNotContains(response, "<html")


class TickTests(StepTests):
    def test_repeated_ticks_take_effect_once(self):
        step = self.add_step(self.task)
        self.add_step(self.task, "Bake")
        for done, steps, counted in [
            ("1", ["✓ Whisk", "Bake"], "1/2 steps done"),
            ("1", ["✓ Whisk", "Bake"], "1/2 steps done"),
            ("0", ["Whisk", "Bake"], "0/2 steps done"),
            ("0", ["Whisk", "Bake"], "0/2 steps done"),
        ]:
            self.post(f"/steps/{step.pk}/tick/", done=done, next=self.page)
            self.assertEqual(self.steps(), steps)
            self.assertEqual(meta_of(self.get("/inbox/"), self.task), counted)
        step.refresh_from_db()
        self.assertEqual(step.version, 3)

    def test_page_shows_the_number_of_done_steps(self):
        self.add_step(self.task, done=True)
        self.add_step(self.task, "Bake")
        self.assertContains(self.client.get(self.page), "1 of 2 done")

    def test_htmx_gets_the_steps_and_the_row(self):
        step = self.add_step(self.task)
        data = {"done": "1", "next": self.page}
        response = self.client.post(f"/steps/{step.pk}/tick/", data, headers=HTMX)
        self.assertEqual(self.steps(response), ["✓ Whisk"])
        self.assertEqual(meta_of(response, self.task), "1/1 steps done")


class EditStepTests(StepTests):
    def setUp(self):
        super().setUp()
        self.step = self.add_step(self.task)
        self.url = f"/steps/{self.step.pk}/edit/"

    def test_step_can_be_renamed(self):
        response = self.client.post(self.url, {"title": "Whip", "next": self.page})
        self.assertRedirects(response, self.page)
        self.assertEqual(self.steps(), ["Whip"])

    def test_conflict_shows_both_titles(self):
        self.step.edit(title="Beat")
        shown = {"title": "Whip", "initial-title": "Whisk", "version": "1", "next": self.page}
        for headers in ({}, HTMX):
            response = self.client.post(self.url, shown, headers=headers)
            self.assertContains(
                response, "This was changed in the meantime to:\nBeat", status_code=409
            )
            self.assertContains(response, 'value="Whip"', status_code=409)
        self.assertEqual(self.steps(), ["Beat"])

    def test_failure_keeps_the_typed_text(self):
        response = self.client.post(self.url, {"title": "x" * 256, "next": self.page})
        self.assertContains(response, "Use at most 255 characters", status_code=422)
        self.assertContains(response, "x" * 256, status_code=422)
        self.assertContains(response, f'value="{self.page}"', status_code=422)

    def test_page_offers_to_rename_move_and_delete(self):
        other = self.add_step(self.task, "Bake")
        page = self.get(f"{self.url}?next={self.page}")
        self.assertContains(page, 'name="title" value="Whisk"')
        self.assertContains(page, f'name="after" value="{other.pk}"')
        self.assertNotContains(page, 'name="before"')
        self.assertContains(page, f'action="/steps/{self.step.pk}/delete/"')
        self.assertContains(page, f'name="next" value="{self.page}"')

    def test_htmx_gets_only_the_menu(self):
        response = self.client.get(self.url, headers=HTMX)
        self.assertContains(response, '<h1 class="menu-title" id="menu-title">Whisk</h1>')
        self.assertNotContains(response, "<html")


class MoveStepTests(StepTests):
    def setUp(self):
        super().setUp()
        self.a, self.b, self.c = (self.add_step(self.task, title) for title in "ABC")

    def move(self, step, **where):
        where = {name: getattr(value, "pk", value) for name, value in where.items()}
        return self.client.post(f"/steps/{step.pk}/move/", where | {"next": self.page})

    def test_step_moves_before_after_and_to_the_ends(self):
        for step, where, titles in [
            (self.c, {"before": self.a}, "CAB"),
            (self.c, {"after": self.a}, "ACB"),
            (self.b, {"to": "top"}, "BAC"),
            (self.b, {"to": "bottom"}, "ACB"),
        ]:
            self.assertRedirects(self.move(step, **where), self.page)
            self.assertEqual("".join(self.steps()), titles)

    def test_unplaced_steps_keep_their_order_until_moved(self):
        Step.objects.update(position="")
        self.assertEqual(self.steps(), ["A", "B", "C"])
        self.move(self.c, before=self.b)
        self.assertEqual(self.steps(), ["A", "C", "B"])

    def test_invalid_position_is_not_found_and_changes_nothing(self):
        elsewhere = self.add_step(self.add_task("Other"), "X")
        self.c.delete_softly()
        for where in [
            {},
            {"before": self.c},
            {"before": self.b, "to": "top"},
            {"to": "x"},
            {"before": self.a},  # itself
        ]:
            with self.subTest(where=where):
                self.assertEqual(self.move(self.a, **where).status_code, 404)
        self.assertRedirects(self.move(self.a, before=elsewhere), self.page)
        self.assertEqual(self.steps(), ["A", "B"])


class DeleteStepTests(StepTests):
    def setUp(self):
        super().setUp()
        self.whisk = self.add_step(self.task)
        self.bake = self.add_step(self.task, "Bake")
        self.url = f"/steps/{self.whisk.pk}"

    def test_deleted_step_is_restored_in_its_position_by_undo(self):
        response = self.post(f"{self.url}/delete/", next=self.page, version=1)
        self.assertRedirects(response, self.page)
        self.assertEqual(messages_of(response), ["Deleted the step “Whisk”."])
        self.assertEqual(self.steps(), ["Bake"])
        self.assertEqual(meta_of(self.get("/inbox/"), self.task), "0/1 steps done")
        response = self.undo(response)
        self.assertRedirects(response, f"{self.page}?on=%2Finbox%2F")
        self.assertEqual(messages_of(response), ["Undone: deleted the step “Whisk”."])
        self.assertEqual(self.steps(), ["Whisk", "Bake"])

    def test_second_press_changes_nothing_and_says_so(self):
        for act, words in [
            ("delete", "“Whisk” was already deleted."),
            ("restore", "“Whisk” was not deleted."),
        ]:
            self.post(f"{self.url}/{act}/")
            self.assertEqual(messages_of(self.post(f"{self.url}/{act}/")), [words])

    def test_step_changed_in_the_meantime_is_not_deleted(self):
        self.whisk.edit(title="Whip")
        response = self.post(f"{self.url}/delete/", version=1)
        self.assertEqual(
            messages_of(response),
            ["“Whip” was changed in the meantime. Check it and try again."],
        )
        self.assertEqual(self.steps(), ["Whip", "Bake"])

    def test_deleted_step_can_only_be_restored(self):
        self.whisk.delete_softly()
        for act in ["tick", "edit", "move"]:
            response = self.client.post(f"{self.url}/{act}/", {"done": "1", "title": "x"})
            self.assertEqual(response.status_code, 404)
        self.assertEqual(self.client.get(f"{self.url}/edit/").status_code, 404)

    def test_steps_of_a_deleted_task_are_not_found(self):
        self.bake.delete_softly()
        self.task.delete_softly()
        before = list(Step.everything.order_by("pk").values())
        data = {"title": "x", "done": "1", "to": "top"}
        for url in [
            *[f"{self.url}/{act}/" for act in ["tick", "edit", "move", "delete", "restore"]],
            *[f"/steps/{self.bake.pk}/restore/", f"{self.page}steps/add/"],
        ]:
            self.assertEqual(self.client.post(url, data).status_code, 404, url)
        self.assertEqual(list(Step.everything.order_by("pk").values()), before)
        self.task.restore()
        self.assertEqual(self.steps(), ["Whisk"])
