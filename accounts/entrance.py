"""allauth's forms and stages of signing in, where ours differ.

Above all in whose an address is: for allauth that of everybody who asked to change to it, too.
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
    def _authenticate_by_email(self, email, password):
        # Private API, so pinned by a test. After the fact it would be too late: a hundred who wait
        # for an address would be a hundred passwords to check whenever its owner signs in.
        users = User.objects.known_as(email)
        return next((user for user in users if self._check_password(user, password)), None)

    def get_user(self, user_id):
        """Return the user of a session, by the one query that also says whether something waits.

        Django asks this for each request, and every page has to know.
        """
        user = User.objects.with_waits().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    # The same work for each address that fails, or its time says whose account it is. Private API,
    # so pinned by a test.

    def _check_password(self, user, password):
        passed = super()._check_password(user, password)
        if not passed:
            self.even_out(password, user.password)
        return passed

    def _mitigate_timing_attack(self, password):
        super()._mitigate_timing_attack(password)
        self.even_out(password)

    def even_out(self, password, encoded=""):
        """Make up for the other kind of hash, on a site where passwords were adopted."""
        if Adoption.objects.filter(kind=Adoption.Kind.PASSWORD).exists():
            do_the_other_work(password, encoded)


class AddressField(EmailField):
    """Takes every address that an account here may have: allauth's takes ASCII alone."""

    default_validators = [validate_email]

    def __init__(self, **kwargs):
        # Browsers refuse letters beyond ASCII in an input of the type "email".
        attrs = {"inputmode": "email", "autocomplete": "email", "autocapitalize": "none"}
        super().__init__(widget=TextInput(attrs=attrs), **kwargs)


class NewAddressField(AddressField):
    """Takes an address that an account may have from now on."""

    default_validators = [validators.validate_email]

    def run_validators(self, value):
        super().run_validators(value)
        validate_new_email(value)  # one that can be read: else there would be two errors of one


class LoginForm(forms.LoginForm):
    # accounts.adapter reads it: a passkey's form is another, and sends it, too.
    not_mine = BooleanField(
        label="This isn’t my computer",
        required=False,
        help_text="Keeps nothing you type in this browser, and signs you out when you close it.",
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
        """Make the account; of two sign-ups at the same moment, the second finds it there.

        Where it is there already, the password is hashed all the same: a sign-up takes as long.
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
        """Have the new address wait beside the one that signs in, for one that waited till now.

        allauth's would empty the one that signs in, too, where nobody has confirmed that.
        """
        self.user.pending_addresses.delete()
        email = self.cleaned_data["email"]
        return EmailAddress.objects.add_email(request, self.user, email, confirm=True)


class ResetPasswordForm(forms.ResetPasswordForm):
    email = AddressField()

    def clean_email(self):
        email = super().clean_email()
        self.users = list(User.objects.known_as(email).filter(is_active=True))
        return email


class UserTokenForm(forms.UserTokenForm):
    """The link that resets a password; it may have been sent before its user was disabled."""

    def clean(self):
        cleaned = super().clean()
        if not self.reset_user.is_active:
            raise get_adapter().validation_error("invalid_password_reset")
        return cleaned


class ResetPasswordKeyForm(forms.ResetPasswordKeyForm):
    def save(self):
        """Call off a change of address, too: it may be an intruder's, whom the reset throws out.

        And a reset unlocks all addresses of the account: one that waits may be somebody else's.
        """
        super().save()
        self.user.pending_addresses.delete()


class EmailVerificationStage(stages.EmailVerificationStage):
    """Asks whoever came from the old system to confirm their address, but lets them in.

    They never had to there.
    """

    def handle(self):
        user = self.login.user
        if not (user and user.adoption):  # none: a sign-up with an address that is known
            return super().handle()
        verification_is_on = self.login.email_verification != "optional"
        if verification_is_on and not has_verified_email(user, self.login.email):
            send_verification_email_at_login(self.request, self.login)
        return None, True
