"""The rendering of pages, and replies to acts: shared context, and fragments for htmx.

An act replies to htmx with its return page in the new state: the listing, the sidebar, and other
changed fragments, each with its target. Any other client is redirected to that page
(tasks.return_page).
"""

from datetime import date
from functools import wraps

from django.contrib import messages
from django.contrib.messages.storage import default_storage
from django.db import IntegrityError, OperationalError, transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from psycopg.errors import DeadlockDetected

from tasks.forms.base import MergeForm, MoveForm
from tasks.forms.tasks import DetailForm
from tasks.history import Act
from tasks.messages import Action
from tasks.pages.history import HistoryWriter
from tasks.pages.reminders import Reminders
from tasks.quickadd.reading import Line, lists_by_name
from tasks.return_page import ReturnPage
from tasks.sidebar import sidebar_of
from tasks.wording import NO_CHANGES, Summary, Wording, message, not_done, not_moved

LATEST = 5  # acts on the page of a task
# The other fragments that an act may have changed (tasks/_answer.html).
NOTHING_MORE = {
    "form": None,
    "step_form": None,
    "steps": False,
    "reminders": None,
    "past": None,
    "lists": False,
    "focus": "",
    "changed_rows": (),
}
METHODS = ["GET", "HEAD", "POST"]  # of a page with a form


def wants_fragment(request):
    """Return whether htmx asks for fragments of its page, and not for a whole page."""
    return request.htmx.request_type == "partial"


def posted(request):
    """Return the data of a POST; None for a request that only asks for the page."""
    return request.POST if request.method == "POST" else None


def shown_version(request):
    """Return the version of the row that a form was shown with, None if it doesn't say.

    For a value that isn't a number return 0, which no row has.
    """
    version = request.POST.get("version")
    if not version:
        return None
    is_number = version.isascii() and version.isdecimal()
    if not is_number or len(version) > 9:
        return 0
    return int(version)


def shown_occurrence(request):
    """Return the day of the occurrence that a form was shown with, None if it doesn't say.

    For a value that isn't a day return date.min, which no occurrence has.
    """
    said = request.POST.get("occurrence")
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        return date.min


def render_page(request, template, context=None, status=200):
    """Render a page, or a fragment for the return page, with the shared context."""
    back = request.return_page
    sidebar = sidebar_of(request)
    shared = {
        "next": back.url,
        "path": back.path,
        "clock": sidebar.clock,
        "sidebar": sidebar,
        "new_pk": None,  # of a row that is marked
    }
    response = render(
        request,
        template,
        shared | (context or {}),
        status=status,
    )
    response["Vary"] = "HX-Request, HX-Request-Type"
    return response


def recent_history(request, task):
    """Return the last acts on a task, as lines of its page."""
    acts = request.user.acts.with_changes().that_changed(task=task.pk)
    latest = list(acts[:LATEST])
    return HistoryWriter(sidebar_of(request)).lines(latest, task)


def reply(request, task=None, status=200, ticked=None, **context):
    """Reply to an act, whether it took effect or, on a task, did nothing.

    `ticked` is an act that leaves its rows in their places for a moment (static/js/calm.js), else
    None. context has other fragments that the act changed (NOTHING_MORE).
    """
    back = request.return_page
    if back.is_gone:
        return redirect_away(request, reverse("home"))
    if not wants_fragment(request):
        return HttpResponseRedirect(back.url)
    if task and back.is_page_of(task):
        listing = back.listing_beside(task)
        context["past"] = recent_history(request, task)
        leaves_reminders = context.get("steps") or context.get("step_form")
        if not leaves_reminders:
            clock = sidebar_of(request).clock
            context.setdefault("reminders", Reminders(task, clock))
    else:
        listing = back.listing
        context["form"] = None  # the form belongs to the page of its own task only
    if ticked and listing:
        context["changed_rows"] = listing.rows_changed_by(ticked)
    # The headings of a listing rank lower if a task stands next to it.
    subtag = "h3" if back.is_of_task else "h2"
    shown = {
        "task": task,
        "listing": listing,
        "subtag": subtag,
    }
    context = NOTHING_MORE | context | shown
    if context["form"]:
        context["title_says"] = title_says(request, task)
    return render_page(request, "tasks/_answer.html", context, status)


def form_of(request, task):
    """Return the form of a task's page, with the task as it is now."""
    return DetailForm(instance=task, user=request.user)


def reply_with_form(request, task):
    """Reply to an act on a task, with the form of its page as the task is now."""
    form = form_of(request, task)
    return reply(request, task, form=form)


def title_says(request, task):
    """Return the reading of a task's title as a quick-add line, in words; "" for none."""
    sidebar = sidebar_of(request)
    lists = {one["name"]: one["pk"] for one in sidebar.lists}
    line = Line(
        task.title,
        sidebar.clock,
        lists=lists_by_name(lists),
        offers=False,
        reminds=False,
        put_on=task.due_date,
    )
    return line.words


def redirect_away(request, url):
    """Redirect to another page, since the page of the form is gone."""
    if wants_fragment(request):
        return HttpResponseClientRedirect(url)
    return redirect(url)


def show_message(
    request,
    words,
    act=None,
    *actions,
    level=messages.SUCCESS,
):
    """Show a message, with Undo if an act is given, and with other actions."""
    if act and act.pk:
        label = "Redo" if act.kind == Act.Kind.UNDO else "Undo"
        actions = (Action(label, act.undo_url), *actions)
    messages.get_messages(request).add(level, words, actions=actions)


def are_seen(listing, tasks):
    """Return whether a listing shows all of these tasks; False without a listing."""
    if listing is None:
        return False
    return all(task in listing.shown for task in tasks)


def ways_to(request, tasks, act):
    """Return the action that opens new tasks; none if their rows are visible.

    For several tasks it leads to the page of the act. Without JavaScript the page begins at its top
    again, so no row counts as visible.
    """
    if not tasks:
        return []
    if wants_fragment(request) and are_seen(request.return_page.listing, tasks):
        return []
    label = "Open"
    row = tasks[0]
    if len(tasks) > 1:
        label = "Show them"
        row = act
    return [Action(label, row.get_absolute_url(), is_link=True)]


def show_conflicts(request, words, act, undo):
    """Show a message about conflicts of an undo, with a link to compare the values.

    `undo` is the act that undid the rest, None if there was no rest.
    """
    both = Action("Show both", act.get_absolute_url(), is_link=True)
    show_message(request, words, undo, both, level=messages.WARNING)


def show_errors(request, form):
    """Show the errors of a form as a message, on a page that doesn't show the form again."""
    words = [error for errors in form.errors.values() for error in errors]
    messages.error(request, " ".join(words))


def show_act(
    request,
    act,
    *rows,
    otherwise=NO_CHANGES,
    where="",
    more="",
    actions=(),
):
    """Show the message of an act, in the words of the history.

    rows are the changed rows in memory. where ends the sentence, unless that names a list already;
    more follows it; actions are buttons. If act is None or changed nothing, show otherwise.
    """
    sentence = ""
    if act and act.pk:
        sentence = sentence_of(request, act, rows, where)
    if sentence:
        show_message(request, message(sentence, more), act, *actions)
    else:
        show_message(request, otherwise)


def sentence_of(request, act, rows, where=""):
    """Return the sentence of an act, from memory if possible; "" if it changed nothing."""
    sidebar = sidebar_of(request)
    summary = Summary.of(act, rows)
    if summary is None:
        lines = HistoryWriter(sidebar).lines([act])
        if not lines:
            return ""
        return lines[0].sentence
    wording = Wording(sidebar, [*rows, *act.new_rows])
    sentence = wording.sentence(summary)
    if "list" in summary.rows:
        return sentence
    return f"{sentence}{where}"


def status_of(form):
    """Return the status of a page with a form: 200, 422 for errors, 409 for a conflict."""
    if not form.is_bound:
        return 200
    if getattr(form, "conflicts", None):
        return 409
    return 422


def move(request, row, rows):
    """Move a row among rows, the user's, to the position that the form names, and say so."""
    form = MoveForm(request.POST, row=row, rows=rows)
    if not form.is_valid():
        raise Http404
    act = row.move(**form.where())
    show_act(request, act, row, otherwise=not_moved(act, row))


def merge(request, row, rows):
    """Merge a list or tag into another one of rows, the user's, and say so."""
    request.user.lock()  # before the rows: two opposite merges would wait for each other
    locked = rows.select_for_update(no_key=True)
    form = MergeForm(request.POST, row=row, rows=locked)
    if not form.is_valid():
        raise Http404
    into = form.cleaned_data["into"]
    act = row.merge_into(into, shown_version(request))
    show_act(request, act, row, into, otherwise=not_done("delete", row))
    return redirect(into)


def retried_once(view):
    """Decorate a view: run it in a transaction, and once more if another transaction interfered.

    Either a name was taken at the same moment: the second run finds it and the form says so. Or two
    acts waited for each other's rows, and the database ended one.
    """

    @wraps(view)
    def in_transaction(request, *args, **kwargs):
        try:
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except (IntegrityError, OperationalError) as error:
            is_deadlock = isinstance(error.__cause__, DeadlockDetected)
            if isinstance(error, OperationalError) and not is_deadlock:
                raise
            forget_what_was_read(request)
            with transaction.atomic():
                return view(request, *args, **kwargs)

    return in_transaction


def forget_what_was_read(request):
    """Reset a request after a rollback: its return page, its messages and its sidebar."""
    request.return_page = ReturnPage(request)
    request._messages = default_storage(request)  # as Django's MessageMiddleware sets it
    vars(request).pop("sidebar", None)
