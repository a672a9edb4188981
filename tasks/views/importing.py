"""Imports: choosing a file, its preview, and adding. request.user is the only way to the data."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tasks.forms.columns import ColumnsForm
from tasks.forms.importing import ImportAddForm, ImportFileForm, ImportKindForm
from tasks.importing import waiting
from tasks.importing.files import Unreadable
from tasks.importing.preview import Preview
from tasks.importing.products import LOOKED_UP, products_of
from tasks.importing.reading import READERS
from tasks.importing.report import Report
from tasks.messages import Action
from tasks.sidebar import sidebar_of
from tasks.views.replies import (
    METHODS,
    posted,
    render_page,
    retried_once,
    sentence_of,
    show_errors,
    show_message,
    status_of,
)
from tasks.wording import message


@login_not_required
@require_safe
def import_help(request):
    """Show how a file to import is made in each product."""
    looked_up = f"{LOOKED_UP.day} {LOOKED_UP:%B %Y}"
    context = {
        "products": products_of(READERS),
        "looked_up": looked_up,
    }
    return render(request, "import_help.html", context)


@require_http_methods(METHODS)
def import_tasks(request):
    """Ask for a file, and show the preview of the waiting import."""
    if request.method == "POST":
        form = ImportFileForm(
            request.POST,
            request.FILES,
            user=request.user,
        )
        if form.is_valid():
            return redirect(next_page(form.row))
    else:
        form = ImportFileForm(user=request.user)
    return preview_page(request, form)


def preview_page(request, form, kind_form=None):
    """Return the page of imports: the waiting file, and the form for another one."""
    row = waiting.waiting(request.user)
    sent = kind_form or form
    if row and not kind_form and waiting.can_be_read_again(row):
        kind_form = ImportKindForm(row=row)
    context = {
        "form": form,
        "row": row,
        "report": report_of(request, row),
        "kind_form": kind_form,
        "is_table": row and row.file_kind == waiting.TABLE,
    }
    return render_page(
        request,
        "tasks/import_tasks.html",
        context,
        status_of(sent),
    )


def next_page(row):
    """Return the page that follows the reading of a file."""
    return "import_tasks" if row.plan else "import_columns"


def report_of(request, row):
    """Return the preview of a user's waiting file, None if there is none or it has no plan."""
    if row is None or not row.plan:
        return None
    preview = Preview(request.user, waiting.plan_in(row))
    return Report(preview, row, sidebar_of(request).clock)


@require_http_methods(METHODS)
def import_columns(request):
    """Ask for the meaning of the columns of the waiting table."""
    row = waiting.waiting(request.user)
    if row is None or row.file_kind != waiting.TABLE:
        return redirect("import_tasks")
    try:
        form = ColumnsForm(
            posted(request),
            user=request.user,
            row=row,
            query=request.GET,
        )
    except Unreadable as error:
        messages.error(request, str(error))
        return redirect("import_tasks")
    if form.is_valid():
        return redirect("import_tasks")
    context = {"form": form, "row": row}
    return render_page(
        request,
        "tasks/import_columns.html",
        context,
        status_of(form),
    )


@require_POST
def import_kind(request):
    """Read the waiting file as another kind."""
    row = waiting.waiting(request.user)
    if row is None or not waiting.can_be_read_again(row):
        return redirect("import_tasks")
    form = ImportKindForm(request.POST, row=row)
    if form.is_valid():
        return redirect(next_page(waiting.waiting(request.user)))
    return preview_page(request, ImportFileForm(user=request.user), form)


@require_POST
@retried_once
def import_add(request):
    """Add the chosen part of the preview that was shown."""
    form = ImportAddForm(request.POST, user=request.user)
    if not form.is_valid():
        show_errors(request, form)
        return redirect("import_tasks")
    act = form.save()
    words = message(sentence_of(request, act, ()) or "imported nothing but settings and searches")
    show_message(
        request,
        words,
        act,
        Action("Show them", act.get_absolute_url(), is_link=True),
    )
    return redirect("task_list")


@require_POST
def import_discard(request):
    """Forget the waiting file, if it is the one that was shown."""
    row = waiting.waiting(request.user)
    if row and row.digest == request.POST.get("digest"):
        row.delete()
        messages.info(request, "Discarded. Nothing was imported.")
    elif row:
        messages.info(request, "Another file is waiting now, so nothing was discarded.")
    return redirect("import_tasks")


@require_safe
def import_report(request):
    """Show the whole preview as a text to save."""
    report = report_of(request, waiting.waiting(request.user))
    if report is None:
        raise Http404
    response = HttpResponse(report.as_text(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="import.txt"'
    return response
