"""Acts on tasks, and a task's own page. request.user is the only door: no model is imported."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.waiting import holds_words
from tasks.forms.base import submission
from tasks.forms.tasks import BUTTONS, DetailForm, form_sent
from tasks.messages import Action
from tasks.pages.reminders import Reminders
from tasks.repeating import complete
from tasks.sidebar import sidebar_of
from tasks.views.replies import (
    METHODS,
    NOTHING_MORE,
    form_of,
    move,
    recent_history,
    redirect_away,
    render_page,
    reply,
    reply_with_form,
    retried_once,
    show_act,
    show_errors,
    show_message,
    shown_occurrence,
    shown_version,
    status_of,
    title_says,
    wants_fragment,
    ways_to,
)
from tasks.views.steps import tell_step
from tasks.views.trash import purge
from tasks.wording import next_occurrence, not_advanced, not_done, repeat_after, understood


@require_safe
def task_detail(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    return detail(request, form_of(request, task))


@holds_words(
    "Save the task",
    DetailForm,
    typed={"step": "Step"},
    compared=DetailForm.merged,
    also=BUTTONS,
)
@require_http_methods(METHODS)
@retried_once
def task_edit(request, task_pk):
    if request.method != "POST":
        return task_detail(request, task_pk)
    tasks = request.user.tasks.select_for_update(of=["self"])
    task = get_object_or_404(tasks, pk=task_pk)
    form = form_sent(request.POST, instance=task, user=request.user)
    if not form.is_valid():
        return detail(request, form)
    save(request, form)
    if not request.return_page.is_page_of(task):
        return reply(request, task)
    if form.own:
        listing = request.return_page.listing_beside(task)
        url = f"{form.own.get_absolute_url()}?{listing.on}"
        return redirect_away(request, url)
    return reply_with_form(request, task)


def save(request, form):
    """Save a task's form, and with it a typed step; show the message of each."""
    act = form.save()
    step_act = form.step and form.step.save()
    is_edited = act is not None and act.pk is not None
    if is_edited or not form.step:
        show_act(
            request,
            act,
            form.own or form.instance,
            *form.changed_tags,
            more=after_edit(form),
            actions=actions_after(form, act),
        )
    if form.step:
        tell_step(request, form.step, step_act)


def after_edit(form):
    """Return the sentence that follows the sentence of an edit; "" for most edits."""
    if form.own:
        return "The repeat continues without it."
    if form.line:
        return understood(form.line)
    return repeat_after(form.instance, form.written, form.repeat)


def actions_after(form, act):
    """Return the actions of an edit in addition to Undo."""
    if form.puts_off:
        return [Action("Move the repeat too", act.series_url)]
    return []


def detail(request, form):
    """Show a task's form: to htmx alone, else next to the listing that led to it."""
    is_part = wants_fragment(request)
    if form.is_bound and is_part and not request.return_page.is_page_of(form.instance):
        show_errors(request, form)
        return reply(request, status=status_of(form))
    context = detail_context(request, form)
    if not is_part:
        return render_page(
            request,
            "tasks/task_detail.html",
            context,
            status_of(form),
        )
    context = NOTHING_MORE | {"subtag": "h3"} | context
    return render_page(
        request,
        "tasks/_answer.html",
        context,
        status_of(form),
    )


def detail_context(request, form):
    task = form.instance
    listing = request.return_page.listing_beside(task)
    return {
        "task": task,
        "form": form,
        "step_form": form.step,
        "reminders": Reminders(task, sidebar_of(request).clock),
        "listing": listing,
        # Forms of the page lead back to it with this listing, also if no listing led here.
        "next": f"{task.get_absolute_url()}?{listing.on}",
        "past": recent_history(request, task),
        "title_says": title_says(request, task),
    }


@require_POST
def task_complete(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    occurrence = shown_occurrence(request)
    act = complete(task, shown_version(request), occurrence)
    clock = sidebar_of(request).clock
    form = None
    if not task.repeat:
        show_act(request, act, task, otherwise=not_done("complete", task))
    elif act:
        form = form_of(request, task)
        show_act(request, act, task, more=next_occurrence(task, clock))
    else:
        show_message(request, not_advanced(task, occurrence, clock))
    return reply(request, task, ticked=act, form=form)


@require_POST
def task_reopen(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = task.reopen(shown_version(request))
    show_act(request, act, task, otherwise=not_done("reopen", task))
    return reply(request, task, ticked=act)


@require_POST
def task_move(request, task_pk):
    tasks = request.user.tasks.open()
    task = get_object_or_404(tasks, pk=task_pk)
    move(request, task, request.user.tasks)
    return reply(request, task)


@require_POST
def task_duplicate(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    sent = submission(request.POST, ("duplicate", task_pk))
    act = task.duplicate(sent)
    ways = ways_to(request, act.new_tasks, act)
    show_act(request, act, actions=ways)
    copy = next(iter(act.new_tasks), None)
    return reply(request, task, new_pk=copy and copy.pk)


@require_http_methods(METHODS)
def task_delete(request, task_pk):
    tasks = request.user.tasks(manager="everything")
    task = get_object_or_404(tasks, pk=task_pk)
    if request.method != "POST":
        return render_page(
            request,
            "tasks/task_delete.html",
            {"task": task},
        )
    act = task.delete_softly(shown_version(request))
    show_act(request, act, task, otherwise=not_done("delete", task))
    back = request.return_page
    if task.deleted_at and back.is_page_of(task):
        listing = back.listing_beside(task)
        return redirect_away(request, listing.own_url)
    return reply(request, task)


@require_POST
def task_restore(request, task_pk):
    tasks = request.user.tasks(manager="everything")
    task = get_object_or_404(tasks, pk=task_pk)
    act = task.restore(shown_version(request))
    ways = ways_to(request, [task], act)
    show_act(request, act, task, otherwise=not_done("restore", task), actions=ways)
    return reply(request, task)


@require_http_methods(METHODS)
def task_purge(request, task_pk):
    tasks = request.user.tasks(manager="trash")
    task = get_object_or_404(tasks, pk=task_pk)
    return purge(request, task, "tasks/task_purge.html")
