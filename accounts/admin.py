"""The admin's page of accounts."""

from django.contrib import admin

from accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["email", "name", "is_active", "is_staff", "last_login", "created_at"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["email", "name"]
    ordering = ["-created_at"]
    fields = [
        "email",
        "name",
        "time_zone",
        "week_start",
        "is_active",
        "is_staff",
        "is_superuser",
        "last_login",
        "created_at",
    ]
    readonly_fields = ["last_login", "created_at"]

    def has_add_permission(self, request):
        """Accounts begin with sign-up, where the password is chosen by its owner."""
        return False
