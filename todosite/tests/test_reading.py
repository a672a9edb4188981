"""Requests that can't be read: a 400 and one line of the log, everywhere."""

import socket
from io import BytesIO
from unittest import mock

import pytest
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections
from django.http import Http404
from django.test import RequestFactory, override_settings
from django.urls import get_resolver

from accounts.reading import read
from accounts.tests.people import add_user
from tasks.views import pages
from todosite.middleware import CONTENT_SECURITY_POLICY
from todosite.tests.html import one, words
from todosite.tests.production import ENV, database_url, serve
from todosite.views import away, csrf_failure, slow
from todosite.wsgi import application

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
TOKEN = "c" * 32
MOST = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
TYPED = b"text=Secret+milk&csrfmiddlewaretoken=" + TOKEN.encode()


class Broken(BytesIO):
    """The connection of a visitor who has left."""

    def read(self, *args):
        raise OSError("Secret reset by peer")

    readline = read


def part(head, body=b"Secret milk"):
    return b"--b\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + body + b"\r\n--b--\r\n"


def posted(body=TYPED, kind=FORM, **changes):
    """Return the WSGI variables of a POST: its type, length and body."""
    length = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}
    return length | {"REQUEST_METHOD": "POST", "wsgi.input": BytesIO(body)} | changes


def asked(query="", **changes):
    return {"REQUEST_METHOD": "GET", "QUERY_STRING": query, "wsgi.input": BytesIO()} | changes


WHOLE = b'name="text"'
MANY = b"&".join(b"a=%d" % n for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
FILE = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x"\r\n\r\nSecret\r\n'

# Each kind of unreadable request, with the error that the log names.
WAYS = {
    "encoding of the form": (lambda: posted(kind=f"{FORM}; charset=utf-16"), "OtherEncoding"),
    "encoding of the parts": (
        lambda: posted(part(WHOLE), f"{PARTS}; charset=utf-16"),
        "OtherEncoding",
    ),
    "encoding that is none of text": (
        lambda: posted(part(WHOLE), f"{PARTS}; charset=hex"),
        "OtherEncoding",
    ),
    "encoding of nothing": (lambda: posted(kind=f"{FORM}; charset=undefined"), "OtherEncoding"),
    "alias of UTF-8 that Django refuses": (
        lambda: posted(kind=f"{FORM}; charset=utf8"),
        "BadRequest",
    ),
    "type that can't be parsed": (lambda: posted(kind=f"{FORM}; charset*=no''x"), "NoForm"),
    "type of no form": (lambda: posted(b'{"text": "Secret"}', "application/json"), "NoForm"),
    "no type": (lambda: posted(kind=""), "NoForm"),
    "too large": (lambda: posted(TYPED + b"x" * MOST), "RequestDataTooBig"),
    "too large in parts": (lambda: posted(part(WHOLE, b"x" * MOST), PARTS), "RequestDataTooBig"),
    "too many fields": (lambda: posted(MANY), "TooManyFieldsSent"),
    "too many files": (
        lambda: posted(FILE * (settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1) + b"--b--\r\n", PARTS),
        "TooManyFilesSent",
    ),
    "no boundary": (lambda: posted(part(WHOLE), "multipart/form-data"), "MultiPartParserError"),
    "boundary beyond ASCII": (
        lambda: posted(part(WHOLE), "multipart/form-data; boundary=\xe4"),
        "MultiPartParserError",
    ),
    "cut off": (lambda: posted(CONTENT_LENGTH=str(len(TYPED) + 1)), "CutOff"),
    "parts cut off": (
        lambda: posted(part(WHOLE)[:-20], PARTS, CONTENT_LENGTH=str(len(part(WHOLE)))),
        "CutOff",
    ),
    "connection that broke": (
        lambda: posted(**{"wsgi.input": Broken()}),
        "UnreadablePostError",
    ),
    "chunks": (lambda: posted(CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"), "NoLength"),
    "too many fields in the address": (lambda: asked(MANY.decode()), "TooManyFieldsSent"),
    "too many fields in the address of a form": (
        lambda: posted(kind=f"{FORM}; charset=UTF-8", QUERY_STRING=MANY.decode()),
        "TooManyFieldsSent",
    ),
}


def environ(made, path="/", host="testserver", **changes):
    """Return the WSGI variables of a whole request, from some of them."""
    rest = RequestFactory(headers={"Host": host}).get(path).environ
    return rest | {"HTTP_COOKIE": f"csrftoken={TOKEN}"} | made | changes


def request_in(way):
    """Return an unreadable request of a kind, as Django has it before any middleware."""
    return application.request_class(environ(WAYS[way][0]()))


@pytest.fixture(autouse=True)
def connection_kept():
    """Keep the connection of the test, as Django's own test client does."""
    signals = [request_started, request_finished]
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def answer(environ):
    """Return the status and headers of the application's answer, and the page."""
    told = {}

    def start_response(status, headers):
        told.update({"status": int(status[:3]), "headers": dict(headers)})

    response = application(environ, start_response)
    told["page"] = b"".join(response).decode()
    response.close()
    return told


def assert_calm(told, caplog, way, path):
    """Assert that an answer is our 400, with its headers and one line of the log."""
    assert told["status"] == 400
    assert told["headers"]["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert told["headers"]["X-Frame-Options"] == "DENY"
    assert told["headers"]["X-Content-Type-Options"] == "nosniff"
    is_form = way != "too many fields in the address"
    heading = "We couldn't read that form" if is_form else "We couldn't read that link"
    assert words(one(told["page"], "h1")) == heading
    assert [record.getMessage() for record in caplog.records] == [
        f"Can't be read ({WAYS[way][1]}): {path}"
    ]
    assert [record.exc_info for record in caplog.records] == [None]
    assert "Secret" not in caplog.text


# Causes of our other error pages, for a readable request: the status, other properties of the
# request, and the error of the landing page's view.
TROUBLE = {
    "a page": (200, {}, None),
    "the sign-in": (200, {"path": "/accounts/login/"}, None),
    "403 of the token": (403, {"HTTP_COOKIE": ""}, None),
    "403 of words that nobody signed in has sent": (403, {"path": "/tasks/add/"}, None),
    "403 of words for the admin": (403, {"path": "/admin/"}, None),
    "404 of an address": (404, {"path": "/nothing/"}, None),
    "405": (405, {"path": "/accounts/inactive/"}, None),
    "400 of a name": (400, {"host": "evil.example"}, None),
    "400 of a view": (400, {}, BadRequest),
    "403 of a view": (403, {}, PermissionDenied),
    "404 of a view": (404, {}, Http404),
    "500 of a view": (500, {}, RuntimeError),
    "503 of a view": (503, {}, OperationalError),
}


def answer_in_trouble(trouble, made):
    """Return the answer to a request with such a cause."""
    _, changes, error = TROUBLE[trouble]
    with mock.patch("tasks.views.pages.render", side_effect=error, wraps=pages.render):
        return answer(environ(made, **changes))


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", TROUBLE)
def test_readable_request_leads_to_the_error_page(trouble):
    assert answer_in_trouble(trouble, posted())["status"] == TROUBLE[trouble][0]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_unreadable_request_is_a_400_in_any_case(trouble, caplog, subtests):
    path = TROUBLE[trouble][1].get("path", "/")
    for way, (make, _) in WAYS.items():
        with subtests.test(way):
            caplog.clear()
            assert_calm(answer_in_trouble(trouble, make()), caplog, way, path)


HANDLERS = {
    "400": lambda request: handler(400)(request, BadRequest()),
    "403": lambda request: handler(403)(request, PermissionDenied()),
    "404": lambda request: handler(404)(request, Http404()),
    "500": lambda request: handler(500)(request),
    "403 of the token": csrf_failure,
    "503": lambda request: away(request, OperationalError()),
    "503 of what took too long": lambda request: slow(request, OperationalError()),
}


def handler(status):
    return get_resolver().resolve_error_handler(status)


@pytest.mark.django_db
@pytest.mark.parametrize("name", HANDLERS)
def test_error_page_works_for_an_unread_request(name, subtests):
    for way in WAYS:
        with subtests.test(way):
            page = HANDLERS[name](request_in(way))
            assert str(page.status_code).startswith(name[:3])
            assert one(page, "h1") is not None
            assert "Secret" not in page.text


@pytest.mark.parametrize("way", WAYS)
def test_unreadable_request_is_empty_afterwards(way):
    request = request_in(way)
    error = read(request)
    assert type(error).__name__ == WAYS[way][1]
    assert (dict(request.GET), dict(request.POST), dict(request.FILES)) == ({}, {}, {})
    assert read(request) is error


@pytest.mark.parametrize(
    "made",
    [
        posted(),
        posted(kind=f"{FORM}; charset=UTF-8"),
        posted(kind=f"{FORM}; charset=unheard-of"),  # Django takes it as none
        posted(part(WHOLE), PARTS),
    ],
)
def test_readable_request_holds_its_fields(made):
    request = application.request_class(environ(made))
    assert read(request) is None
    assert request.POST["text"] == "Secret milk"


@pytest.mark.parametrize("charset", ["utf-16", "hex", "undefined", "no-such"])
def test_content_type_of_a_get_is_ignored(charset):
    request = application.request_class(
        environ(asked("q=Käse", CONTENT_TYPE=f"text/plain; charset={charset}"))
    )
    assert read(request) is None
    assert request.GET["q"] == "Käse"


def test_empty_post_is_readable():
    request = application.request_class(environ(posted(b"", kind="")))
    assert read(request) is None
    assert dict(request.POST) == {}


def test_page_says_that_the_form_was_too_large():
    large, cut = [answer(environ(WAYS[way][0]()))["page"] for way in ("too large", "cut off")]
    assert "shorten it and send it again" in words(large)
    assert "The form arrived incomplete or damaged" in words(cut)


@pytest.mark.exhaustive
@pytest.mark.django_db(transaction=True)
def test_interrupted_form_takes_no_effect(client, tmp_path, static_root):
    """A real server gets the first half of a form, which includes the token."""
    log = tmp_path / "log"
    ann = add_user()
    with override_settings(SECRET_KEY=ENV["SECRET_KEY"]):  # the server's signature
        client.force_login(ann)
    session = client.cookies["sessionid"].value
    body = f"csrfmiddlewaretoken={TOKEN}&text=Buy+mi"
    changes = {"DATABASE_URL": database_url(), "STATIC_ROOT": static_root, "HTTPS_ONLY": "false"}
    with serve(log=log, **changes) as port, socket.create_connection(("127.0.0.1", port)) as link:
        head = [
            "POST /tasks/add/ HTTP/1.1",
            "Host: localhost",
            f"Cookie: csrftoken={TOKEN}; sessionid={session}",
            f"Content-Type: {FORM}",
            f"Content-Length: {len(body) + 2}",
        ]
        link.sendall("\r\n".join([*head, "", body]).encode())
        link.shutdown(socket.SHUT_WR)
        answered = link.makefile("rb").read()
    assert answered.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert list(ann.tasks.all()) == []
    lines = [line for line in log.read_text().splitlines() if "[INFO]" not in line]
    assert lines == ["WARNING django.request: Can't be read (CutOff): /tasks/add/"]
