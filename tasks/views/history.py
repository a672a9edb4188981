"""The history of acts, and undo. request.user.acts is the only way to the data."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from tasks.forms.filters import HistoryForm
from tasks.pages.history import HistoryWriter, part_of
from tasks.sidebar import Sidebar, sidebar_of
from tasks.undo import revert
from tasks.views.replies import (
    form_of,
    redirect_away,
    render_page,
    reply,
    retried_once,
    show_conflicts,
    show_message,
)
from tasks.wording import ALREADY_UNDONE, TOO_LATE, left_as_is, reverted

LIMIT = 50
LEFT_AS_IT_IS = "acts that can't be undone"  # in the session: their ids
MOST_LEFT = 20


def writer(request):
    return HistoryWriter(sidebar_of(request))


@require_safe
def history(request):
    form = HistoryForm(request.GET)
    if not form.is_valid():
        return render(request, "400.html", {"reason": form.reason()}, status=400)
    number = form.cleaned_data["page"] or 1
    start = (number - 1) * LIMIT
    done = part_of(
        *acts_and_events(request, form),
        start,
        start + LIMIT + 1,
    )
    context = {
        "form": form,
        "lines": writer(request).all_lines(done[:LIMIT]),
        "task": task_of(request, form),
        "number": number,
        "has_next": len(done) > LIMIT,
    }
    return render_page(request, "tasks/history.html", context)


def acts_and_events(request, form):
    """Return the acts and the events that a form of the history asks for."""
    acts = form.narrow(request.user.acts.with_changes())
    events = request.user.events.none()
    if form.is_about_all():
        events = request.user.events.latest_first()
    return acts, events


def task_of(request, form):
    """Return the task that a form of the history is about; None if all tasks."""
    pk = form.cleaned_data["task"]
    if not pk:
        return None
    return request.user.tasks.filter(pk=pk).first()


@require_safe
def act_detail(request, act_pk):
    """Show all changes of an act, with the present values."""
    acts = request.user.acts.with_changes()
    act = get_object_or_404(acts, pk=act_pk)
    changes = act.changes.with_rows().order_by("pk")
    rows = Paginator(changes, LIMIT).get_page(request.GET.get("page"))
    (line,) = writer(request).lines([act])
    compared = writer(request).compare(rows)
    context = {
        "line": line,
        "rows": rows,
        "changes": compared,
    }
    return render_page(request, "tasks/act_detail.html", context)


@require_POST
@retried_once
def act_undo(request, act_pk):
    return undo(request, get_object_or_404(request.user.acts.with_changes(), pk=act_pk))


@require_POST
@retried_once
def undo_last(request):
    """Undo the last act that isn't undone. Pressed again, undo the act before."""
    act = request.user.acts.last_done(request.session.get(LEFT_AS_IT_IS, ()))
    return undo_or_ask(request, act, "Nothing left to undo.")


@require_POST
@retried_once
def redo_last(request):
    """Redo the last undone act, unless another act followed."""
    act = request.user.acts.last_undone()
    return undo_or_ask(request, act, "Nothing to redo.")


def undo_or_ask(request, act, nothing):
    """Undo an act of this browser and this day at once; offer to undo any other."""
    if act and not act.why_ask():
        return undo(request, act)
    if act and act.is_undoable():
        (line,) = writer(request).lines([act])
        words = f"The previous action was done {act.why_ask()}: {line.sentence}."
        show_message(request, words, act)
    else:
        show_message(request, nothing)
    return reply(request)


def undo(request, act):
    if not act.is_undoable():
        show_message(request, TOO_LATE)
        return reply(request)
    # With a sidebar of its own, since the page shows the sidebar as it is after the act.
    (line,) = HistoryWriter(Sidebar(request.user)).lines([act])
    undo, conflicts = revert(act)
    if not undo:
        leave_as_it_is(request, act)
    if conflicts:
        show_conflicts(request, left_as_is(undo, conflicts), act, undo)
    elif undo:
        show_message(request, reverted(undo, line.sentence), undo)
    else:
        show_message(request, ALREADY_UNDONE)
    return after_undo(request, line.row, undo)


def leave_as_it_is(request, act):
    """Remember an act that left nothing to restore: the next press goes on to the act before."""
    left = request.session.get(LEFT_AS_IT_IS, [])
    left = [*left, act.pk]
    request.session[LEFT_AS_IT_IS] = left[-MOST_LEFT:]


def after_undo(request, row, undo):
    """Show the return page after an undo, which may have changed any part of a task."""
    task = request.return_page.task
    if task is None:
        return reply(request, ticked=undo, lists=True, focus=row)
    back = request.return_page
    if task.deleted_at and back.is_page_of(task):
        listing = back.listing_beside(task)
        return redirect_away(request, listing.own_url)
    return reply(
        request,
        task,
        ticked=undo,
        form=form_of(request, task),
        focus=row,
    )
