"""What the senders of two web processes ask a database while nothing is due, and when they wake it.

    .venv/bin/python -m todosite.tests.idle [SECONDS]

Two workers serve on the stand-in for Neon, and a reminder is due in the future. Prints the number
of statements that reach the database in SECONDS, by default 30, from its own log. Then the database
is suspended three times while a reminder is due soon: prints how long after its moment the mail
server got each. Ends with 1 if there was any statement, or if a reminder didn't come.
"""

import re
import sys
import tempfile
import time

from tasks.tests.mail_server import listening
from todosite.tests.production import manage, serve
from todosite.tests.stand import stand

START = 20  # seconds that servers may take to start
BETWEEN = 12  # seconds from one reminder to the next
STATEMENT = re.compile(r"LOG:  (statement|execute [^:]*):")
ADD = """
from datetime import datetime, timedelta, UTC
from accounts.tests.people import add_user
from tasks.reminders import WAITING, Reminder
ann = add_user("sleeper@example.org")
for seconds in {seconds}:
    task = ann.tasks.create(title="Milk", due_date=ann.today())
    moment = datetime.fromtimestamp({now} + seconds, UTC)
    Reminder.objects.create(
        user=ann, task=task, minutes_before=0, snoozed_until=moment, moment=moment,
        next_at=moment, state=WAITING)
"""


def add_reminders(made, moments):
    """Add reminders that are due at these moments, in seconds since 1970."""
    now = time.time()
    code = ADD.format(now=now, seconds=[moment - now for moment in moments])
    done = manage("shell", "-v0", "-c", code, **made.urls)
    assert done.returncode == 0, done.stderr


def statements(made):
    """Return how many statements the database has logged."""
    log = made.folder / "stand" / "log" / "postgres.log"
    return len(STATEMENT.findall(log.read_text(errors="replace")))


def count(made, seconds):
    """Return how many statements reach the database in so many seconds."""
    made.sql("ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()")
    time.sleep(1)
    before = statements(made)
    time.sleep(seconds)
    made.sql("SELECT 1")  # which shows that the log tells of each
    number = statements(made) - before - 1
    assert number >= 0
    made.sql("ALTER SYSTEM RESET log_statement", "SELECT pg_reload_conf()")
    return number


def delay(made, server, number):
    """Suspend the database, and wait for the reminder of this number.

    Return the time of its arrival, None if it didn't come.
    """
    made("suspend")
    for _ in range(600):
        if len(server.arrived) > number:
            return server.arrived[number]
        time.sleep(0.1)
    return None


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with stand("--wake") as made, listening() as server, tempfile.TemporaryDirectory() as static:
        urls = made.urls | {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}", "STATIC_ROOT": static}
        for command in (["migrate"], ["collectstatic", "--noinput"]):
            assert manage(*command, "--verbosity", "0", **urls).returncode == 0
        first = time.time() + START + seconds + BETWEEN
        moments = [first + n * BETWEEN for n in range(3)]
        add_reminders(made, moments)
        with serve(**urls, WEB_CONCURRENCY="2"):
            time.sleep(5)  # until both have looked
            number = count(made, seconds)
            print(f"{number} statements in {seconds} s", flush=True)
            came = [delay(made, server, n) for n in range(3)]
    late = [at - moment for at, moment in zip(came, moments, strict=True) if at]
    print("after its moment, suspended:", *(f"{one:.2f} s" for one in late))
    return 1 if number or len(late) < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
