"""Django's PostgreSQL engine, for a server that sleeps, restarts, and stands behind a pooler.

In addition to Django's own settings, the DATABASES entry may have

    UNPOOLED            an entry that leads past the pooler, for everything it can't do: direct()
    LOCALPG             a folder with a private server, which is started on demand
    LOCALPG_THROWAWAY   True makes that a fast server, deleted after use
    PREPARED            True: prepare statements through a pooler, too, which must support that
"""

import contextlib
import select
import time

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError
from django.db.backends.postgresql import base, creation
from psycopg import Error
from psycopg_pool import ConnectionPool

from todosite import localpg

POOLED = (
    "DATABASE_URL connects to a pooler, which can't carry this. Set DATABASE_URL_UNPOOLED to the"
    " address of the server itself: on Neon, the same without “-pooler”."
)


JUST_USED = 1  # seconds


def _start(settings):
    return localpg.start(
        settings["LOCALPG"],
        settings.get("LOCALPG_THROWAWAY", False),
    )


def _direct(settings):
    """Return settings that lead to the server itself, without a pool and without time limits.

    Options at the start of a connection are refused or forgotten by a pooler.
    """
    unpooled = settings.get("UNPOOLED", {})
    settings = settings | unpooled | {"NAME": settings["NAME"]}
    options = dict(settings["OPTIONS"])
    options.pop("pool", None)
    limits = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
    lifted = [f"-c {limit}=0" for limit in limits]
    said = [options.get("options", ""), *lifted, "-c todosite.direct=yes"]
    options["options"] = " ".join(said).strip()
    return settings | {"OPTIONS": options, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False}


def _is_fresh(connection):
    """Return whether a connection was used a moment ago, and its server hasn't closed it since.

    A server that stops or restarts closes it at once, and a suspended server was idle before.
    """
    if time.monotonic() - getattr(connection, "used_at", 0) > JUST_USED:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)


class DatabaseClient(base.DatabaseClient):
    """psql for manage.py dbshell: past the pooler, and the wheel's psql for the local server."""

    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict, parameters):
        settings_dict = settings_dict | settings_dict.get("UNPOOLED", {})
        if not settings_dict.get("LOCALPG"):
            return super().settings_to_cmd_args_env(settings_dict, parameters)
        settings_dict = {
            **settings_dict,
            "HOST": _start(settings_dict),
            "PORT": localpg.PORT,
        }
        args, env = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [str(localpg.programs() / "psql"), *args[1:]], env


class DatabaseCreation(creation.DatabaseCreation):
    """Test databases, which are dropped even if a pooler keeps connections to them."""

    def _destroy_test_db(self, test_database_name, verbosity):
        self.connection.close_pool()
        drop = f"DROP DATABASE {self._quote_name(test_database_name)}"
        with self._nodb_cursor() as cursor:
            try:
                cursor.execute(f"{drop} WITH (FORCE)")
            except ProgrammingError:  # a vacuum can't be ended by force, but ends by itself
                cursor.execute(drop)


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient
    creation_class = DatabaseCreation
    _emptied_at = {}  # alias: monotonic seconds; shared by all threads, as Django's pools are

    def get_connection_params(self):
        params = super().get_connection_params()
        if self.settings_dict.get("LOCALPG"):
            params |= {"host": _start(self.settings_dict), "port": localpg.PORT}
        return params

    def get_new_connection(self, conn_params):
        """Return a connection that works.

        The pool's own check sleeps 0, 1, 2, 4, 8 … seconds between one dead connection and the
        next. But connections that were idle at the same time are all dead, so here the first
        empties the pool.
        """
        for _ in range(3):
            connection = super().get_new_connection(conn_params)
            if not self.pool or _is_fresh(connection):
                return connection
            try:
                ConnectionPool.check_connection(connection)  # one round trip
                return connection
            except Error:
                self.pool.putconn(connection)  # which closes it
                self._empty_pool()
        return super().get_new_connection(conn_params)

    def rows(self, sql, parameters):
        """Return the rows of a query as tuples, read by a cursor that stays with the connection.

        A new cursor looks up again how to convert each type, which takes as long as the rest.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            if not hasattr(self.connection, "reader"):
                self.connection.reader = self.create_cursor()
        cursor = self._prepare_cursor(self.connection.reader)
        cursor.execute(sql, parameters)
        return cursor.fetchall()

    def close_if_unusable_or_obsolete(self):
        """Close the connection as Django does; after an error, discard its prepared statements.

        A table may have been altered since a statement was prepared, which then fails each time.
        """
        met_error = self.connection is not None and self.errors_occurred
        if met_error and not self.in_atomic_block:
            with contextlib.suppress(Error):
                self.connection.execute("DEALLOCATE ALL")
        super().close_if_unusable_or_obsolete()

    def _close(self):
        if self.connection is not None:
            self.connection.used_at = time.monotonic()
        return super()._close()

    def _configure_connection(self, connection):
        """Prepare no statements through a pooler without support for them: PgBouncer before 1.21.

        A connection through a pooler has another number than the process of the server.
        """
        super()._configure_connection(connection)
        if connection.prepare_threshold is not None and not self.settings_dict.get("PREPARED"):
            (pid,) = connection.execute("SELECT pg_backend_pid()").fetchone()
            if pid != connection.info.backend_pid:
                connection.prepare_threshold = None
        return True  # a transaction may have begun

    def _empty_pool(self):
        now = time.monotonic()
        if now - self._emptied_at.get(self.alias, 0) > 0.5:  # once, not by every waiting thread
            self._emptied_at[self.alias] = now
            self.pool.drain()

    @contextlib.contextmanager
    def direct(self):
        """Connect to the server itself, without time limits, for the length of the block.

        This is for a process that does nothing else at the same time: the pool is closed. In a
        transaction it does nothing, since the connection can't change. Raise ImproperlyConfigured
        if only a pooler answers.
        """
        if self.in_atomic_block:
            yield
            return
        settings = self.settings_dict
        self.close()
        self.close_pool()
        self.settings_dict = _direct(settings)
        try:
            self._refuse_pooler()
            yield
        finally:
            self.close()
            self.settings_dict = settings

    def _refuse_pooler(self):
        try:
            with self.cursor() as cursor:
                cursor.execute("SELECT current_setting('todosite.direct', true) = 'yes'")
                (direct,) = cursor.fetchone()
        except OperationalError as error:
            if "unsupported startup parameter" not in str(error):
                raise
            direct = False
        if not direct:
            raise ImproperlyConfigured(POOLED)
