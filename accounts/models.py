"""Who you are."""

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
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from accounts.addresses import validate_email, validate_new_email
from accounts.clock import Clock


def new_id():
    """Return a new user's id, a UUID4 as text: the old system's ids are text too, and stay."""
    return str(uuid.uuid4())


def default_time_zone():
    """Return the site's time zone, where nobody has said otherwise."""
    return settings.TIME_ZONE


def validate_time_zone(name):
    if name not in zoneinfo.available_timezones():
        raise ValidationError("“%(name)s” is not a time zone.", params={"name": name})


def display_name(user):
    """Return what a page or mail calls the user: the name, or the address where there is none."""
    return user.name or user.email


class UserQuerySet(models.QuerySet):
    def known_as(self, email):
        """Return whose address this is: it signs them in, or they have confirmed it.

        One that waits for its confirmation is nobody's yet: whoever asked may not own it.
        """
        email = email.lower()
        confirmed = User.objects.filter(emailaddress__email=email, emailaddress__verified=True)
        return self.filter(models.Q(email=email) | models.Q(pk__in=confirmed))

    def with_waits(self):
        """Add to each user, as `waits`, whether something of theirs waits to be saved."""
        return self.annotate(waits=WaitingForm.objects.exists_for("pk"))

    def sign_out(self):
        """End all sessions of these users, also those that no list knows."""
        return self.update(signed_out_at=timezone.now())

    def deactivate(self):
        """Keep these users out and end their sessions. Return how many were active."""
        self.sign_out()
        return self.filter(is_active=True).update(is_active=False)

    def activate(self):
        """Let these users in again. Return how many were not active."""
        return self.filter(is_active=False).update(is_active=True)

    def for_staff(self, staff):
        """Return these as staff may read them in the admin: whole, an account has no words."""
        return self.all()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email, password=None, **fields):
        """Create a user who signs in with email, whatever its case, and password (None: none)."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email=email.strip().lower())


Preferences = import_string(settings.USER_PREFERENCES)


class User(AbstractBaseUser, PermissionsMixin, Preferences):
    """A person with an account, who signs in by e-mail.

    Another app has columns of its own here, which come with the user: Preferences, an abstract
    model that settings.py names.
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
        error_messages={"unique": "There is an account with this address already."},
    )
    name = models.CharField(blank=True)
    time_zone = models.CharField(
        max_length=64, default=default_time_zone, validators=[validate_time_zone]
    )
    week_start = models.PositiveSmallIntegerField(choices=Weekday.choices, default=Weekday.MONDAY)
    # The database has these defaults too: while a deployment goes on, an older version may run.
    date_format = models.CharField(
        max_length=5, choices=DateFormat, default=DateFormat.DAY, db_default=DateFormat.DAY
    )
    hours = models.PositiveSmallIntegerField(
        choices=Hours, default=Hours.TWENTY_FOUR, db_default=Hours.TWENTY_FOUR
    )
    is_active = models.BooleanField("active", default=True)
    is_staff = models.BooleanField("may use the admin", default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    signed_out_at = models.DateTimeField(null=True, editable=False)  # of all sessions at once
    # Until then support staff may read what this user wrote.
    support_until = models.DateTimeField("support may look until", null=True, editable=False)

    SUPPORT_LOOKS_FOR = timedelta(days=7)

    waits = False  # does something of theirs wait to be saved? with_waits() asks

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
        """Return what a session has to hold to count: another one after each sign_out().

        Private API, which both of Django's public methods use; test_profile.py would tell.
        """
        end = self.signed_out_at.isoformat() if self.signed_out_at else ""
        return super()._get_session_auth_hash(secret) + end

    def acceptable_email(self, email):
        """Return the address as it is stored; ValidationError if it can't become this user's."""
        field = self._meta.get_field("email")
        email = field.clean(email.strip().lower(), self)
        validate_new_email(email)
        if User.objects.known_as(email).exclude(pk=self.pk).exists():
            raise ValidationError(field.error_messages["unique"])
        return email

    @transaction.atomic
    def change_email(self, email):
        """Give the user another address, on support's word. ValidationError if it can't be.

        It is still to be confirmed, unless they had confirmed it before. Other addresses are
        forgotten, so that no mail that lies somewhere can bring one of them back.
        Return those of them that were confirmed: there the user can be told.
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
        """Return whether support staff may read what this user wrote, now."""
        return self.support_until is not None and self.support_until > timezone.now()

    @transaction.atomic
    def let_support_look(self):
        """Let support staff read what this user wrote, for SUPPORT_LOOKS_FOR from now.

        Return whether they couldn't before; if they could, nothing changes.
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
        """Let support staff read no more of what this user wrote. Return whether they could."""
        looking = User.objects.filter(pk=self.pk, support_until__gt=timezone.now())
        could = looking.update(support_until=None) == 1
        self.support_until = None
        if could:
            self.events.create(kind=Event.Kind.SUPPORT_STOPS)
        return could

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return display_name(self)

    @property
    def adoption(self):
        """Return how the account came here from the old system, None if it began here."""
        return Adoption.objects.filter(kind=Adoption.Kind.USER, old_id=self.pk).first()

    @property
    def pending_addresses(self):
        """Return the address that becomes the user's once they confirm it, as a queryset."""
        return self.emailaddress_set.filter(verified=False).exclude(email=self.email)

    @property
    def second_factors(self):
        """Return the kinds that the user has, "totp" and "webauthn"; recovery codes are none."""
        kinds = self.authenticator_set.exclude(type="recovery_codes")
        return set(kinds.values_list("type", flat=True))

    @property
    def needs_admin_link(self):
        """Return whether this user may use the admin, and has no second factor to do so."""
        return self.is_active and self.is_staff and not self.second_factors

    def make_admin_link(self):
        """Return the path of a new AdminLink. It is kept nowhere else."""
        self.admin_links.expired().delete()
        key = secrets.token_urlsafe()
        self.admin_links.create(digest=digest_of(key))
        return reverse("admin_link", kwargs={"admin_link_key": key})

    def has_admin_link(self, key):
        """Return whether the link with this key would work for this user."""
        return self.needs_admin_link and self.admin_links.valid().of_key(key).exists()

    def use_admin_link(self, key):
        """Return whether the link with this key works, which it does once. Others end with it."""
        number, _ = self.admin_links.valid().of_key(key).delete()
        if number:
            self.admin_links.all().delete()
        return bool(number) and self.needs_admin_link

    @property
    def initials(self):
        """Return one or two letters that stand for the user in a small circle."""
        name, _, _ = display_name(self).partition("@")
        first, *others = name.replace(".", " ").split() or ["?"]
        last = others[-1] if others else ""
        return f"{first[:1]}{last[:1]}".upper()

    @property
    def zone(self):
        """Return the user's time zone as a ZoneInfo."""
        return zoneinfo.ZoneInfo(self.time_zone)

    def now(self):
        """Return this moment as an aware datetime in the user's time zone."""
        return timezone.localtime(timezone=self.zone)

    def today(self):
        """Return the day it is where the user is."""
        return self.now().date()

    def clock(self):
        """Return this moment where the user is, with how they read dates."""
        return Clock(self.now(), self.date_format, self.hours, self.week_start)

    def lock(self):
        """Lock it to the transaction's end. Rows that refer to it can be added meanwhile."""
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
        """Narrow to what is still offered to its user."""
        return self.filter(kept_at__gte=Now() - WAITING_OFFERED)

    def exists_for(self, user):
        """Return the condition that something is still offered to the user of this column."""
        return models.Exists(self.filter(user=models.OuterRef(user)).current())

    def kept_before(self, moment):
        return self.filter(kept_at__lt=moment)

    def has_room(self, size=1):
        """Is there room for a form of this size, in characters, where these are all of its user?"""
        taken = self.aggregate(number=models.Count("pk"), size=models.Sum("size", default=0))
        if taken["number"] >= MOST_WAITING:
            return False
        return taken["size"] + size <= MOST_WAITING_CHARACTERS

    def purge(self):
        """Delete these for ever. Return how many there were."""
        return self.delete()[0]


class WaitingFormManager(models.Manager.from_queryset(WaitingFormQuerySet)):
    @transaction.atomic
    def keep(self, user, path, posted, kept_at=None):
        """Keep a form of user's, the same one once; return its row. What has expired goes.

        posted is what it holds, as [name, value] in its order; kept_at is the moment from which it
        waits, now if none is given. NoRoom if there is none. The user is locked: of two that come
        at once, the second finds the room that the first has left.
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
        fields = {"path": path, "posted": posted, "size": size}
        return WaitingForm.objects.create(user=user, kept_at=kept_at or timezone.now(), **fields)


class WaitingForm(models.Model):
    """A form that could not be saved, since its user was signed out (accounts.waiting)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="waiting", db_index=False)
    path = models.CharField()
    posted = models.JSONField()  # [name, value], in the form's order
    size = models.PositiveIntegerField()  # characters of both
    failed = models.BooleanField(default=False)  # was it sent since, and could not be saved?
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
    """Return what stands for a session where its key must not: who has the key has the session."""
    return salted_hmac("last_user", session_key).hexdigest()


class SessionQuerySet(models.QuerySet):
    def live(self, now=None):
        """Leave out those whose time is up, at this moment or at now."""
        return self.filter(expire_date__gt=now or timezone.now())

    def with_waits(self):
        """Add to each session, as `waits`, whether something of its user's waits to be saved."""
        return self.annotate(waits=WaitingForm.objects.exists_for("user"))

    def marked(self, mark):
        """Return the one of these, who are few, that has this mark; None if none has."""
        return next((session for session in self if session.mark == mark), None)


class Session(AbstractBaseSession):
    """A session as Django keeps it, in Django's table, with its user and where it was seen.

    The columns beyond Django's are written by LastSeenMiddleware alone. A session that a version
    before this one has begun gets its user by that, at its next request.
    """

    # Null: nobody has signed in. The database deletes a user's sessions with the user.
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
        """Return whether user is signed in by it: not after a sign_out(), nor a new password."""
        hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
        return self.get_decoded().get(HASH_SESSION_KEY) in hashes


class EndedSessionManager(models.Manager):
    def note(self, user, mark):
        """Note that user's session with this mark is ended on purpose. What nobody asks for goes.

        Once the cookie has expired, nobody asks.
        """
        old = timezone.now() - EndedSession.REMEMBERED
        EndedSession.objects.filter(user=user, ended_at__lt=old).delete()
        EndedSession.objects.get_or_create(mark=mark, defaults={"user": user})


class EndedSession(models.Model):
    """A session that its user ended on purpose: in its browser nothing is kept (accounts.waiting).

    All sessions of a user that are ended at once need none (User.sign_out).
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
        """Delete these for ever. Return how many there were."""
        return self.delete()[0]


class Event(models.Model):
    """Something that was done to an account, by its owner or by support: for their history."""

    class Kind(models.TextChoices):
        """What was done, as the admin's log says it."""

        SUPPORT_LOOKS = "support looks", "Let support look for 7 days."
        SUPPORT_STOPS = "support stops", "Stopped letting support look."
        RESET_SENT = "reset sent", "Sent a link to reset the password."
        CONFIRMATION_SENT = "confirmation sent", "Sent the link that confirms the address again."
        FACTOR_REMOVED = "factor removed", "Removed the second factor; signed out everywhere."
        LINK_SHOWN = "link shown", "Made a link to set up the second factor."
        SIGNED_OUT = "signed out", "Signed out everywhere."
        DISABLED = "disabled", "Disabled the account."
        ENABLED = "enabled", "Enabled the account again."
        ADDRESS_CHANGED = "address changed", "Changed the address."

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


class Adoption(models.Model):
    """What became of a row of the old system that this one replaces: the ledger of the adoption.

    It tells what changed since, here and there: the fingerprint is that of the old row, the version
    that of ours, both as they were when the row was adopted. It outlives our row, so that nothing
    that was deleted here comes back.
    """

    class Kind(models.TextChoices):
        """Kinds of rows that make an account. An app that adopts other rows has more kinds."""

        USER = "user"
        PASSWORD = "password"

    class Reason(models.TextChoices):
        """Why an account was adopted inactive, with what that means and what to do."""

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
    kind = models.CharField(max_length=8)  # a Kind, or one of another app's
    old_id = models.CharField(max_length=36)
    fingerprint = models.UUIDField()
    version = models.CharField(max_length=32)
    email = models.CharField(blank=True, default="")  # as it was written there
    reason = models.CharField(max_length=9, blank=True, default="")  # a Reason, or none
    adopted_at = models.DateTimeField()

    def __str__(self):
        return f"{self.kind} {self.old_id}"


def digest_of(key):
    """Return what is kept of a key that can't be guessed: its SHA-256, as 64 hexadecimal digits."""
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

    It is what they need beside the password, where ADMIN_REQUIRES_MFA is on. Whoever reads this
    table can't use it.
    """

    LIFETIME = timedelta(hours=1)

    user = models.ForeignKey(User, models.CASCADE, related_name="admin_links")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = AdminLinkQuerySet.as_manager()

    def __str__(self):
        return f"{self.user_id} {self.created_at}"
