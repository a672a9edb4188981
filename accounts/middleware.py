"""The user of each request: sign-in for every page that isn't public, and the time zone."""

from datetime import timedelta
from functools import partial

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from django.contrib.auth import middleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts import leaving, second_factor, waiting
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
        """Give a view that requires sign-in the user itself, without a lazy object around it."""
        if getattr(view_func, "login_required", True):
            request.user = get_user(request)


class LoginRequiredMiddleware(middleware.LoginRequiredMiddleware):
    """Send a signed-out user to the sign-in page, and afterwards back to a page that can be read.

    An answer to htmx is a fragment, so there the whole page has to move (HX-Redirect). After a POST
    the way back is the page of the form, since the address of an act can't be visited. The text
    typed into the form waits for its user; if it can't, it's shown again.
    """

    def handle_no_permission(self, request, view_func):
        words = typed(request) if request.method == "POST" else []
        if words and not waiting.keep_late(request, view_func):
            context = {"typed": words, "next": page_of_form(request)}
            context["why"] = waiting.ended_elsewhere(request)
            return render(request, "signed_out.html", context, status=403)
        return way_to_sign_in(request, resolve_url(self.get_login_url(view_func)))


def way_to_sign_in(request, sign_in):
    """Return the redirect to the sign-in page, with the way back to a page of ours."""
    target = request.get_full_path()
    if request.htmx or request.method not in ("GET", "HEAD"):
        target = page_of_form(request)
    answer = redirect_to_login(target, sign_in)
    if len(answer.url) > LONGEST:
        answer = redirect(sign_in)
    return whole_page(request, answer)


def whole_page(request, answer):
    """Return a redirect as one of the whole page: to htmx it would be one of a fragment."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": answer.url})
    return answer


def page_of_form(request):
    """Return the path of the page that sent this request, "/" if unknown."""
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    return path_of_page(request, page) or "/"


class LastSeenMiddleware:
    """Record the user of a session, and the time, address and browser of its last use.

    It costs one query in ten minutes for each session and process. A session begun in place of
    another user's has no key until the store has saved it. Saving happens here, inside the
    middleware that needs the key.
    """

    EVERY = timedelta(minutes=10)
    REMEMBER = 10_000  # sessions

    def __init__(self, get_response):
        self.get_response = get_response
        self.seen = {}

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated:  # checked last: the request may have begun the session
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
    """Activate the user's time zone for the request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            timezone.activate(request.user.zone)
        else:
            timezone.deactivate()
        return self.get_response(request)


class LeavingMiddleware:
    """Show users who leave one page, on which they can keep their account, and no other.

    The words of a form from before wait for them, or are shown if they can't: nothing is lost if
    they stay.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.user.is_anonymous or request.user.leaves_at is None:
            return None
        if leaving.is_open(request.resolver_match.url_name, view):
            return None
        words = typed(request) if request.method == "POST" else []
        if words and not self.keep(request):
            return render(
                request,
                "leaving_words.html",
                {"typed": words},
                status=403,
            )
        return whole_page(request, redirect("leave"))

    def keep(self, request):
        """Have the words of a form wait for their user. Return whether they can."""
        request.user.waits = False  # nothing was sent, so WaitingMiddleware has to keep all
        try:
            waiting.keep(request.user, request.path, request.POST)
        except ValidationError:
            return False
        return True


class SecondFactorMiddleware:
    """Keep staff who have shown only a password from the pages that would make it enough for the
    admin.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.user.is_anonymous or second_factor.is_enough(request):
            return None
        page = request.resolver_match.url_name or ""
        if page == "account_reauthenticate":
            # allauth would run the postponed form after the password, past this middleware.
            request.session.pop(STATE_SESSION_KEY, None)
        if not second_factor.is_shut(page):
            return None
        return second_factor.ask(request, request.path)


class WaitingMiddleware:
    """Record in the browser who its user is, so that a late form can wait for that user.

    Discard waiting forms once they are saved.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and waiting.BEFORE in request.session:
            waiting.move(request)
        response = self.get_response(request)
        user = request.user  # read afterwards: the request may have signed the user in or out
        if user.is_authenticated:
            waiting.note_user(request, response)
        if user.is_authenticated and user.waits and request.method == "POST":
            waiting.settle(request, response)
        return response
