from django.db import migrations, models


class Migration(migrations.Migration):
    """Kinds of other apps are no choices of this one's any more: the table stays as it is."""

    dependencies = [("accounts", "0016_session_users")]

    operations = [
        migrations.AlterField("adoption", "kind", models.CharField(max_length=8)),
    ]
