from django.apps import AppConfig
from django.contrib.admin import apps


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"
    default = True


class AdminConfig(apps.AdminConfig):
    default = False
    default_site = "accounts.admin_site.AdminSite"
