"""Lists: the page of all lists, and acts on one. request.user.lists is the only way to the data."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.waiting import holds_words
from tasks.forms.lists import ListAddForm, ListDeleteForm, ListForm, ListRestoreForm
from tasks.sidebar import sidebar_of
from tasks.views.replies import (
    METHODS,
    merge,
    move,
    posted,
    redirect_away,
    render_page,
    reply,
    retried_once,
    show_act,
    show_message,
    shown_version,
    status_of,
    wants_fragment,
)
from tasks.views.trash import give_back, purge
from tasks.wording import not_done


@require_safe
def list_list(request):
    return render_page(request, "tasks/list_list.html")


@holds_words("Add the list", ListAddForm)
@require_http_methods(METHODS)
@retried_once
def list_add(request):
    number = 0
    if request.method != "POST":
        number = len(sidebar_of(request).lists)
    form = ListAddForm(posted(request), user=request.user, number=number)
    if not form.is_valid():
        return ask_for_list(request, form)
    act = form.save()
    task_list = form.row
    if task_list is None or task_list.deleted_at:
        show_message(request, "This list was already added, and has since been deleted.")
        return redirect_away(request, reverse("list_list"))
    show_act(request, act, task_list)
    return redirect_away(request, task_list.get_absolute_url())


def ask_for_list(request, form):
    """Show the form of a new list: its page, or the box of the sidebar."""
    template = "tasks/list_add.html"
    if wants_fragment(request):
        template = "tasks/_list_add_box.html"
    return render_page(
        request,
        template,
        {"form": form},
        status_of(form),
    )


@holds_words("Save the list", ListForm, compared=ListForm.merged)
@require_http_methods(METHODS)
@retried_once
def list_edit(request, list_pk):
    lists = request.user.lists.select_for_update(no_key=True)
    task_list = get_object_or_404(lists, pk=list_pk)
    form = ListForm(posted(request), instance=task_list, user=request.user)
    if not form.is_valid():
        context = {"list": task_list, "form": form}
        return render_page(
            request,
            "tasks/list_edit.html",
            context,
            status_of(form),
        )
    show_act(request, form.save(), task_list)
    return redirect(task_list)


@require_POST
def list_move(request, list_pk):
    task_list = get_object_or_404(request.user.lists, pk=list_pk)
    move(request, task_list, request.user.lists)
    return reply(request, lists=True)


@require_POST
def list_archive(request, list_pk):
    task_list = get_object_or_404(request.user.lists, pk=list_pk)
    act = task_list.archive(shown_version(request))
    show_act(request, act, task_list, otherwise=not_done("archive", task_list))
    return reply(request)


@require_POST
def list_unarchive(request, list_pk):
    task_list = get_object_or_404(request.user.lists, pk=list_pk)
    act = task_list.unarchive(shown_version(request))
    show_act(request, act, task_list, otherwise=not_done("unarchive", task_list))
    return reply(request)


@require_POST
@retried_once
def list_merge(request, list_pk):
    """Move all tasks of a list to another, and delete the list."""
    lists = request.user.lists(manager="everything")
    task_list = get_object_or_404(lists, pk=list_pk)
    return merge(request, task_list, request.user.lists)


@require_http_methods(METHODS)
def list_delete(request, list_pk):
    """Ask about the tasks of a list, then delete it."""
    lists = request.user.lists(manager="everything")
    task_list = get_object_or_404(lists, pk=list_pk)
    form = ListDeleteForm(posted(request))
    if not form.is_valid():
        number = request.user.tasks.filter(list=task_list).count()
        context = {
            "list": task_list,
            "form": form,
            "number": number,
        }
        return render_page(
            request,
            "tasks/list_delete.html",
            context,
            status_of(form),
        )
    with_tasks = form.cleaned_data["tasks"] == "trash"
    act = task_list.delete_softly(shown_version(request), with_tasks=with_tasks)
    show_act(request, act, task_list, otherwise=not_done("delete", task_list))
    return redirect("list_list")


@holds_words("Restore the list", ListRestoreForm)
@require_http_methods(METHODS)
@retried_once
def list_restore(request, list_pk):
    """Restore a list, under another name if its own is taken."""
    lists = request.user.lists(manager="everything")
    task_list = get_object_or_404(lists, pk=list_pk)
    return give_back(request, task_list, ListRestoreForm, "list")


@require_http_methods(METHODS)
def list_purge(request, list_pk):
    lists = request.user.lists(manager="trash")
    task_list = get_object_or_404(lists, pk=list_pk)
    return purge(request, task_list, "tasks/list_purge.html")
