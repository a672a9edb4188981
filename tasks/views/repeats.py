"""How a task repeats: its form, and going on to the next occurrence."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from accounts.waiting import holds_words
from tasks.forms.repeats import RepeatForm
from tasks.forms.tasks import DetailForm
from tasks.repeating import Series, skip
from tasks.sidebar import sidebar_of
from tasks.views.replies import (
    METHODS,
    once_more,
    render_page,
    reply,
    say,
    shown_occurrence,
    shown_version,
    wants_fragment,
)


@holds_words("Save the repeat", RepeatForm, also=["shown"])
@require_http_methods(METHODS)
@once_more
def task_repeat(request, task_pk):
    """Put together how a task repeats, with the days that it would have before it is saved."""
    tasks, posted = request.user.tasks.open(), None
    if request.method == "POST":  # the form says so where it was completed meanwhile
        tasks, posted = request.user.tasks.select_for_update(of=["self"]), request.POST
    task = get_object_or_404(tasks, pk=task_pk)
    form, looks = RepeatForm(posted, task=task), "look" in request.POST
    if form.is_valid() and not looks:
        act = form.save()
        told = f"“{task}” repeats {form.words}." if act else "There was nothing new to save."
        say(request, told, act)
        return reply(request)
    template = "tasks/_repeat_days.html" if wants_fragment(request) else "tasks/task_repeat.html"
    status = 422 if posted and form.errors and not looks else 200
    return render_page(request, template, {"form": form, "task": task}, status)


@require_POST
def task_skip(request, task_pk):
    """Go on to the next occurrence of a repeat without this one."""
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = skip(task, shown_version(request), shown_occurrence(request))
    tell_repeat(request, task, act, "Skipped")
    return reply(request, task, form=DetailForm(instance=task, user=request.user))


@require_POST
def task_end(request, task_pk):
    """End a repeat: what is due stays, and nothing follows it."""
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = task.edit(repeat="") if task.repeat and not task.completed else None
    say(request, f"“{task}” does not repeat any more.", act)
    return reply(request, task, form=DetailForm(instance=task, user=request.user))


def tell_repeat(request, task, act, done):
    """Tell what became of an occurrence, and when the next one is."""
    clock = sidebar_of(request).clock
    if act and task.completed:
        say(request, f"Completed “{task}”. That was the last one.", act)
    elif act:
        say(request, f"{done}. Next: {clock.day(task.due_date)}.", act)
    elif task.completed:
        say(request, f"“{task}” was completed already.")
    elif not task.repeat:
        say(request, f"“{task}” does not repeat any more.")
    elif shown_occurrence(request) not in (None, task.due_date):
        say(request, f"That one is gone already. Next: {clock.day(task.due_date)}.")
    elif Series(task).next_day_without() is None:
        say(request, f"This is the last “{task}”: there is none to go on to.")
    else:
        say(request, f"“{task}” changed meanwhile. Look at it, then try again.")
