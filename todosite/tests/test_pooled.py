"""Tests marked `pooler` once more, through PgBouncer in transaction mode, as on Neon."""

import os
import re
import subprocess
import sys

import pytest

from todosite.environment import BASE_DIR


def files():
    """Return the files that have such tests: collecting all would take half of the time."""
    found = [*BASE_DIR.glob("accounts/tests/test_*.py"), *BASE_DIR.glob("tasks/tests/test_*.py")]
    return [str(path) for path in found if "mark.pooler" in path.read_text()]


@pytest.mark.exhaustive
def test_suite_passes_through_the_pooler(stand, tmp_path):
    """The stand-in has the test database, test_neondb."""
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "pooler", "--reuse-db"]
    # Otherwise it would delete the pictures of the outer run.
    command += ["--output", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, *command, *files()],
        env=os.environ | stand.urls,
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    (passed,) = re.findall(r"(\d+) passed", done.stdout)
    assert int(passed) >= 60
    assert "skipped" not in done.stdout
