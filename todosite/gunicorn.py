"""gunicorn's settings: gunicorn -c python:todosite.gunicorn todosite.wsgi

HOST (127.0.0.1), PORT (8000), WEB_CONCURRENCY (2 worker processes), WEB_THREADS (4 in each) and
ACCESS_LOG (off) come from the environment.
"""

import contextlib
import gc
import os
import signal
import sys

from django.core.exceptions import ImproperlyConfigured

from todosite.environment import env

try:
    # A half-sent request occupies a thread for as long as its sender likes, and gthread has no
    # limit for that: without a buffering proxy, any client can stop the server.
    host = env.listens("HOST", default="127.0.0.1")
    port = env.between("PORT", 1, 65535, default=8000)
    bind = f"{host}:{port}"
    workers = env.between("WEB_CONCURRENCY", 1, 1000, default=2)
    threads = env.between("WEB_THREADS", 1, 1000, default=4)
    accesslog = "-" if env.bool("ACCESS_LOG", default=False) else None
except ImproperlyConfigured as error:
    sys.exit(f"Todosite: {error}")

logger_class = "todosite.serverlog.ServerLog"
access_log_format = '%(h)s %(l)s %(u)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s "-" "%(a)s"'
worker_class = "todosite.worker.Worker"
# Each worker imports the application itself, so no connection is ever opened before the fork.
preload_app = False
# Django decides by TRUSTED_PROXY_COUNT whether a proxy's X-Forwarded-Proto counts; gunicorn would
# believe every proxy on this machine.
secure_scheme_headers = {}
# The same goes for SCRIPT_NAME and PATH_INFO: behind a proxy on this machine that passes on all
# headers, a visitor could change every link.
forwarder_headers = ""
# The default socket lies in the home folder, where two servers would share it.
control_socket_disable = True
# Characters of an address with method and version: nginx takes as many. By default gunicorn takes
# half, and a search of 500 letters beyond ASCII has more.
limit_request_line = 8190
# Seconds that a request may take before its worker is replaced, and for which a worker that is
# asked to stop may finish its requests.
timeout = 60
graceful_timeout = 20
keepalive = 5
# A worker makes room for a new one after some ten thousands of requests, not all at the same time.
# Its memory stays the same (todosite/tests/load.py), and a start takes more than a second.
max_requests = 20_000
max_requests_jitter = 5000


def on_starting(server):
    """Stop with one line, before any worker is forked, if a setting is missing or unreadable."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todosite.settings")
    from django.conf import settings

    try:
        ready = settings.DEBUG or (settings.STATIC_ROOT / "staticfiles.json").exists()
    except ImproperlyConfigured as error:
        sys.exit(f"Todosite: {error}")
    if not ready:
        sys.exit("Todosite: run `python manage.py collectstatic --noinput` first.")


def post_worker_init(worker):
    """Make a worker collect garbage more rarely, open a connection, and send reminders."""
    # A page creates some thousands of objects, nearly all of which are freed by reference counting.
    # A collection every 700 objects took an eighth of a page's time.
    gc.freeze()  # imported modules stay, so they needn't be searched
    gc.set_threshold(10_000, 20, 50)
    open_pool()

    from tasks import sending

    sending.start()
    end = signal.getsignal(signal.SIGTERM)

    def retire_and_end(number, frame):
        """Begin no mail while the last requests are answered: after 20 s all of it is killed."""
        sending.retire()
        end(number, frame)

    signal.signal(signal.SIGTERM, retire_and_end)


def worker_exit(server, worker):
    """Let the sender of a worker that ends finish the mail in hand: otherwise it goes out twice."""
    from tasks import sending

    sending.stop()


def open_pool():
    """Open a connection before the first requests: too many at once would be refused.

    Without a connection all requests wait, and one thread must not wait (settings.py).
    """
    from django.db import connection
    from psycopg_pool import PoolTimeout

    if connection.pool:
        connection.pool.open()
        # If the database is unreachable, each page says so, and the pool goes on trying.
        with contextlib.suppress(PoolTimeout), connection.pool.connection(timeout=2):
            pass
