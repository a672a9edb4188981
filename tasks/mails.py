"""The mails about tasks: a reminder, and the digest of a day. tasks.sending sends them.

There is no request: the links begin with the address of the site, and are signed for one act
(tasks.mail_links).
"""

from types import SimpleNamespace

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.site import site_url
from tasks import dates
from tasks.digest import Digest
from tasks.mail_links import Completing, Snoozing, Stopping
from tasks.reminder_words import words_of

STOP_WORDS = {"reminders": "Stop email reminders", "digest": "Stop the daily digest"}


def reminder_mail(reminder):
    """Return the mail of a reminder, without its sender, recipient and other headers."""
    task = reminder.task
    user = reminder.user
    clock = user.clock()
    set_as = words_of(reminder, task, clock, user.reminder_hour)
    context = {
        "subject": f"Reminder: {task}",
        "title": str(task),
        "facts": facts_of(task, clock),
        "why": f"You set a reminder for this task: {set_as}.",
        "complete_url": absolute(Completing.of(task).path),
        "snooze_url": absolute(Snoozing.of(reminder).path),
        "task_url": absolute(task.get_absolute_url()),
    }
    return mail("reminder", user, "reminders", context)


def facts_of(task, clock):
    """Return the facts of a task for a mail, below its title, each with its words and `is_late`."""
    facts = []
    if task.due_date:
        is_late = dates.due_state(task.due_date, task.due_time, clock.now) == "late"
        facts.append(SimpleNamespace(words=due_words(task, clock, is_late), is_late=is_late))
    if task.list:
        facts.append(SimpleNamespace(words=f"In {task.list}", is_late=False))
    return facts


def due_words(task, clock, is_late):
    """Return when a task is due, as a sentence: Due today at 17:00."""
    words = f"Due {clock.day_within(task.due_date)}"
    if is_late:
        words = f"Was due {clock.day_within(task.due_date)}"
    if task.due_time:
        words += f" at {clock.time(task.due_time)}"
    return words


def digest_mail(user, day):
    """Return the digest of a user's day, None if there is nothing to say."""
    clock = user.clock()
    digest = Digest(user, clock)
    if not digest:
        return None
    at = clock.time(user.digest_time)
    context = {
        "subject": f"{clock.date(day)}: {digest.summary}",
        "digest": digest,
        "today": clock.in_full(day),
        "site": site_url(),
        "today_url": absolute(reverse("today")),
        "why": f"You get this email at {at} ({user.time_zone}) on days with something to do.",
    }
    return mail("digest", user, "digest", context)


def mail(name, user, kind, context):
    """Return a mail from its two templates. kind names the mails that its last link stops."""
    stop = {
        "stop_url": unsubscribe_url(user, kind),
        "stop_words": STOP_WORDS[kind],
    }
    text = render_to_string(
        f"tasks/email/{name}.txt",
        context | stop,
    )
    html = render_to_string(
        f"tasks/email/{name}.html",
        context | stop,
    )
    message = EmailMultiAlternatives(context["subject"], text)
    message.attach_alternative(html, "text/html")
    return message


def unsubscribe_url(user, kind):
    """Return the address that stops one kind of mail to a user: "reminders" or "digest"."""
    return absolute(Stopping(user.pk, kind).path)


def absolute(path):
    return f"{site_url()}{path}"
