"""Messages about what has just happened, with what can be done about it, such as Undo.

They are Django's messages, kept in the session, and those of Django and allauth are among them: a
message without actions is an ordinary one.
"""

from dataclasses import astuple, dataclass

from django.contrib.messages.storage import base
from django.contrib.messages.storage.cookie import MessageDecoder, MessageEncoder
from django.contrib.messages.storage.session import SessionStorage

# How many wait for a page to show them. A session that never asks for a page would grow with each
# act, and be read and written as a whole by each. A message that goes was only an announcement: its
# Undo stands in the history, too.
MOST_WAITING = 10


@dataclass(frozen=True)
class Action:
    """What can be done about a message: a button, which posts to its address, or a link."""

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
        """Return one of Django's messages with actions, each of them a list of its fields."""
        actions = [Action(*fields) for fields in actions]
        return cls(message.level, message.message, message.extra_tags, actions)


class MessageStorage(SessionStorage):
    """Keeps messages with their actions in the session: JSON of [message, actions].

    A message itself is written as Django writes it. The key of the session is another than
    Django's: a process of the version before this one, which runs beside it during a deployment,
    doesn't see these messages, so it can't fail on them. A page of this version shows them later.
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
        """Return what the version before this one left in the session, to be shown once."""
        data = self.request.session.get(SessionStorage.session_key)
        return [with_old_actions(message) for message in decoded(data)]


def decoded(data):
    """Return what a session holds, JSON in which each message is as Django writes it; [] for None.

    Django's decoder finds messages at any depth.
    """
    if data is None:
        return []
    return MessageDecoder().decode(data)


# In a message of the version before, extra_tags were the addresses of its buttons with blanks
# between; in a warning, that of the page that shows why it wasn't done. Sessions live for two
# weeks: once this version has run for so long, what follows can go, with old_messages().
OLD_LABELS = {"undo": "Undo", "plain": "Keep as plain text", "make-list": "Make the list"}


def with_old_actions(message):
    """Return an old message, one of Django's, with the actions that it had."""
    tags = message.extra_tags or ""
    if not tags.startswith("/"):
        return Message(message.level, message.message, tags)
    urls = tags.split()
    if message.level_tag == "warning":
        actions = [Action("Show both", url, is_link=True) for url in urls]
    else:
        known = [url for url in urls if verb_of(url) in OLD_LABELS]
        actions = [Action(OLD_LABELS[verb_of(url)], url) for url in known]
    return Message(message.level, message.message, actions=actions)


def verb_of(url):
    """Return the last part of an address: "undo" of /history/5/undo/."""
    path, _, _ = url.partition("?")
    return path.strip("/").rpartition("/")[2]
