"""The bell that wakes the sender of this process: no sender asks the database for news."""

import threading

from django.db import transaction

rung = threading.Event()


def ring_on_commit():
    """Wake the sender of this process once the present transaction is committed."""
    transaction.on_commit(rung.set)
