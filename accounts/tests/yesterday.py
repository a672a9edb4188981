"""Sessions of a process of the version before accounts 0015, to run together with ours.

This is a SESSION_ENGINE: Django's own store, with a model that knows only Django's columns.
"""

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection
from django.test import Client, override_settings


class OldSession(AbstractBaseSession):
    class Meta:
        app_label = "yesterday"
        managed = False
        db_table = "django_session"


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls):
        return OldSession


class OldClient(Client):
    """A browser that talks to an old process."""

    def request(self, **request):
        ours = ["accounts.middleware.AuthenticationMiddleware"]
        ours += ["accounts.middleware.LastSeenMiddleware"]
        middleware = [name for name in settings.MIDDLEWARE if name not in ours]
        place = middleware.index("django_htmx.middleware.HtmxMiddleware")
        middleware.insert(place, "django.contrib.auth.middleware.AuthenticationMiddleware")
        with override_settings(SESSION_ENGINE=__name__, MIDDLEWARE=middleware):
            return super().request(**request)

    def put_in_session(self, **values):
        """Begin a session without a user that holds this data."""
        session = SessionStore()
        session.update(values)
        session.save()
        self.cookies["sessionid"] = session.session_key


def note_in_list(user, key, **columns):
    """Add a session to allauth's list, as an old process did at each sign-in."""
    row = {
        "user_id": user.pk,
        "session_key": key,
        "ip": "192.0.2.1",
        "user_agent": "",
        "data": "{}",
    }
    row |= {"created_at": "2031-03-01T12:00Z", "last_seen_at": "2031-03-02T12:00Z"}
    row |= columns
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO usersessions_usersession ({', '.join(row)})"
            f" VALUES ({', '.join(['%s'] * len(row))})",
            list(row.values()),
        )
