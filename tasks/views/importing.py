"""Imports: choosing a file, its preview, and adding. request.user is the only way to the data."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tasks.forms.importing import ImportAddForm, ImportFileForm
from tasks.importing import waiting
from tasks.importing.preview import Preview
from tasks.importing.report import Report
from tasks.messages import Action
from tasks.sidebar import sidebar_of
from tasks.views.replies import METHODS, once_more, refuse, render_page, say, sentence_of, status_of
from tasks.wording import message


@require_http_methods(METHODS)
def import_tasks(request):
    """Ask for a file, and show the preview of the waiting import."""
    if request.method == "POST":
        form = ImportFileForm(request.POST, request.FILES, user=request.user)
        if form.is_valid():
            return redirect("import_tasks")
    else:
        form = ImportFileForm(user=request.user)
    context = {"form": form, "report": report_of(request)}
    return render_page(request, "tasks/import_tasks.html", context, status_of(form))


def report_of(request):
    """Return the preview of the user's waiting import, None without one."""
    row = waiting.waiting(request.user)
    if row is None:
        return None
    preview = Preview(request.user, waiting.plan_in(row))
    return Report(preview, row, sidebar_of(request).clock)


@require_POST
@once_more
def import_add(request):
    form = ImportAddForm(request.POST, user=request.user)
    if not form.is_valid():
        refuse(request, form)
        return redirect("import_tasks")
    act = form.save()
    words = message(sentence_of(request, act, ()) or "imported nothing but settings and searches")
    say(request, words, act, Action("Show them", act.get_absolute_url(), is_link=True))
    return redirect("task_list")


@require_POST
def import_discard(request):
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
    report = report_of(request)
    if report is None:
        raise Http404
    response = HttpResponse(report.as_text(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="import.txt"'
    return response
