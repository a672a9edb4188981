from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tasks", "0015_imports")]

    operations = [
        migrations.RenameModel("ActBesides", "UntrackedChanges"),
        migrations.AlterModelOptions(
            name="untrackedchanges", options={"verbose_name_plural": "untracked changes"}
        ),
    ]
