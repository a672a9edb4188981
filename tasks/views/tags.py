"""Tags, which quick add creates: acts on one. request.user.tags is the only way to the data."""

from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.waiting import holds_words
from tasks.forms.tags import TagForm, TagRestoreForm
from tasks.views.replies import (
    METHODS,
    merge,
    posted,
    render_page,
    retried_once,
    show_act,
    shown_version,
    status_of,
)
from tasks.views.trash import give_back, purge
from tasks.wording import not_done


@holds_words("Save the tag", TagForm, compared=TagForm.merged)
@require_http_methods(METHODS)
@retried_once
def tag_edit(request, tag_pk):
    tags = request.user.tags.select_for_update(no_key=True)
    tag = get_object_or_404(tags, pk=tag_pk)
    form = TagForm(posted(request), instance=tag, user=request.user)
    if not form.is_valid():
        context = {"tag": tag, "form": form}
        return render_page(
            request,
            "tasks/tag_edit.html",
            context,
            status_of(form),
        )
    show_act(request, form.save(), tag)
    return redirect(tag)


@require_POST
@retried_once
def tag_merge(request, tag_pk):
    """Put another tag on all tasks of a tag, and delete the tag."""
    tags = request.user.tags(manager="everything")
    tag = get_object_or_404(tags, pk=tag_pk)
    return merge(request, tag, request.user.tags)


@require_http_methods(METHODS)
def tag_delete(request, tag_pk):
    tags = request.user.tags(manager="everything")
    tag = get_object_or_404(tags, pk=tag_pk)
    if request.method != "POST":
        number = request.user.tasks.filter(tags=tag).count()
        context = {"tag": tag, "number": number}
        return render_page(request, "tasks/tag_delete.html", context)
    act = tag.delete_softly(shown_version(request))
    show_act(request, act, tag, otherwise=not_done("delete", tag))
    return redirect("list_list")


@holds_words("Restore the tag", TagRestoreForm)
@require_http_methods(METHODS)
@retried_once
def tag_restore(request, tag_pk):
    """Restore a tag, under another name if its own is taken."""
    tags = request.user.tags(manager="everything")
    tag = get_object_or_404(tags, pk=tag_pk)
    return give_back(request, tag, TagRestoreForm, "tag")


@require_http_methods(METHODS)
def tag_purge(request, tag_pk):
    tags = request.user.tags(manager="trash")
    tag = get_object_or_404(tags, pk=tag_pk)
    return purge(request, tag, "tasks/tag_purge.html")
