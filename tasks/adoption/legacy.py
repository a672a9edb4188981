"""The old system's tables: their possible forms, and how to read them.

FastAPI and SQLModel created "user" and task; Better Auth created "user", account and others. The
catalog shows which of their versions did: times with or without a zone, ids as text or uuid,
users with or without an account table. All forms are read into the same columns; moments are UTC
without a zone, as most of the old databases keep them.
"""

from dataclasses import dataclass

TEXT = {"text", "varchar", "bpchar", "citext"}
ID = TEXT | {"uuid"}
INTEGER = {"int2", "int4", "int8"}
BOOLEAN = {"bool"}
MOMENT = {"timestamp", "timestamptz"}

CARRIED = {  # the columns of "user" and task that are adopted, or needn't be
    '"user"': {"id", "email", "name", "emailVerified", "banned", "createdAt", "created_at"}
    | {"updatedAt", "updated_at"},
    "task": {"id", "user_id", "title", "description", "completed", "due_date"}
    | {"created_at", "updated_at"},
}

COLUMNS = """
SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
"""


class UnknownShape(Exception):
    """Tables that aren't the old system's in any known form. The message names the column."""


@dataclass(frozen=True)
class Legacy:
    """The queries of the old tables: users and tasks are SELECTs with fixed columns.

    users: id, email, name, verified, banned, created_at, password (as stored, or null). tasks: id,
    user_id, title, description, completed, due, created_at, updated_at. left: the columns that
    aren't adopted.
    """

    users: str
    tasks: str
    left: tuple[str, ...]


class Table:
    def __init__(self, cursor, name):
        self.name = name
        self.types = dict(cursor.execute(COLUMNS, [name]).fetchall())

    def column(self, column, types, default=None):
        """Return a column, quoted, after checking its type; default if the table lacks it."""
        if column not in self.types:
            if default is None:
                raise UnknownShape(f"{self.name}.{column} is missing")
            return default
        if self.types[column] not in types:
            expected = " or ".join(sorted(types))
            raise UnknownShape(
                f"{self.name}.{column} is of the type {self.types[column]}, not {expected}"
            )
        return f'"{column}"'

    def moment(self, column):
        """Return the SQL of a moment as UTC without a zone; a date is its midnight."""
        quoted = self.column(column, MOMENT | {"date"})
        if self.types[column] == "timestamptz":
            return f"{quoted} AT TIME ZONE 'UTC'"
        return f"{quoted}::timestamp"


def read(cursor):
    """Return the Legacy of a psycopg cursor's database. Raise UnknownShape if there is none."""
    # Raise an error if a policy would hide rows from us.
    cursor.execute("SET row_security = off")
    user = Table(cursor, '"user"')
    task = Table(cursor, "task")
    account = Table(cursor, "account")
    for table in (user, task):
        if not table.types:
            raise UnknownShape(f"there is no table {table.name}")
    if "emailVerified" in user.types and not account.types:
        raise UnknownShape('there is no table account, though Better Auth made "user"')
    missing = "false"
    if account.types:
        missing = None  # Better Auth always has the column
    is_verified = user.column("emailVerified", BOOLEAN, missing)
    created_at = ", ".join(map(user.moment, creation_columns(user)))
    legacy = Legacy(
        users=f"""
            SELECT {user.column("id", ID)}::text AS id,
                coalesce({user.column("email", TEXT)}, '') AS email,
                coalesce({user.column("name", TEXT)}, '') AS name,
                coalesce({is_verified}, false) AS verified,
                coalesce({user.column("banned", BOOLEAN, "false")}, false) AS banned,
                coalesce({created_at}, '-infinity') AS created_at, password
            FROM "user" LEFT JOIN ({passwords(account)}) AS passwords
                ON passwords.user_id = {user.column("id", ID)}::text
        """,
        tasks=f"""
            SELECT {task.column("id", INTEGER)} AS id,
                {task.column("user_id", ID)}::text AS user_id,
                coalesce({task.column("title", TEXT)}, '') AS title,
                coalesce({task.column("description", TEXT)}, '') AS description,
                coalesce({task.column("completed", BOOLEAN)}, false) AS completed,
                {task.moment("due_date")} AS due,
                coalesce({task.moment("created_at")}, '-infinity') AS created_at,
                coalesce({task.moment("updated_at")}, '-infinity') AS updated_at
            FROM task
        """,
        left=(*columns_left(user), *columns_left(task)),
    )
    check_rows(cursor, legacy)
    return legacy


def creation_columns(user):
    """Return the columns with the moment of a user's creation, the preferred one first.

    The hybrid version has both, and shows people "createdAt"; SQLModel has only the other.
    """
    names = [name for name in ("createdAt", "created_at") if name in user.types]
    return names or ["created_at"]


def columns_left(table):
    """Return the columns of a table that aren't adopted, such as "task.color"."""
    left = [column for column in table.types if column not in CARRIED[table.name]]
    return [f"{table.name}.{column}" for column in left]


def passwords(account):
    """Return a SELECT of user_id and password, one row for each user with a password.

    Of several "credential" accounts, take the same as Better Auth 1.7 would, then the latest.
    """
    if not account.types:
        return "SELECT NULL AS user_id, NULL AS password WHERE false"
    user_id = account.column("userId", ID)
    password = account.column("password", TEXT)
    return f"""
        SELECT DISTINCT ON ({user_id}) {user_id}::text AS user_id, {password} AS password
        FROM account
        WHERE {account.column("providerId", TEXT)} = 'credential' AND {password} <> ''
        ORDER BY {user_id}, ({account.column("accountId", ID)}::text = {user_id}::text) DESC,
            {account.column("updatedAt", MOMENT)} DESC
    """


def check_rows(cursor, legacy):
    """Raise UnknownShape for rows that our columns can't hold, before anything is written."""
    for column, rows, condition, limit in [
        ('"user".id', legacy.users, "length(id) > 36", "more than 36 characters"),
        ('"user".id', legacy.users, "id = ''", "an empty text"),
        ("task.title", legacy.tasks, "length(title) > 255", "more than 255 characters"),
        (
            "task.id",
            legacy.tasks,
            "id NOT BETWEEN 1 AND 2147483647",
            "what is not from 1 to 2147483647",
        ),
    ]:
        (number,) = cursor.execute(
            f"SELECT count(*) FROM ({rows}) AS old WHERE {condition}"
        ).fetchone()
        if number:
            raise UnknownShape(f"{column} holds {limit} in {number} rows")
