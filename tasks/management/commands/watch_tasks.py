import json
import time
from collections import deque
from datetime import timedelta

from django.db import Error, connection
from django.db.models import Max
from django.utils import timezone

from accounts.management.base import ExampleCommand, direct
from tasks.models import Task

PAUSES = [0, 1, 2, 4, 8, 16, 30]  # seconds before the first, second, … attempt to reconnect
OVERLAP = timedelta(minutes=1)  # between a task's created_at and the commit that announces it
REMEMBERED = 10_000  # ids that were printed, lest they are printed again


class Command(ExampleCommand):
    help = (
        "Print the time and id of each task that is added, one per line, until Ctrl-C. After a"
        " lost connection, print which were added in the meantime. Tasks of adopt_sqlmodel"
        " and demo_data are not announced. A database that would sleep is kept awake."
    )
    example = "manage.py watch_tasks --json"

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="each line a JSON object")

    def handle(self, *, json, **options):
        self.json = json
        self.printed = deque(maxlen=REMEMBERED)
        self.alive_at = None  # when the connection was known to work
        try:
            self.watch_for_ever()
        except KeyboardInterrupt:
            self.stderr.write("")

    def watch_for_ever(self):
        failures = 0
        while True:
            self.watching = False
            try:
                self.watch()
            except Error as error:
                if self.alive_at is None:
                    raise
                failures = 1 if self.watching else failures + 1
                if failures == 1:
                    reason = " ".join(str(error).split())
                    self.stderr.write(f"Lost the database: {reason}")
                pause = min(failures, len(PAUSES)) - 1
                time.sleep(PAUSES[pause])

    @direct
    def watch(self):
        """Print new tasks for as long as the connection lasts."""
        with connection.cursor() as cursor:
            cursor.execute("LISTEN task_created")
        self.tell_missed()
        self.watching = True
        link = connection.connection
        while True:
            with connection.wrap_database_errors:
                for notice in link.notifies(timeout=10):
                    pk = int(notice.payload)
                    if pk not in self.printed:
                        self.tell(pk)
            self.alive_at = timezone.now()

    def tell_missed(self):
        """Print the tasks added since the connection last worked; none the first time."""
        since = self.alive_at
        self.alive_at = timezone.now()
        if since is None:
            newest = Task.everything.aggregate(newest=Max("pk"))["newest"]
            self.first = newest or 0
            self.stderr.write("Watching. Press Ctrl-C to stop.")
            return
        missed = self.added_since(since)
        at = f"{since:%H:%M:%S} UTC"
        self.stderr.write(f"Watching again; {len(missed)} tasks were added since {at}.")
        for pk in missed:
            self.tell(pk, missed=True)

    def added_since(self, moment):
        """Return the ids of tasks that were added since a moment and weren't printed."""
        added = Task.everything.filter(
            created_at__gte=moment - OVERLAP,
            pk__gt=self.first,
        )
        pks = added.order_by("pk").values_list("pk", flat=True)
        return [pk for pk in pks if pk not in self.printed]

    def tell(self, pk, missed=False):
        self.printed.append(pk)
        at = timezone.now().isoformat(timespec="seconds")
        if self.json:
            event = {
                "event": "task_created",
                "id": pk,
                "at": at,
                "missed": missed,
            }
            line = json.dumps(event)
        else:
            line = f"{at} {pk}" + (" (missed)" if missed else "")
        self.stdout.write(line)
        self.stdout.flush()
