"""Lists of tasks: all of them, and what can be done to one. request.user.lists is the door."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.waiting import holds_words
from tasks.forms.base import MoveForm
from tasks.forms.lists import ListAddForm, ListDeleteForm, ListForm, ListRestoreForm
from tasks.sidebar import sidebar_of
from tasks.views.replies import METHODS, once_more, render_page, reply, say, shown_version, tell
from tasks.views.trash import give_back, purge


@require_safe
def list_list(request):
    return render_page(request, "tasks/list_list.html")


@holds_words("Add the list", ListAddForm)
@require_http_methods(METHODS)
@once_more
def list_add(request):
    posted = request.POST if request.method == "POST" else None
    colors = len(sidebar_of(request).lists) if posted is None else 0
    form = ListAddForm(posted, user=request.user, number=colors)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render_page(request, "tasks/list_add.html", {"form": form}, status)
    act = form.save()
    task_list = form.row
    if task_list is None or task_list.deleted_at:
        say(request, "That list was made before, and deleted since.")
        return redirect("list_list")
    say(request, f"Made the list “{task_list}”.", act)
    return redirect(task_list)


@holds_words("Save the list", ListForm, compared=ListForm.merged)
@require_http_methods(METHODS)
@once_more
def list_edit(request, list_pk):
    task_list = get_object_or_404(request.user.lists.select_for_update(no_key=True), pk=list_pk)
    posted = request.POST if request.method == "POST" else None
    form = ListForm(posted, instance=task_list, user=request.user)
    if not form.is_valid():
        status = (409 if form.clashes else 422) if form.is_bound else 200
        context = {"list": task_list, "form": form}
        return render_page(request, "tasks/list_edit.html", context, status)
    act = form.save()
    say(request, f"Saved “{task_list}”." if act else "There was nothing new to save.", act)
    return redirect(task_list)


@require_POST
def list_move(request, list_pk):
    task_list = get_object_or_404(request.user.lists, pk=list_pk)
    form = MoveForm(request.POST, row=task_list, rows=request.user.lists)
    if not form.is_valid():
        raise Http404
    tell(request, task_list, task_list.move(**form.where()), "Moved", "")
    return reply(request, lists=True)


@require_POST
def list_archive(request, list_pk):
    task_list = get_object_or_404(request.user.lists, pk=list_pk)
    act = task_list.archive(shown_version(request))
    already = "was archived already" if task_list.archived_at else ""
    tell(request, task_list, act, "Archived", already)
    return reply(request)


@require_POST
def list_unarchive(request, list_pk):
    task_list = get_object_or_404(request.user.lists, pk=list_pk)
    act = task_list.unarchive(shown_version(request))
    already = "" if task_list.archived_at else "was not archived"
    tell(request, task_list, act, "Brought back", already)
    return reply(request)


@require_http_methods(METHODS)
def list_delete(request, list_pk):
    """Ask what becomes of its tasks, then put it into the trash."""
    task_list = get_object_or_404(request.user.lists(manager="everything"), pk=list_pk)
    form = ListDeleteForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        number = request.user.tasks.filter(list=task_list).count()
        context = {"list": task_list, "form": form, "number": number}
        status = 422 if form.is_bound else 200
        return render_page(request, "tasks/list_delete.html", context, status)
    with_tasks = form.cleaned_data["tasks"] == "trash"
    act = task_list.delete_softly(shown_version(request), with_tasks=with_tasks)
    already = "was in the trash already" if task_list.deleted_at else ""
    tell(request, task_list, act, "Deleted", already)
    return redirect("list_list")


@holds_words("Restore the list", ListRestoreForm)
@require_http_methods(METHODS)
@once_more
def list_restore(request, list_pk):
    """Take a list out of the trash, under another name where its own is taken by now."""
    task_list = get_object_or_404(request.user.lists(manager="everything"), pk=list_pk)
    return give_back(request, task_list, ListRestoreForm, "list")


@require_http_methods(METHODS)
def list_purge(request, list_pk):
    task_list = get_object_or_404(request.user.lists(manager="trash"), pk=list_pk)
    return purge(request, task_list, "tasks/list_purge.html")
