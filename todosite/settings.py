"""Django settings of Todosite. The environment is read here (the server's own three: gunicorn.py).

A required setting has no default; an unreadable one stops the boot with its name. .env.example
names every setting; a .env file next to manage.py is read too, with less weight than the
environment.
"""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from todosite import gunicorn, logs
from todosite.database.pool import RECONNECT_TIMEOUT, keep_trying
from todosite.environment import BASE_DIR, env, site_of

DEBUG = env.bool("DEBUG", default=False)
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=not DEBUG)

# Core

if DEBUG:
    SECRET_KEY = env.str("SECRET_KEY", default="insecure-and-known-to-all-for-debug-only")
    ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
else:
    SECRET_KEY = env.str("SECRET_KEY")
    ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS")
    if not ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS names no host.")

# The beginning of absolute links, whatever host a request names. "" in development: as requested.
SITE_URL = env.site("SITE_URL", ALLOWED_HOSTS, HTTPS_ONLY)
if not SITE_URL and not DEBUG:
    SITE_URL = site_of(ALLOWED_HOSTS, HTTPS_ONLY)

CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
ROOT_URLCONF = "todosite.urls"
WSGI_APPLICATION = "todosite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "todosite",  # first: its migrate replaces Django's
    "accounts",
    "tasks",
    "accounts.apps.AdminConfig",  # django.contrib.admin with our sign-in
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",  # allauth's pages load it
    "django.contrib.messages",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
]

MIDDLEWARE = [
    "todosite.health.HealthMiddleware",
    "todosite.middleware.SecurityHeadersMiddleware",
    "todosite.middleware.SiteMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # its files are compressed already
    "django.middleware.gzip.GZipMiddleware",  # around all middleware that reads or changes a page
    "todosite.middleware.TryAgainMiddleware",
    "todosite.middleware.ReadingMiddleware",
    "todosite.middleware.MethodNotAllowedMiddleware",
    "todosite.middleware.GoneMiddleware",
    "tasks.bell.BellMiddleware",
    "todosite.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.LoginRequiredMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "accounts.middleware.LeavingMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.WaitingMiddleware",
    "todosite.middleware.FreshMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.LastSeenMiddleware",
    "tasks.return_page.ReturnPageMiddleware",
]

# Our pages use Jinja2; the templates of allauth, the admin and form fields use Django's engine. No
# name is in both (docs/decisions/two-template-engines.md).
TEMPLATES = [
    {
        "NAME": "pages",
        "BACKEND": "todosite.jinja.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "pages"],
        "OPTIONS": {
            "environment": "todosite.jinja.environment",
            "strict": DEBUG,
            "context_processors": [
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.clock",
                "accounts.context_processors.signup_open",
                "accounts.context_processors.theme",
                "accounts.context_processors.waiting",
                "tasks.context_processors.place",
                "tasks.context_processors.sidebar",
            ],
        },
    },
    {
        "NAME": "django",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "django"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.clock",
                "accounts.context_processors.signup_open",
                "accounts.context_processors.support_email",
            ],
        },
    },
]

FORM_RENDERER = "todosite.jinja.FormRenderer"  # templates/django/django/forms/

# Database

if DEBUG and not env.str("DATABASE_URL", default=""):
    # A PostgreSQL of our own, started at the first connection (todosite/localpg.py).
    database = {
        "NAME": "todosite",
        "USER": "todosite",
        "LOCALPG": BASE_DIR / "var" / "postgres",
        "OPTIONS": {},
    }
    unpooled = {}
else:
    database = env.database("DATABASE_URL")
    unpooled = env.database("DATABASE_URL_UNPOOLED", default={})
    if unpooled and unpooled["NAME"] != database["NAME"]:
        raise ImproperlyConfigured("DATABASE_URL_UNPOOLED names another database.")

database_options = {
    "application_name": "todosite",
    # Seconds. A database that was suspended may take some to wake; a connection whose other end
    # is gone must not hold a request for the kernel's quarter of an hour.
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,  # milliseconds
}
for entry in filter(None, [database, unpooled]):
    entry["OPTIONS"] = database_options | entry["OPTIONS"]  # options in the address win

database |= {
    "ENGINE": "todosite.database",
    "UNPOOLED": unpooled,  # the server itself, for everything that a pooler can't do
    # A pooler may give the next statement another session, which doesn't know the cursor.
    "DISABLE_SERVER_SIDE_CURSORS": True,
}

# The settings of the old system's pool, in the terms of psycopg_pool (docs/neon.md).
DATABASE_POOL_SIZE = env.between("DATABASE_POOL_SIZE", 0, 1000, default=5)
DATABASE_MAX_OVERFLOW = env.between("DATABASE_MAX_OVERFLOW", 0, 1000, default=10)
if DATABASE_POOL_SIZE:
    database["OPTIONS"]["pool"] = {
        "min_size": 1,  # connections that are never closed: more would only stay idle
        "max_size": DATABASE_POOL_SIZE + DATABASE_MAX_OVERFLOW,
        "timeout": 10,  # seconds that a request waits for a connection before a 503
        "max_idle": 20,
        "max_lifetime": 3600,
        "reconnect_timeout": RECONNECT_TIMEOUT,
        "reconnect_failed": keep_trying,
    }
    if not DEBUG:
        # One thread of a worker stays free, for /healthz and pages without queries.
        database["OPTIONS"]["pool"]["max_waiting"] = max(1, gunicorn.threads - 1)
else:
    database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}  # one for each thread

# Prepared statements are planned once for each connection. Without this setting, none is prepared
# through a pooler (database/base.py).
DATABASE_PREPARED = env.bool("DATABASE_PREPARED", default=True)
if DATABASE_PREPARED:
    database["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}
database["PREPARED"] = DATABASE_PREPARED and env.str("DATABASE_PREPARED", default="") != ""

DATABASES = {"default": database}

# Time limits against stuck requests. They belong to the role, since a pooler drops the settings of
# a session: `manage.py migrate` sets them.
DATABASE_TIMEOUTS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
}

# The name of the database's branch, if it is a copy for development: for reset_personal_data.
BRANCH = env.str("BRANCH", default="")

# The limits of sign-in are counted here. So all processes must share the cache, and it must not
# drop these entries: Django's limit of 300 entries would.

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",  # accounts/migrations/0002_cache.py
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Who you are

AUTH_USER_MODEL = "accounts.User"
# The columns and profile fields that tasks add to accounts, which doesn't know tasks.
USER_PREFERENCES = "tasks.preferences.Preferences"
PROFILE_FORM = "tasks.forms.preferences.PreferencesForm"
USER_CONTENTS = "tasks.contents.contents_of"  # what goes with an account, in words
AUTHENTICATION_BACKENDS = ["accounts.entrance.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.ScryptPasswordHasher",
    "accounts.hashers.BetterAuthPasswordHasher",  # of adopted accounts, until they sign in
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

# Without a mail server no user could confirm an address, so none has to.
HAS_MAIL = bool(env.str("EMAIL_URL", default=""))

ADMIN_REQUIRES_MFA = env.bool("ADMIN_REQUIRES_MFA", default=not DEBUG)
SIGNUP_OPEN = env.bool("SIGNUP_OPEN", default=True)

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "add_email": "accounts.entrance.AddEmailForm",
    "change_password": "accounts.entrance.ChangePasswordForm",
    "login": "accounts.entrance.LoginForm",
    "reset_password": "accounts.entrance.ResetPasswordForm",
    "reset_password_from_key": "accounts.entrance.ResetPasswordKeyForm",
    "signup": "accounts.entrance.SignupForm",
    "user_token": "accounts.entrance.UserTokenForm",
}
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupFields"
ACCOUNT_EMAIL_MAX_LENGTH = 320  # allauth's first migration reads it: never change it
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if HAS_MAIL else "optional"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CHANGE_EMAIL = True  # the old address works until the new one is confirmed
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before e-mail, password and second factors change
ACCOUNT_EMAIL_NOTIFICATIONS = True  # mails about what happened to the account
ACCOUNT_RATE_LIMITS = {  # beside allauth's own
    "admin_link": "3/h/user",
    "export": "20/h/user",
    "leave": "20/h/user",
}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session stays; all others end
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "accounts.passkeys.AddPasskeyForm",
    "authenticate_webauthn": "accounts.passkeys.AuthenticatePasskeyForm",
    "login_webauthn": "accounts.passkeys.PasskeyLoginForm",
    "reauthenticate_webauthn": "accounts.passkeys.ReauthenticatePasskeyForm",
}
# Otherwise users with a second factor couldn't change their address: a new one is unconfirmed.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# Addresses whose form holds a file, and the most bytes that it may send. A file that is a little
# too large gets there, and is refused in words.
UPLOADS = {"/settings/import/": 30 * 1024 * 1024}

SESSION_ENGINE = "accounts.sessions"
# In the session: a cookie would outlive the sign-out, and show messages to the next user.
MESSAGE_STORAGE = "tasks.messages.MessageStorage"

# Mail

if HAS_MAIL:
    vars().update(env.email("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
EMAIL_TIMEOUT = 10
# Whether web processes send reminders, each by a thread, or `manage.py send_due` alone. Where there
# is no mail server, nothing is sent; in development it is printed.
SEND_IN_WEB = env.bool("SEND_IN_WEB", default=True) and (HAS_MAIL or DEBUG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Todosite <todosite@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SUPPORT_EMAIL = env.address("SUPPORT_EMAIL", default="")  # if "", mails and pages name no address

# Language and time. Moments are UTC in the database; each user has a time zone of their own.

LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.time_zone("TIME_ZONE", default="UTC")

# Static files

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "todosite.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# Security. HTTPS_ONLY decides about settings that plain http can't have; the rest is in
# todosite/middleware.py.

# The number of our own proxies: their headers on scheme and address are believed.
TRUSTED_PROXY_COUNT = env.between("TRUSTED_PROXY_COUNT", 0, 9, default=0)
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS_ONLY else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "todosite.views.csrf_failure"
# W005, W021: whether HSTS covers subdomains and is preloaded is the domain owner's choice.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# Logging: to the console, and never the text of users

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "todosite.logs.Line",
            "fmt": "%(levelname)s %(name)s: %(message)s",
            "with_messages": DEBUG,
        }
    },
    "filters": {
        name: {"()": "django.utils.log.CallbackFilter", "callback": callback}
        for name, callback in [("calm", logs.calm), ("is_told", logs.is_told)]
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["calm"]}
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # Django's own handlers mail errors to ADMINS too; here one stream has all. At DEBUG it
        # would log the contexts of templates and the parameters of statements.
        "django": {
            "handlers": [],
            "level": "INFO" if LOG_LEVEL == "DEBUG" else LOG_LEVEL,
            "propagate": True,
        },
        "django.request": {"filters": ["is_told"]},
        "psycopg.pool": {"level": "ERROR"},  # its warnings repeat the same once a second
    },
}
