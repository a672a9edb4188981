"""The project as a whole: settings, server, and the headers of every kind of answer."""

import contextlib
import os
import re
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from unittest import mock
from unittest.mock import Mock

import pytest
from django.conf import global_settings, settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone
from gunicorn.util import parse_address

from accounts.tests.people import add_user, login_by_second_factor
from todosite.database.checkup import Finding
from todosite.environment import env, site_of
from todosite.management.commands import doctor as doctor_command
from todosite.management.commands.doctor import overdue
from todosite.middleware import CONTENT_SECURITY_POLICY, PERMISSIONS_POLICY
from todosite.tests.html import one
from todosite.tests.production import (
    ENV,
    ask,
    database_url,
    environment,
    manage,
    read_module,
    serve,
    web_command,
)

# settings


def test_deployment_checks_pass():
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment(),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (
        0,
        "System check identified no issues (2 silenced).\n",
    )


@pytest.mark.django_db
def test_models_have_their_migrations():
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert out.getvalue() == "No changes detected\n"


def test_old_name_of_the_database_variable_is_explained():
    url = "postgresql+asyncpg://ann:pw@db.example.org/todo"
    done = manage("check", DATABASE_URL=None, DATABASE_URL_ASYNC=url)
    assert done.stderr == (
        "Todosite: DATABASE_URL is not set. DATABASE_URL_ASYNC was the old system's; write its"
        " value into DATABASE_URL, as postgresql:// without a driver's name.\n"
    )


@pytest.mark.parametrize(
    ("url", "sslmode"),
    [
        ("postgresql://a:b@ep-x-1-pooler.eu.aws.neon.tech/neondb", "require"),
        ("postgresql://a:b@10.0.0.7/todo", "require"),
        ("postgresql://a:b@10.0.0.7/todo?sslmode=disable", "disable"),
        ("postgresql://a:b@db.example.org/todo?sslmode=verify-full", "verify-full"),
        ("postgresql://a:b@localhost/todo", None),
        ("postgresql://a:b@127.0.0.1:5433/todo", None),
        ("postgresql://a@/todo?host=/run/postgresql", None),
    ],
)
def test_tls_is_the_default_over_a_network(monkeypatch, url, sslmode):
    monkeypatch.setenv("DATABASE_URL", url)
    entry = env.database("DATABASE_URL")
    assert entry["OPTIONS"].get("sslmode") == sslmode


def test_address_from_neons_console_works_unchanged(monkeypatch):
    url = "postgresql://neondb_owner:npg_x@ep-a-1-pooler.eu-central-1.aws.neon.tech/neondb"
    monkeypatch.setenv("DATABASE_URL", f"{url}?sslmode=require&channel_binding=require")
    entry = env.database("DATABASE_URL")
    assert (entry["NAME"], entry["USER"]) == ("neondb", "neondb_owner")
    assert entry["HOST"] == "ep-a-1-pooler.eu-central-1.aws.neon.tech"
    assert entry["OPTIONS"] == {"sslmode": "require", "channel_binding": "require"}


@pytest.mark.parametrize(
    ("hosts", "https_only", "site"),
    [
        (["todo.example.org", "example.org"], True, "https://todo.example.org"),
        ([".example.org"], True, "https://example.org"),
        (["*", "example.org"], True, "https://example.org"),
        (["127.0.0.1", "localhost", "[::1]", "todo.example.org"], True, "https://todo.example.org"),
        (["localhost", "*", "intranet"], False, "http://intranet"),
        (["127.0.0.1", "localhost"], True, "https://127.0.0.1"),
        (["localhost"], False, "http://localhost"),
    ],
)
def test_links_begin_with_the_first_name_of_the_site(hosts, https_only, site):
    assert site_of(hosts, https_only) == site


@pytest.mark.parametrize("hosts", [["*"], [".", "*"]])
def test_links_need_a_usable_name(hosts):
    with pytest.raises(ImproperlyConfigured, match=r"^ALLOWED_HOSTS is \* alone"):
        site_of(hosts, True)


@pytest.mark.parametrize(
    ("value", "site"),
    [
        ("https://todo.example.org", "https://todo.example.org"),
        ("https://todo.example.org:8443/", "https://todo.example.org:8443"),
        ("", ""),
    ],
)
def test_valid_site_url_is_accepted(monkeypatch, value, site):
    monkeypatch.setenv("SITE_URL", value)
    assert env.site("SITE_URL", [".example.org"], True) == site
    assert env.site("SITE_URL", ["*"], True) == site


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("todo.example.org", "must be like https://todo.example.org"),
        ("https://todo.example.org/app", "must be like https://todo.example.org"),
        ("https://ann@todo.example.org", "must be like https://todo.example.org"),
        ("ftp://todo.example.org", "must be like https://todo.example.org"),
        ("http://todo.example.org", "must begin with https:// where HTTPS_ONLY is on."),
        ("https://other.example.net", "names a host that is not in ALLOWED_HOSTS."),
        ("https://todo:abc", "must be like https://todo.example.org"),
        ("https://exa<b>mple", "must be like https://todo.example.org"),
        ("https://todo.example.org:", "must be like https://todo.example.org"),
        ("https://:8443", "must be like https://todo.example.org"),
        ("https://.", "must be like https://todo.example.org"),
        ("https://[::1", "must be like https://todo.example.org"),
        ("https://todo.example.org:0", "must have a port from 1 to 65535, or none."),
        ("https://todo.example.org:99999", "must have a port from 1 to 65535, or none."),
    ],
)
def test_invalid_site_url_is_refused(monkeypatch, value, words):
    monkeypatch.setenv("SITE_URL", value)
    every = [[".example.org"], ["*"]]
    for hosts in every[: 1 if "ALLOWED_HOSTS" in words else 2]:
        with pytest.raises(ImproperlyConfigured) as caught:
            env.site("SITE_URL", hosts, True)
        assert str(caught.value) == f"SITE_URL {words}"


def test_names_of_hosts_may_have_surrounding_spaces(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "localhost, todo.example.org ")
    assert env.hosts("ALLOWED_HOSTS") == ["localhost", "todo.example.org"]


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("SECRET_KEY", None, "SECRET_KEY is not set; .env.example says what it is for."),
        ("SECRET_KEY", "", "SECRET_KEY is not set; .env.example says what it is for."),
        ("ALLOWED_HOSTS", None, "ALLOWED_HOSTS is not set; .env.example says what it is for."),
        (
            "ALLOWED_HOSTS",
            "*",
            "ALLOWED_HOSTS is * alone, which doesn't say what links in emails start with; set"
            " SITE_URL, such as https://todo.example.org",
        ),
        *[
            (
                "ALLOWED_HOSTS",
                value,
                "ALLOWED_HOSTS takes names alone, such as todo.example.org, without https:// or a"
                " path.",
            )
            for value in ["https://todo.example.org", "localhost,todo.example.org/app"]
        ],
        ("SITE_URL", "localhost", "SITE_URL must be like https://todo.example.org"),
        ("DATABASE_URL", None, "DATABASE_URL is not set; .env.example says what it is for."),
        (
            "DATABASE_URL",
            "mysql://u@h/n",
            "DATABASE_URL must be an address that begins with postgresql://",
        ),
        (
            "DATABASE_URL",
            "postgresql://u:p@h:port/n",
            "DATABASE_URL cannot be read as postgresql://USER:PASSWORD@HOST:PORT/NAME;"
            " special characters in the password must be percent-encoded.",
        ),
        (
            "DATABASE_URL",
            "postgresql+asyncpg://ann:pw@db.example.org/todo",
            "DATABASE_URL begins with postgresql+asyncpg://, which names a driver for SQLAlchemy;"
            " write postgresql:// instead.",
        ),
        (
            "DATABASE_URL",
            "postgresql://ann:pw@db.example.org/todo?ssl=require",
            "DATABASE_URL has an option after “?” that PostgreSQL's clients don't know; one that"
            " they know is sslmode=require.",
        ),
        (
            "DATABASE_URL_UNPOOLED",
            "postgresql://ann:pw@db.example.org/another",
            "DATABASE_URL_UNPOOLED names another database.",
        ),
        ("DATABASE_POOL_SIZE", "-1", "DATABASE_POOL_SIZE must be from 0 to 1000."),
        ("DATABASE_MAX_OVERFLOW", "few", "DATABASE_MAX_OVERFLOW is not a whole number."),
        ("DEBUG", "treu", "DEBUG must be true or false."),
        ("HTTPS_ONLY", "2", "HTTPS_ONLY must be true or false."),
        ("TRUSTED_PROXY_COUNT", "one", "TRUSTED_PROXY_COUNT is not a whole number."),
        ("TRUSTED_PROXY_COUNT", "-1", "TRUSTED_PROXY_COUNT must be from 0 to 9."),
        (
            "EMAIL_URL",
            "pigeon://x",
            "EMAIL_URL cannot be read as smtp+tls://USER:PASSWORD@HOST:PORT",
        ),
        *[
            (
                "SUPPORT_EMAIL",
                value,
                "SUPPORT_EMAIL must be an address alone, such as help@example.org",
            )
            for value in ["help", "Help <help@example.org>"]
        ],
        ("TIME_ZONE", "Mars/Base", "TIME_ZONE must be a time zone such as Europe/Berlin."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL."),
    ],
)
def test_invalid_setting_gives_one_line(name, value, line):
    with pytest.raises(ImproperlyConfigured) as caught:
        read_module("settings", **{name: value})
    assert str(caught.value) == line


def test_invalid_setting_stops_the_boot():
    done = manage("check", DEBUG="treu")
    line = "Todosite: DEBUG must be true or false.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", line)


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("SECRET_KEY", None, "SECRET_KEY is not set; .env.example says what it is for."),
        ("PORT", "http", "PORT is not a whole number."),
        ("STATIC_ROOT", "/nowhere", "run `python manage.py collectstatic --noinput` first."),
    ],
)
def test_invalid_setting_stops_the_server(name, value, line):
    done = subprocess.run(
        [sys.executable, "-m", *web_command()],
        env=environment(**{name: value}),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert [row for row in done.stderr.splitlines() if "[INFO]" not in row] == [f"Todosite: {line}"]


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("WEB_THREADS", "many", "WEB_THREADS is not a whole number."),
        ("PORT", "99999", "PORT must be from 1 to 65535."),
        *[
            (
                "HOST",
                value,
                "HOST must be a name or an address, such as 127.0.0.1 or ::1, without a port.",
            )
            for value in ["localhost:9000", "::g"]
        ],
        ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY must be from 1 to 1000."),
    ],
)
def test_invalid_setting_of_the_server_gives_one_line(name, value, line):
    with pytest.raises(SystemExit) as caught:
        read_module("gunicorn", **{name: value})
    assert caught.value.code == f"Todosite: {line}"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("127.0.0.1", ("127.0.0.1", 9000)),
        ("localhost", ("localhost", 9000)),
        ("::1", ("::1", 9000)),
        ("[::1]", ("::1", 9000)),
        ("::", ("::", 9000)),
    ],
)
def test_valid_listening_addresses_are_accepted(value, address):
    read = read_module("gunicorn", HOST=value, PORT="9000")
    assert parse_address(read["bind"]) == address


def doctor(**changes):
    """Return the lines of manage.py doctor in production mode, except about the database."""
    out = StringIO()
    read = read_module("settings", **changes)
    names = ["ALLOWED_HOSTS", "SITE_URL", "TRUSTED_PROXY_COUNT"]
    with (
        mock.patch.dict(os.environ, environment(**changes), clear=True),
        mock.patch.object(doctor_command, "gunicorn", Mock(**read_module("gunicorn", **changes))),
        mock.patch.object(doctor_command, "findings", return_value=[]),
        mock.patch.object(doctor_command, "overdue", return_value=[]),
        mock.patch.object(doctor_command, "reminders", return_value=[]),
        override_settings(**{name: read[name] for name in names}),
        contextlib.suppress(SystemExit),
    ):
        call_command("doctor", stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("host", "proxies", "line"),
    [
        (
            None,
            "0",
            "OK     gunicorn listens on 127.0.0.1:9000, only on this machine (by the Procfile:"
            " on all addresses)",
        ),
        (
            "::1",
            "0",
            "OK     gunicorn listens on [::1]:9000, only on this machine (by the Procfile: on all"
            " addresses)",
        ),
        (
            "0.0.0.0",
            "1",
            "OK     gunicorn listens on 0.0.0.0:9000, behind a proxy, which has to buffer requests",
        ),
        (
            "0.0.0.0",
            "0",
            "TO DO  gunicorn listens on 0.0.0.0:9000, where half-sent requests can block all its"
            " threads: put a proxy that buffers requests in front of it, and leave HOST unset.",
        ),
    ],
)
def test_doctor_says_where_the_server_listens(host, proxies, line):
    listens, _ = doctor(HOST=host, PORT="9000", TRUSTED_PROXY_COUNT=proxies)
    assert listens == line


def test_doctor_names_accounts_that_should_have_been_deleted(db):
    now = timezone.now()
    assert list(overdue()) == [Finding("accounts due for deletion: none is overdue")]
    for hours in [23, 25, 49]:
        add_user(f"after{hours}@example.org", leaves_at=now - timedelta(hours=hours))
    (finding,) = overdue()
    assert finding == Finding(
        "2 accounts should have been deleted: after49@example.org, after25@example.org",
        "run manage.py delete_left_users now, and once a day",
    )


SET_SITE = "set SITE_URL to the address that people open, such as https://todo.example.org."


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            {"ALLOWED_HOSTS": "localhost,todo.example.org"},
            "OK     links in emails start with https://todo.example.org",
        ),
        (
            {"ALLOWED_HOSTS": ".herokuapp.com"},
            "TO DO  links in emails start with https://herokuapp.com, which may be someone else's"
            f" site (ALLOWED_HOSTS has .herokuapp.com): {SET_SITE}",
        ),
        (
            {"ALLOWED_HOSTS": "127.0.0.1,localhost", "HTTPS_ONLY": "false"},
            "TO DO  links in emails start with http://127.0.0.1, which opens only on this machine:"
            f" {SET_SITE}",
        ),
        (
            {"ALLOWED_HOSTS": "intranet"},
            "TO DO  links in emails start with https://intranet, which opens only on your own"
            f" network: {SET_SITE}",
        ),
        (
            {"ALLOWED_HOSTS": ".intranet", "SITE_URL": "https://intranet:8443"},
            "OK     links in emails start with https://intranet:8443",
        ),
        (
            {"DEBUG": "true"},
            "OK     links in emails start as the request does, while DEBUG is on",
        ),
    ],
)
def test_doctor_says_how_links_begin(settings, line):
    _, begins = doctor(**settings)
    assert begins == line


@pytest.mark.exhaustive
def test_doctor_begins_with_server_and_links():
    lines = manage("doctor").stdout.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [["OK", "gunicorn"], ["TO", "DO"]]


def test_procfile_server_listens_on_all_addresses():
    procfile = (settings.BASE_DIR / "Procfile").read_text()
    assert " --bind 0.0.0.0:$PORT " in procfile


SAFETY = [
    *["DEBUG", "ADMIN_REQUIRES_MFA", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS"],
    *["SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE"],
    *["CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE"],
    *["SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT"],
]


def safety(**changes):
    """Return the settings of production that protect users."""
    runs_with = vars(global_settings) | read_module("settings", **changes)
    return {name: runs_with[name] for name in SAFETY}


def test_production_is_secure_by_default():
    found = safety()
    assert found == {
        "DEBUG": False,
        "ADMIN_REQUIRES_MFA": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_PROXY_SSL_HEADER": None,
        "ALLAUTH_TRUSTED_PROXY_COUNT": 0,
    }
    assert safety(DEBUG="") == found


def test_plain_http_needs_a_setting():
    changed = dict(safety(HTTPS_ONLY="false").items() - safety().items())
    assert changed == {
        "SECURE_SSL_REDIRECT": False,
        "SECURE_HSTS_SECONDS": 0,
        "SESSION_COOKIE_SECURE": False,
        "CSRF_COOKIE_SECURE": False,
    }


def test_secret_key_may_begin_with_a_dollar_sign():
    key = "$" + "k7" * 30
    assert read_module("settings", SECRET_KEY=key)["SECRET_KEY"] == key


@pytest.mark.parametrize(
    ("changes", "site"),
    [
        ({}, "https://localhost"),
        ({"HTTPS_ONLY": "false"}, "http://localhost"),
        (
            {"ALLOWED_HOSTS": "*", "SITE_URL": "https://todo.example.org"},
            "https://todo.example.org",
        ),
        ({"DEBUG": "true"}, ""),
    ],
)
def test_site_defaults_to_the_first_allowed_name(changes, site):
    assert read_module("settings", **changes)["SITE_URL"] == site


def test_mail_server_makes_confirmation_mandatory():
    read = read_module("settings", EMAIL_URL="smtp+tls://u:p@mail.example.org:587")
    assert read["ACCOUNT_EMAIL_VERIFICATION"] == "mandatory"
    assert read["EMAIL_HOST"] == "mail.example.org"
    assert read_module("settings")["ACCOUNT_EMAIL_VERIFICATION"] == "optional"


def test_env_example_names_every_setting():
    sources = [settings.BASE_DIR / "todosite" / name for name in ("settings.py", "gunicorn.py")]
    read = {
        name
        for source in sources
        for name in re.findall(r'env\.\w+\(\s*["\']([A-Z_]+)["\']', source.read_text())
    }
    assert {"SECRET_KEY", "PORT", "STATIC_ROOT"} <= read
    for document in [".env.example", "docs/operate.md"]:
        text = (settings.BASE_DIR / document).read_text()
        assert [name for name in sorted(read) if not re.search(rf"\b{name}\b", text)] == []


# the server


@pytest.fixture(scope="module")
def port(django_db_setup, django_db_blocker, static_root):
    """The port of a server in production mode on the test database."""
    with django_db_blocker.unblock():
        url = database_url()
    # One proxy in front, as in production: its header about https is believed.
    with serve(DATABASE_URL=url, STATIC_ROOT=static_root, TRUSTED_PROXY_COUNT="1") as port:
        yield port


@pytest.fixture
def session(transactional_db, client):
    """The session cookie of a user with a task who may also use the admin."""
    user = add_user(is_staff=True, is_superuser=True)
    user.tasks.create(title="Milk")
    with override_settings(SECRET_KEY=ENV["SECRET_KEY"]):  # the server's signature
        login_by_second_factor(client, user)
    return f"sessionid={client.cookies['sessionid'].value}"


KINDS = {
    "landing page": ("/", 200, "GET"),
    "sign-in page": ("/accounts/login/", 200, "GET"),
    "page that needs sign-in": ("/tasks/", 302, "GET"),
    "unknown page": ("/nothing/", 404, "GET"),
    "form without token": ("/accounts/login/", 403, "POST"),
    "file": ("/static/icon.svg", 200, "GET"),
    "admin": ("/admin/", 302, "GET"),
}


def assert_safe(answer):
    expected = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Permissions-Policy": PERMISSIONS_POLICY,
        "Strict-Transport-Security": "max-age=31536000",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    for value in answer.headers.get_all("Set-Cookie") or []:
        assert "Secure" in value, value
        assert "HttpOnly" in value, value
        assert "SameSite=Lax" in value, value


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.django_db(transaction=True)
def test_headers_of_public_pages(port, kind):
    path, status, method = KINDS[kind]
    answer = ask(port, path, method)
    assert answer.status == status
    assert_safe(answer)


def test_headers_of_private_pages(port, session):
    for path, status, words in [
        ("/tasks/", 200, "Milk"),
        ("/trash/", 200, "The trash is empty"),
        ("/settings/", 200, "ann@example.org"),
        ("/tasks/?page=0", 400, "“page” must be a whole number"),
        ("/tasks/1/", 404, "Page not found"),
        ("/tasks/1/complete/", 405, "This page can't be opened directly"),
        ("/accounts/sessions/", 200, "Where you are signed in"),
        ("/admin/", 200, "Site administration"),
        ("/admin/tasks/task/", 200, "Milk"),
        ("/admin/accounts/user/", 200, "ann@example.org"),
    ]:
        answer = ask(port, path, Cookie=session)
        assert (path, answer.status) == (path, status)
        assert words in answer.text
        assert_safe(answer)


def test_500_has_our_page(client, db):
    client.raise_request_exception = False
    with mock.patch("tasks.views.pages.render", side_effect=RuntimeError("Ann's secret")):
        answer = client.get("/")
    assert answer.status_code == 500
    assert b"<h1>Something went wrong</h1>" in answer.content
    assert b"secret" not in answer.content
    assert answer["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


def test_policy_is_strict():
    assert CONTENT_SECURITY_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@pytest.mark.django_db(transaction=True)
def test_plain_http_is_sent_to_https(port):
    answer = ask(port, "/tasks/?page=2", scheme="http")
    assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/tasks/?page=2")
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.django_db(transaction=True)
def test_no_header_of_a_proxy_moves_links(port):
    forged = {"SCRIPT_NAME": "//evil.example", "PATH_INFO": "/healthz", "REMOTE_USER": "ann"}
    answer = ask(port, "/tasks/", **forged)
    assert (answer.status, answer.headers["Location"]) == (302, "/accounts/login/?next=/tasks/")


@pytest.mark.django_db(transaction=True)
def test_unknown_host_is_a_400_in_our_look(port):
    answer = ask(port, "/", host="evil.example")
    assert answer.status == 400
    assert "<h1>We couldn't read that link</h1>" in answer.text
    assert_safe(answer)


@pytest.mark.django_db(transaction=True)
def test_static_files_are_named_by_content_compressed_and_cached(port):
    path = one(ask(port, "/").text, 'link[rel=stylesheet][href^="/static/app."]').get("href")
    assert re.fullmatch(r"/static/app\.[0-9a-f]{12}\.css", path)
    answer = ask(port, path, **{"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
