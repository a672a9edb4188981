"""Template variables about the user of a request, for every page."""

from functools import partial

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from accounts import waiting as waiting_forms
from accounts.forms import ThemeForm


def theme(request):
    """Add {{ theme }}: "light" or "dark" if the user of this browser chose one, else ""."""
    chosen = request.COOKIES.get("theme", "")
    return {"theme": chosen if chosen in ThemeForm.THEMES else ""}


def signup_open(request):
    """Add {{ signup_open }}: whether a page or mail may offer an account to a stranger."""
    return {"signup_open": settings.SIGNUP_OPEN}


def support_email(request):
    """Add {{ support_email }}: the address for questions in pages and mails, "" without one."""
    return {"support_email": settings.SUPPORT_EMAIL}


def clock(request):
    """Add {{ clock }}: the present moment in the user's time zone, with the user's formats."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"clock": SimpleLazyObject(user.clock)}


def waiting(request):
    """Add {{ waiting }}: a function that returns the forms waiting for the user."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"waiting": partial(waiting_forms.offered, user)}
