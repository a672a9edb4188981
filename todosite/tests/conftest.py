"""The stand-in for Neon that tests share."""

import pytest

from todosite.tests.production import manage
from todosite.tests.stand import stand as make_stand


@pytest.fixture(scope="session")
def stand():
    """A stand-in with our tables, and with two more databases like that: branch, test_neondb."""
    with make_stand() as made:
        done = manage("migrate", "--verbosity", "0", **made.urls)
        assert (done.stdout, done.stderr) == ("", "")
        made("kill-backends")  # Otherwise a connection of the pooler would prevent it.
        for name in ["branch", "test_neondb"]:
            made.sql(f"CREATE DATABASE {name} TEMPLATE neondb OWNER neondb_owner")
        yield made
