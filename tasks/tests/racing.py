"""Requests that are sent at the same moment."""

import threading

from django.db import connections
from django.test import Client


def race(client, requests):
    """Post all (url, data) at once, each on a connection of its own; return the status codes."""
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
