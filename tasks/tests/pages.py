"""What tests of pages have in common: Ann, signed in, and eyes to read a page with."""

import re
from datetime import datetime
from html import unescape
from unittest import mock
from zoneinfo import ZoneInfo

from django.test import TestCase

from accounts.tests.people import add_user

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
OF_LISTING = re.compile(
    r'class="group-heading"[^>]*>(?P<heading>[^<]*?)\s*(?:<span class="n">(?P<n>\d+)|<)'
    r'|<summary><svg.*?</svg>(?P<done>[^<]*?) <span class="n">(?P<number>\d+)'
    r'|class="task-title"[^>]*>(?P<title>[^<]*)<',
    re.DOTALL,
)
OF_SIDEBAR = re.compile(
    r'<span(?: class="name")?>([^<]*)</span><span class="count"[^>]*>(.*?)</a>', re.DOTALL
)


def html_of(response):
    return response.content.decode()


def words_of(html):
    """Return what a person reads in a piece of a page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def sections_of(response):
    """Return the headings of a page, each with its number, and under each the titles of its rows.

    Rows without a heading stand under "".
    """
    found = []
    for match in OF_LISTING.finditer(html_of(response)):
        if match["title"] is None:
            number = match["n"] or match["number"]
            words = unescape(match["heading"] or match["done"])
            found.append((f"{words} {number}" if number else words, []))
        else:
            if not found:
                found.append(("", []))
            found[-1][1].append(unescape(match["title"]))
    return found


def titles_of(response):
    """Return the titles of the rows of a page, in order."""
    return [title for _, titles in sections_of(response) for title in titles]


def row_of(response, task):
    """Return the HTML of a task's row."""
    return html_of(response).split(f'id="task-{task.pk}"')[1].split("</li>")[0]


def meta_of(response, task):
    """Return what a task's row says below its title."""
    return words_of(row_of(response, task).partition('<p class="meta">')[2].partition("</p>")[0])


def counts_of(response):
    """Return the numbers in the sidebar, by the names that they stand at. None is 0."""
    html = html_of(response).split('id="sidebar"')[1]
    return {
        unescape(name): int((re.findall(r"\d+", re.sub("<[^>]*>", "", rest)) or [0])[0])
        for name, rest in OF_SIDEBAR.findall(html)
    }


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def undo_of(response):
    """Return where the page's Undo leads, as a pair: the address, and the page it comes back to."""
    toast = html_of(response).split('class="toast"')[1]
    found = re.search(r'action="([^"]*)".*?name="next" value="([^"]*)"', toast, re.DOTALL)
    return tuple(unescape(part) for part in found.groups())


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user(time_zone="Asia/Kathmandu")

    def setUp(self):
        self.client.force_login(self.ann)

    def add_task(self, title="Milk", **fields):
        return self.ann.tasks.create(title=title, **fields)

    def add_list(self, name="Work", **fields):
        one = self.ann.lists.model(user=self.ann, name=name, **fields)
        one.add()
        return one

    def add_tag(self, name="calls", *tasks):
        tag = self.ann.tags.create(name=name)
        for task in tasks:
            task.hang([tag])
        return tag

    def add_step(self, task, title="Whisk", **fields):
        step = task.steps.model(user=self.ann, task=task, title=title, **fields)
        step.add()
        return step

    def get(self, url):
        response = self.client.get(url)
        self.assertEqual(response.status_code, 200)
        return response

    def titles(self, url):
        return titles_of(self.get(url))

    def sections(self, url):
        return sections_of(self.get(url))

    def post(self, url, **data):
        """Send a form as a browser does; return the page that the answer leads to."""
        response = self.client.post(url, data, follow=True)
        self.assertEqual(response.status_code, 200)
        return response

    def undo(self, response):
        """Press the Undo of a page."""
        url, page = undo_of(response)
        return self.post(url, next=page)

    def set_clock(self, *moment, zone="Asia/Kathmandu", fold=0):
        """Let it be that moment in zone, where Ann is, to the test's end or the next call."""
        self.ann.time_zone = zone
        self.ann.save(update_fields=["time_zone"])
        mock.patch.stopall()
        now = datetime(*moment, tzinfo=ZoneInfo(zone), fold=fold)
        mock.patch("django.utils.timezone.now", return_value=now).start()
        self.addCleanup(mock.patch.stopall)
        self.client.force_login(self.ann)  # or her session would be of another time
