"""An export as a temporary file: JSON, CSV, or both in a ZIP file."""

import io
import json
import tempfile
import zipfile
from contextlib import ExitStack, contextmanager

from django.db import connection, transaction

from tasks.exporting.content import Content
from tasks.exporting.table import write_table

BUFFER = 256 * 1024  # bytes
README = """\
Everything Todosite stores about {email}, as of {day}.

{name}.json
    Everything except secrets: settings, lists, tags, tasks, steps, saved searches, completed tasks,
    the trash and the history. Todosite can import it again.
{name}.csv
    The tasks that aren't in the trash, one row each, for a spreadsheet. A cell that a spreadsheet
    would read as a formula starts with an apostrophe. Todosite can import it again, too.

Both files show the same moment. Their format is described in docs/export-format.md, in the source
code of Todosite.
"""


@contextmanager
def one_moment():
    """Have all queries see the database at one moment, which needs a transaction of its own."""
    if connection.in_atomic_block:  # in a test
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def write_export(user, kind):
    """Return a binary file, at its start, with a user's data: see WRITERS.

    The file has no name on any disk, so it vanishes when closed, whatever happens. All data are
    from one moment. An error raises, and leaves no file.
    """
    with ExitStack() as stack:
        out = stack.enter_context(tempfile.TemporaryFile(buffering=BUFFER))
        with one_moment():
            WRITERS[kind](Content(user), out)
        out.seek(0)
        stack.pop_all()  # nothing has failed, so it stays open
    return out


def write_json(content, out):
    """Write the parts of content one after the other, one row a line."""
    with text_of(out) as text:
        text.write("{\n")
        for key, value in content.head().items():
            text.write(f"{as_text(key)}: {as_text(value)},\n")
        for key, rows in content.parts().items():
            text.write(f"{as_text(key)}: [")
            separator = "\n"
            for row in rows:
                text.write(f"{separator}{as_text(row)}")
                separator = ",\n"
            text.write("\n],\n")
        text.write('"complete": true\n}\n')


def write_csv(content, out):
    with text_of(out) as text:
        write_table(content, text)


def write_zip(content, out):
    """Write both files, and a README. Each is generated directly into the archive."""
    name = name_of(content.user)
    day = content.user.today().isoformat()
    readme = README.format(
        email=content.user.email,
        name=name,
        day=day,
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", readme)
        for kind in ["json", "csv"]:
            with archive.open(f"{name}.{kind}", "w", force_zip64=True) as entry:
                WRITERS[kind](content, entry)


WRITERS = {"json": write_json, "csv": write_csv, "zip": write_zip}
TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


def name_of(user):
    """Return the name of a user's export of today, without its extension."""
    return f"todosite-{user.today().isoformat()}"


@contextmanager
def text_of(out):
    """Give a binary file as a text file in UTF-8, and leave the binary one open."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
    yield text
    text.flush()
    text.detach()


def as_text(value):
    return json.dumps(value, ensure_ascii=False)
