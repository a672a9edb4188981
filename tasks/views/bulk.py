"""Acts on several tasks at once."""

from django.http import Http404
from django.views.decorators.http import require_POST

from tasks.forms.bulk import BulkForm
from tasks.pages.address import listing_at
from tasks.sidebar import Sidebar
from tasks.views.replies import (
    render_page,
    reply,
    retried_once,
    show_act,
    show_errors,
    wants_fragment,
)
from tasks.wording import NOTHING_TO_CHANGE


@require_POST
@retried_once
def task_bulk(request):
    """Do one act on several tasks."""
    # A listing and a sidebar of its own: the return page reads its own after the act.
    listing = listing_at(
        request.user,
        request.return_page.url,
        Sidebar(request.user),
    )
    form = BulkForm(request.POST, user=request.user, listing=listing)
    if form.is_of_others():
        raise Http404
    if form.is_valid():
        show_act(request, form.save(), otherwise=NOTHING_TO_CHANGE)
        return reply(request)
    if wants_fragment(request):
        show_errors(request, form)
        return reply(request, status=422)
    return render_page(
        request,
        "tasks/task_bulk.html",
        {"form": form},
        422,
    )
