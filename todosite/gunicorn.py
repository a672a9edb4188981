"""gunicorn's settings: gunicorn -c python:todosite.gunicorn todosite.wsgi

HOST (127.0.0.1), PORT (8000), WEB_CONCURRENCY (2 worker processes), WEB_THREADS (4 in each) and
ACCESS_LOG (off) come from the environment.
"""

import contextlib
import gc
import os
import sys

from django.core.exceptions import ImproperlyConfigured

from todosite.environment import env

try:
    # A half-sent request holds a thread for as long as its sender likes, and gthread has no limit
    # to that: whoever can reach this address can stop the server, but for a proxy that buffers.
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
worker_class = "gthread"
# Each worker imports the application itself, so no connection is ever opened before the fork.
preload_app = False
# Whether a proxy's X-Forwarded-Proto counts is for TRUSTED_PROXY_COUNT to say, which Django reads;
# gunicorn would believe it of every proxy on this machine.
secure_scheme_headers = {}
# The same goes for SCRIPT_NAME and PATH_INFO, with which a visitor behind a proxy on this machine
# that hands on all headers could move every link.
forwarder_headers = ""
# The default socket lies in the home folder, where two servers would share it.
control_socket_disable = True
# Characters of an address with method and version: nginx takes as many. By default gunicorn takes
# half, and a search of 500 letters beyond ASCII has more.
limit_request_line = 8190
# A request may take this long (seconds) before its worker is replaced; a worker that is asked
# to stop may finish what it has begun.
timeout = 60
graceful_timeout = 20
keepalive = 5
# A worker makes room for a new one after some thousands of requests, not all at the same time.
max_requests = 5000
max_requests_jitter = 1000


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
    """Have a worker look for garbage more rarely, and open its first connection."""
    # A page makes some thousands of objects, nearly all of which go by themselves. Looking through
    # them every 700 took an eighth of a page's time.
    gc.freeze()  # what was imported stays
    gc.set_threshold(10_000, 20, 50)
    open_pool()


def open_pool():
    """Open a connection before the first requests: too many at once would be told to come later.

    While there is none all of them wait for it, and one thread is not to wait (settings.py).
    """
    from django.db import connection
    from psycopg_pool import PoolTimeout

    if connection.pool:
        connection.pool.open()
        # A database that is away is told by each page, and the pool goes on trying.
        with contextlib.suppress(PoolTimeout), connection.pool.connection(timeout=2):
            pass
