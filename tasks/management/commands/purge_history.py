from datetime import timedelta

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.management.base import ExampleCommand
from tasks.models import Act

BATCH = 10_000


class Command(ExampleCommand):
    help = "Delete what is kept of acts that are older than some days. Once a day is enough."
    example = "manage.py purge_history --days 30"

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=30, help="how many days to keep (30)")
        parser.add_argument("--dry-run", action="store_true", help="only say how many would go")

    def handle(self, *, days, dry_run, **options):
        if not 1 <= days <= 36500:
            raise CommandError("--days must be from 1 to 36500.")
        old = Act.objects.before(timezone.now() - timedelta(days=days))
        number = old.count() if dry_run else sum(delete_in_batches(old))
        verb = "Would delete" if dry_run else "Deleted"
        self.stdout.write(f"{verb} {number} acts older than {days} days.")


def delete_in_batches(acts):
    """Delete them in short statements, and give how many each deleted."""
    while batch := list(acts.values_list("pk", flat=True)[:BATCH]):
        yield Act.objects.filter(pk__in=batch).delete()[0]
