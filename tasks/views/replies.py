"""How pages are rendered and acts replied to: one place for what every page needs, and for htmx.

An act replies to htmx with its return page as it is now: the listing, the sidebar, and what else
the act changed, each with its target. Any other client gets a redirect to that page
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
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from psycopg.errors import DeadlockDetected

from tasks.forms.base import MergeForm, MoveForm
from tasks.history import Act
from tasks.messages import Action
from tasks.pages.history import Teller
from tasks.quickadd.reading import Line, lists_by_name
from tasks.return_page import ReturnPage
from tasks.sidebar import sidebar_of
from tasks.wording import NO_CHANGES, Summary, Wording, message, not_done, not_moved

LATEST = 5  # acts on the page of a task
# What an act may have changed besides its listing (tasks/_answer.html).
NOTHING_MORE = {
    "form": None,
    "step_form": None,
    "steps": False,
    "past": None,
    "lists": False,
    "focus": "",
    "changed_rows": (),
}
METHODS = ["GET", "HEAD", "POST"]  # of a page with a form


def wants_fragment(request):
    """Does htmx ask for parts of the page that it stands on, and not for a whole one?"""
    return request.htmx.request_type == "partial"


def posted(request):
    """Return what a form sent, None where its page is only asked for."""
    return request.POST if request.method == "POST" else None


def shown_version(request):
    """Return the version of the row that a form was shown with; None where it doesn't say.

    What is no number is a version that never was.
    """
    version = request.POST.get("version")
    if not version:
        return None
    is_number = version.isascii() and version.isdecimal() and len(version) < 10
    return int(version) if is_number else 0


def shown_occurrence(request):
    """Return the day of the occurrence that a form was shown with; None where it doesn't say.

    What is no day is one that never was.
    """
    said = request.POST.get("occurrence")
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        return date.min


def render_page(request, template, context=None, status=200):
    """Render a page, or a fragment for the return page, with what rows need."""
    back, sidebar = request.return_page, sidebar_of(request)
    shared = {
        "next": back.url,
        "path": back.path,
        "clock": sidebar.clock,
        "sidebar": sidebar,
        "new_pk": None,  # of a row that is marked
    }
    response = render(request, template, shared | (context or {}), status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Request-Type"])
    return response


def recent_history(request, task):
    """Return what was done last to a task, as its page tells it."""
    acts = request.user.acts.told().that_changed(task=task.pk)
    latest = list(acts[:LATEST])
    return Teller(sidebar_of(request)).lines(latest, task)


def reply(request, task=None, status=200, ticked=None, **context):
    """Reply to an act that took effect, or to one on task that didn't.

    `ticked` is an act whose rows stay in their places for a moment (static/js/calm.js), None for
    any other. context has what else the act changed (NOTHING_MORE).
    """
    back = request.return_page
    if back.is_gone:
        return redirect_away(request, reverse("home"))
    if not wants_fragment(request):
        return HttpResponseRedirect(back.url)
    if task and back.is_page_of(task):
        listing = back.listing_beside(task)
        context["past"] = recent_history(request, task)
    else:
        listing = back.listing
        context["form"] = None  # it stands on its task's page alone, and not where another's does
    if ticked and listing:
        context["changed_rows"] = listing.rows_changed_by(ticked)
    # The headings of a listing beside a task rank below those of one alone.
    subtag = "h3" if back.is_of_task else "h2"
    context = NOTHING_MORE | context | {"task": task, "listing": listing, "subtag": subtag}
    if context["form"]:
        context["title_says"] = title_says(request, task)
    return render_page(request, "tasks/_answer.html", context, status)


def title_says(request, task):
    """Return what a task's title would be understood as, if it were a new line; "" for nothing."""
    sidebar = sidebar_of(request)
    lists = lists_by_name({one["name"]: one["pk"] for one in sidebar.lists})
    return Line(task.title, sidebar.clock, lists=lists, offers=False).words


def redirect_away(request, url):
    """Go to another page, since the one that a form stood on is gone."""
    return HttpResponseClientRedirect(url) if wants_fragment(request) else redirect(url)


def say(request, words, act=None, *actions, level=messages.SUCCESS):
    """Tell the user what happened, with Undo where it was an act, and with other actions."""
    if act and act.pk:
        label = "Redo" if act.kind == Act.Kind.UNDO else "Undo"
        actions = (Action(label, act.undo_url), *actions)
    messages.get_messages(request).add(level, words, actions=actions)


def are_seen(listing, tasks):
    """Return whether a page shows all of these; listing is None where it shows none."""
    return listing is not None and all(task in listing.shown for task in tasks)


def ways_to(request, tasks, act):
    """Return the action that opens a new task, in a list; none where its row is to be seen.

    Of several tasks it leads to all that act did. Without script the page begins at its top again,
    wherever a row stands.
    """
    if not tasks or (wants_fragment(request) and are_seen(request.return_page.listing, tasks)):
        return []
    if len(tasks) > 1:
        return [Action("Show them", act.get_absolute_url(), is_link=True)]
    return [Action("Open", tasks[0].get_absolute_url(), is_link=True)]


def warn(request, words, act, undo):
    """Tell the user what could not be undone of an act, with the way to what became of it since.

    `undo` is the act that undid the rest, None where nothing was undone.
    """
    both = Action("Show both", act.get_absolute_url(), is_link=True)
    say(request, words, undo, both, level=messages.WARNING)


def refuse(request, form):
    """Tell the user what is wrong with a form that the page doesn't show again."""
    words = [error for errors in form.errors.values() for error in errors]
    messages.error(request, " ".join(words))


def tell(request, act, *rows, otherwise=NO_CHANGES, where="", more="", actions=()):
    """Tell the user what an act did, in the words of the history.

    rows are those that it changed, as far as they are in memory. where ends the sentence, unless
    that names a list already, and more is said behind it. Where act is None, or has changed
    nothing, otherwise is said.
    """
    sentence = ""
    if act and act.pk:
        sentence = sentence_of(request, act, rows, where)
    if sentence:
        say(request, message(sentence, more), act, *actions)
    else:
        say(request, otherwise)


def sentence_of(request, act, rows, where=""):
    """Return what an act did: as it remembers it, else as the database does; "" if nothing."""
    sidebar = sidebar_of(request)
    summary = Summary.of(act, rows)
    if summary is None:
        lines = Teller(sidebar).lines([act])
        return lines[0].sentence if lines else ""
    wording = Wording(sidebar, [*rows, *act.new_rows])
    sentence = wording.sentence(summary)
    if "list" in summary.rows:
        return sentence
    return f"{sentence}{where}"


def status_of(form):
    """Return the status of a page that shows a form: 409 where an edit clashes with another."""
    if not form.is_bound:
        return 200
    return 409 if getattr(form, "clashes", None) else 422


def move(request, row, rows):
    """Move a row to where the form says among rows, those of the user, and tell them."""
    form = MoveForm(request.POST, row=row, rows=rows)
    if not form.is_valid():
        raise Http404
    act = row.move(**form.where())
    tell(request, act, row, otherwise=not_moved(act, row))


def merge(request, row, rows):
    """Merge a list or tag into the one of rows that the form names, those of the user."""
    request.user.lock()  # before the rows: two that are merged into each other would wait for both
    form = MergeForm(request.POST, row=row, rows=rows.select_for_update(no_key=True))
    if not form.is_valid():
        raise Http404
    into = form.cleaned_data["into"]
    act = row.merge_into(into, shown_version(request))
    tell(request, act, row, into, otherwise=not_done("delete", row))
    return redirect(into)


def once_more(view):
    """Do what view does in a transaction, and once more if another came between.

    That is a name that was taken at the same moment, which is seen then, and the form says so; or
    two acts that waited for each other's rows, of which the database ended one.
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
    """Leave a request as it came in: what a view read and said is rolled back with it."""
    request.return_page = ReturnPage(request)
    request._messages = default_storage(request)  # as Django's MessageMiddleware sets it
    vars(request).pop("sidebar", None)
