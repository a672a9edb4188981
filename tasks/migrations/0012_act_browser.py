"""The browser that an act was done in. A constant default: no row is written, whatever there is."""

from django.db import migrations, models

import tasks.history


class Migration(migrations.Migration):
    dependencies = [("tasks", "0011_tagged_with")]

    operations = [
        migrations.AddField(
            model_name="act",
            name="browser",
            field=models.CharField(
                db_default="", default=tasks.history.this_browser, editable=False, max_length=16
            ),
        ),
    ]
