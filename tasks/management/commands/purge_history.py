from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, TextField, Value
from django.db.models.functions import Concat

from accounts.management.purging import PurgeCommand
from accounts.models import Event
from accounts.text import counted
from tasks.history import Act
from tasks.models import ImportPlan, Task


class Command(PurgeCommand):
    help = (
        "Delete what is kept of acts, and of events of accounts, that are older than some days."
        " Once a day is enough."
    )
    example = "manage.py purge_history --days 30"
    sentence = "{act} and {event} older than {days}."

    def old(self, moment):
        return {
            "act": Act.objects.before(moment),
            "event": Event.objects.before(moment),
        }

    def handle(self, *, dry_run, **options):
        super().handle(dry_run=dry_run, **options)
        if dry_run:
            return
        if number := take_titles_out_of_log():
            self.stdout.write(f"Took {counted(number, 'title')} out of the admin's log.")
        number, _ = ImportPlan.objects.expired().delete()
        if number:
            self.stdout.write(f"Deleted {counted(number, 'file')} that waited to be imported.")


def take_titles_out_of_log():
    """Have the admin's log name tasks by their ids alone; return how many it named otherwise.

    Migration 0009 did so once, but while a deployment goes on, an older version may write titles.
    """
    name = Concat(
        Value("(task "),
        F("object_id"),
        Value(")"),
        output_field=TextField(),
    )
    entries = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Task))
    return entries.exclude(object_repr=name).update(object_repr=name)
