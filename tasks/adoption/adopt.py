"""Moves the old system's rows into ours, and keeps the ledger of the results.

For each old row the ledger (accounts.Adoption) has the fingerprint at the time of adoption, and the
version of our row: the version of a task, or a fingerprint of a user or a password. From these each
row gets a verdict, which decides about it:

    new        not in the ledger: adopted
    same       unchanged there since: left alone, whatever happened here
    changed    changed there, not here: ours follows
    kept       changed there and here, or can't be followed: ours stays
    deleted    deleted here: does not come back
    orphan     a task of a user who is missing there: stays behind
    homeless   a task of a user who has no account here any more: stays behind
    taken      a row that began here has the same id: stays behind
"""

import psycopg
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import timezone

from accounts.addresses import validate_email
from accounts.hashers import BetterAuthPasswordHasher
from accounts.models import Adoption, User
from tasks.adoption import legacy
from tasks.models import Task

LOCK = 8_015_517_201  # the number of an advisory lock: any will do, but always the same

# Python's calendar. Moments stay a day away from its ends, so that every time zone can show them.
DUE = "timestamp '0001-01-01'", "timestamp '9999-12-31 23:59:59.999999'"
MOMENT = "timestamp '0001-01-02'", "timestamp '9999-12-30 23:59:59.999999'"


def clamped(column, ends):
    # least() and greatest() pass over nulls; a null has to stay one.
    low, high = ends
    return f"(CASE WHEN {column} IS NOT NULL THEN least(greatest({column}, {low}), {high}) END)"


def utc(column):
    return f"{clamped(column, MOMENT)} AT TIME ZONE 'UTC'"


TABLES = """
CREATE TEMP TABLE old_user (
    id text PRIMARY KEY, email text, name text, verified boolean, banned boolean,
    created_at timestamp, password text,
    address text, encoded text, reason text, verdict text, password_verdict text,
    fingerprint uuid, password_fingerprint uuid
);
CREATE TEMP TABLE user_verdict (id text PRIMARY KEY, verdict text);
CREATE TEMP TABLE old_task (
    id bigint, user_id text, title text, description text, completed boolean,
    due timestamp, created_at timestamp, updated_at timestamp
);
CREATE TEMP TABLE judged_task (
    LIKE old_task, fingerprint uuid, version text, verdict text, PRIMARY KEY (id)
);
CREATE TEMP TABLE seen_task (id bigint);
CREATE TEMP TABLE remark (kind text, old_id text, what text, email text, words text);
"""

VERSION_OF_USER = "md5(ROW(u.email, u.name, u.is_active)::text)"

JUDGE_USERS = f"""
UPDATE old_user o SET fingerprint = f.fingerprint, password_fingerprint = f.password,
    verdict = CASE
        WHEN l.old_id IS NULL AND u.id IS NULL THEN 'new'
        WHEN l.old_id IS NULL THEN 'taken'
        WHEN u.id IS NULL THEN 'deleted'
        WHEN l.fingerprint = f.fingerprint AND (l.reason = '' OR u.is_active) THEN 'same'
        WHEN l.version = {VERSION_OF_USER} THEN 'changed'
        WHEN l.fingerprint = f.fingerprint THEN 'same'
        ELSE 'kept'
    END,
    password_verdict = CASE
        WHEN u.id IS NULL OR p.old_id IS NULL OR p.fingerprint = f.password THEN ''
        WHEN p.version = md5(u.password) THEN 'changed'
        ELSE 'kept'
    END
FROM old_user old
CROSS JOIN LATERAL (SELECT
    md5(ROW(old.email, old.name, old.verified, old.banned, old.created_at)::text)::uuid,
    md5(coalesce(old.password, ''))::uuid
) AS f (fingerprint, password)
LEFT JOIN accounts_adoption l ON l.kind = 'user' AND l.old_id = old.id
LEFT JOIN accounts_adoption p ON p.kind = 'password' AND p.old_id = old.id
LEFT JOIN accounts_user u ON u.id = old.id
WHERE old.id = o.id
"""

# A user whom Better Auth could sign in comes first: it looks for the address in lower case.
FIND_TAKEN_ADDRESSES = """
WITH claims AS (
    SELECT o.id, row_number() OVER (
            PARTITION BY o.address ORDER BY (o.email = o.address) DESC, o.created_at, o.id
        ) AS place,
        EXISTS (SELECT FROM accounts_user u WHERE u.email = o.address AND u.id <> o.id)
        OR EXISTS (
            SELECT FROM account_emailaddress e
            WHERE e.email = o.address AND e.verified AND e.user_id <> o.id
        ) AS is_taken
    FROM old_user o WHERE o.verdict IN ('new', 'changed') AND o.reason IN ('', 'banned')
)
UPDATE old_user o SET reason = CASE WHEN c.is_taken THEN 'taken' ELSE 'twin' END
FROM claims c WHERE c.id = o.id AND (c.is_taken OR c.place > 1)
"""

# An account in use is never disabled because of a change there; an inactive one stays inactive.
JUDGE_CHANGED_USERS_AGAIN = """
UPDATE old_user o SET verdict = CASE
    WHEN u.is_active THEN 'kept' WHEN l.fingerprint = o.fingerprint THEN 'same' ELSE 'changed' END
FROM accounts_user u, accounts_adoption l
WHERE u.id = o.id AND l.kind = 'user' AND l.old_id = o.id
    AND o.verdict = 'changed' AND o.reason <> ''
"""

WAITING = "@adopted.invalid"  # the end of the address of users who need another address
EMAIL = f"""
CASE WHEN o.reason IN ('', 'banned') THEN o.address ELSE lower(o.id) || '{WAITING}' END
"""

UPDATE_USERS = f"""
UPDATE accounts_user u SET email = {EMAIL}, name = o.name, is_active = o.reason = ''
FROM old_user o WHERE o.id = u.id AND o.verdict = 'changed'
"""
DROP_CLAIMS_THAT_COME_TRUE = f"""
DELETE FROM account_emailaddress e USING old_user o
WHERE o.id = e.user_id AND o.verdict = 'changed' AND NOT e.primary AND e.email = {EMAIL}
"""
UPDATE_ADDRESSES = f"""
UPDATE account_emailaddress e SET email = {EMAIL},
    verified = o.reason IN ('', 'banned') AND (o.verified OR e.verified AND e.email = {EMAIL})
FROM old_user o WHERE o.id = e.user_id AND o.verdict = 'changed' AND e.primary
"""
UPDATE_PASSWORDS = """
UPDATE accounts_user u SET password = o.encoded
FROM old_user o WHERE o.id = u.id AND o.password_verdict = 'changed'
"""
ENTER_USERS = f"""
INSERT INTO accounts_adoption (kind, old_id, fingerprint, version, email, reason, adopted_at)
SELECT 'user', o.id, o.fingerprint, {VERSION_OF_USER}, o.email, o.reason, %(now)s
FROM old_user o JOIN accounts_user u ON u.id = o.id WHERE o.verdict IN ('new', 'changed')
UNION ALL
SELECT 'password', o.id, o.password_fingerprint, md5(u.password), '', '', %(now)s
FROM old_user o JOIN accounts_user u ON u.id = o.id
WHERE o.verdict = 'new' OR o.password_verdict = 'changed'
ON CONFLICT (kind, old_id) DO UPDATE SET fingerprint = excluded.fingerprint,
    version = excluded.version, email = excluded.email, reason = excluded.reason,
    adopted_at = excluded.adopted_at
"""
# The state, not the changes of this run: the report of an interrupted run is lost.
REMARK_ON_USERS = f"""
INSERT INTO remark
SELECT 'user', id, verdict, email, reason FROM old_user
WHERE verdict IN ('kept', 'deleted', 'taken')
UNION ALL
SELECT 'user', id, 'inactive', email, reason FROM old_user
WHERE verdict IN ('new', 'changed') AND reason <> ''
UNION ALL
SELECT 'user', o.id, 'inactive', o.email, l.reason
FROM old_user o JOIN accounts_user u ON u.id = o.id
JOIN accounts_adoption l ON l.kind = 'user' AND l.old_id = o.id
WHERE o.verdict = 'same' AND l.reason <> '' AND NOT u.is_active
UNION ALL
SELECT 'user', id, 'clamped', email, '' FROM old_user o
WHERE verdict IN ('new', 'changed', 'same') AND created_at <> {clamped("created_at", MOMENT)}
UNION ALL
SELECT 'password', id, 'kept', email, '' FROM old_user WHERE password_verdict = 'kept'
UNION ALL
SELECT 'password', o.id, 'unknown', o.email, ''
FROM old_user o LEFT JOIN accounts_user u ON u.id = o.id
WHERE o.password <> '' AND left(o.encoded, 1) = '!' AND o.verdict <> 'taken'
    AND (o.verdict = 'new' OR o.password_verdict = 'changed' OR left(u.password, 1) = '!')
UNION ALL
SELECT 'user', l.old_id, 'gone', l.email, '' FROM accounts_adoption l
JOIN accounts_user u ON u.id = l.old_id
WHERE l.kind = 'user' AND NOT EXISTS (SELECT FROM old_user o WHERE o.id = l.old_id)
"""

# A batch is small compared with the tables: each row is looked up by its key, and no table is read
# whole. OFFSET 0 makes sure of that: with statistics from before the first task, PostgreSQL would
# compare every row of a plain join with every other.
JUDGE_TASKS = """
INSERT INTO judged_task
SELECT o.*, f.fingerprint, l.version, CASE
    WHEN l.old_id IS NULL AND t.id IS NOT NULL THEN 'taken'
    WHEN l.old_id IS NULL AND u.id IS NULL THEN 'orphan'
    WHEN l.old_id IS NULL AND u.verdict IN ('deleted', 'taken') THEN 'homeless'
    WHEN l.old_id IS NULL THEN 'new'
    WHEN t.id IS NULL THEN 'deleted'
    WHEN l.fingerprint = f.fingerprint THEN 'same'
    WHEN l.version = t.version::text AND t.user_id = o.user_id THEN 'changed'
    ELSE 'kept'
END
FROM old_task o
CROSS JOIN LATERAL (SELECT md5(ROW(o.*)::text)::uuid) AS f (fingerprint)
LEFT JOIN LATERAL (
    SELECT * FROM accounts_adoption WHERE kind = 'task' AND old_id = o.id::text OFFSET 0
) AS l ON true
LEFT JOIN LATERAL (SELECT * FROM tasks_task WHERE id = o.id OFFSET 0) AS t ON true
LEFT JOIN user_verdict u ON u.id = o.user_id
"""


# Midnight UTC stands for a day; any other moment becomes a date and a time in the given zone.
DUE_UTC = clamped("o.due", DUE)
DUE_LOCAL = clamped(f"({DUE_UTC} AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)", DUE)
IS_DAY = f"{DUE_UTC}::time = '00:00'"
TASK = {
    "title": "o.title",
    "description": "o.description",
    "due_date": f"CASE WHEN {IS_DAY} THEN {DUE_UTC} ELSE {DUE_LOCAL} END::date",
    "due_time": f"CASE WHEN NOT {IS_DAY} THEN {DUE_LOCAL}::time END",
    "completed_at": f"CASE WHEN o.completed THEN {utc('o.updated_at')} END",
    "created_at": utc("o.created_at"),
    "updated_at": utc("o.updated_at"),
}

UPDATE_AND_ENTER_TASKS = f"""
WITH followed AS (
    UPDATE tasks_task t
    SET version = t.version + 1,
        {", ".join(f"{column} = {value}" for column, value in TASK.items())}
    FROM judged_task o
    WHERE t.id = o.id AND o.verdict = 'changed' AND o.version = t.version::text
    RETURNING t.id, t.version, o.fingerprint
)
INSERT INTO accounts_adoption (kind, old_id, fingerprint, version, email, reason, adopted_at)
SELECT 'task', id::text, fingerprint, version, '', '', %(now)s FROM followed
UNION ALL
SELECT 'task', id::text, fingerprint, 1, '', '', %(now)s FROM judged_task WHERE verdict = 'new'
ON CONFLICT (kind, old_id) DO UPDATE SET fingerprint = excluded.fingerprint,
    version = excluded.version, adopted_at = excluded.adopted_at
"""
REMARK_ON_TASKS = f"""
INSERT INTO remark
SELECT 'task', id::text, verdict, '', user_id FROM judged_task
WHERE verdict NOT IN ('new', 'changed', 'same')
UNION ALL
SELECT 'task', o.id::text, 'clamped', '', o.user_id FROM judged_task o
WHERE verdict IN ('new', 'changed', 'same') AND (o.due <> {DUE_UTC}
    OR o.created_at <> {clamped("o.created_at", MOMENT)}
    OR o.updated_at <> {clamped("o.updated_at", MOMENT)})
"""
REMARK_ON_GONE_TASKS = """
INSERT INTO remark
SELECT 'task', l.old_id, 'gone', '', t.user_id
FROM accounts_adoption l JOIN tasks_task t ON t.id = l.old_id::bigint
WHERE l.kind = 'task' AND t.deleted_at IS NULL
    AND NOT EXISTS (SELECT FROM seen_task s WHERE s.id = t.id)
"""


def source_at(url):
    """Return the source of the old tables: the database at url, or ours if there is none."""
    return Elsewhere(url) if url else Here()


class Here:
    """The old tables, in our own database."""

    def __init__(self):
        self.cursor = connection.cursor()

    def copy(self, cursor, query, table, columns=""):
        cursor.execute(f"INSERT INTO {table} {columns} {query}")

    def close(self):
        self.cursor.close()


class Elsewhere:
    """The old tables, in another database. One transaction reads them all at the same moment."""

    def __init__(self, url):
        """Connect to url. Raise psycopg.Error if that fails."""
        self.connection = psycopg.connect(url, client_encoding="utf8")
        self.cursor = self.connection.cursor()
        self.cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.cursor.execute("SET LOCAL datestyle = ISO")

    def copy(self, cursor, query, table, columns=""):
        with (
            self.cursor.copy(f"COPY ({query}) TO STDOUT") as theirs,
            cursor.copy(f"COPY {table} {columns} FROM STDIN") as ours,
        ):
            for block in theirs:
                ours.write(block)

    def close(self):
        self.connection.close()


class AdoptionRun:
    """One run of the adoption; a context manager, since it sets up temporary tables.

    users() and tasks() return how many rows were found, and how many got each verdict. remarks()
    are for the operator, row by row.
    """

    def __init__(
        self,
        source,
        zone,
        *,
        dry_run=False,
        batch_size=20_000,
        tell=print,
    ):
        """source is Here or Elsewhere; zone the IANA time zone for due times and adopted users.

        tell is called with a line of progress.
        """
        self.source = source
        self.values = {"zone": zone, "now": timezone.now()}
        self.dry_run = dry_run
        self.batch_size = batch_size
        self.tell = tell

    def __enter__(self):
        # First the steps that may raise, since they leave nothing behind.
        self.legacy = legacy.read(self.source.cursor)
        self.cursor = connection.cursor()
        self.ask("SELECT now() AT TIME ZONE %(zone)s", self.values)  # Python may know more of them
        self.wait_for_others()
        self.cursor.execute(TABLES)
        return self

    def __exit__(self, *exception):
        # If the connection is lost, the database has dropped the tables already.
        if connection.is_usable():
            self.cursor.execute(
                "DROP TABLE old_user, user_verdict, old_task, judged_task, seen_task, remark"
            )
            self.cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

    def wait_for_others(self):
        if not self.ask("SELECT pg_try_advisory_lock(%s)", [LOCK]):
            self.tell("Another adoption is running. Waiting for it to end.")
            self.ask("SELECT pg_advisory_lock(%s)", [LOCK])

    def ask(self, query, values=None):
        return self.cursor.execute(query, values).fetchone()[0]

    def write(self, *statements):
        """Run statements that change our tables, unless this is a dry run."""
        if not self.dry_run:
            for statement in statements:
                self.cursor.execute(statement, self.values)

    @transaction.atomic
    def users(self):
        """Adopt users. Return the counts."""
        self.source.copy(
            self.cursor,
            self.legacy.users,
            "old_user",
            "(id, email, name, verified, banned, created_at, password)",
        )
        self.read_addresses_and_passwords()
        self.write("LOCK TABLE accounts_user, account_emailaddress IN SHARE ROW EXCLUSIVE MODE")
        for statement in (JUDGE_USERS, FIND_TAKEN_ADDRESSES, JUDGE_CHANGED_USERS_AGAIN):
            self.cursor.execute(statement)
        self.write(
            insert(
                User,
                "old_user",
                id="o.id",
                password="o.encoded",
                email=EMAIL,
                name="o.name",
                time_zone="%(zone)s",
                is_active="o.reason = ''",
                created_at=utc("o.created_at"),
            ),
            insert(
                EmailAddress,
                "old_user",
                user_id="o.id",
                email=EMAIL,
                verified="o.verified AND o.reason IN ('', 'banned')",
                primary="true",
            ),
            DROP_CLAIMS_THAT_COME_TRUE,
            UPDATE_ADDRESSES,
            UPDATE_USERS,
            UPDATE_PASSWORDS,
            ENTER_USERS,
        )
        self.cursor.execute(REMARK_ON_USERS)
        self.cursor.execute("INSERT INTO user_verdict SELECT id, verdict FROM old_user")
        return self.counts("old_user")

    def read_addresses_and_passwords(self):
        """Convert every address and every hash into our form."""
        last = ""
        while rows := self.cursor.execute(
            "SELECT id, email, banned, password FROM old_user WHERE id > %s ORDER BY id LIMIT %s",
            [last, self.batch_size],
        ).fetchall():
            last = rows[-1][0]
            self.cursor.execute(
                """
                UPDATE old_user o SET address = r.address, reason = r.reason, encoded = r.encoded
                FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
                    AS r (id, address, reason, encoded)
                WHERE r.id = o.id
                """,
                [list(column) for column in zip(*map(read_user, rows), strict=True)],
            )

    def tasks(self, progress=lambda done, total: None):
        """Adopt tasks, batch by batch, and call progress after each. Return the counts."""
        (total,) = self.source.cursor.execute("SELECT count(*) FROM task").fetchone()
        counts = {"found": 0}
        last = 0
        while batch := self.adopt_batch(last):
            last = batch.pop("last")
            for verdict, number in batch.items():
                counts[verdict] = counts.get(verdict, 0) + number
            progress(counts["found"], total)
        self.cursor.execute("ANALYZE tasks_task, accounts_user, accounts_adoption, seen_task")
        self.cursor.execute(REMARK_ON_GONE_TASKS)
        return counts

    @transaction.atomic
    def adopt_batch(self, last):
        """Adopt the tasks after the id last. Return their counts and last id, {} at the end."""
        self.cursor.execute("TRUNCATE old_task, judged_task")
        following = f"SELECT * FROM ({self.legacy.tasks}) AS old WHERE id > {last} ORDER BY id"
        batch = f"{following} LIMIT {self.batch_size}"
        self.source.copy(self.cursor, batch, "old_task")
        self.cursor.execute(JUDGE_TASKS)
        last = self.ask("SELECT max(id) FROM judged_task")
        if last is None:
            return {}
        self.write(
            insert(Task, "judged_task", id="o.id", user_id="o.user_id", **TASK),
            UPDATE_AND_ENTER_TASKS,
        )
        self.cursor.execute(REMARK_ON_TASKS)
        self.cursor.execute("INSERT INTO seen_task SELECT id FROM judged_task")
        return self.counts("judged_task") | {"last": last}

    def counts(self, table):
        rows = self.cursor.execute(f"SELECT verdict, count(*) FROM {table} GROUP BY verdict")
        counts = dict(rows.fetchall())
        return {"found": sum(counts.values()), **counts}

    def remark_counts(self):
        """Return {(kind, verdict): number} of the remarks."""
        rows = self.cursor.execute("SELECT kind, what, count(*) FROM remark GROUP BY kind, what")
        return {(kind, what): number for kind, what, number in rows.fetchall()}

    def remarks(self, **narrow):
        """Yield (kind, old id, verdict, e-mail, reason or user id) of each remark, one by one."""
        conditions = [f"{column} = %({column})s" for column in narrow]
        where = " AND ".join(conditions) or "true"
        with transaction.atomic(), connection.connection.cursor(name="remarks") as cursor:
            cursor.execute(
                f"SELECT * FROM remark WHERE {where} ORDER BY kind, what, old_id", narrow
            )
            yield from cursor


def read_user(row):
    """Return (id, address, reason, encoded password) from the row of an old user."""
    key, email, is_banned, password = row
    address = email.lower()  # may be longer
    reason = Adoption.Reason.BANNED if is_banned else ""
    try:
        validate_email(address)
    except ValidationError:
        reason = Adoption.Reason.MALFORMED
    if address.endswith(WAITING):  # reserved for users who need another address
        reason = Adoption.Reason.MALFORMED
    try:
        encoded = BetterAuthPasswordHasher.adopt(password or "")
    except ValueError:
        encoded = make_password(None)
    return key, address, str(reason), encoded


def insert(model, table, **values):
    """Return an INSERT of table's new rows (o) into model's table: values maps columns to SQL.

    All other columns get the model's defaults.
    """
    for field in model._meta.concrete_fields:
        is_ours = not isinstance(field, models.AutoField) and not field.generated
        if field.column not in values and is_ours:
            default = field.get_db_prep_save(field.get_default(), connection)
            values[field.column] = connection.ops.compose_sql("%s", [default])
    columns = ", ".join(map(connection.ops.quote_name, values))
    return f"""
        INSERT INTO {model._meta.db_table} ({columns})
        SELECT {", ".join(values.values())} FROM {table} o WHERE o.verdict = 'new'
    """
