"""Users, their sessions and waiting forms, the events of an account, and the adoption's ledger."""

import hashlib
import secrets
import uuid
import zoneinfo
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Coalesce, Lower, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from accounts.addresses import validate_email, validate_new_email
from accounts.clock import Clock


def new_id():
    """Return a new user's id, a UUID4 as text: ids of the old system are text, and stay."""
    return str(uuid.uuid4())


def default_time_zone():
    """Return the site's time zone, for users who haven't chosen one."""
    return settings.TIME_ZONE


def validate_time_zone(name):
    if name not in zoneinfo.available_timezones():
        raise ValidationError("“%(name)s” is not a time zone.", params={"name": name})


def display_name(user):
    """Return the name of a user for a page or mail, or the address if there is no name."""
    return user.name or user.email


class UserQuerySet(models.QuerySet):
    def known_as(self, email):
        """Return the users with this address: it signs them in, or they have confirmed it.

        A pending address belongs to no user yet, since the user who entered it may not own it.
        """
        email = email.lower()
        confirmed = User.objects.filter(emailaddress__email=email, emailaddress__verified=True)
        return self.filter(models.Q(email=email) | models.Q(pk__in=confirmed))

    def with_waits(self):
        """Annotate each user with `waits`: whether a waiting form is still offered."""
        return self.annotate(waits=WaitingForm.objects.exists_for("pk"))

    def sign_out(self):
        """End all sessions of these users, including sessions that no list knows. Return their
        number.
        """
        return self.update(signed_out_at=timezone.now())

    def deactivate(self):
        """Disable these users and end their sessions. Return how many were active."""
        self.sign_out()
        return self.filter(is_active=True).update(is_active=False)

    def activate(self):
        """Enable these users, but for accounts of which a part is deleted. Return how many were
        not active.
        """
        return self.filter(is_active=False, deleting_since=None).update(is_active=True)

    def due_to_leave(self, moment):
        """Return the users with an account that is due for deletion at a moment, oldest first.

        A deletion that has begun is due, whenever it was planned for.
        """
        has_begun = models.Q(deleting_since__lte=moment)
        due = self.filter(has_begun | models.Q(leaves_at__lte=moment))
        return due.order_by("leaves_at", "pk")

    def begin_deletion(self):
        """Shut these accounts, so that they can be deleted in parts. Return their number.

        Afterwards no user can sign in to one of them, or keep it: see accounts.leaving.
        """
        now = timezone.now()
        return self.update(
            leaves_at=Coalesce("leaves_at", now, output_field=models.DateTimeField()),
            deleting_since=Coalesce("deleting_since", now, output_field=models.DateTimeField()),
            signed_out_at=now,
            is_active=False,
        )

    def for_staff(self, staff):
        """Return all these users: an account holds no text that staff may not read."""
        return self.all()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email, password=None, **fields):
        """Create a user who signs in with an address, in any case, and a password (None for no
        password).
        """
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(
            email,
            password,
            is_staff=True,
            is_superuser=True,
            **fields,
        )

    def get_by_natural_key(self, email):
        return self.get(email=email.strip().lower())


Preferences = import_string(settings.USER_PREFERENCES)


class User(AbstractBaseUser, PermissionsMixin, Preferences):
    """A person with an account, who signs in by e-mail.

    Another app can add columns: settings.py names Preferences, an abstract model of that app. Its
    follow() is told which columns of an account have changed.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 0
        SATURDAY = 5
        SUNDAY = 6

    class DateFormat(models.TextChoices):
        """The keys of accounts.clock.DATE_FORMATS."""

        DAY = "day", "Fri 3 Oct, 3 Oct 2031"
        MONTH = "month", "Fri Oct 3, Oct 3, 2031"
        ISO = "iso", "Fri 2026-10-03, 2031-10-03"

    class Hours(models.IntegerChoices):
        TWENTY_FOUR = 24, "17:30"
        TWELVE = 12, "5:30 pm"

    id = models.CharField(primary_key=True, max_length=36, default=new_id, editable=False)
    email = models.CharField(
        "email address",
        max_length=settings.ACCOUNT_EMAIL_MAX_LENGTH,
        unique=True,
        validators=[validate_email],
        error_messages={"unique": "There is already an account with this email."},
    )
    name = models.CharField(blank=True)
    time_zone = models.CharField(
        max_length=64, default=default_time_zone, validators=[validate_time_zone]
    )
    week_start = models.PositiveSmallIntegerField(choices=Weekday.choices, default=Weekday.MONDAY)
    # The database has these defaults too: during a deployment an older version may add users.
    date_format = models.CharField(
        max_length=5, choices=DateFormat, default=DateFormat.DAY, db_default=DateFormat.DAY
    )
    hours = models.PositiveSmallIntegerField(
        choices=Hours, default=Hours.TWENTY_FOUR, db_default=Hours.TWENTY_FOUR
    )
    is_active = models.BooleanField("active", default=True)
    is_staff = models.BooleanField("may use the admin", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    signed_out_at = models.DateTimeField(null=True, editable=False)  # when all sessions were ended
    # Until this moment support staff may read this user's texts.
    support_until = models.DateTimeField("support may look until", null=True, editable=False)

    # Users who leave: when the account may be deleted, and when that began.
    leaves_at = models.DateTimeField("will be deleted", null=True, editable=False)
    deleting_since = models.DateTimeField(null=True, editable=False)

    SUPPORT_LOOKS_FOR = timedelta(days=7)
    LEAVES_AFTER = timedelta(days=3)

    waits = False  # whether a waiting form is offered; with_waits() sets it

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_user_email_lower"),
        ]

    def __str__(self):
        return self.email

    def __repr__(self):
        return f"<User {self.email} {self.id}>"

    def clean(self):
        """Lower-case the address, wherever it was typed."""
        super().clean()
        self.email = self.email.lower()

    def _get_session_auth_hash(self, secret=None):
        """Return the hash that a session must hold to be valid; it changes with each sign_out().

        Private API, which both of Django's public methods use; test_profile.py pins it.
        """
        end = self.signed_out_at.isoformat() if self.signed_out_at else ""
        return super()._get_session_auth_hash(secret) + end

    def acceptable_email(self, email):
        """Return an address as stored. Raise ValidationError if it can't become this user's."""
        field = self._meta.get_field("email")
        email = field.clean(email.strip().lower(), self)
        validate_new_email(email)
        if User.objects.known_as(email).exclude(pk=self.pk).exists():
            raise ValidationError(field.error_messages["unique"])
        return email

    @transaction.atomic
    def change_email(self, email):
        """Give the user another address, at support's request. Return the confirmed ones it
        replaces.

        The new address is still to be confirmed, unless the user had confirmed it before. Others
        are deleted, so that no old mail can bring one of them back; the user can be told at the
        confirmed ones. Raise ValidationError if the address can't become this user's.
        """
        self.email = self.acceptable_email(email)
        self.save(update_fields=["email"])
        others = self.emailaddress_set.exclude(email=self.email)
        confirmed = list(others.filter(verified=True).values_list("email", flat=True))
        others.delete()
        self.emailaddress_set.update_or_create(email=self.email, defaults={"primary": True})
        self.events.create(kind=Event.Kind.ADDRESS_CHANGED, by_staff=True)
        return confirmed

    @property
    def lets_support_look(self):
        """Whether support staff may read this user's texts now."""
        return self.support_until is not None and self.support_until > timezone.now()

    @transaction.atomic
    def let_support_look(self):
        """Let support staff read this user's texts, for SUPPORT_LOOKS_FOR from now.

        Return whether that is new; if support could read them already, nothing changes.
        """
        now = timezone.now()
        until = now + self.SUPPORT_LOOKS_FOR
        shut = User.objects.filter(pk=self.pk).exclude(support_until__gt=now)
        could_not = shut.update(support_until=until) == 1
        if could_not:
            self.support_until = until
            self.events.create(kind=Event.Kind.SUPPORT_LOOKS)
        else:
            self.refresh_from_db(fields=["support_until"])
        return could_not

    @transaction.atomic
    def keep_support_out(self):
        """Stop support staff reading this user's texts. Return whether they could."""
        looking = User.objects.filter(pk=self.pk, support_until__gt=timezone.now())
        could = looking.update(support_until=None) == 1
        self.support_until = None
        if could:
            self.events.create(kind=Event.Kind.SUPPORT_STOPS)
        return could

    @transaction.atomic
    def leave(self):
        """Have the account deleted LEAVES_AFTER from now, and end all its sessions and support's
        access.

        Return whether that is new; if it was so already, nothing changes.
        """
        staying = User.objects.filter(pk=self.pk, leaves_at=None)
        is_new = staying.update(leaves_at=timezone.now() + self.LEAVES_AFTER) == 1
        if is_new:
            self.keep_support_out()
            self.events.create(kind=Event.Kind.LEAVES)
            self.sessions.all().delete()
            User.objects.filter(pk=self.pk).sign_out()
        self.refresh_from_db(fields=["leaves_at", "signed_out_at"])
        return is_new

    @transaction.atomic
    def stay(self):
        """Keep the account, which was to be deleted. Return False if it wasn't, or is now."""
        leaving = User.objects.filter(pk=self.pk, deleting_since=None).exclude(leaves_at=None)
        could = leaving.update(leaves_at=None) == 1
        if could:
            self.leaves_at = None
            self.events.create(kind=Event.Kind.STAYS)
        return could

    def note_export(self):
        """Keep in the user's history that they took out their data."""
        self.events.create(kind=Event.Kind.EXPORTED)

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return display_name(self)

    @property
    def adoption(self):
        """The ledger's entry of an account from the old system, None for any other account."""
        return Adoption.objects.filter(kind=Adoption.Kind.USER, old_id=self.pk).first()

    @property
    def pending_addresses(self):
        """The address that becomes the user's once confirmed, as a queryset."""
        return self.emailaddress_set.filter(verified=False).exclude(email=self.email)

    @property
    def second_factors(self):
        """The kinds of second factors that the user has: "totp", "webauthn". Recovery codes don't
        count.
        """
        kinds = self.authenticator_set.exclude(type="recovery_codes")
        return set(kinds.values_list("type", flat=True))

    @property
    def needs_admin_link(self):
        """Whether this user may use the admin, but has no second factor to do so."""
        return self.is_active and self.is_staff and not self.second_factors

    def make_admin_link(self):
        """Create an AdminLink. Return its path, which is stored nowhere."""
        self.admin_links.expired().delete()
        key = secrets.token_urlsafe()
        self.admin_links.create(digest=digest_of(key))
        return reverse("admin_link", kwargs={"admin_link_key": key})

    def has_admin_link(self, key):
        """Return whether the link with this key would work for this user."""
        return self.needs_admin_link and self.admin_links.valid().of_key(key).exists()

    def use_admin_link(self, key):
        """Use up the link with this key, and all other links. Return whether it was valid."""
        number, _ = self.admin_links.valid().of_key(key).delete()
        if number:
            self.admin_links.all().delete()
        return bool(number) and self.needs_admin_link

    @property
    def initials(self):
        """One or two letters for the user's avatar."""
        name, _, _ = display_name(self).partition("@")
        first, *others = name.replace(".", " ").split() or ["?"]
        last = others[-1] if others else ""
        return f"{first[:1]}{last[:1]}".upper()

    @property
    def zone(self):
        """The user's time zone as a ZoneInfo."""
        return zoneinfo.ZoneInfo(self.time_zone)

    def now(self):
        """Return the present moment as an aware datetime in the user's time zone."""
        return timezone.localtime(timezone=self.zone)

    def today(self):
        """Return today's date in the user's time zone."""
        return self.now().date()

    def clock(self):
        """Return the present moment in the user's time zone, with the user's formats."""
        return Clock(
            self.now(),
            self.date_format,
            self.hours,
            self.week_start,
        )

    def lock(self):
        """Lock the user's row until the end of the transaction. Others can still add rows of the
        user.
        """
        User.objects.select_for_update(no_key=True).get(pk=self.pk)


WAITING_OFFERED = timedelta(days=30)
MOST_WAITING = 20  # forms of a user
MOST_WAITING_CHARACTERS = 300_000  # of a user


class NoRoom(ValidationError):
    """A form that can't be kept until its user has sent or discarded others."""

    def __init__(self):
        super().__init__(
            f"Only {MOST_WAITING} unsaved items, {MOST_WAITING_CHARACTERS:,} characters in all, can"
            " be kept for you at a time."
        )


class WaitingFormQuerySet(models.QuerySet):
    def current(self):
        """Return the forms that are still offered to their user."""
        return self.filter(kept_at__gte=Now() - WAITING_OFFERED)

    def exists_for(self, user):
        """Return the condition that a form is still offered to the user in this column."""
        return models.Exists(self.filter(user=models.OuterRef(user)).current())

    def kept_before(self, moment):
        return self.filter(kept_at__lt=moment)

    def has_room(self, size=1):
        """Return whether a form of this size, in characters, fits in with these of one user."""
        taken = self.aggregate(
            number=models.Count("pk"),
            size=models.Sum("size", default=0),
        )
        if taken["number"] >= MOST_WAITING:
            return False
        return taken["size"] + size <= MOST_WAITING_CHARACTERS

    def purge(self):
        """Delete these forms. Return how many there were."""
        return self.delete()[0]


class WaitingFormManager(models.Manager.from_queryset(WaitingFormQuerySet)):
    @transaction.atomic
    def keep(self, user, path, posted, kept_at=None):
        """Keep a form for a user, an identical one only once. Return its row. Delete expired forms.

        posted has its fields as [name, value], in order; kept_at is the moment from which it waits,
        by default now. Raise NoRoom if the user has too many. The user is locked: of two forms that
        arrive together, the second counts the first.
        """
        user.lock()
        kept = WaitingForm.objects.filter(user=user)
        kept.kept_before(timezone.now() - WAITING_OFFERED).purge()
        if same := kept.filter(path=path, posted=posted).first():
            return same
        texts = [path, *(text for pair in posted for text in pair)]
        size = sum(map(len, texts))
        if not kept.has_room(size):
            raise NoRoom
        fields = {
            "path": path,
            "posted": posted,
            "size": size,
        }
        return WaitingForm.objects.create(
            user=user,
            kept_at=kept_at or timezone.now(),
            **fields,
        )


class WaitingForm(models.Model):
    """A form that couldn't be saved because its user was signed out (accounts.waiting)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="waiting", db_index=False)
    path = models.CharField()
    posted = models.JSONField()  # [name, value], in the form's order
    size = models.PositiveIntegerField()  # characters of both
    failed = models.BooleanField(default=False)  # whether it was sent again, and refused
    kept_at = models.DateTimeField(default=timezone.now)

    objects = WaitingFormManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(size__lte=MOST_WAITING_CHARACTERS),
                name="accounts_waitingform_size",
            ),
        ]
        indexes = [models.Index(fields=["user", "kept_at"], name="accounts_waitingform_of_user")]

    def __str__(self):
        return f"{self.path} of {self.user_id}, kept at {self.kept_at}"


LONGEST_USER_AGENT = 200  # characters of it that are kept


def mark_of(session_key):
    """Return the mark of a session, to be used where the key must not appear."""
    return salted_hmac("last_user", session_key).hexdigest()


class SessionQuerySet(models.QuerySet):
    def live(self, now=None):
        """Return the sessions that haven't expired, at `now` or at the present moment."""
        return self.filter(expire_date__gt=now or timezone.now())

    def with_waits(self):
        """Annotate each session with `waits`: whether a waiting form is offered to its user."""
        return self.annotate(waits=WaitingForm.objects.exists_for("user"))

    def marked(self, mark):
        """Return the session with this mark, or None. All of these are read: they should be few."""
        return next((session for session in self if session.mark == mark), None)


class Session(AbstractBaseSession):
    """A session in Django's table and form, with its user, and the browser of its last use.

    Only LastSeenMiddleware writes the added columns. A session begun by an earlier version gets its
    user at its next request.
    """

    # Null if no user has signed in. The database deletes a user's sessions with the user.
    user = models.ForeignKey(
        User, null=True, editable=False, on_delete=models.DO_NOTHING, related_name="sessions"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_seen_at = models.DateTimeField(null=True, editable=False)
    ip = models.GenericIPAddressField(null=True, editable=False)
    user_agent = models.CharField(max_length=LONGEST_USER_AGENT, db_default="", editable=False)

    objects = BaseSessionManager.from_queryset(SessionQuerySet)()

    class Meta(AbstractBaseSession.Meta):
        db_table = "django_session"

    def __str__(self):
        return f"{self.ip} ({self.user_agent})"

    @classmethod
    def get_session_store_class(cls):
        from accounts.sessions import SessionStore

        return SessionStore

    @property
    def mark(self):
        return mark_of(self.session_key)

    def counts_for(self, user):
        """Return whether it signs the user in: not after sign_out() or a change of password."""
        hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
        return self.get_decoded().get(HASH_SESSION_KEY) in hashes


class EndedSessionManager(models.Manager):
    def note(self, user, mark):
        """Record that the user ended the session with this mark. Delete records that expired.

        A record is of use as long as the cookie of its browser.
        """
        old = timezone.now() - EndedSession.REMEMBERED
        EndedSession.objects.filter(user=user, ended_at__lt=old).delete()
        EndedSession.objects.get_or_create(mark=mark, defaults={"user": user})


class EndedSession(models.Model):
    """A session that its user ended deliberately: its browser keeps no forms (accounts.waiting).

    When all sessions of a user are ended at once (sign_out), none is recorded.
    """

    REMEMBERED = timedelta(days=365)  # as long as the cookie

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="ended_sessions")
    mark = models.CharField(max_length=40, unique=True)
    ended_at = models.DateTimeField(default=timezone.now)

    objects = EndedSessionManager()

    def __str__(self):
        return f"{self.user_id} {self.ended_at}"


class EventQuerySet(models.QuerySet):
    def latest_first(self):
        return self.order_by("-created_at", "-pk")

    def before(self, moment):
        return self.filter(created_at__lt=moment)

    def purge(self):
        """Delete these events. Return how many there were."""
        return self.delete()[0]


class Event(models.Model):
    """An act of a user or of support on an account, for the account's history."""

    class Kind(models.TextChoices):
        """The kinds of acts, in the words of the admin's log."""

        SUPPORT_LOOKS = "support looks", "Gave support access for 7 days."
        SUPPORT_STOPS = "support stops", "Ended support access."
        RESET_SENT = "reset sent", "Sent a link to reset the password."
        CONFIRMATION_SENT = "confirmation sent", "Sent the link that confirms the address again."
        FACTOR_REMOVED = "factor removed", "Removed the second factor; signed out everywhere."
        LINK_SHOWN = "link shown", "Made a link to set up the second factor."
        SIGNED_OUT = "signed out", "Signed out everywhere."
        DISABLED = "disabled", "Disabled the account."
        ENABLED = "enabled", "Enabled the account again."
        ADDRESS_CHANGED = "address changed", "Changed the address."
        EXPORTED = "exported", "Exported the data of the account."
        LEAVES = "leaves", "Asked for the account to be deleted."
        STAYS = "stays", "Kept the account."

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=20, choices=Kind)
    by_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                models.F("user"), models.F("created_at").desc(), name="accounts_event_of_user"
            )
        ]

    def __str__(self):
        return f"{self.kind} of {self.user_id} at {self.created_at}"


class AdoptionQuerySet(models.QuerySet):
    def empty(self):
        """Keep nothing of these rows but that their ids are gone. Return their number."""
        return self.update(fingerprint=None, version="", email="", reason="")


class Adoption(models.Model):
    """The ledger of the adoption: the result for each row of the old system.

    It shows later changes on both sides: the fingerprint is the old row's, the version our row's,
    both at the time of adoption. An entry outlives our row, so that no row deleted here comes back.
    Once an account is permanently deleted, its entries say only that these ids are gone, see
    empty().
    """

    class Kind(models.TextChoices):
        """Kinds of rows that make an account. An app that adopts other rows has more kinds, each
        with the name of its model.
        """

        USER = "user"
        PASSWORD = "password"

    class Reason(models.TextChoices):
        """The reason why an account was adopted inactive, with its meaning and the next step."""

        MALFORMED = (
            "malformed",
            "No mail can reach its address. Ask its owner for another, enter that here, and enable"
            " the account.",
        )
        TWIN = (
            "twin",
            "Another account of the old system has the same address but for its case. If both are"
            " one person's, they use that one; else enter another address here, and enable it.",
        )
        TAKEN = (
            "taken",
            "The address was already that of another account here. If both are one person's, they"
            " use that one; else enter another address here, and enable it.",
        )
        BANNED = ("banned", "It was banned in the old system. Enable it to let its owner in.")

    pk = models.CompositePrimaryKey("kind", "old_id")
    kind = models.CharField(max_length=8)  # a Kind, or a kind of another app
    old_id = models.CharField(max_length=36)
    fingerprint = models.UUIDField(null=True)  # null once it is emptied
    version = models.CharField(max_length=32)
    email = models.CharField(blank=True, default="")  # as the old system had it
    reason = models.CharField(max_length=9, blank=True, default="")  # a Reason, or none
    adopted_at = models.DateTimeField()

    objects = AdoptionQuerySet.as_manager()

    def __str__(self):
        return f"{self.kind} {self.old_id}"


def digest_of(key):
    """Return the digest of an unguessable key: its SHA-256, as 64 hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()


class AdminLinkQuerySet(models.QuerySet):
    def of_key(self, key):
        return self.filter(digest=digest_of(key))

    def valid(self):
        return self.filter(created_at__gt=timezone.now() - AdminLink.LIFETIME)

    def expired(self):
        return self.filter(created_at__lte=timezone.now() - AdminLink.LIFETIME)


class AdminLink(models.Model):
    """A link that lets staff set up their first second factor: once, within an hour.

    They need it in addition to the password where ADMIN_REQUIRES_MFA is on. The table holds digests
    only, so a reader of it can't use a link.
    """

    LIFETIME = timedelta(hours=1)

    user = models.ForeignKey(User, models.CASCADE, related_name="admin_links")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = AdminLinkQuerySet.as_manager()

    def __str__(self):
        return f"{self.user_id} {self.created_at}"
