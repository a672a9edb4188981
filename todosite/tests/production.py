"""The production server for tests: gunicorn by the Procfile's command."""

import contextlib
import http.client
import os
import runpy
import shlex
import socket
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock
from urllib.parse import quote, urlencode

from django.db import connection

from todosite.environment import BASE_DIR

ENV = {
    "DEBUG": "false",
    "SECRET_KEY": "k" * 25 + "7fQ9x2Lw8Zr4Vb6Nc1Md3Pt5Hj0Gs",
    "ALLOWED_HOSTS": "localhost",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "DATABASE_URL_UNPOOLED": None,
    "WEB_CONCURRENCY": "1",
    "DJANGO_ALLOW_ASYNC_UNSAFE": None,
}


def environment(**changes):
    """Return os.environ for a production process; a change to None unsets a variable."""
    merged = os.environ | ENV | changes
    return {name: value for name, value in merged.items() if value is not None}


def read_module(name, **changes):
    """Return the globals of a module of todosite/, read anew in production mode.

    A process of its own would take a second. Raise the errors of the module's import.
    """
    with mock.patch.dict(os.environ, environment(**changes), clear=True):
        return runpy.run_path(str(BASE_DIR / "todosite" / f"{name}.py"))


def database_url():
    """Return the address of the test database, for another process."""
    params = connection.get_connection_params()
    query = {k: params[k] for k in ("host", "port") if params.get(k)}
    password = f":{quote(params['password'])}" if params.get("password") else ""
    return f"postgresql://{params['user']}{password}@/{params['dbname']}?{urlencode(query)}"


def manage(*arguments, **changes):
    """Run a command of manage.py in production mode. Return the finished process."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=environment(**changes),
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )


def web_command(port=8000):
    """Return the web command of the Procfile, for the Python of the tests.

    It listens on this machine only.
    """
    lines = Path(BASE_DIR, "Procfile").read_text().splitlines()
    (command,) = (line.split(":", 1)[1] for line in lines if line.startswith("web:"))
    assert "0.0.0.0:$PORT" in command
    here = command.replace("0.0.0.0:$PORT", f"127.0.0.1:{port}")
    program, *arguments = shlex.split(here)
    return [sys.executable, "-m", program, *arguments]


@contextlib.contextmanager
def serve(log=None, **changes):
    """Serve in production mode on a free port. Yield its number. log is a file for its output."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = environment(PORT=str(port), **changes)
    with contextlib.ExitStack() as stack:
        pipe = stack.enter_context(open(log, "w")) if log else None
        printed = {"stdout": pipe, "stderr": pipe}
        server = subprocess.Popen(web_command(port), env=env, cwd=BASE_DIR, **printed)
        stack.enter_context(server)
        try:
            for _ in range(300):
                with contextlib.suppress(OSError), socket.create_connection(("localhost", port), 1):
                    break
                assert server.poll() is None, "the server ended"
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()


def ask(port, path, method="GET", *, body=None, scheme="https", host="localhost", **headers):
    """Send a request as a proxy in front of the server would. Return the answer, with its text."""
    headers |= {"Host": host, "X-Forwarded-Proto": scheme}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as link:
        link.request(method, path, urlencode(body) if body else None, headers)
        answer = link.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")
    return answer
