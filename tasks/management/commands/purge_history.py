from accounts.management.purging import PurgeCommand
from tasks.history import Act


class Command(PurgeCommand):
    help = "Delete what is kept of acts that are older than some days. Once a day is enough."
    example = "manage.py purge_history --days 30"
    sentence = "{act} older than {days}."

    def old(self, moment):
        return {"act": Act.objects.before(moment)}
