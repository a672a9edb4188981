"""Tests marked `pooler` once more, through PgBouncer in transaction mode, as on Neon."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from todosite.tests.stand import stand


@pytest.mark.exhaustive
def test_suite_passes_through_the_pooler(tmp_path):
    command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "pooler"]
    command += [
        "--output",
        str(tmp_path),
    ]  # Otherwise it would delete the pictures of the outer run.
    with stand() as neon:
        done = subprocess.run(
            [sys.executable, *command, "accounts", "tasks"],
            env=os.environ | neon.urls,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout[-5000:]
    (passed,) = re.findall(r"(\d+) passed", done.stdout)
    assert int(passed) >= 60
    assert "skipped" not in done.stdout
