"""The plan of a file that waits to be added: the one that its user has seen is the one added."""

from tasks.importing.files import File
from tasks.importing.plan import Plan
from tasks.importing.reading import plan_of
from tasks.models import ImportPlan

MOST_TASKS = 20_000  # that a request adds; a command may add more


def keep(user, name, raw):
    """Read a file of this name and keep its plan. Raises Unreadable."""
    plan = plan_of(File(name, raw), user.today(), MOST_TASKS)
    return ImportPlan.objects.keep(user, name[:255], plan.as_bytes())


def waiting(user):
    """Return what waits for user, a tasks.models.ImportPlan; None where nothing does."""
    return ImportPlan.objects.current().filter(user=user).first()


def plan_in(row):
    return Plan.from_bytes(bytes(row.plan))
