"""What every answer has, whatever made it: headers, and words where Django would say nothing."""

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
# As Django's add_never_cache_headers() says it, but for a date of expiry, which HTTP/1.0 asked for.
NEVER_CACHED = "max-age=0, no-cache, no-store, must-revalidate, private"


class SecurityHeadersMiddleware:
    """Add the headers that Django 5.2 has no setting for; the others are in settings.py.

    Django 6 has the policy built in (SECURE_CSP). No page stays in a cache: the Back button would
    show it after the sign-out to whoever sits there then, or what the link of a mail opens.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        if not response.has_header("Cache-Control"):  # files have one
            response["Cache-Control"] = NEVER_CACHED
        return response


class SiteMiddleware:
    """Begin every absolute link with SITE_URL, whatever name and port a request asked by.

    Else a stranger decides where the links in a mail to somebody lead.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SITE_URL:
            # What build_absolute_uri() begins with. Private API, so pinned by a test.
            request._current_scheme_host = settings.SITE_URL
        return self.get_response(request)


class ReadingMiddleware:
    """Read the query and the form before anything else asks for them; 400 where that can't be.

    It stands outside of all that reads them, the check of the token first of all.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        error = read(request)
        return unreadable(request, error) if error else self.get_response(request)


class MethodNotAllowedMiddleware:
    """Give the 405 of an act's address that somebody visits a page; Django's is empty."""

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
    """Show what somebody typed for a thing that isn't there any more, also while DEBUG is on.

    Django's page of then has the addresses that there are, and nothing of what was sent.
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
    """Ask once more for a page whose connection to the database broke. Never for an act.

    A database that restarts closes all its connections; the next one that is opened works, or
    waits until it does. It stands outside of all that may ask the database.
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
            vars(request).clear()  # of whose it is, and what they have, nothing is known yet
            vars(request).update(before)
            response = self.get_response(request)
        return response


class SessionMiddleware(middleware.SessionMiddleware):
    """Answers as if the session had not ended while its request was at work, and to the sign-in.

    Django has a page of 400 there, though the act has taken effect.
    """

    def process_response(self, request, response):
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            # A redirect leads to the sign-in by itself; another page may hold what was typed.
            if response.status_code >= 300:
                return response
            return way_to_sign_in(request, resolve_url(settings.LOGIN_URL))


class FreshMiddleware:
    """Say 304 to a page that asks whether anything changed since it was shown.

    Its state is a hash of all that it shows, so nothing that changes is forgotten: acts here or on
    another device, the admin's, midnight, other templates. shell.html has the place where the page
    is told its state; freshness.js asks with it once the page comes back into view.
    """

    PLACE = b'data-etag=""'
    # What is new each time. A pattern that begins with plain text is looked for ten times as fast
    # as one that begins with a choice.
    FIELD = re.compile(rb'name="(?:csrfmiddlewaretoken|key|until)" value="[^"]*')
    TOKEN = re.compile(rb'"X-CSRFToken": "[^"]*')
    MESSAGES = b'id="messages"'  # what comes after is said once

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method != "GET" or response.status_code != 200 or response.streaming:
            return response
        before, place, after = response.content.partition(self.PLACE)
        if not place:
            return response
        shown = before + after.partition(self.MESSAGES)[0]
        lasting = self.TOKEN.sub(b"", self.FIELD.sub(b"", shown))
        state = sha256(lasting).hexdigest()[:32]
        response.content = before + f'data-etag="{state}"'.encode() + after
        response["ETag"] = f'"{state}"'
        return get_conditional_response(request, response["ETag"], response=response)
