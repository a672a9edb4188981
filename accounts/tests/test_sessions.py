"""The rows of sessions: their users, their columns, and the upgrade to them."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO
from unittest import mock

import pytest
from django.contrib import auth
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import migrating
from accounts.models import Session, User
from accounts.sessions import SessionStore, get_user
from accounts.tests.people import PASSWORD, add_session, add_user
from accounts.tests.yesterday import OldClient, OldSession, note_in_list
from accounts.waiting import BEFORE, mark_of
from tasks.tests.test_migrations import holding
from todosite.tests.html import words

pytestmark = pytest.mark.django_db
BEGUN, SEEN = datetime(2031, 3, 1, 12, tzinfo=UTC), datetime(2031, 3, 2, 12, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def ann():
    return add_user(password=PASSWORD)


@pytest.fixture
def ben():
    return add_user("ben@example.org", password=PASSWORD)


def sign_in(client, user, **how):
    data = {"login": user.email, "password": PASSWORD, "next": "/inbox/"}
    return client.post("/accounts/login/", data, headers={"User-Agent": FIREFOX}, **how)


def is_in(client):
    return client.get("/inbox/").status_code == 200


def key_of(client):
    return client.cookies["sessionid"].value


def row_of(client):
    return Session.objects.get(pk=key_of(client))


# The user of a session


def asked(client, by):
    """Return the user by one of the two functions, the number of queries, and the session's data.

    `by` is called with a request that has the cookie of this client.
    """
    request = RequestFactory().get("/")
    request.session = SessionStore(key_of(client))
    before = len(connection.queries_log)
    user = by(request)
    return user, len(connection.queries_log) - before, dict(request.session.items())


@pytest.fixture
def signed_in(client, ann):
    """A browser in which Ann is signed in, in a session with her as its user."""
    sign_in(client, ann)
    connection.force_debug_cursor = True
    yield client
    connection.force_debug_cursor = False


def test_compiled_query_gives_the_same_user_as_the_model(signed_in, ann):
    ann.arrange("inbox", sort="due", group="")
    user, *_ = asked(signed_in, get_user)
    expected = User.objects.with_waits().get()
    assert user.arrangements == {"inbox": {"sort": "due", "group": ""}}
    for field in User._meta.concrete_fields:
        assert getattr(user, field.attname) == getattr(expected, field.attname)
    assert user._state.__dict__ == expected._state.__dict__
    user.save(update_fields=["name"])


def test_session_and_user_come_by_one_query(signed_in, ann):
    user, queries, _ = asked(signed_in, get_user)
    assert (user, user.waits, queries) == (ann, False, 1)
    ann.waiting.keep(ann, "/tasks/add/", [["text", "Milk"]])
    user, queries, _ = asked(signed_in, get_user)
    assert (user, user.waits, queries) == (ann, True, 1)


def change(client, **values):
    """Change the data of a session."""
    session = SessionStore(key_of(client))
    session.update({name: value for name, value in values.items() if value is not None})
    for name in [name for name, value in values.items() if value is None]:
        del session[name]
    session.save()


UNUSUAL = {
    "another's row": lambda client: Session.objects.update(user=User.objects.get(name="Ben")),
    "nobody's row": lambda client: Session.objects.update(user=None),
    "disabled": lambda client: User.objects.update(is_active=False),
    "signed out everywhere": lambda client: User.objects.all().sign_out(),
    "another hash": lambda client: change(client, **{HASH_SESSION_KEY: "x"}),
    "no hash": lambda client: change(client, **{HASH_SESSION_KEY: None}),
    "another backend": lambda client: change(
        client, **{BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend"}
    ),
    "no backend": lambda client: change(client, **{BACKEND_SESSION_KEY: None}),
    "another user": lambda client: change(client, **{SESSION_KEY: "gone"}),
    "no user": lambda client: change(client, **{SESSION_KEY: None}),
    "time is up": lambda client: Session.objects.update(expire_date=timezone.now()),
    "no session": lambda client: Session.objects.all().delete(),
    "corrupt": lambda client: Session.objects.update(session_data="x"),
}


@pytest.mark.parametrize("unusual", UNUSUAL)
def test_user_is_the_same_as_djangos(signed_in, unusual):
    add_user("ben@example.org", name="Ben")
    kept = Session.objects.values_list("pk", "session_data", "expire_date")
    UNUSUAL[unusual](signed_in)
    before = list(kept)
    user, _, holds = asked(signed_in, get_user)
    after = list(kept)
    for row in Session.objects.all():
        row.delete()
    Session.objects.bulk_create(Session(*row) for row in before)
    assert (user, holds) == asked(signed_in, auth.get_user)[::2]
    assert after == list(kept)
    assert user.is_authenticated == (unusual in {"another's row", "nobody's row"})


def test_session_of_an_earlier_secret_key_goes_on_and_is_listed(signed_in, settings):
    key = key_of(signed_in)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    other = Client()
    other.force_login(User.objects.get())
    assert "Firefox on Linux" in words(other.get("/accounts/sessions/"))
    assert is_in(signed_in)
    assert key_of(signed_in) != key


def test_store_has_djangos_name_and_salt():
    assert SessionStore().key_salt == db.SessionStore().key_salt


# The columns that are written


def test_sign_in_records_the_user_and_the_browser(client, ann):
    sign_in(client, ann)
    row = row_of(client)
    seen = (row.user, row.ip, row.user_agent)
    assert seen == (ann, "127.0.0.1", FIREFOX)
    assert row.created_at <= row.last_seen_at <= timezone.now()


def test_sign_in_over_another_users_session_has_a_row_and_a_mark(client, ann, ben):
    """Django gives such a session its key only when it saves it."""
    sign_in(client, ann)
    before = client.cookies["last_user"].value

    def sign_in_ben(request, *args):
        auth.login(request, ben)
        return HttpResponse()

    with mock.patch("tasks.views.pages.render_page", sign_in_ben):
        client.get("/inbox/")
    assert row_of(client).user == ben
    assert ann.sessions.count() == 0
    assert mark_of(key_of(client)) in client.cookies["last_user"].value
    assert before != client.cookies["last_user"].value


def test_save_writes_the_data_and_no_other_column(client, ann):
    sign_in(client, ann)
    session = SessionStore(key_of(client))
    session["x"] = "y"
    Session.objects.update(ip="192.0.2.7", user_agent="Other", created_at=BEGUN)
    before = Session.objects.values("user", "ip", "user_agent", "created_at", "last_seen_at").get()
    session.save()
    assert SessionStore(key_of(client))["x"] == "y"
    assert Session.objects.filter(**before).count() == 1


def test_ended_session_is_not_saved(client, ann):
    sign_in(client, ann)
    session = SessionStore(key_of(client))
    session["x"] = "y"
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()
    assert Session.objects.count() == 0


def test_sessions_are_deleted_with_their_user(client, ann):
    sign_in(client, ann)
    ann.delete()
    assert Session.objects.count() == 0


def test_clearsessions_deletes_expired_sessions(ann):
    add_session(ann)
    call_command("clearsessions", stdout=StringIO())
    assert ann.sessions.count() == 1
    ann.sessions.update(expire_date=timezone.now() - timedelta(seconds=1))
    call_command("clearsessions", stdout=StringIO())
    assert ann.sessions.count() == 0


# The list


def test_list_shows_no_key(client, ann):
    sign_in(client, ann)
    page = client.get("/accounts/sessions/")
    assert f"/settings/sessions/{row_of(client).mark}/end/" in page.text
    assert key_of(client) not in page.text


def test_list_has_only_sessions_that_are_signed_in(client, ann, ben):
    others = [Client(), Client(), Client()]
    for other, user in zip(others, [ann, ann, ben], strict=True):
        sign_in(other, user)
    Session.objects.filter(pk=key_of(others[0])).update(expire_date=timezone.now())
    change(others[1], **{HASH_SESSION_KEY: "x"})
    sign_in(client, ann)
    page = words(client.get("/accounts/sessions/"))
    assert (page.count("Firefox on Linux"), page.count("This browser")) == (2, 1)


def test_session_of_another_user_is_not_found(client, ann, ben):
    sign_in(client, ann)
    other = Client()
    sign_in(other, ben)
    answer = client.post(f"/settings/sessions/{row_of(other).mark}/end/")
    assert (answer.status_code, is_in(other)) == (404, True)


# The earlier version, which is upgraded, and for some time runs together with this one


def migrate(name):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    MigrationExecutor(connection).migrate([("accounts", name)])


def newest():
    ((_, name),) = MigrationExecutor(connection).loader.graph.leaf_nodes("accounts")
    return name


@pytest.fixture
def yesterday():
    """Give the tables of sessions the form of the earlier version.

    Users keep their later columns, since the tests make users by the present model.
    """
    migrate("0014_ended_session")
    state = MigrationExecutor(connection).loader.project_state(("accounts", "0014_ended_session"))
    earlier = {field.name for field in state.apps.get_model("accounts", "User")._meta.fields}
    module = import_module("allauth.usersessions.migrations.0001_initial")
    with connection.schema_editor() as editor:
        for field in User._meta.concrete_fields:
            if field.name not in earlier:
                editor.add_field(User, field)
        module.Migration("0001_initial", "usersessions").apply(state, editor)


def on_to(kind, browser):
    """Return the same browser as a client of a class that asks processes of another version."""
    other = kind()
    other.cookies = browser.cookies
    return other


def listed():
    """Return the keys of the sessions in allauth's list."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key FROM usersessions_usersession ORDER BY id")
        return [key for (key,) in cursor.fetchall()]


def columns():
    """Return the columns of the table of sessions, by name."""
    with connection.cursor() as cursor:
        return connection.introspection.get_table_description(cursor, "django_session")


@pytest.mark.exhaustive
def test_upgrade_keeps_sessions_and_waiting_forms(yesterday, ann, ben):
    laptop, stranger, late = OldClient(), OldClient(), OldClient()
    for browser in (laptop, late):
        sign_in(browser, ann)
        note_in_list(ann, key_of(browser), user_agent=FIREFOX)
    note_in_list(ann, "ended")
    typed = {"path": "/tasks/add/", "fields": [["text", "Typed before"]]}
    typed |= {"user": ben.pk, "at": timezone.now().isoformat()}
    stranger.put_in_session(**{BEFORE: [typed]})
    was = [tuple(row) for row in OldSession.objects.order_by("pk").values_list()]

    migrate("0016_session_users")

    kept = Session.objects.order_by("pk")
    assert list(kept.values_list("session_key", "session_data", "expire_date")) == was
    laptop, stranger, late = (on_to(Client, browser) for browser in (laptop, stranger, late))
    assert listed() == [key_of(laptop), key_of(late)]
    row = row_of(laptop)
    noted = (row.user, row.ip, row.user_agent, row.created_at, row.last_seen_at)
    assert noted == (ann, "192.0.2.1", FIREFOX, BEGUN, SEEN)
    page = words(laptop.get("/accounts/sessions/"))
    assert "Firefox on Linux This browser 192.0.2.1 · active now · since" in page
    assert "Firefox on Linux 192.0.2.1 · last seen" in page
    assert is_in(laptop)

    # Forms of a session without a user, and of a session that ends after the upgrade.
    key = key_of(stranger)
    assert "Typed before" in words(sign_in(stranger, ben, follow=True))
    assert row_of(stranger).user == ben
    assert key != key_of(stranger)
    row_of(late).delete()
    late.post("/tasks/add/", {"text": "Typed late"})
    assert "Typed late" in words(laptop.get("/inbox/"))


def test_old_and_new_processes_respect_each_others_sessions(yesterday, ann):
    migrate("0016_session_users")
    old, new = OldClient(), Client()
    sign_in(old, ann)
    note_in_list(ann, key_of(old))
    sign_in(new, ann)

    # Each session is valid for both, and each reads the data that the other saves.
    for number in (1, 2):
        for browser in (old, new):
            elsewhere = on_to(Client if browser is old else OldClient, browser)
            browser.post("/tasks/add/", {"text": f"Milk {number}"})
            assert f"Added “Milk {number}”." in words(elsewhere.get("/inbox/"))
            assert is_in(browser)
    assert {row_of(old).user, row_of(new).user} == {ann}

    # Each can end the other's sessions, and its own.
    assert words(new.get("/accounts/sessions/")).count("Sign out ") >= 2
    new.post(f"/settings/sessions/{row_of(old).mark}/end/")
    assert (is_in(old), listed()) == (False, [])
    OldSession.objects.filter(pk=key_of(new)).delete()
    assert not is_in(new)


@pytest.mark.exhaustive
def test_unseen_session_of_an_old_process_ends_with_the_others(yesterday, ann):
    migrate("0016_session_users")
    old, new = OldClient(), Client()
    sign_in(old, ann)
    sign_in(new, ann)
    assert row_of(old).user is None
    new.post("/accounts/sessions/")
    assert (is_in(old), is_in(new)) == (False, True)


@pytest.mark.exhaustive
def test_old_process_can_delete_a_user_with_new_sessions(yesterday, ann):
    migrate("0016_session_users")
    client = Client()
    sign_in(client, ann)
    note_in_list(ann, key_of(client))
    ann.emailaddress_set.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_user WHERE id = %s", [ann.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert (Session.objects.count(), listed()) == (0, [])


@pytest.mark.exhaustive
@pytest.mark.django_db(transaction=True)
def test_upgrade_gives_way_to_a_backup_and_can_be_resumed():
    backup = holding("LOCK TABLE django_session IN ACCESS SHARE MODE")
    tries = mock.patch.multiple(migrating, TRIES=2, PAUSE=0, LOCK_TIMEOUT="20ms")
    words = "The table django_session was in use"
    migrate("0014_ended_session")
    try:
        with backup, tries, pytest.raises(CommandError, match=words):
            migrate("0016_session_users")
    finally:
        migrate(newest())
    assert len(columns()) == 8


@pytest.mark.exhaustive
def test_reverse_migration_keeps_the_sessions(yesterday, ann):
    old = OldClient()
    sign_in(old, ann)
    was = columns()
    migrate("0016_session_users")
    assert len(columns()) == len(was) + 5
    migrate("0014_ended_session")
    assert columns() == was
    assert is_in(old)


@pytest.mark.django_db
def test_session_with_an_impossible_key_has_no_user(client):
    for cookie in ['sessionid="\\000aaaaaaaaaaaaaaa"', "sessionid=" + "é" * 20]:
        assert client.get("/inbox/", headers={"Cookie": cookie}).status_code == 302
