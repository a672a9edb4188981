"""The address of this site: for links in mails, and to check that an address stays on the site."""

from types import SimpleNamespace
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.http import url_has_allowed_host_and_scheme

NAME = "Todosite"
LONGEST = 8000  # characters of an address: gunicorn and nginx take 8190 of a request's first line


def site_url():
    """Return the beginning of this site's addresses, outside a request."""
    return settings.SITE_URL or "http://127.0.0.1:8000"


def site_of(request):
    """Return the site for the templates of mails: its name, its host and the beginning of links.

    allauth's own site has the Host header, which a stranger chooses, as its name and host.
    """
    url = settings.SITE_URL or f"{request.scheme}://{request.get_host()}"
    return SimpleNamespace(name=NAME, domain=urlsplit(url).netloc, url=url)


def is_ours(request, url):
    """Return whether an address, with or without a host, belongs to this site.

    Django's check accepts at most 2,048 characters, and a long search, encoded, has more. But a
    query can't lead to another site, so only the address before it matters.
    """
    start = beginning_of(url)
    return url_has_allowed_host_and_scheme(
        start,
        {request.get_host()},
        request.is_secure(),
    )


def safe_path(request, url):
    """Return an address from a request if this site has such a path, else "".

    After "//", or "/\\" in a browser, a host would follow: even our own makes another path of it.
    """
    is_path = url.startswith("/") and not url.startswith(("//", "/\\"))
    return url if is_path and is_ours(request, url) else ""


def path_of_page(request, address):
    """Return the path and query of a page's address, "" if the page isn't of this site."""
    if not is_ours(request, address):
        return ""
    return urlsplit(address)._replace(scheme="", netloc="").geturl()


def beginning_of(url):
    """Return an address without its query; "" if too long to be one of ours."""
    if len(url) > LONGEST:
        return ""
    return url.partition("?")[0]
