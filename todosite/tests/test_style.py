"""Rules of style that ruff doesn't have: one idea a line."""

import ast
from pathlib import Path

import pytest

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Methods of managers, querysets and rows that write to the database.
WRITES = {
    *["add", "add_all", "add_once", "bulk_create", "bulk_update", "change", "change_tags"],
    *["complete", "create", "delete", "delete_softly", "edit", "execute", "get_or_create"],
    *["keep", "make", "move", "note", "once", "purge", "reopen", "restore", "save", "update"],
    *["update_or_create", "write"],
}
LEFT_OUT = {"tests", "migrations"}
SOURCES = [
    path
    for app in ["accounts", "tasks", "todosite"]
    for path in Path(app).rglob("*.py")
    if not LEFT_OUT & set(path.parts)
]


def conditions_inside(node, is_inside=False):
    """Yield the conditional expressions within a call or a comprehension, of one statement."""
    if isinstance(node, ast.IfExp) and is_inside:
        yield node
    is_inside = is_inside or isinstance(node, (ast.Call, *COMPREHENSIONS))
    for child in ast.iter_child_nodes(node):
        yield from conditions_inside(child, is_inside and not isinstance(child, ast.stmt))


def writes_inside(node):
    """Yield the calls that write within the iterable of a comprehension."""
    for one in ast.walk(node):
        if isinstance(one, ast.comprehension):
            calls = [inner for inner in ast.walk(one.iter) if isinstance(inner, ast.Call)]
            for call in calls:
                if isinstance(call.func, ast.Attribute) and call.func.attr in WRITES:
                    yield call


def found_in(source, find):
    return [ast.unparse(node) for node in find(ast.parse(source))]


def test_conditions_are_found():
    source = "a = f(1 if b else 2)\nc = [1 if b else 2 for b in d]\ne = 1 if f(b) else 2\n"
    assert found_in(source, conditions_inside) == ["1 if b else 2", "1 if b else 2"]


def test_writes_are_found():
    source = "a = [b for b in Tag.objects.make(c)]\nd = [make(b) for b in c if e.add(b)]\n"
    assert found_in(source, writes_inside) == ["Tag.objects.make(c)"]


def test_apostrophes_are_straight():
    """Not in what people type, as quick add and imports read it, and the demo data have it."""
    typed = {"tasks/demo.py", "tasks/importing/vocabulary.py"}
    sources = [path for path in SOURCES if "quickadd" not in path.parts]
    texts = [*Path("templates").rglob("*.*"), *sources]
    found = {str(path) for path in texts if "’" in path.read_text()}
    assert found - typed == set()


@pytest.mark.parametrize("find", [conditions_inside, writes_inside])
def test_no_module_breaks_the_rule(find):
    found = {str(path): found_in(path.read_text(), find) for path in SOURCES}
    assert {path: lines for path, lines in found.items() if lines} == {}
