import re

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from django.urls import reverse

from accounts.forms import ProfileForm
from accounts.management.base import ExampleCommand
from accounts.models import User
from accounts.site import site_url


class Command(ExampleCommand):
    help = (
        "Create an account whose email counts as confirmed, and print a link for its owner to"
        " set the password. Also works when sign-up is closed."
    )
    example = "manage.py add_user ann@example.org --name 'Ann Smith'"

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="the user's name on pages and in emails")
        parser.add_argument("--admin", action="store_true", help="give access to the admin")
        parser.add_argument(
            "--site",
            help="the start of the link (SITE_URL)",
        )

    @transaction.atomic
    def handle(self, *, email, name, admin, site, **options):
        site = beginning(site)
        user = User(is_staff=admin, is_superuser=admin)
        user.set_unusable_password()
        give_profile(user, name)
        try:
            user.email = user.acceptable_email(email)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        user.save()
        EmailAddress.objects.create(
            user=user,
            email=user.email,
            verified=True,
            primary=True,
        )
        kind = "admin" if admin else "account"
        days = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
        self.stdout.write(
            f"Created the {kind} {user.email}. Within {days} days, set its password at"
        )
        self.stdout.write(site + password_path(user))


def give_profile(user, name):
    """Set the user's name by the rules of the profile page. Raise CommandError otherwise."""
    form = ProfileForm({"name": name}, instance=user)
    if not form.is_valid():
        words = [word for words in form.errors.values() for word in words]
        raise CommandError(" ".join(words))


def password_path(user):
    """Return the path of the page on which the user can set a password, once."""
    token = PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    key = {"uidb36": user_pk_to_url_str(user), "key": token}
    return reverse("account_reset_password_from_key", kwargs=key)


def beginning(site):
    """Return the beginning of the link: --site if given, else SITE_URL. Raise CommandError for
    others.
    """
    if not site:
        return site_url()
    if not re.fullmatch(r"https?://[^\s/]+/?", site):
        raise CommandError("--site must be like https://todo.example.org")
    return site.rstrip("/")
