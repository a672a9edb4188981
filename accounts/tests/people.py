"""The cast of the tests: Ann, whose things they are, and Ben, who must never see them."""

from allauth.account.models import EmailAddress

from accounts.models import User

PASSWORD = "Corr3ct-horse!"


def add_user(email="ann@example.org", *, password=None, **fields):
    """Return a new user with a confirmed address. Without a password nothing is hashed: quick."""
    user = User.objects.create_user(email, password, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
