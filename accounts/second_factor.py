"""What opens the admin beside a password, where ADMIN_REQUIRES_MFA is on.

That is a second factor, or an admin link (accounts.models.AdminLink) for the first one. A session
of staff that has shown neither is kept out of the admin, and out of all that could get it there:
the pages of second factors and recovery codes, and the change of the address that a link is mailed
to.
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

# The pages of second factors that show and change nothing, by name. Any other of them is shut to a
# session that has shown a password alone, one that is new in allauth too.
OPEN = {
    *["mfa_index", "mfa_authenticate", "mfa_login_webauthn"],
    *["mfa_reauthenticate", "mfa_reauthenticate_webauthn"],
}


def is_shut(page):
    """Return whether the page of this name could make a password enough for the admin."""
    return page == "account_email" or (page.startswith("mfa_") and page not in OPEN)


def used_second_factor(request):
    """Return whether this session has seen a second factor, where it has to; a passkey is one."""
    if not settings.ADMIN_REQUIRES_MFA:
        return True
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def note_link(request):
    """Keep in the session that an admin link was used in it."""
    request.session[LINK_USED_AT] = timezone.now().isoformat()


def used_link(request):
    """Return whether an admin link was used in this session, less than an hour ago."""
    used_at = request.session.get(LINK_USED_AT)
    if not used_at:
        return False
    ends_at = datetime.fromisoformat(used_at) + AdminLink.LIFETIME
    return timezone.now() < ends_at


def is_enough(request):
    """Return whether this session may set up second factors: anybody's but that of staff may."""
    return not request.user.is_staff or used_second_factor(request) or used_link(request)


def ask(request, way_back):
    """Return the page that asks staff for a second factor, or says how they come to their first.

    way_back is the address that leads on from there.
    """
    for method in get_adapter().get_reauthentication_methods(request.user):
        if method["id"].startswith("mfa_"):
            query = urlencode({REDIRECT_FIELD_NAME: way_back})
            return redirect(f"{method['url']}?{query}")
    context = {"used_link": used_link(request), "has_mail": settings.HAS_MAIL}
    return render(request, "admin_second_factor.html", context, status=403)
