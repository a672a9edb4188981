"""The users of the fuzz, their requests, and the faults of an answer (todosite/tests/fuzz.py)."""

import contextlib
import http.client
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlencode, urljoin, urlsplit

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.urls import get_resolver

from accounts.models import User
from accounts.tests.people import add_user, login_by_second_factor
from tasks.tests.pages import HTMX
from tasks.tests.test_isolation import give
from todosite.tests.html import select
from todosite.tests.production import ENV, database_url, serve
from todosite.tests.visitor import FIELDS, is_sent, value_of

TOKEN = "c" * 32
THREADS = 2  # for each user; the admin has one
FORMS = 300  # that a thread keeps of the pages that it was shown
FORM = "application/x-www-form-urlencoded"
NAMES = [
    *["text", "title", "name", "description", "tags", "q", "step", "list", "color", "priority"],
    *["due_date", "due_time", "repeat", "key", "version", "occurrence", "next", "on", "task"],
    *["ids", "which", "do", "page", "before", "after", "to", "until", "sort", "group", "status"],
    *["limit", "from", "sure", "plain", "make_list", "done", "this_one", "from_now_on", "look"],
    *["frequency", "interval", "ends", "count", "weekdays", "monthdays", "months", "week_start"],
    *["repeat_from", "missed", "completed", "theme", "time_zone", "waiting", "email", "login"],
    *["password", "password1", "oldpassword", "action_add", "action_remove", "action_send", "code"],
    *["credential", "initial-title", "initial-description", "initial-list", "initial-due_date"],
    *["path", "fields", "_popup", "_to_field", "action", "_selected_action"],
    *["e", "o", "p", "is_active", "is_staff", "password__startswith"],
]
NASTY = [
    *["", " ", "\0", "x\0y", "\r\nSet-Cookie: a=b", "\u202e", "\ud7ff", "🥛" * 50, "ß" * 300],
    *["0", "-1", "1", "2147483648", "9223372036854775807", "9" * 30, "1e9", "٣", "1_0", "NaN"],
    *["true", "on", "null", "None", "[]", "{}", '{"a": [1]}', "a" * 256, "b" * 5000, "c\n" * 200],
    *["0001-01-01", "9999-12-31", "2026-02-30", "2026-02-28", "10000-01-01", "24:00", "23:59:59"],
    *["FREQ=DAILY", "FREQ=YEARLY;INTERVAL=999999;BYMONTH=2;BYMONTHDAY=30", "FREQ=X", "RRULE:"],
    *["every day 99 times", "tomorrow 5pm #a +b !1", "every 31st until 9999", "eod 1/2 1st " * 30],
    *["<script>alert(1)</script>", '"><img src=x>', "{{ 7*7 }}", "{% load static %}", "%s%n"],
    *["' OR 1=1--", "\\", "%", "_", "../../etc/passwd", "//evil.example/", "https://evil.example/"],
    *["javascript:alert(1)", "/\\evil.example", "/tasks/1/?on=/lists/1/", "/lists/1/?page=-1"],
    *["Europe/Berlin", "Mars/Base", "due none", "complete", "delete", "tag", "all", "trash"],
    *["00000000-0000-0000-0000-000000000000", "x@example.org", "x@ⓧ.test", "a@b", "@", "manual"],
]
HEADERS = [
    *[HTMX] * 6,
    HTMX | {"HX-Current-URL": "https://localhost/inbox/"},
    HTMX | {"HX-Current-URL": "http://[", "HX-Source": "x"},
    {"HX-Request": "true", "HX-Request-Type": "full"},
    {"If-None-Match": '"x", W/"y", *'},
    {"X-Forwarded-For": "evil, ::1, 999.1.1.1"},
    {"User-Agent": "<b>x</b>" * 50},
    {"Accept-Language": "xx-" + "y" * 200},
    {"Referer": "https://[bad"},
    {"Origin": "null"},
    {"Content-Type": "text/html; charset=hex"},
    {"Cookie": 'theme="\\; sessionid=; last_user=x:y:z; csrftoken'},
    {"Host": "evil.example"},
    {"SCRIPT_NAME": "/x"},
    {"Range": "bytes=0-1"},
]
# Bodies that no browser sends, most of which can't be read, each with its Content-Type.
SPOILED = [
    (FORM, b"text=%ff%fe%&title=\xff&&=&a"),
    (f"{FORM}; charset=utf-16", b"text=x"),
    (
        "multipart/form-data; boundary=b; charset=hex",
        b'--b\r\nContent-Disposition: form-data; name="a"',
    ),
    ("multipart/form-data", b"x"),
    ("application/json", b'{"text": "x"}'),
    (f"{FORM}; charset*=no''x", b"text=x"),
    (FORM, b"&".join([b"a=b"] * 1001)),
    (FORM, b"text=" + b"x" * 2_700_000),
]
TRACES = [
    "Traceback (most recent call last)",
    "django.db.utils",
    "psycopg.errors",
    "Request Method:",
]


@dataclass
class Found:
    """The result: answers by status, answers with the user's own word, and the routes requested."""

    own: int = 0
    answers: Counter = field(default_factory=Counter)
    asked: Counter = field(default_factory=Counter)
    faults: list = field(default_factory=list)
    unasked: list = field(default_factory=list)


@dataclass
class Person:
    """A user, with a secret word in all of the user's rows; the admin has none."""

    email: str
    word: str = ""
    pk: str = ""
    ids: dict = field(default_factory=dict)

    @property
    def is_admin(self):
        return not self.word

    def prepare(self):
        """Restore the account to its normal state, with rows of its own."""
        user = User.objects.filter(pk=self.pk).first()
        if user is None:
            User.objects.filter(email=self.email).delete()
            user = add_user(self.email, **({"id": self.pk} if self.pk else {}))
        self.pk = user.pk
        rights = {"is_active": True, "is_staff": self.is_admin, "is_superuser": self.is_admin}
        stays = {"leaves_at": None, "deleting_since": None}
        User.objects.filter(pk=self.pk).update(**rights, **stays)
        if not self.is_admin and user.tasks.count() < 30:
            with transaction.atomic():
                give(user, f"{self.word} {random.randrange(10**6)}")
        if not self.is_admin:
            self.ids = ids_of(user)

    def user(self):
        return User.objects.get(pk=self.pk)

    def sign_in(self):
        """Return the key of a new session, which for the admin has used a second factor."""
        self.prepare()
        client, user = Client(), self.user()
        if self.is_admin:
            login_by_second_factor(client, user)
        else:
            client.force_login(user)
        return client.cookies["sessionid"].value


def ids_of(user):
    """Return the ids of a user's rows, by the names that routes have for them."""
    managers = {"task": "tasks", "list": "lists", "tag": "tags", "step": "steps"}
    ids = {
        f"{name}_pk": [
            *getattr(user, manager).values_list("pk", flat=True)[:50],
            *getattr(user, manager)(manager="trash").values_list("pk", flat=True)[:20],
        ]
        for name, manager in managers.items()
    }
    ids["search_pk"] = list(user.searches.values_list("pk", flat=True))
    ids["reminder_pk"] = list(user.reminders.values_list("pk", flat=True))
    ids["act_pk"] = list(user.acts.order_by("-pk").values_list("pk", flat=True)[:50])
    ids["session_mark"] = [session.mark for session in user.sessions.all()]
    return ids


def routes(resolver=None, prefix="/"):
    """Yield (path, names) of every route, where path has %(name)s for each name."""
    resolver = resolver or get_resolver()
    for key in resolver.reverse_dict:
        for possibilities, *_ in resolver.reverse_dict.getlist(key):
            for path, names in possibilities:
                yield prefix + path, tuple(names)
    for inner, within in resolver.namespace_dict.values():
        yield from routes(within, prefix + inner)


class Browser(threading.Thread):
    """Sends requests as one person, with ids of another, until all requests are spent."""

    def __init__(self, number, person, other, port, paths, seed, found, spend):
        super().__init__(daemon=True)
        self.number, self.person, self.other, self.port = number, person, other, port
        self.paths, self.found, self.spend = paths, found, spend
        self.random = random.Random(f"{seed} {number}")
        self.session, self.forms = "", {}

    def run(self):
        try:
            count = 0
            while self.spend():
                if count % 50 == 0:
                    self.prepare()
                if not self.session and self.random.random() < 0.8:
                    self.session = self.person.sign_in()
                self.step()
                count += 1
        except Exception as error:
            self.found.faults.append(f"thread {self.number} broke: {type(error).__name__}: {error}")
            raise
        finally:
            connection.close()

    def prepare(self):
        try:
            self.person.prepare()
        except IntegrityError:  # another thread was quicker
            self.person.prepare()

    def step(self):
        spoiled = self.forms and self.random.random() < 0.5
        method, path, data = self.spoiled_form() if spoiled else self.any_route()
        headers = {
            "Host": "localhost",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": f"192.0.2.{self.number}",
            "Referer": "https://localhost/",
            "Cookie": f"csrftoken={TOKEN}; sessionid={self.session}",
            "X-CSRFToken": TOKEN,
        }
        body = None
        if method == "POST":
            headers["Content-Type"], body = FORM, encoded(data).encode()
            if self.random.random() < 0.02:
                headers["Content-Type"], body = self.random.choice(SPOILED)
        elif data:
            path += ("&" if "?" in path else "?") + encoded(data)[:6000]
        if self.random.random() < 0.3:
            headers |= self.random.choice(HEADERS)
        self.ask(method, path, body, headers)

    def any_route(self):
        path, names = self.random.choice(self.paths)
        self.found.asked[path] += 1
        filled = path % {name: quote(str(self.part(name)), safe="") for name in names}
        method = self.random.choices(
            ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"], [45, 48, 2, 2, 2, 1]
        )[0]
        data = [(self.random.choice(NAMES), self.value()) for _ in range(self.random.randrange(5))]
        return method, filled, data

    def spoiled_form(self):
        """Return a form that a page has shown, with a few fields changed."""
        method, path = self.random.choice(list(self.forms))
        data = []
        for name, value in self.forms[method, path]:
            lot = self.random.random()
            if lot < 0.72:
                data.append((name, value))
            elif lot < 0.92:
                data.append((name, self.value()))
            elif lot < 0.96:
                data += [(name, value), (name, self.value())]
        for _ in range(self.random.randrange(3)):
            data.append((self.random.choice(NAMES), self.value()))
        return method, path, data

    def part(self, name):
        """Return a part of an address: an id of the person's, an id of the other's, or nonsense."""
        lot = self.random.random()
        mine, theirs = self.person.ids.get(name), self.other.ids.get(name)
        if mine and lot < 0.6:
            return self.random.choice(mine)
        if theirs and lot < 0.85:
            return self.random.choice(theirs)
        if name == "object_id":
            owner = self.random.choice([self.person, self.other])
            everyone = [owner.pk, *(pk for pks in owner.ids.values() for pk in pks)]
            return self.random.choice(everyone)
        return self.random.choice([0, 1, 2**31, 2**63, 2**70, "x", "accounts", "a-b", "٣", "%00"])

    def value(self):
        lot = self.random.random()
        if lot < 0.25 and self.person.word:
            return f"{self.person.word} {self.random.choice(NASTY)}"
        if lot < 0.45:
            owner = self.random.choice([self.person, self.other])
            pks = [pk for pks in owner.ids.values() for pk in pks]
            return str(self.random.choice(pks)) if pks else "1"
        return self.random.choice(NASTY)

    def ask(self, method, path, body, headers):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        shown = f"{method} {path[:300]} {(body or b'')[:300]!r} {headers}"
        try:
            link.request(method, path, body, {k: v.encode("utf-8") for k, v in headers.items()})
            answer = link.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            self.found.answers["none"] += 1
            self.found.faults.append(f"no answer ({error!r}): {shown}")
            return
        finally:
            link.close()
        self.found.answers[answer.status] += 1
        self.found.own += bool(self.person.word) and self.person.word in text
        for fault in faults(self.person, self.other, answer, text):
            self.found.faults.append(f"{fault}: {shown}")
        self.keep_session(answer)
        is_page = "text/html" in answer.headers.get("Content-Type", "")
        if is_page and "<form" in text and self.random.random() < 0.5:
            self.keep_forms(path, text)

    def keep_session(self, answer):
        """Keep the session that an answer sets or ends, for a while also a session without user."""
        for header in answer.headers.get_all("Set-Cookie") or []:
            with contextlib.suppress(CookieError):
                cookie = SimpleCookie(header)
                if "sessionid" in cookie:
                    self.session = cookie["sessionid"].value
        is_out = answer.status == 302 and "/accounts/login/" in answer.headers["Location"]
        if is_out and self.random.random() < 0.9:
            self.session = ""

    def keep_forms(self, path, text):
        for form in select(text.replace("\0", ""), "form"):
            method = (form.get("method") or "get").upper()
            where = urlsplit(urljoin(path, form.get("action") or ""))
            if method in ("GET", "POST"):
                self.forms[method, where._replace(scheme="", netloc="").geturl()] = self.fields(
                    form
                )
        while len(self.forms) > FORMS:
            self.forms.pop(self.random.choice(list(self.forms)))

    def fields(self, form):
        """Return the fields of a form with one of its buttons, as [(name, value)]; no token."""
        buttons = form.cssselect("button[name]")
        button = self.random.choice(buttons) if buttons else None
        shown = [one for one in form.cssselect(f"{FIELDS}, button") if is_sent(one, button)]
        sent = [(one.get("name"), value_of(one)) for one in shown]
        return [(name, value) for name, value in sent if name != "csrfmiddlewaretoken"]


def encoded(data):
    return urlencode(data, encoding="utf-8", errors="surrogatepass")


def faults(person, other, answer, text):
    """Yield the faults of an answer to a person, in words."""
    told = f"{answer.headers}\n{text}"
    if answer.status >= 500 and answer.status != 503:
        yield f"status {answer.status}"
    for trace in TRACES:
        if trace in text:
            yield f"a trace (“{trace}”)"
    if person.word and other.word in told:
        yield "the other user's word"
    kept = "no-store" not in answer.headers.get("Cache-Control", "")
    if person.word and person.word in told and kept:
        yield "own words that may stay in a cache"


def mixed_rows(people):
    """Yield the rows of a user that contain the word of another, in words."""
    for model in apps.get_models():
        names = {one.name for one in model._meta.concrete_fields if one.related_model is User}
        for name in names:
            for person, other in (people, reversed(people)):
                rows = model._base_manager.filter(**{name: person.pk})
                number = sum(other.word in str(row) for row in rows.values())
                if number:
                    yield f"{number} rows of {model.__name__} hold the other user's word"


def said_too_much(log, people):
    """Yield the lines of the log with a user's word, a traceback or an undefined name."""
    told = ["Traceback", "Template variable warning", *(person.word for person in people)]
    for line in log.read_text(errors="replace").splitlines():
        if any(words in line for words in told):
            yield f"the log says: {line[:300]}"


@override_settings(SECRET_KEY=ENV["SECRET_KEY"])  # sessions that are made here count there
def fuzz(requests, seed, log, static):
    """Send so many requests to a server with the empty database of this process.

    log is a file that the server writes, and static a folder of collected files. Return the result
    as Found.
    """
    words = random.Random(seed)
    ann, ben = (
        Person(f"{n}@example.org", f"{n}s{words.randrange(10**9)}z") for n in ("ann", "ben")
    )
    admin, found = Person("root@example.org"), Found()
    for person in (ann, ben, admin):
        person.prepare()
    paths = sorted(set(routes()))
    changes = {"DATABASE_URL": database_url(), "STATIC_ROOT": static, "TRUSTED_PROXY_COUNT": "1"}
    changes |= {"WEB_CONCURRENCY": "2", "EMAIL_URL": "dummymail://", "ACCESS_LOG": "true"}
    left, lock = [requests], threading.Lock()

    def spend():
        with lock:
            left[0] -= 1
            return left[0] >= 0

    with serve(log=log, **changes) as port:
        pairs = [(ann, ben), (ben, ann)] * THREADS + [(admin, ann)]
        browsers = [
            Browser(number, *pair, port, paths, seed, found, spend)
            for number, pair in enumerate(pairs)
        ]
        for browser in browsers:
            browser.start()
        for browser in browsers:
            browser.join()
    found.unasked = [path for path, _ in paths if path not in found.asked]
    found.faults += [*mixed_rows([ann, ben]), *said_too_much(log, [ann, ben])]
    return found
