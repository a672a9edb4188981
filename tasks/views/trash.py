"""The trash: its page, restoring and purging."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.text import counted
from tasks.forms.bulk import TrashEmptyForm
from tasks.forms.filters import ListingForm
from tasks.views.replies import (
    METHODS,
    posted,
    render_page,
    reply,
    show_act,
    show_message,
    shown_version,
    status_of,
)
from tasks.wording import changed, not_in_trash, purged

LIMIT = 50


def kinds(user):
    """Return the querysets of the trash, in the order in which they can be purged."""
    return [getattr(user, name)(manager="trash") for name in ("tasks", "lists", "tags")]


@require_safe
def trash(request):
    form = ListingForm(request.GET)
    if not form.is_valid():
        return render(request, "400.html", {"reason": form.reason()}, status=400)
    number = form.cleaned_data["page"] or 1
    start = (number - 1) * LIMIT
    tasks, lists, tags = (kind.latest_deleted_first() for kind in kinds(request.user))
    rows = tasks.defer("description")
    part = list(rows[start : start + LIMIT + 1])
    context = {
        "tasks": part[:LIMIT],
        "lists": lists,
        "tags": tags,
        "number": number,
        "has_next": len(part) > LIMIT,
    }
    return render_page(request, "tasks/trash.html", context)


@require_http_methods(METHODS)
def trash_empty(request):
    """Ask, then purge the rows that were in the trash when the page asked."""
    form = TrashEmptyForm(posted(request))
    if not form.is_valid():
        counts = [kind.count() for kind in kinds(request.user)]
        context = {"form": TrashEmptyForm(), "counts": counts}
        return render_page(request, "tasks/trash_empty.html", context)
    until = form.cleaned_data["until"]
    number = 0
    for kind in kinds(request.user):
        number += kind.deleted_before(until).purge()
    show_message(request, f"Deleted {counted(number, 'item')} permanently.")
    return redirect("trash")


def give_back(request, row, form_class, kind):
    """Restore a "list" or "tag", under another name if its own is taken."""
    if not row.deleted_at:
        show_message(request, not_in_trash(row))
        if request.method != "POST":  # the return page would be this page itself
            return redirect(row)
        return reply(request)
    data = None
    if request.method == "POST":
        data = {"name": row.name} | request.POST.dict()
    form = form_class(data, instance=row, user=request.user)
    if not form.is_valid():
        context = {
            "row": row,
            "form": form,
            "kind": kind,
        }
        return render_page(
            request,
            "tasks/_restore.html",
            context,
            status_of(form),
        )
    act = row.restore(
        shown_version(request),
        name=form.cleaned_data["name"],
    )
    show_act(request, act, row, otherwise=changed(row))
    return reply(request)


def purge(request, row, template):
    """Ask, then purge a row that is in the trash."""
    if request.method != "POST":
        return render_page(request, template, {"row": row})
    words = not_in_trash(row)
    if row.purge():
        words = purged(row)
    show_message(request, words)
    return reply(request)
