"""What somebody sent when their session had ended: kept for them alone, offered after the sign-in.

It waits in the session, which lies on the server and lasts through a sign-in. Whose it is says a
signed cookie that outlives the session: the user who was signed in here last. Nothing is ever sent
by itself, since much may have happened meanwhile.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.utils import timezone

from accounts.text import unix_lines
from accounts.typed import TYPED, typed

COOKIE, REMEMBER = "last_user", timedelta(days=365)
KEY = "waiting"  # in the session
MOST = 20  # forms
LARGEST = 300_000  # characters of all: the longest notes there can be, and as they were before

ADD_BOX = "form#add"  # app.js keeps its lines, and gives them back by itself


def last_user(request):
    """Return the id of the user who was signed in last in this browser, if that is known."""
    return request.get_signed_cookie(COOKIE, default=None, max_age=REMEMBER)


def note_user(request, response):
    if last_user(request) == request.user.pk:
        return
    response.set_signed_cookie(
        COOKIE,
        request.user.pk,
        max_age=REMEMBER,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def keep(request, view):
    """Keep a form for the user whose session has ended. Return False if there is no room for it."""
    user = last_user(request)
    if not user or not has_words_of_ours(request, view):
        return True
    form = {"user": user, "path": request.get_full_path(), "fields": fields_of(request)}
    kept = request.session.get(KEY, [])
    if any(form.items() <= one.items() for one in kept):
        return True
    kept = [*kept, form | {"id": uuid4().hex, "at": timezone.now().isoformat()}]
    if len(kept) > MOST or sum(size_of(one) for one in kept) > LARGEST:
        return False
    request.session[KEY] = kept
    if len(kept) == 1:
        messages.info(request, "You were signed out. What you typed waits until you sign in again.")
    return True


def has_words_of_ours(request, view):
    """Did somebody type into a form of ours that nobody else keeps? allauth's hold passwords."""
    is_ours = view.__module__.startswith(("accounts.", "tasks."))
    is_kept = request.htmx and request.htmx.source == ADD_BOX
    return request.method == "POST" and is_ours and not is_kept and bool(typed(request))


def fields_of(request):
    """Return what the request posted, as [name, value] in its order."""
    return [
        [name, unix_lines(value)]
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and "password" not in name.lower()
    ]


def size_of(form):
    return sum(len(name) + len(value) for name, value in form["fields"])


def settle(request, response):
    """Forget what this request of its user has sent with success, and what is somebody else's.

    Where it failed, or is asked once more, the page of the form has the words; what is sent from
    there has the key of what was kept.
    """
    kept = request.session.get(KEY)
    if not kept:
        return
    left = [one for one in kept if one["user"] == request.user.pk]
    if request.method == "POST":
        sent = [one for one in left if is_sent_by(request, one)]
        if took_effect(request, response):
            left = [one for one in left if one not in sent]
        else:
            left = [one | {"failed": True} if one in sent else one for one in left]
    store(request, left)


def took_effect(request, response):
    """Did what was sent? Then its answer leads on; the page of the form says that it did not."""
    return (200 if request.htmx else 300) <= response.status_code < 400


def is_sent_by(request, form):
    if form["path"] != request.get_full_path():
        return False
    key, fields = request.POST.get("key"), form["fields"]
    return fields == fields_of(request) or bool("failed" in form and key and ["key", key] in fields)


def store(request, forms):
    if forms == request.session.get(KEY):
        return
    request.session[KEY] = forms
    if not forms:
        del request.session[KEY]


def forget(request, pk):
    """Throw away the one with this id."""
    store(request, [one for one in request.session.get(KEY, []) if one["id"] != pk])


def offered(request):
    """Return what waits for the user who is signed in, as a page shows it."""
    kept = request.session.get(KEY, [])
    return [as_shown(one) for one in kept if one["user"] == request.user.pk]


def as_shown(form):
    """Return a form with its words: `texts`, with labels, are those that were typed."""
    values = dict(form["fields"])
    texts = {name: values[name] for name in TYPED if values.get(name, "").strip()}
    typed_now = {name: text for name, text in texts.items() if text != shown_before(values, name)}
    title = texts.get("title", "")
    return form | {
        "at": datetime.fromisoformat(form["at"]),
        "about": "" if "title" in typed_now or not typed_now else title,
        "texts": [(TYPED[name], text) for name, text in (typed_now or texts).items()],
    }


def shown_before(values, name):
    return values.get(f"initial-{name}")
