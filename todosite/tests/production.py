"""The production server for tests: gunicorn by the Procfile's command."""

import contextlib
import http.client
import multiprocessing
import os
import runpy
import shlex
import socket
import subprocess
import sys
import tempfile
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

# Importing libraries takes most of the start of a process. One process imports these, which read no
# setting, and is forked for each program.
multiprocessing.set_forkserver_preload(
    [
        *["django.core.mail", "django.core.management", "django.db.backends.postgresql.base"],
        *["django.forms", "django.template.defaulttags", "django.test", "fido2.server", "gunicorn"],
        *["icalendar", "jinja2", "psycopg_pool", "tasks.quickadd.parser", "ua_parser", "yaml"],
        "todosite.tests.production",
    ]
)


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


def become(program, arguments, env, out, err):
    """Be `python program arguments`, with output to these files. None leaves it as it is."""
    for path, descriptor in [(out, 1), (err, 2)]:
        if path:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(file, descriptor)
    os.chdir(BASE_DIR)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [program, *arguments]
    if program.endswith(".py"):
        runpy.run_path(program, run_name="__main__")
    else:
        runpy.run_module(program, run_name="__main__", alter_sys=True)


def start(program, *arguments, env, out=None, err=None, how="forkserver"):
    """Start a program, a file or a module. Return its process. how="spawn" imports all anew."""
    context = multiprocessing.get_context(how)
    process = context.Process(target=become, args=(program, arguments, env, out, err))
    # Otherwise it would first import the main program of this process.
    main = sys.modules["__main__"]
    with mock.patch.multiple(main, create=True, __spec__=None, __file__=None):
        process.start()
    return process


def manage(*arguments, **changes):
    """Run a command of manage.py in production mode. Return the finished process."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = start("manage.py", *arguments, env=environment(**changes), out=out, err=err)
        process.join(60)
        assert process.exitcode is not None, "the command takes too long"
        texts = [path.read_text() for path in (out, err)]
    return subprocess.CompletedProcess(arguments, process.exitcode, *texts)


def web_command(port=8000):
    """Return the module and the arguments of the Procfile's web command.

    It listens on this machine only.
    """
    lines = Path(BASE_DIR, "Procfile").read_text().splitlines()
    (command,) = (line.split(":", 1)[1] for line in lines if line.startswith("web:"))
    assert "0.0.0.0:$PORT" in command
    return shlex.split(command.replace("0.0.0.0:$PORT", f"127.0.0.1:{port}"))


@contextlib.contextmanager
def serve(log=None, how="forkserver", **changes):
    """Serve in production mode on a free port. Yield its number. log is a file for its output."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = environment(PORT=str(port), **changes)
    server = start(*web_command(port), env=env, out=log, err=log, how=how)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("localhost", port), 1):
                break
            assert server.is_alive(), "the server ended"
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.join()


def ask(port, path, method="GET", *, body=None, scheme="https", host="localhost", **headers):
    """Send a request as a proxy in front of the server would. Return the answer, with its text."""
    headers |= {"Host": host, "X-Forwarded-Proto": scheme}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as link:
        link.request(method, path, urlencode(body) if body else None, headers)
        answer = link.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")
    return answer
