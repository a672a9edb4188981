"""The plan of an uploaded file, stored so that the import adds exactly the plan that was shown."""

import zlib

from tasks.importing.files import File
from tasks.importing.mapping import Mapping
from tasks.importing.plan import Plan
from tasks.importing.reading import found_in, plan_of
from tasks.models import ImportPlan

MOST_TASKS = 20_000  # that a request adds; a command may add more


TABLE = "csv"  # the format that needs a mapping of its columns


def keep(
    user,
    name,
    raw,
    format="",
    mapping=None,
):
    """Read a file of this name and store it with its plan. Raise Unreadable.

    format is a key of READERS, if it shouldn't be detected. A table has no plan until there is a
    mapping of its columns.
    """
    file = File(name, raw)
    format, _ = found_in(file, format)
    fields = {
        "file_name": name[:255],
        "file": zlib.compress(raw, 1),
        "file_kind": format,
    }
    plan = b""
    if format != TABLE or mapping:
        read = plan_of(
            file,
            user.today(),
            MOST_TASKS,
            format,
            user.zone,
            mapping,
        )
        plan = read.as_bytes()
        fields["mapping"] = mapping and mapping.as_json()
    return ImportPlan.objects.keep(user, plan, **fields)


def read_again(row, format="", mapping=None):
    """Read the waiting file anew, as another format or with a mapping. Raise Unreadable."""
    return keep(
        row.user,
        row.file_name,
        file_of(row).raw,
        format,
        mapping,
    )


def file_of(row):
    return File(row.file_name, zlib.decompress(bytes(row.file)))


def table_of(row):
    """Return the waiting file as a tasks.importing.tables.Table. Raise Unreadable."""
    _, table = found_in(file_of(row), TABLE)
    return table


def can_be_read_again(row):
    """Return whether the file is there; an older version kept its plan alone."""
    return bool(row.file_kind)


def mapping_of(row):
    return row.mapping and Mapping(**row.mapping)


def waiting(user):
    """Return the user's waiting import, a tasks.models.ImportPlan, or None."""
    return ImportPlan.objects.current().filter(user=user).defer("file").first()


def plan_in(row):
    return Plan.from_bytes(bytes(row.plan))
