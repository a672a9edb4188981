"""The cast of the tests: Ann, whose things they are, and Ben, who must never see them."""

from functools import cache

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import get_hasher, make_password
from django.http import HttpRequest

from accounts.models import User

PASSWORD = "Corr3ct-horse!"
NEW_PASSWORD = "an0ther-Horse!"


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
    """Return a password as it is kept; it takes long, so once."""
    return make_password(password, hasher=algorithm)


def begin_session(client, user):
    """Sign the user in, in a session that their list of sessions has, as each sign-in's is."""
    client.force_login(user)
    user.usersession_set.create(session_key=client.session.session_key, ip="127.0.0.1")


def login_by_second_factor(client, user):
    """Sign the user in, in a session that has seen a second factor."""
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, "mfa")
    request.session.save()
