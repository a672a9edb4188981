"""The export of a user's data as a file."""

import logging

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.decorators import rate_limit
from django.http import FileResponse
from django.views.decorators.http import require_http_methods

from accounts.leaving import open_while_leaving
from tasks.exporting.files import TYPES, name_of, write_export
from tasks.forms.exporting import ExportForm
from tasks.views.replies import METHODS, posted, render_page, status_of

logger = logging.getLogger(__name__)


@open_while_leaving
@require_http_methods(METHODS)
@reauthentication_required
@rate_limit(action="export")
def export(request):
    form = ExportForm(posted(request))
    if not form.is_valid():
        return render_page(
            request,
            "tasks/export.html",
            {"form": form},
            status_of(form),
        )
    kind = form.cleaned_data["kind"]
    file = write_export(request.user, kind)
    note(request)
    response = FileResponse(
        file,
        as_attachment=True,
        filename=f"{name_of(request.user)}.{kind}",
        content_type=TYPES[kind],
    )
    # A proxy that compresses drops the length, and the browser could show no progress.
    response["Content-Encoding"] = "identity"
    return response


def note(request):
    """Record the export in the user's history, and send a mail about it.

    If the mail can't be sent, the export goes on: a mail server must not keep users from their
    data.
    """
    user = request.user
    user.note_export()
    try:
        get_adapter().send_notification_mail("account/email/exported", user, email=user.email)
    except OSError:
        logger.warning("No mail about an export could be sent.")
