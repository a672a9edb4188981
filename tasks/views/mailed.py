"""The pages that links of mails lead to, in any browser, signed in or not (tasks.mail_links).

A page shows the title of its task and nothing else of it. Opening it changes nothing, since
programs that look for viruses follow all links of a mail.
"""

from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tasks import snoozing
from tasks.mail_links import Completing, Snoozing, Stopping
from tasks.views.replies import METHODS


def gone(request):
    """Show that a link doesn't work any more, or never did."""
    return render(request, "tasks/mail_gone.html", status=404)


@login_not_required
@require_http_methods(METHODS)
def mail_complete(request, mail_token):
    """Show the button that completes a task; a POST completes it."""
    link = Completing.read(mail_token)
    task = link and link.task()
    if task is None:
        return gone(request)
    if request.method == "POST":
        link.complete(task)
        return redirect(f"{request.path}?done")
    context = {
        "task": task,
        "is_open": link.fits(task),
        "is_done": "done" in request.GET,
    }
    return render(request, "tasks/mail_complete.html", context)


@login_not_required
@require_http_methods(METHODS)
def mail_snooze(request, mail_token):
    """Show the buttons that snooze a reminder; a POST snoozes it."""
    link = Snoozing.read(mail_token)
    reminder = link and link.reminder()
    if reminder is None:
        return gone(request)
    clock = reminder.user.clock()
    hour = reminder.user.reminder_hour
    if request.method == "POST":
        until = snoozing.chosen(request.POST.get("until", ""), clock, hour)
        if until:
            reminder.snooze(until)
        return redirect(request.path)
    context = {
        "task": reminder.task,
        "snoozes": snoozing.choices(clock, hour),
        "until": link.snoozed_until(reminder),
        "clock": clock,
    }
    return render(request, "tasks/mail_snooze.html", context)


# RFC 8058: the program of a mail provider sends this POST, without a cookie and without a token of
# ours. It can do nothing but stop the mails that the signed address names.
@csrf_exempt
@login_not_required
@require_http_methods(METHODS)
def unsubscribe(request, mail_token):
    """Show the button that stops one kind of mail; a POST stops it at once."""
    try:
        link = Stopping.read(mail_token)
    except BadSignature:
        return gone(request)
    if request.method == "POST":
        link.stop()
    context = {"kind": link.kind, "is_stopped": request.method == "POST"}
    return render(request, "tasks/unsubscribe.html", context)
