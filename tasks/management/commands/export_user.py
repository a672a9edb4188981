import shutil
from pathlib import Path

from django.core.management.base import CommandError

from accounts.management.base import ExampleCommand, account_of, direct
from tasks.exporting.files import WRITERS, write_export


class Command(ExampleCommand):
    help = (
        "Write what is kept of a user to a file: JSON, CSV or both, by the ending of its name."
        " Nobody is told, so tell them."
    )
    example = "manage.py export_user ann@example.org ann.json"

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("file", help="its name ends with .json, .csv or .zip")

    @direct
    def handle(self, *, email, file, **options):
        user = account_of(email)
        path = Path(file)
        kind = path.suffix.lower().removeprefix(".")
        if kind not in WRITERS:
            raise CommandError("The name of the file must end with .json, .csv or .zip.")
        write_to(path, user, kind)
        size = path.stat().st_size
        self.stdout.write(f"Wrote {path}, {size:,} bytes.")


def write_to(path, user, kind):
    """Write the export of a user to a new file that only its owner can read.

    Raise CommandError in words.
    """
    try:
        with write_export(user, kind) as export, path.open("xb") as out:
            path.chmod(0o600)
            shutil.copyfileobj(export, out)
    except FileExistsError:
        raise CommandError(f"{path} already exists. Choose another name.") from None
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror}.") from None
