"""One act on several tasks."""

from django.contrib import messages
from django.http import Http404
from django.views.decorators.http import require_POST

from tasks.forms.bulk import BulkForm
from tasks.pages.address import listing_at
from tasks.sidebar import Sidebar, sidebar_of
from tasks.telling import Teller
from tasks.views.replies import once_more, render_page, reply, say, wants_fragment


@require_POST
@once_more
def task_bulk(request):
    """Do one thing to several tasks."""
    # A listing and a sidebar of its own: those of the return page are read after the act.
    listing = listing_at(request.user, request.return_page.url, Sidebar(request.user))
    form = BulkForm(request.POST, user=request.user, listing=listing)
    if form.is_of_others():
        raise Http404
    if form.is_valid():
        return told(request, form.save())
    if wants_fragment(request):
        messages.error(request, " ".join(word for words in form.errors.values() for word in words))
        return reply(request, status=422)
    return render_page(request, "tasks/task_bulk.html", {"form": form}, 422)


def told(request, act, more=""):
    """Tell what an act on several tasks did, in the words of the history, and more behind them."""
    lines = Teller(sidebar_of(request)).lines([act])
    words = lines[0].plain if lines else "there was nothing to change"
    words = f"{words[0].upper()}{words[1:]}. {more}".rstrip()
    say(request, words, act if lines else None)
    return reply(request)
