from datetime import date
from pathlib import Path
from types import SimpleNamespace

from django.core.management.base import CommandError
from django.db import transaction

from accounts.management.base import ExampleCommand, direct
from accounts.models import User
from tasks.importing.adding import add, lock_user
from tasks.importing.files import LARGEST, File, Unreadable, too_large
from tasks.importing.preview import Choices, Preview
from tasks.importing.reading import plan_of
from tasks.importing.report import Report

MOST_TASKS = 60_000  # PostgreSQL takes 65,535 parameters, and Undo names each task by one


class Command(ExampleCommand):
    help = (
        "Add the tasks in a file that Todosite exported to an account, as its owner can do in the"
        " settings, but more of them. They can undo it. What is there already is left out."
    )
    example = "manage.py import_tasks ann@example.org ann.json --dry-run"

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("file")
        parser.add_argument("--dry-run", action="store_true", help="only say what it would add")
        parser.add_argument(
            "--again", action="store_true", help="also tasks that are there already"
        )
        parser.add_argument(
            "--with-settings", action="store_true", help="also take over the settings"
        )
        parser.add_argument(
            "--as-of",
            metavar="DATE",
            type=date.fromisoformat,
            help="the day from which words such as “tomorrow” count; the user's today if not given",
        )

    @direct
    @transaction.atomic
    def handle(self, *, email, file, dry_run, again, with_settings, as_of, **options):
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"There is no account with the email {email}.")
        plan = self.read(Path(file), as_of or user.today(), user.zone)
        lock_user(user)
        preview = Preview(user, plan, Choices(again, with_settings))
        report = Report(preview, SimpleNamespace(file_name=Path(file).name), user.clock())
        self.stdout.write(report.as_text())
        if dry_run:
            self.stdout.write(f"Would add {report.summary} to {user.email}.")
        elif preview.adds_nothing:
            self.stdout.write("Added nothing: all of it is there already.")
        else:
            add(preview)
            self.stdout.write(f"Added {report.summary} to {user.email}.")

    def read(self, path, today, zone):
        try:
            if path.stat().st_size > LARGEST:
                raise CommandError(too_large(str(path)))
            return plan_of(File(path.name, path.read_bytes()), today, MOST_TASKS, zone=zone)
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}.") from None
        except Unreadable as error:
            raise CommandError(str(error)) from None
