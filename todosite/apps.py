from django.apps import AppConfig
from django.core import checks


class TodositeConfig(AppConfig):
    name = "todosite"

    def ready(self):
        from todosite.database.checkup import check_database

        checks.register(check_database, checks.Tags.database)
