"""The pool's check of connections before use, and their prepared statements."""

import contextlib
from datetime import date
from unittest import mock

import pytest
from django.db import NotSupportedError, ProgrammingError, connection
from psycopg_pool import ConnectionPool

from todosite.database import base
from todosite.database.away import database_is_away

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other():
    """Return a connection in addition to the test's own, from a pool of one."""
    options = connection.settings_dict["OPTIONS"] | {"pool": {"min_size": 1, "max_size": 1}}
    wrapper = base.DatabaseWrapper(connection.settings_dict | {"OPTIONS": options}, "other")
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


@contextlib.contextmanager
def asked():
    """Count how often a connection is checked before use."""
    check = ConnectionPool.check_connection
    with mock.patch.object(ConnectionPool, "check_connection", side_effect=check) as counted:
        yield counted


def ask(wrapper, sql):
    with wrapper.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_recently_used_connection_is_not_checked(other):
    ask(other, "SELECT 1")
    other.close()
    with asked() as check:
        assert ask(other, "SELECT 2") == 2
    check.assert_not_called()


def test_idle_connection_is_checked(other, monkeypatch):
    ask(other, "SELECT 1")
    other.close()
    monkeypatch.setattr(base, "JUST_USED", 0)
    with asked() as check:
        assert ask(other, "SELECT 2") == 2
    check.assert_called_once()


def test_recently_closed_connection_is_replaced(other):
    ask(other, "SELECT 1")
    used = other.connection
    other.close()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND query = 'SELECT 1'"
        )
        assert cursor.fetchall() == [(True,)]
    with asked() as check:
        assert ask(other, "SELECT 2") == 2
    assert check.call_count == 2  # the dead one, and the new one
    assert other.connection is not used


def test_prepared_statement_of_an_altered_table_fails_once(other):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE altered (name varchar(10))")
        cursor.execute("INSERT INTO altered VALUES ('Ann')")
    for _ in range(7):  # it is prepared at the sixth
        assert ask(other, "SELECT name FROM altered") == "Ann"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE altered ALTER name TYPE text")
    with pytest.raises(NotSupportedError) as caught:
        ask(other, "SELECT name FROM altered")
    assert database_is_away(caught.value)
    other.close_if_unusable_or_obsolete()
    assert ask(other, "SELECT name FROM altered") == "Ann"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE altered")


def test_rows_of_one_query_after_another_have_the_types_of_each(other):
    assert other.rows("SELECT %s::int, %s::text", [1, "a"]) == [(1, "a")]
    assert other.rows("SELECT date '2026-11-30', null", []) == [(date(2026, 11, 30), None)]
    reader = other.connection.reader
    assert other.rows("SELECT n FROM generate_series(1, 2) AS n", []) == [(1,), (2,)]
    assert other.connection.reader is reader


def test_rows_of_a_query_that_fails_raise_the_errors_of_django(other):
    with pytest.raises(ProgrammingError, match="missing"):
        other.rows("SELECT * FROM missing", [])
    assert other.rows("SELECT 1", []) == [(1,)]


def test_rows_are_counted_as_queries_of_a_test(django_assert_num_queries):
    with django_assert_num_queries(1) as counted:
        assert connection.rows("SELECT %s", ["a"]) == [("a",)]
    assert counted[0]["sql"] == "SELECT 'a'"


def test_rows_come_from_a_new_connection_if_the_old_one_was_closed(other):
    (before,) = other.rows("SELECT pg_backend_pid()", [])
    other.connection.close()
    other.close()
    assert other.rows("SELECT pg_backend_pid()", []) != [before]


def test_test_database_is_dropped_during_a_vacuum():
    cursor = mock.Mock()
    cursor.execute.side_effect = [ProgrammingError("permission denied to terminate process"), None]
    without_database = contextlib.nullcontext(cursor)
    with (
        mock.patch.object(connection, "close_pool"),
        mock.patch.object(connection.creation, "_nodb_cursor", return_value=without_database),
    ):
        connection.creation._destroy_test_db("test_x", verbosity=0)
    sent = [call.args for call in cursor.execute.call_args_list]
    assert sent == [('DROP DATABASE "test_x" WITH (FORCE)',), ('DROP DATABASE "test_x"',)]
