"""Acts on tasks, and a task's own page. request.user is the only door: no model is imported."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.waiting import holds_words
from tasks.forms.base import MoveForm, submission
from tasks.forms.tasks import BUTTONS, DetailForm, form_sent
from tasks.recurrence import describe
from tasks.repeating import complete
from tasks.sidebar import sidebar_of
from tasks.views.repeats import tell_repeat
from tasks.views.replies import (
    METHODS,
    NOTHING_MORE,
    once_more,
    recent_history,
    redirect_away,
    render_page,
    reply,
    say,
    shown_occurrence,
    shown_version,
    tell,
    title_says,
    wants_fragment,
)
from tasks.views.steps import add_step
from tasks.views.trash import purge


@require_safe
def task_detail(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    return detail(request, DetailForm(instance=task, user=request.user))


@holds_words(
    "Save the task",
    DetailForm,
    typed={"step": "Step"},
    compared=DetailForm.merged,
    also=BUTTONS,
)
@require_http_methods(METHODS)
@once_more
def task_edit(request, task_pk):
    if request.method != "POST":
        return task_detail(request, task_pk)
    task = get_object_or_404(request.user.tasks.select_for_update(of=["self"]), pk=task_pk)
    form = form_sent(request.POST, instance=task, user=request.user)
    if not form.is_valid():
        return detail(request, form, status=409 if form.clashes else 422)
    act = form.save()
    done = edit_words(form.own or task, form, sidebar_of(request).clock) if act else ""
    if act or not form.step:
        say(request, done or "There was nothing new to save.", act)
    if form.step:
        add_step(request, form.step)
    if not request.return_page.is_page_of(task):
        return reply(request, task)
    if form.own:
        listing = request.return_page.listing_beside(task)
        return redirect_away(request, f"{form.own.get_absolute_url()}?{listing.on}")
    return reply(request, task, form=DetailForm(instance=task, user=request.user))


def edit_words(task, form, clock):
    """Return what an edit did, in the words of the button that did it."""
    if form.own:
        return f"Saved this one alone: “{task}”. The repeat goes on without it."
    return " ".join(
        filter(None, [fields_words(task, form, clock), series_words(task, form, clock)])
    )


def fields_words(task, form, clock):
    written = form.written - {"repeat", "repeat_anchor"}
    if form.line and form.line.said.spans:
        words = f"Saved “{task}”. Understood as {form.line.words}."
        return " ".join(filter(None, [words, form.line.unread]))
    if written == {"list"}:
        return f"Moved “{task}” to {task.list or 'the Inbox'}."
    if written == {"priority"}:
        priority = task.get_priority_display().lower() if task.priority else "no"
        return f"“{task}” has {priority} priority."
    if written and written <= {"due_date", "due_time"}:
        due = f"is due {clock.day_within(task.due_date)}" if task.due_date else "has no date"
        return f"“{task}” {due}."
    return f"Saved “{task}”."


def series_words(task, form, clock):
    """Return what an edit of a repeat's date did to the repeat; "" for any other edit."""
    if "due_date" not in form.written or not form.repeated or form.line:
        return ""
    if not task.repeat:
        return "It does not repeat any more."
    if "repeat_anchor" in form.written:
        return f"From there on it repeats {describe(task.repeat, on=clock.date)}."
    return "The repeat stays as it was."


def detail(request, form, status=200):
    """Show a task's form: alone to htmx, else beside the listing that the way led from."""
    task = form.instance
    if status != 200 and wants_fragment(request) and not request.return_page.is_page_of(task):
        messages.error(request, " ".join(word for words in form.errors.values() for word in words))
        return reply(request, status=status)
    listing = request.return_page.listing_beside(task)
    # What stands on the page comes back to it as it is shown, also where no listing led here.
    here = f"{task.get_absolute_url()}?{listing.on}"
    context = {"task": task, "form": form, "listing": listing, "next": here, "step_form": form.step}
    context |= {"past": recent_history(request, task), "title_says": title_says(request, task)}
    if wants_fragment(request):
        context, template = NOTHING_MORE | {"subtag": "h3"} | context, "tasks/_answer.html"
    else:
        template = "tasks/task_detail.html"
    return render_page(request, template, context, status)


@require_safe
def task_menu(request, task_pk):
    """All that a row's buttons would not hold: a page of its own, or a part of the row's."""
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    listing = request.return_page.listing_beside(task)
    context = {"task": task, "listing": listing, "before": None, "after": None}
    if listing.by_hand and not task.completed:
        context["before"], context["after"] = task.siblings().around(task.pk)
    template = "tasks/_task_menu.html" if wants_fragment(request) else "tasks/task_menu.html"
    return render_page(request, template, context)


@require_POST
def task_complete(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = complete(task, shown_version(request), shown_occurrence(request))
    if task.repeat:
        tell_repeat(request, task, act, "Done")
    else:
        already = "was completed already" if task.completed else ""
        tell(request, task, act, "Completed", already)
    return reply(request, task)


@require_POST
def task_reopen(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = task.reopen(shown_version(request))
    already = "" if task.completed else "was open already"
    tell(request, task, act, "Reopened", already)
    return reply(request, task)


@require_POST
def task_move(request, task_pk):
    task = get_object_or_404(request.user.tasks.open(), pk=task_pk)
    form = MoveForm(request.POST, row=task, rows=request.user.tasks)
    if not form.is_valid():
        raise Http404
    tell(request, task, task.move(**form.where()), "Moved", "")
    return reply(request, task)


@require_POST
def task_duplicate(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = task.duplicate(submission(request.POST, ("duplicate", task_pk)))
    say(request, f"Duplicated “{task}”.", act)
    return reply(request, task)


@require_http_methods(METHODS)
def task_delete(request, task_pk):
    task = get_object_or_404(request.user.tasks(manager="everything"), pk=task_pk)
    if request.method != "POST":
        return render_page(request, "tasks/task_delete.html", {"task": task})
    act = task.delete_softly(shown_version(request))
    already = "was in the trash already" if task.deleted_at else ""
    tell(request, task, act, "Deleted", already)
    if task.deleted_at and request.return_page.is_page_of(task):
        return redirect_away(request, request.return_page.listing_beside(task).own_url)
    return reply(request, task)


@require_POST
def task_restore(request, task_pk):
    task = get_object_or_404(request.user.tasks(manager="everything"), pk=task_pk)
    act = task.restore(shown_version(request))
    already = "" if task.deleted_at else "was not in the trash"
    tell(request, task, act, "Restored", already)
    return reply(request, task)


@require_http_methods(METHODS)
def task_purge(request, task_pk):
    task = get_object_or_404(request.user.tasks(manager="trash"), pk=task_pk)
    return purge(request, task, "tasks/task_purge.html")
