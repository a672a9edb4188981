"""Adding tasks by lines, and taking back the reading of a line."""

from urllib.parse import urlencode
from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.waiting import holds_words
from tasks.forms.quickadd import AddForm, MeantForm, PasteForm, PlainForm, ReadForm
from tasks.forms.reading import line_of
from tasks.messages import Action
from tasks.quickadd import pasted
from tasks.quickadd.reading import NO_OFFER
from tasks.sidebar import sidebar_of
from tasks.views.replies import (
    METHODS,
    posted,
    render_page,
    reply,
    retried_once,
    show_act,
    show_message,
    status_of,
    wants_fragment,
    ways_to,
)
from tasks.wording import (
    AS_TYPED,
    Wording,
    changed_since_added,
    completed_among,
    is_as_typed,
    no_list,
    understood,
)

READS = ["plain", "meant", "as_text"]  # how a line is read
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
    if is_paste(request):
        return task_paste(request)
    form = AddForm(
        posted(request),
        user=request.user,
        initial=presets(request),
    )
    if form.is_valid():
        tell_added(request, form, form.save())
        return reply(request, new_pk=form.row and form.row.pk)
    template = "tasks/task_add.html"
    if wants_fragment(request):
        template = "tasks/_add_error.html"
    return render_page(
        request,
        template,
        {"form": form},
        status_of(form),
    )


def is_paste(request):
    """Return whether the add box was sent with several lines, as happens without script."""
    if wants_fragment(request):
        return False
    text = request.POST.get("text", "")
    return pasted.count(text) > 1


def tell_added(request, form, act):
    """Tell that act has added a task by the line of form."""
    task = form.row
    if task is None or task.deleted_at:
        show_message(request, "That task was already added, and has been deleted since.")
    elif form.instance.pk is None:  # it was added before, from this very form
        show_act(
            request,
            act,
            task,
            where=where(request, task),
            actions=ways_to(request, [task], act),
        )
    else:
        show_act(
            request,
            act,
            task,
            where=where(request, task),
            more=what_was_read(form, task),
            actions=[*ways_to(request, [task], act), *actions_of(form, task)],
        )


def what_was_read(form, task):
    """Return the words for the reading of the line of form, and for a list that isn't there."""
    words = [understood(form.line)]
    if is_unlisted(form, task):
        words.append(no_list(form.line))
    return " ".join(filter(None, words))


def is_unlisted(form, task):
    """Return whether the line named a list that isn't there, or is archived."""
    return bool(form.line.unlisted) and not task.list_id


def actions_of(form, task):
    """Return the actions for a new task, in addition to Undo."""
    url = reverse("task_meant", args=[task.pk])
    offers = [offer for offer in form.line.offers if offer.meant != NO_OFFER]
    actions = []
    for offer in offers:
        query = urlencode({"meant": offer.meant})
        actions.append(Action(f"{offer.words}?", f"{url}?{query}"))
    if form.line.said.spans:
        actions.append(Action("Keep what I typed", plain_url(task, form)))
    if is_unlisted(form, task):
        url = reverse("task_make_list", args=[task.pk])
        label = "Unarchive the list" if form.line.is_archived else "Add the list"
        actions.append(Action(label, url))
    return actions


def plain_url(task, form):
    """Return the address that keeps a new task as it was typed, with the other fields of form."""
    url = reverse("task_plain", args=[task.pk])
    beside = urlencode(form.beside())
    return f"{url}?{beside}" if beside else url


@require_POST
@login_not_required  # or it would lead away from the page, in the middle of a word
def task_read(request):
    """Show the reading of a line while it is typed."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    form = ReadForm(request.POST)
    line = form.line(sidebar_of(request))
    context = {"line": line, "make_list": form.cleaned_data["make_list"]}
    return render_page(request, "tasks/_chips.html", context)


@require_POST
@retried_once
def task_plain(request, task_pk):
    """Keep a new task as its line was typed, with nothing of it understood."""
    tasks = request.user.tasks.select_for_update(of=["self"])
    task = get_object_or_404(tasks, pk=task_pk)
    form = PlainForm(task=task, beside=request.GET)
    if task.version == 1 and form.is_valid():
        show_act(
            request,
            form.save(),
            task,
            more=AS_TYPED,
            otherwise=is_as_typed(task),
        )
    elif task.title == task.typed:
        show_message(request, is_as_typed(task))
    else:
        show_message(request, changed_since_added(task, "as it is"))
    return reply(request, task)


@require_POST
@retried_once
def task_meant(request, task_pk):
    """Give a new task the day that its line offered, since it could be read in several ways."""
    tasks = request.user.tasks.select_for_update(of=["self"])
    task = get_object_or_404(tasks, pk=task_pk)
    form = MeantForm(task=task, meant=request.GET.get("meant", ""))
    if task.version == 1 and form.is_valid() and form.line.meant:
        show_act(request, form.save(), task)
    else:
        show_message(request, changed_since_added(task, "as it is"))
    return reply(request, task)


@require_POST
@retried_once
def task_make_list(request, task_pk):
    """Make the list that a task's line named, or bring it back, and move the task to it."""
    tasks = request.user.tasks.select_for_update(of=["self"])
    task = get_object_or_404(tasks, pk=task_pk)
    line = line_of(request.user, task.typed)
    typed = line.said.list_name
    if not typed:
        raise Http404
    if task.list_id or f"+{typed}" in task.title:
        show_message(request, changed_since_added(task, "where it is"))
    else:
        act = task.put_into(line.unlisted or typed)
        show_act(request, act, task)
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
    form = PasteForm(
        posted(request),
        user=request.user,
        initial=presets(request),
    )
    if form.is_valid() and "sure" in request.POST:
        act = form.save()
        done = completed_among(form.done, len(form.lines))
        more = " ".join(filter(None, [done, form.unread]))
        ways = ways_to(request, act.new_tasks, act)
        show_act(request, act, more=more, actions=ways)
        return reply(request)
    status = 422 if form.errors else 200
    return render_page(
        request,
        "tasks/task_paste.html",
        {"form": form},
        status,
    )


def presets(request):
    """Return the values in the address of the form, such as a due date."""
    if request.method == "POST":
        return None
    return request.GET.dict() | {"key": uuid4}


def where(request, task):
    """Return where a new task went, as the end of a sentence; "" where that is to be seen."""
    if not task.list_id and shows_new(request.return_page.listing):
        return ""
    wording = Wording(sidebar_of(request))
    return f" to {wording.list_name(task.list_id)}"


def shows_new(listing):
    """Return whether a listing shows a new task; a page without one has none to be missed on."""
    return listing is None or listing.shows_new
