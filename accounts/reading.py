"""The query and the form that a request holds, read once and in one place.

Django reads them when they are first asked for, and raises then if it can't: in whatever asks, also
in the page that is to say so. After read() nothing raises any more.
"""

import codecs
import uuid

from django.core.exceptions import BadRequest
from django.http import QueryDict

FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


class OtherEncoding(BadRequest):
    """A request that says it is in another encoding than UTF-8."""


class NoForm(BadRequest):
    """A POST whose body is of another type than a form's, or of one that can't be parsed."""


class NoLength(BadRequest):
    """A POST that doesn't say how long it is: chunks, which Django reads none of."""


class CutOff(BadRequest):
    """A POST whose connection broke before all of it had arrived."""


def read(request):
    """Read what a request holds. Return None, or the error that says why that can't be done.

    Where it can't, the request holds nothing from then on. Asked again, it gives the same answer.
    """
    if not hasattr(request, "reading_error"):
        request.reading_error = error_of_reading(request)
    return request.reading_error


def fields_of(posted):
    """Return what a POST holds, as [name, value] in the order of its form."""
    return [[name, value] for name, values in posted.lists() for value in values]


def key_of(posted):
    """Return the idempotency key that a POST holds, as a UUID; None if it holds none."""
    try:
        return uuid.UUID(posted.get("key") or "")
    except ValueError:
        return None


def error_of_reading(request):
    try:
        check_encoding(request)
        request.GET  # noqa: B018 (asking is what reads it)
        if request.method == "POST":
            check_body(request)
            request.POST  # noqa: B018
    except Exception as error:  # no code of ours, and a stranger chooses what the parser meets
        request.GET = QueryDict()
        request._mark_post_parse_error()  # what Django does itself for some errors
        return error
    return None


def check_encoding(request):
    encoding = request.encoding
    if encoding and codecs.lookup(encoding).name != "utf-8":
        raise OtherEncoding


def check_body(request):
    """Read the body of a POST; raise if it isn't a whole form. No form of ours holds a file."""
    if "Transfer-Encoding" in request.headers:
        raise NoLength
    if request.body and request.content_type not in FORMS:
        raise NoForm
    said_length = int(request.headers.get("Content-Length") or 0)
    if len(request.body) < said_length:
        raise CutOff
