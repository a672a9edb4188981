"""Pages for what went wrong, in the look of the others."""

import logging
import sys
import uuid

from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from accounts.typed import typed
from todosite.database.away import database_is_away, waited_for_pool

logger = logging.getLogger(__name__)

SAFE = {"GET", "HEAD"}


def page_not_found(request, exception=None):
    """404: nothing here. If a task was deleted while somebody edited it, their words are shown."""
    return render(request, "404.html", {"typed": typed(request)}, status=404)


def csrf_failure(request, reason=""):
    """403: the form's token is missing or old. What was typed is shown, so that it can be kept."""
    return render(request, "403_csrf.html", {"typed": typed(request)}, status=403)


def bad_request(request, exception):
    """400; 503 where the session could not be saved, for which Django has 400, too."""
    if database_is_away(exception):
        return away(request, exception)
    return defaults.bad_request(request, exception)


def server_error(request):
    """500 for a fault of ours, which Django logs; 503 where the database is away."""
    error = sys.exc_info()[1]
    return away(request, error) if database_is_away(error) else defaults.server_error(request)


def away(request, error):
    """503: the database is away for a moment. A page tries again by itself, a form never.

    It asks the database nothing, so it comes without the request's context.
    """
    path = request.path.encode("unicode_escape").decode()  # or a line break in it would be another
    logger.warning("%s %s: the database is away: %s", request.method, path, one_line(error))
    context = {"path": request.get_full_path(), "post": request.method not in SAFE}
    if context["post"]:
        context |= {"typed": typed(request), "again": again(request), "token": get_token(request)}
    page = HttpResponse(render_to_string("503.html", context), status=503)
    page["Retry-After"], page["Cache-Control"] = "3", "no-store"
    if not context["post"]:
        page["Refresh"] = "3"
    page.may_be_tried_again = not context["post"] and not waited_for_pool(error)
    return page


def one_line(error):
    return " ".join(str(error).split()) or type(error).__name__


def again(request):
    """Return what the request posted, as (name, value), if it is safe to post it once more.

    That is a form of a task, which takes effect once: it has a key, or says which version it acts
    on. And it came from a page of ours, or somebody else's page could have us sign its form.
    """
    if not (is_key(request.POST.get("key")) or request.POST.get("version")) or not is_ours(request):
        return []
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]


def is_key(text):
    try:
        return bool(uuid.UUID(text or ""))
    except ValueError:
        return False


class TokenCheck(CsrfViewMiddleware):
    """Django's check, but it answers with a reason, not with a page."""

    def _reject(self, request, reason):
        return reason


def is_ours(request):
    """Does this form have our token? The request may have failed before Django asked."""
    check = TokenCheck(lambda request: None)
    check.process_request(request)
    return check.process_view(request, is_ours, (), {}) is None
