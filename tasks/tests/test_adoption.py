"""Users of the old system keep their accounts, passwords and tasks."""

import json
import tempfile
import unicodedata
from datetime import date, time
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client, TestCase, override_settings
from django.urls import reverse

from accounts.models import Adoption, User
from accounts.tests.mails import link_in
from accounts.tests.people import add_user
from tasks.models import Task
from tasks.tests.legacy_data import (
    CREDENTIALS,
    EXPECTED,
    load,
    sha256_of_listing,
    sha256_of_old_listing,
)


def adopt(*arguments):
    """Run the command. Return its output."""
    out = StringIO()
    call_command("adopt_sqlmodel", *arguments, stdout=out)
    return out.getvalue()


def report(*arguments):
    """Run the command. Return its report."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        adopt("--report", str(path), *arguments)
        return json.loads(path.read_text())


class AdoptionTests(TestCase):
    def setUp(self):
        cache.clear()
        self.cursor = connection.cursor()
        self.addCleanup(self.cursor.close)

    def load(self, name="better_auth.sql"):
        load(self.cursor, name)

    def old_user(self, key, email, name="Someone", verified=False):
        self.cursor.execute(
            'INSERT INTO "user" VALUES (%s, %s, %s, %s, NULL, now(), now())',
            [key, name, email, verified],
        )

    def old_task(self, key, user_id, title="Something", due=None, **more):
        values = {"description": None, "completed": False, **more}
        self.cursor.execute(
            "INSERT INTO task VALUES (%s, %s, %s, %s, %s, %s, now(), now())",
            [key, user_id, title, values["description"], values["completed"], due],
        )


def old_people(expected):
    """Return the expected result of users(), from a file's expectations."""
    return [
        (
            user["id"],
            user["email"].lower(),
            user["name"] or "",
            bool(user["verified"]),
            user["created_at"],
            user["tasks"]["total"],
            user["tasks"]["completed"],
        )
        for user in sorted(expected["users"], key=lambda user: user["id"])
    ]


def people():
    return [
        (
            user.pk,
            user.email,
            user.name,
            user.emailaddress_set.get(primary=True, email=user.email).verified,
            user.created_at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            user.tasks.count(),
            user.tasks.completed().count(),
        )
        for user in User.objects.order_by("pk")
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("name", EXPECTED)
def test_users_and_tasks_of_every_form_are_adopted_unchanged(name):
    with connection.cursor() as cursor:
        load(cursor, name)
        adopt("--time-zone", "UTC")
        assert people() == old_people(EXPECTED[name])
        for user in User.objects.all():
            assert sha256_of_listing(user.tasks) == sha256_of_old_listing(cursor, user.pk)
    orphans = sum(row["tasks"] for row in EXPECTED[name]["tasks_without_user"])
    assert Task.objects.count() == EXPECTED[name]["counts"]["task"] - orphans


@override_settings(ACCOUNT_RATE_LIMITS={"login": "1000/m/ip", "login_failed": "1000/m/ip"})
class SignInTests(AdoptionTests):
    def sign_in(self, email, password):
        client = Client()
        client.post(reverse("account_login"), {"login": email, "password": password})
        return client.session.get("_auth_user_id")

    def check(self, name):
        self.load(name)
        adopt()
        for email, password in CREDENTIALS[name].items():
            user = User.objects.get(email=email)
            self.assertIsNone(self.sign_in(email, f"{password}x"))
            if password is None:
                self.assertIs(user.has_usable_password(), False)
                continue
            self.assertEqual(user.password.split("$")[0], "better_auth")
            self.assertEqual(self.sign_in(email, password), user.pk)
            user.refresh_from_db()
            self.assertEqual(user.password.split("$")[0], "scrypt")
            self.assertEqual(self.sign_in(email.upper(), password), user.pk)

    def test_old_password_signs_in_and_is_rehashed(self):
        for name in ["variant_old_auth.sql", "variant_hybrid_tz.sql"]:
            with self.subTest(name), transaction.atomic():
                self.check(name)
                transaction.set_rollback(True)

    @pytest.mark.exhaustive
    def test_all_nineteen_old_passwords_sign_in(self):
        self.check("better_auth.sql")

    def test_other_unicode_form_of_a_password_signs_in(self):
        self.load()
        adopt()
        email, password = "noel@example.org", CREDENTIALS["better_auth.sql"]["noel@example.org"]
        composed = unicodedata.normalize("NFC", password)
        self.assertNotEqual(composed, password)
        self.assertIsNotNone(self.sign_in(email, composed))
        self.assertIsNotNone(self.sign_in(email, password))

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_unconfirmed_adopted_user_signs_in_and_is_asked_to_confirm(self):
        self.load()
        adopt()
        page = self.client.post(
            reverse("account_login"),
            {"login": "ada.lovelace@example.com", "password": "analytical-engine-1843"},
            follow=True,
        )
        self.assertRedirects(page, "/today/")
        self.assertContains(
            page, "We sent a link to ada.lovelace@example.com. Open it to confirm your email."
        )
        self.assertEqual(
            [(message.to, message.subject) for message in mail.outbox],
            [(["ada.lovelace@example.com"], "Confirm your email for Todosite")],
        )

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_other_users_must_confirm_their_address(self):
        add_user("ben@example.org", password="Corr3ct-horse!").emailaddress_set.update(
            verified=False
        )
        self.assertIsNone(self.sign_in("ben@example.org", "Corr3ct-horse!"))

    def test_adopted_user_without_a_password_sets_one_by_mail(self):
        self.load("sqlmodel_only.sql")
        adopt()
        for email in ["李雷@example.com", "Tomasz.Z@Example.org"]:
            with self.subTest(email):
                mail.outbox.clear()
                self.client = Client()
                self.client.post(reverse("account_reset_password"), {"email": email})
                form = self.client.get(link_in(mail.outbox[0]), follow=True)
                new = {"password1": "an0ther-Horse!", "password2": "an0ther-Horse!"}
                self.client.post(form.request["PATH_INFO"], new)
                user = User.objects.get(email=email.lower())
                self.assertEqual(self.sign_in(email, "an0ther-Horse!"), user.pk)


class WelcomeTests(AdoptionTests):
    def setUp(self):
        super().setUp()
        self.load()
        adopt("--time-zone", "Europe/Berlin")
        self.sign_in()

    def sign_in(self):
        self.client = Client()
        login = {"login": "vera@example.com", "password": "verified-Passw0rd!"}
        return self.client.post(reverse("account_login"), login)

    def test_first_sign_in_offers_the_time_zone(self):
        page = self.client.get("/tasks/")
        self.assertContains(page, "Welcome, Vera Fied. Your tasks are all here.")
        self.assertContains(page, "Times are read in <b>Europe/Berlin</b>", html=False)
        self.client.post(reverse("welcome_end"))
        self.assertNotContains(self.client.get("/tasks/"), "Welcome, Vera Fied.")

    def test_saving_the_profile_ends_the_welcome(self):
        self.client.post(
            reverse("settings"), {"name": "Vera", "time_zone": "Asia/Tokyo", "week_start": "0"}
        )
        self.assertNotContains(self.client.get("/tasks/"), "Your tasks are all here.")
        self.assertEqual(User.objects.get(email="vera@example.com").time_zone, "Asia/Tokyo")

    def test_second_sign_in_shows_no_welcome(self):
        self.sign_in()
        self.assertNotContains(self.client.get("/tasks/"), "Your tasks are all here.")


class HybridTests(AdoptionTests):
    def test_user_without_the_new_column_keeps_the_old_creation_date(self):
        self.load("variant_hybrid_tz.sql")
        self.cursor.execute(
            'ALTER TABLE "user" ALTER "createdAt" DROP NOT NULL;'
            """ UPDATE "user" SET "createdAt" = NULL, created_at = '2024-02-29 12:00:00+00'"""
        )
        adopt()
        self.assertEqual({user.created_at.year for user in User.objects.all()}, {2024})


class DateTests(AdoptionTests):
    def setUp(self):
        super().setUp()
        self.load()
        self.cursor.execute("DELETE FROM task")
        self.old_user("ann", "ann@example.org")

    def due(self, old, zone):
        """Return the due date and time that an old due date becomes."""
        self.old_task(1, "ann", due=old)
        adopt("--time-zone", zone)
        return Task.objects.values_list("due_date", "due_time").get()

    def test_midnight_utc_becomes_a_date_in_every_zone(self):
        self.assertEqual(
            self.due("2026-03-29 00:00", "America/New_York"), (date(2026, 3, 29), None)
        )

    def test_other_time_is_converted_to_the_zone_exactly(self):
        self.assertEqual(
            self.due("2026-07-01 22:30:15.000007", "Europe/Berlin"),
            (date(2026, 7, 2), time(0, 30, 15, 7)),
        )

    def test_missing_date_stays_missing(self):
        self.assertEqual(self.due(None, "Europe/Berlin"), (None, None))

    def test_infinity_becomes_the_last_day(self):
        self.assertEqual(
            self.due("infinity", "Europe/Berlin"),
            (date(9999, 12, 31), time(23, 59, 59, 999999)),
        )

    def test_date_beyond_the_calendar_becomes_its_end(self):
        self.assertEqual(self.due("0044-03-15 12:00 BC", "America/New_York"), (date(1, 1, 1), None))

    def test_clamped_dates_are_reported(self):
        self.old_task(1, "ann", due="infinity")
        self.old_task(2, "ann", due="2026-01-01")
        self.assertEqual(
            [remark for remark in report()["remarks"] if remark["kind"] == "task"],
            [{"kind": "task", "id": "1", "what": "clamped", "user": "ann"}],
        )

    def test_pages_show_tasks_with_clamped_dates(self):
        self.old_task(1, "ann", title="", due="infinity")
        self.old_task(2, "ann", title="two\nlines \x07", due="-infinity", completed=True)
        self.cursor.execute("UPDATE task SET created_at = 'infinity', updated_at = '-infinity'")
        adopt("--time-zone", "Pacific/Kiritimati")
        self.client.force_login(User.objects.get(pk="ann"))
        page = self.client.get("/tasks/")
        self.assertContains(page, "(untitled)")
        self.assertContains(page, "two lines ␇")
        for number in (1, 2):
            self.assertEqual(self.client.get(f"/tasks/{number}/").status_code, 200)
        self.client.post("/tasks/1/complete/")
        self.client.post("/tasks/2/reopen/")
        self.assertEqual(
            list(Task.objects.order_by("pk").values_list("title", "version")),
            [("", 2), ("two\nlines \x07", 2)],
        )


class AddressTests(AdoptionTests):
    """Users with an unusable address are adopted inactive."""

    def setUp(self):
        super().setUp()
        self.load()
        self.cursor.execute("DELETE FROM task")
        self.cursor.execute('DELETE FROM "user"')

    def adopted(self, key):
        user = User.objects.get(pk=key)
        return user.email, user.is_active, user.adoption.email, user.adoption.reason

    def test_of_two_addresses_that_differ_by_case_the_usable_one_counts(self):
        self.old_user("a", "Ann@Example.org")
        self.old_user("b", "ann@example.org")
        self.old_task(1, "a", "A's")
        self.old_task(2, "b", "B's")
        adopt()
        self.assertEqual(self.adopted("a"), ("a@adopted.invalid", False, "Ann@Example.org", "twin"))
        self.assertEqual(self.adopted("b"), ("ann@example.org", True, "ann@example.org", ""))
        self.assertEqual(
            list(Task.objects.order_by("pk").values_list("user_id", "title")),
            [("a", "A's"), ("b", "B's")],
        )

    def test_malformed_address_is_adopted_inactive(self):
        for number, email in enumerate(["", "nobody", "a b@example.org", "a@b\n.org"]):
            self.old_user(f"u{number}", email, verified=True)
        adopt()
        for number, email in enumerate(["", "nobody", "a b@example.org", "a@b\n.org"]):
            self.assertEqual(
                self.adopted(f"u{number}"),
                (f"u{number}@adopted.invalid", False, email, "malformed"),
            )
        self.assertEqual(EmailAddress.objects.filter(verified=True).count(), 0)

    def test_address_too_long_in_lower_case_is_malformed(self):
        self.old_user("ann", "İ" * 200 + "@example.org")
        adopt()
        self.assertEqual(self.adopted("ann")[::3], ("ann@adopted.invalid", "malformed"))

    def test_placeholder_address_is_reserved(self):
        self.old_user("ann", "ann at example.org")
        self.old_user("mal", "Ann@adopted.invalid")
        adopt()
        self.assertEqual(self.adopted("ann")[0], "ann@adopted.invalid")
        self.assertEqual(
            self.adopted("mal"),
            ("mal@adopted.invalid", False, "Ann@adopted.invalid", "malformed"),
        )

    def test_address_of_an_account_here_is_taken(self):
        operator = add_user("boss@example.org", is_staff=True)
        self.old_user("old", "Boss@example.org", verified=True)
        self.old_task(1, "old")
        out = adopt()
        self.assertEqual(
            self.adopted("old"), ("old@adopted.invalid", False, "Boss@example.org", "taken")
        )
        self.assertEqual(operator.tasks.count(), 0)
        self.assertIn("old 'Boss@example.org': The address was already that of another", out)

    def test_confirmed_second_address_is_taken_too(self):
        ben = add_user("ben@example.org")
        EmailAddress.objects.create(user=ben, email="ann@example.org", verified=True)
        self.old_user("ann", "ann@example.org")
        adopt()
        self.assertEqual(self.adopted("ann")[3], "taken")

    def test_next_run_activates_a_user_with_a_corrected_address(self):
        self.old_user("ann", "ann at example.org")
        adopt()
        self.assertIn(" 1              0              0              1 ", adopt())
        self.cursor.execute('UPDATE "user" SET email = %s', ["ann@example.org"])
        adopt()
        self.assertEqual(self.adopted("ann"), ("ann@example.org", True, "ann@example.org", ""))

    def test_user_with_an_id_in_use_stays_behind(self):
        add_user("ben@example.org", pk="same")
        self.old_user("same", "ann@example.org")
        self.old_task(1, "same")
        found = report()
        self.assertEqual(Task.objects.count(), 0)
        self.assertEqual(
            [(remark["kind"], remark["what"]) for remark in found["remarks"]],
            [("task", "homeless"), ("user", "taken")],
        )

    def test_banned_user_is_adopted_inactive(self):
        self.cursor.execute('ALTER TABLE "user" ADD banned boolean')
        self.old_user("ann", "ann@example.org")
        self.cursor.execute('UPDATE "user" SET banned = true')
        adopt()
        self.assertEqual(
            self.adopted("ann"), ("ann@example.org", False, "ann@example.org", "banned")
        )

    def test_admin_names_the_reason_and_the_next_step(self):
        self.old_user("ann", "ann at example.org")
        adopt()
        boss = User.objects.create_superuser("boss@example.org")
        self.client.force_login(boss)
        with override_settings(ADMIN_REQUIRES_MFA=False):
            page = self.client.get("/admin/accounts/user/ann/change/")
        self.assertContains(page, "ann at example.org")
        self.assertContains(page, "No mail can reach its address.")


class SecondRunTests(AdoptionTests):
    def setUp(self):
        super().setUp()
        self.load()
        self.cursor.execute("UPDATE task SET due_date = NULL WHERE NOT isfinite(due_date)")
        adopt()

    def task(self, number):
        return Task.everything.get(pk=number)

    def old(self, query, *values):
        self.cursor.execute(query, values)

    @pytest.mark.pooler
    def test_second_run_without_changes_does_nothing(self):
        before = list(Task.everything.order_by("pk").values())
        found = report()
        self.assertEqual(
            (found["users"], found["tasks"], found["remarks"]),
            (
                {"found": 19, "adopted": 0, "updated": 0, "already there": 19, "skipped": 0},
                {"found": 645, "adopted": 0, "updated": 0, "already there": 645, "skipped": 0},
                [],
            ),
        )
        self.assertEqual(list(Task.everything.order_by("pk").values()), before)

    def test_every_report_has_all_open_problems(self):
        """The first report may be lost, if its run was interrupted."""
        self.old_user("ann", "ann at example.org")
        self.old("UPDATE \"user\" SET \"createdAt\" = 'infinity' WHERE id = 'ann'")
        self.old_task(1_600_000_000, "ann", due="infinity")
        self.old(
            "UPDATE account SET password = '$2b$' WHERE \"userId\" = %s AND password <> ''",
            User.objects.get(email="zoe@example.com").pk,
        )
        first = report()["remarks"]
        self.assertEqual(
            [(remark["kind"], remark["what"]) for remark in first],
            [
                ("password", "unknown"),
                ("task", "clamped"),
                ("user", "clamped"),
                ("user", "inactive"),
            ],
        )
        self.assertEqual(report()["remarks"], first)

    def test_row_changed_on_both_sides_stays(self):
        self.task(1).edit(title="Changed here")
        self.task(28).complete()
        self.task(30).delete_softly()
        self.task(53).delete()
        self.old("UPDATE task SET title = 'Changed there' WHERE id IN (1, 6)")
        self.old("UPDATE task SET completed = true WHERE id = 65")
        self.old_task(1_600_000_000, User.objects.get(email="fresh@example.com").pk, "New there")
        here = User.objects.get(email="ada.lovelace@example.com").tasks.create(title="New here")
        found = report()
        self.assertEqual(
            found["tasks"],
            {"found": 646, "adopted": 1, "updated": 2, "already there": 641, "skipped": 2},
        )
        self.assertEqual(
            [(remark["id"], remark["what"]) for remark in found["remarks"]],
            [("53", "deleted"), ("1", "kept")],
        )
        self.assertEqual(self.task(1).title, "Changed here")
        self.assertEqual((self.task(6).title, self.task(6).version), ("Changed there", 2))
        self.assertIs(self.task(65).completed, True)
        self.assertIs(self.task(28).completed, True)
        self.assertIsNotNone(self.task(30).deleted_at)
        self.assertEqual(self.task(1_600_000_000).title, "New there")
        self.assertGreater(here.pk, 2**31 - 1)
        self.assertEqual(Task.everything.count(), 646)
        self.assertEqual(report()["tasks"]["updated"], 0)

    def test_deleted_account_and_its_tasks_do_not_come_back(self):
        ada = User.objects.get(email="ada.lovelace@example.com").pk
        User.objects.filter(pk=ada).delete()
        self.old_task(1_600_000_000, ada, "New there")
        found = report()
        self.assertIs(User.objects.filter(pk=ada).exists(), False)
        self.assertIs(Task.everything.filter(user_id=ada).exists(), False)
        whats = [(remark["kind"], remark["what"]) for remark in found["remarks"]]
        self.assertEqual(whats.count(("task", "deleted")), 180)
        self.assertEqual(whats.count(("task", "homeless")), 1)
        self.assertEqual(whats.count(("user", "deleted")), 1)

    @pytest.mark.pooler
    def test_user_changed_there_is_updated(self):
        self.old(
            'UPDATE "user" SET name = %s, email = %s, "emailVerified" = true WHERE email = %s',
            *["Ada King", "Ada@example.net", "ada.lovelace@example.com"],
        )
        self.assertEqual(report()["users"]["updated"], 1)
        ada = User.objects.get(email="ada@example.net")
        self.assertEqual(ada.name, "Ada King")
        self.assertEqual(
            list(ada.emailaddress_set.values_list("email", "verified", "primary")),
            [("ada@example.net", True, True)],
        )

    def test_user_changed_there_and_here_stays(self):
        self.old('UPDATE "user" SET name = %s WHERE email = %s', "There", "vera@example.com")
        User.objects.filter(email="vera@example.com").update(name="Here")
        found = report()
        self.assertEqual(User.objects.get(email="vera@example.com").name, "Here")
        self.assertEqual([remark["what"] for remark in found["remarks"]], ["kept"])

    def test_address_taken_here_is_not_updated(self):
        add_user("boss@example.org")
        self.old(
            'UPDATE "user" SET email = %s WHERE email = %s', "boss@example.org", "vera@example.com"
        )
        found = report()
        vera = User.objects.get(email="vera@example.com")
        self.assertIs(vera.is_active, True)
        self.assertEqual(
            [(remark["what"], remark["reason"]) for remark in found["remarks"]],
            [("kept", "taken")],
        )

    @pytest.mark.pooler
    def test_password_is_updated_until_used_here(self):
        ada, vera = (
            User.objects.get(email=email)
            for email in ["ada.lovelace@example.com", "vera@example.com"]
        )
        self.assertIs(vera.check_password("verified-Passw0rd!"), True)  # is ours from now on
        self.old(
            'UPDATE account SET password = (SELECT password FROM account a JOIN "user" u'
            ' ON u.id = a."userId" WHERE u.email = \'zoe@example.com\') WHERE "userId" IN (%s, %s)',
            *[ada.pk, vera.pk],
        )
        found = report()
        zoes = CREDENTIALS["better_auth.sql"]["zoe@example.com"]
        ada.refresh_from_db()
        vera.refresh_from_db()
        self.assertIs(ada.check_password(zoes), True)
        self.assertIs(vera.check_password("verified-Passw0rd!"), True)
        self.assertEqual(
            [(remark["kind"], remark["what"], remark["email"]) for remark in found["remarks"]],
            [("password", "kept", "vera@example.com")],
        )

    def test_user_disabled_here_stays_disabled(self):
        User.objects.filter(email="vera@example.com").deactivate()
        self.old('UPDATE "user" SET name = %s WHERE email = %s', "There", "vera@example.com")
        adopt()
        self.assertIs(User.objects.get(email="vera@example.com").is_active, False)

    def test_task_moved_to_another_user_there_stays(self):
        owner = self.task(1).user_id
        self.old("UPDATE task SET user_id = %s WHERE id = 1", self.task(6).user_id)
        found = report()
        self.assertEqual(self.task(1).user_id, owner)
        self.assertEqual([remark["what"] for remark in found["remarks"]], ["kept"])

    @pytest.mark.pooler
    def test_row_deleted_there_stays_and_is_reported(self):
        self.old("DELETE FROM task WHERE id = 1")
        self.assertEqual(
            report()["remarks"],
            [{"kind": "task", "id": "1", "what": "gone", "user": self.task(1).user_id}],
        )


@pytest.mark.exhaustive
class SpeedTests(AdoptionTests):
    def test_outdated_statistics_do_not_slow_down_the_run(self):
        self.load()
        self.cursor.execute("DELETE FROM task")
        adopt()
        self.cursor.execute("ANALYZE accounts_adoption, tasks_task")  # as autovacuum may
        self.cursor.execute(
            "INSERT INTO task SELECT n, id, 'Task', NULL, false, NULL, now(), now()"
            " FROM generate_series(1, 24000) n, \"user\" WHERE email = 'vera@example.com'"
        )
        # Each statement takes a fifth of a second; comparing all with all took six.
        self.cursor.execute("SET LOCAL statement_timeout = '2s'")
        adopt("--batch-size", "6000")
        self.assertEqual(Task.objects.count(), 24_000)


class CommandTests(AdoptionTests):
    def test_command_prints_the_counts(self):
        self.load("variant_old_auth.sql")
        self.assertEqual(
            [" ".join(line.split()) for line in adopt("--batch-size", "50").splitlines()],
            [
                '"user".image is not taken over.',
                "50 of 75 tasks",
                "75 of 75 tasks",
                "found adopted updated already there skipped",
                "users 3 3 0 0 0",
                "tasks 75 60 0 0 15",
                "15 tasks have no owner in the old system: they are not adopted",
            ],
        )

    def test_report_is_written_even_if_the_terminal_is_closed(self):
        class Closed(StringIO):
            def write(self, line):
                if line.startswith("   "):
                    raise BrokenPipeError

        self.load()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "report.json"
            with self.assertRaises(CommandError):
                call_command("adopt_sqlmodel", "--report", str(path), stdout=Closed())
            self.assertEqual(json.loads(path.read_text())["users"]["adopted"], 19)

    def test_unknown_time_zone_stops_before_writing(self):
        self.load()
        with (
            patch("zoneinfo.available_timezones", return_value={"Mars/Olympus"}),
            patch("tasks.adoption.adopt.AdoptionRun.users") as users,
            self.assertRaisesMessage(CommandError, 'time zone "Mars/Olympus" not recognized'),
            transaction.atomic(),
        ):
            adopt("--time-zone", "Mars/Olympus")
        users.assert_not_called()

    def test_dry_run_writes_nothing(self):
        self.load("variant_old_auth.sql")
        found = report("--dry-run")
        self.assertEqual(
            (found["users"]["adopted"], found["tasks"]["adopted"], found["tasks"]["skipped"]),
            (3, 60, 15),
        )
        self.assertEqual(
            (User.objects.count(), Task.everything.count(), Adoption.objects.count()), (0, 0, 0)
        )

    def test_unknown_form_of_tables_stops_before_writing(self):
        for change, words in [
            (
                "ALTER TABLE task ALTER completed TYPE int USING 0",
                "task.completed is of the type int4",
            ),
            ("ALTER TABLE task RENAME title TO words", "task.title is missing"),
            ("ALTER TABLE task RENAME description TO notes", "task.description is missing"),
            ('ALTER TABLE "user" RENAME name TO full_name', '"user".name is missing'),
            (
                'ALTER TABLE "user" RENAME "emailVerified" TO email_verified',
                '"user".emailVerified is missing',
            ),
            ('ALTER TABLE "user" DROP "createdAt"', '"user".created_at is missing'),
            ("DROP TABLE account", "there is no table account"),
            ("DROP TABLE task", "there is no table task"),
            (
                "ALTER TABLE task ALTER id TYPE bigint; UPDATE task SET id = id + 3000000000",
                "task.id holds what is not from 1 to 2147483647 in 645 rows",
            ),
            (
                "INSERT INTO \"user\" VALUES ('', '', 'a@example.org', true, '', now(), now())",
                '"user".id holds an empty text in 1 rows',
            ),
        ]:
            with self.subTest(change), transaction.atomic():
                self.load()
                self.cursor.execute(change)
                with self.assertRaisesMessage(CommandError, f"Nothing was adopted: {words}"):
                    adopt()
                self.assertEqual((User.objects.count(), Adoption.objects.count()), (0, 0))
                transaction.set_rollback(True)

    def test_rows_hidden_by_a_policy_stop_before_writing(self):
        self.load()
        self.cursor.execute("ALTER TABLE task ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        with (
            self.assertRaisesMessage(CommandError, "row-level security policy for table"),
            transaction.atomic(),
        ):
            adopt()
        self.assertEqual(User.objects.count(), 0)

    def test_column_that_is_not_adopted_is_named(self):
        self.load()
        self.cursor.execute("ALTER TABLE task ADD colour text")
        self.assertIn("task.colour is not taken over.", adopt())

    def test_unreadable_password_is_reported(self):
        self.load()
        self.cursor.execute("UPDATE account SET password = '$2b$10$abc' WHERE password <> ''")
        self.assertIn("17 passwords can't be read: their owners reset them by email", adopt())

    def test_missing_old_tables_are_an_error(self):
        with self.assertRaisesMessage(CommandError, 'there is no table "user"'):
            adopt()

    def test_invalid_arguments_are_refused(self):
        for arguments, words in [
            (["--time-zone", "Mars/Olympus"], "Mars/Olympus is not a time zone"),
            (["--batch-size", "0"], "--batch-size must be 1 or more."),
            (["--report", "/nowhere/report.json"], "The report can't be written"),
        ]:
            with self.subTest(arguments), self.assertRaisesMessage(CommandError, words):
                adopt(*arguments)
