"""The page of a listing for paper: all its tasks, and no buttons."""

from datetime import date, time
from unittest import mock
from urllib.parse import quote

from accounts.tests.people import add_user
from tasks.pages.address import LISTINGS
from tasks.pages.base import Listing
from tasks.tests.pages import PageTests, words_of
from todosite.tests.html import one, select, words


def paper(listing_url):
    return f"/print/?on={quote(listing_url, safe='')}"


class PrintTests(PageTests):
    def setUp(self):
        super().setUp()
        self.set_clock(2026, 11, 25, 12, 0)  # a Wednesday

    def print(self, listing_url):
        return self.get(paper(listing_url))

    def printed(self, listing_url):
        """Return the headings of a page for paper and the titles below them, in their order."""
        return [words(each) for each in select(self.print(listing_url), "h2, .task-title")]

    def add_many(self, number):
        fields = {"user": self.ann, "list": None}
        rows = [self.ann.tasks.model(title=f"Task {n}", **fields) for n in range(1, number + 1)]
        self.ann.tasks.bulk_create(rows)

    def test_page_for_paper_has_all_rows_of_several_pages(self):
        self.add_many(230)
        self.assertEqual(len(self.titles("/inbox/")), 100)
        self.assertEqual(self.printed("/inbox/"), [f"Task {n}" for n in range(1, 231)])
        self.assertIn("230 tasks · Wednesday, 25 November", words_of(self.print("/inbox/")))

    def test_very_long_listings_are_printed_in_parts(self):
        self.add_many(5)
        with mock.patch.object(Listing, "MOST_PRINTED", 2):
            response = self.print("/inbox/")
            self.assertIn("Tasks 1 to 2 of 5", words_of(response))
            found = [select(response, ".task-title")]
            while ways := select(response, "a[rel=next]"):
                response = self.get(ways[0].get("href"))
                found.append(select(response, ".task-title"))
            self.assertIn("Tasks 5 to 5 of 5", words_of(response))
            self.assertEqual(
                select(response, "a[rel=prev]")[0].get("href"), paper("/inbox/?page=2")
            )
        self.assertEqual(
            [words(e) for part in found for e in part], [f"Task {n}" for n in range(1, 6)]
        )

    def test_every_listing_links_to_its_page_for_paper(self):
        """Each has its own title; a new kind of listing needs a page for paper too."""
        work, tag = self.add_list("Work"), self.add_tag("calls")
        urls = {
            "search": "/search/?q=milk",
            "task_list": "/tasks/?status=pending&limit=1",
            "today": "/today/",
            "upcoming": "/upcoming/?from=2026-11-23",
            "inbox": "/inbox/",
            "list_detail": work.get_absolute_url(),
            "tag_detail": tag.get_absolute_url(),
            "completed": f"/completed/?list={work.pk}",
        }
        self.assertEqual(set(urls), set(LISTINGS))
        for name in ("Milk", "Milk powder"):
            self.add_task(name, list=work, due_date=date(2026, 11, 25)).attach([tag])
            self.add_task(f"{name} for tea")
            self.add_task(f"Old {name}", list=work).complete()
        for url in urls.values():
            with self.subTest(url=url):
                page = self.get(url)
                links = {link.get("href") for link in select(page, 'a[href^="/print/"]')}
                self.assertEqual(links, {paper(url)})
                response = self.print(url)
                self.assertEqual(words(one(response, "h1")), words(one(page, "h1.title")))
                titles = [words(each) for each in select(response, ".task-title")]
                self.assertGreaterEqual(len(titles), 2)
                self.assertIn(url, [link.get("href") for link in select(response, "a")])

    def test_page_for_paper_has_headings_and_details(self):
        task = self.add_task(
            "Call <Ann>", due_date=date(2026, 11, 25), due_time=time(17), list=self.add_list("Work")
        )
        task.attach([self.add_tag("calls")])
        self.add_task("Late", due_date=date(2026, 11, 20), priority=3)
        self.assertEqual(
            self.printed("/today/"), ["Overdue 1 task", "Late", "Today 1 task", "Call <Ann>"]
        )
        rows = [words(row) for row in select(self.print("/today/"), ".task")]
        self.assertEqual(
            rows, ["Late Overdue: Fri 20 Nov High priority", "Call <Ann> 17:00 Work calls"]
        )

    def test_folded_completed_tasks_are_not_printed(self):
        work = self.add_list("Work")
        self.add_task("Milk", list=work).complete()
        for url in ("/today/", work.get_absolute_url()):
            self.assertEqual(self.printed(url), [])
            self.assertIn("There are no tasks here.", words_of(self.print(url)))
        self.assertEqual(self.printed("/completed/"), ["Today 1 task", "Milk"])
        self.assertIn("Completed: Milk", words_of(self.print("/completed/")))

    def test_page_for_paper_has_no_forms(self):
        self.add_task("Milk", due_date=date(2026, 11, 25))
        for url in ("/inbox/", "/today/", "/upcoming/"):
            self.assertEqual(select(self.print(url), "form, input"), [])

    def test_printed_week_has_days_and_repeats_to_come(self):
        day = date(2026, 11, 25)
        self.add_task("Vitamins", due_date=day, repeat="FREQ=DAILY;COUNT=2", repeat_anchor=day)
        printed = self.printed("/upcoming/")
        self.assertEqual(printed[:2], ["Today · Wed 25 Nov 1 task", "Vitamins"])
        self.assertEqual(len(printed), 8)
        self.assertIn("Vitamins", words(one(self.print("/upcoming/"), ".coming")))

    def test_printed_page_shows_its_number(self):
        self.add_many(101)
        (note,) = select(self.get("/inbox/?page=2"), ".only-print")
        self.assertIn("This page has tasks 101 to 101 of 101.", words(note))
        self.assertEqual(select(self.get("/tasks/?limit=100&status=completed"), ".only-print"), [])

    def test_page_for_paper_of_an_unknown_listing_is_not_found(self):
        ben = add_user("ben@example.org")
        theirs = ben.lists.create(name="Theirs", position="a0V")
        for on in ("", "/settings/", "/tasks/5/", "x", "/inbox/?page=0"):
            self.assertEqual(self.client.get("/print/", {"on": on}).status_code, 404)
        self.assertEqual(self.client.get("/print/").status_code, 404)
        response = self.client.get("/print/", {"on": theirs.get_absolute_url()})
        self.assertEqual(response.status_code, 404)

    def test_page_for_paper_needs_sign_in(self):
        self.client.logout()
        self.assertRedirects(
            self.client.get(paper("/inbox/")),
            f"/accounts/login/?next={quote(paper('/inbox/'), safe='/')}",
        )
