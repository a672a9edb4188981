from django.test import TestCase
from django.urls import reverse

from accounts.tests.people import add_user


class ThemeTests(TestCase):
    def setUp(self):
        self.client.force_login(add_user())

    def test_theme_follows_the_device_at_first(self):
        self.assertContains(self.client.get("/settings/"), '<html lang="en">')

    def test_theme_also_applies_to_the_sign_in_page(self):
        response = self.client.post(reverse("theme"), {"theme": "dark"})
        self.assertRedirects(response, reverse("settings"))
        self.client.logout()
        self.client.cookies["theme"] = "dark"
        page = self.client.get(reverse("account_login"))
        self.assertContains(page, '<html lang="en" data-theme="dark">')

    def test_cookie_lasts_a_year_and_is_not_for_scripts(self):
        cookie = self.client.post(reverse("theme"), {"theme": "dark"}).cookies["theme"]
        self.assertEqual(
            (cookie.value, cookie["max-age"], cookie["httponly"], cookie["samesite"]),
            ("dark", 365 * 24 * 3600, True, "Lax"),
        )

    def test_unknown_theme_is_refused(self):
        response = self.client.post(reverse("theme"), {"theme": "plaid"})
        self.assertContains(response, "plaid is not one of the available choices", status_code=422)

    def test_unknown_theme_in_the_cookie_is_ignored(self):
        self.client.cookies["theme"] = '"><script>'
        self.assertContains(self.client.get("/settings/"), '<html lang="en">')
