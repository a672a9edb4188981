"""The contents of the log, at any level, and the secrets it must not contain."""

import logging
import re
import sys

import pytest
from django.core.exceptions import DisallowedHost
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.urls import get_resolver, reverse

from accounts.tests.people import add_user
from todosite.logs import Line, calm, discreet
from todosite.tests.production import ENV, ask, database_url, manage, serve

KEY = "abc123-0123456789abcdef0123456789abcdef"
# A mark identifies a session, but gives no access to it.
PARTS_OF_A_PATH = r"\w+_pk|session_mark|object_id|app_label|content_type_id|url|uidb36"


def routes(resolver, prefix=""):
    """Yield (name, names of the path's parameters) of every route, including the admin's."""
    for route in resolver.url_patterns:
        if hasattr(route, "url_patterns"):
            yield from routes(route, prefix)
        else:
            yield route.name, set(route.pattern.regex.groupindex)


# Each address that holds a secret: a new one must be added here, and to the test below.
SECRETS = {
    "admin_link": {"admin_link_key": "K" * 43},
    "mail_complete": {"mail_token": "W10:1x-_Yz:" + "A" * 43},
    "mail_snooze": {"mail_token": "W10:1x-_Yz:" + "A" * 43},
    "unsubscribe": {"mail_token": "W10:" + "A" * 43},
    "account_reset_password_from_key": {"uidb36": "abc123", "key": KEY.partition("-")[2]},
    "account_confirm_email": {"key": "MQ:1x-_Yz:" + "A" * 43},
}


def test_all_routes_with_secrets_are_known():
    found = {
        name
        for name, parts in routes(get_resolver())
        if any(not re.fullmatch(PARTS_OF_A_PATH, part) for part in parts)
    }
    assert found == set(SECRETS)


@pytest.mark.parametrize("name", SECRETS)
def test_secret_in_a_link_is_removed(name):
    path = reverse(name, kwargs=SECRETS[name])
    told = discreet(f"Not Found: {path}")
    assert told.endswith("/…/")
    assert not any(secret in told for secret in SECRETS[name].values())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Forbidden: /search/?q=milk&completed=1", "Forbidden: /search/?…"),
        (
            "GET https://a.example/search/?q=milk HTTP/1.1",
            "GET https://a.example/search/?… HTTP/1.1",
        ),
        ("'/search/?q=milk' is odd", "'/search/?…' is odd"),
        (
            "Not Found: /accounts/confirm-email/a:b?next=/x",
            "Not Found: /accounts/confirm-email/…?…",
        ),
        ("Why? Because /tasks/1/ is gone?", "Why? Because /tasks/1/ is gone?"),
    ],
)
def test_query_of_an_address_is_removed(text, told):
    assert discreet(text) == told


def trace(error, **options):
    """Return the log's lines about a raised error."""
    try:
        raise error
    except type(error):
        record = logging.LogRecord("x", logging.ERROR, "", 1, "It broke", (), sys.exc_info())
    return Line("%(levelname)s %(name)s: %(message)s", **options).format(record)


@pytest.mark.django_db
def test_traceback_has_places_and_kinds_but_no_values():
    ann = add_user()
    ann.tags.create(name="milk")
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        ann.tags.create(name="Milk")
    assert "milk" in str(caught.value)
    told = trace(caught.value).splitlines()
    assert told[:2] == ["ERROR x: It broke", "Traceback (most recent call last):"]
    kinds = [line for line in told if line.startswith(("psycopg", "django"))]
    constraint = caught.value.__cause__.diag.constraint_name
    assert kinds == [
        f"psycopg.errors.UniqueViolation {constraint}",
        "django.db.utils.IntegrityError",
    ]
    assert any(line.startswith(f'  File "{__file__}", line') for line in told)
    assert "ilk" not in "".join(told).replace('name="Milk"', "")  # but for the line of this test


def test_traceback_in_development_has_messages():
    assert "ValueError: milk" in trace(ValueError("milk"), with_messages=True)


def test_invalid_request_is_a_warning_without_a_traceback():
    record = logging.LogRecord("x", logging.ERROR, "", 1, "Invalid", (), (DisallowedHost,) * 3)
    record.status_code = 400
    assert calm(record)
    assert (record.levelname, record.levelno, record.exc_info) == ("WARNING", 30, None)


def test_fault_of_ours_keeps_its_traceback():
    record = logging.LogRecord("x", logging.ERROR, "", 1, "It broke", (), (ValueError,) * 3)
    record.status_code = 500
    assert calm(record)
    assert (record.levelname, record.exc_info) == ("ERROR", (ValueError,) * 3)


# with the real server


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def port(transactional_db, static_root, log):
    """The port of a server that logs at every level."""
    changes = {
        "STATIC_ROOT": static_root,
        "DATABASE_URL": database_url(),
        "TRUSTED_PROXY_COUNT": "1",
        "LOG_LEVEL": "DEBUG",
        "ACCESS_LOG": "true",
        "WEB_THREADS": "1",  # a request is logged after its answer, but before the next one
    }
    with serve(log=log, **changes) as port:
        yield port


@pytest.mark.exhaustive
def test_no_text_of_a_user_is_logged_at_any_level(port, log, client):
    ann = add_user("ann.typed@example.org", password="Typed-Passw0rd!")
    ann.tags.create(name="typed")
    with override_settings(SECRET_KEY=ENV["SECRET_KEY"]):  # the server's signature
        client.force_login(ann)
    session = client.cookies["sessionid"].value
    token = "typed" + "c" * 27
    own = {"Cookie": f"sessionid={session}; csrftoken={token}", "Referer": "https://localhost/"}
    form = own | {"Content-Type": "application/x-www-form-urlencoded"}
    sent = {"csrfmiddlewaretoken": token}

    def post(path, headers=form, **fields):
        return ask(port, path, "POST", body=sent | fields, **headers).status

    assert post("/tasks/add/", text="Typed milk #typed") == 302
    assert "Typed milk" in ask(port, "/search/?q=typed", **own).text
    assert ask(port, "/tasks/?page=typed", **own).status == 400
    assert ask(port, "/nothing/?q=typed", **own | {"Cookie": f"csrftoken={token}"}).status == 404
    assert ask(port, "/searches/add/?q=typed", **own).status == 200
    assert post("/lists/add/", name="Typed list", color="typed") == 422
    assert post("/tasks/add/", text="") == 422
    assert post("/accounts/login/", form | {"Cookie": f"csrftoken={token}"}, login="typed") == 200
    elsewhere = form | {"Referer": "https://other.example/search/?q=typed"}
    assert post("/tasks/add/", elsewhere, text="typed") == 403
    assert post("/tasks/add/", own, text="typed") == 400  # of no type
    assert ask(port, "/", host="evil.example").status == 400
    for path in (f"/accounts/password/reset/key/{KEY}/", f"/accounts/confirm-email/{KEY}/"):
        assert ask(port, path, **{"User-Agent": "Firefox"}).status in (200, 302)
    lines = log.read_text()
    assert "Listening at" in lines
    assert '"GET /search/ HTTP/1.1" 200' in lines
    assert '"GET /accounts/password/reset/key/…/ HTTP/1.1"' in lines
    found = [line for line in lines.splitlines() if re.search("typed|" + KEY, line, re.I)]
    told = [line.partition("localhost")[0] for line in found]
    assert told == []
    assert session not in lines
    assert "Traceback" not in lines


@pytest.mark.exhaustive
@pytest.mark.parametrize(("level", "told"), [("DEBUG", "INFO"), ("ERROR", "ERROR")])
def test_django_does_not_log_contexts_and_parameters(level, told):
    code = (
        "import logging as l; print(*[l.getLevelName(l.getLogger(n).getEffectiveLevel()) for n in"
        " ['django.template', 'django.db.backends', 'django.request', 'todosite']])"
    )
    done = manage("shell", "-v0", "-c", code, LOG_LEVEL=level)
    assert done.stdout == f"{told} {told} {told} {level}\n"
