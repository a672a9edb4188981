"""allauth's forms and stages of signing in, where ours differ."""

from allauth.account import forms, stages
from allauth.account.fields import EmailField
from allauth.account.internal.flows.email_verification import send_verification_email_at_login
from allauth.account.utils import has_verified_email
from django.forms import TextInput

from accounts.addresses import validate_email


class AddressField(EmailField):
    """Takes every address that an account here may have: allauth's takes ASCII alone."""

    default_validators = [validate_email]

    def __init__(self, **kwargs):
        # Browsers refuse letters beyond ASCII in an input of the type "email".
        attrs = {"inputmode": "email", "autocomplete": "email", "autocapitalize": "none"}
        super().__init__(widget=TextInput(attrs=attrs), **kwargs)


class LoginForm(forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField()
        self.order_fields(["login", "password", "remember"])


class ResetPasswordForm(forms.ResetPasswordForm):
    email = AddressField()


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
