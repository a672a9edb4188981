from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction

from accounts.management.base import ExampleCommand, direct
from tasks import personal_data

PRODUCTION = {"", "main", "master", "prod", "production"}


class Command(ExampleCommand):
    help = (
        "Make a branch of the database safe to work on: addresses, names, titles and notes become"
        " others of the same length; passwords, sessions, second factors, the admin's log and what"
        " is kept of acts go; counts and dates stay. Runs only if BRANCH names a branch other than"
        " main, on the database whose host you type. This can't be undone."
    )
    example = "BRANCH=dev/ann manage.py reset_personal_data ep-a-1.eu-central-1.aws.neon.tech"

    def add_arguments(self, parser):
        parser.add_argument("host", help="of the database that is to lose its people")

    @direct
    def handle(self, *, host, **options):
        if settings.BRANCH.lower() in PRODUCTION:
            raise CommandError("BRANCH must name the branch of this database, and not main.")
        if host != host_of_connection():
            raise CommandError(f"{host} is not the host of this database. Nothing was changed.")
        with transaction.atomic(), connection.cursor() as cursor:
            unknown = self.clean(cursor)
        if not connection.in_atomic_block:
            # Until then its files still hold what was, and its statistics the commonest of it.
            self.stdout.write("Vacuuming …")
            connection.cursor().execute("VACUUM (ANALYZE)")
        for table in unknown:
            self.stderr.write(f"The table {table} is not known, so it was left as it is.")
        if not unknown:
            self.stdout.write(f"The branch {settings.BRANCH} no longer has any personal data.")

    def clean(self, cursor):
        """Remove the personal data. Return the names of tables that may hold more of it."""
        cursor.execute(personal_data.START)
        unknown = personal_data.unknown(cursor)
        steps = [*personal_data.OURS, *personal_data.old(cursor)]
        for words, sql in steps:
            self.stdout.write(f"{words} …")
            cursor.execute(sql)
        return unknown


def host_of_connection():
    """Return the host of the database, localhost for a socket."""
    connection.ensure_connection()
    host = connection.connection.info.host
    if host.startswith("/"):
        return "localhost"
    return host
