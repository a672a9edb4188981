"""What every page may need to know of who is looking."""

from accounts.forms import ThemeForm


def theme(request):
    """Give {{ theme }}: "light" or "dark" where this browser's user chose one, else ""."""
    form = ThemeForm(request.COOKIES)
    return {"theme": form.cleaned_data["theme"] if form.is_valid() else ""}
