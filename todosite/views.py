"""Error pages, in the look of the other pages.

None may fail for the same reason as the request: only accounts.reading reads a request's data.
"""

import logging
import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.log import log_response

from accounts.context_processors import theme
from accounts.reading import fields_of, key_of
from accounts.typed import typed
from todosite.database.away import database_is_away, took_too_long, waited_for_pool

logger = logging.getLogger(__name__)

SAFE = {"GET", "HEAD"}


TOO_MUCH = RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent


def page_not_found(request, exception=None):
    """404: no such page. If a task was deleted during an edit, the typed text is shown."""
    return render(request, "404.html", {"typed": typed(request)}, status=404)


def permission_denied(request, exception=None):
    """403: a page for other users. Django's own would read the form again, to check its token."""
    return render(request, "403.html", status=403)


def csrf_failure(request, reason=""):
    """403: the form's token is missing or old. The typed text is shown, so that it can be saved."""
    return render(
        request,
        "403_csrf.html",
        {"typed": typed(request)},
        status=403,
    )


def bad_request(request, exception):
    """400: an invalid request."""
    return plain_page(request, "400.html", 400)


def unreadable(request, error):
    """400: the query or the form can't be read. The log has one line about it."""
    context = {
        "is_form": request.method == "POST",
        "too_much": isinstance(error, TOO_MUCH),
    }
    page = plain_page(request, "400.html", 400, **context)
    log_response(
        "Can't be read (%s): %s",
        type(error).__name__,
        request.path,
        response=page,
        request=request,
    )
    return page


def server_error(request):
    """500 for a fault of ours, which Django logs; 503 for a temporary one."""
    page = calm_page(request, sys.exc_info()[1])
    return page or HttpResponse(render_to_string("500.html"), status=500)


def plain_page(request, template, status, **context):
    """Render a page that reads only the theme from the request, and makes no query."""
    return HttpResponse(render_to_string(template, context | theme(request)), status=status)


def calm_page(request, error):
    """Return the 503 for a temporary problem of the database; None for any other error."""
    if database_is_away(error):
        return away(request, error)
    if took_too_long(error):
        return slow(request, error)
    return None


def away(request, error):
    """503: the database is unreachable for a moment. A page reloads by itself, a form never."""
    page = try_again_page(request, error, "the database is away")
    page["Retry-After"] = "3"
    if request.method in SAFE:
        page["Refresh"] = "3"
    page.may_be_tried_again = request.method in SAFE and not waited_for_pool(error)
    return page


def slow(request, error):
    """503: the database stopped a statement that took too long. Nothing retries by itself."""
    page = try_again_page(request, error, "the database took too long", is_slow=True)
    page["Retry-After"] = "60"
    return page


def try_again_page(request, error, trouble, **context):
    """Log the problem in one line, and render the choices of the user.

    It makes no query, so it comes without the request's context.
    """
    path = request.path.encode(
        "unicode_escape"
    ).decode()  # so that it can't forge a line of the log
    logger.warning(
        "%s %s: %s: %s",
        request.method,
        path,
        trouble,
        one_line(error),
    )
    context |= {
        "path": request.get_full_path(),
        "post": request.method not in SAFE,
    }
    if context["post"]:
        context["typed"] = typed(request)
        context |= {"again": again(request), "token": get_token(request)}
    page = plain_page(request, "503.html", 503, **context)
    page["Cache-Control"] = "no-store"
    return page


def one_line(error):
    return " ".join(str(error).split()) or type(error).__name__


def again(request):
    """Return the fields of a POST, as (name, value), if it can safely be sent once more.

    A form of a task takes effect once: it has a key, or names its version. It must also come from a
    page of ours, or another site could have us sign its form.
    """
    takes_effect_once = key_of(request.POST) or request.POST.get("version")
    if not takes_effect_once or not has_our_token(request):
        return []
    fields = fields_of(request.POST)
    return [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]


class TokenCheck(CsrfViewMiddleware):
    """Django's check, but it answers with a reason, not with a page."""

    def _reject(self, request, reason):
        return reason


def has_our_token(request):
    """Return whether this form has our token. The request may have failed before Django checked."""
    check = TokenCheck(lambda request: None)
    check.process_request(request)
    return check.process_view(request, has_our_token, (), {}) is None
