"""allauth's forms and stages of signing in, where ours differ.

The chief difference: for allauth an address belongs to every user who asked to change to it.
"""

from allauth.account import auth_backends, forms, stages
from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField
from allauth.account.internal.flows.email_verification import send_verification_email_at_login
from allauth.account.models import EmailAddress
from allauth.account.utils import has_verified_email
from django.contrib.auth.hashers import make_password
from django.core import validators
from django.db import IntegrityError, transaction
from django.forms import BooleanField, TextInput

from accounts.addresses import validate_email, validate_new_email
from accounts.hashers import do_the_other_work
from accounts.models import Adoption, User
from accounts.waiting import NOT_MINE


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """Sign-in by a confirmed address, in the same time for every failure."""

    def _authenticate_by_email(self, email, password):
        # Private API, so pinned by a test. To filter allauth's result would be too late: if a
        # hundred users asked for an address, each sign-in would check a hundred passwords.
        users = User.objects.known_as(email)
        return next((user for user in users if self._check_password(user, password)), None)

    def get_user(self, user_id):
        """Return the user of a session, together with whether a form waits for the user.

        Django asks for the user at each request, and every page needs to know about waiting forms.
        """
        user = User.objects.with_waits().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    # Each failed sign-in does the same work: otherwise its time would tell which addresses have an
    # account. Private API, so pinned by a test.

    def _check_password(self, user, password):
        passed = super()._check_password(user, password)
        if not passed:
            self.even_out(password, user.password)
        return passed

    def _mitigate_timing_attack(self, password):
        super()._mitigate_timing_attack(password)
        self.even_out(password)

    def even_out(self, password, encoded=""):
        """Hash the password by the other hasher too, on a site where passwords were adopted."""
        if Adoption.objects.filter(kind=Adoption.Kind.PASSWORD).exists():
            do_the_other_work(password, encoded)


class AddressField(EmailField):
    """A field for every address that an account here can have; allauth's accepts ASCII alone."""

    default_validators = [validate_email]

    def __init__(self, **kwargs):
        # Browsers refuse letters beyond ASCII in an input of the type "email".
        attrs = {
            "inputmode": "email",
            "autocomplete": "email",
            "autocapitalize": "none",
        }
        super().__init__(widget=TextInput(attrs=attrs), **kwargs)


class NewAddressField(AddressField):
    """A field for an address that a new account, or a changed one, may have."""

    default_validators = [validators.validate_email]

    def run_validators(self, value):
        super().run_validators(value)
        # Only for an address that can be parsed: otherwise one mistake would give two errors.
        validate_new_email(value)


class LoginForm(forms.LoginForm):
    # The adapter reads this field, since the form of a passkey sends it as well.
    not_mine = BooleanField(
        label="This is a shared computer",
        required=False,
        help_text="Saves nothing you type in this browser, and signs you out when you close it.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField()
        self.order_fields(["login", "password", "remember", NOT_MINE])

    def clean(self):
        cleaned = super().clean()
        cleaned["remember"] = cleaned["remember"] and not cleaned[NOT_MINE]
        return cleaned


class SignupForm(forms.SignupForm):
    email = NewAddressField()

    def validate_unique_email(self, email):
        if User.objects.known_as(email).exists():
            return super().validate_unique_email(email)  # as much as a stranger may know
        return email

    def try_save(self, request):
        """Create the account, or find that it exists already; also if it was created a moment ago.

        If it exists, the password is hashed nevertheless, so that every sign-up takes the same
        time.
        """
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)


class AddEmailForm(forms.AddEmailForm):
    email = NewAddressField()

    @transaction.atomic
    def save(self, request):
        """Add the new address, unconfirmed, and keep the present one. Replace a pending address.

        allauth's form would also remove the present address if that was never confirmed.
        """
        self.user.pending_addresses.delete()
        email = self.cleaned_data["email"]
        return EmailAddress.objects.add_email(
            request,
            self.user,
            email,
            confirm=True,
        )


class ResetPasswordForm(forms.ResetPasswordForm):
    email = AddressField()

    def clean_email(self):
        email = super().clean_email()
        self.users = list(User.objects.known_as(email).filter(is_active=True))
        return email


class UserTokenForm(forms.UserTokenForm):
    """The link that resets a password. It may have been sent before its user was disabled."""

    def clean(self):
        cleaned = super().clean()
        if not self.reset_user.is_active:
            raise get_adapter().validation_error("invalid_password_reset")
        return cleaned


class ChangePasswordForm(forms.ChangePasswordForm):
    """allauth's form, with labels in sentence case."""

    oldpassword = forms.PasswordField(
        show_reset_help=True, label="Current password", autocomplete="current-password"
    )
    password1 = forms.SetPasswordField(label="New password")
    password2 = forms.PasswordField(label="New password (again)", autocomplete="new-password")


class ResetPasswordKeyForm(forms.ResetPasswordKeyForm):
    """allauth's form, with labels in sentence case."""

    password1 = forms.SetPasswordField(label="New password")
    password2 = forms.PasswordField(label="New password (again)", autocomplete="new-password")

    def save(self):
        """Save the password, and cancel a pending change of address.

        The pending address may be an intruder's, and a reset would let every address of the account
        sign in.
        """
        super().save()
        self.user.pending_addresses.delete()


class EmailVerificationStage(stages.EmailVerificationStage):
    """The stage that asks for a confirmed address, but lets adopted users in without one.

    The old system never asked them to confirm it.
    """

    def handle(self):
        user = self.login.user
        if not (user and user.adoption):  # no user: a sign-up with the address of an account
            return super().handle()
        verification_is_on = self.login.email_verification != "optional"
        if verification_is_on and not has_verified_email(user, self.login.email):
            send_verification_email_at_login(self.request, self.login)
        return None, True
