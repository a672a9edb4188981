from django.core.management.base import CommandError

from accounts.management.base import ExampleCommand
from accounts.models import User


class Command(ExampleCommand):
    help = "Enable a disabled account. Its password stays the same."
    example = "manage.py enable_user ann@example.org"

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, *, email, **options):
        users = User.objects.filter(email=email.strip().lower())
        if not users.exists():
            raise CommandError(f"There is no account with the email {email}.")
        if users.activate():
            self.stdout.write(f"Enabled {users.get()}; they can sign in again.")
        else:
            self.stdout.write(f"{users.get()} was already enabled.")
