"""At home on Neon, shown on a stand-in that sleeps, restarts and cuts connections off."""

import threading

import pytest

from todosite.tests.production import ask, manage, serve
from todosite.tests.stand import stand as make_stand

SIGN_IN = """
from accounts.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.create_user("ann@example.org"))
print(client.cookies["sessionid"].value)
"""
TOKEN = "c" * 32


@pytest.fixture(scope="module")
def stand():
    with make_stand() as made:
        done = manage("migrate", "--verbosity", "0", **made.urls)
        assert (done.stdout, done.stderr) == ("", "")
        yield made


@pytest.fixture(scope="module")
def static(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("static"))
    assert manage("collectstatic", "--noinput", STATIC_ROOT=folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def session(stand):
    done = manage("shell", "-v0", "-c", SIGN_IN, **stand.urls)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def awake(stand):
    yield
    stand("resume")


@pytest.fixture(scope="module", params=["5", "0"], ids=["pool", "connection for each thread"])
def ann(request, stand, static, session):
    """Ask as Ann: ann(path, method, **fields)."""
    settings = {
        "STATIC_ROOT": static,
        "DATABASE_POOL_SIZE": request.param,
        "TRUSTED_PROXY_COUNT": "1",
    }
    with serve(**stand.urls, **settings) as port:

        def act(path, method="GET", **fields):
            headers = {
                "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
                "X-CSRFToken": TOKEN,
                "Referer": "https://localhost/",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            return ask(port, path, method, body=fields, **headers)

        yield act


def at_once(call, number):
    """Make as many calls at the same time; return their answers."""
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(call())) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def headers(answer, *names):
    return answer.status, *(answer.getheader(name) for name in names)


def test_page_works_at_once_after_a_suspension(ann, stand):
    assert {a.status for a in at_once(lambda: ann("/tasks/"), 4)} == {200}
    stand("restart")
    assert [ann("/tasks/").status for _ in range(6)] == [200] * 6


def test_act_works_at_once_after_a_suspension(ann, stand):
    assert {a.status for a in at_once(lambda: ann("/tasks/"), 4)} == {200}
    stand("restart")
    assert ann("/tasks/add/", "POST", text="After the night").status == 302
    assert "After the night" in ann("/tasks/").text


def test_page_works_after_its_connections_were_killed(ann, stand):
    at_once(lambda: ann("/tasks/"), 4)
    stand("kill-backends")
    assert [ann("/tasks/").status for _ in range(6)] == [200] * 6


def test_page_while_the_database_sleeps_is_calm_and_comes_back_by_itself(ann, stand):
    assert ann("/tasks/").status == 200
    stand("suspend")
    page = ann("/tasks/?status=pending")
    assert headers(page, "Retry-After", "Refresh") == (503, "3", "3")
    assert "database is waking up" in page.text
    assert 'href="/tasks/?status=pending"' in page.text
    assert "Content-Security-Policy" in page.headers
    stand("resume")
    assert ann("/tasks/?status=pending").status == 200


def test_act_while_the_database_sleeps_says_what_is_true(ann, stand):
    stand("suspend")
    page = ann("/tasks/add/", "POST", text="<b>Typed</b> in the dark")
    assert headers(page, "Refresh") == (503, None)
    assert "Look before you send it again." in page.text
    assert "&lt;b&gt;Typed&lt;/b&gt; in the dark" in page.text


def test_health_needs_no_database_and_readiness_does(ann, stand):
    assert (ann("/healthz").text, ann("/readyz").text) == ("alive\n", "ready\n")
    stand("suspend")
    assert ann("/healthz").status == 200
    assert (ann("/readyz").status, ann("/readyz").text) == (503, "no database\n")


LIMITS = """
from django.db import connection
def limits():
    with connection.cursor() as cursor:
        names = "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"
        return [cursor.execute(f"SHOW {name}").fetchone()[0] for name in names]
print(*limits())
with connection.direct():
    print(*limits())
print(*limits())
"""


def test_time_limits_survive_the_pooler_and_are_lifted_past_it(stand):
    limits = manage("shell", "-v0", "-c", LIMITS, **stand.urls).stdout
    assert limits == "30s 10s 30s\n0 0 0\n30s 10s 30s\n"


@pytest.mark.parametrize(
    "command",
    [
        ["migrate"],
        ["demo_data", "--users", "1", "--tasks-per-user", "1", "--really"],
        ["adopt_sqlmodel"],
    ],
    ids=lambda command: command[0],
)
def test_command_that_a_pooler_cant_carry_says_what_it_needs(stand, command):
    done = manage(*command, DATABASE_URL=stand.pooled)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "CommandError: DATABASE_URL leads to a pooler, which can't carry this. Set"
        " DATABASE_URL_UNPOOLED to the address of the server itself: on Neon, the same without"
        " “-pooler”.\n"
    )
    assert manage(command[0], "--help", DATABASE_URL=stand.pooled).returncode == 0


def test_pooler_that_forgets_in_silence_is_found_out(stand):
    """PgBouncer's ignore_startup_parameters = options is common."""
    ini = stand.folder / "stand" / "run" / "pgbouncer.ini"
    ini.write_text(ini.read_text() + "ignore_startup_parameters = options\n")
    stand("restart")
    done = manage("migrate", DATABASE_URL=stand.pooled)
    assert done.stderr.startswith("CommandError: DATABASE_URL leads to a pooler")


INTERRUPTED = """
from django.contrib.auth.models import Permission
from django.db import connection
every = Permission.objects.iterator(chunk_size=2)
next(every)
with connection.Database.connect(**connection.get_connection_params()) as another:
    another.execute("SELECT 1")  # in a transaction, so the session is its own for now
    print(1 + len(list(every)) == Permission.objects.count())
"""


def test_long_reading_needs_no_session_of_its_own(stand):
    assert manage("shell", "-v0", "-c", INTERRUPTED, **stand.urls).stdout == "True\n"
