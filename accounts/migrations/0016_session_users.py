"""Copy users and last visits from allauth's list of sessions into sessions; see 0015.

This is a migration of its own, since it takes longer, while requests read and write sessions.
"""

from django.db import migrations

from accounts.migrating import patiently

TAKE_OVER = """
DO $$
BEGIN
    IF to_regclass('usersessions_usersession') IS NULL THEN
        RETURN;
    END IF;
    DELETE FROM usersessions_usersession listed WHERE NOT EXISTS (
        SELECT FROM django_session session WHERE session.session_key = listed.session_key
    );
    UPDATE django_session session SET
        user_id = listed.user_id, created_at = listed.created_at,
        last_seen_at = listed.last_seen_at, ip = listed.ip, user_agent = listed.user_agent
        FROM usersessions_usersession listed
        WHERE listed.session_key = session.session_key AND session.user_id IS NULL;
END $$
"""


def take_over(apps, schema_editor):
    patiently(schema_editor.connection, "django_session", TAKE_OVER)


class Migration(migrations.Migration):
    atomic = False  # it gives way to requests, and is tried again

    dependencies = [
        ("accounts", "0015_session"),
    ]

    operations = [migrations.RunPython(take_over, migrations.RunPython.noop)]
