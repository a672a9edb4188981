"""The query and the form of a request, read once and in one place.

Django reads them on first access, and raises then if it can't: anywhere, even in the page that is
to report the error. After read() nothing raises any more.
"""

import codecs
import uuid

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import QueryDict

FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


class OtherEncoding(BadRequest):
    """A request that declares another encoding than UTF-8."""


class NoForm(BadRequest):
    """A POST with a body that isn't a form, or can't be parsed."""


class NoLength(BadRequest):
    """A POST without a length, sent in chunks, which Django doesn't read."""


class CutOff(BadRequest):
    """A POST that broke off before the whole body had arrived."""


def read(request):
    """Read the query and the form of a request. Return None, or the error that prevented it.

    After an error the request has an empty query and form. Later calls return the same result.
    """
    if not hasattr(request, "reading_error"):
        request.reading_error = error_of_reading(request)
    return request.reading_error


def fields_of(posted):
    """Return the fields of a POST as [name, value], in the order of its form."""
    return [[name, value] for name, values in posted.lists() for value in values]


def key_of(posted):
    """Return the idempotency key of a POST as a UUID, or None without one."""
    try:
        return uuid.UUID(posted.get("key") or "")
    except ValueError:
        return None


def error_of_reading(request):
    """Return the error of reading a request, after emptying the request, or None."""
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
    """Read the body of a POST; raise BadRequest unless it holds a whole form.

    Only the addresses in UPLOADS take a file, which Django reads piece by piece, past its memory.
    """
    if "Transfer-Encoding" in request.headers:
        raise NoLength
    largest = settings.UPLOADS.get(request.path)
    if largest and request.content_type == "multipart/form-data":
        check_length(request, largest)
        return
    if request.body and request.content_type not in FORMS:
        raise NoForm
    said_length = int(request.headers.get("Content-Length") or 0)
    if len(request.body) < said_length:
        raise CutOff


def check_length(request, largest):
    """Raise RequestDataTooBig if a body is declared longer; no server reads beyond that."""
    if int(request.headers.get("Content-Length") or 0) > largest:
        raise RequestDataTooBig
