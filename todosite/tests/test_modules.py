"""The scripts of static/js/, collected as for production: each import leads to one file."""

import gzip
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from todosite.storage import HASHED, StaticFilesStorage
from todosite.tests.html import select
from todosite.tests.production import manage

FOLDER = Path(settings.BASE_DIR, "static", "js")
# What an import, a re-export or a call of import() names, and how it ends.
IMPORT = re.compile(
    r"""(?:^(?:import|export)\b(?:[^"';=()]*\bfrom)?\s*|\bimport\()"""
    r"""["'](?P<path>[^"']+)["'](?P<end>[;)]?)""",
    re.MULTILINE,
)
# A listener of the document, of what htmx does or of a form that is sent.
LISTENER = re.compile(r'(?:document\.addEventListener|\bon)\(\s*"(htmx:[\w:]+|submit)"')
MOST_BYTES = 29_000  # of all our scripts together, compressed
MOST_FILES = 15


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


def collect(root):
    """Collect the modules below a folder; those that are there already may have changed."""
    if not (root / "js").exists():
        shutil.copytree(FOLDER, root / "js")
    storage = StaticFilesStorage(location=root, base_url="/static/")
    paths = {f"js/{path.name}": (storage, f"js/{path.name}") for path in FOLDER.glob("*.js")}
    assert [found for *_, found in storage.post_process(paths) if found is not True] == []


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
    entries = [FOLDER / name for name in ("main.js", "keys.js", "missing.js", "slow.js")]
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


def test_nothing_but_comments_and_indents_stays_behind():
    """The storage cuts by line: it knows nothing of a text that goes on, or that holds slashes."""
    lines = [line for path in FOLDER.glob("*.js") for line in path.read_text().splitlines()]
    assert [line for line in lines if line.count("`") % 2] == []
    cut = [line.rpartition(" // ")[0] for line in lines]
    assert [line for line in cut if any(line.count(quote) % 2 for quote in "'\"`")] == []


def kept(folder):
    """Return the files that are named after what they hold, each with what changes if written."""
    files = [path for path in folder.rglob("*") if HASHED.search(path.name)]
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


def test_running_process_keeps_its_files(tmp_path):
    """The version after it is collected while it still hands them out."""
    collect(tmp_path)
    before = kept(tmp_path)
    assert {path.suffix for path in before} == {".js", ".gz"}
    collect(tmp_path)
    assert kept(tmp_path) == before
    with open(tmp_path / "js" / "page.js", "a") as file:
        file.write("export const isNew = true;\n")
    collect(tmp_path)
    after = kept(tmp_path)
    assert before.items() < after.items()
    new = Counter(path.name.partition(".")[0] for path in after.keys() - before.keys())
    changed = {path.stem for path in FOLDER.glob("*.js") if FOLDER / "page.js" in walk(path)}
    assert new == dict.fromkeys(changed, 2)  # it and what imports it, each once and compressed


def test_file_that_was_written_by_half_is_written_again(tmp_path):
    collect(tmp_path)
    (file,) = [path for path in kept(tmp_path) if path.match("page.*.js")]
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    collect(tmp_path)
    assert file.read_bytes() == whole
    assert gzip.decompress(Path(f"{file}.gz").read_bytes()) == whole


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
