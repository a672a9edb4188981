"""Random requests to all routes, as two users and an admin, against the production server.

    .venv/bin/python -m todosite.tests.fuzz [REQUESTS] [SEED]

Ann and Ben each have a secret word in all of their rows, and use each other's ids; an admin uses
the admin, and breaks as much as possible. Forms are filled in as the pages show them, and spoiled;
bodies, headers and addresses are such as no browser sends. It prints the seed and the result. It
ends with 1 if an answer was a 500 or missing; if it held a traceback or the other user's word; if
it could be cached though it held the user's own; if a row of one user contains the other's word; or
if the log holds a user's word, a traceback, or an undefined name of a template.
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

REQUESTS = 20_000


def use_a_new_database():
    """Work in an empty database of a private server, which is deleted after use."""
    from django.conf import settings
    from django.core.management import call_command

    database = settings.DATABASES["default"]
    if "LOCALPG" in database:
        database["LOCALPG"] = tempfile.mkdtemp(prefix="todosite-test-")
        database["LOCALPG_THROWAWAY"] = True
    call_command("migrate", verbosity=0)


def main():
    requests = int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS
    seed = sys.argv[2] if len(sys.argv) > 2 else str(random.randrange(10**9))
    print(f"seed {seed}, {requests} requests", flush=True)
    from todosite.tests import environment  # noqa: F401 (before Django's settings are read)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todosite.settings")
    import django

    with tempfile.TemporaryDirectory(prefix="todosite-fuzz-") as folder:
        django.setup()
        from django.db import connection

        from todosite.tests.fuzzing import fuzz
        from todosite.tests.production import manage

        use_a_new_database()
        static = f"{folder}/static"
        done = manage("collectstatic", "--noinput", STATIC_ROOT=static)
        assert done.returncode == 0, done.stderr
        began = time.monotonic()
        found = fuzz(requests, seed, Path(folder, "log"), static)
        connection.close()
    print(f"{time.monotonic() - began:.0f} seconds")
    for status, number in sorted(found.answers.items(), key=str):
        print(f"{status}: {number}")
    print(f"answers that held what their user owns: {found.own}")
    print(f"routes asked: {len(found.asked)}; not asked: {', '.join(found.unasked) or 'none'}")
    for fault in found.faults[:50]:
        print(fault)
    print(f"FAILED: {len(found.faults)} faults" if found.faults else "All is well.")
    sys.exit(bool(found.faults))


if __name__ == "__main__":
    main()
