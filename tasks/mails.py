"""The mails of tasks: reminders and daily digests, without the headers that tasks.sending adds."""

from django.core.mail import EmailMessage

from accounts.site import site_url


def reminder_mail(reminder):
    """Return the mail of a reminder."""
    task = reminder.task
    lines = [str(task), "", f"{site_url()}{task.get_absolute_url()}"]
    return EmailMessage(subject=f"Reminder: {task}", body="\n".join(lines))


def digest_mail(user, day):
    """Return the mail of a user's tasks that are due by a day, None if there are none."""
    tasks = list(user.tasks.due_by(day)[:100])
    if not tasks:
        return None
    lines = [*map(str, tasks), "", f"{site_url()}/today/"]
    return EmailMessage(subject=f"{len(tasks)} tasks for {day}", body="\n".join(lines))


def unsubscribe_url(user, kind):
    """Return the address that ends a kind of mail to a user, "" if there is none."""
    return ""
