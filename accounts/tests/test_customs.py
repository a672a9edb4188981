"""The formats of a new account are guessed from its browser's languages."""

from io import StringIO
from unittest import TestCase

from django.core.cache import cache
from django.core.management import call_command
from django.test import TestCase as DatabaseTestCase
from django.urls import reverse

from accounts.customs import FILE, WEEKDAYS, Customs, customs_of
from accounts.models import User
from accounts.tests import cldr
from accounts.tests.people import PASSWORD, add_user
from accounts.tests.test_account_pages import AccountTests
from todosite.tests.html import words

USUAL = Customs("day", 24, 0)
OF_US = Customs("month", 12, 6)


class GuessTests(TestCase):
    def test_formats_of_languages(self):
        for languages, customs in {
            "en-US,en;q=0.9": OF_US,
            "en-GB,en-US;q=0.9,en;q=0.8": ("day", 24, 0),
            "en-AU": ("day", 12, 0),
            "en-CA,fr-CA;q=0.5": ("iso", 12, 6),
            "de-DE,de;q=0.9": ("day", 24, 0),
            "fr-CA": ("iso", 24, 6),
            "sv": ("iso", 24, 0),
            "ja": ("iso", 24, 6),
            "pt-BR": ("day", 24, 6),
            "ar-EG": ("day", 12, 5),
            "zh-TW": ("iso", 12, 6),
            "zh-Hans-CN": ("iso", 24, 0),
            "zh-Hant": ("iso", 12, 6),  # of Taiwan
            "fil": OF_US,
        }.items():  # fmt: skip
            self.assertEqual((languages, customs_of(languages)), (languages, customs))

    def test_first_known_language_counts(self):
        for languages in ["tlh,en-US", "en-US-x-posix", "*,en-US", "de;q=0,en-US;q=0.1", "EN-us"]:
            self.assertEqual((languages, customs_of(languages)), (languages, OF_US))
        self.assertEqual(customs_of("en-US;q=0.8,en-GB"), USUAL)

    def test_without_a_known_language_the_defaults_stay(self):
        for languages in ["", "*", "tlh", "\x00", "q=1", "en-US" * 200, ",", "en US", "-", "en-"]:
            self.assertEqual((languages, customs_of(languages)), (languages, USUAL))

    def test_every_custom_is_valid_for_an_account(self):
        for name, choices in [
            ("date_format", User.DateFormat.values),
            ("hours", User.Hours.values),
            ("week_start", User.Weekday.values),
        ]:
            found = {getattr(customs_of(tag), name) for tag in cldr.customs()}
            self.assertEqual(found, set(choices))
        self.assertEqual(set(WEEKDAYS), set(User.Weekday.values))

    def test_file_agrees_with_the_cldr(self):
        """If not, run: .venv/bin/python -m accounts.tests.cldr"""
        self.assertEqual(FILE.read_text(), cldr.table())

    def test_every_language_of_the_cldr_gets_its_formats(self):
        for tag, said in cldr.customs().items():
            self.assertEqual((tag, " ".join(map(str, customs_of(tag)))), (tag, said))


class SignUpTests(AccountTests):
    SHOWN = "Dates look like {}, and weeks start on {}. You can change this in the settings."

    def read_by(self, user):
        return user.date_format, user.hours, user.week_start

    def signs_up(self, **headers):
        """Return the words of the page, and the account that it adds."""
        self.client = self.client_class(headers=headers)
        page = self.client.get(reverse("account_signup"))
        self.sign_up("ann@example.org")
        return words(page), User.objects.get()

    def test_american_reads_12_5_as_5_december(self):
        page, user = self.signs_up(accept_language="en-US,en;q=0.9")
        self.assertIn(self.SHOWN.format("Sat Dec 5, times like 5:30 pm", "Sunday"), page)
        self.assertEqual(self.read_by(user), OF_US)
        self.client.post("/tasks/add/", {"text": "Book the hall 12/5"})
        task = user.tasks.get()
        self.assertEqual(f"{task.title}, {task.due_date:%d %B}", "Book the hall, 05 December")

    def test_briton_reads_12_5_as_12_may(self):
        page, user = self.signs_up(accept_language="en-GB")
        self.assertIn(self.SHOWN.format("Sat 5 Dec, times like 17:30", "Monday"), page)
        self.assertEqual(self.read_by(user), USUAL)

    def test_browser_without_a_language_gets_the_defaults(self):
        page, user = self.signs_up()
        self.assertIn(self.SHOWN.format("Sat 5 Dec, times like 17:30", "Monday"), page)
        self.assertEqual(self.read_by(user), USUAL)

    def test_settings_show_and_change_the_formats(self):
        _, user = self.signs_up(accept_language="en-US")
        self.client.post("/settings/", {"hours": "24"})
        user.refresh_from_db()
        self.assertEqual(self.read_by(user), ("month", 24, 6))

    def test_sign_up_saves_the_zone_as_well(self):
        _, user = self.signs_up(accept_language="en-US")
        self.assertEqual(user.time_zone, "Europe/Berlin")


class OtherAccountTests(DatabaseTestCase):
    def setUp(self):
        cache.clear()

    def test_sign_in_leaves_the_formats_of_an_account(self):
        user = add_user("ann@example.org", password=PASSWORD)
        client = self.client_class(headers={"Accept-Language": "en-US"})
        client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        client.get("/today/")
        client.post(reverse("account_signup"), {"email": user.email, "password1": PASSWORD})
        user.refresh_from_db()
        self.assertEqual((user.date_format, user.hours, user.week_start), USUAL)

    def test_account_added_by_command_has_the_defaults(self):
        call_command("add_user", "ann@example.org", stdout=StringIO())
        user = User.objects.get()
        self.assertEqual((user.date_format, user.hours, user.week_start), USUAL)
