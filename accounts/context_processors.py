"""What every page may need to know of who is looking."""

from allauth.account.adapter import get_adapter

from accounts.forms import ThemeForm


def theme(request):
    """Give {{ theme }}: "light" or "dark" where this browser's user chose one, else ""."""
    form = ThemeForm(request.COOKIES)
    return {"theme": form.cleaned_data["theme"] if form.is_valid() else ""}


def signup_open(request):
    """Give {{ signup_open }}: whether a page or mail may offer an account to a stranger."""
    return {"signup_open": get_adapter().is_open_for_signup(request)}
