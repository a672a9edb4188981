"""Django's migrate on the server itself; it also sets the time limits of the role."""

from django.conf import settings
from django.core.management.commands import migrate
from django.db import Error, connection
from psycopg import sql

from accounts.management.base import direct


class Command(migrate.Command):
    def get_check_kwargs(self, options):
        return {}  # no check of the database, which would complain of the very migrations to run

    @direct
    def handle(self, *args, **options):
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            self.set_time_limits()

    def set_time_limits(self):
        """Have each session of the role that serves requests begin with DATABASE_TIMEOUTS."""
        role = settings.DATABASES["default"].get("USER")
        who = sql.Identifier(role) if role else sql.SQL("CURRENT_USER")
        where = sql.Identifier(connection.settings_dict["NAME"])
        try:
            with connection.cursor() as cursor:
                for name, value in settings.DATABASE_TIMEOUTS.items():
                    change = sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}")
                    named = sql.Identifier(name)
                    cursor.execute(change.format(who, where, named, value))
        except Error as error:
            self.stderr.write(
                f"The time limits of the role {role} could not be set: {str(error).strip()}."
                " manage.py doctor says what to do."
            )
