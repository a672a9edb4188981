"""The environment of the tests: a PostgreSQL of their own, and Debian's Chromium, watched."""

import fcntl
import gc
import os
import shutil
import tempfile
from collections import Counter
from importlib import import_module
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.db import connection, transaction
from django.test import Client, TransactionTestCase
from django.utils.crypto import get_random_string
from whitenoise.middleware import WhiteNoiseMiddleware

from todosite.tests.production import manage
from todosite.tests.rendering import templates_told

# The shell is Chromium without the windows of a desktop, which took 40 % of its time.
CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
)
# Flags against background traffic: without a network, each attempt would take time.
CHROMIUM_FLAGS = [
    *["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
    *["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
# Only the last of two such lists counts, so Playwright's list is repeated here. The added ones are
# pages prepared for the address bar, which took most of the time of a new context.
FEATURES_OFF = [
    *["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"],
    *["HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"],
    *["ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "AimEnabled"],
    *["OptimizationHints", "NetworkTimeServiceQuerying", "PreconnectToSearch"],
    *["WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup"],
]
CHROMIUM_FLAGS.append(f"--disable-features={','.join(FEATURES_OFF)}")
# Starting a renderer for each page would take a quarter of the tests' processor time.
CHROMIUM_FLAGS.append("--renderer-process-limit=1")

KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the exhaustive tests, which take longest: none should run alone at the end.

    The tests with Neon's stand-in come first of all. A process that has nothing left takes tests
    from the end of another's, and would have to make a stand-in and a database for these.
    """

    def rank(item):
        is_quick = item.get_closest_marker("exhaustive") is None
        return is_quick, "stand" not in getattr(item, "fixturenames", [])

    items.sort(key=rank)


def pytest_addoption(parser):
    parser.addoption(
        "--snapshots",
        action="store_true",
        help="Have the traces of failed browser tests show the page before and after each act.",
    )


def pytest_terminal_summary(terminalreporter):
    """Print the files that took longest, in seconds summed over the processes."""
    seconds = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    if seconds:
        terminalreporter.section("files that took longest")
    for name, duration in seconds.most_common(10):
        terminalreporter.write_line(f"{duration:6.1f} s  {name}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    """Print the folder of pictures and traces of failed browser tests, if there are any."""
    result = yield
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    kept = Path(session.config.getoption("--output"))
    is_worker = hasattr(session.config, "workerinput")
    if reporter and not is_worker and kept.is_dir() and any(kept.iterdir()):
        reporter.write_line(f"Pictures and traces of what failed in the browser: {kept}/")
    return result


def pytest_collection_finish():
    """Keep imported modules out of garbage collection, since they stay until the end.

    Collect the rest as rarely as a worker of the server does (todosite/gunicorn.py).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def static_files_found_once():
    """Find static files once: the middleware of each test's client would search again."""
    find, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add(self):
        if not found:
            find(self)
            found.update(self.files)
        self.files.update(found)

    with mock.patch.object(WhiteNoiseMiddleware, "add_files_from_finders", add):
        yield


@pytest.fixture(scope="session", autouse=True)
def templates_known():
    with templates_told():
        yield


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_cheaply():
    """Make hashing cheap: a real hash takes a fifth of a second, and tests need hundreds."""
    with mock.patch.object(ScryptPasswordHasher, "work_factor", 2):
        yield


@pytest.fixture(scope="session", autouse=True)
def users_signed_in_cheaply():
    """Sign users in by one statement: Django takes thirteen, and most tests begin with it.

    The user's last_login stays as it is. A client that has a session already keeps it, as in
    Django.
    """
    force_login = Client.force_login

    def begin(self, user, backend=None):
        if backend or settings.SESSION_COOKIE_NAME in self.cookies:
            return force_login(self, user, backend)
        store, key = import_module(settings.SESSION_ENGINE).SessionStore(), get_random_string(32)
        held = {
            SESSION_KEY: user.pk,
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        store.model.objects.create(
            session_key=key, session_data=store.encode(held), expire_date=store.get_expiry_date()
        )
        self.cookies[settings.SESSION_COOKIE_NAME] = key

    with mock.patch.object(Client, "force_login", begin):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    with mock.patch.object(TransactionTestCase, "_fixture_teardown", delete_everything):
        yield


def delete_everything(self):
    """Delete the rows that a test has committed: for few rows much faster than Django's TRUNCATE.

    The tables that Django fills itself are left out. One statement checks foreign keys at its end,
    so the order of tables doesn't matter; the lock waits for transactions that still write.
    """
    names = set(connection.introspection.django_table_names(only_existing=True)) - KEPT
    tables = [connection.ops.quote_name(name) for name in sorted(names)]
    deletions = [f"_{n} AS (DELETE FROM {table})" for n, table in enumerate(tables)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
        cursor.execute(f"WITH {', '.join(deletions)} SELECT")


@pytest.fixture(scope="session")
def static_root(tmp_path_factory):
    """Return a folder with production's static files, collected by the first process that asks."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all its processes
    root = folder / "static"
    with open(folder / "static.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            done = manage("collectstatic", "--noinput", STATIC_ROOT=str(root))
            assert done.returncode == 0, done.stderr
    return str(root)


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
    database = settings.DATABASES["default"]
    if "LOCALPG" in database:
        database["LOCALPG"] = tempfile.mkdtemp(prefix="todosite-test-")
        database["LOCALPG_THROWAWAY"] = True


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if not CHROMIUM:
        advice = "apt-get install chromium-headless-shell, or set CHROMIUM to its path."
        pytest.fail(f"Chromium is missing: {advice}")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """Set the browser's language, since a new account has its formats.

    Transitions are off, since drawing them takes a tenth of the processor time. The tests of
    transitions turn them on.
    """
    return {**browser_context_args, "locale": "en-US", "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def base_url(live_server):
    return live_server.url


def watch(context, live_server, script=True):
    """Return a list that collects forbidden events: violations of the CSP, errors, other hosts.

    A transition that the browser aborts is no fault. static/js/slow.js catches its error, unless
    the page was shown before that module came; a page without script, or of the admin, can't.
    """
    seen = []
    context.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI))"
    )

    def request(request):
        if not request.url.startswith((live_server.url, "data:")):
            seen.append(f"left the host for {request.url}")

    def console(message):
        if message.type == "error" and ("CSP" in message.text or "Uncaught" in message.text):
            seen.append(message.text)

    def error(error):
        words = str(error.error)
        catches = script and "/admin/" not in error.page.url and "already revealed" not in words
        if catches or not words.startswith("Transition was "):
            seen.append(words)

    context.on("request", request)
    context.on("console", console)
    context.on("weberror", error)
    return seen


def trace(context, config):
    """Start Playwright's trace of a context: its acts, requests and console.

    The page before and after each act comes with --snapshots alone, since that takes about a tenth
    of a browser test's processor time. --tracing records pictures, too, which takes a third.
    """
    context.tracing.start(snapshots=config.getoption("--snapshots"))


def has_failed(request):
    """Return whether the test of this fixture has failed, while the fixture is torn down."""
    return not getattr(request.node, "rep_call", request.node.rep_setup).passed


@pytest.fixture
def new_context(request, new_context, live_server, output_path):
    """Make browser contexts for one test, each watched and traced."""
    made = []

    def make(**options):
        context = new_context(**options)
        script = options.get("java_script_enabled", True)
        context.seen = watch(context, live_server, script)
        trace(context, request.config)
        made.append(context)
        return context

    yield make
    seen = [fault for context in made for fault in context.seen]
    if seen or has_failed(request):
        for number, context in enumerate(made, 1):
            context.tracing.stop(path=f"{output_path}/trace-{number}.zip")
    assert seen == []


@pytest.fixture(scope="session")
def shared_context(pytestconfig, browser, browser_context_args, live_server):
    """One browser context for all tests that restore it; static files come from its cache."""
    context = browser.new_context(**browser_context_args)
    context.seen = watch(context, live_server)
    trace(context, pytestconfig)
    # Its renderer goes on with the pages of later tests as long as one page stays open.
    context.kept_page = context.new_page()
    context.kept_page.goto(f"{live_server.url}/healthz")
    yield context
    context.close()


@pytest.fixture
def shared_page(request, shared_context, output_path):
    """A new page in the shared context, which is emptied afterwards: cookies, storage, pages.

    A test that changes its context permanently (installs a clock) uses `page` instead.
    """
    context = shared_context
    context.seen.clear()
    context.tracing.start_chunk(title=request.node.nodeid)
    page = context.new_page()
    yield page
    path = None
    if context.seen or has_failed(request):
        path = f"{output_path}/trace.zip"
        for number, open_page in enumerate(context.pages, 1):
            open_page.screenshot(path=f"{output_path}/test-failed-{number}.png")
    context.tracing.stop_chunk(path=path)
    context.set_offline(False)
    context.clear_permissions()
    context.clear_cookies()
    for open_page in context.pages:
        if open_page is not context.kept_page:
            open_page.unroute_all(behavior="ignoreErrors")
            open_page.close()
    context.kept_page.evaluate("localStorage.clear()")
    assert context.seen == []
