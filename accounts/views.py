"""Settings: how Todosite looks, and the way to allauth's account pages."""

from datetime import timedelta

from django.conf import settings as django_settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.forms import ThemeForm

KEEP_THEME = timedelta(days=365)


def settings(request):
    form = ThemeForm(initial={"theme": request.COOKIES.get("theme", "")})
    return render(request, "settings.html", {"form": form})


@require_POST
def theme(request):
    """Keep the choice in this browser, so that the sign-in page wears it too."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return render(request, "settings.html", {"form": form}, status=422)
    response = redirect("settings")
    response.set_cookie(
        "theme",
        form.cleaned_data["theme"],
        max_age=KEEP_THEME,
        secure=django_settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    messages.success(request, "Saved how Todosite looks in this browser.")
    return response
