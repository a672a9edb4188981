"""The bell that wakes the sender of this process: no sender asks the database for news.

It rings once an act that wrote or moved a reminder is committed; and at most once a minute after a
request that used the database, which is awake then anyway, for what other processes wrote. Where
web processes send nothing, the database passes it on to `send_due --loop` (tasks.listening).
"""

import threading
import time

from django.conf import settings
from django.db import connection, transaction

AGAIN = 60  # seconds
CHANNEL = "delivery_due"

rung = threading.Event()
_looked_at = [0.0]


def ring_on_commit():
    """Wake the sender of this process, or of others, once the present transaction is committed."""
    transaction.on_commit(rung.set)
    if settings.HAS_MAIL and not settings.SEND_IN_WEB:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def looked():
    """Note that the sender of this process looks for due deliveries."""
    _looked_at[0] = time.monotonic()


class BellMiddleware:
    """Wake the sender after a request that used the database, at most once a minute."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        is_awake = connection.connection is not None
        if is_awake and time.monotonic() - _looked_at[0] > AGAIN:
            rung.set()
        return response
