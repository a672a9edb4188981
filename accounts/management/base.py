"""What our commands have in common."""

from django.core.management.base import BaseCommand


class ExampleCommand(BaseCommand):
    """A command whose --help ends with an example."""

    example = ""

    def create_parser(self, *args, **kwargs):
        return super().create_parser(*args, epilog=f"Example: {self.example}", **kwargs)
