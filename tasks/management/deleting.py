"""The base of our commands that delete accounts."""

from django.db import connection

from accounts import leaving
from accounts.management.base import ExampleCommand
from accounts.text import counted
from tasks.adoption.remains import remains_of


class DeleteCommand(ExampleCommand):
    """A command that deletes accounts permanently, and names their rows in the old system."""

    def add_arguments(self, parser):
        parser.add_argument(
            "--dry-run", action="store_true", help="only print what would be deleted"
        )

    def delete(self, users, *, dry_run):
        """Delete the account of one user, a queryset. Return False if it has gone from there.

        That is so if its owner has kept it since, or if another run was quicker.
        """
        user = users.first()
        if user is None:
            return False
        if dry_run:
            self.tell(
                "Would delete",
                user,
                leaving.count(user),
            )
        elif users.begin_deletion():
            self.tell("Deleted", user, leaving.delete(user))
        else:
            return False
        return True

    def tell(self, verb, user, number):
        """Print the deleted account by its id alone, since the output may be logged."""
        self.stdout.write(f"{verb} the account {user.pk}, with {counted(number, 'row')}.")
        with connection.cursor() as cursor:
            remains = remains_of(cursor, user.pk)
        if remains:
            self.stdout.write(
                "The old system's tables still have rows of this account. To delete them, run:"
            )
        for table, number, statement in remains:
            self.stdout.write(f"  {statement}  -- {counted(number, 'row')} of {table}")
