"""The repeat of a task: its form, and advancing to the next occurrence."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from accounts.waiting import holds_words
from tasks.forms.repeats import RepeatForm
from tasks.repeating import move_series, skip
from tasks.sidebar import sidebar_of
from tasks.views.replies import (
    METHODS,
    posted,
    render_page,
    reply,
    reply_with_form,
    retried_once,
    show_act,
    show_message,
    shown_occurrence,
    shown_version,
    status_of,
    wants_fragment,
)
from tasks.wording import changed, no_repeat, not_advanced


@holds_words("Save the repeat", RepeatForm, also=["shown"])
@require_http_methods(METHODS)
@retried_once
def task_repeat(request, task_pk):
    """Show the form of a task's repeat, with the days that it would have, and save it."""
    tasks = request.user.tasks.open()
    if request.method == "POST":  # a completed task too: its form has the error message
        tasks = request.user.tasks.select_for_update(of=["self"])
    task = get_object_or_404(tasks, pk=task_pk)
    form = RepeatForm(posted(request), task=task)
    if "look" in request.POST:
        return look(request, form, 200)
    if form.is_valid():
        show_act(request, form.save(), task)
        return reply(request)
    return look(request, form, status_of(form))


def look(request, form, status):
    """Show the form of a repeat with its next days; to htmx, only the days."""
    template = "tasks/task_repeat.html"
    if wants_fragment(request):
        template = "tasks/_repeat_days.html"
    context = {"form": form, "task": form.task}
    return render_page(request, template, context, status)


@require_POST
def task_skip(request, task_pk):
    """Advance a repeat to the next occurrence without this one."""
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    occurrence = shown_occurrence(request)
    act = skip(task, shown_version(request), occurrence)
    if act:
        show_act(request, act, task)
    else:
        show_message(request, not_advanced(task, occurrence, sidebar_of(request).clock))
    return reply_with_form(request, task)


@require_POST
@retried_once
def act_series(request, act_pk):
    """Move a repeat along with the occurrence that an act postponed."""
    acts = request.user.acts.with_changes()
    act = get_object_or_404(acts, pk=act_pk)
    try:
        task, moving = move_series(act)
    except ValueError as error:
        show_message(request, str(error), level=messages.ERROR)
        return reply(request)
    if task is None:
        raise Http404
    show_act(request, moving, task, otherwise=changed(task))
    return reply_with_form(request, task)


@require_POST
def task_end(request, task_pk):
    """End a repeat: the present occurrence stays, and no other follows."""
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = None
    if task.repeat and not task.completed:
        act = task.edit(repeat="")
    show_act(request, act, task, otherwise=no_repeat(task))
    return reply_with_form(request, task)
