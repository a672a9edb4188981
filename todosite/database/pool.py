"""How often the pool of connections tries to reach a database that is away."""

RECONNECT_TIMEOUT = 1  # seconds that psycopg_pool goes on by itself, ever more rarely


def keep_trying(pool):
    """Start again, once a second, while a request waits: psycopg_pool's own pauses double.

    It calls this when it has given up. Where nobody waits, nobody wakes a database that sleeps.
    """
    if pool.get_stats()["requests_waiting"]:
        pool.check()  # opens a connection where there is none
