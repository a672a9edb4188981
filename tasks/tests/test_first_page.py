"""The first page of a new user: lines to try, and the link to the guide."""

from datetime import date

from tasks.pages.listings import Today
from tasks.quickadd.reading import Line
from tasks.tests.pages import PageTests, words_of
from todosite.tests.html import select, values, words


class FirstPageTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 25, 12, 0)

    def lines(self, url="/today/"):
        return select(self.get(url), "a[data-line]")

    def test_empty_today_has_three_lines_to_try(self):
        texts = [words(line) for line in self.lines()]
        self.assertEqual(texts, Today.examples)
        self.assertEqual(len(texts), 3)
        for text in texts:
            self.assertNotEqual(Line(text, self.ann.clock()).chips, [])

    def test_line_to_try_opens_the_form_without_script(self):
        for line in self.lines():
            page = self.get(line.get("href"))
            self.assertEqual(values(page, "text")[-1], words(line))
            self.assertEqual(values(page, "due_date")[-1], "2026-11-25")
            self.assertEqual(values(page, "next")[-1], "/today/")

    def test_lines_to_try_are_only_on_an_empty_today(self):
        for url in ("/inbox/", "/upcoming/", "/completed/", "/search/", "/today/?page=2"):
            self.assertEqual(self.lines(url), [])
        task = self.add_task("Milk", due_date=date(2026, 11, 25))
        self.assertEqual(self.lines(), [])
        task.complete()
        self.assertEqual(self.lines(), [])

    def test_guide_is_linked_below_each_box(self):
        task = self.add_task("Milk")
        for url in ("/today/", "/settings/", "/lists/", f"{task.get_absolute_url()}?on=/today/"):
            with self.subTest(url=url):
                links = [words_of(link) for link in select(self.get(url), "#add a.guide")]
                self.assertEqual(links, ["What can I type?"])
                self.assertEqual(len(select(self.get(url), '#add a[href="/writing/"]')), 1)

    def test_guide_is_linked_below_the_reading_of_a_line(self):
        """If a phrase was read, the reading takes the place of the link below the box."""
        for text, is_there in [
            ("Milk tomorrow", True),
            ("Milk +Nowhere", True),
            ("Milk", False),
        ]:
            response = self.client.post("/tasks/read/", {"text": text})
            self.assertEqual(bool(select(response, 'a[href="/writing/"]')), is_there)
        data = {"text": "Milk tomorrow", "plain": "tomorrow"}
        response = self.client.post("/tasks/read/", data)
        self.assertEqual(len(select(response, 'a[href="/writing/"]')), 1)
