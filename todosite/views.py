"""Pages for what went wrong, in the look of the others."""

from django.shortcuts import render
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token

# What a person types into a task's forms; nothing else (passwords!) is ever shown again.
TYPED = ["text", "title", "description"]


def bad_request(request, exception=None, reason=""):
    """400: the address or form makes no sense; reason, a sentence, says which part."""
    return render(request, "400.html", {"reason": reason}, status=400)


@requires_csrf_token
def permission_denied(request, exception=None):
    return render(request, "403.html", status=403)


@requires_csrf_token
def page_not_found(request, exception=None):
    """404: nothing here. If a task was deleted while somebody edited it, their words are shown."""
    return render(request, "404.html", {"typed": typed(request)}, status=404)


@requires_csrf_token
def server_error(request):
    """500: rendered without request, user or database, any of which may be what failed."""
    return defaults.server_error(request)


def csrf_failure(request, reason=""):
    """403: the form's token is missing or old. What was typed is shown, so that it can be kept."""
    return render(request, "403_csrf.html", {"typed": typed(request)}, status=403)


def typed(request):
    """Return the texts that the request holds, so that a page can give them back."""
    return [text for name in TYPED if (text := request.POST.get(name, "").strip())]
