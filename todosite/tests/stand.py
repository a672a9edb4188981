"""A stand-in for Neon, for tests: PostgreSQL and PgBouncer with TLS, which sleep on command.

neonlike, in the same folder, does the work; it needs Debian's postgresql and pgbouncer.
"""

import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

SCRIPT = Path(__file__).parent / "neonlike"


class Stand:
    """A stand-in in a folder of its own; pooled and direct are its addresses."""

    def __init__(self, folder, *options):
        self.folder = Path(folder)
        self.is_suspended = False
        shown = self("up", "--port", str(free_ports()), *options)
        urls = dict(
            line.split("=", 1) for line in shown.splitlines() if line.startswith("DATABASE")
        )
        self.pooled, self.direct = urls["DATABASE_URL"], urls["DATABASE_URL_UNPOOLED"]
        self.urls = urls

    def __call__(self, *arguments):
        """Run a command of neonlike. Return its output."""
        env = os.environ | {"NEONLIKE_DIR": str(self.folder / "stand")}
        command = [sys.executable, str(SCRIPT), *arguments]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"neonlike {' '.join(arguments)}: {done.stderr.strip()}")
        self.is_suspended = arguments[0] == "suspend"
        return done.stdout

    def sql(self, *statements):
        """Run statements as the superuser of the server. Return their output as text."""
        state = json.loads((self.folder / "stand" / "state.json").read_text())
        port = urlsplit(self.direct).port + 2 * state["wake"]
        where = ["-h", str(self.folder / "stand" / "run"), "-p", str(port), "-d", "neondb"]
        what = [word for statement in statements for word in ("-c", statement)]
        done = subprocess.run(
            [f"{state['pgbin']}/psql", "-XAtq", "-U", "cloud_admin", *where, *what],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.strip()


@contextlib.contextmanager
def stand(*options):
    """Yield a Stand, and remove it afterwards."""
    folder = tempfile.mkdtemp(prefix="todosite-neon-")
    os.chmod(folder, 0o711)  # the servers run as another user
    made = None
    try:
        made = Stand(folder, *options)
        yield made
    finally:
        if made:
            made("down")
        shutil.rmtree(folder, ignore_errors=True)


def free_ports():
    """Return a free port that is followed by three free ports."""
    while True:
        first = random.randrange(20_000, 30_000)
        with contextlib.ExitStack() as sockets, contextlib.suppress(OSError):
            for port in range(first, first + 4):
                sockets.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
