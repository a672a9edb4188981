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
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from psycopg.errors import DeadlockDetected

from tasks.messages import Action
from tasks.quickadd.reading import Line, lists_by_name
from tasks.return_page import ReturnPage
from tasks.sidebar import sidebar_of
from tasks.telling import Teller

LATEST = 5  # acts on the page of a task
# What an act may have changed besides its listing (tasks/_answer.html).
NOTHING_MORE = {
    "form": None,
    "step_form": None,
    "steps": False,
    "past": None,
    "lists": False,
    "focus": "",
}
METHODS = ["GET", "HEAD", "POST"]  # of a page with a form


def wants_fragment(request):
    """Does htmx ask for parts of the page that it stands on, and not for a whole one?"""
    return request.htmx.request_type == "partial"


def shown_version(request):
    """Return the version of the row that a form was shown with; None where it doesn't say.

    What is no number is a version that never was.
    """
    version = request.POST.get("version")
    if not version:
        return None
    return int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0


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
    shared = {"next": back.url, "path": back.path, "clock": sidebar.clock, "sidebar": sidebar}
    response = render(request, template, shared | (context or {}), status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Request-Type"])
    return response


def recent_history(request, task):
    """Return what was done last to a task, as its page tells it."""
    acts = request.user.acts.told().that_changed(task=task.pk)[:LATEST]
    return Teller(sidebar_of(request)).lines(list(acts), task)


def reply(request, task=None, status=200, **context):
    """Reply to an act that took effect, or to one on task that didn't.

    context has what else the act changed (NOTHING_MORE).
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
        actions = (Action("Undo", reverse("act_undo", args=[act.pk])), *actions)
    messages.get_messages(request).add(level, words, actions=actions)


def warn(request, words, act):
    """Tell the user what could not be undone, with the way to what became of it since."""
    both = Action("Show both", act.get_absolute_url(), is_link=True)
    say(request, words, None, both, level=messages.WARNING)


def tell(request, row, act, done, already):
    """Tell what an act on a row's state did, such as "Completed", or why there was none."""
    if act:
        say(request, f"{done} “{row}”.", act)
    elif already:
        say(request, f"“{row}” {already}.")
    else:
        say(request, f"“{row}” changed meanwhile. Look at it, then try again.")


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
            if isinstance(error, OperationalError) and not isinstance(
                error.__cause__, DeadlockDetected
            ):
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
