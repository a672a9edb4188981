"""Times of pages with few rows and with many: a table of times and ratios.

    .venv/bin/python -m todosite.tests.growth user      # 20,000 tasks of one user, and 200
    .venv/bin/python -m todosite.tests.growth users     # 2,000,000 of 10,000, and 20,000 of 100

Each page is requested in process, on a PostgreSQL under var/growth, which is created the first time
and kept: "users" makes some 4 GB, in five minutes. Times are medians, in milliseconds. With more
tasks, a page may show more rows; "alike" is the ratio for as many rows, if each row costs the same
as on the page of all tasks. It names the pages beyond the limit, 1.5 for a user and 1.2 for users,
and ends with 1 if there are any. Nothing else should run at the same time.
"""

import argparse
import os
import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from todosite.tests import environment  # noqa: F401  before Django's settings are read

os.environ["DJANGO_SETTINGS_MODULE"] = "todosite.settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import User
from tasks.tests.many import add_many, ids_of
from tasks.tests.pages import HTMX
from tasks.tests.test_queries import PAGES
from todosite.environment import BASE_DIR

TIMES, WARM = 20, 3
FEW_ROWS, MANY_ROWS = "/tasks/?limit=10", "/tasks/?limit=50"
# Deep in a listing: a page for 200 tasks, and a page for 20,000.
DEEP = {
    "/tasks/?page=3": "/tasks/?page=100",
    "/tasks/?status=pending&page=2": "/tasks/?status=pending&page=100",
    "/tasks/?status=completed": "/tasks/?status=completed&page=60",
    "/completed/": "/completed/?page=30",
    "/inbox/": "/inbox/?page=40",
    "/today/": "/today/?page=60",
    "/tags/{tag}/": "/tags/{tag}/?page=10",
    "/trash/": "/trash/?page=60",
    "/history/": "/history/?page=100",
    "/search/?q=task": "/search/?q=task&page=100",
}


@dataclass
class Side:
    """One side of the comparison: a user in a database."""

    database: str
    email: str

    link = None  # the connection to its database

    def enter(self):
        """Query this database from now on, as this user."""
        connection.settings_dict["NAME"] = self.database
        connection.connection = self.link
        connection.ensure_connection()
        self.link = connection.connection
        if not hasattr(self, "client"):
            user = User.objects.get(email=self.email)
            self.client, self.ids = Client(), ids_of(user)
            self.client.force_login(user)

    def ask(self, url):
        """Return (milliseconds, rows) of a page, including rows of the sidebar."""
        headers = HTMX if "/menu/" in url else {}
        began = perf_counter()
        response = self.client.get(url.format(**self.ids), headers=headers)
        taken = (perf_counter() - began) * 1000
        if response.status_code != 200:
            raise SystemExit(f"{url}: {response.status_code}")
        return taken, response.content.count(b"<li")


def measure(*asked):
    """Request (side, address) in turn, repeatedly. Return (median of milliseconds, rows) of each.

    In turn, so that other work of the machine affects all of them equally.
    """
    taken, rows = [[] for _ in asked], [0 for _ in asked]
    for time in range(WARM + TIMES):
        for number, (side, url) in enumerate(asked):
            side.enter()
            milliseconds, rows[number] = side.ask(url)
            if time >= WARM:
                taken[number].append(milliseconds)
    return [(median(each), number) for each, number in zip(taken, rows, strict=True)]


def begin():
    """Connect to a PostgreSQL under var/growth as in production, without DEBUG."""
    database = connection.settings_dict
    database |= {"LOCALPG": BASE_DIR / "var" / "growth", "CONN_MAX_AGE": None}
    database["OPTIONS"].pop("pool", None)
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["testserver"]


def make(name, *groups):
    """Create a database, if missing, with groups of users: (names, options of add_many)."""
    connection.close()
    connection.settings_dict["NAME"] = "todosite"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not cursor.fetchone():
            cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0)
    for names, options in groups:
        if not User.objects.filter(email=f"{names[-1]}@example.org").exists():
            add_many(names, **options)
            print(f"{name}: {len(names)} users more", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as PostgreSQL does by itself after a while
    connection.close()


def of_one_user():
    names = [f"other{n}" for n in range(1000)]
    little, much = {"tasks": 200}, {"tasks": 20_000}
    make("one_user", (names, little), (["little"], little), (["much"], much))
    pages = {url: url for url in PAGES if "page=2" not in url} | DEEP
    return Side("one_user", "little@example.org"), Side("one_user", "much@example.org"), pages, 1.5


def of_many_users():
    batches = [[f"user{n}" for n in range(first, first + 500)] for first in range(0, 10_000, 500)]
    options = {"tasks": 200}
    make("few_users", (batches[0][:100], options))
    make("many_users", *((batch, options) for batch in batches))
    pages = {url: url for url in PAGES}
    few, many = Side("few_users", "user50@example.org"), Side("many_users", "user50@example.org")
    return few, many, pages, 1.2


def table(little, much, pages, bar):
    """Print the table. Return the pages beyond the limit."""
    (ten, few), (fifty, many) = measure((little, FEW_ROWS), (little, MANY_ROWS))
    row = max((fifty - ten) / (many - few), 0)
    print(f"a row: {row:.3f} ms")
    print(
        f"{'page':58} {'little':>7} {'rows':>4} {'much':>7} {'rows':>4} {'ratio':>6} {'alike':>6}"
    )
    beyond = []
    for url, other in pages.items():
        (before, rows), (after, more) = measure((little, url), (much, other))
        alike = after / (before + row * max(more - rows, 0))
        line = f"{before:7.2f} {rows:4} {after:7.2f} {more:4} {after / before:6.2f} {alike:6.2f}"
        print(f"{other:58} {line}{' *' if alike > bar else ''}", flush=True)
        if alike > bar:
            beyond.append(other)
    return beyond


def main():
    parser = argparse.ArgumentParser(description="Compare pages where there is little and much.")
    parser.add_argument("of", choices=["user", "users"])
    begin()
    sides = {"user": of_one_user, "users": of_many_users}[parser.parse_args().of]
    beyond = table(*sides())
    print(f"beyond the bar: {', '.join(beyond) or 'none'}")
    sys.exit(bool(beyond))


if __name__ == "__main__":
    main()
