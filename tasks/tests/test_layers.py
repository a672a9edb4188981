"""The layers of modules: accounts below tasks; records below models, and undo above them."""

import ast
import re
from functools import cache
from pathlib import Path

from django.apps import apps
from django.test import SimpleTestCase
from django.urls import Resolver404, resolve

import tasks
from accounts.models import User
from tasks.base.tracked import Tracked
from tasks.history import Act, Change, UntrackedChanges
from tasks.preferences import Preferences
from tasks.urls import urlpatterns

ROOT = Path(tasks.__file__).parent
ACCOUNTS = ROOT.parent / "accounts"
# Attributes and calls that lead from a record to the model of its row, without an import.
DETOURS = {"related_model", "get_model", "import_module", "model_class", "apps"}
MANAGERS = {"objects", "everything", "trash"}
# The names that a base model may use: its own columns, and Django's names for any row.
OWN = {"id", "pk", "user", "user_id", "name"} | {field.name for field in Tracked._meta.fields}


@cache
def tree_of(path):
    return ast.parse(path.read_text())


def modules(root=ROOT):
    """Return the modules of an app outside tests and migrations: {name: path}."""
    found = {}
    for path in root.rglob("*.py"):
        parts = path.relative_to(root.parent).with_suffix("").parts
        if not {"tests", "migrations"} & set(parts):
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


@cache
def imports(path):
    """Return the names of all modules that a module imports, also inside functions."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def columns_of(models):
    return {name for model in models for f in model._meta.fields for name in (f.name, f.attname)}


def words_of(path):
    """Return the names that a module uses as attributes, arguments or lookups."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.keyword):
            found.add(node.arg or "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value.removeprefix("-"))
    return found | {word.split("__")[0] for word in found}


class LayerTests(SimpleTestCase):
    def imported_by(self, name):
        """Return all modules of tasks that a module imports, directly or indirectly."""
        found, left = set(), [name]
        while left:
            for one in imports(self.modules[left.pop()]) & set(self.modules) - found:
                found.add(one)
                left.append(one)
        return found - {"tasks"}

    def setUp(self):
        self.modules = modules()

    def test_there_are_no_import_circles(self):
        self.assertIn("tasks.undo", self.modules)
        circles = [name for name in self.modules if name in self.imported_by(name)]
        self.assertEqual(circles, [])

    def test_history_is_below_models_and_undo_above_them(self):
        self.assertEqual(self.imported_by("tasks.history"), set())
        self.assertIn("tasks.history", self.imported_by("tasks.models"))
        self.assertIn("tasks.models", self.imported_by("tasks.undo"))
        self.assertNotIn("tasks.undo", self.imported_by("tasks.models"))

    def test_bases_are_below_models(self):
        tracked = {"tasks.base.tracked", "tasks.history"}
        imported = {
            "tasks.base.inserted": set(),
            "tasks.base.searched": set(),
            "tasks.base.tagged": set(),
            "tasks.base.tracked": {"tasks.history"},
            "tasks.base.withheld": set(),
            "tasks.base.ordered": tracked | {"tasks.base.searched"},  # a kind of tracked row
        }
        self.assertEqual({n for n in self.modules if n.startswith("tasks.base.")}, {*imported})
        for name, others in imported.items():
            with self.subTest(name):
                self.assertEqual(self.imported_by(name) - {"tasks.base"}, others)
                self.assertIn(name, self.imported_by("tasks.models"))

    def test_repeating_is_above_models_and_below_forms(self):
        imported = self.imported_by("tasks.repeating")
        self.assertIn("tasks.models", imported)
        self.assertIn("tasks.recurrence", imported)
        above = {"tasks.undo", "tasks.forms", "tasks.pages", "tasks.views"}
        reached = {name for name in imported if ".".join(name.split(".")[:2]) in above}
        self.assertEqual(reached, set())
        self.assertNotIn("tasks.recurrence", self.imported_by("tasks.models"))

    def test_bases_and_history_name_no_column_of_the_models(self):
        """tasks.base and tasks.history name no column of a model."""
        records = {Act, UntrackedChanges, Change}
        columns = columns_of(set(apps.get_app_config("tasks").get_models()) - records)
        known = {
            "base/tracked.py": OWN,
            "base/ordered.py": OWN | {"position"},  # its PositionField
            "history.py": OWN | columns_of(records),
        }
        for name, own in known.items():
            with self.subTest(name):
                self.assertEqual(words_of(ROOT / name) & columns - own, set())

    def test_history_queries_only_acts_and_changes(self):
        """tasks.history queries no rows except acts and changes."""
        reached = []
        for node in ast.walk(tree_of(ROOT / "history.py")):
            if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
                if getattr(node.value, "id", "") not in {"Act", "Change"}:
                    reached.append(ast.unparse(node))
            elif isinstance(node, ast.Call) and DETOURS & set(ast.unparse(node.func).split(".")):
                reached.append(ast.unparse(node))
        self.assertEqual(reached, [])

    def test_no_module_finds_a_model_by_a_string(self):
        """No module turns the name of a model, or of its foreign key, into the model."""
        for name, path in self.modules.items():
            reached = [
                ast.unparse(node)
                for node in ast.walk(tree_of(path))
                if isinstance(node, ast.Attribute)
                and node.attr in {"get_model", "import_module", "model_class"}
            ]
            with self.subTest(name):
                self.assertEqual(reached, [])


def strings(path):
    """Return all strings in a module, including docstrings."""
    nodes = ast.walk(tree_of(path))
    return {one.value for one in nodes if isinstance(one, ast.Constant) and type(one.value) is str}


def names(path):
    """Return all names in a module: of variables, attributes, arguments, functions and classes."""
    found = set()
    for node in ast.walk(tree_of(path)):
        for key in ["id", "attr", "arg", "name"]:
            found.add(getattr(node, key, None))
    return found


def leads_to_tasks(text):
    """Return whether a text is the address of a page of tasks, other than "/"."""
    try:
        return text[:1] == "/" != text and resolve(text).func.__module__.startswith("tasks.")
    except Resolver404:
        return False


class AccountsTests(SimpleTestCase):
    """accounts names nothing of tasks. Settings and tasks tell it all that it needs."""

    # General words of forms and models, which every app may use.
    ANYBODYS = {"act", "done", "key", "kind", "list", "name", "title", "typed", "user", "version"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.modules = modules(ACCOUNTS)
        cls.models = list(apps.get_app_config("tasks").get_models())

    def assertNamesNone(self, found_in):
        """Assert that found_in(path), a set, is empty for every module."""
        self.assertIn("accounts.waiting", self.modules)
        found = {name: found_in(path) for name, path in self.modules.items()}
        self.assertEqual({name: some for name, some in found.items() if some}, {})

    def test_accounts_has_no_word_about_tasks(self):
        """This includes models and pages, in names, texts and comments."""
        words = re.compile(r"task|inbox|upcoming|quick ?add|checklist|subtask", re.IGNORECASE)
        self.assertNamesNone(lambda path: set(words.findall(path.read_text())))

    def test_accounts_has_no_route_of_tasks(self):
        routes = {route.name for route in urlpatterns}
        self.assertLess({"home", "today", "task_list"}, routes)
        self.assertNamesNone(lambda path: strings(path) & routes)

    def test_accounts_has_no_address_of_tasks(self):
        self.assertTrue(leads_to_tasks("/today/"))
        self.assertNamesNone(lambda path: {text for text in strings(path) if leads_to_tasks(text)})

    def test_accounts_has_no_form_field_of_tasks(self):
        own = {field.name for model in self.own_models() for field in model._meta.fields}
        fields = {field.name for model in self.models for field in model._meta.fields}
        fields = fields - self.ANYBODYS - own
        self.assertLess({"due_date", "priority", "repeat", "tag"}, fields)
        self.assertNamesNone(lambda path: strings(path) & fields)

    def own_models(self):
        return apps.get_app_config("accounts").get_models()

    def test_accounts_has_no_column_of_tasks(self):
        columns = {field.name for field in Preferences._meta.fields}
        self.assertLess({"default_page", "shortcuts", "arrangements", "reminder_hour"}, columns)
        self.assertNamesNone(lambda path: (strings(path) | names(path)) & columns)

    def test_accounts_uses_no_relation_to_tasks(self):
        """No code asks a user for tasks, lists and so on."""
        doors = {
            key.get_accessor_name()
            for key in User._meta.related_objects
            if key.related_model in self.models
        }
        self.assertLess({"tasks", "lists", "acts"}, doors)

        def opened(path):
            attributes = [one for one in ast.walk(tree_of(path)) if isinstance(one, ast.Attribute)]
            asked = {ast.unparse(one) for one in attributes if one.attr in doors}
            return {one for one in asked if one.split(".")[-2].lower() == "user"}

        self.assertNamesNone(opened)

    def test_accounts_has_no_element_id_of_tasks(self):
        pages = (ROOT.parent / "templates" / "pages" / "tasks").glob("*.html")
        ids = set(re.findall(r'\bid="([\w-]+)"', "".join(page.read_text() for page in pages)))
        self.assertLess({"listing", "add"}, ids)
        selector = re.compile(rf"#(?:{'|'.join(ids)})\b")
        self.assertNamesNone(lambda path: set(selector.findall(path.read_text())))
