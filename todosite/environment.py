"""The environment, read strictly: a missing or unreadable variable stops the boot with its name."""

import ipaddress
import re
import zoneinfo
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.http.request import split_domain_port, validate_host
from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo

BASE_DIR = Path(__file__).resolve().parent.parent
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


class Environment(environ.Env):
    """django-environ's Env, in which an empty variable is unset, and nothing is guessed.

    Every method raises ImproperlyConfigured with one line that names the variable. Values are not
    repeated in that line, since they may be secrets. Unlike in Env, "$" has no special meaning, so
    that a random SECRET_KEY may begin with one, and DEBUG=treu is an error, not False.
    """

    def get_value(
        self,
        var,
        cast=None,
        default=environ.Env.NOTSET,
        parse_default=False,
    ):
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

    def listens(self, var, default):
        """Return the name or address that a server listens on; an IPv6 address in brackets."""
        host = self.str(var, default=default).removeprefix("[").removesuffix("]")
        if ":" not in host:
            return host
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError:
            raise ImproperlyConfigured(
                f"{var} must be a name or an address, such as 127.0.0.1 or ::1, without a port."
            ) from None

    def database(self, var, default=environ.Env.NOTSET):
        """Return the DATABASES entry for a postgresql:// address; its query has libpq's options.

        TLS is the default over a network; sslmode in the address overrides that.
        """
        value = self.str(var, default="")
        if not value and default is not self.NOTSET:
            return default
        if not value and self.str(f"{var}_ASYNC", default=""):
            raise ImproperlyConfigured(
                f"{var} is not set. {var}_ASYNC was the old system's; write its value into {var},"
                " as postgresql:// without a driver's name."
            )
        value = self.str(var)
        refuse_other_schemes(var, value)
        try:
            database = self.db_url_config(value)
            if not database["NAME"]:
                raise ValueError
        except (ValueError, ImproperlyConfigured):
            raise ImproperlyConfigured(
                f"{var} cannot be read as postgresql://USER:PASSWORD@HOST:PORT/NAME;"
                " special characters in the password must be percent-encoded."
            ) from None
        options = database.setdefault("OPTIONS", {})
        try:
            make_conninfo(**options)
        except ProgrammingError:
            raise ImproperlyConfigured(
                f"{var} has an option after “?” that PostgreSQL's clients don't know; one that"
                " they know is sslmode=require."
            ) from None
        if not is_local(database["HOST"] or options.get("host", "")):
            options.setdefault("sslmode", "require")
        return database

    def hosts(self, var, default=environ.Env.NOTSET):
        """Return the names of hosts for Django's ALLOWED_HOSTS, without surrounding spaces."""
        hosts = [host.strip() for host in self.list(var, default=default)]
        if any("/" in host for host in hosts):
            raise ImproperlyConfigured(
                f"{var} takes names alone, such as todo.example.org, without https:// or a path."
            )
        return hosts

    def site(self, var, hosts, https_only):
        """Return the beginning of the site's addresses, like https://todo.example.org; "" if unset.

        Its host must be one of hosts, and its scheme https if https_only.
        """
        value = self.str(var, default="").removesuffix("/")
        if not value:
            return ""
        if not re.fullmatch(r"https?://[^\s/?#@]+", value):
            raise ImproperlyConfigured(f"{var} must be like https://todo.example.org")
        if https_only and value.startswith("http://"):
            raise ImproperlyConfigured(f"{var} must begin with https:// where HTTPS_ONLY is on.")
        host, port = split_domain_port(value.partition("://")[2])  # the host is "" if invalid
        if not host:
            raise ImproperlyConfigured(f"{var} must be like https://todo.example.org")
        if port and not 1 <= int(port) <= 65535:
            raise ImproperlyConfigured(f"{var} must have a port from 1 to 65535, or none.")
        if not validate_host(host, hosts):
            raise ImproperlyConfigured(f"{var} names a host that is not in ALLOWED_HOSTS.")
        return value

    def email(self, var):
        """Return Django's EMAIL_… settings for an address such as smtp+tls://user:pass@host:587."""
        try:
            return self.email_url_config(self.str(var))
        except (ValueError, KeyError, ImproperlyConfigured):
            raise ImproperlyConfigured(
                f"{var} cannot be read as smtp+tls://USER:PASSWORD@HOST:PORT"
            ) from None

    def address(self, var, default):
        """Return an e-mail address, without a name."""
        value = self.str(var, default=default)
        try:
            if value:
                validate_email(value)
        except ValidationError:
            raise ImproperlyConfigured(
                f"{var} must be an address alone, such as help@example.org"
            ) from None
        return value

    def time_zone(self, var, default):
        """Return the name of an IANA time zone."""
        value = self.str(var, default=default)
        if value not in zoneinfo.available_timezones():
            raise ImproperlyConfigured(f"{var} must be a time zone such as Europe/Berlin.")
        return value


def first_host(hosts):
    """Return the entry of ALLOWED_HOSTS that names the site: the first that isn't this machine.

    If all are this machine, return the first. Raise ImproperlyConfigured if there is none.
    """
    names = [host for host in hosts if host.removeprefix(".") not in {"", "*"}]
    if not names:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS is * alone, which doesn't say what links in emails start with; set"
            " SITE_URL, such as https://todo.example.org"
        )
    return next(
        (name for name in names if not is_local(name)),
        names[0],
    )


def site_of(hosts, https_only):
    """Return the beginning of the site's addresses, from the names of ALLOWED_HOSTS."""
    scheme = "https" if https_only else "http"
    host = first_host(hosts).removeprefix(".")
    return f"{scheme}://{host}"


def doubt_about(host):
    """Return the doubt about links to an entry of ALLOWED_HOSTS, "" for none."""
    if host.startswith("."):
        return f"which may be someone else's site (ALLOWED_HOSTS has {host})"
    if is_local(host):
        return "which opens only on this machine"
    if not re.search(r"[.:]", host):
        return "which opens only on your own network"
    return ""


def refuse_other_schemes(var, value):
    """Raise ImproperlyConfigured for an address that Django's engine for PostgreSQL can't use."""
    scheme = value.partition("://")[0]
    if scheme.startswith("postgresql+"):
        raise ImproperlyConfigured(
            f"{var} begins with {scheme}://, which names a driver for"
            " SQLAlchemy; write postgresql:// instead."
        )
    if not value.startswith(("postgresql://", "postgres://")):
        raise ImproperlyConfigured(f"{var} must be an address that begins with postgresql://")


def is_local(host):
    """Return whether a host, in libpq's form, is a Unix socket or this machine."""
    return all(
        name in {"", "localhost", "::1"} or name.startswith(("/", "@", "127."))
        for name in host.strip("[]").split(",")
    )


env = Environment()
env.read_env(BASE_DIR / ".env")  # variables of the environment itself take precedence
