"""The menu of a task, with all acts of its row. request.user is the only way to the data."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from accounts.waiting import holds_words
from tasks.forms.menu import AUTO_ID, TagsForm, WhenForm
from tasks.views.replies import (
    METHODS,
    render_page,
    reply_with_form,
    retried_once,
    show_act,
    wants_fragment,
)


@require_safe
def task_menu(request, task_pk):
    """Show the menu of a task as a page, or as a fragment of its row."""
    return menu(request, get_object_or_404(request.user.tasks, pk=task_pk))


@holds_words("Set the date", WhenForm)
@require_http_methods(METHODS)
@retried_once
def task_when(request, task_pk):
    if request.method != "POST":
        return task_menu(request, task_pk)
    tasks = request.user.tasks.select_for_update(of=["self"])
    task = get_object_or_404(tasks, pk=task_pk)
    form = WhenForm(request.POST, task=task, user=request.user)
    if not form.is_valid():
        return refuse(request, task, form["when"], when=form)
    act = task.edit(**form.cleaned_data["when"])
    show_act(request, act, task)
    return reply_with_form(request, task)


@holds_words("Save the tags", TagsForm, compared=TagsForm.merged)
@require_http_methods(METHODS)
@retried_once
def task_tags(request, task_pk):
    if request.method != "POST":
        return task_menu(request, task_pk)
    tasks = request.user.tasks.select_for_update(of=["self"])
    task = get_object_or_404(tasks, pk=task_pk)
    form = TagsForm(request.POST, instance=task, user=request.user, auto_id=AUTO_ID)
    if not form.is_valid():
        return refuse(request, task, form["tags"], tags=form)
    act = form.save()
    show_act(request, act, task, *form.changed_tags)
    return reply_with_form(request, task)


def refuse(request, task, field, **forms):
    """Show the error of a field of the menu; the typed text stays in the field."""
    if wants_fragment(request):
        return render_page(
            request,
            "tasks/_menu_error.html",
            {"field": field},
            status=422,
        )
    return menu(request, task, status=422, **forms)


def menu(request, task, status=200, **forms):
    """Render the menu of a task, with forms that failed in place of empty ones."""
    listing = request.return_page.listing_beside(task)
    before = after = None
    if listing.by_hand and not task.completed:
        before, after = task.siblings().around(task.pk)
    context = {
        "task": task,
        "listing": listing,
        "before": before,
        "after": after,
        "when": WhenForm(task=task, user=request.user),
        "tags": TagsForm(instance=task, user=request.user, auto_id=AUTO_ID),
        **forms,
    }
    template = "tasks/task_menu.html"
    if wants_fragment(request):
        template = "tasks/_task_menu.html"
    return render_page(request, template, context, status)
