from smtplib import SMTPException

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.management import CommandError

from accounts.addresses import validate_email
from accounts.management.base import ExampleCommand
from accounts.site import NAME, site_url


class Command(ExampleCommand):
    help = "Send a mail to an address, and show what the mail server answers if it refuses."
    example = "manage.py send_test_mail ann@example.org"

    def add_arguments(self, parser):
        parser.add_argument("address")

    def handle(self, *, address, **options):
        try:
            validate_email(address)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        message = EmailMessage(
            subject=f"Test mail from {NAME}",
            body=f"{site_url()} can send mail to you. There is nothing to do.",
            to=[address],
            headers={"Auto-Submitted": "auto-generated"},
        )
        try:
            message.send()
        except (OSError, SMTPException) as error:
            raise CommandError(f"The mail wasn't sent: {error}") from error
        host = (
            settings.EMAIL_HOST if settings.HAS_MAIL else "nobody; without EMAIL_URL it is printed"
        )
        self.stdout.write(f"Given to {host}. See whether it arrives, and not as spam.")
