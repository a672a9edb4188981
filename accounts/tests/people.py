"""The cast of the tests: Ann, whose things they are, and Ben, who must never see them."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from django.http import HttpRequest

from accounts.models import User

PASSWORD = "Corr3ct-horse!"


def add_user(email="ann@example.org", *, password=None, **fields):
    """Return a new user with a confirmed address. Without a password nothing is hashed: quick."""
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def login_by_second_factor(client, user):
    """Sign the user in, in a session that has seen a second factor."""
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, "mfa")
    request.session.save()
