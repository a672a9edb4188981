"""/healthz and /readyz, for monitoring.

They are answered before everything else: for any host, over http too, and without a session. Only
/readyz queries the database, and so keeps a suspended one awake.
"""

import threading

from django.db import connection
from django.http import HttpResponse

TURN, PATIENCE = 1, 1.5  # seconds: libpq's own limits add up to many more

_asking = threading.Lock()


class HealthMiddleware:
    """Answer /healthz with 200, /readyz with 200 or, within three seconds, 503."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path == "/healthz":
            return answer(200, "alive")
        if request.path == "/readyz":
            if database_answers():
                return answer(200, "ready")
            return answer(503, "no database")
        return self.get_response(request)


def answer(status, word):
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(
        f"{word}\n",
        content_type="text/plain",
        status=status,
        headers=headers,
    )


def database_answers():
    """Return whether a new connection to the database works, within TURN and PATIENCE.

    The query runs in a thread, since nothing can interrupt it, and one at a time: an unreachable
    database occupies only one thread and gets one connection, however many requests there are.
    """
    if not _asking.acquire(timeout=TURN):
        return False
    answers = threading.Event()
    try:
        threading.Thread(target=ask, args=[answers], daemon=True).start()
    except RuntimeError:  # there are too many threads
        _asking.release()
        return False
    return answers.wait(PATIENCE)


def ask(answers):
    try:
        params = connection.get_connection_params() | {"connect_timeout": 2}
        with connection.Database.connect(**params) as own:
            own.execute("SELECT 1")
        answers.set()
    except connection.Database.Error:
        pass  # the caller's timeout is the answer
    finally:
        _asking.release()
