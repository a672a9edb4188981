"""The environment of the tests: a pytest plugin that pyproject.toml names.

It's imported before Django's settings, so that no variable and no .env of a developer changes the
tests. Only DATABASE_URL is kept, to choose a server.
"""

import os
import signal
import sys

from hypothesis import settings

UNSET = [
    *["SECRET_KEY", "HTTPS_ONLY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "TRUSTED_PROXY_COUNT"],
    *[
        "SITE_URL",
        "EMAIL_URL",
        "DEFAULT_FROM_EMAIL",
        "SUPPORT_EMAIL",
        "TIME_ZONE",
        "LOG_LEVEL",
        "STATIC_ROOT",
        "SEND_IN_WEB",
        "SIGNUP_OPEN",
        "ADMIN_REQUIRES_MFA",
        "BRANCH",
        "DATABASE_POOL_SIZE",
        "DATABASE_MAX_OVERFLOW",
        "DATABASE_PREPARED",
    ],
]
os.environ |= {"DEBUG": "true"} | dict.fromkeys(UNSET, "")
# Hypothesis caches what it reads of our code.
os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = "var/hypothesis"
# Playwright's synchronous API runs an event loop in the thread of the test.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Dozens of processes would each compile our modules anew.
os.environ["PYTHONDONTWRITEBYTECODE"] = ""
sys.dont_write_bytecode = False

# A shell makes its background jobs ignore Ctrl-C, and every process of a test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Properties have the same examples in every run, and no deadline: few in `make test` ("quick"),
# five times as many in `make test-all` ("thorough").
settings.register_profile("thorough", settings.get_profile("ci"), max_examples=50)
settings.register_profile("quick", settings.get_profile("ci"), max_examples=10)


def examples(number):
    """Return Hypothesis's settings for an expensive property, by its full number of examples.

    `make test-all` runs half of them and `make test` a tenth, at least 5: the first are the
    simplest, such as an edit that changes nothing.
    """
    return settings(max_examples=max(min(number, 5), number * settings().max_examples // 100))
