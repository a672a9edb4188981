"""The project's answers to the questions that allauth asks."""

import re

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.site import beginning_of, site_of
from accounts.waiting import note_computer


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in, sign-up and mail as allauth does them, with the rules of this site."""

    def get_login_stages(self):
        ours = {
            "allauth.account.stages.EmailVerificationStage": (
                "accounts.entrance.EmailVerificationStage"
            )
        }
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def pre_login(self, request, user, **kwargs):
        """Note in the session whether this is the user's own computer.

        It runs at the first step of a sign-in by any method.
        """
        note_computer(request)
        return super().pre_login(request, user, **kwargs)

    def login(self, request, user):
        """Sign the user in; welcome an adopted user at the first sign-in."""
        self.keep_out_if_inactive(request, user)
        is_first = user.last_login is None and user.adoption
        super().login(request, user)
        if is_first:
            request.session["welcome"] = True

    def keep_out_if_inactive(self, request, user):
        """End a sign-in or a confirmation if the user was disabled after it began.

        Raise ImmediateHttpResponse with the page that says so.
        """
        if not user.is_active:
            self.logout(request)
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))

    def set_password(self, user, password):
        """Save the user's password and no other column.

        The account may have been disabled, or signed out everywhere, since `user` was read.
        """
        user.set_password(password)
        user.save(update_fields=["password"])

    def get_password_change_redirect_url(self, request):
        """Return the address of the settings: an empty form would look as if nothing happened."""
        return reverse("settings")

    def is_open_for_signup(self, request):
        return settings.SIGNUP_OPEN

    def _get_login_attempts_cache_key(self, request, **credentials):
        # allauth's begins with the name that the site was asked by: each name that the server
        # answers to would be as many attempts again. Private API, so pinned by a test.
        return credentials["email"].lower()

    def send_mail(self, template_prefix, email, context):
        """Send a mail; leave the browser's name out for an address that isn't confirmed.

        An unconfirmed address may be a stranger's, who must get no text that the user chose.
        """
        if not EmailAddress.objects.filter(email=email.lower(), verified=True).exists():
            context = context | {"user_agent": ""}
        site = {"current_site": site_of(self.request)}
        super().send_mail(template_prefix, email, site | context)

    def render_mail(self, *arguments, **options):
        """Return the mail with one empty line between paragraphs, regardless of the template."""
        message = super().render_mail(*arguments, **options)
        message.body = re.sub(r"\n{3,}", "\n\n", message.body)
        return message

    def send_notification_mail(
        self,
        template_prefix,
        user,
        context=None,
        email=None,
    ):
        """Send a mail about the user's account, with the present moment in the user's format."""
        at = {
            "at": user.clock().moment(timezone.now()),
            "zone": user.time_zone,
        }
        super().send_notification_mail(
            template_prefix,
            user,
            at | (context or {}),
            email,
        )

    def can_delete_email(self, email_address):
        return email_address.email != email_address.user.email

    def confirm_email(self, request, email_address):
        """Confirm an address whole or not at all. Return whether it was confirmed.

        Another account may have taken the address in the meantime.
        """
        self.keep_out_if_inactive(request, email_address.user)
        try:
            with transaction.atomic():
                return super().confirm_email(request, email_address)
        except IntegrityError:
            failed = "account/messages/email_confirmation_failed.txt"
            self.add_message(
                request,
                messages.ERROR,
                failed,
                {"email": email_address.email},
            )
            return False

    def is_safe_url(self, url):
        try:
            return super().is_safe_url(beginning_of(url))
        except ValueError:  # http://[ cannot even be parsed
            return False
