"""Senders that are killed: what arrives of the reminders that they share.

    .venv/bin/python -m todosite.tests.kills           # 12 kills over 1,000 reminders each
    .venv/bin/python -m todosite.tests.kills 3 200

For each kill, two processes of `manage.py send_due` send reminders to a mail server that answers
some milliseconds after it has accepted a mail. One is killed by SIGKILL in the middle; when the
other is done, the leases are ended by hand, and a third process sends the rest. Prints how many
mails are missing and how many came twice, and does the same once more with SIGTERM. Ends with 1 if
a mail is missing, if a kill doubled more than the mail in hand, or if SIGTERM doubled any.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections import Counter
from datetime import timedelta

from todosite.tests import environment as variables  # noqa: F401

# Before Django's settings are read: variables of a developer change nothing.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todosite.settings")

import django

django.setup()

from django.utils import timezone

from accounts.models import User
from accounts.tests.people import add_user
from tasks.models import Task
from tasks.reminders import WAITING, Reminder
from tasks.tests.mail_server import mail_server
from todosite.tests.every_page import new_database
from todosite.tests.production import database_url, environment, start

SLOW = 0.008  # seconds


def add_reminders(user, number):
    """Give a user so many reminders that are due now, each of a task of its own."""
    due = timezone.now() - timedelta(minutes=1)
    tasks = [Task(user=user, title=f"Task {n}", due_date=user.today()) for n in range(number)]
    waiting = {"state": WAITING, "moment": due, "next_at": due, "minutes_before": 0}
    Reminder.objects.bulk_create(
        Reminder(user=user, task=task, **waiting) for task in Task.objects.bulk_create(tasks)
    )


def begin(server, *options):
    """Return a process that sends due mails to a mail server."""
    address = f"smtp://127.0.0.1:{server.port}"
    env = environment(
        DATABASE_URL=database_url(),
        EMAIL_URL=address,
        SEND_IN_WEB="false",
        LOG_LEVEL="ERROR",
    )
    return start("manage.py", "send_due", *options, env=env, out=os.devnull)


def end(server, number, how):
    """Have two processes share so many reminders, and end one of them in the middle by a signal.

    Return (missing, doubled): numbers of mails.
    """
    user = User.objects.first() or add_user()
    Task.everything.all().delete()
    add_reminders(user, number)
    server.mails.clear()
    first, second = begin(server), begin(server)
    enough = random.randint(number // 5, number * 3 // 5)
    while len(server.mails) < enough and first.is_alive():
        time.sleep(0.001)
    os.kill(first.pid, how)
    first.join(30)
    second.join(120)
    Reminder.objects.waiting().update(next_at=timezone.now())  # the leases end
    begin(server).join(120)
    arrived = Counter(server.ids)
    return number - len(arrived), arrived.total() - len(arrived)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kills", nargs="?", type=int, default=12)
    parser.add_argument("number", nargs="?", type=int, default=1000, help="of reminders")
    options = parser.parse_args()
    faults = 0
    with new_database(), mail_server() as server:
        for how, most in [(signal.SIGKILL, 1), (signal.SIGTERM, 0)]:
            for wait in [0.0, SLOW]:
                server.answers = {"ann@example.org": wait}
                ends = [end(server, options.number, how) for _ in range(options.kills)]
                missing, doubled = sum(m for m, _ in ends), [d for _, d in ends]
                faults += missing + sum(d > most for d in doubled)
                rounds = sum(d > 0 for d in doubled)
                print(
                    f"{how.name}, {1000 * wait:.0f} ms after accepting: {missing} missing;"
                    f" a duplicate in {rounds} of {len(ends)} rounds, at most {max(doubled)}",
                    flush=True,
                )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
