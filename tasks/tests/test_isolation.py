"""No user reaches another user's rows, by any route, method or body."""

import ast
import re
import sys
from itertools import product
from pathlib import Path
from urllib.parse import unquote, urlencode

from django.db.models.base import ModelBase
from django.test import Client, TestCase
from django.urls import get_resolver, resolve, reverse

from accounts import urls as account_urls
from accounts.models import AdminLink, Session, User, WaitingForm
from accounts.tests.people import ELSEWHERE, add_session, add_user
from tasks import urls
from tasks.history import Act, Change
from tasks.mail_links import Completing, Snoozing, Stopping
from tasks.models import SavedSearch, Step, Tag, Task, TaskList, TaskTag
from tasks.reminders import Reminder
from tasks.tests.pages import HTMX
from todosite.tests.html import one

ROUTES = [*urls.urlpatterns, *account_urls.urlpatterns]
OPEN_TO_ALL = {"home", "import_help", "task_read", "search_numbers"}
# Who has a signed link may follow it: tasks/tests/test_mail_links.py. Here it is cut off.
BY_LINK = {"mail_complete", "mail_snooze", "unsubscribe"}
NOBODYS = 9_999_999_999  # an id that nothing has
OTHER_METHODS = ["head", "put", "patch", "delete", "options"]
FORM = "application/x-www-form-urlencoded"

KINDS = [Task, TaskList, Tag, TaskTag, Step, Act, Change, SavedSearch, WaitingForm]
KINDS += [AdminLink, Reminder]


def state():
    """Return every row of any user, with its columns."""
    sessions = Session.objects.filter(pk=ELSEWHERE).values("session_key", "ip")
    users = User.objects.order_by("pk").values("pk", "arrangements", "name", "default_page")
    rows = [row for kind in KINDS for row in everything(kind).order_by("pk").values()]
    return [*sessions, *users, *rows]


def everything(kind):
    return getattr(kind, "everything", kind.objects)


def give(user, word):
    """Give a user one row of each kind, present and deleted. Return their ids by name in routes."""

    def both(manager, **fields):
        gone = manager.create(user=user, **fields)
        gone.delete_softly()
        return manager.create(user=user, **fields), gone

    lists = both(user.lists, name=f"{word} list")
    tags = both(user.tags, name=f"{word}-tag")
    repeat = {"repeat": "FREQ=DAILY", "due_date": user.today()}
    words = {"title": f"{word} milk", "description": f"{word} note"}
    tasks = both(user.tasks, **words, **repeat, list=lists[0])
    steps = both(tasks[0].steps, title=f"{word} step")
    steps += (tasks[1].steps.create(user=user, title=f"{word} step"),)
    for task in tasks:
        task.attach(tags)
    reminders = [task.set_reminders([0])[0] for task in tasks]
    user.waiting.keep(user, "/tasks/add/", [["text", f"{word} line"]])
    searches = [user.searches.create(name=f"{word} search", q=f"{word} words")]
    rows = {"task_pk": tasks, "list_pk": lists, "tag_pk": tags, "step_pk": steps}
    rows |= {"search_pk": searches, "reminder_pk": reminders}
    ids = {name: [row.pk for row in found] for name, found in rows.items()}
    links = [Completing.of(tasks[0]), Snoozing.of(reminders[0]), Stopping(user.pk, "digest")]
    ids["mail_token"] = [resolve(link.path).kwargs["mail_token"][:-1] for link in links]
    acts = user.acts.order_by("kind").distinct("kind")
    return ids | {"act_pk": list(acts.values_list("pk", flat=True))}


def key_of_admin_link(user):
    """Return the key of a new admin link, which works for this user only."""
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return resolve(user.make_admin_link()).kwargs["admin_link_key"]


class IsolationTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann, cls.mallory = add_user(), add_user("mallory@example.org")
        # A new name of an id in a route is a KeyError until it has an id here.
        cls.ids = give(cls.ann, "Secret") | {"session_mark": [add_session(cls.ann).mark]}
        cls.ids["admin_link_key"] = [key_of_admin_link(cls.ann)]
        cls.ann.arrange("inbox", sort="due", group="")
        task, one = cls.ids["task_pk"][0], cls.ids["list_pk"][0]
        ids = {"id": task, "ids": [task], "task": task, "user": cls.ann.pk, "list": one}
        cls.body = {"text": "x", "title": "x", "name": "x", "theme": "dark", "version": "1"} | ids
        cls.body |= {"next": f"/lists/{one}/", "on": f"/lists/{one}/", "sort": "due", "done": "1"}
        cls.body |= {"before": task, "group": "", "q": "x", "this_one": "1"}
        cls.body |= {"due_date": "2031-01-31", "frequency": "DAILY", "interval": "2"}
        cls.body |= {"ends": "never", "week_start": "0", "repeat_from": "due", "missed": "keep"}
        cls.body |= {"waiting": cls.ann.waiting.get().pk, "into": one}
        cls.body |= {"tasks": "trash", "color": "teal", "tags": "x", "until": "9999-01-01T00:00Z"}

    def requests(self, *, ids):
        """Yield (route, response) for each route.

        GET and POST are sent with so many ids of Ann's, None for all, with and without htmx; other
        methods once.
        """
        form = {"data": urlencode(self.body, doseq=True), "content_type": FORM}
        for route in ROUTES:
            addresses = self.urls(route)
            for url, headers in product(addresses[:ids], [{}, HTMX]):
                yield route, self.client.get(url, self.body, headers=headers)
                yield route, self.client.post(url, **form, headers=headers)
            for method in OTHER_METHODS:
                yield route, getattr(self.client, method)(addresses[0])

    def urls(self, route):
        """Return the addresses of a route: one for each id of Ann's that fits."""
        names = list(route.pattern.converters)
        if not names:
            return [reverse(route.name)]
        return [reverse(route.name, kwargs=dict.fromkeys(names, pk)) for pk in self.ids[names[0]]]

    def test_another_users_rows_are_not_found(self):
        before = state()
        self.client.force_login(self.mallory)
        for route, response in self.requests(ids=None):
            with self.subTest(route=route.name, method=response.request["REQUEST_METHOD"]):
                self.assertNotIn("Secret", response.content.decode())
                self.assertNotIn("ann@example.org", response.content.decode())
                if route.pattern.converters:
                    self.assertIn(response.status_code, {404, 405})
        self.assertEqual(self.others(state()), self.others(before))

    def others(self, rows):
        """Leave out Mallory's own rows."""
        return [row for row in rows if self.mallory.pk not in (row.get("user_id"), row.get("pk"))]

    def test_signed_out_every_route_leads_to_sign_in(self):
        before = state()
        for route, response in self.requests(ids=1):
            if route.name in OPEN_TO_ALL | BY_LINK:
                continue
            with self.subTest(route=route.name, method=response.request["REQUEST_METHOD"]):
                if response.status_code == 403:  # what was typed, and the way there
                    where = one(response, "a.btn").get("href")
                else:
                    where = response.headers.get("Location") or response.headers["HX-Redirect"]
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
        task = self.ids["task_pk"][0]
        response = self.client.get(reverse("admin:tasks_task_change", args=[task]))
        self.assertNotEqual(response.status_code, 200)

    def simple_urls(self, resolver, prefix="/"):
        """Yield the address of every route without parameters."""
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


class BodyTests(TestCase):
    """Mallory's own rows in the address, and Ann's ids in the body."""

    @classmethod
    def setUpTestData(cls):
        cls.ann, cls.mallory = add_user(), add_user("mallory@example.org")
        cls.anns, cls.mine = give(cls.ann, "Secret"), give(cls.mallory, "My")
        cls.task, cls.list, cls.tag, cls.step = (
            cls.mine[name][0] for name in ["task_pk", "list_pk", "tag_pk", "step_pk"]
        )

    def setUp(self):
        self.client.force_login(self.mallory)

    def anns_rows(self):
        return [row for row in state() if self.ann.pk in (row.get("user_id"), row.get("pk"))]

    def send(self, method, url, data, headers):
        """Return the status and the words of an answer, without parts that always differ."""
        response = getattr(self.client, method)(url, data, headers=headers)
        own = r'(csrfmiddlewaretoken|name="key"|X-CSRFToken|data-etag)[^>]*>'
        words = re.sub(own, "", response.text)
        words = unquote(unquote(words))  # an address may hold one
        return response.status_code, words

    def assertAsIfNotThere(self, method, url, name, data, status):
        """Assert that Ann's id in data is treated like an unknown id, and changes nothing.

        data holds {} in the place of the id; name is the name of such ids in routes.
        """
        before = state()
        for headers in ({}, HTMX):
            answers = {}
            for pk in (NOBODYS, *self.anns[name]):
                filled = {key: text.format(pk) for key, text in data.items()}
                answers[pk] = self.send(method, url, filled, headers)
            code_of_nobodys, nobodys = answers.pop(NOBODYS)
            for pk, (code, words) in answers.items():
                with self.subTest(url=url, data=data, pk=pk, headers=headers):
                    self.assertEqual((code, code_of_nobodys), (status, status))
                    ids = rf"\b({pk}|{NOBODYS})\b"
                    self.assertEqual(re.sub(ids, "", words), re.sub(ids, "", nobodys))
                    self.assertNotIn("Secret", words)
            self.assertEqual(state(), before)

    def test_task_cannot_move_to_another_users_list(self):
        url = f"/tasks/{self.task}/edit/"
        self.assertAsIfNotThere("post", url, "list_pk", {"list": "{}"}, 422)

    def test_unedited_list_of_another_user_changes_nothing(self):
        anns = self.anns["list_pk"][0]
        data = {"title": "Changed", "list": anns, "initial-list": anns}
        self.client.post(f"/tasks/{self.task}/edit/", data)
        task = self.mallory.tasks.get(pk=self.task)
        self.assertEqual((task.title, task.list_id), ("Changed", self.list))

    def test_task_cannot_be_added_to_another_users_list(self):
        self.assertAsIfNotThere("post", "/tasks/add/", "list_pk", {"text": "x", "list": "{}"}, 422)
        self.assertAsIfNotThere("get", "/tasks/add/", "list_pk", {"list": "{}"}, 200)

    def test_tasks_cannot_be_pasted_into_another_users_list(self):
        data = {"text": "x\ny", "sure": "1", "list": "{}"}
        self.assertAsIfNotThere("post", "/tasks/paste/", "list_pk", data, 422)
        self.assertAsIfNotThere("get", "/tasks/paste/", "list_pk", {"list": "{}"}, 200)

    def test_row_cannot_move_next_to_another_users_row(self):
        for name, url in [
            ("task_pk", f"/tasks/{self.task}/move/"),
            ("list_pk", f"/lists/{self.list}/move/"),
            ("step_pk", f"/steps/{self.step}/move/"),
        ]:
            for place in ["before", "after", "to"]:
                self.assertAsIfNotThere("post", url, name, {place: "{}"}, 404)

    def test_another_users_tasks_cannot_be_selected(self):
        for act in [{"do": "complete"}, {"do": "due none"}, {"do": "tag", "tags": "x"}]:
            self.assertAsIfNotThere("post", "/tasks/bulk/", "task_pk", act | {"ids": "{}"}, 404)
            page = act | {"which": "page", "page": "{}"}
            self.assertAsIfNotThere("post", "/tasks/bulk/", "task_pk", page, 404)

    def test_selected_tasks_cannot_move_to_another_users_list(self):
        data = {"do": "list", "ids": f"{self.task}", "list": "{}"}
        self.assertAsIfNotThere("post", "/tasks/bulk/", "list_pk", data, 422)

    def test_act_on_all_tasks_of_another_users_listing_is_refused(self):
        for name, url in [("list_pk", "/lists/{}/"), ("tag_pk", "/tags/{}/")]:
            data = {"do": "complete", "which": "all", "number": "1", "next": url}
            for pk in self.anns[name]:
                before = state()
                filled = {key: text.format(pk) for key, text in data.items()}
                response = self.client.post("/tasks/bulk/", filled)
                self.assertIn(response.status_code, {404, 422})
                self.assertEqual(state(), before)

    def test_history_of_another_users_task_is_empty(self):
        self.assertAsIfNotThere("get", "/history/", "task_pk", {"task": "{}"}, 200)

    def test_completed_tasks_of_another_users_list_are_not_found(self):
        self.assertAsIfNotThere("get", "/completed/", "list_pk", {"list": "{}"}, 404)

    def test_another_users_pages_cannot_be_arranged(self):
        for name, url in [
            ("list_pk", "/lists/{}/"),
            ("tag_pk", "/tags/{}/"),
            ("list_pk", "/completed/?list={}"),
            ("list_pk", f"/tasks/{self.task}/?on=/lists/{{}}/"),
        ]:
            data = {"sort": "due", "group": "", "next": url}
            self.assertAsIfNotThere("post", "/arrange/", name, data, 400)

    def test_own_task_shows_no_listing_of_another_user(self):
        url = f"/tasks/{self.task}/"
        for name, on in [
            ("list_pk", "/lists/{}/"),
            ("tag_pk", "/tags/{}/"),
            ("task_pk", "/tasks/{}/"),
        ]:
            for data in ({"on": on}, {"next": on}):
                self.assertAsIfNotThere("get", url, name, data, 200)
                self.assertAsIfNotThere("get", f"{url}menu/", name, data, 200)

    def test_reply_shows_no_listing_of_another_user(self):
        """To htmx an act replies with the page that `next` names, but not with this one."""
        for name, page in [
            ("list_pk", "/lists/{}/"),
            ("tag_pk", "/tags/{}/"),
            ("list_pk", "/completed/?list={}"),
            ("task_pk", "/tasks/{}/"),
        ]:
            for pk in self.anns[name]:
                for url in [f"/tasks/{self.task}/complete/", f"/tasks/{self.task}/reopen/"]:
                    response = self.client.post(url, {"next": page.format(pk)}, headers=HTMX)
                    self.assertEqual(response.status_code, 200)
                    self.assertNotContains(response, "Secret")
                    self.assertNotContains(response, 'hx-target="#listing"')

    def test_names_are_unique_for_each_user(self):
        before = self.anns_rows()
        self.client.post(f"/lists/{self.list}/edit/", {"name": "Secret list"})
        self.client.post(f"/tags/{self.tag}/edit/", {"name": "Secret-tag2"})
        self.client.post(f"/tasks/{self.task}/edit/", {"tags": "Secret-tag"})
        task = self.mallory.tasks.get(pk=self.task)
        self.assertEqual((task.list.name, task.list.user), ("Secret list", self.mallory))
        self.assertEqual([tag.user for tag in task.tags.all()], [self.mallory])
        self.assertEqual(self.anns_rows(), before)


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

    def test_one_view_is_exempt_from_csrf(self):
        ann = add_user()
        ids = give(ann, "My") | {"session_mark": [add_session(ann).mark]}
        ids["admin_link_key"] = [key_of_admin_link(ann)]
        client = Client(enforce_csrf_checks=True)
        client.force_login(ann)
        before = state()
        for route in ROUTES:
            names = list(route.pattern.converters)
            for pk in ids[names[0]] if names else [None]:
                url = reverse(route.name, kwargs=dict.fromkeys(names, pk))
                data = {"text": "x", "title": "x", "name": "x", "done": "1", "to": "top"}
                status = 404 if route.name == "unsubscribe" else 403
                self.assertEqual(client.post(url, data).status_code, status, route.name)
        self.assertEqual(state(), before)
