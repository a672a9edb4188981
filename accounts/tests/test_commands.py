"""The management commands for accounts."""

import re
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, TestCase, override_settings
from django.urls import reverse

from accounts.management.commands import add_user as add_user_command
from accounts.management.commands import admin_link, disable_user, enable_user
from accounts.models import User
from accounts.tests.people import PASSWORD, add_user
from todosite.tests.production import manage


def run(*arguments, **options):
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


class AddUserTests(TestCase):
    @override_settings(DEBUG=True)
    def test_add_user_prints_a_link_to_set_the_password(self):
        out = run("add_user", "Ann@Example.org", name="Ann Smith")
        user = User.objects.get()
        self.assertEqual(
            (user.email, user.name, user.is_staff), ("ann@example.org", "Ann Smith", False)
        )
        self.assertIs(user.has_usable_password(), False)
        self.assertIs(EmailAddress.objects.get(user=user, primary=True).verified, True)
        line, link = out.splitlines()
        self.assertEqual(
            line, "Created the account ann@example.org. Within 3 days, set its password at"
        )
        (path,) = re.findall(r"^http://127\.0\.0\.1:8000(/\S+)$", link)
        form = self.client.get(path, follow=True).request["PATH_INFO"]
        self.client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
        user.refresh_from_db()
        self.assertIs(user.check_password(PASSWORD), True)

    def test_add_user_can_add_an_admin(self):
        self.assertIn(
            "Created the admin root@example.org.", run("add_user", "root@example.org", "--admin")
        )
        user = User.objects.get()
        self.assertEqual((user.is_staff, user.is_superuser), (True, True))

    @override_settings(SITE_URL="https://todo.example.org")
    def test_link_begins_with_the_given_site(self):
        self.assertIn("\nhttps://todo.example.org/accounts/", run("add_user", "a@example.org"))
        out = run("add_user", "b@example.org", "--site", "https://b.example.org/")
        self.assertIn("\nhttps://b.example.org/accounts/", out)

    def test_link_in_development_leads_to_this_machine(self):
        self.assertIn("\nhttp://127.0.0.1:8000/accounts/", run("add_user", "a@example.org"))

    def test_name_is_cleaned_as_on_the_profile_page(self):
        run("add_user", "ann@example.org", "--name", " Ann  Smith ")
        self.assertEqual(User.objects.get().name, "Ann Smith")

    def test_failure_prints_one_line_and_adds_no_account(self):
        add_user("ann@example.org")
        name = "Choose a name of up to 60 characters."
        for arguments, words in [
            (["ANN@example.org"], "There is already an account with this email."),
            (["not an address"], "Enter a valid email address."),
            ([f"{'a' * 320}@example.org"], "Ensure this value has at most 320 characters"),
            (
                ["\udcff@example.org"],
                "The email contains a character that cannot be stored (U+DCFF).",
            ),
            (["ben@example.org", "--name", "x" * 61], name),
            (
                ["ben@example.org", "--name", "Ben\x07"],
                "The name contains a character that cannot be",
            ),
            (["ben@example.org", "--site", "todo"], "--site must be like https://todo.example.org"),
        ]:
            with self.assertRaises(CommandError) as caught:
                run("add_user", *arguments)
            self.assertIn(words, str(caught.exception))
            self.assertNotIn("\n", str(caught.exception))
        self.assertEqual(User.objects.count(), 1)


@pytest.mark.pooler
class DisableTests(TestCase):
    def setUp(self):
        cache.clear()  # the rate limits live there

    def test_disabled_user_is_signed_out_everywhere_and_stays_out(self):
        user = add_user("ann@example.org", password=PASSWORD)
        form = {"login": user.email, "password": PASSWORD}
        self.client.post(reverse("account_login"), form)
        self.assertEqual(self.client.get("/tasks/").status_code, 200)
        out = run("disable_user", "Ann@example.org")
        self.assertEqual(out, "Disabled ann@example.org; they are signed out everywhere.\n")
        self.assertEqual(self.client.get("/tasks/").status_code, 302)
        self.client.post(reverse("account_login"), form)
        self.assertEqual(self.client.get("/tasks/").status_code, 302)
        self.assertEqual(run("disable_user", user.email), "ann@example.org was already disabled.\n")
        # The session that ended does not come back with the account.
        out = run("enable_user", user.email)
        self.assertEqual(out, "Enabled ann@example.org; they can sign in again.\n")
        self.assertEqual(self.client.get("/tasks/").status_code, 302)
        self.client.post(reverse("account_login"), form)
        self.assertEqual(self.client.get("/tasks/").status_code, 200)
        self.assertEqual(run("enable_user", user.email), "ann@example.org was already enabled.\n")

    def test_other_users_stay_signed_in(self):
        add_user("ann@example.org")
        ben = add_user("ben@example.org")
        self.client.force_login(ben)
        run("disable_user", "ann@example.org")
        self.assertEqual(self.client.get("/tasks/").status_code, 200)

    def test_unknown_address_is_an_error(self):
        for command in ["disable_user", "enable_user"]:
            with self.assertRaisesMessage(CommandError, "no account with the email x@example.org."):
                run(command, "x@example.org")


@pytest.mark.exhaustive
class FailureTests(SimpleTestCase):
    """Failures in production mode: one line, and an exit code other than 0."""

    def fail(self, *arguments, **settings):
        done = manage(*arguments, **settings)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        return done.stderr

    def test_missing_database_is_one_line(self):
        for arguments in [
            ["add_user", "ann@example.org"],
            ["migrate", "-v0"],
        ]:
            with self.subTest(arguments=arguments):
                self.assertRegex(
                    self.fail(*arguments),
                    "^Todosite: the database says: connection failed.*refused",
                )

    def test_missing_settings_are_one_line(self):
        for value, words in [
            ("", "ALLOWED_HOSTS is not set"),
            (",", "ALLOWED_HOSTS names no host"),
        ]:
            with self.subTest(value=value):
                line = self.fail("add_user", "ann@example.org", ALLOWED_HOSTS=value)
                self.assertIn(f"Todosite: {words}", line)

    def test_argument_that_is_not_utf8_is_one_line(self):
        self.assertIn(
            "CommandError: The email contains", self.fail("disable_user", "\udcff@example")
        )

    def test_traceback_option_shows_the_traceback(self):
        done = manage("clearsessions", "--traceback")
        self.assertIn("Traceback (most recent call last)", done.stderr)


class HelpTests(TestCase):
    def test_each_command_has_an_example(self):
        for module in (add_user_command, admin_link, disable_user, enable_user):
            parser = module.Command().create_parser("manage.py", "x")
            self.assertRegex(parser.format_help(), r"Example: manage\.py \w+ ann@example\.org")
