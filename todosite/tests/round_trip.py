"""Export, import, export again: 20,000 tasks, or as many as are asked for.

    .venv/bin/python -m todosite.tests.round_trip          # about a minute
    .venv/bin/python -m todosite.tests.round_trip 2000

makes demo data in a PostgreSQL of its own, which is deleted afterwards, exports it, imports it into
another account, and exports that. It says how long each took and how much memory it added, undoes
the import, and ends with 1 if the two exports differ in more than ids.
"""

import argparse
import os
import resource
import sys
from contextlib import contextmanager
from time import perf_counter, process_time

from todosite.tests import environment  # noqa: F401  before Django's settings are read

os.environ["DJANGO_SETTINGS_MODULE"] = "todosite.settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command

from accounts.models import User
from accounts.tests.people import add_user
from tasks.tests.round_trip import comparable, exported, imported
from tasks.undo import revert
from todosite.tests.every_page import new_database


def peak():
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@contextmanager
def told(what):
    before, began, worked = peak(), perf_counter(), process_time()
    yield
    seconds, own = perf_counter() - began, process_time() - worked
    more = peak() - before
    print(f"{what}: {seconds:.1f} s, {own:.1f} s of CPU, {more} MB more at most", flush=True)


def round_trip(number):
    """Return whether so many tasks come back as they were."""
    options = {"users": 1, "tasks_per_user": number, "password": "x", "really": True}
    call_command("demo_data", verbosity=0, **options)
    ann, ben = User.objects.get(), add_user("ben@example.org")
    for kind in ["csv", "zip"]:
        with told(f"Export as {kind.upper()}"):
            exported(ann, kind)
    with told("Export as JSON"):
        first = exported(ann)
    print(f"{len(first):,} bytes")
    with told("Import"):
        act = imported(ben, first)
    second = exported(ben)
    with told("Undo"):
        revert(act)
    return comparable(second) == comparable(first) and not ben.tasks.exists()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("number", nargs="?", type=int, default=20_000, help="of tasks")
    number = parser.parse_args().number
    settings.DEBUG = False  # or Django keeps all queries
    with new_database():
        is_same = round_trip(number)
    print("The same but for ids." if is_same else "They differ.")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
