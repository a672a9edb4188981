from django.utils import timezone

from accounts.models import User
from tasks.management.deleting import DeleteCommand


class Command(DeleteCommand):
    help = (
        "Delete for good the accounts whose owners asked for it three days ago or earlier. What was"
        " interrupted goes on. Once a day is enough."
    )
    example = "manage.py delete_left_users"

    def handle(self, *, dry_run, **options):
        due = User.objects.due_to_leave(timezone.now())
        left = list(due.values_list("pk", flat=True))
        number = sum(self.delete(due.filter(pk=pk), dry_run=dry_run) for pk in left)
        if not number:
            self.stdout.write("No account is to be deleted now.")
