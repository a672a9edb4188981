"""What allauth asks of the project."""

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
    def get_login_stages(self):
        ours = {
            "allauth.account.stages.EmailVerificationStage": (
                "accounts.entrance.EmailVerificationStage"
            )
        }
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def pre_login(self, request, user, **kwargs):
        """Note whether the computer is theirs, at the first step of a sign-in, by any method."""
        note_computer(request)
        return super().pre_login(request, user, **kwargs)

    def login(self, request, user):
        """Sign in; whoever came from the old system is welcomed the first time."""
        self.keep_out_if_inactive(request, user)
        is_first = user.last_login is None and user.adoption
        super().login(request, user)
        if is_first:
            request.session["welcome"] = True

    def keep_out_if_inactive(self, request, user):
        """Forget a sign-in or confirmation of somebody who was disabled since it began."""
        if not user.is_active:
            self.logout(request)
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))

    def set_password(self, user, password):
        """Write it alone: meanwhile somebody may have disabled the account, or signed it out."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def get_password_change_redirect_url(self, request):
        """Lead on to the settings: the form again, and empty, looks as if nothing had happened."""
        return reverse("settings")

    def is_open_for_signup(self, request):
        return settings.SIGNUP_OPEN

    def _get_login_attempts_cache_key(self, request, **credentials):
        # allauth's begins with the name that the site was asked by: each name that the server
        # answers to would be as many attempts again. Private API, so pinned by a test.
        return credentials["email"].lower()

    def send_mail(self, template_prefix, email, context):
        """Send no text of the user's to an address that isn't confirmed: it may be a stranger's."""
        if not EmailAddress.objects.filter(email=email.lower(), verified=True).exists():
            context = context | {"user_agent": ""}
        site = {"current_site": site_of(self.request)}
        super().send_mail(template_prefix, email, site | context)

    def render_mail(self, *arguments, **options):
        """Leave one empty line between paragraphs, however the template is laid out."""
        message = super().render_mail(*arguments, **options)
        message.body = re.sub(r"\n{3,}", "\n\n", message.body)
        return message

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Send a mail about the user's account, with the moment as they read dates."""
        at = {"at": user.clock().moment(timezone.now()), "zone": user.time_zone}
        super().send_notification_mail(template_prefix, user, at | (context or {}), email)

    def can_delete_email(self, email_address):
        return email_address.email != email_address.user.email

    def confirm_email(self, request, email_address):
        """Confirm it whole or not at all: another account may have taken the address meanwhile."""
        self.keep_out_if_inactive(request, email_address.user)
        try:
            with transaction.atomic():
                return super().confirm_email(request, email_address)
        except IntegrityError:
            failed = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, failed, {"email": email_address.email})
            return False

    def is_safe_url(self, url):
        try:
            return super().is_safe_url(beginning_of(url))
        except ValueError:  # http://[ cannot even be parsed
            return False
