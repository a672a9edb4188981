import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

from django.core.management.base import CommandError
from django.db import transaction

from accounts.management.base import ExampleCommand, account_of, direct
from tasks.importing import mapping as mappings
from tasks.importing import written
from tasks.importing.adding import add, lock_user
from tasks.importing.answers import BadAnswer, mapping_by, priorities_by
from tasks.importing.files import LARGEST, File, Unreadable, too_large
from tasks.importing.preview import Choices, Preview
from tasks.importing.reading import READERS, found_in, plan_of
from tasks.importing.report import Report
from tasks.importing.waiting import TABLE

MOST_TASKS = 60_000  # PostgreSQL takes 65,535 parameters, and Undo names each task by one
GUESS = "guess"
ORDERS = {"day-first": written.DAY_FIRST, "month-first": written.MONTH_FIRST}


class Command(ExampleCommand):
    help = (
        "Add the tasks in a file of Todosite or another task manager to an account, as its owner"
        " can do in the settings, but with a higher limit. The owner can undo it. Duplicates are"
        " left out."
    )
    example = "manage.py import_tasks ann@example.org tasks.csv --map title=Subject,due=Deadline"

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("file")
        parser.add_argument("--dry-run", action="store_true", help="only say what it would add")
        parser.add_argument("--json", action="store_true", help="write the report as JSON")
        parser.add_argument(
            "--format",
            metavar="FORMAT",
            default="",
            help=f"what the file is, if that isn't to be detected: {', '.join(READERS)}",
        )
        parser.add_argument(
            "--map",
            metavar="FIELD=COLUMN",
            action="append",
            help="what the columns of a CSV file are, such as title=Subject,due=Deadline; the"
            f" fields are {', '.join(mappings.FIELDS)}; columns that aren't named become lines in"
            f" the notes; “{GUESS}” takes a guess, which the report shows, as --dry-run does",
        )
        parser.add_argument(
            "--dates",
            choices=ORDERS,
            help="whether 01/02/2026 is in February or in January, if no date in a CSV proves it",
        )
        parser.add_argument(
            "--priorities",
            metavar="WORD=PRIORITY",
            default="",
            help="what the priorities of a CSV file mean, such as 1=high,2=medium,3=low",
        )
        parser.add_argument("--again", action="store_true", help="also add duplicates")
        parser.add_argument("--with-settings", action="store_true", help="also import the settings")
        parser.add_argument(
            "--as-of",
            metavar="DATE",
            type=date.fromisoformat,
            help="the day from which words such as “tomorrow” count; the user's today if not given",
        )

    @direct
    @transaction.atomic
    def handle(
        self,
        *,
        email,
        file,
        dry_run,
        again,
        with_settings,
        **options,
    ):
        user = account_of(email)
        plan = self.plan(
            user,
            Path(file),
            options | {"dry_run": dry_run},
        )
        lock_user(user)
        preview = Preview(user, plan, Choices(again, with_settings))
        report = Report(
            preview,
            SimpleNamespace(file_name=Path(file).name),
            user.clock(),
        )
        is_added = not (dry_run or preview.adds_nothing)
        if options["json"]:
            said = {
                "account": user.email,
                "added": is_added,
                **report.as_json(),
            }
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(report.as_text())
        if is_added:
            add(preview)
        if not options["json"]:
            self.stdout.write(self.outcome(user, report, dry_run))

    def outcome(self, user, report, dry_run):
        if dry_run:
            return f"Would add {report.summary} to {user.email}."
        if report.preview.adds_nothing:
            return "Added nothing: the account already has everything in this file."
        return f"Added {report.summary} to {user.email}."

    def plan(self, user, path, options):
        """Return the plan of the file. Raise CommandError in words."""
        try:
            if path.stat().st_size > LARGEST:
                raise CommandError(too_large(str(path)))
            file = File(path.name, path.read_bytes())
            format = self.format_of(options)
            key, found = found_in(file, format)
            mapping = None
            if key == TABLE:
                mapping = self.mapping(user, found, options)
            elif options["map"] and options["map"] != [GUESS]:
                raise CommandError(
                    f"This file was read as {READERS[key].NAME}, whose columns are known. Leave out"
                    f" --map, or add --format {TABLE}."
                )
            today = options["as_of"] or user.today()
            return plan_of(
                file,
                today,
                MOST_TASKS,
                key,
                user.zone,
                mapping,
            )
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}.") from None
        except (Unreadable, BadAnswer) as error:
            raise CommandError(str(error)) from None

    def format_of(self, options):
        """Return the format that is asked for; a mapping is for a CSV by its columns."""
        format = options["format"]
        if format and format not in READERS:
            raise CommandError(f"There is no format “{format}”. There are {', '.join(READERS)}.")
        if not format and options["map"] and options["map"] != [GUESS]:
            return TABLE
        return format

    def mapping(self, user, table, options):
        """Return the mapping that is given, or the user's last one for these columns.

        A guess is taken if the operator says so, or if nothing is added.
        """
        priorities = priorities_by(options["priorities"])
        mapping = self.columns_of(user, table, options)
        mapping.priorities |= priorities
        given = options["dates"]
        cells = mapping.cells(table, mappings.DATES)
        mapping.order = mappings.order_in(cells) or ORDERS.get(given) or mapping.order
        unclear = mappings.undecided(cells)
        if unclear and not mapping.order:
            raise CommandError(
                f"“{unclear}” could be two days, and no date in the file proves which. Add"
                " --dates day-first or --dates month-first."
            )
        return mapping

    def columns_of(self, user, table, options):
        """Return the mapping before the options about priorities and dates."""
        header = mappings.signature(table)
        kept = user.column_mappings.filter(header=header).first()
        if options["map"] == [GUESS]:
            return mappings.guess(table)
        if options["map"]:
            return mapping_by(table, options["map"])
        if kept:
            return mappings.remembered(kept.content, table)
        if options["dry_run"]:
            return mappings.guess(table)
        raise CommandError(self.question(table))

    def question(self, table):
        """Return the option to add to the command for a table, with a guess."""
        columns = ", ".join(f"“{column.name}”" for column in table.columns)
        guess = mappings.guess(table)
        pairs = []
        for column, name in zip(table.columns, guess.columns, strict=True):
            if name not in (mappings.EXTRA, mappings.SKIP):
                pairs.append(f"{name}={column.name}")
        return (
            f"This is a CSV file with the columns {columns}. Use --map to say what they contain. A"
            f' guess, which --map {GUESS} takes: --map "{",".join(pairs)}"'
        )
