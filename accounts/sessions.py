"""Sessions: where they are stored, their users, and how all but one are ended."""

from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.contrib import auth
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.compiled import Question, instance_of
from accounts.models import Session, User
from accounts.templatetags.accounts import device

KEY, NOW = "key", datetime.max.replace(tzinfo=UTC)  # stand-ins
USER = tuple(field.attname for field in User._meta.concrete_fields)


@cache
def question():
    """Return the query of each request: the session's data, its user, and whether a form waits."""
    rows = Session.objects.live(NOW).with_waits().filter(pk=KEY)
    of_user = [f"user__{name}" for name in USER]
    return Question(rows, ["session_data", "waits", *of_user])


def user_of(columns):
    """Return the user with these values of the columns in USER; None if all are null."""
    user = instance_of(User, USER, columns)
    return user if user.pk else None


class SessionStore(db.SessionStore):
    """Django's session store, with our own rows (accounts.models.Session), read with their user.

    The name of the class is part of the salt of its signatures: another name would end all
    sessions.
    """

    user = None  # the row's user, once read; the data of the session decides (see get_user)

    @classmethod
    def get_model_class(cls):
        return Session

    def _validate_session_key(self, key):
        """Return whether a session can have this key: PostgreSQL stores no NUL."""
        return super()._validate_session_key(key) and "\0" not in key

    def load(self):
        found = question().ask({KEY: self.session_key, NOW: timezone.now()})
        if not found:
            self._session_key = None
            return {}
        held, waits, *columns = found[0]
        self.user = user_of(columns)
        if self.user:
            self.user.waits = waits
        return self.decode(held)

    def save(self, must_create=False):
        """Save the data and the end of the session by one statement, and no other column.

        Raise UpdateError, as Django's store does, if the session has ended.
        """
        if must_create or self.session_key is None:
            return super().save(must_create)
        row = self.create_model_instance(self._get_session())
        kept = Session.objects.filter(pk=row.pk)
        if not kept.update(session_data=row.session_data, expire_date=row.expire_date):
            raise UpdateError


def get_user(request):
    """Return the user of a request as it came in, also after a sign-in or sign-out during it."""
    if not hasattr(request, "first_user"):
        request.first_user = user_of_session(request)
    return request.first_user


def user_of_session(request):
    """Return the session's user, by the same rules as Django.

    In any unusual case Django itself decides, by a query of its own.
    """
    session = request.session
    path = session.get(BACKEND_SESSION_KEY)  # this reads the row
    user = session.user
    is_theirs = (
        user is not None
        and session.get(SESSION_KEY) == user.pk
        and path in settings.AUTHENTICATION_BACKENDS
        and auth.load_backend(path).user_can_authenticate(user)
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )
    return user if is_theirs else auth.get_user(request)


class SignedIn(NamedTuple):
    """A session as the page of sessions shows it to its user."""

    mark: str
    device: str  # such as "Firefox on Linux"
    ip: str
    last_seen: str  # in words
    since: str
    is_current: bool


def signed_in(request):
    """Return the sessions in which the user is signed in, oldest first."""
    user = request.user
    clock = request.user.clock()
    return [
        SignedIn(
            session.mark,
            device(session.user_agent),
            session.ip,
            naturaltime(session.last_seen_at),
            clock.moment(session.created_at),
            session.pk == request.session.session_key,
        )
        for session in user.sessions.live().order_by("created_at")
        if session.counts_for(user)
    ]


def end_others(request):
    """End all sessions of the user but this one, including sessions that no list knows."""
    request.user.sessions.exclude(pk=request.session.session_key).delete()
    User.objects.filter(pk=request.user.pk).sign_out()
    request.user.refresh_from_db(fields=["signed_out_at"])
    request.session[HASH_SESSION_KEY] = request.user.get_session_auth_hash()
