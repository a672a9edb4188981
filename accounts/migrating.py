"""Migrates beside the version that still runs, and gives way to it."""

import time

from django.core.management.base import CommandError
from django.db import OperationalError, transaction
from psycopg import errors

# While a lock is waited for, all that come later wait behind it. PostgreSQL looks for a deadlock
# after a second, and may then end the act of a user: here the migration always gives way first.
LOCK_TIMEOUT = "800ms"
TRIES = 30  # at each step, so that it goes on for about a minute
PAUSE = 1  # seconds in between, for those that waited


def patiently(connection, table, *statements):
    """Run statements in a transaction, again while they meet others that use the table.

    Raise CommandError after TRIES, with what to do.
    """
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                cursor.execute("SET LOCAL statement_timeout = 0")  # the role's is for pages
                for statement in statements:
                    cursor.execute(statement)
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, errors.LockNotAvailable | errors.DeadlockDetected):
                raise
            if not left:
                raise CommandError(in_use(table)) from None
        time.sleep(PAUSE)


def in_use(table):
    """Return what to say, and to do, where a table was in use for too long."""
    return (
        f"The table {table} was in use for too long, so migrating stopped before all was done. What"
        " is done stays, and the version before works with it. Run manage.py migrate again, at a"
        " quiet time or once a backup that runs has ended."
    )
