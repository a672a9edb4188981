"""Settings: how Todosite looks, and the way to allauth's account pages."""

from copy import copy
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.views import email as email_page
from allauth.account.views import logout
from allauth.core import ratelimit
from allauth.decorators import rate_limit
from django.conf import settings as django_settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts import second_factor
from accounts.forms import ThemeForm, WaitingEndForm, profile_form
from accounts.sessions import end_others, signed_in
from accounts.site import safe_path
from accounts.waiting import (
    KEEPS_NOTHING,
    forget_user,
    holds_words,
    keep,
    note_end,
    note_end_here,
    words_at,
)

KEEP_THEME = timedelta(days=365)
HOME = django_settings.LOGIN_REDIRECT_URL
ProfileForm = profile_form()


@holds_words("Save your profile", ProfileForm, compared=ProfileForm.Meta.fields)
def settings(request):
    # A copy: a form that fails leaves what was typed in its instance.
    form = ProfileForm(request.POST or None, instance=copy(request.user))
    if form.is_valid():
        form.save()
        request.session.pop("welcome", None)
        messages.success(request, "Saved your profile.")
        return redirect("settings")
    return page(request, form=form)


def page(request, *, form=None, theme_form=None):
    """Render the settings with a form that failed, if one did, and the others as things are."""
    context = {
        "form": form or ProfileForm(instance=request.user),
        "theme_form": theme_form or ThemeForm(initial=request.COOKIES),
        "support_email": django_settings.SUPPORT_EMAIL,
    }
    failed = context["form"].is_bound or context["theme_form"].is_bound
    status = 422 if failed else 200
    return render(request, "settings.html", context, status=status)


@require_POST
def welcome_end(request):
    """Whoever came from the old system keeps the time zone that they were given."""
    request.session.pop("welcome", None)
    return redirect(HOME)


@require_POST
def waiting_add(request):
    """Keep what was typed for a page and not sent, since its user is about to sign out.

    The answer is for leaving.js: the id by which it can be discarded, or why it can't be kept.
    """
    path = request.GET.get("path", "")
    if not words_at(path):
        raise Http404
    status = 200
    try:
        answer = keep(request.user, path, request.POST).pk
    except ValidationError as error:
        answer = error.message
        status = 422
    return HttpResponse(answer, status=status, content_type="text/plain; charset=utf-8")


@require_POST
def waiting_end(request):
    """Discard something that waits to be saved, or has been discarded already."""
    form = WaitingEndForm(request.POST)
    if not form.is_valid():
        raise Http404
    request.user.waiting.filter(pk=form.cleaned_data["waiting"]).delete()
    if not form.cleaned_data["quiet"]:
        messages.success(request, "Discarded.")
    way_back = safe_path(request, request.POST.get("next", ""))
    return redirect(way_back or HOME)


# The password is asked for before the form, else the address that was typed is gone after it.
@reauthentication_required
def account_email(request):
    """allauth's page, without its way to an address that nobody has confirmed."""
    if "action_primary" in request.POST:
        return redirect("account_email")
    return email_page(request)


@login_not_required  # allauth's own says so, too
def sign_out(request):
    """allauth's page, after which this browser keeps nothing for anybody."""
    if request.method == "POST":
        note_end_here(request)
    if request.method == "POST" and request.user.is_authenticated:
        note_end(request.user, request.session.session_key)
    response = logout(request)
    if request.method == "POST":
        forget_user(response)
    return response


def admin_link(request, admin_link_key):
    """Let staff set up their first second factor in this session: they were given the link."""
    if request.method == "POST" and request.user.use_admin_link(admin_link_key):
        second_factor.note_link(request)
        messages.success(request, "Set up an authenticator app or a security key within an hour.")
        return redirect("mfa_index")
    is_valid = request.user.has_admin_link(admin_link_key)
    status = 200 if is_valid else 404
    return render(request, "admin_link.html", {"is_valid": is_valid}, status=status)


@require_POST
@rate_limit(action="admin_link")
def admin_link_send(request):
    """Mail staff an admin link: it is for whoever can read the mail of that account."""
    if not (django_settings.HAS_MAIL and request.user.needs_admin_link):
        raise Http404
    email = request.user.email
    try:
        with transaction.atomic():
            link = request.build_absolute_uri(request.user.make_admin_link())
            get_adapter().send_mail("account/email/admin_link", email, {"link": link})
    except OSError:
        ratelimit.clear(request, action="admin_link", user=request.user)
        words = "We couldn't send you the email. Try again later, or ask another admin for a link."
        messages.error(request, words)
    else:
        messages.success(request, f"We sent a link to {email}. It works for an hour.")
    return redirect("settings")


def session_list(request):
    """Show where the user is signed in; a POST ends all of these sessions but this one."""
    if request.method == "POST":
        end_others(request)
        messages.info(request, "Signed out of all other sessions.")
        return redirect("session_list")
    return render(request, "session_list.html", {"sessions": signed_in(request)})


@require_POST
def session_end(request, session_mark):
    """End one of the user's sessions, in another browser or in this one."""
    session = request.user.sessions.marked(session_mark)
    if session is None:
        raise Http404
    if session.session_key == request.session.session_key:
        return sign_out(request)
    note_end(request.user, session.session_key)
    session.delete()
    messages.success(request, "Signed out there.")
    return redirect("session_list")


@require_POST
def support_look(request):
    """Let support read what the user wrote, for some days, or no longer."""
    if request.POST.get("look"):
        let_support_look(request, request.user)
    elif request.user.keep_support_out():
        messages.success(request, "Support can't see what you write any more.")
    return redirect("settings")


def let_support_look(request, user):
    """Let support look and say so by email, or do neither."""
    try:
        with transaction.atomic():
            is_new = user.let_support_look()
            until = user.clock().moment(user.support_until)
            context = {"until": until, "zone": user.time_zone}
            mail = "account/email/support_look"
            if is_new:
                get_adapter().send_notification_mail(mail, user, context, email=user.email)
    except OSError:
        messages.error(request, "We couldn't send you the email about it, so nothing has changed.")
    else:
        messages.success(request, f"Support can see what you write until {until}.")


@require_POST
def theme(request):
    """Keep the choice in this browser, so that the sign-in page wears it too."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return page(request, theme_form=form)
    response = redirect("settings")
    keeps_nothing = request.session.get(KEEPS_NOTHING)
    max_age = None if keeps_nothing else KEEP_THEME
    response.set_cookie(
        "theme",
        form.cleaned_data["theme"],
        max_age=max_age,
        secure=django_settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    messages.success(request, "Saved how Todosite looks in this browser.")
    return response
