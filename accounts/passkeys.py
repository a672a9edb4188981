"""allauth's forms of security keys and passkeys, where ours differ."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError


def refuse_what_breaks(check):
    """Run check(). Raise ValidationError where what a browser sent breaks the library in it.

    allauth knows some of the errors that a malformed credential raises deep in fido2, which anybody
    can send before they sign in; any other would be a 500.
    """
    try:
        return check()
    except (ValidationError, DatabaseError):
        raise
    except Exception as error:  # a stranger chooses what the parser meets
        raise get_adapter().validation_error("incorrect_code") from error


class AddForm(forms.AddWebAuthnForm):
    def clean(self):
        return refuse_what_breaks(super().clean)


class AuthenticateForm(forms.AuthenticateWebAuthnForm):
    def clean_credential(self):
        return refuse_what_breaks(super().clean_credential)


class LoginForm(forms.LoginWebAuthnForm):
    def clean_credential(self):
        return refuse_what_breaks(super().clean_credential)


class ReauthenticateForm(forms.ReauthenticateWebAuthnForm):
    def clean_credential(self):
        return refuse_what_breaks(super().clean_credential)
