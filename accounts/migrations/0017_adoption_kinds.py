from django.db import migrations, models


class Migration(migrations.Migration):
    """Remove the choices of the ledger's kind, which other apps add to; the table is unchanged."""

    dependencies = [("accounts", "0016_session_users")]

    operations = [
        migrations.AlterField("adoption", "kind", models.CharField(max_length=8)),
    ]
