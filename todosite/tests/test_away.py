"""What counts as a database that is away, and what is said of it. The real thing: test_neon.py."""

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from psycopg_pool import PoolTimeout

from todosite.database.away import database_is_away, waited_for_pool


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        caused(OperationalError("refused"), psycopg.OperationalError("refused")),
        caused(OperationalError(), psycopg.errors.AdminShutdown()),
        caused(OperationalError(), psycopg.errors.CannotConnectNow()),
        caused(OperationalError(), psycopg.errors.TooManyConnections()),
        caused(OperationalError(), psycopg.errors.ProtocolViolation()),  # what PgBouncer says
        caused(OperationalError(), PoolTimeout()),
        caused(InternalError("2 results from COMMIT"), psycopg.InternalError()),
        InterfaceError("the connection is closed"),
        caused(ValueError(), caused(OperationalError(), psycopg.errors.AdminShutdown())),
    ],
)
def test_broken_connection_is_a_database_that_is_away(error):
    assert database_is_away(error)


@pytest.mark.parametrize(
    "error",
    [
        None,
        ValueError(),
        caused(OperationalError(), psycopg.errors.QueryCanceled()),
        caused(OperationalError(), psycopg.errors.DeadlockDetected()),
        caused(OperationalError(), psycopg.errors.DiskFull()),
        caused(InternalError(), psycopg.errors.InFailedSqlTransaction()),
        caused(IntegrityError(), psycopg.errors.UniqueViolation()),
    ],
)
def test_fault_of_the_program_is_none(error):
    assert not database_is_away(error)


def test_only_the_pool_is_waited_for():
    assert waited_for_pool(caused(OperationalError(), PoolTimeout()))
    assert not waited_for_pool(caused(OperationalError(), psycopg.errors.AdminShutdown()))
    assert not waited_for_pool(ValueError())
