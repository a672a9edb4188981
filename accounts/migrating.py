"""Migrations that run while the present version of the site serves, and give way to it."""

import time

from django.core.management.base import CommandError
from django.db import OperationalError, transaction
from psycopg import errors

# While a migration waits for a lock, all later requests wait behind it. PostgreSQL looks for a
# deadlock after a second, and may then end the act of a user: so the migration gives way earlier.
LOCK_TIMEOUT = "800ms"
TRIES = 30  # of each step, which makes about a minute
PAUSE = 1  # seconds between two tries, for the requests that waited


def patiently(connection, table, *statements):
    """Run SQL statements in one transaction; try again while another transaction uses the table.

    Raise CommandError, with advice, after TRIES attempts.
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
    """Return the error message for a table that was in use for too long, with advice."""
    return (
        f"The table {table} was in use for too long, so migrating stopped before all was done. What"
        " is done stays, and the version before works with it. Run manage.py migrate again, at a"
        " quiet time or once a backup that runs has ended."
    )
