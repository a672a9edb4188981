"""Tells a database that is away for a moment from a fault of the program."""

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, InternalError, OperationalError
from psycopg_pool import PoolTimeout

# SQLSTATEs of a server that ends, has crashed, starts, has no slot left, or ended a transaction
# that lay idle; 08… is the connection.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
AWAY = ("57P01", "57P02", "57P03", "53300", "25P03", "08")


def database_is_away(error):
    """Is the connection the cause of this exception, rather than what was asked of it?"""
    return bool(connection_error(error))


def waited_for_pool(error):
    """Did the request wait for a connection until the pool gave up?"""
    return isinstance(getattr(connection_error(error), "__cause__", None), PoolTimeout)


def connection_error(error):
    """Return the database's error in this exception's chain of causes, None if there is none."""
    seen = set()
    while error is not None and error not in seen:
        if isinstance(error, InterfaceError):
            return error if "connection" in str(error) else None  # else of a cursor, say
        if isinstance(error, OperationalError | InternalError):
            # Without a state no server answered: refused, cut off, the pool's time is up.
            state = getattr(error.__cause__, "sqlstate", None)
            return error if state is None or state.startswith(AWAY) else None
        seen.add(error)
        # Sessions hide what went wrong as they were saved; else only a cause is one.
        hidden = isinstance(error, SessionInterrupted | UpdateError)
        error = error.__cause__ or (error.__context__ if hidden else None)
    return None
