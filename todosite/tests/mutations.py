"""Check by mutations that the tests of HEAD notice all that those of an older commit noticed.

    .venv/bin/python -m todosite.tests.mutations OLD_COMMIT

Breaks the code in one place at a time (mutations.toml has the list), the same in a checkout of
OLD_COMMIT and in one of HEAD, where the place may have moved (`now`). Where one of the old tests
fails, one of the new tests of that module has to fail, too. Each result is kept in
var/mutations/results.json at once, so a run that was interrupted goes on where it stopped.
Ends with 1 where the new tests missed something that the old ones noticed.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from todosite.environment import BASE_DIR

FOLDER = Path(BASE_DIR, "var", "mutations")
RESULTS = FOLDER / "results.json"
THOROUGH = "--hypothesis-profile=thorough"  # the new tests as `make test-all` runs them
NAME = r"^(?:FAILED|ERROR|SUBFAILED.*?) (\S+::\S+)"  # in pytest's short summary


def git(*arguments, cwd=BASE_DIR):
    done = subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def checkout(name, commit):
    """Return a folder with the files of a commit."""
    folder = FOLDER / name
    if not folder.exists():
        git("worktree", "add", "--detach", str(folder), commit)
    git("checkout", "--quiet", "--force", "--detach", commit, cwd=folder)
    return folder


def failing(folder, mutation, files, *options):
    """Return the first test of these files that fails with a mutation, or "" if all pass.

    Raises ValueError where the text to change is not there, and RuntimeError where no test ran.
    """
    path = folder / mutation["path"]
    source = path.read_text()
    if mutation["old"] not in source:
        raise ValueError(f"{mutation['path']} has no {mutation['old']!r}")
    there = [name for name in files if (folder / name).exists()]
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "2", "-p", "no:cacheprovider"]
    path.write_text(source.replace(mutation["old"], mutation["new"]))
    try:
        done = subprocess.run(
            [*command, *options, *there], cwd=folder, capture_output=True, text=True, timeout=900
        )
    finally:
        path.write_text(source)
    if done.returncode == 0:
        return ""
    failed = re.findall(NAME, done.stdout, re.MULTILINE)
    if not failed:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    return failed[0]


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    plan = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for mutation in plan["mutations"]:
        found = results.setdefault(mutation["name"], {})
        old_tests, new_tests = plan["modules"][mutation["module"]]
        limit = ["-k", mutation["limit"]] if "limit" in mutation else []
        if "old" not in found:
            found["old"] = failing(checkout("old", sys.argv[1]), mutation, old_tests, *limit)
        if found["old"] and "new" not in found:
            now = mutation | mutation.get("now", {})
            found["new"] = failing(checkout("new", "HEAD"), now, new_tests, THOROUGH)
        RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False))
        print(mutation["name"], found, flush=True)
    noticed = {name: found.get("new") for name, found in results.items() if found["old"]}
    missed = [name for name, test in noticed.items() if not test]
    print(f"{len(results)} mutations; the old tests noticed {len(noticed)}.")
    print(f"Of these the new tests missed {len(missed)}:", *missed, sep="\n")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
