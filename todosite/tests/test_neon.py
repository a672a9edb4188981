"""Behaviour on Neon, shown on a stand-in that sleeps, restarts and cuts connections."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
import uuid

import psycopg
import pytest
from django.conf import settings

from tasks.tests.mail_server import listening
from todosite.tests import idle
from todosite.tests.hammer import hammer
from todosite.tests.html import hidden
from todosite.tests.production import ask, environment, manage, serve

pytestmark = pytest.mark.exhaustive

SIGN_IN = """
from accounts.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.create_user("ann@example.org"))
print(client.cookies["sessionid"].value)
"""
TOKEN = "c" * 32


@pytest.fixture(scope="module")
def session(stand):
    """The key of a session of Ann's, with a new account."""
    done = manage("shell", "-v0", "-c", SIGN_IN, **stand.urls)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def awake(stand):
    yield
    if stand.is_suspended:
        stand("resume")


@pytest.fixture(scope="module", params=["5", "0"], ids=["pool", "connection for each thread"])
def ann(request, stand, static_root, session):
    """Send a request as Ann: ann(path, method, **fields)."""
    changes = {
        "STATIC_ROOT": static_root,
        "DATABASE_POOL_SIZE": request.param,
        "TRUSTED_PROXY_COUNT": "1",
        "WEB_THREADS": "6",  # five of which may wait for the pool, the four of asleep() among them
    }
    with serve(**stand.urls, **changes) as port:

        def act(path, method="GET", *, csrf=TOKEN, **fields):
            headers = {
                "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
                "X-CSRFToken": csrf,
                "Referer": "https://localhost/",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            return ask(port, path, method, body=fields, **headers)

        yield act


def at_once(call, number):
    """Make so many simultaneous calls. Return their answers."""
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(call())) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def begin(call, *arguments, **fields):
    """Start a request in a thread. Return a function that waits for its answer."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(call(*arguments, **fields)))
    thread.start()

    def finish():
        thread.join(30)
        return answers[0]

    finish.is_there = lambda: bool(answers)
    return finish


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


@pytest.fixture(scope="module")
def typed():
    return {
        "text": f"Buy <milk> {uuid.uuid4()}",
        "key": str(uuid.uuid4()),
        "next": "/tasks/?limit=7",
    }


@pytest.fixture(scope="module")
def asleep(ann, stand, typed):
    """The answers of a server while its database sleeps, by name.

    All requests are sent together, since each may wait ten seconds for a connection.
    """
    assert ann("/tasks/").status == 200
    stand("suspend")
    asked = {
        "page": begin(ann, "/tasks/?status=pending"),
        "act": begin(ann, "/tasks/add/", "POST", text="<b>Typed</b> in the dark"),
        "act with a key": begin(ann, "/tasks/add/", "POST", **typed),
        "act of another site": begin(
            ann, "/tasks/add/", "POST", text="Ours?", key=str(uuid.uuid4()), csrf="x" * 32
        ),
    }
    answers = {name: finish() for name, finish in asked.items()}
    stand("resume")
    return answers


def test_page_while_the_database_sleeps_is_a_503_that_reloads(ann, asleep):
    page = asleep["page"]
    assert headers(page, "Retry-After", "Refresh") == (503, "3", "3")
    assert "database is waking up" in page.text
    assert 'href="/tasks/?status=pending"' in page.text
    assert "Content-Security-Policy" in page.headers
    assert ann("/tasks/?status=pending").status == 200


def test_act_while_the_database_sleeps_is_not_lost(asleep):
    page = asleep["act"]
    assert headers(page, "Refresh") == (503, None)
    assert "Check before you send it again." in page.text
    assert "&lt;b&gt;Typed&lt;/b&gt; in the dark" in page.text


def test_interrupted_act_can_be_sent_again_from_the_page(ann, stand, asleep, typed):
    page = asleep["act with a key"]
    assert page.status == 503
    assert "Send it again: it won't be saved twice." in page.text
    sent = hidden(page.text)
    assert sent.pop("csrfmiddlewaretoken")
    assert sent == typed
    assert [ann("/tasks/add/", "POST", **typed).status for _ in range(2)] == [302, 302]
    assert stand.sql(f"SELECT count(*) FROM tasks_task WHERE title = '{typed['text']}'") == "1"


def test_form_of_another_site_is_not_offered_again(asleep):
    assert "Send it again" not in asleep["act of another site"].text


def until(condition):
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it never happened")


def test_edit_with_a_killed_transaction_leaves_nothing_and_can_be_repeated(ann, stand):
    ann("/tasks/add/", "POST", text="Draft")
    pk = stand.sql("SELECT id FROM tasks_task WHERE title = 'Draft'")
    shown = {"version": "1", "initial-title": "Draft", "key": str(uuid.uuid4())}
    with psycopg.connect(stand.direct) as other:
        other.execute("SELECT 1 FROM tasks_task WHERE id = %s FOR UPDATE", [pk])
        answer = begin(ann, f"/tasks/{pk}/edit/", "POST", title="Final", **shown)
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        until(lambda: stand.sql(waiting) == "1")
        stand("kill-backends", "--state", "active")
        assert answer().status == 503
    edited = f"SELECT title, version FROM tasks_task WHERE id = {pk}"
    assert stand.sql(edited) == "Draft|1"
    for _ in range(2):
        assert ann(f"/tasks/{pk}/edit/", "POST", title="Final", **shown).status == 302
    assert stand.sql(edited) == "Final|2"


def test_unacknowledged_commit_counts_once(ann, stand):
    """The server commits, and is cut off before it can answer."""
    standby = "ALTER SYSTEM SET synchronous_standby_names = '{}'"
    fields = {"text": f"Heard {uuid.uuid4()}", "key": str(uuid.uuid4())}
    stand.sql(standby.format("nobody"), "SELECT pg_reload_conf()")
    try:
        answer = begin(ann, "/tasks/add/", "POST", **fields)
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        until(lambda: stand.sql(waiting) != "0")
        stand("kill-backends")
        assert answer().status == 503
    finally:
        stand.sql(standby.format(""), "SELECT pg_reload_conf()")
    count = f"SELECT count(*) FROM tasks_task WHERE title = '{fields['text']}'"
    assert stand.sql(count) == "1"
    assert ann("/tasks/add/", "POST", **fields).status == 302
    assert stand.sql(count) == "1"


def test_ten_simultaneous_copies_are_added_once(ann, stand):
    fields = {"text": f"Ten {uuid.uuid4()}", "key": str(uuid.uuid4())}
    answers = at_once(lambda: ann("/tasks/add/", "POST", **fields), 10)
    assert [a.status for a in answers] == [302] * 10
    assert stand.sql(f"SELECT count(*) FROM tasks_task WHERE title = '{fields['text']}'") == "1"


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
def test_command_behind_a_pooler_asks_for_the_direct_address(stand, command):
    done = manage(*command, DATABASE_URL=stand.pooled)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "CommandError: DATABASE_URL connects to a pooler, which can't carry this. Set"
        " DATABASE_URL_UNPOOLED to the address of the server itself: on Neon, the same without"
        " “-pooler”.\n"
    )
    assert manage(command[0], "--help", DATABASE_URL=stand.pooled).returncode == 0


def test_pooler_that_drops_options_silently_is_detected(stand):
    """PgBouncer's ignore_startup_parameters = options is common."""
    ini = stand.folder / "stand" / "run" / "pgbouncer.ini"
    ini.write_text(ini.read_text() + "ignore_startup_parameters = options\n")
    stand("restart")
    done = manage("migrate", DATABASE_URL=stand.pooled)
    assert done.stderr.startswith("CommandError: DATABASE_URL connects to a pooler")


INTERRUPTED = """
from django.contrib.auth.models import Permission
from django.db import connection
every = Permission.objects.iterator(chunk_size=2)
next(every)
with connection.Database.connect(**connection.get_connection_params()) as another:
    another.execute("SELECT 1")  # in a transaction, so the session is its own for now
    print(1 + len(list(every)) == Permission.objects.count())
"""


def test_long_result_needs_no_server_side_cursor(stand):
    assert manage("shell", "-v0", "-c", INTERRUPTED, **stand.urls).stdout == "True\n"


@pytest.mark.parametrize("ann", ["5"], ids=["pool"], indirect=True)
def test_watch_tasks_prints_new_and_missed_tasks(ann, stand):
    env = environment(**stand.urls, PYTHONUNBUFFERED="1")
    command = [sys.executable, "manage.py", "watch_tasks", "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    watcher = subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, **pipes)

    def add(text):
        assert ann("/tasks/add/", "POST", text=text).status == 302
        return int(stand.sql(f"SELECT max(id) FROM tasks_task WHERE title = '{text}'"))

    def told():
        event = json.loads(watcher.stdout.readline())
        assert event["event"] == "task_created"
        return event["id"], event["missed"]

    try:
        assert watcher.stderr.readline() == "Watching. Press Ctrl-C to stop.\n"
        assert (add("Seen"), False) == told()
        stand("suspend")
        assert watcher.stderr.readline().startswith("Lost the database: ")
        stand("resume")
        missed = add("Missed, or not")  # it may be back already
        assert watcher.stderr.readline().startswith("Watching again; ")
        assert told()[0] == missed
        assert (add("Seen again"), False) == told()
        # The second of two that get nowhere: nothing is announced that isn't committed.
        assert ann("/tasks/add/", "POST", text=" ").status == 422
        watcher.send_signal(signal.SIGINT)
        rest = watcher.communicate(timeout=20)
        assert (rest, watcher.returncode) == (("", "\n"), 0)
    finally:
        watcher.kill()
        watcher.communicate()


def test_watch_tasks_needs_the_server_itself(stand):
    done = manage("watch_tasks", DATABASE_URL=stand.pooled)
    assert done.stderr.startswith("CommandError: DATABASE_URL connects to a pooler")


def doctor(**urls):
    """Run the doctor. Return its exit code, and its lines without their numbers."""
    done = manage("doctor", SITE_URL="https://localhost", **urls)
    assert done.stderr == ""
    return done.returncode, re.sub(r"\d+(\.\d+)?", "0", done.stdout).splitlines()


def test_doctor_finds_no_problem(stand):
    assert doctor(**stand.urls) == (
        0,
        [
            "OK     gunicorn listens on 0.0:0, only on this machine (by the Procfile: on all"
            " addresses)",
            "OK     links in emails start with https://localhost",
            "OK     first connection (wakes a sleeping database): 0 ms",
            "OK     DATABASE_URL connects to a pooler",
            "OK     DATABASE_URL_UNPOOLED connects to the server itself",
            "OK     prepared statements are off, as some poolers require",
            "OK     TLS is on",
            "OK     round trip: 0 ms",
            "OK     PostgreSQL 0",
            "OK     lower() knows all letters",
            "OK     connections: Todosite opens up to 0 of 0, 0 are in use",
            "OK     role neondb_owner",
            "OK     time limits are set",
            "OK     pending migrations: none",
            "OK     accounts due for deletion: none is overdue",
            "OK     reminders: none is sent, without EMAIL_URL",
        ],
    )


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"DATABASE_URL": "pooled", "DATABASE_URL_UNPOOLED": None},
            "TO DO  DATABASE_URL connects to a pooler: set DATABASE_URL_UNPOOLED to the server"
            " itself, for migrations and adoption.",
        ),
        (
            {"DATABASE_URL_UNPOOLED": "pooled"},
            "TO DO  DATABASE_URL_UNPOOLED connects to a pooler: on Neon, remove “-pooler” from it.",
        ),
        (
            {"DATABASE_URL": "direct", "WEB_CONCURRENCY": "40"},
            "TO DO  connections: Todosite opens up to 0 of 0, 0 are in use: lower"
            " WEB_CONCURRENCY or WEB_THREADS, or use a pooler.",
        ),
        (
            {"DATABASE_URL": "direct", "DATABASE_URL_UNPOOLED": None},
            "OK     DATABASE_URL connects to the server itself",
        ),
        (
            {"DATABASE_URL": "direct"},
            "OK     prepared statements are on",
        ),
        (
            {"DATABASE_URL": "direct", "DATABASE_PREPARED": "false"},
            "OK     prepared statements are off",
        ),
        (
            {"DATABASE_URL": "direct", "DATABASE_POOL_SIZE": "0"},
            "OK     prepared statements are on",
        ),
        (
            {"DATABASE_POOL_SIZE": "0"},
            "OK     prepared statements are off, as some poolers require",
        ),
        (
            {"DATABASE_PREPARED": "true"},
            "OK     prepared statements are on, through a pooler",
        ),
    ],
)
def test_doctor_gives_advice(stand, changes, line):
    addresses = {"pooled": stand.pooled, "direct": stand.direct}
    urls = stand.urls | {name: addresses.get(v, v) for name, v in changes.items()}
    code, lines = doctor(**urls)
    assert (code, line in lines) == (int(line.startswith("TO DO")), True), lines


def test_doctor_works_without_our_tables(stand):
    stand.sql("CREATE DATABASE empty OWNER neondb_owner")
    urls = {name: url.replace("/neondb?", "/empty?") for name, url in stand.urls.items()}
    code, lines = doctor(**urls)
    assert code == 1
    *_, limits, migrations, _ = lines
    assert [limits, migrations] == [
        "TO DO  time limits are missing: run manage.py migrate, or as an admin: ALTER ROLE"
        " neondb_owner IN DATABASE empty SET statement_timeout = '0s'; ALTER ROLE neondb_owner IN"
        " DATABASE empty SET lock_timeout = '0s'; ALTER ROLE neondb_owner IN DATABASE empty SET"
        " idle_in_transaction_session_timeout = '0s'.",
        "TO DO  pending migrations: 0: run manage.py migrate.",
    ]
    elsewhere = stand.urls | {"DATABASE_URL": urls["DATABASE_URL"]}
    done = manage("doctor", **elsewhere)
    assert done.stderr == "Todosite: DATABASE_URL_UNPOOLED names another database.\n"


def test_doctor_reports_an_unreachable_database(stand):
    stand("suspend")
    done = manage("doctor", **stand.urls, DATABASE_POOL_SIZE="0")
    assert done.returncode == 1
    *_, line, _ = done.stdout.splitlines()
    assert line.startswith("TO DO  no connection: connection failed: ")
    assert line.endswith(": check DATABASE_URL.")


def test_check_reports_the_same_as_the_doctor(stand):
    done = manage("check", "--database", "default", **stand.urls)
    assert done.returncode == 0
    assert "?: (todosite.I001) DATABASE_URL connects to a pooler\n" in done.stdout + done.stderr
    assert manage("check", **stand.urls).stdout == (
        "System check identified no issues (0 silenced).\n"
    )


def test_health_is_answered_while_all_other_threads_wait(stand, static_root, session):
    """Eight clients use a worker's four threads: three wait for the pool, others get a 503."""
    with serve(**stand.urls, STATIC_ROOT=static_root, TRUSTED_PROXY_COUNT="1") as port:
        cookie = {"Cookie": f"sessionid={session}"}
        stand("suspend")
        waiting = [begin(ask, port, "/tasks/", **cookie) for _ in range(8)]
        until(lambda: sum(answer.is_there() for answer in waiting) >= 5)
        assert ask(port, "/healthz").status == 200
        assert not all(answer.is_there() for answer in waiting)
        stand("resume")
        assert {answer().status for answer in waiting} == {200, 503}


def test_worker_started_without_a_database_serves_once_it_is_back(stand, static_root, session):
    stand("suspend")
    with serve(**stand.urls, STATIC_ROOT=static_root, TRUSTED_PROXY_COUNT="1") as port:
        assert ask(port, "/healthz").status == 200
        stand("resume")
        page = ask(port, "/tasks/", Cookie=f"sessionid={session}")
    assert page.status == 200


@pytest.fixture
def waking(stand):
    """The stand-in, which wakes for a new connection."""
    stand("up", "--wake")
    yield stand
    stand("up")


def test_sleeping_database_wakes_for_a_visitor(waking, static_root, session):
    """As on Neon, a new connection is held until the database is awake."""
    cookie = {"Cookie": f"sessionid={session}"}
    with serve(**waking.urls, STATIC_ROOT=static_root, TRUSTED_PROXY_COUNT="1") as port:
        for _ in range(2):
            waking("suspend")
            pages = at_once(lambda: ask(port, "/tasks/", **cookie).status, 3)
            assert pages == [200] * 3


def test_sender_lets_the_database_sleep_until_a_reminder_is_due(waking, static_root):
    """`python -m todosite.tests.idle` counts for longer, and shows the delay."""
    moment = time.time() + 15
    idle.add_reminders(waking, [moment])
    with listening() as server:
        address = f"smtp://127.0.0.1:{server.port}"
        with serve(**waking.urls, STATIC_ROOT=static_root, EMAIL_URL=address, WEB_CONCURRENCY="2"):
            time.sleep(3)  # until both workers have looked
            assert idle.count(waking, 3) == 0
            assert idle.delay(waking, server, 0) >= moment
            time.sleep(1)
    assert len(server.mails) == 1


def test_reset_removes_personal_data_of_a_branch(stand):
    urls = {name: url.replace("/neondb?", "/branch?") for name, url in stand.urls.items()}
    assert manage("add_user", "ann@example.org", "--name", "Ann Branch", **urls).returncode == 0
    reset = ["reset_personal_data", "127.0.0.1"]
    assert manage(*reset, **urls).stderr == (
        "CommandError: BRANCH must name the branch of this database, and not main.\n"
    )
    done = manage(*reset, **urls, BRANCH="dev/ann")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(
        "Vacuuming …\nThe branch dev/ann no longer has any personal data.\n"
    )
    with psycopg.connect(urls["DATABASE_URL_UNPOOLED"]) as branch:
        people = branch.execute("SELECT email, name, password FROM accounts_user").fetchall()
    assert people == [("al1@example.net", "Robin Nova", "!")]


def test_twenty_clients_lose_nothing(stand, static_root):
    """A short run; `python -m todosite.tests.hammer` takes a minute."""
    faults = ["suspend", "kill-backends", "restart"]
    answers, there, _ = hammer(stand, static_root, 5, faults, pause=0.5)
    assert {status for _, status in answers} <= {200, 302, 503, "broken"}
    assert set(+there) == {1}
    assert there[1] > 20
