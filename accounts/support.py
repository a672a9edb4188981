"""Support's acts on an account, from the admin.

Each function takes the request of staff and the user, and returns whether anything changed. A
function that sends a mail raises OSError if that fails; the caller rolls back the rest.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import (
    consume_email_verification_rate_limit,
)
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages

from accounts.models import User


def send_reset_link(request, user):
    """Send the link of "Forgot password?" to the user's address."""
    if user.is_active:
        request_password_reset(
            request,
            user.email,
            [user],
            token_generator=None,
        )
    return user.is_active


def send_confirmation(request, user):
    """Send the link that confirms the user's address, unless one was sent within 3 minutes."""
    address = user.emailaddress_set.filter(email=user.email, verified=False).first()
    if not (user.is_active and address):
        return False
    if not consume_email_verification_rate_limit(request, address.email):
        return False
    try:
        address.send_confirmation(request)
    except OSError:
        ratelimit.clear(
            request,
            action="confirm_email",
            key=address.email.lower(),
        )
        raise
    return True


def remove_second_factors(request, user):
    """Delete the user's second factors, end all sessions, and send a mail about it."""
    number, _ = user.authenticator_set.all().delete()
    if number:
        end_sessions(request, user)
        context = {"user": user, "needs_link": user.is_staff and settings.ADMIN_REQUIRES_MFA}
        get_adapter().send_mail("account/email/second_factor_removed", user.email, context)
    return number > 0


def show_admin_link(request, user):
    """Show staff an admin link to pass on to the user: see accounts.models.AdminLink."""
    is_needed = user.needs_admin_link
    if is_needed:
        link = request.build_absolute_uri(user.make_admin_link())
        messages.info(request, f"Give {user} this link. It works once, within an hour: {link}")
    return is_needed


def end_sessions(request, user):
    """Sign the user out everywhere. The user can sign in again."""
    user.sessions.all().delete()
    User.objects.filter(pk=user.pk).sign_out()
    return True


def tell_of_new_address(user, replaced):
    """Send a mail to an address that support has replaced. Return whether it was sent."""
    try:
        get_adapter().send_mail(
            "account/email/address_changed",
            replaced,
            {"user": user},
        )
    except OSError:
        return False
    return settings.HAS_MAIL


def disable(request, user):
    """Sign the user out everywhere, and prevent further sign-ins."""
    return User.objects.filter(pk=user.pk).deactivate() == 1


def enable(request, user):
    """Let a disabled user sign in again."""
    return User.objects.filter(pk=user.pk).activate() == 1
