"""Installed packages are pinned, with hashes."""

import os
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from todosite.environment import BASE_DIR

LISTS = ["requirements.txt", "requirements-dev.txt"]
ANYWHERE = {"py3-none-any", "py2-none-any", "py2.py3-none-any"}
READ = (".md", ".py", ".sh", ".yml", ".yaml", ".toml", ".html", ".txt", ".example")
COMMAND = r"\binstall\b.*-r\b|[\"']-r[\"']"
PLATFORMS = 4  # The platforms that need wheels: Linux and macOS, each on two processors.
# The marker of packages for one machine only: "platform_machine == 'x86_64'".
ONE_MACHINE = re.compile(r"^([a-z0-9-]+)==.*\bplatform_machine == ", re.MULTILINE)


def pinned(name):
    """Return {package: (version, hashes)} of a list of requirements."""
    text = Path(BASE_DIR, name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    found = {}
    for line in lines:
        package, version = re.match(r"([a-z0-9-]+)==([\w.]+) ", line).groups()
        found[package] = (version, set(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", line)))
    return found


def tags(package):
    """Return the platforms of the wheel that a package was installed from, None if it wasn't."""
    try:
        return set(re.findall(r"^Tag: (\S+)", distribution(package).read_text("WHEEL"), re.M))
    except PackageNotFoundError:  # such as what Windows alone needs
        return None


@pytest.mark.parametrize("name", LISTS)
def test_each_package_has_hashes_for_all_platforms(name):
    few = {}
    whole = pinned(name)
    for package in ONE_MACHINE.findall(Path(BASE_DIR, name).read_text()):
        del whole[package]
    for package, (_, hashes) in whole.items():
        runs_on = tags(package)
        is_for_all = runs_on is None or runs_on <= ANYWHERE
        if len(hashes) < (1 if is_for_all else PLATFORMS):
            few[package] = len(hashes)
    assert few == {}


def test_tests_use_the_versions_of_production():
    assert pinned("requirements.txt").items() <= pinned("requirements-dev.txt").items()
    assert "uv" in pinned("requirements-dev.txt")


def texts():
    """Yield every file of the project that people read, except these tests."""
    for folder, folders, names in os.walk(BASE_DIR):
        own = [name for name in folders if name == ".ci" or not name.startswith(".")]
        folders[:] = [name for name in own if name not in {"var", "tests", "static"}]
        for name in names:
            if name in {"Makefile", "Procfile"} or name.endswith(READ):
                yield Path(folder, name)


def test_every_install_command_requires_hashes():
    commands = [
        (str(path.relative_to(BASE_DIR)), line.strip())
        for path in texts()
        for line in path.read_text().splitlines()
        if re.search(COMMAND, line)
    ]
    assert {"docs/operate.md", "todosite/prepare.py"} <= {name for name, _ in commands}
    assert [command for command in commands if "--require-hashes" not in command[1]] == []
    assert "--generate-hashes" in Path(BASE_DIR, "Makefile").read_text()
