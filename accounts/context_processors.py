"""What every page may need to know of who is looking."""

from functools import partial

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.utils.functional import SimpleLazyObject

from accounts import waiting as waiting_forms
from accounts.forms import ThemeForm


def theme(request):
    """Give {{ theme }}: "light" or "dark" where this browser's user chose one, else ""."""
    chosen = request.COOKIES.get("theme", "")
    return {"theme": chosen if chosen in ThemeForm.THEMES else ""}


def signup_open(request):
    """Give {{ signup_open }}: whether a page or mail may offer an account to a stranger."""
    return {"signup_open": get_adapter().is_open_for_signup(request)}


def support_email(request):
    """Give {{ support_email }}: where a page or mail says that people can ask; "" for nowhere."""
    return {"support_email": settings.SUPPORT_EMAIL}


def clock(request):
    """Give {{ clock }}: this moment where the user is, and how they read dates."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"clock": SimpleLazyObject(user.clock)}


def waiting(request):
    """Give {{ waiting }}: what the user could not save, since they were signed out."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"waiting": partial(waiting_forms.offered, user)}
