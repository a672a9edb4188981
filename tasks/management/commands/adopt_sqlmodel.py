import json
import os
import zoneinfo
from contextlib import closing

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError

from accounts.management.base import ExampleCommand, direct
from accounts.models import Adoption
from tasks.adoption import adopt, legacy

LISTED = 20  # accounts named on the terminal; the report has all

WORDS = {
    ("user", "inactive"): "accounts are inactive:",
    (
        "user",
        "kept",
    ): "accounts changed in both systems, or were banned or got an email in use there:"
    " what is here stays",
    (
        "user",
        "clamped",
    ): "accounts date from before the year 1 or after 9999: they got the first or last day",
    ("user", "deleted"): "accounts were deleted here: they are not adopted again",
    ("user", "taken"): "accounts have an id that is in use here: they are not adopted",
    ("user", "gone"): "accounts were since deleted from the old system: they stay here",
    ("password", "kept"): "passwords changed in both systems: the one here stays",
    ("password", "unknown"): "passwords can't be read: their owners reset them by email",
    (
        "task",
        "clamped",
    ): "tasks had dates beyond the years 1 to 9999: they got the first or last day",
    ("task", "kept"): "tasks changed in both systems: the ones here stay",
    ("task", "deleted"): "tasks were deleted here: they are not adopted again",
    ("task", "orphan"): "tasks have no owner in the old system: they are not adopted",
    (
        "task",
        "homeless",
    ): "tasks have an owner whose account here was deleted: they are not adopted",
    ("task", "taken"): "tasks have an id that is in use here: they are not adopted",
    ("task", "gone"): "tasks were since deleted from the old system: they stay here",
}


class Command(ExampleCommand):
    help = (
        "Adopt the users, passwords and tasks of the old system, from its tables in this"
        " database or in another. Reads them only. Run it again for what is new or changed there:"
        " what was changed here stays, what was deleted here does not come back."
    )
    requires_migrations_checks = True
    example = "manage.py adopt_sqlmodel --time-zone Europe/Berlin --report adoption.json"

    def add_arguments(self, parser):
        parser.add_argument(
            "--time-zone",
            default=settings.TIME_ZONE,
            help="where old due times are read, and the people's own at first (TIME_ZONE)",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would be done, and change nothing"
        )
        parser.add_argument(
            "--batch-size", type=int, default=20_000, help="tasks in a transaction (20000)"
        )
        parser.add_argument("--report", help="a JSON file to write, with every row left behind")
        parser.add_argument("--source", help="the URL of the database where the old tables are")

    @direct
    def handle(
        self,
        *,
        time_zone,
        dry_run,
        batch_size,
        report,
        source,
        **options,
    ):
        if time_zone not in zoneinfo.available_timezones():
            raise CommandError(f"{time_zone} is not a time zone; one is Europe/Berlin.")
        if batch_size < 1:
            raise CommandError("--batch-size must be 1 or more.")
        options = {
            "dry_run": dry_run,
            "batch_size": batch_size,
            "tell": self.stdout.write,
        }
        try:
            with (
                open(report or os.devnull, "w", encoding="utf-8") as file,
                closing(adopt.source_at(source)) as old,
                adopt.AdoptionRun(old, time_zone, **options) as run,
            ):
                self.adopt(run, file)
        except OSError as error:
            raise CommandError(f"The report can't be written: {error}.") from None
        except legacy.UnknownShape as error:
            raise CommandError(f"Nothing was adopted: {error}.") from None
        except (psycopg.Error, DatabaseError) as error:
            raise CommandError(
                f"The database stopped the adoption: {error}".strip()
                + "\nEverything adopted so far is complete. Run the command again for the rest."
            ) from error

    def adopt(self, run, file):
        for column in run.legacy.left:
            self.stdout.write(f"{column} is not taken over.")
        counts = {
            "users": run.users(),
            "tasks": run.tasks(self.progress),
        }
        write_report(run, counts, file)
        self.show(run, counts)

    def progress(self, done, total):
        if self.stdout.isatty():
            done_of_40 = 40 * done // max(total, 1)
            bar = "█" * done_of_40 + "·" * (40 - done_of_40)
            end = "\n" if done >= total else "\r"
            self.stdout.write(f"{bar} {done:,} of {total:,} tasks", ending=end)
            self.stdout.flush()
        else:
            self.stdout.write(f"{done} of {total} tasks")

    def show(self, run, counts):
        """Print the counts, the rows that stayed behind with the reason, and the inactive users."""
        self.row("", ["found", "adopted", "updated", "already there", "skipped"])
        for kind, by_verdict in counts.items():
            self.row(kind, summary(by_verdict).values())
        for (kind, what), number in sorted(run.remark_counts().items()):
            self.stdout.write(f"{number} {WORDS[kind, what]}")
            if what == "inactive":
                self.name_inactive(run)
        if run.dry_run:
            self.stdout.write("This was a dry run: nothing was written.")

    def row(self, name, cells):
        """Print a line of the table."""
        padded = [f"{cell:>15}" for cell in cells]
        self.stdout.write(f"{name:8}{''.join(padded)}")

    def name_inactive(self, run):
        remarks = run.remarks(kind="user", what="inactive")
        for number, (_, key, _, email, reason) in enumerate(remarks):
            if number == LISTED:
                self.stdout.write("  … and more; --report names them all")
                return
            next_step = Adoption.Reason(reason).label
            self.stdout.write(f"  {key} {email!r}: {next_step}")


def summary(counts):
    """Return how many rows of a kind were found, adopted, updated, already there and skipped."""
    adopted = counts.get("new", 0)
    updated = counts.get("changed", 0)
    there = counts.get("same", 0)
    return {
        "found": counts["found"],
        "adopted": adopted,
        "updated": updated,
        "already there": there,
        "skipped": counts["found"] - adopted - updated - there,
    }


def write_report(run, counts, file):
    """Write the report as JSON, remark by remark: there may be as many as rows."""
    head = {
        "time_zone": run.values["zone"],
        "at": run.values["now"].isoformat(),
        "dry_run": run.dry_run,
        "columns_left": list(run.legacy.left),
        **{kind: summary(by_verdict) for kind, by_verdict in counts.items()},
    }
    open_head = json.dumps(head, indent=2).removesuffix("\n}")
    file.write(f'{open_head},\n  "remarks": [')
    separator = ""
    for remark in run.remarks():
        text = json.dumps(as_told(*remark), ensure_ascii=False)
        file.write(f"{separator}\n    {text}")
        separator = ","
    file.write("\n  ]\n}\n")


def as_told(kind, key, what, email, more):
    """Return a remark as the report has it; more is the reason, or the user of a task."""
    remark = {
        "kind": kind,
        "id": key,
        "what": what,
    }
    if kind == "task":
        remark["user"] = more
    else:
        remark |= {"email": email, "reason": more}
    if what == "inactive":
        remark["next_step"] = Adoption.Reason(more).label
    return remark
