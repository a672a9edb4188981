"""The suite once more, through a pooler in transaction mode, as production has it on Neon."""

import os
import re
import subprocess
import sys

from django.conf import settings

from todosite.tests.stand import stand

LEFT_OUT = [  # browsers, processes that tests start, many tries, and what only counts or hashes
    *["browser", "process", "property", "edits_meet", "queries", "SignInTests"],
    # What asks no database, or does nothing but read or be refused.
    *["recurrence", "quickadd", "SubsetTests", "zones", "pages", "isolation", "profile"],
    *["same_seed", "history", "task_views", "builder", "paste", "fresh", "waiting", "limits"],
    *["admin"],
]


def test_suite_passes_through_the_pooler():
    """All that asks the database, but for what is left out above."""
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "accounts", "tasks"]
    with stand() as neon:
        done = subprocess.run(
            [sys.executable, *command, "-k", " and ".join(f"not {name}" for name in LEFT_OUT)],
            env=os.environ | neon.urls,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout[-5000:]
    (passed,) = re.findall(r"(\d+) passed", done.stdout)
    assert int(passed) > 300
    assert "skipped" not in done.stdout
