"""Pages for what went wrong, in the look of the others."""

from django.core.exceptions import SuspiciousOperation
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render

# What a person types into a task's forms; nothing else (passwords!) is ever shown again.
TYPED = ["text", "title", "description"]


def page_not_found(request, exception=None):
    """404: nothing here. If a task was deleted while somebody edited it, their words are shown."""
    return render(request, "404.html", {"typed": typed(request)}, status=404)


def csrf_failure(request, reason=""):
    """403: the form's token is missing or old. What was typed is shown, so that it can be kept."""
    return render(request, "403_csrf.html", {"typed": typed(request)}, status=403)


def typed(request):
    """Return the texts that the request holds, so that a page can give them back."""
    try:
        return [text for name in TYPED if (text := request.POST.get(name, "").strip())]
    except (SuspiciousOperation, MultiPartParserError):  # too large, or no form at all
        return []
