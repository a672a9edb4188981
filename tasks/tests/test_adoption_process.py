"""The adoption as operators run it: in a process of its own, interrupted, from another database."""

import json
import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from accounts.models import Adoption, User
from tasks.models import Task
from tasks.tests.legacy_data import EXPECTED, load
from todosite.tests.production import database_url, environment, manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]

TABLES = ["account", "alembic_version", "jwks", "session", "task", '"user"', "verification"]
MANY = 10_000


@pytest.fixture
def old():
    """A cursor on the test database, which has the old tables of the main case."""
    with connection.cursor() as cursor:
        load(cursor, "better_auth.sql")
        yield cursor
        cursor.execute(f"DROP TABLE {', '.join(TABLES)}")


@pytest.fixture
def elsewhere():
    """The address of another database."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE test_elsewhere")
    yield database_url().replace(f"/{settings.DATABASES['default']['NAME']}?", "/test_elsewhere?")
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE test_elsewhere")


def adopt(*arguments, url=None):
    return manage("adopt_sqlmodel", *arguments, DATABASE_URL=url or database_url())


def start(*arguments):
    """Start an adoption, with output that can be read while it runs."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "adopt_sqlmodel", *arguments],
        env=environment(DATABASE_URL=database_url(), PYTHONUNBUFFERED="1"),
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )


def begin(*arguments):
    """Start an adoption. Return at its first batch."""
    process = start(*arguments)
    while " tasks" not in process.stdout.readline():
        assert process.poll() is None
    return process


def dump(cursor):
    """Return the old tables: every row in the form of COPY, and every definition."""
    found = {}
    for table in TABLES:
        with cursor.copy(f"COPY (SELECT * FROM {table} ORDER BY 1) TO STDOUT") as rows:
            found[table] = b"".join(rows)
    names = [table.strip('"') for table in TABLES]
    for query in [
        "SELECT table_name, ordinal_position, column_name, data_type, character_maximum_length,"
        " is_nullable, column_default FROM information_schema.columns WHERE table_name = ANY(%s)"
        " ORDER BY 1, 2",
        "SELECT tablename, indexdef FROM pg_indexes WHERE tablename = ANY(%s) ORDER BY 1, 2",
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid::regclass::text = ANY(%s) ORDER BY 1, 2",
    ]:
        found[query] = cursor.execute(query, [names + TABLES]).fetchall()
    found["sequence"] = cursor.execute("SELECT last_value, is_called FROM task_id_seq").fetchall()
    return found


def ours():
    """Return all rows that an adoption writes, without its own moments."""
    ledger = Adoption.objects.order_by("kind", "old_id")
    addresses = [
        (user.pk, *address)
        for user in User.objects.order_by("pk")
        for address in user.emailaddress_set.values_list("email", "verified", "primary")
    ]
    return (
        list(User.objects.order_by("pk").values("pk", "email", "name", "created_at", "is_active")),
        addresses,
        list(Task.everything.order_by("pk").values()),
        list(ledger.exclude(kind="password").values("kind", "old_id", "fingerprint", "version")),
    )


def empty():
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_user, accounts_adoption CASCADE")


def test_old_tables_stay_exactly_the_same(old):
    before = dump(old)
    assert adopt().returncode == 0
    assert dump(old) == before
    assert len(before["task"]) > 10_000
    assert Task.objects.count() == 645


def test_next_run_completes_an_interrupted_one(old):
    old.execute(
        "INSERT INTO task"
        " SELECT 2000000000 + n, id, 'Task ' || n, NULL, n % 2 = 0, NULL, now(), now()"
        f" FROM generate_series(1, {MANY}) n, \"user\" WHERE email = 'vera@example.com'"
    )
    assert adopt().returncode == 0
    undisturbed = ours()
    empty()
    process = begin("--batch-size", "50")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert 0 < Task.objects.count() < MANY
    finished = adopt()
    assert finished.returncode == 0, finished.stderr
    assert ours() == undisturbed


def test_second_simultaneous_run_waits(old):
    with psycopg.connect(database_url()) as first:
        first.execute("SELECT pg_advisory_lock(8015517201)")
        process = start()
        waiting = process.stdout.readline()
        assert waiting == "Another adoption is running. Waiting for it to end.\n"
        time.sleep(0.5)
        assert Task.objects.count() == 0
    assert "645" in process.communicate()[0]
    assert Task.objects.count() == 645


def test_adoption_from_another_database(elsewhere, tmp_path):
    for name, expected in EXPECTED.items():
        with psycopg.connect(elsewhere) as other:
            other.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            load(other.cursor(), name)
        report = tmp_path / f"{name}.json"
        finished = adopt("--source", elsewhere, "--report", str(report), "--batch-size", "100")
        assert finished.returncode == 0, finished.stderr
        found = json.loads(report.read_text())
        orphans = sum(row["tasks"] for row in expected["tasks_without_user"])
        assert found["users"]["adopted"] == expected["counts"]["user"]
        assert found["tasks"]["adopted"] == expected["counts"]["task"] - orphans
        again = adopt("--source", elsewhere, "--report", str(report))
        assert again.returncode == 0
        assert json.loads(report.read_text())["tasks"]["adopted"] == 0
        empty()


def test_other_database_gives_the_same_result(old, elsewhere):
    with psycopg.connect(elsewhere) as other:
        load(other.cursor(), "better_auth.sql")
    assert adopt("--time-zone", "Asia/Kathmandu").returncode == 0
    here = ours()
    empty()
    assert adopt("--time-zone", "Asia/Kathmandu", "--source", elsewhere).returncode == 0
    assert ours() == here


def test_unreachable_database_gives_one_line():
    finished = adopt("--source", "postgresql://nobody@127.0.0.1:1/nothing")
    assert finished.returncode == 1
    assert finished.stderr.startswith("CommandError: The database stopped the adoption: ")
    assert "Traceback" not in finished.stderr


def test_database_without_our_tables_is_told_to_migrate(elsewhere):
    with psycopg.connect(elsewhere) as other:
        load(other.cursor(), "better_auth.sql")
    finished = adopt(url=elsewhere)
    assert finished.returncode == 1
    assert "manage.py migrate" in finished.stdout
