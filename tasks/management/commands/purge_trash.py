from accounts.management.purging import PurgeCommand
from tasks.models import Step, Tag, Task, TaskList


class Command(PurgeCommand):
    help = (
        "Permanently delete what has been in the trash for some days: tasks, lists, tags and steps."
        " Once a day is enough."
    )
    example = "manage.py purge_trash --days 30"
    sentence = "{task}, {list}, {tag} and {step} that were in the trash for {days}."

    def old(self, moment):
        """Return the old rows by kind. Steps come first, so that the steps of tasks are counted,
        too.
        """
        kinds = {
            "step": Step,
            "task": Task,
            "list": TaskList,
            "tag": Tag,
        }
        return {name: kind.trash.deleted_before(moment) for name, kind in kinds.items()}
