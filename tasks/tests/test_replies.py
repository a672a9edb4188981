"""Replies to acts: after a second run of a view, and if there is nothing to do."""

from django.contrib.messages import get_messages
from django.contrib.messages.storage import default_storage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import RequestFactory, TestCase

from accounts.tests.people import add_user
from tasks.return_page import ReturnPage
from tasks.sidebar import sidebar_of
from tasks.tests.pages import HTMX
from tasks.views.replies import retried_once, show_message
from todosite.tests.html import one, words


class OnceMoreTests(TestCase):
    def request(self):
        request = RequestFactory().post("/tasks/1/edit/", {"next": "/inbox/"})
        request.user, request.session = add_user(), SessionStore()
        request.return_page, request._messages = ReturnPage(request), default_storage(request)
        return request

    def test_second_run_has_no_trace_of_the_first(self):
        runs = []

        @retried_once
        def view(request):
            runs.append((request.return_page.listing, sidebar_of(request)))
            show_message(request, f"Run {len(runs)}.")
            if len(runs) == 1:
                raise IntegrityError("taken at the same moment")
            return HttpResponse()

        request = self.request()
        view(request)
        (listing, sidebar), (later_listing, later_sidebar) = runs
        self.assertIsNot(listing, later_listing)
        self.assertIsNot(sidebar, later_sidebar)
        self.assertEqual([str(message) for message in get_messages(request)], ["Run 2."])


class RestoreTests(TestCase):
    def setUp(self):
        self.ann = add_user("ann@example.org")
        self.client.force_login(self.ann)

    def test_restore_of_a_restored_row_leads_to_the_row(self):
        """A Restore link in a second tab, or a reload, once redirected to itself endlessly."""
        work, tag = self.ann.lists.create(name="Work"), self.ann.tags.create(name="home")
        for row in (work, tag):
            with self.subTest(row=row):
                url = f"{row.get_absolute_url()}restore/"
                page = self.client.get(url, follow=True)
                self.assertEqual(page.redirect_chain, [(row.get_absolute_url(), 302)])
                self.assertIn(f"“{row}” was not in the trash.", words(page))

    def test_heading_of_a_listing_ranks_below_its_task(self):
        self.ann.tasks.create(title="Milk", due_date=self.ann.clock().today)
        for back, name in [("/today/", "h2"), ("/tasks/0/?on=/today/", "h3")]:
            with self.subTest(back=back):
                fields = {"text": "Bread tomorrow", "next": back}
                page = self.client.post("/tasks/add/", fields, headers=HTMX)
                self.assertEqual(one(page, "#listing .group-heading").tag, name)
