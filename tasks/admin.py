"""The admin's page of tasks: for support, not for reading people's lists."""

from django.contrib import admin

from tasks.models import Task


@admin.register(Task)
class TaskAdmin(admin.ModelAdmin):
    list_display = ["title", "user", "status", "due_date", "created_at"]
    list_select_related = ["user"]
    search_fields = ["title", "user__email"]
    ordering = ["-created_at"]
    fields = ["user", "title", "description", "due_date", "due_time", "completed_at", "created_at"]
    readonly_fields = ["user", "completed_at", "created_at"]

    def has_add_permission(self, request):
        return False

    def save_model(self, request, obj, form, change):
        """Write only what was changed, so that the version rises as it does for the user."""
        obj.edit(**{name: form.cleaned_data[name] for name in form.changed_data})
