"""The settings page, and the pages around allauth's account pages."""

from copy import copy
from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.views import email as email_page
from allauth.account.views import logout
from allauth.core import ratelimit
from allauth.decorators import rate_limit
from django.conf import settings as django_settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
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
    # A copy, since a form that fails leaves the typed values in its instance.
    form = ProfileForm(
        request.POST or None,
        instance=copy(request.user),
    )
    if form.is_valid():
        form.save()
        request.session.pop("welcome", None)
        messages.success(request, "Saved your profile.")
        return redirect("settings")
    return page(request, form=form)


def page(request, *, form=None, theme_form=None):
    """Render the settings: a form that failed as sent, the others with stored values."""
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
    """Close the welcome of an adopted user, and leave the time zone unchanged."""
    request.session.pop("welcome", None)
    return redirect(HOME)


@require_POST
def waiting_add(request):
    """Keep the unsent text of a page as a waiting form, since its user is about to sign out.

    The answer is for leaving.js: the id by which the form can be discarded, or the reason why it
    couldn't be kept (422).
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
    """Discard a waiting form; no error if it was discarded already."""
    form = WaitingEndForm(request.POST)
    if not form.is_valid():
        raise Http404
    request.user.waiting.filter(pk=form.cleaned_data["waiting"]).delete()
    if not form.cleaned_data["quiet"]:
        messages.success(request, "Discarded.")
    way_back = safe_path(request, request.POST.get("next", ""))
    return redirect(way_back or HOME)


# Ask for the password before the form is shown: later, the typed address would be lost.
@reauthentication_required
def account_email(request):
    """Show allauth's page of addresses, without switching to an unconfirmed address."""
    if "action_primary" in request.POST:
        return redirect("account_email")
    return email_page(request)


@login_not_required  # allauth's own says so, too
def sign_out(request):
    """Show allauth's sign-out page; a POST also makes this browser keep nothing.

    Users who leave have the button on their one page.
    """
    if request.method != "POST" and getattr(request.user, "leaves_at", None):
        return redirect("leave")
    if request.method == "POST":
        note_end_here(request)
    if request.method == "POST" and request.user.is_authenticated:
        note_end(request.user, request.session.session_key)
    response = logout(request)
    if request.method == "POST":
        forget_user(response)
    return response


def admin_link(request, admin_link_key):
    """Show the page of an admin link; a POST lets staff set up their first second factor."""
    if request.method == "POST" and request.user.use_admin_link(admin_link_key):
        second_factor.note_link(request)
        messages.success(request, "Set up an authenticator app or a security key within an hour.")
        return redirect("mfa_index")
    is_valid = request.user.has_admin_link(admin_link_key)
    status = 200 if is_valid else 404
    return render(
        request,
        "admin_link.html",
        {"is_valid": is_valid},
        status=status,
    )


@require_POST
@rate_limit(action="admin_link")
def admin_link_send(request):
    """Mail staff an admin link: only a person who can read the account's mail may use it."""
    if not (django_settings.HAS_MAIL and request.user.needs_admin_link):
        raise Http404
    email = request.user.email
    try:
        with transaction.atomic():
            link = request.build_absolute_uri(request.user.make_admin_link())
            get_adapter().send_mail(
                "account/email/admin_link",
                email,
                {"link": link},
            )
    except OSError:
        ratelimit.clear(request, action="admin_link", user=request.user)
        words = "We couldn't send you the email. Try again later, or ask another admin for a link."
        messages.error(request, words)
    else:
        messages.success(request, f"We sent a link to {email}. It works for an hour.")
    return redirect("settings")


def session_list(request):
    """Show the user's sessions; a POST ends all of them but this one."""
    if request.method == "POST":
        end_others(request)
        messages.info(request, "Signed out of all other sessions.")
        return redirect("session_list")
    return render(
        request,
        "session_list.html",
        {"sessions": signed_in(request)},
    )


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
    messages.success(request, "Signed out that browser.")
    return redirect("session_list")


@require_POST
def support_look(request):
    """Let support read the user's texts for some days, or stop it."""
    if request.POST.get("look"):
        let_support_look(request, request.user)
    elif request.user.keep_support_out():
        messages.success(request, "Support no longer has access to your account.")
    return redirect("settings")


def let_support_look(request, user):
    """Let support read the user's texts and say so by mail, or do neither."""
    try:
        with transaction.atomic():
            is_new = user.let_support_look()
            until = user.clock().moment(user.support_until)
            context = {"until": until, "zone": user.time_zone}
            mail = "account/email/support_look"
            if is_new:
                get_adapter().send_notification_mail(mail, user, context, email=user.email)
    except OSError:
        messages.error(request, "We couldn't send you an email about this, so nothing has changed.")
    else:
        messages.success(request, f"Support has access to your account until {until}.")


def leave(request):
    """Show the page on which a user leaves, or may stay after all."""
    if request.user.leaves_at:
        return render(request, "leaving.html")
    return leave_soon(request)


@reauthentication_required
@rate_limit(action="leave")
def leave_soon(request):
    """Show the contents of the account. A POST signs the user out and plans the deletion.

    The user is told by mail, or nothing happens: a thief of a session could be the one who leaves.
    """
    if request.method == "POST":
        try:
            return see_off(request, request.user)
        except OSError:
            words = "We couldn't send you an email about this, so nothing has changed."
            messages.error(request, words)
            return redirect("leave")
    contents_of = import_string(django_settings.USER_CONTENTS)
    return render(request, "leave.html", {"contents": contents_of(request.user)})


def see_off(request, user):
    """Have the account deleted, say so by mail, and sign the user out.

    Raise OSError if the mail can't be sent.
    """
    with transaction.atomic():
        is_new = user.leave()
        until = user.clock().moment(user.leaves_at)
        context = {"until": until, "zone": user.time_zone}
        mail = "account/email/leaving"
        if is_new:
            get_adapter().send_notification_mail(mail, user, context, email=user.email)
    auth.logout(request)
    words = f"You are signed out. Your account will be deleted after {until}: sign in to keep it."
    messages.success(request, words)
    response = redirect("account_login")
    forget_user(response)
    response["Clear-Site-Data"] = '"storage"'  # drafts would stay in this browser
    return response


@require_POST
def stay(request):
    """Keep the account after all."""
    if request.user.stay():
        messages.success(request, "Your account stays. Nothing was deleted.")
    return redirect(HOME)


@require_POST
def theme(request):
    """Save the theme in this browser's cookie, so that the sign-in page has it too."""
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
    messages.success(request, "Saved the appearance for this browser.")
    return response
