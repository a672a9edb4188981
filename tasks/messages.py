"""Messages of acts, each with its actions, such as Undo.

They are Django's messages, kept in the session. The messages of Django and allauth are among them:
a message without actions is an ordinary one.
"""

from dataclasses import astuple, dataclass

from django.contrib.messages.storage import base
from django.contrib.messages.storage.cookie import MessageDecoder, MessageEncoder
from django.contrib.messages.storage.session import SessionStorage

# The number of messages that may wait for a page. A session that never asks for a page would grow
# with each act, and each request reads and writes it as a whole. No harm is done by dropping a
# message: the history offers Undo as well.
MOST_WAITING = 10


@dataclass(frozen=True)
class Action:
    """An action of a message: a button, which posts to its address, or a link."""

    label: str
    url: str
    is_link: bool = False


class Message(base.Message):
    """One of Django's messages, with its actions."""

    def __init__(self, level, message, extra_tags=None, actions=()):
        super().__init__(level, message, extra_tags)
        self.actions = tuple(actions)

    @classmethod
    def read(cls, message, actions):
        """Return one of Django's messages with actions, given as lists of their fields."""
        actions = [Action(*fields) for fields in actions]
        return cls(message.level, message.message, message.extra_tags, actions)


class MessageStorage(SessionStorage):
    """Keeps messages with their actions in the session, as JSON of [message, actions].

    A message itself is written as Django writes it. The key of the session differs from Django's:
    so a process of an earlier version, which runs at the same time during a deployment, doesn't see
    these messages, and can't fail on them. A page of this version shows them later.
    """

    session_key = "messages"

    def add(self, level, message, extra_tags="", actions=()):
        """Queue a message, as Django's storage does, with its actions."""
        if message and int(level) >= self.level:
            self.added_new = True
            self._queued_messages.append(Message(level, message, extra_tags, actions))

    def serialize_messages(self, messages):
        pairs = []
        for message in messages:
            actions = [astuple(action) for action in message.actions]
            pairs.append((message, actions))
        return MessageEncoder().encode(pairs)

    def deserialize_messages(self, data):
        pairs = decoded(data)
        return [Message.read(message, actions) for message, actions in pairs]

    def _get(self):
        messages, is_all = super()._get()
        old = self.old_messages()
        return [*old, *messages], is_all

    def _store(self, messages, response):
        self.request.session.pop(SessionStorage.session_key, None)
        newest = messages[-MOST_WAITING:]
        return super()._store(newest, response)

    def old_messages(self):
        """Return the messages that an earlier version left in the session, to be shown once."""
        data = self.request.session.get(SessionStorage.session_key)
        return [with_old_actions(message) for message in decoded(data)]


def decoded(data):
    """Return messages from a session's JSON, in Django's form at any depth; [] for None."""
    if data is None:
        return []
    return MessageDecoder().decode(data)


# In a message of the earlier version, extra_tags were the addresses of its buttons, separated by
# spaces; in a warning, the address of the page with the conflicts. Sessions live for two weeks:
# once this version has run for so long, the rest of this file can go, with old_messages().
OLD_LABELS = {"undo": "Undo", "plain": "Keep what I typed", "make-list": "Add the list"}


def with_old_actions(message):
    """Return a message of the earlier version with its actions."""
    tags = message.extra_tags or ""
    if not tags.startswith("/"):
        return Message(message.level, message.message, tags)
    urls = tags.split()
    if message.level_tag == "warning":
        actions = [Action("Show both", url, is_link=True) for url in urls]
    else:
        actions = old_actions(urls)
    return Message(message.level, message.message, actions=actions)


def old_actions(urls):
    """Return the buttons of these addresses, without unknown ones."""
    found = []
    for url in urls:
        label = OLD_LABELS.get(verb_of(url))
        if label:
            found.append(Action(label, url))
    return found


def verb_of(url):
    """Return the last part of an address: "undo" of /history/5/undo/."""
    path, _, _ = url.partition("?")
    _, _, verb = path.strip("/").rpartition("/")
    return verb
