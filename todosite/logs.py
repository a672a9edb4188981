"""The log, which never has the text of a user, nor a link that holds a secret."""

import logging
import re
import traceback

QUERY = re.compile(r"(?<=[\w/…])\?[^\s\"']+")
# The key in the path of a mailed link; test_logs.py compares this with the routes.
KEY = re.compile(r"(/(?:key|confirm-email|mail/complete|mail/snooze|mail/stop)/)[^/\s?\"']+")


def discreet(text):
    """Return a text with "…" for the query of each address in it, and for keys of mailed links.

    Queries hold searches.
    """
    return QUERY.sub("?…", KEY.sub(r"\1…", text))


class Line(logging.Formatter):
    """Formats a record as a line, with the traceback of an error.

    Unless with_messages, a traceback has the places and kinds of its errors, not their messages:
    these repeat values, such as a name that is taken.
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
    """Return an error and its causes, the first cause first, as in Python's tracebacks."""
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
    """Turn an error that the request alone caused into a warning without a traceback.

    Django logs a traceback of each, some as errors: a stranger could bury all others.
    """
    if 400 <= getattr(record, "status_code", 0) < 500:
        record.exc_info = None
        record.levelno = logging.WARNING
        record.levelname = "WARNING"
    return record.levelno >= logging.root.level


def is_told(record):
    """Return False for a 503, which todosite.views has logged in one line, without a traceback."""
    return getattr(record, "status_code", None) != 503
