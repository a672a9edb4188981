"""Unstorable text is refused by each route, in any field."""

from itertools import product

import pytest
from django.test import TestCase
from django.urls import reverse

from accounts.tests.people import add_session, add_user
from tasks.tests.pages import HTMX
from tasks.tests.test_isolation import ROUTES, give

FIELDS = ["text", "title", "step", "name", "description", "tags", "q", "color", "list", "on"]
FIELDS += ["next", "key", "version", "theme", "time_zone", "sort", "task", "initial-title"]


@pytest.mark.exhaustive
class UnstorableTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user()
        cls.ids = give(cls.ann, "My") | {"session_mark": [add_session(cls.ann).mark]}

    def setUp(self):
        self.client.force_login(self.ann)

    def urls(self):
        for route in ROUTES:
            names = list(route.pattern.converters)
            if not names:
                yield reverse(route.name)
            elif names[0] in self.ids:
                yield reverse(route.name, kwargs={names[0]: self.ids[names[0]][0]})

    def test_no_field_of_any_route_causes_a_database_error(self):
        for url, (method, headers) in product(self.urls(), [("post", HTMX), ("get", {})]):
            self.client.force_login(self.ann)  # the one before may have signed her out
            for name in FIELDS:
                with self.subTest(url=url, name=name, method=method):
                    data = {"text": "x", "name": "x", "q": "x", "completed": "False", name: "x\0y"}
                    answer = getattr(self.client, method)(url, data, headers=headers)
                    self.assertLess(answer.status_code, 500)
                if answer.status_code == 405:
                    break  # it is said before a field is read


class SearchTests(TestCase):
    def test_unstorable_search_is_refused_by_its_field(self):
        self.client.force_login(add_user())
        for name in ["name", "q"]:
            data = {"name": "Milk", "q": "milk", "completed": "False"} | {name: "x\0y"}
            answer = self.client.post("/searches/add/", data)
            self.assertContains(answer, "U+0000", status_code=422)
