"""An export as a file that is gone once it is closed: JSON, CSV, or both as a ZIP."""

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
What Todosite keeps of {email}, as of {day}.

{name}.json
    All of it, except for secrets: settings, lists, tags, tasks, steps, saved searches, completed
    tasks, the trash and the history. Todosite can import it again.
{name}.csv
    The tasks outside the trash, for a spreadsheet: one row for each. An apostrophe stands before a
    cell that a spreadsheet would take for a formula. Todosite can import it again, too.

Both are of one moment. docs/export-format.md, in the source of Todosite, describes them.
"""


@contextmanager
def one_moment():
    """Have all queries see the database as it is now; outside of a transaction nothing else can."""
    if connection.in_atomic_block:  # in a test
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def write_export(user, kind):
    """Return a file with what is kept of user, a binary one at its start: see WRITERS.

    It has no name on any disk, so it is gone once it is closed, whatever happens. All of it is of
    one moment, and it is whole: an error raises, and leaves nothing.
    """
    with ExitStack() as stack:
        out = stack.enter_context(tempfile.TemporaryFile(buffering=BUFFER))
        with one_moment():
            WRITERS[kind](Content(user), out)
        out.seek(0)
        stack.pop_all()  # nothing has failed, so it stays open
    return out


def write_json(content, out):
    """Write the parts of content one after the other, each row a line."""
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
    """Write both of them, and what they are. They are written apart first, as they are read."""
    name = name_of(content.user)
    day = content.user.today().isoformat()
    readme = README.format(email=content.user.email, name=name, day=day)
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
    """Return the name of a user's export of today, without its ending."""
    return f"todosite-{user.today().isoformat()}"


@contextmanager
def text_of(out):
    """Give a binary file as one of text in UTF-8. It stays open, and whole."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=False)
    yield text
    text.flush()
    text.detach()


def as_text(value):
    return json.dumps(value, ensure_ascii=False)
