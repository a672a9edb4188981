"""The scripts of static/js/, collected as for production: each import leads to one file."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from todosite.tests.html import select
from todosite.tests.production import manage

FOLDER = Path(settings.BASE_DIR, "static", "js")
# What an import or a re-export names, and whether a semicolon follows.
IMPORT = re.compile(
    r"""^(?:import|export)\b(?:[^"';=()]*\bfrom)?\s*["'](?P<path>[^"']+)["'](?P<end>;?)""",
    re.MULTILINE,
)
# A listener of the document, of what htmx does or of a form that is sent.
LISTENER = re.compile(r'(?:document\.addEventListener|\bon)\(\s*"(htmx:[\w:]+|submit)"')
MOST_BYTES = 18_000  # of all our scripts together, compressed
MOST_FILES = 10


def imports(path):
    """Return the files that a module imports, in order."""
    return [(path.parent / found["path"]).resolve() for found in IMPORT.finditer(path.read_text())]


def walk(*paths):
    """Return all files that modules need: they, what they import, what that imports."""
    found, ahead = [], [*paths]
    while ahead:
        path = ahead.pop()
        if path not in found:
            found.append(path)
            ahead += imports(path)
    return found


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """Return a function that gives the file of a script, as a production process collects it."""
    root = tmp_path_factory.mktemp("static").resolve()
    done = manage("collectstatic", "--noinput", STATIC_ROOT=str(root))
    assert done.returncode == 0, done.stderr
    names = json.loads((root / "staticfiles.json").read_text())["paths"]
    return lambda path: root / names[f"js/{path.name}"]


def test_every_import_ends_with_a_semicolon():
    """Without one Django leaves the import as it is, and breaks the one after it."""
    texts = {path.name: path.read_text() for path in FOLDER.glob("*.js")}
    seen = [(name, found) for name, text in texts.items() for found in IMPORT.finditer(text)]
    assert seen
    assert [(name, found["path"]) for name, found in seen if not found["end"]] == []


def test_every_module_is_needed_and_none_needs_itself():
    entries = [FOLDER / name for name in ("main.js", "keys.js", "missing.js")]
    assert set(walk(*entries)) == set(FOLDER.glob("*.js"))
    assert [path.name for path in FOLDER.glob("*.js") if path in walk(*imports(path))] == []


def test_no_listener_depends_on_its_place():
    """Several for one moment would be called in the order in which their modules are read."""
    texts = [path.read_text() for path in FOLDER.glob("*.js")]
    found = Counter(moment for text in texts for moment in LISTENER.findall(text))
    assert found["htmx:after:swap"] == 1
    assert [name for name, times in found.items() if times > 1] == []


def test_every_import_of_every_collected_module_is_found_once(collected):
    """Two names of one file would be two modules, each with a state of its own."""
    for path in FOLDER.glob("*.js"):
        file = collected(path)
        assert file.stat().st_size > 0
        assert imports(file) == [collected(each) for each in imports(path)], path.name


def test_all_scripts_together_are_small_and_few(collected):
    files = [Path(f"{collected(path)}.gz") for path in FOLDER.glob("*.js")]
    assert len(files) <= MOST_FILES
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES


def test_what_every_page_needs_is_fetched_at_once(client, db):
    page = client.get("/accounts/login/").content.decode()
    links = [link.get("href") for link in select(page, "link[rel=modulepreload]")]
    needed = [path for path in walk(FOLDER / "main.js") if path.name != "main.js"]
    assert sorted(links) == sorted(f"/static/js/{path.name}" for path in needed)


def test_answer_to_a_post_is_never_loaded_again(client, db):
    """missing.js would do so, and send the form once more."""
    assert "missing.js" in client.get("/accounts/login/").content.decode()
    page = client.post("/accounts/login/", {"login": "nobody@example.org", "password": "x"})
    assert page.status_code == 200
    assert "js/main.js" in page.content.decode()
    assert "missing.js" not in page.content.decode()
