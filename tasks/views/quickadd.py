"""Adding tasks by lines, and taking back what was understood of one."""

from urllib.parse import urlencode
from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.waiting import holds_words
from tasks.forms.quickadd import AddForm, PasteForm, PlainForm, ReadForm
from tasks.forms.reading import line_of
from tasks.messages import Action
from tasks.quickadd import pasted
from tasks.sidebar import sidebar_of
from tasks.views.bulk import told
from tasks.views.replies import METHODS, once_more, render_page, reply, say, wants_fragment

READS = ["plain", "as_text"]  # how a line is read
UNSEEN = {"tag": "Tag", "make_list": "New list"}  # beside a line


@holds_words(
    "Add the task",
    AddForm,
    typed={"text": "Task"},
    also=READS,
    unseen=UNSEEN,
    script="form#add",
)
@require_http_methods(METHODS)
def task_add(request):
    posted = request.POST if request.method == "POST" else None
    if posted and not wants_fragment(request) and pasted.count(posted.get("text", "")) > 1:
        return task_paste(request)
    form = AddForm(posted, user=request.user, initial=presets(request))
    if form.is_valid():
        form.save()
        task = form.row
        if task is None or task.deleted_at:
            say(request, "That task was added before, and deleted since.")
        else:
            say(request, *added_words(request, task, form))
        return reply(request)
    template = "tasks/_add_error.html" if wants_fragment(request) else "tasks/task_add.html"
    return render_page(request, template, {"form": form}, status=422 if form.is_bound else 200)


def added_words(request, task, form):
    """Return what to say of a new task: its words, its act, and other actions than Undo."""
    words, actions, line = f"Added “{task}”{where(request, task)}.", [], form.line
    if form.instance.pk is None:  # it was added before, from this very form
        return words, form.act
    if line.said.spans:
        words += f" Understood as {line.words}." if line.words else ""
        actions.append(Action("Keep as plain text", plain_url(task, form)))
    if line.unlisted and not task.list_id:
        words += f" There is no list “{line.unlisted}”, so it is in the Inbox."
        actions.append(Action("Make the list", reverse("task_make_list", args=[task.pk])))
    return " ".join(filter(None, [words, line.unread])), form.act, *actions


def plain_url(task, form):
    """Return the address that keeps a new task as it was typed, with the other fields of form."""
    url, beside = reverse("task_plain", args=[task.pk]), urlencode(form.beside())
    return f"{url}?{beside}" if beside else url


@require_POST
@login_not_required  # or it would lead away from the page, in the middle of a word
def task_read(request):
    """What a line would be understood as, while it is typed."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    form = ReadForm(request.POST)
    line = form.line(sidebar_of(request))
    context = {"line": line, "make_list": form.cleaned_data["make_list"]}
    return render_page(request, "tasks/_chips.html", context)


@require_POST
@once_more
def task_plain(request, task_pk):
    """Keep a new task as its line was typed, with nothing of it understood."""
    task = get_object_or_404(request.user.tasks.select_for_update(of=["self"]), pk=task_pk)
    form = PlainForm(task=task, beside=request.GET)
    if task.version == 1 and form.is_valid():
        act = form.save()
        say(request, f"Kept as plain text: “{task}”.", act)
    elif task.title == task.typed:
        say(request, f"“{task}” is as you typed it already.")
    else:
        say(request, f"“{task}” was changed since it was added, so it stays as it is.")
    return reply(request, task)


@require_POST
@once_more
def task_make_list(request, task_pk):
    """Make the list that a task's line named, and move the task to it."""
    task = get_object_or_404(request.user.tasks.select_for_update(of=["self"]), pk=task_pk)
    name = line_of(request.user, task.typed).said.list_name
    if not name:
        raise Http404
    if task.list_id or f"+{name}" in task.title:
        say(request, f"“{task}” was changed since it was added, so it stays where it is.")
    else:
        act = task.put_into(name)
        say(request, f"Made the list “{task.list}” with “{task}”.", act)
    return reply(request, task, lists=True)


@holds_words(
    "Add the tasks",
    PasteForm,
    typed={"text": "Tasks"},
    also=[*READS, "sure"],
    unseen=UNSEEN,
)
@require_http_methods(METHODS)
def task_paste(request):
    """Ask whether several lines are to be that many tasks, then add them."""
    posted = request.POST if request.method == "POST" else None
    form = PasteForm(posted, user=request.user, initial=presets(request))
    if form.is_valid() and "sure" in posted:
        return told(request, form.save(), form.unread)
    status = 422 if form.errors else 200
    return render_page(request, "tasks/task_paste.html", {"form": form}, status)


def presets(request):
    """Return what a page that leads to the form says in its address, such as a due date."""
    return request.GET.dict() | {"key": uuid4} if request.method != "POST" else None


def where(request, task):
    """Return where a new task went, if that isn't to be seen."""
    if task.list_id:
        return f" to {task.list}"
    listing = request.return_page.listing
    return "" if listing is None or listing.shows_new else " to the Inbox"
