"""The admin's door: the sign-in that everybody uses, and a second factor."""

from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property


class AdminSite(admin.AdminSite):
    site_header = site_title = "Todosite"

    def has_permission(self, request):
        return super().has_permission(request) and has_second_factor(request.user)

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """Send strangers to our sign-in, others away (403), and staff on or to what they lack."""
        return secure_admin_login(self.welcome)(request)

    def welcome(self, request):
        if self.has_permission(request):
            return redirect("admin:index")
        return render(request, "admin_second_factor.html", status=403)


def has_second_factor(user):
    return not settings.ADMIN_REQUIRES_MFA or is_mfa_enabled(user)


class CappedPaginator(Paginator):
    """Counts no further than its limit: to count a large table takes longer than to read a page."""

    LIMIT = 10_000

    @cached_property
    def count(self):
        return self.object_list.order_by()[: self.LIMIT].count()
