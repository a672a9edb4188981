"""Steps of a task. request.user.steps is the only way to the data."""

from django.core.exceptions import BadRequest
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from accounts.waiting import holds_words
from tasks.forms.steps import StepAddForm, StepForm
from tasks.views.replies import (
    METHODS,
    move,
    posted,
    render_page,
    reply,
    show_act,
    show_message,
    shown_version,
    status_of,
    wants_fragment,
)
from tasks.wording import not_done, not_ticked


def get_step(request, step_pk, manager="objects"):
    steps = request.user.steps(manager=manager)
    there = steps.of_tasks_there().select_related("task")
    return get_object_or_404(there, pk=step_pk)


def tell_step(request, form, act):
    """Show the message of an act that added a step by its form."""
    if form.row:
        show_act(request, act, form.row)
    else:
        show_message(request, "This step was already added.", act)


@holds_words("Add the step", StepAddForm)
@require_POST
def step_add(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    form = StepAddForm(request.POST, user=request.user, task=task)
    if form.is_valid():
        tell_step(request, form, form.save())
        another = StepAddForm(user=request.user, task=task)
        return reply(request, task, step_form=another)
    if wants_fragment(request):
        return reply(request, task, 422, step_form=form)
    context = {"task": task, "form": form}
    return render_page(request, "tasks/step_add.html", context, 422)


@require_POST
def step_tick(request, step_pk):
    step = get_step(request, step_pk)
    done = request.POST.get("done")
    if done not in {"0", "1"}:
        raise BadRequest("“done” must be 0 or 1.")
    is_done = done == "1"
    act = step.tick(is_done)
    show_act(request, act, step, otherwise=not_ticked(step))
    return reply(request, step.task, steps=True)


@holds_words("Save the step", StepForm, compared=StepForm.merged)
@require_http_methods(METHODS)
@transaction.atomic
def step_edit(request, step_pk):
    step = get_step(request, step_pk)
    if request.method == "POST":
        step.task.lock()
        step.refresh_from_db()
    form = StepForm(posted(request), instance=step, user=request.user)
    if form.is_valid():
        show_act(request, form.save(), step)
        return reply(request, step.task, steps=True)
    template = "tasks/step_edit.html"
    if wants_fragment(request):
        template = "tasks/_menu_again.html" if form.is_bound else "tasks/_step_menu.html"
    before, after = step.task.steps.around(step.pk)
    context = {
        "step": step,
        "form": form,
        "before": before,
        "after": after,
    }
    return render_page(request, template, context, status_of(form))


@require_POST
def step_move(request, step_pk):
    step = get_step(request, step_pk)
    move(request, step, request.user.steps)
    return reply(request, step.task, steps=True)


@require_POST
def step_delete(request, step_pk):
    step = get_step(request, step_pk, manager="everything")
    act = step.delete_softly(shown_version(request))
    show_act(request, act, step, otherwise=not_done("delete_step", step))
    return reply(request, step.task, steps=True)


@require_POST
def step_restore(request, step_pk):
    step = get_step(request, step_pk, manager="everything")
    act = step.restore(shown_version(request))
    show_act(request, act, step, otherwise=not_done("restore_step", step))
    return reply(request, step.task, steps=True)
