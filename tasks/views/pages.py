"""The pages that list tasks. tasks/pages/ decides about their contents."""

import json
from functools import cache
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_POST, require_safe

from tasks.forms.filters import ArrangeForm
from tasks.pages.address import listing_at
from tasks.pages.listings import Completed, Everything, Inbox, ListPage, TagPage, Today, Upcoming
from tasks.quickadd.reading import EXAMPLES, Line
from tasks.sidebar import sidebar_of
from tasks.views.replies import render_page, reply


@login_not_required
def home(request):
    if request.user.is_authenticated:
        return redirect(request.user.default_page)
    picture = request.build_absolute_uri(static("pictures/today-light.png"))
    return render(request, "home.html", {"picture": picture})


@require_safe
def today(request):
    return show(request, Today)


@require_safe
def upcoming(request):
    return show(request, Upcoming)


@require_safe
def inbox(request):
    return show(request, Inbox)


@require_safe
def writing(request):
    """Show examples of quick add with their meaning at this moment."""
    clock = sidebar_of(request).clock
    sections = [
        (title, rule, [Line(text, clock) for text in lines]) for title, rule, lines in EXAMPLES
    ]
    return render_page(
        request,
        "tasks/writing.html",
        {"sections": sections},
    )


@cache
def published():
    """Return the cases of repeats that the tests check, as the text of their file."""
    return (Path(__file__).parent.parent / "tests" / "recurrence_cases.json").read_text()


@require_safe
def repeats(request):
    """Explain how repeats are counted, with the cases that the tests check."""
    return render_page(
        request,
        "tasks/repeats.html",
        {"cases": json.loads(published())},
    )


@require_safe
def repeat_cases(request):
    return HttpResponse(published(), content_type="application/json")


@require_safe
def completed(request):
    return show(request, Completed)


@require_safe
def task_list(request):
    return show(request, Everything)


@require_safe
def list_detail(request, list_pk):
    return show(request, ListPage, list_pk=list_pk)


@require_safe
def tag_detail(request, tag_pk):
    return show(request, TagPage, tag_pk=tag_pk)


@require_safe
def listing_print(request):
    """Show all tasks of a listing as a page for paper. The address names the listing."""
    listing = listing_at(
        request.user,
        request.GET.get("on", ""),
        sidebar_of(request),
    )
    if listing is None:
        raise Http404
    listing.limit = listing.MOST_PRINTED
    return render_page(
        request,
        "tasks/listing_print.html",
        {"listing": listing},
    )


def show(request, kind, **ids):
    listing = kind(
        request.user,
        request.GET,
        sidebar_of(request),
        **ids,
    )
    if listing.problem:
        return render(request, "400.html", {"reason": listing.problem}, status=400)
    if not listing.exists:
        raise Http404
    return render_page(
        request,
        "tasks/listing.html",
        {"listing": listing},
        listing.http_status,
    )


@require_POST
def arrange(request):
    """Save how the return page is sorted and grouped."""
    # A listing of its own: the return page's is read later, in its new order.
    listing = listing_at(
        request.user,
        request.return_page.url,
        sidebar_of(request),
    )
    form = listing and ArrangeForm(request.POST, listing=listing)
    if not form or not form.is_valid():
        return render(request, "400.html", status=400)
    request.user.arrange(listing.key, **form.cleaned_data)
    return reply(request)
