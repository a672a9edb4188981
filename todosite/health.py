"""/healthz and /readyz, for whoever watches over the server.

They are answered before all else: by any name that the server is asked by, over http too, and
without a session. Only /readyz asks the database, and so keeps a suspended one from sleeping.
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
            return answer(200, "ready") if database_answers() else answer(503, "no database")
        return self.get_response(request)


def answer(status, word):
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(f"{word}\n", content_type="text/plain", status=status, headers=headers)


def database_answers():
    """Does a new connection to the database work, within TURN and PATIENCE?

    The question is put in a thread, since nothing can interrupt it, and one at a time: however
    many ask, a database that is away holds one thread and gets one connection.
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
        pass  # no answer is the answer
    finally:
        _asking.release()
