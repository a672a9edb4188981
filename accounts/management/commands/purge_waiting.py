from accounts.management.purging import PurgeCommand
from accounts.models import WaitingForm


class Command(PurgeCommand):
    help = (
        "Delete what people typed and could not save, since they were signed out, once it has"
        " waited for some days. Nobody is shown it after 30. Once a day is enough."
    )
    example = "manage.py purge_waiting --days 30"
    sentence = "{form} that waited for more than {days}."

    def old(self, moment):
        return {"form": WaitingForm.objects.kept_before(moment)}
