"""Simultaneous requests."""

import threading
import time

from django.db import connection, connections
from django.test import Client


def race(client, requests):
    """POST all (url, data) simultaneously, each on its own connection. Return the status codes."""
    barrier = threading.Barrier(len(requests))
    codes = [None] * len(requests)

    def post(n, url, data):
        own = Client(raise_request_exception=False)
        own.cookies = client.cookies
        try:
            barrier.wait(10)
            codes[n] = own.post(url, data).status_code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=(n, *r)) for n, r in enumerate(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return codes


def waiting(pool, do):
    """Begin do() on a connection of its own. Return its future, once it waits for this transaction.

    pool is a ThreadPoolExecutor.
    """

    def run():
        try:
            return do()
        finally:
            connections.close_all()

    future = pool.submit(run)
    held = (
        "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(held)
            if cursor.fetchone() is not None:
                return future
        time.sleep(0.01)
    raise AssertionError("It waits for nothing.")
