"""The docs agree with the code: links, files, commands, settings and words exist."""

import ast
import importlib
import inspect
import re
import tomllib

import pytest
from django.core.management import get_commands, load_command_class

from todosite.environment import BASE_DIR

DOCS = sorted([*BASE_DIR.glob("*.md"), *BASE_DIR.glob("docs/**/*.md")])
APPS = ["accounts", "tasks", "todosite"]
FOLDERS = [*APPS, "docs", "static", "templates", ".ci", ".github"]
OPERATE = BASE_DIR / "docs" / "operate.md"
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
COMMAND = re.compile(r"manage\.py ([a-z_]+)([^`\n]*)")  # and what its code says behind it
OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")
SETTING = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)
# Names that begin with an underscore and are documented all the same.
PUBLIC = {"_meta", "_replace", "_fields", "_asdict", "_default_manager", "_base_manager"}


def name_of(path):
    return str(path.relative_to(BASE_DIR))


def slug(heading):
    """Return the anchor that GitHub gives to a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def anchors_in(path):
    return {slug(heading) for heading in HEADING.findall(path.read_text())}


def links_in(path):
    """Return the links of a page that stay in the repository, as (file, anchor)."""
    found = []
    for target in LINK.findall(path.read_text()):
        if not re.match(r"[a-z]+:", target):
            file, _, anchor = target.partition("#")
            found.append(((path.parent / file).resolve() if file else path, anchor))
    return found


def test_anchors_follow_githubs_rules():
    assert slug("How `two` edits meet: 8 ways") == "how-two-edits-meet-8-ways"


@pytest.mark.parametrize("doc", DOCS, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(doc):
    links = links_in(doc)
    assert [file for file, _ in links if not file.exists()] == []
    assert [(file, part) for file, part in links if part and part not in anchors_in(file)] == []


def test_every_page_can_be_reached_from_the_readme():
    found, left = set(), [BASE_DIR / "README.md"]
    while left:
        page = left.pop()
        if page not in found and page.suffix == ".md":
            found.add(page)
            left += [file for file, _ in links_in(page)]
    assert [name_of(page) for page in DOCS if page not in found] == []


def test_readme_is_short():
    assert len((BASE_DIR / "README.md").read_text().splitlines()) < 150


@pytest.mark.parametrize("doc", DOCS, ids=name_of)
def test_every_named_file_exists(doc):
    """The changelog is left out, since it names deleted files too."""
    if doc.name == "CHANGELOG.md":
        return
    named = [text for text in CODE.findall(doc.read_text()) if text.split("/")[0] in FOLDERS]
    paths = [text for text in named if re.fullmatch(r"[\w./-]*/[\w./-]*", text)]
    assert [path for path in paths if not (BASE_DIR / path).exists()] == []


# commands, settings, packages


def options_of(command):
    """Return the options of a command of manage.py, without their dashes."""
    made = load_command_class(get_commands()[command], command)
    parser = made.create_parser("manage.py", command)
    return {text.lstrip("-") for action in parser._actions for text in action.option_strings}


@pytest.mark.parametrize("doc", DOCS, ids=name_of)
def test_every_named_option_of_a_command_exists(doc):
    unknown = []
    for line in doc.read_text().splitlines():
        for command, behind in COMMAND.findall(line):
            said = line if line.startswith("|") else behind
            unknown += set(OPTION.findall(said)) - options_of(command)
    assert unknown == []


def test_every_command_of_ours_is_in_the_table():
    table = OPERATE.read_text()
    ours = {name for name, app in get_commands().items() if app in APPS} - {"migrate"}
    assert {"add_user", "doctor", "purge_trash"} <= ours
    assert [name for name in sorted(ours) if f"| `manage.py {name}" not in table] == []


def test_table_of_settings_has_the_settings_of_the_example():
    example = (BASE_DIR / ".env.example").read_text()
    settings = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    assert sorted(SETTING.findall(OPERATE.read_text())) == sorted(settings)


def test_every_direct_dependency_has_a_reason():
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    names = [re.match(r"[a-z0-9-]+", each)[0] for each in wanted]
    _, _, tables = OPERATE.read_text().partition("\n## Dependencies\n")
    cells = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", tables, re.MULTILINE)
    packages = set(re.findall(r"[a-z0-9-]+", " ".join(cells)))
    assert [name for name in names if name not in packages] == []


# words on the screen


def test_every_button_named_in_the_guide_is_in_a_page():
    """Bold words of the guide are buttons, links and headings, so a page's source has them."""
    sources = [
        *BASE_DIR.glob("templates/**/*.html"),
        *BASE_DIR.glob("static/js/*.js"),
        *[path for app in APPS for path in BASE_DIR.glob(f"{app}/**/*.py")],
    ]
    screen = "\n".join(path.read_text() for path in sources if "tests" not in path.parts)
    bold = re.findall(r"\*\*([^*]+)\*\*", (BASE_DIR / "docs" / "guide.md").read_text())
    words = [each.rstrip(" …") for each in bold if each not in {"bold", "…"}]
    assert len(words) > 10
    assert [each for each in words if each not in screen] == []


# private APIs


def modules():
    """Return the modules of Todosite outside tests and migrations, as {path: name}."""
    found = {}
    for app in APPS:
        for path in (BASE_DIR / app).rglob("*.py"):
            parts = path.relative_to(BASE_DIR).with_suffix("").parts
            if not {"tests", "migrations"} & set(parts):
                found[path] = ".".join(parts).removesuffix(".__init__")
    return found


def is_private(name):
    return re.match(r"_[a-zA-Z]", name) is not None and name not in PUBLIC


def names_of_ours(trees):
    """Return the private names that Todosite gives to functions, variables and attributes."""
    found = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
    return found


def private_names_used(tree, ours):
    """Return the private names of other packages that a module imports or uses."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            is_internal = "internal" in (node.module or "").split(".")
            found |= {one.name for one in node.names if is_internal or is_private(one.name)}
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in ours:
            found.add(node.attr)
    return found


def private_names_overridden(module):
    """Return the private names of other packages that the classes of a module override."""
    found = set()
    for made in vars(module).values():
        if inspect.isclass(made) and made.__module__ == module.__name__:
            inherited = set()
            for base in made.__mro__[1:]:
                if base.__module__.split(".")[0] not in APPS:
                    inherited |= set(vars(base))
            found |= {name for name in vars(made) if is_private(name)} & inherited
    return found


def test_every_private_name_in_use_is_documented():
    page = (BASE_DIR / "docs" / "private-apis.md").read_text()
    sources = modules()
    trees = {path: ast.parse(path.read_text()) for path in sources}
    ours = names_of_ours(trees.values())
    used = set()
    for path, name in sources.items():
        used |= private_names_used(trees[path], ours)
        if name != "todosite.prepare":  # it runs before anything is installed
            used |= private_names_overridden(importlib.import_module(name))
    assert {"_post_clean", "_current_scheme_host", "STATE_SESSION_KEY"} <= used
    assert [name for name in sorted(used) if not re.search(rf"\b{name}\b", page)] == []
    assert [row for row in rows_of(page) if not names_in(row) & used] == []


def rows_of(page):
    """Return the first cells of the tables of a page, without their headings."""
    cells = re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE)
    return [cell for cell in cells if cell not in {"name", "---"}]


def names_in(cell):
    return set(re.findall(r"\w+", cell))
