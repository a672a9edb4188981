"""The trash: what is in it, and emptying it."""

from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_http_methods, require_safe

from tasks.forms.bulk import TrashEmptyForm
from tasks.forms.filters import ListingForm
from tasks.views.replies import METHODS, render_page, reply, say, shown_version, tell

LIMIT = 50


def kinds(user):
    """Return what can be in the trash, in the order in which it may be deleted for ever."""
    return [getattr(user, name)(manager="trash") for name in ("tasks", "lists", "tags")]


@require_safe
def trash(request):
    form = ListingForm(request.GET)
    if not form.is_valid():
        return render(request, "400.html", {"reason": form.reason()}, status=400)
    number = form.cleaned_data["page"] or 1
    start = (number - 1) * LIMIT
    tasks, lists, tags = (kind.latest_deleted_first() for kind in kinds(request.user))
    tasks = list(tasks.defer("description")[start : start + LIMIT + 1])
    context = {"tasks": tasks[:LIMIT], "number": number, "has_next": len(tasks) > LIMIT}
    return render_page(request, "tasks/trash.html", context | {"lists": lists, "tags": tags})


@require_http_methods(METHODS)
def trash_empty(request):
    """Ask, then delete for ever what was in the trash when it was asked."""
    form = TrashEmptyForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        counts = [kind.count() for kind in kinds(request.user)]
        context = {"form": TrashEmptyForm(), "counts": counts}
        return render_page(request, "tasks/trash_empty.html", context)
    until = form.cleaned_data["until"]
    things = sum(kind.deleted_before(until).purge() for kind in kinds(request.user))
    say(request, f"Deleted {things} thing{pluralize(things)} for ever.")
    return redirect("trash")


def give_back(request, row, form_class, kind):
    """Take a "list" or "tag" out of the trash, under another name where its own is taken by now."""
    if not row.deleted_at:
        say(request, f"“{row}” was not in the trash.")
        if request.method != "POST":  # the return page is this very one
            return redirect(row)
        return reply(request)
    posted = {"name": row.name} | request.POST.dict() if request.method == "POST" else None
    form = form_class(posted, instance=row, user=request.user)
    if not form.is_valid():
        context = {"row": row, "form": form, "kind": kind}
        return render_page(request, "tasks/_restore.html", context, 422 if form.is_bound else 200)
    act = row.restore(shown_version(request), name=form.cleaned_data["name"])
    tell(request, row, act, "Restored", "")
    return reply(request)


def purge(request, row, template):
    """Ask, then delete for ever a row that is in the trash."""
    if request.method != "POST":
        return render_page(request, template, {"row": row})
    gone = row.purge()
    say(request, f"Deleted “{row}” for ever." if gone else f"“{row}” was not in the trash.")
    return reply(request)
