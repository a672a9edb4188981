"""Forms that couldn't be saved because their user was signed out: they wait for that user.

Waiting forms are rows (accounts.models.WaitingForm), and every page offers them to their user. None
is sent by itself, since much may have happened in the meantime.

A form waits only if its view says that it holds words (`holds_words`), and only with its own
fields: otherwise a person at the browser of a signed-out user could plant a form that deletes data.
The notice of a form names all that sending it would save. The user is taken from a cookie that
outlives the session, if the session expired by itself: after a sign-out, in this browser or from
another one, nothing is kept here.
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
KEEPS_NOTHING = "keeps_nothing"  # in the session; shell.html passes it on to page.js
COOKIE, REMEMBER = "last_user", EndedSession.REMEMBERED
BEFORE = "waiting"  # in the session, by an earlier version: see `move`
# Fields of many forms: the submission's key, the row's version, and the return page.
IDENTITY = ("key", "version", "next")
TOLD = "You were signed out. Sign in again to get back what you typed."


class Words(NamedTuple):
    """A view's description of its form: see `holds_words`."""

    act: str
    labels: dict  # of the fields that people type into, by name
    others: dict  # labels of the other fields that a page shows
    names: frozenset  # of all fields
    compared: frozenset  # fields that are saved only if they differ from their initial-…
    shown: dict  # the initial values of fields, for a POST without them
    script: str  # the htmx source of a form whose words our script keeps by itself

    def own(self, posted):
        """Return the fields of a POST that belong to this form, as [name, value] in its order."""
        fields = fields_of(posted)
        return [[name, unix_lines(value)] for name, value in fields if name in self.names]

    def are_in(self, posted):
        """Return whether a POST holds any typed text."""
        return any(posted.get(name, "").strip() for name in self.labels)


# For a form that no view accepts any more.
NO_WORDS = Words("", TYPED, {}, frozenset(), frozenset(), {}, "")


def holds_words(
    act,
    *form_classes,
    typed=None,
    compared=(),
    also=(),
    unseen=None,
    script="",
):
    """Decorate a view: text typed into its form waits for its user after a session has expired.

    act: the label of the button that sends the form then, such as "Save your profile".

    form_classes: the forms that read the POST.

    typed: {name: label} of fields that people type into and the forms lack, or other labels.

    compared: names of fields that are saved only if they differ from the value that the page posts
    as well (initial-…). No other initial values are kept, since the notice relies on them.

    also: names of hidden fields and buttons that only change how the words are saved. Of all other
    hidden fields, IDENTITY is kept.

    unseen: {name: label} of hidden fields that the notice names.

    script: the htmx source (HX-Source) of a form that our script restores by itself.
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
    """Return {name: label} of the fields for which counts(field) is true."""
    return {
        name: field.label or pretty_name(name) for name, field in fields.items() if counts(field)
    }


def initial_of(name):
    """Return Django's name of the field in which a page posts the initial value of another."""
    return f"initial-{name}"


def is_typed(field):
    return isinstance(field, forms.CharField)


def text_of(initial):
    if initial is None or callable(initial):
        return ""
    return str(initial)


def words_at(path):
    """Return the Words of the view at a path, None if its form holds no words."""
    try:
        return getattr(resolve(path).func, "words", None)
    except Resolver404:
        return None


# The user of a browser


def proof_of(user, mark):
    """Return the proof of a session's mark, valid until all sessions of the user are ended."""
    return salted_hmac(COOKIE, mark + user.get_session_auth_hash()).hexdigest()


def said_in(request):
    """Return the (user id, mark, proof) of this browser's cookie; "" for each without one."""
    said = request.get_signed_cookie(COOKIE, default="", max_age=REMEMBER)
    rest, _, proof = said.rpartition(":")
    pk, _, mark = rest.rpartition(":")
    return pk, mark, proof


def user_said_in(request):
    """Return (user, reason): the user of this browser's cookie, and why their session was ended.

    The reason is "" for a session that expired, or that may even go on: a browser that was closed
    has forgotten it, and reopens the form of a tab. (None, "") if the cookie names no user.
    """
    pk, mark, proof = said_in(request)
    user = User.objects.filter(pk=pk).first()
    if user is None:
        return None, ""
    return user, reason_ended(user, mark, proof)


def reason_ended(user, mark, proof):
    """Return the sentence that says how a session was ended deliberately, or "" if it wasn't.

    A session that was ended alone has an EndedSession with its mark; once all sessions of a user
    were ended, its proof is no longer valid. The list of sessions can't tell, since it forgets
    expired ones.
    """
    if user.ended_sessions.filter(mark=mark).exists():
        return "You were signed out from another browser."
    if not constant_time_compare(proof, proof_of(user, mark)):
        return "You were signed out because your password was changed or all sessions were ended."
    return ""


def last_user(request):
    """Return the user of this browser's session, if that expired by itself, else None."""
    user, reason = user_said_in(request)
    if reason or not (user and user.is_active):
        return None
    return user


def ended_elsewhere(request):
    """Return the reason, as a sentence, if this browser was signed out from elsewhere, else ""."""
    _, reason = user_said_in(request)
    return reason


def note_end(user, session_key):
    """Record that a user's session was ended deliberately: its browser keeps nothing."""
    user.ended_sessions.note(user, mark_of(session_key))


def note_end_here(request):
    """Record that the session of this browser's cookie was ended or replaced.

    Afterwards a copy of the cookie is of no use either.
    """
    pk, mark, _ = said_in(request)
    if user := User.objects.filter(pk=pk).first():
        user.ended_sessions.note(user, mark)


def note_computer(request):
    """Record in the session whether the user signs in on another person's computer."""
    request.session.pop(KEEPS_NOTHING, None)
    if NOT_MINE in request.POST:
        request.session[KEEPS_NOTHING] = True
        request.session.set_expiry(0)  # until the browser is closed


def note_user(request, response):
    """Record this browser's user in its cookie, unless the browser is to keep nothing.

    If the cookie names the user already, its signature isn't checked here, on every page;
    last_user() checks it when it matters.
    """
    if request.session.get(KEEPS_NOTHING):
        if COOKIE in request.COOKIES:  # of another user, who must not get this user's forms
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
    """Delete the cookie, so that this browser keeps no forms."""
    response.delete_cookie(COOKIE, samesite="Lax")


# The forms that wait


def own_words(path, posted):
    """Return the fields of a POST that the form at a path would keep, as [name, value].

    Raise ValidationError, with the reason, if it holds no words, if its view doesn't say that it
    holds words, or if it can't be stored.
    """
    words = words_at(path)
    if not words or not words.are_in(posted):
        raise ValidationError("It has no text.")
    own = words.own(posted)
    if any("\x00" in text for pair in own for text in pair):  # PostgreSQL
        raise ValidationError("It contains a character (NUL) that can't be stored.")
    return own


def keep(user, path, posted):
    """Keep a POST to a path for a user. Return its row.

    Raise ValidationError, with the reason, as own_words does, or NoRoom.
    """
    return user.waiting.keep(user, path, own_words(path, posted))


def keep_late(request, view):
    """Keep a form that was sent after its session had expired. Return whether it was kept."""
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
    """Move the forms that an earlier version kept in the session into rows, with their moments.

    Forms without room stay in the session until there is some. Forms of other users, forms too old
    to be offered, and forms that can't be stored are dropped.
    """
    before = request.session[BEFORE]
    own = [form for form in before if form["user"] == request.user.pk]
    left = unmoved(request.user, [form for form in own if may_wait(form)])
    if not left:
        del request.session[BEFORE]
    elif left != before:
        request.session[BEFORE] = left


def unmoved(user, forms):
    """Keep the earlier version's forms as far as there is room. Return the rest."""
    if not forms or not user.waiting.current().has_room():
        return forms
    return [form for form in forms if not is_moved(user, form)]


def may_wait(form):
    """Return whether a form of the earlier version may be kept, apart from the room."""
    try:
        own_words(*posted_before(form))
    except ValidationError:
        return False
    return datetime.fromisoformat(form["at"]) >= timezone.now() - WAITING_OFFERED


def is_moved(user, form):
    """Keep a form of the earlier version, which may wait. Return False if there is no room."""
    path, posted = posted_before(form)
    kept_at = datetime.fromisoformat(form["at"])
    try:
        user.waiting.keep(user, path, own_words(path, posted), kept_at)
    except NoRoom:
        return False
    user.waits = True  # so that the page of this request shows it
    return True


def posted_before(form):
    """Return the path of an earlier version's form, without its query, and its fields."""
    posted = QueryDict(mutable=True)
    for name, value in form["fields"]:
        posted.appendlist(name, value)
    return form["path"].partition("?")[0], posted


def settle(request, response):
    """Discard the waiting forms that this request of their user has saved.

    If the request failed, or its page asks again, that page has the words; a submission from there
    has the key of the waiting form.
    """
    waiting = request.user.waiting.filter(path=request.path)
    sent = [form.pk for form in waiting if is_sent_by(request, form)]
    if took_effect(request, response):
        waiting.filter(pk__in=sent).delete()
    else:
        waiting.filter(pk__in=sent).update(failed=True)


def took_effect(request, response):
    """Return whether a POST took effect: then its answer is a redirect, or for htmx a success."""
    least = 200 if request.htmx else 300
    return least <= response.status_code < 400


def is_sent_by(request, form):
    """Return whether a request sends this waiting form, perhaps corrected."""
    words = words_at(form.path)
    if words and words.own(request.POST) == form.posted:
        return True
    key = request.POST.get("key")
    return form.failed and bool(key) and ["key", key] in form.posted


# How a page shows them


def offered(user):
    """Return the forms waiting for a user, as a page shows them."""
    return [Offer(form) for form in user.waiting.current().order_by("pk")]


class Offer:
    """A waiting form as a page shows it, with everything that sending it would save.

    `act` is the label of its button, "" if no view accepts the form any more.
    """

    def __init__(self, form):
        self.pk = form.pk
        self.at = form.kept_at
        self.path = form.path
        self.posted = form.posted
        self.words = words_at(form.path) or NO_WORDS
        self.act = self.words.act
        self.values = {}
        for name, value in form.posted:
            self.values.setdefault(name, []).append(value)
        self.changed = [name for name in self.values if self.is_changed(name)]

    def is_changed(self, name):
        """Return whether sending would save this field; if compared, also without initial value."""
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
        """The texts that aren't empty, by name."""
        return {name: text for name, text in self.fields.items() if text.strip()}

    @cached_property
    def new(self):
        """The texts that sending would save, by name."""
        return {name: text for name, text in self.typed.items() if name in self.changed}

    @property
    def texts(self):
        """The typed texts as (label, text): the new ones, or all if none is new."""
        shown = self.new or self.typed
        return [(self.words.labels[name], text) for name, text in shown.items()]

    @property
    def about(self):
        """The text of the first field, such as a name, if only other fields changed; else ""."""
        first = next(iter(self.fields), "")
        if not self.new or first in self.new:
            return ""
        return self.typed.get(first, "")

    @property
    def others(self):
        """The labels of the other fields that sending would save."""
        labels = self.words.others
        return [labels[name] for name in self.changed if name in labels]

    @property
    def emptied(self):
        """The labels of the texts that sending would clear."""
        empty = self.fields.keys() - self.typed.keys()
        return [self.words.labels[name] for name in self.changed if name in empty]
