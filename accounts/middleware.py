"""Who is asking: sign-in for every page that doesn't say otherwise, and their time zone."""

from datetime import timedelta
from functools import partial

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from django.contrib.auth import middleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts import second_factor, waiting
from accounts.models import LONGEST_USER_AGENT, Session
from accounts.sessions import get_user
from accounts.site import LONGEST, path_of_page
from accounts.typed import typed


class AuthenticationMiddleware(middleware.AuthenticationMiddleware):
    """Take the user from the query that reads the session."""

    def process_request(self, request):
        super().process_request(request)
        request.user = SimpleLazyObject(partial(get_user, request))

    def process_view(self, request, view_func, *arguments):
        """Hand the user to a view that needs a sign-in, without a lazy object around it."""
        if getattr(view_func, "login_required", True):
            request.user = get_user(request)


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Send whoever is signed out to the sign-in page, and back to a page that can be read.

    An answer to htmx is a fragment, so there the whole page has to move (HX-Redirect). After a
    POST the way back is the page that held the form: the address of an act can't be visited.
    What was typed into the form waits for its user; where it can't, it is shown instead.
    """

    def handle_no_permission(self, request, view_func):
        words = typed(request) if request.method == "POST" else []
        if words and not waiting.keep_late(request, view_func):
            context = {"typed": words, "next": page_of_form(request)}
            context["why"] = waiting.ended_elsewhere(request)
            return render(request, "signed_out.html", context, status=403)
        return way_to_sign_in(request, resolve_url(self.get_login_url(view_func)))


def way_to_sign_in(request, sign_in):
    """Return the answer that leads to the sign-in, and from there back to a page of ours."""
    target = request.get_full_path()
    if request.htmx or request.method not in ("GET", "HEAD"):
        target = page_of_form(request)
    answer = redirect_to_login(target, sign_in)
    if len(answer.url) > LONGEST:
        answer = redirect(sign_in)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": answer.url})
    return answer


def page_of_form(request):
    """Return the path of the page of ours that sent this request, "/" when it isn't known."""
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    return path_of_page(request, page) or "/"


class LastSeenMiddleware:
    """Note the user of a session, and when and from where it is used, for the list of sessions.

    One query in ten minutes for each session and process. A session that was begun in place of
    another user's has no key until it is saved. That happens here, inside of the middleware that
    asks for the key.
    """

    EVERY = timedelta(minutes=10)
    REMEMBER = 10_000  # sessions

    def __init__(self, get_response):
        self.get_response = get_response
        self.seen = {}

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated:  # after the request, which may have begun the session
            self.note(request, timezone.now())
        return response

    def note(self, request, now):
        if request.session.session_key is None:
            request.session.save()
        key = request.session.session_key
        seen_at = self.seen.get(key)
        if seen_at and now - seen_at < self.EVERY:
            return
        if len(self.seen) >= self.REMEMBER:
            self.seen.clear()
        Session.objects.filter(pk=key).update(
            user=request.user,
            last_seen_at=now,
            ip=get_adapter().get_client_ip(request),
            user_agent=request.headers.get("User-Agent", "")[:LONGEST_USER_AGENT],
        )
        self.seen[key] = now


class SignedInMiddleware:
    """Show moments in the user's time zone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            timezone.activate(request.user.zone)
        else:
            timezone.deactivate()
        return self.get_response(request)


class SecondFactorMiddleware:
    """Keep staff whose session has shown a password alone from making it enough for the admin."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.user.is_anonymous or second_factor.is_enough(request):
            return None
        page = request.resolver_match.url_name or ""
        if page == "account_reauthenticate":
            # A form that waits for the password would be sent past this middleware.
            request.session.pop(STATE_SESSION_KEY, None)
        if not second_factor.is_shut(page):
            return None
        return second_factor.ask(request, request.path)


class WaitingMiddleware:
    """Note in this browser whose it is, for what they may send when their session has ended.

    And forget what waited, once it is saved.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and waiting.BEFORE in request.session:
            waiting.move(request)
        response = self.get_response(request)
        user = request.user  # after the request: whoever has just signed in, not out
        if user.is_authenticated:
            waiting.note_user(request, response)
        if user.is_authenticated and user.waits and request.method == "POST":
            waiting.settle(request, response)
        return response
