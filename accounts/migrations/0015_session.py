"""Give sessions a user and the browser of their last use, in the table that Django made.

No row is moved: a session keeps its row, its key and its signature, so all users stay signed in.
Earlier versions can run at the same time, or replace this one again:

- They read and write the columns that they know. The others may be empty, or have a default of the
  database's, so that they can begin sessions.
- A session that they begin has no user here until this version meets it: then Django asks for its
  user as before, and LastSeenMiddleware notes them. Until then the list of sessions lacks it, but
  "Sign out everywhere else", a new password and support's "Sign out everywhere" end it, since they
  rely on the data of the session.
- A session that they end is gone for this version, too, and the other way round.
- They delete users without knowing this column, so the database deletes the sessions.

They kept the list of sessions in a table of django-allauth's, usersessions_usersession, which they
fail without. The table stays, and this version neither reads nor writes it. It holds addresses, so
a row goes with its session and with its user. A later version drops it. A new database lacks it.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from accounts.migrating import patiently

# What Django's own migration of its app `sessions` made until now.
TABLE = """
CREATE TABLE IF NOT EXISTS django_session (
    session_key varchar(40) NOT NULL PRIMARY KEY,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);
CREATE INDEX IF NOT EXISTS django_session_session_key_c0390e0f_like
    ON django_session (session_key varchar_pattern_ops);
CREATE INDEX IF NOT EXISTS django_session_expire_date_a5c62663 ON django_session (expire_date);
"""
COLUMNS = """
ALTER TABLE django_session
    ADD COLUMN IF NOT EXISTS user_id varchar(36) CONSTRAINT django_session_user_id_fk
        REFERENCES accounts_user (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    ADD COLUMN IF NOT EXISTS created_at timestamp with time zone
        NOT NULL DEFAULT statement_timestamp(),
    ADD COLUMN IF NOT EXISTS last_seen_at timestamp with time zone,
    ADD COLUMN IF NOT EXISTS ip inet,
    ADD COLUMN IF NOT EXISTS user_agent varchar(200) NOT NULL DEFAULT ''
"""
INDEX = "CREATE INDEX IF NOT EXISTS django_session_user_id ON django_session (user_id)"
NO_COLUMNS = """
ALTER TABLE django_session
    DROP COLUMN IF EXISTS user_id, DROP COLUMN IF EXISTS created_at,
    DROP COLUMN IF EXISTS last_seen_at, DROP COLUMN IF EXISTS ip, DROP COLUMN IF EXISTS user_agent
"""
# NOT VALID: there are rows whose session has ended. 0016 deletes them.
LIST = """
DO $$
DECLARE
    name text;
BEGIN
    IF to_regclass('usersessions_usersession') IS NULL THEN
        RETURN;
    END IF;
    FOR name IN
        SELECT conname FROM pg_constraint
        WHERE contype = 'f' AND conrelid = to_regclass('usersessions_usersession')
    LOOP
        EXECUTE format('ALTER TABLE usersessions_usersession DROP CONSTRAINT %I', name);
    END LOOP;
    ALTER TABLE usersessions_usersession
        ADD CONSTRAINT usersessions_usersession_user_id_fk FOREIGN KEY (user_id)
            REFERENCES accounts_user (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID,
        ADD CONSTRAINT usersessions_usersession_session_key_fk FOREIGN KEY (session_key)
            REFERENCES django_session (session_key) ON DELETE CASCADE NOT VALID;
END $$
"""


def add_columns(apps, schema_editor):
    """Add the columns in steps. A step may have been done before, so migrating can be run again."""
    connection = schema_editor.connection
    patiently(connection, "django_session", TABLE)
    patiently(connection, "django_session", COLUMNS)
    patiently(connection, "django_session", INDEX)
    patiently(connection, "usersessions_usersession", LIST)


def drop_columns(apps, schema_editor):
    patiently(schema_editor.connection, "django_session", NO_COLUMNS)


class Migration(migrations.Migration):
    atomic = False  # each step in a transaction of its own, which gives way

    dependencies = [
        ("accounts", "0014_ended_session"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(add_columns, drop_columns)],
            [
                migrations.CreateModel(
                    name="Session",
                    fields=[
                        (
                            "session_key",
                            models.CharField(
                                max_length=40,
                                primary_key=True,
                                serialize=False,
                                verbose_name="session key",
                            ),
                        ),
                        ("session_data", models.TextField(verbose_name="session data")),
                        (
                            "expire_date",
                            models.DateTimeField(db_index=True, verbose_name="expire date"),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(),
                                editable=False,
                            ),
                        ),
                        ("last_seen_at", models.DateTimeField(editable=False, null=True)),
                        ("ip", models.GenericIPAddressField(editable=False, null=True)),
                        (
                            "user_agent",
                            models.CharField(db_default="", editable=False, max_length=200),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="sessions",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "session",
                        "verbose_name_plural": "sessions",
                        "db_table": "django_session",
                        "abstract": False,
                    },
                ),
            ],
        ),
    ]
