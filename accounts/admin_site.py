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


class ModelAdmin(admin.ModelAdmin):
    """What the pages of our models have in common; the admin takes no others."""


class AdminSite(admin.AdminSite):
    site_header = site_title = "Todosite"

    def register(self, model_or_iterable, admin_class=None, **options):
        """Take our own pages alone: those of the apps that we use show secrets, and mend rows
        (addresses, second factors, permissions) past the rules.
        """
        if admin_class and issubclass(admin_class, ModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

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

    def password_change(self, request, extra_context=None):
        """Lead to the page that everybody uses: it ends other sessions and sends a mail."""
        return redirect("account_change_password")

    def password_change_done(self, request, extra_context=None):
        return redirect("account_change_password")


def has_second_factor(user):
    return not settings.ADMIN_REQUIRES_MFA or is_mfa_enabled(user)


class CappedPaginator(Paginator):
    """Counts no further than its limit: to count a large table takes longer than to read a page."""

    LIMIT = 10_000

    @cached_property
    def count(self):
        return self.object_list.order_by()[: self.LIMIT].count()
