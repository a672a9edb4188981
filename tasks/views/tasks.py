"""Acts on tasks, and a task's own page. request.user is the only door: no model is imported."""

from uuid import uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tasks.forms import AddForm, DetailForm, MoveForm
from tasks.listing import listing_at
from tasks.sidebar import sidebar_of
from tasks.views.answers import (
    METHODS,
    answer,
    beside,
    leave,
    origin,
    page,
    say,
    shown_version,
    stands_at,
    tell,
    wants_fragment,
)
from tasks.views.trash import purge


@require_http_methods(METHODS)
def task_add(request):
    posted = request.POST if request.method == "POST" else None
    form = AddForm(posted, user=request.user, initial=presets(request))
    if form.is_valid():
        task = form.save()
        if task is None or task.deleted_at:
            say(request, "That task was added before, and deleted since.")
        else:
            say(request, f"Added “{task}”{where(request, task)}.")
        return answer(request)
    template = "tasks/_add_error.html" if wants_fragment(request) else "tasks/task_add.html"
    return page(request, template, {"form": form}, status=422 if form.is_bound else 200)


def presets(request):
    """Return what a page that leads to the form says in its address, such as a due date."""
    return request.GET.dict() | {"key": uuid4} if request.method != "POST" else None


def where(request, task):
    """Return where a new task went, if that isn't to be seen."""
    if task.list_id:
        return f" to {task.list}"
    listing = listing_at(request.user, origin(request), sidebar_of(request))
    return "" if listing is None or listing.shows_new else " to the Inbox"


@require_safe
def task_detail(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    return detail(request, DetailForm(instance=task, user=request.user))


@require_http_methods(METHODS)
@transaction.atomic
def task_edit(request, task_pk):
    if request.method != "POST":
        return task_detail(request, task_pk)
    task = get_object_or_404(request.user.tasks.select_for_update(of=["self"]), pk=task_pk)
    form = DetailForm(request.POST, instance=task, user=request.user)
    if not form.is_valid():
        return detail(request, form, status=409 if form.clashes else 422)
    done = form.save() and edit_words(task, form.written, sidebar_of(request).clock)
    say(request, done or "There was nothing new to save.")
    if not stands_at(task, origin(request)):
        return answer(request, task)
    return answer(request, task, form=DetailForm(instance=task, user=request.user))


def edit_words(task, written, clock):
    """Return what an edit of these fields did, in the words of the button that did it."""
    if written == {"list"}:
        return f"Moved “{task}” to {task.list or 'the Inbox'}."
    if written == {"priority"}:
        priority = task.get_priority_display().lower() if task.priority else "no"
        return f"“{task}” has {priority} priority."
    if written and written <= {"due_date", "due_time"}:
        due = f"is due {clock.day_within(task.due_date)}" if task.due_date else "has no date"
        return f"“{task}” {due}."
    return f"Saved “{task}”."


def detail(request, form, status=200):
    """Show a task's form: alone to htmx, else beside the listing that the way led from."""
    task = form.instance
    if status != 200 and wants_fragment(request) and not stands_at(task, origin(request)):
        messages.error(request, " ".join(word for words in form.errors.values() for word in words))
        return answer(request, status=status)
    listing = beside(request, task)
    # What stands on the page comes back to it as it is shown, also where no listing led here.
    here = f"{task.get_absolute_url()}?{listing.on}"
    context = {"task": task, "form": form, "listing": listing, "next": here}
    template = "tasks/_answer.html" if wants_fragment(request) else "tasks/task_detail.html"
    return page(request, template, context, status)


@require_safe
def task_menu(request, task_pk):
    """All that a row's buttons would not hold: a page of its own, or a part of the row's."""
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    listing = beside(request, task)
    context = {"task": task, "listing": listing}
    if listing.by_hand and not task.completed:
        context["before"], context["after"] = task.siblings().around(task.pk)
    template = "tasks/task_menu.html#menu" if wants_fragment(request) else "tasks/task_menu.html"
    return page(request, template, context)


@require_POST
def task_complete(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    won = task.complete(shown_version(request))
    already = "was completed already" if task.completed else ""
    tell(request, task, won, "Completed", already, undo="task_reopen")
    return answer(request, task)


@require_POST
def task_reopen(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    won = task.reopen(shown_version(request))
    already = "" if task.completed else "was open already"
    tell(request, task, won, "Reopened", already, undo="task_complete")
    return answer(request, task)


@require_POST
def task_move(request, task_pk):
    task = get_object_or_404(request.user.tasks.open(), pk=task_pk)
    form = MoveForm(request.POST, row=task, rows=request.user.tasks)
    if not form.is_valid():
        raise Http404
    tell(request, task, task.move(**form.where()), "Moved", "")
    return answer(request, task)


@require_http_methods(METHODS)
def task_delete(request, task_pk):
    task = get_object_or_404(request.user.tasks(manager="everything"), pk=task_pk)
    if request.method != "POST":
        return page(request, "tasks/task_delete.html", {"task": task})
    won = task.delete_softly(shown_version(request))
    already = "was in the trash already" if task.deleted_at else ""
    tell(request, task, won, "Deleted", already, undo="task_restore")
    if task.deleted_at and stands_at(task, origin(request)):
        return leave(request, beside(request, task).own_url)
    return answer(request, task)


@require_POST
def task_restore(request, task_pk):
    task = get_object_or_404(request.user.tasks(manager="everything"), pk=task_pk)
    won = task.restore(shown_version(request))
    already = "" if task.deleted_at else "was not in the trash"
    tell(request, task, won, "Restored", already)
    return answer(request, task)


@require_http_methods(METHODS)
def task_purge(request, task_pk):
    task = get_object_or_404(request.user.tasks(manager="trash"), pk=task_pk)
    return purge(request, task, "tasks/task_purge.html")
