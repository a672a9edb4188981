import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_upcoming_repeats"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitingForm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField()),
                ("posted", models.JSONField()),
                ("size", models.PositiveIntegerField()),
                ("failed", models.BooleanField(default=False)),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "kept_at"], name="accounts_waitingform_of_user")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("size__lte", 300000)), name="accounts_waitingform_size"
                    )
                ],
            },
        ),
    ]
