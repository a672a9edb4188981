"""Twenty clients at work while the database sleeps, restarts and drops connections.

    .venv/bin/python -m todosite.tests.hammer [SECONDS]

Half of them read a list, half add lines with keys. After a 503 or a broken answer they send a line
again, with its key, until they get an acknowledgement. The stand-in for Neon is suspended five
times for two seconds, restarted twice, and its backends are killed ten times. Prints the result;
ends with 1 if an answer was a 500, if a line is missing or doubled, or if a client had to wait for
more than three seconds after a resumption.
"""

import http.client
import random
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

from todosite.tests.production import ask, manage, serve
from todosite.tests.stand import stand

CLIENTS = 20
PATIENCE = 3  # seconds after a resumption
TOKEN = "c" * 32
FAULTS = ["suspend"] * 5 + ["restart"] * 2 + ["kill-backends"] * 10
SIGN_IN = f"""
from accounts.models import User
from django.test import Client
for number in range({CLIENTS}):
    client = Client()
    client.force_login(User.objects.create_user(f"demo{{number}}@example.com"))
    print(client.cookies["sessionid"].value)
"""


@dataclass
class Client:
    """A browser that acts repeatedly; seen has the moments of good answers."""

    port: int
    session: str
    writes: bool
    pause: float
    answers: Counter = field(default_factory=Counter)
    seen: list = field(default_factory=list)
    lines: list = field(default_factory=list)

    def work(self, end):
        while time.monotonic() < end():
            if self.writes:
                self.add_until_acknowledged(end)
            else:
                self.ask("/tasks/?status=pending&limit=10")
            time.sleep(self.pause)

    def add_until_acknowledged(self, end):
        line = {"text": f"Line {uuid.uuid4()}", "key": str(uuid.uuid4())}
        while self.ask("/tasks/add/", "POST", body=line) not in (200, 302):
            time.sleep(0.2)
        self.lines.append(line["text"])

    def ask(self, path, method="GET", body=None):
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Referer": "https://localhost/",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            status = ask(self.port, path, method, body=body, **headers).status
        except (OSError, http.client.HTTPException):
            status = "broken"
        self.answers[method, status] += 1
        if status in (200, 302):
            self.seen.append(time.monotonic())
        else:
            time.sleep(0.1)
        return status


def disturb(neon, seconds, faults):
    """Cause all faults, spread over the time. Return the moments of the resumptions.

    After a resumption there is time to recover before the next fault.
    """
    order, resumed = random.sample(faults, len(faults)), []
    end = time.monotonic() + seconds
    for left, fault in zip(range(len(order), 0, -1), order, strict=True):
        if fault == "suspend":
            neon("suspend")
            time.sleep(2)
            neon("resume")
        else:
            neon(fault)
        if fault != "kill-backends":
            resumed.append(time.monotonic())
            time.sleep(PATIENCE)
        else:
            time.sleep(max(0.2, (end - time.monotonic()) / left / 2))
    time.sleep(max(0, end - time.monotonic()))
    return resumed


def hammer(neon, static, seconds, faults, pause=0):
    """Run all clients and faults. Return (counts of answers, counts of lines, seconds).

    neon is a stand-in with our tables, and static a folder of collected files. A client pauses for
    so many seconds after each answer. Lines are counted by how often they are found: 0, 1 or 2
    times. The returned seconds are from each resumption until each client was served.
    """
    sessions = manage("shell", "-v0", "-c", SIGN_IN, **neon.urls).stdout.split()
    settings = {"STATIC_ROOT": static, "TRUSTED_PROXY_COUNT": "1", "WEB_CONCURRENCY": "2"}
    with serve(**neon.urls, **settings, LOG_LEVEL="ERROR") as port:
        clients = [Client(port, key, n % 2 == 0, pause) for n, key in enumerate(sessions)]
        ends = [float("inf")]
        threads = [threading.Thread(target=c.work, args=[lambda: ends[0]]) for c in clients]
        for thread in threads:
            thread.start()
        time.sleep(2)
        resumed = disturb(neon, seconds - 2, faults)
        ends[0] = time.monotonic()
        for thread in threads:
            thread.join()
    every = "SELECT title FROM tasks_task WHERE title LIKE 'Line %'"
    rows = Counter(neon.sql(every).splitlines())
    lines = [line for client in clients for line in client.lines]
    there = Counter(rows.pop(line, 0) for line in lines)
    there["nobody's"] = len(rows)
    answers = sum((client.answers for client in clients), Counter())
    waits = [max(wait(client.seen, moment) for client in clients) for moment in resumed]
    return answers, there, waits


def wait(seen, moment):
    """Return the time from a moment to the first good answer, infinite without one."""
    return min((when - moment for when in seen if when > moment), default=float("inf"))


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as static, stand() as neon:
        for command in (["migrate", "-v0"], ["collectstatic", "--noinput"]):
            done = manage(*command, **neon.urls, STATIC_ROOT=static)
            assert done.returncode == 0, done.stderr
        answers, there, waits = hammer(neon, static, seconds, FAULTS)
    for (method, status), number in sorted(answers.items(), key=str):
        print(f"{method} {status}: {number}")
    print("lines acknowledged, by how often they are there:", dict(there))
    print("seconds until every client was served again:", [round(wait, 1) for wait in waits])
    fine = not any(s == 500 for _, s in answers) and set(+there) == {1} and max(waits) <= PATIENCE
    print("All is well." if fine else "FAILED")
    sys.exit(not fine)


if __name__ == "__main__":
    main()
