"""The plan of an uploaded file, stored so that the import adds exactly the plan that was shown."""

from tasks.importing.files import File
from tasks.importing.plan import Plan
from tasks.importing.reading import plan_of
from tasks.models import ImportPlan

MOST_TASKS = 20_000  # that a request adds; a command may add more


def keep(user, name, raw):
    """Read a file of this name and store its plan. Raise Unreadable."""
    plan = plan_of(File(name, raw), user.today(), MOST_TASKS, zone=user.zone)
    return ImportPlan.objects.keep(user, name[:255], plan.as_bytes())


def waiting(user):
    """Return the user's waiting import, a tasks.models.ImportPlan, or None."""
    return ImportPlan.objects.current().filter(user=user).first()


def plan_in(row):
    return Plan.from_bytes(bytes(row.plan))
