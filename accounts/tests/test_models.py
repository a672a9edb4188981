from datetime import UTC, date, datetime
from unittest import mock

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import SimpleTestCase, TestCase

from accounts.models import User
from accounts.tests.people import add_user


class UserTests(TestCase):
    def test_id_is_a_uuid_as_text(self):
        user = User.objects.create_user("ann@example.org")
        self.assertRegex(
            user.pk, r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-\w{12}$"
        )

    def test_address_is_stored_in_lower_case(self):
        user = User.objects.create_user(" Ann.É@Example.ORG ")
        self.assertEqual(User.objects.get(pk=user.pk).email, "ann.é@example.org")

    def test_address_of_320_characters_fits(self):
        email = "a" * 64 + "@" + "b" * 251 + ".org"
        self.assertEqual(len(email), 320)
        self.assertEqual(User.objects.get(pk=User.objects.create_user(email).pk).email, email)

    def test_database_refuses_two_addresses_that_differ_by_case(self):
        User.objects.create_user("é@example.org")
        twin = User(email="É@example.org")  # past every form and manager
        refused = self.assertRaisesMessage(IntegrityError, "accounts_user_email_lower")
        with refused, transaction.atomic():
            twin.save()

    def test_full_clean_lower_cases_and_finds_the_twin(self):
        User.objects.create_user("ann@example.org")
        twin = User(email="ANN@example.org", password="!")
        with self.assertRaisesMessage(
            ValidationError, "There is already an account with this email."
        ):
            twin.full_clean()

    def test_address_is_known_by_sign_up_or_confirmation(self):
        ann = add_user("ann@example.org")
        ben = User.objects.create_user("ben@example.org")
        for email, verified in [("old@example.org", True), ("ben@example.org", False)]:
            ann.emailaddress_set.create(email=email, verified=verified)
        for email, users in {
            "ANN@example.org": [ann],
            "Old@example.org": [ann],
            "ben@example.org": [ben],
            "nobody@example.org": [],
        }.items():
            self.assertEqual(list(User.objects.known_as(email)), users)

    def test_superuser_may_use_the_admin(self):
        user = User.objects.create_superuser("root@example.org", "secret")
        self.assertEqual((user.is_staff, user.is_superuser), (True, True))
        self.assertIs(user.check_password("secret"), True)

    def test_passwords_are_hashed_with_scrypt(self):
        user = User.objects.create_user("ann@example.org", "secret")
        self.assertEqual(user.password.split("$")[0], "scrypt")

    def test_repr_has_the_address_and_the_id(self):
        user = User(email="ann@example.org", id="7")
        self.assertEqual((str(user), repr(user)), ("ann@example.org", "<User ann@example.org 7>"))


class TodayTests(SimpleTestCase):
    def today(self, zone, *moment):
        with mock.patch("django.utils.timezone.now", return_value=datetime(*moment, tzinfo=UTC)):
            return User(time_zone=zone).today()

    def test_today_is_the_users_own(self):
        moment = (2026, 3, 25, 10, 30)
        self.assertEqual(self.today("Pacific/Kiritimati", *moment), date(2026, 3, 26))
        self.assertEqual(self.today("Pacific/Niue", *moment), date(2026, 3, 24))
        self.assertEqual(self.today("UTC", *moment), date(2026, 3, 25))

    def test_today_turns_at_midnight_on_the_day_the_clocks_go_forward(self):
        self.assertEqual(self.today("Europe/Berlin", 2026, 3, 29, 21, 59), date(2026, 3, 29))
        self.assertEqual(self.today("Europe/Berlin", 2026, 3, 29, 22, 0), date(2026, 3, 30))

    def test_unknown_time_zone_is_refused(self):
        with self.assertRaisesMessage(ValidationError, "“Mars/Base” is not a time zone."):
            User(email="a@b.org", time_zone="Mars/Base").clean_fields(exclude=["password"])

    def test_initials_come_from_the_name_or_the_address(self):
        self.assertEqual(User(name="Maya von Stern", email="x@y.z").initials, "MS")
        self.assertEqual(User(email="maya.stern@y.z").initials, "MS")
        self.assertEqual(User(email="maya@y.z").initials, "M")
