"""The old system's databases in tasks/tests/legacy, made by the libraries of that system."""

import hashlib
import json
from pathlib import Path

FILES = Path(__file__).parent / "legacy"
CREDENTIALS = json.loads((FILES / "credentials.json").read_text())
EXPECTED = json.loads((FILES / "expected.json").read_text())["files"]


def load(cursor, name):
    """Create the old tables of a file and fill them."""
    # As bytes: reading text would turn the \r of titles into \n.
    cursor.execute((FILES / name).read_bytes().decode())


def stamp(day, clock=None):
    """Return a date and a time as a listing has them."""
    return f"{day.isoformat()}T{clock.isoformat('microseconds') if clock else '00:00:00.000000'}Z"


def sha256_of_listing(tasks):
    """Return the hash of a user's tasks, as in expected.json ("canonical_listing" there).

    A missing description counts as an empty one, since tasks here always have one.
    """
    listing = hashlib.sha256()
    for task in tasks.order_by("pk"):
        row = [
            task.pk,
            task.title,
            task.description,
            task.completed,
            task.due_date and stamp(task.due_date, task.due_time),
            stamp(task.created_at.date(), task.created_at.time()),
            stamp(task.updated_at.date(), task.updated_at.time()),
        ]
        listing.update(json.dumps(row, separators=(",", ":")).encode() + b"\n")
    return listing.hexdigest()


OLD_LISTING = """
SELECT id, title, coalesce(description, ''), completed,
    to_char({due}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    to_char({created}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    to_char({updated}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
FROM task WHERE user_id = %s ORDER BY id
"""


def sha256_of_old_listing(cursor, user_id):
    """Return the same hash from the old table's rows, read by separate SQL."""

    def moment(column):
        utc = f"({column}::timestamptz AT TIME ZONE 'UTC')"
        return (
            f"CASE {column} WHEN 'infinity' THEN '9999-12-31 23:59:59.999999'"
            f" WHEN '-infinity' THEN '0001-01-01' ELSE {utc} END"
        )

    query = OLD_LISTING.format(
        due=moment("due_date"), created=moment("created_at"), updated=moment("updated_at")
    )
    listing = hashlib.sha256()
    for row in cursor.execute(query, [user_id]).fetchall():
        listing.update(json.dumps(row, separators=(",", ":")).encode() + b"\n")
    return listing.hexdigest()
