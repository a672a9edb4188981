"""Acts on tasks, and a task's own page. request.user is the only door: no model is imported."""

from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.waiting import holds_words
from tasks.forms.base import MoveForm, submission
from tasks.forms.bulk import BulkForm
from tasks.forms.quickadd import AddForm, PasteForm, PlainForm, ReadForm
from tasks.forms.reading import line_of
from tasks.forms.repeats import RepeatForm
from tasks.forms.tasks import DetailForm
from tasks.pages.address import listing_at
from tasks.quickadd import pasted
from tasks.recurrence import describe
from tasks.sidebar import Sidebar, sidebar_of
from tasks.telling import Teller
from tasks.views.answers import (
    METHODS,
    NOTHING_MORE,
    answer,
    beside,
    leave,
    once_more,
    origin,
    page,
    past_of,
    say,
    shown_occurrence,
    shown_version,
    stands_at,
    tell,
    title_says,
    wants_fragment,
)
from tasks.views.steps import add_step
from tasks.views.trash import purge

READS = ["plain", "as_text"]  # how a line is read
UNSEEN = {"tag": "Tag", "make_list": "New list"}  # beside a line
SAVES = ["from_now_on", "this_one", "read"]  # the buttons of a task's form


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
        task = form.save()
        if task is None or task.deleted_at:
            say(request, "That task was added before, and deleted since.")
        else:
            say(request, *added_words(request, task, form))
        return answer(request)
    template = "tasks/_add_error.html" if wants_fragment(request) else "tasks/task_add.html"
    return page(request, template, {"form": form}, status=422 if form.is_bound else 200)


def added_words(request, task, form):
    """Return what to say of a new task: its words, its act, and the ways on from there."""
    words, ways, line = f"Added “{task}”{where(request, task)}.", [], form.line
    if form.instance.pk is None:  # it was added before, from this very form
        return words, form.act
    if line.said.spans:
        words += f" Understood as {line.words}." if line.words else ""
        beside = urlencode(form.beside())
        ways.append(f"{reverse('task_plain', args=[task.pk])}{'?' * bool(beside)}{beside}")
    if line.unlisted and not task.list_id:
        words += f" There is no list “{line.unlisted}”, so it is in the Inbox."
        ways.append(reverse("task_make_list", args=[task.pk]))
    return " ".join(filter(None, [words, line.unread])), form.act, *ways


@require_POST
@login_not_required  # or it would lead away from the page, in the middle of a word
def task_read(request):
    """What a line would be understood as, while it is typed."""
    if not request.user.is_authenticated:
        return HttpResponse(status=204)
    form = ReadForm(request.POST)
    line = form.line(sidebar_of(request))
    context = {"line": line, "make_list": form.cleaned_data["make_list"]}
    return page(request, "tasks/_chips.html", context)


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
    return answer(request, task)


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
    return answer(request, task, lists=True)


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
        form.save()
        return told(request, form.act, form.unread)
    status = 422 if form.errors else 200
    return page(request, "tasks/task_paste.html", {"form": form}, status)


def presets(request):
    """Return what a page that leads to the form says in its address, such as a due date."""
    return request.GET.dict() | {"key": uuid4} if request.method != "POST" else None


def where(request, task):
    """Return where a new task went, if that isn't to be seen."""
    if task.list_id:
        return f" to {task.list}"
    listing = listing_at(request.user, origin(request), sidebar_of(request))
    return "" if listing is None or listing.shows_new else " to the Inbox"


@require_safe
def task_detail(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    return detail(request, DetailForm(instance=task, user=request.user))


@holds_words(
    "Save the task",
    DetailForm,
    typed={"step": "Step"},
    compared=DetailForm.merged,
    also=SAVES,
)
@require_http_methods(METHODS)
@once_more
def task_edit(request, task_pk):
    if request.method != "POST":
        return task_detail(request, task_pk)
    task = get_object_or_404(request.user.tasks.select_for_update(of=["self"]), pk=task_pk)
    form = DetailForm(request.POST, instance=task, user=request.user)
    if not form.is_valid():
        return detail(request, form, status=409 if form.clashes else 422)
    act = form.save()
    done = edit_words(form.own or task, form, sidebar_of(request).clock) if act else ""
    if act or not form.step:
        say(request, done or "There was nothing new to save.", act)
    if form.step:
        add_step(request, form.step)
    if not stands_at(task, origin(request)):
        return answer(request, task)
    if form.own:
        return leave(request, f"{form.own.get_absolute_url()}?{beside(request, task).on}")
    return answer(request, task, form=DetailForm(instance=task, user=request.user))


def edit_words(task, form, clock):
    """Return what an edit did, in the words of the button that did it."""
    if form.own:
        return f"Saved this one alone: “{task}”. The repeat goes on without it."
    return " ".join(
        filter(None, [fields_words(task, form, clock), series_words(task, form, clock)])
    )


def fields_words(task, form, clock):
    written = form.written - {"repeat", "repeat_anchor"}
    if form.line and form.line.said.spans:
        words = f"Saved “{task}”. Understood as {form.line.words}."
        return " ".join(filter(None, [words, form.line.unread]))
    if written == {"list"}:
        return f"Moved “{task}” to {task.list or 'the Inbox'}."
    if written == {"priority"}:
        priority = task.get_priority_display().lower() if task.priority else "no"
        return f"“{task}” has {priority} priority."
    if written and written <= {"due_date", "due_time"}:
        due = f"is due {clock.day_within(task.due_date)}" if task.due_date else "has no date"
        return f"“{task}” {due}."
    return f"Saved “{task}”."


def series_words(task, form, clock):
    """Return what an edit of a repeat's date did to the repeat; "" for any other edit."""
    if "due_date" not in form.written or not form.repeated or form.line:
        return ""
    if not task.repeat:
        return "It does not repeat any more."
    if "repeat_anchor" in form.written:
        return f"From there on it repeats {describe(task.repeat, on=clock.date)}."
    return "The repeat stays as it was."


def detail(request, form, status=200):
    """Show a task's form: alone to htmx, else beside the listing that the way led from."""
    task = form.instance
    if status != 200 and wants_fragment(request) and not stands_at(task, origin(request)):
        messages.error(request, " ".join(word for words in form.errors.values() for word in words))
        return answer(request, status=status)
    listing = beside(request, task)
    # What stands on the page comes back to it as it is shown, also where no listing led here.
    here = f"{task.get_absolute_url()}?{listing.on}"
    context = {"task": task, "form": form, "listing": listing, "next": here, "step_form": form.step}
    context |= {"past": past_of(request, task), "title_says": title_says(request, task)}
    if wants_fragment(request):
        context, template = NOTHING_MORE | {"subtag": "h3"} | context, "tasks/_answer.html"
    else:
        template = "tasks/task_detail.html"
    return page(request, template, context, status)


@require_safe
def task_menu(request, task_pk):
    """All that a row's buttons would not hold: a page of its own, or a part of the row's."""
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    listing = beside(request, task)
    context = {"task": task, "listing": listing, "before": None, "after": None}
    if listing.by_hand and not task.completed:
        context["before"], context["after"] = task.siblings().around(task.pk)
    template = "tasks/_task_menu.html" if wants_fragment(request) else "tasks/task_menu.html"
    return page(request, template, context)


@require_POST
def task_complete(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = task.complete(shown_version(request), shown_occurrence(request))
    if task.repeat:
        tell_repeat(request, task, act, "Done")
    else:
        already = "was completed already" if task.completed else ""
        tell(request, task, act, "Completed", already)
    return answer(request, task)


@holds_words("Save the repeat", RepeatForm, also=["shown"])
@require_http_methods(METHODS)
@once_more
def task_repeat(request, task_pk):
    """Put together how a task repeats, with the days that it would have before it is saved."""
    tasks, posted = request.user.tasks.open(), None
    if request.method == "POST":  # the form says so where it was completed meanwhile
        tasks, posted = request.user.tasks.select_for_update(of=["self"]), request.POST
    task = get_object_or_404(tasks, pk=task_pk)
    form, looks = RepeatForm(posted, task=task), "look" in request.POST
    if form.is_valid() and not looks:
        act = form.save()
        told = f"“{task}” repeats {form.words}." if act else "There was nothing new to save."
        say(request, told, act)
        return answer(request)
    template = "tasks/_repeat_days.html" if wants_fragment(request) else "tasks/task_repeat.html"
    status = 422 if posted and form.errors and not looks else 200
    return page(request, template, {"form": form, "task": task}, status)


@require_POST
def task_skip(request, task_pk):
    """Go on to the next occurrence of a repeat without this one."""
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = task.skip(shown_version(request), shown_occurrence(request))
    tell_repeat(request, task, act, "Skipped")
    return answer(request, task, form=DetailForm(instance=task, user=request.user))


@require_POST
def task_end(request, task_pk):
    """End a repeat: what is due stays, and nothing follows it."""
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = task.edit(repeat="") if task.repeat and not task.completed else None
    say(request, f"“{task}” does not repeat any more.", act)
    return answer(request, task, form=DetailForm(instance=task, user=request.user))


def tell_repeat(request, task, act, done):
    """Tell what became of an occurrence, and when the next one is."""
    clock = sidebar_of(request).clock
    if act and task.completed:
        say(request, f"Completed “{task}”. That was the last one.", act)
    elif act:
        say(request, f"{done}. Next: {clock.day(task.due_date)}.", act)
    elif task.completed:
        say(request, f"“{task}” was completed already.")
    elif not task.repeat:
        say(request, f"“{task}” does not repeat any more.")
    elif shown_occurrence(request) not in (None, task.due_date):
        say(request, f"That one is gone already. Next: {clock.day(task.due_date)}.")
    elif task.following(is_done=False) is None:
        say(request, f"This is the last “{task}”: there is none to go on to.")
    else:
        say(request, f"“{task}” changed meanwhile. Look at it, then try again.")


@require_POST
def task_reopen(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = task.reopen(shown_version(request))
    already = "" if task.completed else "was open already"
    tell(request, task, act, "Reopened", already)
    return answer(request, task)


@require_POST
def task_move(request, task_pk):
    task = get_object_or_404(request.user.tasks.open(), pk=task_pk)
    form = MoveForm(request.POST, row=task, rows=request.user.tasks)
    if not form.is_valid():
        raise Http404
    tell(request, task, task.move(**form.where()), "Moved", "")
    return answer(request, task)


@require_POST
def task_duplicate(request, task_pk):
    task = get_object_or_404(request.user.tasks, pk=task_pk)
    act = task.duplicate(submission(request.POST, ("duplicate", task_pk)))
    say(request, f"Duplicated “{task}”.", act)
    return answer(request, task)


@require_POST
@once_more
def task_bulk(request):
    """Do one thing to several tasks."""
    # A sidebar of its own: the page is answered with the one after the act.
    listing = listing_at(request.user, origin(request), Sidebar(request.user))
    form = BulkForm(request.POST, user=request.user, listing=listing)
    if form.is_of_others():
        raise Http404
    if form.is_valid():
        return told(request, form.save())
    if wants_fragment(request):
        messages.error(request, " ".join(word for words in form.errors.values() for word in words))
        return answer(request, status=422)
    return page(request, "tasks/task_bulk.html", {"form": form}, 422)


def told(request, act, more=""):
    """Tell what an act on several tasks did, in the words of the history, and more behind them."""
    lines = Teller(sidebar_of(request)).lines([act])
    words = lines[0].plain if lines else "there was nothing to change"
    words = f"{words[0].upper()}{words[1:]}. {more}".rstrip()
    say(request, words, act if lines else None)
    return answer(request)


@require_http_methods(METHODS)
def task_delete(request, task_pk):
    task = get_object_or_404(request.user.tasks(manager="everything"), pk=task_pk)
    if request.method != "POST":
        return page(request, "tasks/task_delete.html", {"task": task})
    act = task.delete_softly(shown_version(request))
    already = "was in the trash already" if task.deleted_at else ""
    tell(request, task, act, "Deleted", already)
    if task.deleted_at and stands_at(task, origin(request)):
        return leave(request, beside(request, task).own_url)
    return answer(request, task)


@require_POST
def task_restore(request, task_pk):
    task = get_object_or_404(request.user.tasks(manager="everything"), pk=task_pk)
    act = task.restore(shown_version(request))
    already = "" if task.deleted_at else "was not in the trash"
    tell(request, task, act, "Restored", already)
    return answer(request, task)


@require_http_methods(METHODS)
def task_purge(request, task_pk):
    task = get_object_or_404(request.user.tasks(manager="trash"), pk=task_pk)
    return purge(request, task, "tasks/task_purge.html")
