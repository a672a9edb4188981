"""The environment, read strictly: what is missing or unreadable stops the boot by its name."""

import zoneinfo
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Environment(environ.Env):
    """django-environ's Env where what is empty is unset, and nothing is guessed.

    Every method raises ImproperlyConfigured with one line that names the variable. Values are
    not repeated in it: they may be secrets. Unlike in Env, "$" has no special meaning, so that
    a random SECRET_KEY may begin with it, and DEBUG=treu is an error, not False.
    """

    def get_value(self, var, cast=None, default=environ.Env.NOTSET, parse_default=False):
        value = self.ENVIRON.get(var, "").strip()
        if not value:
            if default is self.NOTSET:
                raise ImproperlyConfigured(f"{var} is not set; .env.example says what it is for.")
            return default
        try:
            return self.parse_value(value, cast)
        except ValueError:
            kind = {int: "a whole number", float: "a number"}.get(cast, "readable")
            raise ImproperlyConfigured(f"{var} is not {kind}.") from None

    def bool(self, var, default=environ.Env.NOTSET):
        value = str(self.get_value(var, default=default)).lower()
        if value not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{var} must be true or false.")
        return value in TRUE

    def between(self, var, low, high, default=environ.Env.NOTSET):
        """Return a whole number from low to high."""
        value = self.int(var, default=default)
        if not low <= value <= high:
            raise ImproperlyConfigured(f"{var} must be from {low} to {high}.")
        return value

    def database(self, var):
        """Return the DATABASES entry for a postgresql:// address."""
        value = self.str(var)
        if not value.startswith(("postgresql://", "postgres://")):
            raise ImproperlyConfigured(f"{var} must be an address that begins with postgresql://")
        try:
            database = self.db_url_config(value)
            if not database["NAME"]:
                raise ValueError
            return database
        except (ValueError, ImproperlyConfigured):
            raise ImproperlyConfigured(
                f"{var} cannot be read as postgresql://USER:PASSWORD@HOST:PORT/NAME;"
                " special characters in the password must be percent-encoded."
            ) from None

    def email(self, var):
        """Return Django's EMAIL_… settings for an address such as smtp+tls://user:pass@host:587."""
        try:
            return self.email_url_config(self.str(var))
        except (ValueError, KeyError, ImproperlyConfigured):
            raise ImproperlyConfigured(
                f"{var} cannot be read as smtp+tls://USER:PASSWORD@HOST:PORT"
            ) from None

    def time_zone(self, var, default):
        """Return the name of an IANA time zone."""
        value = self.str(var, default=default)
        if value not in zoneinfo.available_timezones():
            raise ImproperlyConfigured(f"{var} must be a time zone such as Europe/Berlin.")
        return value


env = Environment()
env.read_env(BASE_DIR / ".env")  # below what the environment itself says
