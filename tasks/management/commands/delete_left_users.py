from django.core.management.base import CommandError
from django.db import Error
from django.utils import timezone

from accounts.models import User
from accounts.text import counted
from tasks.management.deleting import DeleteCommand


class Command(DeleteCommand):
    help = (
        "Permanently delete the accounts whose owners asked for it at least three days ago, and"
        " continue interrupted deletions. An account that can't be deleted now doesn't stop the"
        " others. Run it once a day."
    )
    example = "manage.py delete_left_users"

    def handle(self, *, dry_run, **options):
        due = User.objects.due_to_leave(timezone.now())
        deleted = failed = 0
        for pk in due.values_list("pk", flat=True):
            try:
                deleted += self.delete(due.filter(pk=pk), dry_run=dry_run)
            except Error as error:
                failed += 1
                self.stderr.write(f"The account {pk} could not be deleted: {error}".strip())
        if failed:
            accounts = counted(failed, "account")
            raise CommandError(f"{accounts} could not be deleted. Run the command again later.")
        if not deleted:
            self.stdout.write("No account is due for deletion.")
