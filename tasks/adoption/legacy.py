"""The old system's tables: which shape they have, and how to read them.

FastAPI and SQLModel made "user" and task; Better Auth made "user", account and others. Which of
their versions made them shows in the catalogue: times with a zone or without, ids as text or uuid,
people with an account table or without. What comes out is the same for all of them; moments are
UTC without a zone, as most of those databases keep them.
"""

from dataclasses import dataclass

TEXT = {"text", "varchar", "bpchar", "citext"}
ID = TEXT | {"uuid"}
INTEGER = {"int2", "int4", "int8"}
BOOLEAN = {"bool"}
MOMENT = {"timestamp", "timestamptz"}

CARRIED = {  # what is taken over of "user" and task, or needs not be
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
    """The tables are not the old system's, as far as this program knows it. Says which column."""


@dataclass(frozen=True)
class Legacy:
    """How to read the old tables: users and tasks are SELECTs whose columns are always the same.

    users: id, email, name, verified, banned, created_at, password (as stored, or null).
    tasks: id, user_id, title, description, completed, due, created_at, updated_at.
    left: the columns that nothing is taken from.
    """

    users: str
    tasks: str
    left: tuple[str, ...]


class Table:
    def __init__(self, cursor, name):
        self.name = name
        self.types = dict(cursor.execute(COLUMNS, [name]).fetchall())

    def column(self, column, types, default=None):
        """Return column, quoted, after a look at its type; default where there is none such."""
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
    """Return the Legacy that a psycopg cursor's database holds. UnknownShape if it holds none."""
    # An error where a policy would hide rows from us.
    cursor.execute("SET row_security = off")
    user, task = Table(cursor, '"user"'), Table(cursor, "task")
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
    """Return the columns that say when a user was made, the one that counts first.

    The hybrid has both, and shows people "createdAt"; SQLModel knows the other alone.
    """
    names = [name for name in ("createdAt", "created_at") if name in user.types]
    return names or ["created_at"]


def columns_left(table):
    """Return the columns of a table that are not taken over, such as "task.color"."""
    left = [column for column in table.types if column not in CARRIED[table.name]]
    return [f"{table.name}.{column}" for column in left]


def passwords(account):
    """Return a SELECT of user_id and password, one for each user who has one.

    Of several "credential" accounts the one that Better Auth 1.7 would take counts, then the one
    that was changed last.
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
    """Refuse what our columns can't hold, before anything is written."""
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
