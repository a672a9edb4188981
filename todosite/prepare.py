"""Prepare a checkout for `make run` and `make test`, whatever state it's in.

    python3 todosite/prepare.py [--tests] [--database]

Creates .venv with the packages of requirements-dev.txt, unless done already; --tests installs the
programs that the tests run, --database creates the tables. Two simultaneous calls wait for each
other. It runs before anything is installed, so it uses only Python itself. A failure ends it with
one line.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def run(*command, otherwise):
    """Run a command; if it fails, exit with the line `otherwise`."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=ROOT)
    if done.returncode:
        sys.exit(f"Todosite: {otherwise}")


def packages():
    """Install the pinned packages, unless this very list was installed already."""
    wanted = ROOT / "requirements-dev.txt"
    done = VENV / "installed"
    fingerprint = hashlib.sha256(wanted.read_bytes()).hexdigest()
    mark = f"{sys.version}\n{fingerprint}\n"
    if done.exists() and done.read_text() == mark:
        return
    print("Installing what Todosite needs into .venv (once) …", flush=True)
    try:
        venv.create(VENV, clear=not done.exists(), with_pip=True)
    except subprocess.CalledProcessError:
        sys.exit("Todosite: Python's venv is not whole here: apt-get install python3-venv")
    done.unlink(missing_ok=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--require-hashes", "-r", wanted]
    run(*pip, otherwise="pip could not install requirements-dev.txt, see above.")
    done.write_text(mark)


def programs():
    """Install the programs that the tests need, as root by apt; else exit with their names."""
    installs = os.geteuid() == 0 and shutil.which("apt-get")
    there = {
        "chromium-headless-shell": chromium(any_will_do=not installs),
        "pgbouncer": pgbouncer(),
        "postgresql": postgresql(),
    }
    missing = [name for name, found in there.items() if not found]
    if not missing:
        return
    names = " ".join(missing)
    if not installs:
        sys.exit(f"Todosite: the tests need more: apt-get install {names} (as root).")
    print(f"Installing for the tests (once): {names} …", flush=True)
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run("apt-get", "update", "-qq", otherwise="apt-get update failed, see above.")
    install = ["apt-get", "install", "-qq", "--no-install-recommends", *missing, "fonts-inter"]
    run(*install, otherwise=f"apt-get could not install {names}, see above.")


def chromium(any_will_do):
    """Return the browser of the tests, None if it isn't there; Chromium itself is slower."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell")
    if found or not any_will_do:
        return found
    return shutil.which("chromium")


def pgbouncer():
    """Return the pooler of the tests, None if it isn't there."""
    path = os.environ.get("PATH", "")
    everywhere = f"{path}:/usr/sbin:/usr/local/sbin"
    return os.environ.get("PGBOUNCER") or shutil.which("pgbouncer", path=everywhere)


def postgresql():
    """Return where the programs of PostgreSQL are, None or [] if they aren't there."""
    found = os.environ.get("PGBIN") or shutil.which("postgres")
    if found:
        return found
    folder = Path("/usr/lib/postgresql")
    return list(folder.glob("*/bin/postgres"))


def database():
    run(
        *[PYTHON, "manage.py", "migrate", "--noinput", "--verbosity", "0"],
        otherwise="the database could not be prepared, see above.",
    )


def main():
    if sys.version_info < (3, 11):  # noqa: UP036 (that is what it finds out)
        sys.exit(f"Todosite needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    if sys.platform == "win32":
        sys.exit("Todosite runs on Linux and macOS; on Windows, in WSL.")
    import fcntl

    (ROOT / "var" / "static").mkdir(parents=True, exist_ok=True)  # or whitenoise warns
    with open(ROOT / "var" / "prepare.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        packages()
        if "--tests" in sys.argv:
            programs()
        if "--database" in sys.argv:
            database()


if __name__ == "__main__":
    main()
