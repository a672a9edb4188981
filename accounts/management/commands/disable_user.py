from django.core.management.base import CommandError

from accounts.management.base import ExampleCommand
from accounts.models import User


class Command(ExampleCommand):
    help = "Disable an account and end all of its sessions. Its data stays."
    example = "manage.py disable_user ann@example.org"

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *, email, **options):
        users = User.objects.filter(email=email.strip().lower())
        if not users.exists():
            raise CommandError(f"There is no account with the email {email}.")
        if users.deactivate():
            self.stdout.write(f"Disabled {users.get()}; they are signed out everywhere.")
        else:
            self.stdout.write(f"{users.get()} was already disabled.")
