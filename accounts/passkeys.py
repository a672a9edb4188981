"""allauth's forms of security keys and passkeys, made safe against malformed credentials."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError
from django.forms import BooleanField


def refuse_what_breaks(check):
    """Return check(). Raise ValidationError if the library fails at the browser's data.

    allauth handles some of the errors that fido2 raises for a malformed credential, which a
    stranger can send before signing in. Any other error would be a 500.
    """
    try:
        return check()
    except (ValidationError, DatabaseError):
        raise
    except Exception as error:  # a stranger chooses what the parser meets
        raise get_adapter().validation_error("incorrect_code") from error


class AddPasskeyForm(forms.AddWebAuthnForm):
    passwordless = BooleanField(
        label="Use it as a passkey",
        required=False,
        help_text="You then sign in with it alone, and it asks for your fingerprint, face or PIN.",
    )

    def clean(self):
        return refuse_what_breaks(super().clean)


class AuthenticatePasskeyForm(forms.AuthenticateWebAuthnForm):
    def clean_credential(self):
        return refuse_what_breaks(super().clean_credential)


class PasskeyLoginForm(forms.LoginWebAuthnForm):
    def clean_credential(self):
        return refuse_what_breaks(super().clean_credential)


class ReauthenticatePasskeyForm(forms.ReauthenticateWebAuthnForm):
    def clean_credential(self):
        return refuse_what_breaks(super().clean_credential)
