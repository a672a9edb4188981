from django.core.management.base import CommandError

from accounts.models import User
from tasks.management.deleting import DeleteCommand


class Command(DeleteCommand):
    help = (
        "Permanently delete an account at once, with everything in it, or continue an interrupted"
        " deletion. Its owner isn't told."
    )
    example = "manage.py delete_user ann@example.org"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("email")

    def handle(self, *, email, dry_run, **options):
        users = User.objects.filter(email=email.strip().lower())
        if not self.delete(users, dry_run=dry_run):
            raise CommandError(f"There is no account with the email {email}.")
