"""The admin's pages of accounts, for support."""

from functools import wraps

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts import leaving, support
from accounts.admin_site import CappedPaginator, ModelAdmin
from accounts.forms import profile_form
from accounts.models import Adoption, Event, User
from accounts.text import counted

ProfileForm = profile_form()
BEYOND = "not yours to change"  # see UserAdmin.within_reach()
# Accounts. Without a limit, "Select all" by mistake would sign out, or mail, every user.
MOST_AT_ONCE = 20
TOO_MANY = (
    f"Select at most {MOST_AT_ONCE} accounts at a time. You selected {{}}, so nothing was changed."
)


def at_most(most, words):
    """Return a decorator of admin actions that refuses more than `most` rows.

    `words` is the error message; a {} in it becomes the number of chosen rows.
    """

    def limit(action):
        @wraps(action)
        def limited(self, request, queryset):
            number = queryset.count()
            if number <= most:
                action(self, request, queryset)
            else:
                self.message_user(request, words.format(number), messages.ERROR)

        return limited

    return limit


class VerifiedFilter(admin.SimpleListFilter):
    title = "confirmed address"
    parameter_name = "verified"

    def lookups(self, request, model_admin):
        return [("1", "Yes"), ("0", "No")]

    def queryset(self, request, queryset):
        if self.value() in {"0", "1"}:
            return queryset.filter(verified=self.value() == "1")
        return queryset


class UserForm(ProfileForm):
    """An account's profile, by the rules for its owner, and the fields that support may change."""

    class Meta(ProfileForm.Meta):
        fields = ["email", *ProfileForm.Meta.fields, "is_active", "is_staff", "is_superuser"]

    def clean_email(self):
        email = self.cleaned_data["email"]
        if "email" in self.changed_data:
            return self.instance.acceptable_email(email)
        return email

    def save(self):
        """Save the changed fields, each by its own rule. Return the confirmed addresses it
        replaced.
        """
        changed = set(self.changed_data)
        user = self.instance
        replaced = user.change_email(user.email) if "email" in changed else []
        if "is_active" in changed:
            self.save_is_active(user)
        user.save_preferences(changed - {"email", "is_active"})
        return replaced

    def save_is_active(self, user):
        """Enable or disable the account as the actions do, and record that in its history."""
        account = User.objects.filter(pk=user.pk)
        number = account.activate() if user.is_active else account.deactivate()
        kind = Event.Kind.ENABLED if user.is_active else Event.Kind.DISABLED
        if number:
            user.events.create(kind=kind, by_staff=True)


def numbers_of_rows(users):
    """Return the numbers of rows of users by their models, without models that have none."""
    numbers = {}
    for relation in User._meta.related_objects:
        model = relation.related_model
        owner = relation.field.name
        rows = model._base_manager.filter(**{f"{owner}__in": users})
        number = rows.count()
        if number:
            numbers[model] = number
    return numbers


@admin.register(User)
class UserAdmin(ModelAdmin):
    form = UserForm
    list_display = ["email", "name", "verified", "is_active", "last_login"]
    list_filter = [VerifiedFilter, "is_active", "is_staff"]
    search_fields = ["email", "name"]
    ordering = ["-created_at", "pk"]
    paginator = CappedPaginator
    show_full_result_count = False
    actions = [
        "send_reset_link",
        "send_confirmation",
        "remove_second_factors",
        "show_admin_link",
        "end_sessions",
        "deactivate",
        "activate",
    ]
    fields = [
        "email",
        *ProfileForm.Meta.fields,
        "is_active",
        "is_staff",
        "is_superuser",
        "verified",
        "support_until",
        "leaves_at",
        "last_login",
        "created_at",
        "adoption",
    ]
    readonly_fields = [
        *["verified", "support_until", "leaves_at"],
        *["last_login", "created_at", "adoption"],
    ]

    def get_queryset(self, request):
        addresses = EmailAddress.objects.filter(
            user=OuterRef("pk"),
            email=OuterRef("email"),
        )
        users = super().get_queryset(request)
        return users.annotate(verified=Exists(addresses.filter(verified=True)))

    @admin.display(description="from the old system")
    def adoption(self, user):
        """Return how the account came over; for one on hold, with the reason and the next step."""
        entry = user.adoption
        if not entry:
            return "No, it was created here"
        address = entry.email or "(no address)"
        words = f"Yes, as {address}, on {entry.adopted_at:%d %B %Y}."
        if entry.reason and not user.is_active:
            words += f" It is inactive: {Adoption.Reason(entry.reason).label}"
        return words

    @admin.display(boolean=True, description="confirmed")
    def verified(self, user):
        return user.verified

    # Support's acts. Each is recorded in the admin's log and in the history of the account.

    def help(self, request, queryset, act, kind, left_out):
        """Apply `act` to each account within reach, log it, and return the number of accounts.

        `act` is a function of accounts.support, `kind` the event for the account's history, and
        `left_out` the reason for which an account can be skipped, in words. An account stays
        unchanged if its mail can't be sent. Messages name the skipped accounts and the failed
        mails.
        """
        chosen = queryset.count()
        done = 0
        unsent = []
        for user in self.within_reach(request, queryset):
            try:
                done += self.help_one(request, user, act, kind)
            except OSError:
                unsent.append(user.email)
        if unsent:
            words = f"No email could be sent to {', '.join(unsent)}, so nothing was changed there."
            self.message_user(request, words, messages.ERROR)
        if number := chosen - done - len(unsent):
            words = f"Skipped {counted(number, 'account')}: {left_out}."
            self.message_user(request, words, messages.WARNING)
        return done

    @transaction.atomic
    def help_one(self, request, user, act, kind):
        """Apply `act` to an account and log it. Return whether it took effect.

        Raise OSError if its mail can't be sent.
        """
        if not act(request, user):
            return False
        user.events.create(kind=kind, by_staff=True)
        self.log_change(request, user, kind.label)
        return True

    @admin.action(description="Send a link to reset the password", permissions=["send"])
    @at_most(MOST_AT_ONCE, TOO_MANY)
    def send_reset_link(self, request, queryset):
        act = support.send_reset_link
        kind = Event.Kind.RESET_SENT
        number = self.help(request, queryset, act, kind, f"disabled, or {BEYOND}")
        self.message_user(request, f"Sent {counted(number, 'link')} to reset the password.")

    @admin.action(description="Send a link to confirm the email", permissions=["send"])
    @at_most(MOST_AT_ONCE, TOO_MANY)
    def send_confirmation(self, request, queryset):
        act = support.send_confirmation
        kind = Event.Kind.CONFIRMATION_SENT
        left_out = f"already confirmed, sent a link in the last 3 minutes, disabled, or {BEYOND}"
        number = self.help(request, queryset, act, kind, left_out)
        self.message_user(request, f"Sent {counted(number, 'link')} to confirm the email.")

    @admin.action(
        description="Remove a lost second factor and sign out everywhere", permissions=["change"]
    )
    @at_most(1, "Select one account: second factors are removed one account at a time.")
    def remove_second_factors(self, request, queryset):
        """Remove the second factors of one account: several at once would likely be a mistake."""
        act = support.remove_second_factors
        kind = Event.Kind.FACTOR_REMOVED
        left_out = f"without a second factor, or {BEYOND}"
        number = self.help(request, queryset, act, kind, left_out)
        words = f"Removed the second factor of {counted(number, 'account')}."
        self.message_user(request, words)
        if number and not settings.HAS_MAIL:
            words = "Email isn't set up, so no email was sent about it. Tell the owner yourself."
            self.message_user(request, words, messages.WARNING)

    @admin.action(description="Show a link to set up a second factor", permissions=["change"])
    @at_most(MOST_AT_ONCE, TOO_MANY)
    def show_admin_link(self, request, queryset):
        act = support.show_admin_link
        kind = Event.Kind.LINK_SHOWN
        left_out = f"not staff, with a second factor, disabled, or {BEYOND}"
        self.help(request, queryset, act, kind, left_out)

    @admin.action(description="Sign out everywhere", permissions=["change"])
    @at_most(MOST_AT_ONCE, TOO_MANY)
    def end_sessions(self, request, queryset):
        act = support.end_sessions
        kind = Event.Kind.SIGNED_OUT
        number = self.help(request, queryset, act, kind, BEYOND)
        self.message_user(request, f"Signed out {counted(number, 'account')} everywhere.")

    @admin.action(description="Disable and sign out everywhere", permissions=["change"])
    @at_most(MOST_AT_ONCE, TOO_MANY)
    def deactivate(self, request, queryset):
        act = support.disable
        kind = Event.Kind.DISABLED
        number = self.help(request, queryset, act, kind, f"already disabled, or {BEYOND}")
        self.message_user(request, f"Disabled {counted(number, 'account')}.")

    @admin.action(description="Enable again", permissions=["change"])
    @at_most(MOST_AT_ONCE, TOO_MANY)
    def activate(self, request, queryset):
        act = support.enable
        kind = Event.Kind.ENABLED
        number = self.help(request, queryset, act, kind, f"already enabled, or {BEYOND}")
        self.message_user(request, f"Enabled {counted(number, 'account')}.")

    # A person who can change the address of an account can sign in to it and read everything in it.
    # So only superusers may. Other staff can't change accounts of staff, their own included, and
    # can't make a user staff.

    def within_reach(self, request, queryset):
        if request.user.is_superuser:
            return queryset
        return queryset.filter(is_staff=False, is_superuser=False)

    def is_within_reach(self, request, user):
        if request.user.is_superuser or user is None:
            return True
        return not user.is_staff and not user.is_superuser

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and self.is_within_reach(request, obj)

    def has_send_permission(self, request):
        """Return whether links may be mailed: without EMAIL_URL they would be printed instead."""
        return settings.HAS_MAIL and self.has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and self.is_within_reach(request, obj)

    def may_delete(self, request, model):
        """Return whether these staff may delete rows of a model; True for a model without admin
        pages.
        """
        if not self.admin_site.is_registered(model):
            return True
        return self.admin_site.get_model_admin(model).has_delete_permission(request)

    def get_deleted_objects(self, objs, request):
        """Return the numbers of rows deleted with these accounts, not their names.

        Django would list each row: that takes long, and shows their titles.
        """
        users = list(objs)
        names = [f"User: {user}" for user in users]
        numbers = {User: len(users)} | numbers_of_rows(users)
        counts = {}
        lacking = set()
        if not all(self.has_delete_permission(request, user) for user in users):
            lacking.add(User._meta.verbose_name)
        for model, number in numbers.items():
            counts[model._meta.verbose_name_plural] = number
            if model is not User and not self.may_delete(request, model):
                lacking.add(model._meta.verbose_name)
        return names, counts, lacking, []

    def log_deletions(self, request, queryset):
        """Log who has deleted accounts, and when; of the accounts themselves nothing may stay."""
        about = {
            "content_type": ContentType.objects.get_for_model(User),
            "object_repr": "An account",
        }
        for _ in queryset:
            LogEntry.objects.create(user=request.user, action_flag=DELETION, **about)

    def delete_model(self, request, obj):
        """Delete an account as its owner's departure does, and at once."""
        User.objects.filter(pk=obj.pk).begin_deletion()
        leaving.delete(obj)

    def delete_queryset(self, request, queryset):
        for user in queryset:
            self.delete_model(request, user)

    def get_readonly_fields(self, request, obj=None):
        if request.user.is_superuser:
            return self.readonly_fields
        return [*self.readonly_fields, "email", "is_staff", "is_superuser"]

    def save_form(self, request, form, change):
        return form.instance

    def save_model(self, request, obj, form, change):
        """Save the account, and send a mail about a new address to the confirmed one it replaces.

        The new address may belong to another person.
        """
        for address in form.save():
            if not support.tell_of_new_address(obj, address):
                words = f"No email about it could be sent to {address}. Tell the owner yourself."
                self.message_user(request, words, messages.WARNING)

    def save_related(self, request, form, formsets, change):
        """Do nothing: the form has no related rows."""

    def has_add_permission(self, request):
        """Return False: accounts begin with sign-up or add_user, so that only the owner knows the
        password.
        """
        return False
