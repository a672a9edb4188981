"""The cast of the tests: Ann, the owner of the data, and Ben, who must never see it."""

from datetime import timedelta
from functools import cache

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import get_hasher, make_password
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Session, User

PASSWORD = "Corr3ct-horse!"
NEW_PASSWORD = "an0ther-Horse!"
ELSEWHERE = "elsewhere"  # the key of a session


def add_user(email="ann@example.org", *, password=None, **fields):
    """Return a new user with a confirmed address."""
    user = User.objects.create_user(email, **fields)
    if password:
        user.password = hashed(password, get_hasher().algorithm)
        user.save(update_fields=["password"])
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@cache
def hashed(password, algorithm):
    """Return the hash of a password, computed once, since hashing takes long."""
    return make_password(password, hasher=algorithm)


def begin_session(client, user):
    """Sign the user in, in a session that appears in the list of sessions."""
    client.force_login(user)
    seen = Session.objects.filter(pk=client.session.session_key)
    seen.update(user=user, ip="127.0.0.1", last_seen_at=timezone.now())


def add_session(user):
    """Return a new session of a user, in a browser that no test uses."""
    end = timezone.now() + timedelta(days=1)
    return Session.objects.create(session_key=ELSEWHERE, expire_date=end, user=user, ip="192.0.2.1")


def login_by_second_factor(client, user):
    """Sign the user in, in a session that has used a second factor."""
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, "mfa")
    request.session.save()
