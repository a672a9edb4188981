"""What was done, and undoing it. request.user.acts is the door."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from tasks.forms.filters import HistoryForm
from tasks.forms.tasks import DetailForm
from tasks.sidebar import Sidebar, sidebar_of
from tasks.telling import Teller, met_words, part_of
from tasks.undo import revert
from tasks.views.replies import once_more, redirect_away, render_page, reply, say, warn

LIMIT = 50


def teller(request):
    return Teller(sidebar_of(request))


@require_safe
def history(request):
    form = HistoryForm(request.GET)
    if not form.is_valid():
        return render(request, "400.html", {"reason": form.reason()}, status=400)
    number = form.cleaned_data["page"] or 1
    acts, events = form.narrow(request.user.acts.told()), request.user.events.none()
    if form.is_about_all():
        events = request.user.events.latest_first()
    start = (number - 1) * LIMIT
    done = part_of(acts, events, start, start + LIMIT + 1)
    pk = form.cleaned_data["task"]
    task = request.user.tasks.filter(pk=pk).first() if pk else None
    lines = teller(request).all_lines(done[:LIMIT])
    context = {"form": form, "lines": lines, "task": task, "number": number}
    return render_page(request, "tasks/history.html", context | {"has_next": len(done) > LIMIT})


@require_safe
def act_detail(request, act_pk):
    """All that an act changed, with what is there now."""
    act = get_object_or_404(request.user.acts.told(), pk=act_pk)
    rows = Paginator(act.changes.with_rows().order_by("pk"), LIMIT).get_page(
        request.GET.get("page")
    )
    (line,) = teller(request).lines([act])
    context = {"line": line, "rows": rows, "changes": teller(request).compare(rows)}
    return render_page(request, "tasks/act_detail.html", context)


@require_POST
@once_more
def act_undo(request, act_pk):
    act = get_object_or_404(request.user.acts.told(), pk=act_pk)
    if not act.is_undoable():
        say(request, "That was more than 30 days ago; it can't be undone any more.")
        return reply(request)
    # With a sidebar of its own: the page is answered with the one after the act.
    (line,) = Teller(Sidebar(request.user)).lines([act])
    undo, met = revert(act)
    if met:
        warn(request, f"{'Undone in part:' if undo else 'Not undone:'} {met_words(met)}", act)
    elif undo:
        verb = "Done again" if undo.kind == "redo" else "Undone"
        say(request, f"{verb}: {line.plain}.", undo)
    else:
        say(request, "That was undone already.")
    return after_undo(request, line.row)


def after_undo(request, row):
    """Show the page that Undo stood on; what it shows of a task may have changed in any part."""
    task = request.return_page.task
    if task is None:
        return reply(request, lists=True, focus=row)
    if task.deleted_at and request.return_page.is_page_of(task):
        return redirect_away(request, request.return_page.listing_beside(task).own_url)
    form = DetailForm(instance=task, user=request.user)
    return reply(request, task, form=form, focus=row)
