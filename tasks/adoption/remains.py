"""The rows of a user in the old system's tables, and the SQL that an operator can run.

Nothing here changes these tables: an operator does, once the old system may lose the rows.
"""

from typing import NamedTuple

from psycopg import sql

from tasks.adoption.legacy import COLUMNS

OF_USER = '"userId"::text = {user}'
# Better Auth names the user of a confirmation by its value, or has the address in its value, as
# JSON, or at the end of its identifier, as in "sign-in-otp-ann@example.org".
OF_VERIFICATION = """
    strpos("value", {user}) > 0 OR EXISTS (
        SELECT FROM "user" WHERE "id"::text = {user} AND (
            strpos("value", '"' || "email" || '"') > 0
            OR "identifier" = "email"
            OR right("identifier", length("email") + 5) = '-otp-' || "email"
        )
    )
"""
# table: (the columns that its condition needs, the condition). "user" comes last, as others refer
# to it.
TABLES = {
    "task": ({"user_id"}, '"user_id"::text = {user}'),
    **dict.fromkeys(
        ["session", "account", "twoFactor", "passkey", "apikey"], ({"userId"}, OF_USER)
    ),
    "verification": ({"identifier", "value"}, OF_VERIFICATION),
    "user": ({"id", "email"}, '"id"::text = {user}'),
}


class Remains(NamedTuple):
    """Rows of a user in one of the old tables."""

    table: str
    number: int
    statement: str  # deletes them


def remains_of(cursor, user_id):
    """Return the Remains of a user, in an order in which the old tables let them go."""
    user = sql.Literal(user_id).as_string(None)
    found = []
    for table, (columns, condition) in TABLES.items():
        if not columns <= columns_of(cursor, table):
            continue
        words = condition.format(user=user).split()
        rows = f'FROM "{table}" WHERE {" ".join(words)}'  # one line, to be copied
        (number,) = cursor.execute(f"SELECT count(*) {rows}").fetchone()
        if number:
            found.append(Remains(table, number, f"DELETE {rows};"))
    return found


def columns_of(cursor, table):
    """Return the names of a table's columns, none for a table that isn't there."""
    rows = cursor.execute(COLUMNS, [f'"{table}"']).fetchall()
    return {name for name, _ in rows}
