import sys

from accounts.management.base import ExampleCommand
from todosite.database.checkup import findings


class Command(ExampleCommand):
    help = (
        "Look at the database and the way to it. Each line says OK, or what to do; ends with 1 if"
        " there is something to do."
    )
    example = "manage.py doctor"
    requires_system_checks = []

    def handle(self, **options):
        to_do = 0
        for finding in findings():
            if finding.advice:
                to_do += 1
                self.stdout.write(f"TO DO  {finding.fact}: {finding.advice}.")
            else:
                self.stdout.write(f"OK     {finding.fact}")
        if to_do:
            sys.exit(1)
