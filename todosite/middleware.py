"""The headers of every answer, and pages for answers that Django leaves empty."""

import re
import time
from hashlib import sha256

from django.conf import settings
from django.contrib.sessions import middleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import close_old_connections
from django.http import Http404
from django.shortcuts import render, resolve_url
from django.utils.cache import get_conditional_response

from accounts.middleware import way_to_sign_in
from accounts.reading import read
from accounts.typed import typed
from todosite.views import page_not_found, unreadable

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # data: for the QR code of two-factor sign-in
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in [
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    ]
)
# The value of Django's add_never_cache_headers(), without the date of expiry for HTTP/1.0.
NEVER_CACHED = "max-age=0, no-cache, no-store, must-revalidate, private"


class SecurityHeadersMiddleware:
    """Add the headers that Django 5.2 has no setting for; the others are in settings.py.

    Django 6 has the policy built in (SECURE_CSP). No page stays in a cache: after a sign-out, the
    Back button would show the page to the next person, or the page of a mailed link.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        if not response.has_header("Cache-Control"):  # static files have one
            response["Cache-Control"] = NEVER_CACHED
        return response


class SiteMiddleware:
    """Begin every absolute link with SITE_URL, whatever host and port the request names.

    Otherwise a stranger could decide where the links in a user's mail lead.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SITE_URL:
            # build_absolute_uri() begins with it. Private API, so pinned by a test.
            request._current_scheme_host = settings.SITE_URL
        return self.get_response(request)


class ReadingMiddleware:
    """Read the query and the form before any other code; answer 400 if that fails.

    It surrounds all middleware that reads them, such as the check of the CSRF token.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        error = read(request)
        return unreadable(request, error) if error else self.get_response(request)


class MethodNotAllowedMiddleware:
    """Add a page to an empty 405, for a user who visits the address of an act."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page


class GoneMiddleware:
    """Show the typed text again if its form's row is gone, also while DEBUG is on.

    Django's own page, with DEBUG on, lists the addresses and nothing of the form.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error):
        if isinstance(error, Http404) and request.method == "POST" and typed(request):
            return page_not_found(request, error)
        return None


class TryAgainMiddleware:
    """Request a page once more if its connection to the database broke. Never an act.

    A database that restarts closes all its connections; the next new connection works, or waits
    until it can. This middleware surrounds all code that queries the database.
    """

    PAUSE = 0.5  # seconds

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        before = dict(vars(request))
        response = self.get_response(request)
        if getattr(response, "may_be_tried_again", False):
            close_old_connections()
            time.sleep(self.PAUSE)
            vars(request).clear()  # forget the user, the sidebar and so on, which were read before
            vars(request).update(before)
            response = self.get_response(request)
        return response


class SessionMiddleware(middleware.SessionMiddleware):
    """Keeps the answer if the session ended during the request, or redirects to the sign-in.

    Django would answer 400, although the act has taken effect.
    """

    def process_response(self, request, response):
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            # A redirect leads to the sign-in by itself, and an error page may hold typed text.
            if response.status_code >= 300:
                return response
            return way_to_sign_in(request, resolve_url(settings.LOGIN_URL))


class FreshMiddleware:
    """Answer 304 to a page that asks whether anything has changed since it was shown.

    Its state is a hash of its whole content, so no change is missed: acts here or on another
    device, the admin's, midnight, other templates. shell.html has the attribute for the state, and
    freshness.js sends the state once the page comes back into view.
    """

    PLACE = b'data-etag=""'
    # The parts that are new each time: the values of these fields, and the token of <body>.
    NAME = b'name="'
    NEW = (b'csrfmiddlewaretoken" value="', b'key" value="', b'until" value="')
    TOKEN = re.compile(rb'"X-CSRFToken": "[^"]*')
    MESSAGES = b'id="messages"'  # messages, after this, are shown only once

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method != "GET" or response.status_code != 200 or response.streaming:
            return response
        before, place, after = response.content.partition(self.PLACE)
        if not place:
            return response
        shown = before + after[: after.rfind(self.MESSAGES)]  # near the end
        state = sha256(self.lasting(shown)).hexdigest()[:32]
        response.content = before + f'data-etag="{state}"'.encode() + after
        response["ETag"] = f'"{state}"'
        return get_conditional_response(request, response["ETag"], response=response)

    def lasting(self, shown):
        """Return the bytes of a page without the parts that are new each time.

        Plain bytes are split several times as fast as a regular expression is searched for.
        """
        parts = self.TOKEN.sub(b"", shown, count=1).split(self.NAME)
        return self.NAME.join(map(self.without_new, parts))

    def without_new(self, field):
        """Return the bytes from the name of a field on, without its value if that is new."""
        if not field.startswith(self.NEW):
            return field
        name, _, _, rest = field.split(b'"', 3)
        return name + rest
