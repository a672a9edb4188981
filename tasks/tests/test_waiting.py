"""Waiting forms of signed-out users: only forms that hold words."""

from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules

from django.core.cache import cache
from django.test import TestCase
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts import forms as account_forms
from accounts.models import Session, WaitingForm
from accounts.tests.people import PASSWORD, add_user, begin_session
from accounts.waiting import Offer, is_typed
from tasks import forms
from tasks.tests.test_isolation import BY_LINK, OPEN_TO_ALL, ROUTES
from todosite.tests.html import one, select, words

ACTS = {
    "task_add": "Add the task",
    "task_paste": "Add the tasks",
    "task_edit": "Save the task",
    "task_repeat": "Save the repeat",
    "task_tags": "Save the tags",
    "task_when": "Set the date",
    "step_add": "Add the step",
    "step_edit": "Save the step",
    "list_add": "Add the list",
    "list_edit": "Save the list",
    "list_restore": "Restore the list",
    "tag_edit": "Save the tag",
    "tag_restore": "Restore the tag",
    "search_add": "Save the search",
    "search_edit": "Save the search",
    "settings": "Save your profile",
}
# The fields of all our forms, and fields that nobody may plant.
BODY = {
    **{name: "Planted" for name in ["text", "title", "step", "description", "name", "tags", "q"]},
    **{name: "Planted" for name in ["month_days", "nth", "positions", "typed", "when", "anything"]},
    **{"ids": "5", "which": "all", "do": "delete", "until": "2031-01-01T00:00Z", "page": "5"},
    **{"tasks": "trash", "is_staff": "on", "password": "x", "user": "5", "before": "5"},
    **{"version": "1", "key": "11111111-2222-4333-8444-555555555555", "next": "/trash/"},
}


class WaitingFormTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ann = add_user(password=PASSWORD)

    def setUp(self):
        cache.clear()
        begin_session(self.client, self.ann)
        self.client.get("/inbox/")
        Session.objects.all().delete()

    def test_only_forms_that_hold_words_are_kept(self):
        """Each route is tried by a person at Ann's browser after her session has expired."""
        acts = {}
        for route in ROUTES:
            url = reverse(route.name, kwargs=dict.fromkeys(route.pattern.converters, 5))
            response = self.client.post(url, BODY)
            if self.ann.waiting.exists():
                acts[route.name] = route.callback.words.act
                self.assertEqual(response.status_code, 302, route.name)
            elif route.name not in OPEN_TO_ALL | BY_LINK:
                self.assertContains(response, "You are signed out", status_code=403)
            self.ann.waiting.all().delete()
        self.assertEqual(acts, ACTS)

    def test_no_form_of_another_app_is_kept(self):
        for url in self.simple_urls(get_resolver()):
            if not url.startswith(("/accounts/", "/admin/")):
                continue
            self.client.post(url, BODY)
            self.assertEqual(WaitingForm.objects.count(), 0, url)

    def simple_urls(self, resolver, prefix="/"):
        for route in resolver.url_patterns:
            url = prefix + str(route.pattern).strip("^$")
            if hasattr(route, "url_patterns"):
                yield from self.simple_urls(route, url)
            elif "<" not in url and "(" not in url:
                yield url

    def test_form_is_kept_with_its_own_fields_only(self):
        planted = {"ids", "which", "do", "anything", "is_staff", "password", "user", "before"}
        planted |= {"typed", "tasks", "page"}
        for route in ROUTES:
            if route.name not in ACTS:
                continue
            self.client.post(
                reverse(route.name, kwargs=dict.fromkeys(route.pattern.converters, 5)), BODY
            )
            names = {name for name, _ in self.ann.waiting.get().posted}
            self.assertEqual(names & planted, set(), route.name)
            self.assertLess(names, set(BODY), route.name)
            self.ann.waiting.all().delete()

    def test_form_keeps_initial_values_of_compared_fields_only(self):
        """The notice relies on initial-…, so only compared fields may have one."""
        self.client.force_login(self.ann)
        task = self.ann.tasks.create(title="Milk")
        step = task.steps.create(user=self.ann, title="Whisk")
        rows = {"task_pk": task.pk, "step_pk": step.pk}
        rows["list_pk"] = self.ann.lists.create(name="Home").pk
        rows["tag_pk"] = self.ann.tags.create(name="calls").pk
        rows["search_pk"] = self.ann.searches.create(name="Calls", q="#calls").pk
        for route in ROUTES:
            if route.name not in ACTS or route.name in {"task_repeat", "step_add", "task_when"}:
                continue
            if route.name.endswith("_restore"):
                continue
            url = reverse(
                route.name, kwargs={name: rows[name] for name in route.pattern.converters}
            )
            page = self.client.get(url)
            shown = {each.get("name") for each in select(page, "[name^=initial-]")}
            names = route.callback.words.names
            kept = {name for name in names if name.startswith("initial-")}
            self.assertEqual(kept, shown, route.name)

    def test_planted_initial_values_hide_no_change(self):
        for route in ROUTES:
            if route.name not in ACTS:
                continue
            words_of = route.callback.words
            names = words_of.labels.keys() | words_of.others.keys()
            planted = {name: "Planted" for name in names | BODY.keys()}
            planted |= {f"initial-{name}": text for name, text in planted.items()}
            planted |= {f"initial-{name}": "Before" for name in words_of.compared}
            url = reverse(route.name, kwargs=dict.fromkeys(route.pattern.converters, 5))
            self.client.post(url, planted)
            form = Offer(self.ann.waiting.get())
            self.assertEqual(
                ({label for label, _ in form.texts}, set(form.others)),
                (set(words_of.labels.values()), set(words_of.others.values())),
                route.name,
            )
            self.ann.waiting.all().delete()

    def test_planted_fields_are_named(self):
        """Regression: the notice said "Task: Buy bread", and sending saved other fields too."""
        planted = {"description": "EVIL", "due_date": "2031-01-01", "make_list": "Evil", "tag": "5"}
        planted |= {f"initial-{name}": value for name, value in planted.items()}
        self.client.post("/tasks/add/", {"text": "Buy bread"} | planted)
        form = Offer(self.ann.waiting.get())
        self.assertEqual(
            (dict(form.texts), sorted(form.others)),
            ({"Task": "Buy bread", "Notes": "EVIL"}, ["Due", "New list", "Tag"]),
        )

    def test_planted_step_is_shown(self):
        planted = {"step": "HIDDEN", "initial-step": "HIDDEN"}
        shown = {"title": "Oat", "initial-title": "Milk"}
        self.client.post("/tasks/5/edit/", shown | planted)
        form = Offer(self.ann.waiting.get())
        self.assertEqual(dict(form.texts), {"Title": "Oat", "Step": "HIDDEN"})

    def test_every_form_with_text_fields_is_registered(self):
        """A new form needs a decision: does it hold words, or does it delete something?"""
        known = {"BulkForm", "SearchForm", "ReadForm", "PlainForm"}  # acts, and what saves nothing
        modules = [import_module(f"tasks.forms.{one.name}") for one in iter_modules(forms.__path__)]
        kinds = [kind for module in [*modules, account_forms] for kind in forms_of(module)]
        registered = set()
        for route in ROUTES:
            if hasattr(route.callback, "words"):
                registered |= route.callback.words.labels.keys()
        for kind in kinds:
            typed = {
                name
                for name, field in kind.base_fields.items()
                if is_typed(field) and not field.widget.is_hidden
            }
            self.assertTrue(kind.__name__ in known or typed <= registered, kind)

    def test_planted_act_is_never_offered(self):
        """Regression: sending a shopping list emptied the trash."""
        self.ann.tasks.create(title="Gone").delete_softly()
        title = {"title": "Shopping list: milk, bread"}
        for path, data in [
            ("/trash/empty/", {"until": "2031-01-01T00:00:00Z"}),
            ("/tasks/bulk/", {"which": "all", "do": "delete", "next": "/inbox/"}),
            ("/tasks/5/delete/", {}),
            ("/tasks/5/purge/", {}),
            ("/lists/5/purge/", {}),
            ("/lists/5/delete/", {"tasks": "trash"}),
        ]:
            response = self.client.post(path, data | title)
            self.assertContains(response, "Shopping list: milk, bread", status_code=403)
        data = {"login": self.ann.email, "password": PASSWORD}
        page = self.client.post("/accounts/login/", data, follow=True)
        self.assertNotContains(page, "Shopping")
        self.assertEqual(self.ann.tasks(manager="trash").count(), 1)

    def test_form_of_a_repeat_waits_too(self):
        task = self.ann.tasks.create(title="Milk")
        sent = {"interval": "1", "frequency": "MONTHLY", "nth": "first Mon", "week_start": "0"}
        sent |= {"due_date": "2031-01-01", "ends": "never", "repeat_from": "due", "missed": "keep"}
        self.client.post(f"/tasks/{task.pk}/repeat/", sent | {"look": "1"})
        data = {"login": self.ann.email, "password": PASSWORD, "next": "/inbox/"}
        notice = one(self.client.post("/accounts/login/", data, follow=True), ".waiting")
        self.assertIn("Weekdays of the month", words(notice))
        form = select(notice, "form")[0]
        self.client.post(form.get("action"), dict(self.ann.waiting.get().posted))
        task.refresh_from_db()
        self.assertEqual(task.repeat, "FREQ=MONTHLY;BYDAY=1MO")
        self.assertFalse(self.ann.waiting.exists())

    def test_form_without_a_page_shows_its_words(self):
        """An upgrade may have removed the page."""
        now = timezone.now() - timedelta(days=1)
        self.ann.waiting.create(path="/gone/", posted=[["title", "Milk"]], size=9, kept_at=now)
        self.client.force_login(self.ann)
        notice = one(self.client.get("/inbox/"), ".waiting")
        self.assertEqual(one(notice, "textarea").text, "\nMilk")
        self.assertEqual([words(button) for button in select(notice, "button")], ["Discard"])
        self.assertIn("This can no longer be saved. Copy it if you need it.", words(notice))


def forms_of(module):
    """Return the form classes of a module, without Django's."""
    found = [value for value in vars(module).values() if hasattr(value, "base_fields")]
    return [kind for kind in found if kind.__module__ == module.__name__]
