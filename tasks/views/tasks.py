"""Pages and acts of tasks. request.user.tasks is the only door to them: no model is imported."""

from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from tasks.forms import AddForm, ListingForm, TaskForm
from tasks.listing import LIMIT, Listing
from tasks.views.answers import answer, origin, page, say, shown_version, tell, wants_fragment


@login_not_required
def home(request):
    if request.user.is_authenticated:
        return redirect(reverse("task_list") + "?status=pending")
    return render(request, "home.html")


@require_safe
def task_list(request):
    listing = Listing(request.user, request.GET)
    if listing.problem:
        return render(request, "400.html", {"reason": listing.problem}, status=400)
    context = {"listing": listing, "counts": listing.counts}
    return page(request, "tasks/task_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def task_add(request):
    form = AddForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        task = form.save()
        if task is None or task.deleted_at:
            say(request, "That task was added before, and deleted since.")
            return leave(request)
        say(request, f"Added “{task}”.")
        return answer(request, "tasks/_added.html", task)
    template = "tasks/_add_error.html" if wants_fragment(request) else "tasks/task_add.html"
    return page(request, template, {"form": form}, status=422 if form.is_bound else 200)


@require_safe
def task_detail(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    return detail(request, TaskForm(instance=task, user=request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def task_edit(request, task_pk):
    if request.method != "POST":
        return task_detail(request, task_pk)
    task = get_object_or_404(request.user.tasks.select_for_update(), pk=task_pk)
    form = TaskForm(request.POST, instance=task, user=request.user)
    if not form.is_valid():
        return detail(request, form, status=409 if form.clashes else 422)
    say(request, f"Saved “{task}”." if form.save() else "There was nothing new to save.")
    fresh = TaskForm(instance=task, user=request.user)
    return answer(request, "tasks/_edited.html", task, form=fresh)


def detail(request, form, status=200):
    """Show a task's form: alone to htmx, else beside the listing that the way led from."""
    context = {"task": form.instance, "form": form}
    if wants_fragment(request):
        return page(request, "tasks/_form.html", context, status)
    listing = Listing(request.user, QueryDict(urlsplit(origin(request)).query))
    context |= {"listing": listing, "counts": listing.counts}
    return page(request, "tasks/task_detail.html", context, status)


@require_POST
def task_complete(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    won = task.complete(shown_version(request))
    already = "was completed already" if task.completed else ""
    tell(request, task, won, "Completed", already, undo="task_reopen")
    return answer(request, "tasks/_changed.html", task)


@require_POST
def task_reopen(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    won = task.reopen(shown_version(request))
    already = "" if task.completed else "was open already"
    tell(request, task, won, "Reopened", already, undo="task_complete")
    return answer(request, "tasks/_changed.html", task)


@require_http_methods(["GET", "HEAD", "POST"])
def task_delete(request, task_pk):
    task = get_object_or_404(request.user.tasks(manager="everything"), pk=task_pk)
    if request.method != "POST":
        return page(request, "tasks/task_delete.html", {"task": task})
    won = task.delete_softly(shown_version(request))
    already = "was in the trash already" if task.deleted_at else ""
    tell(request, task, won, "Deleted", already, undo="task_restore")
    if task.deleted_at and urlsplit(origin(request)).path.startswith(task.get_absolute_url()):
        return leave(request)
    return answer(request, "tasks/_changed.html", task)


def leave(request):
    """Go to the listing that a task which is gone was on."""
    url = Listing(request.user, QueryDict(urlsplit(origin(request)).query)).own_url
    return HttpResponseClientRedirect(url) if wants_fragment(request) else redirect(url)


@require_POST
def task_restore(request, task_pk):
    task = get_object_or_404(request.user.tasks(manager="everything"), pk=task_pk)
    won = task.restore(shown_version(request))
    already = "" if task.deleted_at else "was not in the trash"
    tell(request, task, won, "Restored", already)
    return answer(request, "tasks/_changed.html", task)


@require_safe
def trash(request):
    form = ListingForm(request.GET)
    if not form.is_valid():
        return render(request, "400.html", {"reason": form.reason()}, status=400)
    tasks = request.user.tasks(manager="trash").order_by("-deleted_at", "-id")
    trashed = Paginator(tasks, LIMIT).get_page(form.cleaned_data["page"] or 1)
    return page(request, "tasks/trash.html", {"page": trashed})
