"""The reminders of a task, and the settings of reminders. request.user is the only door."""

from copy import copy

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tasks import snoozing
from tasks.forms.reminders import ReminderForm, ReminderSettingsForm
from tasks.messages import Action
from tasks.pages.reminders import Reminders
from tasks.sidebar import sidebar_of
from tasks.views.replies import (
    METHODS,
    form_of,
    posted,
    render_page,
    reply,
    show_act,
    show_message,
    status_of,
    wants_fragment,
)
from tasks.views.tasks import detail_context
from tasks.wording import named

LONGEST_MOMENT = 14  # digits of a moment in milliseconds since 1970


def get_reminder(request, reminder_pk):
    reminders = request.user.reminders.filter(task__deleted_at=None)
    return get_object_or_404(reminders.select_related("task"), pk=reminder_pk)


def reply_with(request, task, status=200, form=None):
    """Reply with the reminders of a task as they are now."""
    clock = sidebar_of(request).clock
    shown = Reminders(task, clock, form)
    return reply(request, task, status, reminders=shown)


@require_POST
def reminder_add(request, task_pk):
    tasks = request.user.tasks.open()
    task = get_object_or_404(tasks, pk=task_pk)
    form = ReminderForm(request.POST, task=task)
    act = form.is_valid() and form.add()
    if not act:
        return refuse(request, task, form)
    show_act(request, act, task, otherwise="The task already has this reminder.")
    return reply_with(request, task)


def refuse(request, task, form):
    """Show the errors of the form by its fields, on the task's page."""
    if wants_fragment(request):
        return reply_with(request, task, 422, form)
    context = detail_context(request, form_of(request, task))
    clock = sidebar_of(request).clock
    context["reminders"] = Reminders(task, clock, form)
    return render_page(request, "tasks/task_detail.html", context, 422)


@require_POST
def reminder_delete(request, reminder_pk):
    reminder = get_reminder(request, reminder_pk)
    task = reminder.task
    show_act(
        request,
        reminder.remove(),
        task,
        otherwise="The reminder was already removed.",
    )
    return reply_with(request, task)


@require_GET
def reminder_due(request, reminder_pk):
    """Answer a page that is about to tell a reminder: 204 if it is still due then, else 404.

    The page may be old, and the task completed, or the reminder snoozed, elsewhere.
    """
    at = request.GET.get("at", "")
    if not (at.isascii() and at.isdecimal() and len(at) <= LONGEST_MOMENT):
        raise Http404
    reminders = request.user.reminders.of_open_tasks().due_at(int(at))
    get_object_or_404(reminders, pk=reminder_pk)
    return HttpResponse(status=204)


@require_POST
def reminder_snooze(request, reminder_pk):
    reminder = get_reminder(request, reminder_pk)
    clock = sidebar_of(request).clock
    hour = request.user.reminder_hour
    asked = request.POST.get("until", "")
    until = snoozing.chosen(asked, clock, hour)
    if until is None:
        words = "That time has passed. Choose another."
        show_message(request, words, level=messages.ERROR)
    elif act := reminder.snooze(until):
        when = clock.within_day(reminder.moment)
        words = f"You'll be reminded of {named(reminder.task)} again: {when}."
        show_message(request, words, act)
    else:
        words = f"{named(reminder.task)} is completed, so there is nothing to remind of."
        show_message(request, words)
    return reply_with(request, reminder.task)


@require_http_methods(METHODS)
def reminder_settings(request):
    """Show when and how the user is reminded, and where mail goes; save it."""
    # A copy, since a form that fails leaves the typed values in its instance.
    form = ReminderSettingsForm(posted(request), instance=copy(request.user))
    if form.is_valid():
        form.save()
        messages.success(request, "Saved your reminders.")
        return redirect("reminder_settings")
    context = {
        "form": form,
        "has_mail": settings.HAS_MAIL,
        "is_confirmed": request.user.has_confirmed_address(),
    }
    return render_page(
        request,
        "tasks/reminder_settings.html",
        context,
        status_of(form),
    )


@require_POST
def mail_resume(request):
    """Resume mail to a user after their address has refused it."""
    request.user.resume_mail()
    messages.success(request, "We'll try to send you email again.")
    return redirect("reminder_settings")


@require_POST
def digest_offer(request):
    """Answer the offer of the daily digest, which is made once."""
    user = request.user
    user.digest_offered = True
    user.daily_digest = request.POST.get("answer") == "yes"
    user.save_preferences(["digest_offered", "daily_digest"])
    if user.daily_digest:
        at = user.clock().time(user.digest_time)
        words = f"You'll get the digest each day at {at}, if there is something to do."
        url = reverse("reminder_settings")
        show_message(request, words, None, Action("Settings", url, is_link=True))
    return redirect("today")
