"""Nobody reaches what belongs to somebody else, by any route, method or body."""

import ast
import sys
from pathlib import Path

from allauth.usersessions.models import UserSession
from django.db.models.base import ModelBase
from django.test import Client, TestCase
from django.urls import get_resolver, reverse

from accounts import urls as account_urls
from accounts.tests.people import add_user
from tasks import urls
from tasks.models import Task

ROUTES = [*urls.urlpatterns, *account_urls.urlpatterns]
OPEN_TO_ALL = {"home"}
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
METHODS = ["get", "post", "head", "put", "patch", "delete", "options"]


def state():
    sessions = UserSession.objects.filter(session_key="anns").values("session_key", "ip")
    return [*sessions, *Task.everything.order_by("pk").values()]


class IsolationTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann, cls.mallory = add_user(), add_user("mallory@example.org")
        cls.task = cls.ann.tasks.create(title="Secret milk", description="Secret note")
        cls.deleted = cls.ann.tasks.create(title="Secret trash")
        cls.deleted.delete_softly()
        # A new name of an id in a route is a KeyError until somebody's own is put here.
        session = cls.ann.usersession_set.create(session_key="anns", ip="192.0.2.1")
        cls.ids = {"task_pk": [cls.task.pk, cls.deleted.pk], "session_pk": [session.pk]}
        ids = {"id": cls.task.pk, "ids": [cls.task.pk], "task": cls.task.pk, "user": cls.ann.pk}
        cls.body = {"text": "x", "title": "x", "next": "/", "theme": "dark", "version": "1"} | ids

    def requests(self):
        """Yield (route, response) for each route, id of Ann's and method, with and without htmx."""
        for route in ROUTES:
            names = list(route.pattern.converters)
            for pk in self.ids[names[0]] if names else [None]:
                url = reverse(route.name, kwargs=dict.fromkeys(names, pk))
                for method in METHODS:
                    for headers in ({}, HTMX):
                        send = getattr(self.client, method)
                        body = [self.body] if method in {"get", "post"} else []
                        yield route, send(url, *body, headers=headers)

    def test_what_is_anothers_is_not_found(self):
        before = state()
        self.client.force_login(self.mallory)
        for route, response in self.requests():
            with self.subTest(route=route.name, method=response.request["REQUEST_METHOD"]):
                self.assertNotIn("Secret", response.content.decode())
                self.assertNotIn("ann@example.org", response.content.decode())
                if route.pattern.converters:
                    self.assertIn(response.status_code, {404, 405})
        mine = [row for row in state() if row.get("user_id") != self.mallory.pk]
        self.assertEqual(mine, before)

    def test_signed_out_every_route_leads_to_sign_in(self):
        before = state()
        for route, response in self.requests():
            if route.name in OPEN_TO_ALL:
                continue
            with self.subTest(route=route.name, method=response.request["REQUEST_METHOD"]):
                where = response.headers.get("Location") or response.headers.get("HX-Redirect")
                self.assertIn(response.status_code, {302, 204})
                self.assertTrue(where.startswith("/accounts/login/?next="), where)
                self.assertNotIn("Secret", response.content.decode())
        self.assertEqual(state(), before)

    def test_account_and_admin_pages_never_show_anothers_data(self):
        self.client.force_login(self.mallory)
        for url in self.simple_urls(get_resolver()):
            with self.subTest(url=url):
                content = self.client.get(url).content.decode()
                self.assertNotIn("Secret", content)
                self.assertNotIn("ann@example.org", content)
        for name in ["changelist", "add"]:
            response = self.client.get(reverse(f"admin:tasks_task_{name}"))
            self.assertNotEqual(response.status_code, 200)
        response = self.client.get(reverse("admin:tasks_task_change", args=[self.task.pk]))
        self.assertNotEqual(response.status_code, 200)

    def simple_urls(self, resolver, prefix="/"):
        """Yield the address of every route without parts to fill in."""
        for route in resolver.url_patterns:
            text = str(route.pattern)
            if "<" in text or "(" in text:
                continue
            url = prefix + text.strip("^$")
            if hasattr(route, "url_patterns"):
                yield from self.simple_urls(route, url)
            else:
                yield url

    def test_sweep_knows_every_route_of_ours(self):
        ours = {route.name for route in ROUTES}
        tops = [str(r.pattern) for r in get_resolver().url_patterns]
        self.assertEqual(tops[:2], ["", "settings/"])
        self.assertLessEqual({"home", "task_edit", "trash", "theme"}, ours)


class DoorTests(TestCase):
    def test_view_modules_import_no_model(self):
        for route in ROUTES:
            module = sys.modules[route.callback.__module__]
            models = [name for name, value in vars(module).items() if isinstance(value, ModelBase)]
            self.assertEqual(models, [], module.__name__)

    def test_views_import_no_model_inside_a_function_either(self):
        for path in [*Path("tasks/views").glob("*.py"), Path("accounts/views.py")]:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom):
                    self.assertNotIn("models", (node.module or "").split("."), path)

    def test_accounts_never_imports_tasks(self):
        for path in Path("accounts").rglob("*.py"):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                for name in names:
                    self.assertNotIn(name.split(".")[0], {"tasks", "todosite"}, path)

    def test_no_view_is_exempt_from_csrf(self):
        ann = add_user()
        task = ann.tasks.create(title="Milk")
        client = Client(enforce_csrf_checks=True)
        client.force_login(ann)
        for route in ROUTES:
            kwargs = dict.fromkeys(route.pattern.converters, task.pk)
            response = client.post(reverse(route.name, kwargs=kwargs), {"text": "x"})
            self.assertEqual(response.status_code, 403, route.name)
        task.refresh_from_db()
        self.assertEqual((task.version, ann.tasks.count()), (1, 1))
