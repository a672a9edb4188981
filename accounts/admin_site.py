"""The admin site: it uses the site's own sign-in, and asks for a second factor."""

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
    """The base of all our admin pages; the site registers no others.

    All pages take their rows from get_queryset(), and so follow the one rule of which rows staff
    may read: `for_staff(staff)`, a method of each model's QuerySet.
    """

    view_on_site = False  # on the site, only its owner can see a row

    def rows(self):
        """Return all rows of these pages, before the rule of for_staff()."""
        return self.model._default_manager.all()

    def get_queryset(self, request):
        rows = self.rows().for_staff(request.user)
        return rows.order_by(*self.get_ordering(request))

    def can_be_id(self, text):
        """Return whether a row could have this text, from an address or a form, as its id."""
        try:
            return "\0" not in str(self.model._meta.pk.to_python(text))
        except ValidationError:
            return False

    def get_object(self, request, object_id, from_field=None):
        """Return the row of an id; None for an id that no row can have.

        PostgreSQL refuses to look for an id with NUL.
        """
        if not self.can_be_id(object_id):
            return None
        return super().get_object(request, object_id, from_field)

    def response_action(self, request, queryset):
        """Run an action on the chosen rows. Ids that no row can have count as unknown ids."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        possible = [pk for pk in chosen if self.can_be_id(pk)]
        request.POST = request.POST.copy()
        request.POST.setlist(ACTION_CHECKBOX_NAME, possible)
        return super().response_action(request, queryset)

    def in_log(self, row):
        """Return a row as the admin's log may name it: the log stays when access is revoked."""
        return row

    def log_addition(self, request, obj, message):
        return super().log_addition(request, self.in_log(obj), message)

    def log_change(self, request, obj, message):
        return super().log_change(request, self.in_log(obj), message)

    def log_deletions(self, request, queryset):
        return super().log_deletions(request, [self.in_log(obj) for obj in queryset])

    def lookup_allowed(self, lookup, value, request):
        """Return whether the address of a list may use a lookup: only its filters' own lookups.

        Django allows every column of the table, such as ?password__startswith=, and every lookup,
        such as ?is_active__regex=(, which PostgreSQL can't read.
        """
        allowed = self.filter_parameters(request)
        return lookup in allowed and super().lookup_allowed(lookup, value, request)

    def filter_parameters(self, request):
        """Return the names of the query parameters that the list's filters use in links."""
        names = set()
        for list_filter in self.get_list_filter(request):
            if isinstance(list_filter, str):
                field = get_fields_from_path(self.model, list_filter)[-1]
                made = FieldListFilter.create(
                    field,
                    request,
                    {},
                    self.model,
                    self,
                    list_filter,
                )
            else:
                made = list_filter(request, {}, self.model, self)
            names.update(made.expected_parameters())
        return names

    def history_view(self, request, object_id, extra_context=None):
        """Show the history of a row. Check the permission first: a 404 would reveal which ids
        exist.
        """
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)


class AdminSite(admin.AdminSite):
    """Django's admin with our models only, behind the site's sign-in and a second factor."""

    site_header = site_title = "Todosite"

    def register(self, model_or_iterable, admin_class=None, **options):
        """Register a model if its pages are ours, and ignore it otherwise.

        The pages of other apps show secrets, and change rows (addresses, second factors,
        permissions) past our rules.
        """
        if admin_class and issubclass(admin_class, ModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self):
        """Return the addresses of the admin without Django's redirect from an id to the row's own
        page.

        The redirect checks no permission, and the address of a saved search contains its words.
        """
        urls = super().get_urls()
        return [url for url in urls if getattr(url, "name", "") != "view_on_site"]

    def has_permission(self, request):
        return super().has_permission(request) and second_factor.used_second_factor(request)

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """Send a stranger to our sign-in, refuse other users (403), and ask staff for a second
        factor.
        """
        return secure_admin_login(self.welcome)(request)

    def welcome(self, request):
        if self.has_permission(request):
            return redirect("admin:index")
        way_back = get_next_redirect_url(request) or reverse("admin:index")
        return second_factor.ask(request, way_back)

    def logout(self, request, extra_context=None):
        """Redirect to the site's sign-out page, which makes the browser keep nothing."""
        return redirect("account_logout")

    def password_change(self, request, extra_context=None):
        """Redirect to the site's own page, which ends other sessions and sends a mail."""
        return redirect("account_change_password")

    def password_change_done(self, request, extra_context=None):
        return redirect("account_change_password")


class CappedPaginator(Paginator):
    """A paginator that counts up to its limit: counting a large table is slower than reading a
    page.
    """

    LIMIT = 10_000

    @cached_property
    def count(self):
        return self.object_list.order_by().values("pk")[: self.LIMIT].count()
