"""What our commands have in common."""

import functools

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.text import unstorable


class ExampleCommand(BaseCommand):
    """A command whose --help ends with an example."""

    example = ""

    def create_parser(self, *args, **kwargs):
        return super().create_parser(*args, epilog=f"Example: {self.example}", **kwargs)

    def execute(self, *args, **options):
        """Refuse what no column can hold, such as an argument that isn't UTF-8, in one line."""
        for name, value in options.items():
            if isinstance(value, str) and (found := unstorable(value)):
                raise CommandError(f"The {name} holds a character that cannot be kept ({found}).")
        return super().execute(*args, **options)


def direct(handle):
    """Have a command's handle() talk to the server itself, past the pooler and its time limits."""

    @functools.wraps(handle)
    def handle_directly(*args, **kwargs):
        try:
            with connection.direct():
                return handle(*args, **kwargs)
        except ImproperlyConfigured as error:
            raise CommandError(error) from None

    return handle_directly
