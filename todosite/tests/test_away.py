"""What counts as a database that is away, and what is said of it. The real thing: test_neon.py."""

from unittest import mock

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import BadRequest
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.test import RequestFactory
from psycopg_pool import PoolTimeout, TooManyRequests

from accounts.tests.people import add_user
from todosite.database.away import database_is_away, waited_for_pool
from todosite.database.pool import keep_trying
from todosite.views import away


def caused(error, cause):
    error.__cause__ = cause
    return error


def during(error, another):
    """Return error as raised while another was handled."""
    error.__context__ = another
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
        caused(OperationalError(), psycopg.errors.IdleInTransactionSessionTimeout()),
        caused(OperationalError(), TooManyRequests()),
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
        during(KeyError(), caused(OperationalError(), psycopg.errors.AdminShutdown())),
        InterfaceError("the cursor is closed"),
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
    assert not waited_for_pool(caused(OperationalError(), TooManyRequests()))
    assert not waited_for_pool(ValueError())


@pytest.mark.django_db
def test_session_that_could_not_be_saved_is_no_fault_of_the_request(client):
    """Django answers 400 there; the act itself took effect, and its message is lost."""
    client.force_login(add_user())
    gone = caused(OperationalError("cut off"), psycopg.errors.AdminShutdown())
    with mock.patch.object(Session, "save", side_effect=gone):
        page = client.post("/tasks/add/", {"text": "Milk", "key": "1" * 32})
    assert page.status_code == 503
    assert "Send it again: it won't be saved twice." in page.text
    assert "Milk" in page.text


@pytest.mark.django_db
def test_request_that_makes_no_sense_is_still_the_requests_fault(client):
    with mock.patch("tasks.views.pages.render", side_effect=BadRequest):
        assert client.get("/").status_code == 400


@pytest.mark.parametrize(("waiting", "checks"), [(0, 0), (1, 1)])
def test_pool_tries_again_while_somebody_waits(waiting, checks):
    pool = mock.Mock(**{"get_stats.return_value": {"requests_waiting": waiting}})
    keep_trying(pool)
    assert pool.check.call_count == checks


def test_address_cannot_forge_a_line_of_the_log(caplog):
    request = RequestFactory().get("/tasks/%0AERROR forged/")
    assert away(request, OperationalError("cut\noff")).status_code == 503
    assert caplog.messages == ["GET /tasks/\\nERROR forged/: the database is away: cut off"]
