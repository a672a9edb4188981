"""Which modules of the tasks know which: records below models, undoing above them."""

import ast
from functools import cache
from pathlib import Path

from django.test import SimpleTestCase

import tasks

ROOT = Path(tasks.__file__).parent
# Attributes and calls that lead from a record to the model of its row, past all imports.
DETOURS = {"related_model", "get_model", "import_module", "model_class", "apps"}
MANAGERS = {"objects", "everything", "trash"}


@cache
def tree_of(path):
    return ast.parse(path.read_text())


def modules():
    """Return the modules outside tests and migrations: {name: path}."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
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


class LayerTests(SimpleTestCase):
    def imported_by(self, name):
        """Return all modules of the tasks that a module imports, itself or through others."""
        found, left = set(), [name]
        while left:
            for one in imports(self.modules[left.pop()]) & set(self.modules) - found:
                found.add(one)
                left.append(one)
        return found - {"tasks"}

    def setUp(self):
        self.modules = modules()

    def test_no_module_imports_itself_through_others(self):
        self.assertIn("tasks.undo", self.modules)
        circles = [name for name in self.modules if name in self.imported_by(name)]
        self.assertEqual(circles, [])

    def test_records_are_below_models_and_undoing_is_above_them(self):
        self.assertEqual(self.imported_by("tasks.history"), set())
        self.assertIn("tasks.history", self.imported_by("tasks.models"))
        self.assertIn("tasks.models", self.imported_by("tasks.undo"))
        self.assertNotIn("tasks.undo", self.imported_by("tasks.models"))

    def test_records_reach_no_model_of_their_rows(self):
        """Nothing in tasks.history asks for rows but those of acts and changes themselves."""
        reached = []
        for node in ast.walk(tree_of(ROOT / "history.py")):
            if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
                if getattr(node.value, "id", "") not in {"Act", "Change"}:
                    reached.append(ast.unparse(node))
            elif isinstance(node, ast.Call) and DETOURS & set(ast.unparse(node.func).split(".")):
                reached.append(ast.unparse(node))
        self.assertEqual(reached, [])

    def test_models_are_not_reached_by_a_string(self):
        """No module turns the name of a model, or of a key on it, into the model."""
        for name, path in self.modules.items():
            reached = [
                ast.unparse(node)
                for node in ast.walk(tree_of(path))
                if isinstance(node, ast.Attribute)
                and node.attr in {"get_model", "import_module", "model_class"}
            ]
            with self.subTest(name):
                self.assertEqual(reached, [])
