import sys
from datetime import timedelta
from itertools import chain

from django.conf import settings
from django.core.cache import cache
from django.db import Error
from django.utils import timezone

from accounts.management.base import ExampleCommand
from accounts.models import User
from accounts.text import counted
from tasks import sending
from todosite import gunicorn
from todosite.database.checkup import Finding, findings
from todosite.environment import doubt_about, env, first_host, is_local


class Command(ExampleCommand):
    help = (
        "Check where the server listens, how links in emails start, the database and the connection"
        " to it, whether accounts are overdue for deletion, and whether reminders are sent. Each"
        " line says OK, or what to do. Exits with 1 if there is something to do."
    )
    example = "manage.py doctor"
    requires_system_checks = []

    def handle(self, **options):
        to_do = 0
        for finding in chain([listening(), links()], findings(), overdue(), reminders()):
            if finding.advice:
                to_do += 1
                self.stdout.write(f"TO DO  {finding.fact}: {finding.advice}.")
            else:
                self.stdout.write(f"OK     {finding.fact}")
        if to_do:
            sys.exit(1)


def listening():
    """Return the address that gunicorn listens on, with advice if anyone can reach it."""
    fact = f"gunicorn listens on {gunicorn.bind}"
    if is_local(gunicorn.host):
        return Finding(f"{fact}, only on this machine (by the Procfile: on all addresses)")
    if settings.TRUSTED_PROXY_COUNT:
        return Finding(f"{fact}, behind a proxy, which has to buffer requests")
    advice = "put a proxy that buffers requests in front of it, and leave HOST unset"
    return Finding(f"{fact}, where half-sent requests can block all its threads", advice)


def links():
    """Return the beginning of links in mails, with advice if SITE_URL should be set."""
    if not settings.SITE_URL:
        return Finding("links in emails start as the request does, while DEBUG is on")
    fact = f"links in emails start with {settings.SITE_URL}"
    if env.str("SITE_URL", default=""):
        return Finding(fact)
    doubt = doubt_about(first_host(settings.ALLOWED_HOSTS))
    if not doubt:
        return Finding(fact)
    advice = "set SITE_URL to the address that people open, such as https://todo.example.org"
    return Finding(f"{fact}, {doubt}", advice)


NAMED = 5  # accounts
LATE = timedelta(days=1)  # once a day is enough


def overdue():
    """Yield a finding if accounts are overdue for deletion; nothing without their table."""
    due = User.objects.due_to_leave(timezone.now() - LATE)
    try:
        emails = list(due.values_list("email", flat=True))
    except Error:  # the findings on the database say why
        return
    if not emails:
        yield Finding("accounts due for deletion: none is overdue")
        return
    named = ", ".join(emails[:NAMED])
    more = " and others" if len(emails) > NAMED else ""
    fact = f"{counted(len(emails), 'account')} should have been deleted: {named}{more}"
    yield Finding(fact, "run manage.py delete_left_users now, and once a day")


TOO_LATE = timedelta(minutes=15)
UNSEEN = timedelta(days=1)


def reminders():
    """Yield findings on reminders: whether any is late, and whether a sender is at work."""
    if not (settings.HAS_MAIL or settings.DEBUG):
        yield Finding("reminders: none is sent, without EMAIL_URL")
        return
    moment = timezone.now() - TOO_LATE
    try:
        late = sum(model.objects.late(moment).count() for model in sending.MODELS)
        seen_at = cache.get(sending.SEEN)
    except Error:  # the findings on the database say why
        return
    if late:
        fact = f"reminders that are more than 15 minutes late: {late}"
        yield Finding(fact, "the next line, the log and the admin may say why")
    else:
        yield Finding("reminders to send: none is late")
    yield of_the_sender(seen_at, late)


def of_the_sender(seen_at, late):
    """Return whether reminders are sent, as a finding.

    A sender was last seen at a moment, None for never; late is the number of late reminders.
    """
    seen = "none was seen yet"
    if seen_at:
        seen = f"one was seen at {seen_at:%Y-%m-%d %H:%M} UTC"
    if settings.SEND_IN_WEB:
        fact = f"web processes send reminders: {seen}"
        if not late or was_seen(seen_at, TOO_LATE):
            return Finding(fact)
        return Finding(fact, "start the web processes; if they run, see their log")
    if was_seen(seen_at, UNSEEN):
        return Finding(f"senders of reminders: {seen}")
    advice = "run manage.py send_due --loop, or drop SEND_IN_WEB=false"
    return Finding(f"senders of reminders: {seen}, none for a day", advice)


def was_seen(seen_at, ago):
    """Return whether a sender was seen within a span before now."""
    return bool(seen_at) and seen_at > timezone.now() - ago
