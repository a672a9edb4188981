"""How pages and acts answer: one place for what every page needs, and for htmx.

An act answers htmx with the fragments that it changed, each with its target, and everybody else
with a redirect to the page that its form stood on. That page's address goes along as `next`.
"""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def wants_fragment(request):
    """Is this an act of htmx's, which takes parts of a page? Pages themselves are always whole."""
    return request.method == "POST" and request.htmx.request_type == "partial"


def origin(request):
    """Return the address of the page of ours that the request came from, or of this very page."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    if url.startswith("/") and url_has_allowed_host_and_scheme(url, {request.get_host()}):
        return url
    return reverse("home") if request.method == "POST" else request.get_full_path()


def shown_version(request):
    """Return the version of the task that a form was shown with; None where it doesn't say.

    It stands in the address of an Undo. What is no number is a version that never was.
    """
    version = request.POST.get("version") or request.GET.get("version")
    if not version:
        return None
    return int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0


def page(request, template, context=None, status=200):
    """Render a page, or a fragment for the one that a form stands on, with what rows need."""
    url = origin(request)
    shared = {
        "next": url,
        "path": urlsplit(url).path,
        "query": urlsplit(url).query,
        "now": request.user.now(),
    }
    return render(request, template, shared | (context or {}), status=status)


def answer(request, fragment, task, **context):
    """Answer an act on task that took effect."""
    if wants_fragment(request):
        return page(request, fragment, {"task": task, **context})
    return HttpResponseRedirect(origin(request))


def say(request, words, undo=""):
    """Tell the user what happened; undo is the address that takes it back."""
    messages.success(request, words, extra_tags=undo)


def tell(request, task, took_effect, done, already, undo=""):
    """Tell what an act on a task's state did: "Completed", or why not; undo names its opposite."""
    if took_effect:
        say(request, f"{done} “{task}”.", undo and reverse_act(task, undo))
    elif already:
        say(request, f"“{task}” {already}.")
    else:
        say(request, f"“{task}” changed meanwhile. Look at it, then try again.")


def reverse_act(task, name):
    """Return the address of an act on the task as it is now, and not as it may be later."""
    return f"{reverse(name, args=[task.pk])}?version={task.version}"
