"""Tells a database that is away for a moment from a fault of the program."""

from django.db import InterfaceError, InternalError, OperationalError
from psycopg_pool import PoolTimeout

# SQLSTATEs of a server that ends, has crashed, starts, or has no slot left; 08… is the connection.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
AWAY = ("57P01", "57P02", "57P03", "53300", "08")


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
        if isinstance(error, InterfaceError):  # the connection is closed
            return error
        if isinstance(error, OperationalError | InternalError):
            # Without a state no server answered: refused, cut off, the pool's time is up.
            state = getattr(error.__cause__, "sqlstate", None)
            return error if state is None or state.startswith(AWAY) else None
        seen.add(error)
        error = error.__cause__ or error.__context__
    return None
