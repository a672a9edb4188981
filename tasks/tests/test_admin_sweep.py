"""All pages of the admin: the answers of their addresses, to each kind of user."""

from datetime import timedelta
from itertools import cycle, product
from unittest import mock
from urllib.parse import urlencode

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver
from django.utils import timezone

from accounts.models import User, WaitingForm
from accounts.tests.people import add_user
from tasks.history import Act
from tasks.models import SavedSearch, Step, Tag, Task, TaskList
from tasks.reminders import Digest, Reminder
from todosite.tests.html import one, words

MARK = "Zwoelfuhrmarkt"  # in all that Ann typed
PART = "Zwoelfuhr"  # finds it in a search, whose page shows what was looked for
NOBODYS = {User: "00000000-0000-4000-8000-000000000000", Task: 9_999_999_999}
NOBODYS |= {Reminder: 9_999_999_999, Digest: 9_999_999_999}
LOOKUPS = ["", "__startswith", "__gt"]
FILTERS = {
    User: {"verified", "is_active", "is_staff"},
    Task: {"status", "due_date", "trash"},
    Reminder: {"state"},
    Digest: {"state"},
}
A_COLUMN = {User: "password", Task: "search_text", Reminder: "answer", Digest: "answer"}
BAD_VALUES = ["", "(", "\0", "x", "2", "-1", "9" * 20, "10000-01-01", "2026-02-30", "²", "é" * 300]
# As an address and a form hold them: the last but one is half of a pair of UTF-16.
MALFORMED_IDS = ["a%00b", "%00", "_00", "x", "9" * 40, "-1", "1.5", "%ED%A0%80", "%C3%A9" * 300]


def give_all(user):
    """Give a user one row of each kind that holds text. Return the task."""
    home = user.lists.create(name=f"List {MARK}")
    day = {"due_date": user.today(), "repeat": "FREQ=DAILY"}
    task = user.tasks.create(
        title=f"Title {MARK}", description=f"Note {MARK}", typed=f"Typed {MARK}", list=home, **day
    )
    task.attach([user.tags.create(name=f"tag-{MARK}")])
    task.steps.create(user=user, title=f"Step {MARK}")
    task.set_reminders([5])
    user.digests.create()
    user.searches.create(name=f"Search {MARK}", q=f"words {MARK}")
    WaitingForm.objects.keep(user, f"/search/?q={MARK}", [["title", f"Waiting {MARK}"]])
    return task


def row_of(model, user):
    """Return a row of one of the admin's models, of a user who has nothing yet."""
    if model is User:
        return user
    task = give_all(user)
    return {Task: task, Reminder: task.reminders.get(), Digest: user.digests.get()}[model]


def routes(patterns=None, before="/admin/", of=None):
    """Yield (address, model) of every route of the admin; {} stands for the id of a row.

    The model is None if an address belongs to no single model.
    """
    for route in admin.site.urls[0] if patterns is None else patterns:
        text = before + str(route.pattern).replace("<path:object_id>", "{}")
        if isinstance(route, URLResolver):
            views = [url.callback for url in route.url_patterns]
            yield from routes(route.url_patterns, text, views[0].model_admin.model)
        elif "(?P<app_label>" in text:
            yield from [("/admin/accounts/", None), ("/admin/tasks/", None)]
        elif "(?P<url>" not in text:  # that one finds nothing
            yield text, of


@override_settings(ADMIN_REQUIRES_MFA=False)
class AddressTests(TestCase):
    """The address of a list accepts the lookups of the list's filters only."""

    @classmethod
    def setUpTestData(cls):
        cls.root = add_user("root@example.org", is_staff=True, is_superuser=True)

    def setUp(self):
        self.client.force_login(self.root)
        self.request = self.client.get("/admin/").wsgi_request

    def test_columns_without_a_filter_cannot_be_looked_up(self):
        self.assertEqual(set(admin.site._registry), set(FILTERS))
        for model, filters in FILTERS.items():
            url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            columns = {field.name for field in model._meta.get_fields(include_hidden=True)}
            self.assertIn(A_COLUMN[model], columns)
            for name in {"pk", *columns} - filters:
                for lookup in LOOKUPS:
                    response = self.client.get(url, {f"{name}{lookup}": "1"})
                    self.assertEqual((name, lookup, response.status_code), (name, lookup, 400))

    def test_columns_of_related_rows_cannot_be_looked_up(self):
        number = 0
        for model, pages in admin.site._registry.items():
            for field in model._meta.get_fields(include_hidden=True):
                related = field.related_model._meta.fields if field.related_model else []
                for name in [f"{field.name}__{column.name}" for column in related]:
                    self.assertIs(pages.lookup_allowed(name, "1", self.request), False, name)
                    number += 1
        self.assertGreater(number, 100)

    def test_annotations_cannot_be_looked_up(self):
        for asked in ["open_tasks__gt", "verified__exact", "nothing"]:
            response = self.client.get("/admin/accounts/user/", {asked: "1"})
            self.assertEqual((asked, response.status_code), (asked, 400))

    def specs(self):
        """Yield the address of each list with each of its filters."""
        for model in admin.site._registry:
            url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            for spec in self.client.get(url).context["cl"].filter_specs:
                yield url, spec

    @pytest.mark.exhaustive
    def test_filters_accept_only_the_lookups_of_their_links(self):
        number, bad = 0, cycle(["(", "\0", "9" * 20])
        for url, spec in self.specs():
            field = getattr(spec, "field", None)
            lookups = set(field.get_lookups()) if field else {"exact", "regex", "in"}
            lookups |= {"year__gte", "month__in", "gte__regex", "nothing", "exact__exact", ""}
            name = spec.expected_parameters()[0].partition("__")[0]
            names = {f"{name}__{lookup}" for lookup in lookups} | {name, f"{name}_"}
            for asked in sorted(names - set(spec.expected_parameters())):
                for value in ["1", next(bad)]:
                    response = self.client.get(url, {asked: value})
                    self.assertEqual((asked, value, response.status_code), (asked, value, 400))
                    number += 1
        self.assertGreater(number, 200)

    @pytest.mark.exhaustive
    def test_invalid_value_of_a_filter_is_ignored(self):
        for url, spec in self.specs():
            for asked in spec.expected_parameters():
                for value in BAD_VALUES:
                    response = self.client.get(url, {asked: value, "_facets": "True"})
                    left_out = response.status_code == 302 and response.url == f"{url}?e=1"
                    self.assertTrue(left_out or response.status_code == 200, (asked, value))

    @pytest.mark.exhaustive
    def test_other_parameters_of_a_list_accept_any_value(self):
        for model in admin.site._registry:
            url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            for asked in ["q", "o", "p", "all", "e"]:
                for value in BAD_VALUES:
                    response = self.client.get(url, {asked: value}, follow=True)
                    self.assertEqual((asked, value, response.status_code), (asked, value, 200))

    def test_each_link_of_a_filter_works(self):
        number = 0
        for url, spec in self.specs():
            for choice in spec.choices(self.client.get(url).context["cl"]):
                response = self.client.get(f"{url}{choice['query_string']}")
                self.assertEqual((choice, response.status_code), (choice, 200))
                number += 1
        self.assertGreater(number, 15)

    def test_all_filters_of_the_pages_are_tested(self):
        for model, filters in FILTERS.items():
            url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            specs = self.client.get(url).context["cl"].filter_specs
            names = {
                name.partition("__")[0] for spec in specs for name in spec.expected_parameters()
            }
            self.assertEqual(names, filters)


@override_settings(ADMIN_REQUIRES_MFA=False)
class NoPermissionTests(TestCase):
    """Staff without a permission get the index, and no other page."""

    @classmethod
    def setUpTestData(cls):
        cls.sam = add_user("sam@example.org", is_staff=True)
        cls.ann = add_user("ann@example.org", name=MARK)
        task = give_all(cls.ann)
        cls.ids = {User: cls.ann.pk, Task: task.pk}
        cls.ids |= {Reminder: task.reminders.get().pk, Digest: cls.ann.digests.get().pk}

    def setUp(self):
        self.client.force_login(self.sam)

    def answer(self, method, url):
        """Return the status of an answer, after redirects within the admin."""
        response = getattr(self.client, method)(url, {"post": "yes", "title": "x"})
        while response.status_code in {301, 302} and response.url.startswith("/admin/"):
            response = self.client.get(response.url)
        for text in [response.content.decode(), response.headers.get("Location", "")]:
            self.assertNotIn(MARK, text)
            self.assertNotIn("ann@example.org", text)
        return response.status_code

    def test_every_route_is_forbidden_and_reveals_no_ids(self):
        answered = {}
        for address, model in routes():
            if address == "/admin/logout/":
                continue
            for method in ["get", "post"]:
                there = self.answer(method, address.format(self.ids.get(model)))
                nowhere = self.answer(method, address.format(NOBODYS.get(model)))
                self.assertEqual((address, there), (address, nowhere))
                answered.setdefault(there, set()).add(address)
        away = {"/admin/password_change/", "/admin/password_change/done/"}
        welcome = {"/admin/", "/admin/login/", "/admin/jsi18n/"}
        self.assertEqual(answered.pop(302), away)
        self.assertEqual(answered.pop(200), welcome)
        self.assertEqual(set(answered), {403, 404, 405})
        self.assertIn("/admin/tasks/task/{}/history/", answered[403])

    def test_admin_does_not_redirect_from_an_id_to_the_site(self):
        for model in [*FILTERS, TaskList, Tag, Step, SavedSearch, Act]:
            kind = ContentType.objects.get_for_model(model)
            rows = getattr(model, "everything", model._default_manager)
            for pk in [row.pk for row in rows.all()]:
                self.assertEqual(self.answer("get", f"/admin/r/{kind.pk}/{pk}/"), 404)


@override_settings(ADMIN_REQUIRES_MFA=False, HAS_MAIL=True)
class WordsTests(TestCase):
    """Support staff with all permissions, and Ann, who lets support read none of her text."""

    @classmethod
    def setUpTestData(cls):
        cls.root = add_user("root@example.org", is_staff=True, is_superuser=True)
        cls.sam = add_user("sam@example.org", is_staff=True)
        ours = ContentType.objects.get_for_models(*FILTERS).values()
        cls.sam.user_permissions.set(Permission.objects.filter(content_type__in=ours))
        cls.ann = add_user("ann@example.org", name="Ann")
        cls.ben = add_user("ben@example.org")
        cls.bens = cls.ben.tasks.create(title="Bread")
        cls.task = give_all(cls.ann)
        cls.gone = cls.ann.tasks.create(title=f"Gone {MARK}")
        cls.gone.delete_softly()
        cls.ids = {User: cls.ann.pk, Task: cls.task.pk}
        cls.ids |= {Reminder: cls.task.reminders.get().pk, Digest: cls.ann.digests.get().pk}

    def setUp(self):
        self.client.force_login(self.sam)

    def requests(self):
        """Yield (method, address, data) of every possible request of staff."""
        yield from self.requests_of_routes()
        yield from self.requests_of_lists()
        yield from self.requests_of_tasks()
        yield from self.requests_of_choices()

    def requests_of_routes(self):
        for address, model in routes():
            if address != "/admin/logout/":
                url = address.format(self.ids.get(model))
                yield "get", url, {}
                yield "post", url, {"post": "yes", "title": "Mine", "name": "Anne"}

    def requests_of_lists(self):
        """Yield searches and orders of tasks, and the actions on accounts."""
        for query in ["q=ann@example.org", "q=ann", f"q={PART}", "trash=1", "o=1", "o=-2.1"]:
            for more in ["", "&_popup=1", "&_facets=True"]:
                yield "get", f"/admin/tasks/task/?{query}{more}", {}
        for action in ["delete_selected", *admin.site.get_model_admin(User).actions]:
            data = {"action": action, "_selected_action": [self.ann.pk]}
            yield "post", "/admin/accounts/user/", data

    def requests_of_tasks(self):
        """Yield the pages of a task and the actions on it, also for a deleted one."""
        tasks = "/admin/tasks/task/"
        for pk, trash in [(self.task.pk, 0), (self.gone.pk, 1)]:
            for page in ["change", "delete", "history"]:
                yield "get", f"{tasks}{pk}/{page}/?_popup=1", {}
            for action in ["delete_selected", "restore"]:
                for sure in [{}, {"post": "yes"}]:
                    data = {"action": action, "_selected_action": [pk]} | sure
                    yield "post", f"{tasks}?trash={trash}", data

    def requests_of_choices(self):
        """Yield requests for the choices of a field."""
        for model in [*FILTERS, Step, TaskList, Tag, SavedSearch, Act]:
            for field in [field for field in model._meta.fields if field.remote_field]:
                for term in ["", PART]:
                    name = f"app_label=tasks&model_name={model._meta.model_name}"
                    name += f"&field_name={field.name}&term={term}"
                    yield "get", f"/admin/autocomplete/?{name}", {}

    def shown(self, method, url, data=()):
        """Return the text of an answer and of the page it leads to; then roll back.

        After a POST it includes the entries in the log and on the index.
        """
        with transaction.atomic():
            response = getattr(self.client, method)(url, dict(data), follow=True)
            shown = f"{response.redirect_chain} {response.text}"
            if method == "post":
                log = LogEntry.objects.values_list("object_repr", "change_message")
                shown += f"{list(log)} {self.client.get('/admin/').text}"
            transaction.set_rollback(True)
        return shown

    def rows(self, query):
        page = self.client.get(f"/admin/tasks/task/?{query}")
        return {str(task) for task in page.context["cl"].result_list}

    def test_no_page_shows_text_without_the_users_permission(self):
        number = 0
        for method, url, data in self.requests():
            with self.subTest(method=method, url=url, data=data):
                self.assertIs(MARK in self.shown(method, url, data), False)
                number += 1
        self.assertGreater(number, 80)

    def test_rows_without_their_text_have_dates_and_states(self):
        self.assertEqual(self.rows(""), {f"(task {self.task.pk})", f"(task {self.bens.pk})"})
        self.assertEqual(self.rows("trash=1"), {f"(task {self.gone.pk})"})
        url = f"/admin/tasks/task/{self.task.pk}/change/"
        page = self.client.get(url)
        self.assertContains(page, "Hidden. To see its title, notes, list, tags and steps, ask")
        self.assertContains(page, "every day")
        self.assertNotContains(page, "<textarea")
        self.assertNotContains(page, 'name="_save"')
        self.assertEqual(self.client.post(url, {"title": "Mine"}).status_code, 403)
        self.task.refresh_from_db()
        self.assertEqual((self.task.title, self.task.version), (f"Title {MARK}", 1))

    def test_deleting_and_restoring_keeps_withheld_text(self):
        self.client.post(f"/admin/tasks/task/{self.task.pk}/delete/", {"post": "yes"})
        there = self.ann.tasks(manager="trash").get(pk=self.task.pk)
        self.assertEqual((there.title, there.list.name), (f"Title {MARK}", f"List {MARK}"))
        data = {"action": "restore", "_selected_action": [self.task.pk]}
        self.client.post("/admin/tasks/task/?trash=1", data)
        there = self.ann.tasks.get(pk=self.task.pk)
        self.assertEqual((there.title, there.list.name), (f"Title {MARK}", f"List {MARK}"))

    def test_search_finds_titles_only_of_users_who_let_support_look(self):
        self.ben.let_support_look()
        self.ben.tasks.create(title=f"Bens {MARK}")
        self.assertEqual(self.rows(f"q={MARK}"), {f"Bens {MARK}"})
        self.assertEqual(self.rows(f"q={MARK}+ann"), set())
        self.assertEqual(self.rows("q=ann@"), {f"(task {self.task.pk})"})
        self.assertEqual(self.rows("q=bread"), {"Bread"})

    def test_tasks_cannot_be_sorted_by_title(self):
        for title in ["Aaa", "Zzz"]:
            self.ben.tasks.create(title=title)
        for query in ["o=1", "o=-1", "o=0", "o=1.2"]:
            page = self.client.get(f"/admin/tasks/task/?{query}")
            self.assertNotIn("title", str(page.context["cl"].queryset.query.order_by))

    def test_permission_shows_all_text_for_seven_days(self):
        self.ann.let_support_look()
        self.assertEqual(self.rows(f"q={MARK}"), {f"Title {MARK}"})
        url = f"/admin/tasks/task/{self.task.pk}/change/"
        for kind in ["Title", "Note", "List", "tag-", "Step"]:
            self.assertRegex(self.client.get(url).text, f"{kind} ?{MARK}")
        later = timezone.now() + timedelta(days=7, seconds=1)
        with mock.patch("django.utils.timezone.now", return_value=later):
            self.client.force_login(self.sam)
            self.assertEqual(self.rows(f"q={MARK}"), set())
            for address in [url, "/admin/tasks/task/", "/admin/"]:
                self.assertIs(MARK in self.shown("get", address), False)

    def test_log_holds_no_text_even_with_permission(self):
        self.ann.let_support_look()
        url = f"/admin/tasks/task/{self.task.pk}/change/"
        self.client.post(url, {"title": f"New {MARK}"})
        data = {"user": "ann@example.org", "title": f"Added {MARK}"}
        self.client.post("/admin/tasks/task/add/", data)
        self.client.post(f"/admin/tasks/task/{self.task.pk}/delete/", {"post": "yes"})
        self.client.get("/admin/")  # shows the last message
        self.ann.keep_support_out()
        log = LogEntry.objects.order_by("pk").values_list("object_repr", "action_flag")
        added = self.ann.tasks.get()
        self.assertEqual(
            list(log),
            [
                (f"(task {self.task.pk})", 2),
                (f"(task {added.pk})", 1),
                (f"(task {self.task.pk})", 3),
            ],
        )
        for page in ["/admin/", f"/admin/tasks/task/{self.task.pk}/history/"]:
            self.assertIs(MARK in self.client.get(page).text, False)

    def test_superusers_see_all(self):
        self.client.force_login(self.root)
        self.assertEqual(self.rows(f"q={MARK}"), {f"Title {MARK}"})
        url = f"/admin/tasks/task/{self.task.pk}/change/"
        self.assertContains(self.client.get(url), f"Note {MARK}")

    def test_support_pages_take_a_constant_number_of_queries(self):
        self.client.get("/admin/")
        before = self.count("/admin/tasks/task/")
        for n in range(5):
            add_user(f"{n}@example.org").tasks.create(title=f"Task {n}")
        self.assertEqual(self.count("/admin/tasks/task/"), before)

    def count(self, url):
        with CaptureQueriesContext(connection) as queries:
            self.assertEqual(self.client.get(url).status_code, 200)
        return len(queries)

    def test_confirmation_of_deleting_users_shows_only_counts(self):
        delete = {"action": "delete_selected", "_selected_action": [self.ann.pk, self.ben.pk]}
        for staff in [self.sam, self.root]:
            self.client.force_login(staff)
            for page, tasks in [
                (self.client.get(f"/admin/accounts/user/{self.ann.pk}/delete/"), 2),
                (self.client.post("/admin/accounts/user/", delete), 3),
            ]:
                self.assertNotContains(page, MARK)
                summary = words(one(page, "#content"))
                self.assertIn(f"Tasks: {tasks} ", summary)
                for number in ["Task lists: 1", "Tags: 1", "Steps: 1", "Saved searches: 1"]:
                    self.assertIn(number, summary)


@override_settings(ADMIN_REQUIRES_MFA=False, HAS_MAIL=True)
class LogTests(TestCase):
    """Each action of the admin, including new ones, appears in its log."""

    @classmethod
    def setUpTestData(cls):
        cls.root = add_user("root@example.org", is_staff=True, is_superuser=True)

    def test_every_action_is_logged(self):
        self.client.force_login(self.root)
        for model, pages in admin.site._registry.items():
            for number, name in enumerate([*pages.actions, "delete_selected"]):
                ann = add_user(f"{number}@example.org", is_active=name != "activate")
                ann.emailaddress_set.update(verified=False)
                if name == "show_admin_link":  # for staff without a second factor
                    User.objects.filter(pk=ann.pk).update(is_staff=True)
                else:
                    TOTP.activate(ann, generate_totp_secret())
                row = row_of(model, ann)
                if name == "restore":
                    row.delete_softly()
                data = {"action": name, "_selected_action": [row.pk], "post": "yes"}
                query = "?trash=1" if name == "restore" else ""
                url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{query}"
                self.client.post(url, data)
                log = LogEntry.objects.filter(user=self.root)
                about = str(row.pk)
                if (model, name) == (User, "delete_selected"):  # nothing of an account may stay
                    about = None
                found = [entry.object_id for entry in log]
                self.assertEqual((model, name, found), (model, name, [about]))
                User.objects.filter(pk=ann.pk).delete()
                LogEntry.objects.all().delete()  # another model may have the same ids


@override_settings(ADMIN_REQUIRES_MFA=False, HAS_MAIL=True)
class MalformedIdTests(TestCase):
    """An id that no row can have is treated like an unknown one."""

    @classmethod
    def setUpTestData(cls):
        cls.root = add_user("root@example.org", is_staff=True, is_superuser=True)
        cls.ann = add_user("ann@example.org")
        cls.task = cls.ann.tasks.create(title="Milk")

    def setUp(self):
        self.client.force_login(self.root)
        self.client.raise_request_exception = False

    def test_no_route_fails_for_a_malformed_id(self):
        addresses = [address for address, _ in routes() if "{}" in address]
        self.assertGreater(len(addresses), 7)
        for address, pk, method in product(addresses, MALFORMED_IDS, ["get", "post"]):
            response = getattr(self.client, method)(address.format(pk), {"post": "yes"})
            self.assertEqual((address, pk, response.status_code), (address, pk, 302))
        self.assertEqual(self.client.get("/admin/").status_code, 200)  # with the messages

    @pytest.mark.exhaustive
    def test_no_action_fails_for_a_malformed_id(self):
        for model, pages in admin.site._registry.items():
            url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            for name, pk in product([*pages.actions, "delete_selected"], MALFORMED_IDS):
                answers = {(name, pk, 302), ("delete_selected", pk, 200)}  # it asks first
                for more in [{}, {"index": "0"}]:
                    data = f"{urlencode({'action': name} | more)}&_selected_action={pk}"
                    response = self.client.generic(
                        "POST", url, data, content_type="application/x-www-form-urlencoded"
                    )
                    self.assertIn((name, pk, response.status_code), answers)
            self.assertEqual(self.client.get(url).status_code, 200)  # with the messages

    def test_action_runs_on_existing_rows_only(self):
        url = "/admin/tasks/task/"
        pks = ["x", self.task.pk, "\0"]
        data = {"action": "delete_selected", "post": "yes", "_selected_action": pks}
        self.assertRedirects(self.client.post(url, data), url)
        self.assertIs(self.ann.tasks(manager="trash").filter(pk=self.task.pk).exists(), True)
