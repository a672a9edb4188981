"""The findings about the database, for manage.py doctor and check --database default."""

import statistics
import time
from dataclasses import dataclass

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from todosite import gunicorn
from todosite.database.base import DatabaseWrapper
from todosite.environment import is_local

VERSIONS = 15, 18
FAR = 10  # milliseconds of a round trip
ROUND_TRIPS = 20


@dataclass(frozen=True)
class Finding:
    """A fact, and the advice about it: "" if all is well."""

    fact: str
    advice: str = ""


def findings():
    """Yield the findings about the database that requests use, and about the connection to it."""
    connection.close()  # so that the first connection is measured
    began = time.monotonic()
    try:
        connection.ensure_connection()
    except Error as error:
        yield Finding(f"no connection: {in_one_line(error)}", "check DATABASE_URL")
        return
    yield Finding(f"first connection (wakes a sleeping database): {milliseconds(began)} ms")
    yield from of_the_way()
    yield from of_the_server()
    yield from of_the_role()
    yield from of_the_migrations()


def milliseconds(began):
    return round(1000 * (time.monotonic() - began))


def in_one_line(error):
    return " ".join(str(error).split())


def ask(query):
    """Return the first row of a query's result."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def of_the_way():
    """Yield the findings about the connection to the database."""
    pooled = is_pooled()
    unpooled = settings.DATABASES["default"].get("UNPOOLED")
    if not pooled:
        yield Finding("DATABASE_URL connects to the server itself")
    elif unpooled:
        yield Finding("DATABASE_URL connects to a pooler")
    else:
        advice = "set DATABASE_URL_UNPOOLED to the server itself, for migrations and adoption"
        yield Finding("DATABASE_URL connects to a pooler", advice)
    if unpooled:
        yield of_the_direct_way()
    connection.ensure_connection()
    yield of_prepared_statements(pooled)
    yield of_tls()
    yield of_the_distance()


def of_tls():
    """Return whether the connection is encrypted, as a finding."""
    if connection.connection.pgconn.ssl_in_use:
        return Finding("TLS is on")
    if is_local(connection.connection.info.host):
        return Finding("no TLS, and none needed: the connection stays on this machine")
    advice = "others can read passwords and tasks on the network: remove sslmode=disable"
    return Finding("no TLS", advice)


def of_the_distance():
    """Return the time of a round trip, as a finding."""
    trips = []
    for _ in range(ROUND_TRIPS):
        began = time.monotonic()
        ask("SELECT 1")
        trips.append(time.monotonic() - began)
    median = 1000 * statistics.median(trips)
    fact = f"round trip: {median:.1f} ms"
    if median <= FAR:
        return Finding(fact)
    advice = "each page makes several queries: run the server and the database in one region"
    return Finding(fact, advice)


def is_pooled():
    """Return whether a pooler drops the settings of a session."""
    probe = DatabaseWrapper(connection.settings_dict | {"UNPOOLED": {}}, "probe")
    try:
        with probe.direct():
            return False
    except ImproperlyConfigured:
        return True


def of_the_direct_way():
    """Return whether DATABASE_URL_UNPOOLED leads past the pooler, to the same database."""
    same = (
        "SELECT pg_postmaster_start_time(), oid FROM pg_database WHERE datname = current_database()"
    )
    here = ask(same)
    try:
        with connection.direct():
            there = ask(same)
    except ImproperlyConfigured:
        advice = "on Neon, remove “-pooler” from it"
        return Finding("DATABASE_URL_UNPOOLED connects to a pooler", advice)
    except Error as error:
        return Finding(f"DATABASE_URL_UNPOOLED fails: {in_one_line(error)}", "fix it")
    if here != there:
        return Finding("DATABASE_URL_UNPOOLED connects to another database", "fix it now")
    return Finding("DATABASE_URL_UNPOOLED connects to the server itself")


def of_prepared_statements(pooled):
    """Return whether statements are prepared, according to the settings."""
    if connection.connection.prepare_threshold is not None:
        return Finding("prepared statements are on" + (", through a pooler" * pooled))
    return Finding("prepared statements are off" + (", as some poolers require" * pooled))


def of_the_server():
    """Yield the findings about the server itself."""
    yield of_the_version()
    yield of_lower_case()
    yield of_room_for_connections()


def of_the_version():
    """Return the version of PostgreSQL, as a finding."""
    low, high = VERSIONS
    (version,) = ask("SHOW server_version")
    fact = f"PostgreSQL {version.split()[0]}"
    major = connection.pg_version // 10000
    if low <= major <= high:
        return Finding(fact)
    return Finding(fact, f"Todosite is tested with {low} to {high}")


def of_lower_case():
    """Return whether the database lower-cases letters beyond a to z, as a finding."""
    (lowers,) = ask("SELECT lower('ÄΣ') = 'äσ'")
    if lowers:
        return Finding("lower() knows all letters")
    advice = "create the database with LOCALE 'C.UTF-8' and ENCODING 'UTF8'"
    return Finding("lower() knows only a to z", advice)


def of_room_for_connections():
    """Return whether the server accepts as many connections as we may open, as a finding."""
    all_there_are, reserved, taken = ask(
        "SELECT current_setting('max_connections')::int,"
        " current_setting('superuser_reserved_connections')::int"
        "   + coalesce(current_setting('reserved_connections', true)::int, 0),"
        " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
    )
    ours = gunicorn.workers * connections_of_a_worker()
    possible = all_there_are - reserved
    fact = f"connections: Todosite opens up to {ours} of {possible}, {taken} are in use"
    if ours <= possible or is_pooled():
        return Finding(fact)
    return Finding(fact, "lower WEB_CONCURRENCY or WEB_THREADS, or use a pooler")


def connections_of_a_worker():
    """Return how many connections a worker process can hold: its threads, and its sender."""
    size = settings.DATABASE_POOL_SIZE
    pool = size + settings.DATABASE_MAX_OVERFLOW if size else gunicorn.threads
    sender = 1 if settings.SEND_IN_WEB else 0  # beside the pool, while it sends
    return min(gunicorn.threads, pool) + sender


def of_the_role():
    """Yield the findings about the role that requests use."""
    name, superuser = ask("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user")
    if superuser:
        advice = "give Todosite a role that owns its database, and nothing else"
        yield Finding(f"role {name}, a superuser", advice)
    else:
        yield Finding(f"role {name}")
    yield of_time_limits(name)


def of_time_limits(role):
    """Return whether statements of the role have a time limit, as a finding."""
    # From the catalog: connections that a pooler opened before may lack them for up to an hour.
    row = ask(
        "SELECT setconfig FROM pg_db_role_setting JOIN pg_roles r ON r.oid = setrole"
        " JOIN pg_database d ON d.oid = setdatabase"
        " WHERE rolname = current_user AND datname = current_database()"
    )
    settled = row[0] if row else []
    where = f"{role} IN DATABASE {connection.settings_dict['NAME']}"
    missing = [
        f"ALTER ROLE {where} SET {limit} = '{value}'"
        for limit, value in settings.DATABASE_TIMEOUTS.items()
        if f"{limit}={value}" not in settled
    ]
    if not missing:
        return Finding("time limits are set")
    advice = f"run manage.py migrate, or as an admin: {'; '.join(missing)}"
    return Finding("time limits are missing", advice)


def of_the_migrations():
    """Yield the number of pending migrations, as a finding."""
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if pending:
        yield Finding(f"pending migrations: {pending}", "run manage.py migrate")
    else:
        yield Finding("pending migrations: none")


def check_database(app_configs=None, databases=None, **kwargs):
    """Run the findings as a system check of Django, for check --database default."""
    if "default" not in (databases or []):
        return []
    return [message_of(finding) for finding in findings()]


def message_of(finding):
    """Return a finding as a message of Django's checks: a warning if it has advice."""
    if finding.advice:
        return checks.Warning(finding.fact, hint=finding.advice, id="todosite.W001")
    return checks.Info(finding.fact, id="todosite.I001")
