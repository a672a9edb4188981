from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_adoption_kinds"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="kind",
            field=models.CharField(
                choices=[
                    ("support looks", "Let support look for 7 days."),
                    ("support stops", "Stopped letting support look."),
                    ("reset sent", "Sent a link to reset the password."),
                    ("confirmation sent", "Sent the link that confirms the address again."),
                    ("factor removed", "Removed the second factor; signed out everywhere."),
                    ("link shown", "Made a link to set up the second factor."),
                    ("signed out", "Signed out everywhere."),
                    ("disabled", "Disabled the account."),
                    ("enabled", "Enabled the account again."),
                    ("address changed", "Changed the address."),
                    ("exported", "Exported the data of the account."),
                ],
                max_length=20,
            ),
        ),
    ]
