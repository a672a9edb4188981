"""The admin's pages of tasks, and the numbers of tasks on its pages of accounts.

They are for support, not for reading people's lists. Support staff read the text only of users who
let support look: TaskQuerySet.for_staff() withholds it otherwise. Superusers, who have access to
the database anyway, read all.
"""

from copy import copy

from django import forms
from django.contrib import admin
from django.db import connection
from django.db.models import Count, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.admin import UserAdmin as AccountAdmin
from accounts.admin_site import CappedPaginator, ModelAdmin
from accounts.models import User
from accounts.text import counted
from tasks.forms.fields import TextField, clean_title
from tasks.forms.tasks import BaseTaskForm, TaskForm
from tasks.history import Act
from tasks.models import Task
from tasks.recurrence import describe
from tasks.reminders import STATES, Digest, Reminder

admin.site.unregister(User)
DELIVERY = ["moment", "state", "attempt", "next_at", "settled_at", "answer"]


@admin.register(User)
class UserAdmin(AccountAdmin):
    """Accounts, each with the number of its tasks."""

    list_display = [*AccountAdmin.list_display, "open_tasks", "all_tasks"]

    def get_queryset(self, request):
        """Return the accounts with their counts, from subqueries that run for shown rows only."""
        tasks = Task.objects.filter(user=OuterRef("pk"))
        users = super().get_queryset(request)
        return users.annotate(
            open_tasks=number_of(tasks.open()),
            all_tasks=number_of(tasks),
        )

    @admin.display(description="open")
    def open_tasks(self, user):
        return user.open_tasks

    @admin.display(description="tasks")
    def all_tasks(self, user):
        return user.all_tasks


def number_of(tasks):
    """Return the subquery that counts the tasks of the user in the query around it."""
    counted_by_user = tasks.order_by().values("user").values(n=Count("pk"))
    return Coalesce(counted_by_user, 0)


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [("pending", "Pending"), ("completed", "Completed")]

    def queryset(self, request, queryset):
        known = self.value() in dict(self.lookup_choices)
        return queryset.with_status(self.value()) if known else queryset


class TrashFilter(admin.SimpleListFilter):
    """Hides rows in the trash unless they are asked for."""

    title = "trash"
    parameter_name = "trash"

    def lookups(self, request, model_admin):
        return [("1", "In the trash")]

    def queryset(self, request, queryset):
        return queryset.filter(deleted_at__isnull=self.value() != "1")


class OwnerField(forms.ModelChoiceField):
    """The account of a user, by its address: a choice would list all accounts."""

    widget = forms.EmailInput(attrs={"autocomplete": "off"})
    default_error_messages = {"invalid_choice": "There is no account with this email."}

    def __init__(self, **kwargs):
        super().__init__(User.objects, to_field_name="email", **kwargs)

    def to_python(self, value):
        return super().to_python((value or "").strip().lower())


class AdminTaskAddForm(BaseTaskForm):
    """A new task of a user."""

    user = OwnerField(label="Email of the owner")
    title = TextField(required=False, widget=forms.Textarea(attrs={"rows": 1}))
    list = tags = None  # the choices would depend on the owner

    class Meta:
        model = Task
        fields = ["user", "title", "description", "due_date", "due_time", "priority"]

    def __init__(self, data=None, files=None, **kwargs):
        super().__init__(data, user=None, **kwargs)

    def clean_title(self):
        return clean_title(self.cleaned_data["title"])

    def save(self):
        """Add the task, once for each submission. Return the act, part of its owner's history."""
        act = self.instance.add_once(self.submission, by_staff=True)
        self.instance.pk = act.first_row(Task).pk
        return act


class AdminTaskChangeForm(TaskForm):
    """An edit of a task, merged with its owner's edits as in the product itself."""

    by_staff = True

    def __init__(self, data=None, files=None, *, instance):
        super().__init__(data, instance=instance, user=instance.user)


def by_owner(tasks):
    """Yield the id of each owner with their tasks, since an act belongs to one user."""
    pks = [task.pk for task in tasks]
    rows = Task.everything.filter(pk__in=pks)
    owners = rows.values_list("user", flat=True)
    for owner in owners.distinct():
        yield owner, rows.filter(user=owner)


@admin.register(Task)
class TaskAdmin(ModelAdmin):
    # Not "title": a list sorted by titles would reveal withheld ones.
    list_display = ["name", "user", "status", "priority", "due_date", "created_at"]
    list_select_related = ["user"]
    list_filter = [StatusFilter, "due_date", TrashFilter]
    search_fields = ["readable_title", "user__email"]
    ordering = ["-pk"]  # like creation, which has no index across users
    form = AdminTaskAddForm
    paginator = CappedPaginator
    show_full_result_count = False
    actions = ["restore"]
    fields = ["user", "title", "description", "due_date", "due_time", "priority"]
    readonly_fields = ["completed_at", "deleted_at", "created_at", "version"]
    withheld_fields = ["user", "words", "status", "priority", "due_date", "due_time", "repeats"]

    def rows(self):
        return Task.everything.all()

    def in_log(self, row):
        row = copy(row)
        row.withhold()
        return row

    def has_change_permission(self, request, obj=None):
        """Return whether staff may change a task: not if its text is withheld."""
        if obj and obj.is_withheld:
            return False
        return super().has_change_permission(request, obj)

    def get_search_results(self, request, queryset, search_term):
        """Find the tasks of an owner by a whole address, which uses an index.

        Any other text is searched in all titles and addresses, which takes a second for a million.
        """
        email = search_term.strip().lower()
        owner = User.objects.filter(email=email).first()
        if owner:
            return queryset.filter(user=owner), False
        return super().get_search_results(request, queryset, search_term)

    def get_fields(self, request, obj=None):
        if obj and obj.is_withheld:
            return [*self.withheld_fields, *self.readonly_fields]
        more = ["repeats", "list", "tags", "steps"] if obj else ["key"]
        return [*self.fields, *more, *self.readonly_fields]

    def get_readonly_fields(self, request, obj=None):
        """Return the read-only fields. A task never moves to another user."""
        more = ["user", "repeats", "steps"] if obj else []
        return [*self.readonly_fields, *more]

    def get_form(self, request, obj=None, **kwargs):
        if obj and obj.is_withheld:
            return forms.modelform_factory(Task, fields=[])
        if obj:
            return AdminTaskChangeForm
        return super().get_form(request, obj, **kwargs)

    def get_object(self, request, object_id, from_field=None):
        """Return a task, locked if a form is about to change it."""
        task = super().get_object(request, object_id, from_field)
        if task and connection.in_atomic_block:
            locked = self.get_queryset(request).select_for_update(of=["self"])
            task = locked.filter(pk=task.pk).first()
        return task

    def save_form(self, request, form, change):
        return form.instance

    def save_model(self, request, obj, form, change):
        form.save()

    def save_related(self, request, form, formsets, change):
        """Do nothing: the form has no related rows."""

    def delete_model(self, request, obj):
        """Put the task into the trash, as its owner's button does."""
        self.delete_queryset(request, [obj])

    def delete_queryset(self, request, queryset):
        for owner, rows in by_owner(queryset):
            act = Act(
                user_id=owner,
                kind=Act.Kind.DELETE,
                by_staff=True,
            )
            rows.delete_softly(act)

    def get_deleted_objects(self, objs, request):
        """Return the names of these tasks alone: their parts stay with them in the trash."""
        names = [f"Task: {task}" for task in objs]
        return names, {"tasks": len(names)}, set(), []

    @admin.display(description="title")
    def name(self, task):
        return str(task)

    @admin.display
    def words(self, task):
        return (
            "Hidden. To see its title, notes, list, tags and steps, ask its owner to give support"
            " access in their settings."
        )

    @admin.display
    def repeats(self, task):
        return describe(task.repeat) if task.repeat else "no"

    @admin.display(description="steps")
    def steps(self, task):
        lines = []
        for step in task.steps.by_hand():
            mark = "✓" if step.done else "–"
            lines.append(f"{mark} {step}")
        return "\n".join(lines)

    @admin.action(description="Restore from the trash", permissions=["change"])
    def restore(self, request, queryset):
        tasks = list(queryset.exclude(deleted_at=None))
        number = 0
        for owner, rows in by_owner(tasks):
            act = Act(
                user_id=owner,
                kind=Act.Kind.RESTORE,
                by_staff=True,
            )
            number += rows.restore(act)
        for task in tasks:
            self.log_change(request, task, "Restored from the trash.")
        self.message_user(request, f"Restored {counted(number, 'task')}.")


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        states = [*STATES, "late"]
        return [(state, state.capitalize()) for state in states]

    def queryset(self, request, queryset):
        if self.value() == "late":
            return queryset.late(timezone.now())
        if self.value() in STATES:
            return queryset.filter(state=self.value())
        return queryset


class DeliveryAdmin(ModelAdmin):
    """Mails to be sent, and their results: to be read, and to be sent again."""

    list_select_related = ["user"]
    list_filter = [StateFilter]
    search_fields = ["user__email"]
    ordering = ["-pk"]
    paginator = CappedPaginator
    show_full_result_count = False
    actions = ["send_again"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        """Return whether staff may have mails sent again; no page changes one."""
        return super().has_change_permission(request, obj) and obj is None

    @admin.action(description="Send again", permissions=["change"])
    def send_again(self, request, queryset):
        rows = list(queryset)  # a filter of the list may leave them out once they wait
        chosen = self.model.objects.filter(pk__in=[row.pk for row in rows])
        number = chosen.send_again()
        for row in rows:
            self.log_change(request, row, "Sent again.")
        self.message_user(request, f"{counted(number, 'mail')} will be sent again now.")


@admin.register(Reminder)
class ReminderAdmin(DeliveryAdmin):
    list_display = ["pk", "user", "task_id", *DELIVERY]
    fields = ["user", "task_id", "minutes_before", "on_date", "at_time", "snoozed_until", *DELIVERY]


@admin.register(Digest)
class DigestAdmin(DeliveryAdmin):
    list_display = ["pk", "user", *DELIVERY]
    fields = ["user", "told_on", *DELIVERY]
