"""The requirement of a second factor for the admin, where ADMIN_REQUIRES_MFA is on.

A session of staff opens the admin with a second factor, or with an admin link
(accounts.models.AdminLink) to set up the first one. A session that has shown neither is kept out of
the admin, and of all pages that could lead there: second factors, recovery codes, and the change of
the address that an admin link is mailed to.
"""

from datetime import datetime

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import AdminLink

LINK_USED_AT = "admin_link_used_at"  # in the session

# allauth's pages of second factors that show and change nothing. All others are closed to a session
# that has shown only a password, also pages that a new version of allauth may add.
OPEN = {
    *["mfa_index", "mfa_authenticate", "mfa_login_webauthn"],
    *["mfa_reauthenticate", "mfa_reauthenticate_webauthn"],
}


def is_shut(page):
    """Return whether the page of this name could make a password enough for the admin."""
    return page == "account_email" or (page.startswith("mfa_") and page not in OPEN)


def used_second_factor(request):
    """Return whether this session has shown a second factor, or needs none; a passkey is one."""
    if not settings.ADMIN_REQUIRES_MFA:
        return True
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def note_link(request):
    """Record in the session that an admin link was used."""
    request.session[LINK_USED_AT] = timezone.now().isoformat()


def used_link(request):
    """Return whether an admin link was used in this session, less than an hour ago."""
    used_at = request.session.get(LINK_USED_AT)
    if not used_at:
        return False
    ends_at = datetime.fromisoformat(used_at) + AdminLink.LIFETIME
    return timezone.now() < ends_at


def is_enough(request):
    """Return whether this session may set up second factors: staff need more than a password."""
    return not request.user.is_staff or used_second_factor(request) or used_link(request)


def ask(request, way_back):
    """Return the page that asks staff for a second factor, or explains how to get the first one.

    way_back is the address to go to afterwards.
    """
    for method in get_adapter().get_reauthentication_methods(request.user):
        if method["id"].startswith("mfa_"):
            query = urlencode({REDIRECT_FIELD_NAME: way_back})
            return redirect(f"{method['url']}?{query}")
    context = {"used_link": used_link(request), "has_mail": settings.HAS_MAIL}
    return render(request, "admin_second_factor.html", context, status=403)
