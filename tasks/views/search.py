"""Finding: the search, those that a user keeps (request.user.searches), and going anywhere."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tasks import finding
from tasks.forms import SavedSearchForm, SearchForm
from tasks.listing import Search
from tasks.sidebar import sidebar_of
from tasks.views.answers import METHODS, once_more, page, wants_fragment
from tasks.views.pages import show


@require_safe
def search(request):
    return show(request, Search)


@require_http_methods(METHODS)
@once_more
def search_add(request):
    posted = request.POST if request.method == "POST" else None
    asked = {"q": request.GET.get("q"), "completed": "completed" in request.GET}
    form = SavedSearchForm(posted, user=request.user, initial=asked)
    if not form.is_valid():
        return page(request, "tasks/search_add.html", {"form": form}, 422 if posted else 200)
    saved = form.save()
    messages.success(request, f"Saved the search “{saved}”. It is in the sidebar.")
    return redirect(saved)


@require_http_methods(METHODS)
@once_more
def search_edit(request, search_pk):
    saved = get_object_or_404(request.user.searches, pk=search_pk)
    posted = request.POST if request.method == "POST" else None
    form = SavedSearchForm(posted, instance=saved, user=request.user)
    if not form.is_valid():
        context = {"form": form, "search_pk": search_pk}
        return page(request, "tasks/search_edit.html", context, 422 if posted else 200)
    messages.success(request, f"Saved the search “{form.save()}”.")
    return redirect(saved)


@require_POST
def search_delete(request, search_pk):
    """Take it out of the sidebar. Its words stay on the page that follows, to be saved again."""
    saved = get_object_or_404(request.user.searches, pk=search_pk)
    saved.delete()
    messages.success(request, f"Removed “{saved}” from the sidebar. It can be saved again here.")
    return redirect(saved)


@require_safe
def go(request):
    """Find places to go to: for htmx what is found, in a box over the page; else a page."""
    form = SearchForm(request.GET)
    q = form.cleaned_data["q"] if form.is_valid() else ""
    context = {"form": form, "groups": finding.find(request.user, sidebar_of(request), q)}
    return page(request, "tasks/go.html" + ("#found" if wants_fragment(request) else ""), context)


@require_safe
def keyboard(request):
    return page(request, "tasks/keyboard.html" + ("#box" if wants_fragment(request) else ""))
