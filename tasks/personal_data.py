"""SQL that removes personal data from a copy of the database, and keeps counts and dates.

Addresses, names, titles and notes are replaced by others of the same length, the names of lists and
tags by their numbers; secrets, sessions and acts are deleted. The old system's tables are cleaned
too, the only case in which they are changed. The statements run in order, in one transaction.
"""

from django.db import connection

START = """
SET CONSTRAINTS ALL IMMEDIATE;  -- or TRUNCATE would wait for the end

CREATE OR REPLACE FUNCTION pg_temp.words(size int, seed bigint) RETURNS text IMMUTABLE LANGUAGE sql
RETURN regexp_replace(left(repeat((ARRAY[
    'Water the plants, ', 'Call the dentist about Tuesday, ', 'Book the train to Leipzig, ',
    'Send the invoice for March, ', 'Buy oat milk and bread, ', 'Ask Ann for the blue folder, ',
    'Clean the gutters, ', 'Plan the raised beds, ', 'Renew the passport, ', 'Sort the post, ',
    'Pick up the parcel, ', 'Back up the photos, ', 'Return the library books, '
])[1 + mod(seed, 13)], 1 + size / 15), size), '[ ,]$', '.');

CREATE OR REPLACE FUNCTION pg_temp.person(size int, seed bigint) RETURNS text IMMUTABLE LANGUAGE sql
RETURN left(repeat((ARRAY[
    'Alex Morgan ', 'Robin Novak ', 'Kim Lindqvist ', 'Sascha Petrov ', 'Noa Fischer ',
    'Toni Marino ', 'Jamie Okafor '
])[1 + mod(seed, 7)], 1 + size / 11), size);

-- As long as size, where the number leaves room for that.
CREATE OR REPLACE FUNCTION pg_temp.address(size int, n bigint) RETURNS text IMMUTABLE LANGUAGE sql
RETURN left(repeat('alex.morgan.', 1 + size / 12), greatest(size - 12 - length(n::text), 1))
    || n || '@example.net';
"""

# Each address first becomes an impossible one: a unique index checks each row when it is written.
PEOPLE = """
DROP TABLE IF EXISTS pg_temp.person;
CREATE TEMP TABLE person ON COMMIT DROP AS
    SELECT id, row_number() OVER (ORDER BY id) AS n, length(email) AS size FROM accounts_user;
DELETE FROM account_emailaddress a USING accounts_user u
    WHERE u.id = a.user_id AND lower(a.email) <> u.email;
UPDATE account_emailaddress SET email = md5(user_id) || '@reset.invalid';
UPDATE accounts_user SET email = md5(id) || '@reset.invalid';
UPDATE accounts_user u SET
    email = pg_temp.address(size, n), name = pg_temp.person(length(name), n), password = '!'
    FROM person WHERE person.id = u.id;
UPDATE account_emailaddress a SET email = u.email FROM accounts_user u WHERE u.id = a.user_id;
UPDATE accounts_adoption SET
    email = CASE WHEN email = '' THEN '' ELSE md5(old_id) || '@reset.invalid' END,
    fingerprint = gen_random_uuid(),
    version = CASE WHEN kind = 'task' THEN version ELSE md5(random()::text) END
"""
TASKS = """
UPDATE tasks_task SET
    title = pg_temp.words(length(title), id),
    description = pg_temp.words(length(description), id),
    typed = '';
UPDATE tasks_step SET title = pg_temp.words(length(title), id)
"""
# As with addresses, each name first becomes an unused one, since names are unique for a user.
NAMES = """
UPDATE tasks_tasklist SET name = gen_random_uuid()::text;
UPDATE tasks_tasklist SET name = 'List ' || id;
UPDATE tasks_tag SET name = gen_random_uuid()::text;
UPDATE tasks_tag SET name = 'tag' || id
"""
EMPTIED = [
    *["django_session", "django_admin_log", "cache", "tasks_act", "tasks_change"],
    *["tasks_untrackedchanges", "tasks_importplan", "tasks_columnmapping"],
    *["tasks_reminder", "tasks_digest"],
    "tasks_savedsearch",
    *["accounts_waitingform", "accounts_event"],
    *["mfa_authenticator", "account_emailconfirmation"],
    *["accounts_adminlink", "accounts_endedsession"],
]
LEFT = "usersessions_usersession"  # a table of an earlier version: see accounts, 0015

OURS = [
    (
        "Ending sessions and forgetting secrets",
        f"DROP TABLE IF EXISTS {LEFT}; TRUNCATE {', '.join(EMPTIED)}",
    ),
    ("Replacing names and addresses", PEOPLE),
    ("Replacing titles and notes", TASKS),
    ("Replacing the names of lists and tags", NAMES),
]

OLD_EMPTIED = [
    *["session", "verification", "jwks", "rateLimit", "twoFactor", "passkey", "apikey"],
]
# Users who were adopted get the same address as in our table.
OLD_PEOPLE = """
UPDATE "user" SET email = md5(id::text) || '@reset.invalid';
UPDATE "user" old SET email = coalesce(
    (SELECT u.email FROM accounts_user u WHERE u.id = old.id::text),
    pg_temp.address(30, (SELECT count(*) FROM accounts_user) + n)
) FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM "user") AS person
    WHERE person.id = old.id
"""
OLD_CLEANED = {  # table: column: its new value, None if it stays; other columns are emptied
    "user": {"id": None, "email": None, "name": "pg_temp.person(length(name), length(email))"},
    "account": {"id": None, "userId": None, "providerId": None, "accountId": '"userId"'},
    "task": {
        "user_id": None,
        "title": "pg_temp.words(length(title), id)",
        "description": "pg_temp.words(length(description), id)",
    },
}
COLUMNS = """
SELECT attname, typname, attnotnull FROM pg_attribute a JOIN pg_type t ON t.oid = atttypid
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    AND typtype <> 'e'
"""
HARMLESS = {  # types that hold no text
    *["bool", "int2", "int4", "int8", "numeric", "float4", "float8", "uuid"],
    *["date", "time", "timetz", "timestamp", "timestamptz", "interval"],
}
NOTHING = {  # by type: an empty value for columns that are NOT NULL; for other types it is ''
    **dict.fromkeys(["json", "jsonb"], "'{}'"),
    **dict.fromkeys(["inet", "cidr"], "'0.0.0.0'"),
    "macaddr": "'00:00:00:00:00:00'",
}


def old(cursor):
    """Return the statements that clean the old system's tables, as far as they exist."""
    names = [*OLD_CLEANED, *OLD_EMPTIED]
    there = {name: columns_of(cursor, name) for name in names}
    todo = []
    if there["user"]:
        todo.append(("Replacing addresses of the old system", OLD_PEOPLE))
    for table, known in OLD_CLEANED.items():
        changes = ", ".join(cleaned(known, there[table]))
        if changes:
            sql = f'UPDATE "{table}" SET {changes}'
            todo.append((f"Cleaning the old system's {table}", sql))
    emptied = [f'"{table}"' for table in OLD_EMPTIED if there[table]]
    if emptied:
        sql = f"TRUNCATE {', '.join(emptied)}"
        todo.append(("Emptying tables of the old system", sql))
    return todo


def columns_of(cursor, table):
    """Return the columns of an old table as (name, type, not null); [] if it doesn't exist."""
    cursor.execute(COLUMNS, [f'"{table}"'])
    return cursor.fetchall()


def cleaned(known, columns):
    """Return assignments that clean the columns that can hold text."""
    changes = []
    for name, kind, not_null in columns:
        nothing = "NULL"
        if not_null:
            nothing = nothing_of(kind)
        becomes = known.get(name, nothing)
        if kind not in HARMLESS and becomes:
            changes.append(f'"{name}" = {becomes}')
    return changes


def nothing_of(kind):
    """Return the empty value of a type, in SQL; an array's name begins with an underscore."""
    if kind.startswith("_"):
        return "'{}'"
    return NOTHING.get(kind, "''")


def unknown(cursor):
    """Return the names of tables that no statement here cleans, and that may hold personal data."""
    known = {
        *connection.introspection.django_table_names(),
        *OLD_CLEANED,
        *OLD_EMPTIED,
        *EMPTIED,
        *[LEFT, "django_migrations", "alembic_version"],
    }
    there = connection.introspection.table_names(cursor)
    return sorted(set(there) - known)
