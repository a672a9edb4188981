"""The base of our commands that purge old rows."""

from datetime import timedelta

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.management.base import ExampleCommand
from accounts.text import counted


class PurgeCommand(ExampleCommand):
    """A command that purges rows older than --days."""

    # The output, such as "{act} older than {days}.", for "2 acts older than 30 days."
    sentence = ""

    def old(self, moment):
        """Return the rows older than a moment as {"act": queryset}, in the order of deletion."""
        raise NotImplementedError

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=30, help="how many days to keep (30)")
        parser.add_argument(
            "--dry-run", action="store_true", help="only print how many would be deleted"
        )

    def handle(self, *, days, dry_run, **options):
        if not 1 <= days <= 36500:
            raise CommandError("--days must be from 1 to 36500.")
        old = self.old(timezone.now() - timedelta(days=days))
        words = {"days": counted(days, "day")}
        for name, rows in old.items():
            number = rows.count() if dry_run else rows.purge()
            words[name] = counted(number, name)
        verb = "Would delete" if dry_run else "Deleted"
        deleted = self.sentence.format(**words)
        self.stdout.write(f"{verb} {deleted}")
