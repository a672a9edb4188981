"""The memory of workers after ten thousand requests, and the answers to 200 connections.

    .venv/bin/python -m todosite.tests.load [SECONDS]

Two workers serve a user's pages from the stand-in for Neon, past its pooler, and are never replaced
(max_requests is 0). Prints the memory of each worker (PSS) after 1,000 and after 10,000 requests.
Then 200 connections send requests for SECONDS, by default 60; prints the answers, and the time
until a page arrives within a second again. Ends with 1 if a worker has grown by more than 5 % or
beyond 90 MB, if any answer was not a 200, or if the recovery took more than five seconds.
"""

import contextlib
import http.client
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from todosite.tests.production import manage, serve
from todosite.tests.stand import stand

PAGES = ["/today/", "/inbox/", "/tasks/", "/upcoming/", "/tasks/?status=pending&limit=10"]
FEW, MANY, AT_ONCE = 1_000, 10_000, 200
MOST_GROWTH, MOST_MEMORY, SOON = 1.05, 90, 5  # times, MB, seconds
SIGN_IN = """
from accounts.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.first())
print(client.cookies["sessionid"].value)
"""


def ask(link, session, page):
    """Return the status of a page, "broken" without an answer, over a kept connection."""
    headers = {"Host": "localhost", "X-Forwarded-Proto": "https"}
    try:
        link.request("GET", page, headers=headers | {"Cookie": f"sessionid={session}"})
        answer = link.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        link.close()
        return "broken"


def work(port, session, answers, goes_on):
    """Request one page after the other for as long as goes_on(number) is true."""
    number = 0
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as link:
        while goes_on(number):
            answers[ask(link, session, PAGES[number % len(PAGES)])] += 1
            number += 1
            if number % 10 == 0:
                link.close()  # so that both workers get their part


def together(port, session, connections, goes_on):
    """Return the counts of each status, from so many connections at the same time."""
    answers = [Counter() for _ in range(connections)]
    threads = [
        threading.Thread(target=work, args=[port, session, counter, goes_on]) for counter in answers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(answers, Counter())


def workers():
    """Return the ids of the server's workers: children of a child of this process."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid, rest = entry.parent.name, entry.read_text().rpartition(")")[2]
            parents[int(pid)] = int(rest.split()[1])
    return sorted(pid for pid, parent in parents.items() if parents.get(parent) == os.getpid())


def memory(pid):
    """Return the memory of a process in MB, with its share of shared memory (PSS)."""
    (line,) = [
        line
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        if line.startswith("Pss:")
    ]
    return int(line.split()[1]) / 1024


def grow(port, session):
    """Print the memory of workers after few and many requests. Return whether that is well."""
    sizes = []
    for number in (FEW, MANY - FEW):
        answers = together(port, session, 8, lambda done, number=number: done < number / 8)
        sizes.append([memory(pid) for pid in workers()])
        print(f"{number:,} requests more: {dict(answers)}, PSS in MB:", *map(round, sizes[-1]))
    growth = max(after / before for before, after in zip(*sizes, strict=True))
    print(f"grown by {growth - 1:.1%} at most")
    return growth <= MOST_GROWTH and max(sizes[1]) <= MOST_MEMORY


def press(port, session, seconds):
    """Print the answers to 200 connections, and the time of recovery. Return if all is well."""
    end = time.monotonic() + seconds
    answers = together(port, session, AT_ONCE, lambda done: time.monotonic() < end)
    over = time.monotonic()
    while time.monotonic() - over < 2 * SOON:
        began = time.monotonic()
        work(port, session, Counter(), lambda done: done < 1)
        if time.monotonic() - began < 1:
            break
    taken = time.monotonic() - over
    print(f"{AT_ONCE} connections for {seconds} s: {dict(answers)}; itself again in {taken:.1f} s")
    return set(answers) == {200} and taken <= SOON


def main(seconds):
    with tempfile.TemporaryDirectory() as folder, stand() as neon:
        env = {"DATABASE_URL": neon.direct, "STATIC_ROOT": folder, "TRUSTED_PROXY_COUNT": "1"}
        manage("collectstatic", "--noinput", **env)
        manage("migrate", "--verbosity", "0", **env)
        manage("demo_data", "--users", "1", "--tasks-per-user", "200", "--really", **env)
        session = manage("shell", "--verbosity", "0", "--command", SIGN_IN, **env).stdout.strip()
        env |= {"WEB_CONCURRENCY": "2", "GUNICORN_CMD_ARGS": "--max-requests 0"}
        with serve(how="spawn", **env) as port:
            is_well = [grow(port, session), press(port, session, seconds)]
    print("All is well." if all(is_well) else "Not all is well.")
    return not all(is_well)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
