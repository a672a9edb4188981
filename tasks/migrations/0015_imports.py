import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WITH_ITS_ACT = """
ALTER TABLE tasks_actbesides ADD CONSTRAINT tasks_actbesides_act
    FOREIGN KEY (act_id) REFERENCES tasks_act (id) ON DELETE CASCADE
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("tasks", "0014_done_in_lists"),
    ]

    operations = [
        migrations.AlterField(
            model_name="act",
            name="kind",
            field=models.CharField(
                choices=[
                    ("add", "Added"),
                    ("edit", "Edited"),
                    ("complete", "Completed"),
                    ("reopen", "Reopened"),
                    ("order", "Reordered"),
                    ("delete", "Deleted"),
                    ("restore", "Restored"),
                    ("archive", "Archived"),
                    ("unarchive", "Unarchived"),
                    ("undo", "Undone"),
                    ("redo", "Redone"),
                    ("import", "Imported"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="ImportPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=255)),
                ("digest", models.CharField(max_length=64)),
                ("plan", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="import_plan",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ActBesides",
            fields=[
                (
                    "act",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="tasks.act",
                    ),
                ),
                ("content", models.JSONField()),
            ],
        ),
        migrations.RunSQL(WITH_ITS_ACT, migrations.RunSQL.noop),
    ]
