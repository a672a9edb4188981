"""The admin: its door, and what staff may do to accounts."""

from django.contrib import admin
from django.test import TestCase, override_settings
from django.urls import reverse

from accounts.tests.people import PASSWORD, add_user


class SiteTests(TestCase):
    def test_only_our_own_pages_are_there(self):
        labels = sorted(model._meta.label for model in admin.site._registry)
        self.assertEqual(labels, ["accounts.User", "tasks.Task"])

    @override_settings(ADMIN_REQUIRES_MFA=False)
    def test_password_is_changed_on_the_accounts_own_page(self):
        root = add_user("root@example.org", password=PASSWORD, is_staff=True, is_superuser=True)
        self.client.force_login(root)
        new = "an0ther-Horse!"
        data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        for path in ["/admin/password_change/", "/admin/password_change/done/"]:
            response = self.client.post(path, data)
            self.assertRedirects(response, reverse("account_change_password"))
        root.refresh_from_db()
        self.assertIs(root.check_password(PASSWORD), True)
