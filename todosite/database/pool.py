"""The attempts of the connection pool to reach a database that is unreachable."""

RECONNECT_TIMEOUT = 1  # seconds for which psycopg_pool retries by itself, with growing pauses


def keep_trying(pool):
    """Retry once a second while a request waits: psycopg_pool's own pauses double.

    The pool calls this when it has given up. If no request waits, a sleeping database isn't woken.
    """
    if pool.get_stats()["requests_waiting"]:
        pool.check()  # opens a connection if there is none
