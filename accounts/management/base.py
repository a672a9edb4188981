"""The base of our management commands."""

import functools

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.models import User
from accounts.text import unstorable


class ExampleCommand(BaseCommand):
    """A command with an example at the end of its --help."""

    example = ""

    def create_parser(self, *args, **kwargs):
        return super().create_parser(
            *args,
            epilog=f"Example: {self.example}",
            **kwargs,
        )

    def execute(self, *args, **options):
        """Run the command. Raise CommandError for text that no column can hold, such as invalid
        UTF-8.
        """
        for name, value in options.items():
            if isinstance(value, str) and (found := unstorable(value)):
                raise CommandError(
                    f"The {name} contains a character that cannot be stored ({found})."
                )
        return super().execute(*args, **options)


def account_of(email):
    """Return the account of an email. Raise CommandError if there is none."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise CommandError(f"There is no account with the email {email}.")
    return user


def direct(handle):
    """Decorate a command's handle() to connect to the server itself, without pooler and time
    limits.
    """

    @functools.wraps(handle)
    def handle_directly(*args, **kwargs):
        try:
            with connection.direct():
                return handle(*args, **kwargs)
        except ImproperlyConfigured as error:
            raise CommandError(error) from None

    return handle_directly
