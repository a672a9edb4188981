"""Steps inside a task. request.user.steps is the door."""

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from accounts.waiting import holds_words
from tasks.forms.base import MoveForm
from tasks.forms.steps import StepAddForm, StepForm
from tasks.views.replies import (
    METHODS,
    render_page,
    reply,
    say,
    shown_version,
    tell,
    wants_fragment,
)


def get_step(request, step_pk, manager="objects"):
    steps = request.user.steps(manager=manager).of_tasks_there()
    return get_object_or_404(steps.select_related("task"), pk=step_pk)


def add_step(request, form):
    act = form.save()
    words = f"Added “{form.row}”." if form.row else "That step was added before."
    say(request, words, act)


@holds_words("Add the step", StepAddForm)
@require_POST
def step_add(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    form = StepAddForm(request.POST, user=request.user, task=task)
    if form.is_valid():
        add_step(request, form)
        return reply(request, task, step_form=StepAddForm(user=request.user, task=task))
    if wants_fragment(request):
        return reply(request, task, 422, step_form=form)
    return render_page(request, "tasks/step_add.html", {"task": task, "form": form}, 422)


@require_POST
def step_tick(request, step_pk):
    step = get_step(request, step_pk)
    done = request.POST.get("done")
    if done not in {"0", "1"}:
        raise BadRequest("“done” must be 0 or 1.")
    act = step.tick(done == "1")
    tell(request, step, act, "Ticked" if step.done else "Unticked", "was so already")
    return reply(request, step.task, steps=True)


@holds_words("Save the step", StepForm, compared=StepForm.merged)
@require_http_methods(METHODS)
@transaction.atomic
def step_edit(request, step_pk):
    step = get_step(request, step_pk)
    if request.method == "POST":
        step.task.lock()
        step.refresh_from_db()
    posted = request.POST if request.method == "POST" else None
    form = StepForm(posted, instance=step, user=request.user)
    if form.is_valid():
        act = form.save()
        say(request, f"Saved “{step}”." if act else "There was nothing new to save.", act)
        return reply(request, step.task, steps=True)
    status = (409 if form.clashes else 422) if form.is_bound else 200
    template = "tasks/step_edit.html"
    if wants_fragment(request):
        template = "tasks/_menu_again.html" if form.is_bound else "tasks/_step_menu.html"
    before, after = step.task.steps.around(step.pk)
    context = {"step": step, "form": form, "before": before, "after": after}
    return render_page(request, template, context, status)


@require_POST
def step_move(request, step_pk):
    step = get_step(request, step_pk)
    form = MoveForm(request.POST, row=step, rows=request.user.steps)
    if not form.is_valid():
        raise Http404
    tell(request, step, step.move(**form.where()), "Moved", "")
    return reply(request, step.task, steps=True)


@require_POST
def step_delete(request, step_pk):
    step = get_step(request, step_pk, manager="everything")
    act = step.delete_softly(shown_version(request))
    already = "was deleted already" if step.deleted_at else ""
    tell(request, step, act, "Deleted", already)
    return reply(request, step.task, steps=True)


@require_POST
def step_restore(request, step_pk):
    step = get_step(request, step_pk, manager="everything")
    act = step.restore(shown_version(request))
    already = "" if step.deleted_at else "was not deleted"
    tell(request, step, act, "Restored", already)
    return reply(request, step.task, steps=True)
