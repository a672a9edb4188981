"""The admin's page of tasks: for support, not for reading people's lists."""

from django.contrib import admin

from accounts.admin_site import CappedPaginator, ModelAdmin
from tasks.models import Task


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [("pending", "Pending"), ("completed", "Completed")]

    def queryset(self, request, queryset):
        return queryset.with_status(self.value()) if self.value() else queryset


class TrashFilter(admin.SimpleListFilter):
    """Leaves out what is in the trash, until it is asked for."""

    title = "trash"
    parameter_name = "trash"

    def lookups(self, request, model_admin):
        return [("1", "In the trash")]

    def queryset(self, request, queryset):
        return queryset.filter(deleted_at__isnull=self.value() != "1")


@admin.register(Task)
class TaskAdmin(ModelAdmin):
    list_display = ["title", "user", "status", "due_date", "created_at"]
    list_select_related = ["user"]
    list_filter = [StatusFilter, "due_date", TrashFilter]
    search_fields = ["title", "user__email"]
    ordering = ["-pk"]  # by creation, of which there is no index across users
    paginator = CappedPaginator
    show_full_result_count = False
    autocomplete_fields = ["user"]
    actions = ["restore"]
    fields = [
        "user",
        "title",
        "description",
        "due_date",
        "due_time",
        "completed_at",
        "deleted_at",
        "created_at",
        "version",
    ]
    readonly_fields = ["completed_at", "deleted_at", "created_at", "version"]

    def get_queryset(self, request):
        return Task.everything.order_by(*self.ordering)

    def get_readonly_fields(self, request, obj=None):
        """A task never moves to another person."""
        return [*self.readonly_fields, "user"] if obj else self.readonly_fields

    def save_model(self, request, obj, form, change):
        """Write only what was changed, so that the version rises as it does for the user."""
        if not change:
            obj.save()
        elif form.changed_data:
            obj.edit(**{name: form.cleaned_data[name] for name in form.changed_data})

    @admin.action(description="Restore from the trash", permissions=["change"])
    def restore(self, request, queryset):
        self.message_user(request, f"Restored {queryset.restore()} tasks.")
