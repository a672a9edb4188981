"""The search, saved searches (request.user.searches), and the palette."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.waiting import holds_words
from tasks.forms.filters import SearchForm
from tasks.forms.searches import SearchAddForm, SearchEditForm
from tasks.pages import palette
from tasks.pages.search import Search
from tasks.sidebar import sidebar_of
from tasks.views.pages import show
from tasks.views.replies import (
    METHODS,
    posted,
    render_page,
    retried_once,
    status_of,
    wants_fragment,
)


@require_safe
def search(request):
    return show(request, Search)


@holds_words("Save the search", SearchAddForm)
@require_http_methods(METHODS)
@retried_once
def search_add(request):
    asked = {
        "q": request.GET.get("q"),
        "completed": "completed" in request.GET,
    }
    form = SearchAddForm(posted(request), user=request.user, initial=asked)
    saved = saved_by(form)
    if not saved:
        return render_page(
            request,
            "tasks/search_add.html",
            {"form": form},
            status_of(form),
        )
    messages.success(request, f"Saved the search “{saved}”. It is in the sidebar.")
    return redirect(saved)


def saved_by(form):
    """Return the search that a form saves, or the same one that was there; None for errors."""
    if form.is_valid():
        form.save()
        return form.instance
    if form.is_bound:
        return form.same
    return None


@holds_words("Save the search", SearchEditForm, compared=SearchEditForm.merged)
@require_http_methods(METHODS)
@retried_once
def search_edit(request, search_pk):
    searches = request.user.searches.select_for_update()
    saved = get_object_or_404(searches, pk=search_pk)
    form = SearchEditForm(posted(request), instance=saved, user=request.user)
    if not form.is_valid():
        context = {"form": form, "saved": saved}
        return render_page(
            request,
            "tasks/search_edit.html",
            context,
            status_of(form),
        )
    form.save()
    messages.success(request, f"Saved the search “{saved}”.")
    return redirect(saved)


@require_POST
def search_delete(request, search_pk):
    """Remove a saved search from the sidebar. The page that follows can save it again."""
    saved = get_object_or_404(request.user.searches, pk=search_pk)
    saved.delete()
    messages.success(request, f"Removed “{saved}” from the sidebar. It can be saved again here.")
    return redirect(saved)


@require_safe
@login_not_required  # a page left open asks for numbers, and must not be redirected to sign-in
def search_numbers(request):
    """Show the numbers of saved searches, which pages load separately since they take longer."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    if not wants_fragment(request):
        return redirect("search")
    numbers = sidebar_of(request).numbers()
    return render_page(
        request,
        "tasks/_search_numbers.html",
        {"numbers": numbers},
    )


@require_safe
def go(request):
    """Show the destinations that the palette finds: as a page, or to htmx as a fragment."""
    form = SearchForm(request.GET)
    q = " ".join(request.GET.get("q", "").split())
    is_search = form.is_valid()
    context = {
        "q": form["q"].value() or "",
        "errors": form["q"].errors,
        "groups": palette.find(request.user, sidebar_of(request), q, is_search),
    }
    template = "tasks/go.html"
    if wants_fragment(request):
        template = "tasks/_go_found.html"
    return render_page(request, template, context)


@require_safe
def keyboard(request):
    template = "tasks/keyboard.html"
    if wants_fragment(request):
        template = "tasks/_keyboard_box.html"
    return render_page(request, template)
