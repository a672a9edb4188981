"""The errors that count as an unreachable database, and their pages. See also test_neon.py."""

from unittest import mock

import psycopg
import pytest
from django.core.exceptions import BadRequest
from django.db import (
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
    transaction,
)
from django.middleware.csrf import get_token
from django.test import RequestFactory
from psycopg_pool import PoolTimeout, TooManyRequests

from accounts.models import SessionQuerySet
from accounts.tests.people import add_user
from todosite.database.away import database_is_away, took_too_long, waited_for_pool
from todosite.database.pool import keep_trying
from todosite.tests.html import hidden, words
from todosite.views import away, has_our_token


def caused(error, cause):
    error.__cause__ = cause
    return error


def during(error, another):
    """Return an error as raised while another was handled."""
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
def test_broken_connection_counts_as_an_unreachable_database(error):
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
def test_fault_of_ours_does_not_count_as_an_unreachable_database(error):
    assert not database_is_away(error)


@pytest.mark.parametrize(
    ("error", "too_long"),
    [
        (caused(OperationalError(), psycopg.errors.QueryCanceled()), True),
        (caused(OperationalError(), psycopg.errors.LockNotAvailable()), True),
        (caused(ValueError(), caused(OperationalError(), psycopg.errors.QueryCanceled())), True),
        (caused(OperationalError(), psycopg.errors.DeadlockDetected()), False),
        (caused(OperationalError(), psycopg.errors.AdminShutdown()), False),
        (OperationalError("refused"), False),
        (ValueError(), False),
        (None, False),
    ],
)
def test_stopped_statement_counts_as_too_slow(error, too_long):
    assert took_too_long(error) == too_long


def test_only_a_pool_timeout_counts_as_waiting():
    assert waited_for_pool(caused(OperationalError(), PoolTimeout()))
    assert not waited_for_pool(caused(OperationalError(), psycopg.errors.AdminShutdown()))
    assert not waited_for_pool(caused(OperationalError(), TooManyRequests()))
    assert not waited_for_pool(ValueError())


@pytest.mark.django_db
def test_act_whose_session_could_not_be_saved_took_effect(client):
    """The act took effect, and says so when sent again."""
    user = add_user()
    client.force_login(user)
    client.raise_request_exception = False
    client.get("/inbox/")  # which notes that the session was seen
    gone = caused(OperationalError("cut off"), psycopg.errors.AdminShutdown())
    with mock.patch.object(SessionQuerySet, "update", side_effect=gone):
        page = client.post("/tasks/add/", {"text": "Milk", "key": "1" * 32})
    assert page.status_code == 503
    assert "Send it again: it won't be saved twice." in page.text
    assert "Milk" in page.text
    again = client.post("/tasks/add/", {"text": "Milk", "key": "1" * 32}, follow=True)
    assert "Added “Milk”." in words(again)
    assert [task.title for task in user.tasks.all()] == ["Milk"]


def limit_statements(milliseconds):
    """Set the time limit for this test's transaction; the role's own is 30 seconds."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {milliseconds}")


def dawdle(*args, **kwargs):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(10)")


@pytest.mark.django_db
def test_stopped_page_is_a_503_without_retry(client, caplog):
    client.force_login(add_user())
    client.raise_request_exception = False
    client.get("/inbox/")
    limit_statements(50)
    with mock.patch("tasks.views.pages.render_page", side_effect=dawdle) as view:
        page = client.get("/inbox/?sort=x")
    assert (page.status_code, view.call_count) == (503, 1)
    assert "Todosite's database was too busy to put this page together" in words(page)
    assert (page["Retry-After"], "Refresh" in page) == ("60", False)
    stopped = "canceling statement due to statement timeout"
    assert caplog.messages == [f"GET /inbox/: the database took too long: {stopped}"]


@pytest.mark.django_db
def test_stopped_act_can_be_sent_again_with_the_typed_text(client):
    client.force_login(add_user())
    client.raise_request_exception = False
    limit_statements(50)
    with mock.patch("tasks.views.quickadd.reply", side_effect=dawdle):
        page = client.post("/tasks/add/", {"text": "Milk", "key": "1" * 32})
    assert page.status_code == 503
    assert "Send it again: it won't be saved twice." in words(page)
    assert (hidden(page)["text"], hidden(page)["key"]) == ("Milk", "1" * 32)


def test_form_of_another_site_is_recognized_without_an_error_page(caplog):
    token = get_token(RequestFactory().get("/"))
    answers = {}
    for sent in [token, "x" * 64, ""]:
        request = RequestFactory().post("/tasks/add/", {"csrfmiddlewaretoken": sent})
        request.COOKIES["csrftoken"] = token
        answers[sent] = has_our_token(request)
    assert answers == {token: True, "x" * 64: False, "": False}
    assert caplog.messages == []


@pytest.mark.django_db
def test_invalid_request_is_still_a_400(client):
    with mock.patch("tasks.views.pages.render", side_effect=BadRequest):
        assert client.get("/").status_code == 400


@pytest.mark.parametrize(("waiting", "checks"), [(0, 0), (1, 1)])
def test_pool_retries_while_a_request_waits(waiting, checks):
    pool = mock.Mock(**{"get_stats.return_value": {"requests_waiting": waiting}})
    keep_trying(pool)
    assert pool.check.call_count == checks


def test_address_cannot_forge_a_line_of_the_log(caplog):
    request = RequestFactory().get("/tasks/%0AERROR forged/")
    assert away(request, OperationalError("cut\noff")).status_code == 503
    assert caplog.messages == ["GET /tasks/\\nERROR forged/: the database is away: cut off"]
