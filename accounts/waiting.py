"""Words that could not be saved, since their user was signed out: they wait for that user alone.

They wait in rows of the user's (accounts.models.WaitingForm), and each of their pages offers them.
Nothing is ever sent by itself, since much may have happened in between.

A form waits only if its view says that it holds words (`holds_words`), and with its own fields
alone: whoever sits at a browser whose user is gone could otherwise plant a form that deletes
something. Its notice names all that a press would save. Whose words they are says a cookie that
outlives the session, as long as the session ended by itself: after a sign-out, in this browser or
from another one, nothing is kept here.
"""

from datetime import datetime
from typing import NamedTuple

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.utils import pretty_name
from django.http import QueryDict
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import cached_property

from accounts.models import WAITING_OFFERED, EndedSession, NoRoom, User, mark_of
from accounts.reading import fields_of
from accounts.text import unix_lines
from accounts.typed import TYPED

NOT_MINE = "not_mine"  # a field of the sign-in: nothing is to be kept in this browser
KEEPS_NOTHING = "keeps_nothing"  # so says its session; shell.html tells page.js
COOKIE, REMEMBER = "last_user", EndedSession.REMEMBERED
BEFORE = "waiting"  # in the session: see `move`
# Which submission it is, of which state of the row, on which page: many forms have these.
IDENTITY = ("key", "version", "next")
TOLD = "You were signed out. What you typed waits until you sign in again."


class Words(NamedTuple):
    """What a view says of the form that it takes: see `holds_words`."""

    act: str
    labels: dict  # of the fields that people type into, by name
    others: dict  # labels of the other fields that a page shows
    names: frozenset  # of all fields
    compared: frozenset  # those of which the form saves only what differs from its initial-…
    shown: dict  # the values that fields begin with, where a POST doesn't say
    script: str  # the htmx source of a form whose words our script keeps by itself

    def own(self, posted):
        """Return what a POST holds for this form, as [name, value] in its order."""
        fields = fields_of(posted)
        return [[name, unix_lines(value)] for name, value in fields if name in self.names]

    def are_in(self, posted):
        return any(posted.get(name, "").strip() for name in self.labels)


# Of a form that no view takes any more.
NO_WORDS = Words("", TYPED, {}, frozenset(), frozenset(), {}, "")


def holds_words(act, *form_classes, typed=None, compared=(), also=(), unseen=None, script=""):
    """Mark a view: what is typed into its form waits for its user where they were signed out.

    act is what the button says that sends it then, such as "Save your profile". form_classes are
    those that read what is sent. typed are fields that people type into beyond the forms' own, or
    other labels for these: {name: label}. compared are the names of the fields of which the form
    saves only what differs from the value that the page posts along (initial-…): no other such
    value is kept, since the notice believes it. Of hidden fields only those are kept that say which
    submission it is (IDENTITY), those of `also`, which are hidden fields and buttons that change
    only how the words are saved, and those of `unseen`, which the notice names: {name: label}.
    script is the htmx source (HX-Source) of a form whose words our script gives back.
    """
    fields = {}
    for form_class in form_classes:
        fields |= form_class.base_fields
    seen = {name: field for name, field in fields.items() if not field.widget.is_hidden}
    labels = labels_of(seen, is_typed) | (typed or {})
    rest = {name: field for name, field in seen.items() if name not in labels}
    others = labels_of(rest) | (unseen or {})
    initials = {initial_of(name) for name in compared}
    words = Words(
        act=act,
        labels=labels,
        others=others,
        names=frozenset({*labels, *others, *IDENTITY, *also, *initials}),
        compared=frozenset(compared),
        shown={name: text_of(field.initial) for name, field in fields.items()},
        script=script,
    )
    TYPED.update(labels)

    def mark(view):
        view.words = words
        return view

    return mark


def labels_of(fields, counts=bool):
    """Return the labels of the fields that count, by name."""
    return {
        name: field.label or pretty_name(name) for name, field in fields.items() if counts(field)
    }


def initial_of(name):
    """Return the name, as Django has it, under which a page posts what a field began with."""
    return f"initial-{name}"


def is_typed(field):
    return isinstance(field, forms.CharField)


def text_of(initial):
    return "" if initial is None or callable(initial) else str(initial)


def words_at(path):
    """Return what the view at a path says of its form; None if it holds no words."""
    try:
        return getattr(resolve(path).func, "words", None)
    except Resolver404:
        return None


# Whose browser it is


def proof_of(user, mark):
    """Return what goes with a session's mark until all sessions of its user are ended at once."""
    return salted_hmac(COOKIE, mark + user.get_session_auth_hash()).hexdigest()


def said_in(request):
    """Return what this browser's cookie says: a user's id, a mark and its proof; "" for none."""
    said = request.get_signed_cookie(COOKIE, default="", max_age=REMEMBER)
    rest, _, proof = said.rpartition(":")
    pk, _, mark = rest.rpartition(":")
    return pk, mark, proof


def last_user(request):
    """Return the user whose session in this browser was not ended on purpose; None for nobody.

    Of a session that was ended on purpose its mark is known (EndedSession), or its proof is right
    no more. The list of sessions can't tell: it forgets those whose time is up. A session may still
    go on: a browser that was closed has forgotten it, and brings back the form of a tab.
    """
    pk, mark, proof = said_in(request)
    user = User.objects.filter(pk=pk, is_active=True).first()
    if not user or not constant_time_compare(proof, proof_of(user, mark)):
        return None
    if user.ended_sessions.filter(mark=mark).exists():
        return None
    return user


def ended_elsewhere(request):
    """Return why this browser was signed out, if that was done elsewhere; "" if it wasn't.

    A session whose time is up, or whose browser was closed, ended by itself.
    """
    pk, mark, proof = said_in(request)
    user = User.objects.filter(pk=pk).first() if pk else None
    if user is None:
        return ""
    if user.ended_sessions.filter(mark=mark).exists():
        return "You were signed out from another browser."
    if not constant_time_compare(proof, proof_of(user, mark)):
        return "You were signed out because your password was changed or all sessions were ended."
    return ""


def note_end(user, session_key):
    """Note that a user's session is ended on purpose: nothing is kept in its browser."""
    user.ended_sessions.note(user, mark_of(session_key))


def note_end_here(request):
    """Note that the session that this browser's cookie tells of is ended on purpose, or replaced.

    By that a copy of the cookie tells nothing either.
    """
    pk, mark, _ = said_in(request)
    if user := User.objects.filter(pk=pk).first():
        user.ended_sessions.note(user, mark)


def note_computer(request):
    """Note in the session whether whoever signs in said that this isn't their computer."""
    request.session.pop(KEEPS_NOTHING, None)
    if NOT_MINE in request.POST:
        request.session[KEEPS_NOTHING] = True
        request.session.set_expiry(0)  # as long as the browser is open


def note_user(request, response):
    """Note in this browser whose it is, unless nothing is to be kept in it.

    The signature of a cookie that says so already is not checked here, on every page: last_user()
    does where it counts.
    """
    if request.session.get(KEEPS_NOTHING):
        if COOKIE in request.COOKIES:  # of somebody else, for whom nothing of this user's may wait
            note_end_here(request)
            forget_user(response)
        return
    mark = mark_of(request.session.session_key)
    proof = proof_of(request.user, mark)
    said = f"{request.user.pk}:{mark}:{proof}"
    if request.COOKIES.get(COOKIE, "").startswith(f"{said}:"):
        return
    if said_in(request)[1] != mark:
        note_end_here(request)
    response.set_signed_cookie(
        COOKIE,
        said,
        max_age=REMEMBER,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_user(response):
    """Have this browser keep nothing for anybody any more."""
    response.delete_cookie(COOKIE, samesite="Lax")


# What waits


def own_words(path, posted):
    """Return what the form of the view at a path would keep of a POST, as [name, value].

    ValidationError, with the reason, if that can't be kept: where there are no words in it, also
    since the view there doesn't say that it holds words, and where it can't be stored.
    """
    words = words_at(path)
    if not words or not words.are_in(posted):
        raise ValidationError("It has no words.")
    own = words.own(posted)
    if any("\x00" in text for pair in own for text in pair):  # PostgreSQL
        raise ValidationError("It has a character (NUL) that can't be stored.")
    return own


def keep(user, path, posted):
    """Keep what was posted to a path for user. Return its row.

    ValidationError, with the reason, if it can't be kept, as own_words says, and NoRoom.
    """
    return user.waiting.keep(user, path, own_words(path, posted))


def keep_late(request, view):
    """Keep what somebody sent after their session had ended. Return False if it can't be kept."""
    user = last_user(request)
    if not user:
        return False
    words = getattr(view, "words", None)
    if words and words.script and request.htmx.source == words.script:
        return True
    try:
        keep(user, request.path, request.POST)
    except ValidationError:
        return False
    if not len(messages.get_messages(request)):
        messages.info(request, TOLD)
    return True


def move(request):
    """Keep what the version before this one kept in the session, from the moment that it had there.

    What finds no room stays there, and is tried again once there is some. All else goes: what is
    somebody else's, as it went then, what is too old to be offered, and what can't be kept.
    """
    before = request.session[BEFORE]
    own = [form for form in before if form["user"] == request.user.pk]
    left = unmoved(request.user, [form for form in own if may_wait(form)])
    if not left:
        del request.session[BEFORE]
    elif left != before:
        request.session[BEFORE] = left


def unmoved(user, forms):
    """Keep forms of the version before, as far as there is room. Return those left over."""
    if not forms or not user.waiting.current().has_room():
        return forms
    return [form for form in forms if not is_moved(user, form)]


def may_wait(form):
    """May a form of the version before be kept, as far as it doesn't depend on others?"""
    try:
        own_words(*posted_before(form))
    except ValidationError:
        return False
    return datetime.fromisoformat(form["at"]) >= timezone.now() - WAITING_OFFERED


def is_moved(user, form):
    """Keep a form of the version before, which may wait. Return False if there is no room."""
    path, posted = posted_before(form)
    kept_at = datetime.fromisoformat(form["at"])
    try:
        user.waiting.keep(user, path, own_words(path, posted), kept_at)
    except NoRoom:
        return False
    user.waits = True  # this request's page shows it already
    return True


def posted_before(form):
    """Return what a form of the version before was posted to, without its query, and its fields."""
    posted = QueryDict(mutable=True)
    for name, value in form["fields"]:
        posted.appendlist(name, value)
    return form["path"].partition("?")[0], posted


def settle(request, response):
    """Forget what this request of its user has sent with success.

    Where it failed, or is asked once more, the page of the form has the words; what is sent from
    there has the key of what was kept.
    """
    waiting = request.user.waiting.filter(path=request.path)
    sent = [form.pk for form in waiting if is_sent_by(request, form)]
    if took_effect(request, response):
        waiting.filter(pk__in=sent).delete()
    else:
        waiting.filter(pk__in=sent).update(failed=True)


def took_effect(request, response):
    """Did what was sent? Then its answer leads on; the page of the form says that it did not."""
    least = 200 if request.htmx else 300
    return least <= response.status_code < 400


def is_sent_by(request, form):
    words = words_at(form.path)
    if words and words.own(request.POST) == form.posted:
        return True
    key = request.POST.get("key")
    return form.failed and bool(key) and ["key", key] in form.posted


# How a page shows it


def offered(user):
    """Return what waits for user, as a page shows it."""
    return [Offer(form) for form in user.waiting.current().order_by("pk")]


class Offer:
    """A form that waits, as a page shows it, with what a press of its button would do.

    `act` is what the button says, "" where no view takes the form any more.
    """

    def __init__(self, form):
        self.pk, self.at = form.pk, form.kept_at
        self.path, self.posted = form.path, form.posted
        self.words = words_at(form.path) or NO_WORDS
        self.act = self.words.act
        self.values = {}
        for name, value in form.posted:
            self.values.setdefault(name, []).append(value)
        self.changed = [name for name in self.values if self.is_changed(name)]

    def is_changed(self, name):
        """Would a press save this field? A compared one that came without its initial value is."""
        if name in self.words.compared:
            return self.values[name] != self.values.get(initial_of(name))
        return self.values[name] != [self.words.shown.get(name, "")]

    @cached_property
    def fields(self):
        """The texts of the fields that people type into, by name."""
        names = [name for name in self.values if name in self.words.labels]
        return {name: self.values[name][-1] for name in names}

    @cached_property
    def typed(self):
        """Those of them that aren't empty."""
        return {name: text for name, text in self.fields.items() if text.strip()}

    @cached_property
    def new(self):
        """Those of these that a press would save."""
        return {name: text for name, text in self.typed.items() if name in self.changed}

    @property
    def texts(self):
        """What was typed, as (label, text): what is new, or all if nothing is."""
        shown = self.new or self.typed
        return [(self.words.labels[name], text) for name, text in shown.items()]

    @property
    def about(self):
        """The text of the first field, such as a name, where others were changed; else ""."""
        first = next(iter(self.fields), "")
        if not self.new or first in self.new:
            return ""
        return self.typed.get(first, "")

    @property
    def others(self):
        """The labels of what is saved besides."""
        labels = self.words.others
        return [labels[name] for name in self.changed if name in labels]

    @property
    def emptied(self):
        """The labels of texts that a press would clear."""
        empty = self.fields.keys() - self.typed.keys()
        return [self.words.labels[name] for name in self.changed if name in empty]
