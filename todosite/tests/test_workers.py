"""Limits of sign-in, headers of proxies and connections, with real gunicorn workers."""

import errno
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from types import SimpleNamespace
from unittest import mock

import pytest
from django.db import connection
from gunicorn.workers.gthread import ThreadWorker

from accounts.tests.people import PASSWORD, add_user
from todosite.tests.html import values
from todosite.tests.production import ask, database_url, serve
from todosite.worker import Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.exhaustive]
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Referer": "https://localhost/"}
WRONG = "The email address and/or password you specified are not correct."
LOCKED = "Too many failed login attempts. Try again later."


@pytest.fixture(scope="module")
def port(django_db_setup, django_db_blocker, static_root):
    with django_db_blocker.unblock():
        url = database_url()
    changes = {"TRUSTED_PROXY_COUNT": "1", "WEB_CONCURRENCY": "4"}
    with serve(DATABASE_URL=url, STATIC_ROOT=static_root, **changes) as port:
        yield port


def test_worker_has_a_connection_before_its_first_request(static_root):
    url = f"{database_url()}&application_name=new"
    with serve(DATABASE_URL=url, STATIC_ROOT=static_root) as port:
        assert ask(port, "/healthz").status == 200  # which asks no database
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'new'")
            assert cursor.fetchone()[0] >= 1


def test_worker_whose_threads_are_busy_leaves_connections_to_the_other(static_root):
    with (
        serve(STATIC_ROOT=static_root, WEB_CONCURRENCY="2", WEB_THREADS="1") as port,
        socket.create_connection(("127.0.0.1", port)) as half_sent,
    ):
        half_sent.sendall(b"GET /healthz HTTP/1.1\r\nHost:")  # which holds a thread
        assert [ask(port, "/healthz").status for _ in range(20)] == [200] * 20


def test_connection_with_one_request_after_another_leaves_a_thread_to_others(static_root):
    with (
        serve(STATIC_ROOT=static_root, WEB_CONCURRENCY="1", WEB_THREADS="1") as port,
        closing(HTTPConnection("127.0.0.1", port, timeout=30)) as busy,
        ThreadPoolExecutor() as others,
    ):
        asking = others.submit(lambda: [ask(port, "/healthz").status for _ in range(20)])
        for _ in range(2000):
            busy.request("GET", "/healthz")
            assert busy.getresponse().read() == b"alive\n"
            if asking.done():
                break
        assert asking.done()
        assert asking.result() == [200] * 20


def test_connections_that_wait_are_let_in_while_others_send_without_a_pause(static_root):
    served = dict.fromkeys(range(6), 0)
    headers = {"Host": "localhost", "X-Forwarded-Proto": "https"}

    def ask_on_and_on(number):
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as kept:
            while min(served.values()) < 5 and sum(served.values()) < 300:
                kept.request("GET", "/accounts/login/", headers=headers)
                assert b"Sign in" in kept.getresponse().read()
                served[number] += 1

    one = {"WEB_CONCURRENCY": "1", "WEB_THREADS": "1", "TRUSTED_PROXY_COUNT": "1"}
    with (
        serve(DATABASE_URL=database_url(), STATIC_ROOT=static_root, **one) as port,
        ThreadPoolExecutor() as askers,
    ):
        list(askers.map(ask_on_and_on, served))
    assert min(served.values()) >= 5


def test_thread_stays_with_a_connection_only_while_it_brings_requests_and_none_waits():
    worker = Worker.__new__(Worker)
    worker.cfg, worker.alive, worker.busy = SimpleNamespace(threads=1), True, 1
    client, server = socket.socketpair()
    with client, server, socket.create_server(("127.0.0.1", 0)) as listener:
        worker.sockets = [listener]
        connection = SimpleNamespace(sock=server)
        assert not worker.goes_on(connection)
        client.send(b"GET / HTTP/1.1")
        assert worker.goes_on(connection)
        worker.busy = 2  # another connection of this worker waits
        assert not worker.goes_on(connection)
        worker.busy = 1
        with socket.create_connection(listener.getsockname()):  # a new one waits
            assert not worker.goes_on(connection)
            listener.accept()[0].close()
        worker.alive = False
        assert not worker.goes_on(connection)


def test_finished_request_lets_a_connection_in_only_while_the_worker_is_open():
    worker = Worker.__new__(Worker)
    worker.nr_conns, worker.worker_connections, worker.sockets = 1, 2, ["a listener"]
    with (
        mock.patch.object(ThreadWorker, "finish_request"),
        mock.patch.object(ThreadWorker, "accept") as accept,
    ):
        worker.finish_request(None, None)  # as after the loop of a worker
        accept.assert_not_called()
        worker.is_open = True
        accept.side_effect = OSError(errno.EMFILE, "too many open files")
        worker.finish_request(None, None)
        accept.assert_called_once_with("a listener")
        worker.nr_conns = 2
        worker.finish_request(None, None)
        accept.assert_called_once()


def sign_in(port, email, password, address):
    """Try to sign in from an address as the proxy saw it. Return "in", "wrong" or "locked"."""
    page = ask(port, "/accounts/login/")
    (token,) = set(values(page.text, "csrfmiddlewaretoken"))
    (cookie,) = re.findall(r"csrftoken=\w+", page.headers["Set-Cookie"])
    body = {"login": email, "password": password, "csrfmiddlewaretoken": token}
    # Only the last address is the proxy's; the others are the visitor's own claim.
    forwarded = {"X-Forwarded-For": f"198.51.100.{len(password)}, {address}"}
    answer = ask(port, "/accounts/login/", "POST", body=body, Cookie=cookie, **FORM, **forwarded)
    if answer.status == 302:
        return "in"
    return "locked" if LOCKED in answer.text else "wrong" if WRONG in answer.text else answer.text


def test_account_locks_after_five_wrong_passwords_across_workers(port):
    add_user("ann@example.org", password=PASSWORD)
    tries = [sign_in(port, "ann@example.org", f"wrong{n}", f"192.0.2.{n}") for n in range(12)]
    assert tries == ["wrong"] * 5 + ["locked"] * 7
    assert sign_in(port, "ann@example.org", PASSWORD, "192.0.2.99") == "locked"


def test_limit_uses_the_address_that_the_proxy_saw(port):
    tries = [sign_in(port, f"{n}@example.org", "x" * (n + 1), "203.0.113.1") for n in range(12)]
    assert tries == ["wrong"] * 10 + ["locked"] * 2
    assert sign_in(port, "new@example.org", "x", "203.0.113.2") == "wrong"


def test_https_header_of_an_untrusted_proxy_is_ignored(static_root):
    with serve(STATIC_ROOT=static_root, TRUSTED_PROXY_COUNT="0") as port:
        answer = ask(port, "/accounts/login/", scheme="https")
        assert (answer.status, answer.headers["Location"]) == (
            301,
            "https://localhost/accounts/login/",
        )


def test_https_header_of_a_trusted_proxy_is_believed(port):
    assert ask(port, "/accounts/login/", scheme="https").status == 200
    assert ask(port, "/accounts/login/", scheme="http").status == 301
