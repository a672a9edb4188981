"""What the log says, and what it never does: what a user typed, and links that hold a secret."""

import logging
import re
import traceback

QUERY = re.compile(r"(?<=[\w/…])\?[^\s\"']+")
# What follows in the path of a link that was mailed; test_logs.py compares it with the addresses.
KEY = re.compile(r"(/(?:key|confirm-email)/)[^/\s?\"']+")


def discreet(text):
    """Return text with "…" for the query of each address in it, and for the key of a mailed link.

    Queries hold searches.
    """
    return QUERY.sub("?…", KEY.sub(r"\1…", text))


class Line(logging.Formatter):
    """A line for each record, and the trace of an error.

    Unless with_messages, a trace has the places and kinds of its errors, not what they say: they
    repeat values, such as the name that was there already.
    """

    def __init__(self, *args, with_messages=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.with_messages = with_messages

    def formatMessage(self, record):
        return discreet(super().formatMessage(record))

    def formatException(self, exc_info):
        if self.with_messages:
            return super().formatException(exc_info)
        _, raised, _ = exc_info
        told = [line for error in chain(raised) for line in places_and_kind(error)]
        return "\n".join(told)


def chain(error):
    """Return an error and those that led to it, the first one first, as Python's traces do."""
    errors = []
    while error is not None and error not in errors:
        errors.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return reversed(errors)


def places_and_kind(error):
    yield "Traceback (most recent call last):"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    kind = type(error)
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None) or ""
    yield f"{kind.__module__}.{kind.__qualname__} {constraint}".rstrip()


def calm(record):
    """Make a warning without a trace of what the request alone is to blame for.

    Django has a trace of each, and calls some of them errors: a stranger could bury all else.
    """
    if 400 <= getattr(record, "status_code", 0) < 500:
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return record.levelno >= logging.root.level


def is_told(record):
    """Leave out the 503 that todosite.views has told in one line, without a trace."""
    return getattr(record, "status_code", None) != 503
