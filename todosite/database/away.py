"""Distinguishes a database that is unreachable for a moment, or too slow, from a fault of ours."""

from django.db import InterfaceError, InternalError, NotSupportedError, OperationalError
from psycopg_pool import PoolTimeout

KINDS = InterfaceError | InternalError | NotSupportedError | OperationalError

# SQLSTATEs of a server that stops, has crashed, starts, has no slot left, or ended an idle
# transaction; 08… are faults of the connection.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
AWAY = ("57P01", "57P02", "57P03", "53300", "25P03", "08")

# The server's function that finds a table altered since a statement was prepared.
OUTDATED = "RevalidateCachedQuery"

# SQLSTATEs of a statement that exceeded a time limit, of statements or of locks.
TOO_LONG = {"57014", "55P03"}


def database_is_away(error):
    """Return whether the connection caused this exception, rather than the query."""
    return bool(connection_error(error))


def waited_for_pool(error):
    """Return whether the request waited for a connection until the pool gave up."""
    return isinstance(getattr(connection_error(error), "__cause__", None), PoolTimeout)


def took_too_long(error):
    """Return whether a time limit caused this exception (migrate sets them: DATABASE_TIMEOUTS)."""
    return state_of(database_error(error)) in TOO_LONG


def connection_error(error):
    """Return the error of a broken connection in this exception's chain of causes, or None."""
    error = database_error(error)
    if isinstance(error, InterfaceError):
        return (
            error if "connection" in str(error) else None
        )  # others are about a cursor, for example
    if error is None:
        return None
    if isinstance(error, NotSupportedError):
        return error if is_outdated(error) else None
    # Without a state no server answered: refused, cut off, or the pool's timeout.
    state = state_of(error)
    if state is None or state.startswith(AWAY):
        return error
    return None


def is_outdated(error):
    """Return whether only this connection fails, since it prepared the statement too early."""
    diag = getattr(error.__cause__, "diag", None)
    return getattr(diag, "source_function", None) == OUTDATED


def state_of(error):
    """Return the SQLSTATE of the server's answer in an error of Django's, or None."""
    return getattr(getattr(error, "__cause__", None), "sqlstate", None)


def database_error(error):
    """Return the database's error in this exception's chain of causes, or None."""
    seen = set()
    while error is not None and error not in seen:
        if isinstance(error, KINDS):
            return error
        seen.add(error)
        error = error.__cause__
    return None
