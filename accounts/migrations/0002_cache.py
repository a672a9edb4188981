"""The table of the shared cache, where sign-in limits are counted."""

from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    # With a name, the command needs no settings: what they say later does not matter here.
    database = schema_editor.connection.alias
    call_command("createcachetable", "cache", database=database, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
        migrations.RunSQL(migrations.RunSQL.noop, "DROP TABLE cache"),
    ]
