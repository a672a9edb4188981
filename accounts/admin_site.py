"""The admin's door: the sign-in that everybody uses, by a second factor."""

from allauth.account.decorators import secure_admin_login
from allauth.account.utils import get_next_redirect_url
from django.contrib import admin
from django.contrib.admin import FieldListFilter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property

from accounts import second_factor


class ModelAdmin(admin.ModelAdmin):
    """What the pages of our models have in common; the admin takes no others.

    All pages take their rows from get_queryset(), and so by the one rule of what staff may read:
    `for_staff(staff)`, which each model's QuerySet has.
    """

    view_on_site = False  # the site shows a row to nobody but its owner

    def rows(self):
        """Return all rows that these pages are about."""
        return self.model._default_manager.all()

    def get_queryset(self, request):
        rows = self.rows().for_staff(request.user)
        return rows.order_by(*self.get_ordering(request))

    def can_be_id(self, text):
        """Return whether a row could have this text from an address or a form as its id."""
        try:
            return "\0" not in str(self.model._meta.pk.to_python(text))
        except ValidationError:
            return False

    def get_object(self, request, object_id, from_field=None):
        """Find nothing by an id that no row can have: PostgreSQL refuses to look for NUL."""
        if not self.can_be_id(object_id):
            return None
        return super().get_object(request, object_id, from_field)

    def response_action(self, request, queryset):
        """Act on the chosen rows. Ids that no row can have are left out, as unknown ids are."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        possible = [pk for pk in chosen if self.can_be_id(pk)]
        request.POST = request.POST.copy()
        request.POST.setlist(ACTION_CHECKBOX_NAME, possible)
        return super().response_action(request, queryset)

    def in_log(self, row):
        """Return a row as the admin's log may name it: the log stays, whatever its owner allows."""
        return row

    def log_addition(self, request, obj, message):
        return super().log_addition(request, self.in_log(obj), message)

    def log_change(self, request, obj, message):
        return super().log_change(request, self.in_log(obj), message)

    def log_deletions(self, request, queryset):
        return super().log_deletions(request, [self.in_log(obj) for obj in queryset])

    def lookup_allowed(self, lookup, value, request):
        """Let the address of a list ask what its filters ask, and nothing else.

        Django lets it ask about every column of the table, such as ?password__startswith=, and by
        every lookup, such as ?is_active__regex=(, which PostgreSQL can't read.
        """
        allowed = self.filter_parameters(request)
        return lookup in allowed and super().lookup_allowed(lookup, value, request)

    def filter_parameters(self, request):
        """Return the names that the links of the list's filters put into its address."""
        names = set()
        for list_filter in self.get_list_filter(request):
            if isinstance(list_filter, str):
                field = get_fields_from_path(self.model, list_filter)[-1]
                made = FieldListFilter.create(field, request, {}, self.model, self, list_filter)
            else:
                made = list_filter(request, {}, self.model, self)
            names.update(made.expected_parameters())
        return names

    def history_view(self, request, object_id, extra_context=None):
        """Ask for the permission first: the answer would tell which ids there are."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)


class AdminSite(admin.AdminSite):
    site_header = site_title = "Todosite"

    def register(self, model_or_iterable, admin_class=None, **options):
        """Take our own pages alone: those of the apps that we use show secrets, and mend rows
        (addresses, second factors, permissions) past the rules.
        """
        if admin_class and issubclass(admin_class, ModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self):
        """Leave out Django's way from an id to the row's page on the site: it asks for no
        permission, and the address of a saved search holds its words.
        """
        urls = super().get_urls()
        return [url for url in urls if getattr(url, "name", "") != "view_on_site"]

    def has_permission(self, request):
        return super().has_permission(request) and second_factor.used_second_factor(request)

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """Send strangers to our sign-in, others away (403), and staff on or to what they lack."""
        return secure_admin_login(self.welcome)(request)

    def welcome(self, request):
        if self.has_permission(request):
            return redirect("admin:index")
        way_back = get_next_redirect_url(request) or reverse("admin:index")
        return second_factor.ask(request, way_back)

    def logout(self, request, extra_context=None):
        """Lead to the page that everybody uses: after it the browser keeps nothing."""
        return redirect("account_logout")

    def password_change(self, request, extra_context=None):
        """Lead to the page that everybody uses: it ends other sessions and sends a mail."""
        return redirect("account_change_password")

    def password_change_done(self, request, extra_context=None):
        return redirect("account_change_password")


class CappedPaginator(Paginator):
    """Counts no further than its limit: to count a large table takes longer than to read a page."""

    LIMIT = 10_000

    @cached_property
    def count(self):
        return self.object_list.order_by().values("pk")[: self.LIMIT].count()
