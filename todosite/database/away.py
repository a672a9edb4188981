"""Tells a database that is away for a moment, or too slow, from a fault of the program."""

from django.db import InterfaceError, InternalError, NotSupportedError, OperationalError
from psycopg_pool import PoolTimeout

KINDS = InterfaceError | InternalError | NotSupportedError | OperationalError

# SQLSTATEs of a server that ends, has crashed, starts, has no slot left, or ended a transaction
# that lay idle; 08… is the connection.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
AWAY = ("57P01", "57P02", "57P03", "53300", "25P03", "08")

# Where the server finds that a table was altered after a statement of the connection was prepared.
OUTDATED = "RevalidateCachedQuery"

# Those of a statement that the server stopped at a limit of time, its own or that of a lock.
TOO_LONG = {"57014", "55P03"}


def database_is_away(error):
    """Is the connection the cause of this exception, rather than what was asked of it?"""
    return bool(connection_error(error))


def waited_for_pool(error):
    """Did the request wait for a connection until the pool gave up?"""
    return isinstance(getattr(connection_error(error), "__cause__", None), PoolTimeout)


def took_too_long(error):
    """Is a limit of time the cause of this exception (migrate sets them: DATABASE_TIMEOUTS)?"""
    return state_of(database_error(error)) in TOO_LONG


def connection_error(error):
    """Return the error of a broken connection in this exception's chain of causes, or None."""
    error = database_error(error)
    if isinstance(error, InterfaceError):
        return error if "connection" in str(error) else None  # else of a cursor, say
    if error is None:
        return None
    if isinstance(error, NotSupportedError):
        return error if is_outdated(error) else None
    # Without a state no server answered: refused, cut off, the pool's time is up.
    state = state_of(error)
    return error if state is None or state.startswith(AWAY) else None


def is_outdated(error):
    """Return whether only this connection fails, since it prepared the statement too early."""
    diag = getattr(error.__cause__, "diag", None)
    return getattr(diag, "source_function", None) == OUTDATED


def state_of(error):
    """Return the SQLSTATE that the server gave an error of Django's, None if it gave none."""
    return getattr(getattr(error, "__cause__", None), "sqlstate", None)


def database_error(error):
    """Return the database's error in this exception's chain of causes, None if there is none."""
    seen = set()
    while error is not None and error not in seen:
        if isinstance(error, KINDS):
            return error
        seen.add(error)
        error = error.__cause__
    return None
