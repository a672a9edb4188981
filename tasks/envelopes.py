"""Mails of tasks with the headers that a sender adds, for the addresses that may get them."""

from urllib.parse import urlsplit

from accounts.site import site_url
from tasks import mails
from tasks.reminders import Reminder

NO_ADDRESS = "The address isn't confirmed."
STOPPED = "The address gets no mail, since servers refused it."


class NotWanted(Exception):
    """There is nothing to send, for a reason."""


def envelope(delivery):
    """Return the mail of a delivery, ready to be sent. Raise NotWanted if there is none to send.

    The Message-ID belongs to the delivery, so a mail that goes out twice has the same; a mail that
    is sent again on purpose has another.
    """
    user = delivery.user
    refuse_user(user)
    if isinstance(delivery, Reminder):
        kind = "reminders"
        thread = f"task-{delivery.task_id}"
        message = reminder_of(delivery)
    else:
        kind = "digest"
        thread = f"digest-{user.pk}-{delivery.for_day:%Y-%m}"
        message = digest_of(delivery)
    message.subject = " ".join(message.subject.split())  # a title may hold ends of lines
    message.to = [user.email]
    message.extra_headers |= headers(delivery, thread)
    message.extra_headers |= stop_headers(user, kind)
    return message


def reminder_of(delivery):
    """Return the mail of a reminder. Raise NotWanted if its user wants none."""
    if not delivery.user.reminder_mail:
        raise NotWanted("The user wants no reminders by email.")
    return mails.reminder_mail(delivery)


def digest_of(delivery):
    """Return the mail of a digest. Raise NotWanted if its user wants none, or if it is empty."""
    if not delivery.user.daily_digest:
        raise NotWanted("The user wants no digest.")
    message = mails.digest_mail(delivery.user, delivery.for_day)
    if message is None:
        raise NotWanted("There is nothing to tell.")
    return message


def refuse_user(user):
    """Raise NotWanted if a user gets no mail at all."""
    if not user.is_active or user.leaves_at:
        raise NotWanted("The account is closed.")
    if user.mail_is_stopped:
        raise NotWanted(STOPPED)
    if not user.mail_address():
        raise NotWanted(NO_ADDRESS)


def headers(delivery, thread):
    """Return the headers of a delivery; clients show mails of one thread together (RFC 5322)."""
    host = urlsplit(site_url()).hostname
    name = f"{delivery._meta.model_name}-{delivery.pk}-{delivery.occasion}"
    if delivery.again:
        name += f"-{delivery.again}"
    return {
        "Message-ID": f"<{name}@{host}>",
        "In-Reply-To": f"<{thread}@{host}>",
        "References": f"<{thread}@{host}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834
        "X-Auto-Response-Suppress": "All",
    }


def stop_headers(user, kind):
    """Return the headers by which a mail client unsubscribes with one press (RFC 8058).

    The address must be of https.
    """
    url = mails.unsubscribe_url(user, kind)
    if not url.startswith("https://"):
        return {}
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
