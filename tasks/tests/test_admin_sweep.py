"""All pages of the admin at once: what their addresses answer, and to whom."""

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import TestCase, override_settings
from django.urls import URLResolver

from accounts.models import User
from accounts.tests.people import add_user
from tasks.history import Act
from tasks.models import SavedSearch, Step, Tag, Task, TaskList

MARK = "Zwoelfuhrmarkt"  # in all that Ann typed
NOBODYS = {User: "00000000-0000-4000-8000-000000000000", Task: 9_999_999_999}
LOOKUPS = ["", "__startswith", "__gt"]
FILTERS = {
    User: {"verified", "is_active", "is_staff"},
    Task: {"status", "due_date", "trash"},
}


def give_all(user):
    """Give user one of everything that holds words; return the task in which they stand."""
    home = user.lists.create(name=f"List {MARK}")
    day = {"due_date": user.today(), "repeat": "FREQ=DAILY"}
    task = user.tasks.create(
        title=f"Title {MARK}", description=f"Note {MARK}", typed=f"Typed {MARK}", list=home, **day
    )
    task.hang([user.tags.create(name=f"tag-{MARK}")])
    task.steps.create(user=user, title=f"Step {MARK}")
    user.searches.create(name=f"Search {MARK}", q=f"words {MARK}")
    return task


def routes(patterns=None, before="/admin/", of=None):
    """Yield (address, model) of every route of the admin; {} stands for the id of a row.

    The model is None where an address is of no single model.
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
    """The address of a list asks what the list's filters ask, whoever types it."""

    @classmethod
    def setUpTestData(cls):
        cls.root = add_user("root@example.org", is_staff=True, is_superuser=True)

    def setUp(self):
        self.client.force_login(self.root)

    def columns(self, model):
        """Return the name of every column of model, and of every one that is related to it."""
        names = ["pk"]
        for field in model._meta.get_fields(include_hidden=True):
            names.append(field.name)
            if field.related_model:
                related = field.related_model._meta.concrete_fields
                names += [f"{field.name}__{column.name}" for column in related]
        return names

    def test_no_column_without_a_filter_is_asked_about(self):
        self.assertEqual(set(admin.site._registry), set(FILTERS))
        for model, filters in FILTERS.items():
            url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            columns = self.columns(model)
            self.assertIn({User: "password", Task: "folded"}[model], columns)
            for name in columns:
                lookups = LOOKUPS if "__" not in name else ["__startswith"]
                for lookup in [lookup for lookup in lookups if name not in filters]:
                    asked = f"{name}{lookup}"
                    response = self.client.get(url, {asked: "1"})
                    self.assertEqual((asked, response.status_code), (asked, 400))

    def test_annotations_are_no_filters_either(self):
        for asked in ["open_tasks__gt", "verified__exact", "nothing"]:
            response = self.client.get("/admin/accounts/user/", {asked: "1"})
            self.assertEqual((asked, response.status_code), (asked, 400))

    def test_filters_are_those_that_the_pages_show(self):
        for model, filters in FILTERS.items():
            url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            specs = self.client.get(url).context["cl"].filter_specs
            names = {
                name.partition("__")[0] for spec in specs for name in spec.expected_parameters()
            }
            self.assertEqual(names, filters)


@override_settings(ADMIN_REQUIRES_MFA=False)
class NoPermissionTests(TestCase):
    """Staff without a permission get the index, and nothing else."""

    @classmethod
    def setUpTestData(cls):
        cls.sam = add_user("sam@example.org", is_staff=True)
        cls.ann = add_user("ann@example.org", name=MARK)
        cls.ids = {User: cls.ann.pk, Task: give_all(cls.ann).pk}

    def setUp(self):
        self.client.force_login(self.sam)

    def answer(self, method, url):
        """Return the status of an answer, after those redirects that stay in the admin."""
        response = getattr(self.client, method)(url, {"post": "yes", "title": "x"})
        while response.status_code in {301, 302} and response.url.startswith("/admin/"):
            response = self.client.get(response.url)
        for words in [response.content.decode(), response.headers.get("Location", "")]:
            self.assertNotIn(MARK, words)
            self.assertNotIn("ann@example.org", words)
        return response.status_code

    def test_every_route_is_closed_and_tells_no_ids(self):
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

    def test_an_id_leads_to_no_page_of_the_site(self):
        for model in [User, Task, TaskList, Tag, Step, SavedSearch, Act]:
            kind = ContentType.objects.get_for_model(model)
            rows = getattr(model, "everything", model._default_manager)
            for pk in [row.pk for row in rows.all()]:
                self.assertEqual(self.answer("get", f"/admin/r/{kind.pk}/{pk}/"), 404)
