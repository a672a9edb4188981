"""The base of page tests: Ann, signed in, and functions that read a page."""

from datetime import datetime
from unittest import mock
from zoneinfo import ZoneInfo

from django.conf import settings
from django.test import TestCase

from accounts.tests.people import add_user
from tasks.tests.making import add_list, add_step
from todosite.tests.html import one, select, words

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
LISTING = ".group-heading, summary:has(.n), .task-title"


def html_of(response):
    return response.content.decode()


def words_of(source):
    """Return the visible words of a response, of HTML or of an element."""
    return words(source)


def sections_of(response):
    """Return the headings of a page, each with its number, and the titles of its rows.

    Rows without a heading have the key "".
    """
    found = []
    for element in select(response, LISTING):
        if is_alone(element):
            continue
        if "task-title" not in element.classes:
            heading = element.xpath("./text() | ./*[@class='n']/text()")
            found.append((" ".join("".join(heading).split()), []))
        else:
            if not found:
                found.append(("", []))
            found[-1][1].append(element.text_content())
    return found


def is_alone(element):
    """Return whether an element is part of a row that htmx gets in addition to the listing."""
    part = next(element.iterancestors("hx-partial"), None)
    return part is not None and part.get("hx-target").startswith("#task-")


def titles_of(response):
    """Return the titles of the rows of a page, in order."""
    return [title for _, titles in sections_of(response) for title in titles]


def row_of(response, task):
    """Return a task's row."""
    return one(response, f"#task-{task.pk}")


def meta_of(response, task):
    """Return the words of a task's row below its title."""
    return " ".join(words(meta) for meta in row_of(response, task).cssselect(".meta"))


def counts_of(response):
    """Return the numbers in the sidebar by name; 0 is left out on the page."""
    found = {}
    for count in select(response, "#sidebar .count"):
        number = "".join(filter(str.isdigit, words(count)))
        found[words(count.getprevious())] = int(number or 0)
    return found


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def undo_of(response):
    """Return the page's Undo as a pair: its address, and the page it leads back to."""
    form = select(response, ".toast form")[0]
    assert words(form) in {"Undo", "Redo"}
    return form.get("action"), form.cssselect("[name=next]")[0].get("value")


class PageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user(time_zone="Asia/Kathmandu")

    def setUp(self):
        self.client.force_login(self.ann)

    def add_task(self, title="Milk", **fields):
        return self.ann.tasks.create(title=title, **fields)

    def add_list(self, name="Work", **fields):
        return add_list(self.ann, name, **fields)

    def add_tag(self, name="calls", *tasks):
        tag = self.ann.tags.create(name=name)
        for task in tasks:
            task.attach([tag])
        return tag

    def add_step(self, task, title="Whisk", **fields):
        return add_step(task, title, **fields)

    def get(self, url):
        response = self.client.get(url)
        self.assertEqual(response.status_code, 200)
        return response

    def titles(self, url):
        return titles_of(self.get(url))

    def sections(self, url):
        return sections_of(self.get(url))

    def post(self, url, **data):
        """Send a form as a browser does. Return the page that the redirect leads to."""
        response = self.client.post(url, data, follow=True)
        self.assertEqual(response.status_code, 200)
        return response

    def send(self, url, **data):
        """Send a form as a browser does, without following the redirect."""
        self.assertEqual(self.client.post(url, data).status_code, 302)

    def undo(self, response):
        """Press the Undo of a page."""
        url, page = undo_of(response)
        return self.post(url, next=page)

    def set_clock(self, *moment, zone="Asia/Kathmandu", fold=0):
        """Set the time and Ann's time zone, until the end of the test or the next call."""
        self.ann.time_zone = zone
        self.ann.save(update_fields=["time_zone"])
        mock.patch.stopall()
        now = datetime(*moment, tzinfo=ZoneInfo(zone), fold=fold)
        mock.patch("django.utils.timezone.now", return_value=now).start()
        self.addCleanup(mock.patch.stopall)
        self.client.cookies.pop(settings.SESSION_COOKIE_NAME, None)  # it may have expired
        self.client.force_login(self.ann)
