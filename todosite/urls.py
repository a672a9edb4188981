"""Every address of Todosite, by app."""

from allauth.account import views as account_views
from django.contrib import admin
from django.urls import include, path, re_path

from accounts.views import account_email, session_list, sign_out

handler400 = "todosite.views.bad_request"
handler403 = "todosite.views.permission_denied"
handler404 = "todosite.views.page_not_found"
handler500 = "todosite.views.server_error"

urlpatterns = [
    path("", include("tasks.urls")),
    path("settings/", include("accounts.urls")),
    # allauth's own route takes no id with a dash, and ours are UUIDs. (?P<key>…) is as strict as
    # Django's tokens, so that the two parts cannot be split in another place.
    re_path(
        r"^accounts/password/reset/key/"
        r"(?P<uidb36>[^/]+?)-(?P<key>set-password|[0-9a-z]+-[0-9a-f]{20,})/$",
        account_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("accounts/email/", account_email, name="account_email"),
    path("accounts/logout/", sign_out, name="account_logout"),
    path("accounts/sessions/", session_list, name="session_list"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
