from django.core.management.base import CommandError

from accounts.management.base import ExampleCommand, account_of
from accounts.management.commands.add_user import beginning


class Command(ExampleCommand):
    help = (
        "Print a link by which a user who may use the admin sets up their first second factor. It"
        " works once, within an hour, in a browser where they are signed in."
    )
    example = "manage.py admin_link ann@example.org"

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument(
            "--site",
            help="the start of the link (SITE_URL)",
        )

    def handle(self, *, email, site, **options):
        site = beginning(site)
        user = account_of(email)
        if user.second_factors:
            raise CommandError(f"{user} already has a second factor.")
        if not user.needs_admin_link:
            raise CommandError(f"{user} has no access to the admin.")
        self.stdout.write(f"Within an hour, signed in as {user}, set up a second factor at")
        self.stdout.write(site + user.make_admin_link())
