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

FOLDER = Path(settings.BASE_DIR, "static", "js")
# The name in an import, a re-export or a call of import(), and its end.
IMPORT = re.compile(
    r"""(?:^(?:import|export)\b(?:[^"';=()]*\bfrom)?\s*|\bimport\()"""
    r"""["'](?P<path>[^"']+)["'](?P<end>[;)]?)""",
    re.MULTILINE,
)
# A listener of the document, for events of htmx or the sending of a form.
LISTENER = re.compile(r'(?:document\.addEventListener|\bon)\(\s*"(htmx:[\w:]+|submit)"')
MOST_BYTES = 29_000  # of all our scripts together, compressed
MOST_FILES = 15
LATER = {"reminders.js": 1_800}  # what only pages with a use for it load, with its bytes at most


def imports(path):
    """Return the files that a module imports, in order."""
    return [(path.parent / found["path"]).resolve() for found in IMPORT.finditer(path.read_text())]


def walk(*paths):
    """Return all files that modules need, directly or through imports."""
    found, ahead = [], [*paths]
    while ahead:
        path = ahead.pop()
        if path not in found:
            found.append(path)
            ahead += imports(path)
    return found


def collect(root):
    """Collect the modules below a folder; collected files may have changed."""
    if not (root / "js").exists():
        shutil.copytree(FOLDER, root / "js")
    storage = StaticFilesStorage(location=root, base_url="/static/")
    paths = {f"js/{path.name}": (storage, f"js/{path.name}") for path in FOLDER.glob("*.js")}
    assert [found for *_, found in storage.post_process(paths) if found is not True] == []


@pytest.fixture(scope="module")
def collected(static_root):
    """Return a function that returns a script's file, as a production process collects it."""
    root = Path(static_root).resolve()
    names = json.loads((root / "staticfiles.json").read_text())["paths"]
    return lambda path: root / names[f"js/{path.name}"]


def test_every_import_ends_with_a_semicolon():
    """Django leaves an import without a semicolon unchanged, and breaks the next one."""
    texts = {path.name: path.read_text() for path in FOLDER.glob("*.js")}
    seen = [(name, found) for name, text in texts.items() for found in IMPORT.finditer(text)]
    assert seen
    assert [(name, found["path"]) for name, found in seen if not found["end"]] == []


def test_every_module_is_imported_without_circles():
    entries = [FOLDER / name for name in ("main.js", "keys.js", "missing.js", "slow.js")]
    assert set(walk(*entries)) == set(FOLDER.glob("*.js"))
    assert [path.name for path in FOLDER.glob("*.js") if path in walk(*imports(path))] == []


def test_each_event_has_one_listener():
    """Several listeners of one event would be called in the order in which modules are read."""
    texts = [path.read_text() for path in FOLDER.glob("*.js")]
    found = Counter(moment for text in texts for moment in LISTENER.findall(text))
    assert found["htmx:after:swap"] == 1
    assert [name for name, times in found.items() if times > 1] == []


def test_every_collected_module_has_one_name(collected):
    """Two names of one file would be two modules, each with a state of its own."""
    for path in FOLDER.glob("*.js"):
        file = collected(path)
        assert file.stat().st_size > 0
        assert imports(file) == [collected(each) for each in imports(path)], path.name


def test_only_comments_and_indentation_are_removed():
    """The storage works line by line: it doesn't know strings that span lines or hold slashes."""
    lines = [line for path in FOLDER.glob("*.js") for line in path.read_text().splitlines()]
    assert [line for line in lines if line.count("`") % 2] == []
    cut = [line.rpartition(" // ")[0] for line in lines]
    assert [line for line in cut if any(line.count(quote) % 2 for quote in "'\"`")] == []


def kept(folder):
    """Return the files named by their content, each with the time of its last change."""
    files = [path for path in folder.rglob("*") if HASHED.search(path.name)]
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


def test_running_process_keeps_its_files(tmp_path):
    """The next version is collected while this one is still served."""
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


def test_partially_written_file_is_written_again(tmp_path):
    collect(tmp_path)
    (file,) = [path for path in kept(tmp_path) if path.match("page.*.js")]
    whole = file.read_bytes()
    file.write_bytes(whole[:100])
    collect(tmp_path)
    assert file.read_bytes() == whole
    assert gzip.decompress(Path(f"{file}.gz").read_bytes()) == whole


def test_all_scripts_together_are_small_and_few(collected):
    files = {path.name: Path(f"{collected(path)}.gz") for path in FOLDER.glob("*.js")}
    bytes_of = {name: file.stat().st_size for name, file in files.items()}
    later = {name: bytes_of.pop(name) for name in LATER}
    assert [name for name in LATER if later[name] > LATER[name]] == []
    assert len(bytes_of) <= MOST_FILES
    assert sum(bytes_of.values()) <= MOST_BYTES


def test_every_page_preloads_all_modules(client, db):
    page = client.get("/accounts/login/").content.decode()
    links = [link.get("href") for link in select(page, "link[rel=modulepreload]")]
    needed = [path for path in walk(FOLDER / "main.js") if path.name not in {"main.js", *LATER}]
    assert sorted(links) == sorted(f"/static/js/{path.name}" for path in needed)


def test_answer_to_a_post_is_never_reloaded(client, db):
    """missing.js would send the form once more."""
    assert "missing.js" in client.get("/accounts/login/").content.decode()
    page = client.post("/accounts/login/", {"login": "nobody@example.org", "password": "x"})
    assert page.status_code == 200
    assert "js/main.js" in page.content.decode()
    assert "missing.js" not in page.content.decode()
